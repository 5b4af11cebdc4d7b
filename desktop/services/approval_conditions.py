"""Issuing subject to approval, what becomes of it, and the page that confirms it to the customer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.documents.condition import Confirmed, confirmation_pdf, content_of
from desktop.errors import Refused
from desktop.models import delegations as signed
from desktop.models.changes import read_local
from desktop.models.records import Approval, ApprovalGrant, ApprovalRequest, Attachment, Quote, User
from desktop.models.store import Store, Work
from desktop.rules import delegations
from desktop.rules.canonical import hash_of
from desktop.services import approval_requests, approvals, drafts, quotes, sealed
from desktop.services import quote_sense as of
from desktop.services.commands import Asking, command, every
from desktop.services.days import day_words
from desktop.services.drafts import QuoteDraft
from desktop.words import Message, msg

OPEN: Final = msg("Issued subject to approval until {day}; nobody has answered yet.")
OVER: Final = msg("Issued subject to approval until {day}; nobody has approved it. Make a new revision.")
REFUSED: Final = msg("Issued subject to approval, and refused. {why} Make a new revision.")
GIVEN: Final = msg("Issued subject to approval, and approved by {who} on {day}. Send the confirmation.")
NOT_CONDITIONAL: Final = msg("This quote was not issued subject to approval.")
NOT_YET: Final = msg("It is not approved yet: there is nothing to confirm.")


@dataclass(frozen=True, slots=True)
class Condition:
    """How what was issued subject to approval stands as far as this laptop knows."""

    until: date
    state: str
    """`open`, `given`, `refused` or `over`."""
    words: Message
    confirmed: Confirmed | None = None


@command(
    "quote.issue_subject",
    label=msg("Issue subject to approval"),
    on=Quote,
    when=of.can_issue,
    writes=(*of.ISSUE, *every(ApprovalRequest)),
    undoable=False,
    fact=True,
    icon="clock",
)
def issue_subject(work: Work, quote: Quote, *, remark: str = "") -> bytes:
    """Issue it as it stands, saying on the paper until when it is subject to approval, and ask for that."""
    draft = drafts.draft_of(work.session, quote)
    of.check_complete(draft)
    on = quotes.today(work)
    standing = approvals.at_work(work, draft, on)
    days = standing.days if standing is not None else None
    until = on + timedelta(days=days or 0)
    approvals.condition(standing, on, until)
    if standing is not None and not standing.waits:
        approval_requests.ask(work, quote, remark=remark)
        work.flush()
    return quotes.issue(work, quote, until=until)


def of_quote(store: Store, draft: QuoteDraft) -> Condition | None:
    """The condition of an issued edition; None where it has none."""
    if not (draft.revision.snapshot or {}).get("approval"):
        return None
    zone = ZoneInfo((draft.seller.time_zone if draft.seller else "") or "Asia/Shanghai")
    with store.reading() as session:
        return condition(session, draft, store.clock().astimezone(zone).date(), zone)


def condition(session: Session, draft: QuoteDraft, today: date, zone: ZoneInfo) -> Condition | None:
    """The same within a session, on this day."""
    query = select(Approval).where(
        Approval.revision_id == draft.revision.id,
        Approval.way == "conditional",
        Approval.deleted_at.is_(None),
    )
    note = session.scalars(query.limit(1)).first()
    if note is None or note.until is None:
        return None
    answer = _answer(session, note, approvals.bound_hash(draft))
    last = day_words(note.until, today)
    if answer is not None and answer.granted:
        day = _day(answer, zone)
        by = session.get(User, answer.granted_by_id) if answer.granted_by_id else None
        who = by.name if by is not None else "—"
        if day <= note.until:
            made = Confirmed(who, day.isoformat(), answer.id.hex)
            return Condition(note.until, "given", GIVEN.of(who=who, day=day_words(day, today)), made)
        return Condition(note.until, "over", OVER.of(day=last))
    if answer is not None:
        why = delegations.SAID_NO_WHY.of(remark=answer.remark) if answer.remark else delegations.SAID_NO
        return Condition(note.until, "refused", REFUSED.of(why=why))
    over = today > note.until or note.verdict in ("lapsed", "breach")
    return Condition(note.until, "over" if over else "open", (OVER if over else OPEN).of(day=last))


def _answer(session: Session, note: Approval, content: str) -> ApprovalGrant | None:
    """The answer to the request of a note that this laptop's office has signed, about this content."""
    of_it = select(ApprovalGrant).where(
        ApprovalGrant.request_id == note.source_id,
        ApprovalGrant.content_hash == content,
        ApprovalGrant.deleted_at.is_(None),
    )
    public = (read_local(session.connection(), signed.KEYS) or {}).get("sign", "")
    answers = session.scalars(of_it.order_by(ApprovalGrant.id.desc()))
    return next((one for one in answers if signed.is_signed(public, signed.wire(one))), None)


def _day(answer: ApprovalGrant, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp((answer.granted_at or 0) / 1000, UTC).astimezone(zone).date()


def issued_so(quote: Quote, _asking: Asking) -> Message | None:
    """Only what the customer holds is confirmed."""
    return None if quote.stage in ("issued", "accepted") else NOT_CONDITIONAL


@command(
    "quote.keep_confirmation",
    label=msg("Confirmation of approval"),
    on=Quote,
    when=issued_so,
    writes=(*of.STAGE, *every(Attachment)),
    undoable=False,
    icon="file-check-2",
)
def keep_confirmation(work: Work, quote: Quote) -> bytes:
    """The page that confirms what was issued subject to approval: sealed, and kept with its quote."""
    draft = drafts.draft_of(work.session, quote)
    zone = ZoneInfo((draft.seller.time_zone if draft.seller else "") or "Asia/Shanghai")
    found = condition(work.session, draft, work.now.astimezone(zone).date(), zone)
    if found is None:
        raise Refused(NOT_CONDITIONAL)
    if found.confirmed is None:
        raise Refused(NOT_YET if found.state == "open" else found.words)
    snapshot = dict(draft.revision.snapshot or {})
    made = confirmation_pdf(snapshot, found.confirmed, sealed_by=sealed.holder(work))
    digest = hash_of(content_of(snapshot, found.confirmed))
    kept = sealed.copy_of(work.store, quote.id, digest)
    if kept is not None:
        return kept
    what = f"{quote.number} R{draft.revision.revision} OK"
    return sealed.keep_paper(work, quote, what, snapshot, digest, made)
