"""The calendar as a face of a list: days of items that share the list's query and its selection."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop.models.records import Interaction, User
from desktop.models.store import Store
from desktop.rules.filters import EVERYTHING, ME, Condition, every
from desktop.services import commands
from desktop.views.calendar.days import Item, days_of, lanes, period_words, stepped
from desktop.views.calendar.drawing import HOUR
from desktop.views.calendar.face import FIRST_HOUR, CalendarFace
from desktop.views.cells import Row
from desktop.views.list_page import ListPage
from desktop.views.privacy import DOTS
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import as_calendar, key, press_row, settle, stored, the_list, the_record

TODAY = date.today()  # noqa: DTZ011


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may go on past midnight."""
    monkeypatch.setitem(globals(), "TODAY", date.today())  # noqa: DTZ011


def test_a_task_is_moved_to_another_day_by_key_and_by_hand(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    face = as_calendar(window, qtbot, "task")
    face.show_span("month")
    item = face.grid.items[0]
    face.grid.choose(item)
    face.grid.setFocus()
    qtbot.keyClick(face.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    assert stored(store, "task", item.row.id).due_on == item.day + timedelta(1)
    current = the_list(window).current()
    assert current is not None
    assert current.id == item.row.id
    now = face.grid.item_of(item.row.id)
    assert now is not None
    target = face.grid.days[10]
    drag(qtbot, face, now, face.grid.cell(target).center())
    settle(window, qtbot)
    assert stored(store, "task", item.row.id).due_on == target
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "task", item.row.id).due_on == item.day + timedelta(1)


def drag(qtbot: QtBot, face: CalendarFace, item: Item, to: QPoint) -> None:
    start = item.rect.topLeft() + QPoint(12, 8)
    qtbot.mousePress(face.grid, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(face.grid, start + QPoint(20, 20))
    qtbot.mouseMove(face.grid, to)
    qtbot.mouseRelease(face.grid, Qt.MouseButton.LeftButton, pos=to)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute).astimezone()


def visit(store: Store, firm: Firm, day: date, hour: int, **values: Any) -> Any:
    given = {"name": "Visit", "customer_id": firm.customers[0], "happened_at": at(day, hour), **values}
    return commands.run(store, store.me(), "interaction.new", values=given).value


def test_a_visit_is_moved_in_time_and_stretched(
    window: Window, qtbot: QtBot, store: Store, firm: Firm
) -> None:
    made = visit(store, firm, TODAY, 10, minutes=60)
    face = as_calendar(window, qtbot, "interaction")
    item = face.grid.item_of(made.id)
    assert item is not None
    assert (item.minute, item.length) == (600, 60)
    face.grid.choose(item)
    face.grid.setFocus()
    qtbot.keyClick(face.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    assert stored(store, "interaction", made.id).happened_at == at(TODAY, 10, 15)
    face.stretch(face.grid.item_of(made.id).row, 90)  # type: ignore[union-attr]
    settle(window, qtbot)
    assert stored(store, "interaction", made.id).minutes == 90


def test_tasks_and_visits_lie_in_one_calendar_and_it_is_remembered(
    window: Window, qtbot: QtBot, store: Store, firm: Firm
) -> None:
    made = visit(store, firm, TODAY, 10, minutes=60)
    values = {"name": "Send the offer", "due_on": TODAY}
    task = commands.run(store, store.me(), "task.new", values=values).value
    face = as_calendar(window, qtbot, "task")
    assert face.grid.item_of(made.id) is None
    assert not face.grid.timed
    face.together.turn("interaction", on=True)
    settle(window, qtbot)
    item = face.grid.item_of(made.id)
    assert item is not None
    assert (item.minute, face.grid.timed, face.grid.gutter()) == (600, True, face.band.gutter())
    above = face.band.item_of(task.id)
    assert above is not None
    assert face.band.cell(TODAY).contains(above.rect.center())
    face.band.choose(above)
    face.grid.choose(item)
    assert (face.band.chosen, the_list(window).chosen()[0].id) == (None, made.id)
    face.grid.setFocus()
    qtbot.keyClick(face.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    assert stored(store, "interaction", made.id).happened_at == at(TODAY, 10, 15)
    assert store.local("calendar:task") == ["interaction"]
    face.band.choose(face.band.item_of(task.id))
    key(qtbot, face.band, Qt.Key.Key_BracketRight)
    settle(window, qtbot)
    assert stored(store, "task", task.id).due_on == TODAY + timedelta(1)
    face.opened.emit(item.row)
    assert the_record(window).record_id == made.id


def test_other_kinds_are_of_the_people_whose_records_the_list_shows(
    window: Window, qtbot: QtBot, store: Store, firm: Firm
) -> None:
    mine, theirs = visit(store, firm, TODAY, 10), visit(store, firm, TODAY, 11)
    mate = User(name="沈清", role="rep")
    with store.work(store.me(), "interaction.assign") as work:
        work.add(mate)
        work.get(Interaction, theirs.id).owner_id = mate.id
    face, page = as_calendar(window, qtbot, "task"), the_list(window)
    face.together.turn("interaction", on=True)

    def shown() -> list[bool]:
        settle(window, qtbot)
        return [face.grid.item_of(one.id) is not None for one in (mine, theirs)]

    assert shown() == [True, True]
    page.show_otherwise(where=every(Condition("owner_id", "one_of", (ME,)), Condition("done_at", "empty")))
    assert shown() == [True, False]
    page.show_otherwise(where=every(Condition("owner_id", "one_of", (mate.id.hex,))))
    assert shown() == [False, True]
    page.show_otherwise(where=EVERYTHING)
    for language, words in (("en", "Of these, mine alone"), ("zh", "这些只显示我的")):
        page._look.switch(language=language)  # noqa: SLF001
        menu = face.together.menu(face)
        assert menu.actions()[-1].text() == words
    menu.actions()[-1].setChecked(True)
    assert shown() == [True, False]
    assert store.local("calendar:task") == ["interaction", "mine"]


def test_another_kind_in_a_calendar_is_neither_added_up_nor_changed_as_one_of_the_list(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    task = commands.run(store, store.me(), "task.new", values={"name": "Send", "due_on": TODAY}).value
    window.go("quote")
    settle(window, qtbot)
    press_row(qtbot, the_list(window), 0)
    face = as_calendar(window, qtbot, "quote")
    face.together.turn("task", on=True)
    settle(window, qtbot)
    item = face.grid.item_of(task.id)
    assert item is not None
    page = the_list(window)
    with qtbot.waitSignal(page.figures) as told:
        face.grid.choose(item)
    assert told.args is not None
    said = [words.in_language("en") for words, _figure in told.args[0]]
    assert (said[0], len(said)) == ("1 selected", 3)  # a hint and the count follow, and no sum
    for said in (DOTS, "Send"):
        page._look.turn_private()  # noqa: SLF001
        assert face.grid.accessibleDescription() == said
    assert page.many.ids() == []
    page.many.change()
    assert page.many.bulk.isHidden()
    page.many.bulk.ask([row.id for row in page.table.rows if isinstance(row, Row)])
    assert page.many.bulk.isVisible()
    face.grid.choose(item)
    assert page.many.bulk.isHidden()
    settle(window, qtbot)


def test_the_item_one_is_on_stays_the_one_whatever_was_moved_before(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    face = as_calendar(window, qtbot, "task")
    face.show_span("month")
    made = [
        commands.run(store, store.me(), "task.new", values={"name": name, "due_on": TODAY}).value
        for name in ("Moved", "Pressed")
    ]
    window.desk.changed.emit(frozenset(("task", each.id) for each in made))
    settle(window, qtbot)
    moved, pressed = (face.grid.item_of(each.id) for each in made)
    assert moved is not None
    assert pressed is not None
    face.grid.choose(moved)
    beside = next(day for day in face.grid.days if day != TODAY)  # tomorrow may lie on the next page
    face.move_to(moved.row, beside, None)
    settle(window, qtbot)
    face.grid.choose(face.grid.item_of(pressed.row.id))
    window.desk.changed.emit(frozenset({("task", moved.row.id)}))
    settle(window, qtbot)
    assert [row.id for row in the_list(window).chosen()] == [pressed.row.id]


def test_what_has_no_room_above_the_hours_is_a_press_or_a_key_away(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    face = as_calendar(window, qtbot, "interaction")
    for place in range(5):
        values = {"name": f"No. {place}", "due_on": TODAY}
        commands.run(store, store.me(), "task.new", values=values)
    face.together.turn("task", on=True)
    settle(window, qtbot)
    band = face.band
    assert band.hidden_more[TODAY] >= 2
    qtbot.mouseClick(band, Qt.MouseButton.LeftButton, pos=band.more_box(TODAY).center())
    settle(window, qtbot)
    assert (face.span, face.day, band.hidden_more) == ("day", TODAY, {})
    face.show_span("week")
    settle(window, qtbot)
    last = [item for item in band.items if item.day == TODAY][-1]
    band.choose(last)
    key(qtbot, band, Qt.Key.Key_Down)
    settle(window, qtbot)
    assert (face.span, band.chosen) == ("day", last.row.id)
    key(qtbot, band, Qt.Key.Key_Down)
    assert band.chosen != last.row.id


def test_other_kinds_stay_while_they_are_read_again_and_are_not_read_where_nobody_looks(
    window: Window, qtbot: QtBot, store: Store, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = visit(store, firm, TODAY, 10)
    face = as_calendar(window, qtbot, "task")
    face.together.turn("interaction", on=True)
    settle(window, qtbot)
    task = commands.run(store, store.me(), "task.new", values={"name": "New", "due_on": TODAY}).value
    window.desk.changed.emit(frozenset({("interaction", made.id), ("task", task.id)}))
    assert face.grid.item_of(made.id) is not None
    settle(window, qtbot)
    window.go("customer")
    settle(window, qtbot)
    asked: list[date] = []
    monkeypatch.setattr(face.together, "ask", lambda first, _last: asked.append(first))
    window.desk.changed.emit(frozenset({("interaction", made.id)}))
    window.desk.changed.emit(frozenset({("interaction", made.id), ("task", task.id)}))
    assert asked == []
    window.go("task")
    assert asked == [face.grid.days[0]]


def test_escape_puts_a_held_item_back(window: Window, qtbot: QtBot, store: Store) -> None:
    face = as_calendar(window, qtbot, "task")
    face.show_span("month")
    item = face.grid.items[0]
    face.grid.hold(item, QPoint(5, 5), QPoint(1, 1))
    key(qtbot, face.grid, Qt.Key.Key_Escape)
    assert face.grid.held is None
    assert stored(store, "task", item.row.id).due_on == item.day


def test_pages_turn_and_today_comes_back(window: Window, qtbot: QtBot) -> None:
    face = as_calendar(window, qtbot, "task")
    key(qtbot, face.grid, Qt.Key.Key_PageDown)
    assert face.day == TODAY + timedelta(7)
    face.today.click()
    assert face.day == TODAY
    assert TODAY in face.grid.days


def test_a_bare_week_says_so_and_opens_where_the_working_day_begins(window: Window, qtbot: QtBot) -> None:
    face = as_calendar(window, qtbot, "interaction")
    assert not face._none.isVisible()  # noqa: SLF001
    face.go(TODAY + timedelta(700))
    settle(window, qtbot)
    look, bar = window._look, face._area.verticalScrollBar()  # noqa: SLF001
    first = look.px(HOUR * FIRST_HOUR) - look.px(12)
    qtbot.waitUntil(lambda: bar.value() == first)
    assert (face._none.isVisible(), face._none.text()) == (True, "nothing in this week")  # noqa: SLF001
    assert face.grid.isVisible()
    assert not face.nothing.isVisible()
    bar.setValue(first + 100)
    face.turn(1)
    settle(window, qtbot)
    assert bar.value() == first + 100, "who scrolled stays there"


def test_a_calendar_of_a_list_that_holds_nothing_says_how_to_begin(window: Window, qtbot: QtBot) -> None:
    face = as_calendar(window, qtbot, "task")
    page = the_list(window)
    page.show_otherwise(where=every(Condition("name", "is", "nobody wrote this")))
    settle(window, qtbot)
    assert face.no_match.isVisible()
    assert not face.grid.isVisible()
    assert face.no_match.button is not None
    qtbot.mouseClick(face.no_match.button, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert face.grid.isVisible()
    tasks = window.desk.recent("task", 9)
    assert len(tasks) == page.total()
    window.desk.delete_all(tasks)
    settle(window, qtbot)
    assert face.nothing.isVisible()
    window.desk.undo()
    settle(window, qtbot)
    assert face.grid.isVisible()


def test_what_the_list_hides_the_calendar_hides(window: Window, qtbot: QtBot) -> None:
    face = as_calendar(window, qtbot, "task")
    face.show_span("month")
    settle(window, qtbot)
    assert face.grid.items
    page = the_list(window)
    assert isinstance(page, ListPage)
    page.show_otherwise(where=every(Condition("name", "is", "nothing")))
    settle(window, qtbot)
    assert face.grid.items == []


def test_periods_are_named_and_stepped() -> None:
    day = date(2026, 10, 8)
    assert period_words("week", day, "zh").in_language("zh") == "10 月 5 日至 11 日"
    assert period_words("week", day, "en").in_language("en") == "5 to 11 Oct 2026"
    assert period_words("week", date(2026, 9, 30), "en").in_language("en") == "28 Sep to 4 Oct 2026"
    assert period_words("month", day, "en").in_language("en") == "Oct 2026"
    assert period_words("day", day, "zh").in_language("zh") == "10 月 8 日"
    assert len(days_of("month", date(2026, 2, 1))) == 35
    assert stepped("month", date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert stepped("week", day, -1) == date(2026, 10, 1)


def test_what_happens_together_lies_side_by_side() -> None:
    nothing = Row(None)  # type: ignore[arg-type]
    one, two, three = (Item(nothing, TODAY, start, 60) for start in (600, 630, 680))
    assert [(lane, count) for _, lane, count in lanes([three, one, two])] == [(0, 2), (1, 2), (0, 2)]
    apart = Item(nothing, TODAY, 900, 30)
    assert lanes([one, apart])[1][1:] == (0, 1)


def test_what_has_no_room_among_the_hours_is_counted_there_and_leads_to_its_day(
    window: Window, qtbot: QtBot, store: Store, firm: Firm
) -> None:
    for _ in range(6):
        visit(store, firm, TODAY, 3)
    grid = as_calendar(window, qtbot, "interaction").grid
    drawn = [item for item in grid.items if item.minute == 180 and not item.rect.isNull()]
    assert drawn
    ((box, count, day),) = grid.marks
    assert (len(drawn) + count, day) == (6, TODAY)
    assert not any(item.rect.intersects(box) for item in drawn)
    with qtbot.waitSignal(grid.day_wanted):
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=box.center())


def test_a_period_of_too_many_shows_some_of_every_day_and_how_many_more(
    window: Window, qtbot: QtBot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = days_of("week", TODAY)[0], days_of("week", TODAY)[-1]
    for day in (first, last):
        for place in range(7):
            values = {"name": f"{day} {place}", "due_on": day}
            commands.run(store, store.me(), "task.new", values=values)
    monkeypatch.setattr("desktop.views.list_source.MOST_IN_CALENDAR", 14)
    grid = as_calendar(window, qtbot, "task").grid
    for day in (first, last):
        assert sum(item.day == day for item in grid.items) == 2
        assert grid.hidden_more[day] >= 5
    with qtbot.waitSignal(grid.list_wanted):
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.more_box(first).center())
    settle(window, qtbot)
    assert the_list(window).state.now.face == "list"
    assert {row.record.due_on for row in the_list(window).table.rows} == {first}  # type: ignore[attr-defined]
