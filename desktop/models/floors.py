"""Floor prices of a vault that belongs to no office, derived as an office derives them for its laptops."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select, true, update

from desktop.models.changes import read_local
from desktop.models.records import Organisation, PriceBook, PriceEntry, Product
from desktop.rules.floors import LEADS, floor_in

SLICE = 500
"""SQLite limits the values of one statement."""


def refresh(connection: Connection, changed: Iterable[tuple[str, UUID]]) -> set[tuple[str, UUID]]:
    """Give every price its floor that follows from the changed records; returns the prices that got another.

    Where there is an office, it knows costs that this laptop may not: its floors count.
    """
    touched: dict[str, list[UUID]] = {}
    for record_type, record_id in changed:
        if record_type in LEADS:
            touched.setdefault(record_type, []).append(record_id)
    if not touched or read_local(connection, "office") is not None:
        return set()
    found: dict[UUID, object] = {}
    for condition in _conditions(touched):
        found.update(_differing(connection, condition))
    entry = PriceEntry.table()
    for record, floor in found.items():
        connection.execute(update(entry).where(entry.c.id == record).values(floor_price=floor))
    return {("price_entry", record) for record in found}


def _conditions(touched: dict[str, list[UUID]]) -> Iterator[ColumnElement[bool]]:
    """Which prices may have another floor now."""
    entry = PriceEntry.table()
    if "organisation" in touched:
        yield true()
        return
    by = {"price_entry": entry.c.id, "product": entry.c.product_id, "price_book": entry.c.book_id}
    for record_type, ids in touched.items():
        yield from (by[record_type].in_(some) for some in _slices(ids))


def _differing(connection: Connection, condition: ColumnElement[bool]) -> Iterator[tuple[UUID, object]]:
    entry, product, book = PriceEntry.table(), Product.table(), PriceBook.table()
    firm = Organisation.table()
    margin, home = connection.execute(
        select(firm.c.least_margin, firm.c.currency)
        .where(firm.c.deleted_at.is_(None))
        .order_by(firm.c.id)
        .limit(1)
    ).first() or (None, None)
    query = (
        select(
            entry.c.id,
            entry.c.floor_price,
            product.c.cost,
            product.c.tax_percent,
            book.c.currency,
            book.c.tax_mode,
        )
        .outerjoin(product, product.c.id == entry.c.product_id)
        .outerjoin(book, book.c.id == entry.c.book_id)
        .where(condition)
    )
    for row in connection.execute(query):
        floor = floor_in(
            cost=row.cost,
            tax=row.tax_percent,
            currency=row.currency,
            mode=row.tax_mode,
            margin=margin,
            home=home,
        )
        if floor != row.floor_price:
            yield row.id, floor


def _slices(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + SLICE] for start in range(0, len(ids), SLICE))
