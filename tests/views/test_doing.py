"""Keys that a person may change, sentences that act, links, windows torn off, and why a value is so."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.errors import Refused
from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.rules import typed
from desktop.services import records
from desktop.views import keymap
from desktop.views.editors import LineEditor
from desktop.views.look import Look
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, stored, the_list, the_record

# Keys


def test_keys_can_be_chosen_and_work_at_once(window: Window, qtbot: QtBot) -> None:
    keymap.rebind("palette", "Ctrl+P")
    window.doing.renew()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_box.isHidden()
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_box.isVisible()
    keymap.reset()
    assert keymap.all_keys()["palette"] == "Ctrl+K"


def test_the_palette_lies_over_all_of_a_window_that_grows_or_shrinks(window: Window) -> None:
    window.resize(1100, 700)
    window.open_palette()
    box = window.palette_box
    assert box.scrim.size() == window.size()
    for width, height in ((1400, 860), (900, 620)):
        window.resize(width, height)
        assert box.scrim.size() == window.size()
        assert box.scrim._behind is None  # noqa: SLF001  the picture is of another size
        assert abs(box.geometry().center().x() - window.width() // 2) <= 1
    box.dismiss()


def test_keys_that_mean_something_else_are_refused_with_words() -> None:
    for keys, why in (
        ("Ctrl+Z", "Ctrl+Z already means “Undo”."),
        ("Alt+W", "Alt+W always means “Why is this value so?”."),
        ("Ctrl+C", "Ctrl+C belongs to every text field."),
        ("Ctrl+Nothing", "These are no keys that can be used."),
    ):
        with pytest.raises(Refused) as refused:
            keymap.rebind("palette", keys)
        assert str(refused.value) == why
    keymap.rebind("undo", "")
    keymap.rebind("palette", "Ctrl+Z")
    with pytest.raises(Refused, match="already means"):
        keymap.reset("undo")


def test_no_two_actions_come_with_the_same_keys() -> None:
    keys = [keymap.plain(each.keys) for each in (*keymap.ACTIONS, *keymap.FIXED)]
    assert len(set(keys)) == len(keys)
    assert all(keys)


def test_the_sheet_shows_every_key_and_any_key_closes_it(window: Window, qtbot: QtBot) -> None:
    keymap.rebind("lock", "Ctrl+Shift+L")
    window.doing.show_keys()
    sheet = window.doing.sheet
    assert sheet is not None
    assert sheet.isVisible()
    assert {words for words, _ in sheet.words()} == {
        each.words.text for each in (*keymap.ACTIONS, *keymap.FIXED)
    }
    assert ("Lock", "Ctrl+Shift+L") in sheet.words()
    QTest.keyClick(sheet, Qt.Key.Key_Space)
    assert sheet.isHidden()


def test_a_question_mark_opens_the_sheet_but_not_while_one_types(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    page.note.setFocus()
    QTest.keyClicks(page.note, "why?")
    assert page.note.text() == "why?"
    assert window.doing.sheet is None
    page.note.clear()
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert window.doing.sheet is not None


# Sentences


def typed_in(window: Window, text: str) -> list[str]:
    window.open_palette()
    window.palette_box.entry.setText(text)
    return window.palette_box.titles()


def newest(store: Store, kind: str) -> object:
    with store.reading() as session:
        return records.page(session, RECORDS[kind], limit=1)[0]


@pytest.mark.parametrize("text", ["跟进 张总 下周二", "follow up zhang next tue", "下周二跟进张总"])
def test_a_sentence_with_a_day_makes_a_task(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, text: str
) -> None:
    titles = typed_in(window, text)
    assert titles[0].startswith("New task: ")
    QTest.keyClick(window.palette_box, Qt.Key.Key_Return)
    settle(window, qtbot)
    task = newest(store, "task")
    assert task.due_on == typed.day("下周二", date.today())  # type: ignore[attr-defined]  # noqa: DTZ011
    assert task.customer_id == firm.customers[0]  # type: ignore[attr-defined]
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "task", task.id).deleted_at is not None  # type: ignore[attr-defined]


def test_a_day_alone_moves_the_record_at_hand(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    window.open_record("customer", firm.customers[0])
    assert typed_in(window, "+3d")[0].startswith("Due of ") or "next" in typed_in(window, "+3d")[0].casefold()
    QTest.keyClick(window.palette_box, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).next_on == typed.day("+3d", date.today())  # noqa: DTZ011


def test_an_amount_makes_an_opportunity_or_changes_the_one_at_hand(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("customer", firm.customers[0])
    assert typed_in(window, "余热回收 35万")[0] == "New opportunity: 余热回收, ¥350,000"
    QTest.keyClick(window.palette_box, Qt.Key.Key_Return)
    settle(window, qtbot)
    made = newest(store, "opportunity")
    assert (made.name, made.amount) == ("余热回收", 35_000_000)  # type: ignore[attr-defined]
    assert made.customer_id == firm.customers[0]  # type: ignore[attr-defined]
    window.open_record("opportunity", made.id)  # type: ignore[attr-defined]
    typed_in(window, "¥50k")
    QTest.keyClick(window.palette_box, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "opportunity", made.id).amount == 5_000_000  # type: ignore[attr-defined]


def test_a_search_is_not_taken_for_a_sentence(window: Window, qtbot: QtBot) -> None:
    for text in ("xhjm", "8866", "Q2611", "星河", "2026"):
        assert not any(title.startswith("New ") and ":" in title for title in typed_in(window, text)[:1])


# Links and windows


def test_a_link_is_copied_and_opens_its_record(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.open_record("customer", firm.customers[0])
    window.doing.copy_link()
    link = QGuiApplication.clipboard().text()
    assert link == f"satchel://customer/{firm.customers[0].hex}"
    window.go("quote")
    typed_in(window, link)
    QTest.keyClick(window.palette_box, Qt.Key.Key_Return)
    assert the_record(window).record_id == firm.customers[0]
    assert not window.doing.open_link("https://customer/7")
    window.doing.open_link(f"satchel://spaceship/{firm.customers[0].hex}")
    assert window.bar.words() == "This link names nothing that this program knows."
    window.doing.open_link(f"satchel://customer/{'0' * 32}")
    assert window.bar.words() == "This customer is no longer on this laptop."


def test_a_record_is_torn_off_once_and_lives_with_its_window(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.open_record("customer", firm.customers[0])
    window.doing.tear()
    [torn] = window.doing.torn.windows
    assert torn.isVisible()
    assert torn.windowTitle() == "苏州星河精密机械有限公司"
    window.doing.tear()
    assert window.doing.torn.windows == [torn]
    fact = torn.page.facts.facts["phone"]  # type: ignore[union-attr]
    window.desk.edit("customer", firm.customers[0], {"phone": "0512 1"})
    qtbot.waitUntil(lambda: fact.value.text() == "0512 1")
    torn.page.opened.emit("quote", firm.quote)
    assert len(window.doing.torn.windows) == 2
    QTest.keyClick(torn, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert len(window.doing.torn.windows) == 1
    window.doing.torn.close_all()
    assert window.doing.torn.windows == []


# Why is it so, and what is still to be asked


def test_any_value_says_why_it_is_so(window: Window, qtbot: QtBot, firm: Firm, look: Look) -> None:
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    window.desk.edit("customer", firm.customers[0], {"phone": "0512 8888"})
    settle(window, qtbot)
    window.activateWindow()
    page.facts.facts["phone"].value.setFocus()
    QTest.keyClick(page.facts.facts["phone"].value, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    why = page.facts.why
    assert why is not None
    assert why.isVisible()
    title, said, *rest = why.words()
    assert title == "Why is “Phone” 0512 8888?"
    assert "changed it from 138 1290 8866 to 0512 8888." in said
    assert any("this laptop" in each for each in rest)
    assert "Sync: Only on this laptop" in rest
    assert any("138 1290 8866" in each for each in rest)
    QTest.keyClick(why, Qt.Key.Key_Escape)
    assert why.isHidden()


def test_what_is_empty_is_asked_for_by_chips(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    ask = page.facts.to_ask
    assert ask is not None
    assert page.facts.facts["email"].isHidden()
    assert page.facts.facts["phone"].isVisible()
    ask.chips["email"].click()
    QApplication.processEvents()
    assert page.facts.facts["email"].isVisible()
    editor = page.facts.facts["email"].findChild(LineEditor)
    assert editor is not None
    QTest.keyClicks(editor, "z@xinghe.example")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).email == "z@xinghe.example"
    assert "email" not in ask.chips
    ask.more.click()
    assert len(ask.chips) > 6


def test_a_list_still_makes_its_record_with_one_key(window: Window, qtbot: QtBot) -> None:
    window.go("task")
    the_list(window).setFocus()
    QTest.keyClick(the_list(window), Qt.Key.Key_N)
    assert window.new.isVisible()
