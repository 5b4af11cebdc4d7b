"""A table whose rows are here already: they are known again by one column, and newer values go into them.

Looked at first, as a change of many records is (`bulk.py`): what a person saw in the preview is what they
write over, and what somebody changed meanwhile is asked about. An empty cell changes nothing. Rows that are
not here are added, in the same undo step.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Refused, Usage
from desktop.models.changes import EMPTY
from desktop.models.overlay import pairs
from desktop.models.record import RECORDS, Record, new_id
from desktop.models.records import Contact, Customer
from desktop.models.store import Actor, Store, Work
from desktop.rules import phones
from desktop.services import bulk, clashes, exports, imports, undo
from desktop.services.bulk import Progress, Report
from desktop.services.commands import Wanted
from desktop.services.naming import called, currency_of
from desktop.words import Message, msg, verbatim

Before = Mapping[tuple[bytes, str], Any]
"""What a field of a record held, in wire form."""
ID: Final = "id"
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "customers": (ID, "tax_id", "name", "phone"),
    "contacts": (ID, "mobile", "email", "phone"),
    "products": (ID, "sku", "name"),
}
"""By what a row may be known again, the surest first."""
ADDED: Final = msg("new")
SEVERAL: Final = msg("Row {row}: several records here have this {key}.")
TWICE: Final = msg("Row {row} is the same record as row {first}; row {first} counts.")
NO_KEY: Final = msg("Rows of this file can be known again by: {keys}.")
THE_ID: Final = msg("ID")
IN_ROW: Final = msg("row {row}: {why}")
_NUMBERS: Final = frozenset({"phone", "mobile"})


@dataclass(frozen=True, slots=True)
class Change(bulk.Line):
    """What would become of one field of one record that is here."""

    field: str = ""
    of: Message | None = None
    seen: Any = None
    """What the file was made from, where this laptop knows; else what is there now."""

    @property
    def record_title(self) -> Message:
        """What the record is called, without the field."""
        return self.of or self.title


@dataclass(frozen=True, slots=True)
class Update(bulk.Plan):
    """What a table would do to the records that are here, and what it would add."""

    key: str = ""
    added: tuple[imports.Row, ...] = ()
    known: int = 0
    """How many rows are here already."""
    source: imports.Plan | None = None
    homes: Mapping[UUID, UUID] = dataclasses.field(default_factory=dict)
    """New people, and the customers here to whom they come."""
    matched: Mapping[UUID, int] = dataclasses.field(default_factory=dict)
    """The records here, each with the row that says something of it."""

    def shown(self, line: bulk.Line, value: Any, language: str) -> str:
        """A value as a person reads it."""
        name = line.field if isinstance(line, Change) else ""
        if not name:
            return "" if value is None else ADDED.in_language(language)
        described = RECORDS[self.type].fields()[name]
        return clashes.in_words(described, value, self.titles, language, line.currency)

    def sums(self) -> list[bulk.Sum]:
        """Several fields do not add up."""
        return []

    def moved(self) -> int:
        """How many of these values somebody changed since the file was made; they are asked about."""
        fields = RECORDS[self.type].fields()
        return sum(
            clashes.wire(fields[one.field], one.seen) != clashes.wire(fields[one.field], one.old)
            for one in self.changing()
            if isinstance(one, Change)
        )

    def records(self) -> list[UUID]:
        """The records here that would be changed."""
        return list(dict.fromkeys(line.record for line in self.changing() if isinstance(line, Change)))


def keys_of(made: imports.Plan) -> list[str]:
    """The columns by which rows of this file can be known again, the surest first."""
    there = {name for _, name in made.columns if name}
    if any(row.known is not None for row in made.rows):
        there.add(ID)
    return [name for name in KEYS[made.kind] if name in there]


def key_label(kind: str, key: str) -> Message:
    """What a person calls such a column."""
    return THE_ID if key == ID else imports.class_of(kind).fields()[key].label


def count_known(store: Store, made: imports.Plan, key: str) -> int:
    """How many rows are here already by this column."""
    here = _here(store, imports.class_of(made.kind), key)
    return sum(_key_of(row, made.kind, key) in here for row in made.rows)


def best_key(store: Store, made: imports.Plan) -> str:
    """The surest column by which any row is known again; empty where none is here."""
    return next((key for key in keys_of(made) if count_known(store, made, key)), "")


def plan(store: Store, actor: Actor, made: imports.Plan, key: str, *, add: bool = True) -> Update:
    """What these rows would do, each checked as when it is done; nothing is written.

    `add`: whether rows that are not here are added. Raises Usage for a column that knows nothing again.
    """
    cls = imports.class_of(made.kind)
    if key not in keys_of(made):
        keys = ", ".join(keys_of(made)) or "\N{EM DASH}"
        raise Usage(NO_KEY.of(keys=keys))
    imports.join(store, made)
    here = _here(store, cls, key)
    matched: dict[UUID, imports.Row] = {}
    new: list[imports.Row] = []
    lines: list[bulk.Line] = []
    for row in made.rows:
        found = here.get(_key_of(row, made.kind, key), ())
        if not found:
            new.append(row)
        elif len(found) > 1:
            lines.append(_stays(row, cls, SEVERAL.of(row=row.number, key=key_label(made.kind, key))))
        elif found[0] in matched:
            lines.append(_stays(row, cls, TWICE.of(row=row.number, first=matched[found[0]].number)))
        else:
            matched[found[0]] = row
    lines += _compared(store, actor, cls, matched, key, _before(store, cls, made.made))
    homes = dict(_people(store, cls, matched)) if add else {}
    added = (*_only(made.rows, homes), *whole(made.rows, new)) if add else ()
    lines += [_new(row, cls) for row in added]
    lines += _unread(made, cls)
    fields = cls.fields()
    titles = clashes.titles_of(
        store,
        [
            (fields[one.field], each)
            for one in lines
            if isinstance(one, Change)
            for each in (one.old, one.new)
        ],
    )
    return Update(
        cls.__tablename__,
        "",
        tuple(lines),
        titles,
        key=key,
        added=added,
        known=len(made.rows) - len(new),
        source=made,
        homes=homes,
        matched={record: row.number for record, row in matched.items()},
    )


def everything(made: imports.Plan) -> Update:
    """Every row is added, also what is here already."""
    cls = imports.class_of(made.kind)
    lines = (*(_new(row, cls) for row in made.rows), *_unread(made, cls))
    return Update(cls.__tablename__, "", lines, added=tuple(made.rows), source=made)


def only_new(made: Update) -> Update:
    """The same without anything of the rows that are here: neither a change nor somebody who comes along."""
    here = set(made.matched.values())
    left = {row.records[-1].id for row in made.added if row.number in here}.union(made.matched)
    lines = tuple(
        line
        for line in made.lines
        if (line.new is not None or line.refused is not None)
        and not isinstance(line, Change)
        and line.record not in left
    )
    added = tuple(row for row in made.added if row.number not in here)
    return dataclasses.replace(made, lines=lines, added=added)


def only_empty(made: Update) -> Update:
    """The same, but no value that is here is replaced."""
    kept = tuple(line for line in made.lines if not isinstance(line, Change) or line.old in EMPTY)
    changed = {line.record for line in made.lines if isinstance(line, Change)}
    left = changed - {line.record for line in kept if isinstance(line, Change)}
    still = tuple(line for line in made.lines if isinstance(line, Change) and line.record in left)
    same = {line.record: bulk.Line(line.record, line.record_title, None, None, same=True) for line in still}
    return dataclasses.replace(made, lines=(*kept, *same.values()))


def _new(row: imports.Row, cls: type[Record]) -> bulk.Line:
    return bulk.Line(row.records[-1].id, _title(row, cls), None, True)


def _unread(made: imports.Plan, cls: type[Record]) -> Iterator[bulk.Line]:
    """The rows that become nothing at all."""
    for one in made.rejects:
        words = verbatim(" ".join(cell for cell in one.cells if cell)) if any(one.cells) else cls.__label__
        why = IN_ROW.of(row=one.number, why=one.reason)
        yield bulk.Line(new_id(), words, None, None, refused=why)


def _title(row: imports.Row, cls: type[Record]) -> Message:
    return called(next((one for one in row.records if isinstance(one, cls)), row.records[0]))


def _stays(row: imports.Row, cls: type[Record], why: Message) -> bulk.Line:
    return bulk.Line(row.records[0].id, _title(row, cls), None, None, refused=why)


def _plain(name: str, value: Any) -> str:
    """A key as it is compared: spaces, signs of numbers and capitals do not count."""
    text = str(value or "")
    if name in _NUMBERS:
        return phones.plain(text)
    return "".join(text.split()).casefold()


def _key_of(row: imports.Row, kind: str, key: str) -> str:
    if key == ID:
        return row.known.hex if row.known is not None else ""
    cls = imports.class_of(kind)
    record = next((one for one in row.records if isinstance(one, cls)), None)
    return _plain(key, getattr(record, key)) if record is not None else ""


def _here(store: Store, cls: type[Record], key: str) -> dict[str, tuple[UUID, ...]]:
    """The living records by this column; what is empty knows nothing again."""
    table = cls.table()
    query = select(table.c.id, table.c[key]).where(table.c.deleted_at.is_(None)).order_by(table.c.id)
    found: dict[str, tuple[UUID, ...]] = {}
    with store.reading() as session:
        for record_id, value in session.execute(query):
            plain = record_id.hex if key == ID else _plain(key, value)
            if plain:
                found[plain] = (*found.get(plain, ()), record_id)
    return found


def _before(store: Store, cls: type[Record], made: str) -> Before:
    """What fields held when this laptop made the workbook, where they changed since; in wire form."""
    since = dict(store.local(exports.EXPORTED) or []).get(made)
    found: dict[tuple[bytes, str], Any] = {}
    if since is None:
        return found
    with store.reader.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT record, kind, body FROM change WHERE type = ? AND seq > ? AND kind NOT IN"
            " ('create', 'append') ORDER BY seq",
            (cls.__tablename__, since),
        ).all()
    for record, kind, body in rows:
        for name, (old, _new_one) in pairs(kind, json.loads(body)).items():
            found.setdefault((bytes(record), name), old)
    return found


def _compared(
    store: Store,
    actor: Actor,
    cls: type[Record],
    matched: Mapping[UUID, imports.Row],
    key: str,
    before: Before,
) -> Iterator[bulk.Line]:
    """The values of each row beside those of its record, in the order of the file."""
    may = frozenset(bulk.fields_of(actor, cls.__tablename__)) - {key}
    work = Work(store, actor, f"{cls.__tablename__}.edit", looks=True)
    with work.session:  # closed without a flush: what is tried here reaches no table
        found = bulk.read(work, cls, list(matched))
        for record_id, row in matched.items():
            record = found.get(record_id)
            if record is not None:
                yield from _lines(work, record, row, may, before)


def _lines(
    work: Work, record: Record, row: imports.Row, may: frozenset[str], before: Before
) -> Iterator[bulk.Line]:
    cls = type(record)
    said = next(one for one in row.records if isinstance(one, cls))
    title, currency, fields = called(record), currency_of(record), cls.fields()
    values = {name: getattr(said, name) for name in fields if name in row.given[said.id] and name in may}
    old = {name: getattr(record, name) for name in values}
    seen = {
        name: fields[name].kind.from_wire(before[record.id.bytes, name])
        if (record.id.bytes, name) in before
        else old[name]
        for name in values
    }
    changed = [
        name
        for name in values
        if clashes.wire(fields[name], values[name])
        not in (clashes.wire(fields[name], old[name]), clashes.wire(fields[name], seen[name]))
    ]
    if not changed:
        yield bulk.Line(record.id, title, None, None, same=True)
        return
    refused = bulk.refused(work, record, {name: values[name] for name in changed})
    if refused is not None:
        yield bulk.Line(record.id, title, None, None, refused=refused)
        return
    for name in changed:
        named = msg("{title}: {field}").of(title=title, field=fields[name].label)
        yield Change(
            record.id, named, old[name], values[name], currency, field=name, of=title, seen=seen[name]
        )


def _people(
    store: Store, cls: type[Record], matched: Mapping[UUID, imports.Row]
) -> Iterator[tuple[UUID, UUID]]:
    """People in rows of customers that are here and do not have them yet, each with the customer."""
    if cls is not Customer:
        return
    named = {key: row for key, row in matched.items() if any(isinstance(one, Contact) for one in row.records)}
    keys = list(named)
    known: set[tuple[UUID | None, str]] = set()
    with store.reading() as session:
        for start in range(0, len(keys), bulk.READ):
            query = select(Contact.customer_id, Contact.name).where(
                Contact.customer_id.in_(keys[start : start + bulk.READ]), Contact.deleted_at.is_(None)
            )
            known.update((customer, name) for customer, name in session.execute(query))
    for customer, row in named.items():
        for person in (one for one in row.records if isinstance(one, Contact)):
            if (customer, person.name) not in known:
                yield person.id, customer


def _only(rows: Iterable[imports.Row], homes: Mapping[UUID, UUID]) -> Iterator[imports.Row]:
    for row in rows:
        people = [one for one in row.records if one.id in homes]
        if people:
            yield dataclasses.replace(row, records=people)


def whole(rows: Iterable[imports.Row], new: Iterable[imports.Row]) -> Iterator[imports.Row]:
    """The new rows; a company that only a row of somebody known would have made comes along."""
    made = {one.id: one for row in rows for one in row.records if isinstance(one, Customer)}
    there: set[UUID] = set()
    for row in new:
        there.update(one.id for one in row.records if isinstance(one, Customer))
        needed = [
            one.customer_id
            for one in row.records
            if isinstance(one, Contact) and one.customer_id in made and one.customer_id not in there
        ]
        there.update(needed)
        yield dataclasses.replace(row, records=[*(made[one] for one in needed), *row.records])


# --- doing it


def carry_out(store: Store, actor: Actor, made: Update, progress: Progress | None = None) -> Report:
    """Write what was planned. Raises Refused where it was stopped: then everything is as it was."""
    by_record: dict[UUID, list[Change]] = {}
    for line in made.changing():
        if isinstance(line, Change):
            by_record.setdefault(line.record, []).append(line)
    wanted = [
        Wanted(record, {one.field: one.new for one in found}, {one.field: one.seen for one in found})
        for record, found in by_record.items()
    ]
    total = len(made.added) + len(wanted)

    def further(done: int, _of: int) -> bool:
        return progress is None or progress(len(made.added) + done, total)

    with undo.wholly(store, actor, made.batch):
        added = _add(store, actor, made, total, progress)
        report = bulk.write(store, actor, made, wanted, further)
    if added >= imports.MANY:
        store.tidy()
    return dataclasses.replace(report, added=added)


def _add(store: Store, actor: Actor, made: Update, total: int, progress: Progress | None) -> int:
    for person in (one for row in made.added for one in row.records if isinstance(one, Contact)):
        person.customer_id = made.homes.get(person.id, person.customer_id)
    for done, _rows in imports.keep_slices(store, actor, made.type, made.added, made.batch):
        if progress is not None and not progress(done, total):
            raise Refused(bulk.STOPPED)
    return len(made.added)
