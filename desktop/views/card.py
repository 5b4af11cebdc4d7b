"""A card over the window with the veil behind it: in the middle, as high as its content needs."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.views.popover import Scrim


class Card(QWidget):
    """Escape, or a press beside it, dismisses it. It keeps its place when window or text size change."""

    def __init__(self, look: Look, window: QWidget, width: int) -> None:
        super().__init__(window)
        self._look, self._window, self._width = look, window, width
        self._scrim = Scrim(look, window)
        self._scrim.pressed.connect(self.dismiss)
        look.changed.connect(self._place_again)
        window.installEventFilter(self)
        self.hide()

    def lift(self) -> None:
        """Show it above everything else."""
        self.place()
        self._scrim.cover()
        self.show()
        self.raise_()

    def place(self) -> None:
        """In the middle of the window, a little above."""
        self.setFixedWidth(self._look.px(self._width))
        self.fit()
        self.adjustSize()
        window = self._window
        top = max(40, (window.height() - self.height()) // 3)
        self.move((window.width() - self.width()) // 2, top)

    def fit(self) -> None:
        """What must be measured anew when the width or the text size is another; nothing here."""

    def dismiss(self) -> None:
        """Close it."""
        self._scrim.hide()
        self.hide()

    def _place_again(self) -> None:
        if self.isVisibleTo(self._window):
            self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another size."""
        if event.type() == QEvent.Type.Resize and self.isVisibleTo(self._window):
            self._scrim.cover()
            self.place()
            self.raise_()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())
