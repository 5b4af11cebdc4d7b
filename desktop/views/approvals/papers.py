"""Asking for approval of a contract or an order, beside what says that it is needed."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from desktop.services.approvals import Standing
from desktop.views.buttons import Button
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import msg

TOLD: Final = msg("Asked for approval; the answer comes with a sync.")
WATCHED: Final = frozenset({"approval_rule", "delegation", "approval_request", "approval_grant"})
"""What changes how a document stands without changing it."""


class AskPaper(Button):
    """Shown while somebody has to agree and nobody was asked for exactly this content."""

    def __init__(self, look: Look, desk: Desk, kind: str, record: Callable[[], UUID]) -> None:
        super().__init__(look, msg("Ask for approval"), icon="shield-check", height="target_min")
        self._desk, self._kind, self._record = desk, kind, record
        self.clicked.connect(self.ask)
        self.hide()

    def wanted(self, found: Standing | None) -> bool:
        """Whether there is anything to ask; while an answer is awaited, there is not."""
        return found is not None and found.refusal is not None and not found.waits

    def show_for(self, found: Standing | None) -> None:
        """It stands otherwise now."""
        self.setVisible(self.wanted(found))

    def ask(self) -> None:
        """Ask for it exactly as it stands."""
        self._desk.do(f"{self._kind}.ask_approval", self._record(), told=TOLD)
