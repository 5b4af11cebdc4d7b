"""What is true of every screen, whatever it shows: names, targets, whole texts, contrast, one language."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any, Final

from PIL import Image, ImageChops
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QTableView,
    QTextEdit,
    QWidget,
)

from desktop.documents.chart_marks import inks
from desktop.documents.theme import paper
from desktop.views.frame import NAMES
from desktop.views.look import Look
from desktop.views.popover import Popover
from desktop.views.theme import Tokens
from desktop.views.theme_cards import ThemeCards
from desktop.words import LOCALE
from tests.screens.languages import is_chinese, says_ours
from tests.screens.painted import Painted, picture

SLACK = 2  # px that a text may miss by rounding
SHARP = 2  # device px for one px, so that thin strokes have their whole ink
LEAST_CONTRAST = 4.5
AIR = 5  # px of two lines' boxes that may lie over each other: no letter reaches there
NEAR = 13  # of 255 in each part of a colour
EDGE = 0.1  # of the ground that a letter's edge lets through
LONG = 120  # device px, longer than any stroke of a letter
FEW = 6  # device px that an ink needs to count as one
Rgb = tuple[int, int, int]


class Glance:
    """A screen at one moment: its widgets, its pixels and the texts painted on it, each read once."""

    def __init__(self, screen: QWidget, look: Look, size: QSize | None = None) -> None:
        self.screen, self.look, self.size = screen, look, size or screen.size()

    @cached_property
    def widgets(self) -> list[QWidget]:
        """Every widget that can be seen."""
        return [
            widget
            for widget in self.screen.findChildren(QWidget)
            if widget.isVisible() and widget.width() > 0 and widget.height() > 0
        ]

    @cached_property
    def _drawn(self) -> tuple[Image.Image, list[Painted]]:
        return picture(self.screen, SHARP)

    @property
    def image(self) -> Image.Image:
        """The pixels, `SHARP` for one."""
        return self._drawn[0]

    @property
    def painted(self) -> list[Painted]:
        """The painted texts that can be seen whole."""
        return self._drawn[1]

    def part(self, box: QRect) -> Image.Image:
        """The pixels of a part of the screen."""
        left, top = SHARP * box.left(), SHARP * box.top()
        return self.image.crop((left, top, left + SHARP * box.width(), top + SHARP * box.height()))

    def wrong(self) -> dict[str, list[str]]:
        """Everything that is not as it should be, by the name of the fact."""
        found = {
            "too large": [*too_large(self), *cut_off(self)],
            "nameless": nameless(self),
            "too small to press": small_targets(self),
            "clipped": [*clipped(self), *clipped_paint(self)],
            "swollen": swollen(self),
            "overlapping": [*overlapping(self), *overlapping_paint(self)],
            "faint": [*faint(self), *faint_paint(self)],
        }
        return {fact: said for fact, said in found.items() if said}


def too_large(glance: Glance) -> list[str]:
    """Whether the screen needs more than it was given."""
    has, needs = glance.size, glance.screen.size()
    fits = needs.width() <= has.width() and needs.height() <= has.height()
    return [] if fits else [f"{needs.width()} × {needs.height()} in {has.width()} × {has.height()}"]


def cut_off(glance: Glance) -> list[str]:
    """What scrolls downwards only, and is wider than its place."""
    downwards = [
        (0 if (inner := widget.widget()) is None else inner.width(), widget.viewport().width())
        for widget in glance.widgets
        if isinstance(widget, QScrollArea)
        and widget.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    ]
    return [f"{needs} px of content in {has}" for needs, has in downwards if needs > has]


def nameless(glance: Glance) -> list[str]:
    """What can take the focus but has no name for a screen reader."""
    return [
        f"{type(widget).__name__} at {widget.pos().toTuple()}"
        for widget in glance.widgets
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


def small_targets(glance: Glance) -> list[str]:
    """What can be pressed but is smaller than the tokens allow in both directions."""
    least = glance.look.t.control("target_min")
    return [
        f"{type(widget).__name__} {widget.accessibleName()!r} is {widget.width()} × {widget.height()}"
        for widget in glance.widgets
        if isinstance(widget, QAbstractButton | QLineEdit | QComboBox)
        and min(widget.height(), max(widget.width(), least)) < least - 1
        and not widget.property("bare")
        and not is_inside(widget, QComboBox)
        and not is_inside(widget, QLineEdit)
    ]


def clipped(glance: Glance) -> list[str]:
    """Labels and buttons that are narrower or lower than what they say."""
    return [
        f"{type(widget).__name__} {widget.text()!r}: {has} px of {need}"
        for widget in glance.widgets
        if isinstance(widget, QLabel | QAbstractButton) and widget.text()
        for has, need in [room(widget)]
        if need > has + SLACK
    ]


def swollen(glance: Glance) -> list[str]:
    """Painted buttons far bigger than what they say: something forgot to lay them out."""
    return [
        f"{type(widget).__name__} {widget.text()!r} is {widget.width()} × {widget.height()}"
        for widget in glance.widgets
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


@lru_cache(maxsize=1)
def english_of_chinese() -> frozenset[str]:
    """The English of every message that has a Chinese text of its own."""
    pairs = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)
    found: set[str] = set()
    for file in LOCALE.glob("*/LC_MESSAGES/*.po"):
        found |= {
            english for english, chinese in pairs.findall(file.read_text("utf-8")) if english != chinese
        }
    return frozenset(found)


def said(glance: Glance) -> Iterator[str]:
    """Every text on a screen: labels, buttons, placeholders, heads and cells of lists."""
    for widget in glance.widgets:
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        if isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        if isinstance(widget, QComboBox):
            yield from (widget.itemText(place) for place in range(widget.count()))
        if isinstance(widget, QTextEdit | QPlainTextEdit):
            yield from widget.toPlainText().splitlines()
        if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
            columns = model.columnCount() if isinstance(widget, QTableView) else 1
            for column in range(columns):
                yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
                for row in range(min(model.rowCount(), 30)):
                    yield str(model.index(row, column).data() or "")
        yield widget.toolTip()
        yield widget.accessibleName()
    for one in glance.painted:
        yield one.text


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


def overlapping(glance: Glance) -> list[str]:
    """Words that stand on other words: two texts in front, neither a part of the other."""
    screen = glance.screen
    told = [
        (widget, place_of(screen, widget))
        for widget in glance.widgets
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


def words_wide(widget: QWidget) -> int:
    """Where on a widget its words end, counted from the left."""
    if (
        isinstance(widget, QLabel)
        and widget.alignment() & Qt.AlignmentFlag.AlignLeft
        and not widget.wordWrap()
    ):
        return widget.sizeHint().width()
    return widget.width()


def words_of(widget: QWidget) -> str:
    """What a widget says."""
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return widget.text() or widget.placeholderText() if isinstance(widget, QLineEdit) else ""


def faint(glance: Glance) -> list[str]:
    """Words whose strongest ink has less than 4.5:1 on the ground around them; grey buttons are excepted."""
    screen = glance.screen
    found = []
    for widget in glance.widgets:
        words = words_of(widget)
        if not words or not widget.isEnabled() or not uncovered(screen, widget):
            continue
        box = place_of(screen, widget)
        if box.height() < widget.height() and isinstance(widget, QAbstractButton):
            continue  # half of it is scrolled away, perhaps the half with the words
        box.setWidth(min(box.width(), words_wide(widget)))
        if box.width() < 8 or box.height() < 8:
            continue
        best = strongest(glance.part(box))
        if best < LEAST_CONTRAST:
            found.append(f"{type(widget).__name__} {words!r} has {best:.1f}:1")
    return found


def faint_paint(glance: Glance) -> list[str]:
    """Painted words without 4.5:1 on the ground that they really stand on; what is disabled is excepted."""
    found = []
    excepted = glance.look.colour("ink_disabled").name()
    for one in glance.painted:
        if one.ink == excepted or not any(map(str.isalnum, one.text)):  # a dash has hardly an ink of its own
            continue
        best = strongest(glance.part(one.box), none=1.0)
        if best < LEAST_CONTRAST:
            found.append(f"painted {one.text!r} has {best:.1f}:1 at {one.box.getRect()}")
    return found


def clipped_paint(glance: Glance) -> list[str]:
    """Painted words that were given less room than they need."""
    return [f"painted {one.text!r}: {one.cut}" for one in glance.painted if one.cut]


def overlapping_paint(glance: Glance) -> list[str]:
    """Painted words that stand on other painted words of the same widget."""
    by_place: dict[tuple[float, float], list[Painted]] = {}
    for one in glance.painted:
        by_place.setdefault(one.origin.toTuple(), []).append(one)
    return [
        f"painted {one.text!r} and {other.text!r} share {shared.getRect()}"
        for several in by_place.values()
        for place, one in enumerate(several)
        for other in several[place + 1 :]
        for shared in [one.letters.intersected(other.letters)]
        if not is_same(one, other) and is_much(shared)
    ]


def is_same(one: Painted, other: Painted) -> bool:
    """Whether a text was painted twice in one place, as a widget does that is painted again."""
    return one.text == other.text and one.letters == other.letters


def is_much(shared: QRectF) -> bool:
    """Whether two texts share more than the air above and below their letters."""
    return shared.width() > SLACK and shared.height() > AIR


def strongest(part: Image.Image, none: float = 99.0) -> float:
    """The contrast of an ink with the ground, the most frequent colour: the best, or one that is enough.

    `none` is the answer where there is no ink at all.
    """
    counted: list[tuple[int, Any]] = sorted(part.getcolors(part.width * part.height) or [], reverse=True)
    best, ground = none, counted[0][1]
    for place, (count, rgb) in enumerate(counted[1:]):
        if count < FEW:
            break
        found = contrast(rgb, ground)
        best = found if place == 0 else max(best, found)
        if found >= LEAST_CONTRAST:
            break
    return best


def contrast(one: Rgb, other: Rgb) -> float:
    """How far two colours are apart, as WCAG counts it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=4096)
def luminance(rgb: Rgb) -> float:
    """How light a colour is."""
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in rgb)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


USUAL: Final = 1 << 15
"""Colours that a screen may have without a table of counts as large as all of its pixels."""


def stale_colours(glance: Glance, before: Iterable[str]) -> set[str]:
    """Colours of themes of before, that the theme of now does not have, on more than a few pixels."""
    new = inks_of(glance.look.theme_name)
    old = {colour for name in before for colour in inks_of(name)}
    page = paper()
    new = new | {page.ink, page.ink_2, page.ink_3, page.accent, page.band, page.line}  # paper stays paper
    if not old - new:
        return set()
    image = glance.image.copy()
    for cards in (widget for widget in glance.widgets if isinstance(widget, ThemeCards)):
        box = place_of(glance.screen, cards)  # they show every theme on purpose
        left, top = SHARP * box.left(), SHARP * box.top()
        image.paste((1, 2, 3), (left, top, left + SHARP * box.width(), top + SHARP * box.height()))
    usual = image.getcolors(USUAL)
    counted: list[tuple[int, Any]] = usual or image.getcolors(image.width * image.height) or []
    seen_here = {
        f"#{red:02X}{green:02X}{blue:02X}"
        for count, (red, green, blue) in counted
        if count >= 80 * SHARP * SHARP
    }
    ground = inks(glance.look.theme_name)["surface"]
    return {
        colour
        for colour in seen_here & (old - new)
        if not any(is_near(colour, ink) for ink in new)
        and not (any(is_edge(colour, ink, ground) for ink in new) and not has_line(image, colour))
    }


def is_near(one: str, other: str) -> bool:
    """Whether two colours differ by no more than the edge of a letter does from its middle."""
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return all(abs(first - second) <= NEAR for first, second in pairs)


def is_edge(colour: str, ink: str, ground: str) -> bool:
    """Whether it is exactly what a letter's edge is: the ink with a little of the ground in it.

    The line of the dark theme is the light theme's ink with 6.5 % of its surface: dense text holds both.
    """
    seen, of, on = ([int(each[at : at + 2], 16) for at in (1, 3, 5)] for each in (colour, ink, ground))
    spans = [one - other for one, other in zip(on, of, strict=True)]
    widest = max(range(3), key=lambda place: abs(spans[place]))
    if not spans[widest]:
        return False
    part = (seen[widest] - of[widest]) / spans[widest]
    mixed = (start + part * span for start, span in zip(of, spans, strict=True))
    return 0 <= part <= EDGE and all(abs(one - other) <= 1 for one, other in zip(seen, mixed, strict=True))


def has_line(image: Image.Image, colour: str) -> bool:
    """Whether a colour goes on for longer than any stroke of a letter, across or down."""
    plain = Image.new("RGB", image.size, colour)
    red, green, blue = ImageChops.difference(image.convert("RGB"), plain).split()
    apart = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    there = apart.point([255] + [0] * 255)
    for turned in (there, there.transpose(Image.Transpose.TRANSPOSE)):
        pixels, wide = turned.tobytes(), turned.width
        if any(bytes([255]) * LONG in pixels[at : at + wide] for at in range(0, len(pixels), wide)):
            return True
    return False


@lru_cache(maxsize=3)
def inks_of(name: str) -> frozenset[str]:
    """Every colour of a theme."""
    return frozenset(set(inks(name).values()) | avatars(name))


def avatars(name: str) -> set[str]:
    """The colours of avatars in a theme."""
    return {colour.name().upper() for place in range(8) for colour in Tokens(name).avatar(place)}


def words_of_data(texts: Iterable[str]) -> frozenset[str]:
    """Chinese texts that people typed: names and notes, which stay in every language."""
    pieces = {piece.strip() for text in texts for piece in re.split(r"\n|\\n|[,，;；:：]", text)}
    return frozenset(filter(is_chinese, {*texts, *pieces}))


def stale_words(glance: Glance, data: frozenset[str]) -> set[str]:
    """Texts that hold words of the program in a language that the window does not speak now."""
    if glance.look.language == "zh":
        return {text for text in said(glance) if text in english_of_chinese()} - set(NAMES.values()) - data
    return {text for text in said(glance) if is_chinese(text) and says_ours(text, data)} - set(NAMES.values())
