"""Offers for a time: which of them apply to a price or to a whole quote, and what each takes off.

Of those that fit and take something off, one that is exclusive stands alone; else all apply in the order of
their priority. What is equal goes to the customer. Nothing here raises, and nothing here knows a clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from desktop.rules.money import ZERO, rounded

Kind = Literal["discount", "nth", "spend", "gift"]
ON_PRICE: Final = frozenset({"discount", "nth"})
"""What changes a unit price; the others look at the whole quote."""
HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Promotion:
    """An offer.

    *discount*: `percent` off the price. *nth*: every `every`-th item of a product at `percent` off, such as
    第二杯半价. *spend*: from `threshold` on `saving`, or `percent`, off (满减). *gift*: `gift_quantity` of a
    product for every `every` items, or from `threshold` on. `repeats`: once each time that it is reached.
    An empty `product`, `category` or `audience` means any. Amounts are in major units of `currency`.
    """

    id: str
    kind: Kind
    name: str = ""
    percent: Decimal = ZERO
    every: int = 0
    threshold: Decimal = ZERO
    saving: Decimal = ZERO
    repeats: bool = False
    gift: str = ""
    gift_quantity: Decimal = ZERO
    gift_price: Decimal = ZERO
    exclusive: bool = False
    priority: int = 0
    product: str = ""
    category: str = ""
    audience: str = ""
    currency: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def fits(self, audiences: Iterable[str], on: date, currency: str) -> bool:
        """Whether it is for this customer on this day, and in this currency where it speaks of amounts."""
        begun = self.valid_from is None or self.valid_from <= on
        over = self.valid_until is not None and self.valid_until < on
        amounts = self.kind in ("spend", "gift") and self.threshold > 0
        said = not (amounts or self.saving) or self.currency == currency
        return begun and not over and said and (not self.audience or self.audience in set(audiences))

    def covers(self, product: str, category: str) -> bool:
        """Whether it speaks of this product."""
        return self.product in ("", product) and self.category in ("", category)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a quantity at one price."""

    quantity: Decimal
    price: Decimal


def worth(parts: Sequence[Part]) -> Fraction:
    """What parts come to, before they are rounded."""
    return sum((Fraction(part.quantity) * Fraction(part.price) for part in parts), Fraction(0))


def in_order(found: Iterable[tuple[Promotion, Fraction]]) -> list[Promotion]:
    """Which of these apply, each with what it would take off alone: one exclusive, or all by priority."""
    useful = [(promotion, saved) for promotion, saved in found if saved > 0]
    useful.sort(key=lambda each: (-each[0].priority, -each[1], each[0].id))
    ranked = [promotion for promotion, _ in useful]
    return [each for each in ranked if each.exclusive][:1] or ranked


def on_price(promotions: Iterable[Promotion], parts: Sequence[Part], digits: int) -> list[Promotion]:
    """Which promotions change the price of a product of which so much is bought, in their order."""
    before = worth(parts)
    found = [(each, before - worth(reduced(parts, ZERO, each, digits))) for each in promotions]
    chosen = in_order((each, saved) for each, saved in found if each.kind in ON_PRICE)
    nth = [each for each in chosen if each.kind == "nth"]
    return [each for each in chosen if each not in nth[1:]]  # which item is the n-th is said once


def reduced(parts: Sequence[Part], start: Decimal, promotion: Promotion, digits: int) -> list[Part]:
    """The parts under a promotion; `start` of the product stand in earlier lines: n-th items count on."""
    if promotion.kind == "discount":
        return [Part(part.quantity, _less(part.price, promotion.percent, digits)) for part in parts]
    if promotion.kind != "nth" or promotion.every < 1:
        return list(parts)
    made: list[Part] = []
    for part in parts:
        end = start + part.quantity
        whole = Decimal(end // promotion.every - start // promotion.every)
        cheap = min(whole, part.quantity)  # less than one may stand where the n-th item becomes whole
        made += [
            Part(part.quantity - cheap, part.price),
            Part(cheap, _less(part.price, promotion.percent, digits)),
        ]
        start = end
    return [part for part in made if part.quantity] or list(parts)


def _less(price: Decimal, percent: Decimal, digits: int) -> Decimal:
    """A price less a percentage, rounded half away from zero before it meets a quantity."""
    return _at(Fraction(price) * (1 - Fraction(percent) / HUNDRED), digits)


def _at(exact: Fraction, digits: int) -> Decimal:
    scaled = exact * 10**digits
    return Decimal(rounded(scaled.numerator, scaled.denominator)).scaleb(-digits)


@dataclass(frozen=True, slots=True)
class Bought:
    """One line of a quote as promotions of the whole see it: what it comes to is printed, in major units."""

    product: str
    category: str
    quantity: Decimal
    net: Decimal
    exclusive: bool = False
    """Priced by an exclusive promotion, beside which there is no other."""


@dataclass(frozen=True, slots=True)
class Reward:
    """What a promotion of the whole gives: an amount off, or a gift."""

    promotion: Promotion
    amount: Decimal = ZERO
    quantity: Decimal = ZERO


def rewards(promotions: Iterable[Promotion], bought: Sequence[Bought], digits: int) -> list[Reward]:
    """What the whole quote earns; together never more than it is worth."""
    given = {each.id: _reward(each, bought, digits) for each in promotions if each.kind not in ON_PRICE}
    chosen = in_order((each.promotion, _value(each)) for each in given.values())
    left = max(sum((each.net for each in bought), ZERO), ZERO)
    made = []
    for promotion in chosen:
        reward = given[promotion.id]
        if promotion.kind == "spend":
            reward = Reward(promotion, min(reward.amount, left))
            left -= reward.amount
        if reward.amount or reward.quantity:
            made.append(reward)
    return made


def _value(reward: Reward) -> Fraction:
    """What a reward is worth to the customer; a gift without a price is still something."""
    gift = Fraction(reward.quantity) * max(Fraction(reward.promotion.gift_price), Fraction(1, 10**6))
    return Fraction(reward.amount) + gift


def _reward(promotion: Promotion, bought: Sequence[Bought], digits: int) -> Reward:
    mine = [each for each in bought if not each.exclusive and promotion.covers(each.product, each.category)]
    total = sum((each.net for each in mine), ZERO)
    times = _times(promotion, total, sum((each.quantity for each in mine), ZERO))
    if not times:
        return Reward(promotion)
    if promotion.kind == "gift":
        return Reward(promotion, quantity=promotion.gift_quantity * times)
    off = Fraction(promotion.saving) * times or Fraction(total) * Fraction(promotion.percent) / HUNDRED
    return Reward(promotion, min(_at(off, digits), total))


def _times(promotion: Promotion, total: Decimal, quantity: Decimal) -> int:
    """How often it is reached: by the amount where one is said, else by the number of items."""
    if promotion.threshold > 0:
        reached = int(total // promotion.threshold) if total > 0 else 0
    elif promotion.every > 0:
        reached = int(quantity // promotion.every) if quantity > 0 else 0
    else:
        reached = 0
    return reached if promotion.repeats else min(reached, 1)
