"""The noise guards: a warning, a Qt message, a thread or a timer left behind fails the test that made it."""

import copy
import gc
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import hypothesis
import pytest
from pytestqt.qtbot import QtBot

from desktop.models import engines
from tests.compiled import compiled_once

if TYPE_CHECKING:
    from tests.screens.sample import Firm
    from tests.stories.people import Starter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault(
    "PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring"
)  # nobody's own keys are touched
os.environ.pop("SATCHEL_PASSPHRASE", None)

# A change is judged by the same examples on every machine; new ones are looked for by `dev.py prove`.
hypothesis.settings.register_profile("quick", max_examples=50, deadline=None, derandomize=True)
hypothesis.settings.register_profile("seek", max_examples=400, deadline=None)
hypothesis.settings.register_profile("prove", max_examples=20_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("SATCHEL_HYPOTHESIS", "quick"))

PATIENCE = float(
    os.environ.get("SATCHEL_PATIENCE", "15")
)  # seconds that a thread or timer may take to end after its test
SEARCHES = gc.get_threshold()
LASTING = (
    "MainThread",
    "AnyIO worker thread",
    "execnet",
    "pytest_timeout",
)  # not ours, or ending by themselves


def spare_wiping() -> None:
    """SQLCipher wipes each piece of memory that it lets go once one connection asked for it, in this process
    for good: a third of what tests with a store cost. Real programs that tests start do wipe, and
    tests/models/test_connections.py asks whether they would.
    """
    asking = engines.SETTINGS[0]
    assert "memory" in asking
    vars(engines)["FILE_SETTINGS"] = tuple(one for one in engines.FILE_SETTINGS if one != asking)
    vars(engines.Keyring)["__init__"].__kwdefaults__["settings"] = engines.OFFICE_SETTINGS


spare_wiping()
compiled_once(engines)


class PatientBot(QtBot):
    """Waits as long as a busy machine may need; only what never comes costs that long."""

    LEAST = 90_000
    """Milliseconds."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = LEAST) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=max(timeout, self.LEAST))

    def waitSignal(self, signal: Any, *, timeout: int = LEAST, **more: Any) -> Any:  # noqa: N802
        hoped = more.get("raising") is not False  # else it is a test that nothing comes
        return super().waitSignal(signal, timeout=max(timeout, self.LEAST) if hoped else timeout, **more)

    def waitExposed(self, widget: Any, *, timeout: int = LEAST) -> Any:  # noqa: N802
        return super().waitExposed(widget, timeout=timeout)

    def waitActive(self, widget: Any, *, timeout: int = LEAST) -> Any:  # noqa: N802
        return super().waitActive(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """The bot of pytest-qt, with patience."""
    assert qapp
    return PatientBot(request)


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail the test that leaves a thread running or a timer ticking."""
    GARBAGE.spare()
    threads, timers = running_threads(), ticking_timers()
    yield
    empty_clipboard()
    if (
        gc.get_threshold() != SEARCHES
    ):  # a program that started spared objects, which would keep them for good
        gc.unfreeze()
        gc.set_threshold(*SEARCHES)
    deadline = time.monotonic() + PATIENCE
    while left := [*sorted(running_threads() - threads), *sorted(ticking_timers() - timers)]:
        if time.monotonic() > deadline:
            pytest.fail(f"left behind: {', '.join(left)}", pytrace=False)
        settle()


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test keeps in the settings of the machine, neither another one nor a person meets."""
    monkeypatch.setenv("SATCHEL_SETTINGS", str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def nobody_hurries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a list reads at once, it reads at once on a slow machine too: there its rows would come later."""
    if "desktop.views.list_source" in sys.modules:
        for name in ("PATIENCE", "BRIEF"):
            monkeypatch.setattr(f"desktop.views.list_source.{name}", 60.0)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], "Firm"]:
    """Puts the firm into a folder: it is founded once a day, and copied.

    Its days are counted from the one on which it was founded; a run that goes on past midnight needs another.
    """
    from tests.screens.sample import Firm
    from tests.stores import opened

    made: dict[date, tuple[Path, Firm]] = {}

    def copied(folder: Path) -> Firm:
        today = date.today()  # noqa: DTZ011
        if today not in made:
            place = tmp_path_factory.mktemp("firm")
            with opened(place, clock=lambda: datetime.now(UTC)) as store:
                made[today] = place, Firm(store).found()
        place, firm = made[today]
        shutil.copytree(place, folder, dirs_exist_ok=True)
        return copy.copy(firm)

    return copied


@pytest.fixture(scope="session")
def starter() -> "Iterator[Starter]":
    """Starts processes that have imported everything already."""
    from tests.stories.people import Starter

    starter = Starter()
    yield starter
    starter.close()


def empty_clipboard() -> None:
    """What a test copied is no other test's; offscreen it would outlive Python, and end by a crash."""
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and isinstance(qt_application(), gui.QGuiApplication):
        gui.QGuiApplication.clipboard().clear()


def running_threads() -> set[str]:
    """Threads started by Python code; a name and the id tell two apart."""
    return {
        f"thread {thread.name} ({thread.ident})"
        for thread in threading.enumerate()
        if not thread.name.startswith(LASTING) and not isinstance(thread, threading._DummyThread)  # noqa: SLF001
    }


def ticking_timers() -> set[str]:
    """Active Qt timers, where a test has made a Qt application at all."""
    if not qt_application():
        return set()
    from PySide6.QtCore import QTimer
    from shiboken6 import Shiboken

    return {
        f"timer {timer.objectName() or hex(id(timer))} every {timer.interval()} ms"
        for timer in Shiboken.getAllValidWrappers()
        if isinstance(timer, QTimer) and timer.isActive()
    }


def settle() -> None:
    """Give what is ending a chance to end."""
    if application := qt_application():
        from PySide6.QtCore import QEvent

        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        application.processEvents()
    gc.collect()
    time.sleep(0.01)


class Garbage:
    """Looks for what tests leave among what was made lately: to search all that is loaded after each window
    was a third of what the tests of windows cost."""

    MUCH = 50_000
    """Objects that are left after a search; before the next test they are spared too."""
    SELDOM = 20
    """How often more are spared before all are searched again."""

    def __init__(self) -> None:
        self._due = True
        self._times = 0
        gc.callbacks.append(self._searched)

    def _searched(self, phase: str, about: dict[str, int]) -> None:
        if phase == "stop" and about["generation"] == 2:
            self._due = len(gc.get_objects()) > self.MUCH

    def spare(self) -> None:
        """Before a test: what is here now and no garbage is not searched again."""
        if self._due:
            self._times += 1
            if self._times % self.SELDOM == 0:
                gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._due = False


GARBAGE: Final = Garbage()


def qt_application() -> Any:
    """The running Qt application, without importing Qt for the tests that have none."""
    core = sys.modules.get("PySide6.QtCore")
    return core.QCoreApplication.instance() if core else None
