"""The PIN of the customer's screen in the settings; whoever has the vault open may choose another one."""

from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.services import pins
from desktop.views.buttons import Button
from desktop.views.compose import row
from desktop.views.desk import Desk
from desktop.views.frame import Secret
from desktop.views.look import Look
from desktop.words import Message, msg


class PinSetting(QWidget):
    """One entry and its button."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.entry = Secret(look, msg("New PIN"))
        look.bind(self.entry.setPlaceholderText, msg("New PIN"))
        look.bind(self.entry.setFixedWidth, lambda: look.px(200))
        self.button = Button(look, msg("Set the PIN"), icon="key-round", height="height_large")
        self.button.clicked.connect(self._set)
        self.entry.returnPressed.connect(self._set)
        self.setLayout(row(look, self.entry, self.button, None, gap=8))

    def line(self) -> tuple[Message, Message, QWidget]:
        """What it is called, why, and its control."""
        why = msg("4 to 6 digits that lead back from the customer's screen; five wrong ones lock this vault.")
        return msg("PIN of the customer's screen"), why, self

    def _set(self) -> None:
        typed = self.entry.text().strip()
        self.entry.clear()
        self._desk.runner.write(
            partial(pins.choose, self._desk.store, typed),
            done=lambda _nothing: self._desk.told.emit(msg("The PIN is set"), False),
            failed=self._desk.refused.emit,
        )
