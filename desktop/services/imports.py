"""Bring records in from tables and vCards: what each row becomes, what is refused and why, one undo for all.

Nothing is lost on the way: a column or property without a field of its own is kept in the record's further
details and shown there; a row that cannot become a record is listed with its reason.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from desktop.documents import headers, tables
from desktop.errors import NotFound, Refused, Usage
from desktop.models.record import Record, new_id
from desktop.models.records import Contact, Customer, Product
from desktop.models.records.files import keep_blob
from desktop.models.store import Actor, Store, Work
from desktop.services import cards, commands
from desktop.services.commands import command
from desktop.words import Message, msg

SLICE: Final = 500
"""Rows in one transaction."""
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


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot become a record; `number` is its place in the file, from 1."""

    number: int
    reason: Message
    cells: tuple[str, ...]


@dataclass(slots=True)
class Row:
    """What one row or card becomes: a record and those that belong to it."""

    number: int
    records: list[Record]
    blobs: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What an import would do; nothing is written yet."""

    kind: str
    source: str
    columns: list[tuple[str, str]]
    rows: list[Row]
    rejects: list[Reject] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Columns or properties without a field of their own, kept in the further details."""


@dataclass(slots=True)
class Report:
    """What an import did."""

    batch: UUID
    records: dict[str, int]
    rejects: list[Reject]
    kept: list[str]


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
        return _plan_cards(data, kind)
    return _plan_table(data, kind)


def _plan_cards(data: bytes, kind: str) -> Plan:
    rows, rejects = [], []
    for number, card in enumerate(cards.read(data), 1):
        made = cards.records_of(card)
        if made is None:
            rejects.append(Reject(number, msg("This card has no name, company, mail or phone."), ()))
        else:
            rows.append(Row(number, made.records, made.blobs))
    return Plan(kind, "vcard", [], rows, rejects, ["vCard"])


def _plan_table(data: bytes, kind: str) -> Plan:
    wanted = _OF_KIND[kind]
    synonyms = {name: headers.WORDS.get(name, ()) for name in wanted}
    table = tables.read_table(data, known=[word for words in synonyms.values() for word in words])
    samples = [[tables.cell_text(cell) for cell in row] for row in table.rows[:50]]
    guesses = headers.guess_fields(table.header, synonyms, samples)
    columns = [
        (title, wanted[guesses[place].field] if place in guesses else "")
        for place, title in enumerate(table.header)
    ]
    names = [guesses[place].field if place in guesses else "" for place in range(len(columns))]
    made = Plan(kind, table.encoding or table.kind, columns, [])
    made.kept = [title for title, name in columns if not name and title]
    for number, row in zip(table.numbers, table.rows, strict=True):
        cells = [tables.cell_text(cell) for cell in row]
        try:
            made.rows.append(Row(number, _records(kind, table.header, names, cells)))
        except Refused as refused:
            made.rejects.append(Reject(number, refused.message, tuple(cells)))
    return made


def _records(kind: str, header: Sequence[str], names: Sequence[str], cells: Sequence[str]) -> list[Record]:
    given: dict[str, str] = {}
    rest: dict[str, str] = {}
    for title, name, text in zip(header, names, cells, strict=True):
        if text and name:
            given[name] = text
        elif text:
            rest[title or "?"] = text
    if kind == "products":
        return [_filled(Product, given, _PRODUCT, rest, ("sku", "name"))]
    if kind == "contacts":
        return _contact_of(given, rest)
    return _customer_of(given, rest)


def _customer_of(given: dict[str, str], rest: dict[str, str]) -> list[Record]:
    person = {name: given.pop(name) for name in _PERSON if name in given}
    if not given.get("name") and not given.get("phone") and not person.get("mobile"):
        raise Refused(msg("Neither a name nor a phone number."))
    if not given.get("name"):
        given["name"] = person.get("contact", "")
    if not given.get("phone") and not person.get("contact") and person.get("mobile"):
        given["phone"] = person.pop("mobile")
    customer = _filled(Customer, given, _CUSTOMER, rest, ())
    if not person:
        return [customer]
    person.setdefault("contact", person.get("mobile", ""))
    contact = _filled(Contact, person, _PERSON, {}, ("name",))
    contact.customer_id = customer.id
    return [customer, contact]


def _contact_of(given: dict[str, str], rest: dict[str, str]) -> list[Record]:
    company = given.pop("name", "")
    if not given.get("contact"):
        given["contact"] = given.get("mobile") or given.get("phone") or given.get("email") or company
    if not given["contact"]:
        raise Refused(msg("Neither a name nor a phone number."))
    contact = _filled(Contact, given, _CONTACT, rest, ("name",))
    if not company:
        return [contact]
    customer = Customer(name=company)
    contact.customer_id = customer.id
    return [customer, contact]


def _filled(
    cls: type[Any],
    given: dict[str, str],
    mapping: dict[str, str],
    rest: dict[str, str],
    needed: Sequence[str],
) -> Any:
    """A record with what fits its fields; what does not fit is kept beside them as it was typed."""
    values: dict[str, Any] = {}
    kept = dict(rest)
    for name, text in given.items():
        described = cls.fields()[mapping[name]]
        try:
            values[mapping[name]] = described.kind.parse(text)
        except Refused:
            kept[described.label.text] = text
    for name in needed:
        if values.get(name) in (None, ""):
            raise Refused(msg("“{field}” is needed.").of(field=cls.fields()[name].label))
    return cls(**values, custom={"import": kept} if kept else {})


@command("customer.import", label=msg("Import customers"), on=Customer, creates=True)
def import_customers(work: Work, *, rows: Sequence[Row]) -> int:
    """Keep the records of some rows."""
    return _keep(work, rows)


@command("contact.import", label=msg("Import contacts"), on=Contact, creates=True)
def import_contacts(work: Work, *, rows: Sequence[Row]) -> int:
    """Keep the records of some rows."""
    return _keep(work, rows)


@command("product.import", label=msg("Import products"), on=Product, creates=True)
def import_products(work: Work, *, rows: Sequence[Row]) -> int:
    """Keep the records of some rows."""
    return _keep(work, rows)


def _keep(work: Work, rows: Sequence[Row]) -> int:
    count = 0
    for row in rows:
        for record in row.records:
            work.add(record)
            count += 1
        for sha256, data in row.blobs:
            keep_blob(work.session, sha256, data)
    return count


def carry_out(store: Store, actor: Actor, made: Plan, progress: Progress | None = None) -> Report:
    """Write the planned records in slices under one batch, which one undo takes back."""
    batch = new_id()
    counts: dict[str, int] = {}
    name = f"{made.kind.removesuffix('s')}.import"
    done = 0
    for rows in _slices(made.rows):
        commands.run(store, actor, name, batch=batch, rows=rows)
        done += len(rows)
        for row in rows:
            for record in row.records:
                counts[record.__tablename__] = counts.get(record.__tablename__, 0) + 1
        if progress is not None and not progress(done, len(made.rows)):
            from desktop.services import undo

            undo.undo(store, actor)
            raise Refused(msg("The import was stopped and taken back."))
    return Report(batch, counts, made.rejects, made.kept)


def _slices(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + SLICE] for start in range(0, len(rows), SLICE))
