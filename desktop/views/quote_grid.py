"""The lines of a quote as a grid for typing: sections, live amounts, cell editors as in a spreadsheet."""

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.models.records import QuoteLine
from desktop.views import paint, unfinished
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import msg

if TYPE_CHECKING:
    from collections.abc import Callable

from desktop.views.quote_table import (
    AMOUNT,
    NAME,
    NUMBER,
    PRICED,
    QUANTITY,
    TAX,
    UNIT,
    WIDTHS,
    GridRow,
    Index,
    QuoteTable,
)

FOLDS: Final = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False, Qt.Key.Key_Space: None}
"""Keys on the row of a section, and whether it is folded then; None is the other way than it is."""


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, grid: "QuoteGrid") -> None:
        super().__init__(grid)
        self._look, self._grid = look, grid

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._look.px(40), self._look.t.row("quote_grid"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, table = self._look, self._grid.table
        rect: QRect = option.rect
        row, column = table.rows[index.row()], index.column()
        kind = row.line.kind
        current = index.row() == self._grid.currentIndex().row()
        ground = "selected" if current else "ground" if kind in ("section", "subtotal") else ""
        if ground:
            painter.fillRect(rect, look.colour(ground))
        elif index.row() == self._grid.hovered:
            painter.fillRect(rect, look.colour("hover"))
        paint.paint_hairline(painter, look, rect)
        if column == NUMBER:
            self._paint_number(painter, rect, row)
        elif column == NAME:
            self._paint_name(painter, rect, row)
        else:
            self._paint_value(painter, rect, row, column)
        if current and column == self._grid.currentIndex().column() and column != NUMBER:
            painter.setPen(QPen(look.colour("accent_mark"), 2))
            painter.setBrush(
                look.colour("surface")
                if self._grid.state() == QAbstractItemView.State.EditingState
                else Qt.BrushStyle.NoBrush
            )
            clear = look.px(6) if column == NAME else 0  # a name begins at the edge of its cell
            painter.drawRect(rect.adjusted(1 - clear, 1, -1, -2))

    def _paint_number(self, painter: QPainter, rect: QRect, row: GridRow) -> None:
        look = self._look
        if row.line.kind == "section":
            arrow = "chevron-right" if row.line.id in self._grid.table.folded else "chevron-down"
            left = rect.center().x() - look.t.icon("small") // 2
            paint.paint_icon(painter, look, left, rect.center().y() + 1, arrow, "ink_3", "small")
            return
        if row.line.kind in ("option", "alternative") and row.line.bundle_id is None:
            enabled = self._grid.table.editable
            paint.paint_check(painter, look, rect, checked=bool(row.line.chosen), enabled=enabled)
        else:
            paint.paint_text(painter, look, rect, row.number, ink="ink_3", align=paint.CENTRE)

    def _paint_name(self, painter: QPainter, rect: QRect, row: GridRow) -> None:
        look, line = self._look, row.line
        english = look.language == "en"
        detail = (line.detail_en if english and line.detail_en else line.detail) or ""
        name = self._grid.table.text(row, NAME)
        if line.bundle_id is not None:
            rect = rect.adjusted(look.px(16), 0, 0, 0)
        ink = "ink" if row.counts or line.kind not in PRICED else "ink_3"
        folded = look.text(self._grid.table.folded_words(row) or "")
        extras = [part for part in (line.sku or "", detail, folded) if part]
        if line.kind == "note":
            paint.paint_text(painter, look, rect, name, ink="ink_2")
            return
        strong = line.kind in ("section", "subtotal")
        paint.paint_yielding(
            painter, look, rect.adjusted(0, 0, -look.px(8), 0), name, extras, ink=ink, strong=strong
        )

    def _paint_value(self, painter: QPainter, rect: QRect, row: GridRow, column: int) -> None:
        look, line = self._look, row.line
        text = self._grid.table.text(row, column)
        text = text if column in (UNIT, TAX, QUANTITY) else veil_text(look, text)
        edge = look.px(12 if column == AMOUNT else 8)
        box = rect.adjusted(0, 0, -edge, 0)
        if line.kind in ("section", "subtotal"):
            if column == AMOUNT:
                paint.paint_text(painter, look, box, text, align=paint.RIGHT)
            elif column == TAX and row.amount:
                word = look.text(msg("Chosen") if row.chosen else msg("Subtotal"))
                paint.paint_text(
                    painter,
                    look,
                    rect.adjusted(-look.px(20), 0, -look.px(2), 0),
                    word,
                    ink="ink_3",
                    size="small",
                    align=paint.RIGHT,
                )
            return
        quiet = column in (UNIT, TAX) or not row.counts
        if column == UNIT:
            ink = "ink_2" if row.counts else "ink_3"
            paint.paint_text(painter, look, rect.adjusted(look.px(8), 0, 0, 0), text, ink=ink)
            return
        paint.paint_text(painter, look, box, text, ink="ink_3" if quiet else "ink", align=paint.RIGHT)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("cell", True)
        editor.setFont(self._look.font())
        head = self._grid.table.heads()[index.column()]
        if head is not None:
            self._look.bind(editor.setAccessibleName, head)
        if index.column() not in (NAME, UNIT):
            editor.setAlignment(paint.RIGHT)
        editor.textEdited.connect(lambda text: self._grid.table.try_out(index, text))
        unfinished.watch([editor], lambda: self._grid.typed.emit(index, editor))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Once: what arrives from others while somebody types never writes over what is typed."""
        if isinstance(editor, QLineEdit) and editor.property("before") is None:
            before = str(index.data(Qt.ItemDataRole.EditRole))
            typed = self._grid.table.begin(index)
            editor.setProperty("before", before if typed is None else "\0")
            editor.setText(before if typed is None else typed)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.text() != editor.property("before"):
            self._grid.table.setData(index, editor.text())


class _Heads(QHeaderView):
    def __init__(self, look: Look, grid: "QuoteGrid") -> None:
        super().__init__(Qt.Orientation.Horizontal, grid)
        self._look, self._grid = look, grid
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        look.bind(self.setFixedHeight, lambda: look.px(28))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802
        look = self._look
        painter.save()
        text = str(self._grid.table.headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        if logicalIndex in (NAME, NUMBER):
            paint.paint_text(painter, look, rect, text, ink="ink_3", size="small")
        elif logicalIndex == UNIT:
            paint.paint_text(
                painter, look, rect.adjusted(look.px(8), 0, 0, 0), text, ink="ink_3", size="small"
            )
        else:
            box = rect.adjusted(0, 0, -look.px(12 if logicalIndex == AMOUNT else 8), 0)
            paint.paint_text(painter, look, box, text, ink="ink_3", size="small", align=paint.RIGHT)
        painter.restore()
        paint.paint_hairline(painter, look, rect)


class QuoteGrid(QTableView):
    """The grid. Tab and Enter walk, F2 or typing edits, Delete removes the line, Space ticks an option."""

    remove_wanted = Signal(object)
    option_pressed = Signal(object)
    why_wanted = Signal(object)
    fold_wanted = Signal(int, object)  # a row of a section, and whether it is to be folded, or None
    hidden_reached = Signal(int)  # a row that is folded away is the current one now
    left = Signal()  # a cell's editor is closed
    typed = Signal(object, object)  # the index of a cell and its editor, after each key

    def __init__(self, look: Look, table: QuoteTable) -> None:
        super().__init__()
        self._look, self.table = look, table
        self.hovered = -1
        self._goes_down = False
        self.setModel(table)
        self.setItemDelegate(_LineDelegate(look, self))
        self.setHorizontalHeader(_Heads(look, self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(1)
        look.bind(self.verticalHeader().setDefaultSectionSize, lambda: look.t.row("quote_grid"))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        look.bind(self.setAccessibleName, msg("Lines of the quote"))
        look.changed.connect(self.fit)

    def fit(self) -> None:
        """Fixed columns; the name takes the rest, and the unit leaves where that is too little."""
        widths = {column: self._look.px(width) for column, width in WIDTHS.items()}
        least, room = self._look.px(140), self.viewport().width()
        crowded = room - sum(widths.values()) < least
        self.setColumnHidden(UNIT, crowded)
        rest = room - sum(widths.values()) + crowded * widths[UNIT]
        widths[NAME] = max(rest, least)
        for column, width in widths.items():
            self.setColumnWidth(column, width)

    def height_wanted(self) -> int:
        """Head and all rows that are not folded away."""
        rows = self.table.rowCount() - self.verticalHeader().hiddenSectionCount()
        return self._look.px(28) + rows * self._look.t.row("quote_grid")

    def fit_height(self) -> None:
        """As high as its rows, and never lower than two of them."""
        self.setMaximumHeight(self.height_wanted())
        self.setMinimumHeight(min(self.height_wanted(), self._look.px(28) * 3))

    def typing(self) -> bool:
        """Whether a cell's editor is open."""
        return self.state() == QAbstractItemView.State.EditingState

    def line(self) -> QuoteLine | None:
        """The current line."""
        index = self.currentIndex()
        return (
            self.table.rows[index.row()].line
            if index.isValid() and index.row() < len(self.table.rows)
            else None
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns again."""
        super().resizeEvent(event)
        self.fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the pointer."""
        row = self.indexAt(event.position().toPoint()).row()
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()
        super().mouseMoveEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        """Whoever is sent to a folded line is to see it."""
        super().currentChanged(current, previous)
        if current.isValid() and self.isRowHidden(current.row()):
            self.hidden_reached.emit(current.row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the box of an option ticks it; on the arrow of a section it folds."""
        index = self.indexAt(event.position().toPoint())
        super().mousePressEvent(event)
        if index.isValid() and index.column() == NUMBER:
            line = self.table.rows[index.row()].line
            if line.kind in ("option", "alternative") and self.table.editable:
                self.option_pressed.emit(line)
            elif line.kind == "section":
                self.fold_wanted.emit(index.row(), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Spreadsheet habits."""
        line, control = self.line(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        key = event.key()
        acts: dict[Any, Callable[[], object]] = {}
        if line is not None and self.table.editable:
            acts[Qt.Key.Key_Delete] = lambda: self.remove_wanted.emit(line)
            if line.kind in ("option", "alternative"):
                acts[Qt.Key.Key_Space] = lambda: self.option_pressed.emit(line)
            if control:
                acts[Qt.Key.Key_D] = self._copy_down
        if line is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            acts[Qt.Key.Key_W] = lambda: self.why_wanted.emit(line)
        elif line is not None and line.kind == "section" and key in FOLDS:
            acts[key] = lambda: self.fold_wanted.emit(self.currentIndex().row(), FOLDS[Qt.Key(key)])
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._goes_down = self.state() == QAbstractItemView.State.EditingState
            if self._goes_down:
                return
            acts[key] = lambda: self._step(1)
        if key in acts:
            acts[key]()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and self._at_end(key):
            self.focusNextPrevChild(key == Qt.Key.Key_Tab)
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: Any) -> None:  # noqa: N802
        """Enter in a cell keeps it and goes down, as in a spreadsheet."""
        super().closeEditor(editor, hint)
        self.left.emit()
        if self._goes_down:
            self._goes_down = False
            self._step(1)

    def _at_end(self, key: int) -> bool:
        index = self.currentIndex()
        if key == Qt.Key.Key_Tab:
            return index.row() == self._shown(self.table.rowCount(), -1) and index.column() == AMOUNT
        return index.row() <= 0 and index.column() <= NAME

    def _step(self, way: int) -> None:
        index = self.currentIndex()
        following = self.table.index(self._shown(index.row(), way), index.column())
        if following.isValid():
            self.setCurrentIndex(following)

    def _shown(self, place: int, way: int) -> int:
        """The next row from there that is not folded away; outside the table where there is none."""
        place += way
        while 0 <= place < self.table.rowCount() and self.isRowHidden(place):
            place += way
        return place

    def _copy_down(self) -> None:
        index = self.currentIndex()
        above = index.row() - 1
        if above >= 0 and self.table.rows[above].line.kind in PRICED:
            self.table.setData(index, self.table.edit_text(self.table.rows[above], index.column()))
