"""Deals under way."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Amount, Choice, Day, Link, Long, Percent, Short, Tags
from desktop.models.record import Record, field
from desktop.rules import stages
from desktop.words import Message, msg


class Opportunity(Record):
    """A chance to sell, with its stage, amount and the day it should close."""

    __tablename__ = "opportunity"
    __label__: ClassVar[Message] = msg("Opportunity")
    __plural__: ClassVar[Message] = msg("Opportunities")
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    customer_id: Mapped[UUID | None] = field(
        Link("customer"), msg("Customer"), listed=True, required=True, index=True
    )
    stage: Mapped[str] = field(
        Choice(stages.OPPORTUNITY.choices, merge_as="stage"), msg("Stage"), default="lead", listed=True
    )
    probability: Mapped[Decimal | None] = field(Percent(), msg("Probability"), listed=True)
    amount: Mapped[int | None] = field(Amount(), msg("Amount"), listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    close_on: Mapped[date | None] = field(Day(), msg("Close date"), listed=True)
    loss_reason: Mapped[str] = field(Short(), msg("Loss reason"))
    competitor: Mapped[str] = field(Short(), msg("Competitor"), search="text")
    next_step: Mapped[str] = field(Short(), msg("Next step"), listed=True, search="text")
    tags: Mapped[list[str]] = field(Tags(), msg("Tags"), default=list, search="text")
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")
