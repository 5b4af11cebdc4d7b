"""Proposals: what somebody changed on a record that was no longer theirs; its owner accepts or refuses."""

from typing import Any
from uuid import UUID

from desktop.errors import Refused
from desktop.models.overlay import CREATING, pairs
from desktop.models.record import RECORDS, Record
from desktop.models.records.proposals import Proposal
from desktop.models.store import Store, Work
from desktop.services import records
from desktop.services.commands import Asking, command
from desktop.words import Message, msg


def can_decide(proposal: Proposal, _asking: Asking) -> Message | None:
    """A proposal is decided once."""
    return None if proposal.state == "open" else msg("This proposal was decided already.")


def waiting(store: Store) -> list[Proposal]:
    """The proposals to be decided, oldest first."""
    with store.reading() as session:
        query = session.query(Proposal).where(Proposal.state == "open", Proposal.deleted_at.is_(None))
        return list(query.order_by(Proposal.made_at, Proposal.id))


@command(
    "proposal.accept",
    label=msg("Accept the proposal"),
    on=Proposal,
    when=can_decide,
    icon="check",
    offered=True,
)
def accept(work: Work, proposal: Proposal) -> None:
    """Do what was proposed, in one's own name and on today's record."""
    for change in proposal.changes or ():
        _do(work, change)
    proposal.state = "accepted"


@command(
    "proposal.refuse",
    label=msg("Refuse the proposal"),
    on=Proposal,
    when=can_decide,
    writes=("proposal.state",),
    icon="x",
    offered=True,
)
def refuse(_work: Work, proposal: Proposal) -> None:
    """Leave the record as it is."""
    proposal.state = "refused"


def _do(work: Work, change: dict[str, Any]) -> None:
    cls, kind, body = RECORDS[change["type"]], change["kind"], change["body"]
    fields = cls.fields()
    record_id = UUID(hex=change["record"])
    if kind in CREATING:
        values = {name: fields[name].kind.from_wire(value) for name, value in body.items() if name in fields}
        if work.session.get(cls, record_id) is None:
            work.add(cls(id=record_id, **{**values, "owner_id": None, "team_id": None}))
        return
    record = work.get(cls, record_id)
    records.refuse_issued(work, record)
    if kind == "delete":
        records.delete(work, record)
        return
    for name, (_, new) in pairs(kind, body).items():
        if name in fields:
            _set(work, record, name, new)


def _set(work: Work, record: Record, name: str, new: Any) -> None:
    described = type(record).fields()[name]
    now = described.kind.to_wire(getattr(record, name))
    if now == new:
        return
    if isinstance(record, Proposal):
        raise Refused(msg("A proposal does not decide about another one."))
    if described.merge == "stage":
        work.op("transition", record, {"field": name, "from": now, "to": new})
    setattr(record, name, described.kind.from_wire(new))
