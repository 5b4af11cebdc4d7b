"""Edits whose author had lost the record before they arrived: the one who has it now decides."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Json, Link, Moment, Short
from desktop.models.record import Record, field
from desktop.words import Message, msg

STATES = (("open", msg("Open", "state")), ("accepted", msg("Accepted")), ("refused", msg("Refused")))


class Proposal(Record):
    """One command of somebody who may not change the record any more, put before whoever may."""

    __tablename__ = "proposal"
    __label__: ClassVar[Message] = msg("Proposal")
    __plural__: ClassVar[Message] = msg("Proposals")
    name: Mapped[str] = field(Short(), msg("Subject"), listed=True)
    of: Mapped[str] = field(Short(), msg("Record type"), hidden=True)
    of_id: Mapped[UUID | None] = field(Link(), msg("Record"), index=True, hidden=True)
    author_id: Mapped[UUID | None] = field(Link("user"), msg("By"), listed=True)
    made_at: Mapped[datetime | None] = field(Moment(), msg("Made at"), listed=True)
    command: Mapped[str] = field(Short(), msg("Command"), hidden=True)
    changes: Mapped[list[dict[str, Any]]] = field(Json(), msg("Changes"), default=list, hidden=True)
    state: Mapped[str] = field(Choice(STATES), msg("State"), default="open", listed=True)
