"""The office's word that it received what was issued: content check and moment, under its signature."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Link, Long, Moment, Short
from desktop.models.record import Record, field
from desktop.words import Message, msg


class Receipt(Record):
    """Written by the office alone, once for each content; `stamp` is the token of a timestamp authority."""

    __tablename__ = "receipt"
    __label__: ClassVar[Message] = msg("Receipt of the office")
    __plural__: ClassVar[Message] = msg("Receipts of the office")
    __root__ = "quote_id"
    quote_id: Mapped[UUID | None] = field(Link("quote"), msg("Quote"), index=True, hidden=True)
    revision_id: Mapped[UUID | None] = field(Link("quote_revision"), msg("Revision"), index=True, hidden=True)
    contract_id: Mapped[UUID | None] = field(Link("contract"), msg("Contract"), index=True, hidden=True)
    content_hash: Mapped[str] = field(
        Short(64), msg("Content check"), merge="derived", index=True, hidden=True
    )
    received_at: Mapped[datetime | None] = field(Moment(), msg("Received at"), merge="derived", listed=True)
    office: Mapped[str] = field(Short(32), msg("Office"), merge="derived", hidden=True)
    key: Mapped[str] = field(Short(66), msg("Key of the company"), merge="derived", hidden=True)
    signature: Mapped[str] = field(Short(200), msg("Signature of the office"), merge="derived", hidden=True)
    stamp: Mapped[str] = field(Long(), msg("Timestamp"), merge="derived", hidden=True)
    stamped_at: Mapped[datetime | None] = field(Moment(), msg("Timestamp of"), merge="derived", listed=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The day on which it was received."""
        return str(get("received_at") or "")[:10]
