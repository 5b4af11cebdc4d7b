"""A quote at today's prices: renewed where it stands, or the same again as a draft of its own."""

from datetime import timedelta

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.records import Customer, Quote
from desktop.models.store import Work
from desktop.services import coupons, drafts, quote_copies, quotes
from desktop.services import quote_sense as of
from desktop.services.commands import Asking, command
from desktop.services.quote_prices import organisation, today
from desktop.words import Message, msg

ANSWERED = msg(
    "Only a draft or an issued quote is renewed at today's prices; this one was answered or replaced."
)
NONE_YET = msg("There is no quote for this customer on this laptop yet.")


def can_renew(quote: Quote, _asking: Asking) -> Message | None:
    """Drafts and issued quotes, also too late; what was answered stays what it was."""
    return None if quote.stage in ("draft", "issued", "expired") else ANSWERED


@command(
    "quote.renew",
    label=msg("Renew at today's prices"),
    on=Quote,
    when=can_renew,
    icon="refresh-cw",
    writes=of.CONTENT,
)
def renew(work: Work, quote: Quote) -> None:
    """A draft at today's prices; of an issued quote the next revision, which the customer gets instead.

    What was issued stays as it was printed, to the byte. What was priced by hand stays as it was typed.
    """
    if quote.stage != "draft":
        quotes.revise(work, quote)
        work.flush()
    quotes.reprice(work, quote)


@command(
    "quote.repeat",
    label=msg("The same again"),
    on=Quote,
    icon="copy-plus",
    offered=True,
    opens=True,
    writes=of.CONTENT,
)
def repeat(work: Work, quote: Quote) -> Quote:
    """A draft with the same lines, discounts and terms; its prices are today's, what was typed stays."""
    twin = quote_copies.second_draft(work, quote)
    twin.reference, twin.next_step, twin.opportunity_id = "", "", None
    firm, revision = organisation(work), drafts.draft_of(work.session, twin).revision
    revision.valid_until = today(work) + timedelta(days=(firm.valid_days if firm else None) or 30)
    work.flush()
    quotes.reprice(work, twin)
    coupons.drop_spent(work, twin)
    return twin


@command(
    "quote.repeat_last",
    label=msg("Repeat the last quote"),
    on=Customer,
    icon="copy-plus",
    offered=True,
    opens=True,
    writes=of.CONTENT,
)
def repeat_last(work: Work, customer: Customer) -> Quote:
    """The newest quote of this customer once more. Raises Refused where there is none."""
    query = select(Quote).where(Quote.customer_id == customer.id, Quote.deleted_at.is_(None))
    last = work.session.scalars(query.order_by(Quote.id.desc()).limit(1)).first()
    if last is None:
        raise Refused(NONE_YET)
    return repeat(work, last)
