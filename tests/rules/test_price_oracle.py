"""Prices against an oracle on fractions, over books, tiers, days and rates of every kind."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from desktop.errors import Refused
from desktop.rules.pricing import Agreed, Asked, CurrencyRate, PriceEntry, Scope, rates_of, resolve, tiers_of
from tests.rules import price_oracle

D = Decimal
TODAY = date(2026, 11, 24)
CURRENCIES = ("CNY", "EUR", "USD")


def some_day(chance: Random) -> date:
    return TODAY + timedelta(days=chance.randint(-5, 3))


def some_rates(chance: Random) -> list[CurrencyRate]:
    made = []
    for _ in range(chance.randint(0, 6)):
        source, target = chance.sample(CURRENCIES, 2)
        rate = D(chance.randint(1, 10**9)).scaleb(-chance.choice((2, 4, 8)))
        made.append(CurrencyRate(source, target, rate, some_day(chance)))
    return made


def some_entry(chance: Random, place: int) -> PriceEntry:
    scope = chance.choice(list(Scope))
    meant = {Scope.SEGMENT: "gold", Scope.REGION: "east", Scope.STANDARD: ""}.get(scope, "star")
    pairs = [
        (D(chance.choice((0, 1, 10, 50))), D(chance.randint(1, 10**7)).scaleb(-chance.choice((0, 2, 6))))
        for _ in range(chance.randint(1, 3))
    ]
    agreed = Agreed(
        "FA",
        chance.choice((None, D(chance.randint(1, 80)))),
        D(chance.randint(0, 60)),
        chance.choice((None, D(chance.randint(1, 10**7)))),
        D(chance.randint(0, 10**5)),
    )
    return PriceEntry(
        f"{place:03}",
        "P",
        scope,
        chance.choice(CURRENCIES),
        tiers_of(pairs),
        chance.choice((meant, meant, "somebody else")) if meant else "",
        valid_from=chance.choice((None, some_day(chance))),
        valid_until=chance.choice((None, some_day(chance))),
        agreed=chance.choice((None, agreed)) if scope is Scope.CONTRACT else None,
    )


def test_two_thousand_prices_are_those_of_the_oracle() -> None:
    chance, priced, turned, used_up = Random(2026), 0, 0, 0
    for _ in range(2000):
        entries = [some_entry(chance, place) for place in range(chance.randint(0, 5))]
        rates = some_rates(chance)
        asked = Asked(
            "P",
            D(chance.randint(-60, 60)),
            chance.choice(CURRENCIES),
            TODAY,
            customer=chance.choice(("star", "")),
            segments=chance.choice(((), ("gold",))),
            region=chance.choice(("", "east")),
            price_digits=chance.choice((0, 2, 3)),
        )
        found, expected = resolve(asked, entries, rates), price_oracle.unit_price(asked, entries, rates)
        used_up += any(step.name == "used_up" for step in found.trace)
        if found.price is None:
            assert expected is None
            continue
        assert Fraction(found.price.unit_price) == expected
        abroad = found.price.entry.currency != asked.currency
        assert abroad == any(step.name == "currency" for step in found.trace)
        priced, turned = priced + 1, turned + abroad
    assert priced > 500
    assert turned > 100
    assert used_up > 20


def test_a_rate_is_read_either_way_round_and_turned_exactly() -> None:
    book = PriceEntry("1", "P", Scope.STANDARD, "CNY", tiers_of([(D(0), D("71.30"))]))
    abroad = Asked("P", D(1), "USD", TODAY)
    dollars = CurrencyRate("USD", "CNY", D("7.13"), TODAY)
    said = resolve(abroad, [book], [dollars])
    assert said.price is not None
    assert said.price.unit_price == 10
    assert said.trace[-1].as_json() == {
        "step": "currency",
        "price": "10",
        "rate": "7.13",
        "on": "2026-11-24",
        "from": "USD",
        "to": "CNY",
    }
    direct = CurrencyRate("CNY", "USD", D("0.2"), TODAY)
    found = resolve(abroad, [book], [dollars, direct]).price
    assert found is not None
    assert found.unit_price == D("14.26")


def test_a_price_of_little_is_not_rounded_to_nothing_abroad() -> None:
    book = PriceEntry("1", "P", Scope.STANDARD, "CNY", tiers_of([(D(0), D("0.035"))]))
    found = resolve(Asked("P", D(1), "USD", TODAY), [book], [CurrencyRate("USD", "CNY", D(7), TODAY)]).price
    assert found is not None
    assert found.unit_price == D("0.005")


def test_a_quote_goes_on_by_the_rates_that_it_was_begun_with() -> None:
    begun = CurrencyRate("EUR", "CNY", D("7.80"), TODAY - timedelta(days=9))
    new = [CurrencyRate("CNY", "EUR", D("0.12"), TODAY), CurrencyRate("USD", "CNY", D(7), TODAY)]
    assert rates_of(new, [begun]) == [begun, new[1]]


@pytest.mark.parametrize("rate", ["0", "-7"])
def test_no_rate_is_nothing_or_less(rate: str) -> None:
    with pytest.raises(Refused, match="above zero"):
        CurrencyRate("EUR", "CNY", D(rate), TODAY)
