"""What Today says of orders: to acknowledge, to send, to invoice for the office; what is late for owners."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import select

from desktop.models.records import InvoiceRequest, Order
from desktop.services import order_chain, order_queues
from desktop.services.contract_drafts import zone_of
from desktop.services.days import day_words
from desktop.services.today import MOST, Day, Line, source
from desktop.words import Message, msg

LOOKED_AT: Final = 50
"""Orders under way that are looked into, those that wait longest first."""
_LIVES: Final = Order.deleted_at.is_(None)
Mark = tuple[str, Message, str]


@source("orders to acknowledge")
def to_acknowledge(day: Day) -> Iterator[Line]:
    """What was submitted waits for the office."""
    if not day.actor.rights.may("order.acknowledge"):
        return
    query = select(Order).where(_LIVES, Order.stage == "submitted").order_by(Order.submitted_at).limit(MOST)
    found = list(day.session.scalars(query))
    day.customers(one.customer_id for one in found)
    for one in found:
        title = msg("Acknowledge order {number}").of(number=one.title)
        mark = ("circle-check", msg("Submitted"), "accent_ink")
        yield _line(day, one, "acknowledge", title, msg("Nobody has taken it on yet."), mark, 0.86)


@source("orders to send")
def to_send(day: Day) -> Iterator[Line]:
    """What the office has taken on and nobody has sent."""
    if not day.actor.rights.may("order.acknowledge"):
        return
    stages = ("acknowledged", "delivering")
    query = select(Order).where(_LIVES, Order.stage.in_(stages)).order_by(Order.promised_on.is_(None))
    orders = day.session.scalars(query.order_by(Order.promised_on, Order.id).limit(LOOKED_AT))
    chains = [order_chain.chain_of(day.session, one) for one in orders]
    today = _today(day)
    found = [one.order for one in chains if order_queues.QUEUES["ship"](one, today)]
    day.customers(one.customer_id for one in found)
    for one in found:
        title = msg("Send order {number}").of(number=one.title)
        yield _line(day, one, "ship", title, _promised(one), _due(one, today), _urgency(one, today))


@source("invoices to write")
def to_invoice(day: Day) -> Iterator[Line]:
    """What finance is asked to invoice or to credit."""
    if not day.actor.rights.may("order.invoiced"):
        return
    query = (
        select(InvoiceRequest, Order)
        .join(Order, Order.id == InvoiceRequest.order_id)
        .where(_LIVES, InvoiceRequest.state == "requested", InvoiceRequest.deleted_at.is_(None))
        .order_by(InvoiceRequest.requested_on, InvoiceRequest.id)
        .limit(MOST)
    )
    found = list(day.session.execute(query))
    day.customers(order.customer_id for _, order in found)
    for request, order in found:
        said = msg("Write the invoice for {number}")
        if (request.payable or 0) < 0:
            said = msg("Write the credit note for {number}")
        why = msg("Asked for on {day}.").of(day=day_words(request.requested_on))
        mark = ("receipt-text", msg("To be invoiced"), "accent_ink")
        title = said.of(number=request.number or order.title)
        yield _line(
            day, order, f"invoice:{request.id.hex}", title, why, mark, 0.8, value=abs(request.payable or 0)
        )


@source("late orders")
def late(day: Day) -> Iterator[Line]:
    """Own orders whose customer waits longer than was promised; the office has them among what is to send."""
    if day.actor.rights.may("order.acknowledge"):
        return
    today = _today(day)
    query = select(Order).where(
        _LIVES,
        Order.owner_id == day.actor.id,
        Order.stage.in_(("submitted", "acknowledged", "delivering")),
        Order.promised_on < today,
    )
    found = list(day.session.scalars(query.order_by(Order.promised_on).limit(MOST)))
    day.customers(one.customer_id for one in found)
    for one in found:
        title = msg("Order {number} is late").of(number=one.title)
        yield _line(day, one, "late", title, _promised(one), _due(one, today), _urgency(one, today))


def _today(day: Day) -> date:
    """The firm's day, by which its customers wait."""
    return day.now.astimezone(zone_of(day.session)).date()


def _promised(order: Order) -> Message:
    if order.promised_on is None:
        return msg("No day was promised.")
    return msg("Promised for {day}.").of(day=day_words(order.promised_on))


def _due(order: Order, today: date) -> Mark:
    left = (order.promised_on - today).days if order.promised_on is not None else 7
    word = msg("Late", "order") if left < 0 else msg("To ship")
    return ("truck", word, "bad" if left < 0 else "warn" if left <= 2 else "accent_ink")


def _urgency(order: Order, today: date) -> float:
    left = (order.promised_on - today).days if order.promised_on is not None else 7
    return min(max(0.75 - 0.02 * left, 0.5), 0.93)


def _line(
    day: Day,
    order: Order,
    what: str,
    title: Message,
    why: Message,
    mark: Mark,
    urgency: float,
    value: int | None = None,
) -> Line:
    return Line(
        *(f"order:{order.id.hex}:{what}", "order", order.id, title, why, mark, urgency, msg("Open order")),
        about=day.called(order.customer_id),
        value=order.payable if value is None else value,
        currency=order.currency or "CNY",
        customer=order.customer_id,
        face=day.face(order.customer_id),
    )
