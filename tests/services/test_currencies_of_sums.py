"""Totals are in units of their currency, amounts of deals in hundredths: what shows both says them alike."""

from decimal import Decimal
from typing import Any

import pytest

from desktop.models.records import Quote
from desktop.models.store import Store
from desktop.rules.money import hundredths
from desktop.services import commands, customer_figures
from desktop.services.lists import Sum
from desktop.views.cells import Row
from desktop.views.group_heads import sums_words
from desktop.views.list_figures import _by_currency
from tests.stores import customer, product


@pytest.mark.parametrize(
    ("currency", "payable", "typed"),
    [("CNY", 12_345, 12_345), ("JPY", 12_345, 1_234_500), ("KWD", 12_345, 1_235)],
)
def test_a_total_is_said_in_hundredths_where_deals_are(currency: str, payable: int, typed: int) -> None:
    assert hundredths(payable, currency) == typed
    assert hundredths(-payable, currency) == -typed


def test_sums_of_quotes_in_several_currencies_have_the_decimals_of_each() -> None:
    rows = [(Row(Quote(currency=each, payable=1234)), 1234) for each in ("JPY", "CNY", "KWD")]
    assert set(_by_currency(rows, "payable").split(" + ")) == {"¥1,234", "¥12.34", "KWD 1.234"}
    assert sums_words([Sum("JPY", 123_400, 0, 0)], "amount") == "¥1,234"


def test_quotes_out_of_a_firm_that_counts_in_yen(store: Store) -> None:
    me = store.me()

    def run(name: str, *target: Any, **said: Any) -> Any:
        return commands.run(store, me, name, *target, **said).value

    run("organisation.new", values={"name": "株式会社", "currency": "JPY"})
    buyer, machine = customer(store), product(store, "M-1", "98600")
    made = run("quote.new", values={"customer_id": buyer.id})
    values = {"unit_price": Decimal(98600)}
    run("quote.add_line", made.id, product_id=machine.id, values=values)
    run("quote.issue", made.id)
    with store.reading() as session:
        tile = next(
            one
            for one in customer_figures.tiles(session, buyer.id, store.clock().date())
            if one.name.text == "Quotes out"
        )
    assert str(tile.value).replace("JP¥", "¥") == "¥98,600"
