"""At the customer's table without a network: from Ctrl+K to the signed paper on the clipboard, by keys.

Each key costs what it costs a typist who knows the program; what the program makes one wait for is measured
and added. The customer's part, reading and writing a name, is theirs: it is not counted.
"""

import io
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.models import delegations as signed
from desktop.models.records import Delegation
from desktop.models.store import Store
from desktop.services import commands, pins
from desktop.views.customer_screen import opening
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests import inks
from tests.screens.sample import Firm
from tests.views.pages import settle, the_quote

KEY: Final = 0.28
"""Seconds a key: 40 words a minute."""
OFFICE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LINES: Final = ("sat7*2", "dry*2", "flt*3", "tnk*2", "svc*1")
WindowOn = Callable[[Store], Window]


class Hands:
    """Presses keys where the focus is, counts them, and adds what the program lets one wait for."""

    def __init__(self, qtbot: QtBot, window: QWidget) -> None:
        self.qtbot, self.window = qtbot, window
        self.keys, self.waited = 0, 0.0

    def press(
        self,
        name: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        at: QWidget | None = None,
    ) -> None:
        self.keys += 1
        self._timed(lambda: QTest.keyClick(at or self._there(), name, modifier))

    def type(self, text: str, at: QWidget | None = None) -> None:
        self.keys += len(text)
        self._timed(lambda: QTest.keyClicks(at or self._there(), text))

    def wait(self, ready: Callable[[], bool]) -> None:
        self._timed(lambda: self.qtbot.waitUntil(ready))

    @property
    def seconds(self) -> float:
        return self.keys * KEY + self.waited

    def _there(self) -> QWidget:
        """Where the keys go. The offscreen platform forgets which window is active when one closes."""
        if QApplication.activeWindow() is not self.window:
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow)
        return QApplication.focusWidget() or self.window

    def _timed(self, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        self.waited += time.perf_counter() - began


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    opening.close_all()


def delegated(store: Store) -> None:
    """The rep may give 3 % on the whole without asking, and up to 15 % under a delegation of the office."""
    me, day = store.me(), store.clock().date()
    rule = {"name": "whole", "kind": "document_discount", "threshold": Decimal(3), "role": "manager"}
    commands.run(store, me, "approval_rule.new", values=rule)
    given: dict[str, Any] = {
        "owner_id": me.id,
        "device_id": store.device,
        "valid_from": day - timedelta(days=2),
        "valid_until": day + timedelta(days=20),
        "most": 3,
        "exposure": Decimal(1_000_000),
        "document_discount": Decimal(15),
    }
    made = commands.run(store, me, "delegation.new", values=given).value
    with store.work(me, "test") as work:
        kept = work.get(Delegation, made.id)
        kept.granted_as, kept.granted_by_id = "manager", me.id
        kept.granted_at = int((store.clock() - timedelta(days=1)).timestamp() * 1000)
        kept.signature = signed.sign(OFFICE, signed.wire(kept), kept.granted_at)
    store.set_local(signed.KEYS, {"sign": OFFICE.public_key().public_bytes_raw().hex(), "box": ""})
    store.set_local("me", {"id": me.id.hex, "name": me.name, "role": "rep", "team": None})
    pins.choose(store, "2580")


def clipboard_pdf() -> bytes:
    data = QGuiApplication.clipboard().mimeData()
    urls = data.urls() if data is not None else []
    path = urls[0].toLocalFile() if urls else ""
    return Path(path).read_bytes() if path.endswith(".pdf") else b""


def test_a_visit_from_the_customer_to_the_signed_paper(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    delegated(store)
    window = window_on(store)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    settle(window, qtbot)
    hands, control = Hands(qtbot, window), Qt.KeyboardModifier.ControlModifier
    QGuiApplication.clipboard().clear()

    hands.press(Qt.Key.Key_K, control)
    hands.wait(window.palette_box.entry.hasFocus)
    hands.type("xhj")
    hands.wait(lambda: any("Xinghe" in title for title in window.palette_box.titles()))
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: type(window.page()).__name__ == "RecordPage")
    hands.press(Qt.Key.Key_Q, control)
    hands.wait(lambda: isinstance(window.page(), QuotePage))
    page = the_quote(window)
    hands.wait(page.add.hasFocus)
    for number, line in enumerate(LINES, 1):
        hands.type(line)
        hands.press(Qt.Key.Key_Return)
        hands.wait(lambda number=number: len(page.draft.lines) == number)
    hands.type("-5%")
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.light.standing is not None and page.light.standing.source is not None)
    assert page.light.refusal is None
    hands.press(Qt.Key.Key_F9)
    hands.wait(page.confirm.yes.hasFocus)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.draft.frozen)
    hands.press(Qt.Key.Key_Return, control)
    hands.wait(lambda: page.signing.screen is not None)
    screen = page.signing.screen
    assert screen is not None
    settle(window, qtbot)

    screen.pages.seen = [4_000 for _ in screen.pages.seen]  # the customer reads, ticks, writes and confirms
    screen.panel.pad.take(inks.name())
    screen.panel.pad.pointer = "pen"
    screen.panel.consent.setChecked(True)
    screen.panel.sign.click()

    hands.wait(lambda: page.draft.quote.stage == "accepted")
    hands.press(Qt.Key.Key_Escape, at=screen)  # the PIN is asked for
    hands.type("2580", at=screen.leave)
    hands.wait(lambda: window.isVisible())
    hands.press(Qt.Key.Key_F10)
    hands.wait(lambda: bool(clipboard_pdf()))
    with pikepdf.open(io.BytesIO(clipboard_pdf())) as paper:
        fields = [str(field.T) for field in paper.Root.AcroForm.Fields if "/V" in field]
    assert len(fields) == 2
    with capsys.disabled():
        print(f"\na visit of {len(LINES)} lines: {hands.keys} keys, {hands.seconds:.1f} s")  # noqa: T201
    assert hands.keys <= 55
    assert hands.keys * KEY <= 20


def test_the_last_quote_again_within_a_few_keys(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    window = window_on(store)
    settle(window, qtbot)
    window.open_record("customer", firm.customers[0])
    settle(window, qtbot)
    hands = Hands(qtbot, window)
    QGuiApplication.clipboard().clear()

    hands.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    hands.wait(window.palette_box.entry.hasFocus)
    hands.type("rep")
    hands.wait(lambda: any("Repeat the last" in title for title in window.palette_box.titles()))
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: isinstance(window.page(), QuotePage))
    page = the_quote(window)
    assert page.quote_id != firm.quote
    hands.wait(page.issue.isEnabled)
    hands.press(Qt.Key.Key_F9)
    hands.wait(page.confirm.yes.hasFocus)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.draft.frozen)
    hands.press(Qt.Key.Key_F10)
    hands.wait(lambda: bool(clipboard_pdf()))
    with capsys.disabled():
        print(f"\nthe last quote again: {hands.keys} keys, {hands.seconds:.1f} s")  # noqa: T201
    assert hands.keys <= 9
