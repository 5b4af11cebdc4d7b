"""What floats over the window: a popover beside what it explains, and the scrim under a modal layer."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views import paint
from desktop.views.look import Look

RING = 4


class Popover(QWidget):
    """A frameless child of the window with edge, radius 8 and two rings; Escape or a press outside closes."""

    closed = Signal()

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self._came_from: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(RING + 1, RING + 1, RING + 1, RING + 1)
        self.inside.setSpacing(0)
        self.hide()

    def pop(self, left_top: QPoint) -> None:
        """Show it with its visible corner at a place of the window, kept inside the window."""
        window = self._window
        self._came_from = window.window().focusWidget()
        self.adjustSize()
        left = max(4, min(left_top.x() - RING, window.width() - self.width()))
        top = max(4, min(left_top.y() - RING, window.height() - self.height()))
        self.move(left, top)
        self.show()
        self.raise_()
        self.setFocus()
        window.window().installEventFilter(self)

    def dismiss(self) -> None:
        """Close it and give the focus back."""
        if self.isHidden():
            return
        self._window.window().removeEventFilter(self)
        self.hide()
        if self._came_from is not None:
            self._came_from.setFocus()
            self._came_from = None
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press outside closes it."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            here = self.mapFromGlobal(event.globalPosition().toPoint())
            if not self.rect().contains(here):
                self.dismiss()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Edge and rings."""
        paint.paint_float(QPainter(self), self._look, self.rect())


class Scrim(QWidget):
    """The veil under a modal layer; a press on it asks to close."""

    pressed = Signal()

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self.hide()

    def cover(self) -> None:
        """Lie over the whole window."""
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell that somebody pressed outside."""
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """An alpha fill."""
        QPainter(self).fillRect(self.rect(), self._look.t.faded("scrim", self._look.t.alpha("scrim_alpha")))
