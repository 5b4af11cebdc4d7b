"""A few things one can do, each with an icon, its name and a sentence: the rows of a card that asks."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from desktop.views import paint
from desktop.views.look import Look
from desktop.words import Message


class Choice(QAbstractButton):
    """One row; a press does it. Grey with its reason where it cannot be done."""

    def __init__(self, look: Look, icon: str, words: Message, below: Message) -> None:
        super().__init__()
        self._look, self._icon, self._words, self._below = look, icon, words, below
        self._why: Message | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setText, words)
        look.bind(self.setAccessibleName, words)
        look.bind(self.setAccessibleDescription, below)

    def refuse(self, why: Message | None) -> None:
        """Why it cannot be done now; None: it can."""
        self._why = why
        self.setEnabled(why is None)
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(self._look.px(360), self._look.px(56))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, two lines, an arrow."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() and self.isEnabled():
            painter.fillRect(self.rect(), look.colour("hover"))
        if self.hasFocus():
            painter.setPen(look.colour("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5), 6, 6)
        ink = "ink" if self.isEnabled() else "ink_3"
        middle = self.height() // 2
        paint.paint_icon(
            painter, look, look.px(20), middle, self._icon, "accent_ink" if self.isEnabled() else ink
        )
        left = look.px(52)
        wide = self.width() - left - look.px(44)
        upper = QRect(left, look.px(9), wide, look.px(20))
        paint.paint_text(painter, look, upper, look.text(self._words), ink=ink)
        below = look.text(self._why or self._below)
        lower = QRect(left, look.px(29), wide, look.px(18))
        paint.paint_text(painter, look, lower, below, ink="warn" if self._why else "ink_2", size="small")
        if self.isEnabled():
            paint.paint_icon(
                painter, look, self.width() - look.px(34), middle, "chevron-right", "ink_3", "small"
            )
