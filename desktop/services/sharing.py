"""Sharing one record with a person or a team: to read or to edit, perhaps until a day; and ending that."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotAllowed, NotFound, Refused
from desktop.models import lending
from desktop.models.record import RECORDS, Record
from desktop.models.records import Share, Team, User
from desktop.models.store import Store, Work
from desktop.rules.sharing import READ, SHAREABLE
from desktop.services import records
from desktop.services.access import NOT_WHOLE
from desktop.services.commands import command, every
from desktop.words import msg

NOT_THIS = msg("A {what} cannot be shared; customers, opportunities and quotes can.")
WITH_WHOM = msg("Say with whom: one person, or one team.")
YOURSELF = msg("It is yours already.")


@command(
    "share.give",
    label=msg("Share"),
    creates=True,
    on=Share,
    writes=every(Share),
    icon="users",
)
def give(
    work: Work,
    *,
    of: str,
    of_id: UUID,
    person_id: UUID | None = None,
    group_id: UUID | None = None,
    access: str = READ,
    until: date | None = None,
) -> Share:
    """Lend a record with its parts. With those who have it already the share there is changed."""
    record = _shareable(work, of, of_id)
    if (person_id is None) == (group_id is None):
        raise Refused(WITH_WHOM)
    if person_id == work.actor.id:
        raise Refused(YOURSELF)
    kind: type[Record] = User if person_id else Team
    work.get(kind, person_id or group_id or of_id)
    for share in _shares(work.session, of_id):
        if (share.person_id, share.group_id) == (person_id, group_id):
            share.access, share.until = access, until
            return share
    return work.add(
        Share(
            name=record.title,
            of=of,
            of_id=of_id,
            person_id=person_id,
            group_id=group_id,
            access=access,
            until=until,
            owner_id=record.owner_id,
            team_id=record.team_id,
        )
    )


def _shareable(work: Work, of: str, of_id: UUID) -> Record:
    cls = RECORDS[of]
    if of not in SHAREABLE:
        raise Refused(NOT_THIS.of(what=cls.__label__))
    record = work.get(cls, of_id)
    if lending.access(work.connection, record, work.actor.id, work.actor.team_id, work.now):
        raise NotAllowed(NOT_WHOLE)
    return record


def of_record(store: Store, record_id: UUID) -> list[Share]:
    """The shares of a record, oldest first."""
    with store.reading() as session:
        return _shares(session, record_id)


def all_shares(store: Store) -> list[Share]:
    """Every share that this laptop knows, oldest first."""
    with store.reading() as session:
        return list(session.scalars(select(Share).where(Share.deleted_at.is_(None)).order_by(Share.id)))


def _shares(session: Session, record_id: UUID) -> list[Share]:
    query = select(Share).where(Share.of_id == record_id, Share.deleted_at.is_(None))
    return list(session.scalars(query.order_by(Share.id)))


def find_receiver(store: Store, name: str) -> dict[str, UUID]:
    """`person_id` or `group_id` of the person or team with this name or id. Raises NotFound, Refused."""
    found: list[dict[str, UUID]] = []
    for cls, key in ((User, "person_id"), (Team, "group_id")):
        try:
            found.append({key: records.find(store, cls, name).id})
        except NotFound:
            continue
    if not found:
        raise NotFound(msg("There is no person and no team “{name}” on this laptop.").of(name=name))
    if len(found) > 1:
        raise Refused(msg("“{name}” is a person and a team; name one by its id.").of(name=name))
    return found[0]


def find_share(store: Store, record_id: UUID, name: str) -> Share:
    """The share of a record with this person or team. Raises NotFound."""
    who = set(find_receiver(store, name).values())
    for share in of_record(store, record_id):
        if who & {share.person_id, share.group_id}:
            return share
    raise NotFound(msg("This record is not shared with “{name}”.").of(name=name))
