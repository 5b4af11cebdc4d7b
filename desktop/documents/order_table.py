"""A plain table of a paper: columns of words and figures, rows that know their neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from desktop.documents.draw import Block, Line, Text, fitted
from desktop.documents.letterhead import Identity, footer, running_head, second_type
from desktop.documents.paginator import Row
from desktop.documents.theme import paper
from desktop.documents.typography import lines_of
from desktop.documents.voice import Said, Voice
from desktop.words import Message

_GAP = 10.0


class Column(NamedTuple):
    """One column; `width` 0 is what the others leave. Figures stand at its right edge."""

    title: Message
    width: float = 0.0
    figures: bool = False


class Place(NamedTuple):
    """Where a column stands."""

    left: float
    right: float
    figures: bool

    @property
    def at(self) -> float:
        """Where its text begins, or ends."""
        return self.right if self.figures else self.left

    @property
    def align(self) -> str:
        """On which side."""
        return "right" if self.figures else "left"


@dataclass(slots=True)
class PlainTable:
    """Makes the rows; the last one of `strong_last` is the foot."""

    voice: Voice
    columns: Sequence[Column]
    cells: Sequence[Sequence[Said]]
    strong_last: bool = False

    def places(self) -> list[Place]:
        """The edges of the columns."""
        whole = paper().width
        left_over = whole - sum(one.width for one in self.columns)
        found, x = [], 0.0
        for one in self.columns:
            wide = one.width or left_over
            found.append(Place(x, x + wide - (0 if x + wide >= whole - 0.1 else _GAP), one.figures))
            x += wide
        return found

    def head(self) -> Block:
        """The column titles."""
        page, block = paper(), Block()
        low = 14.4
        for column, place in zip(self.columns, self.places(), strict=True):
            said = self.voice.say(column.title)
            at, align, size = place.at, place.align, page.small.size
            block.add(Text(at, 14.4, said.first, size, page.ink_2, False, align))
            if said.second:
                low = 22.8
                block.add(Text(at, low, said.second, size * page.second, page.ink_3, False, align))
        block.height = low + 6
        block.add(Line(0, page.width, block.height, page.rule, page.ink))
        return block

    def rows(self) -> list[Row]:
        """The rows in order; the last two stay together."""
        found = [self._row(cells, self.strong_last and cells is self.cells[-1]) for cells in self.cells]
        for row in found[-2:]:
            row.keep = 1
        return found

    def _row(self, cells: Sequence[Said], strong: bool) -> Row:
        page, row = paper(), Row()
        low = 13.0
        for said, place in zip(cells, self.places(), strict=True):
            low = max(low, self._cell(row, said, place, strong))
        row.height = low + 5.6
        row.add(Line(0, page.width, row.height, page.hair, page.line))
        return row

    def _cell(self, row: Row, said: Said, place: Place, strong: bool) -> float:
        page, body = paper(), paper().body
        room = place.right - place.left
        if place.figures:
            size = fitted(said.first, body.size, room, strong)
            row.add(Text(place.right, 13.0, said.first, size, page.ink, strong, "right"))
            return 13.0
        y = 13.0 - body.leading
        for line in lines_of(said.first, room, body.size, strong):
            y += body.leading
            row.add(Text(place.left, y, line, body.size, page.ink, strong))
        under = second_type(body, page)
        for line in lines_of(said.second, room, under.size) if said.second else ():
            y += under.leading
            row.add(Text(place.left, y, line, under.size, page.ink_3))
        return y


@dataclass(frozen=True, slots=True)
class PlainFurnishings:
    """The furniture of a document with a plain table: nothing is carried from page to page."""

    voice: Voice
    identity: Identity
    table: PlainTable

    def head(self) -> Block:
        """The running head."""
        return running_head(self.voice, self.identity)

    def table_head(self) -> Block:
        """The column titles."""
        return self.table.head()

    def carried(self, _amount: int) -> Block:
        """Nothing."""
        return Block()

    def brought(self, _amount: int) -> Block:
        """Nothing."""
        return Block()

    def footer(self, page: int, pages: int) -> Block:
        """Number, check, page."""
        return footer(self.voice, self.identity, page, pages)
