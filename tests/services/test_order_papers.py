"""The papers of an order: they say what was agreed, sent, accepted, invoiced and paid, to the cent."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.finish import read_data
from desktop.documents.order_embed import read_orderx
from desktop.documents.readback import printed_texts
from desktop.errors import NotFound, Refused
from desktop.models.store import Store
from desktop.services import (
    commands,
    order_chain,
    order_files,
    order_papers,
    order_queues,
    order_today,
    order_work,
    orders,
    sealed,
    today,
)
from tests.documents import schematron
from tests.stores import NOON, customer, firm, opened, product, quote

assert orders.WRITES
assert order_work.SHIPPED
assert order_today.LOOKED_AT


def do(store: Store, name: str, *about: Any, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, *about, **arguments).value


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("papers")) as made:
        yield made


@pytest.fixture(scope="module")
def order(store: Store) -> UUID:
    """Seven and three machines, sent in two batches; of the first five were accepted, one is refunded."""
    ours = firm(store)
    do(store, "organisation.edit", ours.id, values={"tax_id": "91320500MA0000000X"})
    kinds = [product(store, sku, "333.33") for sku in ("P0", "P1")]
    sold = quote(
        store, (kinds[0].id, "7"), (kinds[1].id, "3"), to=customer(store, tax_id="91320594MA1P7K3D2Q")
    )
    do(store, "quote.discount", sold.id, value=Decimal("-3.7"))
    do(store, "quote.issue", sold.id)
    made: UUID = do(store, "quote.order", sold.id, values={"reference": "PO-77"}).id
    do(store, "order.submit", made)
    do(store, "order.acknowledge", made)
    one, two = [line.id for line in order_chain.load(store, made).lines]
    batch = do(store, "order.ship", made, quantities={one: Decimal(6), two: Decimal(1)}, tracking="SF-1")
    do(store, "order.ship", made)
    do(store, "order.take_over", made, delivery_id=batch.id, signer="张建国", quantities={one: Decimal(5)})
    asked = do(store, "order.invoice", made)
    do(store, "order.invoiced", made, request_id=asked.id, number="2531-1")
    do(store, "order.take_back", made, quantities={one: Decimal(1)}, reason="漏气", outcome="refunded")
    credit = do(store, "order.credit", made)
    do(store, "order.invoiced", made, request_id=credit.id, number="2531-2")
    do(store, "order.pay", made, amount=Decimal("1000"), reference="BOC-1")
    return made


def words(pdf: bytes) -> str:
    return " ".join(one.text for one in printed_texts(pdf))


def test_the_confirmation_says_what_was_agreed_and_stays_sealed_while_that_is_so(
    store: Store, order: UUID
) -> None:
    found = order_chain.load(store, order).order
    made = do(store, "order.seal", order)
    assert sealed.examine(made, store).state == "sound"
    assert order_papers.paper(store, order) == made
    said = order_papers.paper(store, order, language="both")
    assert said != made
    for word in (
        "订单确认书",
        "ORDER CONFIRMATION",
        "PO-77",
        f"{(found.payable or 0) / 100:,.2f}",
        found.number,
    ):
        assert word in words(said)
    assert b'"kind":"order"' in read_data(made)
    do(store, "order.edit", order, values={"promised_on": NOON.date() + timedelta(days=9)})
    anew = order_papers.paper(store, order)
    assert anew != made
    assert "2026-12-03" in words(anew)
    assert sealed.examine(anew, store).state == "unsealed"


def test_its_data_keeps_the_rules_of_order_x(store: Store, order: UUID) -> None:
    data = order_files.order_data(store, order)
    assert schematron.order(data) == []
    assert read_orderx(order_papers.paper(store, order, language="en")) == data
    with pytest.raises(Refused, match="country “XX”"):
        order_files.order_data(store, order, country="xx")


def test_invoice_and_credit_note_keep_the_rules_of_the_standard(store: Store, order: UUID) -> None:
    asked, credit = order_chain.load(store, order).requests
    whole, back = (order_files.invoice_data(store, one.id) for one in (asked, credit))
    assert schematron.invoice(whole) == schematron.invoice(back) == []
    assert b"<ram:TypeCode>381</ram:TypeCode>" in back
    assert b"2531-1" in back
    assert f"<ram:DuePayableAmount>{-(credit.payable or 0) / 100:.2f}<".encode() in back


def test_notes_and_acceptance_name_goods_and_no_prices(store: Store, order: UUID) -> None:
    note = words(order_papers.paper(store, order, "delivery_note", batch=1, language="en"))
    assert "SF-1" in note
    assert "321" not in note
    accepted = words(order_papers.paper(store, order, "acceptance", batch=1, language="zh"))
    assert "张建国" in accepted
    assert "______" in accepted  # of the second line nothing was taken over yet
    with pytest.raises(NotFound, match="no such delivery"):
        order_papers.paper(store, order, "delivery_note", batch=9)
    with pytest.raises(Refused, match="printed, not sealed"):
        do(store, "order.seal", order, kind="statement")


def test_the_account_closes_with_what_is_still_to_be_paid(store: Store, order: UUID) -> None:
    chain = order_chain.load(store, order)
    whole, back = (one.payable or 0 for one in chain.requests)
    text = words(order_papers.paper(store, order, "statement", language="zh"))
    for minor in (whole, whole + back, whole + back - 100_000):
        assert f"{minor / 100:,.2f}" in text
    down = chain.steps()[0][0]["amount"]
    assert [there for _, there in chain.steps()] == [down, 100_000 - down]
    assert chain.asked_for == whole + back


def test_pages_of_orders_follow_each_other_and_today_says_what_waits(store: Store, order: UUID) -> None:
    kind = product(store, "P2", "10")
    made: list[Any] = []
    for _ in range(3):
        sold = quote(store, (kind.id, "1"), to=customer(store))
        do(store, "quote.issue", sold.id)
        made.insert(0, do(store, "quote.order", sold.id))
    first = order_queues.queue(store, most=2)
    assert [one.order.id for one in first] == [one.id for one in made[:2]]
    rest = order_queues.queue(store, before=first[-1].order.id)
    assert {one.order.id for one in rest} == {made[2].id, order}
    do(store, "order.submit", made[0].id)
    keys = [line.key for line in today.agenda(store).lines]
    assert f"order:{made[0].id.hex}:acknowledge" in keys
    assert f"order:{made[1].id.hex}:acknowledge" not in keys
