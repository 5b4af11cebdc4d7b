"""What a person does in the window, by name; waits until what was done is on the screen."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.views.board.board import Board
from desktop.views.calendar.face import CalendarFace
from desktop.views.list_page import ListPage
from desktop.views.quotes import QuotePage
from desktop.views.record_page import RecordPage
from desktop.views.window import Window

LEFT = Qt.MouseButton.LeftButton


def the_list(window: Window) -> ListPage:
    """The list that is shown."""
    page = window.page()
    assert isinstance(page, ListPage), page
    return page


def the_record(window: Window) -> RecordPage:
    """The record page that is shown."""
    page = window.page()
    assert isinstance(page, RecordPage), page
    return page


def the_quote(window: Window) -> QuotePage:
    """The quote that is shown."""
    page = window.page()
    assert isinstance(page, QuotePage), page
    return page


def press(qtbot: QtBot, widget: QWidget) -> None:
    """A press of the left button in the middle of a widget, once it has its place: nobody presses sooner."""
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    qtbot.mouseClick(widget, LEFT, pos=QPoint(widget.width() // 2, widget.height() // 2))


def press_row(qtbot: QtBot, page: ListPage, place: int) -> None:
    """A press on a row of the list."""
    box = page.list.visualRect(page.table.index(place, 0))
    qtbot.mouseClick(page.list.viewport(), LEFT, pos=box.center())


def key(qtbot: QtBot, widget: QWidget, name: Qt.Key, *, control: bool = False) -> None:
    """A key, perhaps with Ctrl."""
    held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(widget, name, held)


def type_in(qtbot: QtBot, entry: QLineEdit, text: str) -> None:
    """Replace what an entry holds, key by key."""
    entry.setFocus()
    entry.selectAll()
    if text.isascii():
        qtbot.keyClicks(entry, text)
    else:
        entry.insert(text)  # as an input method does


def stored(store: Store, kind: str, record_id: UUID) -> Any:
    """The record as it is stored, deleted or not."""
    with store.reading() as session:
        return session.get(RECORDS[kind], record_id)


def settle(window: Window, qtbot: QtBot) -> None:
    """Until nothing is under way any more."""
    runner = window.desk.runner
    qtbot.waitUntil(lambda: runner.idle(), timeout=10_000)
    qtbot.wait(10)
    qtbot.waitUntil(lambda: runner.idle(), timeout=10_000)


def as_board(window: Window, qtbot: QtBot, kind: str) -> Board:
    """A list as a board, with its cards read."""
    window.go(kind)
    the_list(window).views.show_face("board")
    settle(window, qtbot)
    found = the_list(window).face()
    assert isinstance(found, Board)
    return found


def as_calendar(window: Window, qtbot: QtBot, kind: str) -> CalendarFace:
    """A list as a calendar, with its items read."""
    window.go(kind)
    the_list(window).views.show_face("calendar")
    settle(window, qtbot)
    found = the_list(window).face()
    assert isinstance(found, CalendarFace)
    return found
