"""The rep's day without a mouse: find, note the call, plan the next task, quote, issue, see the paper."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.runner import Runner
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import now
from tests.stores import opened
from tests.views.pages import settle, stored, the_quote, the_record

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def furnished(founded: Callable[[Path], Firm], tmp_path: Path) -> Iterator[tuple[Store, Firm]]:
    """A store with the firm."""
    firm = founded(tmp_path / "profile")
    with opened(tmp_path / "profile", clock=now) as store:
        firm.store = store
        store.become(firm.actor)
        yield store, firm


@pytest.fixture
def window(furnished: tuple[Store, Firm], qtbot: QtBot) -> Iterator[Window]:
    """The window, in English."""
    look = Look(language="en")
    look.dress()
    desk = Desk(furnished[0], Runner())
    window = Window(look, desk)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    yield window
    desk.close()


def focused() -> QWidget:
    """What a key goes to; without a window manager a list that closes leaves no window active."""
    if QApplication.focusWidget() is None:
        window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, Window))
        window.activateWindow()
        QApplication.processEvents()
    found = QApplication.focusWidget()
    assert found is not None
    return found


def say(qtbot: QtBot, text: str, *, enter: bool = True) -> None:
    """Type where the focus is."""
    qtbot.keyClicks(focused(), text)
    if enter:
        qtbot.keyClick(focused(), Qt.Key.Key_Return)


def tab_to(qtbot: QtBot, name: str) -> None:
    """Tab until the widget with this name has the focus."""
    for _ in range(80):
        if focused().accessibleName() == name:
            return
        qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never reaches {name!r}")


def test_a_day_without_a_mouse(furnished: tuple[Store, Firm], window: Window, qtbot: QtBot) -> None:
    store, firm = furnished
    customer = firm.customers[3]

    qtbot.keyClick(focused(), Qt.Key.Key_K, CONTROL)
    say(qtbot, "hrzc")
    assert the_record(window).record_id == customer

    tab_to(qtbot, "Write a note")
    say(qtbot, "Called: wants two stages, budget by Friday")
    settle(window, qtbot)
    noted = window.desk.related("interaction", "customer_id", customer)[0]
    assert noted.record.title == "Called: wants two stages, budget by Friday"

    tab_to(qtbot, "New task")
    qtbot.keyClick(focused(), Qt.Key.Key_Space)
    say(qtbot, "Send the comparison", enter=False)
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    settle(window, qtbot)
    planned = window.desk.related("task", "customer_id", customer)[0]
    assert planned.record.title == "Send the comparison"

    qtbot.keyClick(focused(), Qt.Key.Key_Q, CONTROL)
    qtbot.waitUntil(lambda: hasattr(window.page(), "quote_id"))
    page = the_quote(window)
    assert focused() is page.add
    say(qtbot, "sat37*2")
    qtbot.waitUntil(lambda: len(page.table.rows) == 1)
    say(qtbot, "iot4g")
    qtbot.waitUntil(lambda: len(page.table.rows) == 2)
    assert page.foot.payable().endswith("95,560.00")

    qtbot.keyClick(focused(), Qt.Key.Key_F9)
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stored(store, "quote", page.quote_id).stage == "issued", timeout=10_000)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: len(page.preview.pages.images) >= 1, timeout=10_000)
    assert re.fullmatch(r"SQ-\d\d-.+", stored(store, "quote", page.quote_id).number)
