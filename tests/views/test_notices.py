"""Reminders with what one can do about them, quiet hours, hidden names, the crash page, and what runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop import settings
from desktop.models.record import new_id
from desktop.models.records import Comment, Customer, Task
from desktop.models.store import Store
from desktop.services import reminders
from desktop.views import crash_report, notices, running
from desktop.views.agenda import LINE, AgendaList, veiled_line
from desktop.views.cells import Cell
from desktop.views.importing.page import ImportPage
from desktop.views.look import Look
from desktop.views.privacy import DOTS, veiled
from desktop.views.window import Window
from tests.canaries import plant
from tests.screens.sample import Firm
from tests.views.pages import settle, stored, the_list, the_record

SUNDAY_NOON = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001  local time


@pytest.fixture(autouse=True)
def _never_quiet(own_settings: None) -> None:
    settings.save(settings.Settings(quiet_from="", quiet_until="", working_days_only=False))


def remind(store: Store, firm: Firm, name: str = "Call back", ago: int = 5) -> UUID:
    at = datetime.now(UTC) - timedelta(minutes=ago)
    with store.work(store.me(), "task.new") as work:
        task = work.add(Task(name=name, customer_id=firm.customers[0], remind_at=at, priority="normal"))
    return task.id


def told(window: Window, qtbot: QtBot) -> list[str]:
    window.doing.notices.look_up()
    settle(window, qtbot)
    return window.doing.notices.words()


# Reminders


def test_a_task_whose_moment_has_come_is_told_and_done_from_there(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    assert told(window, qtbot) == []
    task = remind(store, firm)
    title, below = told(window, qtbot)
    assert title == "Call back"
    assert "苏州星河精密机械有限公司" in below
    window.doing.notices.done.click()
    settle(window, qtbot)
    assert stored(store, "task", task).done_at is not None
    assert told(window, qtbot) == []
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "task", task).done_at is None


def test_a_reminder_can_wait_an_hour_or_be_opened(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    first, second = remind(store, firm, "First", ago=1), remind(store, firm, "Second", ago=9)
    assert told(window, qtbot)[0] == "First"
    before = datetime.now(UTC)
    window.doing.notices.later.click()
    settle(window, qtbot)
    assert stored(store, "task", first).remind_at - before > timedelta(minutes=59)
    assert window.doing.notices.words()[0] == "Second"
    window.doing.notices.open.click()
    assert the_record(window).record_id == second
    assert told(window, qtbot) == []


def test_quiet_hours_and_free_days_hold_reminders_back(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    remind(store, firm)
    hour = datetime.now().astimezone()
    around = {"quiet_from": f"{hour:%H:%M}", "quiet_until": f"{hour + timedelta(hours=2):%H:%M}"}
    settings.save(settings.load().with_(**around))
    assert told(window, qtbot) == []
    settings.save(settings.load().with_(quiet_from="", quiet_until=""))
    assert told(window, qtbot) != []
    settings.save(settings.load().with_(working_days_only=True))
    assert not notices.allowed(SUNDAY_NOON)
    assert notices.allowed(SUNDAY_NOON + timedelta(days=1))


def test_whoever_is_named_in_a_comment_hears_of_it(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    me = store.me().name
    with store.work(store.me(), "comment.new") as work:
        for author, names in ((me, [me]), ("沈清", ["高洁"]), ("沈清", [me])):
            made = Comment(
                customer_id=firm.customers[1], text="please look", author=author, mentions=names,
                said_at=datetime.now(UTC),
            )  # fmt: skip
            work.add(made)
    assert len(reminders.due(store, datetime.now(UTC))) == 1
    assert told(window, qtbot)[0] == "please look"
    assert window.doing.notices.done.isHidden()
    window.doing.notices.open.click()
    assert the_record(window).record_id == firm.customers[1]


def test_a_mention_is_told_once_also_after_another_start(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    me, now = store.me(), datetime.now(UTC)
    with store.work(me, "comment.new") as work:
        theirs, mine = (
            Comment(text=text, author="沈清", author_id=whose, said_at=now, mentions=[me.name])
            for text, whose in (("@you look", new_id()), ("@me too", me.id))
        )
        work.add(theirs)
        work.add(mine)
    assert told(window, qtbot)[0] == "@you look"
    assert [one.id for one in reminders.due(store, now)] == [theirs.id]
    window.doing.notices._next()  # noqa: SLF001  the cross
    settle(window, qtbot)
    assert window.doing.notices.words() == []
    assert reminders.due(store, now) == []


# Hidden names


def test_one_key_hides_names_and_amounts_and_shows_them_again(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, look: Look
) -> None:
    remind(store, firm)
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_H, keys)
    assert look.private
    assert settings.load().private
    assert page.facts.facts["phone"].value.text() == DOTS
    assert page.facts.facts["credit"].value.text() == DOTS
    assert page.facts.facts["stage"].value.text() != DOTS
    title, below = told(window, qtbot)
    assert title == DOTS
    assert "星河" not in below
    QTest.keyClick(window, Qt.Key.Key_H, keys)
    assert page.facts.facts["phone"].value.text() == "138 1290 8866"
    assert window.doing.notices.words()[0] == "Call back"


def test_a_list_shows_dots_and_keeps_stages(look: Look) -> None:
    name = Cell("星河精密", avatar=("星河精密", 1, False), tooltip="星河精密", extras=("苏州",))
    stage, nothing = Cell("Won", ring=(1.0, "won")), Cell("—")
    assert veiled(look, name) == name
    look.private = True
    hidden = veiled(look, name)
    assert (hidden.text, hidden.tooltip, hidden.extras) == (DOTS, "", ())
    assert hidden.avatar is not None
    assert "星" not in hidden.avatar[0]
    assert [veiled(look, each) for each in (stage, nothing)] == [stage, nothing]


def test_a_list_paints_nothing_of_what_is_hidden(window: Window, qtbot: QtBot, look: Look) -> None:
    page = the_list(window)
    before = page.list.viewport().grab().toImage()
    look.turn_private()
    qtbot.waitUntil(lambda: page.list.viewport().grab().toImage() != before)


# The crash page

CANARIES = plant(40)


def broken(depth: int) -> None:
    """Mistakes inside mistakes, each with a customer's words in it."""
    customer = Customer(name=CANARIES[depth])
    try:
        if depth:
            broken(depth - 1)
        else:
            raise KeyError(CANARIES[20], customer)
    except LookupError as error:
        error.add_note(CANARIES[21])
        raise ValueError(f"{customer.name} owes {CANARIES[depth]}") from error


def test_a_report_says_where_and_nothing_of_a_customer(tmp_path: Path) -> None:
    folder = tmp_path / CANARIES[22]
    folder.mkdir()
    module = folder / f"{CANARIES[23].encode().hex()}.py"
    module.write_text(f"def run(call):\n    call(0)  # {CANARIES[24]}\n")
    space: dict[str, object] = {}
    exec(compile(module.read_text(), str(module), "exec"), space)
    try:
        space["run"](broken)  # type: ignore[operator]
    except ValueError as error:
        said = crash_report.report(error, datetime(2026, 11, 22, tzinfo=UTC), 17)
    assert [each for each in CANARIES if each in said] == []
    assert str(tmp_path) not in said
    assert module.stem not in said
    assert "builtins.ValueError" in said
    assert "builtins.KeyError" in said
    assert "tests/views/test_notices.py" in said
    assert "vault shape 17" in said


def test_a_mistake_opens_the_page_once_for_each_place(
    window: Window, qtbot: QtBot, tmp_path: Path, firm: Firm
) -> None:
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    page.note.setText("typed before")

    def fail() -> None:
        raise ZeroDivisionError(CANARIES[0])

    window.desk.runner.write(fail)
    crash = window.doing.crash
    qtbot.waitUntil(crash.isVisible)
    assert "ZeroDivisionError" in crash.text.toPlainText()
    crash.write(tmp_path / "report.txt")
    assert CANARIES[0] not in (tmp_path / "report.txt").read_text()
    QTest.keyClick(crash, Qt.Key.Key_Escape)
    assert crash.isHidden()
    assert page.note.text() == "typed before"
    window.desk.runner.write(fail)
    settle(window, qtbot)
    assert crash.isHidden()


# What runs


def test_an_import_shows_how_far_it_is_and_cancel_takes_it_back(
    window: Window, qtbot: QtBot, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "COUNTED_AFTER", 0.0)
    file = tmp_path / "many.csv"
    rows = "\n".join(f"Firm {n:05d},0512 {n:08d}" for n in range(3000))
    file.write_text(f"name,phone\n{rows}\n", encoding="utf-8")
    before = count(store)
    tray = window.doing.tray
    window.desk.bring_in(file)
    page = window.page()
    assert isinstance(page, ImportPage)
    qtbot.waitUntil(lambda: page.ahead is not None, timeout=20_000)
    page.carry_out()
    tray._late.setInterval(1)  # noqa: SLF001
    tray._late.start()  # noqa: SLF001
    qtbot.waitUntil(lambda: any("of 3,000" in words for words in tray.words()), timeout=20_000)
    assert "Importing many.csv" in tray.words()[0]
    button = tray.stop_button()
    assert button is not None
    button.click()
    qtbot.waitUntil(lambda: "Stopped; everything is as it was." in window.toast.words(), timeout=30_000)
    settle(window, qtbot)
    assert tray.isHidden()
    assert count(store) == before


def count(store: Store) -> int:
    with store.reading() as session:
        return session.query(Customer).filter(Customer.deleted_at.is_(None)).count()


def test_today_says_what_is_urgent_and_no_names_while_they_are_hidden(
    window: Window, qtbot: QtBot, look: Look, firm: Firm
) -> None:
    window.go("today")
    settle(window, qtbot)
    page = window.page()
    agenda = page.findChild(AgendaList)  # type: ignore[union-attr]
    assert agenda is not None
    lines = [agenda.model().index(row, 0).data(LINE) for row in range(agenda.model().rowCount())]
    assert lines
    assert veiled_line(look, lines[0]) is lines[0]
    look.turn_private()
    for line in lines:
        hidden = veiled_line(look, line)
        assert (look.text(hidden.title), hidden.about, hidden.value) == (DOTS, (), None)
        assert hidden.mark == line.mark
