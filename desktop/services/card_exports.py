"""Contacts out as vCards: those of a list, of some customers, or one of them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.documents.vcards import Card
from desktop.documents.vcards import Version as Version
from desktop.errors import Damaged, NotFound, Refused
from desktop.models.filtering import Viewer
from desktop.models.records import Attachment, Contact
from desktop.models.store import Store
from desktop.services import cards, exports, lists, records
from desktop.services.exports import PAGE, STOPPED, Progress
from desktop.services.lists import Found, Query
from desktop.words import msg

KINDS: Final = ("contact", "customer")
"""The types of which contacts can be written: people themselves, or those of customers."""
VERSIONS: Final[tuple[Version, ...]] = ("3.0", "4.0")
NOBODY: Final = msg("There is nobody in it who could be written on a card.")
_READ: Final = 500
_PHOTO: Final = "photo."
"""What the attachment begins with that came as the picture of a card."""


def write(
    store: Store,
    ids: Iterable[UUID],
    path: Path,
    version: Version = "3.0",
    progress: Progress | None = None,
) -> int:
    """Write these contacts, and those of these customers, each once. Returns how many.

    Raises Refused where there is nobody, where it was stopped, or where the file cannot be written.
    """
    wanted = list(dict.fromkeys(ids))
    made = []
    for done, card in _cards(store, wanted):
        made.append(card)
        if progress is not None and not progress(done, len(wanted)):
            raise Refused(STOPPED)
    if not made:
        raise Refused(NOBODY)
    exports.write(path, cards.write(made, version))
    return len(made)


def seen(store: Store, query: Query, viewer: Viewer, only: Collection[UUID] = ()) -> list[UUID]:
    """The records that a list shows, in its order; with `only` those of them alone."""
    found: list[UUID] = []
    with store.reading() as session:
        for bucket in lists.groups(session, query, viewer) if query.by else [None]:
            after: Found | None = None
            while page := lists.page(session, query, viewer, after=after, limit=PAGE, bucket=bucket):
                found += [each.record.id for each in page if not only or each.record.id in only]
                after = page[-1]
                session.expunge_all()
    return found


def _cards(store: Store, wanted: Sequence[UUID]) -> Iterator[tuple[int, Card]]:
    names = records.seen_by(store.me().rights, Contact, Contact.fields())
    told: set[UUID] = set()
    for start in range(0, len(wanted), _READ):
        part = wanted[start : start + _READ]
        with store.reading() as session:
            people = [each for each in _people(session, part) if each.id not in told]
            titles = records.link_titles(session, people)
            photos = _photos(session, [each.id for each in people])
        told.update(each.id for each in people)
        for each in people:
            company = titles.get(each.customer_id, "") if each.customer_id else ""
            yield start + len(part), cards.card_of(each, company, names, _bytes(store, photos.get(each.id)))


def _people(session: Session, part: Sequence[UUID]) -> list[Contact]:
    """These contacts and those of these customers, in the order that was asked for."""
    query = select(Contact).where(
        or_(Contact.id.in_(part), Contact.customer_id.in_(part)), Contact.deleted_at.is_(None)
    )
    order = {each: place for place, each in enumerate(part)}
    found = list(session.scalars(query.order_by(Contact.id)))
    return sorted(found, key=lambda each: order.get(each.id, order.get(each.customer_id or each.id, 0)))


def _photos(session: Session, people: Sequence[UUID]) -> dict[UUID, str]:
    query = select(Attachment.of_id, Attachment.sha256).where(
        Attachment.of == "contact",
        Attachment.of_id.in_(people),
        Attachment.name.startswith(_PHOTO),
        Attachment.deleted_at.is_(None),
    )
    return {of_id: sha256 for of_id, sha256 in session.execute(query) if of_id is not None}


def _bytes(store: Store, sha256: str | None) -> bytes:
    """The picture, where it is here and whole: a card is written without it, too."""
    if sha256 is None or store.blobs is None:
        return b""
    try:
        return store.blobs.read(sha256)
    except (NotFound, Damaged):
        return b""
