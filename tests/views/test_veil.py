"""The veil under the palette: what lies behind is a picture, taken anew each time, kept over no change."""

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop.views.window import Window
from tests.views.pages import settle


def picture(window: Window) -> QImage:
    """The veil by itself."""
    return window.palette_box.scrim.grab().toImage()


def test_behind_the_palette_is_the_window_as_it_was(window: Window, qtbot: QtBot) -> None:
    settle(window, qtbot)
    window.open_palette()
    before = picture(window)
    window.side.hide()
    assert picture(window) == before
    window.palette_box.dismiss()
    window.open_palette()
    assert picture(window) != before
    window.palette_box.dismiss()


def test_no_picture_with_names_outlives_their_being_hidden(window: Window, qtbot: QtBot) -> None:
    settle(window, qtbot)
    window.open_palette()
    before = picture(window)
    window._look.turn_private()  # noqa: SLF001
    bare = picture(window)
    assert bare != before
    assert bare.pixelColor(bare.rect().center()) == bare.pixelColor(1, 1)  # nothing but the veil
    window.palette_box.dismiss()
