"""What makes a price better for a time, and for whom."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Day, Flag, Link, Number, Percent, Short, Whole
from desktop.models.record import Record, field
from desktop.words import Message, msg

OFFERS = (
    ("discount", msg("Discount on the price")),
    ("nth", msg("Every n-th item cheaper")),
    ("spend", msg("Spend and save")),
    ("gift", msg("Gift")),
)
AUDIENCES = (
    ("standard", msg("Everybody", "customers")),
    ("region", msg("Region")),
    ("segment", msg("Segment")),
    ("customer", msg("Customer")),
)


class Promotion(Record):
    """An offer between two days: off the price, off the n-th item, off the whole, or a gift."""

    __tablename__ = "promotion"
    __label__: ClassVar[Message] = msg("Promotion")
    __plural__: ClassVar[Message] = msg("Promotions")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    name_en: Mapped[str] = field(Short(), msg("English name"), search="text")
    kind: Mapped[str] = field(Choice(OFFERS), msg("Kind"), default="discount", listed=True)
    percent: Mapped[Decimal | None] = field(Percent(), msg("Percent off"), listed=True)
    every: Mapped[int | None] = field(Whole(), msg("Every how many"))
    threshold: Mapped[Decimal | None] = field(Number(2), msg("From amount"), listed=True)
    saving: Mapped[Decimal | None] = field(Number(2), msg("Amount off"), listed=True)
    repeats: Mapped[bool] = field(Flag(), msg("Repeats"), default=False)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    gift_id: Mapped[UUID | None] = field(Link("product"), msg("Gift"))
    gift_quantity: Mapped[Decimal | None] = field(Number(4), msg("Quantity of the gift"))
    product_id: Mapped[UUID | None] = field(Link("product"), msg("Only this product"), listed=True)
    category: Mapped[str] = field(Short(), msg("Only this category"))
    scope: Mapped[str] = field(Choice(AUDIENCES), msg("For"), default="standard", listed=True)
    scope_value: Mapped[str] = field(Short(), msg("Applies to"))
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"))
    exclusive: Mapped[bool] = field(Flag(), msg("Stands alone"), default=False)
    priority: Mapped[int | None] = field(Whole(), msg("Priority"), default=0)
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"), listed=True)
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), listed=True)
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True)
