"""How the prices of a quote stand to cost or floor, as far as this person may see either, and to rules."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.records import Organisation, Product, QuoteLine
from desktop.models.store import Store
from desktop.rules import approval_facts, bundles, floors, money
from desktop.rules.approvals import Rule
from desktop.rules.floors import AMBER, HUNDRED, Light
from desktop.rules.money import ONE, ZERO
from desktop.rules.totals import Totals
from desktop.services import approvals, prices
from desktop.services.drafts import QuoteDraft


def light(store: Store, draft: QuoteDraft, total: Totals, place: int | None) -> Light | None:
    """The light of one line, or the worst of all lines; None where nothing is known to go by."""
    found: Light | None = None
    with store.reading() as session:
        firm = session.scalars(select(Organisation).where(Organisation.deleted_at.is_(None))).first()
        asked, on = approvals.rules_for(session, store.me().rights), store.clock().date()
        for n in range(len(draft.lines)) if place is None else (place,):
            for one in (
                _of_line(session, draft, total, n, firm, on),
                _asked(session, draft, total, n, asked, on),
            ):
                found = one.worse(found) if one is not None else found
    return found


def _asked(
    session: Session, draft: QuoteDraft, total: Totals, place: int, rules: Sequence[Rule], on: date
) -> Light | None:
    """Amber where a rule about lines asks, whoever has agreed to it."""
    found = approvals.of_line(session, draft, total, place, rules, on)
    return Light(AMBER, found.words) if found is not None else None


def share(session: Session, draft: QuoteDraft, total: Totals) -> Decimal | None:
    """What is left of the whole without tax after costs, in percent of it; None where a cost is not known."""
    firm = session.scalars(select(Organisation).where(Organisation.deleted_at.is_(None))).first()
    if ((firm.currency if firm is not None else "") or draft.quote.currency) != draft.quote.currency:
        return None
    costs = ZERO
    for line, sums in zip(draft.lines, total.lines, strict=True):
        if sums.counts and line.quantity and not bundles.inside(line.price_trace):
            each = _cost(session, draft, line)
            if each is None:
                return None
            costs += each * line.quantity
    earned = money.to_decimal(total.net, total.digits)
    return (earned - costs) * HUNDRED / earned if earned > 0 else None


def _cost(session: Session, draft: QuoteDraft, line: QuoteLine) -> Decimal | None:
    """What one of a line costs; of a bundle without a cost of its own, what the parts in its price cost."""
    product = session.get(Product, line.product_id) if line.product_id else None
    if product is None or product.cost is not None or product.kind != "bundle" or not line.quantity:
        return product.cost if product is not None else None
    costs = ZERO
    for part in draft.lines:
        if part.bundle_id == line.id and bundles.inside(part.price_trace):
            known = session.get(Product, part.product_id) if part.product_id else None
            if known is None or known.cost is None:
                return None
            costs += known.cost * (part.quantity or ZERO)
    return costs / line.quantity


def _of_line(
    session: Session,
    draft: QuoteDraft,
    total: Totals,
    place: int,
    firm: Organisation | None,
    on: date,
) -> Light | None:
    line, sums = draft.lines[place], total.lines[place]
    product = session.get(Product, line.product_id) if line.product_id else None
    if product is None or not sums.counts or not line.quantity or bundles.inside(line.price_trace):
        return None  # what is in the price of a bundle is looked at with it
    cost = _cost(session, draft, line)
    each = money.to_decimal(sums.final, total.digits) / line.quantity
    included = draft.revision.tax_mode == "included"
    home = (firm.currency if firm is not None else "") or draft.quote.currency
    if cost is not None and home == draft.quote.currency:
        rate = sum((Decimal(one) for one in line.tax_rates or ()), Decimal(0)) if included else Decimal(0)
        without_tax = each * HUNDRED / (HUNDRED + rate)
        return floors.by_cost(without_tax, cost, firm.least_margin if firm is not None else None)
    least = prices.floor(session, draft, line, on)
    per = approval_facts.per(line.price_trace) or line.base_quantity or ONE
    return floors.by_floor(each * per, least) if least is not None else None
