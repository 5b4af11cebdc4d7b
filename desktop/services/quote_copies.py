"""A quote written once more: its content in another revision, or in a draft of its own."""

from typing import TypeVar

from desktop.models.record import Record
from desktop.models.records import Adjustment, Quote, QuoteLine, QuoteRevision
from desktop.models.store import Work
from desktop.services import drafts

R = TypeVar("R", bound=Record)


def belongs(work: Work, quote: Quote, part: Record) -> None:
    """Keep a new part of a quote where the quote lives."""
    part.owner_id, part.team_id = quote.owner_id, quote.team_id
    work.add(part)


def copied(record: Record, cls: type[R]) -> R:
    """A new record with the same values."""
    return cls(**{name: getattr(record, name) for name in cls.fields()})


def content(work: Work, draft: drafts.QuoteDraft, quote: Quote, number: int) -> QuoteRevision:
    """The content of a draft as revision `number` of `quote`; its lines and discounts keep their order."""
    revision = copied(draft.revision, QuoteRevision)
    revision.quote_id, revision.revision = quote.id, number
    revision.snapshot, revision.content_hash, revision.issued_at = None, "", None
    belongs(work, quote, revision)
    new_lines = {}
    for line in draft.lines:
        twin = copied(line, QuoteLine)
        twin.quote_id, twin.revision_id, new_lines[line.id] = quote.id, revision.id, twin.id
        twin.bundle_id = new_lines.get(line.bundle_id) if line.bundle_id else None  # a bundle comes first
        belongs(work, quote, twin)
    for adjustment in draft.adjustments:
        changed = copied(adjustment, Adjustment)
        changed.quote_id, changed.revision_id = quote.id, revision.id
        changed.line_id = new_lines.get(adjustment.line_id) if adjustment.line_id else None
        belongs(work, quote, changed)
    return revision


def second_draft(work: Work, quote: Quote) -> Quote:
    """A draft of its own with the same content, which gets a number of its own when it is issued."""
    twin = copied(quote, Quote)
    twin.number, twin.stage, twin.needs_review, twin.revision_id = "", "draft", False, None
    work.add(twin)
    twin.revision_id = content(work, drafts.draft_of(work.session, quote), twin, 1).id
    work.flush()
    return twin
