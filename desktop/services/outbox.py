"""The outbox in words: each command that waits, what it changes, why it waits, what can be done with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection

from desktop.errors import NotFound, Refused
from desktop.models import inbox, outbox
from desktop.models.outbox import Change, Waiting
from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.services import history, records
from desktop.services.commands import run
from desktop.services.undo import label_of
from desktop.words import Message, msg

State = Literal["waiting", "sending", "alone", "follows", "row", "taken", "refused", "parked"]

WHY: Final[dict[str, Message]] = {
    "waiting": msg("Waits for the network"),
    "sending": msg("Sent; the office has not answered yet"),
    "alone": msg("No office joined"),
    "follows": msg("Goes after an earlier change of the same record"),
    "row": msg("Confirmed; the office's row is on its way"),
    "taken": msg("Taken back"),
    "refused": msg("The office did not accept this change."),
    "parked": msg("Waits in the inbox for your decision"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One field of a change: old → new, in wire form."""

    type: str
    record: UUID
    field: str
    old: Any
    new: Any

    @property
    def label(self) -> Message:
        """What the field is called."""
        described = RECORDS[self.type].fields().get(self.field)
        return described.label if described else RECORDS[self.type].__label__

    def shown(self, value: Any, language: str) -> str:
        """A value as a person reads it."""
        described = RECORDS[self.type].fields().get(self.field)
        if described is None or value is None:
            return ""
        return described.kind.format(described.kind.from_wire(value), language)


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who changed the record since the version that this change builds on."""

    who: str
    field: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """One command on its way."""

    tx: UUID
    command: str
    type: str
    record: UUID
    title: str
    at: datetime
    state: State
    why: Message
    steps: tuple[Step, ...]
    others: tuple[Other, ...] = ()
    entry: UUID | None = None
    """The open entry of the inbox, of what was refused or parked."""

    @property
    def label(self) -> Message:
        """What was done."""
        return label_of(self.command)


def cards(store: Store, most: int | None = None) -> list[Card]:
    """What needs a decision first, then what waits, oldest first; what was taken back is not shown.

    With `most`, no more than so many operations are looked at.
    """
    office = bool((store.local("office") or {}).get("url"))
    with store.reader.connect() as connection:
        waiting = [one for one in outbox.pending(connection, most=most) if one.state != "void"]
        rest = _parked(connection) + _awaited(connection)
    titles = _titles(store, [(op.type, op.record) for one in waiting for op in one.changes[:1]])
    titles |= _titles(store, [(card.type, card.record) for card in rest])
    found = [_named(card, titles) for card in rest]
    seen: set[UUID] = set()
    for one in waiting:
        touched = {op.record for op in one.changes}
        state: State = "sending" if one.state == "sent" else "alone" if not office else "waiting"
        if state == "waiting" and touched & seen:
            state = "follows"
        seen |= touched
        found.append(_card(store, one, state, titles))
    return found


def kept(store: Store, card: Card) -> Message | None:
    """Why a change cannot be taken back; None: it can."""
    with store.reader.connect() as connection:
        try:
            return outbox.refusal(connection, card.tx)
        except NotFound as gone:
            return gone.message


def find(store: Store, tx: str) -> Card:
    """The one card whose transaction begins so. Raises NotFound."""
    wanted = tx.replace("-", "").lower()
    found = [card for card in cards(store) if wanted and card.tx.hex.startswith(wanted)]
    if len(found) != 1:
        raise NotFound(msg("There is no change “{tx}” in the outbox.").of(tx=tx))
    return found[0]


def take_back(store: Store, tx: UUID) -> None:
    """Take a change back before it leaves. Raises Refused with the reason, NotFound."""
    outbox.take_back(store, tx)


def retry(store: Store, card: Card) -> None:
    """Send what was refused once more, as a new change on today's record. Raises Refused."""
    if card.entry is None:
        raise Refused(msg("This change was not refused; it goes by itself."))
    with store.reader.connect() as connection:
        entries = [one for one in inbox.entries(connection) if _key(connection, one) == card.tx]
    for entry in entries:
        run(store, store.me(), "inbox.resolve", entry_id=entry.id, side="mine")


def edit(store: Store, card: Card, values: dict[str, Any]) -> None:
    """Change what a waiting change wrote: a further change, which goes with it."""
    run(store, store.me(), f"{card.type}.edit", card.record, values=values)


def _card(store: Store, one: Waiting, state: State, titles: dict[UUID, str]) -> Card:
    op = one.changes[0]
    return Card(
        one.tx,
        one.command,
        op.type,
        op.record,
        titles.get(op.record, ""),
        datetime.fromtimestamp(one.at / 1000, UTC),
        state,
        WHY[state],
        _steps(one.changes),
        _others(store, one),
    )


def _steps(changes: Iterable[Change]) -> tuple[Step, ...]:
    found = []
    for op in changes:
        fields = RECORDS[op.type].fields()
        for name, (old, new) in op.pairs.items():
            if name not in fields or (
                not fields[name].hidden and fields[name].merge not in ("server", "derived")
            ):
                found.append(Step(op.type, op.record, name, old, new))
    return tuple(found)


def _others(store: Store, one: Waiting) -> tuple[Other, ...]:
    """What the office brought of this record after the change was made."""
    op = one.changes[0]
    if op.kind == "create":
        return ()
    entries = history.history(store, RECORDS[op.type], op.record)
    since = datetime.fromtimestamp(one.at / 1000, UTC)
    return tuple(Other(each.who, each.field, each.at) for each in entries if each.remote and each.at >= since)


def _parked(connection: Connection) -> list[Card]:
    """What the office refused or could not merge, one card per transaction."""
    found: dict[UUID, Card] = {}
    for entry in inbox.entries(connection):
        key = _key(connection, entry)
        if key is None:
            continue
        step = Step(entry.type, entry.record, entry.field, entry.theirs, entry.mine)
        before = found.get(key)
        steps = (*before.steps, step) if before else (step,)
        state: State = "refused" if entry.kind == "rejected" else "parked"
        why = entry.reason if state == "refused" else WHY["parked"]
        at = datetime.fromtimestamp(entry.at / 1000, UTC)
        command = connection.exec_driver_sql(
            "SELECT command FROM change WHERE n = ? AND device = ?", (entry.n, entry.device.bytes)
        ).scalar_one()
        steps = steps if entry.field else ()
        found[key] = Card(key, command, entry.type, entry.record, "", at, state, why, steps, (), entry.id)
    return list(found.values())


def _key(connection: Connection, entry: inbox.Entry) -> UUID | None:
    tx = connection.exec_driver_sql(
        "SELECT tx FROM change WHERE n = ? AND device = ?", (entry.n, entry.device.bytes)
    ).scalar()
    return UUID(bytes=bytes(tx)) if tx else None


def _awaited(connection: Connection) -> list[Card]:
    """What the office confirmed while its row has not come yet."""
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT c.tx, c.command, c.type, c.record, c.at FROM change AS c"
        " JOIN sync_await AS a ON a.n = c.n WHERE c.origin = 0 GROUP BY c.tx ORDER BY c.n"
    ).all()
    return [
        Card(
            UUID(bytes=bytes(tx)),
            command,
            kind,
            UUID(bytes=bytes(record)),
            "",
            datetime.fromtimestamp(at / 1000, UTC),
            "row",
            WHY["row"],
            (),
        )
        for tx, command, kind, record, at in rows
    ]


def _titles(store: Store, keys: Sequence[tuple[str, UUID]]) -> dict[UUID, str]:
    wanted: dict[str, set[UUID]] = {}
    for kind, record in keys:
        wanted.setdefault(kind, set()).add(record)
    with store.reading() as session:
        return records.titles(session, wanted)


def _named(card: Card, titles: dict[UUID, str]) -> Card:
    return replace(card, title=titles.get(card.record, ""))
