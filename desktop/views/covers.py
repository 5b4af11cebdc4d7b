"""What stands in open editors while names are hidden: dots over it, until a press or typing asks for it."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.views.privacy import DOTS
from desktop.words import msg

_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_HELD = _ALT_GR | Qt.KeyboardModifier.MetaModifier
_WRITING = (Qt.KeyboardModifier.NoModifier, _ALT_GR)
_ERASING = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class Covers(QObject):
    """Covers the editors that are open when hiding begins, in every window; a later one is asked for."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._private = look, look.private
        look.changed.connect(self._follow)

    def _follow(self) -> None:
        if self._look.private == self._private:
            return
        self._private = self._look.private
        for window in QApplication.topLevelWidgets():
            for over in window.findChildren(Cover):
                over.lift()
            cover(self._look, window)

    def cover_again(self) -> None:
        """Something was put into editors by the program: cover it as well."""
        for window in QApplication.topLevelWidgets():
            cover(self._look, window)


def cover(look: Look, within: QWidget) -> None:
    """Cover what stands in the editors of a page, or in one, seen or not, where names are hidden."""
    if not look.private:
        return
    editors: list[QLineEdit | QPlainTextEdit] = [*within.findChildren(QLineEdit)]
    editors += [within] if isinstance(within, QLineEdit | QPlainTextEdit) else []
    for editor in (*editors, *within.findChildren(QPlainTextEdit)):
        covered = any(not each.isHidden() for each in editor.findChildren(Cover))
        if _text(editor) and not editor.isHidden() and not covered:
            Cover(look, editor)


def _text(editor: QLineEdit | QPlainTextEdit) -> str:
    return editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()


def _types(event: QEvent) -> bool:
    """Whether it writes or erases; a key that only moves, or is held for another one, does not."""
    if isinstance(event, QInputMethodEvent):
        return bool(event.preeditString() or event.commitString())
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
        return False
    written = event.text() != "" and event.text().isprintable()
    return (written and event.modifiers() & _HELD in _WRITING) or event.key() in _ERASING


class Cover(QWidget):
    """Over one editor; the keys stay with it."""

    def __init__(self, look: Look, editor: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(editor)
        self._look, self._editor = look, editor
        self.setAccessibleName(look.text(msg("Hidden; press to show")))
        self.setToolTip(self.accessibleName())
        self._fit()
        editor.installEventFilter(self)
        editor.textChanged.connect(self._follow)
        self.show()

    def _follow(self) -> None:
        if not _text(self._editor):
            self.lift()  # nothing is left to cover

    def _fit(self) -> None:
        self.setGeometry(self._editor.rect().adjusted(1, 1, -1, -1))

    def lift(self) -> None:
        """Take it away."""
        self._editor.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Typing, also with an input method, shows what is typed on; another size is followed."""
        if _types(event):
            self.lift()
        elif event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show it, and go on there."""
        self._editor.setFocus()
        self.lift()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dots on the ground of an editor."""
        look = self._look
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("surface"))
        line = QRect(look.px(6), 0, self.width() - look.px(6), min(self.height(), look.t.row("list")))
        paint.paint_text(painter, look, line, DOTS, ink="ink_2")
