"""Contracts: what both sides agree on, clause by clause, and the library that the clauses come from.

What is printed is frozen when a contract is issued; how far it has come moves on.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Amount, Choice, Day, Flag, Json, Link, Long, Moment, Number, Short, Whole
from desktop.models.record import Record, field
from desktop.models.records.quotes import LANGUAGES
from desktop.rules import stages
from desktop.words import Message, msg

APPROVAL_CLASSES = (
    ("standard", msg("Standard")),
    ("approval", msg("Another wording needs approval")),
)
MILESTONE_KINDS = (("payment", msg("Payment")), ("step", msg("Step")))
LONGEST_CLAUSE = 8000
"""Characters of a clause."""


class Contract(Record):
    """An agreement with a customer, made from exactly one edition of an issued quote."""

    __tablename__ = "contract"
    __label__: ClassVar[Message] = msg("Contract")
    __plural__: ClassVar[Message] = msg("Contracts")
    number: Mapped[str] = field(Short(), msg("Number"), merge="server", search="number", listed=True)
    customer_id: Mapped[UUID | None] = field(
        Link("customer"), msg("Customer"), listed=True, required=True, index=True
    )
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, listed=True)
    revision_id: Mapped[UUID | None] = field(
        Link("quote_revision"), msg("Revision"), frozen=True, hidden=True
    )
    quote_hash: Mapped[str] = field(Short(), msg("Quote check"), frozen=True, hidden=True)
    name: Mapped[str] = field(Short(), msg("Project"), listed=True, search="name")
    stage: Mapped[str] = field(
        Choice(stages.CONTRACT.choices, merge_as="stage"), msg("Stage"), default="draft", listed=True
    )
    payable: Mapped[int | None] = field(Amount(), msg("Contract total"), frozen=True, listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY", frozen=True)
    language: Mapped[str] = field(Choice(LANGUAGES), msg("Language"), default="zh", frozen=True)
    title_zh: Mapped[str] = field(Short(), msg("Title on paper"), frozen=True)
    title_en: Mapped[str] = field(Short(), msg("English title"), frozen=True)
    valid_from: Mapped[date | None] = field(Day(), msg("In force from"), frozen=True)
    valid_until: Mapped[date | None] = field(Day(), msg("In force until"), frozen=True, listed=True)
    variables: Mapped[dict[str, str]] = field(
        Json(), msg("Variables of the clauses"), default=dict, merge="soft", frozen=True, hidden=True
    )
    release_id: Mapped[UUID | None] = field(
        Link("seal_release"), msg("Release of a seal"), frozen=True, hidden=True
    )
    signed_on: Mapped[date | None] = field(Day(), msg("Signed on"), listed=True)
    renew_on: Mapped[date | None] = field(Day(), msg("To be renewed by"), listed=True)
    remind_days: Mapped[int | None] = field(Whole(), msg("Reminder, days"), default=30)
    reason: Mapped[str] = field(Short(), msg("Reason"))
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")
    issued_at: Mapped[datetime | None] = field(Moment(), msg("Issued at"), frozen=True)
    content_hash: Mapped[str] = field(Short(), msg("Content check"), frozen=True, hidden=True)
    snapshot: Mapped[dict[str, Any] | None] = field(Json(), msg("Issued content"), frozen=True, hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The number, or the project while there is none."""
        return str(get("number") or get("name") or "")


class ContractClause(Record):
    """One clause as this contract has it, beside the standard text that it came from."""

    __tablename__ = "contract_clause"
    __label__: ClassVar[Message] = msg("Clause of a contract")
    __plural__: ClassVar[Message] = msg("Clauses of a contract")
    __root__ = "contract_id"
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True)
    rank: Mapped[str] = field(Short(), msg("Place"), merge="soft", frozen=True, hidden=True)
    code: Mapped[str] = field(Short(40), msg("Clause no."), frozen=True, hidden=True)
    version_id: Mapped[UUID | None] = field(
        Link("clause_version"), msg("Standard text"), frozen=True, hidden=True
    )
    edition: Mapped[str] = field(Short(40), msg("Edition", "clause"), frozen=True, listed=True)
    heading: Mapped[str] = field(Short(), msg("Heading"), frozen=True, listed=True)
    heading_en: Mapped[str] = field(Short(), msg("Heading in English"), frozen=True)
    body: Mapped[str] = field(Long(LONGEST_CLAUSE), msg("Text"), frozen=True)
    body_en: Mapped[str] = field(Long(LONGEST_CLAUSE), msg("Text in English"), frozen=True)
    standard: Mapped[dict[str, str]] = field(
        Json(), msg("Text of the library"), default=dict, merge="soft", frozen=True, hidden=True
    )
    approval_class: Mapped[str] = field(
        Choice(APPROVAL_CLASSES), msg("Approval class"), default="standard", frozen=True
    )
    deviation: Mapped[bool] = field(
        Flag(), msg("Not the standard text"), default=False, merge="soft", frozen=True, listed=True
    )
    why: Mapped[str] = field(Short(1000), msg("Reason"))

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """Its heading."""
        return str(get("heading") or get("heading_en") or "")


class Milestone(Record):
    """What is due by a day under a contract: a payment of the agreed schedule, or a step of one's own."""

    __tablename__ = "milestone"
    __label__: ClassVar[Message] = msg("Milestone")
    __plural__: ClassVar[Message] = msg("Milestones")
    __root__ = "contract_id"
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True)
    rank: Mapped[str] = field(Short(), msg("Place"), merge="soft", frozen=True, hidden=True)
    kind: Mapped[str] = field(Choice(MILESTONE_KINDS), msg("Kind"), default="step", frozen=True)
    name: Mapped[str] = field(Short(), msg("Name"), required=True, frozen=True, listed=True)
    name_en: Mapped[str] = field(Short(), msg("English name"), frozen=True)
    percent: Mapped[Decimal | None] = field(Number(4), msg("Percent"), frozen=True)
    amount: Mapped[int | None] = field(Amount(), msg("Amount"), frozen=True, listed=True)
    due: Mapped[str] = field(Short(), msg("Due when"), frozen=True)
    due_en: Mapped[str] = field(Short(), msg("Due when, in English"), frozen=True)
    due_on: Mapped[date | None] = field(Day(), msg("Due on"), listed=True)
    done_on: Mapped[date | None] = field(Day(), msg("Done on"), listed=True)
    remind_days: Mapped[int | None] = field(Whole(), msg("Reminder, days"), default=7)


class Clause(Record):
    """One entry of the clause library; what it says stands in its versions."""

    __tablename__ = "clause"
    __label__: ClassVar[Message] = msg("Standard clause")
    __plural__: ClassVar[Message] = msg("Standard clauses")
    __shared__ = True
    code: Mapped[str] = field(Short(40), msg("Clause no."), listed=True, search="number")
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    name_en: Mapped[str] = field(Short(), msg("English name"), search="name")
    place: Mapped[int | None] = field(Whole(), msg("Place in a contract"), listed=True)
    usual: Mapped[bool] = field(Flag(), msg("In every new contract"), default=True, listed=True)
    fixed: Mapped[bool] = field(Flag(), msg("Its text cannot be changed"), default=False, listed=True)
    approval_class: Mapped[str] = field(
        Choice(APPROVAL_CLASSES), msg("Approval class"), default="standard", listed=True
    )
    approver: Mapped[str] = field(Short(), msg("Who approves another wording"))
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True, listed=True)


class ClauseVersion(Record):
    """What a clause says from a day on. A version is never changed: another text is another version."""

    __tablename__ = "clause_version"
    __label__: ClassVar[Message] = msg("Clause text")
    __plural__: ClassVar[Message] = msg("Clause texts")
    __shared__ = True
    clause_id: Mapped[UUID | None] = field(
        Link("clause"), msg("Standard clause"), required=True, index=True, frozen=True, listed=True
    )
    edition: Mapped[str] = field(Short(40), msg("Edition", "clause"), frozen=True, listed=True)
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"), frozen=True, listed=True)
    heading: Mapped[str] = field(Short(), msg("Heading"), frozen=True, listed=True)
    heading_en: Mapped[str] = field(Short(), msg("Heading in English"), frozen=True)
    body: Mapped[str] = field(Long(LONGEST_CLAUSE), msg("Text"), required=True, frozen=True)
    body_en: Mapped[str] = field(Long(LONGEST_CLAUSE), msg("Text in English"), frozen=True)
    usual: Mapped[dict[str, str]] = field(
        Json(), msg("Usual values of its variables"), default=dict, merge="soft", frozen=True
    )

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """Its heading and edition."""
        return " ".join(filter(None, (get("heading"), get("edition"))))
