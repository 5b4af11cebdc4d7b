"""Why something cannot be: a sentence in red that never speaks by its colour alone."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from desktop.views.compose import set_ink
from desktop.views.look import Look


class Reason(QLabel):
    """An icon and a sentence below what it is about; nothing while there is nothing to say."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        set_ink(self, "bad")
        look.bind(self.setFont, lambda: look.font("small"))
        look.bind(self.setContentsMargins, lambda: (look.t.icon("inline") + look.px(5), 0, 0, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sentence, and the icon at its first line."""
        super().paintEvent(event)
        if self.text():
            look = self._look
            size, line = look.t.icon("inline"), look.t.metrics("small").height()
            top = (self.height() - self.heightForWidth(self.width())) / 2 + (line - size) / 2
            picture = look.pixmap("circle-alert", "bad", size)
            QPainter(self).drawPixmap(0, max(round(top), 0), picture)
