"""Cards of a board: what stands on each, how it is painted, and the pages in which they come."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.services.lists import PAGE, Bucket
from desktop.views import cells, dates, paint
from desktop.views.cells import Cell, Row
from desktop.views.list_source import LATER, ListSource
from desktop.views.lists import ListSpec
from desktop.views.look import Look
from desktop.views.privacy import veil_text

Index = QModelIndex | QPersistentModelIndex
ROW: Final = Qt.ItemDataRole.UserRole
GAP, PAD = 8, 12
HIGH, LOW = 118, 90
MARGIN = 8
FIRST: Final = 32
"""Cards of a column that are read before somebody scrolls: what a high screen shows."""


@dataclass(frozen=True, slots=True)
class CardSpec:
    """Which fields of a record stand on its card; empty: none."""

    link: str = ""
    amount: str = ""
    day: str = ""
    text: str = ""


def card_of(spec: ListSpec) -> CardSpec:
    """What the columns of a list say about its cards."""

    def first(shape: Any, *but: str) -> str:
        return next((each.name for each in spec.columns if each.shape is shape and each.name not in but), "")

    step = "next_step" if any(each.name == "next_step" for each in spec.columns) else first(cells.text)
    amount = first(cells.amount) or first(cells.sum_due)
    return CardSpec(first(cells.link), amount, first(cells.due), step)


class Cards(QAbstractListModel):
    """The records of one column."""

    def __init__(self, look: Look, source: ListSource, by: str, key: str, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._source, self._by, self.key = look, source, by, key
        self.rows: list[Row] = []
        self._complete, self._busy = True, False
        look.changed.connect(self._reword)

    def _reword(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def refresh(self, *, quick: bool = True) -> bool:
        """Read again; as many cards as were there. False where that takes longer, or is not to be `quick`."""
        wanted = max(FIRST, len(self.rows))
        found = self._source.column_now(self._by, Bucket(self.key), None, wanted) if quick else None
        if found is not None:
            self._replace(found, complete=len(found) < wanted)
            return True
        self._busy = True
        self._source.column_later(
            self._by,
            Bucket(self.key),
            None,
            LATER,
            lambda rows: self._replace(rows, complete=len(rows) < LATER),
        )
        return False

    def _replace(self, rows: list[Row], *, complete: bool) -> None:
        self._busy = False
        self.beginResetModel()
        self.rows, self._complete = rows, complete
        self.endResetModel()

    def _append(self, rows: list[Row], *, complete: bool) -> None:
        self._busy, self._complete = False, complete
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()

    def place_of(self, record_id: UUID) -> int:
        """Where a record's card lies, or -1."""
        return next((place for place, row in enumerate(self.rows) if row.id == record_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """The cards that are here already."""
        return 0 if parent.isValid() else len(self.rows)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether another page may exist."""
        return not self._complete and not self._busy

    def fetchMore(self, parent: Index) -> None:
        """The next page."""
        last = self.rows[-1] if self.rows else None
        found = self._source.column_now(self._by, Bucket(self.key), last, PAGE)
        if found is not None:
            self._append(found, complete=len(found) < PAGE)
            return
        self._busy = True
        self._source.column_later(
            self._by,
            Bucket(self.key),
            last,
            LATER,
            lambda rows: self._append(rows, complete=len(rows) < LATER),
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row for the delegate, words for the screen reader."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.record.title
        return None


class CardDelegate(QStyledItemDelegate):
    """Paints a card: title, whom it is for, amount and day, the next step."""

    def __init__(self, look: Look, spec: CardSpec, view: QListView) -> None:
        super().__init__(view)
        self._look, self._spec, self._view = look, spec, view
        self.dragged: frozenset[UUID] = frozenset()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Lower without a next step."""
        row = index.data(ROW)
        return QSize(self._look.px(120), self._look.px(self.height(row) + GAP))

    def height(self, row: Row) -> int:
        """Of the card without its gap."""
        return HIGH if self._spec.text and row.value(self._spec.text) else LOW

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One card in its place."""
        row: Row = index.data(ROW)
        view = option.widget
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        here = on and view is not None and view.hasFocus()
        box = QRect(option.rect).adjusted(self._look.px(MARGIN), 0, -self.right_margin(), -self._look.px(GAP))
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self.paint_card(
            painter, box, row, on=on, here=here, hovered=hovered, left_place=row.id in self.dragged
        )

    def right_margin(self) -> int:
        """What is left free beside a card; a scroll bar stands in that place."""
        return 0 if self._view.verticalScrollBar().isVisible() else self._look.px(MARGIN)

    def paint_card(
        self,
        painter: QPainter,
        box: QRect,
        row: Row,
        *,
        on: bool = False,
        here: bool = False,
        hovered: bool = False,
        left_place: bool = False,
    ) -> None:
        """A card in any place; the place that it left is faint."""
        look = self._look
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPen(
            look.colour("accent_mark" if here else "accent_line" if on else "line_strong"), 2 if here else 1
        )
        if left_place:
            edge = QPen(look.colour("line_strong"), 1, Qt.PenStyle.DashLine)
        elif not on and not hovered:
            edge = QPen(look.colour("line"), 1)
        painter.setPen(edge)
        painter.setBrush(
            Qt.BrushStyle.NoBrush if left_place else look.colour("selected" if on else "surface")
        )
        radius = look.t.radius("control")
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if left_place:
            painter.setOpacity(0.45)
        self._paint_inside(painter, box.adjusted(look.px(PAD), look.px(9), -look.px(PAD), 0), row, on=on)
        painter.restore()

    def _paint_inside(self, painter: QPainter, box: QRect, row: Row, *, on: bool) -> None:
        look, spec = self._look, self._spec
        line = look.px(22)
        top = QRect(box.left(), box.top(), box.width(), line)
        title = veil_text(look, title_of(row, look.language))
        paint.paint_text(painter, look, top, paint.fitted(look, title, box.width()), strong=True)
        second = top.translated(0, look.px(21))
        self._paint_link(painter, second, row, on=on)
        third = second.translated(0, look.px(27))
        day = self._cell(row, spec.day, cells.due) if spec.day else Cell()
        amount = self._cell(row, spec.amount, cells.amount).text if spec.amount else ""
        amount = veil_text(look, amount)
        room = third.adjusted(look.t.width(amount) + look.px(8), 0, 0, 0)
        self._paint_day(painter, room, self._day_for(row, day, room.width()))
        paint.paint_text(painter, look, third, amount, ink="ink_3" if amount == cells.NOTHING else "ink")
        step = str(row.value(spec.text) or "") if spec.text else ""
        if step:
            paint.paint_hairline(painter, look, third.adjusted(0, 0, 0, look.px(6)))
            room = QRect(box.left(), third.bottom() + look.px(9), box.width(), look.px(24))
            paint.paint_text(painter, look, room, veil_text(look, step), ink="ink_2", size="small")

    def _paint_link(self, painter: QPainter, box: QRect, row: Row, *, on: bool) -> None:
        look, spec = self._look, self._spec
        if not spec.link:
            city = str(getattr(row.record, "city", "") or getattr(row.record, "phone", "") or "")
            paint.paint_text(painter, look, box, city, ink="ink_2", size="small")
            return
        linked = row.value(spec.link)
        name = row.called(linked, look.language)
        if not name:
            return
        size = look.t.avatar_size("card")
        square = QRect(box.left(), box.center().y() - size // 2 + 1, size, size)
        shown = veil_text(look, row.titles.get(linked, name))
        paint.paint_avatar(painter, look, square, shown, linked, on_tint=on)
        rest = box.adjusted(size + look.px(7), 0, 0, 0)
        paint.paint_text(painter, look, rest, veil_text(look, name), ink="ink_2", size="small")

    def _day_for(self, row: Row, day: Cell, room: int) -> Cell:
        """Where the words of a late day find no room: the day itself, with their icon and colour."""
        look = self._look
        icon = look.t.icon("small") + look.px(4)
        if day.icon is None or look.t.width(day.text, "small") + icon <= room:
            return day
        value, today = row.value(self._spec.day), date.today()  # noqa: DTZ011
        value = value.astimezone().date() if isinstance(value, datetime) else value
        return replace(day, text=dates.short_day(value, look.language, today))

    def _paint_day(self, painter: QPainter, box: QRect, day: Cell) -> None:
        """The day at the right; where the amount leaves no room its icon alone, or nothing."""
        look = self._look
        if not day.text or day.text == cells.NOTHING:
            return
        width = look.t.width(day.text, "small")
        icon = look.t.icon("small") + look.px(4) if day.icon is not None else 0
        left = box.right() - icon
        if width + icon <= box.width():
            ink = "ink_3" if day.ink == "ink_2" else day.ink
            paint.paint_text(painter, look, box, day.text, ink=ink, size="small", align=paint.RIGHT)
            left = box.right() - width - icon
        if day.icon is not None:
            paint.paint_icon(painter, look, left, box.center().y() + 1, *day.icon, "small")

    def _cell(self, row: Row, name: str, shape: Any) -> Cell:
        made: Cell = shape(row, name, self._look.language, date.today())  # noqa: DTZ011
        return made

    def picture(self, row: Row, width: int) -> QPixmap:
        """The card in the hand."""
        look = self._look
        height = look.px(self.height(row))
        ratio = look.pixmap("x").devicePixelRatio()
        made = QPixmap(round((width + 8) * ratio), round((height + 8) * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        paint.paint_float(painter, look, QRect(0, 0, width + 8, height + 8))
        self.paint_card(painter, QRect(4, 4, width, height), row, here=True)
        painter.end()
        return made


def title_of(row: Row, language: str) -> str:
    """What stands at the head of a card."""
    english = str(getattr(row.record, "name_en", "") or "") if language == "en" else ""
    return english or row.record.title or str(getattr(row.record, "phone", "") or "") or cells.NOTHING
