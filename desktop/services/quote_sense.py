"""When a command makes sense for a quote, and what each may touch; laptop and office ask the same."""

from typing import Final

from desktop.errors import Refused
from desktop.models.records import (
    Adjustment,
    Approval,
    Attachment,
    CouponUse,
    Quote,
    QuoteLine,
    QuoteRevision,
)
from desktop.rules import stages
from desktop.services.commands import Asking, every
from desktop.services.drafts import QuoteDraft
from desktop.services.records import ISSUED
from desktop.words import Message, msg

PRICED: Final = ("item", "option", "alternative")
"""Lines with a price."""
HEAD: Final = every(Quote, QuoteRevision)
LINES: Final = every(QuoteLine, Adjustment)
CONTENT: Final = HEAD + LINES
STAGE: Final = ("quote.stage",)
DECLINE: Final = (*STAGE, "quote.declined_for", "quote.declined_words", "quote.declined_at")
ISSUE: Final = (
    *("quote.stage", "quote.number"),
    *("quote_revision.snapshot", "quote_revision.content_hash", "quote_revision.issued_at"),
    *every(Attachment, Approval, CouponUse),
)
"""What the commands of quotes write."""


def can_change(quote: Quote, _asking: Asking) -> Message | None:
    """Only a draft is written on."""
    return None if quote.stage == "draft" else ISSUED


def can_issue(quote: Quote, _asking: Asking) -> Message | None:
    """A draft may be issued once its total was seen by a person."""
    if quote.stage != "draft":
        return msg("This quote was issued already.")
    if quote.needs_review:
        return msg("Two people changed this quote. Look at the new total and confirm it first.")
    return None


def can_revise(quote: Quote, _asking: Asking) -> Message | None:
    """What was issued can be revised; a draft is simply changed."""
    if stages.QUOTE.may_step(quote.stage, "draft"):
        return None
    return msg("Only an issued quote is revised; a draft is simply changed.")


def can_answer(quote: Quote, _asking: Asking) -> Message | None:
    """The customer answers an issued quote."""
    return None if quote.stage == "issued" else msg("Only an issued quote can be accepted or declined.")


def why_declined(reason: str) -> str:
    """The code of a reason, given as its code or in words; empty where none was said. Raises Refused."""
    return str(Quote.fields()["declined_for"].kind.parse(reason))


def can_confirm(quote: Quote, _asking: Asking) -> Message | None:
    """A total is confirmed where two people changed the quote."""
    return None if quote.needs_review else msg("Nobody else changed this quote; there is nothing to confirm.")


def check_complete(draft: QuoteDraft) -> None:
    """Raises Refused where something is missing that the paper needs."""
    if draft.customer is None or draft.customer.deleted_at is not None:
        raise Refused(msg("The customer of this quote is gone. Choose another one first."))
    if not any(line.kind in PRICED for line in draft.lines):
        raise Refused(msg("This quote has no line yet. Add a product first."))
    for line in draft.lines:
        if line.kind in PRICED and line.unit_price is None:
            raise Refused(msg("“{line}” has no price yet.").of(line=line.name or line.sku))
        if line.kind in PRICED and not line.tax_rates:
            raise Refused(msg("“{line}” has no tax rate yet.").of(line=line.name or line.sku))
