"""Who changed what, when, on which device: read from the change log."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from desktop.models.changes import ARRIVED, SETTING_KINDS
from desktop.models.overlay import CREATING
from desktop.models.record import Record
from desktop.models.records import Device, User
from desktop.models.store import Actor, Store


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one field; `old` and `new` are in wire form."""

    at: datetime
    who: str
    device: str
    command: str
    kind: str
    field: str
    old: Any
    new: Any
    tx: str
    remote: bool


def history(store: Store, cls: type[Record], record_id: UUID, field: str | None = None) -> list[Entry]:
    """The changes of a record, or of one of its fields, newest first."""
    me = store.me()
    with store.looking() as connection:
        rows = connection.exec_driver_sql(
            "SELECT at, actor, device, command, kind, body, tx, origin FROM change"
            " WHERE record = ? AND type = ? ORDER BY seq DESC",
            (record_id.bytes, cls.__tablename__),
        ).all()
        people = _names(connection, me)
    entries: list[Entry] = []
    for at, actor, device, command, kind, body, tx, origin in rows:
        moment = datetime.fromtimestamp(at / 1000, UTC)
        who = people.get(bytes(actor), "") if actor else ""
        laptop = people.get(bytes(device), bytes(device).hex()[:8]) if device else ""
        if kind == ARRIVED:
            entries.append(
                Entry(moment, who, "", command, "create", field or "", None, None, bytes(tx).hex(), True)
            )
            continue
        for name, old, new in _fields(kind, json.loads(body)):
            if field is None or field == name:
                entries.append(
                    Entry(moment, who, laptop, command, kind, name, old, new, bytes(tx).hex(), bool(origin))
                )
    return entries


def made_at(record_id: UUID) -> datetime | None:
    """When a record was made, which its id tells (RFC 9562); None for an id of another form."""
    return datetime.fromtimestamp((record_id.int >> 80) / 1000, UTC) if record_id.version == 7 else None


def makers(store: Store, kind: str, ids: Collection[UUID]) -> dict[UUID, str]:
    """Who made these records, of those whose making this laptop's log knows."""
    me = store.me()
    with store.looking() as connection:
        rows = connection.exec_driver_sql(
            "SELECT record, actor FROM change WHERE type = ? AND kind IN ('create', 'append', ?)"
            " AND actor IS NOT NULL AND record IN (SELECT unhex(value) FROM json_each(?))",
            (kind, ARRIVED, json.dumps([each.hex for each in ids])),
        ).all()
        people = _names(connection, me)
    return {UUID(bytes=bytes(record)): people.get(bytes(actor), "") for record, actor in rows}


def _fields(kind: str, body: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    if kind in CREATING:
        fields = body["fields"] if kind == "sign" else body
        yield from ((name, None, new) for name, new in fields.items())
    elif kind == "transition":
        yield body["field"], body["from"], body["to"]
    elif kind == "issue":
        yield from ((name, old, new) for name, (old, new) in body["fields"].items())
    elif kind in SETTING_KINDS:
        yield from ((name, old, new) for name, (old, new) in body.items())
    else:
        yield "", None, None


def _names(connection: Connection, me: Actor) -> dict[bytes, str]:
    names = {me.id.bytes: me.name}
    for cls in (User, Device):
        table = cls.table()
        for row in connection.execute(table.select().with_only_columns(table.c.id, table.c.name)):
            names[row.id.bytes] = row.name or ""
    return names
