"""The look of a list: one delegate paints ground, active edge, avatar, texts, rings, chips and amounts."""

from typing import Any

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.models.kinds import Choice
from desktop.models.record import RECORDS
from desktop.views import cells, paint
from desktop.views.cells import Cell
from desktop.views.group_heads import paint_head
from desktop.views.list_typing import CellTyping, CellWalking
from desktop.views.lists import Column
from desktop.views.look import Look
from desktop.views.privacy import veiled
from desktop.views.tables import Head, RecordTable

Index = QModelIndex | QPersistentModelIndex
EDGE = 20
GAP = 16
AFTER_NUMBER = 10
BOX = 25
GRIP = 4
NARROWEST, WIDEST = 40, 900
ARROW = 18
"""px beside the head of a column, for the arrow of its order."""
WANTED, YIELDING = 7, 0.35
"""Before a column of so high a rank leaves, remarks give up so much of their width."""
NAMED, READ = 8, 40
"""Columns of so high a rank say who or what it is; so many rows are measured where the room is short."""


class RowDelegate(CellTyping):
    """Paints one cell of a list row, and a whole head of a group; makes the editors of cells."""

    def __init__(self, look: Look, view: "RecordList") -> None:
        super().__init__(look, view)
        self._look, self._view = look, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A fixed row."""
        return QSize(self._look.px(40), self._look.t.row("list"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, edge, hairline, then the cell."""
        look, view = self._look, self._view
        rect: QRect = option.rect
        place, first = index.row(), index.column() == 0
        line = view.table.rows[place]
        if isinstance(line, Head):
            if first:
                paint_head(painter, look, view, rect, line)
            return
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        if on:
            painter.fillRect(rect, look.colour("selected"))
        elif place == view.hovered:
            painter.fillRect(rect, look.colour("hover"))
        if first and on:
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), look.colour("accent_mark"))
        if first and view.keyed and place == view.currentIndex().row() and view.hasFocus():
            painter.fillRect(QRect(rect.left(), rect.top(), 4, rect.height() - 1), look.colour("focus"))
        paint.paint_hairline(painter, look, rect)
        box = view.inner(rect, index.column())
        if first and view.choosing:
            self._paint_box(painter, rect, on=on, hovered=place == view.hovered)
        cell = view.table.cell(place, index.column())
        self._paint_cell(painter, box, cell, on=on)
        if view.in_cell(index):
            painter.setPen(QPen(look.colour("accent_mark"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(look.px(3), 1, -1, -2))

    def _paint_box(self, painter: QPainter, rect: QRect, *, on: bool, hovered: bool) -> None:
        if on or hovered:
            left = rect.left() + self._look.px(EDGE)
            box = QRect(left, rect.top(), self._look.t.control("check_box"), rect.height())
            paint.paint_check(painter, self._look, box, checked=on)

    def _paint_cell(self, painter: QPainter, box: QRect, cell: Cell, *, on: bool) -> None:
        look = self._look
        cell = veiled(look, cell)
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
                painter, look, QPointF(left + look.px(7), middle + 0.5), cell.ring[0], end=cell.ring[1]
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
    """The heads of the columns on their contents' edges, with an arrow on the sorted one; edges move."""

    def __init__(self, look: Look, view: "RecordList") -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._look, self._list = look, view
        self._drawn = -1
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        self.setMouseTracking(True)
        look.bind(self.setFixedHeight, lambda: look.t.row("table_header"))

    def _edge_at(self, x: int) -> int:
        """The column whose right edge lies under the pointer, or -1."""
        for n in range(self.count()):
            right = self.sectionViewportPosition(n) + self.sectionSize(n)
            if not self.isSectionHidden(n) and abs(right - x) <= GRIP and n != self._list.last_column():
                return n
        return -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """On an edge: draw it; elsewhere: sort."""
        self._drawn = self._edge_at(event.position().toPoint().x())
        if self._drawn < 0:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The width follows the pointer."""
        x = event.position().toPoint().x()
        if self._drawn >= 0:
            self._list.draw_column(self._drawn, x - self.sectionViewportPosition(self._drawn))
            return
        on_edge = self._edge_at(x) >= 0
        self.setCursor(Qt.CursorShape.SplitHCursor if on_edge else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The width is kept."""
        if self._drawn >= 0:
            self._drawn = -1
            self._list.drawn.emit()
            return
        super().mouseReleaseEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802
        """Small words in ink 3."""
        look, table = self._look, self._list.table
        painter.save()
        box = self._list.inner(rect, logicalIndex)
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


class RecordList(CellWalking):
    """A list of records: fixed rows, no grid, hover, columns that leave when there is no room."""

    drawn = Signal()  # somebody drew a column to another width

    def __init__(self, look: Look, table: RecordTable) -> None:
        super().__init__(look, table)
        self.setProperty("ground", "surface")
        self.hovered = -1
        self.keyed = False
        self.choosing = False
        self.order, self.descending = "id", True
        self.widths: dict[str, int] = {}
        self._last = 0
        self.setItemDelegate(RowDelegate(look, self))
        self.setHorizontalHeader(_Heads(look, self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        look.bind(self.verticalHeader().setDefaultSectionSize, lambda: look.t.row("list"))
        self.verticalHeader().setMinimumSectionSize(1)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        look.changed.connect(self.fit)
        table.modelReset.connect(self.fit)

    def last_column(self) -> int:
        """The last column that can be seen."""
        return self._last

    def inner(self, rect: QRect, column: int) -> QRect:
        """The part of a cell that its contents fill."""
        look = self._look
        left = EDGE + (BOX if self.choosing else 0) if column == 0 else GAP
        right = EDGE if column == self._last else AFTER_NUMBER if self.table.columns[column].right else 0
        return rect.adjusted(look.px(left), 0, -look.px(right), -1)

    def fit(self) -> None:
        """Give columns their widths; the least wanted ones leave when there is no room."""
        columns = list(enumerate(self.table.columns))
        room = self.viewport().width()
        shown = dict(columns)

        def need(*, short: bool = False) -> int:
            edges = EDGE + GAP * (len(shown) - 1) + EDGE + AFTER_NUMBER * sum(c.right for c in shown.values())
            wide = sum(self._least(n) if short else self._px(each) for n, each in shown.items())
            return self._look.px(edges) + wide

        for number, column in sorted(columns[1:], key=lambda item: item[1].rank):
            if need(short=column.rank >= WANTED) <= room or len(shown) == 1:
                break
            del shown[number]
        left_over = room - need()
        given = self._given(shown, left_over)
        last = self._last = max(shown, default=0)
        used = 0
        for number, column in columns:
            self.setColumnHidden(number, number not in shown)
            if number not in shown:
                continue
            edge = (EDGE if number == 0 else GAP) + (EDGE if number == last else 0)
            edge += AFTER_NUMBER if column.right and number != last else 0
            width = self._px(column) + self._look.px(edge) + int(given.get(number, 0))
            width = room - used if number == last else width
            used += width
            self.setColumnWidth(number, width)
        self.viewport().update()

    def _given(self, shown: dict[int, Column], left_over: int) -> dict[int, float]:
        """What each column that grows gets of the room left over.

        What is missing they give up: first what their contents leave free, then the remarks, the names last.
        """
        growing = {number: column for number, column in shown.items() if self._grow(column)}
        if left_over >= 0:
            every = sum(map(self._grow, growing.values()))
            return {number: left_over * self._grow(each) / every for number, each in growing.items()}
        wide = {number: float(self._px(column)) for number, column in growing.items()}
        free = {number: max(wide[number] - self._filled(number), 0.0) for number in growing}
        rest = {number: YIELDING * wide[number] * (growing[number].rank < NAMED) for number in growing}
        given = dict.fromkeys(growing, 0.0)
        for most in (free, rest, wide):
            every_px = sum(most.values())
            part = min(float(-left_over), every_px)
            for number in growing:
                given[number] -= part * most[number] / every_px if every_px else 0
            left_over += round(part)
        return given

    def _least(self, number: int) -> int:
        """The px that a column is left with before another one leaves: a name is not cut for its sake."""
        column, whole = self.table.columns[number], self._px(self.table.columns[number])
        if not self._grow(column):
            return whole
        return min(self._filled(number), whole) if column.rank >= NAMED else round(whole * (1 - YIELDING))

    def _filled(self, number: int) -> int:
        """How many px of a column its head and the first rows fill."""
        look, table = self._look, self.table
        head = look.t.width(look.text(table.columns[number].label(table.kind)), "small") + look.px(ARROW)
        places = [place for place in range(min(len(table.rows), READ)) if table.row_at(place) is not None]
        avatar, mark = look.t.avatar_size("list") + look.px(10), look.t.icon("small") + look.px(8)
        shown = [table.cell(place, number) for place in places]
        wide = (look.t.width(c.text) + bool(c.avatar) * avatar + bool(c.mark) * mark for c in shown)
        return max(head, *wide, 0)

    def _px(self, column: Column) -> int:
        return self._look.px(self._width(column))

    def _width(self, column: Column) -> int:
        """px at 100 %: as somebody drew it; a choice no wider than its longest word."""
        return self.widths.get(column.name) or min(column.width, self._longest(column))

    def _longest(self, column: Column) -> int:
        described = RECORDS[self.table.kind].fields().get(column.name)
        if described is None or not isinstance(described.kind, Choice):
            return column.width
        look = self._look
        words = max(look.t.width(look.text(word)) for _code, word in described.kind.options)
        ring = look.px(22) if column.shape in (cells.stage, cells.channel) else 0
        head = look.t.width(look.text(column.label(self.table.kind)), "small")
        return -(-max(words + ring, head + look.px(ARROW)) * 100 // look.t.scale)

    def _grow(self, column: Column) -> int:
        return 0 if column.name in self.widths else column.grow

    def draw_column(self, number: int, width: int) -> None:
        """Somebody draws the edge of a column."""
        edge = self._look.px(EDGE if number == 0 else GAP)
        edge += self._look.px(AFTER_NUMBER) if self.table.columns[number].right else 0
        wanted = round((width - edge) * 100 / self._look.t.scale)
        self.widths[self.table.columns[number].name] = min(max(wanted, NARROWEST), WIDEST)
        self.fit()

    def choose_many(self, on: bool) -> None:
        """Show the boxes of a list of which several rows are selected."""
        if on != self.choosing:
            self.choosing = on
            self.viewport().update()
            self.horizontalHeader().viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns again."""
        super().resizeEvent(event)
        self.fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the pointer."""
        self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """No focus mark after a press; a head folds, a box ticks."""
        self.keyed = False
        at = event.position().toPoint()
        index = self.indexAt(at)
        if index.isValid() and self.table.row_at(index.row()) is None:
            self.fold(index.row())
            return
        if self.choosing and index.isValid() and at.x() < self._look.px(EDGE + BOX):
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(index, flags.Toggle | flags.Rows)
            return
        super().mousePressEvent(event)

    def fold(self, place: int, folded: bool | None = None) -> None:
        """Fold or unfold a group; one stays on the record one was on, as long as it is shown."""
        model, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        row, column = self.table.row_at(self.currentIndex().row()), max(self.currentIndex().column(), 0)
        chosen = [each.id for n in model.selectedRows() if (each := self.table.row_at(n.row())) is not None]
        model.blockSignals(True)
        self.table.fold(place, folded)
        here = self.table.place_of(row.id) if row is not None else place
        model.setCurrentIndex(self.table.index(here, column) if here >= 0 else QModelIndex(), flags.Clear)
        for record_id in chosen:
            if (found := self.table.place_of(record_id)) >= 0:
                model.select(self.table.index(found, 0), flags.Select | flags.Rows)
        model.blockSignals(False)
        self.viewport().update()
        self.table.arrived.emit()

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
