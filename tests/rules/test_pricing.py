"""Which price a customer gets, and the trace that says why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.rules.lines import Slab
from desktop.rules.pricing import (
    Asked,
    CurrencyRate,
    Price,
    PriceEntry,
    Resolution,
    Scope,
    Tier,
    resolve,
    tiers_of,
)

D = Decimal
TODAY = date(2026, 11, 24)
ASKED = Asked(
    product="SAT-75V",
    quantity=D(2),
    currency="CNY",
    on=TODAY,
    customer="star",
    segments=("gold", "silver"),
    region="east",
)
AUDIENCE = {
    Scope.CONTRACT: "star",
    Scope.CUSTOMER: "star",
    Scope.SEGMENT: "gold",
    Scope.REGION: "east",
    Scope.STANDARD: "",
}


def entry(price: str = "100", scope: Scope = Scope.STANDARD, **more: Any) -> PriceEntry:
    usual: dict[str, Any] = {
        "id": f"{scope}-{price}",
        "product": "SAT-75V",
        "currency": "CNY",
        "tiers": (Tier(D(0), D(price)),),
        "audience": AUDIENCE[scope],
    }
    return PriceEntry(scope=scope, **(usual | more))


def tiers(*pairs: tuple[str, str]) -> tuple[Tier, ...]:
    return tuple(Tier(D(start), D(price)) for start, price in pairs)


def price_of(found: Resolution) -> Price:
    assert found.price is not None
    return found.price


def unit(asked: Asked, entries: Sequence[PriceEntry], rates: Sequence[CurrencyRate] = ()) -> str:
    return str(price_of(resolve(asked, entries, rates)).unit_price)


def test_the_closest_book_wins_whatever_the_order_of_entries() -> None:
    entries = [entry(str(50 + place), scope) for place, scope in enumerate(Scope)]

    for missing, scope in enumerate(Scope):
        left = entries[missing:]
        found = resolve(ASKED, left[::-1])
        assert price_of(found).entry.scope is scope
        assert [step.name for step in found.trace] == [s.value for s in list(Scope)[: missing + 1]] + ["tier"]


def test_a_price_of_somebody_else_is_never_seen() -> None:
    others = [entry("1", scope, audience="another") for scope in Scope if scope is not Scope.STANDARD]

    assert unit(ASKED, [*others, entry("100"), entry("2", product="SAT-37V")]) == "100"


def test_a_customer_nobody_knows_gets_the_standard_price() -> None:
    stranger = replace(ASKED, customer="", segments=(), region="")

    assert unit(stranger, [entry(str(50 + place), scope) for place, scope in enumerate(Scope)]) == "54"


def test_of_two_segments_the_first_one_named_wins() -> None:
    entries = [entry("80", Scope.SEGMENT, audience="silver"), entry("90", Scope.SEGMENT, audience="gold")]

    assert unit(ASKED, entries) == "90"


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "holds"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (date(2026, 11, 25), None, False),
        (None, date(2026, 11, 23), False),
    ],
)
def test_a_price_holds_from_its_first_to_its_last_day(
    valid_from: date | None, valid_until: date | None, holds: bool
) -> None:
    found = resolve(ASKED, [entry(valid_from=valid_from, valid_until=valid_until)])

    assert (found.price is not None) == holds


def test_the_newest_price_that_holds_wins_and_a_tie_goes_to_the_customer() -> None:
    old, new = entry("90", valid_from=date(2026, 1, 1)), entry("95", valid_from=date(2026, 6, 1))

    assert unit(ASKED, [entry("80"), old, new]) == "95"
    assert unit(ASKED, [new, replace(new, id="x", tiers=tiers(("0", "94")))]) == "94"


def test_the_whole_quantity_takes_the_tier_that_the_quote_reaches_together() -> None:
    steps = entry(tiers=tiers(("1", "100"), ("10", "90"), ("50", "80")))

    assert [unit(replace(ASKED, quantity=D(q)), [steps]) for q in (1, 9, 10, 49, 50, 51)] == [
        "100",
        "100",
        "90",
        "90",
        "80",
        "80",
    ]
    assert unit(replace(ASKED, quantity=D(4), together=D(12)), [steps]) == "90"
    assert unit(replace(ASKED, quantity=D(-10)), [steps]) == "90"


def test_below_the_smallest_quantity_the_next_book_answers() -> None:
    big = entry("50", Scope.CUSTOMER, tiers=tiers(("10", "50")))

    assert unit(ASKED, [big, entry("100")]) == "100"
    assert resolve(ASKED, [big]).price is None


def test_slabs_price_each_part_and_carry_on_through_the_lines() -> None:
    steps = entry(tier_kind="slab", tiers=tiers(("0", "10"), ("10", "9"), ("20", "8")))

    first = price_of(resolve(replace(ASKED, quantity=D(15), together=D(25)), [steps]))
    second = price_of(resolve(replace(ASKED, quantity=D(10), together=D(25), before=D(15)), [steps]))
    back = price_of(resolve(replace(ASKED, quantity=D(-15)), [steps]))

    assert first.slabs == (Slab(D(10), D(10)), Slab(D(5), D(9)))
    assert first.unit_price == D("9.666667")
    assert second.slabs == (Slab(D(5), D(9)), Slab(D(5), D(8)))
    assert back.slabs == (Slab(D(-10), D(10)), Slab(D(-5), D(9)))
    assert price_of(resolve(replace(ASKED, quantity=D(0)), [steps])).slabs == ()


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_slabs_of_all_lines_are_those_of_the_whole(quantities: list[int]) -> None:
    steps = entry(tier_kind="slab", tiers=tiers(("0", "10"), ("10", "9"), ("50", "7")))
    together, before, parts = D(sum(quantities)), D(0), D(0)
    for quantity in quantities:
        asked = replace(ASKED, quantity=D(quantity), together=together, before=before)
        parts += sum(
            (slab.quantity * slab.unit_price for slab in price_of(resolve(asked, [steps])).slabs), D(0)
        )
        before += quantity

    whole = price_of(resolve(replace(ASKED, quantity=together), [steps])).slabs
    assert parts == sum((slab.quantity * slab.unit_price for slab in whole), D(0))


def test_a_block_is_one_price_for_all_of_it() -> None:
    block = entry(tier_kind="block", tiers=tiers(("0", "500"), ("10", "900")))

    found = price_of(resolve(replace(ASKED, quantity=D(4), together=D(12)), [block]))

    assert (found.unit_price, found.base_quantity) == (D(900), D(12))
    assert price_of(resolve(replace(ASKED, quantity=D(0)), [block])).base_quantity == 1


def test_a_manual_discount_shows_in_the_trace_and_leaves_the_list_price_alone() -> None:
    found = resolve(replace(ASKED, discounts=(D(-5), D(-2))), [entry("98600.00", floor=D(90000))])

    assert price_of(found).unit_price == D("98600.00")
    assert price_of(found).net_unit_price == D("91796.60")
    assert [step.name for step in found.trace][-3:] == ["discount", "discount", "floor"]


def test_a_foreign_price_is_turned_by_the_latest_rate_of_the_day_and_rounded_before_the_quantity() -> None:
    rates = [
        CurrencyRate("EUR", "CNY", D("7.80"), date(2026, 1, 1)),
        CurrencyRate("EUR", "CNY", D("8.1234"), date(2026, 11, 20)),
        CurrencyRate("EUR", "CNY", D("9"), date(2026, 12, 1)),
        CurrencyRate("USD", "CNY", D("7"), date(2026, 11, 1)),
    ]
    abroad = entry("10.55", currency="EUR", floor=D(10))

    found = resolve(replace(ASKED, discounts=(D(-1),)), [abroad], rates)

    assert (price_of(found).unit_price, price_of(found).net_unit_price) == (D("85.70"), D("84.84"))
    assert price_of(found).floor == D("81.23")
    assert [step.name for step in found.trace][-3:] == ["discount", "currency", "floor"]
    assert resolve(ASKED, [abroad]).price is None
    assert unit(ASKED, [abroad, entry("99")], rates) == "99"


def test_slabs_abroad_are_turned_part_by_part() -> None:
    rates = [CurrencyRate("EUR", "CNY", D("8.005"), TODAY)]
    steps = entry(currency="EUR", tier_kind="slab", tiers=tiers(("0", "1"), ("1", "0.9")))

    assert price_of(resolve(ASKED, [steps], rates)).slabs == (Slab(D(1), D("8.01")), Slab(D(1), D("7.20")))


def test_the_floor_warns_and_the_head_room_says_what_may_still_be_given() -> None:
    high, low = entry("100", floor=D(96)), entry("100", floor=D(95))
    asked = replace(ASKED, discounts=(D(-5),))

    below, at = resolve(asked, [high]), resolve(asked, [low])

    assert price_of(below).below_floor
    assert not price_of(at).below_floor
    assert price_of(below).head_room(D(2)) == 0
    assert price_of(resolve(ASKED, [low])).head_room(D(2)) == 10
    assert price_of(resolve(ASKED, [entry()])).head_room(D(2)) is None
    assert str(below.trace[-1].said.in_language("en")) == "Below the floor price of 96"
    assert str(at.trace[-1].said.in_language("zh")) == "不低于底价 95"


def test_the_trace_is_plain_json_and_says_itself_in_both_languages() -> None:
    found = resolve(ASKED, [entry("100", book="2026")])

    assert found.as_json() == [
        *({"step": s.value, "price": None, "scope": s.value} for s in list(Scope)[:-1]),
        {
            "step": "standard",
            "price": None,
            "scope": "standard",
            "entry": "standard-100",
            "book": "2026",
            "currency": "CNY",
        },
        {"step": "tier", "price": "100", "kind": "range", "quantity": "2", "from": "0"},
    ]
    assert [step.said.in_language("zh") for step in found.trace] == [
        "客户合同约定价：无价格",
        "客户价目表：无价格",
        "客户分类价目表：无价格",
        "区域价目表：无价格",
        "标准价目表",
        "合计数量 2，适用 0 起的阶梯价",
    ]


def test_tiers_are_put_in_order_and_a_quantity_named_twice_goes_to_the_customer() -> None:
    pairs = [(D(10), D(90)), (D(1), D(100)), (D(10), D(85)), (D(10), D(88))]

    assert tiers_of(pairs) == tiers(("1", "100"), ("10", "85"))


@pytest.mark.parametrize("wrong", [(), (("10", "1"), ("5", "2")), (("5", "1"), ("5", "2"))])
def test_tiers_stand_in_the_order_of_their_quantities(wrong: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(Refused, match="tiers"):
        entry(tiers=tiers(*wrong))
