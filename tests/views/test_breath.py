"""The window is asked first as long as there is one."""

import gc
import sys

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.breath import SEARCHES, TURN, Breath


def test_python_is_as_before_when_the_window_has_gone(qapp: QApplication, qtbot: QtBot) -> None:
    before = sys.getswitchinterval(), gc.get_threshold(), gc.get_freeze_count()
    window = QWidget()
    Breath(qapp, window)
    assert (sys.getswitchinterval(), gc.get_threshold()) == (TURN, SEARCHES)
    assert gc.get_freeze_count() > before[2]
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
    assert (sys.getswitchinterval(), gc.get_threshold()) == before[:2]
    assert gc.get_freeze_count() == 0
