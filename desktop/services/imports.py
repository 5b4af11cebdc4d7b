"""Bring records in from tables and vCards: what rows of a file become, written in slices, one undo for all.

A row that cannot become a record is listed with its reason.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select

from desktop.documents import headers, tables
from desktop.errors import NotFound, Refused, Usage
from desktop.models.blobs import keep_file
from desktop.models.record import new_id
from desktop.models.records import Contact, Customer, Product
from desktop.models.records.files import Attachment
from desktop.models.store import Actor, Store, Work
from desktop.rules.texts import cleaned
from desktop.services import cards, commands, doubles, import_columns, undo
from desktop.services.commands import command, every
from desktop.services.doubles import Double
from desktop.services.import_columns import ID, Column
from desktop.services.import_rows import CLASS, FURTHER, LEFT_OUT, OF_KIND, checked, records_of
from desktop.services.import_rows import KINDS as KINDS
from desktop.services.import_rows import Plan as Plan
from desktop.services.import_rows import Reject as Reject
from desktop.services.import_rows import Row as Row
from desktop.services.import_rows import Warned as Warned
from desktop.services.import_rows import class_of as class_of
from desktop.words import msg

SLICE: Final = 500
"""Rows in one transaction at most; beside a person it is as many as they do not notice."""
FIRST: Final = 50
"""Rows in the first of them: it is not known yet what such rows cost here."""
STOPPED: Final = msg("The import was stopped and taken back.")
MANY: Final = 2000
"""From so many rows on, the search index is put in order afterwards."""


@dataclass(slots=True)
class Sheet:
    """A table that was read: its cells as texts, and what its columns seem to be."""

    kind: str
    source: str
    made: str
    header: list[str]
    rows: list[list[str]]
    numbers: list[int]
    columns: list[Column]


@dataclass(slots=True)
class Report:
    """What an import did."""

    batch: UUID
    records: dict[str, int]
    rejects: list[Reject]
    kept: list[str]
    warnings: list[Warned]
    doubles: list[Double]


Progress = Callable[[int, int], bool]
"""Told (done, total) after each slice; False stops the import and takes it back."""


def read(path: Path) -> bytes:
    """The bytes of a file. Raises NotFound."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(msg("{path} cannot be read: {why}.").of(path=path, why=error.strerror)) from None


def plan(data: bytes, kind: str) -> Plan:
    """What the file's rows would become. Raises Usage, Refused or Damaged where it cannot be read at all."""
    if kind not in KINDS:
        raise Usage(
            msg("“{kind}” cannot be imported; there are: {kinds}.").of(kind=kind, kinds=", ".join(KINDS))
        )
    if cards.is_vcard(data):
        return plan_cards(data, kind)
    sheet = open_table(data, kind)
    return plan_table(sheet, sheet.columns)


def kind_of(data: bytes) -> str:
    """What a file most probably holds, by its headings: customers, where nothing else fits better."""
    if cards.is_vcard(data):
        return "contacts"
    words = [word for names in headers.WORDS.values() for word in names]
    table = tables.read_table(data, known=words)
    samples = [[tables.cell_text(cell) for cell in row] for row in table.rows[: import_columns.LOOKED_AT]]

    def reached(kind: str) -> int:
        found = import_columns.guess(kind, table.header, samples)
        return sum(each.key not in (FURTHER, LEFT_OUT) for each in found)

    return max(KINDS, key=reached)


def _one_company_each(made: Plan, known: Mapping[str, UUID]) -> None:
    """People of one company belong to one customer: the one `known` by its name, or the first one made."""
    companies = dict(known)
    instead: dict[UUID, UUID] = {}
    for row in made.rows:
        company, *others = row.records
        if not isinstance(company, Customer) or not others:
            continue
        first = companies.setdefault(company.name, company.id)
        if first != company.id:
            instead[company.id] = first
            row.records = others
    for row in made.rows:
        for record in row.records:
            if isinstance(record, Contact) and record.customer_id in instead:
                record.customer_id = instead[record.customer_id]


def meet(store: Store, made: Plan) -> None:
    """Let the people of a plan join the customers of that name here, and find who may be here already."""
    join(store, made)
    with store.reading() as session:
        made.doubles = doubles.find(
            session, CLASS[made.kind], ((row.number, row.records) for row in made.rows)
        )


def join(store: Store, made: Plan) -> None:
    """Let the people of a plan join the customers of that name here; more than once is as once."""
    if made.kind != "contacts":
        return
    names = [row.records[0].title for row in made.rows if isinstance(row.records[0], Customer)]
    known: dict[str, UUID] = {}
    with store.reading() as session:
        for start in range(0, len(names), SLICE):
            query = select(Customer.name, Customer.id).where(
                Customer.name.in_(names[start : start + SLICE]), Customer.deleted_at.is_(None)
            )
            for name, record_id in session.execute(query.order_by(Customer.id)):
                known.setdefault(name, record_id)
    _one_company_each(made, known)


def plan_cards(data: bytes, kind: str) -> Plan:
    """What the cards of a file would become. Raises Usage where they are no people."""
    if kind == "products":
        raise Usage(msg("A vCard holds people, not products."))
    rows, rejects = [], []
    for number, card in enumerate(cards.read(data), 1):
        made = cards.records_of(card)
        if made is None:
            rejects.append(Reject(number, msg("This card has no name, company, mail or phone."), ()))
        else:
            rows.append(checked(Row(number, made.records, made.blobs, made.doubts)))
    found = Plan(kind, "vcard", [], rows, rejects, kept=["vCard"])
    if kind == "contacts":
        _one_company_each(found, {})
    return found


def open_table(data: bytes, kind: str) -> Sheet:
    """A table's cells as texts, and what its columns most probably are."""
    words = [word for name in OF_KIND[kind] for word in headers.WORDS.get(name, ())]
    table = tables.read_table(data, known=words)
    rows = [[cleaned(tables.cell_text(cell)) for cell in row] for row in table.rows]
    source, made = table.encoding or table.kind, tables.made_at(data)
    columns = import_columns.guess(kind, table.header, rows)
    return Sheet(kind, source, made, table.header, rows, table.numbers, columns)


def plan_table(sheet: Sheet, columns: Sequence[Column]) -> Plan:
    """What the rows of a table would become, with these columns."""
    kind, keys = sheet.kind, [each.key for each in columns]
    fields = [("" if key == LEFT_OUT else OF_KIND[kind].get(key, key)) for key in keys]
    made = Plan(kind, sheet.source, list(zip(sheet.header, fields, strict=True)), [], made=sheet.made)
    made.kept = [each.title for each in columns if each.key == FURTHER and each.title]
    scales = [(place, each.scale) for place, each in enumerate(columns) if each.scale != 1]
    ours = import_columns.is_own_export(sheet.header, sheet.rows[: import_columns.LOOKED_AT])
    for number, cells in zip(sheet.numbers, sheet.rows, strict=True):
        read = list(cells)
        for place, scale in scales:
            read[place] = import_columns.scaled(read[place], scale)
        row = Row(number, [], known=UUID(cells[0]) if ours and ID.fullmatch(cells[0]) else None)
        try:
            row.records = records_of(kind, sheet.header, keys, read, row)
            made.rows.append(checked(row))
        except Refused as refused:
            made.rejects.append(Reject(number, refused.message, tuple(cells)))
    if kind == "contacts":
        _one_company_each(made, {})
    return made


_PEOPLE: Final = every(Customer, Contact, Attachment)


@command("customer.import", label=msg("Import customers"), on=Customer, creates=True, writes=_PEOPLE)
def import_customers(work: Work, *, rows: Sequence[Row]) -> int:
    """Keep the records of some rows."""
    return _keep(work, rows)


@command("contact.import", label=msg("Import contacts"), on=Contact, creates=True, writes=_PEOPLE)
def import_contacts(work: Work, *, rows: Sequence[Row]) -> int:
    """Keep the records of some rows."""
    return _keep(work, rows)


@command("product.import", label=msg("Import products"), on=Product, creates=True, writes=every(Product))
def import_products(work: Work, *, rows: Sequence[Row]) -> int:
    """Keep the records of some rows."""
    return _keep(work, rows)


def _keep(work: Work, rows: Sequence[Row]) -> int:
    count = 0
    for row in rows:
        for record in row.records:
            work.add(record)
            count += 1
        for _sha256, data in row.blobs:
            keep_file(work.store.blobs, work.session, data)
    return count


def carry_out(store: Store, actor: Actor, made: Plan, progress: Progress | None = None) -> Report:
    """Write the planned records in slices under one batch, which one undo takes back."""
    meet(store, made)
    batch = new_id()
    counts: dict[str, int] = {}
    with undo.wholly(store, actor, batch):
        for done, rows in keep_slices(store, actor, made.kind, made.rows, batch):
            for record in (each for row in rows for each in row.records):
                counts[record.__tablename__] = counts.get(record.__tablename__, 0) + 1
            if progress is not None and not progress(done, len(made.rows)):
                raise Refused(STOPPED)
    if len(made.rows) >= MANY:
        store.tidy()
    return Report(batch, counts, made.rejects, made.kept, made.warnings, made.doubles)


def keep_slices(
    store: Store, actor: Actor, kind: str, rows: Sequence[Row], batch: UUID
) -> Iterator[tuple[int, Sequence[Row]]]:
    """Write rows, a transaction for each slice; after each, how many are written and which were last.

    What a person saves meanwhile goes in between.
    """
    name = f"{kind.removesuffix('s')}.import"
    done = 0
    while done < len(rows):
        most = SLICE if done else min(SLICE, FIRST)
        part = rows[done : done + min(most, store.turns.bite(name))]
        commands.run(store, actor, name, batch=batch, aside=True, rows=part)
        store.turns.took(name, len(part))
        done += len(part)
        yield done, part
