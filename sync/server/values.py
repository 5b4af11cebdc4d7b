"""What a laptop may put into a field: every value that comes in is checked against its kind, whoever sent
it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from desktop.errors import Refused
from desktop.models.kinds import (
    Amount,
    Choice,
    Day,
    Flag,
    Json,
    Kind,
    Link,
    Long,
    Moment,
    Number,
    Tags,
    Whole,
)
from desktop.models.record import RECORDS, Field
from desktop.rules import schedule
from sync.server.rows import is_id

LONGEST: Final = 64 * 1024
"""Characters of one line of text; the laptop's own limits are far lower."""
LONGEST_TEXT: Final = 1024 * 1024
"""Characters of a long text."""
DEEPEST: Final = 16
"""Levels of a structure."""
MOST_PARTS: Final = 200_000
_MOST_SLABS: Final = 100
_SLABS: Final = ("quote_line", "slabs")
_SCHEDULE: Final = ("quote_revision", "milestones")
"""Values inside one structure."""

_NUMBER: Final = re.compile(r"-?\d{1,13}(?:\.(\d+))?")


class BadValue(ValueError):
    """A value does not fit its field."""


def check(record_type: str, name: str, value: Any) -> None:
    """Raises BadValue unless `value` is the wire form of something that this field can hold."""
    if value is not None:
        _checkers(record_type)[name](value)
        if (record_type, name) == _SLABS:
            _check_slabs(value)
        if (record_type, name) == _SCHEDULE:
            _check_schedule(value)


@lru_cache(maxsize=256)
def _checkers(record_type: str) -> Mapping[str, Callable[[Any], None]]:
    fields = RECORDS[record_type].fields().items()
    return {name: _code(each.kind) if _chosen(each) else _checker(each.kind) for name, each in fields}


def _chosen(described: Field) -> bool:
    """Whether people choose it; what the office leads by itself may be a word of its own, such as a role."""
    return isinstance(described.kind, Choice) and described.merge not in ("server", "derived")


def _check_slabs(value: Any) -> None:
    """The parts of a line at tier prices are as long as a line's own quantity and price may be."""
    if not isinstance(value, list) or len(value) > _MOST_SLABS:
        raise BadValue("not the parts of a line")
    for part in value:
        if not isinstance(part, dict) or set(part) != {"quantity", "unit_price"}:
            raise BadValue("not a part of a line")
        for name, number in part.items():
            if number is None:
                raise BadValue("a part without its number")
            check("quote_line", name, number)


def _check_schedule(value: Any) -> None:
    """What a quote's payment schedule may be, as the laptop asks when it is typed."""
    try:
        schedule.check(value)
    except Refused:
        raise BadValue("not a payment schedule") from None


def check_structure(value: Any) -> None:
    """Raises BadValue for a structure that is too deep, too large, or holds a NUL."""
    level, deep, parts = [value], 0, 0
    while level:
        deep += 1
        parts += len(level)
        if deep > DEEPEST or parts > MOST_PARTS:
            raise BadValue("too deep or too large")
        level = [inner for outer in level for inner in _inside(outer)]


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str) and "\0" in value:
        raise BadValue("NUL in a text")
    return []


def _checker(kind: Kind) -> Callable[[Any], None]:
    """The check of a kind; the first that fits, from the special to the plain."""
    for known, check_it in _CHECKS:
        if isinstance(kind, known):
            return _decimal(kind.places) if isinstance(kind, Number) else check_it
    return _line


def _need(fits: bool) -> None:
    if not fits:
        raise BadValue("not what this field holds")


def _line(value: Any) -> None:
    _need(isinstance(value, str) and len(value) <= LONGEST and "\0" not in value)


def _text(value: Any) -> None:
    _need(isinstance(value, str) and len(value) <= LONGEST_TEXT and "\0" not in value)


def _link(value: Any) -> None:
    _need(is_id(value))


def _flag(value: Any) -> None:
    _need(isinstance(value, bool))


def _whole(value: Any) -> None:
    _need(isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63)


def _code(kind: Kind) -> Callable[[Any], None]:
    codes = frozenset(("", *(code for code, _ in kind.options))) if isinstance(kind, Choice) else frozenset()

    def check_code(value: Any) -> None:
        _need(isinstance(value, str) and value in codes)

    return check_code


def _decimal(places: int) -> Callable[[Any], None]:
    def check_decimal(value: Any) -> None:
        found = _NUMBER.fullmatch(value) if isinstance(value, str) and value.isascii() else None
        _need(found is not None and len(found.group(1) or "") <= places)

    return check_decimal


def _day(value: Any) -> None:
    _need(isinstance(value, str) and len(value) == 10 and _parses(date.fromisoformat, value))


def _moment(value: Any) -> None:
    _need(
        isinstance(value, str)
        and len(value) == 24
        and value.endswith("Z")
        and _parses(datetime.fromisoformat, value)
    )


def _parses(parse: Callable[[str], Any], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _tags(value: Any) -> None:
    _need(isinstance(value, list) and len(value) <= 1000)
    for word in value:
        _line(word)


_CHECKS: Final[tuple[tuple[type[Kind], Callable[[Any], None]], ...]] = (
    (Link, _link),
    (Flag, _flag),
    (Whole, _whole),
    (Amount, _whole),
    (Number, _line),
    (Day, _day),
    (Moment, _moment),
    (Tags, _tags),
    (Json, check_structure),
    (Long, _text),
)
