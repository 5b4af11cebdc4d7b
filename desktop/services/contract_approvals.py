"""Who has to agree to a contract before it is issued: its wording, its total and when it is paid."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.changes import now_ms
from desktop.models.store import Store, Work
from desktop.rules.approvals import CLAUSE, CONTRACT
from desktop.services import approval_papers
from desktop.services.approvals import Standing, rules_for
from desktop.services.contract_drafts import ContractDraft, zone_of
from desktop.words import Message, msg

NOT_STANDARD = msg("Not the standard text: {clauses}. {why}")


def refusal(session: Session, draft: ContractDraft, found: Standing | None) -> Message | None:
    """Why this person may not issue this contract, naming the clauses; None where it may."""
    if found is None or found.refusal is None:
        return None
    waiting = [one.heading for one in approval_papers.deviations(session, draft) if one.needs_approval]
    if waiting and any(ask.rule.kind == CLAUSE for ask in found.asks):
        return NOT_STANDARD.of(clauses=", ".join(waiting), why=found.refusal)
    return found.refusal


def look(store: Store, draft: ContractDraft) -> tuple[Standing | None, Message | None]:
    """How a contract stands for the person of this vault, and why it may not be issued."""
    if draft.frozen:
        return None, None
    now = store.clock()
    with store.reading() as session:
        if not rules_for(session, store.me().rights, CONTRACT):
            return None, None
        paper, on = approval_papers.of_contract(session, draft), now.astimezone(zone_of(session)).date()
        found = approval_papers.standing(
            session, paper, store.me(), device=store.device, on=on, at=now_ms(now)
        )
        return found, refusal(session, draft, found)


def refusal_now(store: Store, draft: ContractDraft) -> Message | None:
    """Why the person of this vault may not issue it, or None."""
    return look(store, draft)[1]


def agreed(work: Work, draft: ContractDraft, snapshot: Mapping[str, Any]) -> None:
    """Note under what it is issued. Raises Refused where a rule asks and nobody has agreed."""
    if not rules_for(work.session, work.actor.rights, CONTRACT):
        return
    paper = approval_papers.of_contract(work.session, draft, snapshot)
    refused = refusal(work.session, draft, approval_papers.at_work(work, paper))
    if refused is not None:
        raise Refused(refused)
    approval_papers.agreed(work, paper)
