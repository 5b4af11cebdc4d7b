"""Which price a customer gets for a product today, from the price books on this laptop."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models import agreements
from desktop.models.records import (
    BundlePart,
    Customer,
    ExchangeRate,
    PriceBook,
    PriceEntry,
    Product,
    Quote,
    QuoteLine,
)
from desktop.models.store import Work
from desktop.rules import bundles, pricing
from desktop.rules.money import ZERO, currency_digits, decimal, number, to_decimal
from desktop.rules.promotions import Promotion
from desktop.services.drafts import QuoteDraft

CENTS: Final = 2
"""Decimals of an amount that a record keeps."""


def reprice(
    session: Session,
    lines: Sequence[QuoteLine],
    product: Product,
    customer: Customer | None,
    *,
    currency: str,
    tax_mode: str,
    on: date,
    home: str = "",
    pinned: Iterable[pricing.CurrencyRate] = (),
    offers: Sequence[Promotion] = (),
) -> None:
    """Price all lines of a product in their order: the tier goes by their sum, slabs fill up line by line.

    A price typed by hand stays as it was typed. List prices are in the currency `home` of the firm. The
    quote goes on by the rates that it was begun with (`pinned`).
    """
    fixed = (by_hand, gift_of, lambda line: bundles.inside(line.price_trace))
    free = [line for line in lines if not any(each(line) for each in fixed)]
    books = entries(session, product, customer, tax_mode)
    wanted = pricing.Asked(
        product=product.id.hex,
        quantity=ZERO,
        currency=currency,
        on=on,
        customer=customer.id.hex if customer else "",
        segments=(customer.grade,) if customer and customer.grade else (),
        region=(customer.city or "") if customer else "",
        together=sum(((line.quantity or ZERO) for line in free), ZERO),
        price_digits=currency_digits(currency),
    )
    known = pricing.rates_of(rates(session, currency), pinned)
    for line in free:
        wanted = replace(wanted, quantity=line.quantity or ZERO)
        of_bundle, own = bundles.told(line.price_trace), [*offers, *bundles.reduction(line.price_trace)]
        found, used_up = pricing.resolve(wanted, books, known, own), []
        if found.price is None and product.price is not None:
            used_up = [step.as_json() for step in found.trace if step.name == "used_up"]
            listed = _list_price(product, product.price, home or currency)
            found = pricing.resolve(wanted, [listed], known, own)
        wanted = replace(wanted, before=wanted.before + abs(wanted.quantity))
        line.price_trace = [*([of_bundle] if of_bundle else []), *used_up, *found.as_json()]
        if found.price is not None:
            line.unit_price = found.price.unit_price
            line.base_quantity = found.price.base_quantity
            line.slabs = [slab.as_json() for slab in found.price.slabs]


def floor(session: Session, draft: QuoteDraft, line: QuoteLine, on: date) -> Decimal | None:
    """The lowest price that the price books allow for this line, as far as they say one."""
    if _in_bundle(session, draft, line):
        return None
    currency, tax_mode = draft.quote.currency, draft.revision.tax_mode
    found = price_of(session, line, draft.customer, currency=currency, tax_mode=tax_mode, on=on)
    return found.floor if found is not None else None


def _in_bundle(session: Session, draft: QuoteDraft, line: QuoteLine) -> bool:
    """Whether a line's price is in that of its bundle, as the catalogue has it: the floor is the bundle's."""
    whole = next((one for one in draft.lines if one.id == line.bundle_id), None)
    if whole is None or not bundles.inside(line.price_trace):
        return False
    query = select(BundlePart.id).where(
        BundlePart.product_id == whole.product_id,
        BundlePart.part_id == line.product_id,
        BundlePart.pricing == "parent",
        BundlePart.deleted_at.is_(None),
    )
    return session.scalars(query.limit(1)).first() is not None


def price_of(
    session: Session,
    line: QuoteLine,
    customer: Customer | None,
    *,
    currency: str,
    tax_mode: str,
    on: date,
    home: str = "",
) -> pricing.Price | None:
    """What the price books say of this line alone; with the firm's currency `home` also the list price."""
    product = session.get(Product, line.product_id) if line.product_id else None
    if product is None:
        return None
    wanted = pricing.Asked(
        product=product.id.hex,
        quantity=line.quantity or ZERO,
        currency=currency,
        on=on,
        customer=customer.id.hex if customer else "",
        segments=(customer.grade,) if customer and customer.grade else (),
        region=(customer.city or "") if customer else "",
        price_digits=currency_digits(currency),
    )
    known = pricing.rates_of(rates(session, currency), pinned([line]))
    found = pricing.resolve(wanted, entries(session, product, customer, tax_mode), known).price
    if found is None and home and product.price is not None:
        found = pricing.resolve(wanted, [_list_price(product, product.price, home)], known).price
    return found


def of_another(session: Session, quote: Quote, line: QuoteLine) -> bool:
    """Whether a line was priced while its quote was for another customer or in another currency."""
    book, currency = None, None
    for step in line.price_trace or ():
        book = step if "entry" in step else book
        currency = step.get("to") if step.get("step") == "currency" else currency
    if book is None:
        return False
    if (currency or book.get("currency") or quote.currency) != quote.currency:
        return True
    if book.get("scope") not in (pricing.Scope.CONTRACT, pricing.Scope.CUSTOMER):
        return False
    entry = session.get(PriceEntry, UUID(hex=book["entry"]))
    named = session.get(PriceBook, entry.book_id) if entry is not None and entry.book_id else None
    return named is not None and named.customer_id not in (None, quote.customer_id)


def rates(session: Session, currency: str) -> list[pricing.CurrencyRate]:
    """What is known of this currency's rates, either way round."""
    query = select(ExchangeRate).where(
        or_(ExchangeRate.base_currency == currency, ExchangeRate.quote_currency == currency),
        ExchangeRate.deleted_at.is_(None),
    )
    return [
        pricing.CurrencyRate(each.base_currency, each.quote_currency, each.rate, each.rated_on)
        for each in session.scalars(query)
        if each.rate and each.rate > ZERO and each.rated_on is not None
    ]


def pinned(lines: Iterable[QuoteLine]) -> list[pricing.CurrencyRate]:
    """The rates by which lines of a quote were priced, the first one of each pair.

    They stay with the quote, so that a line which is added tomorrow goes by the same rate.
    """
    found: dict[frozenset[str], pricing.CurrencyRate] = {}
    for line in lines:
        for step in line.price_trace or ():
            if step.get("step") == "currency":
                rate = _rate_of(step)
                if rate is not None:
                    found.setdefault(rate.pair, rate)
    return list(found.values())


def _rate_of(step: Mapping[str, Any]) -> pricing.CurrencyRate | None:
    """The rate that a trace tells of; what cannot be read is none."""
    try:
        return pricing.CurrencyRate(
            str(step["from"]),
            str(step["to"]),
            decimal(str(step["rate"])),
            date.fromisoformat(str(step["on"])),
        )
    except (KeyError, ValueError, Refused):
        return None


def typed_by(work: Work, line: QuoteLine) -> None:
    """Note that this person has chosen the price that the line has now."""
    told = {"step": "by_hand", "price": number(line.unit_price or ZERO), "by": work.actor.name}
    line.price_trace, line.slabs = [*(line.price_trace or ()), told], []


def by_hand(line: QuoteLine) -> bool:
    """Whether a person typed the price of this line."""
    return any(step.get("step") == "by_hand" for step in line.price_trace or ())


def gift_of(line: QuoteLine) -> str:
    """The promotion that this line is a gift of, or nothing."""
    return next((str(step["promotion"]) for step in line.price_trace or () if step.get("step") == "gift"), "")


def entries(
    session: Session, product: Product, customer: Customer | None, tax_mode: str
) -> list[pricing.PriceEntry]:
    """What the books with this price basis say of the product."""
    rows = session.execute(
        select(PriceEntry, PriceBook)
        .join(PriceBook, PriceBook.id == PriceEntry.book_id)
        .where(
            PriceEntry.product_id == product.id,
            PriceEntry.deleted_at.is_(None),
            PriceBook.deleted_at.is_(None),
            PriceBook.tax_mode == tax_mode,
        )
        .order_by(PriceEntry.min_quantity)
    ).all()
    grouped: dict[tuple[object, ...], list[tuple[PriceEntry, PriceBook]]] = {}
    for entry, book in rows:
        key = (book.id, entry.valid_from, entry.valid_until, entry.tier)
        grouped.setdefault(key, []).append((entry, book))
    return [_entry(session, product, customer, part) for part in grouped.values()]


def _list_price(product: Product, price: Decimal, home: str) -> pricing.PriceEntry:
    """The product's own price, where no book has one."""
    key = product.id.hex
    return pricing.PriceEntry(key, key, pricing.Scope.STANDARD, home, (pricing.Tier(ZERO, price),))


def _agreed(session: Session, part: Sequence[tuple[PriceEntry, PriceBook]]) -> pricing.Agreed | None:
    """What a customer's framework agreement says of a product, and how much of it is used up."""
    book = part[0][1]
    if book.scope != pricing.Scope.CONTRACT or book.customer_id is None:
        return None
    limited = next((one for one, _ in part if one.agreed_quantity is not None), None)
    used, amount = ZERO, 0
    if limited is not None:
        used = session.scalar(select(agreements.used_quantity()).where(PriceEntry.id == limited.id)) or ZERO
    if book.agreed_amount is not None:
        amount = session.scalar(select(agreements.used_amount()).where(PriceBook.id == book.id)) or 0
    return pricing.Agreed(
        book.id.hex,
        limited.agreed_quantity if limited is not None else None,
        used,
        None if book.agreed_amount is None else to_decimal(book.agreed_amount, CENTS),
        to_decimal(amount, CENTS),
    )


def _entry(
    session: Session,
    product: Product,
    customer: Customer | None,
    part: Sequence[tuple[PriceEntry, PriceBook]],
) -> pricing.PriceEntry:
    entry, book = part[0]
    floors = [one.floor_price for one, _ in part if one.floor_price is not None]
    return pricing.PriceEntry(
        id=entry.id.hex,
        product=product.id.hex,
        scope=pricing.Scope(book.scope),
        currency=book.currency,
        tiers=pricing.tiers_of((one.min_quantity or ZERO, one.price or ZERO) for one, _ in part),
        audience=_audience(book, customer),
        tier_kind=entry.tier,  # type: ignore[arg-type]
        valid_from=entry.valid_from or book.valid_from,
        valid_until=entry.valid_until or book.valid_until,
        floor=max(floors) if floors else None,
        book=f"{book.name} {book.edition}",
        agreed=_agreed(session, part),
    )


def _audience(book: PriceBook, customer: Customer | None) -> str:
    """Whom the book is for; a customer may be named by id or by name, as a person types it."""
    meant = book.scope_value or ""
    if book.customer_id is not None and book.scope in (pricing.Scope.CONTRACT, pricing.Scope.CUSTOMER):
        return book.customer_id.hex
    if book.scope in (pricing.Scope.CONTRACT, pricing.Scope.CUSTOMER) and customer is not None:
        named = (customer.id.hex, str(customer.id), customer.name, customer.name_en)
        return customer.id.hex if meant and meant in named else ""
    return meant
