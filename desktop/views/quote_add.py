"""The box at the end of a quote's lines: a product by name, pinyin, initials or number, and how many."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from desktop.views.look import Look
from desktop.views.suggestions import Suggestions
from desktop.words import msg

_ASKED: Final = re.compile(r"^(?P<what>.*?)\s*(?:[*×xX]\s*(?P<count>\d+(?:\.\d+)?))?$")


class AddLine(QLineEdit):
    """One box for a product: name, pinyin, initials or number, and how many (`sat20*5`)."""

    asked = Signal(str, object)  # what, how many

    def __init__(self, look: Look, find: Callable[[str], list[tuple[str, str]]]) -> None:
        super().__init__()
        self._find = find
        self.setProperty("bare", True)
        look.bind(
            self.setPlaceholderText, msg("Product name, initials or number, e.g. sat75*2; # begins a section")
        )
        look.bind(self.setAccessibleName, msg("Add a line"))
        self._given = ""
        self.numbers: dict[str, str] = {}
        self._suggestions = Suggestions(self)
        self.textEdited.connect(self._look_up)

    def _look_up(self, text: str) -> None:
        match = _ASKED.match(text.strip())
        what = match["what"] if match else text
        found = self._find(what) if what.strip() and not what.startswith("#") else []
        self.numbers.update(dict(found))
        self._suggestions.suggest([title for title, _ in found])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter adds what is there."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        else:
            super().keyPressEvent(event)

    def submit(self) -> None:
        """Take the text apart and hand it over."""
        self._suggestions.withdraw()
        text = self.text().strip()
        match = _ASKED.match(text)
        if text and match:
            count = Decimal(match["count"]) if match["count"] else Decimal(1)
            self.clear()  # at once: the next product may be typed while this one is being added
            self._given = text
            self.asked.emit(match["what"].strip(), count)

    def give_back(self) -> None:
        """What was handed over could not be added: it stands here again, unless something else does."""
        if not self.text():
            self.setText(self._given)
