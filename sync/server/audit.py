"""The office's own log: append-only, each row chained to the one before, so that a missing row shows.

When a day (UTC) is over, its last row becomes that day's root: laptops are given it and keep it, so that not
even the office can write its log anew unseen.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from desktop.models.columns import json_text
from desktop.rules.canonical import canonical
from sync.protocol.messages import Root
from sync.server.tables import AUDIT, AUDIT_ROOT, META

START: Final = bytes(32)
LOCK: Final = "audit"
"""The row of `office_meta` that whoever appends holds: two at once would chain to the same row."""
_HOLD: Final = select(META.c.value).where(META.c.name == LOCK).with_for_update()
_NEWEST: Final = select(AUDIT.c.seq, AUDIT.c.at, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
_APPEND: Final = insert(AUDIT)
_ROOTS: Final = (
    select(AUDIT_ROOT)
    .where(AUDIT_ROOT.c.seq >= bindparam("since"))
    .order_by(AUDIT_ROOT.c.seq.desc())
    .limit(bindparam("most"))
)


def record(conn: Connection, at: int, actor: str, action: str, body: Mapping[str, Any]) -> None:
    """Append one row. Call it inside the transaction that it describes, after all row locks are held."""
    if conn.dialect.name != "sqlite":  # which has one writer
        conn.execute(_HOLD)
    newest = _newest(conn)
    seq, previous = (newest.seq + 1, bytes(newest.hash)) if newest else (1, START)
    if newest and day_of(newest.at) < day_of(at):
        _close(conn, newest)
    entry = {"seq": seq, "at": at, "actor": actor, "action": action, "body": dict(body)}
    conn.execute(
        _APPEND,
        {**entry, "body": json_text(entry["body"]), "hash": _chained(previous, entry)},
    )


def _newest(conn: Connection) -> Row[Any, Any, Any] | None:
    return conn.execute(_NEWEST).first()


# ---------------------------------------------------------------- daily roots


def day_of(at: int) -> str:
    """The day (UTC) of a moment in milliseconds."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"


def close_days(conn: Connection, now: int) -> None:
    """Store the root of the last day that is over, if it is not stored yet."""
    newest = _newest(conn)
    if newest is None or day_of(newest.at) >= day_of(now):
        return
    known = select(AUDIT_ROOT.c.seq).where(AUDIT_ROOT.c.seq >= newest.seq)
    if conn.execute(known).first() is None:
        conn.execute(select(META.c.value).where(META.c.name == LOCK).with_for_update())
        if conn.execute(known).first() is None:
            _close(conn, newest)


def _close(conn: Connection, last: Row[Any, Any, Any]) -> None:
    """Store the root of a day; where the clock ran backwards, the first root of a day counts."""
    day = day_of(last.at)
    if conn.execute(select(AUDIT_ROOT.c.seq).where(AUDIT_ROOT.c.day >= day)).first() is None:
        conn.execute(insert(AUDIT_ROOT), {"day": day, "seq": last.seq, "hash": bytes(last.hash)})


def roots(conn: Connection, since: int = 0, most: int = 400) -> list[Root]:
    """The newest daily roots from row `since` on, oldest first."""
    found = conn.execute(_ROOTS, {"since": since, "most": most})
    return [Root(row.day, row.seq, bytes(row.hash).hex()) for row in found][::-1]


def described(root: Root) -> dict[str, Any]:
    """A root for a list."""
    return {"day": root.day, "seq": root.seq, "hash": root.hash}


# ---------------------------------------------------------------- checks


def verify(conn: Connection) -> int:
    """The number of the first row that does not fit the chain or a daily root, or 0 if all do."""
    previous = START
    expected = 1
    kept = {row.seq: bytes(row.hash) for row in conn.execute(select(AUDIT_ROOT))}
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
        if kept.pop(row.seq, bytes(row.hash)) != bytes(row.hash):
            return expected
        previous = bytes(row.hash)
        expected += 1
    return min(kept, default=0)


def size(conn: Connection) -> int:
    """How many rows the log has."""
    return conn.execute(select(func.count()).select_from(AUDIT)).scalar_one()


def _chained(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(previous + canonical(entry)).digest()
