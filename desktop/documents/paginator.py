"""Puts blocks on pages: carried totals, repeated headers, rows whole, nothing alone that needs company."""

from dataclasses import dataclass, field
from typing import Protocol

from desktop.documents.draw import Block, Page


@dataclass(slots=True)
class Row(Block):
    """A block of the line table; `amount` is what it adds to the carried total, in minor units."""

    amount: int = 0
    section: Block | None = None
    """The header to repeat, marked as continued, where a page begins with this row."""


@dataclass(slots=True)
class Frame:
    """The space of a page between its running head and its footer, in points from the page's top."""

    top: float
    bottom: float


class Furniture(Protocol):
    """What the document draws around its blocks; each call makes a fresh block."""

    def head(self) -> Block:
        """The running head of the pages after the first."""

    def table_head(self) -> Block:
        """The line table's column titles."""

    def carried(self, amount: int) -> Block:
        """The total that goes on to the next page."""

    def brought(self, amount: int) -> Block:
        """The total that came from the page before."""

    def footer(self, page: int, pages: int) -> Block:
        """Number, check and page, drawn at the frame's bottom."""


def paginate(blocks: list[Block], frame: Frame, furniture: Furniture) -> list[Page]:
    """The blocks on pages. Nothing is lost, no block is split; one taller than a page gets its own."""
    layout = _Layout(frame, furniture)
    for place, block in enumerate(blocks):
        chain = _chain(blocks, place)
        layout.make_room(block, chain, blocks[place + len(chain) :])
        layout.put(block)
    for number, page in enumerate(layout.pages, 1):
        page.placed.append((frame.bottom, furniture.footer(number, len(layout.pages))))
    return layout.pages


def _chain(blocks: list[Block], place: int) -> list[Block]:
    """The block with all those that must follow it on the same page."""
    end = place
    reach = place
    while end <= reach and end < len(blocks):
        reach = max(reach, end + blocks[end].keep)
        end += 1
    return blocks[place : reach + 1]


@dataclass(slots=True)
class _Layout:
    frame: Frame
    furniture: Furniture
    pages: list[Page] = field(default_factory=lambda: [Page()])
    y: float = -1.0
    total: int = 0
    in_table: bool = False
    fresh: bool = True

    def __post_init__(self) -> None:
        self.y = self.frame.top
        self.carry = self.furniture.carried(0).height

    carry: float = 0.0

    def make_room(self, block: Block, chain: list[Block], rest: list[Block]) -> None:
        """Turn the page where the block and its company do not fit any more."""
        if self.fresh:
            return
        if block.turn:
            self._turn(block)
            return
        reserve = self.carry if _in_table(chain[-1:]) and _in_table(rest[:1]) else 0.0
        needed = sum(member.height for member in chain) + reserve
        if self.y + needed <= self.frame.bottom:
            return
        if needed > self._page_room(block):
            chain = chain[:1]
            reserve = self.carry if isinstance(block, Row) else 0.0
            if self.y + block.height + reserve <= self.frame.bottom:
                return
        self._turn(block)

    def _page_room(self, block: Block) -> float:
        furniture = self.furniture
        room = self.frame.bottom - self.frame.top - furniture.head().height
        if isinstance(block, Row):
            room -= furniture.table_head().height + self.carry
        return room

    def _turn(self, block: Block) -> None:
        table = isinstance(block, Row)
        if table and self.in_table:
            self._add(self.furniture.carried(self.total))
        self.pages.append(Page())
        self.y = self.frame.top
        self._add(self.furniture.head())
        if isinstance(block, Row):
            self._add(self.furniture.table_head())
            if self.in_table:
                self._add(self.furniture.brought(self.total))
            if block.section is not None:
                self._add(block.section)
        self.fresh = True

    def put(self, block: Block) -> None:
        """Place the block where the last one ended."""
        self._add(block)
        self.fresh = False
        if isinstance(block, Row):
            self.total += block.amount
            self.in_table = True

    def _add(self, block: Block) -> None:
        self.pages[-1].placed.append((self.y, block))
        self.y += block.height


def _in_table(blocks: list[Block]) -> bool:
    return any(isinstance(block, Row) for block in blocks)
