"""What else can be done with a contract: its clauses in another order, its next stage, its end."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from desktop.services import seals
from desktop.views.desk import Desk
from desktop.views.orders import making
from desktop.views.posting.opening import mail_acts
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.contracts.page import ContractPage

Act = tuple[Message, Callable[[], object]]
STEPS: Final = (
    ("sign", msg("Both sides have signed")),
    ("start", msg("Is being carried out")),
    ("complete", msg("Contract completed")),
    ("terminate", msg("Contract ended early")),
    ("withdraw", msg("Withdraw contract")),
)


def acts(page: "ContractPage", desk: Desk) -> list[Act]:
    """What is offered now, in the order of the menu."""
    contract = page.draft.contract
    found: list[Act] = _of_clauses(page) if page.editable() else []
    found += _seals(page, desk)
    for verb, words in STEPS:
        name = f"contract.{verb}"
        if desk.refusal(name, contract) is None:
            found.append((words, partial(page.end, name, words)))
    found += making.offered(desk, contract, page.opened.emit)
    found += mail_acts(page, contract)
    quote_id = contract.quote_id
    if quote_id is not None and desk.is_here("quote", quote_id):
        found.append((msg("Open quote"), lambda: page.opened.emit("quote", quote_id)))
    if not page.draft.frozen and desk.refusal("contract.delete", contract) is None:
        found.append((msg("Delete the contract"), lambda: desk.delete(page.shown)))
    return found


def _of_clauses(page: "ContractPage") -> list[Act]:
    draft = page.draft
    there = {one.code for one in draft.clauses}
    found: list[Act] = [(msg("A clause of one's own…"), page.ask_clause)]
    for one in draft.library:
        if one.code not in there:
            act = partial(page.do, "contract.add_clause", msg("Clause added"), code=one.code)
            found.append((msg("Add “{heading}”").of(heading=one.wording.heading), act))
    return [*found, *_of_this_clause(page)] if draft.clauses else found


def _seals(page: "ContractPage", desk: Desk) -> list[Act]:
    """The seals that were released to this person; one that does not count now says why."""
    if desk.refusal("contract.put_seal", page.draft.contract) is not None:
        return []
    chosen, found = page.draft.contract.release_id, list[Act]()
    for release, why in seals.offered(desk.store):
        words = msg("Print with the seal “{name}”").of(name=release.name)
        if why is not None:
            found.append((words, partial(desk.told.emit, why, False)))
        elif release.id != chosen:
            told = msg("Printed with the seal “{name}”").of(name=release.name)
            found.append((words, partial(page.do, "contract.put_seal", told, release_id=release.id)))
    if chosen is not None:
        bare = partial(page.do, "contract.put_seal", msg("Printed without a seal"), release_id=None)
        found.append((msg("Print without a seal"), bare))
    return found


def move(page: "ContractPage", place: int, to: int) -> None:
    """Put a clause where it was dropped."""
    others = [one for at, one in enumerate(page.draft.clauses) if at != place]
    page.at = to
    named: dict[str, Any] = {"clause_id": page.draft.clauses[place].id}
    page.do("contract.move_clause", msg("Clause moved"), after=others[to - 1].id if to else None, **named)


def _of_this_clause(page: "ContractPage") -> list[Act]:
    """What becomes of the clause at hand."""
    clauses, at = page.draft.clauses, page.at
    clause, found = clauses[at], list[Act]()
    named: dict[str, Any] = {"clause_id": clause.id}
    move = partial(page.do, "contract.move_clause", msg("Clause moved"), **named)
    if at:
        above = clauses[at - 2].id if at > 1 else None
        found.append((msg("Move clause up"), partial(move, after=above)))
    if at < len(clauses) - 1:
        found.append((msg("Move clause down"), partial(move, after=clauses[at + 1].id)))
    if not (clause.standard or {}).get("fixed"):
        out = partial(page.do, "contract.remove_clause", msg("Clause left out"), **named)
        found.append((msg("Leave out “{heading}”").of(heading=clause.title), out))
    return found
