"""The inbox in a real window: keys, a third value typed in place, taking a decision back."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.models.records import QuoteLine
from desktop.models.store import Store
from desktop.services import commands
from desktop.services import inbox as decisions
from desktop.views.buttons import Button
from desktop.views.comparison import lines_of
from desktop.views.inbox import InboxPage
from desktop.views.window import Window
from tests.screens.sample import Firm, conflict
from tests.views.pages import key, press, settle, stored, type_in


def shown(window: Window, qtbot: QtBot) -> InboxPage:
    """The inbox with two decisions, the phone of a customer first."""
    settle(window, qtbot)
    window.go("inbox")
    page = window.page()
    assert isinstance(page, InboxPage)
    assert page.open_count() == 2
    return page


def test_keys_decide_and_take_it_back(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    conflict(store, firm)
    window = window_on(store)
    page = shown(window, qtbot)
    before = stored(store, "customer", firm.customers[0]).phone
    key(qtbot, page, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: page.open_count() == 1)
    assert stored(store, "customer", firm.customers[0]).phone == "138 0000 0001" != before
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.open_count() == 2)
    assert stored(store, "customer", firm.customers[0]).phone == "138 1290 8866"
    settle(window, qtbot)


def test_what_was_decided_stays_on_the_other_face_and_is_decided_again(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    conflict(store, firm)
    window = window_on(store)
    page = shown(window, qtbot)
    todo, past = page.faces.tabs
    key(qtbot, page, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: page.open_count() == 1)
    press(qtbot, past)
    assert (page.open_count(), page.choices) == (1, None)
    assert page.matter is not None
    decided = page.matter.key
    said = [each.text() for each in page.findChildren(QLabel)]
    assert decisions.SAID["mine"].text in said
    again = next(each for each in page.findChildren(Button) if each.text() == "Decide again")
    press(qtbot, again)
    qtbot.waitUntil(lambda: page.open_count() == 2)
    assert todo.isChecked()
    assert page.matter is not None
    assert page.matter.key == decided
    assert stored(store, "customer", firm.customers[0]).phone == "138 1290 8866"
    settle(window, qtbot)
    press(qtbot, past)
    assert page.open_count() == 0


def test_another_price_is_typed_in_place_and_weighed_before(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    conflict(store, firm)
    window = window_on(store)
    page = shown(window, qtbot)
    key(qtbot, page, Qt.Key.Key_Down)
    entry = next(one for one in window.desk.conflicts() if one.type == "quote_line")
    assert [line.label.text for line in lines_of(window.desk, entry)][1:] == [
        "Amount of the line",
        "Total of the quote",
        "Tax",
        "Difference from before",
    ]
    field = page.findChildren(QLineEdit)[-1]
    qtbot.keyClicks(field, "13700")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.open_count() == 1)
    with store.reading() as session:
        line = session.scalars(select(QuoteLine).where(QuoteLine.id == entry.record)).one()
    assert line.unit_price == Decimal(13700)
    settle(window, qtbot)


def test_what_arrives_moves_nobody_to_another_decision_and_leaves_what_is_typed(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    conflict(store, firm)
    window = window_on(store)
    page = shown(window, qtbot)
    key(qtbot, page, Qt.Key.Key_Down)
    entry = next(one for one in window.desk.conflicts() if one.type == "quote_line")
    commands.run(store, store.me(), "customer.edit", firm.customers[1], values={"city": "无锡"})
    settle(window, qtbot)
    field = page.findChildren(QLineEdit)[-1]
    type_in(qtbot, field, "99")
    commands.run(store, store.me(), "customer.edit", firm.customers[1], values={"city": "苏州"})
    settle(window, qtbot)
    assert field.text() == "99"
    key(qtbot, field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.open_count() == 1)
    assert stored(store, "quote_line", entry.record).unit_price == Decimal(99)
    settle(window, qtbot)
