"""Which promotions a quote has: those of prices for the pricing, those of the whole kept in its rows.

A promotion of the whole stands in the quote as a discount under its own name, a gift as a line that costs
nothing. Both follow the lines at each change; what a person took out or typed over stays as they left it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.records import Adjustment, Customer, Product, Promotion, Quote, QuoteLine
from desktop.models.store import Work
from desktop.rules import promotions as rule
from desktop.rules import ranks
from desktop.rules.money import ONE, ZERO, number, to_decimal
from desktop.services import drafts, quote_copies
from desktop.services.prices import by_hand, gift_of
from desktop.services.records import among

RANK: Final = "c"
"""Before what is discounted by hand."""
GONE: Final = {"step": "gift_gone"}
"""What the trace of a gift says that left because its promotion did, not because a person took it out."""


def fitting(session: Session, customer: Customer | None, *, currency: str, on: date) -> list[rule.Promotion]:
    """The promotions for this customer on this day."""
    grade, city = (customer.grade or "", customer.city or "") if customer else ("", "")
    mine = ["", f"segment:{grade}", f"region:{city}"]
    if customer is not None:
        names = (customer.id.hex, str(customer.id), customer.name, customer.name_en)
        mine += [f"customer:{each}" for each in names if each]
    query = select(Promotion).where(Promotion.active.is_(True), Promotion.deleted_at.is_(None))
    found = [_said(session, each) for each in session.scalars(query.order_by(Promotion.id))]
    return [each for each in found if each.fits(mine, on, currency)]


def _said(session: Session, each: Promotion) -> rule.Promotion:
    """A promotion as the rule reads it."""
    gift = session.get(Product, each.gift_id) if each.gift_id is not None else None
    there = gift is not None and gift.deleted_at is None
    meant = each.customer_id.hex if each.customer_id is not None else each.scope_value or ""
    return rule.Promotion(
        id=each.id.hex,
        kind=each.kind,  # type: ignore[arg-type]
        name=each.name,
        percent=each.percent or ZERO,
        every=each.every or 0,
        threshold=each.threshold or ZERO,
        saving=each.saving or ZERO,
        repeats=bool(each.repeats),
        gift=gift.id.hex if gift is not None and there else "",
        gift_quantity=(each.gift_quantity or ONE) if there else ZERO,
        gift_price=(gift.price or ZERO) if gift is not None else ZERO,
        exclusive=bool(each.exclusive),
        priority=each.priority or 0,
        product=each.product_id.hex if each.product_id is not None else "",
        category=each.category or "",
        audience="" if each.scope == "standard" else f"{each.scope}:{meant}",
        currency=each.currency,
        valid_from=each.valid_from,
        valid_until=each.valid_until,
    )


def of_product(found: Iterable[rule.Promotion], product: Product) -> list[rule.Promotion]:
    """Those that change the price of a product."""
    category = product.category or ""
    return [each for each in found if each.kind in rule.ON_PRICE and each.covers(product.id.hex, category)]


def settle(work: Work, quote: Quote, *, on: date) -> None:
    """Bring discounts and gifts of the whole in line with what the quote is now."""
    session = work.session
    customer = session.get(Customer, quote.customer_id) if quote.customer_id else None
    found = fitting(session, customer, currency=quote.currency, on=on)
    found = [each for each in found if each.kind not in rule.ON_PRICE]
    mine = select(Adjustment).where(
        Adjustment.revision_id == quote.revision_id,
        Adjustment.promotion_id.is_not(None),
        Adjustment.deleted_at.is_(None),
    )
    rows = list(session.scalars(mine.order_by(Adjustment.id)))
    told = func.instr(QuoteLine.table().c.price_trace, '"step":"gift"') > 0
    given = select(QuoteLine).where(QuoteLine.revision_id == quote.revision_id, told)
    gifts = [line for line in session.scalars(given.order_by(QuoteLine.id)) if gift_of(line)]
    if not found and not rows and not gifts:
        return
    work.flush()
    draft = drafts.draft_of(session, quote)
    wanted = [line.product_id for line in draft.lines if any(each.category for each in found)]
    try:
        bought, digits = _bought(draft, _categories(session, wanted))
    except Refused:
        return  # what cannot be computed earns nothing else; its totals say what is wrong
    earned = {each.promotion.id: each for each in rule.rewards(found, bought, digits)}
    _settle_rows(work, quote, rows, earned)
    _settle_gifts(work, quote, draft.lines, gifts, earned)


def _categories(session: Session, products: Iterable[UUID | None]) -> dict[UUID, str]:
    """The categories of products, asked at once; nothing is asked where no promotion speaks of one."""
    ids = {each for each in products if each is not None}
    if not ids:
        return {}
    query = select(Product.id, Product.category).where(Product.id.in_(among(ids)))
    return {row.id: row.category or "" for row in session.execute(query)}


def _bought(draft: drafts.QuoteDraft, categories: Mapping[UUID, str]) -> tuple[list[rule.Bought], int]:
    """The lines that count, with what each comes to after its own discounts, before those of the whole."""
    own = [one for one in draft.adjustments if one.line_id is not None]
    result = replace(draft, adjustments=own).totals()
    found = []
    for line, sums in zip(draft.lines, result.lines, strict=True):
        if not sums.counts or gift_of(line):
            continue
        category = categories.get(line.product_id, "") if line.product_id is not None else ""
        alone = any(step.get("exclusive") for step in line.price_trace or ())
        found.append(
            rule.Bought(
                line.product_id.hex if line.product_id is not None else "-",
                category or "-",
                line.quantity or ZERO,
                to_decimal(sums.net, result.digits),
                alone,
            )
        )
    return found, result.digits


def _settle_rows(
    work: Work, quote: Quote, rows: Sequence[Adjustment], earned: Mapping[str, rule.Reward]
) -> None:
    """One discount for each promotion that takes an amount off, and no other."""
    there: set[str] = set()
    for row in rows:
        promotion = row.promotion_id.hex if row.promotion_id is not None else ""
        reward = earned.get(promotion)
        if reward is None or not reward.amount or promotion in there:
            work.delete(row)
            continue
        there.add(promotion)
        row.value = -reward.amount
    for promotion, reward in earned.items():
        if reward.amount and promotion not in there:
            named = work.session.get_one(Promotion, UUID(promotion))
            made = Adjustment(
                quote_id=quote.id,
                revision_id=quote.revision_id,
                kind="amount",
                rank=RANK,
                value=-reward.amount,
                label=named.name,
                label_en=named.name_en,
                promotion_id=named.id,
            )
            quote_copies.belongs(work, quote, made)


def _settle_gifts(
    work: Work,
    quote: Quote,
    lines: Sequence[QuoteLine],
    gifts: Sequence[QuoteLine],
    earned: Mapping[str, rule.Reward],
) -> None:
    """One line for each gift that is earned; one that a person took out does not come again."""
    there: set[str] = set()
    for line in gifts:
        promotion, reward = gift_of(line), earned.get(gift_of(line))
        if line.deleted_at is not None:
            taken_out = GONE not in (line.price_trace or ())
            there |= {promotion} if taken_out else set()
        elif by_hand(line):
            there.add(promotion)
        elif reward is None or not reward.quantity or promotion in there:
            line.price_trace = [*(line.price_trace or ()), GONE]
            work.delete(line)
        else:
            there.add(promotion)
            line.quantity = reward.quantity
    last = lines[-1].rank if lines else ""
    for promotion, reward in earned.items():
        if reward.quantity and promotion not in there:
            last = ranks.following(last)
            _give(work, quote, reward, last)


def _give(work: Work, quote: Quote, reward: rule.Reward, rank: str) -> None:
    product = work.session.get_one(Product, UUID(reward.promotion.gift))
    line = QuoteLine(quote_id=quote.id, revision_id=quote.revision_id, rank=rank)
    fill(line, product)
    line.quantity, line.unit_price = reward.quantity, ZERO
    told = {"step": "gift", "price": "0", "promotion": reward.promotion.id, "name": reward.promotion.name}
    line.price_trace = [told]
    quote_copies.belongs(work, quote, line)


def fill(line: QuoteLine, product: Product) -> None:
    """What a line says of its product."""
    line.product_id, line.sku = product.id, product.sku
    line.name, line.name_en = product.name, product.name_en
    line.detail, line.detail_en = product.detail, product.detail_en
    line.unit, line.unit_en = product.unit, product.unit_en
    line.list_price = product.price
    line.tax_category = product.tax_category or "S"
    line.tax_rates = [number(product.tax_percent)] if product.tax_percent is not None else []
