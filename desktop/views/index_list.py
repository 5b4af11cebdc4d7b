"""The index at the left of settings and manual: one page to a row, painted as the rail paints its places."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop.views import paint
from desktop.views.look import Look
from desktop.words import Message

KEY = Qt.ItemDataRole.UserRole
ICON = Qt.ItemDataRole.UserRole + 1


class IndexList(QListWidget):
    """Rows of 32 px; the chosen one is tinted and strong, a ring shows where the keys are."""

    def __init__(self, look: Look, name: Message) -> None:
        super().__init__()
        self._look = look
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Delegate(look, self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.bind(self.setAccessibleName, name)

    def add(self, key: str, text: str, icon: str = "") -> None:
        """One more page."""
        item = QListWidgetItem(text)
        item.setData(KEY, key)
        item.setData(ICON, icon)
        self.addItem(item)

    def keys(self) -> list[str]:
        """The pages that are listed."""
        return [str(self.item(place).data(KEY)) for place in range(self.count())]

    def choose(self, key: str) -> None:
        """Mark a page without telling."""
        keys = self.keys()
        self.blockSignals(True)
        self.setCurrentRow(keys.index(key) if key in keys else -1)
        self.blockSignals(False)


class Finder(QLineEdit):
    """The entry above an index that narrows it, with its glass."""

    def __init__(self, look: Look, words: Message) -> None:
        super().__init__()
        self._look = look
        look.bind(self.setPlaceholderText, words)
        look.bind(self.setAccessibleName, words)
        look.bind(self.setTextMargins, lambda: (look.px(22), 0, 0, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's own, and the glass before the words."""
        super().paintEvent(event)
        look, painter = self._look, QPainter(self)
        paint.paint_icon(painter, look, look.px(10), self.height() // 2, "search", "ink_3")


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Look, parent: IndexList) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self._look.px(120), self._look.px(32))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        look, state = self._look, option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        box: QRect = option.rect.adjusted(0, 1, 0, -1)
        edge = QRectF(box).adjusted(1, 1, -1, -1)
        radius = look.t.radius("control")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(look.colour("selected" if chosen else "hover"))
            painter.drawRoundedRect(edge, radius, radius)
        if chosen and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(look.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(edge, radius, radius)
        painter.restore()
        left, icon = box.left() + look.px(10), index.data(ICON)
        if icon:
            colour = "accent_ink" if chosen else "ink_2"
            left = paint.paint_icon(painter, look, left, box.center().y() + 1, icon, colour) + look.px(10)
        words = QRect(left, box.top(), box.right() - left - look.px(6), box.height())
        paint.paint_text(painter, look, words, str(index.data()), strong=chosen)
