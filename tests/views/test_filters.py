"""Filter chips, the builder behind them, what is typed to narrow, groups, columns, and coming back to it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.rules import ordering
from desktop.rules.filters import ANY, Condition, Group, every
from desktop.services import commands
from desktop.views.cells import Row, money
from desktop.views.filters.chips import FilterChip
from desktop.views.filters.values import Picks, ValueEditor
from desktop.views.list_page import ListPage
from desktop.views.tables import PAGE, Head
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, press_row, settle, the_list, type_in

VIP = Condition("grade", "one_of", ("vip",))


def shown(page: ListPage) -> list[str]:
    return [row.record.title for row in page.table.records()]


def chips(page: ListPage) -> list[str]:
    return [chip.text() for chip in page.filters.chips.chips]


def cross(qtbot: QtBot, chip: FilterChip) -> None:
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 8, chip.height() // 2))


def test_a_chip_says_its_condition_and_its_cross_takes_it_away(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.show_otherwise(where=every(VIP, Condition("next_on", "in", "past")))
    settle(window, qtbot)
    assert chips(page) == ["Grade VIP", "Due before today"]
    few = page.total()
    cross(qtbot, page.filters.chips.chips[1])
    settle(window, qtbot)
    assert chips(page) == ["Grade VIP"]
    assert few <= page.total() < 20
    page.filters.chips.chips[0].setFocus()
    key(qtbot, page.filters.chips.chips[0], Qt.Key.Key_Delete)
    settle(window, qtbot)
    assert (chips(page), page.total()) == ([], 20)


def test_the_chips_of_a_view_are_its_own_and_a_new_one_is_marked(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    press(qtbot, page.tabs["best"])
    assert chips(page) == ["Grade VIP or A"]
    assert page.filters.save.isHidden()
    page.show_otherwise(where=every(*page.state.now.where.parts, Condition("city", "filled")))  # type: ignore[union-attr]
    assert page.filters.save.isVisible()
    press(qtbot, page.filters.reset)
    assert chips(page) == ["Grade VIP or A"]


def test_a_press_on_a_chip_edits_it_and_the_list_follows(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.show_otherwise(where=every(Condition("city", "contains", "苏")))
    settle(window, qtbot)
    press(qtbot, page.filters.chips.chips[0])
    builder = page.filters.builder
    assert builder is not None
    assert builder.isVisible()
    line = builder.findChild(ValueEditor).parts[0]
    assert isinstance(line, QLineEdit)
    type_in(qtbot, line, "昆山")
    key(qtbot, line, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert chips(page) == ["City contains “昆山”"]
    assert page.total() == 1


def test_another_operator_keeps_the_value_that_still_suits(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.show_otherwise(where=every(Condition("city", "contains", "昆山")))
    page.filters.edit(0)
    builder = page.filters.builder
    assert builder is not None
    operator = builder.lines[(0,)].findChildren(QComboBox)[1]
    operator.setCurrentIndex(operator.findData("lacks"))
    operator.activated.emit(operator.currentIndex())
    settle(window, qtbot)
    assert page.state.now.where == every(Condition("city", "lacks", "昆山"))
    assert page.total() == 19


def test_groups_hold_any_or_none_of_theirs(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.filters.edit(0)
    builder = page.filters.builder
    assert builder is not None
    builder.add("grade")
    picks = builder.findChild(Picks)
    for action in picks.menu.actions():
        if action.text() in ("VIP", "A"):
            action.trigger()
    settle(window, qtbot)
    assert page.total() == 10
    both = Group(ANY, (VIP, Condition("city", "is", "昆山")))
    builder.ask(every(both), QPoint(100, 100))
    builder.changed.emit(builder.result())
    settle(window, qtbot)
    vip = page.total()
    how = builder.lines[(0,)].findChild(QComboBox)
    how.setCurrentIndex(how.findData("none"))
    how.activated.emit(how.currentIndex())
    settle(window, qtbot)
    assert page.total() == 20 - vip
    assert "not (Grade VIP, or City is 昆山)" in builder._said.text()  # noqa: SLF001


def test_what_is_typed_narrows_at_once_and_enter_makes_a_chip(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    key(qtbot, page.list, Qt.Key.Key_F, control=True)
    entry = page.filters.entry
    assert entry.hasFocus()
    qtbot.keyClicks(entry, "xhjm")
    settle(window, qtbot)
    assert shown(page) == ["苏州星河精密机械有限公司"]
    key(qtbot, entry, Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert page.table.rowCount() == 20
    qtbot.keyClicks(entry, "grade: vip")
    key(qtbot, entry, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert chips(page) == ["Grade VIP"]


def test_a_sentence_with_an_operator_is_read_as_one(window: Window, qtbot: QtBot) -> None:
    window.go("opportunity")
    page = the_list(window)
    entry = page.filters.entry
    entry.setFocus()
    qtbot.keyClicks(entry, "amount > 500000")
    settle(window, qtbot)
    assert all(row.value("amount") > 50_000_000 for row in page.table.records())
    key(qtbot, entry, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert chips(page) == ["Amount above 500,000"]
    assert entry.text() == ""


def test_an_empty_result_says_so_and_one_press_clears_it(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.show_otherwise(where=every(Condition("city", "is", "Mars")))
    settle(window, qtbot)
    assert page.no_match.isVisible()
    assert page.no_match.button is not None
    press(qtbot, page.no_match.button)
    settle(window, qtbot)
    assert page.list.isVisible()
    assert page.total() == 20


# Groups and columns


def heads(page: ListPage) -> list[tuple[object, int]]:
    return [(line.bucket.key, line.bucket.count) for line in page.table.rows if isinstance(line, Head)]


def test_groups_fold_and_unfold_and_say_their_counts(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.filters.group_by("grade")
    settle(window, qtbot)
    assert [found for found, _ in heads(page)] == ["vip", "a", "b", "c"]
    assert sum(count for _, count in heads(page)) == len(page.table.records()) == 20
    first = page.list.visualRect(page.table.index(0, 0)).center()
    qtbot.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=first)
    vips = heads(page)[0][1]
    assert len(page.table.records()) == 20 - vips
    page.list.setFocus()
    page.list.setCurrentIndex(page.table.index(0, 0))
    key(qtbot, page.list, Qt.Key.Key_Right)
    assert len(page.table.records()) == 20
    page.table.fold_all(True)
    assert page.table.records() == []
    assert len(heads(page)) == 4


def test_a_group_that_folds_leaves_one_on_the_record_one_was_on(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.filters.group_by("grade")
    settle(window, qtbot)
    last = page.table.records()[-1]
    page.select(last.id)
    settle(window, qtbot)
    page.list.fold(0)
    settle(window, qtbot)
    assert [each.id for each in page.chosen()] == [last.id]
    row = page.panel.row()
    assert row is not None
    assert row.id == last.id
    heads_at = [n for n, line in enumerate(page.table.rows) if isinstance(line, Head)]
    page.list.fold(heads_at[-1])
    settle(window, qtbot)
    assert page.chosen() == []
    assert not page.panel.isVisible()  # its record lies in a group that is folded


def test_a_group_shows_its_pages_one_after_the_other(
    window_on: Callable[[Store], Window], empty_store: Store, qtbot: QtBot
) -> None:
    me = empty_store.me()
    for number in range(PAGE + 20):
        grade = "vip" if number < PAGE + 5 else "a"
        commands.run(empty_store, me, "customer.new", values={"name": f"No. {number:03}", "grade": grade})
    window = window_on(empty_store)
    page = the_list(window)
    page.filters.group_by("grade")
    settle(window, qtbot)
    assert heads(page) == [("vip", PAGE + 5)]
    page.list.scrollToBottom()
    qtbot.waitUntil(lambda: heads(page) == [("vip", PAGE + 5), ("a", 15)])
    assert len(page.table.records()) == PAGE + 20


def test_columns_are_chosen_ordered_drawn_and_kept(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.filters.choose_columns()
    box = page.filters.chooser
    assert box is not None
    key(qtbot, box.lines, Qt.Key.Key_Down)
    key(qtbot, box.lines, Qt.Key.Key_Space)
    assert "grade" not in [each.name for each in page.table.columns]
    qtbot.keyClick(box.lines, Qt.Key.Key_Up)
    for _ in range(2):
        qtbot.keyClick(box.lines, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [each.name for each in page.table.columns][:2] == ["stage", "name"]
    page.list.draw_column(0, 333)
    assert page.list.columnWidth(0) == pytest.approx(333, abs=2)
    box.dismiss()


def test_how_a_list_is_shown_comes_back_after_a_restart(
    window_on: Callable[[Store], Window], store: Store, qtbot: QtBot, firm: Firm
) -> None:
    window = window_on(store)
    page = the_list(window)
    press(qtbot, page.tabs["best"])
    page.show_otherwise(
        order="name", descending=True, by="city", columns=("name", "city"), widths=(("city", 222),)
    )
    press_row(qtbot, page, next(n for n in range(4, 9) if page.table.row_at(n) is not None))
    chosen = page.current()
    assert chosen is not None
    window.close()
    settle(window, qtbot)
    again = the_list(window_on(store))
    assert again.view.key == "best"
    now = again.state.now
    assert (now.order, now.by, now.columns, now.widths) == (
        "name",
        "city",
        ("name", "city"),
        (("city", 222),),
    )
    assert again.list.widths == {"city": 222}
    found = again.current()
    assert found is not None
    assert found.id == chosen.id


# Views


def test_a_view_is_saved_renamed_moved_opened_with_deleted_and_undone(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    page.show_otherwise(where=every(VIP), by="stage")
    page.views.save_as()
    naming = page.views.naming
    assert naming is not None
    qtbot.keyClicks(naming.entry, "Best")
    key(qtbot, naming.entry, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert page.view.words.text == "Best"
    assert [tab.text() for tab in page.tabs.values()][-1] == "Best"
    assert page.state.now.by == "stage"
    page.views.call(page.view, "The best")
    settle(window, qtbot)
    assert [tab.text() for tab in page.tabs.values()][-1] == "The best"
    page.show_otherwise(by="")
    page.views.save()
    settle(window, qtbot)
    assert page.state.original().by == ""
    page.views.keep_as("Second")
    settle(window, qtbot)
    page.views.move(page.view, -1)
    settle(window, qtbot)
    assert [tab.text() for tab in page.tabs.values()][-2:] == ["Second", "The best"]
    page.views.open_with(page.view)
    settle(window, qtbot)
    assert ListPage(window._look, window.desk, "customer").view.words.text == "Second"  # noqa: SLF001
    page.views.delete(page.view)
    settle(window, qtbot)
    assert [tab.text() for tab in page.tabs.values()][-1] == "The best"
    window.desk.undo()
    settle(window, qtbot)
    assert "Second" in [tab.text() for tab in page.tabs.values()]


def test_a_changed_record_is_put_where_it_belongs_without_reading_the_list_anew(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    page.show_otherwise(order="name", descending=False)
    press_row(qtbot, page, 3)
    kept = page.current()
    commands.run(store, store.me(), "customer.edit", firm.customers[0], values={"name": "zzz"})
    qtbot.waitUntil(lambda: "zzz" in shown(page))
    assert shown(page) == sorted(shown(page), key=ordering.key)
    commands.run(store, store.me(), "customer.new", values={"name": "000"})
    qtbot.waitUntil(lambda: shown(page)[0] == "000")
    assert page.table.rowCount() == 21
    still = page.current()
    assert kept is not None
    assert still is not None
    assert still.id == kept.id
    page.show_otherwise(where=every(Condition("name", "lacks", "zzz")))
    commands.run(store, store.me(), "customer.edit", firm.customers[1], values={"name": "zzz2"})
    qtbot.waitUntil(lambda: page.table.rowCount() == 19)
    assert all(isinstance(line, Row) for line in page.table.rows)


def test_all_of_a_view_is_summed_by_the_database(window: Window, qtbot: QtBot) -> None:
    window.go("opportunity")
    page = the_list(window)
    settle(window, qtbot)
    page.list.selectAll()
    total = sum(row.value("amount") or 0 for row in page.table.records())
    page.many.bar.all_wanted.emit()
    settle(window, qtbot)
    assert window.status.figures.words() == [f"All {page.total()} selected", f"Amount {money(total)}"]
