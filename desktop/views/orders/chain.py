"""The chain painted: cards in columns, lines between them; a card that is a record opens it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.views.orders.steps import COLUMNS, Step
from desktop.views.privacy import veil_text

HIGH: Final = 76
PITCH: Final = 90
HEAD: Final = 30
EDGE, END = 20, 16
"""Before the first column, and behind the last."""
GAP: Final = 34
NARROW: Final = 112
CLOSE: Final = 18
"""The gap between columns where there is no room for a wider one."""


class StepCard(QAbstractButton):
    """One card."""

    def __init__(self, look: Look, step: Step, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self.step = look, step
        opens = step.record is not None and step.kind not in ("", "delivery")
        self.setEnabled(opens)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if opens else Qt.FocusPolicy.NoFocus)
        if opens:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.bind(self.setAccessibleName, self._said)
        look.bind(self.setToolTip, self._said)

    def _said(self) -> str:
        look, step = self._look, self.step
        words = (look.text(step.title), step.amount, look.text(step.note))
        return veil_text(look, ", ".join(word for word in words if word))

    def paintEvent(self, event: QPaintEvent) -> None:
        """An edge, an icon with the title, the amount, and a note in its tone."""
        look, step, painter = self._look, self.step, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        edge = "focus" if self.hasFocus() else "accent" if step.here else "line_strong"
        pen = QPen(look.colour(edge), 2 if self.hasFocus() else 1)
        if step.open:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(look.colour("panel" if step.open else "surface"))
        painter.drawRoundedRect(box, look.t.radius("control"), look.t.radius("control"))
        if step.tone == "bad":
            painter.fillRect(
                QRectF(1, look.px(4), look.px(3), self.height() - look.px(8)), look.colour("bad")
            )
        left, wide = look.px(12), self.width() - look.px(20)
        high = look.t.line("body")
        top = (self.height() - 3 * high) // 2
        after = paint.paint_icon(painter, look, left, top + high // 2, step.icon, "ink_2", "small")
        title = QRect(after + look.px(6), top, left + wide - after - look.px(6), high)
        words = paint.fitted(look, look.text(step.title), title.width())
        paint.paint_text(painter, look, title, words, strong=not step.open)
        said = QRect(left, top + high, wide, high)
        paint.paint_text(painter, look, said, veil_text(look, step.amount), ink="ink")
        note = QRect(left, top + 2 * high, wide, high)
        words = veil_text(look, look.text(step.note))
        paint.paint_text(painter, look, note, words, ink=step.tone or "ink_2", size="small")


class ChainView(QWidget):
    """All cards of an order."""

    opened = Signal(str, object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.cards: list[StepCard] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._arrange)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Other cards."""
        for old in self.cards:
            old.hide()
            old.deleteLater()
        self.cards = [StepCard(self._look, step, self) for step in steps]
        for card in self.cards:
            card.clicked.connect(lambda _checked=False, one=card: self._open(one))
            card.show()
        self._arrange()

    def _open(self, card: StepCard) -> None:
        self.opened.emit(card.step.kind, card.step.record)

    def _column(self) -> tuple[int, int]:
        """Width of a column, and the gap behind it."""
        look, count = self._look, len(COLUMNS)
        room = self.width() - look.px(EDGE) - look.px(END)
        gap = look.px(GAP if room >= count * look.px(NARROW) + (count - 1) * look.px(GAP) else CLOSE)
        return max((room - (count - 1) * gap) // count, look.px(NARROW)), gap

    def _arrange(self) -> None:
        look = self._look
        wide, gap = self._column()
        for card in self.cards:
            left = look.px(EDGE) + card.step.column * (wide + gap)
            top = look.px(HEAD + 12) + round(card.step.row * look.px(PITCH))
            card.setGeometry(left, top, wide, look.px(HIGH))
        rows = max((card.step.row for card in self.cards), default=0) + 1
        self.setFixedHeight(look.px(HEAD + 10) + round(rows * look.px(PITCH)))
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Five narrow columns."""
        px = self._look.px
        wide = len(COLUMNS) * px(NARROW) + (len(COLUMNS) - 1) * px(CLOSE)
        return QSize(px(EDGE) + wide + px(END), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns share the width."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The heads of the columns and the lines between the cards."""
        look, painter = self._look, QPainter(self)
        painter.fillRect(self.rect(), look.colour("panel"))
        wide, gap = self._column()
        for place, words in enumerate(COLUMNS):
            left = look.px(EDGE) + place * (wide + gap)
            box = QRect(left, 0, wide, look.px(HEAD))
            paint.paint_text(painter, look, box, look.text(words), ink="ink_2", size="small")
        paint.paint_hairline(painter, look, QRect(0, 0, self.width(), look.px(HEAD)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for card in self.cards:
            for before in card.step.after:
                self._join(painter, self.cards[before], card)

    def _join(self, painter: QPainter, before: StepCard, card: StepCard) -> None:
        start = QPointF(before.geometry().right() + 1, before.geometry().center().y())
        end = QPointF(card.geometry().left(), card.geometry().center().y())
        pen = QPen(self._look.colour("line_strong"), 1.2)
        if card.step.open:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(start)
        half = (start.x() + end.x()) / 2
        path.cubicTo(QPointF(half, start.y()), QPointF(half, end.y()), end)
        painter.drawPath(path)
