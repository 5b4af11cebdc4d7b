"""The light of a quote before anybody sees it: what asks for approval, what covers it, what is left.

Once it is issued: what became of the approval under which it was.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.errors import NotFound, Refused
from desktop.services import approval_verdicts, approvals, drafts, quotes
from desktop.services.drafts import QuoteDraft
from desktop.views.approvals.phone_call import Asked, PhoneCall, ask
from desktop.views.confirm import Confirm
from desktop.views.desk import Desk
from desktop.views.quote_foot import QuoteFoot
from desktop.words import Message, msg

WATCHED: Final = frozenset(
    {
        *("approval_rule", "delegation", "approval_request", "approval_grant", "approval", "phone_approval"),
        "receipt",
    }
)
"""What changes how a quote stands without changing it."""
BINDING: Final = msg(
    "The paper will say that it binds you only once it is approved, within {days} days. The request goes out"
    " with the next sync."
)


class QuoteLight(QObject):
    """Works it out off the window's thread after each change; without rules there is nothing to work out."""

    known = Signal()

    def __init__(self, desk: Desk, page: QWidget, foot: QuoteFoot, draft: Callable[[], QuoteDraft]) -> None:
        super().__init__(page)
        self._desk, self._page, self._foot, self._draft = desk, page, foot, draft
        self.standing: approvals.Standing | None = None
        self.verdict: approval_verdicts.Verdict | None = None
        self.call: PhoneCall | None = None
        desk.changed.connect(self._changed)
        foot.approval.clicked.connect(self._ask)
        foot.phone.clicked.connect(self.telephone)
        foot.subject.clicked.connect(self.ask_subject)
        foot.page.clicked.connect(self._confirm)

    def soon(self) -> None:
        """The draft is different."""
        draft, store = self._draft(), self._desk.store
        quote_id = draft.quote.id
        if draft.frozen:
            self.standing = None

            def judged() -> approval_verdicts.Verdict | None:
                return approval_verdicts.shown(store, draft)

            self._desk.runner.read(self, "standing", judged, self._judge)
            return
        self.verdict = None
        if not approvals.any_rules(store):
            if self.standing is not None:
                self._show(None)
            return

        def work() -> approvals.Standing | None:
            try:
                return approvals.now_standing(store, drafts.load(store, quote_id))
            except (NotFound, Refused):
                return None  # gone meanwhile, or its totals say what is wrong

        self._desk.runner.read(self, "standing", work, self._show)

    def _judge(self, found: approval_verdicts.Verdict | None) -> None:
        self.verdict = found
        self.known.emit()

    def _show(self, found: approvals.Standing | None) -> None:
        self.standing = found
        self.known.emit()

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind in WATCHED for kind, _ in keys):
            self.soon()

    # ------------------------------------------------------------ ways to approval

    def _ask(self) -> None:
        told = msg("Asked for approval; the answer comes with a sync.")
        self._desk.do("quote.ask_approval", self._draft().quote.id, told=told)

    def telephone(self) -> None:
        """Open the letters to read out."""
        desk, found, draft = self._desk, self.standing, self._draft()
        if found is None or found.refusal is None:
            return
        desk.runner.write(
            lambda: ask(desk, draft, found),
            done=lambda asked: self._opened(draft, found, asked),
            failed=desk.refused.emit,
        )

    def _opened(self, draft: QuoteDraft, found: approvals.Standing, asked: Asked) -> None:
        window = self._page.window()
        made = PhoneCall(self._foot.look, self._desk, window, draft, found, asked, self.ask_subject)
        made.closed.connect(self._closed)
        self.call = made
        made.open_over()

    def _closed(self) -> None:
        self.call = None

    def ask_subject(self) -> None:
        """Issuing subject to approval cannot come back either: it asks once, and says what it means."""
        days = self.standing.days if self.standing is not None else None
        if days is None:
            return
        box = Confirm(self._foot.look, self._page.window())
        box.closed.connect(box.deleteLater)
        title = msg("Issue subject to approval?")
        box.ask(self._foot.subject, title, BINDING.of(days=days), msg("Issue"), self._issue_subject)

    def _issue_subject(self) -> None:
        told = msg("Issued subject to approval; the request is on its way.")
        self._desk.do("quote.issue_subject", self._draft().quote.id, told=told)

    def _confirm(self) -> None:
        told = msg("The confirmation lies with the files of the quote.")
        self._desk.do("quote.keep_confirmation", self._draft().quote.id, told=told)

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
