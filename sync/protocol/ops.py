"""Ops between their plain form and the packed columns of a push."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.protocol.messages import OpKind, Push, Seed, Shape, Tx, Written


@dataclass(frozen=True, slots=True)
class Op:
    """One operation of a device; ids are hexadecimal, `at` milliseconds UTC, the body holds wire values."""

    n: int
    tx: str
    command: str
    at: int
    actor: str
    batch: str | None
    kind: OpKind
    type: str
    record: str
    base: int
    body: Mapping[str, Any]


def pack_push(
    ops: Sequence[Op],
    *,
    before: str,
    head: str,
    seeds: Sequence[Seed],
    signature: str = "",
    schemas: Sequence[Written] = (),
) -> Push:
    """Contiguous whole transactions as one push."""
    shapes: dict[tuple[str, str, tuple[str, ...]], int] = {}
    headers: list[Shape] = []
    txs: list[list[Any]] = []
    rows: list[list[Any]] = []
    for op in ops:
        keys = tuple(op.body)
        shape = shapes.setdefault((op.kind, op.type, keys), len(headers))
        if shape == len(headers):
            headers.append(Shape(op.kind, op.type, list(keys)))
        if not txs or txs[-1][0] != op.tx:
            txs.append([op.tx, op.command, op.at, op.actor, op.batch, 0])
        txs[-1][5] += 1
        rows.append([shape, op.record, op.base, *op.body.values()])
    return Push(
        first=ops[0].n,
        txs=[Tx(*tx) for tx in txs],
        shapes=headers,
        rows=rows,
        seeds=list(seeds),
        before=before,
        head=head,
        signature=signature,
        schemas=list(schemas),
    )


def unpack_push(push: Push) -> Iterator[Op]:
    """The ops of a push in device order. Raises ValueError where the columns do not fit together."""
    if sum(tx.count for tx in push.txs) != len(push.rows) or any(tx.count < 1 for tx in push.txs):
        raise ValueError("the transactions of a push do not cover its rows")
    row = 0
    for tx in push.txs:
        for values in push.rows[row : row + tx.count]:
            yield _op(push, tx, push.first + row, values)
            row += 1


def _op(push: Push, tx: Tx, n: int, values: list[Any]) -> Op:
    if len(values) < 3 or not isinstance(values[0], int) or not 0 <= values[0] < len(push.shapes):
        raise ValueError("an op of a push has no shape")
    shape = push.shapes[values[0]]
    if len(values) != 3 + len(shape.keys) or not isinstance(values[1], str) or not isinstance(values[2], int):
        raise ValueError("an op of a push does not fit its shape")
    body = dict(zip(shape.keys, values[3:], strict=True))
    return Op(
        n, tx.id, tx.command, tx.at, tx.actor, tx.batch, shape.kind, shape.type, values[1], values[2], body
    )
