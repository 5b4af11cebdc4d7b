"""Approval of contracts and orders: how they stand, asking for it, and under what they went out.

The same rules, delegations, codes and answers as for quotes; a request lies beside the quote of its document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models.changes import now_ms
from desktop.models.records import (
    Approval,
    ApprovalRequest,
    Clause,
    ClauseVersion,
    Contract,
    ContractClause,
    Customer,
    Order,
    OrderLine,
    Organisation,
    Payment,
    Quote,
)
from desktop.models.store import Actor, Store, Work
from desktop.rules import approval_papers as rules
from desktop.rules import approvals as kinds
from desktop.rules import clauses as worded
from desktop.rules.approval_facts import bound
from desktop.rules.approvals import Facts, Rule
from desktop.rules.canonical import content_hash
from desktop.rules.clauses import Deviation, Wording
from desktop.rules.phone_approvals import Matter, matter
from desktop.services import approvals, contract_drafts, contract_sense, order_sense
from desktop.services.approvals import Standing
from desktop.services.clauses import NEEDS, brought_along, standard_of, wording_of
from desktop.services.commands import command, every
from desktop.services.contract_drafts import ContractDraft
from desktop.services.quote_prices import today
from desktop.words import msg

ELSEWHERE: Final = msg("The quote of this document is not on this laptop.")
_OPEN: Final = ("submitted", *order_sense.OPEN)
"""Stages in which an order is owed."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A contract or an order that somebody wants to let go."""

    record: Contract | Order
    facts: Facts
    content: dict[str, Any]

    @property
    def digest(self) -> str:
        """What an approval of it is bound to."""
        return content_hash(bound(self.content))

    @property
    def link(self) -> dict[str, UUID]:
        """How an approval names it."""
        return {f"{self.facts.subject}_id": self.record.id}


# ---------------------------------------------------------------- contracts


def of_contract(session: Session, draft: ContractDraft, snapshot: Mapping[str, Any] | None = None) -> Paper:
    """A contract as it would be issued now. Raises Refused for one whose quote nobody can read."""
    content = dict(snapshot) if snapshot is not None else draft.snapshot()
    count = sum(one.needs_approval for one in deviations(session, draft))
    try:
        return Paper(draft.contract, rules.contract_facts(content, count), content)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        raise Refused(contract_drafts.NO_CONTRACT) from None


def deviations(session: Session, draft: ContractDraft) -> list[Deviation]:
    """How it differs, held against the library itself: what a contract keeps of it is a laptop's."""
    usual = [
        (one.code, one.wording.heading, one.approval_class == NEEDS) for one in draft.library if one.usual
    ]
    strict = {code for code, _, needs in usual if needs}
    strict |= set(session.scalars(select(Clause.code).where(Clause.approval_class == NEEDS)))
    ours = []
    for clause in draft.clauses:
        differs = worded.deviates(_standard(session, clause), wording_of(clause))
        needs = not clause.code or clause.approval_class == NEEDS or clause.code in strict
        ours.append((clause.code or "", clause.heading or clause.heading_en or "", needs, differs))
    return worded.deviations(usual, ours)


def _standard(session: Session, clause: ContractClause) -> Wording | None:
    """The text that a clause came from, if the library says so as well; None: it is one of its own."""
    kept = standard_of(clause)
    if kept is None or clause.version_id is None:
        brought = {one.code: one.wording for one in brought_along()}
        return kept if kept is not None and brought.get(clause.code) == kept else None
    version = session.get(ClauseVersion, clause.version_id)
    of = session.get(Clause, version.clause_id) if version is not None and version.clause_id else None
    if version is None or of is None or clause.code not in (of.code, of.id.hex):
        return None
    names = Wording(of.name or "", of.name_en or "")
    said = Wording(
        version.heading or kept.heading or names.heading,
        version.heading_en or kept.heading_en or names.heading_en,
        version.body or "",
        version.body_en or "",
    )
    return kept if kept == said else None


# ---------------------------------------------------------------- orders


def of_order(session: Session, order: Order) -> Paper:
    """An order as it would be submitted now."""
    query = select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.deleted_at.is_(None))
    customer = session.get(Customer, order.customer_id) if order.customer_id else None
    return order_paper(session, order, session.scalars(query), customer)


def order_paper(
    session: Session,
    order: Order,
    lines: Iterable[OrderLine],
    customer: Customer | None,
    more: Mapping[UUID, int] | None = None,
) -> Paper:
    """The same of an order with its lines; `more`: by order, what else was submitted just before."""
    content = rules.order_content(order.wire(), [line.wire() for line in lines])
    return Paper(order, rules.order_facts(content, _owed(session, order, customer, more or {})), content)


def worth(order: Order) -> int:
    """What an order comes to before what was prepaid, in minor units."""
    return (order.payable or 0) + (order.prepaid or 0)


def _owed(session: Session, order: Order, customer: Customer | None, more: Mapping[UUID, int]) -> int | None:
    """By how much this order's customer would be above the credit limit; None: there is none.

    Counted in the firm's own currency, which the limit is in, over all orders that are known here.
    """
    firm = session.scalars(select(Organisation).where(Organisation.deleted_at.is_(None)).limit(1)).first()
    currency = (firm.currency if firm is not None else "") or "CNY"
    if customer is None or customer.credit is None or (order.currency or "CNY") != currency:
        return None
    query = select(Order).where(
        Order.customer_id == order.customer_id,
        func.coalesce(Order.currency, "CNY") == currency,
        Order.stage.in_(_OPEN),
        Order.deleted_at.is_(None),
    )
    sums = {one.id: worth(one) for one in session.scalars(query)}
    sums |= {**more, order.id: worth(order)}
    paid = select(Payment.order_id, func.sum(Payment.amount)).where(
        Payment.order_id.in_(list(sums)), Payment.deleted_at.is_(None)
    )
    got = {one: int(amount or 0) for one, amount in session.execute(paid.group_by(Payment.order_id))}
    return rules.above(customer.credit, [max(total - got.get(one, 0), 0) for one, total in sums.items()])


# ---------------------------------------------------------------- how it stands


def standing(
    session: Session, paper: Paper, actor: Actor, *, device: UUID, on: date, at: int
) -> Standing | None:
    """How it stands for whoever would let it go; None: no rule counts for them."""
    found = approvals.rules_for(session, actor.rights, paper.facts.subject)
    return _stands(session, paper, found, actor, device, on, at) if found else None


def _stands(
    session: Session, paper: Paper, found: list[Rule], actor: Actor, device: UUID, on: date, at: int
) -> Standing:
    column = (
        ApprovalRequest.contract_id if paper.facts.subject == kinds.CONTRACT else ApprovalRequest.order_id
    )
    document = approvals.Document(
        paper.facts, paper.digest, paper.record.customer_id, column == paper.record.id
    )
    return approvals.stands(session, document, found, actor, device=device, on=on, at=at)


def paper_of(session: Session, record: Contract | Order, on: date) -> Paper:
    """A contract or an order as it stands."""
    if isinstance(record, Order):
        return of_order(session, record)
    return of_contract(session, contract_drafts.draft_of(session, record, on))


def now_standing(store: Store, record: Contract | Order) -> Standing | None:
    """How it stands for the person of this vault; None: no rule counts, or it went out already."""
    if record.stage != "draft":
        return None
    return _now(store, record)[1]


def matter_of(store: Store, record: Contract | Order) -> tuple[Matter, Standing]:
    """What somebody is asked to approve by telephone. Raises Refused where nothing asks."""
    paper, found = _now(store, record)
    if found is None or not found.asks:
        raise Refused(kinds.NOTHING[paper.facts.subject])
    facts = found.facts
    return matter(store.device.hex, paper.digest, found.asks, facts.payable, facts.currency), found


def _now(store: Store, record: Contract | Order) -> tuple[Paper, Standing | None]:
    now = store.clock()
    with store.reading() as session:
        on = now.astimezone(contract_drafts.zone_of(session)).date()
        kept = session.get(type(record), record.id)
        paper = paper_of(session, kept if isinstance(kept, Contract | Order) else record, on)
        at = now_ms(now)
        return paper, standing(session, paper, store.me(), device=store.device, on=on, at=at)


# ---------------------------------------------------------------- asking, and letting go


@command(
    "contract.ask_approval",
    label=msg("Ask for approval"),
    on=Contract,
    when=contract_sense.can_change,
    writes=every(ApprovalRequest),
    icon="shield-check",
)
def ask_for_contract(work: Work, contract: Contract, *, remark: str = "") -> ApprovalRequest:
    """Ask an approver for this contract exactly as it stands now."""
    return _ask(work, contract, remark)


@command(
    "order.ask_approval",
    label=msg("Ask for approval"),
    on=Order,
    when=order_sense.can_submit,
    writes=every(ApprovalRequest),
    icon="shield-check",
)
def ask_for_order(work: Work, order: Order, *, remark: str = "") -> ApprovalRequest:
    """Ask an approver for this order exactly as it stands now."""
    return _ask(work, order, remark)


def _ask(work: Work, record: Contract | Order, remark: str) -> ApprovalRequest:
    paper = paper_of(work.session, record, today(work))
    found = at_work(work, paper)
    if found is None or found.refusal is None:
        raise Refused(kinds.NOTHING[paper.facts.subject])
    if found.waits:
        raise Refused(approvals.WAITS)
    name, about = next(iter(paper.link.items()))
    query = select(ApprovalRequest).where(
        getattr(ApprovalRequest, name) == about,
        ApprovalRequest.state == "open",
        ApprovalRequest.deleted_at.is_(None),
    )
    for older in work.session.scalars(query):
        older.state = "withdrawn"
    made = ApprovalRequest(
        content_hash=paper.digest,
        asked=approvals.asked_of(found.asks),
        role=kinds.highest(found.asks),
        remark=remark,
        exposure=Decimal(found.facts.payable).scaleb(-found.facts.digits),
        currency=found.facts.currency,
        requested_by_id=work.actor.id,
        requested_at=work.now,
        **paper.link,
    )
    _beside(work, record, made)
    return made


def at_work(work: Work, paper: Paper) -> Standing | None:
    """How it stands for whoever is at work on it."""
    return standing(
        *(work.session, paper, work.actor), device=work.device, on=today(work), at=now_ms(work.now)
    )


def agreed(work: Work, paper: Paper) -> None:
    """Note under what it goes out. Raises Refused where a rule asks and nobody has agreed."""
    found = at_work(work, paper)
    if found is None or not found.asks:
        return
    if found.refusal is not None:
        raise Refused(found.refusal)
    note = Approval(
        content_hash=content_hash(paper.content),
        way=found.way,
        source_id=found.source,
        asked=approvals.asked_of(found.asks),
        exposure=Decimal(found.facts.payable).scaleb(-found.facts.digits),
        currency=found.facts.currency,
        used_at=work.now,
        **paper.link,
        **approvals.call_of(found.call),
    )
    _beside(work, paper.record, note)


def _beside(work: Work, record: Contract | Order, made: Approval | ApprovalRequest) -> None:
    """Keep it where the quote of the document lives."""
    quote = work.session.get(Quote, record.quote_id) if record.quote_id else None
    if quote is None:
        raise NotFound(ELSEWHERE)
    made.quote_id, made.owner_id, made.team_id = quote.id, quote.owner_id, quote.team_id
    work.add(made)


def agreed_order(work: Work, order: Order) -> None:
    """The same of an order that is handed to the office."""
    agreed(work, of_order(work.session, order))
