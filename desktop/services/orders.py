"""Orders: made from an issued quote, whole or in parts; submitted, acknowledged, sent back, cancelled."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import NotAllowed, NotFound, Refused
from desktop.models import numbers
from desktop.models.records import Approval, Contract, Order, OrderLine, Quote, QuoteLine, QuoteRevision
from desktop.models.store import Work
from desktop.rules import order_figures as figures
from desktop.rules import stages
from desktop.services import access, approval_papers, order_chain
from desktop.services import order_sense as of
from desktop.services.commands import command, every
from desktop.services.quote_prices import today
from desktop.services.records import check, refuse_led, said
from desktop.words import msg

WRITES: Final = every(Order, OrderLine)
STAGE: Final = ("order.stage",)


@command(
    "quote.order",
    label=msg("Make an order"),
    on=Quote,
    when=of.can_order,
    creates=True,
    writes=WRITES,
    undoable=False,
    icon="package",
    offered=True,
)
def make(
    work: Work,
    quote: Quote,
    *,
    quantities: Mapping[UUID, Decimal] | None = None,
    revision: int | None = None,
    values: Mapping[str, Any] | None = None,
) -> Order:
    """Order what the customer holds: all that is left of it, or these `quantities` by line.

    The figures are those of the paper. Raises Refused for a superseded revision and for more than is left.
    """
    if access.borrowed(work.connection, quote, work.actor, work.now) is not None:
        raise NotAllowed(of.BORROWED)
    edition = _edition(work, quote, revision)
    late = of.expired(quote.stage, edition.valid_until, today(work))
    if late is not None and not _signed(work, (values or {}).get("contract_id")):
        raise Refused(late)
    known = figures.lines_of(edition.snapshot or {})
    wanted = None if quantities is None else {line.hex: count for line, count in quantities.items()}
    parts = figures.parts(known, order_chain.ordered(work.session, edition.id), wanted)
    order = Order(
        customer_id=quote.customer_id,
        name=quote.name,
        quote_id=quote.id,
        revision_id=edition.id,
        currency=quote.currency,
        tax_mode=edition.tax_mode,
        reference=quote.reference,
        owner_id=quote.owner_id,
        team_id=quote.team_id,
    )
    for name, value in (values or {}).items():
        setattr(order, name, value)
    foot = figures.sums(parts.values(), included=edition.tax_mode == "included")
    order.net, order.tax, order.rounding = foot.net, foot.tax, foot.rounding
    order.prepaid, order.payable = foot.prepaid, foot.payable
    order.schedule = figures.schedule(edition.snapshot or {}, foot.payable)
    check(order)
    work.add(order)
    for place, line in enumerate(line for line in known if line.id in parts):
        _copy(work, order, place, line, parts[line.id])
    work.flush()
    return order


def _signed(work: Work, contract_id: UUID | None) -> bool:
    """Whether both sides have signed: then the days of the offer have done their work."""
    contract = work.session.get(Contract, contract_id) if contract_id is not None else None
    return contract is not None and contract.stage in of.SIGNED


def _edition(work: Work, quote: Quote, revision: int | None) -> QuoteRevision:
    """The issued revision that the customer holds. Raises Refused for one that was superseded."""
    current = work.get(QuoteRevision, quote.revision_id) if quote.revision_id else None
    if current is None or not current.content_hash:
        raise Refused(of.NOT_ISSUED.of(stage=stages.QUOTE.find(quote.stage).label))
    if revision is not None and revision != current.revision:
        raise Refused(of.SUPERSEDED.of(old=f"R{revision}", new=current.title))
    before = work.session.execute(
        select(Order.number, QuoteRevision.revision)
        .join(QuoteRevision, QuoteRevision.id == Order.revision_id)
        .where(
            Order.quote_id == quote.id,
            Order.revision_id != current.id,
            Order.stage != "cancelled",
            Order.deleted_at.is_(None),
        )
    ).first()
    if before is not None:
        number = before.number or Order.__label__
        raise Refused(of.ORDERED_BEFORE.of(old=f"R{before.revision}", number=number))
    return current


def _copy(work: Work, order: Order, place: int, line: figures.Line, part: figures.Figures) -> None:
    source = work.session.get(QuoteLine, UUID(hex=line.id))
    work.add(
        OrderLine(
            order_id=order.id,
            source_id=UUID(hex=line.id),
            product_id=source.product_id if source is not None else None,
            place=place,
            **line.words,
            **part._asdict(),
            owner_id=order.owner_id,
            team_id=order.team_id,
        )
    )


@command(
    "contract.order",
    label=msg("Make an order"),
    on=Contract,
    when=of.can_order_contract,
    creates=True,
    writes=WRITES,
    undoable=False,
    icon="package",
)
def make_of_contract(
    work: Work, contract: Contract, *, quantities: Mapping[UUID, Decimal] | None = None
) -> Order:
    """Order what was agreed: a contract is made of one edition of a quote, whose figures it bears."""
    if contract.quote_id is None or contract.revision_id is None:
        raise Refused(figures.UNREADABLE)
    edition = work.get(QuoteRevision, contract.revision_id)
    return make(
        work,
        work.get(Quote, contract.quote_id),
        quantities=quantities,
        revision=edition.revision,
        values={"contract_id": contract.id},
    )


@command(
    "order.new",
    label=msg("New order"),
    on=Order,
    creates=True,
    writes=WRITES,
    undoable=False,
    icon="plus",
)
def new(work: Work, *, values: Mapping[str, Any]) -> Order:
    """An order of all that is left of a quote."""
    given = dict(values)
    quote_id = given.pop("quote_id", None)
    if quote_id is None:
        raise Refused(msg("An order is made from an issued quote."), field="quote_id")
    refuse_led(Order, said(Order, {**given, "customer_id": None}))
    quote = work.get(Quote, quote_id)
    if quote.stage not in ("issued", "accepted"):
        raise Refused(of.NOT_ISSUED.of(stage=stages.QUOTE.find(quote.stage).label))
    kept = {name: value for name, value in given.items() if name != "customer_id" and value not in (None, "")}
    return make(work, quote, values=kept)


def _step(work: Work, order: Order, stage: str) -> None:
    work.op("transition", order, {"field": "stage", "from": order.stage, "to": stage})
    order.stage = stage


@command(
    "order.submit",
    label=msg("Submit order"),
    on=Order,
    when=of.can_submit,
    writes=(*STAGE, "order.number", "order.submitted_at", "order.returned", *every(Approval)),
    undoable=False,
    icon="upload",
    offered=True,
)
def submit(work: Work, order: Order) -> None:
    """Hand the order to the office under a number of its own; it waits here until the next sync."""
    quote = work.session.get(Quote, order.quote_id) if order.quote_id else None
    if quote is None or quote.deleted_at is not None:
        raise NotFound(msg("The quote of this order is not on this laptop."))
    if quote.revision_id != order.revision_id:
        old, new_one = (
            work.session.get(QuoteRevision, one) for one in (order.revision_id, quote.revision_id)
        )
        raise Refused(of.SUPERSEDED.of(old=old.title if old else "", new=new_one.title if new_one else ""))
    approval_papers.agreed_order(work, order)
    if not order.number:
        order.number = numbers.take(work.connection, numbers.ORDER, today(work).year)
    order.submitted_at, order.returned = work.now, ""
    _step(work, order, "submitted")


@command(
    "order.acknowledge",
    label=msg("Acknowledge order"),
    on=Order,
    when=of.can_acknowledge,
    writes=STAGE,
    undoable=False,
    icon="circle-check",
    offered=True,
)
def acknowledge(work: Work, order: Order) -> None:
    """The office takes the order on: shipping and finance may begin."""
    _step(work, order, "acknowledged")


@command(
    "order.send_back",
    label=msg("Send back"),
    on=Order,
    when=of.can_send_back,
    writes=(*STAGE, "order.returned"),
    undoable=False,
    icon="undo-2",
)
def send_back(work: Work, order: Order, *, reason: str) -> None:
    """The office cannot take it on as it is; the reason goes to whoever submitted it."""
    if not reason.strip():
        raise Refused(msg("Say why it is sent back."), field="returned")
    order.returned = reason.strip()
    _step(work, order, "draft")


@command(
    "order.cancel",
    label=msg("Cancel order"),
    on=Order,
    when=of.can_cancel,
    writes=STAGE,
    undoable=False,
    icon="circle-x",
    offered=True,
)
def cancel(work: Work, order: Order) -> None:
    """It will not be delivered; what it held may be ordered again.

    Raises Refused while an invoice is asked for or money lies here.
    """
    if order_chain.chain_of(work.session, order).bound:
        raise Refused(of.BOUND)
    _step(work, order, "cancelled")


@command(
    "order.delete", label=msg("Delete order"), on=Order, when=of.never_deleted, writes=STAGE, icon="trash-2"
)
def delete(_work: Work, _order: Order) -> None:
    """Refused: an order is cancelled."""
    raise Refused(of.KEPT)
