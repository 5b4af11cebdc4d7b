"""What a bundle consists of: parts of a product of the kind “bundle”."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Link, Number, Percent, Short, Whole
from desktop.models.record import Record, field
from desktop.words import Message, msg

INCLUSIONS = (
    ("required", msg("Always in it")),
    ("default", msg("In it unless taken out")),
    ("optional", msg("On request")),
)
PRICINGS = (
    ("parent", msg("In the bundle's price")),
    ("own", msg("At its own price")),
    ("percent", msg("At its own price, less percent")),
)


class BundlePart(Record):
    """A product that a bundle contains or offers, so many for each bundle."""

    __tablename__ = "bundle_part"
    __label__: ClassVar[Message] = msg("Part of the bundle")
    __plural__: ClassVar[Message] = msg("Parts of the bundle")
    __shared__ = True
    __root__ = "product_id"
    product_id: Mapped[UUID | None] = field(
        Link("product"), msg("Bundle"), required=True, listed=True, index=True
    )
    part_id: Mapped[UUID | None] = field(Link("product"), msg("Part"), required=True, listed=True)
    quantity: Mapped[Decimal | None] = field(Number(4), msg("How many each"), default=Decimal(1), listed=True)
    inclusion: Mapped[str] = field(Choice(INCLUSIONS), msg("Included"), default="required", listed=True)
    pricing: Mapped[str] = field(Choice(PRICINGS), msg("Price", "bundle"), default="parent", listed=True)
    percent: Mapped[Decimal | None] = field(Percent(), msg("Percent off"), listed=True)
    group: Mapped[str] = field(Short(), msg("Choice group"), listed=True)
    choose: Mapped[int | None] = field(Whole(), msg("Choose how many of the group"))

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The group that it is chosen from; its own name is that of a product."""
        return str(get("group") or "")
