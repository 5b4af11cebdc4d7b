"""A pasted block before it is written: each cell as it is and as it will be; what cannot be is marked."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.models import further
from desktop.models.record import RECORDS
from desktop.services import clashes
from desktop.services.naming import called
from desktop.services.pasting import Cell
from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.cells import NOTHING, Row
from desktop.views.compose import Line, column, label, row
from desktop.views.look import Look
from desktop.views.popover import Popover
from desktop.views.privacy import veil_text
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

Index = QModelIndex | QPersistentModelIndex
WIDTH = 640
SHOWN_ROWS = 9


class _Cells(QAbstractListModel):
    """The cells of the block as lines."""

    def __init__(self, cells: Sequence[Cell], parent: QWidget) -> None:
        super().__init__(parent)
        self.cells = cells
        self.words: Callable[[Cell], str] = lambda _cell: ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """One line for each cell."""
        return 0 if parent.isValid() else len(self.cells)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What the screen reader says."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(self.cells[index.row()])
        return None


class _CellDelegate(QStyledItemDelegate):
    """Record, field, old and new; the reason where it cannot be."""

    def __init__(self, look: Look, box: "PasteBox") -> None:
        super().__init__(box)
        self._look, self._box = look, box

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A row."""
        return QSize(self._look.px(100), self._look.t.row("list"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One line."""
        look, rect = self._look, QRect(option.rect)
        cell = self._box.cells[index.row()]
        if index.row() + 1 < len(self._box.cells):
            paint.paint_hairline(painter, look, rect)
        left, px = rect.left(), look.px
        name = QRect(left + px(20), rect.top(), px(150), rect.height())
        paint.paint_text(painter, look, name, self._box.title(cell))
        field = QRect(left + px(180), rect.top(), px(90), rect.height())
        paint.paint_text(painter, look, field, self._box.field(cell), ink="ink_3", size="small")
        old = QRect(left + px(280), rect.top(), px(120), rect.height())
        if cell.refused is not None:
            rest = QRect(left + px(280), rect.top(), rect.right() - left - px(300), rect.height())
            at = paint.paint_icon(
                painter, look, rest.left(), rest.center().y() + 1, "circle-alert", "warn", "small"
            )
            rest.setLeft(at + px(6))
            paint.paint_text(painter, look, rest, look.text(cell.refused), ink="warn", size="small")
            return
        paint.paint_text(painter, look, old, self._box.said(cell, cell.old), ink="ink_2")
        paint.paint_icon(
            painter, look, left + px(410), rect.center().y() + 1, "arrow-right", "ink_3", "small"
        )
        new = QRect(left + px(434), rect.top(), rect.right() - left - px(454), rect.height())
        paint.paint_text(painter, look, new, self._box.said(cell, cell.new), strong=cell.changes)


class PasteBox(Popover):
    """What a block would change, and one button that does it."""

    def __init__(
        self,
        look: Look,
        page: "ListPage",
        cells: Sequence[Cell],
        rows: Mapping[UUID, Row],
        write: Callable[[Sequence[Cell]], object],
    ) -> None:
        super().__init__(look, page.window())
        self._look, self._page, self._rows = look, page, rows
        changing = [cell for cell in cells if cell.changes]
        refused = [cell for cell in cells if cell.refused is not None]
        self.cells = [*refused, *changing]
        model = _Cells(self.cells, self)
        model.words = lambda cell: f"{self.title(cell)} {self.field(cell)} {self.said(cell, cell.new)}"
        lines = QListView()
        lines.setModel(model)
        lines.setItemDelegate(_CellDelegate(look, self))
        lines.setSelectionMode(QListView.SelectionMode.NoSelection)
        lines.setUniformItemSizes(True)
        look.bind(lines.setAccessibleName, msg("What will change"))
        shown = min(max(len(self.cells), 1), SHOWN_ROWS)
        lines.setFixedHeight(shown * look.t.row("list"))
        said = msg("{count} cells change, {same} stay as they are, {refused} cannot change")
        same = len(cells) - len(self.cells)
        told = said.of(count=len(changing), same=same, refused=len(refused))
        self.apply = Button(look, msg("Paste"), kind="primary", keys="Enter", height="height_large")
        self.apply.refuse(None if changing else msg("Nothing would change."))
        self.apply.clicked.connect(self.dismiss)
        self.apply.clicked.connect(lambda: write(changing))
        cancel = Button(look, msg("Cancel"), kind="flat", height="height_large")
        cancel.clicked.connect(self.dismiss)
        head = column(
            look,
            label(look, msg("Paste into the list"), size="title", strong=True),
            label(look, told, size="small", ink="ink_2"),
            gap=2,
            edge=(20, 14, 20, 12),
        )
        once = label(look, msg("One undo takes all of it back."), size="small", ink="ink_3")
        foot = row(look, once, None, cancel, self.apply, gap=8, edge=(20, 10, 16, 10))
        self.inside.addLayout(column(look, head, Line(look), lines, Line(look), foot, gap=0))
        self.setFixedWidth(look.px(WIDTH))
        look.bind(self.setAccessibleName, msg("Paste into the list"))
        for keys in ("Return", "Enter"):
            QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(
                self.apply.click
            )

    def title(self, cell: Cell) -> str:
        """What the record of a cell is called."""
        record = self._rows[cell.record].record
        return veil_text(self._look, called(record).in_language(self._look.language))

    def field(self, cell: Cell) -> str:
        """What its field is called."""
        described = RECORDS[self._page.kind].fields().get(cell.field)
        return self._look.text(described.label) if described else further.called(cell.field)

    def said(self, cell: Cell, value: Any) -> str:
        """A value as a person reads it."""
        if cell.custom is not None:
            return veil_text(self._look, str(value or "")) or NOTHING
        record = self._rows[cell.record]
        described = RECORDS[self._page.kind].fields()[cell.field]
        currency = str(getattr(record.record, "currency", "") or "CNY")
        told = clashes.in_words(described, value, {}, self._look.language, currency)
        return (
            veil_text(self._look, record.titles.get(value, told) if isinstance(value, UUID) else told)
            or NOTHING
        )

    def show_over(self, view: QWidget) -> None:
        """In the middle of the list."""
        self.adjustSize()
        corner = view.mapTo(
            self._page.window(), QPoint(view.width() // 2 - self.width() // 2, self._look.px(80))
        )
        self.pop(corner)
