"""The customer's screen: opened by one key, signed with pen, finger or mouse, left by the PIN alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import SIGNAL, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop.models.records import Attachment, Signature
from desktop.models.store import Store
from desktop.rules import ink
from desktop.rules.attachments import hash_of
from desktop.services import commands, drafts, pins, quotes, sealed, showing
from desktop.services.evidence import PAPER
from desktop.views.customer_screen import opening
from desktop.views.customer_screen.pad import InkPad
from desktop.views.customer_screen.pin_setting import PinSetting
from desktop.views.customer_screen.screen import CustomerScreen
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests import inks
from tests.screens.sample import Firm
from tests.views.pages import LEFT, key, press, settle, the_quote

PIN = "2580"
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def page(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> QuotePage:
    """The firm's quote, issued, and a PIN of four digits."""
    commands.run(store, store.me(), "quote.issue", firm.quote)
    pins.choose(store, PIN)
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    return the_quote(window)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    opening.close_all()


def opened(page: QuotePage, window: Window, qtbot: QtBot) -> CustomerScreen:
    page.signing.open()
    qtbot.waitUntil(lambda: page.signing.screen is not None, timeout=10_000)
    settle(window, qtbot)
    screen = page.signing.screen
    assert screen is not None
    return screen


def read_and_written(screen: CustomerScreen) -> None:
    screen.pages.seen = [4_000 for _ in screen.pages.seen]
    screen.panel.pad.take(inks.name())
    screen.panel.pad.pointer = "pen"
    screen.panel.consent.setChecked(True)


def type_pin(qtbot: QtBot, screen: CustomerScreen, window: Window, pin: str) -> None:
    qtbot.keyClicks(screen.leave, pin)
    settle(window, qtbot)


def test_one_key_opens_it_on_the_whole_display_and_everything_else_is_away(
    page: QuotePage, window: Window, qtbot: QtBot
) -> None:
    window.activateWindow()
    page.grid.setFocus()
    qtbot.waitUntil(page.grid.hasFocus, timeout=10_000)
    key(qtbot, page.grid, Qt.Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: page.signing.screen is not None, timeout=10_000)
    settle(window, qtbot)
    screen = page.signing.screen
    assert screen is not None
    assert screen.isFullScreen()
    assert not window.isVisible()
    seen = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    assert seen == [screen]
    assert [each.title() for each in QGuiApplication.topLevelWindows()] == ["行囊"]
    assert len(screen.pages.sheets.images) == len(screen.pages.seen) >= 1
    assert screen.look.language == (page.draft.revision.language or "zh") == "zh"


def test_it_is_signed_and_the_quote_is_accepted_with_the_ink_in_its_paper(
    page: QuotePage, window: Window, qtbot: QtBot, store: Store, firm: Firm
) -> None:
    screen = opened(page, window, qtbot)
    before = quotes.paper(store, firm.quote)
    read_and_written(screen)
    assert screen.panel.sign.isEnabled()
    press(qtbot, screen.panel.sign)
    qtbot.waitUntil(lambda: screen.side.currentWidget() is screen.thanks, timeout=10_000)
    settle(window, qtbot)
    verdict = sealed.examine(quotes.paper(store, firm.quote), store)
    assert (verdict.state, verdict.facts["evidence"]) == ("signed", True)
    assert drafts.load(store, firm.quote).quote.stage == "accepted"
    with store.reading() as session:
        [signature] = session.query(Signature).all()
    told = signature.evidence or {}
    assert told["shown"]["sha256"] == hash_of(before)
    assert min(told["shown"]["pages_ms"]) >= 4_000
    assert told["consent"]["text"].startswith("我已阅读")
    assert told["ink"]["pointer"] == "pen"
    assert told[PAPER]


def test_each_thing_that_is_missing_is_named_before_anything_is_signed(
    page: QuotePage, window: Window, qtbot: QtBot
) -> None:
    screen = opened(page, window, qtbot)
    panel = screen.panel
    screen.pages.seen = [0 for _ in screen.pages.seen]
    wanted: list[str] = []
    steps: tuple[Callable[[], object], ...] = (
        lambda: None,
        lambda: setattr(screen.pages, "seen", [1 for _ in screen.pages.seen]),
        lambda: panel.signer.setText("王总"),
        lambda: panel.pad.take(inks.name()),
        lambda: panel.consent.setChecked(True),
    )
    for step in steps:
        if not wanted:
            panel.signer.clear()
        step()
        why = panel.reason(screen.pages.unread())
        wanted.append(why.in_language("en") if why is not None else "")
    assert wanted == [
        "Please look at page 1 first",
        "Please type your name",
        "Please sign inside the box",
        "Please tick that you agree",
        "",
    ]
    panel.pad.clear()
    assert not panel.sign.isEnabled()


def test_time_counts_for_the_page_that_is_in_view(page: QuotePage, window: Window, qtbot: QtBot) -> None:
    screen = opened(page, window, qtbot)
    screen._timer.stop()  # noqa: SLF001
    pages = screen.pages
    pages.show_images([pages.sheets.images[0]] * 3)
    pages.seen = [0, 0, 0]
    qtbot.wait(1)
    pages.area.verticalScrollBar().setValue(0)
    pages.seen = [0, 0, 0]
    pages.look_on(700)
    assert pages.seen[0] == 700
    assert pages.seen[2] == 0
    assert pages.unread() in (2, 3)
    pages.area.verticalScrollBar().setValue(pages.area.verticalScrollBar().maximum())
    pages.look_on(300)
    assert pages.seen[0] == 700
    assert pages.seen[2] >= 300


def test_ink_comes_from_mouse_pen_and_finger_with_its_times(qtbot: QtBot, page: QuotePage) -> None:
    pad = InkPad(page.signing._look)  # noqa: SLF001
    qtbot.addWidget(pad)
    pad.resize(500, 240)
    pad.show()
    QTest.mousePress(pad, LEFT, PLAIN, QPoint(20, 30))
    for x in range(30, 200, 10):
        QTest.mouseMove(pad, QPoint(x, 60))
    QTest.mouseRelease(pad, LEFT, PLAIN, QPoint(200, 60))
    assert pad.pointer == "mouse"
    assert all(point[3] == 0 for point in pad.ink().strokes[0])
    for kind, x in (
        (QEvent.Type.TabletPress, 40),
        (QEvent.Type.TabletMove, 90),
        (QEvent.Type.TabletRelease, 90),
    ):
        QApplication.sendEvent(pad, _pen(kind, QPointF(x, 120)))
    assert pad.pointer == "pen"
    assert pad.ink().strokes[1][0][3] == 600
    glass = QTest.createTouchDevice()
    QTest.touchEvent(pad, glass).press(1, QPoint(30, 180)).commit()
    QTest.touchEvent(pad, glass).press(2, QPoint(400, 20)).move(1, QPoint(60, 190)).commit()
    QTest.touchEvent(pad, glass).move(2, QPoint(420, 30)).release(1, QPoint(60, 190)).commit()
    QTest.touchEvent(pad, glass).move(2, QPoint(440, 40)).commit()  # the hand that rests
    QTest.touchEvent(pad, glass).move(2, QPoint(440, 41)).press(3, QPoint(90, 180)).commit()
    QTest.touchEvent(pad, glass).release(2, QPoint(440, 41)).release(3, QPoint(90, 180)).commit()
    assert pad.pointer == "touch"
    first, last = pad.ink().strokes[2]
    assert (last[0] - first[0], last[1] - first[1]) == (3_000, 1_000)
    assert [len(stroke) for stroke in pad.ink().strokes[2:]] == [2, 1]
    times = [point[2] for stroke in pad.ink().strokes for point in stroke]
    assert times == sorted(times)
    for _ in range(3):
        pad.undo()
    assert len(pad.ink().strokes) == 1
    pad.fixed = True
    QTest.mousePress(pad, LEFT, PLAIN, QPoint(20, 30))
    QTest.mouseRelease(pad, LEFT, PLAIN, QPoint(200, 60))
    assert len(pad.ink().strokes) == 1
    pad.clear()
    assert pad.ink().strokes == ()


def _pen(kind: QEvent.Type, at: QPointF) -> QTabletEvent:
    none = Qt.MouseButton.NoButton
    buttons = (LEFT if kind != QEvent.Type.TabletMove else none, LEFT)
    return QTabletEvent(
        kind, QPointingDevice.primaryPointingDevice(), at, at, 0.6, 0.0, 0.0, 0.0, 0.0, 0.0,
        Qt.KeyboardModifier.NoModifier, *buttons,
    )  # fmt: skip


def test_a_pad_full_of_ink_takes_no_more_than_can_be_kept(
    qtbot: QtBot, page: QuotePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ink, "MOST_POINTS", 9)
    pad = InkPad(page.signing._look)  # noqa: SLF001
    qtbot.addWidget(pad)
    pad.resize(500, 240)
    pad.show()
    for y in (20, 60, 100):
        QTest.mousePress(pad, LEFT, PLAIN, QPoint(20, y))
        for x in range(30, 80, 10):
            QTest.mouseMove(pad, QPoint(x, y))
        QTest.mouseRelease(pad, LEFT, PLAIN, QPoint(80, y))
    assert sum(map(len, pad.ink().strokes)) == 9
    assert ink.read(pad.ink().facts()) == pad.ink()


def test_ink_keeps_its_place_when_the_pad_changes_its_size(qtbot: QtBot, page: QuotePage) -> None:
    pad = InkPad(page.signing._look)  # noqa: SLF001
    qtbot.addWidget(pad)
    pad.resize(400, 200)
    pad.show()
    QTest.mousePress(pad, LEFT, PLAIN, QPoint(100, 100))
    QTest.mouseRelease(pad, LEFT, PLAIN, QPoint(100, 100))
    pad.resize(800, 400)
    QTest.mousePress(pad, LEFT, PLAIN, QPoint(200, 200))
    QTest.mouseRelease(pad, LEFT, PLAIN, QPoint(200, 200))
    first, second = (stroke[0][:2] for stroke in pad.ink().strokes)
    assert first == second == (10_000, 10_000)


def test_it_is_left_by_the_pin_alone_and_then_everything_is_back(
    page: QuotePage, window: Window, qtbot: QtBot
) -> None:
    screen = opened(page, window, qtbot)
    screen.close()
    assert screen.isVisible()
    assert screen.leave.isVisible()
    key(qtbot, screen.leave, Qt.Key.Key_Escape)
    assert screen.leave.isHidden()
    key(qtbot, screen, Qt.Key.Key_Escape)
    assert screen.leave.isVisible()
    type_pin(qtbot, screen, window, "0007")
    assert screen.isVisible()
    assert not window.isVisible()
    for digit in PIN:
        press(qtbot, screen.leave.keys[digit])
    settle(window, qtbot)
    assert page.signing.screen is None
    assert window.isVisible()
    assert pins.answer(page._desk.store, PIN).left == pins.TRIES  # noqa: SLF001


def test_after_five_wrong_pins_the_vault_is_locked(
    page: QuotePage, window: Window, qtbot: QtBot, store: Store
) -> None:
    screen = opened(page, window, qtbot)
    locked: list[bool] = []
    window.lock_wanted.connect(lambda: locked.append(True))
    screen.ask_to_leave()
    for tried in range(pins.TRIES):
        assert not locked
        type_pin(qtbot, screen, window, f"99{tried}1")
    assert locked == [True]
    assert not window.isVisible()
    assert screen.isVisible()
    type_pin(qtbot, screen, window, PIN)  # too late, until the vault was opened anew
    assert screen.isVisible()
    assert not pins.answer(store, PIN).right


def test_where_a_try_cannot_be_counted_the_passphrase_is_the_way_back(
    page: QuotePage, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError("no space left on the disk")

    screen = opened(page, window, qtbot)
    locked: list[bool] = []
    window.lock_wanted.connect(lambda: locked.append(True))
    monkeypatch.setattr(Store, "set_local", full)
    screen.ask_to_leave()
    type_pin(qtbot, screen, window, PIN)
    assert locked == [True]
    assert not window.isVisible()


def test_what_goes_wrong_is_told_to_the_rep_and_not_to_the_customer(
    page: QuotePage, window: Window, qtbot: QtBot, store: Store, firm: Firm
) -> None:
    screen = opened(page, window, qtbot)
    commands.run(store, store.me(), "quote.decline", firm.quote)
    read_and_written(screen)
    press(qtbot, screen.panel.sign)
    settle(window, qtbot)
    said = " ".join(each.text() for each in screen.findChildren(QLabel))
    assert "没有签成" in said
    assert "签发" not in said
    assert screen.panel.pad.ink() == inks.name()
    screen.ask_to_leave()
    type_pin(qtbot, screen, window, PIN)
    assert window.bar.isVisible()
    with store.reading() as session:
        assert session.query(Signature).count() == 0


def test_what_nobody_expected_leaves_the_ink_and_the_way_back(
    page: QuotePage, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = opened(page, window, qtbot)
    read_and_written(screen)

    def full(*_given: object, **_named: object) -> None:
        raise OSError("no space left on the disk")

    monkeypatch.setattr(sealed, "keep_signed", full)
    press(qtbot, screen.panel.sign)
    settle(window, qtbot)
    assert screen.panel.sign.isEnabled()
    assert screen.panel.pad.ink() == inks.name()
    assert "disk" not in " ".join(each.text() for each in screen.findChildren(QLabel))
    screen.ask_to_leave()
    type_pin(qtbot, screen, window, PIN)
    assert window.isVisible()


def test_a_draft_and_an_expired_offer_open_nothing_and_say_why(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    page = the_quote(window)
    refused: list[BaseException] = []
    window.desk.refused.connect(refused.append)
    page.signing.open()
    settle(window, qtbot)
    assert page.signing.screen is None
    assert "Issue this quote first" in str(refused[0])
    assert page.signing.button.isHidden()
    assert showing.refusal(store, "quote", firm.quote) is not None


def test_without_a_pin_one_is_asked_for_and_an_easy_one_is_refused(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    commands.run(store, store.me(), "quote.issue", firm.quote)
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    page = the_quote(window)
    press(qtbot, page.signing.button)
    asked = page.signing._pin  # noqa: SLF001
    assert asked.isVisible()
    refused: list[BaseException] = []
    window.desk.refused.connect(refused.append)
    for easy in ("1111", "1234", "12", "abcd"):
        page.signing._choose(easy)  # noqa: SLF001
        settle(window, qtbot)
    assert len(refused) == 4
    assert pins.length(store) == 0
    asked.entry.setText("48213")
    key(qtbot, asked.entry, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert page.signing.screen is not None
    assert pins.length(store) == 5
    kept = store.local(pins.KEY)
    assert "48213" not in str(kept)


def test_paper_is_signed_with_a_photograph_in_one_step(
    page: QuotePage, window: Window, qtbot: QtBot, store: Store, firm: Firm,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    photo = tmp_path / "signed.jpg"
    Image.new("RGB", (80, 60), "white").save(photo)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(photo), ""))
    press(qtbot, page.signing.on_paper)
    paper = page.signing.paper
    assert paper.isVisible()
    assert not paper.go.isEnabled()
    press(qtbot, paper.choose)
    paper.signer.setText("王总")
    press(qtbot, paper.go)
    settle(window, qtbot)
    with store.reading() as session:
        [signature] = session.query(Signature).all()
        image = session.get(Attachment, signature.image_id)
    assert (signature.method, signature.signer) == ("paper", "王总")
    assert image is not None
    assert (image.name, image.purpose) == ("signed.jpg", "signature")
    assert paper.isHidden()
    assert drafts.load(store, firm.quote).quote.stage == "accepted"


def test_whoever_would_rather_sign_on_paper_comes_there_by_the_pin(
    page: QuotePage, window: Window, qtbot: QtBot
) -> None:
    screen = opened(page, window, qtbot)
    press(qtbot, screen.panel.on_paper)
    assert page.signing.paper.isHidden()
    type_pin(qtbot, screen, window, PIN)
    assert page.signing.paper.isVisible()


def test_a_lock_takes_it_away(page: QuotePage, window: Window, qtbot: QtBot) -> None:
    watched: list[bool] = []
    window.desk.watched.connect(watched.append)
    screen = opened(page, window, qtbot)
    assert watched == [True]
    window.doing.blank()
    assert not screen.isVisible()
    assert watched == [True, False]


def test_neither_the_end_of_the_program_nor_of_the_session_is_held_up(
    page: QuotePage, window: Window, qtbot: QtBot
) -> None:
    asked: list[bool] = []
    window.lock_wanted.connect(lambda: asked.append(True))
    screen = opened(page, window, qtbot)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    QTimer.singleShot(0, app.quit)
    patience = QTimer(screen)
    patience.timeout.connect(lambda: app.exit(7))
    patience.start(10_000)
    assert app.exec() == 0
    assert not isValid(screen)
    assert asked == [True]
    window.show()
    page.signing.screen = None
    again = opened(page, window, qtbot)
    assert app.receivers(SIGNAL("commitDataRequest(QSessionManager&)")) == 1
    away = again.findChild(opening.Away)
    assert away is not None
    away.give_way()  # as the system's session does that ends
    assert app.receivers(SIGNAL("commitDataRequest(QSessionManager&)")) == 0
    assert not again.isVisible()
    assert asked == [True, True]


def test_an_order_to_wipe_takes_it_away_at_once_and_nothing_comes_back(
    page: QuotePage, window: Window, qtbot: QtBot
) -> None:
    screen = opened(page, window, qtbot)
    window.doing.vanish()
    assert not screen.isVisible()
    assert not window.isVisible()
    page.signing.screen = None
    page.signing.open()
    settle(window, qtbot)
    assert page.signing.screen is None


def test_after_a_wrong_pin_the_next_keys_are_a_pin_again(
    page: QuotePage, window: Window, qtbot: QtBot
) -> None:
    screen = opened(page, window, qtbot)
    qtbot.waitUntil(screen.isActiveWindow, timeout=10_000)
    screen.ask_to_leave()
    type_pin(qtbot, screen, window, "0007")
    assert screen.focusWidget() is screen.leave
    for way in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        for _ in range(len(screen.leave.keys) + 1):
            key(qtbot, screen.focusWidget(), way)
            assert screen.focusWidget() in screen.leave.keys.values(), "nothing behind the veil is reached"


def test_another_pin_is_set_in_the_settings(window: Window, qtbot: QtBot, store: Store) -> None:
    window.go("settings")
    settle(window, qtbot)
    setting = window.findChild(PinSetting)
    assert setting is not None
    setting.entry.setText("13")
    setting.button.click()
    settle(window, qtbot)
    assert pins.length(store) == 0
    assert window.bar.isVisible()
    setting.entry.setText("90317")
    setting.button.click()
    settle(window, qtbot)
    assert pins.length(store) == 5
    assert pins.answer(store, "90317").right
    assert setting.entry.text() == ""
