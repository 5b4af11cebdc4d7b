"""Price lists by number alone, and dated rates: looked at row by row, brought in and taken back at once."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import NotAllowed, Refused
from desktop.models.records import ExchangeRate, PriceBook, PriceEntry
from desktop.models.store import Actor, Store
from desktop.services import commands, price_lists, rate_lists, undo
from tests.stores import product

D = Decimal
DAY = date(2027, 1, 1)


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def prices(store: Store) -> list[tuple[Decimal, Decimal | None, date | None]]:
    with store.reading() as session:
        living = session.query(PriceEntry).filter(PriceEntry.deleted_at.is_(None)).all()
        return sorted(((one.min_quantity, one.price, one.valid_from) for one in living), key=str)


@pytest.fixture
def book(store: Store) -> PriceBook:
    for sku, price in (("SAT-75V", "98600"), ("DRY-13", "13200"), ("TNK-1", "6800")):
        product(store, sku, price)
    made = run(store, "price_book.new", values={"name": "华东", "currency": "CNY"})
    assert isinstance(made, PriceBook)
    return made


def kinds(made: price_lists.PricePlan) -> list[tuple[str, str, str]]:
    return [(row.sku, row.kind, "" if row.percent is None else str(row.percent)) for row in made.rows]


def test_numbers_and_prices_become_prices_of_the_book_and_one_undo_takes_them_back(
    store: Store, book: PriceBook
) -> None:
    first = '货号,单价\nSAT-75V,"¥95,000.00"\ndry-13,13000\n'.encode("gb18030")
    made = price_lists.plan(store, first, book.id)
    assert kinds(made) == [("SAT-75V", "new", ""), ("dry-13", "new", "")]
    assert prices(store) == []
    price_lists.carry_out(store, store.me(), made)
    assert prices(store) == [(D(0), D(13000), None), (D(0), D(95000), None)]
    data = "型号\t新价\tMOQ\nSAT 75V\t99750\t\nDRY-13\t13000\t\nXX-9\t12\t\nDRY-13\t12000\t10\nTNK-1\t-1\t\n"
    made = price_lists.plan(store, data.encode(), book.id)
    assert kinds(made) == [
        ("SAT 75V", "changed", "5.0"),
        ("DRY-13", "same", "0.0"),
        ("XX-9", "unknown", ""),
        ("DRY-13", "new", ""),
        ("TNK-1", "fault", ""),
    ]
    done = price_lists.carry_out(store, store.me(), made)
    assert (done.count, done.left) == (2, ())
    assert prices(store) == [(D(0), D(13000), None), (D(0), D(99750), None), (D(10), D(12000), None)]
    undo.undo(store, store.me())
    assert prices(store) == [(D(0), D(13000), None), (D(0), D(95000), None)]


def test_a_list_without_headings_is_read_by_what_it_holds(store: Store, book: PriceBook) -> None:
    made = price_lists.plan(store, b"SAT-75V;91000\nDRY-13;12900\nTNK-1;6700\n", book.id, valid_from=DAY)
    assert [(row.sku, row.new, row.valid_from) for row in made.rows] == [
        ("SAT-75V", D(91000), DAY),
        ("DRY-13", D(12900), DAY),
        ("TNK-1", D(6700), DAY),
    ]
    with pytest.raises(Refused, match="no column"):
        price_lists.plan(store, "甲,乙\n一,二\n三,四\n".encode(), book.id)


def test_a_dated_price_stands_beside_the_one_before_it(store: Store, book: PriceBook) -> None:
    price_lists.carry_out(store, store.me(), price_lists.plan(store, b"sku,price\nTNK-1,6500\n", book.id))
    made = price_lists.plan(store, b"sku,price,valid from\nTNK-1,6825,2027-01-01\n", book.id)
    assert [(row.kind, row.old, row.percent, row.entry) for row in made.rows] == [
        ("changed", D(6500), D("5.0"), None)
    ]
    price_lists.carry_out(store, store.me(), made)
    assert prices(store) == [(D(0), D(6500), None), (D(0), D(6825), DAY)]
    again = price_lists.plan(store, b"sku,price,valid from\nTNK-1,6825,2027-01-01\n", book.id)
    assert again.counts()["same"] == 1


def test_what_is_wrong_stays_aside_with_its_reason(store: Store, book: PriceBook) -> None:
    data = "sku,price,currency\nTNK-1,1,EUR\nTNK-1,2,CNY\nTNK-1,3,RMB\nDRY-13,,CNY\nSAT-75V,1.1234567,\n"
    made = price_lists.plan(store, data.encode(), book.id)
    whys = [row.why.in_language("en") if row.why else "" for row in made.rows]
    assert whys == [
        "This price is in EUR, the book in CNY.",
        "",
        "Row 3 gives another price for the same.",
        "This row has no price.",
        "At most 6 decimals fit here.",
    ]
    price_lists.carry_out(store, store.me(), made)
    assert [price for _, price, _ in prices(store)] == [D(2)]


def test_a_price_that_somebody_changed_meanwhile_is_left_to_them(store: Store, book: PriceBook) -> None:
    price_lists.carry_out(store, store.me(), price_lists.plan(store, b"sku,price\nTNK-1,6500\n", book.id))
    made = price_lists.plan(store, b"sku,price\nTNK-1,7000\n", book.id)
    run(store, "price_entry.edit", made.rows[0].entry, values={"price": D(6900)})
    done = price_lists.carry_out(store, store.me(), made)
    assert (done.count, done.left, prices(store)) == (0, (2,), [(D(0), D(6900), None)])


def test_a_rep_brings_no_prices_in(store: Store, book: PriceBook) -> None:
    me, made = store.me(), price_lists.plan(store, b"sku,price\nTNK-1,1\n", book.id)
    rep = Actor(me.id, me.name, "rep", None)
    with pytest.raises(NotAllowed):
        price_lists.carry_out(store, rep, made)
    assert prices(store) == []


def test_rates_of_a_day_are_kept_and_compared_with_the_ones_before(store: Store) -> None:
    on = date(2026, 11, 24)
    rows = rate_lists.plan(store, "币种,汇率(100外币)\nEUR,772.5\nUSD,710\n".encode(), on=on)
    assert [(row.base, row.quote, row.new) for row in rows] == [
        ("EUR", "CNY", D("7.725")),
        ("USD", "CNY", D("7.1")),
    ]
    rate_lists.carry_out(store, store.me(), rows)
    data = b"pair,rate,date\nEUR/CNY,7.80225,2026-11-25\nUSD/CNY,7.1,2026-11-24\nGBP/CNY,0,\nEUR/USD,1.08,\n"
    rows = rate_lists.plan(store, data, on=on)
    assert [(row.kind, row.percent) for row in rows] == [
        ("changed", D("1.00")),
        ("same", D("0.00")),
        ("fault", None),
        ("new", None),
    ]
    assert rate_lists.carry_out(store, store.me(), rows).count == 2
    with store.reading() as session:
        assert session.query(ExchangeRate).filter(ExchangeRate.deleted_at.is_(None)).count() == 4
    undo.undo(store, store.me())
    with store.reading() as session:
        assert session.query(ExchangeRate).filter(ExchangeRate.deleted_at.is_(None)).count() == 2
