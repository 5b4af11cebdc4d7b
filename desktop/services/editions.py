"""Editions of a quote beside each other: which there are, and what changed from one to another."""

from uuid import UUID

from sqlalchemy import select

from desktop.documents.changes import changes_pdf
from desktop.errors import NotFound
from desktop.models.records import QuoteRevision
from desktop.models.store import Store
from desktop.rules import edition_changes
from desktop.rules.edition_changes import Changes
from desktop.services import drafts
from desktop.words import msg

NONE_BEFORE = msg("There is no issued edition before this one to compare with.")


def earlier(store: Store, quote_id: UUID) -> list[QuoteRevision]:
    """The editions that were issued before the current one, the newest first."""
    with store.reading() as session:
        current = drafts.load(store, quote_id).revision
        query = select(QuoteRevision).where(
            QuoteRevision.quote_id == quote_id,
            QuoteRevision.id != current.id,
            QuoteRevision.revision < current.revision,
            QuoteRevision.snapshot.is_not(None),
            QuoteRevision.deleted_at.is_(None),
        )
        return list(session.scalars(query.order_by(QuoteRevision.revision.desc(), QuoteRevision.id)))


def changes(store: Store, quote_id: UUID, *, since: int | None = None) -> Changes:
    """What the current edition changes against issued edition `since`, or the last one. Raises NotFound."""
    known = [one for one in earlier(store, quote_id) if since in (None, one.revision)]
    if not known:
        raise NotFound(NONE_BEFORE)
    before = drafts.load(store, quote_id, known[0].id).snapshot()
    return edition_changes.changes(before, drafts.load(store, quote_id).snapshot())


def paper(store: Store, quote_id: UUID, *, since: int | None = None) -> bytes:
    """The same as PDF; while the current edition is a draft, with its mark. Raises NotFound."""
    found = changes(store, quote_id, since=since)
    state = "issued" if drafts.load(store, quote_id).frozen else "draft"
    return changes_pdf(found, state=state)
