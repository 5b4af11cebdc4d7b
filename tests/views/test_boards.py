"""Today and the dashboard in the window: by keys, by presses, with undo, and each part opening its rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands
from desktop.views.buttons import Button
from desktop.views.charts import Chart
from desktop.views.dashboard import DashboardPage
from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.today import TodayPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import LEFT, key, press, stored, the_record


@pytest.fixture
def busy(store: Store, firm: Firm) -> Store:
    """Deals that ended, beside those of the firm."""
    now = datetime.now(UTC)
    today = now.astimezone().date()
    for number in range(6):
        values = {
            "name": f"deal {number}",
            "customer_id": firm.customers[number],
            "amount": 10_000_000 * (number + 1),
            "stage": "won" if number % 2 else "lost",
            "close_on": today - timedelta(days=31 * number),
            "loss_reason": "price",
        }
        commands.run(store, store.me(), "opportunity.new", values=values)
    return store


def the_day(window: Window, qtbot: QtBot) -> TodayPage:
    """Today, filled."""
    window.go("today")
    page = window.page()
    assert isinstance(page, TodayPage)
    qtbot.waitUntil(lambda: bool(page.list.model_of_lines.lines) and window.desk.runner.idle())
    return page


def the_board(window: Window, qtbot: QtBot) -> DashboardPage:
    """The dashboard, filled."""
    window.go("dashboard")
    page = window.page()
    assert isinstance(page, DashboardPage)
    qtbot.waitUntil(lambda: len(page.parts) == 5 and window.desk.runner.idle())
    return page


def titles(page: TodayPage) -> list[str]:
    return [line.title.in_language("zh") for line in page.list.model_of_lines.lines]


def test_the_rail_counts_what_is_to_be_done(window: Window, qtbot: QtBot) -> None:
    page = the_day(window, qtbot)
    assert window.side.places.count("today") == page.agenda().count > 0
    assert "约用印时间" in titles(page)


def test_keys_end_a_line_and_undo_brings_it_back(window: Window, qtbot: QtBot) -> None:
    page = the_day(window, qtbot)
    before = titles(page)
    page.list.setFocus()
    assert page.list.line() is not None
    key(qtbot, page.list, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: titles(page) == before[1:])
    assert page.agenda().done == 1
    key(qtbot, page.list, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: titles(page) == before[2:])
    for left in (before[1:], before):
        window.desk.undo()
        qtbot.waitUntil(lambda left=left: titles(page) == left)


def test_the_list_empties_to_a_sentence(window: Window, qtbot: QtBot) -> None:
    page = the_day(window, qtbot)
    page.list.setFocus()
    while left := len(page.list.model_of_lines.lines):
        key(qtbot, page.list, Qt.Key.Key_D)
        qtbot.waitUntil(lambda left=left: len(page.list.model_of_lines.lines) == left - 1)
    assert page.agenda().lines == ()
    assert not page.list.isVisible()
    assert window.side.places.count("today") == 0


def test_enter_opens_what_a_line_is_about(window: Window, qtbot: QtBot) -> None:
    page = the_day(window, qtbot)
    line = page.list.line()
    assert line is not None
    key(qtbot, page.list, Qt.Key.Key_Return)
    assert window.trail.stops[-1].record == line.record
    window.go_back()
    assert window.page() is page


def test_the_circle_ends_and_the_action_opens(window: Window, qtbot: QtBot) -> None:
    page = the_day(window, qtbot)
    view = page.list
    count = len(view.model_of_lines.lines)
    row = view.visualRect(view.model_of_lines.index(1))
    circle = QPoint(28, row.center().y())
    assert view.hit(circle) == ("end", view.model_of_lines.lines[1])
    assert view.hit(row.center()) is None
    qtbot.mouseClick(view.viewport(), LEFT, pos=circle)
    qtbot.waitUntil(lambda: len(view.model_of_lines.lines) == count - 1)
    row = view.visualRect(view.model_of_lines.index(0))
    line = view.model_of_lines.lines[0]
    qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(row.right() - 40, row.center().y()))
    assert window.trail.stops[-1].record == line.record


def test_a_change_elsewhere_is_seen(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = the_day(window, qtbot)
    count = page.agenda().count
    values = {"name": "more", "due_on": datetime.now(UTC).astimezone().date()}
    window.desk.do("task.new", values=values)
    qtbot.waitUntil(lambda: page.agenda().count == count + 1)


def test_what_one_has_just_thought_of_becomes_a_task_by_key_and_button(window: Window, qtbot: QtBot) -> None:
    page = the_day(window, qtbot)
    window.new_here()
    assert window.new.isVisible()
    window.new.dismiss()
    press(qtbot, page.header_actions()[0])
    assert window.new.isVisible()
    assert set(window.new.editors) >= {"name", "due_on"}
    window.new.dismiss()


def test_the_plan_of_the_day_holds_what_has_an_hour_and_is_moved_by_key(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.resize(1500, 900)
    today = datetime.now().astimezone().replace(hour=9, minute=0, second=0, microsecond=0)
    new: dict[str, dict[str, object]] = {
        "interaction": {"name": "Visit the plant", "customer_id": firm.customers[0], "happened_at": today},
        "task": {"name": "Call before noon", "remind_at": today + timedelta(hours=2)},
    }
    made = {
        kind: commands.run(store, store.me(), f"{kind}.new", values=values).value.id
        for kind, values in new.items()
    }
    later = {"name": "Tomorrow", "remind_at": today + timedelta(days=1)}
    commands.run(store, store.me(), "task.new", values=later)
    page = the_day(window, qtbot)
    assert page.plan.isVisible()
    items = {kind: page.plan.grid.item_of(each) for kind, each in made.items()}
    assert [item.minute if item else None for item in items.values()] == [540, 660]
    assert page.plan.tomorrow.text() == "Tomorrow: 1 at a fixed hour"
    last = items["task"]
    assert last is not None
    qtbot.waitUntil(lambda: page.plan.grid.visibleRegion().contains(last.rect.center()))  # at any hour of now
    page.plan.grid.choose(items["task"])
    page.plan.grid.setFocus()
    qtbot.keyClick(page.plan.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    moved = today + timedelta(hours=2, minutes=15)
    qtbot.waitUntil(lambda: stored(store, "task", made["task"]).remind_at == moved)
    key(qtbot, page.plan.grid, Qt.Key.Key_Return)
    assert the_record(window).record_id == made["task"]
    window.resize(1000, 700)
    window.go("today")
    assert not page.plan.isVisible()  # the list has the room


def test_every_part_of_every_chart_opens_its_rows(
    window_on: object, busy: Store, qtbot: QtBot, firm: Firm
) -> None:
    window: Window = window_on(busy)  # type: ignore[operator]
    page = the_board(window, qtbot)
    shown: dict[str, int] = {}
    for name in ("funnel", "reasons", "moves", "forecast"):
        chart = page.parts[name].chart
        for place, hit in enumerate(chart.hits()):
            chart.open(place)
            found = window.page()
            assert isinstance(found, ListPage)
            assert hit.rows is not None
            qtbot.waitUntil(window.desk.runner.idle)
            if name in ("funnel", "reasons"):
                assert hit.words.endswith(f": {found.total()}"), hit.words
            shown[name] = shown.get(name, 0) + found.total()
            window.go("dashboard")
            qtbot.waitUntil(window.desk.runner.idle)
    assert shown["reasons"] == 3
    assert all(shown.values())


def test_a_chart_answers_the_pointer_and_the_keys(window: Window, qtbot: QtBot) -> None:
    page = the_board(window, qtbot)
    chart = page.parts["funnel"].chart
    assert isinstance(chart, Chart)
    opened: list[object] = []
    chart.opened.disconnect()
    chart.opened.connect(opened.append)
    hits = chart.hits()
    left, top, right, bottom = hits[2].box
    middle = QPointF((left + right) / 2, (top + bottom) / 2).toPoint()
    qtbot.mouseClick(chart, LEFT, pos=middle)
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    key(qtbot, chart, Qt.Key.Key_Down)
    assert chart.accessibleDescription() == hits[1].words
    key(qtbot, chart, Qt.Key.Key_Return)
    assert opened == [hits[2].rows, hits[1].rows]
    QApplication.sendEvent(chart, QHelpEvent(QEvent.Type.ToolTip, middle, chart.mapToGlobal(middle)))
    from PySide6.QtWidgets import QToolTip

    assert QToolTip.text() == hits[2].words
    QToolTip.hideText()


def test_a_figure_opens_its_rows_and_the_tabs_come_back(window: Window, qtbot: QtBot) -> None:
    page = the_board(window, qtbot)
    tile = next(tile for tile in page.tiles.tiles if tile.tile.name.text == "Under way, by chance")
    count = int(tile.tile.note.in_language("en").split()[0])
    press(qtbot, tile)
    found = window.page()
    assert isinstance(found, ListPage)
    qtbot.waitUntil(lambda: found.total() == count)
    assert found.tabs["all"].isChecked()
    assert found.state.now.where == tile.tile.rows.where
    press(qtbot, found.tabs["won"])
    assert found.tabs["won"].isChecked()


def test_the_scope_is_mine_or_everybodys(window: Window, qtbot: QtBot) -> None:
    page = the_board(window, qtbot)
    assert page.scope().owner == window.desk.actor.id
    page.header_parts()[1].click()  # type: ignore[attr-defined]
    assert page.scope().owner is None
    qtbot.waitUntil(window.desk.runner.idle)


def test_the_dashboard_goes_on_paper(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    page = the_board(window, qtbot)
    with qtbot.waitSignal(window.desk.told):
        page.export(tmp_path / "dashboard.pdf")
    assert (tmp_path / "dashboard.pdf").read_bytes().startswith(b"%PDF")


def test_titles_and_units_follow_the_language(window: Window, qtbot: QtBot, look: Look) -> None:
    page = the_board(window, qtbot)
    assert "thousand" in page.notes()[0].text() or "million" in page.notes()[0].text()
    look.switch(language="zh")
    assert "万元" in page.notes()[0].text()
    drawing = page.parts["funnel"].chart.drawing()
    assert drawing is not None
    assert "需求确认" in drawing.summary


def test_empty_boards_say_why_and_offer_what_begins_them(
    window_on: Callable[[Store], Window], empty_store: Store, qtbot: QtBot
) -> None:
    window = window_on(empty_store)
    board = the_board(window, qtbot)
    start = next(each for each in board.findChildren(Button) if each.isVisible() and each.text())
    press(qtbot, start)
    assert window.new.isVisible()
    window.new.dismiss()
    window.go("today")
    day = window.page()
    assert isinstance(day, TodayPage)
    qtbot.waitUntil(window.desk.runner.idle)
    words = [each.text() for each in day.findChildren(QLabel) if each.isVisible()]
    assert "Nothing to do today" in words
    assert "open" not in words  # no keys for lines that are not there
    firm = Firm(empty_store)
    firm.new("opportunity", name="二期", customer_id=firm.new("customer", name="昆山明泰"), amount=100)
    window.go("dashboard")
    qtbot.waitUntil(lambda: any(chart.isVisible() for chart in board.findChildren(Chart)))
