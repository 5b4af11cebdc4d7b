"""Others' mass deletions that wait for a person: let them happen here, or put all back for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from desktop.models import fuse
from desktop.models.record import RECORDS, new_id
from desktop.models.remote import Remote
from desktop.models.store import Store, Work
from desktop.services import records
from desktop.services.commands import command, run
from desktop.services.naming import called
from desktop.words import Message, msg

SLICE: Final = 500
"""Records put back in one transaction."""
SAMPLES: Final = 5
_ACCEPTED: Final = "held.accepted"
"""Local: what was let go last, so that an undo can put it back."""
_PARTS_LAST: Final = "SELECT record, type FROM sync_held ORDER BY type, record"


@dataclass(frozen=True, slots=True)
class Held:
    """How many records of which types, and what some of them are called."""

    count: int
    by_type: tuple[tuple[Message, int], ...]
    samples: tuple[str, ...]


def summary(store: Store) -> Held | None:
    """What waits; None where nothing does."""
    found = _waiting(store)
    if not found:
        return None
    kinds = [kind for kind in RECORDS if kind in {kind for kind, _ in found}]
    whole = [kind for kind in kinds if not RECORDS[kind].__root__] or kinds
    counts = tuple((RECORDS[kind].__plural__, sum(one == kind for one, _ in found)) for kind in kinds)
    some = [one for kind, one in found if kind == whole[0]][:SAMPLES]
    with store.reading() as session:
        titles = records.titles(session, {whole[0]: set(some)})
    return Held(len(found), counts, tuple(titles[one] for one in some if titles.get(one)))


def listed(store: Store) -> list[tuple[str, UUID, Message]]:
    """Every record that would go, by type and then by name."""
    found = _waiting(store)
    named: dict[UUID, Message] = {}
    with store.reading() as session:
        for kind in {kind for kind, _ in found}:
            cls = RECORDS[kind]
            ids = [one for each, one in found if each == kind]
            query = select(cls).where(cls.id.in_(records.among(ids)))
            named.update((record.id, called(record)) for record in session.scalars(query))
    order = list(RECORDS)
    rows = [(kind, one, named[one]) for kind, one in found if one in named]
    return sorted(rows, key=lambda row: (order.index(row[0]), row[2].text))


def count(store: Store) -> int:
    """How many wait."""
    with store.reader.connect() as connection:
        return fuse.held(connection)


def _waiting(store: Store) -> list[tuple[str, UUID]]:
    with store.reader.connect() as connection:
        rows = connection.exec_driver_sql(_PARTS_LAST).all()
    return [(kind, UUID(bytes=bytes(record))) for record, kind in rows if kind in RECORDS]


def accept(store: Store) -> int:
    """Let them be deleted here too; returns how many. `put_back` undoes it for everybody."""
    store.set_local(_ACCEPTED, [[kind, one.hex] for kind, one in _waiting(store)])
    return fuse.accept(Remote(store))


def put_back(store: Store) -> int:
    """Have all of it again, here and at everybody's; returns how many. Offline it waits as any change.

    Where nothing waits, it is what was let go last that comes back.
    """
    found = _waiting(store) or [(kind, UUID(one)) for kind, one in store.local(_ACCEPTED) or []]
    batch = new_id()
    for start in range(0, len(found), SLICE):
        run(
            store,
            store.me(),
            "deletions.put_back",
            batch=batch,
            records=found[start : start + SLICE],
        )
    store.set_local(_ACCEPTED, [])
    return len(found)


@command("deletions.put_back", label=msg("Put back what others deleted"), icon="undo-2")
def put_back_some(work: Work, *, records: Sequence[tuple[str, UUID]]) -> None:
    """Restore these records at the office; those that are gone here already come back here too."""
    for kind, one in records:
        record = work.session.get(RECORDS[kind], one)
        if record is None:
            continue
        if record.deleted_at is not None:
            record.deleted_at = None
        else:
            work.op("restore", record, {})
        fuse.decided(work.connection, one.bytes)
