"""Orders on one laptop: whole, split, never more than is left, never of a superseded revision."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import NotAllowed, Refused
from desktop.models.records import Order, Quote, QuoteLine
from desktop.models.store import Store
from desktop.services import commands, order_chain, orders
from tests.stores import customer, opened, product, quote

assert orders.WRITES


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        yield made


def do(store: Store, name: str, *about: Any, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, *about, **arguments).value


def issued(store: Store, *quantities: str, discount: str = "") -> Quote:
    kinds = [product(store, f"P{place}", "333.33") for place in range(len(quantities))]
    made = quote(store, *[(kind.id, count) for kind, count in zip(kinds, quantities, strict=True)])
    if discount:
        do(store, "quote.discount", made.id, value=Decimal(discount))
    do(store, "quote.issue", made.id)
    return made


def chain(store: Store, order: Order) -> order_chain.Chain:
    return order_chain.load(store, order.id)


def test_an_order_copies_what_was_issued_to_the_cent(store: Store) -> None:
    made = issued(store, "3", "7", discount="-3.7")
    order = do(store, "quote.order", made.id)
    with store.reading() as session:
        payable = session.get(Quote, made.id).payable  # type: ignore[union-attr]
    found = chain(store, order)
    assert (found.order.payable, found.order.stage, found.order.number) == (payable, "draft", "")
    assert sum(line.amount or 0 for line in found.lines) == payable
    assert [line.quantity for line in found.lines] == [3, 7]
    assert all(line.product_id for line in found.lines)
    with pytest.raises(Refused, match="Nothing is left"):
        do(store, "quote.order", made.id)


def test_a_split_order_never_takes_more_than_is_left_and_the_last_one_closes(store: Store) -> None:
    made = issued(store, "7", discount="-3.7")
    with store.reading() as session:
        [source] = [one.id for one in session.query(QuoteLine)]
        payable = session.get(Quote, made.id).payable  # type: ignore[union-attr]
    first = do(store, "quote.order", made.id, quantities={source: Decimal(3)})
    with pytest.raises(Refused, match="4 of 7 are left, 5 were wanted"):
        do(store, "quote.order", made.id, quantities={source: Decimal(5)})
    second = do(store, "quote.order", made.id)
    assert (first.payable or 0) + (second.payable or 0) == payable
    do(store, "order.cancel", first.id)
    again = do(store, "quote.order", made.id)
    assert again.payable == first.payable


def test_a_superseded_revision_is_never_ordered(store: Store) -> None:
    made = issued(store, "7")
    draft = do(store, "quote.order", made.id)
    do(store, "quote.revise", made.id)
    with pytest.raises(Refused, match="Only an issued quote"):
        do(store, "quote.order", made.id)
    with pytest.raises(Refused, match="R1 of this quote was superseded by R2"):
        do(store, "order.submit", draft.id)
    do(store, "quote.issue", made.id)
    with pytest.raises(Refused, match="superseded by R2"):
        do(store, "quote.order", made.id, revision=1)
    with pytest.raises(Refused, match="R1 of this quote was ordered already"):
        do(store, "quote.order", made.id)
    do(store, "order.cancel", draft.id)
    assert do(store, "quote.order", made.id, revision=2).payable


def test_an_order_goes_its_way_and_no_other(store: Store) -> None:
    order = do(store, "quote.order", issued(store, "2").id)
    with pytest.raises(Refused, match="From “Draft” an order does not become “Acknowledged”"):
        do(store, "order.acknowledge", order.id)
    do(store, "order.submit", order.id)
    number = chain(store, order).order.number
    assert number.startswith("SO-26-")
    with pytest.raises(Refused):
        do(store, "order.send_back", order.id, reason=" ")
    do(store, "order.send_back", order.id, reason="地址不全")
    assert chain(store, order).order.returned == "地址不全"
    do(store, "order.submit", order.id)
    do(store, "order.acknowledge", order.id)
    found = chain(store, order).order
    assert (found.number, found.returned, found.stage) == (number, "", "acknowledged")
    with pytest.raises(Refused, match="is not deleted"):
        do(store, "order.delete", order.id)


def test_figures_are_not_typed(store: Store) -> None:
    order = do(store, "quote.order", issued(store, "2").id)
    for values in ({"payable": 1}, {"stage": "completed"}, {"customer_id": customer(store, "别家").id}):
        with pytest.raises(Refused):
            do(store, "order.edit", order.id, values=values)
    do(store, "order.edit", order.id, values={"reference": "PO-1"})
    [line] = chain(store, order).lines
    for name in ("order_line.edit", "order_line.delete"):
        with pytest.raises(Refused):
            do(store, name, line.id, **({"values": {"amount": 1}} if name.endswith("edit") else {}))
    for kind in ("order_line", "delivery", "acceptance", "invoice_request", "payment"):
        with pytest.raises(Refused):
            do(store, f"{kind}.new", values={"order_id": order.id})
    with pytest.raises(Refused, match="made from an issued quote"):
        do(store, "order.new", values={"name": "x"})


def test_an_auditor_orders_nothing(store: Store) -> None:
    made = issued(store, "2")
    me = store.me()
    auditor = type(me)(me.id, me.name, "auditor")
    with pytest.raises(NotAllowed):
        commands.run(store, auditor, "quote.order", made.id)
