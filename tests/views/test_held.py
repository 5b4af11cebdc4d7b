"""Others' mass deletions in the window: one line, the list of what would go, and both ways by pressing."""

from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import held
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, stored


@pytest.fixture
def some(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> list[UUID]:
    """Customers whose deletion is held; the window shows the line."""
    ids = list(firm.customers[:6])
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE customer SET version = 3")
        for one in ids:
            connection.exec_driver_sql(
                "INSERT INTO sync_held (record, stream, type, version, flag, at)"
                " VALUES (?, ?, 'customer', 4, 'tombstone', '2026-11-22T06:00:00.000Z')",
                (one.bytes, f"user:{store.me().id.hex}"),
            )
    window.refresh_counts()
    qtbot.waitUntil(window.held.isVisible)
    return ids


def test_the_line_leads_to_every_record_that_would_go(
    window: Window, qtbot: QtBot, some: list[UUID], store: Store
) -> None:
    assert window.held.words().startswith("Others deleted 6 records of yours")
    press(qtbot, window.held.see)
    card = window.held.list
    qtbot.waitUntil(card.isVisible)
    names = {stored(store, "customer", one).name_en or stored(store, "customer", one).name for one in some}
    assert {each.removeprefix("Customer: ") for each in card.names()} == names
    key(qtbot, card, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert held.count(store) == 6, "nothing goes while one thinks"
    settle(window, qtbot)


def test_they_are_let_go(window: Window, qtbot: QtBot, some: list[UUID], store: Store) -> None:
    press(qtbot, window.held.see)
    qtbot.waitUntil(window.held.list.isVisible)
    press(qtbot, window.held.list.let_go)
    qtbot.waitUntil(lambda: window.held.isHidden())
    settle(window, qtbot)
    assert held.count(store) == 0
    living = [stored(store, "customer", one) for one in some]
    assert all(one is None or one.deleted_at is not None for one in living)


def test_all_of_it_is_put_back(window: Window, qtbot: QtBot, some: list[UUID], store: Store) -> None:
    press(qtbot, window.held.see)
    qtbot.waitUntil(window.held.list.isVisible)
    press(qtbot, window.held.list.put_back)
    qtbot.waitUntil(lambda: window.held.isHidden())
    settle(window, qtbot)
    assert held.count(store) == 0
    assert all(stored(store, "customer", one).deleted_at is None for one in some)
    assert "come back to everybody" in window.toast.words()
