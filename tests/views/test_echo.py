"""Days, times and amounts as people type them, said back in the field and saved as they were understood."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.models.kinds import Amount, Day, Moment, Number, Percent, Whole
from desktop.models.records import Task
from desktop.views.echo import EchoEditor, understood
from desktop.views.look import Look
from desktop.views.record_page import RecordPage
from desktop.views.window import Window
from tests.screens.sample import Firm

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("kind", "text", "plain", "english", "chinese"),
    [
        (Day(), "next tue", "2026-11-24", "Tue 24 Nov", "11 月 24 日 周二"),
        (Day(), "1.5", "2027-01-05", "Tue 5 Jan 2027", "2027 年 1 月 5 日 周二"),
        (Moment(), "明天下午3点", "2026-11-23 15:00", "Mon 23 Nov 15:00", "11 月 23 日 周一 15:00"),
        (Amount(), "1.2万", "12000.00", "12,000.00", "12,000.00"),
        (Amount(), "50k", "50000.00", "50,000.00", "50,000.00"),
        (Amount(), "800", "800.00", "", ""),
        (Number(), "3千", "3000", "3,000", "3,000"),
        (Percent(), "13%", "13", "", ""),
        (Whole(), "45", "45", "", ""),
    ],
)
def test_a_field_says_back_what_it_understood(
    kind: Day, text: str, plain: str, english: str, chinese: str
) -> None:
    for language, echo in (("en", english), ("zh", chinese)):
        found = understood(kind, text, SUNDAY, language)
        assert found is not None
        assert (found.plain, found.echo) == (plain, echo)


@pytest.mark.parametrize("text", ["", "soon", "31.31", "2026-02-30"])
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    assert understood(Day(), text, SUNDAY, "en") is None


def task_page(window: Window, qtbot: QtBot) -> RecordPage:
    store = window.desk.store
    with store.work(store.me(), "task.new") as work:
        task = work.add(Task(name="Call Zhang", priority="normal"))
    window.open_record("task", task.id)
    page = window.page()
    assert isinstance(page, RecordPage)
    return page


def test_a_day_in_words_is_saved_as_the_day(window: Window, qtbot: QtBot, firm: Firm, look: Look) -> None:
    page = task_page(window, qtbot)
    fact = page.facts.facts["due_on"]
    fact.edit()
    editor = fact.findChild(EchoEditor)
    assert editor is not None
    QTest.keyClicks(editor, "+3d")
    assert editor.echo()
    assert editor.accessibleDescription() == editor.echo()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: fact.value.isVisible())
    saved = page.shown.value("due_on")
    assert (saved - date.today()).days == 3  # noqa: DTZ011


def test_what_is_not_understood_stays_and_is_refused_under_its_field(
    window: Window, qtbot: QtBot, look: Look
) -> None:
    page = task_page(window, qtbot)
    fact = page.facts.facts["due_on"]
    fact.edit()
    editor = fact.findChild(EchoEditor)
    assert editor is not None
    QTest.keyClicks(editor, "some day")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(fact.complaint()))
    assert fact.complaint() == "A day is written like 2026-11-28."
    assert editor.text() == "some day"
    look.switch(language="zh")
    assert fact.complaint() == "日期写作 2026-11-28。"
