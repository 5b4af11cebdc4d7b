"""What the search index holds of each record: derived from `field(search=...)`, also for pulled rows."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection

from desktop.models import search
from desktop.models.record import Record


def entry_of(
    cls: type[Record], record_id: UUID, get: Callable[[str], Any], me: str = ""
) -> search.Entry | None:
    """The index entry of a record whose fields `get` returns, or None where nothing of it is searched.

    Between equal hits one's own come first: those whose owner is `me`.
    """
    found: dict[str, list[str]] = {"name": [], "text": [], "number": [], "phone": []}
    for name, described in cls.fields().items():
        if described.search:
            value = get(name)
            if value:
                found[described.search].append(value if isinstance(value, str) else " ".join(value))
    if not any(found.values()):
        return None
    return search.Entry(
        cls.__tablename__,
        record_id.bytes,
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
    row = connection.exec_driver_sql("SELECT value FROM local WHERE key = 'me'").fetchone()
    return str(json.loads(row[0])["id"]) if row else ""


def refresh(connection: Connection, records: Iterable[Record]) -> None:
    """Bring the index up to date with `records`, in their transaction."""
    entries: list[search.Entry] = []
    gone: list[bytes] = []
    me = _me(connection)
    for record in records:
        entry = None
        if record.deleted_at is None:
            entry = entry_of(type(record), record.id, partial(getattr, record), me)
        if entry is not None:
            entries.append(entry)
        elif any(described.search for described in type(record).fields().values()):
            gone.append(record.id.bytes)
    _write(connection, entries, gone)


def refresh_rows(
    connection: Connection, cls: type[Record], rows: Iterable[tuple[UUID, Mapping[str, Any], bool]]
) -> None:
    """The same for pulled rows: (id, fields in wire form, deleted)."""
    if not any(described.search for described in cls.fields().values()):
        return
    entries: list[search.Entry] = []
    gone: list[bytes] = []
    me = _me(connection)
    for record_id, row, deleted in rows:
        entry = None if deleted else entry_of(cls, record_id, row.get, me)
        if entry is None:
            gone.append(record_id.bytes)
        else:
            entries.append(entry)
    _write(connection, entries, gone)


def _write(connection: Connection, entries: list[search.Entry], gone: list[bytes]) -> None:
    if entries:
        search.write(driver_of(connection), entries)
    if gone:
        search.remove(driver_of(connection), gone)


def driver_of(connection: Connection) -> search.Connection:
    """The DBAPI connection beneath, for the index and for bulk rows."""
    return cast("search.Connection", connection.connection.driver_connection)
