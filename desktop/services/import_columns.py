"""Which column of a stranger's table is what: guessed with a reason, said by a person, kept by its heads."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

from desktop.documents import headers
from desktop.models.kinds import Json, Kind, Link, Tags
from desktop.models.record import Record
from desktop.models.records import Contact, Customer
from desktop.models.store import Store
from desktop.services.import_rows import CLASS, COMPANY, FURTHER, LEFT_OUT, OF_KIND, PERSONS
from desktop.words import LANGUAGES, Message, msg

REMEMBERED: Final = "import_columns"
"""Local: what people said of the columns of tables, the newest last."""
MOST: Final = 100
SCALES: Final = (1, 1_000, 10_000, 100_000_000)
LOOKED_AT: Final = 50
"""Rows by which a column is known that its heading does not tell."""
SHOWN: Final = 5
"""Values of a column that are shown to whoever says what it is."""
LED: Final = ("server", "derived")
NOT_BROUGHT: Final = frozenset({"owner_id", "team_id"})
ID: Final = re.compile(r"[0-9a-f]{32}")
_IGNORED: Final = {
    "ID": LEFT_OUT,
    **{
        Customer.fields()[name].label.in_language(language): LEFT_OUT
        for name in sorted(NOT_BROUGHT)
        for language in LANGUAGES
    },
}
"""Headings of our own exports that say whose a record was; who brings it in owns it from now on."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column can go: a field of the record that a row becomes, or of the person who comes along."""

    key: str
    label: Message
    cls: type[Record]
    name: str
    """The field of that record."""

    @property
    def kind(self) -> Kind:
        """What the field holds."""
        return self.cls.fields()[self.name].kind


PERSON: Final = msg("Contact: {field}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table and what it is; `how` it was known: same, alike, content, own, empty, remembered,
    chosen, or nothing.
    """

    title: str
    key: str = FURTHER
    how: str = ""
    share: float = 1.0
    scale: int = 1
    """What its numbers are multiplied by."""
    samples: tuple[str, ...] = ()
    filled: int = 0
    """How many of its cells hold anything."""


def _own_words(kind: str, header: Sequence[str], names: list[str]) -> None:
    """A column that is headed as this program heads it goes to that field: what was exported comes back."""
    known: dict[str, str] = {}
    for name, described in CLASS[kind].fields().items():
        if name not in NOT_BROUGHT and not isinstance(described.kind, Link):
            for word in (name, *(described.label.in_language(language) for language in LANGUAGES)):
                known.setdefault(headers.plain(word), name)
    reached = {OF_KIND[kind].get(name, name) for name in names}
    for place, title in enumerate(header):
        name = known.get(headers.plain(title), "")
        if not names[place] and name and name not in reached:
            names[place] = name
            reached.add(name)


def is_own_export(header: Sequence[str], samples: Sequence[Sequence[str]]) -> bool:
    """Whether this program wrote the table: its first column holds ids of records."""
    return header[:1] == ["ID"] and all(ID.fullmatch(row[0]) for row in samples)


def is_number(kind: str, name: str) -> bool:
    """Whether a column's field holds a number: only there 万 in the heading multiplies."""
    described = CLASS[kind].fields().get(OF_KIND[kind].get(name, name))
    return described is not None and described.kind.numeric


@cache
def targets(kind: str) -> tuple[Target, ...]:
    """Everything that a column of such a table can be, in the order of the form."""
    cls = CLASS[kind]
    keys = {name: key for key, name in reversed(OF_KIND[kind].items()) if key not in PERSONS[kind]}
    keys |= {name: name for key, name in OF_KIND[kind].items() if key == name and key not in PERSONS[kind]}
    found = [
        Target(keys.get(name, name), described.label, cls, name)
        for name, described in cls.fields().items()
        if not described.hidden
        and name not in NOT_BROUGHT
        and described.merge not in LED
        and not isinstance(described.kind, Link)
        and (isinstance(described.kind, Tags) or not isinstance(described.kind, Json))
    ]
    fields = Contact.fields()
    found += [
        Target(key, PERSON.of(field=fields[name].label), Contact, name) for key, name in PERSONS[kind].items()
    ]
    if cls is Contact:
        found.append(Target(COMPANY, Customer.__label__, Customer, "name"))
    return tuple(found)


def target(kind: str, key: str) -> Target | None:
    """Where a column of this key goes; None where it has no field of its own."""
    return next((each for each in targets(kind) if each.key == key), None)


def guess(kind: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """What each column most probably is, and how that was known."""
    samples = rows[:LOOKED_AT]
    synonyms = {name: headers.WORDS.get(name, ()) for name in OF_KIND[kind]}
    guesses = headers.guess_fields(header, synonyms, samples)
    names = [guesses[place].field if place in guesses else "" for place in range(len(header))]
    _own_words(kind, header, names)
    names = _once(kind, names)
    ours = is_own_export(header, samples)
    return [
        _described(kind, title, names[place], guesses.get(place), [row[place] for row in rows], ours=ours)
        for place, title in enumerate(header)
    ]


def _once(kind: str, names: Sequence[str]) -> list[str]:
    """Each under the key of its target, and each target once: of two columns the more exact one has it."""
    order = list(OF_KIND[kind])
    places = sorted(
        (place for place, name in enumerate(names) if name),
        key=lambda place: (order.index(names[place]) if names[place] in order else len(order), place),
    )
    found, taken = [FURTHER] * len(names), set()
    for place in places:
        key = _key(kind, names[place])
        if key not in taken:
            found[place] = key
            taken.add(key)
    return found


def _key(kind: str, name: str) -> str:
    if name in PERSONS[kind] or (kind == "contacts" and name == COMPANY):
        return name
    field = OF_KIND[kind].get(name, name)
    cls = CLASS[kind]
    return next((each.key for each in targets(kind) if each.cls is cls and each.name == field), name)


def _described(
    kind: str, title: str, key: str, guessed: headers.Guess | None, cells: Sequence[str], *, ours: bool
) -> Column:
    filled = [cell for cell in cells if cell]
    how, share = ("own", 1.0) if key else ("", 1.0)
    if key and guessed is not None:
        how, share = guessed.how, guessed.share
    if not key and ours and title in _IGNORED:
        key, how = LEFT_OUT, "own"
    if not filled and not key:
        how = "empty"
    scale = headers.scale(title) if is_number(kind, key) else 1
    return Column(title, key, how, share, scale, tuple(filled[:SHOWN]), len(filled))


def say(columns: Sequence[Column], kind: str, place: int, key: str) -> list[Column]:
    """A person says what a column is; another one that was the same is kept in the further details."""
    found = list(columns)
    for other, each in enumerate(columns):
        if other != place and key not in (FURTHER, LEFT_OUT) and each.key == key:
            found[other] = replace(each, key=FURTHER, how="", scale=1)
    title = columns[place].title
    scale = headers.scale(title) if is_number(kind, key) else 1
    found[place] = replace(columns[place], key=key, how="chosen", scale=scale)
    return found


def multiply(columns: Sequence[Column], place: int, scale: int) -> list[Column]:
    """A person says in what the numbers of a column are written."""
    found = list(columns)
    found[place] = replace(columns[place], scale=scale, how="chosen")
    return found


# Remembered


def recall(store: Store, kind: str, columns: Sequence[Column]) -> list[Column]:
    """The columns as somebody said them of a table with the same heads; else as they are."""
    for heads, said in reversed(_stored(store)):
        if heads == _heads(kind, columns):
            return [_as_said(kind, each, *one) for each, one in zip(columns, said, strict=True)]
    return list(columns)


def remember(store: Store, kind: str, columns: Sequence[Column], guessed: Sequence[Column]) -> None:
    """Keep what was said of these heads; what is as it was guessed need not be kept."""
    heads = _heads(kind, columns)
    before = _stored(store)
    kept = [one for one in before if one[0] != heads]
    said = [[each.key, each.scale] for each in columns]
    if said != [[each.key, each.scale] for each in guessed]:
        kept.append([heads, said])
    if kept != before:
        store.set_local(REMEMBERED, kept[-MOST:])


def _stored(store: Store) -> list[Any]:
    return list(store.local(REMEMBERED) or [])


def _heads(kind: str, columns: Sequence[Column]) -> list[str]:
    return [kind, *(headers.plain(each.title) for each in columns)]


def _as_said(kind: str, column: Column, key: str, scale: int) -> Column:
    known = key in (FURTHER, LEFT_OUT) or target(kind, key) is not None
    if not known or (key, scale) == (column.key, column.scale):
        return column
    return replace(column, key=key, scale=scale, how="remembered")


def scaled(text: str, scale: int) -> str:
    """A number under a heading like 价格(万) in full; what is no number stays as it is."""
    if scale == 1 or not text:
        return text
    try:
        return f"{Decimal(text.replace(',', '')) * scale:f}"
    except InvalidOperation:
        return text
