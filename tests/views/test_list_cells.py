"""Typing in a list as in a spreadsheet; each habit with real keys, an input method among them."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models import further
from desktop.models.records import Coupon, Opportunity, Quote
from desktop.models.store import Store
from desktop.services import commands
from desktop.views import cells
from desktop.views.list_page import ListPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, press_row, settle, stored, the_list


def column(page: ListPage, name: str) -> int:
    return [each.name for each in page.table.columns].index(name)


def step_in(qtbot: QtBot, page: ListPage, place: int, name: str) -> None:
    press_row(qtbot, page, place)
    page.list.setFocus()
    page.list.step_in(column(page, name))


def editor(page: ListPage) -> QLineEdit:
    assert page.list.typing()
    found = page.list.viewport().findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    return found


def test_f2_edits_enter_keeps_and_goes_down(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    page = the_list(window)
    press_row(qtbot, page, 1)
    key(qtbot, page.list, Qt.Key.Key_F2)
    line = editor(page)
    line.selectAll()
    qtbot.keyClicks(line, "Mingtai")
    key(qtbot, line, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[1]).name == "Mingtai"
    assert page.list.currentIndex().row() == 2
    assert not page.list.typing()


def test_typing_replaces_and_tab_goes_right(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    page = the_list(window)
    step_in(qtbot, page, 2, "next_step")
    qtbot.keyClicks(page.list, "n")
    assert not window.new.isVisible()
    line = editor(page)
    qtbot.keyClicks(line, "ew visit")
    key(qtbot, line, Qt.Key.Key_Tab)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[2]).next_step == "new visit"
    assert page.table.columns[page.list.currentIndex().column()].name == "next_on"
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[2]).next_step != "new visit"


def test_escape_leaves_the_cell_as_it_was_and_then_the_cell(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    step_in(qtbot, page, 0, "next_step")
    before = stored(store, "customer", firm.customers[0]).next_step
    qtbot.keyClicks(page.list, "x")
    key(qtbot, editor(page), Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).next_step == before
    assert page.list.walking()
    key(qtbot, page.list, Qt.Key.Key_Escape)
    assert not page.list.walking()
    assert page.panel.isVisible()


def test_an_input_method_opens_the_cell_and_its_text_stays(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    step_in(qtbot, page, 3, "next_step")
    composing = QInputMethodEvent("yanshou", [])
    QCoreApplication.sendEvent(page.list, composing)
    line = editor(page)
    done = QInputMethodEvent("", [])
    done.setCommitString("验收")
    QCoreApplication.sendEvent(page.list, done)
    assert line.text() == "验收"
    key(qtbot, line, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[3]).next_step == "验收"


def test_ctrl_semicolon_is_today_and_a_day_is_typed_as_one_says_it(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    today = date.today()  # noqa: DTZ011
    step_in(qtbot, page, 4, "next_on")
    key(qtbot, page.list, Qt.Key.Key_Semicolon, control=True)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[4]).next_on == today
    key(qtbot, page.list, Qt.Key.Key_F2)
    qtbot.keyClicks(page.list, "t") if not page.list.typing() else None
    line = editor(page)
    line.setText("tomorrow")
    key(qtbot, line, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[4]).next_on == today + timedelta(1)


def test_delete_empties_a_cell_and_what_cannot_be_is_refused(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    step_in(qtbot, page, 5, "next_step")
    key(qtbot, page.list, Qt.Key.Key_Delete)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[5]).next_step == ""
    step_in(qtbot, page, 5, "grade")
    qtbot.keyClicks(page.list, "q")
    key(qtbot, editor(page), Qt.Key.Key_Return)
    settle(window, qtbot)
    assert window.bar.isVisible()
    assert stored(store, "customer", firm.customers[5]).grade != "q"


def test_ctrl_d_fills_the_selected_rows_as_one_step(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    step_in(qtbot, page, 0, "next_step")
    wanted = stored(store, "customer", firm.customers[0]).next_step
    model = page.list.selectionModel()
    flags = model.SelectionFlag
    for place in (1, 2):
        model.select(page.table.index(place, 0), flags.Select | flags.Rows)
    key(qtbot, page.list, Qt.Key.Key_D, control=True)
    settle(window, qtbot)
    assert [stored(store, "customer", firm.customers[n]).next_step for n in range(3)] == [wanted] * 3
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[1]).next_step != wanted


def test_a_block_is_pasted_after_a_look_at_it(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    page = the_list(window)
    step_in(qtbot, page, 1, "next_step")
    QGuiApplication.clipboard().setText("Send\t2026-12-05\nMeasure\tnever\n")
    key(qtbot, page.list, Qt.Key.Key_V, control=True)
    box = page.edits.box
    assert box is not None
    assert box.isVisible()
    assert [cell.refused is None for cell in box.cells] == [False, True, True, True]
    press(qtbot, box.apply)
    settle(window, qtbot)
    first, second = (stored(store, "customer", firm.customers[n]) for n in (1, 2))
    assert (first.next_step, first.next_on) == ("Send", date(2026, 12, 5))
    assert second.next_step == "Measure"
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[2]).next_step != "Measure"


def test_enter_and_tab_walk_without_typing(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    step_in(qtbot, page, 0, "grade")
    key(qtbot, page.list, Qt.Key.Key_Return)
    assert page.list.currentIndex().row() == 1
    qtbot.keyClick(page.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert page.list.currentIndex().row() == 0
    key(qtbot, page.list, Qt.Key.Key_Tab)
    assert page.table.columns[page.list.currentIndex().column()].name == "stage"
    qtbot.keyClick(page.list, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert page.table.columns[page.list.currentIndex().column()].name == "grade"


@pytest.mark.parametrize(("typed", "code"), [("Trial", "trial"), ("试用", "trial")])
def test_a_choice_is_typed_by_its_word(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, typed: str, code: str
) -> None:
    page = the_list(window)
    step_in(qtbot, page, 0, "stage")
    qtbot.keyClicks(page.list, "x")
    line = editor(page)
    line.setText(typed)
    key(qtbot, line, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).stage == code


def test_further_details_are_typed_filled_and_pasted_in_cells(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    first, second, third = firm.customers[:3]
    for one, custom in ((first, {"import": {"机床台数": "12"}}), (second, {"班次": "two"})):
        commands.run(store, store.me(), "customer.edit", one, values={"custom": custom})
    page = the_list(window)
    shown = ("name", "custom.机床台数", "custom.班次")
    page.show_otherwise(columns=shown)
    settle(window, qtbot)

    def kept(one: UUID) -> dict[str, str]:
        settle(window, qtbot)
        return further.details(stored(store, "customer", one))

    step_in(qtbot, page, 0, shown[1])
    qtbot.keyClicks(page.list, "1")
    line = editor(page)
    qtbot.keyClicks(line, "4")
    assert line.accessibleName() == "机床台数"
    key(qtbot, line, Qt.Key.Key_Return)
    assert kept(first) == {"机床台数": "14"}
    assert stored(store, "customer", first).custom == {"import": {"机床台数": "14"}}
    page.list.selectRow(0)
    page.select_all_of([second, third])
    page.edits.fill_down(shown[1])
    assert kept(second) == {"机床台数": "14", "班次": "two"}
    assert kept(third) == {"机床台数": "14"}
    window.desk.undo()
    assert (kept(second), kept(third)) == ({"班次": "two"}, {})
    step_in(qtbot, page, 1, shown[1])
    QGuiApplication.clipboard().setText("8\tthree\n9\n")
    key(qtbot, page.list, Qt.Key.Key_V, control=True)
    box = page.edits.box
    assert box is not None
    assert [(box.field(cell), box.said(cell, cell.new)) for cell in box.cells[:2]] == [
        ("机床台数", "8"), ("班次", "three"),
    ]  # fmt: skip
    press(qtbot, box.apply)
    assert (kept(second), kept(third)) == ({"机床台数": "8", "班次": "three"}, {"机床台数": "9"})
    step_in(qtbot, page, 1, shown[2])
    key(qtbot, page.list, Qt.Key.Key_Delete)
    assert kept(second) == {"机床台数": "8"}
    step_in(qtbot, page, 1, shown[2])
    key(qtbot, page.list, Qt.Key.Key_Semicolon, control=True)
    assert kept(second)["班次"] == date.today().isoformat()  # noqa: DTZ011


def test_totals_are_in_units_of_their_currency() -> None:
    assert [cells.exact(each, "CNY") for each in (36_900_000, -5)] == ["¥369,000.00", "−¥0.05"]
    assert [cells.exact(30_000, each) for each in ("JPY", "KWD")] == ["¥30,000", "KWD 30.000"]
    assert cells.sum_of(Quote(payable=30_000, currency="JPY")) == "¥30,000"
    assert cells.sum_of(Quote(payable=30_000, currency="CNY")) == "¥300"
    assert cells.sum_of(Opportunity(amount=30_000, currency="JPY")) == "¥300"
    assert cells.sum_of(Quote(payable=None)) == ""


def test_a_code_stands_in_its_column_in_every_language() -> None:
    coupon = Coupon(code="EXPO-2026", name="展会专享券", name_en="Fair coupon")
    shown = {
        (name, language): cells.title(cells.Row(coupon), name, language, date(2026, 11, 22)).text
        for name in ("code", "name")
        for language in ("zh", "en")
    }
    assert shown == {
        ("code", "zh"): "EXPO-2026",
        ("code", "en"): "EXPO-2026",
        ("name", "zh"): "展会专享券",
        ("name", "en"): "Fair coupon",
    }
