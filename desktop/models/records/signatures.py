"""Who signed what: facts, written once and never changed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Json, Link, Moment, Short
from desktop.models.record import Record, field
from desktop.words import Message, msg

METHODS = (
    ("screen", msg("On this screen")),
    ("paper", msg("On paper")),
    ("remote", msg("On their own device")),
)


class Signature(Record):
    """A customer's signature under exactly one content: of a quote, or of the contract made from it."""

    __tablename__ = "signature"
    __label__: ClassVar[Message] = msg("Signature")
    __plural__: ClassVar[Message] = msg("Signatures")
    __root__ = "quote_id"
    __fact__ = "append"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, frozen=True)
    revision_id: Mapped[UUID | None] = field(
        Link("quote_revision"), msg("Revision"), index=True, frozen=True, hidden=True
    )
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True, frozen=True)
    signer: Mapped[str] = field(Short(), msg("Signed by"), frozen=True, listed=True)
    job: Mapped[str] = field(Short(), msg("Job title"), frozen=True, listed=True)
    method: Mapped[str] = field(
        Choice(METHODS), msg("Way of signing"), default="screen", frozen=True, listed=True
    )
    signed_at: Mapped[datetime | None] = field(Moment(), msg("Signed at"), frozen=True, listed=True)
    content_hash: Mapped[str] = field(Short(), msg("Content check"), frozen=True, hidden=True)
    image_id: Mapped[UUID | None] = field(
        Link("attachment"), msg("Image of the signature"), frozen=True, hidden=True
    )
    evidence: Mapped[dict[str, Any]] = field(Json(), msg("Evidence"), frozen=True, hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The name that was signed."""
        return str(get("signer") or "")
