"""The program as `satchel` starts it, with eyes: it tells where on the screen something is and does nothing.

A line of JSON in is a question, a line of JSON out its answer: what a person sees by looking.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLabel, QWidget

from desktop import app


def _shown(kind: type[QWidget]) -> Iterator[Any]:
    """Every widget of this kind that can be seen, those of the topmost window first."""
    active = QApplication.activeWindow()
    windows = sorted(QApplication.topLevelWidgets(), key=lambda window: window is not active)
    for window in windows:
        if window.isVisible():
            for widget in (window, *window.findChildren(kind)):
                if isinstance(widget, kind) and widget.isVisible() and not widget.visibleRegion().isEmpty():
                    yield widget


def _said(widget: QWidget) -> set[str]:
    """What names a widget to a person: its accessible name, or the words on it."""
    words = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return {widget.accessibleName(), words} - {""}


def _middle(widget: QWidget, area: QRect) -> list[int]:
    spot: QPoint = widget.mapToGlobal(area.center())
    return [spot.x(), spot.y()]


def find(name: str) -> list[int] | None:
    """The middle of what bears this name and can be used, in pixels of the screen."""
    for widget in _shown(QWidget):
        if name in _said(widget) and widget.isEnabled():
            return _middle(widget, widget.visibleRegion().boundingRect())
    return None


def row(text: str) -> list[int] | None:
    """The middle of the first cell that can be seen and holds this text."""
    for view in _shown(QAbstractItemView):
        model = view.model()
        for line in range(min(model.rowCount(), 60)):
            for column in range(model.columnCount()):
                index = model.index(line, column)
                area = view.visualRect(index)
                seen = view.viewport().rect().contains(area.center())
                if seen and text in str(index.data(Qt.ItemDataRole.DisplayRole)):
                    return _middle(view.viewport(), area)
    return None


def texts(_nothing: str) -> list[str]:
    """Every word on labels and buttons that can be seen."""
    return sorted({said for widget in _shown(QWidget) for said in _said(widget)})


def focus(_nothing: str) -> str:
    """The name of what a key goes to."""
    widget = QApplication.focusWidget()
    if widget is None:
        return ""
    return widget.accessibleName() or widget.objectName() or type(widget).__name__


QUESTIONS: Final[dict[str, Callable[[str], Any]]] = {"find": find, "row": row, "texts": texts, "focus": focus}


class Eyes(QObject):
    """Questions come in a thread and are answered in the window's."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._listen, name="eyes", daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self.asked.emit(line)

    def _answer(self, line: str) -> None:
        kind, about = json.loads(line)
        sys.stdout.write(json.dumps(QUESTIONS[kind](about)) + "\n")
        sys.stdout.flush()


def main() -> int:
    """Start as `satchel --profile FOLDER` does."""
    app.application()
    eyes = Eyes()
    ended = app.run(sys.argv[1])
    eyes.deleteLater()
    return ended


if __name__ == "__main__":
    sys.exit(main())
