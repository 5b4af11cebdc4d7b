"""The legend under what waits to be sent: what its three marks mean."""

from typing import Any, Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.words import msg

MARKS: Final = (
    ("circle-check", "good", msg("Confirmed")),
    ("cloud-upload", "ink_2", msg("On its way")),
    ("clock", "ink_2", msg("Saved here")),
)


class Marks(QWidget):
    """What the three marks mean: saved here, sent, confirmed."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.bind(self.setFixedSize, lambda: (self.wide(), look.px(20)))

    def wide(self) -> int:
        """All three marks with their words."""
        look = self._look
        words = sum(look.t.width(look.text(each), "small") + 1 for _, _, each in MARKS)
        return words + len(MARKS) * (look.t.icon("small") + look.px(6)) + (len(MARKS) - 1) * look.px(16)

    def paintEvent(self, event: Any) -> None:
        """Three icons with their words, from the right."""
        look = self._look
        painter = QPainter(self)
        right = self.width()
        for icon, colour, words in MARKS:
            text = look.text(words)
            width = look.t.width(text, "small")
            box = QRect(right - width, 0, width + 1, self.height())
            paint.paint_text(painter, look, box, text, ink=colour, size="small")
            left = right - width - look.px(6) - look.t.icon("small")
            paint.paint_icon(painter, look, left, self.height() // 2, icon, colour, "small")
            right = left - look.px(16)
