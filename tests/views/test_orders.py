"""An order in the window: from a quote's page to the chain; what is next stands in the header."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.documents.finish import read_data
from desktop.documents.order_embed import read_orderx
from desktop.models.records import Delivery, InvoiceRequest, Order, OrderLine, Payment
from desktop.models.store import Store
from desktop.services import attachments, commands, order_chain, sealed
from desktop.services.order_chain import Chain
from desktop.services.order_queues import day_of
from desktop.views import paperwork
from desktop.views.list_page import ListPage
from desktop.views.orders import making
from desktop.views.orders.form import asked_of, next_step
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


def test_the_papers_of_an_order_are_looked_at_saved_copied_and_sealed(
    window_on: WindowOn,
    store: Store,
    firm: Firm,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = ordered(store, firm, stage="acknowledged")
    batch = do(store, "order.ship", order)
    do(store, "order.take_over", order, delivery_id=batch.id, signer="张建国")
    request = do(store, "order.invoice", order)
    window = window_on(store)
    page = page_of(window, order, qtbot)
    page.face.buttons()[2].click()
    papers = page.papers
    settle(window, qtbot)
    assert len(papers.view.pages.images) == 1
    assert list(papers.offers) == [
        ("order", None),
        ("delivery_note", 1),
        ("acceptance", 1),
        ("statement", None),
    ]
    target = tmp_path / "made"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    papers.offers["delivery_note", 1].click()
    papers.take_file("save")
    qtbot.waitUntil(window.desk.runner.idle)
    assert read_data(target.read_bytes()).startswith(b'{"currency"')
    assert not papers.seal.isEnabled()
    papers.data[-1].click()
    qtbot.waitUntil(window.desk.runner.idle)
    assert request.number in target.read_text("utf-8")
    papers.offers["order", None].click()
    papers.seal.click()
    qtbot.waitUntil(lambda: len(attachments.listed(store, "order", order)) == 1)
    settle(window, qtbot)
    papers.take_file("copy")
    qtbot.waitUntil(window.desk.runner.idle)
    [url] = QGuiApplication.clipboard().mimeData().urls()
    copied = Path(url.toLocalFile()).read_bytes()
    assert sealed.examine(copied, store).state == "sound"
    assert b"urn:order-x.eu" in read_orderx(copied)
    paperwork.forget_copies()
    papers.view.closed.emit()
    assert page.steps.isVisible()


def test_what_is_refunded_is_credited_first_and_a_payment_fills_the_step_that_is_due() -> None:
    line = OrderLine(id=UUID(int=1), quantity=Decimal(4), amount=400, tax_category="S", tax_rates=["0"])
    steps = [
        {"name": {"zh": zh, "en": en}, "due": {"zh": "", "en": ""}, "amount": amount}
        for zh, en, amount in (("预付款", "Down payment", 100), ("发货款", "Before shipment", 300))
    ]
    order = Order(stage="delivered", payable=400, schedule=steps, tax_mode="included")

    def parts(count: int) -> list[dict[str, Any]]:
        return [{"line": line.id.hex, "quantity": str(count), "amount": 100 * count}]

    sent = Delivery(id=UUID(int=2), kind="goods", batch=1, lines=parts(4), arrived_on=date(2026, 11, 1))
    back = Delivery(id=UUID(int=3), kind="return", batch=2, lines=parts(-1), outcome="refunded")
    asked = InvoiceRequest(state="invoiced", payable=400, lines=parts(4), groups=[])
    paid = Payment(amount=150, milestone="Down payment")
    chain = Chain(order, [line], [sent, back], [], [asked], [paid])
    assert doable(chain)[0] == "order.credit"
    assert "order.ship" not in doable(chain)
    assert chain.asked_for == 300
    assert [there for _, there in chain.steps()] == [100, 50]
    assert next_step(chain) == ("发货款", Decimal("2.50"))
    chain.deliveries[1].outcome = "replaced"
    assert "order.ship" in doable(chain)
    assert chain.asked_for == 400
