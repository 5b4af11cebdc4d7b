"""An order in the window: from a quote's page to the chain; what is next stands in the header."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models.records import InvoiceRequest, Order, OrderLine
from desktop.models.store import Store
from desktop.services import commands, order_chain
from desktop.services.order_chain import Chain
from desktop.services.order_queues import day_of
from desktop.views.list_page import ListPage
from desktop.views.orders import making
from desktop.views.orders.form import asked_of
from desktop.views.orders.page import OrderPage
from desktop.views.orders.steps import doable
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle

WindowOn = Callable[[Store], Window]


def do(store: Store, name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def ordered(store: Store, firm: Firm, *, stage: str = "draft") -> UUID:
    """An order of three machines and seven smaller ones, promised for three days ago."""
    one, two = list(firm.products.values())[:2]
    sold = do(
        store, "quote.compose", customer_id=firm.customers[0], lines=[(one, Decimal(3)), (two, Decimal(7))]
    )
    do(store, "quote.issue", sold.id)
    values = {"promised_on": day_of(store) - timedelta(days=3)}
    order: UUID = do(store, "quote.order", sold.id, values=values).id
    for step in {"draft": (), "acknowledged": ("submit", "acknowledge")}[stage]:
        do(store, f"order.{step}", order)
    return order


def page_of(window: Window, order: UUID, qtbot: QtBot) -> OrderPage:
    window.open_record("order", order)
    settle(window, qtbot)
    page = window.page()
    assert isinstance(page, OrderPage)
    return page


def test_what_is_next_stands_in_the_header_and_its_press_does_it(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    order = ordered(store, firm)
    window = window_on(store)
    page = page_of(window, order, qtbot)
    assert (page.first.text(), page.second.text()) == ("Submit order", "Cancel order")
    page.first.click()
    qtbot.waitUntil(lambda: page.first.text() == "Acknowledge order")
    page.first.click()
    qtbot.waitUntil(lambda: page.first.text() == "Record a delivery")
    assert order_chain.load(store, order).order.number.startswith("SO-")


def test_a_batch_is_written_down_in_the_card_and_the_rest_stays_open(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    order = ordered(store, firm, stage="acknowledged")
    window = window_on(store)
    page = page_of(window, order, qtbot)
    late = [card.step for card in page.steps.cards if card.step.column == 2]
    assert [(step.open, step.tone) for step in late] == [(True, "bad")]
    page.first.click()
    form = page.form
    counts = list(form.counts.values())
    assert isinstance(counts[1], QLineEdit)
    counts[1].setText("8")
    form.finish()
    qtbot.waitUntil(lambda: "7 of 7 are left" in form.said())
    counts[1].setText("2")
    form.finish()
    qtbot.waitUntil(lambda: not form.isVisible())
    settle(window, qtbot)
    chain = order_chain.load(store, order)
    assert [part["quantity"] for part in chain.deliveries[0].lines] == ["3", "2"]
    shown = [card.step.open for card in page.steps.cards if card.step.column == 2]
    assert shown == [False, True]
    assert page.second.text() == "Customer takes over"


def test_a_rep_sees_why_only_the_office_acknowledges(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    order = ordered(store, firm)
    do(store, "order.submit", order)
    me = store.me()
    store.set_local("me", {"id": me.id.hex, "name": me.name, "role": "rep", "team": None})
    page = page_of(window_on(store), order, qtbot)
    assert page.first.text() == "Acknowledge order"
    assert not page.first.isEnabled()
    assert "may not do this" in page.first.toolTip()


def test_the_list_has_the_queues_of_the_office_and_what_is_late(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    order = ordered(store, firm, stage="acknowledged")
    window = window_on(store)
    window.go("order")
    page = window.page()
    assert isinstance(page, ListPage)
    for view, there in (("late", True), ("ship", True), ("new", False), ("settle", False)):
        page.show_view(view)
        settle(window, qtbot)
        current = page.current()
        assert (current is not None and current.id == order) is there


def test_an_issued_quote_offers_its_order_and_opens_it(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    sold = do(
        store,
        "quote.compose",
        customer_id=firm.customers[0],
        lines=[(next(iter(firm.products.values())), Decimal(3))],
    )
    window = window_on(store)
    page = the_quote_of(window, sold.id, qtbot)
    assert making.offered(window.desk, page.draft.quote, page.opened.emit) == []
    do(store, "quote.issue", sold.id)
    page = the_quote_of(window, sold.id, qtbot)
    [(words, make)] = making.offered(window.desk, page.draft.quote, page.opened.emit)
    assert words.text == "Make an order"
    make()
    qtbot.waitUntil(lambda: isinstance(window.page(), OrderPage))


def the_quote_of(window: Window, quote: UUID, qtbot: QtBot) -> QuotePage:
    window.open_record("quote", quote)
    settle(window, qtbot)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.fill()
    return page


def test_what_binds_an_order_is_withdrawn_before_it_is_cancelled() -> None:
    order = Order(stage="acknowledged", payable=100)
    line = OrderLine(quantity=Decimal(1), amount=100)
    bound = Chain(order, [line], [], [], [InvoiceRequest(state="requested", payable=100)], [])
    assert {"order.withdraw_request", "order.cancel"} & set(doable(bound)) == {"order.withdraw_request"}
    assert {one.name for one in asked_of("order.withdraw_request", bound)} == {"request_id"}
    free = Chain(order, [line], [], [], [], [])
    assert {"order.withdraw_request", "order.cancel"} & set(doable(free)) == {"order.cancel"}
