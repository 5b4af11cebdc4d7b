"""The paper of a quote as pictures, for the preview beside the editor, and as text; safe from any thread."""

from typing import Final
from uuid import UUID

from desktop.documents.message import quote_text
from desktop.documents.preview import Picture as Picture
from desktop.documents.preview import page_pictures
from desktop.documents.quote import WATERMARKS
from desktop.models.store import Store
from desktop.services import drafts, quotes, sealed

A4_POINTS: Final = 595.28


def pictures(store: Store, quote_id: UUID, language: str, width: int) -> list[Picture]:
    """The pages of the current revision, `width` pixels wide. Raises Refused where it cannot be printed."""
    found = page_pictures(quotes.paper(store, quote_id, language=language), width / A4_POINTS)
    sealed.warm()  # who looks at a quote is about to issue it
    return found


def as_text(store: Store, quote_id: UUID, language: str) -> str:
    """The current revision as one pastes it into a chat; what is not (or no longer) an offer says so."""
    draft = drafts.load(store, quote_id)
    state = draft.quote.stage if draft.frozen else "draft"
    return quote_text(draft.snapshot(), mark=WATERMARKS.get(state), language=language)
