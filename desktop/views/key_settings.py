"""The lines of the settings about keys: a button for each action; press it, then the keys."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QWidget

from desktop.errors import Refused
from desktop.views import keymap, paint
from desktop.views.buttons import Button
from desktop.views.compose import column, holding, label, row
from desktop.views.look import Look
from desktop.words import Message, msg

if TYPE_CHECKING:
    from collections.abc import Callable

MODIFIERS: Final = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta)


NONE: Final = "—"


def _called(action: keymap.Action) -> str:
    return "+".join(paint.split_keys(keymap.all_keys()[action.name])) or NONE


class KeyButton(Button):
    """Shows the keys of one action; pressed, it waits for others. Esc keeps them, Backspace takes them."""

    chosen = Signal(str)
    waiting = False

    def __init__(self, look: Look, action: keymap.Action) -> None:
        super().__init__(look, _called(action))
        self.action = action
        look.bind(self.setAccessibleName, msg("Keys for: {what}").of(what=action.words))
        self.clicked.connect(self._wait)

    def _said(self) -> tuple[str, str]:
        """Its keys as caps, as they stand everywhere; words while it waits, a dash for no keys."""
        words = self.waiting or self.text() == NONE
        return (self.text(), "") if words else ("", self.action.keys)

    def renew(self) -> None:
        """The keys as they are now."""
        self.waiting = False
        self._look.release(self.setText)
        self.setText(_called(self.action))

    def _wait(self) -> None:
        self.waiting = True
        self._look.bind(self.setText, msg("Press the keys"))
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self, keys: str | None) -> None:
        self.renew()
        if keys is not None:
            self.chosen.emit(keys)

    def event(self, event: QEvent) -> bool:
        """While it waits, keys that mean something elsewhere come here, and Tab does too."""
        if self.waiting and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if self.waiting and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Elsewhere: nothing was chosen."""
        if self.waiting:
            self._end(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that are to be used from now on."""
        key = Qt.Key(event.key())
        if not self.waiting:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self._end(None)
        elif key == Qt.Key.Key_Backspace:
            self._end("")
        elif key not in MODIFIERS:
            held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if event.text() and event.text().isprintable() and not event.text().isalnum():
                held &= ~Qt.KeyboardModifier.ShiftModifier  # the sign itself says that Shift was held
            self._end(
                QKeySequence(QKeyCombination(held, key)).toString(QKeySequence.SequenceFormat.PortableText)
            )


class KeySettings:
    """One line for each action, and one that brings all keys back."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.renewed: Callable[[], object] = lambda: None
        self.buttons: dict[str, KeyButton] = {}
        self.whys: dict[str, QLabel] = {}
        self.came: dict[str, QLabel] = {}
        """Said beside keys that are other ones than they came with."""
        for action in keymap.ACTIONS:
            button = self.buttons[action.name] = KeyButton(look, action)
            button.chosen.connect(partial(self._choose, action.name))
            why = self.whys[action.name] = label(look, size="small", ink="bad", wrap=True)
            why.hide()
            came = msg("Came with {keys}").of(keys=action.keys)
            self.came[action.name] = label(look, came, size="small", ink="ink_3")
        self.reset = Button(look, msg("Bring them back"), icon="undo-2")
        self.reset.clicked.connect(self._reset)

    def lines(self) -> list[tuple[Message, Message, QWidget]]:
        """Words, why, control."""
        look = self._look
        keyed = [
            (
                action.words,
                msg("Came with {keys}").of(keys=action.keys),
                holding(
                    column(
                        look,
                        row(look, self.buttons[action.name], self.came[action.name], None, gap=10),
                        self.whys[action.name],
                        gap=2,
                    )
                ),
            )
            for action in keymap.ACTIONS
        ]
        self._compare()
        return [*keyed, (msg("All keys as they came"), msg("What you chose is forgotten."), self.reset)]

    def _choose(self, name: str, keys: str) -> None:
        for why in self.whys.values():
            why.hide()
        try:
            keymap.rebind(name, keys)
        except Refused as refused:
            self._look.bind(self.whys[name].setText, refused.message)
            self.whys[name].show()
        self._renew()

    def _reset(self) -> None:
        keymap.reset()
        for why in self.whys.values():
            why.hide()
        self._renew()

    def _renew(self) -> None:
        for button in self.buttons.values():
            button.renew()
        self._compare()
        self.renewed()

    def _compare(self) -> None:
        chosen = keymap.all_keys()
        for action in keymap.ACTIONS:
            self.came[action.name].setVisible(chosen[action.name] != action.keys)
