"""An order with all that followed from it, and what is left of it; read for pages, commands and lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models.records import Acceptance, Delivery, InvoiceRequest, Order, OrderLine, Payment
from desktop.models.store import Store
from desktop.rules import money, order_progress
from desktop.rules import order_figures as figures
from desktop.rules.order_figures import Figures, Group, Invoice, Line
from desktop.words import msg

NOT_WRITTEN: Final = msg("Only what stands on a written invoice is credited.")
REFUNDED: Final = msg("What was refunded is not invoiced.")


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

    def gone(self) -> dict[str, Figures]:
        """What needs not be sent any more: what is there, and what came back and was refunded."""
        return self.sent([one for one in self.deliveries if not is_refund(one)]) if self.deliveries else {}

    def kept(self) -> dict[str, Decimal]:
        """What is left of what was ordered, without what came back and was refunded."""
        found = {line.id.hex: line.quantity or Decimal(0) for line in self.lines}
        for name, count in _quantities(filter(is_refund, self.deliveries)).items():
            found[name] = found.get(name, Decimal(0)) + count
        return found

    def living_requests(self) -> list[InvoiceRequest]:
        """The invoice requests that count."""
        return [one for one in self.requests if one.state != "cancelled"]

    def invoices(self) -> list[Invoice]:
        """They as parts of the order."""
        return [as_invoice(one) for one in self.living_requests()]

    def invoiced(self) -> dict[str, Decimal]:
        """How many of each line were asked to be invoiced, what is credited taken off."""
        return _added(one.lines for one in self.invoices())

    def to_invoice(self) -> dict[str, Decimal]:
        """How many of each line are still to be invoiced."""
        return self._against(self.invoiced(), 1)

    def to_credit(self) -> dict[str, Decimal]:
        """How many of each line were invoiced and are no longer to be paid."""
        return self._against(self.invoiced(), -1)

    def _against(self, invoiced: Mapping[str, Decimal], side: int) -> dict[str, Decimal]:
        rest = {name: count - invoiced.get(name, Decimal(0)) for name, count in self.kept().items()}
        return {name: side * count for name, count in rest.items() if side * count * self.side(name) > 0}

    def side(self, line: str) -> int:
        """-1 for a line that gives back, whose quantity is below zero."""
        return next((-1 for one in self.lines if one.id.hex == line and (one.quantity or 0) < 0), 1)

    def is_credit(self, request: InvoiceRequest) -> bool:
        """Whether it takes an invoice back, or a part of one."""
        return any(part.quantity * self.side(name) < 0 for name, part in parts_of(request.lines))

    def creditable(self) -> dict[str, Decimal]:
        """How many of each line stand on invoices that were written, and were not credited yet."""
        counts = (one for one in self.living_requests() if one.state == "invoiced" or self.is_credit(one))
        return {
            name: count for name, count in _added(as_invoice(one).lines for one in counts).items() if count
        }

    def accepted(self, delivery: Delivery) -> Acceptance | None:
        """By whom a delivery was last taken over, all of it or a part."""
        return next((one for one in reversed(self.acceptances) if one.delivery_id == delivery.id), None)

    def waiting(self, delivery: Delivery) -> dict[str, Decimal]:
        """How many of each line of a delivery are still to be taken over."""
        if delivery.kind != "goods":
            return {}
        found = order_progress.taken_over(self._batches())[1][self._numbered().index(delivery)]
        return {name: count for name, count in found.items() if count > 0}

    def taken_of(self, delivery: Delivery) -> dict[str, Decimal]:
        """How many of each line of a delivery were taken over."""
        parts = [_accepted_parts(one, delivery) for one in self.acceptances if one.delivery_id == delivery.id]
        return _added({name: Figures(count) for name, count in part.items()} for part in parts)

    def _numbered(self) -> list[Delivery]:
        """The batches as they are numbered: laptops whose clocks differ agree on that."""
        return sorted(self.deliveries, key=lambda one: (one.batch or 0, one.id))

    def _batches(self) -> list[order_progress.Batch]:
        found = []
        for one in self._numbered():
            found.append(order_progress.Batch(_quantities([one]), self.taken_of(one), one.kind == "return"))
        return found

    @property
    def paid(self) -> int:
        """What came in."""
        return sum(one.amount or 0 for one in self.payments)

    def steps(self) -> list[tuple[dict[str, Any], int]]:
        """The payment steps, each with what is there of it."""
        schedule = list(self.order.schedule or ())
        names = {name: step["name"]["zh"] for step in schedule for name in step["name"].values() if name}
        steps = [(str(step["name"]["zh"]), int(step["amount"])) for step in schedule]
        came = [(names.get(one.milestone, ""), one.amount or 0) for one in self.payments]
        return list(zip(schedule, order_progress.matched(steps, came), strict=True))

    @property
    def bound(self) -> bool:
        """Whether an invoice stands or is asked for, or money lies here: then it is not simply cancelled."""
        asked = any(one.state == "requested" for one in self.requests)
        return asked or any(self.invoiced().values()) or self.paid != 0

    @property
    def asked_for(self) -> int:
        """What is to be paid altogether: the order without what was prepaid, and without what is refunded."""
        kept = {name: count for name, count in self.kept().items() if count}
        if not any(map(is_refund, self.deliveries)):
            return (self.order.payable or 0) + (self.order.prepaid or 0)
        return figures.invoice(self.known(), [], kept, included=self.included).payable if kept else 0

    def progress(self) -> order_progress.Progress:
        """How far it has come."""
        back = [one for one in self.deliveries if one.kind == "return"]
        arrived = [one for one in self.deliveries if one.arrived_on is not None and one.kind == "goods"]
        return order_progress.Progress(
            self.kept(),
            _quantities(self.deliveries),
            _quantities([*arrived, *back]),
            order_progress.taken_over(self._batches())[0],
            self.asked_for,
            sum(one.payable or 0 for one in self.living_requests()),
            self.paid + (self.order.prepaid or 0),
        )


def is_refund(delivery: Delivery) -> bool:
    """Whether it came back and is not replaced."""
    return delivery.kind == "return" and delivery.outcome == "refunded"


def check_invoice(chain: Chain, wanted: Mapping[str, Decimal]) -> None:
    """Raises Refused for what was refunded, and for what is credited and stands on no written invoice."""
    back = [name for name, count in wanted.items() if count * chain.side(name) < 0]
    may = chain.creditable() if back else chain.to_invoice()
    mixed = back and len(back) != len(wanted)
    if mixed or any(abs(count) > abs(may.get(name, money.ZERO)) for name, count in wanted.items()):
        raise Refused(NOT_WRITTEN if back else REFUNDED, field="quantity")


def _accepted_parts(one: Acceptance, delivery: Delivery) -> dict[str, Decimal]:
    """What of a delivery an acceptance says: all of it where it names no parts."""
    return {name: part.quantity for name, part in parts_of(one.lines or delivery.lines)}


def _added(parts: Iterable[Mapping[str, Figures]]) -> dict[str, Decimal]:
    found = figures.summed(item for one in parts for item in one.items())
    return {name: part.quantity for name, part in found.items()}


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
