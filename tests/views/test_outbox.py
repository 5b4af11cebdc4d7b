"""The outbox in a real window: what waits, why, and each way out of it."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import asides, commands, outbox
from desktop.services.clashes import Clashed
from desktop.views.editors import LineEditor
from desktop.views.outbox import PAGE, Outbox
from desktop.views.outbox_rows import CHANGE, ChangeDelegate
from desktop.views.quote_table import QUANTITY
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, stored, the_quote, the_record, type_in
from tests.views.test_quotes import edit_cell, row_of


def shown(window: Window, qtbot: QtBot) -> Outbox:
    """The popover with what waits read into it."""
    settle(window, qtbot)
    window.outbox.show_above(window.status.network)
    settle(window, qtbot)
    return window.outbox


def all_rows(box: Outbox, window: Window, qtbot: QtBot) -> int:
    """Read to the end of the list, page by page; how many rows there are."""
    model = box.rows.model()
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
        settle(window, qtbot)
    return model.rowCount()


def choose(box: Outbox, place: int) -> None:
    """A press on a row."""
    box.rows.setCurrentIndex(box.rows.model().index(place, 0))
    box.rows.clicked.emit(box.rows.currentIndex())


def edit(store: Store, record: UUID, **values: object) -> None:
    commands.run(store, store.me(), "customer.edit", record, values=values)


def put_aside(store: Store, record: UUID) -> None:
    """Something typed over a newer value, and not saved."""
    edit(store, record, website="theirs.example")
    values, seen = {"website": "mine.example"}, {"website": "never.example"}
    with pytest.raises(Clashed):
        asides.run(store, store.me(), "customer.edit", record, values=values, seen=seen)


def test_a_change_is_chosen_and_taken_back(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    customer = firm.customers[0]
    before = stored(store, "customer", customer)
    edit(store, customer, website="short.example")
    box = shown(window, qtbot)
    count = all_rows(box, window, qtbot)
    assert box.titles()[-1] == before.title
    choose(box, count - 1)
    assert box.take_back.isEnabled()
    press(qtbot, box.take_back)
    qtbot.waitUntil(lambda: stored(store, "customer", customer).website == before.website)
    settle(window, qtbot)
    assert all_rows(box, window, qtbot) == count - 1


def test_the_pages_of_the_list_are_all_of_it_once(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    for number in range(PAGE + 20):
        edit(store, firm.customers[number % 2], website=f"{number}.example")
    box = shown(window, qtbot)
    assert box.rows.model().rowCount() <= PAGE
    all_rows(box, window, qtbot)
    cards = [box.rows.model().index(n, 0).data(Qt.ItemDataRole.UserRole) for n in range(len(box.titles()))]
    assert [card.tx for card in cards] == [card.tx for card in outbox.cards(store)]
    assert len(cards) == outbox.count(store)


def test_a_change_is_edited_in_its_field(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    customer = firm.customers[0]
    edit(store, customer, website="short.example")
    box = shown(window, qtbot)
    choose(box, all_rows(box, window, qtbot) - 1)
    press(qtbot, box.change)
    settle(window, qtbot)
    assert box.isHidden()
    editor = the_record(window).facts.facts["website"].findChild(LineEditor)
    assert isinstance(editor, LineEditor)
    type_in(qtbot, editor, "shorter.example")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stored(store, "customer", customer).website == "shorter.example")
    settle(window, qtbot)


def test_what_was_not_saved_is_used_after_all(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    customer = firm.customers[0]
    put_aside(store, customer)
    box = shown(window, qtbot)
    choose(box, 0)
    card = box.card()
    assert card is not None
    assert card.state == "aside"
    assert (box.retry.text(), box.take_back.text()) == ("Use mine", "Let it go")
    press(qtbot, box.retry)
    qtbot.waitUntil(lambda: stored(store, "customer", customer).website == "mine.example")
    settle(window, qtbot)
    assert asides.find(store) == []


def test_what_was_not_saved_is_let_go_or_typed_on(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    customer = firm.customers[0]
    put_aside(store, customer)
    box = shown(window, qtbot)
    choose(box, 0)
    press(qtbot, box.change)
    settle(window, qtbot)
    fact = the_record(window).facts.facts["website"]
    editor = fact.findChild(LineEditor)
    assert isinstance(editor, LineEditor)
    assert editor.text() == "mine.example", "nobody types it twice"
    key(qtbot, editor, Qt.Key.Key_Escape)
    box = shown(window, qtbot)
    choose(box, 0)
    press(qtbot, box.take_back)
    qtbot.waitUntil(lambda: asides.find(store) == [])
    settle(window, qtbot)
    assert stored(store, "customer", customer).website == "theirs.example"


def test_a_cell_that_was_not_saved_opens_with_what_was_typed(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    page = the_quote(window)
    row = row_of(page, "PIP-AL80")
    line = page.table.rows[row].line
    typed: dict[str, Any] = {"values": {"quantity": Decimal(99)}, "seen": {"quantity": Decimal(1)}}
    typed["line_id"] = line.id
    with pytest.raises(Clashed):
        asides.run(store, store.me(), "quote.set_line", firm.quote, **typed)
    window.go("customer")
    box = shown(window, qtbot)
    choose(box, 0)
    press(qtbot, box.change)
    settle(window, qtbot)
    page = the_quote(window)
    editor: Any = page.grid.indexWidget(page.table.index(row, QUANTITY))
    assert editor is not None
    assert editor.text() == "99"
    key(qtbot, editor, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "quote_line", line.id).quantity == 99


def test_what_was_typed_into_a_removed_line_waits_and_says_that_the_line_is_gone(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    page = the_quote(window)
    row = row_of(page, "PIP-AL80")
    editor = edit_cell(qtbot, page, row, QUANTITY)
    type_in(qtbot, editor, "77")
    line = page.table.rows[row].line.id
    commands.run(store, store.me(), "quote.remove_line", firm.quote, line_id=line)
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.mine for one in asides.find(store)] == [Decimal(77)])
    settle(window, qtbot)
    box = shown(window, qtbot)
    choose(box, 0)
    with qtbot.waitSignal(window.desk.refused):
        press(qtbot, box.change)
    settle(window, qtbot)


def test_an_empty_outbox_says_so(window_on: Any, empty_store: Store, qtbot: QtBot) -> None:
    window = window_on(empty_store)
    box = shown(window, qtbot)
    assert box.titles() == []
    assert box._empty.isVisible()  # noqa: SLF001


def test_what_a_person_must_decide_is_shown_alone(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    put_aside(store, firm.customers[0])
    box = shown(window, qtbot)
    waiting = all_rows(box, window, qtbot) - 1
    assert box.kinds.button("decided").text() == "For you to decide 1"
    press(qtbot, box.kinds.button("decided"))
    assert [box.rows.model().index(n, 0).data(CHANGE).state for n in range(len(box.titles()))] == ["aside"]
    press(qtbot, box.kinds.button("waits"))
    assert all_rows(box, window, qtbot) == waiting
    press(qtbot, box.kinds.button(""))
    assert all_rows(box, window, qtbot) == waiting + 1


def test_a_press_on_the_end_of_a_row_takes_it_back(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    before = stored(store, "customer", firm.customers[0]).website
    edit(store, firm.customers[0], website="short.example")
    box = shown(window, qtbot)
    last = box.rows.model().index(all_rows(box, window, qtbot) - 1, 0)
    box.rows.scrollTo(last)
    deeds = box.rows.itemDelegate()
    assert isinstance(deeds, ChangeDelegate)
    qtbot.mouseClick(
        box.rows.viewport(),
        Qt.MouseButton.LeftButton,
        pos=deeds.deed_room(box.rows.visualRect(last)).center(),
    )
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).website == before)
    settle(window, qtbot)
