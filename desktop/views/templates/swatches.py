"""A row of colours to choose from; each says its name."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.documents.theme import paper
from desktop.views.compose import row
from desktop.views.look import Look
from desktop.words import Message


class Swatch(QAbstractButton):
    """One colour; a ring says that it is chosen, another that the focus is on it."""

    def __init__(self, look: Look, colour: str, words: Message) -> None:
        super().__init__()
        self._look, self.colour = look, colour
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.bind(self.setAccessibleName, words)
        look.bind(self.setToolTip, words)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._look.px(32), self._look.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The colour, and its rings."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = self._look.px(6)
        box = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.setPen(QPen(self._look.colour("line_control"), 1))
        painter.setBrush(QColor(self.colour or paper().accent))
        painter.drawEllipse(box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for there, gap, role in ((self.isChecked(), 3, "ink"), (self.hasFocus(), 5, "focus")):
            if there:
                painter.setPen(QPen(self._look.colour(role), self._look.px(2)))
                out = self._look.px(gap)
                painter.drawEllipse(box.adjusted(-out, -out, out, out))


class Swatches(QWidget):
    """The row."""

    chosen = Signal(str)

    def __init__(self, look: Look, colours: Sequence[tuple[str, Message]]) -> None:
        super().__init__()
        self._each = [Swatch(look, colour, words) for colour, words in colours]
        for one in self._each:
            one.clicked.connect(partial(self._press, one.colour))
        self.setLayout(row(look, *self._each, None, gap=2))

    def buttons(self) -> list[QWidget]:
        """For the order of Tab."""
        return [*self._each]

    def show_value(self, colour: str) -> None:
        """Which of them is chosen; none where another colour was typed."""
        for one in self._each:
            one.setChecked(one.colour == colour)

    def _press(self, colour: str, _checked: bool = False) -> None:
        self.chosen.emit(colour)
