"""When a command makes sense for an order or what follows from it; laptop and office ask the same."""

from datetime import date
from typing import Final

from sqlalchemy import inspect

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import (
    Acceptance,
    Contract,
    Delivery,
    InvoiceRequest,
    Order,
    OrderLine,
    Payment,
    Quote,
)
from desktop.rules import stages
from desktop.services.commands import Asking
from desktop.words import Message, msg

FOLLOWS: Final = msg("This follows from what is done with the order; it is not typed.")
KEPT: Final = msg("An order is not deleted; cancel it instead.")
SUPERSEDED: Final = msg("Revision {old} of this quote was superseded by {new}; order that one.")
NOT_ISSUED: Final = msg("Only an issued quote is ordered; this one is “{stage}”.")
ORDERED_BEFORE: Final = msg(
    "Revision {old} of this quote was ordered already ({number}); cancel that order first."
)
EXPIRED: Final = msg(
    "This offer was valid until {day}. Renew it, or have the customer accept it, before it is ordered."
)
NO_LONGER: Final = msg("Somebody else ordered from this quote meanwhile: {reason}")
NOT_ACKNOWLEDGED: Final = msg("The office has not acknowledged this order yet.")
BORROWED: Final = msg("This is only shared with you; whoever owns it orders it.")
CANCELLED: Final = msg("This order was cancelled.")
BOUND: Final = msg(
    "An invoice was asked for or money came in: withdraw the request or credit the invoice,"
    " and book the money back."
)
ANSWERED: Final = msg("This request was answered already.")
SIGNED: Final = ("signed", "running", "completed")
"""Stages of a contract that both sides stand by."""
OPEN: Final = ("acknowledged", "delivering", "delivered", "accepted", "completed")
"""Stages in which goods and money move."""


def can_order(quote: Quote, _asking: Asking) -> Message | None:
    """What the customer holds is ordered."""
    if quote.stage in ("issued", "accepted"):
        return None
    return NOT_ISSUED.of(stage=stages.QUOTE.find(quote.stage).label)


def expired(stage: str, valid_until: date | None, today: date) -> Message | None:
    """Why an edition may no longer be ordered; what the customer accepted is held to."""
    if stage == "accepted" or valid_until is None or today <= valid_until:
        return None
    return EXPIRED.of(day=valid_until)


def can_order_contract(contract: Contract, _asking: Asking) -> Message | None:
    """What was agreed is ordered."""
    if contract.content_hash and contract.stage in ("sent", "signed", "running", "completed"):
        return None
    return msg("Only an issued contract is ordered.")


def _steps(order: Order, to: str) -> Message | None:
    if stages.ORDER.may_step(order.stage, to):
        return None
    now, wanted = stages.ORDER.find(order.stage).label, stages.ORDER.find(to).label
    return msg("From “{now}” an order does not become “{wanted}”.").of(now=now, wanted=wanted)


def can_submit(order: Order, _asking: Asking) -> Message | None:
    """A draft goes to the office."""
    return _steps(order, "submitted")


def can_acknowledge(order: Order, _asking: Asking) -> Message | None:
    """The office says yes to what was submitted."""
    return _steps(order, "acknowledged")


def can_send_back(order: Order, _asking: Asking) -> Message | None:
    """The office asks for something else."""
    return _steps(order, "draft")


def can_cancel(order: Order, _asking: Asking) -> Message | None:
    """As long as nothing was sent."""
    return _steps(order, "cancelled")


def can_move(order: Order, _asking: Asking) -> Message | None:
    """Goods and money move once the office has acknowledged the order."""
    return closed(order.stage)


def closed(stage: str) -> Message | None:
    """Why neither goods nor money move at this stage; None: they do."""
    if stage == "cancelled":
        return CANCELLED
    return None if stage in OPEN else NOT_ACKNOWLEDGED


def never_deleted(_order: Order, _asking: Asking) -> Message:
    """What is cancelled instead."""
    return KEPT


_PLACE: Final = frozenset({"owner_id", "team_id", "custom"})
_TYPED: Final = {
    Order: frozenset({"name", "promised_on", "reference", "ship_to", "remark"}),
    Delivery: frozenset({"carrier", "tracking", "expected_on"}),
    InvoiceRequest: frozenset({"due_on"}),
}
_FACTS: Final = (OrderLine, Acceptance, Payment)
LED: Final = {
    cls.__tablename__: frozenset(cls.fields()) - _PLACE - _TYPED.get(cls, frozenset())
    for cls in (*_TYPED, *_FACTS)
}
"""Fields that only what is done with an order changes: its figures, above all."""


def refuse_frozen(record: Record) -> None:
    """Raises Refused for what is written once, and for what nobody makes by hand."""
    kept: bool = inspect(record).persistent
    if isinstance(record, _FACTS) or (isinstance(record, Delivery | InvoiceRequest) and not kept):
        raise Refused(FOLLOWS)


def refuse_gone(record: Record) -> None:
    """Raises Refused for an order and what followed from it: that is cancelled, or sent back."""
    if isinstance(record, Order):
        raise Refused(KEPT)
    if isinstance(record, Delivery | InvoiceRequest):
        raise Refused(msg("What went out is kept; write down a return, or cancel the request."))
