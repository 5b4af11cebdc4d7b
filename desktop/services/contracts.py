"""Contracts: made from an issued quote, worded clause by clause, issued, signed and carried out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.documents.clauses import contract_from, template
from desktop.documents.contract import contract_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import NotFound, Refused
from desktop.models import numbers
from desktop.models.numbers import CONTRACT
from desktop.models.records import (
    Approval,
    Attachment,
    Contract,
    ContractClause,
    Milestone,
    Quote,
    QuoteRevision,
    SealUse,
)
from desktop.models.store import Store, Work
from desktop.rules import ranks
from desktop.rules.canonical import content_hash
from desktop.rules.clauses import Deviation
from desktop.rules.numbering import parse_number
from desktop.services import clauses as library_of
from desktop.services import contract_approvals, contract_drafts, drafts, sealed, seals
from desktop.services import contract_sense as of
from desktop.services.clauses import Standard
from desktop.services.commands import command, every
from desktop.services.contract_drafts import ContractDraft
from desktop.services.quote_prices import today
from desktop.words import msg

STAGE: Final = ("contract.stage", "contract.signed_on", "contract.reason")
ISSUE: Final = (
    *("contract.stage", "contract.number", "contract.snapshot", "contract.content_hash"),
    *("contract.issued_at", *every(Attachment, Approval, SealUse)),
)
SUPERSEDED: Final = msg("This quote was revised since. Make the contract from what the customer holds now.")
Check = Callable[[Work, ContractDraft, Mapping[str, Any]], None]
BEFORE_ISSUE: Final[list[Check]] = [contract_approvals.agreed]
"""What is asked before a contract is issued, with what will be printed; an area adds its own refusal."""


@command(
    "contract.new",
    label=msg("New contract"),
    on=Contract,
    creates=True,
    icon="file-plus-2",
    writes=every(Contract, ContractClause, Milestone),
)
def new(work: Work, *, values: Mapping[str, Any]) -> Contract:
    """Make a contract from an issued quote: its parties, figures, payments, and the firm's usual clauses."""
    given = dict(values)
    quote, revision = _issued(work, given.pop("quote_id", None))
    _refuse_second(work, quote)
    snapshot = revision.snapshot or {}
    for name in ("customer_id", "stage"):
        given.pop(name, None)
    title = template()["title"]
    contract = Contract(
        **{
            "name": quote.name,
            "language": revision.language,
            "title_zh": title["zh"],
            "title_en": title["en"],
            "remind_days": 30,
            **{name: value for name, value in given.items() if value not in (None, "")},
        }
    )
    contract.quote_id, contract.revision_id, contract.customer_id = quote.id, revision.id, quote.customer_id
    contract.quote_hash, contract.currency = revision.content_hash, snapshot["currency"]
    contract.payable = _minor(snapshot["totals"]["payable"], snapshot)
    contract.owner_id, contract.team_id = quote.owner_id, quote.team_id
    library = library_of.library(work.session, today(work))
    contract.variables = {name: value for one in library if one.usual for name, value in one.values.items()}
    work.add(contract)
    rank = ""
    for standard in library:
        if standard.usual:
            rank = ranks.following(rank)
            belongs(work, contract, clause_from(standard, rank))
    _payments(work, contract, snapshot)
    work.flush()
    return contract


def _issued(work: Work, quote_id: UUID | None) -> tuple[Quote, QuoteRevision]:
    """The quote and the edition of it that the customer holds. Raises Refused."""
    if quote_id is None:
        raise Refused(msg("A contract is made from an issued quote; say which."), field="quote_id")
    quote = work.get(Quote, quote_id)
    revision = work.session.get(QuoteRevision, quote.revision_id) if quote.revision_id else None
    if quote.stage not in ("issued", "accepted") or revision is None or not revision.content_hash:
        raise Refused(msg("Issue the quote first; the contract is made from what was issued."))
    return quote, revision


def _refuse_second(work: Work, quote: Quote) -> None:
    query = select(Contract).where(
        Contract.quote_id == quote.id,
        Contract.deleted_at.is_(None),
        Contract.stage.not_in(("withdrawn", "terminated")),
    )
    other = work.session.scalars(query.limit(1)).first()
    if other is not None:
        raise Refused(msg("This quote has its contract already: {title}.").of(title=other.title))


def _minor(amount: str, snapshot: Mapping[str, Any]) -> int:
    """Money of a snapshot in minor units of its currency."""
    return int(Decimal(amount).scaleb(int(snapshot["digits"])))


def belongs(work: Work, contract: Contract, part: ContractClause | Milestone) -> None:
    """Keep a new part of a contract where the contract lives."""
    part.contract_id = contract.id
    part.owner_id, part.team_id = contract.owner_id, contract.team_id
    work.add(part)


def clause_from(standard: Standard, rank: str) -> ContractClause:
    """A clause of a contract as the library has it."""
    wording = standard.wording
    return ContractClause(
        rank=rank,
        code=standard.code,
        version_id=standard.version_id,
        edition=standard.edition,
        heading=wording.heading,
        heading_en=wording.heading_en,
        body=wording.body,
        body_en=wording.body_en,
        standard=library_of.pinned(wording)
        | ({"fixed": "yes"} if standard.fixed else {})
        | ({"approver": standard.approver} if standard.approver else {}),
        approval_class=standard.approval_class,
    )


def _payments(work: Work, contract: Contract, snapshot: Mapping[str, Any]) -> None:
    rank = ""
    for part in snapshot.get("milestones") or ():
        rank = ranks.following(rank)
        name, due = part.get("name") or {}, part.get("due") or {}
        payment = Milestone(
            rank=rank,
            kind="payment",
            name=name.get("zh") or name.get("en") or "",
            name_en=name.get("en") or "",
            percent=Decimal(part["percent"]).quantize(Decimal("0.0001")),  # its amount is exact
            amount=_minor(part["amount"], snapshot),
            due=due.get("zh") or "",
            due_en=due.get("en") or "",
        )
        belongs(work, contract, payment)


@command(
    "contract.issue",
    label=msg("Issue contract"),
    on=Contract,
    when=of.can_issue,
    writes=ISSUE,
    undoable=False,
    fact=True,
    icon="file-check-2",
    offered=True,
)
def issue(work: Work, contract: Contract) -> bytes:
    """Give the contract its number, freeze and seal its content; returns the paper that is to be signed."""
    on = today(work)
    quote, _ = _issued(work, contract.quote_id)
    if quote.revision_id != contract.revision_id:
        raise Refused(SUPERSEDED)
    draft = contract_drafts.draft_of(work.session, contract, on)
    check_complete(draft)
    if not contract.number:
        contract.number = numbers.take(work.connection, CONTRACT, on.year)
    snapshot = draft.snapshot(number=contract.number, issued_on=on)
    for check in BEFORE_ISSUE:
        check(work, draft, snapshot)
    printed = contract_pdf(snapshot, sealed_by=sealed.holder(work), seal=seals.printed(work, contract))
    calculator_test(printed, snapshot)
    digest = content_hash(snapshot)
    contract.snapshot, contract.content_hash, contract.issued_at = snapshot, digest, work.now
    work.op(
        "issue",
        contract,
        {"hash": digest, "fields": {"snapshot": [], "content_hash": [], "issued_at": []}},
    )
    seals.note(work, contract)
    _step(work, contract, "sent")
    return sealed.keep_paper(work, contract, contract.number, snapshot, digest, printed)


def check_complete(draft: ContractDraft) -> None:
    """Raises Refused, naming it, where something is missing that the paper needs."""
    if not draft.clauses:
        raise Refused(msg("A contract without clauses says nothing. Add the standard ones first."))
    for clause in draft.clauses:
        for language in draft.languages:
            said = (clause.heading_en, clause.body_en) if language == "en" else (clause.heading, clause.body)
            if not all(said):
                title = clause.title or clause.code
                raise Refused(
                    msg("“{clause}” has no text in a language of this paper.").of(clause=title), field="body"
                )
    missing = draft.missing()
    if missing:
        raise Refused(
            msg("Fill in first: {names}.").of(names=", ".join(f"{{{name}}}" for name in missing)),
            field="variables",
        )
    contract = draft.contract
    if contract.valid_from and contract.valid_until and contract.valid_until < contract.valid_from:
        raise Refused(msg("A contract ends after it begins."), field="valid_until")


def _step(work: Work, contract: Contract, stage: str) -> None:
    work.op("transition", contract, {"field": "stage", "from": contract.stage, "to": stage})
    contract.stage = stage


@command(
    "contract.sign",
    label=msg("Both sides have signed"),
    on=Contract,
    when=of.can_sign,
    writes=STAGE,
    fact=True,
    icon="pencil",
    offered=True,
)
def sign(work: Work, contract: Contract, *, signed_on: date | None = None) -> None:
    """The contract is signed and in force."""
    day = signed_on or today(work)
    if day > today(work):
        raise Refused(msg("Nothing is signed tomorrow."), field="signed_on")
    contract.signed_on = day
    _step(work, contract, "signed")


@command(
    "contract.start",
    label=msg("Is being carried out"),
    on=Contract,
    when=of.can_start,
    writes=STAGE,
    icon="circle-arrow-right",
    offered=True,
)
def start(work: Work, contract: Contract) -> None:
    """The first step under the contract was taken."""
    _step(work, contract, "running")


@command(
    "contract.complete",
    label=msg("Contract completed"),
    on=Contract,
    when=of.can_complete,
    writes=STAGE,
    icon="circle-check",
    offered=True,
)
def complete(work: Work, contract: Contract) -> None:
    """All that was agreed is done. Raises Refused, naming it, while a milestone is open."""
    query = select(Milestone).where(
        Milestone.contract_id == contract.id, Milestone.deleted_at.is_(None), Milestone.done_on.is_(None)
    )
    waiting = work.session.scalars(query.order_by(Milestone.rank).limit(1)).first()
    if waiting is not None:
        raise Refused(msg("“{name}” is still open.").of(name=waiting.name))
    _step(work, contract, "completed")


@command(
    "contract.terminate",
    label=msg("Contract ended early"),
    on=Contract,
    when=of.can_terminate,
    writes=STAGE,
    icon="circle-x",
    offered=True,
)
def terminate(work: Work, contract: Contract, *, reason: str = "") -> None:
    """The contract ends before it is carried out."""
    contract.reason = reason.strip() or contract.reason
    _step(work, contract, "terminated")


@command(
    "contract.withdraw",
    label=msg("Withdraw contract"),
    on=Contract,
    when=of.can_withdraw,
    writes=STAGE,
    icon="undo-2",
    offered=True,
)
def withdraw(work: Work, contract: Contract, *, reason: str = "") -> None:
    """What nobody has signed is offered no more; another contract may be made from the same quote."""
    contract.reason = reason.strip() or contract.reason
    _step(work, contract, "withdrawn")


@command(
    "milestone.reach",
    label=msg("Milestone reached"),
    on=Milestone,
    writes=("milestone.done_on", *STAGE),
    icon="circle-check",
    offered=True,
)
def reach(work: Work, milestone: Milestone, *, done_on: date | None = None) -> None:
    """It was reached; with the first one a signed contract is being carried out."""
    contract = work.session.get(Contract, milestone.contract_id) if milestone.contract_id else None
    if contract is not None and contract.stage not in ("signed", "running"):
        raise Refused(msg("Milestones are reached once both sides have signed."))
    if milestone.done_on is not None:
        raise Refused(msg("This milestone was reached already."))
    milestone.done_on = done_on or today(work)
    if contract is not None and contract.stage == "signed":
        _step(work, contract, "running")


def deviations(store: Store, contract_id: UUID) -> list[Deviation]:
    """How a contract differs from the firm's usual one; `needs_approval` says what somebody agrees to."""
    return contract_drafts.load(store, contract_id).deviations


def of_quote(store: Store, quote_id: UUID) -> Contract | None:
    """The contract that was made from a quote, the newest first."""
    query = select(Contract).where(Contract.quote_id == quote_id, Contract.deleted_at.is_(None))
    with store.reading() as session:
        return session.scalars(query.order_by(Contract.id.desc()).limit(1)).first()


def paper_of(store: Store, contract_id: UUID, *, language: str | None = None) -> bytes:
    """The PDF of a contract: of an issued one what was sealed, of a draft with its mark."""
    draft = contract_drafts.load(store, contract_id)
    contract = draft.contract
    state = contract.stage if draft.frozen else "draft"
    if state not in ("withdrawn", "terminated", "draft") and language in (None, contract.language):
        kept = sealed.copy_of(store, contract.id, contract.content_hash, of=Contract.__tablename__)
        if kept is not None:
            return kept
    snapshot = draft.snapshot()
    seal = seals.picture_of(store, snapshot) if state not in ("draft", "withdrawn", "terminated") else b""
    return contract_pdf(snapshot, state=state, language=language, seal=seal)


def paper(store: Store, quote_id: UUID, *, language: str | None = None) -> bytes:
    """The contract of an issued quote as PDF: the one that was made from it, else the usual clauses alone."""
    made = of_quote(store, quote_id)
    if made is not None:
        try:
            return paper_of(store, made.id, language=language)
        except NotFound:
            pass
    return contract_pdf(contract(store, quote_id), language=language)


def contract(store: Store, quote_id: UUID) -> dict[str, Any]:
    """What a contract of an issued quote would say; its number is the quote's in the series of contracts.

    Raises Refused while the quote is a draft: a contract stands on what was offered, not on what may change.
    """
    draft = drafts.load(store, quote_id)
    if not draft.frozen:
        raise Refused(msg("Issue the quote first; the contract is made from what was issued."))
    snapshot = draft.snapshot()
    number = replace(parse_number(snapshot["number"]), series=CONTRACT)
    return contract_from(snapshot, number=str(number), issued_on=snapshot["issued_on"])


def renewal_due(contract: Contract, on: date) -> bool:
    """Whether a contract in force is to be talked about again by this day."""
    if contract.renew_on is None or contract.stage not in ("signed", "running"):
        return False
    return contract.renew_on - timedelta(days=contract.remind_days or 0) <= on
