"""New prices: exactly the open quotes they touch, by how much, and one step to renew them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import Refused
from desktop.models.records import Product, Quote
from desktop.models.store import Changed, Store
from desktop.services import bulk, commands, drafts, quotes, stale_prices, undo
from tests import stores


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with stores.opened(tmp_path) as store:
        stores.firm(store)
        yield store


def run(store: Store, name: str, record: UUID, **values: Any) -> Any:
    return commands.run(store, store.me(), name, record, **values).value


def dearer(store: Store, product: Product, price: str) -> None:
    run(store, "product.edit", product.id, values={"price": Decimal(price)})


def stage(store: Store, made: Quote) -> str:
    return drafts.load(store, made.id).quote.stage


def test_exactly_the_open_quotes_that_new_prices_touch(store: Store) -> None:
    pump, hose = (stores.product(store, sku, "100") for sku in ("PUMP", "HOSE"))
    draft = stores.quote(store, (pump.id, "2"))
    issued = stores.quote(store, (pump.id, "3"), (hose.id, "1"))
    accepted, other, typed = (stores.quote(store, (one.id, "1")) for one in (pump, hose, pump))
    for made in (issued, accepted):
        run(store, "quote.issue", made.id)
    run(store, "quote.accept", accepted.id)
    line = drafts.load(store, typed.id).lines[0]
    run(store, "quote.set_line", typed.id, line_id=line.id, values={"unit_price": Decimal(90)})
    assert stale_prices.affected(store) == []
    dearer(store, pump, "110")
    found = stale_prices.affected(store)
    assert [(one.quote, one.changes.difference) for one in found] == [
        (issued.id, Decimal(30)),
        (draft.id, Decimal(20)),
    ]
    assert [len(one.changes.lines) for one in found] == [1, 1]
    assert stage(store, issued) == "issued"
    assert stale_prices.would_be(store, store.me(), other.id) is None


def test_to_look_writes_nothing(store: Store) -> None:
    pump = stores.product(store, "PUMP", "100")
    made = stores.quote(store, (pump.id, "2"))
    run(store, "quote.issue", made.id)
    dearer(store, pump, "110")
    with store.reader.connect() as connection:
        before = connection.exec_driver_sql("SELECT count(*), max(n) FROM change").one()
        revisions = connection.exec_driver_sql("SELECT count(*) FROM quote_revision").scalar_one()
    assert len(stale_prices.affected(store)) == 1
    with store.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*), max(n) FROM change").one() == before
        assert connection.exec_driver_sql("SELECT count(*) FROM quote_revision").scalar_one() == revisions


def test_renewed_by_one_step_and_taken_back_by_one(store: Store) -> None:
    pump = stores.product(store, "PUMP", "100")
    draft, issued = (stores.quote(store, (pump.id, "2")) for _ in range(2))
    run(store, "quote.issue", issued.id)
    old = quotes.paper(store, issued.id)
    content = drafts.load(store, issued.id).revision
    dearer(store, pump, "110")
    wanted = [one.quote for one in stale_prices.affected(store)]
    assert set(wanted) == {draft.id, issued.id}
    assert stale_prices.renew_all(store, store.me(), wanted) == 2
    again = drafts.load(store, issued.id)
    assert (again.revision.revision, again.totals().payable, again.quote.stage) == (2, 22000, "draft")
    assert drafts.load(store, draft.id).totals().payable == 22000
    assert drafts.load(store, issued.id, content.id).snapshot() == content.snapshot
    assert stale_prices.affected(store) == []
    undo.undo(store, store.me())
    assert quotes.paper(store, issued.id) == old
    assert len(stale_prices.affected(store)) == 2


def test_margins_are_told_where_costs_are_known(store: Store) -> None:
    pump = stores.product(store, "PUMP", "113", cost=Decimal(80), tax_percent=Decimal(13))
    stores.quote(store, (pump.id, "1"))
    dearer(store, pump, "100")
    [one] = stale_prices.affected(store)
    assert [f"{margin:.1f}" for margin in one.margins if margin is not None] == ["20.0", "9.6"]


def test_one_that_cannot_be_renewed_any_more_leaves_the_others_as_they_were(store: Store) -> None:
    pump = stores.product(store, "PUMP", "100")
    draft, answered = (stores.quote(store, (pump.id, "2")) for _ in range(2))
    run(store, "quote.issue", answered.id)
    dearer(store, pump, "110")
    wanted = [draft.id, answered.id]
    run(store, "quote.accept", answered.id)
    with pytest.raises(Refused):
        stale_prices.renew_all(store, store.me(), wanted)
    assert stage(store, answered) == "accepted"
    with pytest.raises(Refused, match=bulk.STOPPED.text):
        stale_prices.renew_all(store, store.me(), wanted[:1], lambda _done, _of: False)
    assert drafts.load(store, draft.id).totals().payable == 20000


def test_a_look_says_nothing_to_listeners_and_stops_when_told(store: Store) -> None:
    pump = stores.product(store, "PUMP", "100")
    for _ in range(3):
        stores.quote(store, (pump.id, "2"))
    dearer(store, pump, "110")
    heard: list[Changed] = []
    store.listeners.append(heard.append)
    assert len(stale_prices.affected(store, lambda done, _of: done < 2)) == 2
    assert heard == []


def test_who_may_not_renew_is_told_of_nothing(store: Store) -> None:
    pump = stores.product(store, "PUMP", "100")
    made = stores.quote(store, (pump.id, "2"))
    dearer(store, pump, "110")
    me = store.me()
    assert stale_prices.would_be(store, me, made.id) is not None
    assert stale_prices.would_be(store, replace(me, role="auditor"), made.id) is None
