"""SIGKILL at random moments of typing into a real window: at most a second of it is lost, the cursor is kept.

`python -m tests.views.typing_kills --rounds 100 [--seed N]` runs more rounds than the ordinary test.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from desktop.models.store import Store
from desktop.services import unfinished as services
from desktop.views import unfinished
from tests.stores import customer, opened

LOST_AT_MOST: Final = 1.0
"""Seconds of typing."""
LETTERS: Final = "abcdefghij klmnop. "
PLACES: Final = ("note", "phone", "remark", "new")


@dataclass(frozen=True, slots=True)
class State:
    """What stood in the editor after a key, and when: by a clock, or in seconds of typing."""

    text: str
    cursor: int
    at: float

    @property
    def said(self) -> tuple[str, int]:
        """All but the moment."""
        return self.text, self.cursor


@dataclass(slots=True)
class Tally:
    """What was seen; `broken` must stay empty."""

    rounds: int = 0
    keys: int = 0
    worst: float = 0.0
    broken: list[str] = field(default_factory=list)

    def judge(self, before: list[State], killed: float, found: tuple[str, int], name: str) -> None:
        """Hold the text and the cursor that came back against what stood there until the kill."""
        self.rounds += 1
        at = next((n for n in range(len(before) - 1, -1, -1) if before[n].said == found), -1)
        if at < 0 and found[0]:
            self.broken.append(f"{name}: {found} was never there")
            return
        lost = killed - before[at + 1].at if at + 1 < len(before) else 0.0
        self.worst = max(self.worst, lost)
        if lost > LOST_AT_MOST:
            self.broken.append(f"{name}: {lost:.2f} s lost")


def run(rounds: int, folder: Path, *, seed: int = 0, wait: int = unfinished.WAIT) -> Tally:
    """Type and kill `rounds` times; `wait` above the product's own is a build that is wrong on purpose."""
    dice, tally = random.Random(seed), Tally()
    with opened(folder / "first") as store:
        record = customer(store).id
    for number in range(rounds):
        profile = folder / f"life{number}"
        shutil.copytree(folder / "first", profile)
        place = PLACES[number % len(PLACES)]
        seconds = dice.uniform(0.2, 2.5)
        states = _killed(lambda out: _type(out, profile, record, place, wait), seconds)  # noqa: B023
        back = _asked(lambda out: _look(out, profile))  # noqa: B023
        tally.keys += len(states)
        found = (back["text"], back["cursor"]) if back else ("", 0)
        tally.judge(states, states[-1].at if states else 0.0, found, f"{number} ({place})")
        shutil.rmtree(profile)
    return tally


def _forked(work: Callable[[int], None]) -> tuple[int, int]:
    """A process of its own with a pipe that leads out of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        try:
            work(writing)
        finally:
            os._exit(0)
    os.close(writing)
    return child, reading


def _killed(work: Callable[[int], None], seconds: float) -> list[State]:
    """What was typed until a kill after so many seconds of typing; those of a slow machine are longer."""
    child, reading = _forked(work)
    said, end = b"", time.monotonic() + 60
    while time.monotonic() < end and select.select([reading], [], [], max(0, end - time.monotonic()))[0]:
        fresh = os.read(reading, 65536)
        said += fresh
        typed = _states(said)
        if not fresh or (typed and typed[-1].at >= seconds):
            break
    os.kill(child, signal.SIGKILL)
    while fresh := os.read(reading, 65536):
        said += fresh
    os.close(reading)
    os.waitpid(child, 0)
    return _states(said)


def _states(said: bytes) -> list[State]:
    return [State(*json.loads(line)) for line in said.splitlines() if line.endswith(b"]")]


def _asked(work: Callable[[int], None]) -> Any:
    child, reading = _forked(work)
    said = b""
    while fresh := os.read(reading, 65536):
        said += fresh
    os.close(reading)
    os.waitpid(child, 0)
    return json.loads(said)


def _window(store: Store) -> Any:
    from PySide6.QtWidgets import QApplication

    from desktop.views.desk import Desk
    from desktop.views.look import Look
    from desktop.views.runner import Runner
    from desktop.views.window import Window

    QApplication.instance() or QApplication(sys.argv[:1])
    look = Look(theme_name="light", language="en")
    window = Window(look, Desk(store, Runner()))
    window.show()
    window.activateWindow()
    return window


def _editor(window: Any, place: str, record: Any) -> Any:
    if place == "new":
        window.ask_new("contact")
        return window.new.editors["name"]
    window.open_record("customer", record)
    page = window.page()
    if place == "note":
        return page.note
    page.facts.facts[place].edit()
    return page.facts.facts[place]._editor  # noqa: SLF001


def _type(out: int, profile: Path, record: Any, place: str, wait: int) -> None:
    """Type for ever, saying after each key what stands there."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    unfinished.WAIT = wait  # type: ignore[misc]
    with opened(profile, clock=lambda: datetime.now(UTC)) as store:
        window = _window(store)
        editor = _editor(window, place, record)
        dice, pauses = random.Random(str(profile)), [0]

        def press() -> None:
            if dice.random() < 0.1:
                QTest.keyClick(editor, Qt.Key.Key_Left)
            else:
                QTest.keyClicks(editor, dice.choice(LETTERS))
            now = [unfinished.text_of(editor), unfinished.cursor_of(editor), sum(pauses) / 1000]
            os.write(out, json.dumps(now).encode() + b"\n")
            pauses.append(dice.randint(15, 60))
            timer.start(pauses[-1])

        timer = QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(press)
        timer.start(20)
        QApplication.exec()


def _look(out: int, profile: Path) -> None:
    """Open the window again and say what stands where one was typing; null where nothing was kept."""
    from PySide6.QtWidgets import QApplication

    from desktop.views.coming_back import come_back

    with opened(profile, clock=lambda: datetime.now(UTC)) as store:
        draft = max(services.find(store), key=lambda one: one.at, default=None)
        window = _window(store)
        answer = None
        if draft is not None and come_back(window):
            QApplication.processEvents()
            page, name = window.page(), draft.focus
            if draft.place == "new":
                editor = window.new.editors[name]
            else:
                editor = page.note if draft.place == "note" else page.facts.facts[name]._editor  # noqa: SLF001
            answer = {"text": unfinished.text_of(editor), "cursor": unfinished.cursor_of(editor)}
        os.write(out, json.dumps(answer).encode())


class Run(Protocol):
    """Types and kills so many rounds, in a folder."""

    def __call__(self, rounds: int, folder: Path, /, *, seed: int) -> Tally: ...


def main(run: Run, about: str | None) -> int:
    """Run and say what was seen."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(options.rounds, Path(folder), seed=options.seed)
    sys.stdout.write(
        f"{tally.rounds} kills, {tally.keys} keys, at worst {tally.worst:.2f} s lost, {tally.broken}\n"
    )
    return 1 if tally.broken else 0


if __name__ == "__main__":
    raise SystemExit(main(run, __doc__))
