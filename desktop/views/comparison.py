"""A conflict in values and consequences: before, yours, the office's, side by side in one painted table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.errors import Refused
from desktop.models.inbox import Entry
from desktop.models.kinds import Amount
from desktop.models.record import RECORDS
from desktop.models.records import QuoteLine
from desktop.rules import money
from desktop.services import drafts
from desktop.views import cells, paint
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; `big` is the figure that matters."""

    label: Message
    before: Message | None
    mine: Message
    theirs: Message
    big: bool = False


def value_words(entry: Entry, wire: Any) -> Message:
    """A value of the inbox as a person reads it."""
    if wire in (None, "", [], {}):
        return msg("nothing")
    if entry.field == "deleted_at":
        return msg("deleted")
    described = RECORDS[entry.type].fields().get(entry.field)
    if described is None:
        return msg("the whole record")
    value = described.kind.from_wire(wire)
    if isinstance(described.kind, Amount):
        return verbatim(cells.money(value))
    return cells.words_of(described.kind, wire) or verbatim(described.kind.format(value, "zh"))


def lines_of(desk: Desk, entry: Entry) -> list[Line]:
    """The values, and for a line of a quote what they make of its amount and of the total."""
    described = RECORDS[entry.type].fields().get(entry.field)
    label = described.label if described else RECORDS[entry.type].__label__
    known, before = desk.before_conflict(entry)
    was = value_words(entry, before) if known else None
    lines = [Line(label, was, value_words(entry, entry.mine), value_words(entry, entry.theirs), big=True)]
    if entry.type == "quote_line" and entry.field in ("quantity", "unit_price", "chosen"):
        values = [*([before] if known else []), entry.mine, entry.theirs]
        lines += _consequences(desk, entry.record, entry.field, values, known=known)
    return lines


def _consequences(desk: Desk, line_id: UUID, field: str, values: Sequence[Any], *, known: bool) -> list[Line]:
    row = desk.row("quote_line", line_id)
    if row is None or not isinstance(row.record, QuoteLine) or row.record.quote_id is None:
        return []
    draft = drafts.load(desk.store, row.record.quote_id)
    place = next((n for n, line in enumerate(draft.lines) if line.id == line_id), None)
    if place is None:
        return []
    kind = QuoteLine.fields()[field].kind
    amounts, totals = [], []
    for value in values:
        setattr(draft.lines[place], field, kind.from_wire(value))
        try:
            result = draft.totals()
        except Refused:
            return []
        amounts.append(verbatim(money.printed(result.lines[place].net, result.digits)))
        totals.append(verbatim(cells.money(result.payable, draft.quote.currency or "CNY", result.digits)))
    first = 1 if known else 0
    before = (amounts[0], totals[0]) if known else (None, None)
    return [
        Line(msg("Amount of the line"), before[0], amounts[first], amounts[first + 1]),
        Line(msg("Total of the quote"), before[1], totals[first], totals[first + 1], big=True),
    ]


class Comparison(QWidget):
    """The table."""

    def __init__(self, look: Look, lines: Sequence[Line]) -> None:
        super().__init__()
        self._look, self._lines = look, list(lines)
        self._has_before = any(line.before is not None for line in lines)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        told = [
            f"{look.text(line.label)}: {look.text(line.mine)}, {look.text(line.theirs)}" for line in lines
        ]
        self.setAccessibleName("; ".join(told))

    def _height(self, line: Line) -> int:
        return self._look.px(44) if line.big else self._look.t.row("list")

    def sizeHint(self) -> QSize:
        """Head and rows."""
        return QSize(
            self._look.px(500), self._look.t.row("table_header") + sum(map(self._height, self._lines))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Three columns of values; one's own on the tint."""
        look = self._look
        painter = QPainter(self)
        wide = self.width() // 4
        columns = [QRect(self.width() - wide * (3 - n), 0, wide, self.height()) for n in range(3)]
        painter.fillRect(columns[1], look.colour("selected"))
        head = look.t.row("table_header")
        heads = (msg("Before") if self._has_before else verbatim(""), msg("Yours"), msg("The office"))
        paint.paint_hairline(painter, look, QRect(0, 0, self.width(), 1), colour="line_strong")
        for n, words in enumerate(heads):
            box = QRect(columns[n].left(), 0, wide - look.px(16), head)
            ink = "accent_ink" if n == 1 else "ink_3"
            paint.paint_text(painter, look, box, look.text(words), ink=ink, size="small", align=paint.RIGHT)
        paint.paint_hairline(painter, look, QRect(0, 0, self.width(), head))
        top = head
        for line in self._lines:
            high = self._height(line)
            paint.paint_text(
                painter, look, QRect(0, top, columns[0].left(), high), look.text(line.label), ink="ink_2"
            )
            for n, value in enumerate((line.before, line.mine, line.theirs)):
                if value is not None:
                    box = QRect(columns[n].left() + look.px(8), top, wide - look.px(24), high)
                    self._paint_value(painter, box, look.text(value), big=line.big and n > 0, quiet=n == 0)
            top += high
            paint.paint_hairline(painter, look, QRect(0, 0, self.width(), top))

    def _paint_value(self, painter: QPainter, box: QRect, text: str, *, big: bool, quiet: bool) -> None:
        look = self._look
        fits = look.t.width(text, "title", strong=True) <= box.width()
        size = "title" if big and fits else "body"
        ink = "ink_3" if quiet else "ink"
        paint.paint_text(painter, look, box, text, ink=ink, size=size, strong=big, align=paint.RIGHT)
