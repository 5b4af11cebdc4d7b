"""The light of a quote: three places, one of them lit."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.look import Look


class Lamp(QWidget):
    """Three places, one of them lit; the word stands beside it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._tone = "good"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(45), self._look.px(19))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.colour("line"))
        painter.setBrush(look.colour("sunken"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        size = look.px(9)
        for place, tone in enumerate(("bad", "warn", "good")):
            lit = tone == self._tone
            painter.setPen(Qt.PenStyle.NoPen if lit else look.colour("line_strong"))
            painter.setBrush(look.colour(f"{tone}_mark") if lit else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(
                QRectF(look.px(6) + place * (size + look.px(3)), (self.height() - size) / 2, size, size)
            )
