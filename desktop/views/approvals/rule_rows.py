"""Rows of the page of approval rules, painted: a rule with its state and sentence, what would have asked."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.views import paint
from desktop.views.look import Look
from desktop.words import Message

PARTS: Final = Qt.ItemDataRole.UserRole
Painted = Callable[[QPainter, Look, QRect, Any], None]
"""Paints one row of these parts."""


class PaintedList(QListWidget):
    """Rows as high as each other; the chosen one is tinted, with a bar where the keys are."""

    def __init__(self, look: Look, name: Message, painted: Painted, *, high: int) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Delegate(look, painted, high, self))
        look.bind(self.setAccessibleName, name)


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Look, painted: Painted, high: int, parent: PaintedList) -> None:
        super().__init__(parent)
        self._look, self._painted, self._high = look, painted, high

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All the same."""
        return QSize(self._look.px(120), self._look.px(self._high))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Ground, edge, and what the row says."""
        look, state, box = self._look, option.state, option.rect
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, look.colour("selected" if chosen else "hover"))
        if chosen:
            painter.fillRect(QRect(box.left(), box.top(), look.px(2), box.height()), look.colour("accent"))
        line = QRect(box.left(), box.bottom(), box.width(), 1)
        painter.fillRect(line, look.colour("line"))
        parts = index.data(PARTS)
        if parts is not None:
            self._painted(painter, look, box, parts)
        painter.restore()


def paint_rule(painter: QPainter, look: Look, box: QRect, parts: Any) -> None:
    """A dot for its state, its name, and what it says."""
    name, below, tone = parts
    middle = QPointF(box.left() + look.px(22), box.top() + look.px(20))
    paint.paint_disc(painter, look, middle, tone, 8)
    left = box.left() + look.px(36)
    wide = box.right() - left - look.px(12)
    upper = QRect(left, box.top() + look.px(9), wide, look.px(20))
    paint.paint_text(painter, look, upper, name, strong=True, ink="ink" if tone != "ink_3" else "ink_2")
    lower = QRect(left, box.top() + look.px(29), wide, look.px(18))
    paint.paint_text(painter, look, lower, below, ink="ink_2", size="small")


def paint_would(painter: QPainter, look: Look, box: QRect, parts: Any) -> None:
    """Number, customer, and what asked."""
    number, customer, words = parts
    left, high = box.left() + look.px(24), box.height()
    columns = ((number, look.px(150), "accent_ink"), (customer, look.px(200), "ink"))
    for text, wide, ink in columns:
        paint.paint_text(painter, look, QRect(left, box.top(), wide, high), text, ink=ink)
        left += wide + look.px(12)
    rest = QRect(left, box.top(), max(box.right() - left - look.px(16), 0), high)
    paint.paint_text(painter, look, rest, words, ink="ink_2", size="small")
