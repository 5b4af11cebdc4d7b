"""The change log and the flush listener: the one door through which every change passes.

One row per operation, in the transaction that makes the change. Undo, history, audit, sync and live refresh
read this log; the outbox is its local rows above the acknowledged number.
"""

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    event,
    inspect,
)
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import History, get_history
from sqlalchemy.orm.base import PassiveFlag

from desktop.errors import Refused
from desktop.models import indexing
from desktop.models.columns import json_text, moment_text
from desktop.models.record import Base, Record
from desktop.rules.chain import START, Entry, entry_hash
from desktop.rules.schema import SCHEMA
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.models.store import Work

VOID: Final = "void"
ARRIVED: Final = "arrive"
"""In the log of the others' changes: this record came as it was made, by this person at this moment."""
LOCAL: Final = 0
"""The origin of what was done on this laptop; 1 is what came from the others."""
EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
SETTING_KINDS: Final = ("create", "append", "set", "transition", "issue", "sign", "assign")
"""The op kinds whose body holds field values."""

change = Table(
    "change",
    Base.metadata,
    Column("seq", Integer, primary_key=True),
    Column("device", LargeBinary(16)),
    Column("n", Integer, unique=True),
    Column("tx", LargeBinary(16), nullable=False, index=True),
    Column("batch", LargeBinary(16)),
    Column("undoes", LargeBinary(16), index=True),
    Column("command", String(60), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("type", String(40), nullable=False),
    Column("record", LargeBinary(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("base", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", LargeBinary(16)),
    Column("origin", Integer, nullable=False),
    Column("hash", LargeBinary(32)),
    Column("was", String(12)),
    Index("change_record", "record", "seq"),
)
"""`undoes` names the transaction or batch that an undo took back; `at` is milliseconds UTC. `was` is the kind
of an operation that was taken back before it left; its `kind` is VOID then.
"""

chain_seed = Table(
    "chain_seed",
    Base.metadata,
    Column("from_n", Integer, primary_key=True),
    Column("seed", LargeBinary(32), nullable=False),
)
"""The salt seed of the operations from this number on, until the next row."""

local = Table(
    "local",
    Base.metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What this vault knows of itself, as JSON: device, chain head, acknowledged number, who I am."""

sync_base = Table(
    "sync_base",
    Base.metadata,
    Column("record", LargeBinary(16), primary_key=True),
    Column("type", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("row", Text, nullable=False),
)
"""The office's row (wire form) of each record that has changes which the office has not answered."""

UNKEPT: Final = msg("There is a character in it that cannot be kept; type it anew.")
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_INSERT: Final = (
    "INSERT INTO change (device, n, tx, batch, undoes, command, kind, type, record, body, base, at, actor,"
    " origin, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(slots=True)
class Op:
    """One operation before it is numbered; `body` is in wire form."""

    kind: str
    type: str
    record: UUID
    body: dict[str, Any]
    base: int = 0


@dataclass(slots=True)
class Staged:
    """What one flush will write beside the records."""

    ops: list[Op] = field(default_factory=list)
    bases: list[tuple[bytes, str, int, str]] = field(default_factory=list)
    indexed: list[Record] = field(default_factory=list)


def read_local(connection: Connection, key: str, default: Any = None) -> Any:
    """A value of the `local` table."""
    asked = "SELECT value FROM local WHERE key = ?"
    if connection.in_transaction():  # a sync reads some thirty of them: by the driver that costs a quarter
        driver: Any = connection.connection.driver_connection
        row = driver.execute(asked, (key,)).fetchone()
    else:
        row = connection.exec_driver_sql(asked, (key,)).fetchone()
    return default if row is None else json.loads(row[0])


def read_locals(connection: Connection, keys: Iterable[str]) -> dict[str, Any]:
    """Several values of the `local` table at once; what is not there is left out."""
    driver: Any = connection.connection.driver_connection
    rows = driver.execute(
        "SELECT key, value FROM local WHERE key IN (SELECT value FROM json_each(?))", (json_text(list(keys)),)
    )
    return {key: json.loads(value) for key, value in rows}


def write_local(connection: Connection, key: str, value: Any) -> None:
    """Keep a JSON value in the `local` table."""
    connection.exec_driver_sql(
        "INSERT INTO local (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, json_text(value)),
    )


def note_schema(connection: Connection) -> None:
    """Remember from which operation on this program's record schema holds: older ones are read as theirs."""
    noted = read_local(connection, "schemas", [])
    if not noted or noted[-1][1] != SCHEMA:
        written = int(read_local(connection, "head", {"n": 0})["n"])
        before = noted or ([[1, 1]] if written else [])
        write_local(connection, "schemas", [*before, [written + 1, SCHEMA]])


def seed_for(connection: Connection, n: int) -> bytes:
    """The salt seed in force for operation `n`; a first one is made when there is none."""
    row = connection.exec_driver_sql(
        "SELECT seed FROM chain_seed WHERE from_n <= ? ORDER BY from_n DESC LIMIT 1", (n,)
    ).fetchone()
    return bytes(row[0]) if row else new_seed(connection, n)


def new_seed(connection: Connection, from_n: int) -> bytes:
    """Begin a new salt seed at `from_n`: a push closes the window of the seed before it."""
    seed = secrets.token_bytes(32)
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO chain_seed (from_n, seed) VALUES (?, ?)",
        (from_n, seed),
    )
    return seed


def append(connection: Connection, work: "Work", ops: Iterable[Op]) -> None:
    """Number, chain and write `ops` as local operations of `work`."""
    head = read_local(connection, "head", {"n": 0, "hash": START.hex()})
    n, previous = int(head["n"]), bytes.fromhex(head["hash"])
    seed = seed_for(connection, n + 1)
    device, tx = work.device, work.tx
    actor = work.actor.id
    rows: list[tuple[Any, ...]] = []
    for op in ops:
        text = _kept(op.body)
        work.written.update(f"{op.type}.{name}" for name in fields_of(op.kind, op.body))
        work.kinds.add((op.type, op.kind))
        n += 1
        previous = entry_hash(
            previous,
            Entry(
                device.hex,
                n,
                tx.hex,
                work.command,
                op.kind,
                op.type,
                op.record.hex,
                op.base,
                work.at,
                actor.hex,
                op.body,
            ),
            seed,
        )
        rows.append(
            (
                device.bytes,
                n,
                tx.bytes,
                work.batch.bytes if work.batch else None,
                work.undoes.bytes if work.undoes else None,
                work.command,
                op.kind,
                op.type,
                op.record.bytes,
                text,
                op.base,
                work.at,
                actor.bytes,
                LOCAL,
                previous,
            )
        )
    if rows:
        connection.exec_driver_sql(_INSERT, rows)
        write_local(connection, "head", {"n": n, "hash": previous.hex()})


def _kept(body: dict[str, Any]) -> str:
    """The body as text. Raises Refused for what not every system can keep."""
    text = json_text(body)
    if _NUL.search(text):
        raise Refused(UNKEPT)
    return text


def append_remote(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Write what arrived from the office for records held here, as `_INSERT` orders the columns.

    A row is (device, None, tx, batch, undoes, command, kind, type, record, body, base, at, actor, 1, None).
    """
    if rows:
        connection.exec_driver_sql(_INSERT, rows)


class WorkSession(Session):
    """A session whose every flush writes the log; it belongs to one `Work`."""

    def __init__(self, *arguments: Any, work: "Work", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.work = work
        self.staged = Staged()


@event.listens_for(WorkSession, "before_flush")
def _stage(session: WorkSession, _context: UOWTransaction, _instances: object) -> None:
    """Find out what this flush changes while the old values are still known."""
    if session.deleted:
        raise RuntimeError("records are never deleted through the session; set deleted_at")
    staged = session.staged = Staged()
    stated, session.work.stated = session.work.stated, {}
    for record in list(session.new):
        if isinstance(record, Record):
            staged.ops.append(_creation(record, stated.pop(record.id, [])))
            staged.indexed.append(record)
    edited = (record for record in session.dirty if isinstance(record, Record))
    for record in sorted(edited, key=lambda record: record.id.int):  # a set of SQLAlchemy's, in any order
        _stage_dirty(session, record, stated.pop(record.id, []), staged)
    for ops in stated.values():
        staged.ops += ops


def append_stated(work: "Work") -> None:
    """Write what a command stated of records that it did not change."""
    stated, work.stated = work.stated, {}
    ops = [op for found in stated.values() for op in found]
    append(work.connection, work, ops)
    work.changed.update((op.type, op.record) for op in ops)


def _stage_dirty(session: WorkSession, record: Record, stated: list[Op], staged: Staged) -> None:
    changed = _changed(record)
    if not changed and not stated:
        return
    deletion = changed.pop("deleted_at", None)
    base = record.version or 0
    touched = set(type(record).fields()) if deletion else set(changed)
    ops = list(stated)
    for op in stated:
        covered = {name: changed.pop(name) for name in list(changed) if name in op.body.get("fields", ())}
        op.body = {**op.body, "fields": covered} if "fields" in op.body else op.body
        if op.kind == "transition":
            changed.pop(op.body["field"], None)
    shared = {name: pair for name, pair in changed.items() if type(record).fields()[name].merge != "derived"}
    if shared:
        ops.append(Op("set", record.__tablename__, record.id, shared))
    if deletion:
        kind = "delete" if deletion[1] is not None else "restore"
        ops.append(Op(kind, record.__tablename__, record.id, {}))
    if base:
        base = _chained_base(session, record, touched, base)
        _keep_base(record, staged)
    for op in ops:
        op.base = base
    staged.ops += ops
    staged.indexed.append(record)


def _creation(record: Record, stated: list[Op]) -> Op:
    """The op that brings a record; where the command stated one, it covers the fields."""
    if not stated:
        return Op(record.__fact__ or "create", record.__tablename__, record.id, _created(record))
    [op] = stated
    op.body = {**op.body, "fields": _created(record)}
    return op


def _created(record: Record) -> dict[str, Any]:
    """The fields of a new record that say anything; what is left out is empty and so by default."""
    values: dict[str, Any] = {}
    for name, described in type(record).fields().items():
        value = getattr(record, name)
        says = value not in EMPTY or described.default_value() not in EMPTY
        if says and described.merge != "derived":
            values[name] = described.kind.to_wire(value)
    return values


def _history(record: Record, name: str) -> History:
    """What a field was and is; `inspect(record).attrs` describes all fields whenever one is asked for."""
    return get_history(record, name, PassiveFlag.PASSIVE_NO_INITIALIZE)


def _changed(record: Record) -> dict[str, list[Any]]:
    """Field name → [old, new] in wire form, of what really changed."""
    pairs: dict[str, list[Any]] = {}
    state = inspect(record)
    for name, described in type(record).fields().items():
        if name not in state.committed_state:
            continue
        history = _history(record, name)
        if history.has_changes():
            kind = described.kind
            old = kind.to_wire(history.deleted[0]) if history.deleted else None
            new = kind.to_wire(history.added[0]) if history.added else None
            if old != new:
                pairs[name] = [old, new]
    history = _history(record, "deleted_at")
    if history.has_changes():
        pairs["deleted_at"] = [history.deleted[0] if history.deleted else None, record.deleted_at]
    return pairs


def _chained_base(session: WorkSession, record: Record, touched: set[str], base: int) -> int:
    """The version the author had seen: a further edit inherits the base of the first one still on top.

    An op stays on top, and hides what the office has, until the row that answers it has arrived; a deletion
    is an edit of every field.
    """
    acked = session.work.acked
    pending = session.connection().exec_driver_sql(
        "SELECT base, kind, body FROM change WHERE record = ? AND origin = 0"
        " AND (n > ? OR n IN (SELECT n FROM sync_await WHERE record = ?))",
        (record.id.bytes, acked, record.id.bytes),
    )
    for earlier, kind, body in pending:
        if earlier < base and (touched & fields_of(kind, json.loads(body))):
            base = earlier
    return base


def fields_of(kind: str, body: dict[str, Any]) -> set[str]:
    """The names of the fields that an operation sets."""
    if kind == "transition":
        return {body["field"]}
    if kind in ("issue", "sign"):
        return set(body["fields"])
    return set(body) if kind in SETTING_KINDS else set()


def _keep_base(record: Record, staged: Staged) -> None:
    """Put the office's row aside, as it was before this record's first unanswered change."""
    touched = inspect(record).committed_state

    def before(name: str) -> Any:
        deleted = _history(record, name).deleted if name in touched else ()
        return deleted[0] if deleted else getattr(record, name)

    row = {name: described.kind.to_wire(before(name)) for name, described in type(record).fields().items()}
    deleted_at = before("deleted_at")
    row |= {"deleted_at": deleted_at and moment_text(deleted_at), "unknown": record.unknown}
    staged.bases.append((record.id.bytes, record.__tablename__, record.version, json_text(row)))


@event.listens_for(WorkSession, "after_flush")
def _write(session: WorkSession, _context: UOWTransaction) -> None:
    """Write the log, the kept bases and the search index in the same transaction as the records."""
    staged, session.staged = session.staged, Staged()
    connection, work = session.connection(), session.work
    append(connection, work, staged.ops)
    if staged.bases:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO sync_base (record, type, version, row) VALUES (?, ?, ?, ?)", staged.bases
        )
    indexing.refresh(connection, staged.indexed)
    work.changed.update((op.type, op.record) for op in staged.ops)


def now_ms(moment: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return int(moment.timestamp() * 1000)
