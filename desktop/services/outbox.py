"""The outbox in words: each command that waits, what it changes, why it waits, what can be done with it."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models import inbox, outbox
from desktop.models.changes import VOID, read_local
from desktop.models.kinds import Amount, Link
from desktop.models.outbox import Change, Waiting
from desktop.models.record import RECORDS, Field
from desktop.models.remote_rows import IDS, id_list
from desktop.models.store import Store
from desktop.services import asides, clashes, history, records
from desktop.services import inbox as decisions
from desktop.services.commands import run
from desktop.services.naming import currency_of
from desktop.services.undo import label_of
from desktop.words import Message, msg

State = Literal["waiting", "sending", "alone", "follows", "row", "refused", "parked", "aside"]
DECIDED_HERE: Final = frozenset({"refused", "parked", "aside"})
"""States that only a person ends."""

WHY: Final[dict[str, Message]] = {
    "waiting": msg("Waits for the network"),
    "sending": msg("Sent; the office has not answered yet"),
    "alone": msg("No office joined"),
    "follows": msg("Goes after an earlier change of the same record"),
    "row": msg("Confirmed; the office's row is on its way"),
    "aside": msg("Not saved: changed meanwhile"),
    "refused": msg("Sent back by the office"),
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

    titles: Mapping[UUID, Message] = dataclasses.field(default_factory=dict)
    currency: str = ""

    @property
    def described(self) -> Field | None:
        """The field, where it is one."""
        return RECORDS[self.type].fields().get(self.field)

    @property
    def label(self) -> Message:
        """What the field is called."""
        return self.described.label if self.described else RECORDS[self.type].__label__

    def value(self, wire: Any) -> Any:
        """The value of a wire form."""
        return self.described.kind.from_wire(wire) if self.described and wire is not None else None

    def shown(self, wire: Any, language: str) -> str:
        """A value as a person reads it: a link by what it leads to, a choice by its word."""
        if self.described is None or wire is None:
            return ""
        return clashes.in_words(self.described, self.value(wire), self.titles, language, self.currency)


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
    of: str = ""
    """Whose it is: the customer, or the quote that a line stands in."""

    @property
    def label(self) -> Message:
        """What was done."""
        return label_of(self.command)


@dataclass(frozen=True, slots=True)
class Page:
    """Some cards, and the number behind which the next ones are; None: there are no more."""

    cards: tuple[Card, ...]
    after: int | None


def cards(store: Store) -> list[Card]:
    """What needs a decision first, then what waits, oldest first; what was taken back is not shown."""
    return list(page(store).cards)


def page(store: Store, most: int | None = None, after: int = 0) -> Page:
    """The same in pages of about `most` operations; what needs a decision is on the first."""
    with store.reader.connect() as connection:
        found = outbox.pending(connection, most=most, after=after)
        full = most is not None and sum(len(one.changes) for one in found) >= most
        beyond = _last(connection, found[-1].tx) if full else None
        waiting = [one for one in found if one.state != "void" and one.changes[-1].n > after and _shown(one)]
        first = _first(connection, waiting)
        parked = [] if after else _parked(connection) + _awaited(connection, most)
    office = bool((store.local("office") or {}).get("url"))
    rest = [] if after else _asides(store)
    made = [*rest, *parked, *(_card(store, one, _state(one, office, first)) for one in waiting)]
    return Page(tuple(_named(store, made)), beyond)


def count(store: Store) -> int:
    """How many changes wait for the office or for a person."""
    with store.reader.connect() as connection:
        return outbox.count(connection) + len(asides.find(store))


def _shown(one: Waiting) -> bool:
    """How entries were decided goes to one's own other laptops: it is no change of anything."""
    return not all(outbox.is_private(op.type) for op in one.changes)


def _last(connection: Connection, tx: UUID) -> int:
    """The last number of a transaction, which may go on beyond its page."""
    query = "SELECT max(n) FROM change WHERE n IS NOT NULL AND tx = ?"
    return int(connection.exec_driver_sql(query, (tx.bytes,)).scalar_one())


def _first(connection: Connection, waiting: Sequence[Waiting]) -> dict[UUID, int]:
    """Of each record of these, the first number of it that waits."""
    acked = int(read_local(connection, "acked", 0))
    records = sorted({op.record.bytes for one in waiting for op in one.changes})
    rows = connection.exec_driver_sql(
        f"SELECT record, min(n) FROM change WHERE n > ? AND kind <> ? AND record IN ({IDS})"  # noqa: S608
        " GROUP BY record",
        (acked, VOID, id_list(records)),
    )
    return {UUID(bytes=bytes(record)): n for record, n in rows}


def _state(one: Waiting, office: bool, first: Mapping[UUID, int]) -> State:
    if one.state == "sent":
        return "sending"
    if not office:
        return "alone"
    follows = any(first.get(op.record, op.n) < one.changes[0].n for op in one.changes)
    return "follows" if follows else "waiting"


def kept(store: Store, card: Card) -> Message | None:
    """Why a change cannot be taken back; None: it can. What waits for a person can always be let go."""
    if card.state in DECIDED_HERE:
        return None
    with store.reader.connect() as connection:
        try:
            return outbox.refusal(connection, card.tx)
        except NotFound as gone:
            return gone.message


def find(store: Store, tx: str) -> Card:
    """The one card whose transaction begins so. Raises NotFound."""
    wanted = tx.replace("-", "").lower()
    with store.reader.connect() as connection:
        decided = [*_parked(connection), *_awaited(connection, None), *_asides(store)]
        waiting = [one for one in outbox.beginning(connection, wanted) if _shown(one)] if wanted else []
        first = _first(connection, waiting)
    office = bool((store.local("office") or {}).get("url"))
    made = [_card(store, one, _state(one, office, first)) for one in waiting]
    found = _named(store, [*made, *(card for card in decided if wanted and card.tx.hex.startswith(wanted))])
    if len(found) != 1:
        raise NotFound(msg("There is no change “{tx}” in the outbox.").of(tx=tx))
    return found[0]


def place_of(store: Store, card: Card) -> tuple[str, UUID]:
    """Where a person finds the record: a line is on its quote."""
    cls = RECORDS[card.type]
    root = cls.fields().get(cls.__root__ or "")
    if root is None or not isinstance(root.kind, Link) or not root.kind.to:
        return card.type, card.record
    with store.reading() as session:
        record = session.get(cls, card.record)
    linked = getattr(record, root.name, None)
    return (root.kind.to, linked) if linked is not None else (card.type, card.record)


def take_back(store: Store, card: Card) -> None:
    """Take a change back before it leaves, or let go of what was not saved. Raises Refused, NotFound."""
    if card.state == "aside":
        asides.let_go(store, card.tx)
    elif card.state in DECIDED_HERE:
        _resolve(store, card, "theirs")
    else:
        outbox.take_back(store, card.tx)


def retry(store: Store, card: Card) -> None:
    """Send what was refused once more, or save what was not, on today's record. Raises Refused."""
    if card.state == "aside":
        one = next((one for one in asides.find(store) if one.id == card.tx), None)
        if one is not None:
            asides.use(store, one)
    elif card.entry is None:
        raise Refused(msg("This change was not refused; it goes by itself."))
    else:
        _resolve(store, card, "mine")


def _resolve(store: Store, card: Card, side: inbox.Side) -> None:
    with store.reader.connect() as connection:
        entries = [one for one in inbox.entries(connection) if _key(connection, one) == card.tx]
    decisions.decide(store, entries, side)


def edit(store: Store, card: Card, values: dict[str, Any]) -> None:
    """Change what a waiting change wrote: a further change, which goes with it."""
    run(store, store.me(), f"{card.type}.edit", card.record, values=values)


def _card(store: Store, one: Waiting, state: State) -> Card:
    op = one.changes[0]
    at = datetime.fromtimestamp(one.at / 1000, UTC)
    steps, others = _steps(one.changes), _others(store, one)
    return Card(one.tx, one.command, op.type, op.record, "", at, state, WHY[state], steps, others)


def _steps(changes: Iterable[Change]) -> tuple[Step, ...]:
    found = []
    for op in changes:
        fields = RECORDS[op.type].fields()
        places = {name: place for place, name in enumerate(fields)}
        for name, (old, new) in sorted(op.pairs.items(), key=lambda pair: places.get(pair[0], 0)):
            if name not in fields or (
                not fields[name].hidden and fields[name].merge not in ("server", "derived")
            ):
                found.append(Step(op.type, op.record, name, old, new))
    return tuple(found)


def _others(store: Store, one: Waiting) -> tuple[Other, ...]:
    """What the office brought of this record after the change was made: the log knows, no clock."""
    op = one.changes[0]
    if op.kind == "create":
        return ()
    entries = history.history(store, RECORDS[op.type], op.record)
    since = takewhile(lambda each: each.tx != one.tx.hex, entries)
    return tuple(Other(each.who, each.field, each.at) for each in since if each.remote)


def _deciders(store: Store, card: Card) -> tuple[Other, ...]:
    """Who made the values that stand against what waits for a person."""
    if card.state not in DECIDED_HERE:
        return ()
    fields = {step.field for step in card.steps}
    entries = [one for one in history.history(store, RECORDS[card.type], card.record) if one.field in fields]
    newest = {one.field: one for one in reversed(entries) if one.remote or card.state == "aside"}
    return tuple(Other(one.who, one.field, one.at) for one in newest.values())


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


def _awaited(connection: Connection, most: int | None) -> list[Card]:
    """What the office confirmed while its row has not come yet."""
    rows = connection.exec_driver_sql(
        "SELECT c.tx, c.command, c.type, c.record, c.at FROM change AS c"
        " JOIN sync_await AS a ON a.n = c.n WHERE c.origin = 0 GROUP BY c.tx ORDER BY c.n LIMIT ?",
        (-1 if most is None else most,),
    ).all()
    found = []
    for tx, command, kind, record, at in rows:
        if outbox.is_private(kind):
            continue
        when, key = datetime.fromtimestamp(at / 1000, UTC), UUID(bytes=bytes(record))
        found.append(Card(UUID(bytes=bytes(tx)), command, kind, key, "", when, "row", WHY["row"], ()))
    return found


def _asides(store: Store) -> list[Card]:
    """What was typed over a newer value and not saved, beside what is there now."""
    found = []
    for one in asides.find(store):
        described = RECORDS[one.type].fields()[one.field]
        with store.reading() as session:
            record = session.get(RECORDS[one.type], one.record)
        old, new = (described.kind.to_wire(value) for value in (getattr(record, one.field, None), one.mine))
        step = Step(one.type, one.record, one.field, old, new)
        why = WHY["aside"]
        found.append(Card(one.id, one.command, one.type, one.record, "", one.at, "aside", why, (step,)))
    return found


def _named(store: Store, made: Sequence[Card]) -> list[Card]:
    """The cards with what their records, and the records that values lead to, are called."""
    wanted: dict[str, set[UUID]] = {}
    for card in made:
        wanted.setdefault(card.type, set()).add(card.record)
    with store.reading() as session:
        titles = records.titles(session, wanted)
        wholes = _wholes(session, wanted)
        currencies = _currencies(session, made)
    steps = [step for card in made for step in card.steps]
    values = [(step.described, step.value(wire)) for step in steps for wire in (step.old, step.new)]
    called = clashes.titles_of(store, [(field, value) for field, value in values if field is not None])
    found = []
    for card in made:
        said = tuple(
            replace(step, titles=called, currency=currencies.get(step.record, "")) for step in card.steps
        )
        others = card.others or _deciders(store, card)
        named, of = titles.get(card.record, ""), wholes.get(card.record, "")
        found.append(replace(card, title=named, of=of if of != named else "", steps=said, others=others))
    return found


def _wholes(session: Session, wanted: Mapping[str, set[UUID]]) -> dict[UUID, str]:
    """What the records belong to is called: the customer they name, or the record they are part of."""
    leads: dict[UUID, UUID] = {}
    targets: dict[str, set[UUID]] = {}
    for kind, ids in wanted.items():
        cls = RECORDS[kind]
        name = "customer_id" if "customer_id" in cls.fields() else cls.__root__ or ""
        led = cls.fields().get(name)
        if led is None or not isinstance(led.kind, Link) or not led.kind.to:
            continue
        for record in session.scalars(select(cls).where(cls.id.in_(records.among(ids)))):
            if (whole := getattr(record, name)) is not None:
                leads[record.id] = whole
                targets.setdefault(led.kind.to, set()).add(whole)
    called = records.titles(session, targets)
    return {record: called.get(whole, "") for record, whole in leads.items()}


def _currencies(session: Session, made: Sequence[Card]) -> dict[UUID, str]:
    """What the amounts of these cards are counted in, by record."""
    asked: dict[str, set[UUID]] = {}
    for card in made:
        for step in card.steps:
            if step.described is not None and isinstance(step.described.kind, Amount):
                asked.setdefault(step.type, set()).add(step.record)
    found: dict[UUID, str] = {}
    for kind, ids in asked.items():
        query = select(RECORDS[kind]).where(RECORDS[kind].id.in_(records.among(ids)))
        found.update((record.id, currency_of(record)) for record in session.scalars(query))
    return found
