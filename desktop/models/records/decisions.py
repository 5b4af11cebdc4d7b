"""Entries of a person's inbox as records: filed by the office, held by that person's laptops alone."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Json, Link, Moment, Short, Whole
from desktop.models.record import Record, field
from desktop.words import Message, msg

OPEN: Final = "open"
STATES = (
    (OPEN, msg("Open", "state")),
    ("mine", msg("Mine was used")),
    ("theirs", msg("The office's was kept")),
    ("edit", msg("A third value was used")),
    ("split", msg("Both were kept")),
    ("superseded", msg("Overtaken by a later one")),
)


class Decision(Record):
    """What the office did not take of one operation (`device`, `op`); `owner_id` is who is asked.

    What the office holds instead is not in it: the record itself says so to whoever may see it.
    """

    __tablename__ = "decision"
    __label__: ClassVar[Message] = msg("Decision")
    __plural__: ClassVar[Message] = msg("Decisions")
    __private__ = True
    device: Mapped[str] = field(Short(), msg("Laptop"), hidden=True)
    op: Mapped[int | None] = field(Whole(), msg("Operation"), hidden=True)
    kind: Mapped[str] = field(Short(), msg("Kind"), hidden=True)
    of: Mapped[str] = field(Short(), msg("Record type"), hidden=True)
    of_id: Mapped[UUID | None] = field(Link(), msg("Record"), index=True, hidden=True)
    of_field: Mapped[str] = field(Short(), msg("Field"), hidden=True)
    mine: Mapped[dict[str, Any] | None] = field(Json(), msg("Mine"), hidden=True)
    code: Mapped[str] = field(Short(), msg("Reason code"), hidden=True)
    en: Mapped[str] = field(Short(1000), msg("In English"), hidden=True)
    zh: Mapped[str] = field(Short(1000), msg("In Chinese"), hidden=True)
    made_at: Mapped[datetime | None] = field(Moment(), msg("Made at"), listed=True)
    by_id: Mapped[UUID | None] = field(Link("user"), msg("By"), listed=True)
    proposal_id: Mapped[UUID | None] = field(Link("proposal"), msg("Proposal"), index=True, hidden=True)
    outcome: Mapped[str] = field(Short(), msg("What became of it"), hidden=True)
    state: Mapped[str] = field(Choice(STATES), msg("State"), default=OPEN, merge="decision", listed=True)
