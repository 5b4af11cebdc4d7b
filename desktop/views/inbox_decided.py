"""The two faces of the inbox as tabs; and of what was decided how it was, and the way to open it again."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QButtonGroup

from desktop.services import inbox
from desktop.services.matters import Matter
from desktop.views.buttons import Button, Tab
from desktop.views.compose import Picture, holding, label, row
from desktop.views.empty import Empty
from desktop.views.look import Look
from desktop.words import msg


class Faces(QObject):
    """What is to be decided, and what was."""

    turned = Signal(bool)  # whether to what was decided

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self.tabs = [Tab(look, msg("To decide")), Tab(look, msg("Decided"))]
        self._group = QButtonGroup(self)
        for past, tab in enumerate(self.tabs):
            self._group.addButton(tab, past)
        self._group.idClicked.connect(lambda past: self.turned.emit(bool(past)))
        self.choose(past=False)

    def choose(self, *, past: bool) -> None:
        """Mark the face that is shown."""
        self.tabs[past].setChecked(True)

    def show_count(self, count: int) -> None:
        """How much is to be decided."""
        self.tabs[0].show_count(f"{count:,}" if count else "")


def nothing_yet(look: Look) -> Empty:
    """In place of the list of what was decided."""
    why = msg("What you decide stays here with both values, and can be opened again.")
    return Empty(look, "inbox", msg("Nothing was decided yet"), why)


def outcome(look: Look, matter: Matter, reopen: Callable[[], object]) -> list[Any]:
    """How a matter was decided, and the way back."""
    if matter.entry is None:
        return []
    said = row(look, Picture(look, "circle-check", "good"), label(look, inbox.SAID[matter.entry.state]), None)
    again = Button(look, msg("Decide again"), icon="undo-2", height="height_large")
    again.clicked.connect(lambda: reopen())
    return [10, holding(said), 8, holding(row(look, again, None))]
