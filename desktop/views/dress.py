"""How what Qt itself paints comes by the look: by the palette, and a few kinds by a sheet that each wears.

A style sheet of the whole application makes Qt work out the rules of every widget again on each switch, also
of hidden ones, 0.1 to 0.2 ms each. A palette Qt hands down, and who is hidden asks it when painted.
"""

from collections.abc import Mapping

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProxyStyle,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from desktop.views.theme import ROLES

_FIELDS = (QLineEdit, QComboBox, QPlainTextEdit, QTextEdit)


def wear(sheets: Mapping[str, str]) -> None:
    """From now on the application has the style below, and what it dresses wears these."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        style = app.style()
        if isinstance(style, Dress):
            style.change(sheets)
        else:
            app.setStyle(Dress(sheets))


class Dress(QProxyStyle):
    """The style of the program: gives a widget what it wears before it is first shown."""

    def __init__(self, sheets: Mapping[str, str]) -> None:
        super().__init__("Fusion")
        self._sheets = sheets

    def change(self, sheets: Mapping[str, str]) -> None:
        """Whoever wears one of the old ones changes."""
        self._sheets = sheets
        for widget in QApplication.allWidgets():
            if widget.styleSheet():
                self._dress(widget)

    def polish(self, what: QWidget | QApplication | QPalette) -> None:  # type: ignore[override]
        """Asked by Qt before the first time a widget is shown."""
        super().polish(what)
        if isinstance(what, QWidget):
            self._dress(what)

    def _dress(self, widget: QWidget) -> None:
        kind = _worn_by(widget)
        if kind and widget.styleSheet() != self._sheets[kind]:
            widget.setStyleSheet(self._sheets[kind])
        elif not kind and isinstance(widget, QAbstractScrollArea):
            widget.setFrameShape(QFrame.Shape.NoFrame)
            ground, viewport = widget.property("ground"), widget.viewport()
            if ground:  # what lies behind it need not be painted for each of its rows
                viewport.setBackgroundRole(ROLES[ground])
            viewport.setAutoFillBackground(bool(ground))


def _worn_by(widget: QWidget) -> str:
    """The style sheet that a widget wears; empty where the palette is enough."""
    if isinstance(widget, _FIELDS):
        return "field"
    if isinstance(widget, QScrollBar):
        return "bar"
    if isinstance(widget, QMenu):
        return "menu"
    if isinstance(widget, QAbstractScrollArea):
        return "floating" if widget.property("floats") else ""
    return "tip" if isinstance(widget, QLabel) and widget.isWindow() and widget.inherits("QTipLabel") else ""
