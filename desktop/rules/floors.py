"""The lowest price that still earns what the firm wants to earn; whoever may not see costs may see this."""

from decimal import ROUND_CEILING, Context, Decimal
from typing import Final

HUNDRED: Final = Decimal(100)
PLACES: Final = Decimal("0.01")
"""Floors are rounded up to this: a floor that told the cost to the last digit would be the cost."""
_EXACT: Final = Context(prec=50, rounding=ROUND_CEILING)


def floor_of(cost: Decimal | None, margin: Decimal | None, tax: Decimal | None = None) -> Decimal | None:
    """The floor price for a `cost` without tax and the least `margin` of the price, in percent.

    `tax` is the rate in percent where prices include it. None where nothing is known or no price would do.

    >>> floor_of(Decimal(80), Decimal(20)), floor_of(Decimal(80), Decimal(20), Decimal(13))
    (Decimal('100.00'), Decimal('113.00'))
    >>> floor_of(Decimal(80), None), floor_of(None, Decimal(20)), floor_of(Decimal(80), Decimal(100))
    (Decimal('80.00'), None, None)
    """
    share = HUNDRED - (margin or 0)
    if cost is None or share <= 0:
        return None
    price = _EXACT.divide(cost * HUNDRED, share)
    if tax is not None:
        price = _EXACT.divide(_EXACT.multiply(price, HUNDRED + tax), HUNDRED)
    return price.quantize(PLACES, rounding=ROUND_CEILING, context=_EXACT)
