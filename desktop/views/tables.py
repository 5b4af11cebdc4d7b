"""Qt's item models: a list of records that grows by keyset pages of 128 rows, fed by a callable."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.views.cells import Cell, Row
from desktop.views.lists import Column
from desktop.views.look import Look

Index = QModelIndex | QPersistentModelIndex
PAGE: Final = 128
CELL: Final = Qt.ItemDataRole.UserRole
ROW: Final = Qt.ItemDataRole.UserRole + 1
Provider = Callable[[Row | None, int], Sequence[Row]]
"""The page after a row (None: the first), at most so many."""


class RecordTable(QAbstractTableModel):
    """Rows of one list; asks for the next page when the view comes near the end."""

    def __init__(
        self, look: Look, kind: str, columns: Sequence[Column], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._look, self.kind, self.columns = look, kind, tuple(columns)
        self._provider: Provider = lambda _after, _limit: ()
        self.rows: list[Row] = []
        self._complete = True
        self._cells: dict[tuple[int, int], Cell] = {}
        look.changed.connect(self._reword)

    def feed(self, provider: Provider) -> None:
        """Start again from another source."""
        self._provider = provider
        self.refresh()

    def refresh(self) -> None:
        """Read again; as many rows as were there, so that nothing jumps."""
        wanted = max(PAGE, len(self.rows))
        self.beginResetModel()
        self.rows = list(self._provider(None, wanted))
        self._complete = len(self.rows) < wanted
        self._cells.clear()
        self.endResetModel()

    def place_of(self, record_id: UUID) -> int:
        """The row number of a record, or -1."""
        return next((place for place, row in enumerate(self.rows) if row.id == record_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """The rows that are here already."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """The columns of the list."""
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether another page may exist."""
        return not self._complete

    def fetchMore(self, parent: Index) -> None:
        """The next page."""
        more = list(self._provider(self.rows[-1] if self.rows else None, PAGE))
        self._complete = len(more) < PAGE
        if more:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(more) - 1)
            self.rows += more
            self.endInsertRows()

    def cell(self, row: int, column: int) -> Cell:
        """What a place shows, made when it is first painted."""
        found = self._cells.get((row, column))
        if found is None:
            spec = self.columns[column]
            found = spec.shape(self.rows[row], spec.name, self._look.language, date.today())  # noqa: DTZ011
            self._cells[row, column] = found
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for the screen reader, the cell for the delegate, the row for the view."""
        if not index.isValid():
            return None
        if role == ROW:
            return self.rows[index.row()]
        if role in (
            CELL,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            cell = self.cell(index.row(), index.column())
            if role == CELL:
                return cell
            return cell.tooltip or None if role == Qt.ItemDataRole.ToolTipRole else cell.text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The heads of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._look.text(self.columns[section].label(self.kind))
        return None

    def _reword(self) -> None:
        self._cells.clear()
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
