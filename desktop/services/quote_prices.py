"""The prices of a whole quote: each product by all of its lines, and then what the whole earns."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from desktop.models.records import Customer, Organisation, Product, Quote, QuoteLine, QuoteRevision
from desktop.models.store import Work
from desktop.rules import approval_facts, bundles
from desktop.rules.pricing import CurrencyRate
from desktop.services import offers, prices, quote_copies


def organisation(work: Work) -> Organisation | None:
    """The firm that sells, where this laptop knows it."""
    return work.session.scalars(
        select(Organisation).where(Organisation.deleted_at.is_(None)).limit(1)
    ).first()


def today(work: Work) -> date:
    """The day in the organisation's time zone."""
    firm = organisation(work)
    return work.now.astimezone(ZoneInfo((firm and firm.time_zone) or "Asia/Shanghai")).date()


def lines_of(work: Work, quote: Quote) -> list[QuoteLine]:
    """The living lines of the current revision in their order."""
    query = select(QuoteLine).where(
        QuoteLine.revision_id == quote.revision_id, QuoteLine.deleted_at.is_(None)
    )
    return bundles.together(work.session.scalars(query.order_by(QuoteLine.rank, QuoteLine.id)))


def price(work: Work, quote: Quote, *product_ids: UUID, anew: bool = False) -> None:
    """Price every line of these products; one that left the catalogue keeps its price.

    The rates of currencies stay those with which the quote was begun, unless all is priced `anew`.
    """
    lines = lines_of(work, quote)
    _by_books(work, quote, lines, product_ids, [] if anew else prices.pinned(lines))


def _by_books(
    work: Work,
    quote: Quote,
    lines: Sequence[QuoteLine],
    product_ids: Iterable[UUID],
    kept: Sequence[CurrencyRate],
) -> None:
    revision = work.get(QuoteRevision, quote.revision_id) if quote.revision_id else None
    firm, on = organisation(work), today(work)
    customer = work.session.get(Customer, quote.customer_id) if quote.customer_id else None
    running = offers.fitting(work.session, customer, currency=quote.currency, on=on)
    for product_id in product_ids:
        product = work.session.get(Product, product_id)
        if product is None or product.deleted_at is not None:
            continue
        prices.reprice(
            work.session,
            [line for line in lines if line.product_id == product_id],
            product,
            customer,
            currency=quote.currency,
            tax_mode=revision.tax_mode if revision else "included",
            on=on,
            home=firm.currency if firm else "",
            pinned=kept,
            offers=offers.of_product(running, product),
        )


def typed_by(work: Work, quote: Quote, line: QuoteLine, *, anew: bool) -> None:
    """Note that this person has chosen the line's price, beside what the books say of it.

    The books are asked where they were not yet, or `anew` where the line is another one now.
    """
    if line.product_id is not None and (anew or approval_facts.per(line.price_trace) is None):
        tell(work, quote, line)
    prices.typed_by(work, line)


def tell(work: Work, quote: Quote, line: QuoteLine) -> None:
    """Put into the trace of a line what the books would say if nobody had typed its price."""
    work.flush()
    lines, kept = lines_of(work, quote), ("gift", "by_hand")
    of_bundle = bundles.told(line.price_trace)
    twins = {
        one.id: quote_copies.copied(one, QuoteLine) for one in lines if one.product_id == line.product_id
    }
    twins[line.id].price_trace = [of_bundle] if of_bundle is not None else []
    if line.product_id is not None:
        _by_books(work, quote, list(twins.values()), [line.product_id], prices.pinned(lines))
    gift, by_hand = ([step for step in line.price_trace or () if step.get("step") == one] for one in kept)
    line.price_trace = [*gift, *(twins[line.id].price_trace or ()), *by_hand]


def tell_all(work: Work, quote: Quote, lines: Sequence[QuoteLine]) -> None:
    """The same for lines whose prices came with them: one that is not the books' own is this person's."""
    twins = {one.id: quote_copies.copied(one, QuoteLine) for one in lines if one.product_id is not None}
    _by_books(
        work, quote, list(twins.values()), {one.product_id: None for one in lines if one.product_id}, []
    )
    for line in lines:
        twin = twins.get(line.id)
        if twin is None:
            continue
        line.price_trace = twin.price_trace
        if _priced(twin) != _priced(line):
            kept = line.slabs
            prices.typed_by(work, line)
            line.slabs = kept


def _priced(line: QuoteLine) -> tuple[object, ...]:
    return line.unit_price, line.base_quantity, list(line.slabs or ())
