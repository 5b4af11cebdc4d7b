"""Totals that nobody saw: when two people changed one quote without seeing each other's change, a person
confirms.

Every edit of a line merges, so the new total may be one that neither had on the screen. Such a quote is
marked `needs_review`, and laptops neither issue nor send it until somebody has looked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import select

from desktop.models.record import RECORDS
from sync.protocol.ops import Op
from sync.server.batch import OFFICE, Batch, Held
from sync.server.guards import CONTENT
from sync.server.judge import Outcome
from sync.server.merge import CRITICAL
from sync.server.rows import bare, chunks, id_in
from sync.server.scope import home
from sync.server.tables import FEED

FLAG: Final = "needs_review"


def unseen(batch: Batch, ops: Iterable[Op], cursors: Mapping[str, int]) -> frozenset[str]:
    """Of the quotes whose total these ops change: those with a part that another laptop changed unseen.

    `cursors` say how far the author's laptop knew each stream.
    """
    quotes = {quote.id: quote for op in ops for quote in _quotes(batch, op)}
    if not quotes:
        return frozenset()
    parts = [part for part in batch.load_children("quote", quotes) if part.type in CONTENT]
    foreign = [part for part in parts if _newest(part) not in ("", batch.device)]
    newer = _newer(batch, foreign, cursors)
    return frozenset(part.row["quote_id"] for part in foreign if part.id in newer)


def mark(batch: Batch, ops: Sequence[Op], outcomes: Sequence[Outcome], unseen: frozenset[str]) -> None:
    """Mark the quotes of a judged transaction whose total nobody saw."""
    for op, outcome in zip(ops, outcomes, strict=True):
        for quote in _quotes(batch, op) if outcome.held is not None else ():
            clash = op.type in CONTENT and any(loss.ask for loss in outcome.losses)
            if (quote.id in unseen or clash) and not quote.deleted and not quote.row[FLAG]:
                batch.change(quote, FLAG, True, by=OFFICE)


def _quotes(batch: Batch, op: Op) -> Iterable[Held]:
    """The quote, known to the office before, whose total this op may change."""
    held = batch.get(op.type, op.record)
    if op.type == "quote":
        if held is not None and held.home is not None and FLAG in op.body:
            yield held
        return
    if op.type not in CONTENT or not _counts(op):
        return
    row = held.row if held is not None else op.body
    quote_id = row.get("quote_id")
    quote = batch.get("quote", quote_id) if isinstance(quote_id, str) else None
    if quote is not None and quote.home is not None:
        yield quote


def _counts(op: Op) -> bool:
    """Whether this op may change a total: a line comes, goes, or gets another number."""
    if op.kind not in ("set", "transition", "assign"):
        return op.kind != "void"
    fields = RECORDS[op.type].fields()
    return any(name in fields and fields[name].merge == CRITICAL for name in op.body)


def _newest(part: Held) -> str:
    """The laptop that made the newest version; empty where only the office did."""
    changes = {device: version for device, version in part.devices.items() if device != OFFICE}
    return max(changes, key=lambda device: changes[device], default="")


def _newer(batch: Batch, parts: Sequence[Held], cursors: Mapping[str, int]) -> set[str]:
    """The ids of parts whose newest event lies beyond the author's cursor of their stream."""
    feed = bare(FEED)
    key = id_in(batch.conn.dialect.name)
    streams = {part.id: part.home or home(part.type, part.row) for part in parts}
    known = {key(record): record for record in streams}
    found: set[str] = set()
    for chunk in chunks(sorted(known)):
        for stream, record, seq in batch.conn.execute(
            select(feed.c.stream, feed.c.record, feed.c.seq).where(feed.c.record.in_(chunk))
        ):
            name = known[record]
            if stream == streams[name] and seq > cursors.get(stream, 0):
                found.add(name)
    return found
