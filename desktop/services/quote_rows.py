"""The rows of a quote: where a line stands among the others, and a line put in its place."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.models.records import Product, Quote, QuoteLine
from desktop.models.store import Work
from desktop.rules import ranks
from desktop.services import offers, quote_copies
from desktop.services.quote_sense import PRICED


def put(
    work: Work,
    quote: Quote,
    rank: str,
    *,
    product_id: UUID | None,
    quantity: Decimal,
    values: Mapping[str, Any],
) -> QuoteLine:
    """A line in its place, not priced yet."""
    line = QuoteLine(quote_id=quote.id, revision_id=quote.revision_id, rank=rank)
    if product_id is not None:
        offers.fill(line, work.get(Product, product_id))
    for name, value in values.items():
        setattr(line, name, value)
    if line.kind in PRICED and line.quantity is None:
        line.quantity = quantity
    quote_copies.belongs(work, quote, line)
    return line


def rank_after(lines: Sequence[QuoteLine], after: UUID | None) -> str:
    """The rank of a new line after another one: behind the whole of its bundle; without one at the end."""
    asked = next((line for line in lines if line.id == after), None)
    if asked is None:
        return ranks.following(lines[-1].rank if lines else "")
    block = [line for line in lines if whole_of(line) == whole_of(asked)]
    return next_to(lines, max(line.rank for line in block))


def next_to(lines: Sequence[QuoteLine], rank: str) -> str:
    """The rank right after one: two people may have added lines at the same place."""
    following = min((line.rank for line in lines if line.rank > rank), default="")
    return ranks.between(rank, following) if following else ranks.following(rank)


def whole_of(line: QuoteLine) -> UUID:
    """The line that it moves with: its bundle's, or its own."""
    return line.bundle_id or line.id
