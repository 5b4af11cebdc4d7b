"""The stale-price guard: which open quotes would cost something else today, by how much, and their renewal.

What a quote would be is not guessed: the renewal itself is run in a transaction that is then taken back.
Whatever prices, promotions, tiers and rates decide is decided as when a person asks for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Refused, SatchelError
from desktop.models.record import new_id
from desktop.models.records import Quote
from desktop.models.store import Actor, Store, Work
from desktop.rules import edition_changes
from desktop.rules.edition_changes import Changes
from desktop.services import bulk, commands, drafts, margins, undo
from desktop.services.commands import Asking
from desktop.services.renewals import renew

OPEN: Final = ("draft", "issued")
ASKED: Final = frozenset({"price_book", "price_entry", "product", "promotion", "exchange_rate"})
"""The records from which prices follow."""
RENEW: Final = "quote.renew"
Going = Callable[[int, int], bool]
"""Told how many of how many quotes were looked at or renewed; False stops."""


def _to_the_end(_done: int, _of: int) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Affected:
    """An open quote whose renewal changes `changes.lines`; nothing of it is written."""

    quote: UUID
    number: str
    name: str
    customer_id: UUID | None
    stage: str
    valid_until: date | None
    changes: Changes
    margins: tuple[Decimal | None, Decimal | None] = (None, None)
    """What is left after costs before and then, in percent, where this person may see costs."""


class _Seen(Exception):
    """Ends the transaction in which a renewal was tried; carries what came of it."""

    def __init__(self, found: Affected | None) -> None:
        super().__init__()
        self.found = found


def affected(store: Store, going: Going = _to_the_end) -> list[Affected]:
    """The open quotes of this person that today's prices change, the largest difference first."""
    me = store.me()
    with store.reading() as session:
        query = select(Quote.id).where(
            Quote.stage.in_(OPEN), Quote.deleted_at.is_(None), Quote.owner_id == me.id
        )
        waiting = list(session.scalars(query.order_by(Quote.id)))
    found: list[Affected] = []
    for done, quote_id in enumerate(waiting):
        if not going(done, len(waiting)):
            break
        one = would_be(store, me, quote_id)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (-abs(one.changes.difference), one.quote))


def would_be(store: Store, me: Actor, quote_id: UUID) -> Affected | None:
    """What renewal would make of one quote; None where nothing changes, or it cannot be."""
    try:
        with store.work(me, RENEW, aside=True) as work:
            raise _Seen(_tried(work, work.get(Quote, quote_id)))
    except _Seen as seen:
        return seen.found
    except SatchelError:
        return None  # what cannot be computed says so on its own page


def _tried(work: Work, quote: Quote) -> Affected | None:
    if commands.named(RENEW).refusal(quote, Asking(work.actor, work.now)) is not None:
        return None
    before = drafts.draft_of(work.session, quote)
    stage, held, margin = quote.stage, before.snapshot(), _margin(work, before)
    renew(work, quote)
    work.flush()
    after = drafts.draft_of(work.session, quote)
    changes = edition_changes.changes(held, after.snapshot())
    if not changes.lines and not changes.difference:
        return None
    return Affected(
        quote.id,
        quote.number or "",
        quote.name or "",
        quote.customer_id,
        stage,
        before.revision.valid_until,
        changes,
        (margin, _margin(work, after)),
    )


def _margin(work: Work, draft: drafts.QuoteDraft) -> Decimal | None:
    return margins.share(work.session, draft, draft.totals())


def renew_all(store: Store, actor: Actor, wanted: Sequence[UUID], going: Going = _to_the_end) -> int:
    """Renew all of these quotes as one step of undo, or none of them; returns how many.

    Slice by slice: people's own commands go before each. Raises SatchelError with the first refusal.
    """
    batch = new_id()
    with undo.wholly(store, actor, batch):
        for done, quote_id in enumerate(wanted, 1):
            commands.run(store, actor, RENEW, quote_id, batch=batch, aside=True)
            if not going(done, len(wanted)):
                raise Refused(bulk.STOPPED)
    return len(wanted)


def touches_prices(keys: frozenset[tuple[str, Any]]) -> bool:
    """Whether these records are among those from which prices follow."""
    return any(kind in ASKED for kind, _ in keys)
