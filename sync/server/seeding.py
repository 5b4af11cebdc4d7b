"""Many records at once, put straight into the office: how a demo or a move from elsewhere begins."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from desktop.models.record import RECORDS, Field, new_id
from sync.server.batch import FIRST
from sync.server.feed import PUT, Event, publish
from sync.server.rows import shape
from sync.server.scope import home

AT_ONCE: Final = 20_000
"""Rows that are held in memory at once; a million in one piece took gigabytes."""


def seed(conn: Connection, record_type: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add new records of one type, values in wire form; what a row does not name has its default.

    Parts (contacts, lines) name the owner and team of their root themselves. Returns how many there were.
    """
    fields = RECORDS[record_type].fields()
    plain = {name: _default(described) for name, described in fields.items()}
    source, count = iter(rows), 0
    while part := list(islice(source, AT_ONCE)):
        whole = [
            {**plain, "id": new_id().hex, "unknown": None, **row, "version": FIRST, "deleted_at": None}
            for row in part
        ]
        shape(record_type, conn.dialect.name).insert(conn, whole)
        publish(conn, [Event(home(record_type, row), record_type, row["id"], FIRST, PUT) for row in whole])
        count += len(whole)
    return count


def _default(described: Field) -> Any:
    default = described.default() if callable(described.default) else described.default
    return {} if described.name == "custom" else described.kind.to_wire(default)
