"""A card under a field that changed while a person typed: mine, current and original, and what to do."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from desktop.models.record import RECORDS
from desktop.services.clashes import Clash
from desktop.views import cells, dates
from desktop.views.buttons import Button
from desktop.views.cells import NOTHING
from desktop.views.compose import Picture, column, holding, label, region, row
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim


class ClashCard(QWidget):
    """Enter takes mine, Escape goes on typing; whatever is pressed, what was typed stays to be read."""

    chosen = Signal(str)  # mine, current or edit

    def __init__(self, look: Look, kind: str, clash: Clash) -> None:
        super().__init__()
        self._look, self.clash = look, clash
        cls = RECORDS[kind]
        look.bind(self.setAccessibleName, msg("Changed meanwhile"))
        head = row(
            look,
            Picture(look, "git-merge", "bad", "small"),
            label(look, msg("Changed meanwhile"), size="small", strong=True),
            None,
            gap=6,
        )
        parts = column(look, head, gap=6, edge=(12, 10, 12, 12))
        who = dates.moment(clash.at, look.language, cells.now().astimezone().date()) if clash.at else None
        when = " ".join(part for part in (clash.who, look.text(who) if who else "") if part)
        for words, value, ink, note in (
            (msg("Yours"), clash.mine, "accent_ink", ""),
            (msg("Now"), clash.current, "ink", when),
            (msg("Before"), clash.original, "ink_3", ""),
        ):
            shown = clash.shown(cls, value, look.language) or NOTHING
            parts.addLayout(self._value(words, shown, ink, note))
        self.mine = Button(look, msg("Use mine"), kind="primary")
        self.current = Button(look, msg("Keep the current one"))
        self.go_on = Button(look, msg("Go on typing"), kind="flat")
        for button, side in ((self.mine, "mine"), (self.current, "current"), (self.go_on, "edit")):
            button.clicked.connect(self._says(side))
        parts.addLayout(row(look, self.mine, self.current, None, gap=8))
        parts.addLayout(row(look, self.go_on, None, gap=8))
        ground = holding(parts, region("raised", "top"))
        self.setLayout(column(look, ground, gap=0))
        self.setFocusProxy(self.mine)

    def _value(self, words: Message, shown: str, ink: str, note: str) -> QVBoxLayout:
        look = self._look
        key = label(look, words, size="small", ink="ink_3")
        look.bind(key.setFixedWidth, lambda: look.px(52))
        value = label(look, verbatim(shown), ink=ink, strong=ink != "ink_3", wrap=True)
        line = row(look, key, value, gap=8)
        line.setStretch(1, 1)
        below = [row(look, 60, label(look, verbatim(note), size="small", ink="ink_3"), None, gap=0)]
        return column(look, line, *(below if note else []), gap=1)

    def _says(self, side: str) -> Callable[[], None]:
        return lambda: self.chosen.emit(side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button with the focus, mine where none has it; Escape goes on typing."""
        if event.key() == Qt.Key.Key_Escape:
            self.chosen.emit("edit")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            (focused if isinstance(focused, QAbstractButton) else self.mine).click()
        else:
            super().keyPressEvent(event)
