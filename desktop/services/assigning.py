"""Records change hands: a customer goes with what hangs on it and belonged to the same person."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.record import RECORDS, Record
from desktop.models.records import Contract, Customer, Interaction, Opportunity, Order, Quote, Task, User
from desktop.models.store import Work
from desktop.services.commands import command
from desktop.words import msg

ASSIGNABLE: Final = ("customer", "opportunity", "quote", "contract", "order", "task")
OWNER: Final = "owner_id"
ALONG: Final[tuple[type[Any], ...]] = (Opportunity, Quote, Contract, Order, Task, Interaction)
"""What hangs on a customer and goes along, where it belonged to the same person."""
NOBODY: Final = msg("Say whose it becomes.")
LEFT: Final = msg("{name} does not work here any more.")


def give(work: Work, record: Record, *, values: Mapping[str, Any]) -> Record:
    """Another owner, and their team where the record had one. Raises Refused."""
    new = _person(work, values.get(OWNER))
    former = record.owner_id
    if former == new.id:
        return record
    for one in (record, *(_along(work, record, former) if isinstance(record, Customer) else ())):
        one.owner_id = new.id
        if one.team_id is not None:
            one.team_id = new.team_id
    return record


def _person(work: Work, wanted: UUID | None) -> User:
    found = work.session.get(User, wanted) if wanted is not None else None
    if found is None or found.deleted_at is not None:
        raise Refused(NOBODY, field=OWNER)
    if found.active is False:
        raise Refused(LEFT.of(name=found.name), field=OWNER)
    return found


def _along(work: Work, customer: Record, former: UUID | None) -> list[Record]:
    found: list[Record] = []
    for cls in ALONG:
        query = select(cls).where(
            cls.customer_id == customer.id, cls.owner_id == former, cls.deleted_at.is_(None)
        )
        found += work.session.scalars(query)
    return found


def _register(kind: str) -> None:
    cls = RECORDS[kind]
    types = (cls, *(ALONG if cls is Customer else ()))
    writes = tuple(f"{each.__tablename__}.{name}" for each in types for name in (OWNER, "team_id"))
    label = msg("Give {what} to somebody else").of(what=cls.__label__)
    command(f"{kind}.assign", label=label, on=cls, writes=writes, icon="users")(give)


for _kind in ASSIGNABLE:
    _register(_kind)
