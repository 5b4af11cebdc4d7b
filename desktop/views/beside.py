"""Rows, and what may stand beside them: as wide as there is room for, and never at the cost of every row."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.views.compose import row
from desktop.views.look import Look

SNUG, ROWS, LEAST = 1000, 324, 220
"""px at 100 %: below the first a side is slim; what rows and sides need in large text on a small screen."""


class Beside(QWidget):
    """Rows at the left, one of several sides at the right."""

    def __init__(self, look: Look, rows: QWidget, *sides: QWidget) -> None:
        super().__init__()
        self._look, self._rows, self._sides = look, rows, sides
        line = row(look, rows, *sides, gap=0)
        line.setStretch(0, 1)
        self.setLayout(line)
        for side in sides:
            look.bind(side.setFixedWidth, lambda: self._wide(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A wider page has wider sides."""
        super().resizeEvent(event)
        for side in self._sides:
            side.setFixedWidth(self._wide(event.size().width()))

    def minimumSizeHint(self) -> QSize:
        """What the rows need, and the least of a side that is there."""
        least, there = self._rows.minimumSizeHint(), [side for side in self._sides if not side.isHidden()]
        high = max((side.minimumSizeHint().height() for side in there), default=0)
        return QSize(least.width() + bool(there) * self._look.px(LEAST), max(least.height(), high))

    def _wide(self, room: int) -> int:
        look = self._look
        wanted = look.t.column("panel" if room >= look.px(SNUG) else "panel_min")
        return min(wanted, max(room - look.px(ROWS), look.px(LEAST)))
