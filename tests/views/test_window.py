"""The window around the pages: palette, outbox, inbox, status, settings, keys."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.models.changes import write_local
from desktop.models.store import Store
from desktop.views.comparison import lines_of
from desktop.views.importing.page import ImportPage
from desktop.views.inbox import InboxPage
from desktop.views.look import Look
from desktop.views.palette import Item, Palette
from desktop.views.settings_page import SettingsPage
from desktop.views.window import Window
from tests.screens.sample import Firm, conflict
from tests.views.pages import (
    key,
    press,
    press_row,
    settle,
    stored,
    the_list,
    the_quote,
    the_record,
    type_in,
)


def with_office(store: Store) -> None:
    with store.engine.begin() as connection:
        write_local(connection, "office", {"server": "hy", "url": "http://127.0.0.1:9"})


def test_initials_in_the_palette_open_the_customer(window: Window, qtbot: QtBot, firm: Firm) -> None:
    key(qtbot, window, Qt.Key.Key_K, control=True)
    assert window.palette_box.isVisible()
    qtbot.keyClicks(window.palette_box.entry, "xhjm")
    assert window.palette_box.titles()[0] == "Xinghe Precision"
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    assert the_record(window).record_id == firm.customers[0]
    assert not window.palette_box.isVisible()


def test_the_palette_begins_a_quote_for_what_it_found(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.open_palette()
    qtbot.keyClicks(window.palette_box.entry, "xhjm")
    assert "New quote" in window.palette_box.titles()
    steps = window.palette_box.titles().index("New quote")
    for _ in range(steps):
        key(qtbot, window.palette_box.entry, Qt.Key.Key_Down)
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: hasattr(window.page(), "quote_id"))
    assert the_quote(window).draft.quote.customer_id == firm.customers[0]


def test_the_palette_finds_commands_and_places(window: Window, qtbot: QtBot) -> None:
    window.open_palette()
    qtbot.keyClicks(window.palette_box.entry, "dark")
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    assert window._look.theme_name == "dark"  # noqa: SLF001
    window.open_palette()
    qtbot.keyClicks(window.palette_box.entry, "inbox")
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    assert isinstance(window.page(), InboxPage)


def test_a_digit_with_ctrl_opens_an_answer_further_down(window: Window, qtbot: QtBot, look: Look) -> None:
    opened: list[str] = []

    def ask(_text: str) -> list[Item]:
        names = ("Xinghe", "Mingtai", "Desen")
        rows = [Item(name, run=partial(opened.append, name), record=True) for name in names]
        return [Item("Customers", heading=True), *rows, Item("Delete", run=partial(opened.append, "Delete"))]

    box = Palette(look, window, ask)
    box.pop()
    qtbot.keyClicks(box.entry, "e")
    key(qtbot, box.entry, Qt.Key.Key_3, control=True)
    assert opened == []
    key(qtbot, box.entry, Qt.Key.Key_2, control=True)
    assert opened == ["Desen"]
    assert not box.isVisible()


def test_commands_are_found_by_their_sound(window: Window, look: Look) -> None:
    look.switch(language="zh")
    window.open_palette()
    window.palette_box.entry.setText("xjbj")
    assert "新建报价" in window.palette_box.titles()
    look.switch(language="en")


def test_escape_and_a_press_outside_close_the_palette(window: Window, qtbot: QtBot) -> None:
    window.open_palette()
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Escape)
    assert not window.palette_box.isVisible()
    window.open_palette()
    qtbot.mouseClick(window.palette_box.scrim, Qt.MouseButton.LeftButton)
    assert not window.palette_box.isVisible()


def test_nothing_found_is_said(window: Window, qtbot: QtBot) -> None:
    window.open_palette()
    qtbot.keyClicks(window.palette_box.entry, "qqqqzzzz")
    assert window.palette_box.titles() == []


def test_the_chip_counts_what_waits_and_opens_the_outbox(
    window_on: Callable[[Store], Window], store: Store, qtbot: QtBot
) -> None:
    with_office(store)
    window = window_on(store)
    settle(window, qtbot)
    waiting = window.desk.waiting_count()
    assert window.status.network.facts() == ["Offline", f"{waiting} waiting"]
    press(qtbot, window.status.network)
    assert window.outbox.isVisible()
    qtbot.waitUntil(lambda: bool(window.outbox.titles()))
    first = window.outbox.titles()[0]
    assert first == "苏州衡岳工业装备有限公司"
    key(qtbot, window.outbox, Qt.Key.Key_Escape)
    assert not window.outbox.isVisible()


def test_unsent_rows_carry_a_mark(window_on: Callable[[Store], Window], store: Store, qtbot: QtBot) -> None:
    with_office(store)
    window = window_on(store)
    assert the_list(window).table.cell(0, 0).mark == "cloud-upload"


def test_a_vault_without_an_office_marks_nothing(window: Window, qtbot: QtBot) -> None:
    settle(window, qtbot)
    assert the_list(window).table.cell(0, 0).mark == ""
    assert window.status.network.facts() == ["On this laptop"]


def decide(qtbot: QtBot, page: InboxPage, way: str) -> None:
    """Choose a way, and press the button that does it."""
    press(qtbot, page.choice(way))
    assert page.primary is not None
    press(qtbot, page.primary)


def test_a_conflict_is_settled_with_ones_own_value(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    conflict(store, firm)
    window = window_on(store)
    settle(window, qtbot)
    assert window.side.places.count("inbox") == 2
    window.go("inbox")
    page = window.page()
    assert isinstance(page, InboxPage)
    decide(qtbot, page, "mine")
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).phone == "138 0000 0001")
    qtbot.waitUntil(lambda: window.side.places.count("inbox") == 1)
    assert page.open_count() == 1


def test_theirs_lets_it_rest(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    conflict(store, firm)
    window = window_on(store)
    window.go("inbox")
    page = window.page()
    assert isinstance(page, InboxPage)
    decide(qtbot, page, "theirs")
    qtbot.waitUntil(lambda: page.open_count() == 1)
    assert stored(store, "customer", firm.customers[0]).phone == "138 1290 8866"


def test_settings_switch_theme_size_and_language_at_once(window: Window, qtbot: QtBot) -> None:
    window.go("settings")
    page = window.page()
    assert isinstance(page, SettingsPage)
    before = window.side.width()
    page.scale.slider.setValue(110)
    assert window.side.width() == round(before * 1.1)
    page.scale.slider.setValue(100)
    assert window.side.width() == before
    press(qtbot, page.theme.button("high_contrast"))
    assert window._look.colour("surface").name() == "#000000"  # noqa: SLF001
    press(qtbot, page.language.button("zh"))
    assert page.theme.button("dark").text() == "深色"


def test_ctrl_z_takes_back_the_last_change(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    window.desk.edit("customer", firm.customers[0], {"phone": "1"})
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).phone == "1")
    settle(window, qtbot)
    key(qtbot, window, Qt.Key.Key_Z, control=True)
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).phone == "138 1290 8866")
    settle(window, qtbot)
    assert window.toast.words().startswith("Undone")


def test_a_refusal_without_a_field_stands_in_the_bar(
    window_on: Callable[[Store], Window], empty_store: Store, qtbot: QtBot
) -> None:
    window = window_on(empty_store)
    window.desk.undo()
    qtbot.waitUntil(lambda: window.bar.words() == "There is nothing to undo.")


def test_every_place_of_the_rail_opens(window: Window, qtbot: QtBot) -> None:
    for place in ("contact", "opportunity", "quote", "product", "task", "interaction", "inbox", "settings"):
        window.go(place)
        assert window.page() is not None
        settle(window, qtbot)
    for _ in range(8):
        window.go_back()
    assert the_list(window).kind == "customer"


def test_a_narrow_window_gets_a_slim_rail(window: Window, qtbot: QtBot) -> None:
    wide = window.side.width()
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: window.side.width() < wide)


def test_ctrl_q_begins_a_quote_for_the_selected_customer(window: Window, qtbot: QtBot, firm: Firm) -> None:
    press_row(qtbot, the_list(window), 2)
    key(qtbot, window, Qt.Key.Key_Q, control=True)
    qtbot.waitUntil(lambda: hasattr(window.page(), "quote_id"))
    assert the_quote(window).draft.quote.customer_id == firm.customers[2]


def test_a_dropped_file_is_imported_and_one_undo_takes_it_back(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_bytes("名称,电话\n甲公司,0512-1\n乙公司,0512-2\n丙公司,0512-3\n".encode("gb18030"))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, Qt.MouseButton.LeftButton, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert window.bar.words() == "Let go to import new.csv"
    window.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, Qt.MouseButton.LeftButton, none))
    page = window.page()
    assert isinstance(page, ImportPage)
    qtbot.waitUntil(page.go.isEnabled)
    settle(window, qtbot)
    press(qtbot, page.go)
    settle(window, qtbot)
    assert "3 added" in window.toast.words()
    window.go("customer")
    qtbot.waitUntil(lambda: the_list(window).table.rowCount() == 23)
    window.desk.undo()
    qtbot.waitUntil(lambda: the_list(window).table.rowCount() == 20)


def test_other_files_are_not_taken(window: Window, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "song.mp3"))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, Qt.MouseButton.LeftButton, none)
    enter.ignore()
    window.dragEnterEvent(enter)
    assert not enter.isAccepted()


def test_the_settings_ask_to_join_a_company(window: Window, qtbot: QtBot) -> None:
    window.go("settings")
    page = window.page()
    assert isinstance(page, SettingsPage)
    type_in(qtbot, page.server, "https://office.example")
    type_in(qtbot, page.code, "HY7K3Q")
    with qtbot.waitSignal(window.join_wanted) as asked:
        press(qtbot, page.join)
    assert asked.args == ["https://office.example", "HY7K3Q"]


class Windows(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Another window came up."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


def test_no_part_of_a_page_is_ever_a_window_of_its_own(
    window: Window, qtbot: QtBot, firm: Firm, qapp: QApplication
) -> None:
    windows = Windows()
    qapp.installEventFilter(windows)
    for place in ("contact", "opportunity", "quote", "product", "task", "interaction", "inbox", "settings"):
        window.go(place)
    window.open_record("customer", firm.customers[0])
    window.open_record("quote", firm.quote)
    window.open_palette()
    window.palette_box.dismiss()
    window.ask_new("customer")
    window.new.dismiss()
    window._look.switch(language="zh", theme_name="dark", scale=120)  # noqa: SLF001
    settle(window, qtbot)
    qapp.removeEventFilter(windows)
    assert windows.shown == []


def test_the_list_is_exported_to_a_file(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "customers.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.open_palette()
    qtbot.keyClicks(window.palette_box.entry, "export this")
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.toast.words() == "20 records in customers.csv", timeout=10_000)
    assert "苏州星河精密机械有限公司" in target.read_text("utf-8-sig")


def test_a_price_conflict_shows_what_each_side_makes_of_the_total(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    conflict(store, firm)
    window = window_on(store)
    entry = next(each for each in window.desk.conflicts() if each.type == "quote_line")
    lines = [
        (line.mine.in_language("en"), line.theirs.in_language("en")) for line in lines_of(window.desk, entry)
    ]
    assert lines[0] == ("13,800.00", "13,600.00")
    assert lines[1] == ("27,600.00", "27,200.00")
    mine, theirs = (Decimal(text.strip("¥").replace(",", "")) for text in lines[2])
    assert mine - theirs == 396  # 2 × 200 less 1 %
