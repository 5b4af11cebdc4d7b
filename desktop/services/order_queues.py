"""Which orders wait for whom: the office to acknowledge, shipping, finance; and which are late."""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from desktop.models.records import Customer, InvoiceRequest, Order, Organisation
from desktop.models.store import Store
from desktop.rules.order_progress import days_late
from desktop.services import order_chain, order_sense
from desktop.services.order_chain import Chain
from desktop.words import Message, msg

LATE: Final = msg("{count} days late")
LATE_ONE: Final = msg("1 day late")


def day_of(store: Store) -> date:
    """The day in the organisation's time zone."""
    with store.reading() as session:
        zone = session.scalar(
            select(Organisation.time_zone).where(Organisation.deleted_at.is_(None)).limit(1)
        )
    return store.clock().astimezone(ZoneInfo(zone or "Asia/Shanghai")).date()


def expected(chain: Chain) -> date | None:
    """The day that a customer waits for: of a batch under way, else what was promised for what is left."""
    under_way = [
        one.expected_on
        for one in chain.deliveries
        if one.kind == "goods" and one.arrived_on is None and one.expected_on
    ]
    return min([*under_way, *([chain.order.promised_on] if chain.order.promised_on else [])], default=None)


def days(chain: Chain, today: date) -> int:
    """How many days the customer waits longer than was said."""
    if chain.order.stage not in ("submitted", "acknowledged", "delivering"):
        return 0
    return days_late(expected(chain), None, today)


def late(store: Store, chain: Chain) -> Message | None:
    """The same in words; None while it is in time."""
    count = days(chain, day_of(store))
    return None if not count else LATE_ONE if count == 1 else LATE.of(count=count)


def _to_ship(chain: Chain) -> bool:
    progress = chain.progress()
    return chain.order.stage in order_sense.OPEN and not progress.all_of(progress.sent)


def _to_invoice(chain: Chain) -> bool:
    return any(request.state == "requested" for request in chain.requests)


def _to_pay(chain: Chain) -> bool:
    progress = chain.progress()
    return chain.order.stage in order_sense.OPEN and progress.paid < progress.invoiced


QUEUES: Final[Mapping[str, Callable[[Chain, date], bool]]] = {
    "acknowledge": lambda chain, _today: chain.order.stage == "submitted",
    "ship": lambda chain, _today: _to_ship(chain),
    "invoice": lambda chain, _today: _to_invoice(chain),
    "pay": lambda chain, _today: _to_pay(chain),
    "late": lambda chain, today: days(chain, today) > 0,
}
"""What waits for the office, for shipping, for finance, for the customer's money; and what is late."""
_ASKED: Final = select(InvoiceRequest.order_id).where(
    InvoiceRequest.state == "requested", InvoiceRequest.deleted_at.is_(None)
)
_AMONG: Final[Mapping[str, ColumnElement[bool]]] = {
    "acknowledge": Order.stage == "submitted",
    "ship": Order.stage.in_(("acknowledged", "delivering")),
    "invoice": Order.id.in_(_ASKED) & Order.stage.in_(order_sense.OPEN),
    "pay": Order.stage.in_(order_sense.OPEN) & (Order.stage != "completed"),
    "late": Order.stage.in_(("submitted", "acknowledged", "delivering")),
}
"""Which orders can be in a queue at all: what was ended long ago is not read."""


PAGE: Final = 50
"""Orders that are read at once."""


def queue(store: Store, name: str = "", *, most: int = PAGE, before: UUID | None = None) -> list[Chain]:
    """The orders of a queue, those that wait longest first; of none all, the newest first; `most` of them.

    `before` goes on where a page of all of them ended.
    """
    today = day_of(store)
    with store.reading() as session:
        query = select(Order).where(Order.deleted_at.is_(None))
        if name:
            query = query.where(_AMONG[name]).order_by(Order.id)
        else:
            query = query.order_by(Order.id.desc()).limit(max(most, 0))
            query = query.where(Order.id < before) if before is not None else query
        chains = (order_chain.chain_of(session, order) for order in session.scalars(query).all())
        wanted = (chain for chain in chains if not name or QUEUES[name](chain, today))
        return list(islice(wanted, max(most, 0)))


def customer_of(store: Store, order: Order) -> str:
    """What the customer of an order is called."""
    with store.reading() as session:
        found = session.get(Customer, order.customer_id) if order.customer_id else None
        return found.title if found is not None else ""
