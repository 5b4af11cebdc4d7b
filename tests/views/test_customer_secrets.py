"""In the customer's screen no way leads to what is none of the customer's: a walk over every one of them.

Names, costs and notes that only the firm may see are put wherever the program shows something; then every
key, shortcut, button, title, tooltip, notice and name for a screen reader is tried while the screen is open.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product as every_pair
from uuid import UUID

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAction, QGuiApplication, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from desktop.documents.preview import opened as opened_pdf
from desktop.models.store import Store
from desktop.services import commands, contracts, pins, quotes, showing
from desktop.views import announce as speaking
from desktop.views import keymap, notices
from desktop.views.contracts.page import ContractPage
from desktop.views.customer_screen import opening
from desktop.views.customer_screen.screen import CustomerScreen
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, the_quote

SECRETS = ("北极星密", "73519.64", "73,519.64", "内部底牌", "底价可让", "Polaris Secret")
"""Another customer, a cost, a task, an internal note, the other customer in English."""
HELD = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)
_NAMED = (
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F9",
    "F10",
    "F11",
    "F12",
    "Tab",
    "Return",
    "Escape",
    "Home",
    "End",
)
KEYS = (
    *(getattr(Qt.Key, f"Key_{each}") for each in (*_NAMED, "PageDown", "PageUp", "Delete", "Space", "Menu")),
    *(Qt.Key(code) for code in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1)),
    *(Qt.Key(code) for code in range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)),
    *(Qt.Key.Key_Question, Qt.Key.Key_Comma, Qt.Key.Key_Slash, Qt.Key.Key_Left, Qt.Key.Key_Right),
)


@pytest.fixture
def page(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> QuotePage:
    """The firm's quote, issued; secrets everywhere else, and on the clipboard."""

    def do(command: str, target: UUID | None = None, /, **values: object) -> None:
        commands.run(store, store.me(), command, target, values=values)

    do("customer.new", name=f"{SECRETS[0]}机械有限公司", name_en=SECRETS[5])
    for product_id in firm.products.values():
        do("product.edit", product_id, cost=Decimal(SECRETS[1]))
    do("customer.edit", firm.customers[0], remark=f"{SECRETS[4]} {SECRETS[1]}")
    soon = datetime.now(UTC) - timedelta(minutes=1)
    do("task.new", name=f"{SECRETS[3]}：{SECRETS[0]}", remind_at=soon)
    commands.run(store, store.me(), "quote.issue", firm.quote)
    pins.choose(store, "2580")
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    data = QMimeData()
    data.setText(f"{SECRETS[1]} {SECRETS[0]}")
    QGuiApplication.clipboard().setMimeData(data)
    return the_quote(window)


def put_up(page: QuotePage | ContractPage, window: Window, qtbot: QtBot) -> CustomerScreen:
    page.signing.open()
    qtbot.waitUntil(lambda: page.signing.screen is not None, timeout=10_000)
    settle(window, qtbot)
    made = page.signing.screen
    assert made is not None
    return made


@pytest.fixture
def screen(page: QuotePage, window: Window, qtbot: QtBot) -> Iterator[CustomerScreen]:
    yield put_up(page, window, qtbot)
    opening.close_all()


@pytest.fixture
def of_contract(
    page: QuotePage, window: Window, qtbot: QtBot, store: Store, firm: Firm
) -> Iterator[CustomerScreen]:
    """The contract of that quote, issued and shown; what is internal stands on it, too."""
    values = {"quote_id": firm.quote, "name": "二期空压站"}
    made = commands.run(store, store.me(), "contract.new", values=values).value
    commands.run(store, store.me(), "contract.edit", made.id, values={"remark": f"{SECRETS[4]} {SECRETS[1]}"})
    commands.run(store, store.me(), "contract.issue", made.id)
    values = {"contract_id": made.id, "name": f"{SECRETS[3]} {SECRETS[0]}"}
    commands.run(store, store.me(), "milestone.new", values=values)
    window.open_record("contract", made.id)
    settle(window, qtbot)
    shown = window.page()
    assert isinstance(shown, ContractPage)
    assert secrets_in(*texts(window))
    yield put_up(shown, window, qtbot)
    opening.close_all()


def seen(screen: CustomerScreen) -> list[QWidget]:
    """Every window that is on a display."""
    return [each for each in QApplication.topLevelWidgets() if each.isVisible()]


def texts(widget: QWidget) -> Iterator[str]:
    """All that a widget and what is in it say, in any way."""
    for each in (widget, *widget.findChildren(QWidget)):
        yield from (each.windowTitle(), each.toolTip(), each.statusTip(), each.whatsThis())
        yield from (each.accessibleName(), each.accessibleDescription(), each.objectName())
        if isinstance(each, QLabel | QAbstractButton | QLineEdit):
            yield each.text()
        if isinstance(each, QLineEdit):
            yield each.placeholderText()


def spoken(interface: QAccessibleInterface, deep: int = 0) -> Iterator[str]:
    """What a screen reader finds from here on."""
    for role in (
        QAccessible.Text.Name,
        QAccessible.Text.Description,
        QAccessible.Text.Value,
        QAccessible.Text.Help,
    ):
        yield interface.text(role)
    for place in range(interface.childCount() if deep < 40 else 0):
        child = interface.child(place)
        if child is not None and child.isValid():
            yield from spoken(child, deep + 1)


def secrets_in(*said: str) -> set[str]:
    return {secret for secret in SECRETS for text in said if secret in text}


def everything(screen: CustomerScreen) -> list[str]:
    """What can be read or heard of the program now, by whatever way."""
    said = [text for window in seen(screen) for text in texts(window)]
    said += [each.title() for each in QGuiApplication.topLevelWindows()]
    for window in QGuiApplication.topLevelWindows():
        root = window.accessibleRoot()
        if root is not None:
            said += spoken(root)
    return said


def test_the_secrets_are_where_a_rep_sees_them_so_that_the_walk_can_fail(
    page: QuotePage, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.go("customer")
    settle(window, qtbot)
    heard = list(spoken(window.windowHandle().accessibleRoot()))
    found = window._answer(SECRETS[0])  # noqa: SLF001
    assert secrets_in(*heard) | secrets_in(*(item.title for item in found))
    monkeypatch.setattr(notices, "allowed", lambda _at: True)
    window.doing.notices.look_up()
    settle(window, qtbot)
    assert secrets_in(*window.doing.notices.words())


def test_nothing_of_it_is_on_the_screen_in_a_title_or_in_what_a_reader_hears(
    screen: CustomerScreen, page: QuotePage, store: Store, firm: Firm
) -> None:
    said = everything(screen)
    assert len(said) > 60
    assert any("¥" in each for each in said)
    assert secrets_in(*said) == set()
    assert seen(screen) == [screen]
    with opened_pdf(quotes.paper(store, firm.quote)) as pdf:
        printed = [pdf[place].get_textpage().get_text_range() for place in range(len(pdf))]
    assert any("报价" in each for each in printed)
    assert secrets_in(*printed) == set()


def test_no_key_brings_anything_of_it(screen: CustomerScreen, window: Window, qtbot: QtBot) -> None:
    press_all_keys(screen, window, qtbot)


def press_all_keys(screen: CustomerScreen, window: Window, qtbot: QtBot) -> None:
    before = QGuiApplication.clipboard().text()
    targets = (screen, screen.pages.area, screen.panel.pad, screen.panel.signer, screen.panel.consent)
    for target in targets:
        for pressed, held in every_pair(KEYS, HELD):
            if pressed == Qt.Key.Key_F4 and held & Qt.KeyboardModifier.AltModifier:
                screen.close()  # as the system does it
            QTest.keyClick(target, pressed, held)
        screen.leave.give_up()
    settle(window, qtbot)
    assert seen(screen) == [screen]
    assert secrets_in(*everything(screen)) == set()
    assert QGuiApplication.clipboard().text() == before


def test_no_action_of_the_program_works_meanwhile(
    screen: CustomerScreen, window: Window, qtbot: QtBot
) -> None:
    assert screen.findChildren(QShortcut) == []
    assert screen.findChildren(QAction) == []
    for keys in (*keymap.all_keys().values(), *(each.keys for each in keymap.FIXED)):
        for sign in filter(None, (keymap.plain(keys),)):
            QTest.keySequence(screen, sign)
    settle(window, qtbot)
    assert seen(screen) == [screen]
    assert secrets_in(*everything(screen)) == set()


def test_every_button_was_pressed_and_shows_nothing_of_it(
    screen: CustomerScreen, window: Window, qtbot: QtBot
) -> None:
    press_all_buttons(screen, window, qtbot)


def press_all_buttons(screen: CustomerScreen, window: Window, qtbot: QtBot) -> None:
    pressed = 0
    for button in screen.findChildren(QAbstractButton):
        if button.isEnabled() and button is not screen.panel.sign and button.window() is screen:
            button.click()
            settle(window, qtbot)
            pressed += 1
            assert secrets_in(*everything(screen)) == set(), button.accessibleName()
        if not screen.leave.isHidden() and button is screen.leave.keys["return"]:
            screen.leave.give_up()
    settle(window, qtbot)
    assert pressed >= 15
    assert seen(screen) == [screen]


def test_nothing_is_pasted_dropped_or_offered_by_a_menu(
    screen: CustomerScreen, window: Window, qtbot: QtBot
) -> None:
    screen.panel.other.click()
    for entry in (screen.panel.signer, screen.panel.job):
        entry.clear()
        entry.setFocus()
        QTest.keyClick(entry, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(entry, Qt.Key.Key_Insert, Qt.KeyboardModifier.ShiftModifier)
        QTest.mouseClick(entry, Qt.MouseButton.MiddleButton)
        QTest.mouseClick(entry, Qt.MouseButton.RightButton)
        assert entry.text() == ""
        assert not entry.acceptDrops()
    assert QApplication.activePopupWidget() is None
    assert not screen.acceptDrops()


def test_no_notice_no_toast_and_no_voice_tells_of_it(
    screen: CustomerScreen, window: Window, qtbot: QtBot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda *said: shown.extend(map(str, said)))
    monkeypatch.setattr(
        speaking.QAccessible, "updateAccessibility", lambda event: shown.append(event.message())
    )
    monkeypatch.setattr(notices, "allowed", lambda _at: True)
    window.doing.notices.look_up()
    settle(window, qtbot)
    commands.run(store, store.me(), "customer.new", values={"name": f"{SECRETS[0]}二厂"})
    window.desk.told.emit(keymap.BY_NAME["sync"].words.of(), False)
    window.desk.refused.emit(RuntimeError(SECRETS[1]))
    settle(window, qtbot)
    assert shown == []
    assert seen(screen) == [screen]
    assert secrets_in(*everything(screen)) == set()


def test_a_link_from_elsewhere_opens_nothing_in_front_of_the_customer(
    screen: CustomerScreen, window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.open_record("customer", firm.customers[1])
    window.open_palette()
    window.doing.tear()
    settle(window, qtbot)
    assert secrets_in(*everything(screen)) == set()
    assert seen(screen) == [screen]
    for digit in "2580":
        screen.leave.show()
        screen.leave.keys[digit].click()
    settle(window, qtbot)
    assert window.isVisible()  # though the page it was opened from is gone


def test_the_screen_of_a_contract_shows_and_tells_nothing_of_it_either(
    of_contract: CustomerScreen, window: Window, qtbot: QtBot, store: Store
) -> None:
    screen = of_contract
    said = everything(screen)
    assert any("SC-" in each for each in said)
    assert secrets_in(*said) == set()
    assert seen(screen) == [screen]
    assert screen.findChildren(QShortcut) == []
    assert screen.findChildren(QAction) == []
    contract = window.page()
    assert isinstance(contract, ContractPage)
    with opened_pdf(contracts.paper_of(store, contract.contract_id)) as pdf:
        printed = [pdf[place].get_textpage().get_text_range() for place in range(len(pdf))]
    assert any("合同" in each for each in printed)
    assert secrets_in(*printed) == set()
    shown = showing.showing(store, showing.CONTRACT, contract.contract_id, 200)
    assert secrets_in(str(shown.figures("zh")), str(shown.figures("en"))) == set()
    press_all_buttons(screen, window, qtbot)


def test_no_key_brings_anything_of_it_before_a_contract(
    of_contract: CustomerScreen, window: Window, qtbot: QtBot
) -> None:
    press_all_keys(of_contract, window, qtbot)
