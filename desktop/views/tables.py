"""Qt's item models: a list of records that grows by keyset pages, flat or in groups that fold."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any, Final, TypeAlias
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.services.lists import PAGE, Bucket, order_of
from desktop.views.cells import Cell, Row
from desktop.views.list_source import LATER, ListSource
from desktop.views.lists import Column
from desktop.views.look import Look

Index = QModelIndex | QPersistentModelIndex
CELL: Final = Qt.ItemDataRole.UserRole
ROW: Final = Qt.ItemDataRole.UserRole + 1
MOST_SINGLY: Final = 60
"""Changed records that are put in one by one; more are read as a list anew."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a group."""

    bucket: Bucket
    folded: bool
    id: None = None


Line: TypeAlias = Row | Head


class RecordTable(QAbstractTableModel):
    """Rows of one list; asks for the next page when the view comes near the end."""

    arrived = Signal()  # other rows than before
    waiting = Signal(bool)  # rows are being read elsewhere

    def __init__(
        self,
        look: Look,
        kind: str,
        columns: Sequence[Column],
        source: ListSource,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self.kind, self.columns, self._source = look, kind, tuple(columns), source
        self.rows: list[Line] = []
        self.folded: frozenset[str] = frozenset()
        self.editable: frozenset[str] = frozenset()
        self.amounts: tuple[str, ...] = ()
        self._buckets: Sequence[Bucket | None] = (None,)
        self._at, self._headed = 1, False
        self._last: Row | None = None
        self._turn, self._wanted, self._busy = 0, PAGE, False
        self._places: dict[UUID, int] | None = None
        look.changed.connect(self._reword)

    # Reading

    def start(self, amounts: Sequence[str] = (), *, wanted: int = PAGE) -> None:
        """Begin again with what the source is asked now."""
        self._turn += 1
        self.amounts, self._wanted = tuple(amounts), wanted
        turn = self._turn
        if not self._source.query.by:
            self._begin((None,))
            return
        buckets = self._source.groups_now(self.amounts)
        if buckets is not None:
            self._begin(buckets)
            return
        self._wait(True)
        self._source.groups_later(
            self.amounts, lambda found: self._begin(found) if turn == self._turn else None
        )

    def refresh(self) -> None:
        """Read again; as many rows as were there, so that nothing jumps."""
        self.start(self.amounts, wanted=max(PAGE, len(self.rows)))

    def _begin(self, buckets: Sequence[Bucket | None]) -> None:
        self._buckets, self._at, self._headed, self._last = buckets, 0, False, None
        wanted = self._wanted
        first = wanted if len(buckets) == 1 and buckets[0] is None else PAGE
        lines, asked = self._stream(wanted, first)
        if asked is None:
            self._replace(lines)
        else:
            self._ask(asked, lines, fresh=True, limit=max(first, self._source.portion))

    def _stream(
        self, wanted: int, size: int = PAGE, ready: tuple[list[Row], int] | None = None
    ) -> tuple[list[Line], Bucket | tuple[()] | None]:
        """The next lines; then None, or the bucket whose page takes longer (`()` where there are none)."""
        lines: list[Line] = []
        while self._at < len(self._buckets) and len(lines) < wanted:
            bucket = self._buckets[self._at]
            if bucket is not None and not self._headed:
                folded = key_of(bucket) in self.folded
                lines.append(Head(bucket, folded))
                self._headed = not folded
                if folded:
                    self._at += 1
                    continue
            found, asked = ready or (self._source.now(self._last, size, bucket), size)
            ready = None
            if found is None:
                return lines, bucket if bucket is not None else ()
            lines += found
            if len(found) < asked:
                self._at, self._headed, self._last = self._at + 1, False, None
            else:
                self._last = found[-1]
        return lines, None

    def _ask(self, asked: Bucket | tuple[()], before: list[Line], *, fresh: bool, limit: int = LATER) -> None:
        """Have a page read elsewhere; `fresh`: it and what stands before take the place of what is shown."""
        turn, bucket = self._turn, asked if isinstance(asked, Bucket) else None
        self._wait(True)

        def arrive(found: list[Row]) -> None:
            if turn != self._turn:
                return
            more, asked_next = self._stream(len(found), PAGE, (found, limit))
            self._replace([*before, *more]) if fresh else self._append(more)
            if asked_next is not None and not more:
                self._ask(asked_next, [], fresh=False)

        self._source.later(self._last, limit, bucket, arrive)

    def _wait(self, on: bool) -> None:
        if on != self._busy:
            self._busy = on
            self.waiting.emit(on)

    def _replace(self, lines: list[Line]) -> None:
        self._wait(False)
        self.beginResetModel()
        self.rows, self._places = lines, None
        self.endResetModel()
        self.arrived.emit()

    def _append(self, lines: list[Line]) -> None:
        self._wait(False)
        if lines:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(lines) - 1)
            self.rows += lines
            self._places = None
            self.endInsertRows()

    def canFetchMore(self, parent: Index) -> bool:
        """Whether another page may exist."""
        return self._at < len(self._buckets) and not self._busy

    def fetchMore(self, parent: Index) -> None:
        """The next page."""
        if self._busy:
            return
        lines, asked = self._stream(PAGE)
        self._append(lines)
        if asked is not None:
            self._ask(asked, [], fresh=False)

    def fold(self, place: int, folded: bool | None = None) -> None:
        """Fold or unfold the group whose head stands at a place; what follows is read again."""
        head = self.rows[place]
        if not isinstance(head, Head):
            return
        key = key_of(head.bucket)
        on = not head.folded if folded is None else folded
        self.folded = self.folded | {key} if on else self.folded - {key}
        self._turn += 1
        self._wait(False)
        self.beginRemoveRows(QModelIndex(), place, len(self.rows) - 1)
        del self.rows[place:]
        self._places = None
        self.endRemoveRows()
        self._at = self._buckets.index(head.bucket)
        self._headed, self._last = False, None
        self.fetchMore(QModelIndex())

    def fold_all(self, folded: bool) -> None:
        """Fold or unfold every group."""
        keys = frozenset(key_of(bucket) for bucket in self._buckets if bucket is not None)
        self.folded = keys if folded else frozenset()
        self._begin(self._buckets)

    # What changed elsewhere

    def update(self, ids: Collection[UUID]) -> None:
        """Show these records as they are now: put in, moved, or gone."""
        if self._source.query.by or len(ids) > MOST_SINGLY or self._busy:
            self.refresh()
            return
        found = self._source.matching(list(ids))
        if found is None:
            self.refresh()
            return
        now = {row.id: row for row in found}
        for each in ids:
            self._put(each, now.get(each))
        self.arrived.emit()

    def renew(self, ids: Sequence[UUID]) -> None:
        """Show what stands beside these records anew; they stay where they are."""
        for row in self._source.matching(ids) or ():
            place = self.place_of(row.id)
            if place >= 0:
                self._set(place, row)

    def _put(self, record_id: UUID, row: Row | None) -> None:
        place = self.place_of(record_id)
        if place >= 0 and row is not None and self._same_place(self.rows[place], row):
            self._set(place, row)
            return
        if place >= 0:
            self.beginRemoveRows(QModelIndex(), place, place)
            del self.rows[place]
            self._places = None
            self.endRemoveRows()
        if row is not None:
            at = bisect_left(self.rows, self._rank(row), key=self._rank)
            if at == len(self.rows) and self._at < len(self._buckets):
                return  # it lies on a page that was not read yet
            self.beginInsertRows(QModelIndex(), at, at)
            self.rows.insert(at, row)
            self._places = None
            self.endInsertRows()

    def _set(self, place: int, row: Row) -> None:
        self.rows[place] = row
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(self.columns) - 1))

    def _same_place(self, old: Line, new: Row) -> bool:
        query = self._source.query
        return isinstance(old, Row) and order_of(query, old) == order_of(query, new)

    def _rank(self, row: Any) -> Any:
        return _RANKED((row, self._source.query))

    # What the view asks

    def row_at(self, place: int) -> Row | None:
        """The record of a line; None for a head, and beyond the end."""
        found = self.rows[place] if 0 <= place < len(self.rows) else None
        return found if isinstance(found, Row) else None

    def records(self) -> list[Row]:
        """The records that are here, without the heads."""
        return [row for row in self.rows if isinstance(row, Row)]

    def place_of(self, record_id: UUID) -> int:
        """The row number of a record, or -1."""
        if self._places is None:
            self._places = {row.id: n for n, row in enumerate(self.rows) if row.id is not None}
        return self._places.get(record_id, -1)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, or another order of them."""
        if tuple(columns) != self.columns:
            self.beginResetModel()
            self.columns = tuple(columns)
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """The rows that are here already."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """The columns of the list."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Heads are not selected; some columns are typed in."""
        if self.row_at(index.row()) is None:
            return _HEAD
        return _TYPED if self.columns[index.column()].name in self.editable else _PLAIN

    def cell(self, row: int, column: int) -> Cell:
        """What a place shows, made when it is first painted."""
        line = self.rows[row]
        return Cell() if isinstance(line, Head) else self.cell_of(line, column)

    def cell_of(self, line: Row, column: int) -> Cell:
        """What a row shows in a column, wherever the row stands."""
        spec = self.columns[column]
        found = line.shown.get(spec.name)
        if found is None:
            found = spec.shape(line, spec.name, self._look.language, self._source.day())
            line.shown[spec.name] = found
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for the screen reader, the cell for the delegate, the row for the view."""
        if not index.isValid():
            return None
        if role == ROW:
            return self.rows[index.row()]
        if role in _SHOWN:
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
        for row in self.records():
            row.shown.clear()
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)


_SHOWN: Final = (
    CELL,
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


_HEAD: Final = Qt.ItemFlag.ItemIsEnabled
_PLAIN: Final = _HEAD | Qt.ItemFlag.ItemIsSelectable
_TYPED: Final = _PLAIN | Qt.ItemFlag.ItemIsEditable


def key_of(bucket: Bucket) -> str:
    """What a group is called among those that are folded."""
    return "" if bucket.key is None else str(bucket.key)


def _compare(one: tuple[Row, Any], two: tuple[Row, Any]) -> int:
    """As the database orders: the value, nothing last; among equals the newest first."""
    (first, query), (second, _) = one, two
    a, b = order_of(query, first), order_of(query, second)
    if query.order == "id" or a == b:
        newer = first.id.bytes > second.id.bytes
        if first.id == second.id:
            return 0
        return -1 if newer == (query.order != "id" or query.descending) else 1
    if a is None or b is None:
        return 1 if a is None else -1
    return -1 if (a > b) == query.descending else 1


_RANKED: Final = cmp_to_key(_compare)
