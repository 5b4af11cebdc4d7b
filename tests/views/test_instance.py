"""One window for each profile: a second start hands its link over; what a kill left behind stops nobody."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from desktop.__main__ import _link_of
from desktop.rules import deeplinks
from desktop.views.instance import Instance, bell, hand_over
from tests.house.sources import ROOT

LINK = deeplinks.link("customer", UUID(int=7))


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes that a test started, ended afterwards."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for each in running:
        each.kill()
        each.wait()


def start(folder: Path, started: list[subprocess.Popen[bytes]], *words: str) -> subprocess.Popen[bytes]:
    """The program itself on a profile."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "SATCHEL_SETTINGS": str(folder / "settings")}
    command = [sys.executable, "-m", "desktop", "--profile", str(folder), *words]
    made = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    started.append(made)
    return made


def answers(folder: Path) -> bool:
    """Whether a window of this profile answers within some seconds."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if hand_over(folder, ""):
            return True
        time.sleep(0.1)
    return False


def test_a_second_start_hands_over_and_ends_and_a_kill_leaves_no_lock(
    tmp_path: Path, qtbot: QtBot, started: list[subprocess.Popen[bytes]]
) -> None:
    first = start(tmp_path, started)
    assert answers(tmp_path)
    second = start(tmp_path, started, LINK)
    assert second.wait(timeout=90) == 0
    assert first.poll() is None
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not hand_over(tmp_path, LINK)
    third = start(tmp_path, started)
    assert answers(tmp_path)
    assert third.poll() is None


def test_the_window_hears_the_link(tmp_path: Path, qtbot: QtBot) -> None:
    there = Instance(tmp_path)
    heard: list[str] = []
    there.rung.connect(heard.append)
    code = f"""
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.views.instance import hand_over
app = QCoreApplication([])
sys.exit(0 if hand_over(Path({str(tmp_path)!r}), {LINK!r}) else 1)
"""
    ringing = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    qtbot.waitUntil(lambda: heard == [LINK], timeout=60_000)
    assert ringing.wait(timeout=60) == 0
    there.close()
    assert not hand_over(tmp_path, LINK)


def test_a_bell_may_go_before_its_caller_has_gone(tmp_path: Path, qtbot: QtBot) -> None:
    for number in range(20):
        ring_and_leave(tmp_path / str(number), qtbot)
        for _ in range(4):
            QCoreApplication.processEvents()  # nobody hears the caller's end: a crash is the failure


def ring_and_leave(folder: Path, qtbot: QtBot) -> None:
    """Both ends are left to themselves while the call is still open."""
    there = Instance(folder)
    caller = QLocalSocket()
    caller.connectToServer(bell(folder))
    with qtbot.waitSignal(there.rung):
        caller.write(b"\n")
        caller.flush()
    caller.disconnectFromServer()
    there.close()


def test_every_profile_has_its_own_bell(tmp_path: Path) -> None:
    assert bell(tmp_path / "a") != bell(tmp_path / "b")
    assert bell(tmp_path / "a") == bell(Path(str(tmp_path / "a")))


def test_a_link_is_told_from_a_subcommand() -> None:
    assert _link_of(["--profile", "x", LINK]) == (["--profile", "x"], LINK)
    assert _link_of(["list", "customer"]) == (["list", "customer"], "")


def test_a_link_that_the_system_hands_over_is_heard(tmp_path: Path, qtbot: QtBot) -> None:
    there = Instance(tmp_path)
    heard: list[str] = []
    there.rung.connect(heard.append)
    assert there.eventFilter(there, QFileOpenEvent(QUrl(LINK)))
    assert not there.eventFilter(there, QEvent(QEvent.Type.User))
    assert heard == [LINK]
    there.close()
