"""The runner: order of writes, questions that were overtaken, views that are gone, errors."""

import threading
from uuid import UUID

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from desktop.errors import Refused
from desktop.views import runner as running
from desktop.views.runner import GATHERED, READERS, SELDOM, Runner
from desktop.words import msg

LONGER = 1000


def closed(runner: Runner, qtbot: QtBot) -> None:
    qtbot.waitUntil(runner.idle)
    runner.close()


def test_writes_run_one_after_another_and_answers_come_home(qtbot: QtBot) -> None:
    runner, order, home = Runner(), [], []  # type: ignore[var-annotated]
    here = threading.get_ident()
    for number in range(20):
        runner.write(
            lambda number=number: order.append((number, threading.get_ident())) or number,  # type: ignore[misc]
            done=lambda number: home.append((number, threading.get_ident())),
        )
    qtbot.waitUntil(lambda: len(home) == 20)
    assert [number for number, _ in order] == list(range(20))
    assert {thread for _, thread in order} != {here}
    assert {thread for _, thread in home} == {here}
    closed(runner, qtbot)


def test_an_overtaken_question_is_dropped(qtbot: QtBot) -> None:
    runner, view, answers = Runner(), QObject(), []  # type: ignore[var-annotated]
    gate = threading.Event()
    runner.read(view, "search", lambda: gate.wait(60) and "old", answers.append)
    runner.read(view, "search", lambda: "new", answers.append)
    qtbot.waitUntil(lambda: answers == ["new"])
    gate.set()
    closed(runner, qtbot)
    assert answers == ["new"]


def test_a_question_that_was_overtaken_before_its_turn_is_never_asked(qtbot: QtBot) -> None:
    runner, view, asked = Runner(), QObject(), []  # type: ignore[var-annotated]
    gate = threading.Event()
    for place in range(READERS):
        runner.read(view, f"busy {place}", lambda: gate.wait(60), lambda _waited: None)
    answers: list[int] = []
    for number in range(5):
        runner.read(view, "count", lambda number=number: asked.append(number) or number, answers.append)  # type: ignore[misc]
    gate.set()
    qtbot.waitUntil(lambda: answers == [4])
    assert asked == [4]
    closed(runner, qtbot)


def test_what_keeps_changing_is_told_more_and_more_seldom_and_after_a_rest_at_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, told in (
        ("GATHERED", GATHERED),
        ("SELDOM", SELDOM),
    ):
        monkeypatch.setattr(running, name, told * LONGER)
    runner, key = Runner(), frozenset({("customer", UUID(int=1))})
    later, waits = runner.findChild(QTimer), []
    assert later is not None
    runner.tell(key)
    qtbot.waitUntil(later.isActive)
    for _ in range(6):
        waits.append(later.interval() // LONGER)
        runner.tell(key)
        qtbot.waitUntil(lambda: not runner.idle())
        later.start(0)  # as if the time had passed
        qtbot.waitUntil(runner.idle)
    assert waits == [GATHERED, 2 * GATHERED, 4 * GATHERED, SELDOM, SELDOM, SELDOM]
    later.start(0)
    qtbot.waitUntil(lambda: not later.isActive())
    runner.tell(key)
    qtbot.waitUntil(later.isActive)
    assert later.interval() == GATHERED * LONGER
    closed(runner, qtbot)


def test_an_answer_for_a_view_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    runner, view, answers = Runner(), QObject(), []  # type: ignore[var-annotated]
    gate = threading.Event()
    runner.read(view, "search", lambda: gate.wait(60), answers.append)
    del view
    gate.set()
    closed(runner, qtbot)
    assert answers == []


def test_an_error_goes_to_who_asked_or_to_everybody(qtbot: QtBot) -> None:
    runner, mine, everybodys = Runner(), [], []  # type: ignore[var-annotated]
    runner.failed.connect(everybodys.append)

    def refuse() -> None:
        raise Refused(msg("Nothing matches"))

    runner.write(refuse, failed=mine.append)
    runner.write(refuse)
    qtbot.waitUntil(lambda: len(mine) == len(everybodys) == 1)
    assert isinstance(mine[0], Refused)
    closed(runner, qtbot)


def test_changes_told_on_another_thread_arrive_on_this_one(qtbot: QtBot) -> None:
    runner, threads = Runner(), []  # type: ignore[var-annotated]
    runner.changed.connect(lambda _keys: threads.append(threading.get_ident()))
    teller = threading.Thread(target=lambda: runner.tell(frozenset({("customer", None)})))  # type: ignore[arg-type]
    teller.start()
    teller.join()
    qtbot.waitUntil(lambda: threads == [threading.get_ident()])
    closed(runner, qtbot)


def test_changes_in_quick_succession_are_told_together_and_a_command_before_its_result(qtbot: QtBot) -> None:
    runner, told = Runner(), []  # type: ignore[var-annotated]
    runner.changed.connect(told.append)
    keys = [frozenset({("customer", UUID(int=number))}) for number in range(20)]
    for key in keys:
        runner.tell(key)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [keys[0], frozenset().union(*keys[1:])]
    home: list[int] = []
    for key in keys[:2]:
        runner.write(lambda key=key: runner.tell(key), done=lambda _nothing: home.append(len(told)))  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(home) == 2)
    assert home == [3, 4]
    closed(runner, qtbot)
