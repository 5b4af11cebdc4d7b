"""Undo runs the inverse of a command's changes as a new command; it survives a restart, and it syncs."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from desktop.errors import Conflict, Refused, SatchelError
from desktop.models import inbox, outbox
from desktop.models.record import RECORDS, Record, new_id
from desktop.models.store import Actor, Store, Work
from desktop.services.commands import COMMANDS
from desktop.services.records import refuse_issued
from desktop.words import Message, msg

SLICE = 500
"""How many operations of a bulk command are taken back in one transaction at most."""
UNDOING = "undo"
BEGUN = "begun"
"""Local: batches that are being written in slices."""


@dataclass(frozen=True, slots=True)
class Step:
    """What would be undone next: one transaction, or one bulk command of many."""

    key: UUID
    command: str
    operations: int
    bulk: bool

    @property
    def label(self) -> Message:
        """What a person calls it."""
        return label_of(self.command)

    @property
    def long(self) -> bool:
        """Whether it is taken back in slices, between which people's own commands go."""
        return self.bulk and self.operations > SLICE


@dataclass(slots=True)
class Undone:
    """What an undo did; `kept` are records of a bulk command that somebody changed since."""

    step: Step
    records: int = 0
    kept: list[tuple[str, UUID]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Op:
    seq: int
    kind: str
    type: str
    record: UUID
    body: dict[str, Any]


def label_of(command: str) -> Message:
    """What a person calls a command; the command's own name where this program no longer knows it."""
    found = COMMANDS.get(command)
    return found.label if found else msg("“{command}”").of(command=command)


def last_step(store: Store, actor: Actor, batch: UUID | None = None, *, partly: bool = False) -> Step | None:
    """The newest thing this person did here and did not take back; with `batch` what was done under that.

    What is still being written beside them is not done yet. `partly`: also what was taken back in part.
    """
    within = None if batch is None else batch.bytes
    busy = [] if batch is not None else [each.bytes for each in list(store.under_way)]
    with store.reader.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT coalesce(batch, tx), command, batch IS NOT NULL FROM change AS c"  # noqa: S608 - marks
            " WHERE origin = 0 AND undoes IS NULL AND actor = ? AND (? IS NULL OR batch = ?)"
            f" AND coalesce(batch, tx) NOT IN ({', '.join('?' * len(busy))})"
            " AND (? OR NOT EXISTS (SELECT 1 FROM change AS u WHERE u.undoes = coalesce(c.batch, c.tx)))"
            " ORDER BY seq DESC LIMIT 1",
            (actor.id.bytes, within, within, *busy, partly),
        ).first()
        if row is None:
            return None
        column, command = ("batch" if row[2] else "tx"), row[1]
        if row[2]:  # named for what it began with: what follows is its consequence
            first = "SELECT command FROM change WHERE batch = ? ORDER BY seq LIMIT 1"
            command = connection.exec_driver_sql(first, (row[0],)).scalar_one()
        count = connection.exec_driver_sql(
            f"SELECT count(*) FROM change WHERE {column} = ?",  # noqa: S608 - one of two words
            (row[0],),
        ).scalar_one()
    return Step(UUID(bytes=bytes(row[0])), command, int(count), bool(row[2]))


def undo(store: Store, actor: Actor) -> Undone:
    """Take back the last step. Raises Refused where there is none, Conflict where it was changed since."""
    return _undo(store, actor, _next(store, actor))


def undo_or_reserve(store: Store, actor: Actor) -> Undone | Step:
    """The same; a long step is only set aside for `undo_step`, and no other undo takes it until then."""
    step = _next(store, actor)
    if not step.long:
        return _undo(store, actor, step)
    store.under_way.add(step.key)
    return step


def undo_step(store: Store, actor: Actor, step: Step) -> Undone:
    """Take back what was set aside."""
    with store.busy_with(step.key):
        return _undo(store, actor, step)


def _next(store: Store, actor: Actor) -> Step:
    step = last_step(store, actor)
    if step is None:
        raise Refused(msg("There is nothing to undo."))
    return step


@contextmanager
def wholly(store: Store, actor: Actor, batch: UUID) -> Iterator[None]:
    """What is written within under this batch comes wholly, or what came of it is taken back.

    It is noted before: what is killed in the middle is taken back at the next start, or before the next one
    that is to come wholly (`take_back_left`).
    """
    take_back_left(store, actor)
    with store.busy_with(batch):
        _note(store, batch, begun=True)
        try:
            yield
        except (Exception, KeyboardInterrupt):  # a disk that is full, too
            take_back(store, actor, batch)
            _note(store, batch, begun=False)
            raise
        _note(store, batch, begun=False)


def _note(store: Store, batch: UUID, *, begun: bool) -> None:
    with store.turns.note():  # two threads may note: neither forgets what the other one did
        others = [each for each in store.local(BEGUN) or [] if each != batch.hex]
        store.set_local(BEGUN, [*others, batch.hex] if begun else others)


@contextmanager
def _to_its_end(store: Store, step: Step) -> Iterator[None]:
    """A long step that is being taken back is taken back to its end, at the next start at the latest."""
    with store.busy_with(step.key):
        if not step.long:
            yield
            return
        _note(store, step.key, begun=True)
        try:
            yield
        except SatchelError:
            _note(store, step.key, begun=False)
            raise
        _note(store, step.key, begun=False)


def take_back_left(store: Store, actor: Actor) -> int:
    """Take back what was begun and never ended, because the program was; returns how many steps that were."""
    found = 0
    for each in store.local(BEGUN) or []:
        batch = UUID(hex=each)
        if batch not in store.under_way:
            step = last_step(store, actor, batch, partly=True)  # it may have ended while it was taken back
            try:
                if step is not None:
                    found += 1
                    _undo(store, actor, step)
            except SatchelError:
                _note(store, batch, begun=False)  # the next start could not do it either
                raise
            _note(store, batch, begun=False)
    return found


def take_back(store: Store, actor: Actor, batch: UUID) -> None:
    """Take back what was written under `batch` so far, because it was stopped; nothing where nothing was."""
    step = last_step(store, actor, batch)
    if step is not None:
        _undo(store, actor, step)


def _undo(store: Store, actor: Actor, step: Step) -> Undone:
    known = COMMANDS.get(step.command)
    if known is not None and not known.undoable:
        raise Refused(msg("This cannot be undone: {what}.").of(what=known.label))
    undone = Undone(step)
    batch = new_id() if step.bulk else None
    with store.reader.connect() as connection:
        txs = _txs(connection, step)

    def most() -> int:
        return min(SLICE, store.turns.bite(UNDOING)) if step.long else SLICE

    with _to_its_end(store, step):
        for ops in _slices(_ops(store, step), most):
            with store.work(actor, step.command, batch=batch, undoes=step.key, aside=step.long) as work:
                _take_back(work, ops, undone)
                inbox.open_again(work.connection, step.key, *txs)
            store.turns.took(UNDOING, len(ops))
    if not undone.kept:
        outbox.void_undone(store, step.key)
    return undone


def _txs(connection: Connection, step: Step) -> list[UUID]:
    """The transactions of a bulk command."""
    sql = "SELECT DISTINCT tx FROM change WHERE batch = ?"
    rows = connection.exec_driver_sql(sql, (step.key.bytes,)) if step.bulk else ()
    return [UUID(bytes=bytes(row[0])) for row in rows]


def _ops(store: Store, step: Step) -> Iterator[_Op]:
    column = "batch" if step.bulk else "tx"
    with store.reader.connect() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT seq, kind, type, record, body FROM change WHERE {column} = ? ORDER BY seq DESC",  # noqa: S608
            (step.key.bytes,),
        ).all()
    for seq, kind, record_type, record, body in rows:
        yield _Op(seq, kind, record_type, UUID(bytes=bytes(record)), json.loads(body))


def _slices(ops: Iterable[_Op], most: Callable[[], int]) -> Iterator[list[_Op]]:
    left = iter(ops)
    while part := list(islice(left, most())):
        yield part


def _take_back(work: Work, ops: Sequence[_Op], undone: Undone) -> None:
    records = _load(work, ops)
    changed_since = _changed_since(work, ops, undone.step) if undone.step.bulk else set()
    for op in ops:
        record = records.get(op.record)
        if record is None:
            continue
        if op.record in changed_since:
            undone.kept.append((op.type, op.record))
            continue
        try:
            _invert(work, record, op)
        except Conflict:
            if not undone.step.bulk:
                raise
            undone.kept.append((op.type, op.record))
            continue
        undone.records += 1


def _load(work: Work, ops: Sequence[_Op]) -> dict[UUID, Record]:
    found: dict[UUID, Record] = {}
    ordered = sorted(ops, key=lambda op: op.type)
    for record_type, group in groupby(ordered, key=lambda op: op.type):
        cls = RECORDS[record_type]
        ids = {op.record for op in group}
        found.update(
            {record.id: record for record in work.session.scalars(select(cls).where(cls.id.in_(ids)))}
        )
    return found


def _changed_since(work: Work, ops: Sequence[_Op], step: Step) -> set[UUID]:
    """The records of a bulk command that were changed after it; those edits are kept."""
    ids = [op.record.bytes for op in ops]
    marks = ", ".join("?" * len(ids))
    rows = work.connection.exec_driver_sql(
        f"SELECT DISTINCT record FROM change WHERE record IN ({marks})"  # noqa: S608 - only question marks
        " AND coalesce(batch, tx) <> ? AND coalesce(undoes, x'') <> ? AND origin = 0"
        " AND seq > (SELECT max(seq) FROM change AS o WHERE o.batch = ? AND o.record = change.record)",
        (*ids, step.key.bytes, step.key.bytes, step.key.bytes),
    )
    return {UUID(bytes=bytes(row[0])) for row in rows}


def _invert(work: Work, record: Record, op: _Op) -> None:
    refuse_issued(work, record)
    if op.kind in ("create", "restore"):
        if record.deleted_at is None:
            work.delete(record)
    elif op.kind == "delete":
        record.deleted_at = None
    elif op.kind == "transition":
        _put_back(record, op.body["field"], op.body["from"], op.body["to"])
    else:
        for name, (old, new) in op.body.items():
            _put_back(record, name, old, new)


def _put_back(record: Record, name: str, old: Any, new: Any) -> None:
    described = type(record).fields()[name]
    if described.kind.to_wire(getattr(record, name)) != new:
        raise Conflict(
            msg("“{field}” of {title} was changed since, so this is not undone.").of(
                field=described.label, title=record.title
            ),
            field=name,
        )
    setattr(record, name, described.kind.from_wire(old))
