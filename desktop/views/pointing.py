"""A ring around the button that is spoken of: it follows it and lets every press through."""

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.look import Look

AROUND = 4
ROUND = 8


class Pointer(QWidget):
    """Lies over a window; `point` moves it."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self.target: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def point(self, target: QWidget | None) -> None:
        """Around this one; nowhere where it is not to be seen."""
        seen = target if target is not None and target.isVisibleTo(self._window) else None
        self.target = seen
        self.setVisible(seen is not None)
        if seen is None:
            return
        edge = self._look.px(AROUND)
        place = seen.mapTo(self._window, QPoint(0, 0)) - QPoint(edge, edge)
        self.setGeometry(place.x(), place.y(), seen.width() + 2 * edge, seen.height() + 2 * edge)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Two strokes, so that it stands out on the button's own colour too."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("accent_mark"), 2))
        radius = self._look.px(ROUND)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
