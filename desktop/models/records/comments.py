"""What colleagues say to each other: about a customer, a deal or quote of theirs, a task or a product."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Link, Long, Moment, Short, Tags
from desktop.models.record import Record, field
from desktop.words import Message, msg

TITLE: Final = 60
"""Characters of its text that stand for a comment elsewhere."""


class Comment(Record):
    """It lives where its customer lives, so whoever sees the customer sees what was said; without one, where
    what it is about lives.
    """

    __tablename__ = "comment"
    __label__: ClassVar[Message] = msg("Comment")
    __plural__: ClassVar[Message] = msg("Comments")
    __root__ = "customer_id"
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), index=True)
    of: Mapped[str] = field(Short(), msg("Record type"), hidden=True)
    of_id: Mapped[UUID | None] = field(Link(), msg("Record"), index=True, hidden=True)
    text: Mapped[str] = field(Long(), msg("Text"), required=True, listed=True, search="text")
    author: Mapped[str] = field(Short(), msg("Author"), listed=True)
    author_id: Mapped[UUID | None] = field(Link("user"), msg("Author"), merge="derived", hidden=True)
    said_at: Mapped[datetime | None] = field(Moment(), msg("Said at"), listed=True)
    mentions: Mapped[list[str]] = field(Tags(), msg("Mentions"), default=list, listed=True)

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """The beginning of what was said."""
        said = " ".join(str(get("text") or "").split())
        return said if len(said) <= TITLE else said[: TITLE - 1] + "…"
