"""An edit that comes after its author lost the record is not thrown away: its present owner is asked.

Only where the author demonstrably had the record: it moved out of a stream that was theirs, or lives in one
that was. Whoever never had it learns nothing, not even that it exists.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select

from desktop.models.columns import moment_text
from desktop.models.overlay import CREATING
from desktop.models.record import RECORDS
from desktop.rules.streams import is_lent
from desktop.words import msg
from sync.protocol.ops import Op
from sync.server import shares
from sync.server.batch import Batch, Held, links_of
from sync.server.feed import MOVE
from sync.server.permission import Rejected, new_row
from sync.server.rows import bare, id_in
from sync.server.scope import Scope, home
from sync.server.tables import FEED, REACH
from sync.server.values import BadValue, check

PROPOSED: Final = msg(
    "This record is no longer yours; the office has put your change before the one who has it now."
)
EVERYTHING: Final = "*"
"""The mark of somebody who once saw every stream."""
KINDS: Final = frozenset({*CREATING, "set", "transition", "delete"})
_HOME: Final = frozenset({"owner_id", "team_id"})
_REACH: Final = select(REACH.c.stream).where(REACH.c.user == bindparam("user"))
_LOST: Final = frozenset({"not_found", "not_allowed"})


def remember(conn: Connection, scope: Scope) -> None:
    """Keep which streams this person was given: an edit made then may arrive when they are so no more."""
    new = unremembered(conn, scope)
    if new:
        user = UUID(hex=scope.person.user)
        conn.execute(insert(REACH), [{"user": user, "stream": stream} for stream in sorted(new)])


def unremembered(conn: Connection, scope: Scope) -> set[str]:
    """The streams of which nobody has noted yet that this person was given them."""
    streams = {EVERYTHING} if scope.streams is None else set(scope.streams)
    return streams - _reach(conn, UUID(hex=scope.person.user))


def _reach(conn: Connection, user: UUID) -> set[str]:
    return set(conn.execute(_REACH, {"user": user}).scalars())


def instead(batch: Batch, scope: Scope, ops: Sequence[Op], rejected: Rejected) -> Rejected:
    """What becomes of a refused transaction: a proposal, where its author once had what it changes."""
    if rejected.code not in _LOST or scope.role is None or not scope.role.may(ops[0].command):
        return rejected
    ops = [op for op in ops if op.type not in RECORDS or not RECORDS[op.type].__private__]
    lost = _lost(batch, scope, ops)
    if not lost or not all(_may_be_proposed(op) for op in ops):
        return rejected
    batch.begin()
    made = batch.add("proposal", new_row("proposal", _values(scope, ops, lost[0], batch.now)))
    return Rejected("proposed", PROPOSED, made.id)


def _lost(batch: Batch, scope: Scope, ops: Sequence[Op]) -> list[Held]:
    """The records that the author had and may not change now; none where there is one they never had."""
    reach = _reach(batch.conn, UUID(hex=scope.person.user))
    lost: list[Held] = []
    for op in ops:
        held = _meant(batch, op)
        if held is None:
            if op.kind not in CREATING:
                return []
        elif not scope.may_write(held.type, held.row):
            if shares.access(batch.conn, scope, held.type, [held.id]) or not _had(batch, scope, reach, held):
                return []
            lost.append(held)
    return lost


def _meant(batch: Batch, op: Op) -> Held | None:
    """The record that an operation changes, or, of a new part, the one that it becomes a part of."""
    held = batch.get(op.type, op.record)
    if held is None and op.kind in CREATING and op.type in RECORDS:
        for link in links_of(op.type, dict(op.body), roots_only=True):
            return batch.get(*link)
    return held


def _had(batch: Batch, scope: Scope, reach: set[str], held: Held) -> bool:
    if held.deleted or RECORDS[held.type].__shared__:
        return False
    if EVERYTHING in reach or home(held.type, held.row) in reach:
        return True
    feed = bare(FEED)
    key = id_in(batch.conn.dialect.name)(held.id)
    homes = sorted(stream for stream in reach if not is_lent(stream))
    query = select(feed.c.stream).where(
        feed.c.type == held.type, feed.c.record == key, feed.c.flag == MOVE, feed.c.stream.in_(homes)
    )
    moved = batch.conn.execute(query.limit(1)).first() is not None
    return moved or shares.was_lent_to_edit(batch.conn, scope, reach, held.type, held.id)


def _may_be_proposed(op: Op) -> bool:
    fields = RECORDS[op.type].fields() if op.type in RECORDS else {}
    hidden = any(name in fields and fields[name].masked for name in op.body)
    moved = op.kind not in CREATING and not _HOME.isdisjoint(op.body)
    return bool(fields) and op.kind in KINDS and not hidden and not moved and _readable(op)


def _readable(op: Op) -> bool:
    """Whether its values are what their fields can hold: nobody is asked about nonsense."""
    values: Mapping[str, Any] = op.body if op.kind in CREATING else {}
    try:
        if op.kind == "set":
            values = {name: new for name, (_, new) in op.body.items() if isinstance(op.body[name], list)}
        elif op.kind == "transition":
            values = {op.body["field"]: op.body["to"]}
        for name, value in values.items():
            if name in RECORDS[op.type].fields():
                check(op.type, name, value)
    except (BadValue, KeyError, TypeError, ValueError):
        return False
    return len(values) == len(op.body) or op.kind == "transition"


def _values(scope: Scope, ops: Sequence[Op], lost: Held, now: int) -> Mapping[str, Any]:
    at = datetime.fromtimestamp(min(ops[0].at, now) / 1000, UTC)
    return {
        "name": RECORDS[lost.type].title_of(lost.row.get) or scope.person.name,
        "of": lost.type,
        "of_id": lost.id,
        "author_id": scope.person.user,
        "made_at": moment_text(at),
        "command": ops[0].command,
        "changes": [
            {"kind": op.kind, "type": op.type, "record": op.record, "body": dict(op.body)} for op in ops
        ],
        "state": "open",
        "owner_id": lost.row["owner_id"],
        "team_id": lost.row["team_id"],
    }
