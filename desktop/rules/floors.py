"""The lowest price that still earns what the firm wants to earn; whoever may not see costs may see this."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from typing import Final

from desktop.words import Message, msg

HUNDRED: Final = Decimal(100)
PLACES: Final = Decimal("0.01")
"""Floors are rounded up to this: a floor that told the cost to the last digit would be the cost."""
_EXACT: Final = Context(prec=50, rounding=ROUND_CEILING)
HOME: Final = "CNY"
"""The currency of a firm that names none."""
LEADS: Final[Mapping[str, frozenset[str]]] = {
    "product": frozenset({"cost", "tax_percent"}),
    "price_book": frozenset({"currency", "tax_mode"}),
    "price_entry": frozenset({"product_id", "book_id"}),
    "organisation": frozenset({"least_margin", "currency"}),
}
"""What the floor of a price follows from: fields by record type."""


def floor_in(
    *,
    cost: Decimal | None,
    tax: Decimal | None,
    currency: str | None,
    mode: str | None,
    margin: Decimal | None,
    home: str | None,
) -> Decimal | None:
    """The floor of a price: `currency` and tax `mode` are its book's, `cost` and `tax` its product's.

    `margin` and `home` are the firm's. Costs are in its own currency: in another one there is no floor.

    >>> known = {"cost": Decimal(80), "tax": Decimal(13), "margin": Decimal(20), "home": None}
    >>> floor_in(currency="CNY", mode="included", **known), floor_in(currency="CNY", mode="excluded", **known)
    (Decimal('113.00'), Decimal('100.00'))
    >>> floor_in(currency="USD", mode="included", **known)
    """
    if currency != (home or HOME):
        return None
    return floor_of(cost, margin, (tax or Decimal(0)) if mode == "included" else None)


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


GREEN: Final = "good"
AMBER: Final = "warn"
RED: Final = "bad"
NEAR: Final = Decimal("1.03")
"""So close above its floor a price is close to it."""


@dataclass(frozen=True, slots=True)
class Light:
    """How a price stands: one of three tones, never a colour without its word."""

    tone: str
    words: Message

    def worse(self, other: "Light | None") -> "Light":
        """The worse one of two."""
        order = (RED, AMBER, GREEN)
        return self if other is None or order.index(self.tone) <= order.index(other.tone) else other


def by_cost(price: Decimal, cost: Decimal, least: Decimal | None) -> Light:
    """How a price without tax stands to what the thing costs and to the least margin in percent.

    >>> [by_cost(Decimal(price), Decimal(80), Decimal(20)).tone for price in (100, 90, 79)]
    ['good', 'warn', 'bad']
    """
    if price <= 0:
        return Light(RED, BELOW_COST.of(percent="–"))
    margin = (price - cost) * HUNDRED / price
    percent = f"{margin.quantize(Decimal('0.1'))}".replace("-", "\N{MINUS SIGN}")
    if margin < 0:
        return Light(RED, BELOW_COST.of(percent=percent))
    if margin < (least or 0):
        return Light(AMBER, THIN.of(percent=percent, least=f"{(least or Decimal(0)).normalize():f}"))
    return Light(GREEN, SOUND.of(percent=percent))


def by_floor(price: Decimal, floor: Decimal) -> Light:
    """How a price stands to its floor, for those who may not see the cost.

    >>> [by_floor(Decimal(price), Decimal(100)).tone for price in (110, 102, 99)]
    ['good', 'warn', 'bad']
    """
    if price < floor:
        return Light(RED, msg("Below the floor price"))
    if price < floor * NEAR:
        return Light(AMBER, msg("Close to the floor price"))
    return Light(GREEN, msg("Above the floor price"))


BELOW_COST: Final = msg("Margin {percent} %, below cost")
THIN: Final = msg("Margin {percent} %, below the {least} % wanted")
SOUND: Final = msg("Margin {percent} %")
