"""What is done with an acknowledged order: sent, arrived, taken over, sent back, invoiced, paid."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from desktop.errors import Refused
from desktop.models import numbers
from desktop.models.record import Record
from desktop.models.records import Acceptance, Customer, Delivery, InvoiceRequest, Order, OrderLine, Payment
from desktop.models.records.orders import RETURN_ENDS
from desktop.models.store import Work
from desktop.rules import money, order_progress
from desktop.rules import order_figures as figures
from desktop.services import order_chain
from desktop.services import order_sense as of
from desktop.services.commands import command, every
from desktop.services.orders import STAGE
from desktop.services.quote_prices import today
from desktop.words import Message, msg

Wanted = Mapping[UUID, Decimal] | None


def _wanted(quantities: Wanted) -> dict[str, Decimal] | None:
    return None if quantities is None else {line.hex: count for line, count in quantities.items()}


def _part(work: Work, order: Order, part: Record) -> None:
    part.owner_id, part.team_id = order.owner_id, order.team_id
    work.add(part)


def follow(work: Work, order: Order) -> None:
    """Bring the stage in line with what was done."""
    work.flush()
    stage = order_progress.stage(order.stage, order_chain.chain_of(work.session, order).progress())
    if stage != order.stage:
        work.op("transition", order, {"field": "stage", "from": order.stage, "to": stage})
        order.stage = stage


@command(
    "order.ship",
    label=msg("Record a delivery"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, *every(Delivery)),
    undoable=False,
    icon="truck",
)
def ship(
    work: Work,
    order: Order,
    *,
    quantities: Wanted = None,
    carrier: str = "",
    tracking: str = "",
    shipped_on: date | None = None,
    expected_on: date | None = None,
) -> Delivery:
    """A batch goes to the customer: all that was not sent yet, or these quantities by line."""
    chain = order_chain.chain_of(work.session, order)
    parts = figures.parts(chain.known(), chain.gone(), _wanted(quantities))
    if any(part.quantity < 0 for part in parts.values()):
        raise Refused(figures.NOTHING, field="quantity")
    return _delivery(
        work,
        order,
        chain,
        parts,
        kind="goods",
        carrier=carrier.strip(),
        tracking=tracking.strip(),
        shipped_on=shipped_on or today(work),
        expected_on=expected_on,
    )


def _delivery(
    work: Work,
    order: Order,
    chain: order_chain.Chain,
    parts: Mapping[str, figures.Figures],
    **values: Any,
) -> Delivery:
    made = Delivery(
        order_id=order.id,
        batch=1 + max((one.batch or 0 for one in chain.deliveries), default=0),
        lines=order_chain.kept(parts),
        amount=sum(part.amount for part in parts.values()),
        **values,
    )
    _part(work, order, made)
    follow(work, order)
    return made


@command(
    "order.take_back",
    label=msg("Record a return"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, *every(Delivery)),
    undoable=False,
    icon="undo-2",
)
def take_back(
    work: Work,
    order: Order,
    *,
    quantities: Mapping[UUID, Decimal],
    reason: str,
    returned_on: date | None = None,
    outcome: str = "replaced",
) -> Delivery:
    """Goods came back, for a reason: a delivery with negative quantities.

    What replaces them is sent anew; what is `refunded` is not: the order closes without it, and an invoice
    over it is credited.
    """
    if outcome not in {name for name, _ in RETURN_ENDS}:
        raise Refused(msg("Say whether it is replaced or refunded."), field="outcome")
    if not reason.strip():
        raise Refused(msg("Say why it came back."), field="reason")
    chain = order_chain.chain_of(work.session, order)
    back = {line.hex: -abs(count) for line, count in quantities.items()}
    parts = figures.parts(chain.known(), chain.sent(), back)
    on = returned_on or today(work)
    return _delivery(
        *(work, order, chain, parts),
        kind="return",
        shipped_on=on,
        arrived_on=on,
        reason=reason.strip(),
        outcome=outcome,
    )


@command(
    "order.arrive",
    label=msg("Delivery arrived"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, "delivery.arrived_on"),
    undoable=False,
    icon="map-pin",
)
def arrive(work: Work, order: Order, *, delivery_id: UUID, arrived_on: date | None = None) -> Delivery:
    """The customer has it."""
    delivery = _of(work, order, delivery_id)
    if delivery.arrived_on is not None:
        raise Refused(msg("This delivery has arrived already."))
    delivery.arrived_on = arrived_on or today(work)
    follow(work, order)
    return delivery


def _of(work: Work, order: Order, delivery_id: UUID) -> Delivery:
    delivery = work.get(Delivery, delivery_id)
    if delivery.order_id != order.id or delivery.kind != "goods":
        raise Refused(msg("This delivery is not one of this order."))
    return delivery


@command(
    "order.take_over",
    label=msg("Customer takes over"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, "delivery.arrived_on", *every(Acceptance)),
    undoable=False,
    icon="clipboard-check",
)
def take_over(
    work: Work,
    order: Order,
    *,
    delivery_id: UUID,
    signer: str,
    quantities: Wanted = None,
    accepted_on: date | None = None,
    remark: str = "",
) -> Acceptance:
    """Somebody at the customer's says that what arrived is as it was ordered: all that waits, or a part."""
    delivery = _of(work, order, delivery_id)
    if not signer.strip():
        raise Refused(msg("Say who accepted it."), field="signer")
    chain = order_chain.chain_of(work.session, order)
    waiting = chain.waiting(delivery)
    if not waiting:
        raise Refused(msg("This delivery was taken over already."))
    parts = accepted_parts(chain, delivery, _wanted(quantities) or waiting)
    on = accepted_on or today(work)
    if delivery.arrived_on is None:
        delivery.arrived_on = on
    made = Acceptance(
        order_id=order.id,
        delivery_id=delivery.id,
        signer=signer.strip(),
        accepted_on=on,
        remark=remark.strip(),
        lines=order_chain.kept(parts),
    )
    _part(work, order, made)
    follow(work, order)
    return made


def accepted_parts(
    chain: order_chain.Chain, delivery: Delivery, wanted: Mapping[str, Decimal]
) -> dict[str, figures.Figures]:
    """The parts of a delivery that are taken over. Raises Refused for more than waits."""
    waiting, sent = chain.waiting(delivery), dict(order_chain.parts_of(delivery.lines))
    had = figures.summed(
        part
        for one in chain.acceptances
        if one.delivery_id == delivery.id
        for part in order_chain.parts_of(one.lines)
    )
    made: dict[str, figures.Figures] = {}
    for name, count in wanted.items():
        left, before = waiting.get(name, money.ZERO), had.get(name, figures.Figures())
        if not 0 < count <= left:
            line = next((one.name for one in chain.lines if one.id.hex == name), "")
            whole = sent[name].quantity if name in sent else money.ZERO
            said = {"left": money.number(left), "whole": money.number(whole), "wanted": money.number(count)}
            raise Refused(figures.TOO_MANY.of(line=line, **said), field="quantity")
        all_of, amount = sent[name].quantity, sent[name].amount
        share = figures.share(amount, all_of, before.quantity + count, before.amount)
        made[name] = figures.Figures(count, share)
    return made


@command(
    "order.invoice",
    label=msg("Ask for an invoice"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, *every(InvoiceRequest)),
    undoable=False,
    icon="receipt-text",
)
def invoice(
    work: Work, order: Order, *, quantities: Wanted = None, due_on: date | None = None
) -> InvoiceRequest:
    """Ask finance for an invoice of all that is left, or of these quantities.

    Amounts and taxes are shares of what was ordered, on cumulative figures: the last request closes to zero.
    """
    chain = order_chain.chain_of(work.session, order)
    wanted = chain.to_invoice() if quantities is None else _wanted(quantities) or {}
    if any(count * chain.side(name) < 0 for name, count in wanted.items()):
        raise Refused(figures.NOTHING, field="quantity")
    return _ask(work, order, chain, wanted, due_on)


@command(
    "order.credit",
    label=msg("Ask for a credit note"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, *every(InvoiceRequest)),
    undoable=False,
    icon="receipt-text",
)
def credit(work: Work, order: Order, *, quantities: Wanted = None) -> InvoiceRequest:
    """Ask finance to take an invoice back: what came back and is refunded, else all that was invoiced.

    With it an order whose invoice was written can be cancelled. Raises Refused where no invoice was written.
    """
    chain = order_chain.chain_of(work.session, order)
    wanted = _wanted(quantities) or chain.to_credit() or chain.creditable()
    back = {name: -chain.side(name) * abs(count) for name, count in wanted.items()}
    if not back:
        raise Refused(order_chain.NOT_WRITTEN)
    order_chain.check_invoice(chain, back)
    return _ask(work, order, chain, back, None)


def _ask(
    work: Work, order: Order, chain: order_chain.Chain, wanted: Mapping[str, Decimal], due_on: date | None
) -> InvoiceRequest:
    if not wanted:
        raise Refused(msg("Nothing is left of it."))
    asked = figures.invoice(chain.known(), chain.invoices(), wanted, included=chain.included)
    order_chain.check_invoice(chain, wanted)
    made = InvoiceRequest(
        order_id=order.id,
        number=numbers.take(work.connection, numbers.REQUEST, today(work).year),
        lines=order_chain.kept(asked.lines),
        groups=[
            {"category": one.category, "rates": list(one.rates), "base": one.base, "tax": one.tax}
            for one in asked.groups
        ],
        buyer=_buyer(work, order),
        net=asked.net,
        tax=asked.tax,
        rounding=asked.rounding,
        payable=asked.payable,
        currency=order.currency,
        requested_on=today(work),
        due_on=due_on,
    )
    _part(work, order, made)
    follow(work, order)
    return made


def _buyer(work: Work, order: Order) -> dict[str, str]:
    """Whom the invoice is for, as it is known today."""
    customer = work.session.get(Customer, order.customer_id) if order.customer_id else None
    if customer is None:
        return {}
    names = ("name", "name_en", "tax_id", "address", "address_en", "phone")
    return {name: str(getattr(customer, name) or "") for name in names}


@command(
    "order.invoiced",
    label=msg("Invoice was written"),
    on=Order,
    when=of.can_move,
    writes=("invoice_request.state", "invoice_request.invoice_number", "invoice_request.invoiced_on"),
    undoable=False,
    icon="file-check",
)
def invoiced(
    work: Work, order: Order, *, request_id: UUID, number: str, invoiced_on: date | None = None
) -> InvoiceRequest:
    """Finance has written the invoice that was asked for, under its own number."""
    request = _request(work, order, request_id)
    if not number.strip():
        raise Refused(msg("Say which number the invoice has."), field="invoice_number")
    request.state, request.invoice_number = "invoiced", number.strip()
    request.invoiced_on = invoiced_on or today(work)
    return request


@command(
    "order.withdraw_request",
    label=msg("Withdraw the invoice request"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, "invoice_request.state"),
    undoable=False,
    icon="circle-x",
)
def withdraw_request(work: Work, order: Order, *, request_id: UUID) -> None:
    """Nobody has answered it yet; what it asked for may be asked for again."""
    _request(work, order, request_id).state = "cancelled"
    follow(work, order)


def _request(work: Work, order: Order, request_id: UUID) -> InvoiceRequest:
    """A request of this order that nobody has answered. Raises Refused."""
    request = work.get(InvoiceRequest, request_id)
    if request.order_id != order.id:
        raise Refused(msg("This invoice request is not one of this order."))
    if request.state != "requested":
        raise Refused(of.ANSWERED)
    return request


@command(
    "order.pay",
    label=msg("Record a payment"),
    on=Order,
    when=of.can_move,
    writes=(*STAGE, *every(Payment)),
    undoable=False,
    icon="wallet",
)
def pay(
    work: Work,
    order: Order,
    *,
    amount: Decimal,
    request_id: UUID | None = None,
    milestone: str = "",
    received_on: date | None = None,
    reference: str = "",
) -> Payment:
    """Money came in for this order; a negative amount went back."""
    minor = money.to_minor(amount, money.currency_digits(order.currency))
    chain = order_chain.chain_of(work.session, order)
    if not minor:
        raise Refused(msg("Say how much came in."), field="amount")
    if chain.paid + minor < 0:
        raise Refused(msg("More money went back than came in."), field="amount")
    if request_id is not None and request_id not in {one.id for one in chain.requests}:
        raise Refused(msg("This invoice request is not one of this order."))
    made = Payment(
        order_id=order.id,
        request_id=request_id,
        milestone=milestone.strip(),
        amount=minor,
        currency=order.currency,
        received_on=received_on or today(work),
        reference=reference.strip(),
    )
    _part(work, order, made)
    follow(work, order)
    return made


SHIPPED: Final = msg(
    "Your order {number}: batch {batch} left on {day} with {carrier}, tracking number {tracking}."
)
EXPECTED: Final = msg("It is expected on {day}.")


def message(chain: order_chain.Chain, delivery: Delivery) -> Message:
    """The draft of a message that tells the customer what is on its way."""
    names = {line.id.hex: line for line in chain.lines}
    goods = ", ".join(
        f"{names[name].name} × {money.number(part.quantity)}"
        for name, part in order_chain.parts_of(delivery.lines)
        if name in names
    )
    said = SHIPPED.of(
        number=chain.order.number or chain.order.name,
        batch=delivery.batch,
        day=delivery.shipped_on,
        carrier=delivery.carrier or "—",
        tracking=delivery.tracking or "—",
    )
    due = EXPECTED.of(day=delivery.expected_on) if delivery.expected_on is not None else ""
    return msg("{said} {goods}. {due}").of(said=said, goods=goods, due=due)


def line_named(lines: list[OrderLine], typed: str) -> OrderLine:
    """The one line of an order that is called so: by its number or name. Raises Refused."""
    found = [line for line in lines if typed in (line.sku, line.name, line.name_en)]
    if len(found) != 1:
        raise Refused(msg("No single line of it is called “{name}”.").of(name=typed), field="line")
    return found[0]
