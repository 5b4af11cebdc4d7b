"""The window where a contract or an order needs approval: why it may not go out, and asking for it."""

from collections.abc import Callable
from decimal import Decimal

from pytestqt.qtbot import QtBot

from desktop.models.records import ApprovalRequest
from desktop.models.store import Store
from desktop.services import commands
from desktop.views.contracts.page import ContractPage
from desktop.views.orders.page import OrderPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle

WindowOn = Callable[[Store], Window]


def rules(store: Store, *subjects: str) -> None:
    """Everything over 1 CNY needs approval from now on, of whoever this is."""
    for subject in subjects:
        values = {"name": subject, "kind": "total", "threshold": Decimal(1), "currency": "CNY"}
        commands.run(store, store.me(), "approval_rule.new", values={**values, "subject": subject})
    me = store.me()
    store.set_local("me", {"id": me.id.hex, "name": me.name, "role": "rep", "team": None})


def requests(store: Store) -> list[str]:
    with store.reading() as session:
        return [one.state for one in session.query(ApprovalRequest)]


def test_a_contract_and_an_order_say_who_has_to_agree_and_ask(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    commands.run(store, store.me(), "quote.issue", firm.quote)
    made = commands.run(store, store.me(), "contract.new", values={"quote_id": firm.quote}).value
    order = commands.run(store, store.me(), "quote.order", firm.quote).value
    rules(store, "contract", "order")
    window = window_on(store)
    window.open_record("contract", made.id)
    settle(window, qtbot)
    page = window.page()
    assert isinstance(page, ContractPage)
    assert not page.issue.isEnabled()
    assert page.asking.isVisible()
    page.asking.click()
    qtbot.waitUntil(lambda: requests(store) == ["open"])
    settle(window, qtbot)
    qtbot.waitUntil(lambda: not page.asking.isVisible())
    window.open_record("order", order.id)
    settle(window, qtbot)
    other = window.page()
    assert isinstance(other, OrderPage)
    assert not other.first.isEnabled()
    other.asking.click()
    qtbot.waitUntil(lambda: requests(store) == ["open", "open"])
    settle(window, qtbot)
    qtbot.waitUntil(lambda: not other.asking.isVisible())
