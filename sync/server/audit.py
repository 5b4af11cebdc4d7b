"""The office's own log: append-only, each row chained to the one before, so that a missing row shows."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from desktop.models.columns import json_text
from desktop.rules.canonical import canonical
from sync.server.tables import AUDIT, META

START: Final = bytes(32)
LOCK: Final = "audit"
"""The row of `office_meta` that whoever appends holds: two at once would chain to the same row."""


def record(conn: Connection, at: int, actor: str, action: str, body: Mapping[str, Any]) -> None:
    """Append one row. Call it inside the transaction that it describes, after all row locks are held."""
    conn.execute(select(META.c.value).where(META.c.name == LOCK).with_for_update())
    newest = conn.execute(select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).first()
    seq, previous = (newest.seq + 1, bytes(newest.hash)) if newest else (1, START)
    entry = {"seq": seq, "at": at, "actor": actor, "action": action, "body": dict(body)}
    conn.execute(
        insert(AUDIT),
        {**entry, "body": json_text(entry["body"]), "hash": _chained(previous, entry)},
    )


def verify(conn: Connection) -> int:
    """The number of the first row that does not fit the chain, or 0 if all do."""
    previous = START
    expected = 1
    for row in conn.execute(select(AUDIT).order_by(AUDIT.c.seq)):
        entry = {
            "seq": row.seq,
            "at": row.at,
            "actor": row.actor,
            "action": row.action,
            "body": json.loads(row.body),
        }
        if row.seq != expected or _chained(previous, entry) != bytes(row.hash):
            return expected
        previous = bytes(row.hash)
        expected += 1
    return 0


def size(conn: Connection) -> int:
    """How many rows the log has."""
    return conn.execute(select(func.count()).select_from(AUDIT)).scalar_one()


def _chained(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(previous + canonical(entry)).digest()
