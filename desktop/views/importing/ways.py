"""Beside the columns: the one that is looked at, and what becomes of rows that are here already."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from desktop.services import import_columns, import_updates
from desktop.services.import_ahead import Ahead
from desktop.services.import_columns import SCALES, Column
from desktop.views import paint
from desktop.views.compose import clear, column, holding, label, region, row, scrolling
from desktop.views.editors import ChoiceEditor
from desktop.views.importing.columns import NOTHING, why
from desktop.views.importing.cut import Cut
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

HOWS: Final = (
    ("fill", msg("Fill only what is empty")),
    ("update", msg("Bring them up to date")),
    ("new", msg("Leave them out")),
    ("all", msg("Add them once more")),
)
CARD_HOWS: Final = (HOWS[2], HOWS[3])
"""Cards have nothing by which they would be brought up to date."""
MEANS: Final = {
    "fill": msg("An empty cell changes nothing either."),
    "update": msg("An empty cell changes nothing. What somebody else changed meanwhile is asked about."),
    "new": msg("Only rows that are not here yet come in."),
    "all": msg("Each row becomes a new record, also what is here."),
}
SCALED: Final = {
    1: msg("As written"),
    1_000: msg("In thousands"),
    10_000: msg("In 10,000s (万)"),
    100_000_000: msg("In 100 millions (亿)"),
}


class Option(QAbstractButton):
    """One of several, with a radio; a value may stand at its right."""

    def __init__(self, look: Look, words: Message, value: str = "") -> None:
        super().__init__()
        self._look, self._value = look, value
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setText, words)
        look.bind(self.setAccessibleName, words)
        look.bind(self.setToolTip, words)

    def value(self) -> str:
        """What stands at its right; an amount is hidden with the names."""
        return veil_text(self._look, self._value)

    def sizeHint(self) -> QSize:
        """The radio, the words, the value."""
        look = self._look
        said = self.value()
        value = look.px(12) + look.t.width(said) if said else 0
        return QSize(look.px(26) + look.t.width(self.text()) + value, look.t.control("height"))

    def minimumSizeHint(self) -> QSize:
        """Words give way."""
        return QSize(self._look.px(120), self._look.t.control("height"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Radio, words, value."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect()
        if self.hasFocus():
            painter.setPen(QPen(look.colour("focus"), 2))
            radius = look.t.radius("control")
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), radius, radius)
        radio = QRect(look.px(2), 1, look.t.control("radio") + 2, box.height())
        paint.paint_radio(painter, look, radio, checked=self.isChecked())
        left = radio.right() + look.px(8)
        said = self.value()
        wide = look.t.width(said) if said else 0
        words = QRect(left, 0, box.width() - left - wide - look.px(4), box.height())
        paint.paint_text(painter, look, words, self.text(), ink="ink")
        if said:
            value = QRect(box.width() - wide - look.px(4), 0, wide + look.px(2), box.height())
            paint.paint_text(painter, look, value, said, ink="ink_2", align=paint.RIGHT)


class Options(QWidget):
    """A few of them under each other, one of which is on; arrows walk."""

    chosen = Signal(object)

    def __init__(self, look: Look, name: Message) -> None:
        super().__init__()
        self._look = look
        self._group = QButtonGroup(self)
        self._keys: dict[Option, object] = {}
        self._lines = column(look, gap=2)
        self.setLayout(self._lines)
        look.bind(self.setAccessibleName, name)
        self._group.buttonToggled.connect(self._tell)

    def offer(self, options: Sequence[tuple[object, Message, str]], current: object) -> None:
        """Other ones."""
        if [(key, value) for key, _, value in options] == self._offered and current == self.current():
            return
        self._offered = [(key, value) for key, _, value in options]
        self._quiet = True
        clear(self._lines)
        for each in list(self._keys):
            self._group.removeButton(each)
        self._keys = {}
        for key, words, value in options:
            made = Option(self._look, words, value)
            self._group.addButton(made)
            made.setChecked(key == current)
            self._keys[made] = key
            self._lines.addWidget(made)
        self._quiet = False

    _offered: Sequence[object] = ()
    _quiet = False

    def current(self) -> object:
        """The one that is on."""
        return next((key for each, key in self._keys.items() if each.isChecked()), None)

    def button(self, key: object) -> Option:
        """The one of this key."""
        return next(each for each, one in self._keys.items() if one == key)

    def _tell(self, button: QAbstractButton, on: bool) -> None:
        if on and not self._quiet and isinstance(button, Option):
            self.chosen.emit(self._keys[button])


class Beside(QWidget):
    """What a person says besides which column is what."""

    how_said = Signal(str)
    key_said = Signal(str)
    scale_said = Signal(int, int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._place = 0
        self._title = Cut(look, strong=True)
        self._number = label(look, size="small", ink="ink_3")
        self._why = label(look, ink="ink_2", wrap=True)
        self._samples = label(look, size="small", ink="ink_2", wrap=True)
        self.scales = Options(look, msg("In what its numbers are written"))
        self.scales.chosen.connect(lambda scale: self.scale_said.emit(self._place, scale))
        head = row(look, self._title, self._number, gap=8)
        head.setStretch(0, 1)
        self._column = region("panel", "bottom")
        self._column.setLayout(
            column(look, head, self._why, self._samples, self.scales, gap=8, edge=(16, 12, 16, 14))
        )
        self._heading = label(look, msg("Rows that are here already"), strong=True)
        self._known = label(look, ink="ink_2", wrap=True)
        self.hows = Options(look, msg("What becomes of them"))
        self.hows.chosen.connect(lambda how: self.how_said.emit(str(how)))
        self._means = label(look, size="small", ink="ink_2", wrap=True)
        self._by_words = label(look, msg("Known again by"), ink="ink_2")
        self._by = QHBoxLayout()
        self._by.setContentsMargins(0, 0, 0, 0)
        self.keys: ChoiceEditor | None = None
        by = row(look, self._by_words, self._by, None, gap=8)
        self._ways = holding(
            column(
                look,
                self._heading,
                self._known,
                self.hows,
                self._means,
                by,
                None,
                gap=8,
                edge=(16, 14, 16, 14),
            )
        )
        inner = QWidget()
        inner.setLayout(column(look, self._column, self._ways, None, gap=0))
        scroll = scrolling(inner)
        ground = region("panel", "left")
        ground.setLayout(column(look, scroll, gap=0))
        self.setLayout(column(look, ground, gap=0))

    # One column

    def show_column(self, kind: str, place: int, each: Column | None) -> None:
        """The column that one looks at; none in a file of cards."""
        look = self._look
        self._column.setVisible(each is not None)
        if each is None:
            return
        self._place = place
        self._title.setText(each.title or NOTHING)
        look.bind(self._number.setText, msg("Column {number}").of(number=place + 1))
        look.bind(self._why.setText, self._sentence(each))
        look.bind(self._samples.setText, self._values(each))
        self._samples.setVisible(bool(each.samples))
        numbers = import_columns.is_number(kind, each.key)
        self.scales.setVisible(numbers)
        if numbers:
            first = each.samples[0] if each.samples else ""
            offered = [(one, SCALED[one], _times(first, one)) for one in SCALES]
            self.scales.offer(offered, each.scale)

    def _sentence(self, each: Column) -> Callable[[], str]:
        def said() -> str:
            between = {"zh": "；"}.get(self._look.language, "; ")
            words = between.join(self._look.text(one) for one in why(each))
            return words[:1].upper() + words[1:]

        return said

    def _values(self, each: Column) -> Callable[[], str]:
        comma = {"zh": "、"}
        filled = msg("{count} filled: {values}")

        def said() -> str:
            look = self._look
            values = comma.get(look.language, ", ").join(" ".join(one.split()) for one in each.samples)
            return look.text(filled.of(count=f"{each.filled:,}", values=veil_text(look, values)))

        return said

    # What is here already

    def show_ways(self, ahead: Ahead, how: str) -> None:
        """What there is to say about rows that are here already."""
        look = self._look
        offered = HOWS if ahead.keys else CARD_HOWS
        self.hows.offer([(key, words, "") for key, words in offered], how)
        known, rows = f"{ahead.known:,}", f"{len(ahead.made.rows):,}"
        some = msg("{known} of {rows} rows are here already.").of(known=known, rows=rows)
        look.bind(self._known.setText, some if ahead.known else msg("None of these rows is here yet."))
        for part in (self.hows, self._means):
            part.setVisible(bool(ahead.known))
        look.bind(self._means.setText, MEANS[how])
        by = len(ahead.keys) > 1 and how != "all"
        self._by_words.setVisible(by)
        self._show_keys(ahead, by=by)

    def _show_keys(self, ahead: Ahead, *, by: bool) -> None:
        kind = ahead.made.kind
        if self.keys is None or self._keys_of != (kind, ahead.keys):
            clear(self._by)
            self._keys_of = (kind, ahead.keys)
            options = [(key, import_updates.key_label(kind, key)) for key in ahead.keys]
            self.keys = keys = ChoiceEditor(self._look, options, ahead.key)
            self._look.bind(keys.setAccessibleName, msg("Known again by"))
            keys.committed.connect(lambda: self.key_said.emit(keys.currentData()))
            self._by.addWidget(keys)
        self.keys.setCurrentIndex(self.keys.findData(ahead.key))
        self.keys.setVisible(by)

    _keys_of: tuple[str, Sequence[str]] = ("", ())


def _times(text: str, scale: int) -> str:
    """What a value becomes."""
    try:
        return _full(text, scale)
    except (InvalidOperation, ValueError):
        return ""


def _full(text: str, scale: int) -> str:
    number = Decimal(text.replace(",", "")) * scale
    return f"{number.normalize():,f}"
