"""What a field suggests while one types: a short list below it, found by the caller."""

from typing import Final

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

SHOWN: Final = 8


class Suggestions(QCompleter):
    """Hangs itself below `field`; it shows what it is given and filters nothing."""

    def __init__(self, field: QLineEdit) -> None:
        self.words = QStringListModel([])
        super().__init__(self.words, field)
        self.words.setParent(self)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(SHOWN)
        self._list = QListView()
        self._list.setProperty("floats", True)
        self.setPopup(self._list)
        field.setCompleter(self)

    def suggest(self, titles: list[str]) -> None:
        """These, best first."""
        self.words.setStringList(titles)

    def withdraw(self) -> None:
        """What was typed is taken: Qt leaves the list open where the field itself answers the Enter key."""
        self.words.setStringList([])
        self._list.hide()
