"""One record lent to a person or a team, with its parts and what hangs on it, to read or to edit."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Day, Link, Short
from desktop.models.record import Record, field
from desktop.rules import sharing
from desktop.words import Message, msg

ACCESS = ((sharing.READ, msg("Read")), (sharing.EDIT, msg("Read and edit")))


class Share(Record):
    """It lives where the record lives that it lends; deleted, or after its last day, it lends nothing."""

    __tablename__ = "share"
    __label__: ClassVar[Message] = msg("Share")
    __plural__: ClassVar[Message] = msg("Shares")
    name: Mapped[str] = field(Short(), msg("Subject"), listed=True)
    of: Mapped[str] = field(Short(), msg("Record type"), required=True, hidden=True)
    of_id: Mapped[UUID | None] = field(Link(), msg("Record"), index=True, hidden=True)
    person_id: Mapped[UUID | None] = field(Link("user"), msg("With"), listed=True, index=True)
    group_id: Mapped[UUID | None] = field(Link("team"), msg("With the team"), listed=True, index=True)
    access: Mapped[str] = field(Choice(ACCESS), msg("May"), default=sharing.READ, merge="server", listed=True)
    until: Mapped[date | None] = field(Day(), msg("Until"), merge="server", listed=True)
