"""A look ahead at an import: what becomes of each row of a file, before anything of it is written."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from desktop.documents import tables
from desktop.models.store import Actor, Store
from desktop.services import exports, import_columns, import_updates, imports
from desktop.services.bulk import Report
from desktop.services.import_columns import Column
from desktop.services.import_updates import Change, Update
from desktop.words import Message, msg

How = Literal["fill", "update", "new", "all"]
"""What becomes of rows that are here already: they fill what is empty, they bring newer values, they are left
out, or they come in once more.
"""
Kind = Literal["new", "update", "same", "skip", "fault"]
KINDS: Final[tuple[Kind, ...]] = ("new", "update", "skip", "same", "fault")
HERE: Final = msg("is here already")
SO_ALREADY: Final = msg("is so already")
WHY: Final = msg("What is wrong")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one row. `words` say why, or which fields change; `doubts` what was not understood."""

    number: int
    kind: Kind
    words: tuple[Message, ...] = ()
    doubts: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Ahead:
    """What an import would do, row by row."""

    made: imports.Plan
    update: Update
    fates: Mapping[int, Fate]
    key: str
    """By what rows are known again; empty where the file has nothing for it."""
    keys: tuple[str, ...]
    known: int
    """How many rows are here already."""

    def counts(self) -> dict[Kind, int]:
        """How many rows have each fate."""
        found: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        for fate in self.fates.values():
            found[fate.kind] += 1
        return found

    def odd(self) -> list[Fate]:
        """Rows that somebody should look at: they stay out, or come in otherwise than they were meant."""
        return [fate for fate in self.fates.values() if fate.kind == "fault" or fate.doubts]


def look(store: Store, actor: Actor, made: imports.Plan, how: How, key: str = "") -> Ahead:
    """What these rows would do; nothing is written. A `key` that the file has not is chosen anew."""
    imports.meet(store, made)
    keys = tuple(import_updates.keys_of(made))
    if key not in keys:
        key = import_updates.best_key(store, made) or next(iter(keys), "")
    if not key:
        known = len({one.number for one in made.doubles if not one.row})
        left = _without_doubles(made) if how != "all" else made
        return _told(made, import_updates.everything(left), key, keys, known)
    if how == "all":
        known = import_updates.count_known(store, made, key)
        return _told(made, import_updates.everything(made), key, keys, known)
    update = import_updates.plan(store, actor, made, key)
    known = update.known
    if how == "new":
        update = import_updates.only_new(update)
    elif how == "fill":
        update = import_updates.only_empty(update)
    return _told(made, update, key, keys, known)


def _without_doubles(made: imports.Plan) -> imports.Plan:
    """Without the rows that are here already by what else they say, as cards are."""
    here = {one.number for one in made.doubles if not one.row}
    left = (row for row in made.rows if row.number not in here)
    return dataclasses.replace(made, rows=list(import_updates.whole(made.rows, left)))


def _told(made: imports.Plan, update: Update, key: str, keys: tuple[str, ...], known: int) -> Ahead:
    numbers = {record.id: row.number for row in made.rows for record in row.records} | dict(update.matched)
    doubts = {row.number: tuple(row.doubts) for row in made.rows}
    fates = {row.number: Fate(row.number, "skip", (HERE,), doubts[row.number]) for row in made.rows}
    twice = {one.number: (one.reason,) for one in made.doubles}
    here = set(update.matched.values())
    for row in update.added:
        kind: Kind = "update" if row.number in here else "new"
        words = (_people(row),) if row.number in here else twice.get(row.number, ())
        fates[row.number] = Fate(row.number, kind, words, doubts[row.number])
    changed: dict[int, list[Message]] = {}
    fields = imports.class_of(made.kind).fields()
    for line in update.lines:
        number = numbers.get(line.record, 0)
        if number not in fates:
            continue
        if line.refused is not None:
            fates[number] = Fate(number, "fault", (line.refused,), doubts[number])
        elif isinstance(line, Change):
            changed.setdefault(number, []).append(fields[line.field].label)
        elif line.same and fates[number].kind == "skip":
            fates[number] = Fate(number, "same", (SO_ALREADY,), doubts[number])
    for number, labels in changed.items():
        more = fates[number].words if fates[number].kind == "update" else ()
        fates[number] = Fate(number, "update", (*labels, *more), doubts[number])
    fates |= {one.number: Fate(one.number, "fault", (one.reason,)) for one in made.rejects}
    return Ahead(made, update, dict(sorted(fates.items())), key, keys, known)


def _people(row: imports.Row) -> Message:
    return type(row.records[-1]).__label__


def write_odd(path: Path, ahead: Ahead, sheet: imports.Sheet, language: str) -> int:
    """The rows that somebody should look at as a table: their cells as they came, and why. Returns how many.

    Raises Refused where it cannot be written.
    """
    cells = dict(zip(sheet.numbers, sheet.rows, strict=True))
    stop = "；" if language == "zh" else "; "
    rows: list[Sequence[str]] = []
    for fate in ahead.odd():
        why = fate.doubts if fate.kind != "fault" else (*fate.words, *fate.doubts)
        rows.append([*cells[fate.number], stop.join(each.in_language(language) for each in why)])
    exports.write(path, tables.write_csv([*sheet.header, WHY.in_language(language)], rows))
    return len(rows)


def carry_out(
    store: Store,
    actor: Actor,
    ahead: Ahead,
    said: tuple[Sequence[Column], Sequence[Column]] | None = None,
    progress: imports.Progress | None = None,
) -> Report:
    """Do it, and keep what was `said` of the columns, not guessed. Raises Refused where it was stopped."""
    report = import_updates.carry_out(store, actor, ahead.update, progress)
    if said is not None:
        import_columns.remember(store, ahead.made.kind, *said)
    return report
