"""The payment schedule of a quote: typed short or line by line, kept in percent, shown in money."""

from collections.abc import Sequence

from desktop.errors import Refused
from desktop.models.records import Quote
from desktop.models.store import Work
from desktop.rules import schedule
from desktop.services import drafts
from desktop.services.commands import command
from desktop.services.quote_sense import can_change
from desktop.words import Message, msg

TITLE = msg("Payment schedule")


@command(
    "quote.schedule",
    label=TITLE,
    on=Quote,
    when=can_change,
    icon="wallet",
    writes=("quote_revision.milestones",),
)
def arrange(work: Work, quote: Quote, *, text: str) -> Sequence[schedule.Step]:
    """Say when how much is paid: `3-6-1`, or a step a line in percent or as an amount; empty for none."""
    draft = drafts.draft_of(work.session, quote)
    draft.revision.milestones = read(draft, text)
    return draft.revision.milestones


def read(draft: drafts.QuoteDraft, text: str) -> list[schedule.Step]:
    """What was typed, of this quote's total. Raises Refused."""
    payable, digits = money_of(draft)
    return schedule.read(text, draft.revision.milestones or (), payable, digits)


def told(draft: drafts.QuoteDraft, text: str, language: str) -> tuple[list[tuple[str, str]], Message | None]:
    """What was typed as names in a language with amounts, or why it is no schedule."""
    try:
        steps = read(draft, text)
    except Refused as refused:
        return [], refused.message
    amounts = schedule.amounts(steps, *money_of(draft))
    first, second = ("name_en", "name") if language == "en" else ("name", "name_en")
    return [
        (step.get(first) or step.get(second) or "", amount)
        for step, amount in zip(steps, amounts, strict=True)
    ], None


def money_of(draft: drafts.QuoteDraft) -> tuple[int, int]:
    """What is to be paid, and the decimals of its currency; nothing where it cannot be computed yet."""
    try:
        result = draft.totals()
    except Refused:
        return 0, 2
    return result.payable, result.digits
