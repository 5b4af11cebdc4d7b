"""The look of a list: one delegate paints ground, active edge, avatar, texts, rings, chips and amounts."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.views import paint
from desktop.views.cells import Cell
from desktop.views.look import Look
from desktop.views.tables import CELL, RecordTable

Index = QModelIndex | QPersistentModelIndex
EDGE = 20
GAP = 12
AFTER_NUMBER = 10


class RowDelegate(QStyledItemDelegate):
    """Paints one cell of a list row."""

    def __init__(self, look: Look, view: "RecordList") -> None:
        super().__init__(view)
        self._look, self._view = look, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A fixed row."""
        return QSize(self._look.px(40), self._look.t.row("list"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, edge, hairline, then the cell."""
        look = self._look
        rect: QRect = option.rect
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        if on:
            painter.fillRect(rect, look.colour("selected"))
        elif index.row() == self._view.hovered:
            painter.fillRect(rect, look.colour("hover"))
        first = index.column() == 0
        if first and on:
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), look.colour("accent_mark"))
        if (
            first
            and self._view.hasFocus()
            and index.row() == self._view.currentIndex().row()
            and self._view.keyed
        ):
            painter.fillRect(QRect(rect.left(), rect.top(), 4, rect.height() - 1), look.colour("focus"))
        paint.paint_hairline(painter, look, rect)
        last = index.column() == self._view.last_column()
        left = look.px(EDGE if first else GAP)
        right = EDGE if last else AFTER_NUMBER if self._view.table.columns[index.column()].right else 0
        box = rect.adjusted(left, 0, -look.px(right), -1)
        cell = index.data(CELL)
        if isinstance(cell, Cell):
            self._paint_cell(painter, box, cell, on=on)

    def _paint_cell(self, painter: QPainter, box: QRect, cell: Cell, *, on: bool) -> None:
        look = self._look
        middle = box.center().y() + 1
        left = box.left()
        if cell.tone == "accent":
            paint.paint_chip(painter, look, left - look.px(6), box, cell.text, tone="accent", on_tint=on)
            return
        if cell.avatar is not None:
            size = look.t.avatar_size("list")
            name, key, person = cell.avatar
            square = QRect(left, middle - size // 2, size, size)
            paint.paint_avatar(painter, look, square, name, key, person=person, on_tint=on)
            left += size + look.px(10)
        if cell.ring is not None:
            paint.paint_stage_ring(
                painter, look, QPointF(left + look.px(7), middle - 0.5), cell.ring[0], end=cell.ring[1]
            )
            left += look.px(14 + 8)
        if cell.icon is not None:
            left = paint.paint_icon(painter, look, left, middle, *cell.icon, "small") + look.px(5)
        rest = QRect(left, box.top(), box.right() - left + 1, box.height())
        mark = look.t.icon("small") + look.px(8) if cell.mark else 0
        if cell.extras or mark:
            room = rest.adjusted(0, 0, -mark, 0)
            right = paint.paint_yielding(
                painter, look, room, cell.text, cell.extras, ink=cell.ink, strong=cell.strong
            )
            if mark:
                paint.paint_icon(painter, look, right + look.px(8), middle, cell.mark, "ink_3", "small")
            return
        align = paint.RIGHT if cell.right else paint.LEFT
        paint.paint_text(painter, look, rest, cell.text, ink=cell.ink, strong=cell.strong, align=align)


class _Heads(QHeaderView):
    """The heads of the columns on their contents' edges, with an arrow on the sorted one."""

    def __init__(self, look: Look, view: "RecordList") -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._look, self._list = look, view
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        look.bind(self.setFixedHeight, lambda: look.t.row("table_header"))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802
        """Small words in ink 3."""
        look, table = self._look, self._list.table
        painter.save()
        left = look.px(EDGE if logicalIndex == 0 else GAP)
        last = logicalIndex == self._list.last_column()
        inset = EDGE if last else AFTER_NUMBER if table.columns[logicalIndex].right else 0
        box = rect.adjusted(left, 0, -look.px(inset), -1)
        column = table.columns[logicalIndex]
        words = look.text(column.label(table.kind))
        sorted_here = self._list.order == column.name
        arrow = look.t.icon("inline") + look.px(3) if sorted_here else 0
        if column.right:
            words_box = box.adjusted(0, 0, -arrow, 0)
            paint.paint_text(painter, look, words_box, words, ink="ink_3", size="small", align=paint.RIGHT)
            right = box.right() - arrow
        else:
            right = paint.paint_text(painter, look, box, words, ink="ink_3", size="small")
        if sorted_here:
            icon = "arrow-down" if self._list.descending else "arrow-up"
            paint.paint_icon(painter, look, right + look.px(3), box.center().y() + 1, icon, "ink_2", "inline")
        painter.restore()
        paint.paint_hairline(painter, look, rect)


class RecordList(QTableView):
    """A list of records: fixed rows, no grid, hover, columns that leave when there is no room."""

    def __init__(self, look: Look, table: RecordTable) -> None:
        super().__init__()
        self._look, self.table = look, table
        self.hovered = -1
        self.keyed = False
        self.order, self.descending = "id", True
        self.setModel(table)
        self.setItemDelegate(RowDelegate(look, self))
        self.setHorizontalHeader(_Heads(look, self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        look.bind(self.verticalHeader().setDefaultSectionSize, lambda: look.t.row("list"))
        self.verticalHeader().setMinimumSectionSize(1)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        look.changed.connect(self.fit)

    def last_column(self) -> int:
        """The last column that can be seen."""
        return max((n for n in range(len(self.table.columns)) if not self.isColumnHidden(n)), default=0)

    def fit(self) -> None:
        """Give columns their widths; the least wanted ones leave when there is no room."""
        columns = list(enumerate(self.table.columns))
        room = self.viewport().width()
        shown = dict(columns)

        def need() -> int:
            edges = EDGE + GAP * (len(shown) - 1) + EDGE + AFTER_NUMBER * sum(c.right for c in shown.values())
            return self._look.px(sum(column.width for column in shown.values()) + edges)

        for number, _column in sorted(columns, key=lambda item: item[1].rank):
            if need() <= room or len(shown) == 1:
                break
            del shown[number]
        left_over = max(0, room - need())
        grow = sum(column.grow for column in shown.values())
        last = max(shown)
        used = 0
        for number, column in columns:
            self.setColumnHidden(number, number not in shown)
            if number not in shown:
                continue
            edge = (EDGE if number == 0 else GAP) + (EDGE if number == last else 0)
            edge += AFTER_NUMBER if column.right and number != last else 0
            width = self._look.px(column.width + edge) + (left_over * column.grow // grow if grow else 0)
            width = room - used if number == last else width
            used += width
            self.setColumnWidth(number, width)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns again."""
        super().resizeEvent(event)
        self.fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the pointer."""
        self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """No focus mark after a press."""
        self.keyed = False
        super().mousePressEvent(event)

    def leaveEvent(self, event: Any) -> None:
        """No row under the pointer."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def place(self) -> QWidget:
        """The part that is scrolled, for tests."""
        return self.viewport()
