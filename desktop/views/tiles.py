"""Figures above a page: name, figure, note and perhaps a small line; a press opens the rows behind one."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.documents import charts
from desktop.services.figures import Tile
from desktop.views import paint
from desktop.views.cells import NOTHING
from desktop.views.charts import frame, paint_mark
from desktop.views.look import Look
from desktop.views.privacy import veil_text

HEIGHT, LOW = 84, 40
NARROWEST: Final = 172
SPARK: Final = (74, 24)


def whole_parts(look: Look, text: str, room: int) -> str:
    """The parts of a note that there is room for: the last ones leave, and leave whole."""
    mark = "，" if look.language == "zh" else ", "
    while look.t.width(text, "small") > room and mark in text:
        text = text.rpartition(mark)[0]
    return text


class TileButton(QAbstractButton):
    """One figure."""

    def __init__(self, look: Look, tile: Tile) -> None:
        super().__init__()
        self._look, self.tile = look, tile
        self.low = False
        self.setEnabled(tile.rows is not None)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tile.rows else Qt.FocusPolicy.NoFocus)
        look.bind(self.setAccessibleName, self._said)
        look.bind(self.setToolTip, self._said)

    def _said(self) -> str:
        look, tile = self._look, self.tile
        return f"{look.text(tile.name)} {look.text(tile.value)}, {look.text(tile.note)}"

    def sizeHint(self) -> QSize:
        """As wide as its figure needs."""
        look = self._look
        value = look.t.width(look.text(self.tile.value), "figure", strong=True)
        wide = max(look.px(NARROWEST), value + look.px(40))
        return QSize(wide, look.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The figure on one line or on three, and the ring."""
        look, painter = self._look, QPainter(self)
        if self.isEnabled() and self.underMouse():
            painter.fillRect(self.rect(), look.colour("hover"))
        if self.low:
            self._paint_low(painter)
        else:
            self._paint_high(painter)
        if self.hasFocus():
            painter.setPen(QPen(look.colour("focus"), 2))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 4, 4)

    def _paint_low(self, painter: QPainter) -> None:
        """Name and figure on one line."""
        look, tile = self._look, self.tile
        box = QRect(look.px(20), 0, self.width() - look.px(36), self.height())
        shown = veil_text(look, look.text(tile.value))
        paint.paint_text(painter, look, box, shown, size="title", strong=True, align=paint.RIGHT)
        box.setRight(box.right() - look.t.width(shown, "title", strong=True) - look.px(10))
        paint.paint_text(painter, look, box, look.text(tile.name), ink="ink_2", size="small")

    def _paint_high(self, painter: QPainter) -> None:
        """Three lines on the left edge, the small line at the right where there is room."""
        look, tile = self._look, self.tile
        left, wide = look.px(20), self.width() - look.px(32)
        name = QRect(left, look.px(10), wide, look.t.line("small"))
        paint.paint_text(painter, look, name, look.text(tile.name), ink="ink_2", size="small")
        value = QRect(left, look.px(28), wide, look.t.line("figure"))
        shown = veil_text(look, look.text(tile.value))
        there = shown != NOTHING
        ink = "ink" if there else "ink_3"
        right = paint.paint_text(painter, look, value, shown, ink=ink, size="figure", strong=there)
        self._spark(painter, right + look.px(10), value)
        note = QRect(left, look.px(58), wide, look.t.line("small"))
        text, ink = veil_text(look, look.text(tile.note)), tile.tone or "ink_2"
        if tile.tone:
            icon = "arrow-up" if tile.tone == "good" else "arrow-down"
            after = paint.paint_icon(painter, look, left, note.center().y() + 1, icon, ink, "inline")
            note.setLeft(after + look.px(3))
        text = whole_parts(look, text, note.width())
        paint.paint_text(painter, look, note, text, ink=ink, size="small")

    def _spark(self, painter: QPainter, left: int, value: QRect) -> None:
        look = self._look
        wide, high = look.px(SPARK[0]), look.px(SPARK[1])
        if not any(self.tile.spark) or left + wide > self.width() - look.px(12):
            return
        drawing = charts.spark(frame(look, wide, high), self.tile.spark)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.width() - look.px(12) - wide, value.center().y() - high / 2)
        for mark in drawing.marks:
            paint_mark(painter, look, mark)
        painter.restore()


class TileStrip(QWidget):
    """Figures side by side between hairlines; in a second row where there is no room."""

    opened = Signal(object)  # Rows

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.tiles: list[TileButton] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._arrange)
        self._arrange()

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Other figures; the one with the focus keeps it."""
        focused = next((place for place, tile in enumerate(self.tiles) if tile.hasFocus()), -1)
        for old in self.tiles:
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self.tiles = [TileButton(self._look, tile) for tile in tiles]
        for button in self.tiles:
            button.setParent(self)
            button.show()
            button.clicked.connect(self._opener(button))
        if 0 <= focused < len(self.tiles):
            self.tiles[focused].setFocus()
        self._arrange()

    def _opener(self, button: TileButton) -> Callable[[], None]:
        return lambda: self.opened.emit(button.tile.rows)

    def be_low(self, *, low: bool) -> None:
        """One line for each figure where a page has little room, without its note."""
        if low != self._low:
            self._low = low
            self._arrange()

    _low = False

    def _high(self) -> int:
        return self._look.px(LOW if self._low else HEIGHT)

    def _across(self) -> int:
        if not self.tiles:
            return 1
        widest = max(tile.sizeHint().width() for tile in self.tiles)
        fits = max(1, self.width() // max(widest, 1))
        rows = -(-len(self.tiles) // min(fits, len(self.tiles)))
        return -(-len(self.tiles) // rows)

    def _arrange(self) -> None:
        across, high = self._across(), self._high()
        rows = max(1, -(-len(self.tiles) // across))
        wide = self.width() / across
        for place, tile in enumerate(self.tiles):
            left, right = round(wide * (place % across)), round(wide * (place % across + 1))
            tile.low = self._low
            tile.setGeometry(left, high * (place // across), right - left - 1, high - 1)
        self.setFixedHeight(high * rows)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange again."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Hairlines between them and under each row."""
        painter, line = QPainter(self), self._look.colour("line")
        high = self._high()
        for tile in self.tiles:
            box = tile.geometry()
            if box.right() + 3 < self.width():
                painter.fillRect(box.right() + 1, box.top(), 1, box.height(), line)
        for row in range(1, self.height() // high + 1):
            painter.fillRect(0, row * high - 1, self.width(), 1, line)
