"""Asking for approval of one quote as it stands, and answering: by sync, from inbox to inbox."""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.changes import now_ms
from desktop.models.records import ApprovalGrant, ApprovalRequest, Customer, Quote, User
from desktop.models.store import Actor, Store, Work
from desktop.rules import approvals as rules
from desktop.services import approvals, drafts, quote_copies
from desktop.services.commands import Asking, command, every
from desktop.services.naming import Called, called
from desktop.services.quote_sense import can_change
from desktop.services.quotes import today
from desktop.words import Message, msg, verbatim

NOTHING: Final = approvals.NOTHING
ANSWERED: Final = msg("This request was answered already.")
NOT_YOURS: Final = msg("This needs the approval of somebody else: {role}.")


@command(
    "quote.ask_approval",
    label=msg("Ask for approval"),
    on=Quote,
    when=can_change,
    writes=every(ApprovalRequest),
    icon="shield-check",
)
def ask(work: Work, quote: Quote, *, remark: str = "") -> ApprovalRequest:
    """Ask an approver for this quote exactly as it stands now; an older request for it is withdrawn."""
    draft = drafts.draft_of(work.session, quote)
    found = approvals.standing(
        work.session,
        draft,
        draft.totals(),
        work.actor,
        device=work.device,
        on=today(work),
        at=now_ms(work.now),
    )
    if found is None or found.refusal is None:
        raise Refused(NOTHING)
    if found.waits:
        raise Refused(approvals.WAITS)
    for older in _open(work, quote):
        older.state = "withdrawn"
    made = ApprovalRequest(
        quote_id=quote.id,
        content_hash=approvals.bound_hash(draft),
        asked=approvals.asked_of(found.asks),
        role=rules.highest(found.asks),
        remark=remark,
        exposure=Decimal(found.facts.payable).scaleb(-found.facts.digits),
        currency=found.facts.currency,
        requested_by_id=work.actor.id,
        requested_at=work.now,
    )
    quote_copies.belongs(work, quote, made)
    return made


def _open(work: Work, quote: Quote) -> list[ApprovalRequest]:
    query = select(ApprovalRequest).where(
        ApprovalRequest.quote_id == quote.id,
        ApprovalRequest.state == "open",
        ApprovalRequest.deleted_at.is_(None),
    )
    return list(work.session.scalars(query))


def can_answer(request: ApprovalRequest, asking: Asking) -> Message | None:
    """A request is answered once, by somebody whose role is enough."""
    if request.state != "open":
        return ANSWERED
    if not rules.enough(asking.actor.rights, request.role or "manager"):
        return NOT_YOURS.of(role=rules.ROLE_WORDS.get(request.role or "manager", ""))
    return None


_WRITES: Final = ("approval_request.state", *every(ApprovalGrant))


@command(
    "approval_request.grant",
    label=msg("Approve"),
    on=ApprovalRequest,
    when=can_answer,
    writes=_WRITES,
    undoable=False,
    icon="check",
    offered=True,
)
def grant(work: Work, request: ApprovalRequest, *, remark: str = "") -> ApprovalGrant:
    """Agree to exactly the content that was asked for."""
    return _answer(work, request, granted=True, remark=remark)


@command(
    "approval_request.refuse",
    label=msg("Refuse approval"),
    on=ApprovalRequest,
    when=can_answer,
    writes=_WRITES,
    undoable=False,
    icon="x",
    offered=True,
)
def refuse(work: Work, request: ApprovalRequest, *, remark: str = "") -> ApprovalGrant:
    """Say no; who asked is told why."""
    return _answer(work, request, granted=False, remark=remark)


def _answer(work: Work, request: ApprovalRequest, *, granted: bool, remark: str) -> ApprovalGrant:
    made = ApprovalGrant(
        quote_id=request.quote_id,
        request_id=request.id,
        content_hash=request.content_hash,
        granted=granted,
        remark=remark,
    )
    made.owner_id, made.team_id = request.owner_id, request.team_id
    work.add(made)
    request.state = "granted" if granted else "refused"
    return made


def waiting_for(me: Actor) -> tuple[Any, ...]:
    """Of the requests those that this person may answer."""
    enough = [role for role in rules.APPROVERS if rules.enough(me.rights, role)]
    return (
        ApprovalRequest.state == "open",
        ApprovalRequest.deleted_at.is_(None),
        ApprovalRequest.role.in_(enough),
        ApprovalRequest.requested_by_id != me.id,
    )


def described(store: Store, request: UUID) -> tuple[ApprovalRequest, Quote | None, User | None] | None:
    """A request with its quote and who asks."""
    with store.reading() as session:
        found = session.get(ApprovalRequest, request)
        if found is None:
            return None
        quote = session.get(Quote, found.quote_id) if found.quote_id else None
        who = session.get(User, found.requested_by_id) if found.requested_by_id else None
        return found, quote, who


def buyer(store: Store, quote: Quote | None) -> Message:
    """What the customer of a quote is called."""
    if quote is None or quote.customer_id is None:
        return verbatim("—")
    with store.reading() as session:
        found = session.get(Customer, quote.customer_id)
    return called(found) if found is not None else verbatim("—")


def asked_words(request: ApprovalRequest) -> Message:
    """The first of what asks, as it was written when it was asked."""
    first = next(iter(request.asked or ()), {})
    return Called(first.get("zh", ""), "verbatim", english=first.get("en", ""))


def still_so(store: Store, request: ApprovalRequest) -> bool:
    """Whether the quote says what was asked for, or was issued subject to it, as far as is known here."""
    if request.quote_id is None:
        return False
    draft = drafts.load(store, request.quote_id)
    awaited = not draft.frozen or "approval" in (draft.revision.snapshot or {})
    return awaited and approvals.bound_hash(draft) == request.content_hash
