"""Filters in words: the sentence on a chip in both languages, and what is typed, read back as a filter."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any, Final

from desktop.errors import Refused
from desktop.models import figures
from desktop.models.filtering import OPERATORS, family, is_known
from desktop.models.kinds import Choice, Kind, Link
from desktop.models.record import RECORDS, Record
from desktop.rules import filters
from desktop.rules import typed as typing
from desktop.rules.filters import ALL, ANY, ME, MY_TEAM, WORDS, Condition, Filter, Value
from desktop.services import lists
from desktop.words import Message, msg, verbatim

Titles = Mapping[str, str]
"""What linked records are called, by the hexadecimal form of their ids."""

PERIOD_WORDS: Final = {
    "today": msg("today"),
    "yesterday": msg("yesterday"),
    "tomorrow": msg("tomorrow"),
    "past": msg("before today"),
    "this_week": msg("this week"),
    "last_week": msg("last week"),
    "next_week": msg("next week"),
    "this_month": msg("this month"),
    "last_month": msg("last month"),
    "next_month": msg("next month"),
    "this_quarter": msg("this quarter"),
    "last_quarter": msg("last quarter"),
    "next_quarter": msg("next quarter"),
    "this_year": msg("this year"),
    "last_year": msg("last year"),
}
COUNTED_WORDS: Final = {
    "last": msg("in the last {count} days"),
    "next": msg("in the next {count} days"),
    "older": msg("more than {count} days ago"),
    "later": msg("more than {count} days ahead"),
    "by": msg("within {count} days or before"),
}
OPERATOR_WORDS: Final = {
    "contains": msg("contains", "operator"),
    "lacks": msg("does not contain", "operator"),
    "starts": msg("begins with", "operator"),
    "is": msg("is", "operator"),
    "not": msg("is not", "operator"),
    "more": msg("above", "operator"),
    "least": msg("at least", "operator"),
    "less": msg("below", "operator"),
    "most": msg("at most", "operator"),
    "between": msg("between", "operator"),
    "in": msg("is within", "operator"),
    "before": msg("before", "operator"),
    "after": msg("after", "operator"),
    "one_of": msg("is one of", "operator"),
    "none_of": msg("is none of", "operator"),
    "has": msg("has", "operator"),
    "has_not": msg("has not", "operator"),
    "yes": msg("yes", "operator"),
    "no": msg("no", "operator"),
    "empty": msg("is empty", "operator"),
    "filled": msg("is filled in", "operator"),
    "words": msg("contains", "operator"),
}
_SAID: Final = {
    "contains": msg("contains “{value}”"),
    "words": msg("“{value}”"),
    "lacks": msg("does not contain “{value}”"),
    "starts": msg("begins with “{value}”"),
    "is": msg("is {value}"),
    "not": msg("is not {value}"),
    "more": msg("above {value}"),
    "least": msg("at least {value}"),
    "less": msg("below {value}"),
    "most": msg("at most {value}"),
    "before": msg("before {value}"),
    "after": msg("after {value}"),
    "none_of": msg("not {value}"),
    "has_not": msg("without {value}"),
    "empty": msg("is empty"),
    "filled": msg("is filled in"),
    "yes": msg("yes", "value"),
    "no": msg("no", "value"),
}
HOW_WORDS: Final = {
    ALL: msg("all of these"),
    ANY: msg("any of these"),
    filters.NONE: msg("none of these"),
}
ANYWHERE: Final = msg("Any text")


def label(kind: str, name: str) -> Message:
    """What a field of a condition is called."""
    return ANYWHERE if name == WORDS else figures.label_of(kind, name)


def said(kind: str, condition: Condition, titles: Titles) -> Message:
    """What a condition asks of its field, without the field: `is VIP or A`."""
    op, value = condition.op, condition.value
    if op == "in":
        return period_words(str(value))
    if op == "between" and isinstance(value, tuple):
        low, high = (_one(kind, condition.field, each, titles) for each in value)
        return msg("{low} to {high}").of(low=low, high=high)
    if op in ("one_of", "has"):
        return _values(kind, condition, titles)
    return _SAID[op].of(value=_values(kind, condition, titles)) if value is not None else _SAID[op]


def period_words(period: str) -> Message:
    """A relative period in words."""
    name, _, count = period.partition(":")
    return COUNTED_WORDS[name].of(count=count) if count else PERIOD_WORDS[name]


def _values(kind: str, condition: Condition, titles: Titles) -> Message:
    value = condition.value
    several = value if isinstance(value, tuple) else (value,)
    words = [_one(kind, condition.field, each, titles) for each in several]
    return reduce(
        lambda one, two: msg("{one} or {two}", "value").of(one=one, two=two), words or [msg("nothing")]
    )


def _one(kind: str, name: str, wire: Any, titles: Titles) -> Message:
    if wire in (ME, MY_TEAM):
        return msg("me") if wire == ME else msg("my team")
    described = figures.kind_of(RECORDS[kind], name)
    if isinstance(described, Choice):
        return next((word for code, word in described.options if code == wire), verbatim(str(wire)))
    if isinstance(described, Link):
        return verbatim(titles.get(str(wire), "?"))
    if described is not None and family(described) == "number":
        return verbatim(described.format(described.from_wire(wire), "en").removesuffix(".00"))
    return verbatim(str(wire))


def sentence(kind: str, filter: Filter, titles: Titles) -> Message:
    """The whole filter as a sentence."""
    if isinstance(filter, Condition):
        return msg("{field} {asked}").of(field=label(kind, filter.field), asked=said(kind, filter, titles))
    parts = [
        sentence(kind, part, titles) if isinstance(part, Condition) else _inner(kind, part, titles)
        for part in filter.parts
    ]
    if not parts:
        return msg("everything")
    link = msg("{one}, and {two}") if filter.how == ALL else msg("{one}, or {two}")
    joined = reduce(lambda one, two: link.of(one=one, two=two), parts)
    return msg("not ({inner})").of(inner=joined) if filter.how == filters.NONE else joined


def _inner(kind: str, part: filters.Group, titles: Titles) -> Message:
    inner = sentence(kind, part, titles)
    return inner if part.how == filters.NONE or len(part.parts) < 2 else msg("({inner})").of(inner=inner)


def linked(filter: Filter) -> set[str]:
    """The ids in hexadecimal form whose titles its sentence needs."""
    return {
        each
        for condition in filters.conditions(filter)
        for each in (condition.value if isinstance(condition.value, tuple) else (condition.value,))
        if isinstance(each, str) and re.fullmatch(r"[0-9a-f]{32}", each)
    }


# What a person types

_SIGNS: Final = (
    ("!=", "not"), ("≠", "not"), ("不是", "not"), ("is not", "not"), (">=", "least"), ("≥", "least"),
    ("<=", "most"), ("≤", "most"), ("大于", "more"), ("小于", "less"), ("不少于", "least"),
    ("不超过", "most"),
    ("早于", "less"), ("晚于", "more"), ("before", "less"), ("after", "more"), (">", "more"), ("<", "less"),
    ("＞", "more"), ("＜", "less"), ("：", "is"), (":", "is"), ("＝", "is"), ("=", "is"), ("是", "is"),
    ("含", "is"), ("contains", "is"), ("is", "is"),
)  # fmt: skip
_PARTED: Final = re.compile(r"\s*(?:[,，、;；]|或|\bor\b)\s*")
_ME: Final = frozenset({"me", "我", "mine"})
_TEAM: Final = frozenset({"my team", "team", "我的团队", "团队"})
_EMPTY: Final = frozenset({"empty", "空", "为空", "未填"})
_LATE: Final = frozenset({"overdue", "late", "逾期"})


def read(kind: str, typed: str, offered: Sequence[str]) -> list[Condition]:
    """What `金额 > 10万`, `stage: won` or `谈判` may mean, the likeliest first; the last asks the index."""
    text = typed.strip()
    if not text:
        return []
    cls = RECORDS[kind]
    found = [*_with_a_field(cls, text, offered), *_by_value_alone(cls, text, offered)]
    known = [each for each in dict.fromkeys(found) if is_known(cls, each)]
    return [*known, lists.words(text)]


def meant(kind: str, typed: str, offered: Sequence[str]) -> Condition | None:
    """What is meant without asking back: a sentence with a field, else the words themselves."""
    text = typed.strip()
    if not text:
        return None
    cls = RECORDS[kind]
    sure = (each for each in _with_a_field(cls, text, offered) if is_known(cls, each))
    return next(sure, lists.words(text))


def _with_a_field(cls: type[Record], text: str, offered: Sequence[str]) -> Iterator[Condition]:
    small = text.casefold()
    for name in offered:
        words = label(cls.__tablename__, name)
        for called in sorted({words.in_language("zh"), words.text, name}, key=len, reverse=True):
            if not small.startswith(called.casefold()):
                continue
            rest = text[len(called) :].strip()
            sign, op = next(
                ((sign, op) for sign, op in _SIGNS if rest.casefold().startswith(sign)), ("", "is")
            )
            value = rest[len(sign) :].strip()
            if value and (sign or text[len(called)] == " "):
                yield from _read_value(cls, name, op, value)
            break


def _read_value(cls: type[Record], name: str, op: str, value: str) -> Iterator[Condition]:
    kind = figures.kind_of(cls, name)
    if kind is None:
        return
    if value.casefold() in _EMPTY:
        yield Condition(name, "filled" if op == "not" else "empty")
        return
    reader = _READERS.get(family(kind))
    try:
        found = reader(kind, name, op, value) if reader else None
    except (Refused, ValueError, KeyError):
        found = None
    if found is not None:
        yield found


def _read_text(kind: Any, name: str, op: str, value: str) -> Condition:
    return Condition(name, "lacks" if op == "not" else "contains", value)


def _read_number(kind: Any, name: str, op: str, value: str) -> Condition:
    wire: Value = kind.to_wire(kind.parse(value))
    return Condition(name, op, wire)


def _read_day(kind: Any, name: str, op: str, value: str) -> Condition | None:
    small = value.casefold()
    if small in _LATE:
        return Condition(name, "in", "past")
    for period, words in PERIOD_WORDS.items():
        if small in (words.text, words.in_language("zh"), period):
            first, last = filters.span(period, date.today())  # noqa: DTZ011
            if op == "less" and first is not None:
                return Condition(name, "before", first.isoformat())
            if op == "more" and last is not None:
                return Condition(name, "after", last.isoformat())
            return Condition(name, "in", period)
    if counted := re.fullmatch(r"(?:过去|last|past)\s*(\d{1,4})\s*(?:天|days?)", small):
        return Condition(name, "in", f"last:{counted[1]}")
    if counted := re.fullmatch(r"(?:未来|今后|next)\s*(\d{1,4})\s*(?:天|days?)", small):
        return Condition(name, "in", f"next:{counted[1]}")
    day = day_of(value)
    if day is None:
        return None
    return Condition(name, {"less": "before", "more": "after"}.get(op, "is"), day.isoformat())


def day_of(text: str) -> date | None:
    """The day that was typed, or None."""
    return typing.day(text, date.today())  # noqa: DTZ011


def _read_choice(kind: Any, name: str, op: str, value: str) -> Condition:
    codes = tuple(kind.parse(part) for part in _PARTED.split(value) if part)
    return Condition(name, "none_of" if op == "not" else "one_of", codes)


def _read_link(kind: Any, name: str, op: str, value: str) -> Condition:
    meant = {**dict.fromkeys(_ME, ME), **dict.fromkeys(_TEAM, MY_TEAM)}
    return Condition(name, "none_of" if op == "not" else "one_of", (meant[value.casefold()],))


def _read_flag(kind: Any, name: str, op: str, value: str) -> Condition:
    return Condition(name, "yes" if kind.parse(value) != (op == "not") else "no")


def _read_tags(kind: Any, name: str, op: str, value: str) -> Condition:
    words = tuple(part for part in _PARTED.split(value) if part)
    return Condition(name, "has_not" if op == "not" else "has", words)


_READERS: Final[dict[str, Callable[[Any, str, str, str], Condition | None]]] = {
    "text": _read_text,
    "number": _read_number,
    "day": _read_day,
    "choice": _read_choice,
    "link": _read_link,
    "flag": _read_flag,
    "tags": _read_tags,
}


def _by_value_alone(cls: type[Record], text: str, offered: Sequence[str]) -> Iterator[Condition]:
    """`谈判` or `VIP` alone names a choice of some field."""
    parts = [part for part in _PARTED.split(text) if part]
    for name in offered:
        kind: Kind | None = figures.kind_of(cls, name)
        if isinstance(kind, Choice):
            try:
                yield Condition(name, "one_of", tuple(kind.parse(part) for part in parts))
            except Refused:
                continue


def offered(kind: str, seen: Callable[[Sequence[str]], Sequence[str]]) -> list[str]:
    """The fields and figures of a type that one can filter by, those of its lists first."""
    cls = RECORDS[kind]
    names = [name for name, each in cls.fields().items() if family(each.kind) and not each.hidden]
    names.sort(key=lambda name: not cls.fields()[name].listed)
    return [*seen(names), *figures.FIGURES.get(kind, {})]


def begun(kind: str, name: str) -> Condition:
    """The condition that a new line of the builder begins with."""
    of = family(figures.kind_of(RECORDS[kind], name))
    first: dict[str, Value] = {"in": "this_month", "one_of": (), "has": ()}
    op = OPERATORS[of][0]
    return Condition(name, op, first.get(op))
