"""Which price a customer gets for a product today, from the price books on this laptop."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.records import Customer, PriceBook, PriceEntry, Product
from desktop.rules import pricing
from desktop.rules.money import ZERO


def resolve(
    session: Session,
    product: Product,
    customer: Customer | None,
    *,
    quantity: Decimal,
    currency: str,
    tax_mode: str,
    on: date,
    together: Decimal | None = None,
) -> pricing.Resolution:
    """The price with its trace; `together` is the sum of the product over the whole quote."""
    asked = pricing.Asked(
        product=product.id.hex,
        quantity=quantity,
        currency=currency,
        on=on,
        customer=customer.id.hex if customer else "",
        segments=(customer.grade,) if customer and customer.grade else (),
        region=(customer.city or "") if customer else "",
        together=together,
    )
    return pricing.resolve(asked, entries(session, product, currency, tax_mode))


def entries(session: Session, product: Product, currency: str, tax_mode: str) -> list[pricing.PriceEntry]:
    """What the books with this price basis say of the product, and its own list price as the standard."""
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
    found = [_entry(product, part) for part in grouped.values()]
    if product.price is not None and not any(one.scope is pricing.Scope.STANDARD for one in found):
        tier = pricing.Tier(ZERO, product.price)
        found.append(
            pricing.PriceEntry(product.id.hex, product.id.hex, pricing.Scope.STANDARD, currency, (tier,))
        )
    return found


def _entry(product: Product, part: Sequence[tuple[PriceEntry, PriceBook]]) -> pricing.PriceEntry:
    entry, book = part[0]
    floors = [one.floor_price for one, _ in part if one.floor_price is not None]
    return pricing.PriceEntry(
        id=entry.id.hex,
        product=product.id.hex,
        scope=pricing.Scope(book.scope),
        currency=book.currency,
        tiers=pricing.tiers_of((one.min_quantity or ZERO, one.price or ZERO) for one, _ in part),
        audience=book.scope_value or "",
        tier_kind=entry.tier,  # type: ignore[arg-type]
        valid_from=entry.valid_from or book.valid_from,
        valid_until=entry.valid_until or book.valid_until,
        floor=max(floors) if floors else None,
        book=f"{book.name} {book.edition}",
    )
