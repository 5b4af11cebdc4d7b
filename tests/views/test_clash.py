"""A value that changed while somebody typed: the card with mine, current and original in a real window."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands
from desktop.views.clash import ClashCard
from desktop.views.editors import LineEditor
from desktop.views.form import Fact
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, stored, the_record, type_in


def clashing(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> tuple[Fact, ClashCard]:
    """Type into a field that somebody changes before Enter is pressed."""
    customer = firm.customers[0]
    window.open_record("customer", customer)
    fact = the_record(window).facts.facts["website"]
    press(qtbot, fact.value)
    editor = fact.findChild(LineEditor)
    assert isinstance(editor, LineEditor)
    commands.run(store, store.me(), "customer.edit", customer, values={"website": "theirs.example"})
    settle(window, qtbot)
    type_in(qtbot, editor, "mine.example")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: fact.card is not None)
    assert fact.card is not None
    assert stored(store, "customer", customer).website == "theirs.example"
    return fact, fact.card


@pytest.mark.parametrize(("side", "left"), [("mine", "mine.example"), ("current", "theirs.example")])
def test_the_card_shows_the_three_values_and_writes_what_is_chosen(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, side: str, left: str
) -> None:
    fact, card = clashing(window, qtbot, firm, store)
    assert (card.clash.mine, card.clash.current) == ("mine.example", "theirs.example")
    press(qtbot, card.mine if side == "mine" else card.current)
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).website == left)
    settle(window, qtbot)
    assert fact.card is None
    assert fact.value.text() == left


def test_enter_takes_mine_and_escape_goes_on_typing(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    fact, card = clashing(window, qtbot, firm, store)
    key(qtbot, card, Qt.Key.Key_Escape)
    assert fact.card is None
    editor = fact.findChild(LineEditor)
    assert isinstance(editor, LineEditor)
    assert editor.text() == "mine.example"
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).website == "mine.example")
    settle(window, qtbot)


def test_a_change_is_chosen_in_the_outbox_and_taken_back(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    customer = firm.customers[0]
    before = stored(store, "customer", customer).website
    settle(window, qtbot)
    commands.run(store, store.me(), "customer.edit", customer, values={"website": "short.example"})
    settle(window, qtbot)
    window.outbox.show_above(window.status.network)
    box = window.outbox
    before_count = len(box.titles())
    assert box.titles()[-1] == stored(store, "customer", customer).title
    box.rows.setCurrentIndex(box.rows.model().index(before_count - 1, 0))
    box.rows.clicked.emit(box.rows.currentIndex())
    assert box.take_back.isEnabled()
    press(qtbot, box.take_back)
    qtbot.waitUntil(lambda: stored(store, "customer", customer).website == before)
    settle(window, qtbot)
    assert len(box.titles()) == before_count - 1
