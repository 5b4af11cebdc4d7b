"""The ways to decide a matter, one under the other: what each is called and means, and which is usual."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from desktop.services.ways import Way
from desktop.views import paint
from desktop.views.compose import column
from desktop.views.look import Look
from desktop.words import msg

SUGGESTED = msg("Suggested")


class Choice(QAbstractButton):
    """One way, with a radio mark and the number of its key."""

    wanted = Signal()

    def __init__(self, look: Look, way: Way, number: int) -> None:
        super().__init__()
        self._look, self.way, self._number = look, way, number
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setText, way.title)
        self.setAccessibleName(f"{look.text(way.title)}. {look.text(way.meaning)}")

    def _room(self, width: int) -> int:
        return max(width - self._look.px(40 + 48), 80)

    def _meaning_height(self, width: int) -> int:
        metrics = QFontMetrics(self._look.font("body"))
        box = QRect(0, 0, self._room(width), 1000)
        flags = Qt.TextFlag.TextWordWrap
        return metrics.boundingRect(box, flags, self._look.text(self.way.meaning)).height()

    def _tall(self, width: int) -> int:
        return self._look.px(10 + 22 + 2 + 10) + self._meaning_height(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The meaning wraps: narrower is taller."""
        super().resizeEvent(event)
        self.setFixedHeight(self._tall(self.width()))

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        wide = max(self.width(), self._look.px(480))
        return QSize(self._look.px(480), self._tall(wide))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double press decides."""
        super().mouseDoubleClickEvent(event)
        self.wanted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Radio, title, meaning; the chosen one on the tint."""
        look, painter = self._look, QPainter(self)
        box = self.rect()
        if self.isChecked():
            painter.fillRect(box, look.colour("selected"))
        elif self.underMouse():
            painter.fillRect(box, look.colour("hover"))
        if self.hasFocus():
            painter.fillRect(QRect(0, 0, 3, box.height()), look.colour("focus"))
        paint.paint_hairline(painter, look, box)
        top, left = look.px(10), look.px(40)
        paint.paint_radio(painter, look, QRect(0, top, look.px(40), look.px(22)), checked=self.isChecked())
        right = box.width() - look.px(16)
        upper = QRect(left, top, right - left, look.px(22))
        if self._number < 10:
            width = paint.keycap_width(look, str(self._number))
            paint.paint_keycap(painter, look, right - width, upper.center().y() + 1, str(self._number))
            upper.setRight(right - width - look.px(8))
        if self.way.suggested:
            words = look.text(SUGGESTED)
            width = paint.chip_width(look, words)
            tone = "accent"
            at = upper.right() - width
            paint.paint_chip(painter, look, at, upper, words, tone=tone, on_tint=self.isChecked())
            upper.setRight(at - look.px(8))
        paint.paint_text(painter, look, upper, look.text(self.way.title), strong=True)
        lower = QRect(left, top + look.px(24), self._room(box.width()), self._meaning_height(box.width()) + 4)
        painter.setFont(look.font("body"))
        painter.setPen(look.colour("ink_2"))
        painter.drawText(lower, Qt.TextFlag.TextWordWrap, look.text(self.way.meaning))


class Choices(QWidget):
    """The ways; one is always chosen."""

    chosen = Signal(str)
    wanted = Signal()

    def __init__(self, look: Look, ways: Sequence[Way]) -> None:
        super().__init__()
        self.rows = [Choice(look, way, number) for number, way in enumerate(ways, 1)]
        self._group = QButtonGroup(self)
        usual = next((row for row in self.rows if row.way.suggested), self.rows[0])
        for row in self.rows:
            self._group.addButton(row)
            row.setChecked(row is usual)
            row.wanted.connect(self.wanted)
            row.installEventFilter(self)
        self._group.buttonClicked.connect(lambda _row: self.chosen.emit(self.way.name))
        self.setLayout(column(look, *self.rows, gap=0))
        self.setFocusProxy(usual)

    @property
    def way(self) -> Way:
        """The one that is chosen."""
        return next(row.way for row in self.rows if row.isChecked())

    def choose(self, name: str) -> bool:
        """Choose one by its name; whether there is one."""
        for row in self.rows:
            if row.way.name == name:
                row.setChecked(True)
                self.chosen.emit(name)
                return True
        return False

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The pointer moves over a row: it is painted again."""
        if isinstance(watched, Choice) and event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            watched.update()
        return False
