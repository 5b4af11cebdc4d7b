"""Who has to agree to a contract that is not the standard one: rules about terms ask of its clauses."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.store import Actor, Store, Work
from desktop.rules.approvals import CLAUSE, ROLE_WORDS
from desktop.services import approvals
from desktop.services.contract_drafts import ContractDraft
from desktop.words import Message, msg


def refusal(session: Session, actor: Actor, draft: ContractDraft) -> Message | None:
    """Why this person may not issue this contract, or None: no rule about terms asks somebody above them."""
    waiting = [one.heading for one in draft.deviations if one.needs_approval]
    rules = [one for one in approvals.rules_for(session, actor.rights) if one.kind == CLAUSE]
    asking = next((one for one in rules if one.limit < len(waiting)), None)
    if asking is None:
        return None
    said = msg("Not the standard text: {clauses}. Somebody else issues this contract: {role}.")
    return said.of(clauses=", ".join(waiting), role=ROLE_WORDS.get(asking.role, asking.role))


def refusal_now(store: Store, draft: ContractDraft) -> Message | None:
    """The same for the person of this vault."""
    if draft.frozen:
        return None
    with store.reading() as session:
        return refusal(session, store.me(), draft)


def agreed(work: Work, draft: ContractDraft, _snapshot: Mapping[str, Any]) -> None:
    """Raises Refused where a rule asks and whoever issues is not high enough."""
    refused = refusal(work.session, work.actor, draft)
    if refused is not None:
        raise Refused(refused)
