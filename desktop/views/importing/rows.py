"""The rows of a file as they would come in, each with what becomes of it and its faults beneath."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

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
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.models.kinds import Amount
from desktop.services import import_columns
from desktop.services.import_ahead import Ahead, Fate
from desktop.services.import_columns import Column, Target
from desktop.services.import_rows import FURTHER, LEFT_OUT
from desktop.services.imports import Row, Sheet
from desktop.views import paint
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

Index = QModelIndex | QPersistentModelIndex
FATE: Final = Qt.ItemDataRole.UserRole
MEASURED: Final = 200
MOST: Final = 12
"""Columns of which the preview has room for; the others are seen above."""
LEAST, NARROW, WIDE, FATED, NUMBERED = 56, 108, 220, 190, 56
"""px of a column at 100 %: the least, to where it yields, the most; of what becomes of a row, its number."""
WRAPPED: Final = int(Qt.TextFlag.TextWordWrap)
NOTHING: Final = "\N{EM DASH}"
CARDS: Final = ("contact", "name", "title", "mobile", "phone", "email")
"""What is shown of a card, which has no columns."""
TOLD: Final = {
    "new": ("plus", "ink_2", msg("New")),
    "update": ("git-merge", "accent_ink", msg("Update")),
    "same": ("check", "ink_3", msg("As it is")),
    "skip": ("ban", "ink_3", msg("Skipped")),
    "fault": ("circle-alert", "bad", msg("Stays out")),
}
ROW: Final = msg("Row {number}")
NUMBER: Final = msg("Row")
OUTCOME: Final = msg("What becomes of it")


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of the preview: what it is, and where in the file it stands."""

    target: Target
    place: int | None

    @property
    def right(self) -> bool:
        """Whether it holds numbers."""
        return self.target.kind.numeric or isinstance(self.target.kind, Amount)


class Rows(QAbstractListModel):
    """The rows of a look ahead, all or those of one fate."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.columns: list[Shown] = []
        self.fates: list[Fate] = []
        self.widths: list[int] = []
        self._rows: dict[int, Row] = {}
        self._cells: dict[int, Sequence[str]] = {}

    def show(self, ahead: Ahead | None, sheet: Sheet | None, columns: Sequence[Column], only: str) -> None:
        """Another look ahead, or none yet."""
        self.beginResetModel()
        kind = ahead.made.kind if ahead is not None else ""
        if sheet is not None:
            places = [(place, each.key) for place, each in enumerate(columns)]
        else:
            places = [(None, key) for key in CARDS]  # type: ignore[misc]
        found = [
            Shown(target, place)
            for place, key in places
            if key not in (FURTHER, LEFT_OUT) and kind and (target := import_columns.target(kind, key))
        ]
        self.columns = sorted(
            found, key=lambda each: each.target.name != "name" or each.target.key == "contact"
        )[:MOST]
        self._rows = {row.number: row for row in ahead.made.rows} if ahead is not None else {}
        self._cells = dict(zip(sheet.numbers, sheet.rows, strict=True)) if sheet is not None else {}
        self.fates = [fate for fate in (ahead.fates.values() if ahead else ()) if fits(fate, only)]
        self.measure()
        self.endResetModel()

    def measure(self) -> None:
        """How wide the columns would like to be, by the first rows."""
        wide, look = self._look.t.width, self._look
        heads = [wide(look.text(each.target.label), "small") for each in self.columns]
        first = [self.cells(fate) for fate in self.fates[:MEASURED]]
        self.widths = [
            max([head, *(wide(cells[place][0]) for cells in first)]) for place, head in enumerate(heads)
        ]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """How many rows."""
        return 0 if parent.isValid() else len(self.fates)

    def cells(self, fate: Fate) -> list[tuple[str, bool]]:
        """What a row says in each column, and whether that could not be taken as it was meant."""
        row, raw = self._rows.get(fate.number), self._cells.get(fate.number, ())
        return [self._cell(each, row, raw) for each in self.columns]

    def _cell(self, shown: Shown, row: Row | None, raw: Sequence[str]) -> tuple[str, bool]:
        target, look = shown.target, self._look
        typed = raw[shown.place] if shown.place is not None and shown.place < len(raw) else ""
        odd = row is not None and bool({target.key, target.name} & row.odd) and bool(typed)
        record = next((one for one in row.records if isinstance(one, target.cls)), None) if row else None
        text = typed
        if record is not None and not odd:
            text = target.kind.format(getattr(record, target.name), look.language) or typed
        return veil_text(look, " ".join(text.split())) or NOTHING, odd

    def outcome(self, fate: Fate) -> str:
        """What becomes of it, in a few words."""
        look = self._look
        _icon, _ink, words = TOLD[fate.kind]
        if fate.kind != "update" or not fate.words:
            return look.text(words)
        colon, comma = ("：", "、") if look.language == "zh" else (": ", ", ")
        return look.text(words) + colon + comma.join(look.text(each) for each in fate.words)

    def why(self, fate: Fate) -> str:
        """What stands beneath it: the faults, or whom it may be."""
        said: Sequence[Message] = fate.doubts
        if fate.kind == "fault" or (fate.kind == "new" and fate.words):
            said = (*fate.words, *fate.doubts)
        stop = "；" if self._look.language == "zh" else "; "
        return veil_text(self._look, stop.join(self._look.text(each) for each in said))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The fate for the delegate, words for a reader."""
        fate = self.fates[index.row()]
        if role == FATE:
            return fate
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            number = self._look.text(ROW.of(number=fate.number))
            said = [text for text, _ in self.cells(fate) if text != NOTHING]
            return ". ".join(filter(None, (number, ", ".join(said), self.outcome(fate), self.why(fate))))
        return None


def fits(fate: Fate, only: str) -> bool:
    """Whether a row is among those that are asked for: all, a fate, or the odd ones."""
    if only == "odd":
        return fate.kind == "fault" or bool(fate.doubts)
    if only == "skip":
        return fate.kind in ("skip", "same")
    return only in ("", fate.kind)


def places(look: Look, rows: Rows, box: QRect) -> list[QRect]:
    """Where the number, the columns and the outcome stand in a box; what has no room is left out."""
    number, fated = look.px(NUMBERED), look.px(FATED)
    room = box.width() - number - fated - look.px(16)
    wants: list[int] = [min(max(wide + look.px(20), look.px(LEAST)), look.px(WIDE)) for wide in rows.widths]
    least = [min(each, look.px(NARROW)) for each in wants]
    while wants and sum(least) > room:
        wants.pop()
        least.pop()
    for kept in (1, 0):  # the name gives way last
        over = sum(wants) - room
        spare: list[int] = [each - one for each, one in zip(wants, least, strict=True)]
        spare[:kept] = [0] * min(kept, len(spare))
        if over > 0 and any(spare):
            share = min(over / sum(spare), 1)
            wants = [each - ceil(share * one) for each, one in zip(wants, spare, strict=True)]
    left = box.left()
    found = [QRect(left, box.top(), number - look.px(14), box.height())]
    left += number
    for each in wants:
        found.append(QRect(left, box.top(), each - look.px(14), box.height()))
        left += each
    found.append(QRect(left, box.top(), box.right() - left - look.px(12), box.height()))
    return found


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Look, view: "RowList") -> None:
        super().__init__(view)
        self._look, self._view = look, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        look, fate = self._look, index.data(FATE)
        high = look.t.row("compact")
        why = self._view.rows.why(fate)
        if why:
            high += self._high(why, self._view.viewport().width()) + look.px(6)
        return QSize(look.px(200), high)

    def _high(self, why: str, width: int) -> int:
        room = QRectF(0, 0, max(width - self._look.px(NUMBERED + 40), 1), 10_000)
        return round(self._look.t.metrics("small").boundingRect(room, WRAPPED, why).height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, rows, rect = self._look, self._view.rows, QRect(option.rect)
        fate: Fate = index.data(FATE)
        if self._view.currentIndex() == index and self._view.hasFocus():
            painter.fillRect(rect, look.colour("selected"))
        paint.paint_hairline(painter, look, rect)
        line = QRect(rect.left(), rect.top(), rect.width(), look.t.row("compact"))
        number, *boxes, last = places(look, rows, line)
        paint.paint_text(painter, look, number, str(fate.number), ink="ink_3", align=paint.RIGHT)
        quiet = fate.kind in ("same", "skip")
        for box, shown, (text, odd) in zip(boxes, rows.columns, rows.cells(fate), strict=False):
            if odd:
                self._paint_odd(painter, box)
            align = paint.RIGHT if shown.right else paint.LEFT
            ink = "bad" if odd else "ink_3" if quiet or text == NOTHING else "ink"
            paint.paint_text(painter, look, box, text, ink=ink, align=align)
        icon, ink, _words = TOLD[fate.kind]
        middle = last.center().y() + 1
        left = paint.paint_icon(painter, look, last.left(), middle, icon, ink, "small")
        last.setLeft(left + look.px(6))
        paint.paint_text(painter, look, last, rows.outcome(fate), ink="ink_2" if ink == "ink_2" else ink)
        why = rows.why(fate)
        if why:
            self._paint_why(painter, rect, fate, why)

    def _paint_odd(self, painter: QPainter, box: QRect) -> None:
        look = self._look
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("bad_mark"), 1))
        painter.setBrush(look.colour("bad_soft"))
        around = QRectF(box).adjusted(
            -look.px(5) + 0.5, look.px(2) + 0.5, look.px(5) - 0.5, -look.px(3) - 0.5
        )
        painter.drawRoundedRect(around, look.t.radius("chip"), look.t.radius("chip"))
        painter.restore()

    def _paint_why(self, painter: QPainter, rect: QRect, fate: Fate, why: str) -> None:
        look = self._look
        ink = "bad" if fate.kind == "fault" else "warn"
        top = rect.top() + look.t.row("compact") - look.px(1)
        left = rect.left() + look.px(NUMBERED)
        middle = top + look.t.line("small") // 2
        left = paint.paint_icon(painter, look, left, middle, "info", ink, "small") + look.px(6)
        painter.setFont(look.font("small"))
        painter.setPen(look.colour(ink))
        painter.drawText(
            QRect(left, top, rect.right() - left - look.px(16), rect.bottom() - top), WRAPPED, why
        )


class RowList(QListView):
    """The painted rows; arrows walk through them."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.rows = Rows(look, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(look, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("ground", "surface")
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)  # thousands of rows are laid out piece by piece
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.bind(self.setMinimumHeight, lambda: 3 * look.t.row("compact"))
        look.bind(self.setAccessibleName, msg("Rows of the file"))
        look.changed.connect(self._renew)

    def _renew(self) -> None:
        self.rows.measure()
        self.rows.layoutChanged.emit()


class Heads(QWidget):
    """The names of the columns above the rows."""

    def __init__(self, look: Look, rows: RowList) -> None:
        super().__init__()
        self._look, self._rows = look, rows
        look.bind(self.setFixedHeight, lambda: look.t.row("compact"))
        rows.rows.modelReset.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Small words in ink 3."""
        look, rows = self._look, self._rows.rows
        painter = QPainter(self)
        box = QRect(0, 0, self._rows.viewport().width(), self.height())
        number, *boxes, last = places(look, rows, box)
        paint.paint_text(
            painter, look, number, look.text(NUMBER), ink="ink_3", size="small", align=paint.RIGHT
        )
        for each, shown in zip(boxes, rows.columns, strict=False):
            align = paint.RIGHT if shown.right else paint.LEFT
            words = look.text(shown.target.label)
            paint.paint_text(painter, look, each, words, ink="ink_3", size="small", align=align)
        paint.paint_text(painter, look, last, look.text(OUTCOME), ink="ink_3", size="small")
        paint.paint_hairline(painter, look, self.rect())
