"""What the search index holds of each record: derived from `field(search=...)`, also for pulled rows."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection

from desktop.models import remote_rows, search
from desktop.models.record import Record


def entry_of(
    cls: type[Record], record_id: bytes, get: Callable[[str], Any], me: str = ""
) -> search.Entry | None:
    """The index entry of a record whose fields `get` returns, or None where nothing of it is searched.

    Between equal hits one's own come first: those whose owner is `me`.
    """
    found: dict[str, list[str]] = {"name": [], "text": [], "number": [], "phone": []}
    names, places = _names_and_places(cls)
    some = False
    for value, place in zip(map(get, names), places, strict=True):
        if value:
            some = True
            found[place].append(value if isinstance(value, str) else " ".join(value))
    if not some:
        return None
    return search.Entry(
        cls.__tablename__,
        record_id,
        cls.title_of(get),
        found["name"],
        found["text"],
        found["number"],
        found["phone"],
        rank=int(bool(me) and _hex(get("owner_id")) == me),
    )


def _hex(owner: UUID | str | None) -> str:
    return owner.hex if isinstance(owner, UUID) else owner or ""


def _me(connection: Connection) -> str:
    """The id of the user of this vault, once there is one."""
    row = driver_of(connection).execute("SELECT value FROM local WHERE key = 'me'").fetchone()
    return str(json.loads(row[0])["id"]) if row else ""


@cache
def searched(cls: type[Record]) -> tuple[tuple[str, str], ...]:
    """The fields that are searched, each with its place in the index."""
    return tuple((name, described.search) for name, described in cls.fields().items() if described.search)


@cache
def _names_and_places(cls: type[Record]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(name for name, _ in searched(cls)), tuple(place for _, place in searched(cls))


@cache
def told(cls: type[Record]) -> tuple[str, ...]:
    """What an entry is made of: owner, what is searched, and what the title asks for."""
    asked = ["owner_id", *(name for name, _ in searched(cls))]

    def note(name: str) -> str:
        asked.append(name)
        return ""

    cls.title_of(note)
    return tuple(dict.fromkeys(asked))


def refresh(connection: Connection, records: Iterable[Record]) -> None:
    """Bring the index up to date with `records`, in their transaction."""
    entries: list[search.Entry] = []
    gone: list[bytes] = []
    me = _me(connection)
    for record in records:
        entry = None
        if record.deleted_at is None:
            entry = entry_of(type(record), record.id.bytes, partial(getattr, record), me)
        if entry is not None:
            entries.append(entry)
        elif searched(type(record)):
            gone.append(record.id.bytes)
    _write(connection, entries, gone)


def refresh_rows(
    connection: Connection, cls: type[Record], rows: Iterable[tuple[UUID, Mapping[str, Any], bool]]
) -> None:
    """The same for pulled rows: (id, fields in wire form, deleted)."""
    if not searched(cls):
        return
    entries: list[search.Entry] = []
    gone: list[bytes] = []
    me = _me(connection)
    for record_id, row, deleted in rows:
        entry = None if deleted else entry_of(cls, record_id.bytes, row.get, me)
        if entry is None:
            gone.append(record_id.bytes)
        else:
            entries.append(entry)
    _write(connection, entries, gone)


def add(connection: Connection, cls: type[Record], upto: bytes) -> None:
    """Bring rows that came without it into the index, of those due the ones up to an id.

    One that somebody changed since is there already.
    """
    names = told(cls)
    listed = ", ".join(f'"{name}"' for name in names)
    rows = driver_of(connection).execute(
        f'SELECT {listed}, id FROM search_due AS d CROSS JOIN "{cls.__tablename__}" AS t ON t.id = d.record'  # noqa: S608
        " WHERE d.record <= ? AND d.type = ? AND deleted_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM search_entry WHERE record = t.id)",
        (upto, cls.__tablename__),
    )
    converts = [remote_rows.from_driver(cls, name) for name in names]
    columns = [
        values if convert is remote_rows.plain else map(convert, values)
        for convert, values in zip((*converts, remote_rows.plain), zip(*rows, strict=True), strict=False)
    ]
    me = _me(connection)
    entries = (
        entry_of(cls, row[-1], dict(zip(names, row, strict=False)).get, me)
        for row in zip(*columns, strict=True)
    )
    search.write(driver_of(connection), filter(None, entries), new=True)


def _write(connection: Connection, entries: list[search.Entry], gone: list[bytes]) -> None:
    if entries:
        search.write(driver_of(connection), entries)
    if gone:
        search.remove(driver_of(connection), gone)


def driver_of(connection: Connection) -> search.Connection:
    """The DBAPI connection beneath, for the index and for bulk rows."""
    return cast("search.Connection", connection.connection.driver_connection)
