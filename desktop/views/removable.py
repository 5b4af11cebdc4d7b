"""A thing with a cross: pressed anywhere else it opens, on the cross or by Delete it goes away."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton


class Removable(QAbstractButton):
    """The keys and presses of a filter's chip or a file's tile; each paints itself."""

    removed = Signal()

    def cross(self) -> QRect:
        """Where a press takes it away."""
        raise NotImplementedError

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press on the cross removes, anywhere else it opens."""
        if self.cross().contains(event.position().toPoint()) and self.isDown():
            self.setDown(False)
            self.removed.emit()
        else:
            super().mouseReleaseEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the cross."""
        super().enterEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete takes away."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)
