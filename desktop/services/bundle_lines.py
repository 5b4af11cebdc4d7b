"""The lines of a bundle in a quote: its parts come with it, follow its quantity, and leave with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.records import BundlePart, Product, Quote, QuoteLine
from desktop.models.store import Work
from desktop.rules import bundles as rule
from desktop.rules import ranks
from desktop.rules.money import ONE, ZERO, number
from desktop.services import offers, quote_rows
from desktop.services.drafts import QuoteDraft
from desktop.services.quote_prices import lines_of, price, today
from desktop.words import msg

_LED: Final = frozenset({"bundle_id", "product_id", "quantity", "kind", "group", "chosen"})
FOLLOWS: Final = msg(
    "“{line}” is part of a bundle and follows it. Change the bundle, or add a line of its own."
)
NEEDED: Final = msg("“{line}” always belongs to its bundle. Remove the bundle instead.")
ALONE: Final = msg("The bundle of “{line}” is not in this quote any more. Remove the line.")
HOLDS: Final = msg("A line with the parts of a bundle keeps its product. Remove it and add the other one.")
BELOW: Final = msg("A part of a bundle stays below it. Move the bundle.")


def parts_of(session: Session, product_id: UUID | None) -> list[tuple[BundlePart, Product]]:
    """What a bundle consists of, in the order in which it was put together; nothing for another product."""
    if product_id is None:
        return []
    query = (
        select(BundlePart, Product)
        .join(Product, Product.id == BundlePart.part_id)
        .where(
            BundlePart.product_id == product_id,
            BundlePart.part_id != product_id,
            BundlePart.deleted_at.is_(None),
            Product.deleted_at.is_(None),
        )
        .order_by(BundlePart.id)
    )
    rows = [(part, product) for part, product in session.execute(query) if (part.quantity or ZERO) > ZERO]
    return list({product.id: (part, product) for part, product in reversed(rows)}.values())[::-1]


def as_rule(found: Iterable[tuple[BundlePart, Product]]) -> list[rule.Part]:
    """The same as the rule reads it."""
    return [
        rule.Part(
            product.id, product.name or product.sku or "", part.inclusion, part.group or "", part.choose
        )
        for part, product in found
    ]


def unfold(work: Work, quote: Quote, line: QuoteLine) -> list[QuoteLine]:
    """Put what comes with a bundle below its line, priced."""
    product = work.session.get(Product, line.product_id) if line.product_id is not None else None
    if product is None or product.kind != "bundle" or line.bundle_id is not None:
        return []
    if line.unit_price is None:  # all of it may be in the prices of its parts
        line.unit_price = ZERO
    found = parts_of(work.session, product.id)
    coming = {part.product for part in as_rule(found) if part.there}
    return add(work, quote, line, [one for one in found if one[1].id in coming])


def add(
    work: Work, quote: Quote, line: QuoteLine, wanted: Sequence[tuple[BundlePart, Product]]
) -> list[QuoteLine]:
    """Add parts below a bundle's line, after those that are there, and price them."""
    made: list[QuoteLine] = []
    for part, product in wanted:
        rank = quote_rows.rank_after(lines_of(work, quote), line.id)
        of = {"bundle_id": line.id, "kind": "item" if line.kind == "item" else "option"}
        new = quote_rows.put(work, quote, rank, product_id=product.id, quantity=ONE, values=of)
        new.price_trace = [told_of(line, part)]
        _align(line, new)
        work.flush()
        made.append(new)
    price(work, quote, *{new.product_id for new in made if new.product_id is not None})
    return made


def told_of(line: QuoteLine, part: BundlePart) -> dict[str, str]:
    """What the trace of a part's price says of its bundle."""
    told = {"step": rule.STEP, "each": number(part.quantity or ONE), "pricing": part.pricing or "parent"}
    told |= {"percent": number(part.percent)} if part.percent else {}
    return told | {"name": line.name or line.sku or "", "part": part.id.hex}


def _align(bundle: QuoteLine, line: QuoteLine) -> bool:
    """Bring a part in line with its bundle; whether its quantity became another one."""
    kind, chosen = ("item", True) if bundle.kind == "item" else ("option", bool(bundle.chosen))
    if (line.kind, bool(line.chosen)) != (kind, chosen):
        line.kind, line.chosen = kind, chosen
    if rule.inside(line.price_trace):
        line.unit_price, line.base_quantity, line.slabs = ZERO, ONE, []
        tax = (bundle.tax_category, list(bundle.tax_rates or ()))
        if (line.tax_category, list(line.tax_rates or ())) != tax:
            line.tax_category, line.tax_rates = tax
    each = rule.each(line.price_trace)
    wanted = rule.quantity(bundle.quantity or ZERO, each) if each is not None else line.quantity
    if line.quantity == wanted:
        return False
    line.quantity = wanted
    return True


def settle(work: Work, quote: Quote) -> None:
    """Bring the parts of bundles, and then the promotions of the whole, in line with the lines."""
    follow(work, quote)
    offers.settle(work, quote, on=today(work))


def follow(work: Work, quote: Quote) -> None:
    """Bring all parts in line with their bundles: quantity, kind, tax and place."""
    asked = select(QuoteLine.id).where(
        QuoteLine.revision_id == quote.revision_id,
        QuoteLine.bundle_id.is_not(None),
        QuoteLine.deleted_at.is_(None),
    )
    if work.session.scalars(asked.limit(1)).first() is None:
        return
    lines = lines_of(work, quote)
    bundles = {line.id: line for line in lines if line.bundle_id is None}
    changed = [
        line.product_id
        for line in lines
        if line.bundle_id in bundles and _align(bundles[line.bundle_id], line) and line.product_id
    ]
    last = ""
    for line in lines:
        if not (line.rank or "") > last:
            line.rank = ranks.following(last)
        last = line.rank
    work.flush()
    price(work, quote, *dict.fromkeys(changed))


def below(work: Work, quote: Quote, line: QuoteLine) -> list[QuoteLine]:
    """The lines of a bundle's parts."""
    return [one for one in lines_of(work, quote) if one.bundle_id == line.id]


def check_change(work: Work, quote: Quote, line: QuoteLine, values: Mapping[str, Any]) -> None:
    """Refuse what would part a bundle from its parts, under the field that says so."""
    changed = {name for name in _LED & values.keys() if getattr(line, name) != values[name]}
    if not changed:
        return
    if line.bundle_id is not None or "bundle_id" in changed:
        raise Refused(FOLLOWS.of(line=line.name or line.sku), field=min(changed))
    if "product_id" in changed and below(work, quote, line):
        raise Refused(HOLDS, field="product_id")


def leaving(work: Work, quote: Quote, line: QuoteLine) -> list[QuoteLine]:
    """What leaves the quote together with a line. Raises Refused for what always belongs to its bundle."""
    bundle = work.session.get(QuoteLine, line.bundle_id) if line.bundle_id is not None else None
    if bundle is not None and bundle.deleted_at is None:
        found = as_rule(parts_of(work.session, bundle.product_id))
        if any(part.product == line.product_id and part.inclusion == "required" for part in found):
            raise Refused(NEEDED.of(line=line.name or line.sku))
    return [line, *below(work, quote, line)]


def move(lines: Sequence[QuoteLine], line: QuoteLine, after: UUID | None) -> None:
    """Put a line with what belongs to it after another one, or first."""
    block = [one for one in lines if quote_rows.whole_of(one) == line.id]
    others = [one for one in lines if one not in block]
    if any(one.id == after for one in block):
        return
    if line.bundle_id is not None:
        beside = next((one for one in others if one.id == after), None)
        if beside is None or quote_rows.whole_of(beside) != line.bundle_id:
            raise Refused(BELOW)
        line.rank = quote_rows.next_to([one for one in others if one.id != line.id], beside.rank)
        return
    for one in block:
        if after is None and one is line:
            one.rank = ranks.between("", others[0].rank) if others else one.rank
        else:
            one.rank = quote_rows.rank_after(others, after if one is line else line.id)
        others = sorted([*others, one], key=lambda each: each.rank)


def check_complete(session: Session, draft: QuoteDraft) -> None:
    """Raises Refused where a bundle lacks a part, has too many, or a part has lost its bundle."""
    tops = {line.id for line in draft.lines if line.bundle_id is None}
    for line in draft.lines:
        if line.bundle_id is not None and line.bundle_id not in tops:
            raise Refused(ALONE.of(line=line.name or line.sku))
        if line.bundle_id is None and line.product_id is not None:
            product = session.get(Product, line.product_id)
            if product is not None and product.kind == "bundle":
                chosen = [
                    one.product_id for one in draft.lines if one.bundle_id == line.id and one.product_id
                ]
                found = as_rule(parts_of(session, product.id))
                wrong = rule.wrong(line.name or line.sku or "", found, chosen)
                if wrong is not None:
                    raise Refused(wrong)
