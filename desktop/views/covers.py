"""What stands in open editors while names are hidden: dots over it, until a press or a key asks for it."""

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.views.privacy import DOTS
from desktop.words import msg


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
            for cover in window.findChildren(Cover):
                cover.lift()
            for editor in window.findChildren(QLineEdit) if self._private else ():
                self._cover(editor, editor.text())
            for area in window.findChildren(QPlainTextEdit) if self._private else ():
                self._cover(area, area.toPlainText())

    def _cover(self, editor: QLineEdit | QPlainTextEdit, text: str) -> None:
        if text and editor.isVisible():
            Cover(self._look, editor)


class Cover(QWidget):
    """Over one editor; the keys stay with it."""

    def __init__(self, look: Look, editor: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(editor)
        self._look, self._editor = look, editor
        self.setAccessibleName(look.text(msg("Hidden; press to show")))
        self.setToolTip(self.accessibleName())
        self._fit()
        editor.installEventFilter(self)
        self.show()

    def _fit(self) -> None:
        self.setGeometry(self._editor.rect().adjusted(1, 1, -1, -1))

    def lift(self) -> None:
        """Take it away."""
        self._editor.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A key, or what an input method composes, shows what is typed on; another size is followed."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.InputMethod):
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
