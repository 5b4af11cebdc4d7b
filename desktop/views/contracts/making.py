"""From a quote to its contract: made once, opened from then on."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QKeySequence, QShortcut

from desktop.services import contracts
from desktop.views.desk import Desk
from desktop.views.orders import making as ordering
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.services.drafts import QuoteDraft
    from desktop.views.quotes import QuotePage

Open = Callable[[str, Any], object]
DEAD = ("withdrawn", "terminated")


def listen(page: "QuotePage", desk: Desk) -> None:
    """F8 makes the contract of the quote that is shown, or opens it."""
    key = QShortcut(QKeySequence("F8"), page)
    key.activated.connect(lambda: make(desk, page.draft, page.opened.emit))


def offered(
    desk: Desk, draft: "QuoteDraft", open_it: Open, take: Callable[[str], object]
) -> list[tuple[Message, Callable[[], object]]]:
    """What the menu of an issued quote says about its contract; `take` saves its paper."""
    if not draft.frozen:
        return []
    known = contracts.of_quote(desk.store, draft.quote.id)
    there = known is not None and known.stage not in DEAD
    words = msg("Open the contract") if there else msg("Make a contract")
    save = (msg("Save the contract as PDF"), lambda: take("contract"))
    return [*ordering.offered(desk, draft.quote, open_it), (words, lambda: make(desk, draft, open_it)), save]


def make(desk: Desk, draft: "QuoteDraft", open_it: Open) -> None:
    """Open the contract of this quote; where there is none yet, make it. Says why where that cannot be."""
    known = contracts.of_quote(desk.store, draft.quote.id)
    if known is not None and known.stage not in DEAD:
        open_it("contract", known.id)
        return
    values = {"quote_id": draft.quote.id}
    told = msg("Contract made")
    desk.do("contract.new", values=values, told=told, done=lambda made: open_it("contract", made.id))
