"""What linked records are called: one question for each type, and none twice within a glance."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from desktop.models.kinds import Link
from desktop.models.record import RECORDS, Record
from desktop.models.remote_rows import id_list

ENGLISH: Final = ("customer", "product")
"""The types whose records have an English name beside their own."""


class Named(NamedTuple):
    """What a record is called, and in English where that is known."""

    title: str
    english: str = ""


@cache
def links_of(cls: type[Record]) -> tuple[tuple[str, str], ...]:
    """The fields of a type that link to records, each with the type it links to."""
    kinds = ((name, described.kind) for name, described in cls.fields().items())
    return tuple((name, kind.to) for name, kind in kinds if isinstance(kind, Link) and kind.to in RECORDS)


@cache
def _question(record_type: str) -> tuple[Select[Any], tuple[str, ...]]:
    """Asks a type for what its title is made of, and the names of that."""
    cls = RECORDS[record_type]
    asked: list[str] = []
    cls.title_of(asked.append)
    table = cls.table()
    names = tuple(dict.fromkeys([*asked, *(("name_en",) if record_type in ENGLISH else ())]))
    listed = func.json_each(bindparam("ids")).table_valued("value")
    wanted = table.c.id.in_(select(func.unhex(listed.c.value)))
    return select(table.c.id, *(table.c[name] for name in names)).where(wanted), names


def names(session: Session, links: Mapping[str, set[UUID]]) -> dict[UUID, Named]:
    """What these records are called: {record type: ids} → {id: names}. One that is not here has none."""
    glanced: dict[str, dict[UUID, Named | None]] = session.info.get("names", {})
    found: dict[UUID, Named] = {}
    for record_type, ids in links.items():
        asked = glanced.setdefault(record_type, {})
        found.update((each, known) for each in ids if (known := asked.get(each)) is not None)
        missing = [each for each in ids if each not in asked]
        if not missing:
            continue
        question, fields = _question(record_type)
        asked.update(dict.fromkeys(missing))
        title_of = RECORDS[record_type].title_of
        for row in session.execute(question, {"ids": id_list(each.bytes for each in missing)}):
            values = dict(zip(fields, row[1:], strict=True))
            found[row[0]] = asked[row[0]] = Named(title_of(values.__getitem__), values.get("name_en") or "")
    return found


def link_names(
    session: Session, records: Sequence[Record], known: Mapping[UUID, Named] | None = None
) -> dict[UUID, Named]:
    """What everything that `records` link to is called; who is `known` is not asked for again."""
    there = dict(known or {})
    wanted: dict[str, set[UUID]] = {}
    for record in records:
        for name, to in links_of(type(record)):
            value = getattr(record, name)
            if value is not None and value not in there:
                wanted.setdefault(to, set()).add(value)
    there.update(names(session, wanted))
    return there


def titles(found: Mapping[UUID, Named]) -> dict[UUID, str]:
    """The titles alone."""
    return {each: named.title for each, named in found.items()}


def english(found: Mapping[UUID, Named]) -> dict[UUID, str]:
    """The English names alone, where there are some."""
    return {each: named.english for each, named in found.items() if named.english}
