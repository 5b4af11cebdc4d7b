"""The window is asked first as long as there is one."""

import gc
import sys

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.breath import SEARCHES, TURN, Breath


def test_python_is_as_before_when_the_window_has_gone(qapp: QApplication, qtbot: QtBot) -> None:
    before = sys.getswitchinterval(), gc.get_threshold(), gc.get_freeze_count()
    window = QWidget()
    Breath(qapp, window)
    assert (sys.getswitchinterval(), gc.get_threshold()) == (pytest.approx(TURN), SEARCHES)
    assert gc.get_freeze_count() > before[2]
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
    assert (sys.getswitchinterval(), gc.get_threshold()) == before[:2]
    assert gc.get_freeze_count() == 0


def test_garbage_is_looked_for_in_a_pause_unless_much_is_under_way(qapp: QApplication, qtbot: QtBot) -> None:
    found: list[str] = []
    window, busy = QWidget(), [True]
    breath = Breath(qapp, window, busy=lambda: busy[0])

    def look(phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            found.append(phase)

    gc.callbacks.append(look)
    try:
        breath.look_for_garbage()
        assert found == []
        busy[0] = False
        breath.look_for_garbage()
    finally:
        gc.callbacks.remove(look)
    assert found == ["stop"]
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
