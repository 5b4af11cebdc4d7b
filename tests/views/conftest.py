"""A window on a small firm: the store is made once and copied for each test."""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.runner import Runner
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.stores import opened


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def made_firm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Firm]:
    """The folder of a store with the firm in it, closed."""
    folder = tmp_path_factory.mktemp("firm") / "profile"
    with opened(folder, clock=now) as store:
        firm = Firm(store).found()
    return folder, firm


@pytest.fixture
def stores() -> Iterator[ExitStack]:
    """What a test opens, closed after its windows: they keep drafts when they go."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def store(made_firm: tuple[Path, Firm], tmp_path: Path, stores: ExitStack) -> Store:
    """A store of one's own with the firm in it."""
    folder = tmp_path / "profile"
    shutil.copytree(made_firm[0], folder)
    return stores.enter_context(opened(folder, clock=now))


@pytest.fixture
def firm(made_firm: tuple[Path, Firm], store: Store) -> Firm:
    """The ids of what the firm holds; what it makes more of goes into this test's own store."""
    firm = copy.copy(made_firm[1])
    firm.store = store
    return firm


@pytest.fixture
def empty_store(tmp_path: Path, stores: ExitStack) -> Store:
    """A store with nothing in it."""
    return stores.enter_context(opened(tmp_path / "empty", clock=now))


@pytest.fixture
def look(qtbot: QtBot) -> Look:
    """English and light."""
    look = Look(theme_name="light", language="en")
    look.dress()
    return look


@pytest.fixture
def window_on(look: Look, qtbot: QtBot, stores: ExitStack) -> Iterator[Callable[[Store], Window]]:
    """Opens a window on a store and closes it after the test."""
    desks: list[Desk] = []

    def make(store: Store) -> Window:
        desk = Desk(store, Runner())
        desks.append(desk)
        window = Window(look, desk)
        qtbot.addWidget(window)
        window.resize(1440, 900)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture
def window(window_on: Callable[[Store], Window], store: Store, qtbot: QtBot) -> Window:
    """The window on the firm, which has read what it shows."""
    window = window_on(store)
    qtbot.waitUntil(window.desk.runner.idle)
    return window
