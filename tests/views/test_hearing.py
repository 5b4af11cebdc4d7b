"""For those who hear the screen and use no mouse: what happens is spoken, nothing moves, keys do all."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.services import records
from desktop.views import announce, keymap
from desktop.views.look import Look
from desktop.views.network import Network
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from desktop.words import msg
from tests.screens.sample import Firm
from tests.views.pages import settle, the_record

VIEWS = Path(announce.__file__).parent


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was spoken, in order."""
    spoken: list[str] = []

    class Listening:
        AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

        @staticmethod
        def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:  # noqa: N802
            spoken.append(event.message())

    monkeypatch.setattr(announce, "QAccessible", Listening)
    return spoken


def test_what_is_done_and_refused_is_spoken(window: Window, heard: list[str]) -> None:
    window.toast.tell(msg("{what} added").of(what=msg("Customer")))
    window.bar.tell(msg("The vault is locked."))
    assert heard == ["Customer added", "The vault is locked."]


def test_how_the_sync_ended_is_spoken_once(
    window: Window, qtbot: QtBot, heard: list[str], store: Store
) -> None:
    store.set_local("office", {"url": "https://office.example", "name": "Hengyue"})
    for key in ("syncing", "online", "online", "syncing", "offline"):
        window.show_network(Network(key))
        settle(window, qtbot)
    assert len(heard) == 2
    assert heard[1].startswith("Offline")


def test_nothing_on_the_screen_moves_by_itself() -> None:
    moving = re.compile(r"Q(Property|Variant|Sequential)Animation|QTimeLine|QMovie")
    assert [
        path.name for path in VIEWS.rglob("*.py") if moving.search(path.read_text(encoding="utf-8"))
    ] == []


def test_key_caps_show_the_keys_that_were_chosen(window: Window, look: Look) -> None:
    before = window.search.sizeHint().width()
    keymap.rebind("palette", "Ctrl+Alt+Shift+P")
    window.doing.renew()
    assert window.search.sizeHint().width() > before


def focused() -> QWidget:
    """Where the keys go."""
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_from_finding_to_a_quote_without_a_mouse(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(focused(), "xhjm")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    page = the_record(window)
    assert page.record_id == firm.customers[0]
    for _ in range(80):
        if focused() is page.note:
            break
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    assert focused() is page.note
    QTest.keyClicks(focused(), "price agreed")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    settle(window, qtbot)
    with store.reading() as session:
        assert records.page(session, RECORDS["interaction"], limit=1)[0].title == "price agreed"
    QTest.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: isinstance(window.page(), QuotePage))
    settle(window, qtbot)
    quote = window.page()
    assert isinstance(quote, QuotePage)
    quote.add.setFocus()
    QTest.keyClicks(focused(), "SAT-75V*2")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(quote.table.rows) == 1)
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert the_record(window).record_id == firm.customers[0]
