"""Offers: what is printed lives on the revision; what moves on afterwards lives on the quote."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Amount, Choice, Day, Flag, Json, Link, Moment, Number, Rates, Short, Whole
from desktop.models.record import Record, field
from desktop.models.records.catalog import TAX_MODES
from desktop.rules import stages
from desktop.words import Message, msg

LANGUAGES = (("zh", msg("Chinese")), ("en", msg("English")), ("both", msg("Both languages")))
LINE_KINDS = (
    ("item", msg("Item")),
    ("section", msg("Section")),
    ("note", msg("Note")),
    ("subtotal", msg("Subtotal")),
    ("option", msg("Option")),
    ("alternative", msg("Alternative")),
)
DECLINES = (
    ("price", msg("Price too high")),
    ("competitor", msg("Bought elsewhere")),
    ("budget", msg("No budget")),
    ("timing", msg("Not now")),
    ("need", msg("No need any more")),
    ("product", msg("Does not fit")),
    ("delivery", msg("Delivery too late")),
    ("terms", msg("Terms not accepted")),
    ("other", msg("Another reason")),
)
"""Why a customer said no."""
ADJUSTMENT_KINDS = (("percent", msg("Percent")), ("amount", msg("Amount")), ("target", msg("Target total")))


class Quote(Record):
    """An offer to a customer, valid until a day."""

    __tablename__ = "quote"
    __label__: ClassVar[Message] = msg("Quote")
    __plural__: ClassVar[Message] = msg("Quotes")
    number: Mapped[str] = field(Short(), msg("Number"), merge="server", search="number", listed=True)
    customer_id: Mapped[UUID | None] = field(
        Link("customer"), msg("Customer"), listed=True, required=True, index=True
    )
    opportunity_id: Mapped[UUID | None] = field(Link("opportunity"), msg("Opportunity"), index=True)
    name: Mapped[str] = field(Short(), msg("Project"), listed=True, search="name")
    stage: Mapped[str] = field(
        Choice(stages.QUOTE.choices, merge_as="stage"), msg("Stage"), default="draft", listed=True
    )
    revision_id: Mapped[UUID | None] = field(Link("quote_revision"), msg("Current revision"), hidden=True)
    payable: Mapped[int | None] = field(Amount(), msg("Payable"), merge="derived", listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), merge="derived", listed=True)
    needs_review: Mapped[bool] = field(
        Flag(), msg("Total to be confirmed"), default=False, merge="server", hidden=True
    )
    next_step: Mapped[str] = field(Short(), msg("Next step"), search="text")
    reference: Mapped[str] = field(Short(), msg("Customer's reference"), search="number")
    declined_for: Mapped[str] = field(Choice(DECLINES), msg("Declined for"), listed=True)
    declined_words: Mapped[str] = field(Short(500), msg("What the customer said"), search="text")
    declined_at: Mapped[datetime | None] = field(Moment(), msg("Declined at"), hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The number, or the project while there is none."""
        return str(get("number") or get("name") or "")


class QuoteRevision(Record):
    """One edition of a quote. Once issued, its content never changes again."""

    __tablename__ = "quote_revision"
    __label__: ClassVar[Message] = msg("Revision")
    __plural__: ClassVar[Message] = msg("Revisions")
    __root__ = "quote_id"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True)
    revision: Mapped[int] = field(Whole(), msg("Revision"), default=1, frozen=True, listed=True)
    language: Mapped[str] = field(Choice(LANGUAGES), msg("Language"), default="zh", frozen=True)
    tax_mode: Mapped[str] = field(Choice(TAX_MODES), msg("Price basis"), default="included", frozen=True)
    tax_scope: Mapped[str] = field(Short(), msg("Tax by"), default="group", frozen=True, hidden=True)
    discount_rounding: Mapped[str] = field(
        Short(), msg("Discount rounding"), default="amount", frozen=True, hidden=True
    )
    cash_step: Mapped[str] = field(Short(), msg("Cash step"), frozen=True, hidden=True)
    book_id: Mapped[UUID | None] = field(Link("price_book"), msg("Price book"), frozen=True)
    template_id: Mapped[UUID | None] = field(Link("template"), msg("Template"), frozen=True)
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), frozen=True)
    intro: Mapped[str] = field(Short(1000), msg("Introduction"), frozen=True)
    intro_en: Mapped[str] = field(Short(1000), msg("Introduction in English"), frozen=True)
    terms: Mapped[list[dict[str, str]]] = field(Json(), msg("Terms"), default=list, frozen=True, hidden=True)
    milestones: Mapped[list[dict[str, Any]]] = field(
        Json(), msg("Payment schedule"), default=list, frozen=True, hidden=True
    )
    prepaid: Mapped[Decimal] = field(Number(2), msg("Prepaid"), default=Decimal(0), frozen=True)
    issued_at: Mapped[datetime | None] = field(Moment(), msg("Issued at"), frozen=True)
    content_hash: Mapped[str] = field(Short(), msg("Content check"), frozen=True, hidden=True)
    snapshot: Mapped[dict[str, Any] | None] = field(Json(), msg("Issued content"), frozen=True, hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """R1, R2, …"""
        return f"R{get('revision')}"


class QuoteLine(Record):
    """One row of a revision; its place is a fractional rank, so that a move changes one line."""

    __tablename__ = "quote_line"
    __label__: ClassVar[Message] = msg("Line")
    __plural__: ClassVar[Message] = msg("Lines")
    __root__ = "quote_id"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True)
    revision_id: Mapped[UUID | None] = field(
        Link("quote_revision"), msg("Revision"), index=True, frozen=True, hidden=True
    )
    rank: Mapped[str] = field(Short(), msg("Place"), merge="soft", frozen=True, hidden=True)
    kind: Mapped[str] = field(Choice(LINE_KINDS), msg("Kind"), default="item", frozen=True)
    group: Mapped[str] = field(Short(), msg("Choice group"), frozen=True, hidden=True)
    chosen: Mapped[bool] = field(Flag(), msg("Chosen"), default=True, frozen=True)
    bundle_id: Mapped[UUID | None] = field(Link("quote_line"), msg("Bundle"), frozen=True, hidden=True)
    product_id: Mapped[UUID | None] = field(Link("product"), msg("Product"), frozen=True)
    sku: Mapped[str] = field(Short(), msg("Number"), frozen=True, listed=True)
    name: Mapped[str] = field(Short(), msg("Name"), frozen=True, listed=True)
    name_en: Mapped[str] = field(Short(), msg("English name"), frozen=True)
    detail: Mapped[str] = field(Short(1000), msg("Specification"), frozen=True)
    detail_en: Mapped[str] = field(Short(1000), msg("Specification in English"), frozen=True)
    quantity: Mapped[Decimal | None] = field(Number(4), msg("Quantity"), frozen=True, listed=True)
    unit: Mapped[str] = field(Short(), msg("Unit"), frozen=True, listed=True)
    unit_en: Mapped[str] = field(Short(), msg("Unit in English"), frozen=True)
    list_price: Mapped[Decimal | None] = field(Number(6), msg("List price"), frozen=True)
    unit_price: Mapped[Decimal | None] = field(Number(6), msg("Unit price"), frozen=True, listed=True)
    base_quantity: Mapped[Decimal] = field(Number(4), msg("Price per"), default=Decimal(1), frozen=True)
    slabs: Mapped[list[dict[str, str]]] = field(
        Json(),
        msg("Parts at tier prices"),
        default=list,
        merge="soft",
        frozen=True,
        hidden=True,
        follows="unit_price",
    )
    tax_category: Mapped[str] = field(Short(), msg("Tax category"), default="S", frozen=True)
    tax_rates: Mapped[list[str]] = field(Rates(), msg("Tax rates"), default=list, frozen=True, listed=True)
    price_trace: Mapped[list[dict[str, Any]]] = field(
        Json(),
        msg("Why this price"),
        default=list,
        merge="soft",
        frozen=True,
        hidden=True,
        follows="unit_price",
    )


class Adjustment(Record):
    """A discount or surcharge on a line (`line_id` set) or on the whole document."""

    __tablename__ = "adjustment"
    __label__: ClassVar[Message] = msg("Adjustment")
    __plural__: ClassVar[Message] = msg("Adjustments")
    __root__ = "quote_id"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True)
    revision_id: Mapped[UUID | None] = field(
        Link("quote_revision"), msg("Revision"), index=True, frozen=True, hidden=True
    )
    line_id: Mapped[UUID | None] = field(Link("quote_line"), msg("Line"), frozen=True)
    rank: Mapped[str] = field(Short(), msg("Place"), merge="soft", frozen=True, hidden=True)
    kind: Mapped[str] = field(
        Choice(ADJUSTMENT_KINDS), msg("Kind"), default="percent", frozen=True, listed=True
    )
    value: Mapped[Decimal | None] = field(Number(6), msg("Value"), frozen=True, listed=True)
    label: Mapped[str] = field(Short(), msg("Label"), frozen=True)
    label_en: Mapped[str] = field(Short(), msg("Label in English"), frozen=True)
    reason: Mapped[str] = field(Short(), msg("Reason"), frozen=True)
    promotion_id: Mapped[UUID | None] = field(Link("promotion"), msg("Promotion"), frozen=True, hidden=True)
    coupon_id: Mapped[UUID | None] = field(Link("coupon"), msg("Coupon"), frozen=True, hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The label a person gave."""
        return str(get("label") or "")
