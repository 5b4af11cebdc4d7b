"""Coupons: how a code is read, what a coupon takes off, and why it may not be used.

Nothing here raises, and nothing here knows a clock: the day and how often it was used are given.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from desktop.rules.money import ZERO, number
from desktop.words import Message, msg

UNKNOWN: Final = msg("There is no coupon “{code}” on this laptop.")
WITHDRAWN: Final = msg("Coupon {code} is not given out any more.")
NOT_YET: Final = msg("Coupon {code} counts from {day} on.")
OVER: Final = msg("Coupon {code} was good until {day}.")
OTHER_CUSTOMER: Final = msg("Coupon {code} is for another customer.")
OTHER_CURRENCY: Final = msg("Coupon {code} is in {currency}; this quote is not.")
BELOW: Final = msg("Coupon {code} counts from {amount} {currency} on; the lines come to {net}.")
USED_UP: Final = msg("Coupon {code} is used up.")
MARKS: Final = "!！"
"""What a coupon's code begins with where lines are typed."""
_MINUS: Final = "-−－"


def normal(code: str) -> str:
    """A code as it is compared: without case, width, dashes, blanks and other signs."""
    plain = unicodedata.normalize("NFKC", code).casefold()
    return "".join(each for each in unicodedata.normalize("NFKC", plain) if each.isalnum())


def typed(text: str) -> tuple[str, bool] | None:
    """The code that `!CODE` puts on a quote, or `-!CODE` takes off it again (False); None: another line."""
    said = text.strip()
    on = said[:1] not in tuple(_MINUS)
    said = said if on else said[1:].lstrip()
    if said[:1] not in tuple(MARKS) or not normal(said[1:]):
        return None
    return said[1:].strip(), on


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon. An empty `customer` means everybody; no `uses` means as often as one likes."""

    code: str
    percent: Decimal = ZERO
    amount: Decimal = ZERO
    currency: str = ""
    threshold: Decimal = ZERO
    customer: str = ""
    uses: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    active: bool = True

    @property
    def takes(self) -> tuple[Literal["percent", "amount"], Decimal]:
        """The discount that it is, as a quote has it: a reduction is negative."""
        return ("percent", -self.percent) if self.percent else ("amount", -self.amount)

    @property
    def least(self) -> Decimal:
        """What the lines come to at least: never less than it takes off."""
        return max(self.threshold, ZERO if self.percent else self.amount)


@dataclass(frozen=True, slots=True)
class Case:
    """The quote that it is to be used on: `net` is what its lines come to before discounts on the whole.

    `held`: this quote was issued with it before; its days and its count were settled then.
    """

    customer: str
    currency: str
    net: Decimal
    on: date
    used: int = 0
    held: bool = False


def refusal(coupon: Coupon, case: Case) -> Message | None:
    """Why it may not be used here; None where it may."""
    spent = None if case.held else _spent(coupon, case)
    if spent is not None:
        return spent
    if coupon.customer and coupon.customer != case.customer:
        return OTHER_CUSTOMER.of(code=coupon.code)
    if coupon.least and coupon.currency != case.currency:
        return OTHER_CURRENCY.of(code=coupon.code, currency=coupon.currency)
    if case.net < coupon.least:
        return BELOW.of(
            code=coupon.code,
            amount=number(coupon.least),
            currency=coupon.currency,
            net=number(case.net),
        )
    return None


def _spent(coupon: Coupon, case: Case) -> Message | None:
    """Why nobody may use it on this day."""
    if not coupon.active:
        return WITHDRAWN.of(code=coupon.code)
    if coupon.valid_from is not None and case.on < coupon.valid_from:
        return NOT_YET.of(code=coupon.code, day=coupon.valid_from.isoformat())
    if coupon.valid_until is not None and case.on > coupon.valid_until:
        return OVER.of(code=coupon.code, day=coupon.valid_until.isoformat())
    if not left(coupon.uses, case.used):
        return USED_UP.of(code=coupon.code)
    return None


def left(uses: int | None, used: int) -> bool:
    """Whether a coupon for so many times may be used once more."""
    return uses is None or used < uses
