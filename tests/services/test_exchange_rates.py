"""Rates of currencies: kept by the office, used by the day of the quote, and kept by the quote."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import Refused
from desktop.models.store import Store
from desktop.rules import roles
from desktop.services import commands, drafts
from tests.stores import NOON, customer, firm, opened, product

D = Decimal
TODAY = NOON.date()


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def rate(store: Store, rate: str, on: date = TODAY, base: str = "EUR", quote: str = "CNY") -> Any:
    values = {"base_currency": base, "rate": D(rate), "quote_currency": quote, "rated_on": on}
    return run(store, "exchange_rate.new", values=values)


def abroad(store: Store, currency: str = "EUR") -> UUID:
    made = run(store, "quote.new", values={"customer_id": customer(store).id, "currency": currency})
    return UUID(str(made.id))


def prices(store: Store, quote_id: UUID) -> list[Decimal | None]:
    return [line.unit_price for line in drafts.load(store, quote_id).lines]


def test_a_list_price_is_turned_by_the_rate_of_the_day_and_rounded_before_the_quantity(store: Store) -> None:
    firm(store)
    machine = product(store, "M-1", "100")
    rate(store, "7.5", TODAY - timedelta(days=9))
    rate(store, "7.83", TODAY - timedelta(days=1))
    rate(store, "9", TODAY + timedelta(days=1))
    made = abroad(store)
    run(store, "quote.add_line", made, product_id=machine.id, quantity=D(3))
    draft = drafts.load(store, made)
    assert draft.lines[0].unit_price == D("12.77")
    assert draft.totals().payable == 3831
    snapshot = draft.snapshot()
    calculator_test(quote_pdf(snapshot), snapshot)


def test_a_quote_without_decimals_is_priced_without(store: Store) -> None:
    firm(store)
    machine = product(store, "M-1", "100")
    rate(store, "0.0456", base="JPY")
    made = abroad(store, "JPY")
    run(store, "quote.add_line", made, product_id=machine.id)
    assert prices(store, made) == [D(2193)]


def test_the_rate_stays_with_the_quote_when_the_days_go_by(tmp_path: Path) -> None:
    now: list[datetime] = [NOON]
    with opened(tmp_path / "vault", clock=lambda: now[0]) as store:
        firm(store)
        machine, other = product(store, "M-1", "100"), product(store, "M-2", "200")
        old = rate(store, "8")
        made = abroad(store)
        run(store, "quote.add_line", made, product_id=machine.id)
        now[0] = NOON + timedelta(days=1)
        rate(store, "10", TODAY + timedelta(days=1))
        run(store, "exchange_rate.edit", old.id, values={"rate": D(9)})
        run(store, "quote.add_line", made, product_id=other.id)
        assert prices(store, made) == [D("12.5"), D(25)]
        later = abroad(store)
        run(store, "quote.add_line", later, product_id=machine.id)
        assert prices(store, later) == [D(10)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"base_currency": "eur"}, "base_currency"),
        ({"base_currency": "CNY"}, "quote_currency"),
        ({"rate": D(0)}, "rate"),
        ({"rate": None}, "rate"),
        ({"rated_on": None}, "rated_on"),
    ],
)
def test_a_rate_that_says_nothing_is_refused_under_its_field(
    store: Store, changed: dict[str, Any], field: str
) -> None:
    values = {"base_currency": "EUR", "rate": D(8), "quote_currency": "CNY", "rated_on": TODAY}
    with pytest.raises(Refused) as refused:
        run(store, "exchange_rate.new", values=values | changed)
    assert refused.value.field == field


def test_rates_are_the_offices_to_change() -> None:
    assert [name for name in roles.ROLES if roles.may(name, "exchange_rate.edit")] == [
        *("manager", "office", "admin")
    ]


def test_at_todays_prices_a_quote_leaves_its_rate_its_currency_and_what_has_run_out(tmp_path: Path) -> None:
    now: list[datetime] = [NOON]
    with opened(tmp_path / "vault", clock=lambda: now[0]) as store:
        firm(store)
        machine, typed = product(store, "M-1", "100"), product(store, "M-2", "200")
        rate(store, "8")
        until = {"name": "x", "kind": "discount", "percent": D(20), "product_id": machine.id}
        run(store, "promotion.new", values={**until, "valid_until": TODAY})
        made = abroad(store)
        for each in (machine, typed):
            run(store, "quote.add_line", made, product_id=each.id)
        second = drafts.load(store, made).lines[1]
        run(store, "quote.set_line", made, line_id=second.id, values={"unit_price": D(23)})
        assert prices(store, made) == [D(10), D(23)]
        assert run(store, "quote.reprice", made) == 0
        now[0] = NOON + timedelta(days=1)
        rate(store, "10", TODAY + timedelta(days=1))
        assert run(store, "quote.reprice", made) == 0
        run(store, "product.edit", machine.id, values={"price": D(110)})
        assert run(store, "quote.reprice", made) == 1
        assert prices(store, made) == [D(11), D(23)]
        run(store, "quote.edit", made, values={"currency": "CNY"})
        run(store, "quote.reprice", made)
        assert prices(store, made) == [D(110), D(23)]
        run(store, "quote.issue", made)
        with pytest.raises(Refused):
            run(store, "quote.reprice", made)
