"""A block of cells typed, filled down or pasted into a list: looked at first, then written as one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from desktop.errors import Refused, SatchelError
from desktop.models import further
from desktop.models.kinds import Day, Link
from desktop.models.record import RECORDS, Field, Record, new_id
from desktop.models.store import Actor, Store
from desktop.rules import typed
from desktop.services import bulk, records, undo
from desktop.services.bulk import Progress
from desktop.services.commands import Wanted, run_each
from desktop.words import Message, msg

SLICE: Final = 100
MOST_CELLS: Final = 20_000
NOT_TYPED: Final = msg("“{field}” is not typed; it follows from what is done.")


@dataclass(frozen=True, slots=True)
class Cell:
    """What would become of one cell."""

    record: UUID
    field: str
    old: Any
    new: Any = None
    typed: str = ""
    refused: Message | None = None
    custom: Mapping[str, Any] | None = None
    """All further details of the record, where the cell is one of them; `old` and `new` are its texts."""

    @property
    def changes(self) -> bool:
        """Whether it would be written."""
        return self.refused is None and self.old != self.new


@dataclass(frozen=True, slots=True)
class Done:
    """What was written, and why the rest was not."""

    saved: int
    clashed: int
    refused: tuple[tuple[UUID, Message], ...]


def block(text: str) -> list[list[str]]:
    """What a spreadsheet puts on the clipboard: lines of cells; quoted ones may hold breaks."""
    rows: list[list[str]] = [[]]
    cell, quoted, place = "", False, 0
    flat = text.replace("\r\n", "\n").removesuffix("\n")
    while place < len(flat):
        letter = flat[place]
        if quoted and letter == '"':
            quoted = flat[place + 1 : place + 2] == '"'
            cell += '"' if quoted else ""
            place += quoted
        elif quoted or letter not in '\t\n"' or (letter == '"' and cell):
            cell += letter
        elif letter == '"':
            quoted = True
        else:
            rows[-1].append(cell)
            cell = ""
            if letter == "\n":
                rows.append([])
        place += 1
    rows[-1].append(cell)
    return rows


def read(
    store: Store, actor: Actor, shown: Sequence[Record], fields: Sequence[str], lines: Sequence[Sequence[str]]
) -> list[Cell]:
    """What these texts would make of the cells from the first record and field on; one alone fills all."""
    if not shown or not lines:
        return []
    if len(lines) == 1 and len(lines[0]) == 1:
        lines = [[lines[0][0]]] * len(shown)
    may = set(bulk.fields_of(actor, shown[0].__tablename__))
    cells = []
    for record, line in zip(shown, lines, strict=False):
        for name, text in zip(fields, line, strict=False):
            cells.append(_cell(store, record, name, text, may))
    return cells[:MOST_CELLS]


def _cell(store: Store, record: Record, name: str, text: str, may: set[str]) -> Cell:
    if further.called(name):
        return detail(record, name, text.strip().removeprefix("'"))
    described = type(record).fields().get(name)
    old = getattr(record, name, None)
    if described is None or name not in may:
        label = described.label if described else msg("This column")
        return Cell(record.id, name, old, old, text, NOT_TYPED.of(field=label))
    try:
        return Cell(record.id, name, old, _value(store, described, text.strip().removeprefix("'")), text)
    except SatchelError as error:
        return Cell(record.id, name, old, None, text, error.message)


def detail(record: Record, name: str, text: str) -> Cell:
    """The cell of a further detail of one's own, whose text that is to be."""
    old = further.value(record, name) or ""
    return Cell(record.id, name, old, text, text, custom=record.custom or {})


def _value(store: Store, described: Field, text: str) -> Any:
    kind = described.kind
    if isinstance(kind, Link) and kind.to and text:
        return records.find(store, RECORDS[kind.to], text).id
    if isinstance(kind, Day):
        return typed.day(text, date.today()) or kind.parse(text)  # noqa: DTZ011
    return kind.parse(text)


def write(
    store: Store, actor: Actor, kind: str, cells: Sequence[Cell], progress: Progress | None = None
) -> Done:
    """Write the cells that change under one batch, so that one undo takes all of it back.

    Raises Refused where it was stopped: then everything is as it was.
    """
    wanted: dict[UUID, tuple[dict[str, Any], dict[str, Any]]] = {}
    for cell in cells:
        if cell.changes:
            new, seen = wanted.setdefault(cell.record, ({}, {}))
            if cell.custom is None:
                new[cell.field], seen[cell.field] = cell.new, cell.old
            else:
                before = new.get("custom", cell.custom)
                new["custom"] = further.with_detail(before, further.called(cell.field), cell.new)
                seen["custom"] = cell.custom
    batch = new_id()
    each = [Wanted(record, new, seen) for record, (new, seen) in wanted.items()]
    refused: list[tuple[UUID, Message]] = []
    clashed = 0
    for start in range(0, len(each), SLICE):
        done = min(start + SLICE, len(each))
        clashed += _slice(store, actor, f"{kind}.edit", each[start:done], batch, refused)
        if progress is not None and not progress(done, len(each)):
            undo.take_back(store, actor, batch)
            raise Refused(bulk.STOPPED)
    return Done(len(each) - clashed - len(refused), clashed, tuple(refused))


def _slice(
    store: Store,
    actor: Actor,
    name: str,
    part: Sequence[Wanted],
    batch: UUID,
    refused: list[tuple[UUID, Message]],
) -> int:
    """One transaction; where something refuses it, one for each record. Returns how many clashed."""
    try:
        return len(run_each(store, actor, name, part, batch=batch))
    except SatchelError as error:
        if len(part) == 1:
            refused.append((part[0].record, error.message))
            return 0
        return sum(_slice(store, actor, name, [one], batch, refused) for one in part)
