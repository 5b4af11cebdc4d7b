"""What was issued before its approval was known here: under a code read back by telephone, or conditionally.

It is matched with the approver's own entry, or told of.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from desktop.models.columns import moment_text
from desktop.models.records import Approval, ApprovalGrant, ApprovalRule, Organisation, PhoneApproval
from desktop.rules import approvals as rules
from desktop.rules import delegations, phone_approvals
from desktop.rules.approval_facts import bound
from desktop.rules.approvals import Ask, Facts
from desktop.rules.canonical import content_hash
from desktop.rules.delegations import Case
from desktop.rules.phone_approvals import Call
from desktop.rules.roles import named
from desktop.words import LANGUAGES, Message, msg
from sync.protocol.messages import Person
from sync.protocol.phone_keys import key_of
from sync.server import permission
from sync.server.batch import OFFICE, Batch, Held
from sync.server.scope import Scope, scope_of, works_here

KEPT, WAITS, LAPSED, BROKEN = "kept", "waits", "lapsed", "breach"
EVERY: Final = 15 * phone_approvals.MINUTE
"""Milliseconds between two looks at what was never matched."""
BREACH: Final = msg("What it was issued under does not cover it: {what}")
UNMATCHED: Final = msg("The approver has no entry of this approval by telephone.")
OTHER_TOTAL: Final = msg("The approver's own entry is about another total: {total} {currency}.")
OTHER_PERSON: Final = msg("The approver's own entry is somebody else's.")
NO_CONDITION: Final = msg("No rule allows to issue it subject to approval for so long.")
NOT_IN_TIME: Final = msg("Issued subject to approval until {day}; nobody has approved it.")
TOO_LATE: Final = msg("Approved after the last day; make a new revision.")
_NOTE: Final = Approval.table()
_ENTRY: Final = PhoneApproval.table()
_ANSWER: Final = ApprovalGrant.table()


# ---------------------------------------------------------------- when it was issued


def refusal_of_call(
    batch: Batch, note: Held, asks: Sequence[Ask], facts: Facts, content: str, issue: Case, seed: bytes
) -> Message | None:
    """Why a code by telephone does not cover what was issued under it, as far as the office knows by now."""
    row, approver = note.row, note.row["approver_id"] or ""
    scope = scope_of(batch.conn, approver, batch.now) if approver else None
    role = scope.role if scope is not None and scope.role is not None else named("")
    call = Call(row["opened"] or 0, row["challenge"] or "", row["code"] or "", approver, role)
    of = phone_approvals.matter(issue.device, content, asks, facts.payable, facts.currency)
    refused = phone_approvals.refusal(call, of, asks, key_of(seed, issue.device), issue.at, issue.newest)
    return refused or (phone_approvals.USED if _used(batch, note) else None)


def _used(batch: Batch, note: Held) -> bool:
    """Whether a note that the office heard of earlier names the same challenge."""
    query = select(_NOTE.c.id).where(
        _NOTE.c.challenge == note.row["challenge"],
        _NOTE.c.approver_id == UUID(hex=note.row["approver_id"]),
        _NOTE.c.id != UUID(hex=note.id),
    )
    if batch.conn.execute(query.limit(1)).first() is not None:
        return True
    earlier = batch.held("approval")
    before = earlier[: earlier.index(note)]
    return any(one.home is None and one.row["challenge"] == note.row["challenge"] for one in before)


def refusal_of_condition(note: Held, asks: Sequence[Ask], snapshot: dict[str, Any]) -> Message | None:
    """Why what was issued subject to approval may not have been."""
    if not {ask.rule.id for ask in asks} <= _noted(note):
        return delegations.OTHER_CONTENT
    days, until = rules.conditional_days(asks), note.row["until"] or ""
    said = snapshot.get("approval")
    if days is None or not isinstance(said, dict) or not until or said.get("until") != until:
        return NO_CONDITION
    last = date.fromisoformat(snapshot["issued_on"]) + timedelta(days=days)
    return NO_CONDITION if date.fromisoformat(until) > last else None


def match_answer(batch: Batch, note: Held) -> tuple[str, Message | None]:
    """The verdict on a condition that is in order: the approver may have answered before it was heard of."""
    request = note.row["source_id"]
    query = select(_ANSWER.c.id).where(
        _ANSWER.c.request_id == (UUID(hex=request) if request else None),
        _ANSWER.c.signature != "",
        _ANSWER.c.deleted_at.is_(None),
    )
    found = batch.conn.execute(query.order_by(_ANSWER.c.id.desc()).limit(1)).scalar_one_or_none()
    batch.load([("approval_grant", found.hex)] if found is not None else [])
    answer = batch.get("approval_grant", found.hex) if found is not None else None
    return _answered(batch, note, answer) if answer is not None else (WAITS, None)


def match_call(batch: Batch, note: Held) -> tuple[str, Message | None]:
    """The verdict on a call that is in order by itself: it waits until the approver's own entry is here."""
    query = select(_ENTRY.c.id).where(
        _ENTRY.c.challenge == note.row["challenge"],
        _ENTRY.c.device_id == UUID(hex=batch.device),
        _ENTRY.c.deleted_at.is_(None),
    )
    found = [row.id.hex for row in batch.conn.execute(query.order_by(_ENTRY.c.id))]
    batch.load(("phone_approval", one) for one in found)
    entries = [held for one in found if (held := batch.get("phone_approval", one)) is not None]
    return _matched(batch, note, entries)


def _matched(batch: Batch, note: Held, entries: Iterable[Held]) -> tuple[str, Message | None]:
    why: Message | None = None
    for entry in entries:
        if entry.row["matched_id"] not in (None, note.id):
            continue
        why = _differs(note, entry)
        if why is None:
            batch.change(note, "matched_id", entry.id, by=OFFICE)
            batch.change(entry, "matched_id", note.id, by=OFFICE)
            return KEPT, None
    return (WAITS, None) if why is None else (BROKEN, why)


def _differs(note: Held, entry: Held) -> Message | None:
    if entry.row["granted_by_id"] != note.row["approver_id"]:
        return OTHER_PERSON
    total = Decimal(entry.row["total"] or 0)
    if (total, entry.row["currency"]) != (Decimal(note.row["exposure"] or 0), note.row["currency"]):
        return OTHER_TOTAL.of(total=f"{total.normalize():,f}", currency=entry.row["currency"] or "")
    return None


# ---------------------------------------------------------------- when the approver's word comes


def hear(batch: Batch, scope: Scope) -> None:
    """What this push says of approvals that others' quotes were issued under before."""
    for entry in _fresh(batch, "phone_approval"):
        _hear_entry(batch, scope, entry)
    for answer in _fresh(batch, "approval_grant"):
        _hear_answer(batch, scope, answer)


def _hear_entry(batch: Batch, scope: Scope, entry: Held) -> None:
    query = select(_NOTE.c.id).where(
        _NOTE.c.challenge == entry.row["challenge"], _NOTE.c.way == "phone", _NOTE.c.matched_id.is_(None)
    )
    for note in _load_notes(batch, query):
        open_still = note.row["verdict"] == WAITS or note.row["reason"] == _in_both(UNMATCHED)
        if open_still and entry.row["device_id"] in note.devices:
            decide(batch, scope, note, *_matched(batch, note, [entry]))


def _hear_answer(batch: Batch, scope: Scope, answer: Held) -> None:
    request = answer.row["request_id"]
    if not request:
        return
    query = select(_NOTE.c.id).where(_NOTE.c.source_id == UUID(hex=request), _NOTE.c.way == "conditional")
    for note in _load_notes(batch, query):
        if note.row["verdict"] == WAITS:
            decide(batch, scope, note, *_answered(batch, note, answer))


def _answered(batch: Batch, note: Held, answer: Held) -> tuple[str, Message | None]:
    """The verdict on what was issued subject to approval, now that there is an answer."""
    asks = [Ask(rule, "", BREACH) for rule in _rules(batch.conn, _noted(note))]
    refused = delegations.refusal_of_answer(answer.row, _issued_under(batch, note), asks)
    given_at = answer.row["granted_at"] or batch.now
    if refused is None and day_of(batch.conn, given_at).isoformat() > (note.row["until"] or ""):
        refused = TOO_LATE
    if refused is not None:
        return LAPSED, refused
    batch.change(note, "matched_id", answer.id, by=OFFICE)
    return KEPT, None


def _issued_under(batch: Batch, note: Held) -> str:
    """What an approval of the content with this note is bound to, by the content that the office holds."""
    batch.load([("quote_revision", note.row["revision_id"])] if note.row["revision_id"] else [])
    edition = batch.get("quote_revision", note.row["revision_id"])
    snapshot = edition.row["snapshot"] if edition is not None else None
    return content_hash(bound(snapshot)) if isinstance(snapshot, dict) else ""


def _noted(note: Held) -> set[str]:
    """The rules that a note says have asked."""
    asked = note.row["asked"]
    return (
        {str(each.get("rule")) for each in asked if isinstance(each, dict)}
        if isinstance(asked, list)
        else set()
    )


def _rules(conn: Connection, ids: Iterable[str]) -> list[rules.Rule]:
    """These rules as they are now; of one that is gone nobody knows who may agree, so an administrator."""
    table = ApprovalRule.table()
    roles = {row.id.hex: row.role for row in conn.execute(select(table.c.id, table.c.role))}
    return [rules.Rule(one, rules.WHOLE, Decimal(0), roles.get(one) or "admin") for one in sorted(ids)]


def decide(batch: Batch, scope: Scope, note: Held, verdict: str, why: Message | None) -> None:
    """Write a verdict down, and tell whoever has to look."""
    batch.change(note, "verdict", verdict, by=OFFICE)
    batch.change(note, "reason", _in_both(why) if why is not None else {}, by=OFFICE)
    about = _about(batch, note)
    if why is not None and about is not None:
        told, approver = why if verdict == LAPSED else BREACH.of(what=why), note.row["approver_id"]
        known = approver and works_here(batch.conn, approver)
        permission.tell(batch, scope, about, told, to=approver if known else None)


def _about(batch: Batch, note: Held) -> Held | None:
    """The contract or order that a note is about, else its quote."""
    for kind in ("contract", "order"):
        named = note.row[f"{kind}_id"]
        batch.load([(kind, named)] if named else [])
        found = batch.get(kind, named)
        if found is not None:
            return found
    return batch.root_of(note)


def _load_notes(batch: Batch, query: Any) -> list[Held]:
    found = [("approval", row.id.hex) for row in batch.conn.execute(query.order_by(_NOTE.c.id))]
    batch.load(found)
    return [held for key in found if (held := batch.get(*key)) is not None and not held.deleted]


def _fresh(batch: Batch, record_type: str) -> list[Held]:
    return [held for held in batch.held(record_type) if held.home is None]


def _in_both(said: Message) -> dict[str, str]:
    return {one: said.in_language(one) for one in LANGUAGES}


# ---------------------------------------------------------------- when nobody's word comes


def overdue(conn: Connection, now: int) -> int:
    """Tell of what was issued on a word that never came; returns of how many. In a transaction of its own."""
    batch = Batch(conn, OFFICE, OFFICE, now)
    query = select(_NOTE.c.id).where(_NOTE.c.verdict == WAITS, _NOTE.c.deleted_at.is_(None))
    today, told = day_of(conn, now), 0
    before = moment_text(datetime.fromtimestamp((now - phone_approvals.SAME_DAY) / 1000, UTC))
    for note in _load_notes(batch, query):
        quote = batch.root_of(note)
        scope = scope_of_owner(conn, quote, now)
        if note.row["way"] == "phone" and (note.row["used_at"] or "") < before:
            decide(batch, scope, note, BROKEN, UNMATCHED)
        elif note.row["way"] == "conditional" and (note.row["until"] or "") < today.isoformat():
            decide(batch, scope, note, LAPSED, NOT_IN_TIME.of(day=note.row["until"] or ""))
            _expire(batch, quote, note)
        else:
            continue
        told += 1
    batch.flush()
    return told


def _expire(batch: Batch, quote: Held | None, note: Held) -> None:
    """An offer whose condition was not fulfilled in time is open no more, unless it was revised since."""
    current = quote is not None and quote.row["revision_id"] == note.row["revision_id"]
    if quote is not None and current and quote.row["stage"] == "issued":
        batch.change(quote, "stage", "expired", by=OFFICE)


def scope_of_owner(conn: Connection, quote: Held | None, now: int) -> Scope:
    """What the owner of a quote may see, for what the office does by itself."""
    owner = (quote.row["owner_id"] if quote is not None else "") or OFFICE
    found = scope_of(conn, owner, now)
    return found or Scope(Person(user=owner, name="", team="", role=""), None, frozenset())


def day_of(conn: Connection, now: int) -> date:
    """Which day it is in the firm."""
    from zoneinfo import ZoneInfo

    query = select(Organisation.time_zone).where(Organisation.deleted_at.is_(None))
    zone = conn.execute(query.order_by(Organisation.id).limit(1)).scalar_one_or_none()
    return datetime.fromtimestamp(now / 1000, ZoneInfo(zone or "Asia/Shanghai")).date()
