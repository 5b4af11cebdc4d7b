"""What is still to be asked about a record: a dashed chip for each empty field; a press opens its editor."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.models.record import Field
from desktop.views.buttons import Button
from desktop.views.look import Look
from desktop.words import msg

FIRST: Final = 6
"""Chips that are shown before somebody asks for all."""
GAP: Final = 6


class ToAsk(QWidget):
    """Chips in rows, as many as fit beside each other."""

    asked = Signal(str)  # the name of a field

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._names: list[str] = []
        self._fields: list[Field] = []
        self._all = False
        self.chips: dict[str, Button] = {}
        self._made: list[tuple[Button, list[str]]] = []
        self.more = Button(look, "", kind="link", height="target_min")
        self.more.setParent(self)
        self.more.clicked.connect(self._show_all)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("Still to be asked"))
        look.changed.connect(self._lay_out)

    def show_fields(self, fields: Sequence[Field]) -> None:
        """Other fields are empty now."""
        names = [each.name for each in fields]
        if names != self._names:
            self._names, self._fields = names, list(fields)
            self._build()

    def fold(self) -> None:
        """The first ones alone, as another record begins."""
        if self._all:
            self._all, self._names = False, []

    def buttons(self) -> list[Button]:
        """The chips, and the link to the rest, in order."""
        return [*self.chips.values(), *([self.more] if not self.more.isHidden() else [])]

    def _show_all(self) -> None:
        self._all = True
        self._build()
        following = list(self.chips.values())[FIRST:]
        if following:
            following[0].setFocus()

    def _build(self) -> None:
        self.chips = {}
        shown = self._fields if self._all else self._fields[:FIRST]
        while len(self._made) < len(shown):
            self._made.append(self._chip())
        for each, (chip, asks) in zip(shown, self._made, strict=False):
            asks[:] = [each.name]
            chip.rename(each.label, msg("Fill in: {field}").of(field=each.label))
            chip.show()
            self.chips[each.name] = chip
        for chip, _asks in self._made[len(shown) :]:
            chip.hide()
        left = len(self._fields) - len(shown)
        self.more.setVisible(left > 0)
        self.more.say(msg("{count} more").of(count=left))
        self._lay_out()

    def _chip(self) -> tuple[Button, list[str]]:
        """A chip, and the place for the name of the field that it asks for."""
        chip, asks = Button(self._look, "", kind="dashed", icon="plus", height="target_min"), [""]
        chip.setParent(self)
        chip.clicked.connect(lambda: self.asked.emit(asks[0]))
        return chip, asks

    def _lay_out(self) -> None:
        gap = self._look.px(GAP)
        left, top, high = 0, 0, 0
        for button in self.buttons():
            size = button.sizeHint()
            if left and left + size.width() > self.width():
                left, top = 0, top + high + gap
            button.setGeometry(left, top, min(size.width(), max(self.width(), 1)), size.height())
            left, high = left + size.width() + gap, size.height()
        self.setFixedHeight(top + high if self._fields else 0)

    def sizeHint(self) -> QSize:
        """As high as the rows need."""
        return QSize(self._look.px(200), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other rows."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()
