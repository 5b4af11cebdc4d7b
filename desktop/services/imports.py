"""Bring records in from tables and vCards: what each row becomes, what is refused and why, one undo for all.

Nothing is lost on the way: a column or property without a field of its own is kept in the record's further
details and shown there; a row that cannot become a record is listed with its reason.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.documents import headers, tables
from desktop.errors import NotFound, Refused, Usage
from desktop.models.blobs import keep_file
from desktop.models.kinds import Kind, Link, Phone
from desktop.models.record import Record, new_id
from desktop.models.records import Contact, Customer, Product
from desktop.models.records.files import Attachment
from desktop.models.store import Actor, Store, Work
from desktop.rules import phones
from desktop.rules.texts import cleaned
from desktop.services import cards, commands, doubles, undo
from desktop.services.commands import command, every
from desktop.services.doubles import Double
from desktop.words import LANGUAGES, Message, msg

SLICE: Final = 500
"""Rows in one transaction at most; beside a person it is as many as they do not notice."""
STOPPED: Final = msg("The import was stopped and taken back.")
MANY: Final = 2000
"""From so many rows on, the search index is put in order afterwards."""
KINDS: Final = ("customers", "contacts", "products")

_CUSTOMER: Final = {
    "name": "name",
    "name_en": "name_en",
    "phone": "phone",
    "website": "website",
    "city": "city",
    "address": "address",
    "industry": "industry",
    "tax_id": "tax_id",
    "grade": "grade",
    "source": "source",
    "tags": "tags",
    "remark": "remark",
    "email": "email",
}
_PERSON: Final = {"contact": "name", "title": "job", "mobile": "mobile", "wechat": "wechat"}
_CONTACT: Final = {
    "contact": "name",
    "title": "job",
    "mobile": "mobile",
    "phone": "phone",
    "email": "email",
    "wechat": "wechat",
    "address": "address",
    "website": "website",
    "tags": "tags",
    "remark": "remark",
}
_PRODUCT: Final = {
    "sku": "sku",
    "name_zh": "name",
    "name": "name",
    "name_en": "name_en",
    "detail": "detail",
    "unit": "unit",
    "price": "price",
    "tax_rate": "tax_percent",
    "category": "category",
    "remark": "remark",
}
_OF_KIND: Final = {
    "customers": {**_CUSTOMER, **_PERSON},
    "contacts": {**_CONTACT, "name": "company"},
    "products": _PRODUCT,
}


_CLASS: Final[dict[str, type[Record]]] = {"customers": Customer, "contacts": Contact, "products": Product}
_NOT_BROUGHT: Final = frozenset({"owner_id", "team_id"})
_ID: Final = re.compile(r"[0-9a-f]{32}")
_LEFT_OUT: Final = "-"
_IGNORED: Final = {
    "ID": _LEFT_OUT,
    **{
        Customer.fields()[name].label.in_language(language): _LEFT_OUT
        for name in sorted(_NOT_BROUGHT)
        for language in LANGUAGES
    },
}
"""Headings of our own exports that say whose a record was; who brings it in owns it from now on."""


def class_of(kind: str) -> type[Record]:
    """What each row of a file of this kind is about."""
    return _CLASS[kind]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot become a record; `number` is its place in the file, from 1."""

    number: int
    reason: Message
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """A row that becomes a record, but not wholly as it was meant."""

    number: int
    reason: Message


@dataclass(slots=True)
class Row:
    """What one row or card becomes: a record and those that belong to it."""

    number: int
    records: list[Record]
    blobs: list[tuple[str, bytes]] = field(default_factory=list)
    doubts: list[Message] = field(default_factory=list)
    """What in the row could not be taken as it was meant."""
    given: dict[UUID, frozenset[str]] = field(default_factory=dict)
    """The fields that the row itself fills, by record; whatever else they hold is as it begins."""
    known: UUID | None = None
    """The record that this program wrote the row from, where it did."""


@dataclass(slots=True)
class Plan:
    """What an import would do; nothing is written yet."""

    kind: str
    source: str
    columns: list[tuple[str, str]]
    rows: list[Row]
    rejects: list[Reject] = field(default_factory=list)
    made: str = ""
    """When the workbook says that it was made."""
    kept: list[str] = field(default_factory=list)
    """Columns or properties without a field of their own, kept in the further details."""
    doubles: list[Double] = field(default_factory=list)
    """Rows that may be here already, known once the plan has met the store; they come in all the same."""

    @property
    def warnings(self) -> list[Warned]:
        """What came in otherwise than it was meant, row by row."""
        return [Warned(row.number, doubt) for row in self.rows for doubt in row.doubts]


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
        if kind == "products":
            raise Usage(msg("A vCard holds people, not products."))
        made = _plan_cards(data, kind)
    else:
        made = _plan_table(data, kind)
    if kind == "contacts":
        _one_company_each(made, {})
    return made


def kind_of(data: bytes) -> str:
    """What a file most probably holds, by its headings: customers, where nothing else fits better."""
    if cards.is_vcard(data):
        return "contacts"
    words = [word for names in headers.WORDS.values() for word in names]
    table = tables.read_table(data, known=words)
    samples = [[tables.cell_text(cell) for cell in row] for row in table.rows[:50]]

    def reached(kind: str) -> int:
        synonyms = {name: headers.WORDS.get(name, ()) for name in _OF_KIND[kind]}
        guesses = headers.guess_fields(table.header, synonyms, samples)
        names = [guesses[place].field if place in guesses else "" for place in range(len(table.header))]
        _own_words(kind, table.header, names)
        return sum(bool(name) for name in names)

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
            session, _CLASS[made.kind], ((row.number, row.records) for row in made.rows)
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


def _plan_cards(data: bytes, kind: str) -> Plan:
    rows, rejects = [], []
    for number, card in enumerate(cards.read(data), 1):
        made = cards.records_of(card)
        if made is None:
            rejects.append(Reject(number, msg("This card has no name, company, mail or phone."), ()))
        else:
            rows.append(_checked(Row(number, made.records, made.blobs, made.doubts)))
    return Plan(kind, "vcard", [], rows, rejects, kept=["vCard"])


def _plan_table(data: bytes, kind: str) -> Plan:
    wanted = _OF_KIND[kind]
    synonyms = {name: headers.WORDS.get(name, ()) for name in wanted}
    table = tables.read_table(data, known=[word for words in synonyms.values() for word in words])
    samples = [[tables.cell_text(cell) for cell in row] for row in table.rows[:50]]
    guesses = headers.guess_fields(table.header, synonyms, samples)
    names = [guesses[place].field if place in guesses else "" for place in range(len(table.header))]
    _own_words(kind, table.header, names)
    ours = _is_own_export(table.header, samples)
    scales = [
        headers.scale(title) if _is_number(kind, name) else 1
        for title, name in zip(table.header, names, strict=True)
    ]
    columns = [(title, wanted.get(name, name)) for title, name in zip(table.header, names, strict=True)]
    made = Plan(kind, table.encoding or table.kind, columns, [], made=tables.made_at(data))
    if ours:
        names = [name or _IGNORED.get(title, "") for title, name in zip(table.header, names, strict=True)]
    made.kept = [title for (title, _), name in zip(columns, names, strict=True) if not name and title]
    for number, row in zip(table.numbers, table.rows, strict=True):
        cells = [cleaned(tables.cell_text(cell)) for cell in row]
        scaled = [_scaled(cell, scale) for cell, scale in zip(cells, scales, strict=True)]
        try:
            found = Row(number, [], known=UUID(cells[0]) if ours and _ID.fullmatch(cells[0]) else None)
            found.records = _records(kind, table.header, names, scaled, found)
            made.rows.append(_checked(found))
        except Refused as refused:
            made.rejects.append(Reject(number, refused.message, tuple(cells)))
    return made


def _own_words(kind: str, header: Sequence[str], names: list[str]) -> None:
    """A column that is headed as this program heads it goes to that field: what was exported comes back."""
    known: dict[str, str] = {}
    for name, described in _CLASS[kind].fields().items():
        if name not in _NOT_BROUGHT and not isinstance(described.kind, Link):
            for word in (name, *(described.label.in_language(language) for language in LANGUAGES)):
                known.setdefault(headers.plain(word), name)
    reached = {_OF_KIND[kind].get(name, name) for name in names}
    for place, title in enumerate(header):
        name = known.get(headers.plain(title), "")
        if not names[place] and name and name not in reached:
            names[place] = name
            reached.add(name)


def _is_own_export(header: Sequence[str], samples: Sequence[Sequence[str]]) -> bool:
    """Whether this program wrote the table: its first column holds ids of records."""
    return header[:1] == ["ID"] and all(_ID.fullmatch(row[0]) for row in samples)


def _is_number(kind: str, name: str) -> bool:
    """Whether a column's field holds a number: only there 万 in the heading multiplies."""
    described = _CLASS[kind].fields().get(_OF_KIND[kind].get(name, name))
    return described is not None and described.kind.numeric


def _scaled(text: str, scale: int) -> str:
    """A number under a heading like 价格(万) in full; what is no number stays as it is."""
    if scale == 1 or not text:
        return text
    try:
        return f"{Decimal(text.replace(',', '')) * scale:f}"
    except InvalidOperation:
        return text


def _checked(row: Row) -> Row:
    """The row, doubting telephone numbers that cannot exist; they stay as they were typed."""
    for record in row.records:
        for name, described in type(record).fields().items():
            typed = getattr(record, name) if isinstance(described.kind, Phone) else ""
            if typed and not all(one.number for one in phones.several(typed)):
                said = msg("“{text}” does not look like a telephone number; it was kept as typed.")
                row.doubts.append(said.of(text=typed))
    return row


def _records(
    kind: str, header: Sequence[str], names: Sequence[str], cells: Sequence[str], row: Row
) -> list[Record]:
    given: dict[str, str] = {}
    rest: dict[str, str] = {}
    for title, name, text in zip(header, names, cells, strict=True):
        if text and name and name != _LEFT_OUT:
            given[name] = text
        elif text and not name:
            rest[_unused(title or "?", rest)] = text
    if kind == "products":
        return [_filled(Product, given, _PRODUCT, rest, ("sku", "name"), row)]
    if kind == "contacts":
        return _contact_of(given, rest, row)
    return _customer_of(given, rest, row)


def _unused(title: str, rest: Mapping[str, str]) -> str:
    """The heading, numbered where a column before has the same one."""
    count = 1 + sum(1 for name in rest if name == title or re.fullmatch(re.escape(title) + r" \d+", name))
    return title if count == 1 else f"{title} {count}"


def _customer_of(given: dict[str, str], rest: dict[str, str], row: Row) -> list[Record]:
    person = {name: given.pop(name) for name in _PERSON if name in given}
    if not given.get("name") and not given.get("phone") and not person.get("mobile"):
        raise Refused(msg("Neither a name nor a phone number."))
    if not given.get("name"):
        given["name"] = person.get("contact", "")
    if not given.get("phone") and not person.get("contact") and person.get("mobile"):
        given["phone"] = person.pop("mobile")
    customer = _filled(Customer, given, _CUSTOMER, rest, (), row)
    if not person:
        return [customer]
    person.setdefault("contact", person.get("mobile", ""))
    contact = _filled(Contact, person, _PERSON, {}, ("name",), row)
    contact.customer_id = customer.id
    return [customer, contact]


def _contact_of(given: dict[str, str], rest: dict[str, str], row: Row) -> list[Record]:
    company = given.pop("name", "")
    if not given.get("contact"):
        given["contact"] = given.get("mobile") or given.get("phone") or given.get("email") or company
    if not given["contact"]:
        raise Refused(msg("Neither a name nor a phone number."))
    contact = _filled(Contact, given, _CONTACT, rest, ("name",), row)
    if not company:
        return [contact]
    customer = Customer(name=company)
    contact.customer_id = customer.id
    return [customer, contact]


def _read(kind: Kind, text: str) -> Any:
    if isinstance(kind, Phone) and not any(character.isdigit() for character in text):
        raise Refused(msg("A telephone number has digits."))
    return kind.parse(text)


def _filled(
    cls: type[Any],
    given: dict[str, str],
    mapping: dict[str, str],
    rest: dict[str, str],
    needed: Sequence[str],
    row: Row,
) -> Any:
    """A record with what fits its fields; what does not fit is kept beside them as typed, and doubted."""
    values: dict[str, Any] = {}
    kept = dict(rest)
    further: dict[str, Any] = {}
    for name, text in given.items():
        target = mapping.get(name, name)
        described = cls.fields()[target]
        try:
            values[target] = _read(described.kind, text)
        except Refused as refused:
            kept[_unused(described.label.text, kept)] = text
            said = msg("{field} “{text}” was kept in the further details: {reason}")
            row.doubts.append(said.of(field=described.label, text=text, reason=refused.message))
    if isinstance(values.get("custom"), dict):
        further = values.pop("custom")
    for name in needed:
        if values.get(name) in (None, ""):
            raise Refused(msg("“{field}” is needed.").of(field=cls.fields()[name].label))
    made = cls(**values, custom={**further, "import": kept} if kept else further)
    row.given[made.id] = frozenset(values)
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
        part = rows[done : done + min(SLICE, store.turns.bite(name))]
        commands.run(store, actor, name, batch=batch, aside=True, rows=part)
        store.turns.took(name, len(part))
        done += len(part)
        yield done, part
