"""What leaves this laptop: ops of the outbox in whole transactions, and the mark up to which they left."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Engine

from desktop.models.changes import VOID, read_local, write_local
from desktop.models.engines import without_waiting
from desktop.rules.chain import START
from desktop.rules.schema import SCHEMA

_OPS: Final = "n, tx, batch, command, kind, type, record, body, base, at, actor, hash, device"
_AS_DONE: Final = _OPS.replace("kind", "coalesce(was, kind)")
"""The same, with what was taken back as it was."""


@dataclass(frozen=True, slots=True)
class LocalOp:
    """One op of the outbox; ids hexadecimal, `hash` the chain after it."""

    n: int
    tx: str
    batch: str | None
    command: str
    kind: str
    type: str
    record: str
    body: dict[str, Any]
    base: int
    at: int
    actor: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Outbox:
    """Whole transactions from the oldest unanswered op on, with what proves them."""

    ops: tuple[LocalOp, ...]
    before: bytes
    seeds: tuple[tuple[int, bytes], ...]
    schemas: tuple[tuple[int, int], ...] = ()
    """From which op on which record schema holds; empty where all are of this program's own."""


def as_done(connection: Connection, after: int) -> list[LocalOp]:
    """The ops after number `after`, those that were taken back as they were."""
    rows = connection.exec_driver_sql(f"SELECT {_AS_DONE} FROM change WHERE n > ? ORDER BY n", (after,))  # noqa: S608
    return [_op(row) for row in rows]


def mark(engine: Engine, outbox: Outbox) -> bool:
    """Note that these ops leave now, so that nobody takes one back; False where somebody just did.

    Not waiting for the disk: should the power go, the office answers what it knows by this number.
    """
    last = outbox.ops[-1].n
    with without_waiting(engine) as connection:
        if int(read_local(connection, "sent", 0)) >= last:
            return True
        voids = connection.exec_driver_sql(
            "SELECT count(*) FROM change WHERE n BETWEEN ? AND ? AND kind = ?",
            (outbox.ops[0].n, last, VOID),
        ).scalar_one()
        if voids != sum(op.kind == VOID for op in outbox.ops):
            return False
        write_local(connection, "sent", last)
    return True


def waiting(connection: Connection, acked: int, most: int, size: int) -> Outbox:
    """Whole transactions from op `acked + 1` on: at least one, then as many as fit."""
    rows = connection.exec_driver_sql(
        f"SELECT {_OPS} FROM change WHERE n > ? ORDER BY n LIMIT ?",  # noqa: S608
        (acked, most + 1),
    ).all()
    cut, total = len(rows), 0
    for place, row in enumerate(rows):
        total += len(row[7]) + 64
        if place == most or total > size:
            cut = place
            break
    while 0 < cut < len(rows) and rows[cut - 1][1] == rows[cut][1]:
        cut -= 1
    if cut == 0:
        rows = connection.exec_driver_sql(
            f"SELECT {_OPS} FROM change WHERE n > ? AND tx = ? ORDER BY n",  # noqa: S608
            (acked, rows[0][1]),
        ).all()
        cut = len(rows)
    ops = tuple(sealed(_op(row)) for row in rows[:cut])
    before = connection.exec_driver_sql("SELECT hash FROM change WHERE n = ?", (ops[0].n - 1,)).scalar()
    seeds = connection.exec_driver_sql(
        "SELECT from_n, seed FROM chain_seed WHERE from_n <= ? AND from_n >="
        " coalesce((SELECT max(from_n) FROM chain_seed WHERE from_n <= ?), 0) ORDER BY from_n",
        (ops[-1].n, ops[0].n),
    ).all()
    return Outbox(
        ops,
        START if before is None else bytes(before),
        tuple((n, bytes(s)) for n, s in seeds),
        _schemas(connection, ops),
    )


def _schemas(connection: Connection, ops: Sequence[LocalOp]) -> tuple[tuple[int, int], ...]:
    noted = [(int(n), int(schema)) for n, schema in read_local(connection, "schemas", [])]
    first, last = ops[0].n, ops[-1].n
    begins = max((n for n, _ in noted if n <= first), default=0)
    found = tuple((n, schema) for n, schema in noted if begins <= n <= last)
    return found if any(schema != SCHEMA for _, schema in found) else ()


def renumbered(connection: Connection, agreed: int) -> list[list[int]]:
    """The schemas of the ops after `agreed`, counted anew from 1."""
    noted = [[int(n), int(schema)] for n, schema in read_local(connection, "schemas", [])]
    begins = max((n for n, _ in noted if n <= agreed + 1), default=0)
    return [[max(1, n - agreed), schema] for n, schema in noted if n >= begins]


def sealed(op: LocalOp) -> LocalOp:
    """As it goes over the wire: of what was taken back, only the number and the commitment."""
    if op.kind != VOID:
        return op
    body = {"hash": op.hash.hex()}
    return replace(op, batch=None, command=VOID, type=VOID, record="0" * 32, base=0, body=body)


def _op(row: Any) -> LocalOp:
    n, tx, batch, command, kind, type_name, record, body, base, at, actor, hashed, _ = row
    return LocalOp(
        n,
        tx.hex(),
        batch.hex() if batch else None,
        command,
        kind,
        type_name,
        record.hex(),
        json.loads(body),
        base,
        at,
        actor.hex(),
        bytes(hashed),
    )
