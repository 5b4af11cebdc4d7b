"""How much of a framework agreement is used up: what its customer accepted at its prices, on this laptop.

Asked of the quotes each time and never stored. Only a line counts that says in its trace which agreement
priced it, and none whose price was typed by hand.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
)

from desktop.models.records import PriceBook, PriceEntry, Quote, QuoteLine

CENT: Final = 10_000
"""A unit price has six decimals, an amount two."""


def _of(book: FromClause, line: Table, quote: Table) -> ColumnElement[bool]:
    """The lines that count, looked for by the customer, whose quotes are few."""
    named = '"agreement":"' + func.lower(func.hex(book.c.id)) + '"'
    return and_(
        quote.c.customer_id == book.c.customer_id,
        quote.c.stage == "accepted",
        quote.c.deleted_at.is_(None),
        quote.c.currency == book.c.currency,
        line.c.revision_id == quote.c.revision_id,
        line.c.deleted_at.is_(None),
        _counts(line),
        func.instr(line.c.price_trace, named) > 0,
        func.instr(line.c.price_trace, '"by_hand"') == 0,
    )


def _counts(line: Table) -> ColumnElement[bool]:
    """As totals count: items, chosen options and of alternatives the first that is chosen."""
    other = line.alias("other")
    before = exists().where(
        other.c.revision_id == line.c.revision_id,
        other.c.deleted_at.is_(None),
        other.c.kind == "alternative",
        other.c.group == line.c.group,
        other.c.chosen.is_(True),
        other.c.rank < line.c.rank,
    )
    chosen = line.c.chosen.is_(True)
    return or_(
        line.c.kind == "item",
        and_(line.c.kind == "option", chosen),
        and_(line.c.kind == "alternative", chosen, ~before),
    )


def used_quantity() -> ColumnElement[Any]:
    """Of a price: how much of its product was accepted at it; none where no quantity was agreed."""
    entry, line, quote = PriceEntry.table(), QuoteLine.table(), Quote.table()
    book = PriceBook.table().alias("agreement")
    found = (
        select(func.coalesce(func.sum(line.c.quantity), 0))
        .select_from(
            book.join(quote, quote.c.customer_id == book.c.customer_id).join(line, _of(book, line, quote))
        )
        .where(book.c.id == entry.c.book_id, line.c.product_id == entry.c.product_id)
        .correlate(entry)
        .scalar_subquery()
    )
    return case((entry.c.agreed_quantity.is_not(None), found))


def used_amount() -> ColumnElement[Any]:
    """Of a price book: what was accepted at its prices, before discounts; none where no amount was agreed."""
    book, line, quote = PriceBook.table(), QuoteLine.table(), Quote.table()
    price, quantity, per = (
        type_coerce(column, BigInteger)
        for column in (line.c.unit_price, line.c.quantity, line.c.base_quantity)
    )
    worth = price * (quantity // per) + price * (quantity % per) // per  # price * quantity may be too large
    found = (
        select(func.coalesce(func.sum((worth + CENT // 2) // CENT), 0))
        .select_from(quote.join(line, line.c.revision_id == quote.c.revision_id))
        .where(_of(book, line, quote))
        .correlate(book)
        .scalar_subquery()
    )
    return case((book.c.agreed_amount.is_not(None), found))
