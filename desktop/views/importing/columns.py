"""Which column of the file is what: a line for each with its first value, where it goes and why."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.services import import_columns
from desktop.services.import_columns import Column
from desktop.services.import_rows import FURTHER, LEFT_OUT
from desktop.views import paint
from desktop.views.compose import Picture, column, label, scrolling
from desktop.views.editors import ChoiceEditor
from desktop.views.importing.cut import Cut
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

HEADS: Final[tuple[Message | str, ...]] = (
    msg("Column of the file"),
    msg("First value"),
    "",
    msg("Goes to"),
    msg("Why"),
)
WHY: Final = {
    "same": msg("its heading says so"),
    "alike": msg("its heading is much like it"),
    "content": msg("{share}% of its values look like it"),
    "own": msg("headed as this program heads it"),
    "remembered": msg("as it was said last time"),
    "chosen": msg("chosen"),
    "empty": msg("the column is empty"),
    "": msg("no field of its own"),
}
ODD: Final = msg("{count} not understood")
TIMES: Final = msg("×{scale}")
KEPT: Final = msg("Further details")
OUT: Final = msg("Do not bring in")
NOTHING: Final = "\N{EM DASH}"
NARROW: Final = 560
"""px at 100 % below which the reasons stand beside the columns only."""


def why(each: Column, odd: int = 0) -> list[Message]:
    """Why a column goes where it goes."""
    said = [WHY[each.how].of(share=round(each.share * 100))] if each.how == "content" else [WHY[each.how]]
    if each.scale != 1:
        said.append(TIMES.of(scale=f"{each.scale:,}"))
    return [*said, ODD.of(count=f"{odd:,}")] if odd else said


class _Where(ChoiceEditor):
    """Where a column goes; the wheel scrolls the lines, not the choice."""

    looked = Signal()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the lines."""
        event.ignore()

    def event(self, event: QEvent) -> bool:
        """Whoever comes here looks at this column."""
        if event.type() == QEvent.Type.FocusIn:
            self.looked.emit()
        return super().event(event)


class _Lines(QWidget):
    """What paints the hairlines and the ground of the line one is on."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.grid = QGridLayout(self)
        self.current = -1
        self.count = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline beneath the heads and each line."""
        look, painter = self._look, QPainter(self)
        if not self.count:
            return
        heads = self.grid.cellRect(0, 0)
        paint.paint_hairline(painter, look, QRect(0, heads.top(), self.width(), heads.height()))
        for place in range(1, self.count + 1):
            box = self.grid.cellRect(place, 0)
            line = QRect(0, box.top(), self.width(), box.height())
            if place - 1 == self.current:
                painter.fillRect(line, look.colour("selected"))
                painter.fillRect(QRect(0, line.top(), look.px(2), line.height()), look.colour("accent_mark"))
            paint.paint_hairline(painter, look, line)


class ColumnLines(QWidget):
    """The columns of a table; each can be changed by pointer and by key."""

    said = Signal(int, str)
    looked = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._columns: list[Column] = []
        self._kind = ""
        self.choices: list[_Where] = []
        self._whys: list[Cut] = []
        self._marks: list[Picture] = []
        self._lines = _Lines(look)
        self._scroll = scrolling(self._lines)
        self._scroll.setProperty("ground", "surface")
        self.setLayout(column(look, self._scroll, gap=0))
        look.changed.connect(self._renew)
        self._narrow = False

    @property
    def current(self) -> int:
        """The column one looks at."""
        return self._lines.current

    def show_columns(self, kind: str, columns: Sequence[Column]) -> None:
        """The columns of another table, or others of the same."""
        same = kind == self._kind and [each.title for each in columns] == [
            each.title for each in self._columns
        ]
        self._kind, self._columns = kind, list(columns)
        if not same:
            self._make()
            self.look_at(0)
            return
        for choice, each in zip(self.choices, columns, strict=True):
            if choice.currentData() != each.key:
                choice.setCurrentIndex(choice.findData(each.key))
        self.show_odd({})

    def show_odd(self, odd: Mapping[str, int]) -> None:
        """How many cells of each column could not be taken as they were meant, by its key."""
        for words, mark, each in zip(self._whys, self._marks, self._columns, strict=True):
            count = odd.get(each.key, 0)
            said = why(each, count)
            self._look.bind(words.setText, partial(self._joined, said))
            warns = bool(count) or each.scale != 1
            quiet = each.key in (FURTHER, LEFT_OUT)
            words.set_ink("warn" if warns else "ink_3" if quiet else "ink_2")
            icon, ink = (
                ("circle-alert", "warn") if warns else ("info", "ink_3") if quiet else ("check", "good")
            )
            mark.show_icon(icon, ink)

    def _joined(self, said: Sequence[Message]) -> str:
        """What one should look at first, for the end is cut where there is little room."""
        return " · ".join(map(self._look.text, reversed(said)))

    def look_at(self, place: int) -> None:
        """Look at a column."""
        if not 0 <= place < len(self.choices):
            return
        self._lines.current = place
        self._lines.update()
        self._scroll.ensureWidgetVisible(self.choices[place], 0, self._look.t.row("list"))
        self.looked.emit(place)

    def _make(self) -> None:
        look = self._look
        self._lines = _Lines(look)
        self._scroll.setWidget(self._lines)  # which lets go of the lines of before
        self._lines.setAutoFillBackground(False)
        grid = self._lines.grid
        self._lines.count = len(self._columns)
        self.choices, self._whys, self._marks = [], [], []
        for place, words in enumerate(HEADS if self._columns else ()):
            made = label(look, words, size="small", ink="ink_3")
            grid.addWidget(made, 0, place)
        options = [(each.key, each.label) for each in import_columns.targets(self._kind)]
        options = [(FURTHER, KEPT), (LEFT_OUT, OUT), *options]
        for place, each in enumerate(self._columns):
            self._add(place, each, options)
        self._fit()
        self.show_odd({})

    def _add(self, place: int, each: Column, options: Sequence[tuple[str, Message]]) -> None:
        look, grid = self._look, self._lines.grid
        title = Cut(look, ink="ink" if each.filled else "ink_3")
        title.setText(each.title or NOTHING)
        first = Cut(look, ink="ink_2")
        look.bind(first.setText, partial(self._first, each))
        choice = _Where(look, options, each.key)
        choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        choice.setProperty("token", "true")
        look.bind(choice.setAccessibleName, msg("{title} goes to").of(title=each.title or NOTHING))
        choice.committed.connect(partial(self._say, place, choice))
        choice.looked.connect(partial(self.look_at, place))
        choice.setMinimumContentsLength(8)
        mark = Picture(look, "check", "good", "small")
        words = Cut(look, size="small", ink="ink_2")
        for part in (title, first):
            part.installEventFilter(self)
        arrow = Picture(look, "arrow-right", "ink_3", "small")
        parts: tuple[QWidget, ...] = (title, first, arrow, choice)
        for at, each_part in enumerate(parts):
            grid.addWidget(each_part, place + 1, at)
        beside = QWidget()
        line = QGridLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(mark, 0, 0)
        line.addWidget(words, 0, 1)
        line.setColumnStretch(1, 1)
        grid.addWidget(beside, place + 1, 4)
        self.choices.append(choice)
        self._whys.append(words)
        self._marks.append(mark)

    def _first(self, each: Column) -> str:
        return veil_text(self._look, " ".join(each.samples[0].split())) if each.samples else NOTHING

    def _say(self, place: int, choice: _Where) -> None:
        if choice.currentData() != self._columns[place].key:
            self.said.emit(place, choice.currentData())

    def _fit(self) -> None:
        look, grid = self._look, self._lines.grid
        grid.setContentsMargins(look.px(20), 0, look.px(16), 0)
        grid.setHorizontalSpacing(look.px(12))
        grid.setVerticalSpacing(0)
        for at, share in enumerate((4, 4, 0, 5, 0 if self._narrow else 6)):
            grid.setColumnStretch(at, share)
        grid.setRowMinimumHeight(0, look.t.row("compact"))
        for place in range(1, len(self.choices) + 1):
            grid.setRowMinimumHeight(place, look.t.bar("filter"))
        for place in range(len(self.choices) + 1):
            item = grid.itemAtPosition(place, len(HEADS) - 1)
            reasons = item.widget() if item is not None else None
            if reasons is not None:
                reasons.setVisible(not self._narrow)
        grid.setRowStretch(len(self.choices) + 1, 1)

    def _renew(self) -> None:
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the reasons stand beside only."""
        super().resizeEvent(event)
        narrow = self.width() < self._look.px(NARROW)
        if narrow != self._narrow:
            self._narrow = narrow
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press on the words of a line goes to its choice."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            at = self._lines.grid.indexOf(watched)
            place = self._lines.grid.getItemPosition(at)[0] - 1  # type: ignore[index]
            if 0 <= place < len(self.choices):
                self.choices[place].setFocus(Qt.FocusReason.MouseFocusReason)
        return super().eventFilter(watched, event)
