"""Who changed what, when, on which device: read from the change log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from desktop.models.changes import SETTING_KINDS
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
        for name, old, new in _fields(kind, json.loads(body)):
            if field is None or field == name:
                entries.append(
                    Entry(moment, who, laptop, command, kind, name, old, new, bytes(tx).hex(), bool(origin))
                )
    return entries


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
