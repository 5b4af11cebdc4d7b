"""What the office has not answered yet, and taking a change back before it leaves this laptop.

A change that was taken back goes up as two `void` transactions, itself and its undo: their numbers and
commitments stay in the chain, what was typed never leaves. `sending.mark` notes how far the office may know.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection

from desktop.errors import NotFound, Refused
from desktop.models import derived, inbox
from desktop.models.arrival import Arrival
from desktop.models.changes import VOID, fields_of, now_ms, read_local
from desktop.models.guards import lifted
from desktop.models.overlay import pairs
from desktop.models.record import RECORDS, Record
from desktop.models.store import Store, Work
from desktop.words import Message, msg

State = Literal["unsent", "sent", "void"]
FACTS: Final = frozenset({"issue", "sign", "append"})
"""What happened stays said: paper left the laptop, somebody signed, somebody was visited."""

SENT: Final = msg("This change is on its way to the office or there already; undo it instead.")
TAKEN_BACK: Final = msg("This change was taken back already.")
FACT: Final = msg("What was issued, signed or recorded as done cannot be taken back.")
BUILT_ON: Final = msg("A later change of “{title}” builds on this one; take that one back first.")

MOST_NAMED: Final = 50
"""Of a transaction with more records than these, everything that came later is looked at."""
_COLUMNS: Final = "n, tx, batch, undoes, command, coalesce(was, kind), type, record, body, base, at, kind"


@dataclass(frozen=True, slots=True)
class Change:
    """One operation; `kind` is what it was before it was taken back, `body` is in wire form."""

    n: int
    kind: str
    type: str
    record: UUID
    body: dict[str, Any]
    base: int

    @property
    def pairs(self) -> dict[str, tuple[Any, Any]]:
        """Field → (old, new)."""
        return pairs(self.kind, self.body)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One transaction that the office has not answered; `undoes` names what it takes back."""

    tx: UUID
    batch: UUID | None
    undoes: UUID | None
    command: str
    at: int
    state: State
    changes: tuple[Change, ...]


def pending(
    connection: Connection, *, record: UUID | None = None, most: int | None = None, after: int = 0
) -> list[Waiting]:
    """What waits for the office's answer, oldest first; of one record, the transactions that touch it.

    With `most`, transactions of about so many operations beyond the number `after`, for a list on a screen.

    `sent` says that the office may have it (it left, and no answer came yet); `void` that it was taken back.
    """
    found = _read(connection, "n > ? ORDER BY n LIMIT ?", (after, -1 if most is None else most))
    return [one for one in found if record is None or any(op.record == record for op in one.changes)]


def one_of(connection: Connection, tx: UUID) -> Waiting | None:
    """One transaction, if it waits."""
    return next(iter(_read(connection, "tx = ? ORDER BY n", (tx.bytes,))), None)


def beginning(connection: Connection, prefix: str) -> list[Waiting]:
    """Those whose identity begins so, in hexadecimal; none that was taken back."""
    found = _read(connection, "hex(tx) LIKE ? ORDER BY n", (f"{prefix}%",))
    return [one for one in found if one.state != "void"]


def count(connection: Connection) -> int:
    """How many transactions wait; what was taken back is none that anybody waits for, nor is a decision."""
    own = sorted(kind for kind in RECORDS if is_private(kind))
    query = f"SELECT count(DISTINCT tx) FROM change WHERE n > ? AND kind <> ? AND type NOT IN ({_marks(own)})"  # noqa: S608
    acked = int(read_local(connection, "acked", 0))
    return int(connection.exec_driver_sql(query, (acked, VOID, *own)).scalar_one())


def is_private(kind: str) -> bool:
    """Whether records of a type are a person's own bookkeeping, such as how an entry was decided."""
    return kind in RECORDS and RECORDS[kind].__private__


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _read(connection: Connection, where: str, values: tuple[Any, ...]) -> list[Waiting]:
    sent = int(read_local(connection, "sent", 0))
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM change WHERE n > ? AND {where}",  # noqa: S608 - texts of this file
        (int(read_local(connection, "acked", 0)), *values),
    ).all()
    return [_waiting(list(group), sent) for _, group in groupby(rows, key=lambda row: bytes(row[1]))]


def _later(connection: Connection, one: Waiting) -> list[Waiting]:
    """Later ones that may build on this one: of the same records, naming one that it made, or facts."""
    first, records = one.changes[0].n, {op.record.bytes for op in one.changes}
    made = {op.record.hex for op in one.changes if op.kind == "create"}
    if len(records) > MOST_NAMED:
        return pending(connection, after=first)
    facts = ", ".join(f"'{kind}'" for kind in sorted(FACTS))
    some = [f"record IN ({', '.join('?' * len(records))})", f"kind IN ({facts})"]
    some += ["instr(body, ?)"] * len(made)
    where = f"n > ? AND ({' OR '.join(some)}) ORDER BY n"
    return _read(connection, where, (first, *sorted(records), *sorted(made)))


def _waiting(rows: Sequence[Any], sent: int) -> Waiting:
    n, tx, batch, undoes, command, *_, at, now = rows[0]
    state: State = "void" if now == VOID else "sent" if n <= sent else "unsent"
    return Waiting(
        UUID(bytes=bytes(tx)),
        UUID(bytes=bytes(batch)) if batch else None,
        UUID(bytes=bytes(undoes)) if undoes else None,
        command,
        at,
        state,
        tuple(
            Change(row[0], row[5], row[6], UUID(bytes=bytes(row[7])), json.loads(row[8]), row[9])
            for row in rows
        ),
    )


def refusal(connection: Connection, tx: UUID) -> Message | None:
    """Why this transaction cannot be taken back; None: it can. Raises NotFound where nothing of it waits."""
    one = one_of(connection, tx)
    if one is None:
        raise NotFound(msg("This change does not wait for the office any more."))
    if one.state != "unsent":
        return SENT if one.state == "sent" else TAKEN_BACK
    if any(op.kind in FACTS for op in one.changes):
        return FACT
    later = next(_builders(connection, _later(connection, one), [one]), None)
    return None if later is None else BUILT_ON.of(title=_title(connection, later[1]))


def take_back(store: Store, tx: UUID) -> Waiting:
    """Take a transaction back before it leaves; both it and its undo go up without content.

    Raises NotFound where it does not wait any more, Refused (with the reason of `refusal`) where it was sent,
    is a fact, or where a later change builds on it.
    """
    with store.reader.connect() as connection:
        waiting = one_of(connection, tx)
        command = waiting.command if waiting is not None else "outbox.take_back"
    with store.work(store.me(), command, undoes=tx) as work, lifted(work.connection):
        reason = refusal(work.connection, tx)
        if reason is not None:
            raise Refused(reason)
        taken = one_of(work.connection, tx)
        if taken is None:
            raise NotFound(msg("This change does not wait for the office any more."))
        for op in reversed(taken.changes):
            _invert(work, op)
        inbox.open_again(work.connection, tx)
        work.flush()
        derived.refresh(work.connection, work.changed)
        _void(work.connection, work, [tx, work.tx])
    return taken


def void_undone(store: Store, key: UUID) -> bool:
    """After the undo of a transaction or batch: where neither left yet, both go up without content.

    A vault without an office keeps both as they are: there nothing ever leaves.
    """
    if store.local("office") is None:
        return False
    with store.work(store.me(), "outbox.take_back") as work, lifted(work.connection):
        waiting = pending(work.connection)
        mine = [one for one in waiting if key in (one.tx, one.batch, one.undoes)]
        whole = {op.n for one in mine for op in one.changes} == _numbers(work.connection, key)
        known = {one.undoes for one in mine} >= {key}
        plain = all(one.state == "unsent" and not any(op.kind in FACTS for op in one.changes) for one in mine)
        if not (whole and known and plain) or next(_builders(work.connection, waiting, mine), None):
            return False
        _void(work.connection, work, [one.tx for one in mine])
    return True


def _numbers(connection: Connection, key: UUID) -> set[int]:
    rows = connection.exec_driver_sql(
        "SELECT n FROM change WHERE origin = 0 AND (tx = ? OR batch = ? OR undoes = ?)", (key.bytes,) * 3
    )
    return {row[0] for row in rows}


def _builders(
    connection: Connection, waiting: Iterable[Waiting], mine: Sequence[Waiting]
) -> Iterator[tuple[Waiting, Change]]:
    """Later transactions that would mean nothing, or something else, without `mine`."""
    own = [op for one in mine for op in one.changes]
    keys = {one.tx for one in mine}
    first = min(op.n for op in own)
    touched: dict[UUID, set[str]] = {}
    for op in own:
        touched.setdefault(op.record, set()).update(_touched(op))
    made = {op.record for op in own if op.kind == "create"}
    wholes = {_whole(connection, op) for op in own}
    for later in waiting:
        if later.tx in keys or later.state == "void" or later.changes[0].n < first:
            continue
        for op in later.changes:
            text = json.dumps(op.body)
            if (
                op.record in made
                or touched.get(op.record, set()) & _touched(op)
                or any(record.hex in text for record in made)
                or (op.kind in FACTS and _whole(connection, op) in wholes)
            ):
                yield later, op


def _touched(op: Change) -> set[str]:
    return {"deleted_at"} if op.kind in ("delete", "restore") else fields_of(op.kind, op.body)


def _whole(connection: Connection, op: Change) -> bytes:
    """The aggregate that a record is a part of: an edition says what every row of its quote said then."""
    cls = RECORDS[op.type]
    if not cls.__root__:
        return op.record.bytes
    root = connection.exec_driver_sql(
        f"SELECT {cls.__root__} FROM {op.type} WHERE id = ?",  # noqa: S608 - own names
        (op.record.bytes,),
    ).scalar()
    return bytes(root) if root else op.record.bytes


def _title(connection: Connection, op: Change) -> str:
    cls = RECORDS[op.type]
    row = connection.execute(cls.table().select().where(cls.table().c.id == op.record)).mappings().first()
    return (cls.title_of(row.get) if row is not None else "") or cls.__label__.text


def _invert(work: Work, op: Change) -> None:
    record = work.session.get(RECORDS[op.type], op.record)
    if record is None:
        return
    if op.kind in ("create", "restore"):
        work.delete(record)
    elif op.kind == "delete":
        record.deleted_at = None
    else:
        _put_back(record, op)


def _put_back(record: Record, op: Change) -> None:
    fields = type(record).fields()
    for name, (old, _) in op.pairs.items():
        if name in fields:
            setattr(record, name, fields[name].kind.from_wire(old))


def _void(connection: Connection, work: Work, txs: Sequence[UUID]) -> None:
    """Mark them as taken back, and show each record as it is without them."""
    touched: set[tuple[str, bytes]] = set()
    for tx in txs:
        rows = connection.exec_driver_sql("SELECT type, record FROM change WHERE tx = ?", (tx.bytes,))
        touched.update((type_name, bytes(record)) for type_name, record in rows)
        connection.exec_driver_sql(
            "UPDATE change SET was = kind, kind = ? WHERE tx = ? AND was IS NULL", (VOID, tx.bytes)
        )
    settled = _Settled(connection, now_ms(work.now))
    for type_name, record in sorted(touched):
        settled.settle(RECORDS[type_name], record)
    settled.finish()
    work.changed.update(settled.changed)


class _Settled(Arrival):
    """Shows records anew: what the office changed meanwhile comes to light, and is logged."""

    def settle(self, cls: type[Record], record: bytes) -> None:
        """Have one record shown anew."""
        self._touch(cls, record)
