"""The template that a quote is printed by, chosen above its paper."""

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from desktop.services import templates
from desktop.services.drafts import QuoteDraft
from desktop.views.buttons import Button
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim

NAME: Final = msg("Template of the paper")
USUAL: Final = msg("As usual")
PINNED: Final = msg("What was issued keeps the template it was printed by.")


class TemplateChoice(Button):
    """Opens the published templates; there only where the firm has one."""

    def __init__(self, look: Look, desk: Desk, draft: Callable[[], QuoteDraft]) -> None:
        super().__init__(look, icon="file-text", kind="flat", name=NAME)
        self._words_of, self._desk, self._draft = look.text, desk, draft
        self.clicked.connect(self._open)
        self.hide()

    def fit(self) -> None:
        """There is a choice or none; what was issued is refused with the reason."""
        self.setVisible(bool(templates.offered(self._desk.store)))
        self.refuse(PINNED if self._draft().frozen else None)

    def menu_of(self) -> QMenu:
        """The usual template and each that was published, the chosen one ticked."""
        menu, chosen = QMenu(self), self._draft().revision.template_id
        every: list[tuple[UUID | None, Message]] = [(None, USUAL)]
        every += [(one.id, verbatim(one.name)) for one in templates.offered(self._desk.store)]
        for template_id, words in every:
            action = menu.addAction(self._words_of(words))
            action.setCheckable(True)
            action.setChecked(template_id == chosen)
            action.triggered.connect(partial(self.choose, template_id))
        return menu

    def choose(self, template_id: UUID | None, _ticked: bool = True) -> None:
        """Print this quote by that template from now on; one undo step."""
        revision = self._draft().revision
        seen = {"template_id": revision.template_id}
        values = {"template_id": template_id}
        self._desk.edit("quote_revision", revision.id, values, parsed=True, seen=seen)

    def _open(self) -> None:
        self.menu_of().popup(self.mapToGlobal(QPoint(0, self.height())))
