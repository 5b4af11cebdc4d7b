"""The conflict inbox: what needs a person's decision, with both values in words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from desktop.models import inbox
from desktop.models.record import RECORDS
from desktop.models.store import Store, Work
from desktop.services.commands import command
from desktop.words import Message, msg

GONE = msg("(deleted)")


@dataclass(frozen=True, slots=True)
class Card:
    """One decision: which field of which record, what I typed and what the office holds."""

    id: UUID
    type: str
    record: UUID
    title: str
    field: str
    label: Message
    mine: Any
    theirs: Any
    reason: Message
    at: datetime

    def shown(self, value: Any, language: str) -> str:
        """A value of this field as a person reads it."""
        described = RECORDS[self.type].fields().get(self.field) if self.type in RECORDS else None
        if described is None:
            return "" if value is None else str(value)
        return described.kind.format(described.kind.from_wire(value), language)


def cards(store: Store) -> list[Card]:
    """The open decisions, oldest first."""
    with store.reader.connect() as connection:
        entries = inbox.entries(connection)
    with store.reading() as session:
        return [_card(session, entry) for entry in entries]


def _card(session: Any, entry: inbox.Entry) -> Card:
    cls = RECORDS.get(entry.type)
    record = session.get(cls, entry.record) if cls else None
    described = cls.fields().get(entry.field) if cls else None
    label = described.label if described else (cls.__label__ if cls else msg("Record"))
    return Card(
        entry.id,
        entry.type,
        entry.record,
        record.title if record is not None else "",
        entry.field,
        label,
        entry.mine,
        entry.theirs,
        entry.reason,
        datetime.fromtimestamp(entry.at / 1000, UTC),
    )


@command("inbox.resolve", label=msg("Settle a conflict"), icon="scale")
def resolve(work: Work, *, entry_id: UUID, side: inbox.Side) -> UUID:
    """Take my value, which goes up again on top of the office's, or keep theirs; returns the record."""
    return inbox.resolve(work, entry_id, side).record


def waiting(store: Store) -> int:
    """How many decisions are open."""
    with store.reader.connect() as connection:
        return inbox.count(connection)
