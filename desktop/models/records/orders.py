"""Orders and what follows from them: deliveries, acceptance, invoice requests, payments received.

Figures are copied from what was issued and shared out (`desktop/rules/order_figures.py`), never priced again.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Amount, Choice, Day, Json, Link, Long, Moment, Number, Rates, Short, Whole
from desktop.models.record import Record, field
from desktop.models.records.catalog import TAX_MODES
from desktop.rules import stages
from desktop.words import Message, msg

DELIVERY_KINDS = (("goods", msg("Delivery", "goods")), ("return", msg("Return", "goods")))
RETURN_ENDS = (("replaced", msg("Is replaced")), ("refunded", msg("Is refunded")))
REQUEST_STATES = (
    ("requested", msg("Requested")),
    ("invoiced", msg("Invoiced")),
    ("cancelled", msg("Cancelled")),
)


class Order(Record):
    """What a customer has ordered of an issued quote: all of it, or a part.

    `schedule` are objects {name, due, percent, amount}: the payment steps of the quote, as far as this part
    goes.
    """

    __tablename__ = "order"
    __label__: ClassVar[Message] = msg("Order")
    __plural__: ClassVar[Message] = msg("Orders")
    number: Mapped[str] = field(Short(), msg("Number"), merge="server", search="number", listed=True)
    customer_id: Mapped[UUID | None] = field(
        Link("customer"), msg("Customer"), listed=True, required=True, index=True
    )
    name: Mapped[str] = field(Short(), msg("Project"), listed=True, search="name")
    stage: Mapped[str] = field(
        Choice(stages.ORDER.choices, merge_as="stage"), msg("Stage"), default="draft", listed=True
    )
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), required=True, index=True)
    revision_id: Mapped[UUID | None] = field(Link("quote_revision"), msg("Revision"), index=True, hidden=True)
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True)
    payable: Mapped[int | None] = field(Amount(), msg("Payable"), listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    tax_mode: Mapped[str] = field(Choice(TAX_MODES), msg("Price basis"), default="included")
    net: Mapped[int | None] = field(Amount(), msg("Net"))
    tax: Mapped[int | None] = field(Amount(), msg("Tax"))
    rounding: Mapped[int | None] = field(Amount(), msg("Rounding"))
    prepaid: Mapped[int | None] = field(Amount(), msg("Prepaid"))
    promised_on: Mapped[date | None] = field(Day(), msg("Promised by"), listed=True)
    reference: Mapped[str] = field(Short(), msg("Customer's PO"), search="number")
    ship_to: Mapped[str] = field(Short(1000), msg("Deliver to"))
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")
    submitted_at: Mapped[datetime | None] = field(Moment(), msg("Submitted at"))
    schedule: Mapped[list[dict[str, Any]]] = field(Json(), msg("Payment schedule"), default=list, hidden=True)
    returned: Mapped[str] = field(Short(1000), msg("Why it was sent back"))

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The number, or the project while there is none."""
        return str(get("number") or get("name") or "")


class OrderLine(Record):
    """One line of an order, as it was copied: what, how many, and what of the issued figures it takes."""

    __tablename__ = "order_line"
    __label__: ClassVar[Message] = msg("Order line")
    __plural__: ClassVar[Message] = msg("Order lines")
    __root__ = "order_id"
    __fact__ = "append"
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True)
    source_id: Mapped[UUID | None] = field(Link("quote_line"), msg("Line"), index=True, hidden=True)
    product_id: Mapped[UUID | None] = field(Link("product"), msg("Product"), index=True)
    place: Mapped[int] = field(Whole(), msg("Place"), default=0, hidden=True)
    sku: Mapped[str] = field(Short(), msg("Number"), listed=True)
    name: Mapped[str] = field(Short(), msg("Name"), listed=True)
    name_en: Mapped[str] = field(Short(), msg("English name"))
    quantity: Mapped[Decimal | None] = field(Number(4), msg("Quantity"), listed=True)
    unit: Mapped[str] = field(Short(), msg("Unit"), listed=True)
    unit_en: Mapped[str] = field(Short(), msg("Unit in English"))
    unit_price: Mapped[Decimal | None] = field(Number(6), msg("Unit price"), listed=True)
    amount: Mapped[int | None] = field(Amount(), msg("Amount"), listed=True)
    tax: Mapped[int | None] = field(Amount(), msg("Tax"))
    rounding: Mapped[int | None] = field(Amount(), msg("Rounding"))
    prepaid: Mapped[int | None] = field(Amount(), msg("Prepaid"))
    tax_category: Mapped[str] = field(Short(), msg("Tax category"), default="S")
    tax_rates: Mapped[list[str]] = field(Rates(), msg("Tax rates"), default=list)


class Delivery(Record):
    """One batch that went to the customer, or came back: what, by whom, when it is expected and arrived.

    `lines` are objects {line, quantity, amount}; the quantities of a return are negative. What is refunded is
    not sent again: the order closes without it.
    """

    __tablename__ = "delivery"
    __label__: ClassVar[Message] = msg("Delivery", "goods")
    __plural__: ClassVar[Message] = msg("Deliveries")
    __root__ = "order_id"
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True, listed=True)
    kind: Mapped[str] = field(Choice(DELIVERY_KINDS), msg("Kind"), default="goods", listed=True)
    batch: Mapped[int] = field(Whole(), msg("Batch"), default=1, listed=True)
    lines: Mapped[list[dict[str, Any]]] = field(Json(), msg("Lines"), default=list, hidden=True)
    amount: Mapped[int | None] = field(Amount(), msg("Amount"), listed=True)
    carrier: Mapped[str] = field(Short(), msg("Carrier"), listed=True)
    tracking: Mapped[str] = field(Short(), msg("Tracking number"), search="number", listed=True)
    shipped_on: Mapped[date | None] = field(Day(), msg("Shipped on"), listed=True)
    expected_on: Mapped[date | None] = field(Day(), msg("Expected on"), listed=True)
    arrived_on: Mapped[date | None] = field(Day(), msg("Arrived on"), listed=True)
    reason: Mapped[str] = field(Short(1000), msg("Reason"))
    outcome: Mapped[str] = field(Choice(RETURN_ENDS), msg("What came back"), default="replaced")

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The tracking number, or which batch it is."""
        return str(get("tracking") or get("batch") or "")


class Acceptance(Record):
    """The customer took a delivery over, or these `lines` of it: objects {line, quantity, amount}."""

    __tablename__ = "acceptance"
    __label__: ClassVar[Message] = msg("Acceptance")
    __plural__: ClassVar[Message] = msg("Acceptances")
    __root__ = "order_id"
    __fact__ = "append"
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True)
    delivery_id: Mapped[UUID | None] = field(Link("delivery"), msg("Delivery", "goods"), index=True)
    signer: Mapped[str] = field(Short(), msg("Accepted by"), listed=True)
    accepted_on: Mapped[date | None] = field(Day(), msg("Accepted on"), listed=True)
    remark: Mapped[str] = field(Short(1000), msg("Remark"))
    lines: Mapped[list[dict[str, Any]]] = field(Json(), msg("Lines"), default=list, hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """Who took it over."""
        return str(get("signer") or "")


class InvoiceRequest(Record):
    """What finance is asked to invoice: lines and tax groups on cumulative figures, and who buys.

    `lines` are objects {line, quantity, amount}, `groups` {category, rates, base, tax}; those of a credit
    note are negative.
    """

    __tablename__ = "invoice_request"
    __label__: ClassVar[Message] = msg("Invoice request")
    __plural__: ClassVar[Message] = msg("Invoice requests")
    __root__ = "order_id"
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True, listed=True)
    number: Mapped[str] = field(Short(), msg("Number"), merge="server", search="number", listed=True)
    lines: Mapped[list[dict[str, Any]]] = field(Json(), msg("Lines"), default=list, hidden=True)
    groups: Mapped[list[dict[str, Any]]] = field(Json(), msg("Tax groups"), default=list, hidden=True)
    buyer: Mapped[dict[str, Any]] = field(Json(), msg("Buyer"), default=dict, hidden=True)
    net: Mapped[int | None] = field(Amount(), msg("Net"))
    tax: Mapped[int | None] = field(Amount(), msg("Tax"))
    rounding: Mapped[int | None] = field(Amount(), msg("Rounding"))
    payable: Mapped[int | None] = field(Amount(), msg("Payable"), listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    requested_on: Mapped[date | None] = field(Day(), msg("Requested on"), listed=True)
    due_on: Mapped[date | None] = field(Day(), msg("Due on"), listed=True)
    state: Mapped[str] = field(Choice(REQUEST_STATES), msg("State"), default="requested", listed=True)
    invoice_number: Mapped[str] = field(Short(), msg("Invoice number"), search="number", listed=True)
    invoiced_on: Mapped[date | None] = field(Day(), msg("Invoiced on"))

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """Its number."""
        return str(get("number") or "")


class Payment(Record):
    """Money that came in for an order, or went back where the amount is negative."""

    __tablename__ = "payment"
    __label__: ClassVar[Message] = msg("Payment received")
    __plural__: ClassVar[Message] = msg("Payments received")
    __root__ = "order_id"
    __fact__ = "append"
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True)
    request_id: Mapped[UUID | None] = field(Link("invoice_request"), msg("Invoice request"), index=True)
    milestone: Mapped[str] = field(Short(), msg("Payment step"))
    amount: Mapped[int | None] = field(Amount(), msg("Amount"), listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    received_on: Mapped[date | None] = field(Day(), msg("Received on"), listed=True)
    reference: Mapped[str] = field(Short(), msg("Bank reference"), search="number")

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The bank's reference, or the step that was paid."""
        return str(get("reference") or get("milestone") or "")
