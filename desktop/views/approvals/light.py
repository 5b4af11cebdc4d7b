"""The light of a quote before anybody sees it: what asks for approval, what covers it, what is left."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from desktop.errors import NotFound, Refused
from desktop.services import approvals, drafts, quotes
from desktop.services.drafts import QuoteDraft
from desktop.views.desk import Desk
from desktop.views.quote_foot import QuoteFoot
from desktop.words import Message, msg

WATCHED: Final = frozenset({"approval_rule", "delegation", "approval_request", "approval_grant"})
"""What changes how a quote stands without changing it."""


class QuoteLight(QObject):
    """Works it out off the window's thread after each change; without rules there is nothing to work out."""

    known = Signal()

    def __init__(self, desk: Desk, page: QObject, foot: QuoteFoot, draft: Callable[[], QuoteDraft]) -> None:
        super().__init__(page)
        self._desk, self._draft = desk, draft
        self.standing: approvals.Standing | None = None
        desk.changed.connect(self._changed)
        foot.approval.clicked.connect(self._ask)

    def soon(self) -> None:
        """The draft is different."""
        draft, store = self._draft(), self._desk.store
        quote_id = draft.quote.id
        if draft.frozen or not approvals.any_rules(store):
            if self.standing is not None:
                self._show(None)
            return

        def work() -> approvals.Standing | None:
            try:
                return approvals.now_standing(store, drafts.load(store, quote_id))
            except (NotFound, Refused):
                return None  # gone meanwhile, or its totals say what is wrong

        self._desk.runner.read(self, "standing", work, self._show)

    def _show(self, found: approvals.Standing | None) -> None:
        self.standing = found
        self.known.emit()

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind in WATCHED for kind, _ in keys):
            self.soon()

    def _ask(self) -> None:
        told = msg("Asked for approval; the answer comes with a sync.")
        self._desk.do("quote.ask_approval", self._draft().quote.id, told=told)

    @property
    def refusal(self) -> Message | None:
        """Why the quote may not be issued without approval."""
        return self.standing.refusal if self.standing is not None else None


def missing(desk: Desk, draft: QuoteDraft) -> Message | None:
    """Why a quote cannot be issued whoever agrees."""
    refusal = desk.refusal("quote.issue", draft.quote)
    if refusal is not None:
        return refusal
    priced = [line for line in draft.lines if line.kind in quotes.PRICED]
    if not priced:
        return msg("No line yet: add a product first.")
    for line in priced:
        if line.unit_price is None:
            return msg("“{line}” has no price yet.").of(line=line.name or line.sku)
        if not line.tax_rates:
            return msg("“{line}” has no tax rate yet.").of(line=line.name or line.sku)
    return None
