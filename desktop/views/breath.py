"""How Python is told to let the window answer: short turns between threads, garbage looked for in pauses.

Measured by `tests/bench/stalls.py`: an import of 8,000 rows beside an open list left the window without an
answer for up to 1.7 s, nearly all of it full searches for garbage over objects that are not garbage.
With this it was 0.2 s on the same busy machine.
"""

import gc
import sys
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

TURN: Final = 0.00025
"""Seconds a thread may compute before another one that waits gets its turn; Python's own are 0.005. A page of
a list is read row by row, and after each row the window waits for its turn again.
"""
SEARCHES: Final = (50_000, 20, 1_000)
"""New objects before the young are searched, and how seldom the older ones are; the oldest only in pauses."""
PAUSE: Final = 20_000
"""Milliseconds without a key or a press that are a pause."""
_TOUCHES: Final = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)


def _as_before(turn: float, searches: tuple[int, int, int], _gone: object = None) -> None:
    sys.setswitchinterval(turn)
    gc.unfreeze()
    gc.set_threshold(*searches)


class Breath(QObject):
    """As long as `window` lives it is asked first; what is loaded by now is never searched again."""

    def __init__(self, app: QApplication, window: QWidget) -> None:
        super().__init__(window)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(gc.collect)
        app.installEventFilter(self)
        self.destroyed.connect(partial(_as_before, sys.getswitchinterval(), gc.get_threshold()))
        sys.setswitchinterval(TURN)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*SEARCHES)
        self._pause.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Each key begins the pause anew."""
        if event.type() in _TOUCHES:
            self._pause.start()
        return False
