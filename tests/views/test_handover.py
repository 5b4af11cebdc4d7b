"""Without the internet in a real window: a file out, the answer in, a code shown and typed by pressing."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.jobs import Carriage
from desktop.models.store import Store
from desktop.services import commands
from desktop.views.handover import Handover
from desktop.views.window import Window
from sync.client import lan
from sync.client.driver import enrol, sync_once
from sync.server import bundle as office_bundle
from sync.server.server import Server
from tests.ports import free_port
from tests.stores import customer, opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct
from tests.views.conftest import now
from tests.views.pages import key, press, settle, type_in


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Server]:
    """An office with two people."""
    made = Server(postgres.office(tmp_path / "office"))
    for name in ("Ann", "Bob"):
        made.add_user(name, "South", "rep")
    yield made
    made.store.close()


@pytest.fixture
def ann(empty_store: Store, office: Server) -> Store:
    """A laptop that has joined."""
    enrol(empty_store, Direct(office), office.new_code("Ann"))
    sync_once(empty_store, Direct(office))
    return empty_store


@pytest.fixture
def bob(tmp_path: Path, office: Server) -> Iterator[Store]:
    """Another one."""
    with opened(tmp_path / "bob", clock=now) as store:
        enrol(store, Direct(office), office.new_code("Bob"))
        sync_once(store, Direct(office))
        yield store


Open = Callable[[Store, Path], Window]


@pytest.fixture
def open_on(window_on: Callable[[Store], Window], tmp_path: Path) -> Open:
    """A window with what carries bundles for it."""

    def make(store: Store, folder: Path) -> Window:
        window = window_on(store)
        window.handover.carriage = Carriage(store, folder)
        return window

    return make


def choose_file(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The system's own dialog answers with this file."""
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_args, **_named: (str(path), ""))


def ended(handover: Handover, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: handover.done.isVisible(), timeout=10_000)
    return handover.said()


def test_a_file_goes_to_the_office_and_its_answer_comes_back(
    open_on: Open, ann: Store, office: Server, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_on(ann, tmp_path / "ann")
    customer(ann, "Anchor")
    settle(window, qtbot)
    assert window.desk.waiting_count() == 1
    window.outbox.show_above(window.status.network)
    press(qtbot, window.outbox.without)
    handover = window.handover
    assert handover.isVisible()
    letter, answer = tmp_path / "out.satchel", tmp_path / "in.satchel"
    choose_file(monkeypatch, letter)
    press(qtbot, handover.out)
    assert ended(handover, qtbot) == "1 changes are in the file, sealed for the office."
    assert b"Anchor" not in letter.read_bytes()
    answer.write_bytes(office_bundle.take_in(office, letter.read_bytes()).reply)
    press(qtbot, handover.done)
    handover.ask()
    choose_file(monkeypatch, answer)
    press(qtbot, handover.into)
    assert ended(handover, qtbot).startswith("1 changes answered")
    assert window.desk.waiting_count() == 0
    handover.ask()
    press(qtbot, handover.into)
    assert ended(handover, qtbot) == "Nothing changed."
    key(qtbot, handover, Qt.Key.Key_Escape)
    assert handover.isHidden()
    settle(window, qtbot)


def drop(window: Window, *paths: Path) -> str:
    """Drag files over the window and let go; returns what was said before."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
    enter.ignore()
    window.dragEnterEvent(enter)
    if not enter.isAccepted():
        return ""
    said = window.bar.words()
    event = QDropEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
    window.dropEvent(event)
    return said


def test_a_bundle_that_is_dropped_says_what_it_will_do_before_and_goes_on_by_a_stick(
    open_on: Open,
    ann: Store,
    bob: Store,
    office: Server,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_on(ann, tmp_path / "ann")
    carriage = window.handover.carriage
    assert carriage is not None
    carriage.write(tmp_path / "ann.satchel")
    answer = tmp_path / "answer"
    answer.write_bytes(office_bundle.take_in(office, (tmp_path / "ann.satchel").read_bytes()).reply)
    customer(bob, "Bridge")
    Carriage(bob, tmp_path / "bob").write(tmp_path / "bob.satchel")
    nothing = tmp_path / "photo.satchel"
    nothing.write_bytes(b"not a bundle")
    assert drop(window, nothing) == ""
    assert "office's answer" in drop(window, answer)
    assert "records received" in ended(window.handover, qtbot)
    press(qtbot, window.handover.done)
    assert "along for others" in drop(window, tmp_path / "bob.satchel")
    assert ended(window.handover, qtbot) == "Taken along, sealed as it is."
    assert len(list((tmp_path / "ann" / "carried").iterdir())) == 1
    stick = tmp_path / "stick"
    stick.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(stick))
    window.handover.ask()
    assert window.handover.hand.isVisible()
    press(qtbot, window.handover.hand)
    assert ended(window.handover, qtbot) == "1 sealed bundles for the office are in the folder."
    [copy] = stick.iterdir()
    assert office_bundle.take_in(office, copy.read_bytes()).verdicts["applied"] == 1
    settle(window, qtbot)


def test_a_damaged_file_is_refused_in_words_and_changes_nothing(
    open_on: Open, ann: Store, office: Server, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_on(ann, tmp_path / "ann")
    carriage = window.handover.carriage
    assert carriage is not None
    carriage.write(tmp_path / "out")
    data = bytearray(office_bundle.take_in(office, (tmp_path / "out").read_bytes()).reply)
    data[-40] ^= 1
    (tmp_path / "bad").write_bytes(data)
    window.handover.ask()
    choose_file(monkeypatch, tmp_path / "bad")
    press(qtbot, window.handover.into)
    assert "damaged" in ended(window.handover, qtbot)
    settle(window, qtbot)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port of this test's own for both sides."""
    chosen = free_port()
    for name in ("share", "join"):
        monkeypatch.setattr(lan, name, partial(getattr(lan, name), port=chosen))
    return chosen


@pytest.mark.usefixtures("port")
def test_a_code_on_one_screen_is_typed_on_the_other_and_bundles_pass(
    open_on: Open, ann: Store, bob: Store, office: Server, qtbot: QtBot, tmp_path: Path
) -> None:
    one, other = open_on(ann, tmp_path / "ann"), open_on(bob, tmp_path / "bob")
    customer(bob, "Bridge")
    one.handover.ask()
    press(qtbot, one.handover.show_it)
    shown = one.handover.code.text()
    assert len(shown.replace(" ", "")) == 8
    assert one.handover.code.font().pixelSize() >= 28
    other.handover.ask()
    press(qtbot, other.handover.type_it)
    wrong = shown[:-1] + str((int(shown[-1]) + 1) % 10)
    type_in(qtbot, other.handover.entry, wrong)
    key(qtbot, other.handover.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "another code" in other.handover.said(), timeout=15_000)
    assert other.handover.entry.isVisible(), "the code is typed again where it was"
    type_in(qtbot, other.handover.entry, shown)
    press(qtbot, other.handover.look_for)
    assert ended(other.handover, qtbot).startswith("1 bundles given, 1 taken along")
    assert ended(one.handover, qtbot).startswith("1 bundles given, 1 taken along")
    for window in (one, other):
        settle(window, qtbot)


@pytest.mark.usefixtures("port")
def test_waiting_for_a_laptop_is_cancelled_at_once_and_says_nothing_was_lost(
    open_on: Open, ann: Store, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_on(ann, tmp_path / "ann")
    window.handover.ask()
    press(qtbot, window.handover.show_it)
    qtbot.waitUntil(lambda: window.handover.code.text() != "")
    key(qtbot, window.handover, Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert window.handover.isHidden()
    assert "Stopped" in window.toast.words()


@pytest.mark.usefixtures("port")
def test_a_code_that_is_none_is_said_so_before_anything_is_looked_for(
    open_on: Open, ann: Store, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_on(ann, tmp_path / "ann")
    window.handover.ask_code()
    type_in(qtbot, window.handover.entry, "12 34")
    key(qtbot, window.handover.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "eight digits" in window.handover.said())
    settle(window, qtbot)


def test_without_an_office_it_is_grey_and_says_why(window: Window, qtbot: QtBot, store: Store) -> None:
    assert commands.COMMANDS
    window.handover.carriage = Carriage(store, Path("/nowhere"))
    window.handover.ask()
    assert not window.handover.out.isEnabled()
    item: Any = next(one for one in window._answer("internet") if "Without the internet" in one.title)  # noqa: SLF001
    assert item.run is None
    assert "no office" in item.detail
    settle(window, qtbot)
