"""The column chooser: which columns a list shows, in which order; drag them, or Alt with an arrow."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QDropEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.compose import Line, column, label, row
from desktop.views.look import Look
from desktop.views.popover import Popover
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

Index = QModelIndex | QPersistentModelIndex
NAME = Qt.ItemDataRole.UserRole
WIDE = 320
"""px at 100 % in which hint and button stand side by side."""
SHOWN_ROWS = 12


class _Columns(QListWidget):
    """A column on each line, with a tick."""

    def __init__(self, box: "ColumnsBox") -> None:
        super().__init__()
        self._box = box
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.clicked.connect(self._toggle)

    def _toggle(self, index: Index) -> None:
        item = self.item(index.row())
        on = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def dropEvent(self, event: QDropEvent) -> None:
        """The new order is taken over."""
        super().dropEvent(event)
        self._box.take()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with an arrow moves the column."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_current(step)
            return
        if event.key() == Qt.Key.Key_Space and self.currentRow() >= 0:
            self._toggle(self.currentIndex())
            return
        super().keyPressEvent(event)

    def move_current(self, step: int) -> None:
        """The current column one place up or down."""
        place = self.currentRow()
        if 0 <= place < self.count() and 0 <= place + step < self.count():
            self.insertItem(place + step, self.takeItem(place))
            self.setCurrentRow(place + step)
            self._box.take()


class _ColumnDelegate(QStyledItemDelegate):
    """A tick, the name, and a grip."""

    def __init__(self, look: Look, view: _Columns) -> None:
        super().__init__(view)
        self._look, self._view = look, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A row of a menu."""
        return QSize(self._look.px(100), self._look.t.row("menu"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One line."""
        look, rect = self._look, QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.colour("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.colour("hover"))
        on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value
        box = QRect(rect.left() + look.px(16), rect.top(), look.t.control("check_box"), rect.height())
        paint.paint_check(painter, look, box, checked=on)
        room = rect.adjusted(look.px(40), 0, -look.px(36), 0)
        paint.paint_text(painter, look, room, str(index.data()), ink="ink" if on else "ink_2")
        left = rect.right() - look.px(28)
        paint.paint_icon(painter, look, left, rect.center().y() + 1, "grip-vertical", "ink_3", "small")


class ColumnsBox(Popover):
    """Takes each change over at once."""

    def __init__(self, look: Look, page: "ListPage") -> None:
        super().__init__(look, page.window())
        self._look, self._page = look, page
        self.lines = _Columns(self)
        self.lines.setItemDelegate(_ColumnDelegate(look, self.lines))
        look.bind(self.lines.setAccessibleName, msg("Columns"))
        look.changed.connect(self._fill)
        page.state.further_read.connect(self._fill)
        self._fill()
        self.lines.itemChanged.connect(lambda _item: self.take())
        plain = Button(look, msg("Reset the columns"), kind="link")
        plain.clicked.connect(self._plain)
        hint = label(look, msg("Drag, or Alt with an arrow"), size="small", ink="ink_3")
        head = row(look, label(look, msg("Columns"), strong=True), edge=(16, 10, 16, 8))
        foot = row(look, hint, None, plain, gap=12, edge=(16, 8, 16, 8))
        self.inside.addLayout(column(look, head, Line(look), self.lines, Line(look), foot, gap=0))
        self.setFixedWidth(look.px(WIDE))
        look.bind(self.setAccessibleName, msg("Columns"))
        self.lines.setFixedHeight(min(self.lines.count(), SHOWN_ROWS) * look.t.row("menu"))

    def _fill(self) -> None:
        state = self._page.state
        shown = [each.name for each in state.columns()]
        rest = [name for name in state.all_columns if name not in shown]
        self.lines.blockSignals(True)
        self.lines.clear()
        for name in (*shown, *rest):
            item = QListWidgetItem(self._look.text(state.all_columns[name].label(self._page.kind)))
            item.setData(NAME, name)
            item.setCheckState(Qt.CheckState.Checked if name in shown else Qt.CheckState.Unchecked)
            self.lines.addItem(item)
        self.lines.blockSignals(False)

    def take(self) -> None:
        """Show the columns that are ticked, in this order; one at least stays."""
        items = [self.lines.item(place) for place in range(self.lines.count())]
        chosen = tuple(item.data(NAME) for item in items if item.checkState() == Qt.CheckState.Checked)
        if chosen:
            self._page.show_otherwise(columns=chosen)
        else:
            self._fill()

    def _plain(self) -> None:
        self._page.show_otherwise(columns=(), widths=())
        self._fill()

    def ask(self, at: QPoint) -> None:
        """Show it at a place of the window."""
        self.adjustSize()
        self._page.state.read_further()
        self.pop(QPoint(at.x() - self.width() + self._look.px(28), at.y()))
        self.lines.setFocus()
        self.lines.setCurrentRow(0)
