"""Who we sell to: customers, the people there, and where they are."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Amount, Choice, Day, Email, Link, Long, Phone, Short, Tags
from desktop.models.record import Record, field
from desktop.rules import roles
from desktop.words import Message, msg

KINDS = (("company", msg("Company")), ("person", msg("Person")), ("partner", msg("Partner")))
GRADES = (
    ("vip", msg("VIP")),
    ("a", msg("A", "grade")),
    ("b", msg("B", "grade")),
    ("c", msg("C", "grade")),
)
STAGES = (
    ("potential", msg("Potential")),
    ("contacted", msg("First contact")),
    ("following", msg("Following up")),
    ("trial", msg("Trial")),
    ("negotiation", msg("Negotiation")),
    ("signed", msg("Signed")),
    ("running", msg("Delivering")),
    ("retained", msg("Maintained")),
    ("lost", msg("Lost", "customer")),
)


class Customer(Record):
    """A company or a person we sell to. One field is enough to begin: a name or a phone."""

    __tablename__ = "customer"
    __label__: ClassVar[Message] = msg("Customer")
    __plural__: ClassVar[Message] = msg("Customers")
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    name_en: Mapped[str] = field(Short(), msg("English name"), search="text")
    kind: Mapped[str] = field(Choice(KINDS), msg("Type"), default="company")
    grade: Mapped[str] = field(Choice(GRADES), msg("Grade"), listed=True)
    stage: Mapped[str] = field(Choice(STAGES), msg("Stage"), default="potential", listed=True)
    phone: Mapped[str] = field(Phone(), msg("Phone"), listed=True, search="phone")
    email: Mapped[str] = field(Email(), msg("E-mail"), search="text")
    website: Mapped[str] = field(Short(), msg("Website"), search="text")
    city: Mapped[str] = field(Short(), msg("City"), listed=True, search="text")
    address: Mapped[str] = field(Short(), msg("Address"), search="text")
    address_en: Mapped[str] = field(Short(), msg("English address"))
    industry: Mapped[str] = field(Short(), msg("Industry"), listed=True, search="text")
    tax_id: Mapped[str] = field(Short(), msg("Tax number"), search="number")
    bank: Mapped[str] = field(Short(), msg("Bank and account"))
    source: Mapped[str] = field(Short(), msg("Source"), merge="soft")
    terms: Mapped[str] = field(Short(), msg("Payment terms"))
    credit: Mapped[int | None] = field(Amount(), msg("Credit limit"))
    next_step: Mapped[str] = field(Short(), msg("Next step"), listed=True, search="text")
    next_on: Mapped[date | None] = field(Day(), msg("Due"), listed=True)
    verified_on: Mapped[date | None] = field(Day(), msg("Verified on"), merge="soft")
    tags: Mapped[list[str]] = field(Tags(), msg("Tags"), default=list, search="text")
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")


class Contact(Record):
    """A person at a customer."""

    __tablename__ = "contact"
    __label__: ClassVar[Message] = msg("Contact")
    __plural__: ClassVar[Message] = msg("Contacts")
    __root__ = "customer_id"
    name: Mapped[str] = field(Short(), msg("Name", "person"), required=True, listed=True, search="name")
    name_en: Mapped[str] = field(Short(), msg("English name"), search="text")
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), listed=True, index=True)
    job: Mapped[str] = field(Short(), msg("Position"), listed=True, search="text")
    job_en: Mapped[str] = field(Short(), msg("Position in English"))
    department: Mapped[str] = field(Short(), msg("Department"))
    mobile: Mapped[str] = field(Phone(), msg("Mobile"), listed=True, search="phone")
    phone: Mapped[str] = field(Phone(), msg("Phone"), search="phone")
    email: Mapped[str] = field(Email(), msg("E-mail"), listed=True, search="text")
    wechat: Mapped[str] = field(Short(), msg("WeChat"), search="text")
    address: Mapped[str] = field(Short(), msg("Address"), search="text")
    website: Mapped[str] = field(Short(), msg("Website"))
    id_number: Mapped[str] = field(Short(), msg("Identity card number"), masked=roles.IDENTITY)
    birthday: Mapped[date | None] = field(Day(), msg("Birthday"))
    preferred_time: Mapped[str] = field(Short(), msg("Preferred time"), merge="soft")
    tags: Mapped[list[str]] = field(Tags(), msg("Tags"), default=list, search="text")
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")


class Address(Record):
    """A place of a customer: delivery, invoice, site."""

    __tablename__ = "address"
    __label__: ClassVar[Message] = msg("Address")
    __plural__: ClassVar[Message] = msg("Addresses")
    __root__ = "customer_id"
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), listed=True, index=True)
    kind: Mapped[str] = field(
        Choice(
            (("delivery", msg("Delivery")), ("invoice", msg("Invoice", "address")), ("site", msg("Site")))
        ),
        msg("Use"),
        default="delivery",
        listed=True,
    )
    text: Mapped[str] = field(Short(), msg("Address"), required=True, listed=True, search="text")
    city: Mapped[str] = field(Short(), msg("City"), listed=True)
    postcode: Mapped[str] = field(Short(), msg("Postcode"))
    person: Mapped[str] = field(Short(), msg("Receiver"))
    phone: Mapped[str] = field(Phone(), msg("Phone"), search="phone")

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The place itself."""
        return str(get("text") or "")
