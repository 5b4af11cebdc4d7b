"""An order with all that followed from it, and what is left of it; read for pages, commands and lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.models.records import Acceptance, Delivery, InvoiceRequest, Order, OrderLine, Payment
from desktop.models.store import Store
from desktop.rules import money, order_progress
from desktop.rules import order_figures as figures
from desktop.rules.order_figures import Figures, Group, Invoice, Line
from desktop.words import msg


@dataclass
class Chain:
    """One order with its parts, oldest first."""

    order: Order
    lines: list[OrderLine]
    deliveries: list[Delivery]
    acceptances: list[Acceptance]
    requests: list[InvoiceRequest]
    payments: list[Payment]

    @property
    def included(self) -> bool:
        """Whether its amounts contain their taxes."""
        return self.order.tax_mode == "included"

    def known(self) -> tuple[Line, ...]:
        """Its lines as what parts are made of."""
        return tuple(as_line(line) for line in self.lines)

    def sent(self, deliveries: Iterable[Delivery] | None = None) -> dict[str, Figures]:
        """What went out by line, what came back taken off."""
        return figures.summed(item for one in deliveries or self.deliveries for item in parts_of(one.lines))

    def living_requests(self) -> list[InvoiceRequest]:
        """The invoice requests that count."""
        return [one for one in self.requests if one.state != "cancelled"]

    def invoices(self) -> list[Invoice]:
        """They as parts of the order."""
        return [as_invoice(one) for one in self.living_requests()]

    def accepted(self, delivery: Delivery) -> Acceptance | None:
        """By whom a delivery was taken over."""
        return next((one for one in self.acceptances if one.delivery_id == delivery.id), None)

    @property
    def paid(self) -> int:
        """What came in."""
        return sum(one.amount or 0 for one in self.payments)

    @property
    def bound(self) -> bool:
        """Whether an invoice was asked for or money lies here, so that it is not simply cancelled."""
        return bool(self.living_requests()) or self.paid != 0

    @property
    def asked_for(self) -> int:
        """What is to be paid altogether: the order without what was prepaid."""
        return (self.order.payable or 0) + (self.order.prepaid or 0)

    def progress(self) -> order_progress.Progress:
        """How far it has come."""
        back = [one for one in self.deliveries if one.kind == "return"]
        arrived = [one for one in self.deliveries if one.arrived_on is not None and one.kind == "goods"]
        taken_over = [one for one in arrived if self.accepted(one) is not None]
        return order_progress.Progress(
            {line.id.hex: line.quantity or Decimal(0) for line in self.lines},
            _quantities(self.deliveries),
            _quantities([*arrived, *back]),
            _quantities([*taken_over, *back]),
            self.asked_for,
            sum(one.payable or 0 for one in self.living_requests()),
            self.paid + (self.order.prepaid or 0),
        )


def _quantities(deliveries: Iterable[Delivery]) -> dict[str, Decimal]:
    found = figures.summed(item for one in deliveries for item in parts_of(one.lines))
    return {name: part.quantity for name, part in found.items()}


def parts_of(lines: Sequence[Mapping[str, Any]] | None) -> Iterable[tuple[str, Figures]]:
    """The parts that a delivery or invoice request keeps, by line."""
    for part in lines or ():
        yield part["line"], Figures(Decimal(part["quantity"]), int(part["amount"]))


def kept(parts: Mapping[str, Figures]) -> list[dict[str, Any]]:
    """Parts as a delivery or invoice request keeps them, a plain number beside its line."""
    return [
        {"line": name, "quantity": money.number(part.quantity), "amount": part.amount}
        for name, part in sorted(parts.items())
    ]


def as_line(line: OrderLine) -> Line:
    """A line of an order as what parts are made of."""
    whole = Figures(
        line.quantity or Decimal(0), line.amount or 0, line.tax or 0, line.rounding or 0, line.prepaid or 0
    )
    words = {name: getattr(line, name) for name in ("sku", "name", "tax_category", "tax_rates")}
    return Line(line.id.hex, whole, words)


def as_invoice(request: InvoiceRequest) -> Invoice:
    """An invoice request as a part of its order."""
    groups = tuple(
        Group(one["category"], tuple(one["rates"]), int(one["base"]), int(one["tax"]))
        for one in request.groups or ()
    )
    lines = dict(parts_of(request.lines))
    return Invoice(lines, groups, request.net or 0, request.tax or 0, request.rounding or 0)


def load(store: Store, order_id: UUID) -> Chain:
    """An order with all that followed. Raises NotFound."""
    with store.reading() as session:
        order = session.get(Order, order_id)
        if order is None or order.deleted_at is not None:
            raise NotFound(msg("This order is not on this laptop."))
        return chain_of(session, order)


def chain_of(session: Session, order: Order) -> Chain:
    """The same within a session."""

    def parts(cls: Any) -> list[Any]:
        query = select(cls).where(cls.order_id == order.id, cls.deleted_at.is_(None))
        return list(session.scalars(query.order_by(cls.id)))

    lines = sorted(parts(OrderLine), key=lambda line: (line.place or 0, line.id))
    return Chain(order, lines, *map(parts, (Delivery, Acceptance, InvoiceRequest, Payment)))


def ordered(session: Session, revision_id: UUID) -> dict[str, Figures]:
    """What of a revision was ordered, over all orders that are not cancelled, by the line it came from."""
    query = (
        select(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.revision_id == revision_id,
            Order.stage != "cancelled",
            Order.deleted_at.is_(None),
            OrderLine.deleted_at.is_(None),
        )
    )
    return figures.summed(
        (line.source_id.hex, as_line(line).whole) for line in session.scalars(query) if line.source_id
    )
