"""The conflict inbox: what needs a person's decision, with both values in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import UUID

from desktop.errors import Refused
from desktop.models import inbox
from desktop.models.decisions import entry_id
from desktop.models.record import RECORDS, Record
from desktop.models.records import Adjustment, Decision, Quote, QuoteLine, QuoteRevision, User
from desktop.models.store import Store, Work
from desktop.rules import threeway
from desktop.services import drafts, history, matters, prices, quote_copies, quote_sense, quotes, records
from desktop.services.commands import Asking, command, run
from desktop.services.consequences import Consequences, Paper, consequences
from desktop.words import Message, msg

DELETED: Final = "deleted_at"
NOT_BOTH: Final = msg("Only a text can keep both; choose mine or theirs.")
_TEXT: Final[dict[str, int]] = {"theirs": 0, "mine": 1, "both": 2}
"""Which of the sides of a text with marks a decision takes."""
NOT_SPLIT: Final = msg("Only what stands on a quote is split into a revision.")
SAID: Final = {
    "mine": msg("Yours is used again"),
    "theirs": msg("Theirs is kept"),
    "edit": msg("The value you typed is used"),
    "split": msg("Both are kept: yours stands in a version of its own"),
    "both": msg("Both are kept"),
}
"""What a person is told once they decided."""


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
        return shown(self.type, self.field, value, language)


def shown(record_type: str, field: str, value: Any, language: str) -> str:
    """A value in wire form as a person reads it."""
    described = RECORDS[record_type].fields().get(field) if record_type in RECORDS else None
    if described is None:
        return "" if value is None else str(value)
    return described.kind.format(described.kind.from_wire(value), language)


def cards(store: Store) -> list[Card]:
    """The open decisions, newest first."""
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
def resolve(
    work: Work,
    *,
    entry_id: UUID,
    side: inbox.Side,
    value: str | None = None,
    others: Sequence[UUID] = (),
) -> UUID:
    """Decide, and with it `others` alike; returns the record.

    Mine goes up again on top of the office's value, theirs stays, `edit` writes a third `value` as it is
    typed, and `split` puts mine into a new revision of the quote.
    """
    entry = inbox.find(work.connection, entry_id)
    for other in others:
        _explain(work, inbox.resolve(work, other, side, _written(work, other, side, None)), side)
    if side == "split":
        _split(work, entry)
    _explain(work, inbox.resolve(work, entry_id, side, _written(work, entry_id, side, value)), side)
    return entry.record


def _written(work: Work, entry_id: UUID, side: inbox.Side, value: str | None) -> Any:
    """What this side writes in wire form, where it is neither the value that was sent nor nothing."""
    entry = inbox.find(work.connection, entry_id)
    cls = RECORDS[entry.type]
    described = cls.fields().get(entry.field)
    if side == "edit":
        return _typed(entry, value) if described is not None else _left(work, entry, value)
    if described is None:
        return None
    record: Any = work.session.get(cls, entry.record)
    now = getattr(record, entry.field) if record is not None else None
    if described.merge == "stage" and side == "mine" and not matters.way_back(entry, now):
        said = msg("There is no way from “{now}” to “{mine}” any more.")
        words = dict(getattr(described.kind, "options", ()))
        ways = {"now": words.get(now, now), "mine": words.get(entry.mine, entry.mine)}
        raise Refused(said.of(**ways), field=entry.field)
    if described.merge == "text" and side in _TEXT:
        if threeway.has_marks(now):
            return threeway.sides(now)[_TEXT[side]]
        return matters.text_sides(entry)[2] if side == "both" else None
    if side == "both":
        raise Refused(NOT_BOTH)
    return None


def _left(work: Work, entry: inbox.Entry, value: str | None) -> Any:
    """The entry of an account with another amount: as typed, or what is left. Raises Refused for nothing."""
    found = matters.ledger_of(entry)
    if found is None:
        raise Refused(msg("Only the value of one field is edited; choose mine or theirs."))
    ledger, _, wanted = found
    kind = RECORDS[entry.type].fields()[ledger.amount].kind
    typed = kind.parse(value) if value else None
    amount = typed if typed is not None else max(wanted, ledger.least - matters.balance(work.store, entry))
    if not isinstance(amount, int) or amount >= 0:
        raise Refused(msg("Nothing is left on this account."))
    return {**entry.mine, "body": {**entry.mine["body"], ledger.amount: amount}}


def _explain(work: Work, entry: inbox.Entry, side: inbox.Side) -> None:
    """A price that a person chose among two was chosen by hand."""
    line = work.session.get(QuoteLine, entry.record) if entry.type == "quote_line" else None
    if line is not None and entry.field == "unit_price" and side in ("mine", "edit"):
        prices.typed_by(work, line)


def _typed(entry: inbox.Entry, value: str | None) -> Any:
    """What was typed, in wire form. Raises Refused for what the field cannot hold."""
    described = RECORDS[entry.type].fields().get(entry.field)
    if described is None or value is None:
        raise Refused(msg("Say which value it should be."), field=entry.field)
    return described.kind.to_wire(records.read_values(RECORDS[entry.type], {entry.field: value})[entry.field])


def _split(work: Work, entry: inbox.Entry) -> None:
    """Put my value into the next revision of what was issued, or into a second draft beside the first."""
    cls = RECORDS[entry.type]
    part: Any = work.session.get(cls, entry.record)
    if not isinstance(part, QuoteLine | Adjustment | QuoteRevision) or entry.field not in cls.fields():
        raise Refused(NOT_SPLIT)
    quote = work.get(Quote, part.quote_id) if part.quote_id else None
    draft = quote is not None and quote.stage == "draft"
    refused = quote_sense.can_revise(quote, Asking(work.actor, work.now)) if quote is not None else NOT_SPLIT
    if quote is None or (refused is not None and not draft):
        raise Refused(refused or NOT_SPLIT)
    old = drafts.draft_of(work.session, quote)
    if draft:
        quote = quote_copies.second_draft(work, quote)
    else:
        quotes.revise(work, quote)
    work.flush()
    new = drafts.draft_of(work.session, quote)
    twin = _twin(part, old, new) if not isinstance(part, QuoteRevision) else new.revision
    setattr(twin, entry.field, cls.fields()[entry.field].kind.from_wire(entry.mine))


def _twin(part: QuoteLine | Adjustment, old: drafts.QuoteDraft, new: drafts.QuoteDraft) -> Record:
    """The same line or discount in the next revision."""
    before: Sequence[Any] = old.lines if isinstance(part, QuoteLine) else old.adjustments
    after: Sequence[Any] = new.lines if isinstance(part, QuoteLine) else new.adjustments
    place = next((n for n, one in enumerate(before) if one.id == part.id), None)
    if place is None or len(after) != len(before) or after[place].rank != part.rank:
        raise Refused(msg("The next revision does not have this line any more; change it there by hand."))
    return cast("Record", after[place])


@command("inbox.reopen", label=msg("Take a decision back"), icon="undo-2")
def reopen(work: Work, *, entry_id: UUID) -> UUID:
    """Open a decision again; what it wrote is put back unless somebody changed it since."""
    entry = inbox.find(work.connection, entry_id, inbox.DECIDED)
    described = RECORDS[entry.type].fields().get(entry.field)
    text = described is not None and described.merge == "text"
    if (entry.state == "split" and not text) or described is None:
        if entry.state != "theirs":
            raise Refused(msg("This decision made something new; undo it there."))
    elif entry.state != "theirs" or text:
        _put_back(work, entry)
    inbox.settle(work, entry.id, "open")
    return entry.record


def _put_back(work: Work, entry: inbox.Entry) -> None:
    cls = RECORDS[entry.type]
    record = work.get(cls, entry.record)
    described = cls.fields()[entry.field]
    now = described.kind.to_wire(getattr(record, entry.field))
    if now == entry.theirs and entry.device == work.device:
        return
    newest = next(iter(history.history(work.store, cls, entry.record, entry.field)), None)
    if newest is None or newest.new != now or not _is_ones_own(work, newest):
        raise Refused(
            msg("“{field}” of {title} was changed since, so this is not undone.").of(
                field=described.label, title=record.title
            )
        )
    if described.merge == "stage":
        work.op("transition", record, {"field": entry.field, "from": now, "to": newest.old})
    setattr(record, entry.field, described.kind.from_wire(newest.old))
    for name, follower in cls.fields().items():
        told = next(iter(history.history(work.store, cls, entry.record, name)), None)
        if follower.follows == entry.field and told is not None and told.tx == newest.tx:
            setattr(record, name, follower.kind.from_wire(told.old))


def _is_ones_own(work: Work, change: history.Entry) -> bool:
    """Whether this person decided it so, here or on another of their laptops."""
    return change.command == "inbox.resolve" or (change.remote and change.who == work.actor.name)


def resolve_all(store: Store, record: UUID, side: inbox.Side) -> int:
    """Decide everything that is open of one record alike, wholly or not at all; returns how many."""
    with store.reader.connect() as connection:
        found = inbox.entries(connection, record=record)
    decide(store, found, side)
    return len(found)


def decide(store: Store, found: Sequence[inbox.Entry], side: inbox.Side) -> None:
    """Decide these (newest first, the newest value of a field holds) in one transaction, one undo step."""
    if found:
        newest, *others = [entry.id for entry in found]
        run(store, store.me(), "inbox.resolve", entry_id=newest, side=side, others=others[::-1])


def decided(store: Store) -> list[inbox.Entry]:
    """What was decided here, newest first."""
    with store.reader.connect() as connection:
        return [one for one in inbox.entries(connection, every=True) if one.state in inbox.DECIDED]


def weigh(store: Store, entry: inbox.Entry) -> Consequences | None:
    """What each side of a decision means in money, and what the customer holds."""
    with store.reader.connect() as connection:
        known, before = inbox.original(connection, entry)
    values = {**({"before": before} if known else {}), "mine": entry.mine, "theirs": entry.theirs}
    return consequences(store, entry, values)


def changed_by(store: Store, entry: inbox.Entry) -> history.Entry | None:
    """Who made the office's value, and when, as far as this laptop was told."""
    if entry.field == inbox.RECORD_LEVEL or entry.type not in RECORDS:
        return None
    found = history.history(store, RECORDS[entry.type], entry.record, entry.field)
    newest = next((one for one in found if one.remote), None)
    with store.reading() as session:
        filed = session.get(Decision, entry_id(entry.device.bytes, entry.n, entry.field))
        who = session.get(User, filed.by_id) if filed is not None and filed.by_id else None
    if newest is None or who is None or newest.who not in ("", store.me().name):
        return newest
    return replace(newest, who=who.name)  # the row came last with one's own change of it


def waiting(store: Store) -> int:
    """How many decisions are open."""
    with store.reader.connect() as connection:
        return inbox.count(connection)


def paper_words(paper: Paper, held: str) -> Message:
    """What the customer holds, and whose value it says."""
    if paper.signer:
        said = {
            "mine": msg("{who} signed your version, {total}, on {when}. What is signed is never rewritten."),
            "theirs": msg("{who} signed the office's version, {total}, on {when}; it is never rewritten."),
        }.get(held, msg("{who} signed {total} on {when}. What is signed is never rewritten."))
        when = paper.signed_at
    else:
        said = {
            "mine": msg("Your version, {total}, was issued on {when} as {number}."),
            "theirs": msg("The office's version, {total}, was issued on {when} as {number}."),
        }.get(held, msg("{total} was issued on {when} as {number}."))
        when = paper.issued_at
    day = f"{when:%Y-%m-%d %H:%M}" if when is not None else ""
    return said.of(who=paper.signer, total=paper.total, number=paper.number, when=day)
