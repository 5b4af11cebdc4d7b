"""Editors: one small widget per field kind; each hands over what a person typed, as text or as a value."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from desktop.models.kinds import Amount, Choice, Flag, Kind, Link, Long, Tags
from desktop.models.record import Field
from desktop.views.look import Look
from desktop.views.suggestions import Suggestions
from desktop.words import Message, msg

FindLink = Callable[[str, str], Sequence[tuple[UUID, str]]]
"""(record type, what was typed) → ids and titles."""
_YES_NO: Final = (("yes", msg("Yes")), ("no", msg("No")))


class LineEditor(QLineEdit):
    """One line; Enter or leaving it hands over, Escape gives up."""

    committed = Signal()
    cancelled = Signal()
    parsed = False

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._before = text
        self.editingFinished.connect(self.committed)

    def typed(self) -> Any:
        """The text."""
        return self.text()

    def was_changed(self) -> bool:
        """Whether anything else is there now."""
        return self.text() != self._before

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._before)
            self.cancelled.emit()
            return
        super().keyPressEvent(event)


class LongEditor(QPlainTextEdit):
    """Several lines; Ctrl+Enter or leaving it hands over."""

    committed = Signal()
    cancelled = Signal()
    parsed = False

    def __init__(self, look: Look, text: str) -> None:
        super().__init__(text)
        self._before = text
        self.setTabChangesFocus(True)
        look.bind(self.setFixedHeight, lambda: look.px(96))

    def typed(self) -> Any:
        """The text."""
        return self.toPlainText()

    def was_changed(self) -> bool:
        """Whether anything else is there now."""
        return self.toPlainText() != self._before

    def focusOutEvent(self, event: Any) -> None:
        """Leaving hands over."""
        super().focusOutEvent(event)
        self.committed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter hands over, Escape gives up."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._before)
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
            self.committed.emit()
        else:
            super().keyPressEvent(event)


class ChoiceEditor(QComboBox):
    """One of a few words."""

    committed = Signal()
    cancelled = Signal()
    parsed = True

    def __init__(self, look: Look, options: Sequence[tuple[str, Message]], value: str) -> None:
        super().__init__()
        self._look = look
        self._before = value
        self._words = dict(options)
        if value not in self._words:
            self.addItem("", "")
        for code, word in options:
            self.addItem(look.text(word), code)
        self.setCurrentIndex(max(0, self.findData(value)))
        look.changed.connect(self._say_again)
        self.activated.connect(lambda _index: self.committed.emit())

    def offer(self, options: Sequence[tuple[str, Message]]) -> None:
        """Other words to choose from; the first is chosen."""
        self.blockSignals(True)
        self.clear()
        self._words = dict(options)
        for code, word in options:
            self.addItem(self._look.text(word), code)
        self.blockSignals(False)

    def _say_again(self) -> None:
        """The words in another language."""
        for place in range(self.count()):
            if (word := self._words.get(self.itemData(place))) is not None:
                self.setItemText(place, self._look.text(word))

    def typed(self) -> Any:
        """The code."""
        return self.currentData()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's box, and our own arrow."""
        super().paintEvent(event)
        size = self._look.t.icon("small")
        painter = QPainter(self)
        left, top = self.width() - size - self._look.px(9), (self.height() - size) // 2
        painter.drawPixmap(left, top, self._look.pixmap("chevron-down", "ink_2", size))

    def was_changed(self) -> bool:
        """Whether another one was chosen."""
        return bool(self.currentData() != self._before)


class FlagEditor(ChoiceEditor):
    """Yes or no."""

    def __init__(self, look: Look, value: bool | None) -> None:
        super().__init__(look, _YES_NO, "" if value is None else "yes" if value else "no")

    def typed(self) -> Any:
        """True or False."""
        return self.currentData() == "yes"


class LinkEditor(LineEditor):
    """Another record, found while typing."""

    parsed = True

    def __init__(self, kind: str, title: str, value: UUID | None, find: FindLink) -> None:
        super().__init__(title)
        self._kind, self._find, self._value = kind, find, value
        self._found: dict[str, UUID] = {title: value} if value is not None else {}
        self._suggestions = Suggestions(self)
        self.textEdited.connect(self._look_up)

    def _look_up(self, text: str) -> None:
        found = self._find(self._kind, text) if text.strip() else ()
        self._found.update({title: record for record, title in found})
        self._suggestions.suggest([title for _, title in found])

    def typed(self) -> Any:
        """The id of what was chosen; None when nothing is there."""
        text = self.text().strip()
        if not text:
            return None
        if text not in self._found:
            self._look_up(text)
            first = self._suggestions.words.stringList()
            return self._found[first[0]] if first else self._value
        return self._found[text]


AnyEditor = LineEditor | LongEditor | ChoiceEditor


def editor_for(look: Look, described: Field, value: Any, title: str, find: FindLink) -> AnyEditor:
    """The editor of a field, holding `value`; `title` is what a linked record is called."""
    kind = described.kind
    made: AnyEditor
    if isinstance(kind, Choice):
        made = ChoiceEditor(look, kind.options, value or "")
    elif isinstance(kind, Flag):
        made = FlagEditor(look, value)
    elif isinstance(kind, Link) and kind.to:
        made = LinkEditor(kind.to, title, value, find)
    elif isinstance(kind, Long):
        made = LongEditor(look, value or "")
    else:
        made = _line(look, kind, plain_text(kind, value, look.language))
    look.bind(made.setAccessibleName, described.label)
    return made


def _line(look: Look, kind: Kind, text: str) -> LineEditor:
    from desktop.views.echo import ECHOED, EchoEditor

    return EchoEditor(look, kind, text) if isinstance(kind, ECHOED) else LineEditor(text)


def plain_text(kind: Kind, value: Any, language: str) -> str:
    """A value as one would type it."""
    shown = kind.format(value, language)
    if isinstance(kind, Tags):
        return ", ".join(value or ())
    return shown.replace(",", "") if kind.numeric or isinstance(kind, Amount) else shown


def focus(editor: QWidget) -> None:
    """Put the cursor in and select what is there."""
    editor.setFocus(Qt.FocusReason.OtherFocusReason)
    if isinstance(editor, QLineEdit):
        editor.selectAll()
    elif isinstance(editor, QComboBox):
        editor.showPopup()
