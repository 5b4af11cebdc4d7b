"""What records of prices must say to be computed with; asked before one is kept."""

from typing import Final

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import BundlePart, Coupon, ExchangeRate, PriceBook, PriceEntry, Promotion
from desktop.rules import coupons
from desktop.rules.money import ZERO, check_currency
from desktop.words import msg

MOST_PERCENT: Final = 100
ABOVE_ZERO: Final = msg("What is agreed is above zero; leave it empty where nothing limits it.")


def check(record: Record) -> None:
    """Refuse what no price follows from, under the field that is wrong."""
    if isinstance(record, ExchangeRate):
        _check_rate(record)
    if isinstance(record, Promotion):
        _check_offer(record)
    if isinstance(record, Coupon):
        _check_coupon(record)
    if isinstance(record, BundlePart):
        _check_part(record)
    if isinstance(record, PriceBook) and (record.agreed_amount is not None) and record.agreed_amount <= 0:
        raise Refused(ABOVE_ZERO, field="agreed_amount")
    if (
        isinstance(record, PriceEntry)
        and (record.agreed_quantity is not None)
        and record.agreed_quantity <= ZERO
    ):
        raise Refused(ABOVE_ZERO, field="agreed_quantity")


def _check_offer(offer: Promotion) -> None:
    """What each kind of promotion cannot do without, the first thing that is missing."""
    percent, amount = (offer.percent or ZERO), (offer.threshold or ZERO)
    if offer.kind in ("discount", "nth") and not percent:
        raise Refused(msg("Say how many percent are taken off."), field="percent")
    if not ZERO <= percent <= MOST_PERCENT:
        raise Refused(msg("A discount is between 0 and 100 %."), field="percent")
    if offer.kind == "nth" and (offer.every or 0) < 1:
        raise Refused(msg("Say which item is cheaper: 2 for every second."), field="every")
    if offer.kind == "spend" and amount <= ZERO:
        raise Refused(msg("Say from which amount on."), field="threshold")
    if offer.kind == "spend" and (offer.saving or ZERO) <= ZERO and not percent:
        raise Refused(msg("Say how much is taken off, as an amount or in percent."), field="saving")
    if offer.kind == "gift" and offer.gift_id is None:
        raise Refused(msg("Say which product is the gift."), field="gift_id")
    if offer.kind == "gift" and amount <= ZERO and (offer.every or 0) < 1:
        raise Refused(msg("Say from which amount on, or for every how many items."), field="threshold")
    _check_days(offer)


def _check_days(record: Promotion | Coupon) -> None:
    first, last = record.valid_from, record.valid_until
    if first is not None and last is not None and last < first:
        raise Refused(msg("The last day is before the first."), field="valid_until")


def _check_coupon(coupon: Coupon) -> None:
    """A coupon has a code that can be typed, takes off one thing, and a number of times that is one."""
    percent, amount = (coupon.percent or ZERO), (coupon.amount or ZERO)
    if coupon.code and not coupons.normal(coupon.code):
        raise Refused(msg("A code has letters or digits."), field="code")
    if not ZERO <= percent <= MOST_PERCENT:
        raise Refused(msg("A discount is between 0 and 100 %."), field="percent")
    if amount < ZERO or bool(percent) == bool(amount):
        raise Refused(msg("Say how much is taken off: in percent, or as an amount."), field="percent")
    if (coupon.threshold or ZERO) < ZERO:
        raise Refused(msg("Say from which amount on."), field="threshold")
    if coupon.uses is not None and coupon.uses < 1:
        raise Refused(msg("A coupon is used once or more; leave it empty for no limit."), field="uses")
    _check_days(coupon)


def _check_part(part: BundlePart) -> None:
    """A part is another product than its bundle, so many of it, and what its group asks can be chosen."""
    if part.part_id is not None and part.part_id == part.product_id:
        raise Refused(msg("A bundle does not contain itself."), field="part_id")
    if (part.quantity or ZERO) <= ZERO:
        raise Refused(msg("Say how many of it are in each bundle."), field="quantity")
    if part.pricing == "percent" and not ZERO < (part.percent or ZERO) <= MOST_PERCENT:
        raise Refused(msg("A discount is between 0 and 100 %."), field="percent")
    if part.choose is not None and (part.choose < 1 or not part.group):
        raise Refused(msg("Name the group, and how many of it are chosen: 1 or more."), field="choose")


def _check_rate(rate: ExchangeRate) -> None:
    for name in ("base_currency", "quote_currency"):
        try:
            check_currency(getattr(rate, name) or "")
        except Refused as refused:
            raise Refused(refused.message, field=name) from None
    if rate.base_currency == rate.quote_currency:
        raise Refused(msg("A rate stands between two currencies."), field="quote_currency")
    if rate.rate is not None and rate.rate <= ZERO:
        raise Refused(msg("A rate is above zero."), field="rate")
