"""What approvals ask of today: requests to answer, breaches to look at, conditions that end or were met."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from desktop.models.records import Approval, ApprovalGrant, ApprovalRequest, Quote
from desktop.rules import approvals
from desktop.services.approval_requests import Subject, asked_words, subject_of, waiting_for
from desktop.services.approval_verdicts import reason
from desktop.services.days import day_words
from desktop.services.today import MOST, Day, Line, source
from desktop.words import Message, msg

RECENT: Final = timedelta(days=14)
"""How long what has happened is said of."""
ASKS: Final = msg("Approval is asked for: {quote}")
BREACH: Final = msg("Issued without what it needs: {quote}")
ENDS: Final = msg("Approval is missing: {quote}")
MET: Final = msg("Send the confirmation: {quote}")
Mark = tuple[str, Message, str]


@source("approvals to answer")
def to_answer(day: Day) -> Iterator[Line]:
    """Requests that this person may answer: somebody waits at a customer's table."""
    query = select(ApprovalRequest).where(*waiting_for(day.actor)).order_by(ApprovalRequest.id).limit(MOST)
    mark = ("shield-check", msg("To approve"), "accent_ink")
    for request, quote in _with_quotes(day, list(day.session.scalars(query))):
        key, why = f"approval:{request.id.hex}", asked_words(request)
        yield _line(day, quote, (key, "inbox"), _title(ASKS, quote), why, mark, 0.9)


@source("approval breaches")
def breaches(day: Day) -> Iterator[Line]:
    """What was issued under something that does not cover it, for its owner and for whoever approves."""
    approves = approvals.enough(day.actor.rights, approvals.APPROVERS[0])
    since = day.now - RECENT
    query = select(Approval).where(Approval.verdict.in_(("breach", "lapsed")), Approval.used_at >= since)
    query = query if approves else query.where(Approval.owner_id == day.actor.id)
    for note, quote in _with_quotes(day, list(day.session.scalars(query.limit(MOST)))):
        said = msg("Not approved in time") if note.verdict == "lapsed" else msg("Breach")
        key, mark = f"breach:{note.id.hex}", ("circle-alert", said, "bad")
        yield _line(day, quote, (key, "quote"), _title(BREACH, quote), reason(note), mark, 0.92)


@source("conditional issues")
def conditional(day: Day) -> Iterator[Line]:
    """What one has issued subject to approval: it waits, or it was approved and is to be confirmed."""
    query = select(Approval).where(
        Approval.way == "conditional",
        Approval.owner_id == day.actor.id,
        Approval.verdict.in_(("", "waits", "kept")),
        Approval.used_at >= day.now - RECENT,
    )
    for note, quote in _with_quotes(day, list(day.session.scalars(query.limit(MOST)))):
        current = isinstance(quote, Quote) and quote.revision_id == note.revision_id
        if quote.stage != "issued" or not current:
            continue
        mark: Mark
        if note.verdict == "kept" or _granted(day, note):
            key, title, urgency = f"confirm:{note.id.hex}", _title(MET, quote), 0.88
            why = msg("It was issued subject to approval, and approved.")
            mark = ("file-check-2", msg("Approved"), "good")
        else:
            left = ((note.until or day.today) - day.today).days
            key, title = f"condition:{note.id.hex}:{note.until}", _title(ENDS, quote)
            urgency = 0.9 - 0.05 * max(left, 0)
            why = msg("It was issued subject to approval until {day}.").of(day=day_words(note.until))
            mark = ("hourglass", msg("Waits for approval"), "warn" if left > 0 else "bad")
        yield _line(day, quote, (key, "quote"), title, why, mark, urgency)


def _granted(day: Day, note: Approval) -> bool:
    query = select(ApprovalGrant.id).where(
        ApprovalGrant.request_id == note.source_id, ApprovalGrant.granted, ApprovalGrant.signature != ""
    )
    return day.session.scalars(query).first() is not None


def _with_quotes(day: Day, found: list[Any]) -> Iterator[tuple[Any, Subject]]:
    """Each with the quote, contract or order that it is about, as far as those are here."""
    pairs = [(one, subject_of(day.session, one)) for one in found]
    here = [(one, about) for one, about in pairs if about is not None and about.deleted_at is None]
    day.customers(about.customer_id for _, about in here)
    yield from here


def _title(said: Message, about: Subject) -> Message:
    return said.of(quote=about.number or about.name or "—")


def _line(
    day: Day, about: Subject, named: tuple[str, str], title: Message, why: Message, mark: Mark, urgency: float
) -> Line:
    key, kind = named
    action = msg("Decide") if kind == "inbox" else _OPEN[about.__tablename__]
    return Line(
        *(key, about.__tablename__ if kind == "quote" else kind, about.id, title, why, mark, urgency, action),
        about=day.called(about.customer_id),
        value=about.payable,
        currency=about.currency or "CNY",
        customer=about.customer_id,
        face=day.face(about.customer_id),
    )


_OPEN: Final = {"quote": msg("Open quote"), "contract": msg("Open contract"), "order": msg("Open order")}
