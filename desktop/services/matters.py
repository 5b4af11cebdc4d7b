"""All that waits for a person's word: conflicts, refusals, proposals, approvals, totals, held deletions.

Each matter has its ways to be decided; each way says what it means and is one command with one undo.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models import fuse, inbox
from desktop.models.decisions import entry_id
from desktop.models.inbox import Entry
from desktop.models.record import RECORDS
from desktop.models.records import ApprovalRequest, Decision, Proposal, Quote
from desktop.models.store import Actor, Store
from desktop.rules import stages, threeway
from desktop.rules.ledger import Ledger
from desktop.services import approval_requests, commands, held, proposals
from desktop.words import msg

HELD: Final = UUID(int=0)
"""In place of an id: the deletions that are held back."""
MOST: Final = 200
"""Of what was decided: nobody looks further back in a window."""
WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "conflict": ("mine", "theirs", "edit", "split"),
    "text": ("both", "mine", "theirs", "edit"),
    "delete": ("mine", "theirs"),
    "deleted": ("mine", "theirs"),
    "stage": ("mine", "theirs"),
    "refused": ("mine", "theirs", "edit", "split"),
    "overdraft": ("edit", "mine", "theirs"),
    "proposed": ("theirs",),
    "review": ("confirm",),
    "proposal": ("accept", "refuse"),
    "approval": ("grant", "refuse"),
    "held": ("accept", "back"),
}
"""How each kind of matter is decided, by what a command line calls it."""
_OF_PROPOSALS: Final = {
    way.__name__: f"proposal.{way.__name__}" for way in (proposals.accept, proposals.refuse)
}
_WAYS_ON: Final = {way.choices: way for way in (stages.OPPORTUNITY, stages.QUOTE)}


@dataclass(frozen=True, slots=True)
class Matter:
    """One of them. `key` is the id of the entry, the proposal or the quote."""

    key: UUID
    kind: str
    type: str
    record: UUID
    at: datetime
    entry: Entry | None = None
    proposal: Proposal | None = field(default=None, compare=False)
    outcome: str = ""
    """Of a proposal of one's own: accepted, refused, or empty while it waits; `by` says whose word it is."""
    by: UUID | None = None
    deletions: held.Held | None = field(default=None, compare=False)


def kind_of(entry: Entry) -> str:
    """What kind of matter an entry is."""
    if entry.kind == "rejected":
        known = {"limit": "overdraft", "proposed": "proposed"}.get(entry.code, "refused")
        return "refused" if known == "overdraft" and ledger_of(entry) is None else known
    if entry.field == "deleted_at":
        return "delete"
    if entry.code == "deleted":
        return "deleted"
    described = RECORDS[entry.type].fields().get(entry.field) if entry.type in RECORDS else None
    merge = described.merge if described is not None else ""
    return {"stage": "stage", "text": "text"}.get(merge, "conflict")


def matters(store: Store) -> list[Matter]:
    """What waits for this person, newest first."""
    me = store.me()
    with store.reader.connect() as connection:
        entries = inbox.entries(connection)
    with store.reading() as session:
        found = [_of_entry(session, entry) for entry in entries if entry.type in RECORDS]
        found += [
            Matter(one.id, "proposal", one.of, one.of_id or one.id, one.made_at or _LONG_AGO, proposal=one)
            for one in session.scalars(select(Proposal).where(*_asked_of(me)))
            if one.of in RECORDS
        ]
        found += [
            Matter(one.id, "approval", *approval_requests.about(one), one.requested_at or _LONG_AGO)
            for one in session.scalars(select(ApprovalRequest).where(*approval_requests.waiting_for(me)))
        ]
        found += [
            Matter(one, "review", "quote", one, _last_change(store, one))
            for one in session.scalars(select(Quote.id).where(*_to_confirm(me)))
        ]
    deletions = held.summary(store)
    if deletions is not None:
        found.append(Matter(HELD, "held", "", HELD, store.clock(), deletions=deletions))
    return sorted(found, key=lambda one: one.at, reverse=True)


def decided(store: Store) -> list[Matter]:
    """What was decided here lately, newest first."""
    with store.reader.connect() as connection:
        entries = [one for one in inbox.entries(connection, every=True) if one.state in inbox.DECIDED]
    with store.reading() as session:
        return [_of_entry(session, entry) for entry in entries[:MOST] if entry.type in RECORDS]


def count(store: Store) -> int:
    """How many matters wait."""
    me = store.me()
    with store.reader.connect() as connection:
        waiting = inbox.count(connection) + bool(fuse.held(connection))
    with store.reading() as session:
        asked = approval_requests.waiting_for(me)
        for cls, which in (
            (Proposal, _asked_of(me)),
            (Quote, _to_confirm(me)),
            (ApprovalRequest, asked),
        ):
            waiting += int(session.scalar(select(func.count()).select_from(cls).where(*which)) or 0)
    return waiting


def find(store: Store, wanted: str) -> Matter:
    """The matter whose key begins like this; `deletions` are those held back. Raises NotFound."""
    text = wanted.replace("-", "").lower()
    found = [one for one in matters(store) if one.key.hex.startswith(text) and one.key != HELD]
    if text == "deletions":
        found = [one for one in matters(store) if one.key == HELD]
    if len(found) != 1:
        raise NotFound(msg("There is no open conflict “{id}”.").of(id=wanted))
    return found[0]


_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _asked_of(me: Actor) -> tuple[Any, ...]:
    """The proposals that are this person's to decide."""
    return (Proposal.state == "open", Proposal.deleted_at.is_(None), Proposal.owner_id == me.id)


def _to_confirm(me: Actor) -> tuple[Any, ...]:
    """The quotes whose total this person has to look at."""
    return (Quote.needs_review.is_(True), Quote.deleted_at.is_(None), Quote.owner_id == me.id)


def _last_change(store: Store, record: UUID) -> datetime:
    with store.reader.connect() as connection:
        at = connection.exec_driver_sql(
            "SELECT coalesce(max(CASE origin WHEN 1 THEN at END), max(at)) FROM change WHERE record = ?",
            (record.bytes,),
        ).scalar()
    return datetime.fromtimestamp(at / 1000, UTC) if at else _LONG_AGO


def _of_entry(session: Session, entry: Entry) -> Matter:
    at = datetime.fromtimestamp(entry.at / 1000, UTC)
    filed = session.get(Decision, entry_id(entry.device.bytes, entry.n, entry.field))
    outcome, by = (filed.outcome or "", filed.by_id) if filed is not None else ("", None)
    return Matter(entry.id, kind_of(entry), entry.type, entry.record, at, entry=entry, outcome=outcome, by=by)


def ledger_of(entry: Entry) -> tuple[Ledger, UUID, int] | None:
    """Of an entry of an account that was refused: the ledger, the account and the amount."""
    cls = RECORDS.get(entry.type)
    body = entry.mine.get("body") if isinstance(entry.mine, dict) else None
    if cls is None or cls.__ledger__ is None or not isinstance(body, dict):
        return None
    amount, account = body.get(cls.__ledger__.amount), body.get(cls.__root__)
    return (cls.__ledger__, UUID(account), amount) if isinstance(amount, int) and account else None


def account_of(matter: Matter) -> tuple[str, UUID] | None:
    """Of an overdraft: the record whose account it is."""
    found = ledger_of(matter.entry) if matter.kind == "overdraft" and matter.entry is not None else None
    if found is None:
        return None
    cls = RECORDS[matter.type]
    return str(getattr(cls.fields()[cls.__root__].kind, "to", "")), found[1]


def balance(store: Store, entry: Entry) -> int:
    """What this laptop knows to be left on the account of an entry that was refused."""
    found, cls = ledger_of(entry), RECORDS[entry.type]
    if found is None:
        return 0
    table = cls.table()
    query = select(func.coalesce(func.sum(table.c[found[0].amount]), 0)).where(
        table.c[cls.__root__] == found[1], table.c.deleted_at.is_(None)
    )
    with store.reading() as session:
        return int(session.scalar(query) or 0)


def way_back(entry: Entry, now: Any) -> bool:
    """Whether one's own stage may still follow the one that the record has."""
    described = RECORDS[entry.type].fields()[entry.field]
    ways = _WAYS_ON.get(getattr(described.kind, "options", ()))
    return ways is None or ways.may_step(now or "", entry.mine)


def text_sides(entry: Entry) -> tuple[str, str, str]:
    """Of a text that two people wrote over: the office's, one's own, and both."""
    if threeway.has_marks(entry.theirs):
        return threeway.sides(entry.theirs)
    theirs, mine = entry.theirs or "", entry.mine or ""
    return theirs, mine, "\n".join(part for part in (theirs, mine) if part)


def decide(store: Store, matter: Matter, way: str, value: str | None = None) -> commands.Outcome | None:
    """Decide it. Raises Refused for a way that it does not have; None: nothing that an undo takes back."""
    if way not in WAYS[matter.kind]:
        raise Refused(msg("This is decided by one of: {ways}.").of(ways=", ".join(WAYS[matter.kind])))
    if matter.kind == "held":
        (held.accept if way == "accept" else held.put_back)(store)
        return None
    name, target, arguments = command_of(matter, way, value)
    return commands.run(store, store.me(), name, target, **arguments)


def command_of(matter: Matter, way: str, value: str | None = None) -> tuple[str, UUID | None, dict[str, Any]]:
    """The command that decides a matter this way: name, target, arguments."""
    if matter.kind == "review":
        return "quote.confirm", matter.record, {}
    if matter.kind == "approval":
        return f"approval_request.{way}", matter.key, {"remark": value or ""}
    if matter.kind == "proposal":
        return _OF_PROPOSALS[way], matter.key, {}
    return "inbox.resolve", None, {"entry_id": matter.key, "side": way, "value": value}
