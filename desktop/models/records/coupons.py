"""What a customer brings to get something off: coupons, and on which quote each was used."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Day, Flag, Json, Link, Moment, Number, Percent, Short, Whole
from desktop.models.record import Record, field
from desktop.words import Message, msg

VERDICTS = (
    ("", msg("Not checked yet")),
    ("kept", msg("In order")),
    ("breach", msg("Used up before")),
    ("released", msg("Given back")),
)


class Coupon(Record):
    """A code that takes a percentage or an amount off a quote, so many times in all; empty: without limit."""

    __tablename__ = "coupon"
    __label__: ClassVar[Message] = msg("Coupon")
    __plural__: ClassVar[Message] = msg("Coupons")
    __shared__ = True
    code: Mapped[str] = field(Short(40), msg("Code", "coupon"), required=True, listed=True, search="number")
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    name_en: Mapped[str] = field(Short(), msg("English name"), search="text")
    percent: Mapped[Decimal | None] = field(Percent(), msg("Percent off"), listed=True)
    amount: Mapped[Decimal | None] = field(Number(2), msg("Amount off"), listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    threshold: Mapped[Decimal | None] = field(Number(2), msg("From amount"), listed=True)
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Only for this customer"), listed=True)
    uses: Mapped[int | None] = field(Whole(), msg("Times in all"), default=1, listed=True)
    used: Mapped[int | None] = field(Whole(), msg("Times used"), merge="derived", listed=True)
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"), listed=True)
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), listed=True)
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True)


class CouponUse(Record):
    """A coupon was used on a quote that was issued: a fact, which the office counts when it hears of it."""

    __tablename__ = "coupon_use"
    __label__: ClassVar[Message] = msg("Use of a coupon")
    __plural__: ClassVar[Message] = msg("Uses of coupons")
    __root__ = "quote_id"
    __fact__ = "append"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, frozen=True, listed=True)
    coupon_id: Mapped[UUID | None] = field(
        Link("coupon"), msg("Coupon"), index=True, frozen=True, listed=True
    )
    revision_id: Mapped[UUID | None] = field(
        Link("quote_revision"), msg("Revision"), frozen=True, hidden=True
    )
    code: Mapped[str] = field(Short(40), msg("Code", "coupon"), frozen=True, listed=True)
    used_at: Mapped[datetime | None] = field(Moment(), msg("Issued at"), frozen=True, listed=True)
    verdict: Mapped[str] = field(Choice(VERDICTS), msg("Checked"), default="", merge="derived", listed=True)
    reason: Mapped[dict[str, str]] = field(Json(), msg("Reason"), default=dict, merge="derived", hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The coupon's code."""
        return str(get("code") or "")
