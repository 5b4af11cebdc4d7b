"""Nobody saves over what they did not see: mine, current and original, whichever command is asked."""

from decimal import Decimal
from typing import Any

import pytest

from desktop.models.records import Customer, Quote, QuoteLine
from desktop.models.store import Store
from desktop.services import commands
from desktop.services.clashes import Clashed
from tests.stores import customer, firm, product, quote


def edit(store: Store, record: Customer, values: dict[str, object], seen: dict[str, object]) -> None:
    commands.run(store, store.me(), "customer.edit", record.id, values=values, seen=seen)


def now(store: Store, record: Customer) -> Customer:
    with store.reading() as session:
        found = session.get(Customer, record.id)
    assert found is not None
    return found


def test_a_newer_value_is_not_written_over_and_the_rest_is_saved(store: Store) -> None:
    made = customer(store, website="a.example")
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    with pytest.raises(Clashed) as caught:
        edit(
            store,
            made,
            {"website": "c.example", "city": "苏州"},
            {"website": "a.example", "city": made.city},
        )
    (clash,) = caught.value.clashes
    assert (clash.original, clash.current, clash.mine) == ("a.example", "b.example", "c.example")
    assert clash.who == store.me().name
    assert clash.at is not None
    assert caught.value.saved == ("city",)
    assert now(store, made).website == "b.example"
    assert now(store, made).city == "苏州"


def test_nothing_is_written_where_all_of_it_clashes(store: Store) -> None:
    made = customer(store, website="a.example")
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    with store.reader.connect() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one()
    with pytest.raises(Clashed):
        edit(store, made, {"website": "c.example"}, {"website": "a.example"})
    with store.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one() == before


def test_the_same_value_from_both_is_no_clash(store: Store) -> None:
    made = customer(store, website="a.example")
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    assert now(store, made).website == "b.example"


def test_a_cell_of_a_quote_line_clashes_like_any_field(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    with store.reading() as session:
        line = session.query(QuoteLine).filter(QuoteLine.quote_id == made.id).one()
    assert isinstance(made, Quote)
    seen = {"quantity": line.quantity}
    for typed in ("3", "4"):
        arguments: dict[str, Any] = {"line_id": line.id, "values": {"quantity": Decimal(typed)}, "seen": seen}
        if typed == "3":
            commands.run(store, store.me(), "quote.set_line", made.id, **arguments)
        else:
            with pytest.raises(Clashed) as caught:
                commands.run(store, store.me(), "quote.set_line", made.id, **arguments)
    (clash,) = caught.value.clashes
    assert (clash.original, clash.current, clash.mine) == (Decimal(2), Decimal(3), Decimal(4))
