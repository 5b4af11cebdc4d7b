"""What became of the approval under which a quote was issued, as it is said where people look."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from desktop.models.records import Approval, User
from desktop.models.store import Store
from desktop.services import approval_conditions, coupons, receipts
from desktop.services.drafts import QuoteDraft
from desktop.services.naming import Called
from desktop.words import Message, msg

BREACH: Final = msg("Not covered: {why}")
KEPT: Final = msg("Approval is in order, as the office has checked.")
NOT_CHECKED: Final = msg("The office has not checked yet under what it was issued.")
UNMATCHED: Final = msg("Approved by telephone by {who}; their own entry has not come to the office yet.")
_TONES: Final = {"open": "warn", "given": "good", "refused": "bad", "over": "bad"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it stands, with a tone; `confirms`: there is a page to send to the customer."""

    tone: str
    words: Message
    confirms: bool = False


def of_quote(store: Store, draft: QuoteDraft) -> Verdict | None:
    """The verdict on an issued edition; None where nothing asked for approval."""
    if not draft.frozen:
        return None
    refused = coupons.broken(store, draft.revision.id)
    if refused is not None:
        return Verdict("bad", refused)
    note = note_of(store, draft.revision.id)
    if note is None:
        return None
    if note.verdict == "breach":
        return Verdict("bad", BREACH.of(why=reason(note)))
    if note.way == "conditional":
        found = approval_conditions.of_quote(store, draft)
        return None if found is None else Verdict(_TONES[found.state], found.words, found.state == "given")
    if note.verdict == "kept":
        return Verdict("good", KEPT)
    if note.way == "phone":
        with store.reading() as session:
            who = session.get(User, note.approver_id) if note.approver_id else None
        return Verdict("warn", UNMATCHED.of(who=who.name if who is not None else "—"))
    return Verdict("warn", NOT_CHECKED)


def shown(store: Store, draft: QuoteDraft) -> Verdict | None:
    """The verdict, and of an edition that asked for none when the office received it."""
    found = of_quote(store, draft)
    if found is not None or not draft.frozen:
        return found
    received = receipts.of_content(store, draft.revision.content_hash)
    return None if received is None else Verdict("good" if received.sound else "warn", received.words)


def note_of(store: Store, revision: UUID) -> Approval | None:
    """The note under which an edition was issued."""
    query = select(Approval).where(Approval.revision_id == revision, Approval.deleted_at.is_(None))
    with store.reading() as session:
        return session.scalars(query.order_by(Approval.id.desc()).limit(1)).first()


def reason(note: Approval) -> Message:
    """Why the office says so, in its own words."""
    said = note.reason or {}
    return Called(said.get("zh", "—"), "verbatim", english=said.get("en", "—"))
