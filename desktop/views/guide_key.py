"""The key that opens the manual before there is a window: at the first run, and while the vault is locked.

It loads the manual when it is pressed; nothing of it delays the unlock page.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.views.look import Look

if TYPE_CHECKING:
    from desktop.views.guide import Guide


class GuideKey(QObject):
    """F1 on a page in front of the window; `screen` says which one is shown."""

    def __init__(self, look: Look, front: QWidget, screen: Callable[[], str]) -> None:
        super().__init__(front)
        self._look, self._screen = look, screen
        self.guide: Guide | None = None
        QShortcut(QKeySequence("F1"), front).activated.connect(self.open)

    def open(self) -> None:
        """The manual at the page of that screen."""
        from desktop.views.guide import Guide, page_for

        if self.guide is None:
            self.guide = Guide(self._look)
        self.guide.open_at(page_for(self._screen()))

    def close(self) -> None:
        """The program ends."""
        if self.guide is not None:
            self.guide.close()
