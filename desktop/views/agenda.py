"""The list of Today: two lines each, with a circle that ends it, its reason and one action."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.services.today import Line
from desktop.views import cells, paint
from desktop.views.look import Look
from desktop.views.privacy import DOTS, veil
from desktop.words import msg

Index = QModelIndex | QPersistentModelIndex
LINE: Final = Qt.ItemDataRole.UserRole
CIRCLE: Final = 16


class Lines(QAbstractListModel):
    """The lines as a model; what a screen reader says of one is its title, why and action."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.lines: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Other lines."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """How many."""
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The line, or its words."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._look.text(line.why)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.said(line)
        return None

    def said(self, line: Line) -> str:
        """A line in words."""
        look = self._look
        about = " ".join(each.in_language(look.language) for each in line.about)
        parts = (look.text(line.title), about, look.text(line.mark[1]), look.text(line.why))
        return ", ".join(part for part in parts if part)


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, view: "AgendaList") -> None:
        super().__init__(view)
        self._look, self._view = look, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines of text with air."""
        return QSize(self._look.px(200), self._look.t.row("today"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, circle, avatar, texts, amount, action."""
        look, line = self._look, veiled_line(self._look, index.data(LINE))
        state: Any = option.state
        rect: QRect = option.rect
        on = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if on or hovered:
            painter.fillRect(rect, look.colour("selected" if on else "hover"))
        if on:
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), look.colour("accent_mark"))
        paint.paint_hairline(painter, look, rect)
        self._circle(painter, self.circle(rect), hovered=hovered or on)
        left = self._face(painter, rect, line, on=on)
        right = self._right(painter, rect, line, on=on, hovered=hovered)
        self._texts(painter, QRect(left, rect.top(), right - left, rect.height()), line)

    def circle(self, rect: QRect) -> QRect:
        """Where the circle is."""
        size = self._look.px(CIRCLE)
        return QRect(rect.left() + self._look.px(20), rect.center().y() - size // 2 + 1, size, size)

    def action(self, rect: QRect, line: Line) -> QRect:
        """Where the action is."""
        look = self._look
        wide = look.t.width(look.text(line.action)) + look.px(20)
        high = look.t.control("height")
        return QRect(rect.right() - look.px(16) - wide, rect.center().y() - high // 2, wide, high)

    def _circle(self, painter: QPainter, box: QRect, *, hovered: bool) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("accent_mark" if hovered else "line_control"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.restore()

    def _face(self, painter: QPainter, rect: QRect, line: Line, *, on: bool) -> int:
        look = self._look
        size = look.t.avatar_size("today")
        box = QRect(rect.left() + look.px(48), rect.center().y() - size // 2 + 1, size, size)
        if line.face is not None:
            name, key, person = line.face
            paint.paint_avatar(painter, look, box, name, key, person=person, on_tint=on)
        else:
            left = box.center().x() - look.t.icon() // 2
            paint.paint_icon(painter, look, left, box.center().y() + 1, line.mark[0], "ink_2")
        return box.right() + look.px(12)

    def _right(self, painter: QPainter, rect: QRect, line: Line, *, on: bool, hovered: bool) -> int:
        """The amount in its column and the action; returns where the texts must end."""
        look = self._look
        action = self.action(rect, line)
        words = look.text(line.action)
        if on or hovered:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(look.colour("line_strong"), 1))
            painter.setBrush(look.colour("surface"))
            radius = look.t.radius("control")
            painter.drawRoundedRect(QRectF(action).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            painter.restore()
        ink = "ink" if on or hovered else "accent_ink"
        pad = look.px(10) if on or hovered else 0  # as a link it ends where everything ends
        inner = action.adjusted(0, 0, -pad, 0)
        paint.paint_text(painter, look, inner, words, ink=ink, align=paint.RIGHT)
        edge = rect.right() - look.px(16 + 20) - self._view.action_width()
        amount = cells.money(line.value, line.currency) if line.value is not None else cells.NOTHING
        wide = look.t.width(amount)
        box = QRect(edge - wide - look.px(8), rect.top(), wide + 1, rect.height() - 1)
        ink = "ink" if line.value is not None else "ink_3"
        paint.paint_text(painter, look, box, amount, ink=ink, align=paint.RIGHT)
        return box.left() - look.px(16)

    def _texts(self, painter: QPainter, box: QRect, line: Line) -> None:
        look = self._look
        middle = box.center().y() + 1
        upper = QRect(box.left(), middle - look.px(20), box.width(), look.t.line("body"))
        about = [each.in_language(look.language) for each in line.about]
        paint.paint_yielding(
            painter,
            look,
            upper,
            look.text(line.title),
            about,
            strong=True,
            extra_ink="ink_2",
            extra_size="body",
        )
        icon, word, ink = line.mark
        high = look.t.line("small")
        lower = QRect(box.left(), middle + look.px(2), box.width(), high)
        left = paint.paint_icon(painter, look, lower.left(), lower.center().y() + 1, icon, ink, "inline")
        lower.setLeft(left + look.px(5))
        after = paint.paint_text(painter, look, lower, look.text(word), ink=ink, size="small")
        lower.setLeft(after + look.px(12))
        if lower.width() > look.px(40):
            paint.paint_text(painter, look, lower, look.text(line.why), ink="ink_2", size="small")


def veiled_line(look: Look, line: Line) -> Line:
    """What a line shows while names and amounts are hidden: what kind of thing it is and how urgent."""
    if not look.private:
        return line
    face = (DOTS[0], *line.face[1:]) if line.face is not None else None
    title, why = veil(look, line.title), veil(look, line.why)
    return replace(line, title=title, why=why, about=(), value=None, face=face)


class AgendaList(QListView):
    """The lines; Enter opens, D or Space ends one, L puts it off to tomorrow."""

    wanted = Signal(object)  # a line to open
    ended = Signal(object)
    put_off = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.model_of_lines = Lines(look, self)
        self.setModel(self.model_of_lines)
        self._delegate = _LineDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(lambda index: self.wanted.emit(index.data(LINE)))
        look.bind(self.setAccessibleName, msg("To do today"))
        look.changed.connect(self.scheduleDelayedItemsLayout)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Other lines; the current one stays, or the one that took its place."""
        place = self.currentIndex().row()
        kept = self.line()
        self.model_of_lines.show_lines(lines)
        keys = [line.key for line in lines]
        if kept is not None and kept.key in keys:
            place = keys.index(kept.key)
        if lines and place >= 0:
            self.setCurrentIndex(self.model_of_lines.index(min(place, len(lines) - 1)))

    def line(self) -> Line | None:
        """The current line."""
        index = self.currentIndex()
        return index.data(LINE) if index.isValid() else None

    def action_width(self) -> int:
        """The widest action, so that the amounts stand under each other."""
        look = self._look
        actions = {line.action for line in self.model_of_lines.lines}
        return max((look.t.width(look.text(action)) for action in actions), default=0)

    def hit(self, point: QPoint) -> tuple[str, Line] | None:
        """What a press means: `end` on the circle, `open` on the action."""
        index = self.indexAt(point)
        if not index.isValid():
            return None
        rect, line = self.visualRect(index), index.data(LINE)
        least = self._look.t.control("target_min")
        circle = self._delegate.circle(rect)
        grow = max(0, (least - circle.width() + 1) // 2)
        if circle.adjusted(-grow, -grow, grow, grow).contains(point):
            return "end", line
        return ("open", line) if self._delegate.action(rect, line).contains(point) else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The circle ends a line, the action opens it."""
        super().mouseReleaseEvent(event)
        found = self.hit(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            (self.ended if found[0] == "end" else self.wanted).emit(found[1])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be pressed."""
        super().mouseMoveEvent(event)
        found = self.hit(event.position().toPoint())
        shape = Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def event(self, event: QEvent) -> bool:
        """Single letters belong to the list while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in (Qt.Key.Key_D, Qt.Key.Key_L):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, D, L; arrows as in every list."""
        line = self.line()
        keys = {
            Qt.Key.Key_Return: self.wanted,
            Qt.Key.Key_Enter: self.wanted,
            Qt.Key.Key_D: self.ended,
            Qt.Key.Key_Space: self.ended,
            Qt.Key.Key_L: self.put_off,
        }
        wanted = keys.get(Qt.Key(event.key()))
        if line is not None and wanted is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            wanted.emit(line)
            return
        super().keyPressEvent(event)
