"""Every kind of screen by Tab alone: all of it is reached, each stop is seen, and nothing holds the keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.runner import Runner
from desktop.views.window import Window
from tests.screens import facts, shots, staging
from tests.screens.sample import Firm

WALKED = (
    *("unlock", "first_run_name", "first_run_passphrase", "first_run_start", "guide"),
    *("today", "dashboard", "settings_look", "settings_safety", "settings_keys", "inbox_review"),
    *("new_customer", "crashed", "handover", "share_box", "outbox_chosen", "import"),
)
MOST = 120  # stops of one screen


@pytest.mark.parametrize("name", WALKED)
def test_tab_goes_through_a_screen_and_shows_where_it_is(
    name: str, furnished: tuple[Store, Firm], qtbot: QtBot
) -> None:
    look = Look(language="en")
    look.dress()
    desk = None
    if name in shots.SCREENS:
        screen = shots.SCREENS[name](look)
    else:
        desk = Desk(furnished[0], Runner())
        screen = Window(look, desk)
    qtbot.addWidget(screen)
    staging.render(screen)
    if isinstance(screen, Window):
        shots.WINDOWS[name](screen, furnished[1])
        staging.wait_idle(screen)
    screen.activateWindow()
    staging.render(screen)
    try:
        stops, unseen = walk(screen)
        assert len(stops) < MOST, "it goes on and on"
        assert unseen == []
        assert {named(one) for one in wanted(screen)} - {named(one) for one in stops} == set()
    finally:
        if desk is not None:
            desk.close()


def walk(screen: QWidget) -> tuple[list[QWidget], list[str]]:
    """Each stop of Tab until one comes back to where one was; and those that look the same without it."""
    stops: list[QWidget] = []
    unseen: list[str] = []
    while len(stops) < MOST:
        before = QApplication.focusWidget() or screen
        QTest.keyClick(before, Qt.Key.Key_Tab)
        QApplication.processEvents()
        here = QApplication.focusWidget()
        if here is None or here in stops:
            break
        assert here is not before, f"{named(before)} keeps the keys"
        stops.append(here)
        if not is_marked(here):
            unseen.append(named(here))
    return stops, unseen


def is_marked(here: QWidget) -> bool:
    """Whether a stop can be seen, and looks different from how it looks without the keys."""
    if isinstance(here, QLineEdit | QAbstractItemView) or here.isWindow() or here.focusProxy() is not None:
        return here.isVisible()  # a cursor, or a row of its own that is marked
    with_keys = here.grab().toImage()
    here.clearFocus()
    without = here.grab().toImage()
    here.setFocus(Qt.FocusReason.TabFocusReason)
    return here.isVisible() and with_keys != without


def wanted(screen: QWidget) -> list[QWidget]:
    """What Tab is to reach: visible, usable and in front."""
    return [
        widget
        for widget in facts.Glance(screen, Look()).widgets
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and widget.focusProxy() is None
        and not facts.is_inside(widget, QComboBox)
        and facts.uncovered(screen, widget)
    ]


def named(widget: QWidget) -> str:
    """What a screen reader would call it."""
    words = widget.accessibleName() or getattr(widget, "text", str)()
    return f"{type(widget).__name__} {words!r}"
