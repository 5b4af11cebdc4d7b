"""Orders: the list, the board, one order in the middle of its chain, and what is asked before a delivery."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.models.records import QuoteLine
from desktop.services import order_chain, orders
from desktop.services.commands import run
from desktop.services.order_queues import day_of
from desktop.views.list_page import ListPage
from desktop.views.orders.page import OrderPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, render, wait_idle

D = Decimal
assert orders.WRITES


def ordered(window: Window, firm: Firm) -> UUID:
    """An order with two batches of three, one invoice and one payment; a second one waits, a third is new."""
    store = window.desk.store
    known = window.desk.recent("order", 10)
    if known:
        return min(each.id for each in known)
    today = day_of(store)

    def do(name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
        return run(store, store.me(), name, target, **arguments).value

    sold: list[UUID] = []
    machine, filters, work = list(firm.products.values())[:3]
    for place, lines in enumerate(
        ([(machine, D(3)), (filters, D(7)), (work, D(1))], [(filters, D(4))], [(machine, D(2))])
    ):
        buyer = firm.customers[place]
        made = do("quote.compose", customer_id=buyer, name="一期增容", lines=lines)
        do("quote.discount", made.id, kind="percent", value=D(-3))
        do("quote.issue", made.id)
        sold.append(made.id)
    with store.reading() as session:
        query = session.query(QuoteLine).filter(QuoteLine.quote_id == sold[0]).order_by(QuoteLine.rank)
        first, second, _third = [line.id for line in query]
    values = {"promised_on": today - timedelta(days=2), "reference": "PO-2026-118"}
    order = do("quote.order", sold[0], quantities={first: D(3), second: D(7)}, values=values)
    do("quote.order", sold[0])
    for other in sold[1:]:
        late = do("quote.order", other, values={"promised_on": today + timedelta(days=9)})
        do("order.submit", late.id)
    do("order.submit", order.id)
    do("order.acknowledge", order.id)
    one, two = [line.id for line in order_chain.load(store, order.id).lines]
    for counts, carrier, back in (({one: D(1), two: D(3)}, "顺丰", 32), ({one: D(2), two: D(2)}, "德邦", 9)):
        batch = do(
            "order.ship",
            order.id,
            quantities=counts,
            carrier=carrier,
            tracking=f"{back}7731",
            shipped_on=today - timedelta(days=back),
        )
        on = today - timedelta(days=back - 4)
        do("order.take_over", order.id, delivery_id=batch.id, signer="张建国", accepted_on=on)
        if back == 32:
            asked = do("order.invoice", order.id, quantities=counts)
    do("order.invoiced", order.id, request_id=asked.id, number="25312000000123", invoiced_on=today)
    do("order.pay", order.id, amount=D(20000), request_id=asked.id, reference="ICBC-88123")
    made_order: UUID = order.id
    return made_order


def listed(face: str = "list") -> Show:
    """The list, or another face of it."""

    def show(window: Window, firm: Firm) -> None:
        ordered(window, firm)
        window.go("order")
        page = window.page()
        assert isinstance(page, ListPage)
        if face != "list":
            page.show_otherwise(face=face)
        wait_idle(window)

    return show


def whole(window: Window, firm: Firm) -> None:
    """The order in the middle of its chain."""
    window.open_record("order", ordered(window, firm))
    wait_idle(window)


def asking(window: Window, firm: Firm) -> None:
    """What is asked before a batch is written down."""
    whole(window, firm)
    render(window)
    page = window.page()
    assert isinstance(page, OrderPage)
    page.start("order.ship")


def facts(window: Window, firm: Firm) -> None:
    """Its facts and what happened."""
    whole(window, firm)
    page = window.page()
    assert isinstance(page, OrderPage)
    page.face.choose("facts")
    page.turn("facts")


def papers(kind: str, batch: int | None = None) -> Show:
    """One of its papers beside the others."""

    def show(window: Window, firm: Firm) -> None:
        whole(window, firm)
        page = window.page()
        assert isinstance(page, OrderPage)
        page.face.choose("papers")
        page.turn("papers")
        page.papers.choose(kind, batch)
        wait_idle(window)

    return show


ORDERS: dict[str, Show] = {
    "order_list": listed(),
    "order_board": listed("board"),
    "order": whole,
    "order_facts": facts,
    "order_ship": asking,
    "order_papers": papers("order"),
}
