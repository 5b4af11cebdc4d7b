"""Lists: rows, panel, saved views, paging, new records, delete and undo."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.models.records import User
from desktop.models.store import Store
from desktop.rules import ordering
from desktop.services import commands
from desktop.views.board.board import Board
from desktop.views.cells import money
from desktop.views.list_page import ListPage, plain_cell
from desktop.views.list_source import ListSource
from desktop.views.look import Look
from desktop.views.related import _below
from desktop.views.row_delegate import RecordList
from desktop.views.settings_page import SettingsPage
from desktop.views.tables import PAGE
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, press_row, settle, stored, the_list, the_record, type_in


def names(window: Window) -> list[str]:
    table = the_list(window).table
    column = next(place for place, spec in enumerate(table.columns) if spec.name == "name")
    return [table.cell(row, column).text for row in range(table.rowCount())]


def test_the_first_list_shows_every_customer(window: Window, qtbot: QtBot) -> None:
    settle(window, qtbot)
    assert the_list(window).table.rowCount() == 20
    assert the_list(window).total() == 20
    assert names(window)[0] == "Xinghe Precision"


def test_the_row_that_the_panel_shows_is_marked_when_a_list_opens(window: Window, qtbot: QtBot) -> None:
    window.go("product")
    settle(window, qtbot)
    page = the_list(window)
    shown = page.panel.row()
    assert page.panel.isVisible()
    assert shown is not None
    assert [row.id for row in page.chosen()] == [shown.id]


def test_customers_are_called_by_their_english_names_in_every_list(window: Window, qtbot: QtBot) -> None:
    window.go("opportunity")
    settle(window, qtbot)
    table = the_list(window).table
    column = next(place for place, spec in enumerate(table.columns) if spec.name == "customer_id")
    assert table.cell(0, column).text == "Xinghe Precision"


def test_a_press_opens_the_panel_and_escape_closes_it(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = the_list(window)
    press_row(qtbot, page, 1)
    shown = page.panel.row()
    assert page.panel.isVisible()
    assert shown is not None
    assert shown.id == firm.customers[1]
    key(qtbot, page.list, Qt.Key.Key_Escape)
    assert not page.panel.isVisible()


def test_enter_opens_the_record_whole_and_back_returns(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = the_list(window)
    press_row(qtbot, page, 0)
    key(qtbot, page.list, Qt.Key.Key_Return)
    assert the_record(window).record_id == firm.customers[0]
    press(qtbot, window.back)
    assert the_list(window).kind == "customer"
    press(qtbot, window.forward)
    assert the_record(window).record_id == firm.customers[0]


def test_a_saved_view_filters_and_an_empty_one_says_so(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    press(qtbot, page.tabs["best"])
    settle(window, qtbot)
    assert page.total() == 10
    assert page.tabs["best"].isChecked()
    window.go("opportunity")
    the_list(window).show_view("won")
    assert the_list(window).table.rowCount() == 0


def test_a_head_sorts_up_and_down(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    place = [column.name for column in page.table.columns].index("next_on")
    page.list.horizontalHeader().sectionClicked.emit(place)
    days = [row.value("next_on") for row in page.table.rows if row.value("next_on")]
    assert days == sorted(days)
    page.list.horizontalHeader().sectionClicked.emit(place)
    days = [row.value("next_on") for row in page.table.rows if row.value("next_on")]
    assert days == sorted(days, reverse=True)


def test_pages_follow_while_scrolling(
    window_on: Callable[[Store], Window], empty_store: Store, qtbot: QtBot
) -> None:
    me = empty_store.me()
    for number in range(PAGE + 10):
        commands.run(empty_store, me, "customer.new", values={"name": f"No. {number:03}"})
    window = window_on(empty_store)
    page = the_list(window)
    qtbot.waitUntil(lambda: page.table.rowCount() == PAGE)
    page.list.scrollToBottom()
    qtbot.waitUntil(lambda: page.table.rowCount() == PAGE + 10)
    assert names(window) == [f"No. {number:03}" for number in reversed(range(PAGE + 10))]


def test_columns_leave_whole_when_there_is_no_room(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)

    def names_of_shown() -> list[str]:
        return [c.name for n, c in enumerate(page.table.columns) if not page.list.isColumnHidden(n)]

    window.resize(1000, 700)
    qtbot.waitUntil(lambda: "industry" not in names_of_shown())
    shown = names_of_shown()
    assert "name" in shown
    assert "industry" not in shown
    assert isinstance(page.list, RecordList)
    total = sum(page.list.columnWidth(n) for n in range(len(page.table.columns)))
    assert total <= page.list.viewport().width() + 1


@pytest.mark.parametrize("kind", ["customer", "opportunity", "interaction"])
def test_no_name_is_cut_in_the_largest_text_beside_the_panel(
    window: Window, qtbot: QtBot, look: Look, kind: str
) -> None:
    look.switch(scale=200, language="zh")
    window.resize(1280, 720)
    window.go(kind)
    settle(window, qtbot)
    page = the_list(window)
    assert page.panel.isVisible()
    place = next(n for n, each in enumerate(page.table.columns) if each.name == "name")
    assert not page.list.isColumnHidden(place)
    room = page.list.inner(page.list.visualRect(page.table.index(0, place)), place).width()
    found = [page.table.cell(number, place) for number in range(page.table.rowCount())]
    side = look.t.avatar_size("list") + look.px(10)
    assert max(look.t.width(each.text) + side * bool(each.avatar) for each in found) <= room


def test_an_empty_list_offers_the_first_record(
    window_on: Callable[[Store], Window], empty_store: Store, qtbot: QtBot
) -> None:
    window = window_on(empty_store)
    page = the_list(window)
    button = next(
        b for b in page.findChildren(type(window.back)) if b.text() == "New customer" and b.isVisible()
    )
    press(qtbot, button)
    assert window.new.isVisible()


def test_a_customer_needs_a_name_or_a_phone_and_the_field_says_so(window: Window, qtbot: QtBot) -> None:
    key(qtbot, the_list(window).list, Qt.Key.Key_N)
    assert window.new.isVisible()
    press(qtbot, window.new.make)
    assert window.new.isVisible()
    qtbot.waitUntil(lambda: "needs a name or a phone" in window.new.said("name"))
    type_in(qtbot, window.new.editors["phone"], "0512-6588 0101")  # type: ignore[arg-type]
    key(qtbot, window.new, Qt.Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: the_list(window).table.rowCount() == 21)
    qtbot.waitUntil(lambda: not window.new.isVisible())
    assert names(window)[0] == "0512-6588 0101"


def test_delete_can_be_undone_from_the_toast(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    page = the_list(window)
    press_row(qtbot, page, 3)
    key(qtbot, page.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.table.rowCount() == 19)
    assert stored(store, "customer", firm.customers[3]).deleted_at is not None
    assert window.toast.isVisible()
    assert window.toast.words().startswith("Deleted")
    press(qtbot, window.toast.undo_button)
    qtbot.waitUntil(lambda: page.table.rowCount() == 20)
    assert stored(store, "customer", firm.customers[3]).deleted_at is None


def test_a_note_in_the_panel_becomes_an_interaction(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    press_row(qtbot, page, 0)
    type_in(qtbot, page.panel.note, "Asked for a second set of filters")
    key(qtbot, page.panel.note, Qt.Key.Key_Return)
    settle(window, qtbot)
    newest = window.desk.related("interaction", "customer_id", firm.customers[0])[0]
    assert newest.record.title == "Asked for a second set of filters"
    assert page.panel.note.text() == ""


def test_the_language_switches_live(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    press_row(qtbot, page, 0)
    assert page.tabs["all"].text() == "All"
    window._look.switch(language="zh")  # noqa: SLF001
    assert page.tabs["all"].text() == "全部"
    assert names(window)[0] == "苏州星河精密机械有限公司"
    assert window.windowTitle() == "行囊"
    window._look.switch(language="en")  # noqa: SLF001
    assert page.tabs["all"].text() == "All"


def select(page: ListPage, first: int, last: int) -> None:
    model, table = page.list.selectionModel(), page.table
    chosen = QItemSelection(table.index(first, 0), table.index(last, 0))
    flags = QItemSelectionModel.SelectionFlag
    model.setCurrentIndex(table.index(first, 0), flags.NoUpdate)
    model.select(chosen, flags.ClearAndSelect | flags.Rows)


def test_several_rows_are_counted_summed_and_deleted_as_one(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    settle(window, qtbot)
    select(page, 1, 3)
    deals = sum(row.figures["open_deals"] or 0 for row in page.chosen())
    known = [row.figures["open_deals"] for row in page.chosen() if row.figures["open_deals"]]
    mean = money(round(deals / len(known)))
    said = ["3 selected", f"Open deals {money(deals)}", f"Average {mean}", f"Highest {money(max(known))}"]
    assert window.status.figures.words() == [*said, "20 customers"]
    key(qtbot, page.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.table.rowCount() == 17)
    settle(window, qtbot)
    assert window.toast.words() == "Deleted: 3 customers"
    window.desk.undo()
    qtbot.waitUntil(lambda: page.table.rowCount() == 20)


def test_rows_are_copied_as_text_and_as_a_table(window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    select(page, 0, 1)
    key(qtbot, page.list, Qt.Key.Key_C, control=True)
    data = QGuiApplication.clipboard().mimeData()
    lines = data.text().split("\n")
    assert len(lines) == 3
    assert lines[0].startswith("Name\tGrade\tStage")
    assert lines[1].startswith("Xinghe Precision\tVIP\tNegotiation")
    assert ">Xinghe Precision</td>" in data.html()


def test_nothing_that_is_copied_can_run_in_a_spreadsheet() -> None:
    assert plain_cell("=1+1") == "'=1+1"
    assert plain_cell("a\tb\nc") == "a b c"


def test_further_details_are_a_column_to_choose_and_narrow_by_and_stand_on_the_record(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    values = {"custom": {"import": {"机床台数": "12"}}}
    commands.run(store, store.me(), "customer.edit", firm.customers[1], values=values)
    page = the_list(window)
    page.enter()
    settle(window, qtbot)
    page.filters.choose_columns()
    chooser = page.filters.chooser
    assert chooser is not None
    item = chooser.lines.item(chooser.lines.count() - 1)
    assert item.text() == "机床台数"
    item.setCheckState(Qt.CheckState.Checked)
    place = [column.name for column in page.table.columns].index("custom.机床台数")
    settle(window, qtbot)
    assert page.table.cell(page.table.place_of(firm.customers[1]), place).text == "12"
    chooser.close()
    type_in(qtbot, page.filters.entry, "机床台数=12")
    qtbot.waitUntil(lambda: page.total() == 1)
    assert page.table.records()[0].id == firm.customers[1]
    window.open_record("customer", firm.customers[1])
    settle(window, qtbot)
    details = the_record(window).further
    assert [(name.text(), value.text()) for _, name, value in details.lines] == [("机床台数", "12")]
    details.lines[0][2].click()
    box = details.box
    assert box is not None
    assert not box.name.isEnabled()
    type_in(qtbot, box.value, "14")
    key(qtbot, box.value, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: values_of(store, firm) == {"import": {"机床台数": "14"}})
    details.add.click()
    assert details.box is not None
    type_in(qtbot, details.box.name, "Shift")
    type_in(qtbot, details.box.value, "two")
    press(qtbot, details.box.keep)
    qtbot.waitUntil(lambda: values_of(store, firm) == {"import": {"机床台数": "14"}, "Shift": "two"})
    settle(window, qtbot)
    details.take("机床台数", "", "14")
    qtbot.waitUntil(lambda: values_of(store, firm) == {"import": {}, "Shift": "two"})
    settle(window, qtbot)
    details.take('a "b"', "x")
    assert "quotation marks" in window.bar.words()
    told = [event.detail.in_language("en") for event in the_record(window).timeline.events() if event.detail]
    assert any("机床台数: 12 to 机床台数: 14" in each for each in told)


def values_of(store: Store, firm: Firm) -> dict[str, object]:
    """The further details of the second customer, as they are kept."""
    found: dict[str, object] = stored(store, "customer", firm.customers[1]).custom
    return found


def test_price_books_people_and_teams_are_lists_that_the_settings_and_the_palette_lead_to(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    me = store.me()
    book = commands.run(store, me, "price_book.new", values={"name": "East 2026", "scope": "region"}).value
    price = {"book_id": book.id, "product_id": firm.products["SAT-75V"], "price": Decimal(95000)}
    for count in (3, 4, 5, 6, 7, 8, 9, 10, 100):
        commands.run(store, me, "price_entry.new", values={**price, "min_quantity": Decimal(count)})
    window.go("settings")
    page = window.page()
    assert isinstance(page, SettingsPage)
    page.firm.listed.emit("price_book")
    settle(window, qtbot)
    assert names(window) == ["East 2026"]
    window.open_record("price_book", book.id)
    settle(window, qtbot)
    [related] = the_record(window).lists
    row = related.buttons()[-1]
    assert row.text() == stored(store, "product", firm.products["SAT-75V"]).name_en
    assert {_below(each.shown, "en") for each in related.buttons()} == {
        *(f"for {count} or more" for count in (4, 5, 6, 7, 8, 9, 10, 100))
    }
    assert len(related.buttons()) == 8
    press(qtbot, related.every)
    settle(window, qtbot)
    assert (the_list(window).kind, the_list(window).total()) == ("price_entry", 9)
    for kind in ("user", "team"):
        window.go(kind)
        settle(window, qtbot)
        assert not the_list(window).new_button().isEnabled()
    with store.work(me, "user.new") as work:
        colleague = work.add(User(name="沈清", role="rep")).id
    shown = window.desk.row("user", colleague)
    assert shown is not None
    window.desk.delete_all([shown])
    assert "at the office" in window.bar.words()
    assert window.desk.row("user", colleague) is not None
    assert [item.title for item in window._answer("Price books")][-1] == "Price books"  # noqa: SLF001


def test_a_head_of_a_link_sorts_by_what_it_is_called(window: Window, qtbot: QtBot) -> None:
    window.go("opportunity")
    settle(window, qtbot)
    page = the_list(window)
    place = [column.name for column in page.table.columns].index("customer_id")
    page.list.horizontalHeader().sectionClicked.emit(place)
    settle(window, qtbot)
    for language in ("en", "zh"):
        page._look.switch(language=language)  # noqa: SLF001
        settle(window, qtbot)
        named = [row.called(row.value("customer_id"), language) for row in page.table.records()]
        assert len(set(named)) > 1
        assert named == sorted(named, key=ordering.key)


def test_what_takes_too_long_to_be_read_at_once_comes_a_little_later_and_is_the_same(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, before = the_list(window), names(window)
    monkeypatch.setattr(ListSource, "_quick", lambda _source, _work: None)
    page.show_view("best")
    settle(window, qtbot)
    assert page.table.rowCount() == page.total() == 10
    page.show_view("all")
    settle(window, qtbot)
    assert names(window) == before
    window.go("opportunity")
    settle(window, qtbot)
    deals = the_list(window).table.records()
    assert len(deals) == the_list(window).total() > 0
    the_list(window).views.show_face("board")
    settle(window, qtbot)
    board = the_list(window).face()
    assert isinstance(board, Board)
    cards = [row.id for column in board.columns.values() for row in column.list.cards.rows]
    assert sorted(cards) == sorted(row.id for row in deals)
