"""What is true of every screen, whatever it shows: names, targets, whole texts, contrast, one language."""

import re
from collections.abc import Iterator
from functools import lru_cache

from PIL import Image
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QScrollBar,
    QTableView,
    QWidget,
)

from desktop.documents.chart_marks import inks
from desktop.documents.theme import paper
from desktop.views.frame import NAMES
from desktop.views.look import Look
from desktop.views.popover import Popover
from desktop.views.theme import Tokens
from desktop.words import LOCALE

SLACK = 2  # px that a text may miss by rounding
SHARP = 2  # device px for one px, so that thin strokes have their whole ink
LEAST_CONTRAST = 4.5
FEW = 6  # device px that an ink needs to count as one
Rgb = tuple[int, int, int]


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


def uncovered(screen: QWidget, widget: QWidget) -> bool:
    """Whether no other layer, such as a popover or its veil, lies over the middle or a corner of a widget."""
    box = QRect(widget.mapTo(screen, QPoint(0, 0)), widget.size()).intersected(screen.rect())
    places = (box.center(), box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight())
    fronts = [screen.childAt(place) for place in places]
    own = layer(screen, widget)
    return all(front is not None and layer(screen, front) is own for front in fronts)


def layer(screen: QWidget, widget: QWidget) -> QWidget:
    """The screen, or what floats over it, whichever a widget belongs to."""
    above = widget.parentWidget()
    while above is not None and above is not screen:
        if isinstance(widget, Popover):
            return widget
        widget, above = above, above.parentWidget()
    layout = screen.layout()
    return screen if layout is None or is_laid_out(layout, widget) else widget


def is_laid_out(layout: QLayout, widget: QWidget) -> bool:
    """Whether a layout, or one within it, places a widget."""
    for place in range(layout.count()):
        item = layout.itemAt(place)
        inner = item.layout() if item is not None else None
        if item is not None and (item.widget() is widget or (inner and is_laid_out(inner, widget))):
            return True
    return False


def place_of(screen: QWidget, widget: QWidget) -> QRect:
    """The part of the screen on which a widget can be seen."""
    box = QRect(widget.mapTo(screen, QPoint(0, 0)), widget.size())
    above = widget.parentWidget()
    while above is not None and above is not screen.parentWidget():
        box = box.intersected(QRect(above.mapTo(screen, QPoint(0, 0)), above.size()))
        above = above.parentWidget() if above is not screen else None
    return box


def overlapping(screen: QWidget) -> list[str]:
    """Words that stand on other words: two texts in front, neither a part of the other."""
    told = [
        (widget, place_of(screen, widget))
        for widget in seen(screen)
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit) and words_of(widget)
        if uncovered(screen, widget)
    ]
    found = []
    for place, (one, first) in enumerate(told):
        for other, second in told[place + 1 :]:
            both = first.intersected(second)
            if (
                both.width() <= SLACK
                or both.height() <= SLACK
                or layer(screen, one) is not layer(screen, other)
            ):
                continue
            if not (one.isAncestorOf(other) or other.isAncestorOf(one)):
                found.append(f"{words_of(one)!r} and {words_of(other)!r} share {both.getRect()}")
    return found


def words_of(widget: QWidget) -> str:
    """What a widget says."""
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return widget.text() or widget.placeholderText() if isinstance(widget, QLineEdit) else ""


def picture(screen: QWidget, sharp: int = 1) -> Image.Image:
    """The screen as pixels."""
    made = QImage(screen.size() * sharp, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(sharp)
    screen.render(made)
    raw = bytes(made.constBits())
    return Image.frombytes("RGB", (made.width(), made.height()), raw, "raw", "BGRX", made.bytesPerLine())


def faint(screen: QWidget) -> list[str]:
    """Words whose strongest ink has less than 4.5:1 on the ground around them; grey buttons are excepted."""
    image = picture(screen, SHARP)
    found = []
    for widget in seen(screen):
        words = words_of(widget)
        if not words or not widget.isEnabled() or not uncovered(screen, widget):
            continue
        box = place_of(screen, widget)
        if box.width() < 8 or box.height() < 8:
            continue
        part = image.crop(tuple(SHARP * edge for edge in (box.left(), box.top(), box.right(), box.bottom())))
        best = strongest(part)
        if best < LEAST_CONTRAST:
            found.append(f"{type(widget).__name__} {words!r} has {best:.1f}:1")
    return found


def strongest(part: Image.Image) -> float:
    """The best contrast of any ink with the ground, which is the most frequent colour."""
    counted = sorted(part.getcolors(part.width * part.height) or [], reverse=True)
    ground = counted[0][1]
    return max((contrast(rgb, ground) for count, rgb in counted[1:] if count >= FEW), default=99.0)


def contrast(one: Rgb, other: Rgb) -> float:
    """How far two colours are apart, as WCAG counts it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(rgb: Rgb) -> float:
    """How light a colour is."""
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in rgb)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def stale_colours(screen: QWidget, before: str, now: str) -> set[str]:
    """Colours of the theme of before, that the theme of now does not have, on more than a few pixels."""
    image = picture(screen)
    old, new = (set(inks(name).values()) | avatars(name) for name in (before, now))
    page = paper()
    new |= {page.ink, page.ink_2, page.ink_3, page.accent, page.band, page.line}  # paper stays paper
    seen_here = {
        f"#{red:02X}{green:02X}{blue:02X}"
        for count, (red, green, blue) in image.getcolors(image.width * image.height) or []
        if count >= 80
    }
    return seen_here & (old - new)


def avatars(name: str) -> set[str]:
    """The colours of avatars in a theme."""
    return {colour.name().upper() for place in range(8) for colour in Tokens(name).avatar(place)}


def said_after(screen: QWidget) -> set[str]:
    """Every text of a screen, but for times of the day."""
    return {re.sub(r"\d{1,2}:\d\d", "00:00", text) for text in said(screen)}


def of_other_language(texts: set[str], language: str) -> set[str]:
    """Those that hold words of the program in the other language; names that a person typed are in both."""
    if language == "zh":
        return texts & english_of_chinese()
    words = chinese_words()
    return {text for text in texts if any(word in text for word in words)}


@lru_cache(maxsize=1)
def chinese_words() -> frozenset[str]:
    """Every Chinese text of the program of two characters and more that has no places to fill."""
    texts = re.compile(r'^msgstr "(.+)"$', re.MULTILINE)
    found: set[str] = set()
    for file in LOCALE.glob("*/LC_MESSAGES/*.po"):
        found |= {text for text in texts.findall(file.read_text("utf-8")) if "{" not in text}
    return frozenset(text for text in found if sum("\u4e00" <= each <= "\u9fff" for each in text) >= 2)
