"""Whether a quote may be issued without asking, under what, and how much may still be given away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from desktop.errors import Refused
from desktop.models import delegations as signed
from desktop.models.changes import now_ms, read_local
from desktop.models.records import (
    Approval,
    ApprovalGrant,
    ApprovalRequest,
    ApprovalRule,
    Delegation,
    QuoteLine,
    User,
)
from desktop.models.store import Actor, Store, Work
from desktop.rules import approval_facts, approvals, delegations, phone_approvals, roles
from desktop.rules.approvals import Ask, Facts, Rule
from desktop.rules.canonical import content_hash
from desktop.rules.delegations import Case
from desktop.rules.floors import Light
from desktop.rules.money import ONE
from desktop.rules.phone_approvals import Call
from desktop.rules.totals import Totals
from desktop.services import approval_phone, drafts, prices, quote_copies
from desktop.services.commands import every
from desktop.services.drafts import QuoteDraft
from desktop.words import Message, msg

WRITES: Final = every(Approval)
NEEDS: Final = msg("{what} Stay within it, or ask for approval: {role}.")
BOTH: Final = msg("{what} {why}")
NO_GRANT: Final = msg("No delegation on this laptop covers it.")
NOTHING: Final = msg("Nothing in this quote asks for approval.")
NO_CONDITION: Final = msg("{what} No rule that asks allows to issue it subject to approval.")
TOO_LONG: Final = msg("It may be issued subject to approval for {days} days at most.")
UNASKED: Final = msg("Ask for approval first: what is issued subject to it waits for an answer.")
WAITS: Final = msg("Approval was asked for; nobody has answered yet.")
UNSIGNED: Final = msg("The answer to the request is not signed by this laptop's office yet.")
OTHER_CONTENT: Final = msg("Approval was asked for another content; ask again for this one.")
APPROVED: Final = msg("Approved by {who}.")
NO_OFFICE: Final = msg("Delegation {code} is not signed by this laptop's office yet.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a quote stands for one person: what asks, what covers it or why nothing does, what is left."""

    facts: Facts
    asks: tuple[Ask, ...] = ()
    left: int | None = None
    source: UUID | None = None
    why: Message | None = None
    """In words: what covers it, or why nothing here does."""
    way: str = "delegation"
    waits: bool = False
    """Approval was asked for exactly this content, and nobody has answered yet."""
    call: Call | None = None
    """What an approver read back on the telephone, where that covers it."""

    @property
    def days(self) -> int | None:
        """For how many days it may be issued subject to approval; None where it may not."""
        if self.refusal is None or self.facts.subject != approvals.QUOTE:
            return None
        return approvals.conditional_days(self.asks)

    @property
    def light(self) -> Light:
        """Before the customer sees anything."""
        granted = self.why if self.source is not None else None
        return approvals.light(self.asks, self.facts, self.left, granted=granted)

    @property
    def refusal(self) -> Message | None:
        """Why it may not be issued, and what to do; None where it may."""
        if not self.asks or self.source is not None:
            return None
        first, why = self.asks[0], self.why or NO_GRANT
        whole = why if "what" in why.values else BOTH.of(what=first.words, why=why)
        return NEEDS.of(what=whole, role=approvals.ROLE_WORDS.get(first.rule.role, ""))


def rules_for(session: Session, role: roles.Role, subject: str = approvals.QUOTE) -> list[Rule]:
    """The rules that count for somebody of this role who issues such a document, in their order."""
    found = [(each, as_rule(each)) for each in in_order(session) if each.active is not False]
    return [
        rule
        for _, rule in found
        if rule is not None and rule.speaks_of(subject) and not approvals.enough(role, rule.role)
    ]


def in_order(session: Session) -> list[ApprovalRule]:
    """All rules, as somebody has put them, else as they were made."""
    query = select(ApprovalRule).where(ApprovalRule.deleted_at.is_(None))
    return list(session.scalars(query.order_by(func.coalesce(ApprovalRule.place, ""), ApprovalRule.id)))


def as_rule(each: ApprovalRule) -> Rule | None:
    """A rule as it counts; None where its limit is missing."""
    if each.threshold is None:
        return None
    return Rule(
        *(each.id.hex, each.kind, each.threshold, each.role or "manager", each.currency or ""),
        conditional=each.conditional,
        subject=each.subject or approvals.QUOTE,
    )


def facts_of(session: Session, draft: QuoteDraft, totals: Totals, rules: Iterable[Rule], on: date) -> Facts:
    """What rules look at in a draft, or in an issued content that stands as one."""
    revision = draft.revision
    floored = any(rule.kind in (approvals.FLOOR, approvals.MARGIN) for rule in rules)
    return approval_facts.facts(
        draft.document(),
        totals,
        [_known(session, draft, line, on, floored=floored) for line in draft.lines],
        milestones=revision.milestones or (),
        terms=revision.terms or (),
        standard=(draft.seller.terms if draft.seller else None) or (),
        promoted={n for n, one in enumerate(draft.document_adjustments) if one.promotion_id or one.coupon_id},
        valid_until=revision.valid_until,
        on=on,
    )


def of_line(
    session: Session, draft: QuoteDraft, totals: Totals, place: int, rules: Sequence[Rule], on: date
) -> Ask | None:
    """What rules about lines ask of one line by itself; None where it keeps to them."""
    mine = [rule for rule in rules if rule.kind in (approvals.LINE, approvals.FLOOR, approvals.GIFT)]
    if not mine or not totals.lines[place].counts or not draft.lines[place].quantity:
        return None
    known = _known(session, draft, draft.lines[place], on, floored=True)
    part = approval_facts.part(draft.document(), place, totals, known)
    facts = Facts(draft.quote.currency or "", totals.digits, (part,), 0, 0)
    return next((ask for ask in approvals.asks(mine, facts) if ask.rule.kind != approvals.GIFT), None)


def _known(
    session: Session, draft: QuoteDraft, line: QuoteLine, on: date, *, floored: bool
) -> approval_facts.Known:
    """What is known of a line beside what it prints; its floor where a rule asks for one."""
    price, floor = approval_facts.found_price(line.price_trace), None
    if floored and line.product_id is not None:
        floor = prices.floor(session, draft, line, on)
    if prices.of_another(session, draft.quote, line):
        price = _now(session, draft, line, on) or price
    found, per = price or (None, ONE)
    floor_per = approval_facts.per(line.price_trace)
    free = line.product_id is None
    return approval_facts.Known(line.name or line.sku or "", found, per, floor, floor_per, free)


def _now(session: Session, draft: QuoteDraft, line: QuoteLine, on: date) -> tuple[Decimal, Decimal] | None:
    """What the books would say of a line now that its quote is another one, and for how many units."""
    found = prices.price_of(
        session,
        line,
        draft.customer,
        currency=draft.quote.currency,
        tax_mode=draft.revision.tax_mode,
        on=on,
        home=draft.seller.currency if draft.seller else "",
    )
    return (found.unit_price, found.base_quantity) if found is not None else None


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be issued, as approval looks at it: its facts, and what an approval of it is bound to."""

    facts: Facts
    content: str
    customer: UUID | None
    request: ColumnElement[bool]
    """Which requests are about it."""


def standing(
    session: Session, draft: QuoteDraft, totals: Totals, actor: Actor, *, device: UUID, on: date, at: int
) -> Standing | None:
    """How a draft stands for whoever would issue it; None: no rule counts for them."""
    rules = rules_for(session, actor.rights)
    if not rules:
        return None
    facts = facts_of(session, draft, totals, rules, on)
    customer, about = draft.quote.customer_id, ApprovalRequest.quote_id == draft.quote.id
    about &= ApprovalRequest.contract_id.is_(None) & ApprovalRequest.order_id.is_(None)
    document = Document(facts, bound_hash(draft), customer, about)
    return stands(session, document, rules, actor, device=device, on=on, at=at)


def stands(
    session: Session,
    document: Document,
    rules: Sequence[Rule],
    actor: Actor,
    *,
    device: UUID,
    on: date,
    at: int,
) -> Standing:
    """How a document stands for whoever would issue it, under the rules that count for them."""
    facts = document.facts
    asks = approvals.asks(rules, facts)
    case = Case(actor.id.hex, device.hex, _hex(document.customer), on, at)
    found = _covering(session, rules, asks, facts, case)
    left, (source, why) = _left(rules, facts, found), _told(found)
    if not asks or source is not None:
        return Standing(facts, asks, left, source, why)
    called = approval_phone.covering(session, device, document.content, asks, facts, at)
    if called is not None:
        call, who = called
        said = approval_phone.BY_PHONE.of(who=who.name)
        return Standing(facts, asks, left, who.id, said, way="phone", call=call)
    return _answered(session, document, Standing(facts, asks, left, None, why))


def _answered(session: Session, document: Document, found: Standing) -> Standing:
    """The same with what became of the newest request for this document."""
    query = select(ApprovalRequest).where(document.request, ApprovalRequest.deleted_at.is_(None))
    newest = session.scalars(query.order_by(ApprovalRequest.id.desc()).limit(1)).first()
    if newest is None:
        return found
    if newest.content_hash != document.content:
        return replace(found, why=OTHER_CONTENT)
    answer = answer_to(session, newest.id)
    if answer is None:
        return replace(found, why=WAITS, waits=True)
    public = (read_local(session.connection(), signed.KEYS) or {}).get("sign", "")
    row = signed.wire(answer)
    if not signed.is_signed(public, row):
        return replace(found, why=UNSIGNED, waits=True)
    refused = delegations.refusal_of_answer(row, newest.content_hash, found.asks)
    if refused is not None:
        return replace(found, why=refused)
    by = session.get(User, answer.granted_by_id) if answer.granted_by_id else None
    return replace(found, source=answer.id, way="grant", why=APPROVED.of(who=by.name if by else "—"))


def answer_to(session: Session, request: UUID) -> ApprovalGrant | None:
    """The newest answer to a request."""
    query = select(ApprovalGrant).where(
        ApprovalGrant.request_id == request, ApprovalGrant.deleted_at.is_(None)
    )
    return session.scalars(query.order_by(ApprovalGrant.id.desc()).limit(1)).first()


def bound_hash(draft: QuoteDraft) -> str:
    """What an approval of this draft is bound to: any change of a line makes another one."""
    return content_hash(approval_facts.bound(draft.snapshot()))


def _told(found: Sequence[tuple[Delegation, delegations.Delegation, Message | None]]) -> tuple[Any, Any]:
    covering = next((given for given, _, refused in found if refused is None), None)
    if covering is not None:
        return covering.id, delegations.COVERED.of(code=covering.code)
    return None, found[0][2] if found else None


def _left(
    rules: Sequence[Rule],
    facts: Facts,
    found: Sequence[tuple[Delegation, delegations.Delegation, Message | None]],
) -> int | None:
    covering = next((given for _, given, refused in found if refused is None), None)
    limits = [(rule.kind, rule.limit) for rule in rules]
    return approvals.room(facts, delegations.effective(covering, limits, facts.currency))


def _covering(
    session: Session, rules: Sequence[Rule], asks: Sequence[Ask], facts: Facts, case: Case
) -> list[tuple[Delegation, delegations.Delegation, Message | None]]:
    """The delegations of this person with why each does not cover what asks, the ones that do first."""
    if not asks:
        return []
    connection = session.connection()
    public = (read_local(connection, signed.KEYS) or {}).get("sign", "")
    case = Case(case.rep, case.device, case.customer, case.on, case.at, signed.newest(connection))
    gifts = delegations.gifts_apart(((rule.kind, rule.currency) for rule in rules), facts.currency)
    query = select(Delegation).where(
        Delegation.owner_id == UUID(hex=case.rep), Delegation.deleted_at.is_(None)
    )
    found = []
    for each in session.scalars(query.order_by(Delegation.valid_until, Delegation.id)):
        row = signed.wire(each)
        given = signed.read(row)
        if given is None:
            continue
        found.append((each, given, _examined(each, row, public)))
        if found[-1][2] is None:
            used = signed.used(connection, each.id)
            refused = delegations.refusal(given, case, asks, facts, used, gifts=gifts)
            found[-1] = (each, given, refused)
    return sorted(found, key=lambda one: one[2] is not None)


def _examined(given: Delegation, row: Mapping[str, Any], public: str) -> Message | None:
    if not given.signature or not public:
        return NO_OFFICE.of(code=given.code)
    return None if signed.is_signed(public, row) else delegations.CHANGED.of(code=given.code)


def any_rules(store: Store) -> bool:
    """Whether any rule counts for the person of this vault; asked at each change of a quote."""
    with store.reading() as session:
        return bool(rules_for(session, store.me().rights))


def now_standing(store: Store, draft: QuoteDraft) -> Standing | None:
    """How a draft stands for the person of this vault right now. Raises Refused where it has no totals."""
    zone = ZoneInfo((draft.seller.time_zone if draft.seller else "") or "Asia/Shanghai")
    now = store.clock()
    with store.reading() as session:
        return standing(
            session,
            draft,
            draft.totals(),
            store.me(),
            device=store.device,
            on=now.astimezone(zone).date(),
            at=now_ms(now),
        )


def matter_of(store: Store, quote_id: UUID, found: Standing) -> phone_approvals.Matter:
    """What somebody is asked to approve by telephone, as it stands now."""
    content = bound_hash(drafts.load(store, quote_id))
    return phone_approvals.matter(
        store.device.hex, content, found.asks, found.facts.payable, found.facts.currency
    )


def at_work(work: Work, draft: QuoteDraft, on: date) -> Standing | None:
    """How a draft stands for whoever is at work on it."""
    return standing(
        *(work.session, draft, draft.totals(), work.actor), device=work.device, on=on, at=now_ms(work.now)
    )


def agreed(work: Work, draft: QuoteDraft, snapshot: Mapping[str, Any], found: Standing | None) -> None:
    """Note under what this content is issued. Raises Refused where a rule asks and nobody has agreed."""
    if found is None or not found.asks:
        return
    said: dict[str, Any] = {"way": found.way, "source_id": found.source}
    if "approval" in snapshot:
        until = date.fromisoformat(snapshot["approval"]["until"])
        said = {"way": "conditional", "source_id": _request_for(work, draft), "until": until}
    elif found.refusal is not None:
        raise Refused(found.refusal)
    note_of(work, draft, snapshot, found, said | call_of(found.call))


def call_of(call: Call | None) -> dict[str, Any]:
    """What a note keeps of a code by telephone."""
    if call is None:
        return {}
    said = {"challenge": call.challenge, "code": call.code, "opened": call.opened}
    return {**said, "approver_id": UUID(hex=call.approver)}


def condition(found: Standing | None, on: date, until: date) -> dict[str, str]:
    """What the content says of its condition. Raises Refused where nothing asks, or a rule forbids it."""
    if found is None or found.refusal is None:
        raise Refused(NOTHING)
    if found.days is None:
        raise Refused(NO_CONDITION.of(what=found.refusal))
    if not on <= until <= on + timedelta(days=found.days):
        raise Refused(TOO_LONG.of(days=found.days))
    return {"until": until.isoformat()}


def _request_for(work: Work, draft: QuoteDraft) -> UUID:
    """The request for exactly this content that waits for its answer. Raises Refused without one."""
    query = select(ApprovalRequest.id).where(
        ApprovalRequest.quote_id == draft.quote.id,
        ApprovalRequest.content_hash == bound_hash(draft),
        ApprovalRequest.state == "open",
        ApprovalRequest.deleted_at.is_(None),
    )
    found = work.session.scalars(query.order_by(ApprovalRequest.id.desc()).limit(1)).first()
    if found is None:
        raise Refused(UNASKED)
    return found


def note_of(
    work: Work, draft: QuoteDraft, snapshot: Mapping[str, Any], found: Standing, said: Mapping[str, Any]
) -> Approval:
    """The note of what this content is issued under."""
    note = Approval(
        quote_id=draft.quote.id,
        revision_id=draft.revision.id,
        content_hash=content_hash(dict(snapshot)),
        asked=asked_of(found.asks),
        exposure=Decimal(found.facts.payable).scaleb(-found.facts.digits),
        currency=found.facts.currency,
        used_at=work.now,
        **said,
    )
    quote_copies.belongs(work, draft.quote, note)
    return note


def asked_of(asks: Iterable[Ask]) -> list[dict[str, Any]]:
    """What asks, as it is kept."""
    return [
        {"rule": ask.rule.id, "kind": ask.rule.kind, "found": ask.found, **drafts.said(ask.words)}
        for ask in asks
    ]


def _hex(record: UUID | None) -> str:
    return record.hex if record is not None else ""
