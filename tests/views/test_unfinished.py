"""What was being typed is there again: on every kind of field, with the cursor where it was."""

from collections.abc import Callable
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop import settings
from desktop.models.further import details as further
from desktop.models.store import Store
from desktop.services import commands, unfinished
from desktop.services.matters import matters as inbox_matters
from desktop.services.unfinished import Unfinished
from desktop.views.coming_back import come_back, joined
from desktop.views.editors import LineEditor
from desktop.views.first_run import FirstRun
from desktop.views.inbox import InboxPage
from desktop.views.inbox_cards import TextBox
from desktop.views.look import Look
from desktop.views.quote_table import NAME
from desktop.views.quotes import QuotePage
from desktop.views.record_page import RecordPage
from desktop.views.settings_page import SettingsPage
from desktop.views.window import Window
from tests.screens import matters
from tests.screens.sample import Firm, conflict
from tests.views.pages import settle, stored, the_record


def kept(store: Store, qtbot: QtBot, text: str) -> None:
    """Wait until a text is in the vault."""
    qtbot.waitUntil(lambda: any(text in one.texts.values() for one in unfinished.find(store)))


def again(window: Window, window_on: Callable[[Store], Window], store: Store) -> Window:
    """The window as it comes after a kill: nothing was said to the first one."""
    window.desk.unfinished._timer.stop()  # noqa: SLF001  a killed program writes nothing more
    fresh = window_on(store)
    fresh.activateWindow()
    assert come_back(fresh)
    return fresh


def test_a_value_half_typed_comes_back(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("customer", firm.customers[0])
    fact = the_record(window).facts.facts["website"]
    fact.edit()
    editor = fact.findChild(LineEditor)
    assert isinstance(editor, LineEditor)
    QTest.keyClicks(editor, "xinghe.exampl")
    for _ in range(3):
        QTest.keyClick(editor, Qt.Key.Key_Left)
    kept(store, qtbot, "xinghe.exampl")
    qtbot.waitUntil(lambda: unfinished.find(store)[-1].cursor == 10)
    fresh = again(window, window_on, store)
    page = fresh.page()
    assert isinstance(page, RecordPage)
    found = page.facts.facts["website"].findChild(LineEditor)
    assert isinstance(found, LineEditor)
    assert (found.text(), found.cursorPosition()) == ("xinghe.exampl", 10)
    assert fresh.toast.words() == "What you were typing is here again"
    QTest.keyClick(found, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: unfinished.find(store) == [])


def test_a_long_text_comes_back_whole(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("customer", firm.customers[1])
    fact = the_record(window).facts.facts["remark"]
    fact.edit()
    editor = fact.findChild(QPlainTextEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "one")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "two 2")
    kept(store, qtbot, "one\ntwo 2")
    page = again(window, window_on, store).page()
    assert isinstance(page, RecordPage)
    found = page.facts.facts["remark"].findChild(QPlainTextEdit)
    assert found is not None
    assert found.toPlainText() == "one\ntwo 2"
    assert found.textCursor().position() == 9


def test_the_card_of_a_new_record_comes_back_and_escape_lets_it_go(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.ask_new("contact", {"customer_id": firm.customers[0]})
    QTest.keyClicks(window.new.editors["name"], "Zhang")
    window.new.editors["mobile"].setFocus()
    QTest.keyClicks(window.new.editors["mobile"], "138")
    kept(store, qtbot, "138")
    fresh = again(window, window_on, store)
    assert fresh.new.isVisible()
    texts = {name: each.typed() for name, each in fresh.new.editors.items()}
    assert (texts["name"], texts["mobile"]) == ("Zhang", "138")
    assert texts["customer_id"] == firm.customers[0]
    QTest.keyClick(fresh.new, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: unfinished.find(store) == [])


def test_a_press_beside_the_card_loses_nothing(window: Window, qtbot: QtBot, store: Store) -> None:
    window.ask_new("customer")
    QTest.keyClicks(window.new.editors["name"], "Half a na")
    window.new.put_aside()
    assert window.new.isHidden()
    window.ask_new("contact")
    assert window.new.editors["name"].typed() == ""
    window.new.dismiss()
    window.ask_new("customer")
    assert window.new.editors["name"].typed() == "Half a na"


def test_a_note_stays_with_the_record_it_is_about(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("customer", firm.customers[0])
    QTest.keyClicks(the_record(window).note, "price agreed, se")
    window.open_record("customer", firm.customers[1])
    assert the_record(window).note.text() == ""
    window.open_record("customer", firm.customers[0])
    assert the_record(window).note.text() == "price agreed, se"
    kept(store, qtbot, "price agreed, se")
    page = again(window, window_on, store).page()
    assert isinstance(page, RecordPage)
    assert page.note.text() == "price agreed, se"
    QTest.keyClick(page.note, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: unfinished.find(store) == [])


def test_a_cell_of_a_quote_comes_back(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("quote", firm.quote)
    page = window.page()
    assert isinstance(page, QuotePage)
    index = page.table.index(1, NAME)
    page.grid.setCurrentIndex(index)
    page.grid.edit(index)
    editor = page.grid.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Compressor, tw")
    QTest.keyClick(editor, Qt.Key.Key_Left)
    kept(store, qtbot, "Compressor, tw")
    qtbot.waitUntil(lambda: unfinished.find(store)[-1].cursor == 13)
    fresh = again(window, window_on, store).page()
    assert isinstance(fresh, QuotePage)
    QApplication.processEvents()
    found = fresh.grid.findChild(QLineEdit)
    assert found is not None
    assert (found.text(), found.cursorPosition()) == ("Compressor, tw", 13)


def test_what_an_input_method_still_composes_is_kept(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("customer", firm.customers[0])
    note = window.page().note  # type: ignore[attr-defined]
    note.setFocus()
    qtbot.keyClicks(note, "ask ")
    QApplication.sendEvent(note, QInputMethodEvent("xing'he", []))
    assert note.text() == "ask "
    qtbot.waitUntil(lambda: any("ask xing'he" in one.texts.values() for one in unfinished.find(store)))
    assert unfinished.find(store)[-1].cursor == len("ask xing'he")
    done = QInputMethodEvent("", [])
    done.setCommitString("星河")
    QApplication.sendEvent(note, done)
    qtbot.waitUntil(lambda: any("ask 星河" in one.texts.values() for one in unfinished.find(store)))


def test_an_address_typed_in_the_settings_comes_back(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.go("settings")
    page = window.page()
    assert isinstance(page, SettingsPage)
    page.turn("laptop")
    page.server.setFocus()
    QTest.keyClicks(page.server, "https://office.example")
    kept(store, qtbot, "https://office.example")
    fresh = again(window, window_on, store).page()
    assert isinstance(fresh, SettingsPage)
    assert (fresh.server.text(), fresh.server.cursorPosition()) == ("https://office.example", 22)


def third_text(window: Window, qtbot: QtBot, firm: Firm, store: Store, text: str) -> None:
    """Type a text of one's own over both of a matter, until it is kept."""
    matters.ONE_OF_EACH["text"](store, firm)
    window.go("inbox")
    page = window.page()
    assert isinstance(page, InboxPage)
    (box,) = page.findChildren(TextBox)
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    kept(store, qtbot, text)


def test_a_third_text_for_a_matter_comes_back_and_goes_when_it_is_decided(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    third_text(window, qtbot, firm, store, "neither of both")
    fresh = again(window, window_on, store).page()
    assert isinstance(fresh, InboxPage)
    found = fresh.findChildren(TextBox)[-1]  # one from the first look at the page goes with the next turn
    assert (found.toPlainText(), found.textCursor().position()) == ("neither of both", 15)
    fresh.decide()
    qtbot.waitUntil(lambda: unfinished.find(store) == [])


def test_what_arrives_leaves_the_keys_in_a_third_text_that_came_back(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    third_text(window, qtbot, firm, store, "call at ")
    fresh = again(window, window_on, store).page()
    assert isinstance(fresh, InboxPage)
    found = fresh.findChildren(TextBox)[-1]
    commands.run(store, store.me(), "customer.edit", firm.customers[1], values={"city": "无锡"})
    qtbot.wait(50)
    assert found.hasFocus()
    there = QApplication.focusWidget()
    assert there is not None
    QTest.keyClicks(there, "2")
    assert (found.toPlainText(), fresh.open_count()) == ("call at 2", 1)


def test_what_was_erased_or_used_opens_no_page(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    keeper = window.desk.unfinished
    window.go("settings")
    page = window.page()
    assert isinstance(page, SettingsPage)
    page.turn("laptop")
    page.server.setFocus()
    QTest.keyClicks(page.server, "https")
    assert keeper.last() is not None
    for _ in range(5):
        QTest.keyClick(page.server, Qt.Key.Key_Backspace)
    assert keeper.last() is None
    QTest.keyClicks(page.server, "https")
    joined(window)
    QTest.keyClick(page.server, Qt.Key.Key_Home)
    assert keeper.last() is None
    keeper.note(Unfinished("join", "settings", texts={"server": "https"}, focus="server"))
    store.set_local("office", {"url": "https://office.example"})
    window.go("today")
    assert not come_back(window)
    assert window.page() is not page
    keeper.note(Unfinished("matter", "inbox", uuid4().hex, texts={"text": "decided"}, focus="text"))
    assert not come_back(window)
    assert not isinstance(window.page(), InboxPage)
    assert keeper.last() is None


def test_what_was_typed_about_a_matter_goes_when_all_of_its_record_are_decided(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    conflict(store, firm)
    found = [one for one in inbox_matters(store) if one.record == firm.customers[0]]
    window.desk.unfinished.note(
        Unfinished("matter", "inbox", found[0].key.hex, texts={"text": "both"}, focus="text")
    )
    window.go("inbox")
    page = window.page()
    assert isinstance(page, InboxPage)
    assert page.come_back(found[0].key) is False  # this card has one line to type in, and no text
    page._all_resolver(found[0], "mine")()  # noqa: SLF001
    qtbot.waitUntil(lambda: window.desk.unfinished.last() is None)


def test_a_further_detail_is_lost_by_no_key_and_no_press_beside_its_box(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("customer", firm.customers[0])
    details = the_record(window).further
    details.take("Shift", "two")
    settle(window, qtbot)
    details.add.click()
    box = details.box
    assert box is not None
    QTest.keyClicks(box.name, "Shi")
    QTest.keyClick(box.name, Qt.Key.Key_Return)
    assert not box.isHidden()
    assert box.value.hasFocus()
    box.dismiss()  # as a press beside it does
    details.add.click()
    box = details.box
    assert box is not None
    assert box.name.text() == "Shi"
    box.name.setFocus()
    QTest.keyClicks(box.name, "ft")
    box.value.setFocus()
    QTest.keyClicks(box.value, "three")
    QTest.keyClick(box.value, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert not box.isHidden()
    assert "is there already" in box.told.text()
    assert further(stored(store, "customer", firm.customers[0])) == {"Shift": "two"}
    kept(store, qtbot, "three")
    page = again(window, window_on, store).page()
    assert isinstance(page, RecordPage)
    found = page.further.box
    assert found is not None
    assert (found.name.text(), found.value.text(), found.value.cursorPosition()) == ("Shift", "three", 5)
    for _ in range(2):
        QTest.keyClick(found.value, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: further(stored(store, "customer", firm.customers[0])) == {"Shift": "three"})
    qtbot.waitUntil(lambda: unfinished.find(store) == [])
    page.further.add.click()
    QTest.keyClicks(page.further.box.name, "given up")
    QTest.keyClick(page.further.box.name, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: unfinished.find(store) == [])


def test_what_was_typed_in_the_first_run_stands_there_again_but_for_what_is_secret(
    look: Look, qtbot: QtBot
) -> None:
    first = FirstRun(look)
    qtbot.addWidget(first)
    first.name_page.name.setText("Lin Yi")
    first.secret_page.first.setText("canary-passphrase")
    first.start_page.server.setText("https://office.example")
    first.start_page.code.setText("HY7-K3Q")
    qtbot.waitUntil(lambda: "server" in settings.load().first_run)
    assert "canary" not in settings.place().read_text(encoding="utf-8")
    assert "HY7" not in settings.place().read_text(encoding="utf-8")
    again = FirstRun(look)
    qtbot.addWidget(again)
    assert (again.name_page.name.text(), again.answers.name) == ("Lin Yi", "Lin Yi")
    assert again.start_page.server.text() == again.answers.server == "https://office.example"
    assert again.answers.start == "demo"  # joining is offered, not chosen
    again.go(2)
    again.start_page.choose("empty")
    again.forward()
    assert settings.load().first_run == {}


def test_a_total_that_is_being_typed_in_the_foot_of_a_quote_comes_back(
    window: Window, window_on: Callable[[Store], Window], qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("quote", firm.quote)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.foot.target.setFocus()
    page.foot.target.selectAll()
    QTest.keyClicks(page.foot.target, "250")
    qtbot.waitUntil(lambda: any(one.texts == {"target": "250"} for one in unfinished.find(store)))
    fresh = again(window, window_on, store).page()
    assert isinstance(fresh, QuotePage)
    assert (fresh.foot.target.text(), fresh.foot.target.cursorPosition()) == ("250", 3)
