"""How Python is told to let the window answer: short turns between threads, garbage looked for in pauses.

Measured by `tests/bench/stalls.py`. Without it an import beside an open list left the window without an
answer for up to 1.7 s, nearly all of it searches for garbage over objects that are not garbage.
"""

import gc
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

TURN: Final = 0.000005
"""Seconds a thread may compute before another one that waits gets its turn; Python's own are 0.005.

A thread that waits asks for its turn only after so long without any change of turns, and one that writes to
the database lets go and takes up again every few hundredths of a millisecond: with 0.00025 the window was
woken each time, came too late each time, began to wait anew, and stood for 0.1 to 0.3 s.
"""
SEARCHES: Final = (5_000, 5, 100_000)
"""New objects before the young are searched, and how seldom the older ones are; the oldest only in pauses.

Nobody gets a turn during a search. The planning of an import keeps a million objects: with 50,000 and 20 the
window waited 50 and 200 ms, with these 2 and 10 ms.
"""
PAUSE: Final = 20_000
"""Milliseconds without a key or a press that are a pause."""
_TOUCHES: Final = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)


def _as_before(turn: float, searches: tuple[int, int, int], _gone: object = None) -> None:
    sys.setswitchinterval(turn)
    gc.unfreeze()
    gc.set_threshold(*searches)


class Breath(QObject):
    """As long as `window` lives it is asked first; what is loaded by now is never searched again."""

    def __init__(
        self, app: QApplication, window: QWidget, *, busy: Callable[[], bool] = lambda: False
    ) -> None:
        """While somebody is `busy` beside the window there is no pause: much of what is there then goes."""
        super().__init__(window)
        self._busy = busy
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.look_for_garbage)
        app.installEventFilter(self)
        self.destroyed.connect(partial(_as_before, sys.getswitchinterval(), gc.get_threshold()))
        sys.setswitchinterval(TURN)
        gc.freeze()
        gc.set_threshold(*SEARCHES)
        self._pause.start()

    def look_for_garbage(self) -> None:
        """Everything is searched, unless much is under way; then after the next pause."""
        if self._busy():
            self._pause.start()
        else:
            gc.collect()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Each key begins the pause anew."""
        if event.type() in _TOUCHES:
            self._pause.start()
        return False
