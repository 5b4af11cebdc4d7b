"""Who has to agree to what: rules as data, what is allowed in advance, and what was issued under it."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Day, Flag, Json, Link, Moment, Number, Percent, Short, Whole
from desktop.models.record import Record, field
from desktop.rules import approvals
from desktop.words import Message, msg

APPROVERS = tuple(approvals.ROLE_WORDS.items())
WAYS = (
    ("delegation", msg("Delegation")),
    ("grant", msg("Answer to an approval request")),
    ("phone", msg("Code by telephone")),
    ("conditional", msg("Subject to approval")),
)
STATES = (
    ("open", msg("Not answered yet")),
    ("granted", msg("Approved")),
    ("refused", msg("Not approved")),
    ("withdrawn", msg("Withdrawn")),
)
VERDICTS = (
    ("", msg("Not checked yet")),
    ("kept", msg("In order")),
    ("waits", msg("Not matched yet")),
    ("lapsed", msg("Not approved in time")),
    ("breach", msg("Breach")),
)


class ApprovalRule(Record):
    """Above a limit somebody of a role has to agree before a quote, contract or order goes out.

    `place` is where a person put it among the others.
    """

    __tablename__ = "approval_rule"
    __label__: ClassVar[Message] = msg("Approval rule")
    __plural__: ClassVar[Message] = msg("Approval rules")
    __shared__ = True
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    kind: Mapped[str] = field(
        Choice(approvals.KINDS), msg("Looks at"), default=approvals.WHOLE, required=True, listed=True
    )
    threshold: Mapped[Decimal | None] = field(
        Number(6), msg("Without approval up to"), required=True, listed=True
    )
    currency: Mapped[str] = field(Short(3), msg("Currency"), listed=True)
    role: Mapped[str] = field(
        Choice(APPROVERS), msg("Who approves"), default="manager", required=True, listed=True
    )
    conditional: Mapped[int | None] = field(
        Whole(), msg("May be issued subject to approval, for days"), listed=True
    )
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True, listed=True)
    subject: Mapped[str] = field(
        Choice(approvals.SUBJECTS), msg("Counts for"), default=approvals.QUOTE, listed=True
    )
    place: Mapped[str] = field(Short(), msg("Place"), merge="soft", hidden=True)


class Delegation(Record):
    """What its owner may issue on one laptop without asking; counts once the office has signed it.

    An empty limit is not delegated.
    """

    __tablename__ = "delegation"
    __label__: ClassVar[Message] = msg("Delegation")
    __plural__: ClassVar[Message] = msg("Delegations")
    code: Mapped[str] = field(Short(20), msg("Number"), listed=True, search="number")
    device_id: Mapped[UUID | None] = field(Link("device"), msg("Laptop"), required=True, listed=True)
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Only for this customer"), listed=True)
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"), required=True)
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), required=True, listed=True)
    most: Mapped[int | None] = field(Whole(), msg("Quotes at most"), required=True, listed=True)
    exposure: Mapped[Decimal | None] = field(Number(2), msg("Together at most"), required=True, listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY")
    line_discount: Mapped[Decimal | None] = field(Percent(), msg("Discount of a line"))
    document_discount: Mapped[Decimal | None] = field(Percent(), msg("Discount on the whole"))
    floor: Mapped[Decimal | None] = field(Percent(), msg("A line below its floor price"))
    margin: Mapped[Decimal | None] = field(Percent(), msg("The whole below its floor prices"))
    total: Mapped[Decimal | None] = field(Number(2), msg("Total of the quote"))
    payment_days: Mapped[int | None] = field(Whole(), msg("Days until the last payment"))
    clause: Mapped[int | None] = field(Whole(), msg("Terms that are not the standard ones"))
    validity: Mapped[int | None] = field(Whole(), msg("Days of validity"))
    gift: Mapped[Decimal | None] = field(Number(2), msg("Goods for nothing, by their price"))
    credit: Mapped[Decimal | None] = field(Number(2), msg("What the customer owes above the credit limit"))
    free: Mapped[Decimal | None] = field(Number(2), msg("Lines without a product, by their amount"))
    subject: Mapped[str] = field(Choice(approvals.SUBJECTS), msg("Counts for"), default=approvals.QUOTE)
    granted_by_id: Mapped[UUID | None] = field(Link("user"), msg("Granted by"), merge="derived", listed=True)
    granted_as: Mapped[str] = field(Short(40), msg("Granted as"), merge="derived", hidden=True)
    granted_at: Mapped[int | None] = field(Whole(), msg("Signed at"), merge="derived", hidden=True)
    signature: Mapped[str] = field(Short(200), msg("Signature of the office"), merge="derived", hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """Its number."""
        return str(get("code") or "")


class Approval(Record):
    """Why something went out although a rule asked: a fact, which the office checks when it hears of it."""

    __tablename__ = "approval"
    __label__: ClassVar[Message] = msg("Approval")
    __plural__: ClassVar[Message] = msg("Approvals")
    __root__ = "quote_id"
    __fact__ = "append"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, frozen=True, listed=True)
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True, frozen=True)
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True, frozen=True)
    revision_id: Mapped[UUID | None] = field(
        Link("quote_revision"), msg("Revision"), index=True, frozen=True, hidden=True
    )
    content_hash: Mapped[str] = field(Short(), msg("Content check"), frozen=True, hidden=True)
    way: Mapped[str] = field(Choice(WAYS), msg("Way"), default="delegation", frozen=True, listed=True)
    source_id: Mapped[UUID | None] = field(Link(), msg("Under"), index=True, frozen=True, hidden=True)
    asked: Mapped[list[dict[str, Any]]] = field(
        Json(), msg("What asked"), default=list, frozen=True, hidden=True
    )
    exposure: Mapped[Decimal | None] = field(Number(6), msg("Total"), frozen=True, listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), frozen=True)
    used_at: Mapped[datetime | None] = field(Moment(), msg("Issued at"), frozen=True, listed=True)
    challenge: Mapped[str] = field(Short(8), msg("Read out"), index=True, frozen=True, hidden=True)
    code: Mapped[str] = field(Short(10), msg("Read back"), frozen=True, hidden=True)
    opened: Mapped[int | None] = field(Whole(), msg("Read out at"), frozen=True, hidden=True)
    approver_id: Mapped[UUID | None] = field(Link("user"), msg("Answered by"), frozen=True, listed=True)
    until: Mapped[date | None] = field(Day(), msg("Subject to approval until"), frozen=True, listed=True)
    matched_id: Mapped[UUID | None] = field(Link(), msg("Matched with"), merge="derived", hidden=True)
    verdict: Mapped[str] = field(Choice(VERDICTS), msg("Checked"), default="", merge="derived", listed=True)
    reason: Mapped[dict[str, str]] = field(Json(), msg("Reason"), default=dict, merge="derived", hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The total that was issued."""
        return str(get("exposure") or "")


class ApprovalRequest(Record):
    """Somebody asks for one document as it stands: what asks, and why it should be agreed to.

    A contract or an order is asked for beside the quote that it was made from.
    """

    __tablename__ = "approval_request"
    __label__: ClassVar[Message] = msg("Approval request")
    __plural__: ClassVar[Message] = msg("Approval requests")
    __root__ = "quote_id"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, listed=True)
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True)
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True)
    content_hash: Mapped[str] = field(Short(), msg("Content check"), hidden=True)
    asked: Mapped[list[dict[str, Any]]] = field(Json(), msg("What asked"), default=list, hidden=True)
    role: Mapped[str] = field(Choice(APPROVERS), msg("Who approves"), default="manager", listed=True)
    remark: Mapped[str] = field(Short(1000), msg("Remark"), listed=True)
    exposure: Mapped[Decimal | None] = field(Number(6), msg("Total"), listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"))
    requested_by_id: Mapped[UUID | None] = field(Link("user"), msg("Asked by"), listed=True)
    requested_at: Mapped[datetime | None] = field(Moment(), msg("Asked at"), listed=True)
    state: Mapped[str] = field(Choice(STATES), msg("State"), default="open", listed=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The total that is asked for."""
        return str(get("exposure") or "")


class ApprovalGrant(Record):
    """An approver's word on exactly one content; counts offline once the office has signed it."""

    __tablename__ = "approval_grant"
    __label__: ClassVar[Message] = msg("Answer to an approval request")
    __plural__: ClassVar[Message] = msg("Answers to approval requests")
    __root__ = "quote_id"
    __fact__ = "append"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, frozen=True, listed=True)
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True, frozen=True)
    order_id: Mapped[UUID | None] = field(Link("order"), msg("Order"), index=True, frozen=True)
    request_id: Mapped[UUID | None] = field(
        Link("approval_request"), msg("Approval request"), index=True, frozen=True, hidden=True
    )
    content_hash: Mapped[str] = field(Short(), msg("Content check"), frozen=True, hidden=True)
    granted: Mapped[bool] = field(Flag(), msg("Approved"), default=False, frozen=True, listed=True)
    remark: Mapped[str] = field(Short(1000), msg("Remark"), frozen=True, listed=True)
    granted_by_id: Mapped[UUID | None] = field(Link("user"), msg("Answered by"), merge="derived", listed=True)
    granted_as: Mapped[str] = field(Short(40), msg("Granted as"), merge="derived", hidden=True)
    granted_at: Mapped[int | None] = field(Whole(), msg("Signed at"), merge="derived", hidden=True)
    signature: Mapped[str] = field(Short(200), msg("Signature of the office"), merge="derived", hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The remark, if there is one."""
        return str(get("remark") or "")


class PhoneApproval(Record):
    """An approver's own entry of what they agreed to by telephone; without it the code was a breach."""

    __tablename__ = "phone_approval"
    __label__: ClassVar[Message] = msg("Approval by telephone")
    __plural__: ClassVar[Message] = msg("Approvals by telephone")
    __fact__ = "append"
    device_id: Mapped[UUID | None] = field(
        Link("device"), msg("Laptop"), index=True, frozen=True, required=True, listed=True
    )
    challenge: Mapped[str] = field(
        Short(8), msg("Read out"), index=True, frozen=True, required=True, listed=True
    )
    total: Mapped[Decimal | None] = field(Number(6), msg("Total"), frozen=True, required=True, listed=True)
    currency: Mapped[str] = field(Short(3), msg("Currency"), default="CNY", frozen=True, listed=True)
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), frozen=True, listed=True)
    content_hash: Mapped[str] = field(Short(), msg("Content check"), frozen=True, hidden=True)
    remark: Mapped[str] = field(Short(1000), msg("Remark"), frozen=True, listed=True)
    answered_at: Mapped[datetime | None] = field(Moment(), msg("Read back at"), frozen=True, listed=True)
    matched_id: Mapped[UUID | None] = field(Link(), msg("Matched with"), merge="derived", hidden=True)
    granted_by_id: Mapped[UUID | None] = field(Link("user"), msg("Answered by"), merge="derived", listed=True)
    granted_as: Mapped[str] = field(Short(40), msg("Granted as"), merge="derived", hidden=True)
    granted_at: Mapped[int | None] = field(Whole(), msg("Signed at"), merge="derived", hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """What was read out."""
        return str(get("challenge") or "")
