"""What is true of every screen, whatever it shows: names, targets, whole texts, one language."""

import re
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollBar,
    QTableView,
    QWidget,
)

from desktop.views.frame import NAMES
from desktop.views.look import Look
from desktop.words import LOCALE

SLACK = 2  # px that a text may miss by rounding


def seen(screen: QWidget) -> Iterator[QWidget]:
    """Every widget that can be seen on a screen."""
    for widget in screen.findChildren(QWidget):
        if widget.isVisible() and widget.width() > 0 and widget.height() > 0:
            yield widget


def nameless(screen: QWidget) -> list[str]:
    """What can take the focus but has no name for a screen reader."""
    return [
        f"{type(widget).__name__} at {widget.pos().toTuple()}"
        for widget in seen(screen)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not isinstance(widget, QScrollBar)
        and type(widget) is not QAbstractScrollArea
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and not is_inside(widget, QComboBox)
    ]


def is_inside(widget: QWidget, kind: type[QWidget]) -> bool:
    """Whether a widget is a part of one of another kind."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, kind):
            return True
        above = above.parentWidget()
    return False


def small_targets(screen: QWidget, look: Look) -> list[str]:
    """What can be pressed but is smaller than the tokens allow in both directions."""
    least = look.t.control("target_min")
    return [
        f"{type(widget).__name__} {widget.accessibleName()!r} is {widget.width()} × {widget.height()}"
        for widget in seen(screen)
        if isinstance(widget, QAbstractButton | QLineEdit | QComboBox)
        and min(widget.height(), max(widget.width(), least)) < least - 1
        and not widget.property("bare")
        and not is_inside(widget, QComboBox)
        and not is_inside(widget, QLineEdit)
    ]


def clipped(screen: QWidget) -> list[str]:
    """Labels and buttons that are narrower or lower than what they say."""
    return [
        f"{type(widget).__name__} {widget.text()!r}: {has} px of {need}"
        for widget in seen(screen)
        if isinstance(widget, QLabel | QAbstractButton) and widget.text()
        for has, need in [room(widget)]
        if need > has + SLACK
    ]


def swollen(screen: QWidget) -> list[str]:
    """Painted buttons far bigger than what they say: something forgot to lay them out."""
    return [
        f"{type(widget).__name__} {widget.text()!r} is {widget.width()} × {widget.height()}"
        for widget in seen(screen)
        if isinstance(widget, QAbstractButton) and type(widget).__module__ == "desktop.views.buttons"
        if widget.height() > 3 * widget.sizeHint().height()
    ]


def room(widget: QLabel | QAbstractButton) -> tuple[int, int]:
    """What a text has and what it needs: height where it wraps, else width; other painters elide."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height(), widget.heightForWidth(widget.width())
    if isinstance(widget, QLabel) or type(widget).__module__ == "desktop.views.buttons":
        return widget.width(), widget.sizeHint().width()
    return 0, 0


def english_of_chinese() -> set[str]:
    """The English of every message that has a Chinese text of its own."""
    pairs = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)
    found: set[str] = set()
    for file in LOCALE.glob("*/LC_MESSAGES/*.po"):
        found |= {
            english for english, chinese in pairs.findall(file.read_text("utf-8")) if english != chinese
        }
    return found


def said(screen: QWidget) -> Iterator[str]:
    """Every text on a screen: labels, buttons, placeholders, heads and cells of lists."""
    for widget in seen(screen):
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        if isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            columns = model.columnCount() if isinstance(widget, QTableView) else 1
            for column in range(columns):
                yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
                for row in range(min(model.rowCount(), 30)):
                    yield str(model.index(row, column).data() or "")
        yield widget.toolTip()
        yield widget.accessibleName()


def untranslated(screen: QWidget, known: set[str]) -> list[str]:
    """Texts on a Chinese screen that are the English of a message."""
    return sorted({text for text in said(screen) if text in known} - set(NAMES.values()))
