"""Promotions once more, item by item and on fractions, from the text of the rule."""

from collections.abc import Sequence
from fractions import Fraction

from desktop.rules.promotions import Bought, Promotion
from tests.rules.price_oracle import half_away

Items = list[Fraction]
"""The price of each item of a product, in their order through the quote."""


def under(items: Items, promotion: Promotion, digits: int) -> Items:
    """The items under one promotion."""
    less = [half_away(price * (100 - Fraction(promotion.percent)) / 100, digits) for price in items]
    if promotion.kind == "discount":
        return less
    return [
        low if (place + 1) % promotion.every == 0 else price
        for place, (price, low) in enumerate(zip(items, less, strict=True))
    ]


def chosen(found: Sequence[tuple[Promotion, Fraction]]) -> list[Promotion]:
    """One exclusive alone, or all by priority; what is equal goes to the customer."""
    left = [(promotion, saved) for promotion, saved in found if saved > 0]
    ranked: list[tuple[Promotion, Fraction]] = []
    while left:
        best = left[0]
        for other in left[1:]:
            ahead = (other[0].priority, other[1]) > (best[0].priority, best[1])
            same = (other[0].priority, other[1]) == (best[0].priority, best[1])
            if ahead or (same and other[0].id < best[0].id):
                best = other
        left.remove(best)
        ranked.append(best)
    alone = [promotion for promotion, _ in ranked if promotion.exclusive]
    return alone[:1] if alone else [promotion for promotion, _ in ranked]


def priced(items: Items, promotions: Sequence[Promotion], digits: int) -> tuple[Items, list[str]]:
    """The items under all promotions that apply, and which ones these are; of n-th items the first counts."""
    before = sum(items, Fraction(0))
    found = [(each, before - sum(under(items, each, digits), Fraction(0))) for each in promotions]
    names, nth = [], 0
    for promotion in chosen(found):
        nth += promotion.kind == "nth"
        if promotion.kind == "nth" and nth > 1:
            continue
        items = under(items, promotion, digits)
        names.append(promotion.id)
    return items, names


def rewarded(
    promotions: Sequence[Promotion], bought: Sequence[Bought], digits: int
) -> dict[str, tuple[Fraction, Fraction]]:
    """What the whole earns, by promotion: amount off, and quantity of the gift."""
    found: list[tuple[Promotion, Fraction]] = []
    what: dict[str, tuple[Fraction, Fraction]] = {}
    for each in promotions:
        mine = [
            one
            for one in bought
            if not one.exclusive
            and (not each.product or each.product == one.product)
            and (not each.category or each.category == one.category)
        ]
        total = sum((Fraction(one.net) for one in mine), Fraction(0))
        quantity = sum((Fraction(one.quantity) for one in mine), Fraction(0))
        reached, need = (
            (total, Fraction(each.threshold)) if each.threshold else (quantity, Fraction(each.every))
        )
        times = 0
        while need > 0 and need * (times + 1) <= reached and (each.repeats or times == 0):
            times += 1
        off, gift = Fraction(0), Fraction(0)
        if each.kind == "gift":
            gift = Fraction(each.gift_quantity) * times
        elif times and each.saving:
            off = min(half_away(Fraction(each.saving) * times, digits), total)
        elif times:
            off = min(half_away(total * Fraction(each.percent) / 100, digits), total)
        what[each.id] = off, gift
        found.append((each, off + gift * max(Fraction(each.gift_price), Fraction(1, 1_000_000))))
    left = max(sum((Fraction(one.net) for one in bought), Fraction(0)), Fraction(0))
    earned = {}
    for each in chosen(found):
        off, gift = what[each.id]
        off = min(off, left)
        left -= off
        if off or gift:
            earned[each.id] = off, gift
    return earned
