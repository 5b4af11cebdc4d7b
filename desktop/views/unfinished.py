"""Keeps what is being typed as drafts, and puts it back with the cursor where it was."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from desktop.models.store import Store
from desktop.services import unfinished
from desktop.services.unfinished import Unfinished
from desktop.views.runner import Runner

WAIT: Final = 250
"""Milliseconds after a key until it is written; a write itself takes a few."""


class Keeper(QObject):
    """The drafts of one window. They are written beside the data thread, which an import may occupy."""

    def __init__(self, store: Store, runner: Runner) -> None:
        super().__init__()
        self._store, self._runner = store, runner
        self._kept = {one.key: one for one in unfinished.find(store)}
        self._lock = threading.Lock()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._begin)

    def note(self, one: Unfinished) -> None:
        """Somebody typed; nothing left in any field is no draft."""
        if any(one.texts.values()):
            self._kept[one.key] = one
            self._soon()
        else:
            self.let_go(one.key)

    def let_go(self, key: str) -> None:
        """It was saved, or given up."""
        if self._kept.pop(key, None) is not None:
            self._soon()

    def of(self, key: str) -> Unfinished | None:
        """The draft of a place."""
        return self._kept.get(key)

    def facts_of(self, kind: str, record_id: UUID) -> list[Unfinished]:
        """The drafts of single values of a record."""
        return self._of("fact", kind, record_id)

    def cells_of(self, kind: str, record_id: UUID) -> list[Unfinished]:
        """The drafts of cells of a record."""
        return self._of("cell", kind, record_id)

    def _of(self, place: str, kind: str, record_id: UUID) -> list[Unfinished]:
        wanted = (place, kind, record_id.hex)
        return [one for one in self._kept.values() if (one.place, one.type, one.record) == wanted]

    def last(self) -> Unfinished | None:
        """What was typed last."""
        return max(self._kept.values(), key=lambda one: one.at, default=None)

    def finish(self) -> None:
        """Write what is still to be written, now."""
        if self._timer.isActive():
            self._timer.stop()
            self._write()

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _begin(self) -> None:
        self._runner.read(self, "unfinished", self._write, lambda _nothing: None)

    def _write(self) -> None:
        with self._lock:
            unfinished.keep(self._store, list(self._kept.values()))


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


COMPOSED: Final = "composed"
"""What an input method still composes in an editor: letters of pinyin that are no characters yet."""


class _Composing(QObject):
    """Notes what an input method composes; the editor itself tells nobody until it is done."""

    def __init__(self, editor: QWidget, act: Callable[[], object]) -> None:
        super().__init__(editor)
        self._act = act
        editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep it beside the text, and act as after a key."""
        if isinstance(event, QInputMethodEvent):
            before = str(watched.property(COMPOSED) or "")
            watched.setProperty(COMPOSED, event.preeditString())
            if before != event.preeditString():
                QTimer.singleShot(0, watched, self._act)
        return super().eventFilter(watched, event)


def text_of(editor: QWidget) -> str:
    """What stands in an editor, as it was typed and is still composed; of a choice its code."""
    if isinstance(editor, QLineEdit | QPlainTextEdit):
        text = editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()
        composed, place = str(editor.property(COMPOSED) or ""), _place(editor)
        return f"{text[:place]}{composed}{text[place:]}" if composed else text
    return str(editor.currentData() or "") if isinstance(editor, QComboBox) else ""


def cursor_of(editor: QWidget) -> int:
    """Where the cursor stands in an editor."""
    return _place(editor) + len(str(editor.property(COMPOSED) or ""))


def _place(editor: QWidget) -> int:
    if isinstance(editor, QLineEdit):
        return editor.cursorPosition()
    return editor.textCursor().position() if isinstance(editor, QPlainTextEdit) else 0


def watch(editors: Sequence[QWidget], act: Callable[[], object]) -> None:
    """Act after each key, choice or step of the cursor in these editors."""
    for editor in editors:
        if isinstance(editor, QLineEdit | QPlainTextEdit):
            _Composing(editor, act)
        if isinstance(editor, QLineEdit):
            editor.textChanged.connect(lambda _text: act())
            editor.cursorPositionChanged.connect(lambda _old, _new: act())
        elif isinstance(editor, QPlainTextEdit):
            editor.textChanged.connect(act)
            editor.cursorPositionChanged.connect(act)
        elif isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(lambda _index: act())


def put(editor: QWidget, text: str) -> None:
    """Put a text back into an editor."""
    if isinstance(editor, QLineEdit):
        editor.setText(text)
        editor.textEdited.emit(text)
    elif isinstance(editor, QPlainTextEdit):
        editor.setPlainText(text)
    elif isinstance(editor, QComboBox):
        editor.setCurrentIndex(max(0, editor.findData(text)))


def put_cursor(editor: QWidget, place: int) -> None:
    """Put the cursor back, and the keys there."""
    editor.setFocus()
    if isinstance(editor, QLineEdit):
        editor.deselect()
        editor.setCursorPosition(place)
    elif isinstance(editor, QPlainTextEdit):
        cursor = editor.textCursor()
        cursor.setPosition(min(place, len(editor.toPlainText())))
        editor.setTextCursor(cursor)
