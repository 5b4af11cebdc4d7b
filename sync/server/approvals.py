"""The office's side of approvals: it signs what is delegated, and checks what was issued when it hears of it.

Issued paper is never touched: a verdict is noted beside it, and a task tells who has to look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models import delegations as signed
from desktop.models.record import Record
from desktop.models.records import Adjustment, Customer, Organisation, Quote, QuoteLine, QuoteRevision
from desktop.rules import approvals, delegations, roles
from desktop.rules.approval_facts import bound
from desktop.rules.approvals import Ask, Facts, Rule
from desktop.rules.canonical import content_hash
from desktop.rules.delegations import Case, Used
from desktop.services import approvals as asked
from desktop.services.drafts import QuoteDraft
from desktop.words import Message, msg
from sync.protocol.bundle import sign_key
from sync.protocol.ops import Op
from sync.server import approval_calls, approval_papers, coupons, editions, permission
from sync.server.approval_calls import BROKEN, KEPT, LAPSED
from sync.server.batch import OFFICE, Batch, Held
from sync.server.judge import Outcome
from sync.server.scope import Scope

UNASKED: Final = msg("It was issued without the approval that it needs: {what}")
UNKNOWN: Final = msg("The office cannot work out whether it needed approval.")
GONE: Final = msg("The office does not know this delegation, or it was withdrawn.")
NO_ANSWER: Final = msg("The office does not know this approval.")
R = TypeVar("R", bound=Record)


def follow(batch: Batch, scope: Scope, decided: Iterable[tuple[Op, object]]) -> None:
    """Sign the delegations of a push that was judged, and check what it says was issued."""
    known = list(decided)
    batch.begin()
    _sign(batch, scope)
    approval_calls.hear(batch, scope)
    issues = [
        (op, outcome.held, max((before.at for before, _ in known if before.n < op.n), default=0))
        for op, outcome in known
        if isinstance(outcome, Outcome) and outcome.held is not None and approval_papers.leaves(op)
    ]
    if not issues:
        return
    role = scope.role or roles.named(scope.person.role)
    with Session(bind=batch.conn, autoflush=False) as session:
        firm = session.query(Organisation).filter(Organisation.deleted_at.is_(None)).first()
        for op, held, before in issues:
            rules = asked.rules_for(session, role, approval_papers.subject_of(held.type))
            issue = _issue(batch, session, rules, firm, (op, held), issues)
            if issue is not None:
                _check(batch, scope, rules, firm, (op, issue, before))


@dataclass(frozen=True, slots=True)
class Issue:
    """What went out: whose it is, what was said of it then, its facts (None: they cannot be worked out)."""

    root: Held
    note: Held | None
    content: Mapping[str, Any]
    customer: str
    facts: Facts | None


def _issue(
    batch: Batch,
    session: Session,
    rules: Sequence[Rule],
    firm: Organisation | None,
    left: tuple[Op, Held],
    others: Sequence[tuple[Op, Held, int]],
) -> Issue | None:
    """What went out with this operation; None where nothing of it is looked at."""
    op, held = left
    notes = _fresh(batch, "approval")
    if held.type in approval_papers.KINDS:
        names = f"{held.type}_id"
        about = [one for one in notes if one.row[names] == held.id]
        if not about and not rules:
            return None
        earlier = [one for said, one, _ in others if said.n < op.n]
        paper = approval_papers.paper_of(batch, session, op, held, earlier)
        digest = content_hash(paper.content) if paper is not None else ""
        note = next((one for one in about if one.row["content_hash"] == digest), None)
        content, facts = (paper.content, paper.facts) if paper is not None else ({}, None)
        return Issue(held, note, content, approval_papers.buyer(held, content), facts)
    quote, snapshot = batch.root_of(held), op.body["fields"]["snapshot"][1]
    note = next((one for one in notes if one.row["content_hash"] == op.body["hash"]), None)
    if quote is None or (note is None and not rules):
        return None
    facts = facts_of(batch, session, rules, quote, op, firm)
    return Issue(quote, note, snapshot, _buyer(quote, snapshot), facts)


# ---------------------------------------------------------------- signing


def _sign(batch: Batch, scope: Scope) -> None:
    """What an approver delegates or answers counts under the office's signature, in their name and role."""
    given = [held for held in batch.held("delegation") if held.home is None or held.changed]
    fresh = [*given, *_fresh(batch, "approval_grant"), *_fresh(batch, "phone_approval")]
    if not fresh:
        return
    key, role = sign_key(_seed(batch)), scope.role or roles.named(scope.person.role)
    for held in fresh:
        said = {
            "granted_by_id": scope.person.user,
            "granted_as": role.base or role.name,
            "granted_at": batch.now,
        }
        if "signature" in held.row:
            said["signature"] = signed.sign(key, {**held.row, **said}, batch.now)
        for name, value in said.items():
            batch.change(held, name, value, by=OFFICE)


def _seed(batch: Batch) -> bytes:
    from sync.server.bundle import secret

    return bytes.fromhex(secret(batch.conn))


# ---------------------------------------------------------------- checking


def _check(
    batch: Batch,
    scope: Scope,
    rules: Sequence[Rule],
    firm: Organisation | None,
    issue: tuple[Op, Issue, int],
) -> None:
    op, left, before = issue
    note, facts = left.note, left.facts
    asks = approvals.asks(rules, facts) if facts is not None else ()
    if facts is None and rules:
        permission.tell(batch, scope, left.root, UNKNOWN)
        return
    if note is None:
        if asks:
            permission.tell(batch, scope, left.root, UNASKED.of(what=asks[0].words))
        return
    verdict, refused = KEPT, _misnoted(note, facts)
    if asks and facts is not None and refused is None:
        on = datetime.fromtimestamp(op.at / 1000, ZoneInfo((firm and firm.time_zone) or "Asia/Shanghai"))
        case = Case(scope.person.user, batch.device, left.customer, on.date(), op.at, before)
        verdict, refused = verdict_of(batch, note, rules, asks, facts, case, dict(left.content))
    broken = refused is not None and verdict != LAPSED
    approval_calls.decide(batch, scope, note, BROKEN if broken else verdict, refused)


def verdict_of(
    batch: Batch,
    note: Held,
    rules: Sequence[Rule],
    asks: Sequence[Ask],
    facts: Facts,
    case: Case,
    snapshot: dict[str, Any],
) -> tuple[str, Message | None]:
    """What the office says of a note about exactly this content: in order, not known yet, or why not."""
    way, content = note.row["way"], content_hash(bound(snapshot))
    if way == "phone":
        seed = _seed(batch)
        refused = approval_calls.refusal_of_call(batch, note, asks, facts, content, case, seed)
        return (BROKEN, refused) if refused is not None else approval_calls.match_call(batch, note)
    if way == "conditional":
        refused = approval_calls.refusal_of_condition(note, asks, snapshot)
        return (BROKEN, refused) if refused is not None else approval_calls.match_answer(batch, note)
    if way == "grant":
        return KEPT, refusal_of_answer(batch, note, asks, snapshot)
    return KEPT, refusal_of(batch, note, rules, asks, facts, case)


def _misnoted(note: Held, facts: Facts | None) -> Message | None:
    """A total is noted as it is on the paper, for a delegation is used up by what is noted."""
    if facts is None:
        return None
    total = Decimal(facts.payable).scaleb(-facts.digits)
    same = (Decimal(note.row["exposure"] or 0), note.row["currency"]) == (total, facts.currency)
    return None if same else delegations.OTHER_CONTENT


def refusal_of(
    batch: Batch, note: Held, rules: Sequence[Rule], asks: Sequence[Ask], facts: Facts, issue: Case
) -> Message | None:
    """Why a delegation does not cover what was issued under it, by what the office knows itself."""
    held = _source(batch, note, "delegation")
    given = signed.read(held.row) if held is not None else None
    if held is None or given is None:
        return GONE
    gifts = delegations.gifts_apart(((rule.kind, rule.currency) for rule in rules), facts.currency)
    return delegations.refusal(given, issue, asks, facts, used_before(batch, held, note), gifts=gifts)


def refusal_of_answer(
    batch: Batch, note: Held, asks: Sequence[Ask], snapshot: Mapping[str, Any]
) -> Message | None:
    """Why an approver's answer does not cover what was issued under it."""
    held = _source(batch, note, "approval_grant")
    if held is None or not held.row["signature"]:
        return NO_ANSWER
    return delegations.refusal_of_answer(held.row, content_hash(bound(snapshot)), asks)


def _source(batch: Batch, note: Held, record_type: str) -> Held | None:
    """What a note names, as the office holds it; None where it is not there or was withdrawn."""
    source = note.row["source_id"]
    batch.load([(record_type, source)] if source else [])
    held = batch.get(record_type, source)
    return held if held is not None and not held.deleted else None


def used_before(batch: Batch, given: Held, note: Held) -> Used:
    """What was issued under it before this note, as far as the office has heard, in the order it heard."""
    stored = signed.used(batch.conn, UUID(hex=given.id))
    earlier = []
    for one in _fresh(batch, "approval"):
        if one is note:
            break
        if one.row["source_id"] == given.id:
            earlier.append(Decimal(one.row["exposure"] or 0))
    return Used(stored.count + len(earlier), stored.exposure + sum(earlier, Decimal(0)))


def _fresh(batch: Batch, record_type: str) -> list[Held]:
    return [held for held in batch.held(record_type) if held.home is None]


def facts_of(
    batch: Batch, session: Session, rules: Sequence[Rule], quote: Held, issue: Op, firm: Organisation | None
) -> Facts | None:
    """The facts of an issued content as the office works them out; None where it cannot be computed."""
    snapshot = issue.body["fields"]["snapshot"][1]
    content = editions.content_of(snapshot)
    if content is None:
        return None
    try:
        draft = _draft(batch, quote, snapshot, content, firm)
        on = date.fromisoformat(snapshot["issued_on"])
        return asked.facts_of(session, draft, draft.totals(), rules, on)
    except (Refused, KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _buyer(quote: Held, snapshot: Mapping[str, Any]) -> str:
    """Whom the paper names, whoever else the quote is for meanwhile."""
    named = snapshot.get("customer")
    return str((named.get("id") if isinstance(named, dict) else "") or quote.row["customer_id"] or "")


def _draft(
    batch: Batch,
    quote: Held,
    snapshot: Mapping[str, Any],
    content: editions.Content,
    firm: Organisation | None,
) -> QuoteDraft:
    """The content as a draft: what is printed comes of it, what is not of the rows that the office holds."""
    batch.load_children("quote", [quote.id])
    batch.load([("customer", quote.row["customer_id"])] if quote.row["customer_id"] else [])
    customer = batch.get("customer", quote.row["customer_id"])
    lines = []
    for name, values in content.lines:
        held = batch.get("quote_line", name)
        slabs = {"slabs": content.slabs.get(name, [])}
        lines.append(_record(QuoteLine, {**(held.row if held is not None else {}), **values, **slabs}, name))
    given = _given(batch, quote)
    discounts = [
        _record(
            Adjustment,
            {**_next(given, (line, kind, Decimal(value))), "kind": kind, "value": value, "line_id": line},
        )
        for line, group in content.adjustments.items()
        for kind, value in group
    ]
    return QuoteDraft(
        _record(Quote, {**quote.row, "currency": snapshot["currency"]}),
        _record(QuoteRevision, content.revision),
        lines,
        discounts,
        _record(Customer, customer.row) if customer is not None else None,
        None,
        firm,
        None,
    )


Given = dict[tuple[str | None, str, Decimal], list[dict[str, str]]]
"""By what they say, the discounts on the whole that the firm gives by itself."""


def _given(batch: Batch, quote: Held) -> Given:
    """Those of a promotion that the office knows, or of a coupon whose use on this quote was noted."""
    found: Given = {}
    for held in batch.held("adjustment"):
        promotion = held.row["promotion_id"]
        batch.load([("promotion", promotion)] if promotion else [])
        if batch.get("promotion", promotion) is not None and held.row["line_id"] is None:
            key = (None, held.row["kind"], Decimal(held.row["value"] or 0))
            found[key] = [{"promotion_id": promotion}]
    for coupon, (kind, value) in coupons.used_on(batch, quote).items():
        found.setdefault((None, kind, value), []).append({"coupon_id": coupon})
    return found


def _next(given: Given, key: tuple[str | None, str, Decimal]) -> dict[str, str]:
    """What gives a discount that says this; what a coupon gives, it gives once."""
    left = given.get(key, [])
    return left.pop() if left and "coupon_id" in left[-1] else (left[0] if left else {})


def _record(cls: type[R], row: Mapping[str, Any], record: str = "") -> R:
    """A record of these values in wire form; what they do not name has its default."""
    fields = cls.fields()
    values = {name: fields[name].kind.from_wire(value) for name, value in row.items() if name in fields}
    identity = record or row.get("id")
    return cls(**values, **({"id": UUID(hex=identity)} if identity else {}))
