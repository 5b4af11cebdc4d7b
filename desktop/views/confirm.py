"""A small question beside what asks it: only for what cannot come back, or for one value."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.views.buttons import Button
from desktop.views.compose import column, holding, label, row
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.views.privacy import veil_words
from desktop.words import Message, msg

WIDTH = 300


class Confirm(Popover):
    """One question, one button, Escape to leave it."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window)
        self._title = label(look, strong=True, wrap=True)
        self._why = label(look, ink="ink_2", wrap=True)
        self.entry = QLineEdit()
        self.yes = Button(look, msg("Yes"), kind="primary", keys="Enter")
        no = Button(look, msg("Cancel"), kind="flat")
        no.clicked.connect(self.dismiss)
        self.yes.clicked.connect(self._go)
        self.entry.returnPressed.connect(self._go)
        self._act: Callable[[], object] = _nothing
        body = column(
            look,
            self._title,
            self._why,
            self.entry,
            row(look, None, no, self.yes, gap=8),
            gap=8,
            edge=(16, 14, 16, 12),
        )
        self.inside.addWidget(holding(body))

    def ask(
        self, anchor: QWidget, title: Message, why: Message, yes: Message, act: Callable[[], object]
    ) -> None:
        """Ask below `anchor`."""
        self.entry.hide()
        self._why.show()
        self._look.bind(self._why.setText, why)
        self._show(anchor, title, yes, act)
        self.yes.setFocus()

    def ask_text(self, anchor: QWidget, title: Message, text: str, act: Callable[[str], object]) -> None:
        """Ask for one value."""
        self._why.hide()
        self.entry.show()
        self.entry.setText(text)
        self._look.bind(self.entry.setAccessibleName, title)
        self._show(anchor, title, msg("Apply"), lambda: act(self.entry.text()))
        self.entry.setFocus()
        self.entry.selectAll()

    def _show(self, anchor: QWidget, title: Message, yes: Message, act: Callable[[], object]) -> None:
        for say in (self._title.setText, self.setAccessibleName):
            self._look.bind(say, lambda: veil_words(self._look, title))
        self.yes.say(yes)
        self._act = act
        self.setFixedWidth(self._look.px(WIDTH) + 2 * RING)
        there = self._window.mapFromGlobal(anchor.mapToGlobal(QPoint(anchor.width(), anchor.height() + 6)))
        left = (
            there.x() - self.width() + 2 * RING
            if there.x() > self._window.width() / 2
            else there.x() - anchor.width()
        )
        self.pop(QPoint(left, max(there.y(), 4)))

    def _go(self) -> None:
        act = self._act
        self.dismiss()
        act()


def _nothing() -> None:
    """Before anything was asked."""
