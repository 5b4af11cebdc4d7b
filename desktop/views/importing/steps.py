"""How far one is on the way of a file: chosen, looked at, done."""

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.words import msg

STEPS: Final = (msg("File"), msg("Columns and rows"), msg("Done"))
DISC, GAP, LINE = 20, 8, 24
"""px at 100 % of a disc, of the gap to its words, of the line between two steps."""


class Steps(QWidget):
    """Three discs with their words; what is behind has a tick."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.step = 0
        self._short = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        look.bind(self.setAccessibleName, self._said)

    def _said(self) -> str:
        words = msg("Step {number} of {count}: {step}")
        said = words.of(number=self.step + 1, count=len(STEPS), step=STEPS[self.step])
        return self._look.text(said)

    def go(self, step: int) -> None:
        """Another step."""
        self.step = step
        self.setAccessibleName(self._said())
        self.updateGeometry()
        self.update()

    def be_short(self, short: bool) -> None:
        """Only the words of the step one is at."""
        if short != self._short:
            self._short = short
            self.updateGeometry()
            self.update()

    def _wide(self, place: int) -> int:
        look = self._look
        if self._short and place != self.step:
            return look.px(DISC)
        return look.px(DISC + GAP) + look.t.width(look.text(STEPS[place]), strong=place == self.step)

    def sizeHint(self) -> QSize:
        """All of them in a line."""
        look = self._look
        between = look.px(2 * GAP + (LINE if not self._short else LINE // 3)) * (len(STEPS) - 1)
        return QSize(sum(map(self._wide, range(len(STEPS)))) + between, look.t.control("height"))

    def minimumSizeHint(self) -> QSize:
        """They are not squeezed."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Discs, words and lines."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, middle = 0, self.height() / 2
        line = look.px(LINE if not self._short else LINE // 3)
        for place, words in enumerate(STEPS):
            if place:
                painter.setPen(QPen(look.colour("line_strong"), 1))
                at = left + look.px(GAP)
                painter.drawLine(QPointF(at, middle), QPointF(at + line, middle))
                left = at + line + look.px(GAP)
            self._paint_disc(
                painter, QRectF(left, middle - look.px(DISC) / 2, look.px(DISC), look.px(DISC)), place
            )
            if not self._short or place == self.step:
                here = place == self.step
                start = left + look.px(DISC + GAP)
                box = QRect(start, 0, self.width() - start, self.height())
                ink = "ink" if here else "ink_2"
                paint.paint_text(painter, look, box, look.text(words), ink=ink, strong=here)
            left += self._wide(place)

    def _paint_disc(self, painter: QPainter, disc: QRectF, place: int) -> None:
        look = self._look
        if place < self.step:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("good_soft"))
            painter.drawEllipse(disc)
            size = look.t.icon("inline")
            at = disc.center() - QPointF(size / 2, size / 2)
            painter.drawPixmap(at, look.pixmap("check", "good", size))
            return
        here = place == self.step
        painter.setPen(Qt.PenStyle.NoPen if here else QPen(look.colour("line_strong"), 1))
        painter.setBrush(look.colour("accent" if here else "surface"))
        painter.drawEllipse(disc.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setFont(look.font("small", strong=here))
        painter.setPen(look.colour("on_accent" if here else "ink_2"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(place + 1))
