"""A conflict in values and consequences: before, yours, the office's, side by side in one painted table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.models import further
from desktop.models.inbox import Entry
from desktop.models.kinds import Amount
from desktop.models.record import RECORDS
from desktop.rules import money
from desktop.services import inbox as decisions
from desktop.services.consequences import Consequences
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
    tones: tuple[str, str] = ("", "")
    """Of mine and theirs: good, warn or bad, where the words are a judgement."""


def value_words(entry: Entry, wire: Any) -> Message:
    """A value of the inbox as a person reads it."""
    return field_words(entry.type, entry.field, wire)


PRICES: Final = frozenset({"unit_price", "list_price"})


def field_words(record_type: str, name: str, wire: Any) -> Message:
    """A value of a field in wire form as a person reads it."""
    if wire in (None, "", [], {}):
        return msg("nothing")
    if name == "deleted_at":
        return msg("deleted")
    described = RECORDS[record_type].fields().get(name)
    if described is None:
        return msg("the whole record")
    value = described.kind.from_wire(wire)
    if name == "custom":
        return verbatim(further.in_words(value)) if further.in_words(value) else msg("nothing")
    if isinstance(described.kind, Amount):
        return verbatim(cells.money(value))
    if record_type == "quote_line" and name in PRICES:
        return verbatim(cells.unit_price(value))  # as it stands above amounts, which have decimals
    return cells.words_of(described.kind, wire) or verbatim(described.kind.format(value, "zh"))


def lines_of(desk: Desk, entry: Entry) -> list[Line]:
    """The values, and for a line of a quote what they make of its amount and of the total."""
    described = RECORDS[entry.type].fields().get(entry.field)
    label = described.label if described else RECORDS[entry.type].__label__
    known, before = desk.before_conflict(entry)
    was = value_words(entry, before) if known else None
    theirs = msg("deleted") if entry.code == "deleted" else value_words(entry, entry.theirs)
    lines = [Line(label, was, value_words(entry, entry.mine), theirs, big=True)]
    weighed = decisions.weigh(desk.store, entry)
    return lines + (_consequences(weighed) if weighed is not None and weighed.weights else [])


def _consequences(weighed: Consequences) -> list[Line]:
    """The amount of the line, total, tax, and how far each side is from where both started."""
    before, mine, theirs = (weighed.weights.get(side) for side in ("before", "mine", "theirs"))
    if mine is None or theirs is None:
        return []

    def said(text: str | None) -> Message:
        return verbatim(text or "")

    sign = money.symbol(weighed.currency)
    found = []
    if mine.line is not None:
        was = said(before.line) if before else None
        found.append(Line(msg("Amount of the line"), was, said(mine.line), said(theirs.line)))
    was = said(sign + before.payable) if before else None
    found.append(
        Line(msg("Total of the quote"), was, said(sign + mine.payable), said(sign + theirs.payable), big=True)
    )
    found.append(Line(msg("Tax"), said(before.tax) if before else None, said(mine.tax), said(theirs.tax)))
    if mine.light is not None and theirs.light is not None:
        tones = (mine.light.tone, theirs.light.tone)
        found.append(
            Line(msg("How the price stands"), None, mine.light.words, theirs.light.words, tones=tones)
        )
    if before is not None:
        label = msg("Difference from before")
        found.append(Line(label, said(cells.NOTHING), said(mine.difference), said(theirs.difference)))
    return found


HEADS: Final = (msg("Yours"), msg("The office"))


class Comparison(QWidget):
    """The table."""

    def __init__(self, look: Look, lines: Sequence[Line], heads: Sequence[Message] = HEADS) -> None:
        super().__init__()
        self._look, self._lines, self._heads = look, list(lines), heads
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
        wide = self._wide()
        columns = [QRect(self.width() - wide * (3 - n), 0, wide, self.height()) for n in range(3)]
        labels = columns[0 if self._has_before else 1].left()
        painter.fillRect(columns[1], look.colour("selected"))
        head = look.t.row("table_header")
        heads = (msg("Before") if self._has_before else verbatim(""), *self._heads)
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
                painter, look, QRect(0, top, labels - look.px(8), high), look.text(line.label), ink="ink_2"
            )
            for n, value in enumerate((line.before, line.mine, line.theirs)):
                if value is not None:
                    box = QRect(columns[n].left() + look.px(8), top, wide - look.px(24), high)
                    tone = line.tones[n - 1] if n else ""
                    if tone:
                        self._paint_light(painter, box, look.text(value), tone)
                        continue
                    self._paint_value(painter, box, look.text(value), big=line.big and n > 0, quiet=n == 0)
            top += high
            paint.paint_hairline(painter, look, QRect(0, 0, self.width(), top))

    def _wide(self) -> int:
        """How wide each column of values is: a quarter if the names leave it, or what the longest needs."""
        look, count = self._look, 3 if self._has_before else 2
        said = [
            look.t.width(look.text(value), "body", strong=line.big)
            for line in self._lines
            for value in (line.before, line.mine, line.theirs)
            if value is not None
        ]
        needed = max(said, default=0)
        named = max((look.t.width(look.text(line.label)) for line in self._lines), default=0) + look.px(12)
        left = (self.width() - min(named, self.width() // 2)) // count
        needed += look.px(24)
        return max(min(self.width() // 4, max(left, needed)), min(needed, left))

    def _paint_light(self, painter: QPainter, box: QRect, text: str, tone: str) -> None:
        """A judgement: a disc in its colour, and its word."""
        look = self._look
        wide = min(look.t.width(text, "small"), box.width() - look.px(14))
        at = QPointF(box.right() - wide - look.px(8), box.center().y() + 1)
        paint.paint_disc(painter, look, at, tone, look.px(8))
        box = QRect(box.right() - wide, box.top(), wide, box.height())
        paint.paint_text(painter, look, box, text, ink=tone, size="small", align=paint.RIGHT)

    def _paint_value(self, painter: QPainter, box: QRect, text: str, *, big: bool, quiet: bool) -> None:
        look = self._look
        fits = look.t.width(text, "title", strong=True) <= box.width()
        size = "title" if big and fits else "body"
        ink = "ink_3" if quiet else "ink"
        paint.paint_text(painter, look, box, text, ink=ink, size=size, strong=big, align=paint.RIGHT)
