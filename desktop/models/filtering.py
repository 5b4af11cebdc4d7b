"""The one compiler from a filter to SQL: which operators a kind of field knows, and what each asks.

No condition is ever unknown to SQL (NULL): what is empty is simply not so, and `none` of it is. Every value
that a person gave is a bound parameter.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, not_, or_, select, true

from desktop.models import figures, narrowing
from desktop.models.columns import MomentColumn
from desktop.models.kinds import Choice, Day, Email, Flag, Json, Kind, Link, Long, Moment, Phone, Short, Tags
from desktop.models.record import Record
from desktop.models.remote_rows import id_list
from desktop.rules import filters
from desktop.rules.filters import ALL, ANY, ME, MY_TEAM, WORDS, Condition, Filter, Group, Value

OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "text": ("contains", "lacks", "is", "not", "starts", "empty", "filled"),
    "number": ("is", "not", "more", "least", "less", "most", "between", "empty", "filled"),
    "day": ("in", "is", "before", "after", "between", "empty", "filled"),
    "choice": ("one_of", "none_of", "empty", "filled"),
    "link": ("one_of", "none_of", "empty", "filled"),
    "flag": ("yes", "no"),
    "tags": ("has", "has_not", "empty", "filled"),
    "words": ("words",),
}
"""What each family of kinds can be asked; the first is what a new condition begins with."""
BARE: Final = frozenset({"empty", "filled", "yes", "no"})
MANY: Final = frozenset({"one_of", "none_of", "has", "has_not"})
LARGEST: Final = 2**63 - 1
EARLIEST, LATEST = date(1000, 1, 1), date(9000, 1, 1)
"""Beyond these days there is no calendar to move in."""
Column: TypeAlias = ColumnElement[Any]
Yes: TypeAlias = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, when and where: what `me`, `this_week` and a day of a moment mean."""

    me: UUID
    team: UUID | None
    today: date
    zone: tzinfo
    find: Callable[[str, str], Sequence[UUID] | None] = lambda _kind, _words: ()
    """(record type, what was typed) → the records that the full-text index gives; None: too many to name."""
    one_by_one: bool = False
    """The rows are looked at in their order until there are enough: each is then asked for its words."""


def family(kind: Kind | None) -> str:
    """The family of a kind; empty: it cannot be filtered by."""
    if isinstance(kind, Day | Moment):
        return "day"
    if isinstance(kind, Short | Long | Phone | Email):
        return "text"
    for cls, name in ((Choice, "choice"), (Flag, "flag"), (Tags, "tags"), (Link, "link")):
        if isinstance(kind, cls):
            return name
    return "number" if kind is not None and kind.numeric and not isinstance(kind, Json) else ""


def family_of(cls: type[Record], name: str) -> str:
    """The family of a field or figure of a record type."""
    return "words" if name == WORDS else family(figures.kind_of(cls, name))


def is_known(cls: type[Record], condition: Condition) -> bool:
    """Whether this program can ask this condition of this record type."""
    if condition.op not in OPERATORS.get(family_of(cls, condition.field), ()):
        return False
    try:
        check(cls, condition)
    except (ValueError, TypeError, ArithmeticError):
        return False
    return True


def check(cls: type[Record], condition: Condition) -> None:
    """Raises ValueError, TypeError or ArithmeticError where the value does not suit the operator."""
    value, op = condition.value, condition.op
    if op in BARE:
        _must(value is None)
    elif op in MANY:
        _must(isinstance(value, tuple) and all(isinstance(each, str) for each in value))
        if family_of(cls, condition.field) == "link":
            _ids(value, Viewer(UUID(int=0), None, date.min, UTC))
    elif op == "in":
        _must(isinstance(value, str))
        filters.span(str(value), date(2000, 1, 1))
    elif op == "between":
        _must(isinstance(value, tuple) and len(value) == 2)
        for each in value if isinstance(value, tuple) else ():
            _scalar(cls, condition.field, each)
    else:
        _scalar(cls, condition.field, value)


def _must(right: bool) -> None:
    if not right:
        raise ValueError("this value does not suit its operator")


def _scalar(cls: type[Record], name: str, wire: Value) -> Any:
    """One value as its column holds it."""
    wanted = family_of(cls, name)
    if wanted in ("text", "words"):
        _must(isinstance(wire, str) and wire != "")
        return wire
    if wanted == "day":
        day = date.fromisoformat(str(wire))
        _must(EARLIEST <= day <= LATEST)
        return day
    kind = figures.kind_of(cls, name)
    assert kind is not None
    _must(isinstance(wire, int | str) and not isinstance(wire, bool))
    stored = kind.to_driver(wire)
    _must(isinstance(stored, int) and abs(stored) <= LARGEST)
    _must(kind.from_wire(kind.from_driver(stored)) == kind.from_wire(wire))
    return wire


def compiled(filter: Filter, cls: type[Record], viewer: Viewer) -> Yes:
    """The filter as a condition of SQL; what it does not know of this type is left out."""
    return _compiled(filters.kept(filter, lambda each: is_known(cls, each)), cls, viewer)


def _compiled(filter: Filter, cls: type[Record], viewer: Viewer) -> Yes:
    if isinstance(filter, Group):
        parts = [_compiled(part, cls, viewer) for part in filter.parts]
        if filter.how == ALL:
            return and_(true(), *parts)
        found = or_(false(), *parts)
        return (found if parts else true()) if filter.how == ANY else not_(found)
    name = filter.field
    if name == WORDS:
        return _words(cls, str(filter.value), viewer)
    column, kind = figures.expression(cls, name), figures.kind_of(cls, name)
    if filter.op in ("empty", "filled"):
        empty = _is_empty(column, family(kind))
        return empty if filter.op == "empty" else not_(empty)
    return _COMPILERS[family(kind)](column, kind, filter, viewer)


def _words(cls: type[Record], typed: str, viewer: Viewer) -> Yes:
    found = viewer.find(cls.__tablename__, typed)
    if found is not None:
        return cls.table().c.id.in_(among(found))
    return narrowing.answering(cls, typed, one_by_one=viewer.one_by_one)


def _is_empty(column: Column, of: str) -> Yes:
    if of in ("text", "choice"):
        return func.coalesce(column, "") == ""
    if of == "tags":
        return func.coalesce(func.json_array_length(column), 0) == 0
    return column.is_(None)


def _so(column: Column, condition: Yes) -> Yes:
    """The condition, and a plain no where the column is empty."""
    return and_(column.is_not(None), condition)


def _text(column: Column, kind: Any, filter: Condition, viewer: Viewer) -> Yes:
    found, wanted = func.lower(column), folded(str(filter.value))
    if isinstance(kind, Phone) and filter.op in ("contains", "lacks", "starts") and dialled(wanted):
        found, wanted = func.replace(func.replace(found, " ", ""), "-", ""), dialled(wanted)
    match filter.op:
        case "contains":
            return _so(column, func.instr(found, wanted) > 0)
        case "lacks":
            return not_(_so(column, func.instr(found, wanted) > 0))
        case "starts":
            return _so(column, func.instr(found, wanted) == 1)
        case "is":
            return _so(column, found == wanted)
    return not_(_so(column, found == wanted))


def folded(text: str) -> str:
    """Text as SQLite's `lower` leaves it: only the letters A to Z become small."""
    return text.translate(_SMALL)


_SMALL: Final = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def dialled(text: str) -> str:
    """A telephone number without what only parts its digits."""
    return text.replace(" ", "").replace("-", "")


def _number(column: Column, kind: Any, filter: Condition, viewer: Viewer) -> Yes:
    values = [kind.from_wire(each) for each in _several(filter.value)]
    first = values[0]
    match filter.op:
        case "is":
            return _so(column, column == first)
        case "not":
            return not_(_so(column, column == first))
        case "more":
            return _so(column, column > first)
        case "least":
            return _so(column, column >= first)
        case "less":
            return _so(column, column < first)
        case "most":
            return _so(column, column <= first)
    return _so(column, and_(column >= first, column <= values[1]))


def _several(value: Value) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def days_of(filter: Condition, today: date) -> filters.Span:
    """First and last day that a condition on a day lets pass."""
    if filter.op == "in":
        return filters.span(str(filter.value), today)
    first, *rest = (date.fromisoformat(str(each)) for each in _several(filter.value))
    match filter.op:
        case "is":
            return first, first
        case "before":
            return None, first - timedelta(1)
        case "after":
            return first + timedelta(1), None
    return first, rest[0]


def _day(column: Column, kind: Any, filter: Condition, viewer: Viewer) -> Yes:
    first, last = days_of(filter, viewer.today)
    parts: list[Yes] = [column.is_not(None)]
    if isinstance(kind, Moment):
        if first is not None:
            parts.append(column >= _midnight(first, viewer.zone))
        if last is not None:
            parts.append(column < _midnight(last + timedelta(1), viewer.zone))
    else:
        parts += [column >= first] if first is not None else []
        parts += [column <= last] if last is not None else []
    return and_(*parts)


def _midnight(day: date, zone: tzinfo) -> Any:
    return literal(datetime.combine(day, time(), zone), MomentColumn())


def _choice(column: Column, kind: Any, filter: Condition, viewer: Viewer) -> Yes:
    return _one_of(column, [str(each) for each in _several(filter.value)], filter.op == "one_of")


def _link(column: Column, kind: Any, filter: Condition, viewer: Viewer) -> Yes:
    return _one_of(column, _ids(filter.value, viewer), filter.op == "one_of")


def _one_of(column: Column, wanted: Collection[Any], is_one: bool) -> Yes:
    found = _so(column, column.in_(wanted)) if wanted else false()
    return found if is_one else not_(found)


def _ids(value: Value, viewer: Viewer) -> list[UUID]:
    meant = {ME: viewer.me, MY_TEAM: viewer.team}
    found = [meant[each] if each in meant else UUID(hex=str(each)) for each in _several(value)]
    return [each for each in found if each is not None]


def _flag(column: Column, kind: Any, filter: Condition, viewer: Viewer) -> Yes:
    on = _so(column, column.is_(True))
    return on if filter.op == "yes" else not_(on)


def _tags(column: Column, kind: Any, filter: Condition, viewer: Viewer) -> Yes:
    each = func.json_each(func.coalesce(column, "[]")).table_valued("value")
    wanted = [str(word) for word in _several(filter.value)]
    found = exists(select(1).select_from(each).where(each.c.value.in_(wanted))) if wanted else false()
    return found if filter.op == "has" else not_(found)


_COMPILERS: Final[dict[str, Callable[[Column, Any, Condition, Viewer], Yes]]] = {
    "text": _text,
    "number": _number,
    "day": _day,
    "choice": _choice,
    "link": _link,
    "flag": _flag,
    "tags": _tags,
}


def among(ids: Iterable[UUID]) -> Any:
    """These ids for an `in_`, as one value: a hundred bound ones cost more than the rows they find."""
    listed = func.json_each(id_list(each.bytes for each in ids)).table_valued("value")
    return select(func.unhex(listed.c.value))
