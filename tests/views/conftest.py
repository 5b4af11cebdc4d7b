"""A window on a small firm: the store is made once and copied for each test."""

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


@pytest.fixture
def stores() -> Iterator[ExitStack]:
    """What a test opens, closed after its windows: they keep drafts when they go."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def moved_in(founded: Callable[[Path], Firm], tmp_path: Path) -> Firm:
    """The firm in a folder of this test's own."""
    return founded(tmp_path / "profile")


@pytest.fixture
def store(moved_in: Firm, tmp_path: Path, stores: ExitStack) -> Store:
    """A store of one's own with the firm in it."""
    moved_in.store = stores.enter_context(opened(tmp_path / "profile", clock=now))
    return moved_in.store


@pytest.fixture
def firm(moved_in: Firm, store: Store) -> Firm:
    """The ids of what the firm holds; what it makes more of goes into this test's own store."""
    assert moved_in.store is store
    return moved_in


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
