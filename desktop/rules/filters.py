"""Filters as data: which records a list shows, as a small tree that can be kept, sent, said and compiled.

What a value means is the field's kind to say; here are the shape of the tree, its JSON and the days that a
relative period covers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

Scalar: TypeAlias = str | int
Value: TypeAlias = Scalar | tuple[Scalar, ...] | None

ALL: Final = "all"
ANY: Final = "any"
NONE: Final = "none"
HOWS: Final = (ALL, ANY, NONE)
WORDS: Final = "*"
"""The field of a condition that asks the full-text index."""
ME: Final = "me"
MY_TEAM: Final = "my_team"
DEEPEST: Final = 6
MOST_PARTS: Final = 60
MOST_DAYS: Final = 36_500


@dataclass(frozen=True, slots=True)
class Condition:
    """One field, one operator, and what it is held against, in wire form."""

    field: str
    op: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of which all must hold, any, or none; without parts it says nothing and everything passes."""

    how: str = ALL
    parts: tuple["Filter", ...] = ()


Filter: TypeAlias = Condition | Group
EVERYTHING: Final = Group()


def every(*parts: Filter) -> Group:
    """All of these."""
    return Group(ALL, parts)


def conditions(filter: Filter) -> Iterator[Condition]:
    """Every condition of a tree, from the left."""
    if isinstance(filter, Condition):
        yield filter
    else:
        for part in filter.parts:
            yield from conditions(part)


def parts_of(filter: Filter) -> tuple[Filter, ...]:
    """What a row of chips shows: the parts that must all hold."""
    return filter.parts if isinstance(filter, Group) and filter.how == ALL else (filter,)


def kept(filter: Filter, known: Callable[[Condition], bool]) -> Filter:
    """The tree without the conditions that are not `known`, and without groups that say nothing."""
    if isinstance(filter, Condition):
        return filter if known(filter) else EVERYTHING
    left = [kept(part, known) for part in filter.parts]
    return replace(filter, parts=tuple(part for part in left if part != EVERYTHING and _says(part)))


def _says(part: Filter) -> bool:
    return isinstance(part, Condition) or bool(part.parts)


def to_json(filter: Filter) -> list[Any]:
    """The tree as JSON without floats: a condition is `[field, op, value]`, a group `[how, [parts]]`."""
    if isinstance(filter, Condition):
        value = list(filter.value) if isinstance(filter.value, tuple) else filter.value
        return [filter.field, filter.op, value]
    return [filter.how, [to_json(part) for part in filter.parts]]


def from_json(stored: Any) -> Filter:
    """What `to_json` wrote. Raises ValueError for anything else, and for a tree that is too deep or broad."""
    found = _read(stored, 0)
    if sum(1 for _ in conditions(found)) > MOST_PARTS:
        raise ValueError("too many conditions")
    return found


def _read(stored: Any, depth: int) -> Filter:
    if depth > DEEPEST or not isinstance(stored, list):
        raise ValueError("not a filter")
    match stored:
        case [str(how), [*parts]] if how in HOWS and len(parts) <= MOST_PARTS:
            return Group(how, tuple(_read(part, depth + 1) for part in parts))
        case [str(field), str(op), value]:
            return Condition(field, op, _value(value))
    raise ValueError("not a filter")


def _value(stored: Any) -> Value:
    if stored is None or _is_scalar(stored):
        return stored  # type: ignore[no-any-return]
    if isinstance(stored, list) and all(_is_scalar(each) for each in stored):
        return tuple(stored)
    raise ValueError("not a value of a filter")


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


# Days that move along with today

Span: TypeAlias = tuple[date | None, date | None]
"""First and last day of a period, both within it; None: open."""

_COUNTED: Final[dict[str, Callable[[date, timedelta], Span]]] = {
    "last": lambda today, days: (today - days, today),
    "next": lambda today, days: (today, today + days),
    "older": lambda today, days: (None, today - days - timedelta(1)),
    "later": lambda today, days: (today + days + timedelta(1), None),
    "by": lambda today, days: (None, today + days),
}
COUNTED: Final = tuple(_COUNTED)
_PLAIN: Final[dict[str, Callable[[date], Span]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: _days(today, -1),
    "tomorrow": lambda today: _days(today, 1),
    "past": lambda today: (None, today - timedelta(1)),
    "this_week": lambda today: _week(today, 0),
    "last_week": lambda today: _week(today, -1),
    "next_week": lambda today: _week(today, 1),
    "this_month": lambda today: _months(today, 1, 0),
    "last_month": lambda today: _months(today, 1, -1),
    "next_month": lambda today: _months(today, 1, 1),
    "this_quarter": lambda today: _months(today, 3, 0),
    "last_quarter": lambda today: _months(today, 3, -1),
    "next_quarter": lambda today: _months(today, 3, 1),
    "this_year": lambda today: _months(today, 12, 0),
    "last_year": lambda today: _months(today, 12, -1),
}
PERIODS: Final = tuple(_PLAIN)


def span(period: str, today: date) -> Span:
    """The days that `this_week` or `last:30` covers, seen from today. Raises ValueError for others."""
    name, _, count = period.partition(":")
    if name in _PLAIN and not count:
        return _PLAIN[name](today)
    if name in _COUNTED and count.isascii() and count.isdigit() and int(count) <= MOST_DAYS:
        return _COUNTED[name](today, timedelta(int(count)))
    raise ValueError(f"no such period: {period}")


def _days(today: date, ahead: int) -> Span:
    day = today + timedelta(ahead)
    return day, day


def _week(today: date, ahead: int) -> Span:
    monday = today - timedelta(today.weekday()) + timedelta(7 * ahead)
    return monday, monday + timedelta(6)


def _months(today: date, length: int, ahead: int) -> Span:
    first = (today.year * 12 + today.month - 1) // length * length + length * ahead
    return _first_of(first), _first_of(first + length) - timedelta(1)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
