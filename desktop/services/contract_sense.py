"""When a command makes sense for a contract, and what never changes again; laptop and office ask this."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session, object_session

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import ClauseVersion, Contract, ContractClause, Milestone, SealRelease
from desktop.models.store import Work
from desktop.rules import stages
from desktop.services.commands import Asking
from desktop.words import Message, msg

ISSUED: Final = msg("This contract was issued and never changes; withdraw it and make a new one.")
DATED: Final = msg("A clause text stays as it is; add another version instead.")
FIRST_ISSUE: Final = msg("Issue this contract first; it is signed as it stands on paper.")


def can_change(contract: Contract, _asking: Asking) -> Message | None:
    """Only a draft is written on."""
    return None if contract.stage == "draft" else ISSUED


def can_issue(contract: Contract, _asking: Asking) -> Message | None:
    """A draft is issued, once."""
    return None if contract.stage == "draft" else msg("This contract was issued already.")


def can_sign(contract: Contract, _asking: Asking) -> Message | None:
    """What was issued is signed, once."""
    if contract.stage == "draft":
        return FIRST_ISSUE
    return _step(contract, "signed")


def can_withdraw(contract: Contract, _asking: Asking) -> Message | None:
    """What nobody has signed may be taken back."""
    if contract.stage == "draft":
        return msg("A draft is simply deleted.")
    return _step(contract, "withdrawn")


def can_start(contract: Contract, _asking: Asking) -> Message | None:
    """A signed contract is carried out."""
    return _step(contract, "running")


def can_complete(contract: Contract, _asking: Asking) -> Message | None:
    """A contract ends well once both sides have signed it."""
    return _step(contract, "completed")


def can_terminate(contract: Contract, _asking: Asking) -> Message | None:
    """A contract ends early once both sides have signed it."""
    return _step(contract, "terminated")


def _step(contract: Contract, to: str) -> Message | None:
    if stages.CONTRACT.may_step(contract.stage, to):
        return None
    now, wanted = stages.CONTRACT.find(contract.stage).label, stages.CONTRACT.find(to).label
    return msg("From “{now}” a contract does not become “{wanted}”.").of(now=now, wanted=wanted)


def check(record: Record) -> None:
    """Raises Refused for a release of a seal that nobody could keep to."""
    if not isinstance(record, SealRelease):
        return
    if record.valid_from and record.valid_until and record.valid_until < record.valid_from:
        raise Refused(msg("The last day lies before the first one."), field="valid_until")
    if record.most is not None and record.most < 1:
        raise Refused(msg("At least once."), field="most")


def refuse_frozen(work: Work, record: Record) -> None:
    """Raises Refused for a clause of an issued contract, and for a clause text that is in use."""
    if isinstance(record, ClauseVersion) and inspect(record).persistent:
        raise Refused(DATED)
    if isinstance(record, ContractClause) and _is_issued(work.session, record.contract_id):
        raise Refused(ISSUED)


def refuse_printed(record: Record, changed: Collection[str]) -> None:
    """Raises Refused where one of these fields stands on the paper of an issued contract."""
    if isinstance(record, Contract):
        if not record.content_hash:
            return
    elif not isinstance(record, Milestone) or not _is_paid(record):
        return
    printed = {name for name, f in type(record).fields().items() if f.frozen}
    printed |= {"customer_id", "name"}
    if not printed.isdisjoint(changed):
        raise Refused(ISSUED, field=min(printed.intersection(changed)))


def refuse_gone(record: Record) -> None:
    """Raises Refused where a customer may hold the paper of this contract."""
    if isinstance(record, Contract) and record.content_hash:
        raise Refused(msg("What was issued is kept; withdraw the contract instead."))
    if isinstance(record, Milestone) and _is_paid(record):
        raise Refused(ISSUED)


def _is_paid(milestone: Milestone) -> bool:
    """Whether it is a payment of a contract that was issued."""
    session = object_session(milestone)
    return milestone.kind == "payment" and session is not None and _is_issued(session, milestone.contract_id)


def _is_issued(session: Session, contract_id: UUID | None) -> bool:
    contract = session.get(Contract, contract_id) if contract_id is not None else None
    return contract is not None and bool(contract.content_hash)
