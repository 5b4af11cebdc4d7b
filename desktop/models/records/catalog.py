"""What we sell and at what price."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Amount, Choice, Day, Flag, Link, Long, Number, Percent, Short, Whole
from desktop.models.record import Record, field
from desktop.rules import roles
from desktop.words import Message, msg

TAX_MODES = (("included", msg("Tax included")), ("excluded", msg("Tax excluded")))
PRODUCT_KINDS = (
    ("good", msg("Good")),
    ("service", msg("Service", "product")),
    ("subscription", msg("Subscription")),
    ("bundle", msg("Bundle")),
)


class TaxRate(Record):
    """A tax category with its rate, valid between two days."""

    __tablename__ = "tax_rate"
    __label__: ClassVar[Message] = msg("Tax rate")
    __plural__: ClassVar[Message] = msg("Tax rates")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True)
    category: Mapped[str] = field(Short(), msg("Category"), default="S", listed=True)
    percent: Mapped[Decimal] = field(Percent(), msg("Rate"), required=True, listed=True)
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"), listed=True)
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), listed=True)


class ExchangeRate(Record):
    """What one unit of a currency is worth in another, from a day on."""

    __tablename__ = "exchange_rate"
    __label__: ClassVar[Message] = msg("Exchange rate")
    __plural__: ClassVar[Message] = msg("Exchange rates")
    __shared__ = True
    base_currency: Mapped[str] = field(
        Short(3), msg("Currency"), required=True, listed=True, search="name", index=True
    )
    rate: Mapped[Decimal | None] = field(Number(8), msg("Rate", "currency"), required=True, listed=True)
    quote_currency: Mapped[str] = field(
        Short(3), msg("In currency"), default="CNY", required=True, listed=True
    )
    rated_on: Mapped[date | None] = field(Day(), msg("Rate of"), required=True, listed=True)
    source: Mapped[str] = field(Short(), msg("Source"), listed=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """Both currencies, as banks write them: EUR/CNY."""
        return f"{get('base_currency') or ''}/{get('quote_currency') or ''}"


class Product(Record):
    """A good, a service or a subscription, by its number (SKU)."""

    __tablename__ = "product"
    __label__: ClassVar[Message] = msg("Product")
    __plural__: ClassVar[Message] = msg("Products")
    __shared__ = True
    sku: Mapped[str] = field(Short(), msg("Number"), required=True, listed=True, search="number", index=True)
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    name_en: Mapped[str] = field(Short(), msg("English name"), search="text")
    kind: Mapped[str] = field(Choice(PRODUCT_KINDS), msg("Type"), default="good")
    category: Mapped[str] = field(Short(), msg("Category"), listed=True)
    detail: Mapped[str] = field(Short(), msg("Specification"), listed=True, search="text")
    detail_en: Mapped[str] = field(Short(), msg("Specification in English"))
    unit: Mapped[str] = field(Short(), msg("Unit"), listed=True)
    unit_en: Mapped[str] = field(Short(), msg("Unit in English"))
    price: Mapped[Decimal | None] = field(Number(6), msg("List price"), listed=True)
    cost: Mapped[Decimal | None] = field(Number(6), msg("Cost"), masked=roles.COST)
    tax_category: Mapped[str] = field(Short(), msg("Tax category"), default="S")
    tax_percent: Mapped[Decimal | None] = field(Percent(), msg("Tax rate"), listed=True)
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True)
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")


class PriceBook(Record):
    """Prices for somebody: everybody, a region, a segment or one customer."""

    __tablename__ = "price_book"
    __label__: ClassVar[Message] = msg("Price book")
    __plural__: ClassVar[Message] = msg("Price books")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY", listed=True)
    tax_mode: Mapped[str] = field(Choice(TAX_MODES), msg("Price basis"), default="included", listed=True)
    scope: Mapped[str] = field(
        Choice(
            (
                ("standard", msg("Standard")),
                ("region", msg("Region")),
                ("segment", msg("Segment")),
                ("customer", msg("Customer")),
                ("contract", msg("Contract price")),
            )
        ),
        msg("For"),
        default="standard",
        listed=True,
    )
    scope_value: Mapped[str] = field(Short(), msg("Applies to"), listed=True)
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), listed=True, index=True)
    number: Mapped[str] = field(Short(), msg("Agreement"), listed=True, search="number")
    agreed_amount: Mapped[int | None] = field(Amount(), msg("Agreed amount"), listed=True)
    edition: Mapped[int] = field(Whole(), msg("Edition"), default=1)
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"), listed=True)
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), listed=True)


class PriceEntry(Record):
    """The price of one product in one book, from a quantity on."""

    __tablename__ = "price_entry"
    __label__: ClassVar[Message] = msg("Price")
    __plural__: ClassVar[Message] = msg("Prices")
    __shared__ = True
    __root__ = "book_id"
    book_id: Mapped[UUID | None] = field(Link("price_book"), msg("Price book"), listed=True, index=True)
    product_id: Mapped[UUID | None] = field(Link("product"), msg("Product"), listed=True, index=True)
    min_quantity: Mapped[Decimal] = field(Number(4), msg("From quantity"), default=Decimal(0), listed=True)
    tier: Mapped[str] = field(
        Choice((("range", msg("Range")), ("slab", msg("Slab")), ("block", msg("Block")))),
        msg("Tier"),
        default="range",
    )
    price: Mapped[Decimal | None] = field(Number(6), msg("Price"), required=True, listed=True)
    agreed_quantity: Mapped[Decimal | None] = field(Number(4), msg("Agreed quantity"), listed=True)
    floor_price: Mapped[Decimal | None] = field(Number(6), msg("Floor price"), merge="derived")
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"))
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"))

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The price itself."""
        return str(get("price") or "")
