"""Links for customers: a page at the office shows one issued quote, takes the answer and tells how it stands.

A laptop wishes for one; the office makes what opens it, keeps only its hash, and seals it to that laptop.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Day, Json, Link, Moment, Short
from desktop.models.record import Record, field
from desktop.words import Message, msg

KINDS = (("accept", msg("To accept and sign")), ("status", msg("To follow the order")))
ANSWERS = (
    ("", msg("Not answered")),
    ("accepted", msg("Accepted")),
    ("declined", msg("Declined")),
)


class CustomerLink(Record):
    """An address that opens one content of a quote for its customer, until a day or until it is revoked.

    `box` is the key to which the office seals what opens it, `sealed` what came of that.
    """

    __tablename__ = "customer_link"
    __label__: ClassVar[Message] = msg("Customer link")
    __plural__: ClassVar[Message] = msg("Customer links")
    __root__ = "quote_id"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, listed=True)
    revision_id: Mapped[UUID | None] = field(Link("quote_revision"), msg("Revision"), index=True, hidden=True)
    content_hash: Mapped[str] = field(Short(64), msg("Content check"), hidden=True)
    kind: Mapped[str] = field(Choice(KINDS), msg("Kind"), default="accept", listed=True)
    ends_on: Mapped[date | None] = field(Day(), msg("Ends on"), listed=True)
    asked_at: Mapped[datetime | None] = field(Moment(), msg("Asked for at"), listed=True)
    revoked_at: Mapped[datetime | None] = field(Moment(), msg("Revoked at"), listed=True)
    device_id: Mapped[UUID | None] = field(Link("device"), msg("Laptop"), hidden=True)
    box: Mapped[str] = field(Short(64), msg("Key of the laptop"), hidden=True)
    sealed: Mapped[str] = field(Short(1000), msg("Sealed address"), merge="derived", hidden=True)
    answer: Mapped[str] = field(Choice(ANSWERS), msg("Answer"), default="", merge="derived", listed=True)
    answered_at: Mapped[datetime | None] = field(Moment(), msg("Answered at"), merge="derived", listed=True)
    answered_by: Mapped[str] = field(Short(), msg("Answered by"), merge="derived", listed=True)
    reason: Mapped[str] = field(Short(1000), msg("Reason"), merge="derived")
    evidence: Mapped[dict[str, Any]] = field(
        Json(), msg("Evidence"), default=dict, merge="derived", hidden=True
    )

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """Who answered, or the last day."""
        return str(get("answered_by") or get("ends_on") or "")
