"""A text of a stranger's file in one line, which gives way to what stands beside it."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.look import Look


class Cut(QWidget):
    """A line that ends in dots where there is no room for all of it; the tooltip has all."""

    def __init__(self, look: Look, *, ink: str = "ink", size: str = "body", strong: bool = False) -> None:
        super().__init__()
        self._look, self._ink, self._size, self._strong = look, ink, size, strong
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """What it says."""
        return self._text

    def set_ink(self, ink: str) -> None:
        """In another ink."""
        self._ink = ink
        self.update()

    def setText(self, text: str) -> None:
        """Other words."""
        self._text = " ".join(text.split())
        self.setAccessibleName(self._text)
        self.setToolTip(self._text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All of it."""
        look = self._look
        return QSize(look.t.width(self._text, self._size, strong=self._strong) + 2, look.t.line(self._size))

    def minimumSizeHint(self) -> QSize:
        """It gives way."""
        return QSize(min(self.sizeHint().width(), self._look.px(40)), self._look.t.line(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One line."""
        painter, box, text = QPainter(self), self.rect(), self._text
        paint.paint_text(painter, self._look, box, text, ink=self._ink, size=self._size, strong=self._strong)
