"""The wording of a contract: choosing, ordering, changing and filling its clauses, while it is a draft."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from desktop.errors import NotFound, Refused
from desktop.models.records import Contract, ContractClause, Milestone
from desktop.models.store import Work
from desktop.rules import ranks
from desktop.rules.clauses import deviates
from desktop.services import contract_drafts
from desktop.services import contract_sense as of
from desktop.services.clauses import NEEDS, library, standard_of, wording_of
from desktop.services.commands import command, every
from desktop.services.contracts import belongs, clause_from
from desktop.services.quote_prices import today
from desktop.services.records import refuse_issued
from desktop.words import msg

WORDS: Final = ("heading", "heading_en", "body", "body_en")
CLAUSES: Final = every(ContractClause)
FIXED: Final = msg("“{clause}” stands in every contract as it is.")


def _clauses(work: Work, contract: Contract) -> list[ContractClause]:
    work.flush()
    return contract_drafts.draft_of(work.session, contract, today(work)).clauses


def _clause_of(work: Work, contract: Contract, clause_id: UUID) -> ContractClause:
    clause = work.get(ContractClause, clause_id)
    if clause.contract_id != contract.id:
        raise NotFound(msg("This clause is not one of this contract."))
    return clause


def _refuse_fixed(clause: ContractClause) -> None:
    if (clause.standard or {}).get("fixed"):
        raise Refused(FIXED.of(clause=clause.title))


def _between(clauses: Sequence[ContractClause], after: UUID | None) -> str:
    """A place after a clause, or the first one. Two people may have put clauses at the same place."""
    if after is None:
        first = clauses[0].rank if clauses else ""
        return ranks.between("", first) if first else ranks.following("")
    for place, one in enumerate(clauses):
        if one.id == after:
            beyond = next((each.rank for each in clauses[place + 1 :] if each.rank > one.rank), "")
            return ranks.between(one.rank, beyond) if beyond else ranks.following(one.rank)
    return ranks.following(clauses[-1].rank if clauses else "")


@command(
    "contract.set_clause",
    label=msg("Change clause"),
    on=Contract,
    when=of.can_change,
    writes=CLAUSES,
    icon="pencil",
)
def set_clause(
    work: Work, contract: Contract, *, clause_id: UUID, values: Mapping[str, Any]
) -> ContractClause:
    """Word a clause otherwise; what differs from the standard text is marked."""
    clause = _clause_of(work, contract, clause_id)
    if any(name in values and values[name] != getattr(clause, name) for name in WORDS):
        _refuse_fixed(clause)
    for name, value in values.items():
        if name not in (*WORDS, "why"):
            raise Refused(msg("Only heading, text and reason of a clause are changed."), field=name)
        setattr(clause, name, value)
    clause.deviation = deviates(standard_of(clause), wording_of(clause))
    return clause


@command(
    "contract.restore_clause",
    label=msg("Back to the standard text"),
    on=Contract,
    when=of.can_change,
    writes=CLAUSES,
    icon="undo-2",
)
def restore_clause(work: Work, contract: Contract, *, clause_id: UUID) -> ContractClause:
    """Give a clause the text that the library had when it was chosen."""
    clause = _clause_of(work, contract, clause_id)
    standard = standard_of(clause)
    if standard is None:
        raise Refused(msg("This clause is your own; there is no standard text of it."))
    for name in WORDS:
        setattr(clause, name, getattr(standard, name))
    clause.deviation, clause.why = False, ""
    return clause


@command(
    "contract.add_clause",
    label=msg("Add clause"),
    on=Contract,
    when=of.can_change,
    writes=(*CLAUSES, "contract.variables"),
    icon="plus",
)
def add_clause(
    work: Work,
    contract: Contract,
    *,
    code: str = "",
    values: Mapping[str, Any] | None = None,
    after: UUID | None = None,
) -> ContractClause:
    """Choose a clause of the library by its number, or write one of one's own; last, or after another one."""
    clauses = _clauses(work, contract)
    rank = _between(clauses, after or (clauses[-1].id if clauses else None))
    if not code:
        given = {name: (values or {}).get(name) or "" for name in (*WORDS, "why")}
        given["custom"] = dict((values or {}).get("custom") or {})
        if not (given["heading"] or given["heading_en"]):
            raise Refused(msg("A clause needs a heading."), field="heading")
        made = ContractClause(rank=rank, approval_class=NEEDS, deviation=True, **given)
        belongs(work, contract, made)
        return made
    if any(one.code == code for one in clauses):
        raise Refused(msg("This clause is in the contract already."), field="code")
    for standard in library(work.session, today(work)):
        if standard.code == code:
            made = clause_from(standard, rank)
            contract.variables = {**standard.values, **(contract.variables or {})}
            belongs(work, contract, made)
            return made
    raise NotFound(msg("The library has no clause “{code}”.").of(code=code))


@command(
    "contract.remove_clause",
    label=msg("Leave out clause"),
    on=Contract,
    when=of.can_change,
    writes=CLAUSES,
    icon="trash-2",
)
def remove_clause(work: Work, contract: Contract, *, clause_id: UUID) -> None:
    """Leave a clause out of this contract."""
    clause = _clause_of(work, contract, clause_id)
    _refuse_fixed(clause)
    work.delete(clause)


@command("contract.move_clause", label=msg("Move clause"), on=Contract, when=of.can_change, writes=CLAUSES)
def move_clause(work: Work, contract: Contract, *, clause_id: UUID, after: UUID | None) -> ContractClause:
    """Put a clause after another one, or first."""
    clause = _clause_of(work, contract, clause_id)
    if after == clause_id:
        return clause
    others = [one for one in _clauses(work, contract) if one.id != clause_id]
    if after is not None:
        _clause_of(work, contract, after)
    clause.rank = _between(others, after)
    return clause


@command(
    "contract.set_values",
    label=msg("Fill in the clauses"),
    on=Contract,
    when=of.can_change,
    writes=("contract.variables",),
)
def set_values(work: Work, contract: Contract, *, values: Mapping[str, str]) -> None:
    """Say what stands in the places of its clauses; an empty value takes one back."""
    draft = contract_drafts.draft_of(work.session, contract, today(work))
    unknown = [name for name in values if name not in draft.own_places]
    if unknown:
        raise Refused(
            msg("No clause has a place “{name}” to fill. There are: {names}.").of(
                name=unknown[0], names=", ".join(draft.own_places)
            )
        )
    kept = {**(contract.variables or {}), **{name: " ".join(text.split()) for name, text in values.items()}}
    contract.variables = {name: text for name, text in kept.items() if text}


# The plain commands of parts, as forms and the command line use them, go the same way.


def _contract_of(work: Work, contract_id: UUID | None) -> Contract:
    if contract_id is None:
        raise Refused(msg("Say which contract this belongs to."), field="contract_id")
    contract = work.get(Contract, contract_id)
    if contract.stage != "draft":
        raise Refused(of.ISSUED)
    return contract


@command(
    "contract_clause.new",
    label=msg("Add clause"),
    on=ContractClause,
    creates=True,
    writes=(*CLAUSES, "contract.variables"),
    icon="plus",
)
def new_clause(work: Work, *, values: Mapping[str, Any]) -> ContractClause:
    """Add a clause to a contract that is still written on: one of the library by its number, or one's own."""
    given = dict(values)
    contract = _contract_of(work, given.pop("contract_id", None))
    return add_clause(work, contract, code=given.get("code") or "", values=given)


@command("contract_clause.edit", label=msg("Change clause"), on=ContractClause, writes=CLAUSES, icon="pencil")
def edit_clause(work: Work, clause: ContractClause, *, values: Mapping[str, Any]) -> ContractClause:
    """Change a clause of a contract that is still written on."""
    refuse_issued(work, clause)
    contract = _contract_of(work, clause.contract_id)
    return set_clause(work, contract, clause_id=clause.id, values=values)


@command(
    "contract_clause.delete", label=msg("Leave out clause"), on=ContractClause, writes=CLAUSES, icon="trash-2"
)
def delete_clause(work: Work, clause: ContractClause) -> None:
    """Leave a clause out of a contract that is still written on."""
    refuse_issued(work, clause)
    _refuse_fixed(clause)
    work.delete(clause)


@command(
    "milestone.new",
    label=msg("Add milestone"),
    on=Milestone,
    creates=True,
    writes=every(Milestone),
    icon="plus",
)
def new_milestone(work: Work, *, values: Mapping[str, Any]) -> Milestone:
    """Add a step of one's own to a contract, also while it is carried out; payments come from the quote."""
    given = {name: value for name, value in values.items() if value not in (None, "")}
    contract_id = given.pop("contract_id", None)
    if contract_id is None:
        raise Refused(msg("Say which contract this belongs to."), field="contract_id")
    contract = work.get(Contract, contract_id)
    if not given.get("name"):
        raise Refused(msg("A milestone needs a name."), field="name")
    if given.pop("kind", "step") != "step":
        raise Refused(msg("The payments of a contract are those of its quote."), field="kind")
    given.pop("rank", None)
    draft = contract_drafts.draft_of(work.session, contract, today(work))
    last = draft.milestones[-1].rank if draft.milestones else ""
    made = Milestone(kind="step", rank=ranks.following(last), **given)
    belongs(work, contract, made)
    return made
