"""Promotions: which apply, what they take off, item by item as an oracle counts it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from desktop.rules.pricing import Asked, PriceEntry, Scope, resolve, tiers_of
from desktop.rules.promotions import Bought, Promotion, rewards
from tests.rules import price_oracle, promotion_oracle

D = Decimal
TODAY = date(2026, 11, 24)
ASKED = Asked("P", D(4), "CNY", TODAY)
BOOK = PriceEntry("1", "P", Scope.STANDARD, "CNY", tiers_of([(D(0), D(100))]))


def offer(kind: Any, name: str = "A", **of: Any) -> Promotion:
    return Promotion(name, kind, f"Offer {name}", currency="CNY", **of)


def spent(asked: Asked, book: PriceEntry, offers: list[Promotion]) -> tuple[Fraction, list[str]]:
    """What the line comes to before rounding, and which promotions its trace names."""
    found = resolve(asked, [book], (), offers)
    assert found.price is not None
    parts = [(each.quantity, each.unit_price) for each in found.price.slabs]
    parts = parts or [(asked.quantity / found.price.base_quantity, found.price.unit_price)]
    named = [str(step.facts["promotion"]) for step in found.trace if step.name == "promotion"]
    return sum((Fraction(size) * Fraction(price) for size, price in parts), Fraction(0)), named


@pytest.mark.parametrize(
    ("offers", "total"),
    [
        ([offer("discount", percent=D(10))], 360),
        ([offer("nth", every=2, percent=D(50))], 300),
        ([offer("nth", every=3, percent=D(100))], 300),
        ([offer("nth", every=5, percent=D(100))], 400),
        ([offer("discount", percent=D(10)), offer("nth", "B", every=2, percent=D(50))], 270),
        ([offer("discount", percent=D(10), exclusive=True), offer("nth", "B", every=2, percent=D(50))], 360),
        ([offer("discount", percent=D(10)), offer("nth", "B", every=2, percent=D(50), exclusive=True)], 300),
    ],
)
def test_the_worked_cases(offers: list[Promotion], total: int) -> None:
    assert spent(ASKED, BOOK, offers)[0] == total


def test_of_two_exclusive_ones_the_higher_priority_counts_and_a_tie_goes_to_the_customer() -> None:
    small, large = (offer("discount", name, percent=D(n), exclusive=True) for name, n in (("A", 5), ("B", 9)))
    assert spent(ASKED, BOOK, [small, large]) == (364, ["B"])
    assert spent(ASKED, BOOK, [replace(small, priority=1), large]) == (380, ["A"])
    trace = resolve(ASKED, [BOOK], (), [small, large]).trace
    assert [step.as_json() for step in trace if step.name == "not_beside"] == [
        {"step": "not_beside", "price": None, "name": "Offer A", "other": "Offer B"}
    ]


def test_the_second_item_is_counted_on_through_the_lines_of_a_product() -> None:
    half = [offer("nth", every=2, percent=D(50))]
    first = replace(ASKED, quantity=D(1), together=D(3))
    second, third = replace(first, before=D(1)), replace(first, before=D(2))
    assert [spent(each, BOOK, half)[0] for each in (first, second, third)] == [100, 50, 100]


def test_a_block_has_no_second_item_but_may_be_discounted() -> None:
    block = replace(BOOK, tier_kind="block")
    assert spent(ASKED, block, [offer("nth", every=2, percent=D(50))]) == (100, [])
    assert spent(ASKED, block, [offer("discount", percent=D(20))])[0] == 80


def test_without_promotions_nothing_changes() -> None:
    assert resolve(ASKED, [BOOK], (), []) == resolve(ASKED, [BOOK])


def some_offer(chance: Random, name: str, kinds: tuple[Any, ...]) -> Promotion:
    return offer(
        chance.choice(kinds),
        name,
        percent=D(chance.choice((0, 5, 12, 33, 50, 100))) + D(chance.choice(("0", "0.5", "-0.25"))).max(0),
        every=chance.randint(1, 4),
        threshold=D(chance.choice((0, 50, 200, 999))),
        saving=D(chance.choice((0, 10, 33, 1000))),
        repeats=chance.random() < 0.5,
        gift_quantity=D(chance.randint(0, 2)),
        gift_price=D(chance.randint(0, 30)),
        exclusive=chance.random() < 0.25,
        priority=chance.randint(0, 2),
        product=chance.choice(("", "", "P", "Q")),
        category=chance.choice(("", "", "C")),
    )


def price_at(book: PriceEntry, place: int) -> Fraction:
    """The price of the item at that place (slab), or of all where so many are bought (range)."""
    start = D(place - 1 if book.tier_kind == "slab" else place)
    return Fraction([tier.price for tier in book.tiers if tier.from_quantity <= start][-1])


def test_prices_are_those_of_the_oracle_item_by_item() -> None:
    chance, several = Random(12), 0
    for _ in range(300):
        offers = [some_offer(chance, name, ("discount", "nth")) for name in "ABCD"[: chance.randint(0, 4)]]
        pairs = [
            (D(chance.choice((0, 3, 6))), D(chance.randint(1, 9999)).scaleb(-chance.choice((0, 2, 3))))
            for _ in range(3)
        ]
        slab = chance.random() < 0.5
        book = replace(BOOK, tiers=tiers_of([(D(0), D(77)), *pairs]), tier_kind="slab" if slab else "range")
        digits = max(2, *(price_oracle.decimals(tier.price) for tier in book.tiers))
        quantities = [chance.randint(1, 5) for _ in range(chance.randint(1, 3))]
        together = sum(quantities)
        items = [price_at(book, place if slab else together) for place in range(1, together + 1)]
        expected, names = promotion_oracle.priced(items, offers, digits)
        before = 0
        for quantity in quantities:
            asked = replace(ASKED, quantity=D(quantity), together=D(together), before=D(before))
            total, named = spent(asked, book, offers)
            assert total == sum(expected[before : before + quantity], Fraction(0))
            assert named == names
            before += quantity
        several += len(names) > 1
    assert several > 30


def test_a_thousand_quotes_earn_what_the_oracle_says_and_never_more_than_they_are_worth() -> None:
    chance, earned = Random(13), 0
    for _ in range(1000):
        offers = [some_offer(chance, name, ("spend", "gift")) for name in "ABCD"[: chance.randint(0, 4)]]
        bought = [
            Bought(
                chance.choice("PQ"),
                chance.choice("CD"),
                D(chance.randint(0, 9)) / 2,
                D(chance.randint(-5000, 90000)).scaleb(-2),
                chance.random() < 0.2,
            )
            for _ in range(chance.randint(0, 4))
        ]
        found = rewards(offers, bought, 2)
        assert {each.promotion.id: (each.amount, each.quantity) for each in found} == (
            promotion_oracle.rewarded(offers, bought, 2)
        )
        assert rewards(offers, bought[::-1], 2) == found
        worth = max(sum((each.net for each in bought), D(0)), D(0))
        assert sum((each.amount for each in found), D(0)) <= worth
        earned += len(found)
    assert earned > 500


@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({}, True),
        ({"valid_from": TODAY, "valid_until": TODAY}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, False),
        ({"valid_until": TODAY - timedelta(days=1)}, False),
        ({"audience": "segment:vip"}, True),
        ({"audience": "segment:a"}, False),
        ({"currency": "EUR"}, False),
        ({"currency": "EUR", "saving": D(0), "threshold": D(0), "kind": "discount"}, True),
    ],
)
def test_whom_when_and_in_which_currency(changed: dict[str, Any], fits: bool) -> None:
    made = replace(offer("spend", threshold=D(100), saving=D(5)), **changed)
    assert made.fits(["", "segment:vip", "region:苏州"], TODAY, "CNY") == fits


def test_no_price_falls_below_the_cheaper_one_where_an_nth_item_is_completed() -> None:
    asked = replace(ASKED, quantity=D("0.2"), together=D("2.1"), before=D("1.9"))
    assert spent(asked, BOOK, [offer("nth", percent=D(50), every=2)])[0] == 10
