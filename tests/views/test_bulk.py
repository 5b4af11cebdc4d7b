"""A field of many rows, in a real window: chosen, looked at, done, taken back, and what to do on a clash."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.models.record import new_id
from desktop.models.records import Customer, User
from desktop.models.store import Store
from desktop.services import asides, bulk, commands
from desktop.views.board.board import Board
from desktop.views.bulk import BulkPanel
from desktop.views.editors import ChoiceEditor
from desktop.views.look import Look
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import LEFT, key, press, settle, stored, the_list, type_in


def select(window: Window, qtbot: QtBot, *places: int) -> None:
    """Rows of the list, the further ones with Ctrl."""
    page = the_list(window)
    for number, place in enumerate(places):
        held = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
        box = page.list.visualRect(page.table.index(place, 0))
        qtbot.mouseClick(page.list.viewport(), LEFT, held, box.center())


def begun(window: Window, qtbot: QtBot, *places: int) -> BulkPanel:
    select(window, qtbot, *places)
    press(qtbot, the_list(window).many.bar.change)
    panel = the_list(window).many.bulk
    assert panel.isVisible()
    return panel


def choose(panel: BulkPanel, name: str) -> None:
    assert panel.fields is not None
    panel.fields.setCurrentIndex(panel.fields.findData(name))


def write(panel: BulkPanel, qtbot: QtBot, text: str) -> None:
    editor: Any = panel.editor
    type_in(qtbot, editor, text)
    qtbot.waitUntil(lambda: panel.plan is not None)


def cities(store: Store, ids: list[UUID]) -> list[str]:
    return [stored(store, "customer", one).city for one in ids]


def test_three_rows_are_changed_in_one_step_and_one_undo(window: Window, qtbot: QtBot, store: Store) -> None:
    panel = begun(window, qtbot, 0, 2, 3)
    page = the_list(window)
    ids = [shown.id for shown in page.chosen()]
    before = cities(store, ids)
    assert page.panel.isHidden()
    assert not panel.go.isEnabled()
    assert panel.go.toolTip() == "Say what it becomes."
    choose(panel, "city")
    write(panel, qtbot, "镇江")
    assert panel.preview.rows.rowCount() == 3
    shown = panel.preview.rows.data(panel.preview.rows.index(0, 0))
    assert shown.endswith("→ 镇江")
    assert cities(store, ids) == before
    press(qtbot, panel.go)
    qtbot.waitUntil(lambda: cities(store, ids) == ["镇江"] * 3)
    settle(window, qtbot)
    assert panel.isHidden()
    assert "City of 3 customers changed" in window.toast.words()
    window.desk.undo()
    settle(window, qtbot)
    assert cities(store, ids) == before


def test_a_choice_is_changed_by_keys_alone(window: Window, qtbot: QtBot, store: Store) -> None:
    select(window, qtbot, 1, 2)
    page = the_list(window)
    ids = [shown.id for shown in page.chosen()]
    key(qtbot, page.list, Qt.Key.Key_E, control=True)
    panel = page.many.bulk
    qtbot.waitUntil(panel.isVisible)
    choose(panel, "grade")
    assert isinstance(panel.editor, ChoiceEditor)
    panel.editor.setCurrentIndex(panel.editor.findData("vip"))
    qtbot.waitUntil(lambda: panel.plan is not None)
    key(qtbot, panel, Qt.Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: [stored(store, "customer", one).grade for one in ids] == ["vip", "vip"])
    settle(window, qtbot)


def test_what_is_typed_wrongly_says_why_and_nothing_can_be_done(window: Window, qtbot: QtBot) -> None:
    panel = begun(window, qtbot, 0, 1)
    choose(panel, "credit")
    editor: Any = panel.editor
    type_in(qtbot, editor, "many")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(panel.complaint()))
    assert not panel.go.isEnabled()
    type_in(qtbot, editor, "1200")
    qtbot.waitUntil(lambda: panel.plan is not None)
    assert panel.complaint() == ""
    assert "¥2,400" in panel._sums.text()  # noqa: SLF001


def test_a_field_is_emptied_only_where_that_is_said(window: Window, qtbot: QtBot, store: Store) -> None:
    panel = begun(window, qtbot, 0, 1)
    ids = [shown.id for shown in the_list(window).chosen()]
    choose(panel, "city")
    qtbot.wait(10)
    assert panel.plan is None
    press(qtbot, panel.empty)
    qtbot.waitUntil(lambda: panel.plan is not None)
    press(qtbot, panel.go)
    qtbot.waitUntil(lambda: cities(store, ids) == ["", ""])
    settle(window, qtbot)


def test_rows_that_changed_meanwhile_are_asked_about_and_nobody_types_again(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    panel = begun(window, qtbot, 0, 1, 2)
    ids = [shown.id for shown in the_list(window).chosen()]
    choose(panel, "city")
    write(panel, qtbot, "镇江")
    for one in ids[:2]:
        commands.run(store, store.me(), "customer.edit", one, values={"city": "常州"})
    press(qtbot, panel.go)
    qtbot.waitUntil(lambda: panel.meanwhile.page is not None)
    assert panel.meanwhile.page is not None
    assert cities(store, ids) == ["常州", "常州", "镇江"]
    assert set(panel.meanwhile.page.options) == set(ids[:2])
    mine, current = panel.meanwhile.page.options[ids[0]]
    assert (mine.text(), current.text()) == ("镇江", "常州")
    qtbot.mouseClick(current, LEFT, pos=QPoint(10, 10))
    press(qtbot, panel.meanwhile.page.save)
    qtbot.waitUntil(lambda: cities(store, ids) == ["常州", "镇江", "镇江"])
    settle(window, qtbot)
    assert panel.isHidden()
    assert [one.target for one in asides.find(store)] == [ids[0]], "the one that was not used is kept"


def many(store: Store, count: int) -> list[UUID]:
    """Customers made in a few transactions."""
    ids = []
    for start in range(0, count, 500):
        with store.work(store.me(), "customer.import", batch=new_id()) as work:
            ids += [
                work.add(Customer(name=f"批量 {start + n}", city="无锡")).id
                for n in range(min(500, count - start))
            ]
    return ids


def test_all_of_a_view_are_changed_and_the_window_stays_awake(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    ids = many(store, 5000)
    settle(window, qtbot)
    panel = begun(window, qtbot, 0, 1)
    press(qtbot, the_list(window).many.bar.every)
    assert "All 5," in the_list(window).many.bar._count.text()  # noqa: SLF001
    choose(panel, "city")
    editor: Any = panel.editor
    type_in(qtbot, editor, "镇江")
    qtbot.waitUntil(lambda: panel.plan is not None, timeout=10_000)
    gaps: list[float] = []
    last = [time.process_time()]  # what other programs take is not the window's sleep

    def beat() -> bool:
        gaps.append(time.process_time() - last[0])
        last[0] = time.process_time()
        return panel.isHidden()

    press(qtbot, panel.go)
    qtbot.waitUntil(beat, timeout=30_000)
    assert stored(store, "customer", ids[0]).city == "镇江"
    assert stored(store, "customer", ids[-1]).city == "镇江"
    assert max(gaps) < 1.0, f"the window slept for {max(gaps):.2f} s"
    settle(window, qtbot)


def test_progress_shows_after_a_moment_and_cancel_takes_all_of_it_back(
    window: Window, qtbot: QtBot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = many(store, 900)
    settle(window, qtbot)
    monkeypatch.setattr(bulk, "SLICE", 50)
    slow = commands.run_each

    def slowly(*args: Any, **named: Any) -> Any:
        time.sleep(0.1)
        return slow(*args, **named)

    monkeypatch.setattr("desktop.services.bulk.run_each", slowly)
    panel = begun(window, qtbot, 0, 1)
    press(qtbot, the_list(window).many.bar.every)
    choose(panel, "city")
    write(panel, qtbot, "镇江")
    press(qtbot, panel.go)
    qtbot.waitUntil(panel.stop.isVisible, timeout=30_000)
    assert "of 9" in panel._facts.text()  # noqa: SLF001
    press(qtbot, panel.stop)
    settle(window, qtbot)
    assert "everything is as it was" in window.toast.words()
    assert {stored(store, "customer", one).city for one in ids} == {"无锡"}
    assert panel.isVisible()
    assert panel.go.isEnabled()


def test_the_palette_offers_it_and_says_why_it_is_grey(window: Window, qtbot: QtBot, firm: Firm) -> None:
    def offered() -> tuple[str, bool]:
        (item,) = [one for one in window._answer("change a field") if one.title.startswith("Change a field")]  # noqa: SLF001
        return item.detail, item.run is not None

    the_list(window).close_panel()
    detail, ready = offered()
    assert (detail.startswith("Select the rows first"), ready) == (True, False)
    select(window, qtbot, 0, 1)
    assert offered() == ("", True)
    window.open_record("customer", firm.customers[0])
    assert [one for one in window._answer("change a field") if one.title.startswith("Change a field")] == []  # noqa: SLF001
    settle(window, qtbot)


def test_a_number_changes_by_a_formula_and_customers_are_given_away(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    panel = begun(window, qtbot, 0, 1)
    ids = [shown.id for shown in the_list(window).chosen()]
    commands.run(store, store.me(), "customer.edit", ids[0], values={"credit": 100_00})
    choose(panel, "credit")
    assert panel._how is not None  # noqa: SLF001
    press(qtbot, panel._how.button("by"))  # noqa: SLF001
    assert panel.empty.isHidden()
    write(panel, qtbot, "x1.1")
    press(qtbot, panel.go)
    qtbot.waitUntil(lambda: stored(store, "customer", ids[0]).credit == 110_00)
    settle(window, qtbot)
    with store.work(store.me(), "user.new") as work:
        heir = work.add(User(name="韩梅梅", role="rep", active=True)).id
    panel = begun(window, qtbot, 0, 1)
    choose(panel, "owner_id")
    write(panel, qtbot, "韩梅梅")
    press(qtbot, panel.go)
    qtbot.waitUntil(lambda: [stored(store, "customer", one).owner_id for one in ids] == [heir, heir])
    settle(window, qtbot)


def test_a_small_screen_with_large_text_keeps_the_button_in_sight(
    window: Window, look: Look, qtbot: QtBot
) -> None:
    panel = begun(window, qtbot, 0, 1)
    look.switch(scale=150)
    window.resize(1280, 600)
    settle(window, qtbot)
    assert window.height() == 600
    assert window.rect().contains(panel.go.mapTo(window, panel.go.rect().bottomRight()))


def cards_of(board: Board, column: str, *places: int) -> list[UUID]:
    """Select cards of a column as Ctrl and presses do."""
    cards = board.columns[column].list
    for number, place in enumerate(places):
        held = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
        box = cards.visualRect(cards.cards.index(place))
        QTest.mouseClick(cards.viewport(), LEFT, held, box.center())
    return [row.id for row in cards.chosen()]


def test_a_field_of_several_cards_is_changed_as_in_the_list(
    window: Window, qtbot: QtBot, store: Store, firm: Firm, tmp_path: Path
) -> None:
    window.go("opportunity")
    page = the_list(window)
    page.views.show_face("board")
    settle(window, qtbot)
    board = page.face()
    assert isinstance(board, Board)
    board.let_go()
    page.many.change()
    assert page.many.bulk.isHidden()
    ids = cards_of(board, "lead", 0, 1)
    assert len(ids) == 2
    assert page.many.bar.isVisible()
    assert page.filters.isHidden()
    page.copy()
    titles = {window.desk.title("opportunity", one) for one in ids}
    lines = QGuiApplication.clipboard().text().splitlines()
    assert {line.split("\t")[0] for line in lines[1:]} == titles
    for written, meant in (("two.csv", lambda: None), ("all.csv", page.many.bar.all_wanted.emit)):
        meant()
        page.edits.export(tmp_path / written)
        settle(window, qtbot)
    counts = [
        len((tmp_path / each).read_text("utf-8-sig").splitlines()) - 1 for each in ("two.csv", "all.csv")
    ]
    assert counts == [2, page.total()]
    cards_of(board, "lead", 0, 1)
    qtbot.keyClick(board.columns["lead"].list, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    panel = page.many.bulk
    assert panel.isVisible()
    choose(panel, "next_step")
    write(panel, qtbot, "Call on Friday")
    editor = panel.editor
    assert isinstance(editor, QWidget)
    editor.setFocus()
    firm.new("opportunity", customer_id=firm.customers[0], name="From elsewhere", stage="lead")
    window.desk.changed.emit(frozenset({("opportunity", new_id())}))
    settle(window, qtbot)
    assert editor.hasFocus()
    assert {row.id for row in page.chosen()} == set(ids)
    qtbot.waitUntil(panel.go.isEnabled)
    page.many.bar.all_wanted.emit()
    window.desk.changed.emit(frozenset({("opportunity", new_id())}))
    settle(window, qtbot)
    assert page.many.everything
    board.let_go()
    cards_of(board, "lead", 0, 1)
    qtbot.waitUntil(panel.go.isEnabled)
    press(qtbot, panel.go)
    qtbot.waitUntil(
        lambda: all(stored(store, "opportunity", one).next_step == "Call on Friday" for one in ids)
    )
    settle(window, qtbot)
    assert panel.isHidden()
    press(qtbot, page.many.bar.close_it)
    assert page.chosen() == []
    assert page.many.bar.isHidden()
    assert page.filters.isVisible()


def test_cards_that_are_gone_are_no_longer_selected(window: Window, qtbot: QtBot) -> None:
    window.go("opportunity")
    page = the_list(window)
    page.views.show_face("board")
    settle(window, qtbot)
    board = page.face()
    assert isinstance(board, Board)
    assert len(cards_of(board, "lead", 0, 1)) == 2
    assert page.many.bar.isVisible()
    press(qtbot, page.many.bar.delete)
    qtbot.waitUntil(page.many.bar.isHidden)
    assert page.filters.isVisible()


def test_cards_that_are_read_elsewhere_come_back_selected(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.go("opportunity")
    page = the_list(window)
    page.views.show_face("board")
    settle(window, qtbot)
    board = page.face()
    assert isinstance(board, Board)
    ids = cards_of(board, "lead", 0, 1)
    monkeypatch.setattr(page.source, "column_now", lambda *_asked: None)  # it takes longer than one notices
    window.desk.changed.emit(frozenset({("opportunity", new_id())}))
    settle(window, qtbot)
    assert {row.id for row in page.chosen()} == set(ids)
    press(qtbot, page.many.bar.delete)
    qtbot.waitUntil(page.many.bar.isHidden)


def test_an_item_of_a_calendar_is_changed_by_the_same_keys(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    today = datetime.now(UTC).astimezone().date()
    task = commands.run(store, store.me(), "task.new", values={"name": "Send", "due_on": today}).value
    window.go("task")
    the_list(window).views.show_face("calendar")
    settle(window, qtbot)
    page = the_list(window)
    page.select(task.id)
    page.many.change()
    assert page.many.bulk.isVisible()
    assert page.many.ids() == [task.id]
    page.many.bulk.leave()
    assert page.many.bulk.isHidden()
