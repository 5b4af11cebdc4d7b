"""While somebody types an @ in a comment: the colleagues whose names go on so, by sound too."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from desktop.rules import mentions

MOST: Final = 8
TAKING: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class Colleagues(QObject):
    """Hangs a short list below the @; Enter or Tab puts the name in, Escape leaves it."""

    def __init__(self, field: QLineEdit, names: Callable[[], list[str]]) -> None:
        super().__init__(field)
        self._field, self._names = field, names
        self.words = QStringListModel([], self)
        self._offer = QCompleter(self.words, self)
        self._offer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._offer.setMaxVisibleItems(MOST)
        self.list = QListView()
        self.list.setProperty("floats", True)
        self._offer.setPopup(self.list)
        self._offer.setWidget(field)
        self._offer.activated.connect(self._put)
        field.textEdited.connect(lambda _text: self.look())
        self.list.installEventFilter(self)

    def look(self) -> None:
        """Offer those who fit what stands behind the @ before the cursor; nobody where there is none."""
        begun = mentions.begun(self._field.text()[: self._field.cursorPosition()])
        found = [] if begun is None else mentions.fitting(begun, self._names())[:MOST]
        self.words.setStringList(found)
        if not found:
            self.list.hide()
            return
        at = self._field.cursorRect()
        at.setWidth(
            max(self._field.fontMetrics().horizontalAdvance(name) for name in found) + 8 * at.height() // 3
        )
        self._offer.complete(at)
        self.list.setCurrentIndex(self.words.index(0))

    def _put(self, name: str) -> None:
        """The name in place of what was begun, and a blank behind it."""
        field = self._field
        before, after = field.text()[: field.cursorPosition()], field.text()[field.cursorPosition() :]
        begun = mentions.begun(before)
        if begun is not None:
            head = f"{before[: len(before) - len(begun)]}{name} "
            field.setText(head + after.lstrip(" "))
            field.setCursorPosition(len(head))
        self.words.setStringList([])
        self.list.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Tab take what is marked; the field itself does not hear them."""
        index = self.list.currentIndex()
        key = event.key() if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if key in TAKING and index.isValid():
            self._put(str(index.data()))
            return True
        return super().eventFilter(watched, event)
