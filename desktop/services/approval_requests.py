"""Asking for approval of one quote as it stands, and answering: by sync, from inbox to inbox."""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models.changes import now_ms
from desktop.models.records import (
    Approval,
    ApprovalGrant,
    ApprovalRequest,
    Contract,
    Customer,
    Order,
    Quote,
    User,
)
from desktop.models.store import Actor, Store, Work
from desktop.rules import approvals as rules
from desktop.services import approval_papers, approvals, contract_drafts, drafts, quote_copies
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
        ApprovalRequest.contract_id.is_(None),
        ApprovalRequest.order_id.is_(None),
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
        contract_id=request.contract_id,
        order_id=request.order_id,
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


Subject = Quote | Contract | Order


def described(store: Store, request: UUID) -> tuple[ApprovalRequest, Subject | None, User | None] | None:
    """A request with what it is about and who asks."""
    with store.reading() as session:
        found = session.get(ApprovalRequest, request)
        if found is None:
            return None
        who = session.get(User, found.requested_by_id) if found.requested_by_id else None
        return found, subject_of(session, found), who


def subject_of(session: Session, about: ApprovalRequest | Approval) -> Subject | None:
    """The quote, contract or order that a request or a note is about; None: it is not here."""
    if about.contract_id is not None:
        return session.get(Contract, about.contract_id)
    if about.order_id is not None:
        return session.get(Order, about.order_id)
    return session.get(Quote, about.quote_id) if about.quote_id else None


def about(request: ApprovalRequest) -> tuple[str, UUID]:
    """The kind and id of what a request is about."""
    if request.contract_id is not None:
        return "contract", request.contract_id
    return (
        ("order", request.order_id)
        if request.order_id is not None
        else ("quote", request.quote_id or request.id)
    )


def buyer(store: Store, about: Subject | None) -> Message:
    """What the customer of a document is called."""
    if about is None or about.customer_id is None:
        return verbatim("—")
    with store.reading() as session:
        found = session.get(Customer, about.customer_id)
    return called(found) if found is not None else verbatim("—")


def asked_words(request: ApprovalRequest) -> Message:
    """The first of what asks, as it was written when it was asked."""
    first = next(iter(request.asked or ()), {})
    return Called(first.get("zh", ""), "verbatim", english=first.get("en", ""))


def still_so(store: Store, request: ApprovalRequest) -> bool:
    """Whether it says what was asked for, or was issued subject to it, as far as is known here."""
    if request.contract_id is not None or request.order_id is not None:
        return _still(store, request)
    if request.quote_id is None:
        return False
    draft = drafts.load(store, request.quote_id)
    awaited = not draft.frozen or "approval" in (draft.revision.snapshot or {})
    return awaited and approvals.bound_hash(draft) == request.content_hash


def _still(store: Store, request: ApprovalRequest) -> bool:
    with store.reading() as session:
        about = subject_of(session, request)
        if not isinstance(about, Contract | Order) or about.stage != "draft":
            return False
        on = store.clock().astimezone(contract_drafts.zone_of(session)).date()
        try:
            return approval_papers.paper_of(session, about, on).digest == request.content_hash
        except (NotFound, Refused):
            return False
