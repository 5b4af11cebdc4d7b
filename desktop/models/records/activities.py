"""What was said and done, and what is to be done."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Choice, Day, Link, Long, Moment, Short, Tags, Whole
from desktop.models.record import Record, field
from desktop.words import Message, msg

CHANNELS = (
    ("visit", msg("Visit")),
    ("call", msg("Call")),
    ("wechat", msg("WeChat")),
    ("email", msg("E-mail")),
    ("meeting", msg("Meeting")),
    ("web", msg("Web")),
    ("note", msg("Note")),
)


class Interaction(Record):
    """A visit, a call, a message: what happened between us and a customer."""

    __tablename__ = "interaction"
    __label__: ClassVar[Message] = msg("Interaction")
    __plural__: ClassVar[Message] = msg("Interactions")
    name: Mapped[str] = field(Short(), msg("Subject"), required=True, listed=True, search="name")
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), listed=True, index=True)
    contact_id: Mapped[UUID | None] = field(Link("contact"), msg("Contact"))
    opportunity_id: Mapped[UUID | None] = field(Link("opportunity"), msg("Opportunity"), index=True)
    channel: Mapped[str] = field(Choice(CHANNELS), msg("Channel"), default="visit", listed=True)
    happened_at: Mapped[datetime | None] = field(Moment(), msg("When"), listed=True)
    minutes: Mapped[int | None] = field(Whole(), msg("Minutes"))
    outcome: Mapped[str] = field(Short(), msg("Outcome"), listed=True, search="text")
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")
    tags: Mapped[list[str]] = field(Tags(), msg("Tags"), default=list)


class Task(Record):
    """Something to be done by a day."""

    __tablename__ = "task"
    __label__: ClassVar[Message] = msg("Task")
    __plural__: ClassVar[Message] = msg("Tasks")
    name: Mapped[str] = field(Short(), msg("Subject"), required=True, listed=True, search="name")
    customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), listed=True, index=True)
    opportunity_id: Mapped[UUID | None] = field(Link("opportunity"), msg("Opportunity"), index=True)
    due_on: Mapped[date | None] = field(Day(), msg("Due"), listed=True)
    remind_at: Mapped[datetime | None] = field(Moment(), msg("Remind at"))
    priority: Mapped[str] = field(
        Choice((("high", msg("High")), ("normal", msg("Normal")), ("low", msg("Low")))),
        msg("Priority"),
        default="normal",
        listed=True,
        merge="soft",
    )
    done_at: Mapped[datetime | None] = field(Moment(), msg("Done at"), listed=True)
    remark: Mapped[str] = field(Long(), msg("Remark"), search="text")
