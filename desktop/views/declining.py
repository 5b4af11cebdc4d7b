"""Why a customer declines: reasons to press, their own words, and a way past both."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.models.records.quotes import DECLINES, Quote
from desktop.views.buttons import Button
from desktop.views.compose import Line, column, holding, label, row
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.words import Message, msg

WIDTH: Final = 380
COLUMNS: Final = 3
TITLE: Final = msg("Why does the customer decline?")
WORDS: Final = msg("In the customer's words (may stay empty)")


class DeclineBox(Popover):
    """One press on a reason marks it; Enter says the customer declined; Skip says it without a reason."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window)
        self._act: Callable[[str, str], object] = _nothing
        self.reason = ""
        self.chips: dict[str, Button] = {}
        for code, words in DECLINES:
            chip = self.chips[code] = Button(look, words, kind="filter")
            chip.clicked.connect(self._choose(code))
        chips = list(self.chips.values())
        lines = [
            row(look, *chips[start : start + COLUMNS], None, gap=6) for start in range(0, len(chips), COLUMNS)
        ]
        self.entry = QLineEdit()
        self.entry.setMaxLength(500)
        self.entry.returnPressed.connect(self._go)
        look.bind(self.entry.setPlaceholderText, WORDS)
        look.bind(self.entry.setAccessibleName, WORDS)
        look.bind(self.setAccessibleName, TITLE)
        self.yes = Button(look, msg("Customer declined"), kind="primary", keys="Enter")
        self.yes.clicked.connect(self._go)
        self.skip = Button(look, msg("Skip"), kind="flat")
        self.skip.clicked.connect(self._go_without)
        cancel = Button(look, msg("Cancel"), kind="flat", keys="Esc")
        cancel.clicked.connect(self.dismiss)
        foot = row(look, cancel, None, self.skip, self.yes, gap=8)
        title = label(look, TITLE, strong=True, wrap=True)
        parts = column(look, title, *lines, self.entry, Line(look), foot, gap=8, edge=(16, 14, 16, 12))
        self.inside.addWidget(holding(parts))

    def ask(self, anchor: QWidget, act: Callable[[str, str], object]) -> None:
        """Ask below `anchor`; `act` hears the code of the reason and the words, both perhaps empty."""
        self._act = act
        self.entry.clear()
        self._mark("")
        self.setFixedWidth(self._look.px(WIDTH) + 2 * RING)
        there = self._window.mapFromGlobal(anchor.mapToGlobal(QPoint(anchor.width(), anchor.height() + 6)))
        self.pop(QPoint(there.x() - self.width() + 2 * RING, max(there.y(), 4)))
        self.chips[DECLINES[0][0]].setFocus()

    def _choose(self, code: str) -> Callable[[], None]:
        return lambda: self._mark("" if self.reason == code else code)

    def _mark(self, code: str) -> None:
        self.reason = code
        for each, chip in self.chips.items():
            chip.become("active_filter" if each == code else "filter")
        if code:
            self.entry.setFocus()

    def _go(self) -> None:
        act, reason, words = self._act, self.reason, self.entry.text().strip()
        self.dismiss()
        act(reason, words)

    def _go_without(self) -> None:
        self._mark("")
        self.entry.clear()
        self._go()


def with_reason(quote: Quote, stage: Message | None) -> Message | None:
    """The stage of a quote, and of a declined one why, where that was said."""
    words = dict(DECLINES).get(quote.declined_for or "") if quote.stage == "declined" else None
    return msg("{stage}: {reason}", "declined").of(stage=stage, reason=words) if stage and words else stage


def _nothing(_reason: str, _words: str) -> None:
    """Before anything was asked."""
