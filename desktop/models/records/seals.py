"""The firm's seals as pictures, who may print with one, and where it was printed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Day, Flag, Json, Link, Moment, Short, Whole
from desktop.models.record import Record, field
from desktop.rules import seal_releases
from desktop.words import Message, msg

SEALS = (("contract", msg("Contract seal")), ("company", msg("Company seal", "kind")))
SUBJECTS = ((seal_releases.CONTRACT, msg("Contracts")),)
VERDICTS = (
    ("", msg("Not checked yet")),
    ("kept", msg("In order")),
    ("breach", msg("Breach")),
)


class CompanySeal(Record):
    """A seal of the firm as the office keeps it: a picture whose ground is transparent."""

    __tablename__ = "company_seal"
    __label__: ClassVar[Message] = msg("Company seal")
    __plural__: ClassVar[Message] = msg("Company seals")
    name: Mapped[str] = field(Short(), msg("Name"), required=True, listed=True, search="name")
    kind: Mapped[str] = field(Choice(SEALS), msg("Kind"), default="contract", listed=True)
    active: Mapped[bool] = field(Flag(), msg("Active"), default=True, listed=True)
    picture: Mapped[dict[str, str]] = field(Json(), msg("Picture"), default=dict, hidden=True)
    sha256: Mapped[str] = field(Short(64), msg("Content check"), hidden=True)


class SealRelease(Record):
    """Its owner may print with a seal, so often and until a day; counts once the office has signed it.

    What follows from the seal comes from the office, so that who holds no release holds no picture.
    """

    __tablename__ = "seal_release"
    __label__: ClassVar[Message] = msg("Release of a seal")
    __plural__: ClassVar[Message] = msg("Releases of seals")
    seal_id: Mapped[UUID | None] = field(
        Link("company_seal"), msg("Company seal"), required=True, index=True, listed=True
    )
    subject: Mapped[str] = field(
        Choice(SUBJECTS), msg("Kind of paper"), default=seal_releases.CONTRACT, listed=True
    )
    valid_from: Mapped[date | None] = field(Day(), msg("Valid from"), required=True, listed=True)
    valid_until: Mapped[date | None] = field(Day(), msg("Valid until"), required=True, listed=True)
    most: Mapped[int | None] = field(Whole(), msg("Times at most"), required=True, listed=True)
    name: Mapped[str] = field(Short(), msg("Name"), merge="derived", listed=True)
    kind: Mapped[str] = field(Choice(SEALS), msg("Kind"), default="", merge="derived", hidden=True)
    picture: Mapped[dict[str, str]] = field(
        Json(), msg("Picture"), default=dict, merge="derived", hidden=True
    )
    sha256: Mapped[str] = field(Short(64), msg("Content check"), merge="derived", hidden=True)
    granted_by_id: Mapped[UUID | None] = field(Link("user"), msg("Granted by"), merge="derived", listed=True)
    granted_as: Mapped[str] = field(Short(40), msg("Granted as"), merge="derived", hidden=True)
    granted_at: Mapped[int | None] = field(Whole(), msg("Signed at"), merge="derived", hidden=True)
    signature: Mapped[str] = field(Short(200), msg("Signature of the office"), merge="derived", hidden=True)


class SealUse(Record):
    """A seal was printed on a paper that was issued: a fact, which the office checks when it hears of it."""

    __tablename__ = "seal_use"
    __label__: ClassVar[Message] = msg("Use of a seal")
    __plural__: ClassVar[Message] = msg("Uses of seals")
    __root__ = "quote_id"
    __fact__ = "append"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, frozen=True)
    contract_id: Mapped[UUID | None] = field(
        Link("contract"), msg("Contract"), index=True, frozen=True, listed=True
    )
    release_id: Mapped[UUID | None] = field(
        Link("seal_release"), msg("Release of a seal"), index=True, frozen=True, listed=True
    )
    content_hash: Mapped[str] = field(Short(), msg("Content check"), frozen=True, hidden=True)
    name: Mapped[str] = field(Short(), msg("Name"), frozen=True, listed=True)
    used_at: Mapped[datetime | None] = field(Moment(), msg("Issued at"), frozen=True, listed=True)
    verdict: Mapped[str] = field(Choice(VERDICTS), msg("Checked"), default="", merge="derived", listed=True)
    reason: Mapped[dict[str, str]] = field(Json(), msg("Reason"), default=dict, merge="derived", hidden=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The seal's name."""
        return str(get("name") or "")
