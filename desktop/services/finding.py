"""Search over everything on this laptop, as reps type it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from desktop.models import indexing, search
from desktop.models.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """One record that answers; `matched` is the name or number that did."""

    type: str
    id: UUID
    title: str
    score: float
    matched: str


def find(store: Store, text: str, *, types: Sequence[str] | None = None, limit: int = 20) -> list[Found]:
    """The best records for `text`: Chinese, pinyin, initials, phone tails, numbers."""
    if not text.strip():
        return []
    with store.reader.connect() as connection:
        hits = search.find(indexing.driver_of(connection), text, types=types, limit=limit)
    return [Found(hit.type, UUID(bytes=bytes(hit.id)), hit.title, hit.score, hit.matched) for hit in hits]
