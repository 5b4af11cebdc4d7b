"""Quotes: write one, price it, discount it, issue it, revise it, and put it on paper."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import NotFound, Refused
from desktop.models import numbers
from desktop.models.records import (
    Adjustment,
    Customer,
    Quote,
    QuoteLine,
    QuoteRevision,
)
from desktop.models.store import Store, Work
from desktop.rules import ranks
from desktop.rules.canonical import content_hash
from desktop.rules.money import ONE
from desktop.services import (
    approvals,
    bundle_lines,
    catalog,
    coupons,
    drafts,
    prices,
    quote_copies,
    quote_rows,
    sealed,
)
from desktop.services import quote_sense as of
from desktop.services.bundle_lines import settle
from desktop.services.commands import command
from desktop.services.quote_prices import lines_of, organisation, price, tell, typed_by
from desktop.services.quote_prices import today as today
from desktop.services.quote_sense import can_change as can_change
from desktop.services.records import ISSUED, check, refuse_issued, refuse_led, refuse_moved, said
from desktop.words import msg

PRICED = of.PRICED


@command(
    "quote.new",
    label=msg("New quote"),
    on=Quote,
    creates=True,
    shortcut="Ctrl+Q",
    icon="file-plus-2",
    writes=of.HEAD,
)
def new(work: Work, *, values: Mapping[str, Any]) -> Quote:
    """Begin a quote for a customer, with the firm's usual basis, validity, terms and payment schedule."""
    given = dict(values)
    of_revision = {name: given.pop(name) for name in list(given) if name not in Quote.fields()}
    refuse_led(Quote, said(Quote, given))
    quote = Quote(**given)
    if quote.customer_id is None:
        raise Refused(msg("A quote needs a customer."), field="customer_id")
    work.get(Customer, quote.customer_id)
    firm = organisation(work)
    revision = QuoteRevision(
        quote_id=quote.id,
        tax_mode=of_revision.pop("tax_mode", firm.tax_mode if firm else "included"),
        valid_until=of_revision.pop(
            "valid_until", today(work) + timedelta(days=(firm.valid_days if firm else None) or 30)
        ),
        terms=list(firm.terms or []) if firm else [],
        milestones=list(firm.milestones or []) if firm else [],
        **of_revision,
    )
    if "currency" not in values and firm is not None and firm.currency:
        quote.currency = firm.currency
    check(quote)
    quote.revision_id = revision.id
    work.add(quote)
    quote_copies.belongs(work, quote, revision)
    work.flush()
    return quote


@command("quote.add_line", label=msg("Add line"), on=Quote, when=can_change, icon="plus", writes=of.LINES)
def add_line(
    work: Work,
    quote: Quote,
    *,
    product_id: UUID | None = None,
    quantity: Decimal = Decimal(1),
    values: Mapping[str, Any] | None = None,
    after: UUID | None = None,
) -> QuoteLine:
    """Add a product at its price, or a free line, section, note or option with `values`."""
    given = values or {}
    rank = quote_rows.rank_after(lines_of(work, quote), after)
    line = quote_rows.put(work, quote, rank, product_id=product_id, quantity=quantity, values=given)
    work.flush()
    if product_id is not None and "unit_price" not in given:
        price(work, quote, product_id)
    elif product_id is not None:
        typed_by(work, quote, line, anew=True)
    bundle_lines.unfold(work, quote, line)
    settle(work, quote)
    return line


def _line_of(work: Work, quote: Quote, line_id: UUID) -> QuoteLine:
    """A line of this quote's current revision. Raises NotFound."""
    line = work.get(QuoteLine, line_id)
    if line.revision_id != quote.revision_id:
        raise NotFound(msg("This line is not one of this quote."))
    return line


@command("quote.set_line", label=msg("Change line"), on=Quote, when=can_change, writes=of.LINES)
def set_line(work: Work, quote: Quote, *, line_id: UUID, values: Mapping[str, Any]) -> QuoteLine:
    """Change a line; a new quantity prices it anew, a price typed by hand stays as it was typed."""
    line = _line_of(work, quote, line_id)
    bundle_lines.check_change(work, quote, line, values)
    before = line.base_quantity or ONE
    for name, value in values.items():
        setattr(line, name, value)
    if "chosen" in values and line.kind == "alternative":
        _choose(work, quote, line)
    if line.kind in PRICED and (line.quantity is None or line.unit_price is None):
        raise Refused(msg("A line needs a quantity and a price."), field="quantity")
    if (line.base_quantity or ONE) <= 0:
        raise Refused(msg("The base quantity must be above zero"), field="base_quantity")
    per = line.product_id is not None and (line.base_quantity or ONE) != before
    anew = not values.keys().isdisjoint(("quantity", "product_id"))
    if "unit_price" in values or per:
        typed_by(work, quote, line, anew=anew)
    elif anew and line.product_id is not None:
        if prices.by_hand(line):
            tell(work, quote, line)
        work.flush()
        price(work, quote, line.product_id)
    settle(work, quote)
    return line


def _choose(work: Work, quote: Quote, line: QuoteLine) -> None:
    """Of the alternatives of a group exactly one counts. Raises Refused where none would."""
    if not line.chosen:
        raise Refused(msg("One of them counts: choose another one instead."), field="chosen")
    for other in lines_of(work, quote):
        if other.id != line.id and other.kind == "alternative" and other.group == line.group:
            other.chosen = False


@command(
    "quote.remove_line", label=msg("Remove line"), on=Quote, when=can_change, icon="trash-2", writes=of.LINES
)
def remove_line(work: Work, quote: Quote, *, line_id: UUID) -> None:
    """Remove a line with its discounts, a bundle with its parts."""
    gone = bundle_lines.leaving(work, quote, _line_of(work, quote, line_id))
    for adjustment in work.session.scalars(
        select(Adjustment).where(
            Adjustment.line_id.in_([line.id for line in gone]), Adjustment.deleted_at.is_(None)
        )
    ):
        work.delete(adjustment)
    for line in gone:
        work.delete(line)
    work.flush()
    price(work, quote, *dict.fromkeys(line.product_id for line in gone if line.product_id is not None))
    settle(work, quote)


# The plain commands of lines and discounts, as forms and the command line use them, go the same way.


def _quote_of(work: Work, quote_id: UUID | None) -> Quote:
    """The quote that a part belongs to. Raises Refused unless it is still written on."""
    if quote_id is None:
        raise Refused(msg("Say which quote this belongs to."), field="quote_id")
    quote = work.get(Quote, quote_id)
    if quote.stage != "draft":
        raise Refused(ISSUED)
    return quote


@command("quote_line.new", label=msg("Add line"), on=QuoteLine, creates=True, icon="plus", writes=of.LINES)
def new_line(work: Work, *, values: Mapping[str, Any]) -> QuoteLine:
    """Add a line to a quote; a product's number alone brings its name, price and tax."""
    given = dict(values)
    quote = _quote_of(work, given.pop("quote_id", None))
    refuse_led(QuoteLine, said(QuoteLine, given))
    product_id = given.pop("product_id", None)
    if product_id is None and given.get("sku"):
        known = catalog.product(work.session, given["sku"])
        product_id = known.id if known is not None else None
    if product_id is not None:
        given.pop("sku", None)
    quantity = given.pop("quantity", None) or Decimal(1)
    return add_line(work, quote, product_id=product_id, quantity=quantity, values=given)


@command("quote_line.edit", label=msg("Change line"), on=QuoteLine, icon="pencil", writes=of.LINES)
def edit_line(work: Work, line: QuoteLine, *, values: Mapping[str, Any]) -> QuoteLine:
    """Change a line of a quote that is still written on."""
    refuse_issued(work, line)
    refuse_led(QuoteLine, values)
    refuse_moved(line, values)
    return set_line(work, _quote_of(work, line.quote_id), line_id=line.id, values=values)


@command("quote_line.delete", label=msg("Remove line"), on=QuoteLine, icon="trash-2", writes=of.LINES)
def delete_line(work: Work, line: QuoteLine) -> None:
    """Remove a line of a quote that is still written on."""
    refuse_issued(work, line)
    remove_line(work, _quote_of(work, line.quote_id), line_id=line.id)


@command(
    "adjustment.new", label=msg("Discount"), on=Adjustment, creates=True, icon="percent", writes=of.LINES
)
def new_adjustment(work: Work, *, values: Mapping[str, Any]) -> Adjustment:
    """Set a discount on a line or on the whole of a quote that is still written on."""
    quote = _quote_of(work, values.get("quote_id"))
    made = discount(
        work,
        quote,
        kind=values.get("kind") or "percent",
        value=values.get("value"),
        line_id=values.get("line_id"),
        label=values.get("label") or "",
    )
    if made is None:
        raise Refused(msg("Say how much: value=-5."), field="value")
    for name in {"label_en", "reason", "custom"} & values.keys():
        setattr(made, name, values[name])
    return made


@command(
    "quote.reprice",
    label=msg("At today's prices"),
    on=Quote,
    when=can_change,
    icon="refresh-cw",
    offered=True,
    writes=of.LINES,
)
def reprice(work: Work, quote: Quote) -> int:
    """Price all lines by the books, promotions and rates of today; returns how many prices are others now.

    What was typed by hand stays as it was typed.
    """
    lines = lines_of(work, quote)
    before = {line.id: line.unit_price for line in lines}
    wanted = dict.fromkeys(line.product_id for line in lines if line.product_id is not None)
    price(work, quote, *wanted, anew=True)
    settle(work, quote)
    return sum(1 for line in lines if line.unit_price != before[line.id])


@command("quote.move_line", label=msg("Move line"), on=Quote, when=can_change, writes=of.LINES)
def move_line(work: Work, quote: Quote, *, line_id: UUID, after: UUID | None) -> QuoteLine:
    """Put a line after another one, or first."""
    line = _line_of(work, quote, line_id)
    if after == line_id:
        return line
    if after is not None:
        _line_of(work, quote, after)
    lines = lines_of(work, quote)
    bundle_lines.move(lines, line, after)
    same = [one for one in lines if one.product_id == line.product_id]
    if line.product_id is not None and any(one.slabs for one in same):
        work.flush()
        price(work, quote, line.product_id)
    return line


@command("quote.discount", label=msg("Discount"), on=Quote, when=can_change, icon="percent", writes=of.LINES)
def discount(
    work: Work,
    quote: Quote,
    *,
    kind: str = "percent",
    value: Decimal | None,
    line_id: UUID | None = None,
    label: str = "",
) -> Adjustment | None:
    """Set the discount or surcharge of this kind on a line or on the whole; None takes it away.

    A reduction is negative. The target of a document is the payable wanted.
    """
    if line_id is not None:
        _line_of(work, quote, line_id)
    present = work.session.scalars(
        select(Adjustment).where(
            Adjustment.revision_id == quote.revision_id,
            Adjustment.line_id == line_id if line_id else Adjustment.line_id.is_(None),
            Adjustment.kind == kind,
            Adjustment.promotion_id.is_(None),
            Adjustment.coupon_id.is_(None),
            Adjustment.deleted_at.is_(None),
        )
    ).first()
    if value is None or (value == 0 and kind != "target"):
        if present is not None:
            work.delete(present)
        settle(work, quote)
        return None
    if present is None:
        present = Adjustment(
            quote_id=quote.id,
            revision_id=quote.revision_id,
            line_id=line_id,
            kind=kind,
            rank="z" if kind == "target" else "i",
        )
        quote_copies.belongs(work, quote, present)
    present.value, present.label = value, label or present.label
    work.flush()
    settle(work, quote)
    if drafts.draft_of(work.session, quote).totals().payable < 0 and value < 0:
        raise Refused(msg("This takes away more than the quote is worth."), field="value")
    return present


@command(
    "quote.issue",
    label=msg("Issue quote"),
    on=Quote,
    when=of.can_issue,
    writes=of.ISSUE,
    undoable=False,
    fact=True,
    shortcut="F9",
    icon="file-check-2",
    offered=True,
)
def issue(work: Work, quote: Quote, *, until: date | None = None) -> bytes:
    """Give the quote its number, freeze and seal its content, start its validity; returns the paper.

    `until`: it is issued subject to approval by that day, where the rules that ask allow it.
    """
    draft = drafts.draft_of(work.session, quote)
    of.check_complete(draft)
    bundle_lines.check_complete(work.session, draft)
    on = today(work)
    coupons.redeem(work, draft, on)
    if not quote.number:
        quote.number = numbers.take(work.connection, numbers.QUOTE, on.year)
    snapshot = draft.snapshot(number=quote.number, issued_on=on)
    standing = approvals.at_work(work, draft, on)
    if until is not None:
        snapshot["approval"] = approvals.condition(standing, on, until)
    approvals.agreed(work, draft, snapshot, standing)
    paper = quote_pdf(snapshot, sealed_by=sealed.holder(work))
    calculator_test(paper, snapshot)
    revision = draft.revision
    revision.snapshot, revision.content_hash, revision.issued_at = snapshot, content_hash(snapshot), work.now
    work.op(
        "issue",
        revision,
        {"hash": revision.content_hash, "fields": {"snapshot": [], "content_hash": [], "issued_at": []}},
    )
    _step(work, quote, "issued")
    return sealed.keep(work, quote, revision, paper)


def _step(work: Work, quote: Quote, stage: str) -> None:
    if stage == "draft":
        quote.declined_for = quote.declined_words = ""
    work.op("transition", quote, {"field": "stage", "from": quote.stage, "to": stage})
    quote.stage = stage


@command(
    "quote.revise",
    label=msg("New revision"),
    on=Quote,
    when=of.can_revise,
    icon="copy-plus",
    offered=True,
    writes=of.CONTENT,
)
def revise(work: Work, quote: Quote) -> QuoteRevision:
    """Open the next revision with the same content; the issued one stays as it was printed.

    Where the office kept edits that came too late for the paper, they are that next revision.
    """
    draft = drafts.draft_of(work.session, quote)
    old = draft.revision
    waiting = drafts.edits_aside(work.session, quote)
    if waiting is not None:
        quote.revision_id = waiting.id
        _step(work, quote, "draft")
        return waiting
    copied = quote_copies.content(work, draft, quote, old.revision + 1)
    firm = organisation(work)
    copied.valid_until = today(work) + timedelta(days=(firm.valid_days if firm else None) or 30)
    quote.revision_id = copied.id
    _step(work, quote, "draft")
    return copied


@command(
    "quote.accept",
    label=msg("Customer accepted"),
    on=Quote,
    when=of.can_answer,
    icon="circle-check",
    offered=True,
    writes=of.STAGE,
)
def accept(work: Work, quote: Quote) -> None:
    """The customer said yes."""
    _step(work, quote, "accepted")


@command(
    "quote.decline",
    label=msg("Customer declined"),
    on=Quote,
    when=of.can_answer,
    icon="circle-x",
    offered=True,
    writes=of.DECLINE,
)
def decline(work: Work, quote: Quote, *, reason: str = "", words: str = "") -> None:
    """The customer said no: why, by its code and in their words. Coupons are given back."""
    quote.declined_for, quote.declined_words = of.why_declined(reason), words.strip()
    quote.declined_at = coupons.no_earlier(work, quote)
    _step(work, quote, "declined")


@command(
    "quote.confirm",
    label=msg("Confirm the new total"),
    on=Quote,
    when=of.can_confirm,
    offered=True,
    writes=("quote.needs_review", *of.LINES),
)
def confirm(work: Work, quote: Quote) -> None:
    """A person looked at the total that came of two people's changes, with promotions counted once."""
    quote.needs_review = False
    if quote.stage == "draft":
        settle(work, quote)


def paper(store: Store, quote_id: UUID, *, language: str | None = None) -> bytes:
    """The PDF of the current revision: of an issued one what was sealed, of a draft with its mark."""
    draft = drafts.load(store, quote_id)
    state = draft.quote.stage if draft.frozen else "draft"
    if state in ("issued", "accepted") and language in (None, draft.revision.language):
        kept = sealed.copy_of(store, quote_id, draft.revision.content_hash)
        if kept is not None:
            return kept
    return quote_pdf(draft.snapshot(), state=state if state != "accepted" else "issued", language=language)


@command("quote.compose", label=msg("New quote"), on=Quote, creates=True, writes=of.CONTENT)
def compose(
    work: Work,
    *,
    customer_id: UUID,
    name: str = "",
    language: str = "zh",
    lines: Sequence[tuple[UUID, Decimal]] = (),
    adjustments: Sequence[tuple[str, Decimal | None]] = (),
) -> Quote:
    """A whole quote in one step: customer, products with quantities, discounts."""
    quote = new(work, values={"customer_id": customer_id, "name": name, "language": language})
    rank, made = "", []
    for product_id, quantity in lines:
        rank = ranks.following(rank)
        made.append(quote_rows.put(work, quote, rank, product_id=product_id, quantity=quantity, values={}))
    work.flush()
    price(work, quote, *dict.fromkeys(product_id for product_id, _ in lines))
    for line in made:
        bundle_lines.unfold(work, quote, line)
    settle(work, quote)
    for kind, value in adjustments:
        discount(work, quote, kind=kind, value=value)
    return quote
