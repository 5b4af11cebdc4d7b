"""What a row of a stranger's table becomes: records, what in it could not be taken, and which field is meant.

Nothing is lost on the way: what fits no field is kept in the record's further details and shown there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from desktop.errors import Refused
from desktop.models.kinds import Kind, Phone
from desktop.models.record import Record
from desktop.models.records import Contact, Customer, Product
from desktop.rules import phones
from desktop.services.doubles import Double
from desktop.words import Message, msg

KINDS: Final = ("customers", "contacts", "products")
FURTHER: Final = ""
"""A column without a field of its own: kept in the further details."""
LEFT_OUT: Final = "-"
"""A column that is not brought in at all."""

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
COMPANY: Final = "name"
"""In a table of people: whose they are."""
OF_KIND: Final = {
    "customers": {**_CUSTOMER, **_PERSON},
    "contacts": {**_CONTACT, COMPANY: "company"},
    "products": _PRODUCT,
}
"""What the headings of a table mean, and the field of each; what is not here is a field of its own name."""
PERSONS: Final[dict[str, dict[str, str]]] = {"customers": _PERSON, "contacts": {}, "products": {}}
CLASS: Final[dict[str, type[Record]]] = {"customers": Customer, "contacts": Contact, "products": Product}


def class_of(kind: str) -> type[Record]:
    """What each row of a file of this kind is about."""
    return CLASS[kind]


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
    odd: set[str] = field(default_factory=set)
    """What of the row is doubted: columns by what they are (`Column.key`)."""


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


def checked(row: Row) -> Row:
    """The row, doubting telephone numbers that cannot exist; they stay as they were typed."""
    for record in row.records:
        for name, described in type(record).fields().items():
            typed = getattr(record, name) if isinstance(described.kind, Phone) else ""
            if typed and not all(one.number for one in phones.several(typed)):
                row.odd.add(name)
                said = msg("“{text}” does not look like a telephone number; it was kept as typed.")
                row.doubts.append(said.of(text=typed))
    return row


def records_of(
    kind: str, header: Sequence[str], names: Sequence[str], cells: Sequence[str], row: Row
) -> list[Record]:
    given: dict[str, str] = {}
    rest: dict[str, str] = {}
    for title, name, text in zip(header, names, cells, strict=True):
        if text and name and name != LEFT_OUT:
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
            row.odd.add(name)
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
