"""What a condition is held against: one editor per family of fields and operator."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from desktop.errors import Refused
from desktop.models import figures
from desktop.models.filtering import BARE, MANY, family, is_known
from desktop.models.kinds import Choice, Kind, Link
from desktop.models.record import RECORDS
from desktop.rules import filters
from desktop.rules.filters import ME, MY_TEAM, Condition, Value
from desktop.services import filter_words
from desktop.services.filter_words import COUNTED_WORDS, PERIOD_WORDS
from desktop.views.buttons import Button
from desktop.views.editors import ChoiceEditor, LinkEditor
from desktop.views.look import Look
from desktop.words import Message, msg

TOKEN = 56
"""px beside the words of a choice: its edges and the sign that there are others."""
People = Callable[[str], Sequence[tuple[str, str]]]
"""(record type) → ids in hexadecimal form with titles, few enough for a menu."""


class StayingMenu(QMenu):
    """A menu of ticks that stays open while several are chosen."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A tick does not close it."""
        action = self.activeAction()
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)


class Picks(Button):
    """Several of a few: a button that says them and opens a menu of ticks."""

    picked = Signal(object)

    def __init__(
        self, look: Look, options: Sequence[tuple[str, Message | str]], chosen: Sequence[str]
    ) -> None:
        super().__init__(look, "", trailing="chevron-down", height="height_large")
        self._options, self._chosen = options, list(chosen)
        self.menu = StayingMenu(self)
        for code, words in options:
            action = QAction(look.text(words), self.menu)
            action.setCheckable(True)
            action.setChecked(code in self._chosen)
            action.toggled.connect(self._toggler(code))
            self.menu.addAction(action)
        self.clicked.connect(lambda: self.menu.popup(self.mapToGlobal(self.rect().bottomLeft())))
        self._say()

    def _toggler(self, code: str) -> Callable[[bool], None]:
        def toggle(on: bool) -> None:
            if on != (code in self._chosen):
                self._chosen = (
                    [*self._chosen, code] if on else [each for each in self._chosen if each != code]
                )
                self._say()
                self.picked.emit(tuple(self._chosen))

        return toggle

    def _say(self) -> None:
        words = [self._look.text(words) for code, words in self._options if code in self._chosen]
        self.setText("、".join(words) if self._look.language == "zh" else ", ".join(words))
        if not words:
            self.setText(self._look.text(msg("Choose…")))
        self.setAccessibleName(self.text())


class ValueEditor(QWidget):
    """The value of one condition; tells each value that suits it."""

    changed = Signal(object)

    def __init__(
        self,
        look: Look,
        kind: str,
        condition: Condition,
        titles: filter_words.Titles,
        people: People,
        find: Callable[[str, str], Any],
    ) -> None:
        super().__init__()
        self._look, self._kind, self._condition = look, kind, condition
        self._titles, self._people, self._find = titles, people, find
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.px(6))
        self.parts: list[QWidget] = []
        self._build()
        for part in self.parts:
            self._row.addWidget(part)
            if not part.accessibleName():
                part.setAccessibleName(look.text(msg("Value")))
        self._row.addStretch(1)

    def _described(self) -> Kind | None:
        return figures.kind_of(RECORDS[self._kind], self._condition.field)

    def _build(self) -> None:
        op, described = self._condition.op, self._described()
        if op in BARE:
            return
        if op == "in":
            self._build_period()
        elif op == "between":
            pair = self._condition.value if isinstance(self._condition.value, tuple) else ("", "")
            ends = [self._line(str_of(described, each, self._look.language)) for each in pair]
            for end in ends:
                end.editingFinished.connect(lambda: self._read_lines(ends))
            self.parts = list(ends)
        elif op in MANY and family(described) in ("choice", "link"):
            self._build_many(described)
        else:
            self._build_line(described)

    def _build_many(self, described: Kind | None) -> None:
        value = self._condition.value
        chosen = [str(each) for each in value] if isinstance(value, tuple) else []
        options: list[tuple[str, Message | str]] = []
        if isinstance(described, Choice):
            options += described.options
        elif isinstance(described, Link) and described.to in ("user", "team"):
            options.append((ME, msg("me")) if described.to == "user" else (MY_TEAM, msg("my team")))
            options += [(key, title) for key, title in self._people(described.to) if title]
        elif isinstance(described, Link):
            linked = LinkEditor(
                described.to, self._titles.get(chosen[0], "") if chosen else "", None, self._find
            )
            linked.editingFinished.connect(lambda: self._read_link(linked))
            self.parts = [linked]
            return
        picks = Picks(self._look, options, chosen)
        picks.picked.connect(self._tell)
        self.parts = [picks]

    def _build_line(self, described: Kind | None) -> None:
        value = self._condition.value
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        line = self._line(str_of(described, shown, self._look.language) if shown is not None else "")
        line.editingFinished.connect(lambda: self._read_lines([line]))
        self.parts = [line]

    def _line(self, text: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setMinimumWidth(self._look.px(120))
        return line

    def _build_period(self) -> None:
        period, _, count = str(self._condition.value).partition(":")
        options = [(key, words) for key, words in PERIOD_WORDS.items()]
        options += [(key, words.of(count="…")) for key, words in COUNTED_WORDS.items()]
        which = as_token(self._look, ChoiceEditor(self._look, options, period))
        days = QLineEdit(count or "30")
        days.setFixedWidth(self._look.px(56))
        days.setAccessibleName(self._look.text(msg("Days")))
        days.setVisible(period in filters.COUNTED)

        def tell() -> None:
            as_token(self._look, which)
            chosen = str(which.typed())
            days.setVisible(chosen in filters.COUNTED)
            self._tell(f"{chosen}:{days.text().strip()}" if chosen in filters.COUNTED else chosen)

        which.activated.connect(lambda _place: tell())
        days.editingFinished.connect(tell)
        self.parts = [which, days]

    def _read_link(self, linked: LinkEditor) -> None:
        found = linked.typed()
        if found is not None:
            self._tell((found.hex,))

    def _read_lines(self, lines: Sequence[QLineEdit]) -> None:
        values: list[Any] = []
        for line in lines:
            try:
                values.append(wire_of(self._described(), self._condition, line.text()))
                _mark(line, wrong=False)
            except (Refused, ValueError):
                _mark(line, wrong=bool(line.text().strip()))
                return
        self._tell(tuple(values) if self._condition.op == "between" else values[0])

    def _tell(self, value: Value) -> None:
        asked = Condition(self._condition.field, self._condition.op, value)
        if is_known(RECORDS[self._kind], asked) and value != self._condition.value:
            self._condition = asked
            self.changed.emit(value)


def _mark(line: QLineEdit, *, wrong: bool) -> None:
    line.setProperty("invalid", wrong)
    line.style().unpolish(line)
    line.style().polish(line)


def as_token(look: Look, editor: ChoiceEditor) -> ChoiceEditor:
    """A choice that is as wide as what it says, under a light edge: one word of a sentence."""
    editor.setProperty("token", True)
    words = [editor.itemText(place) for place in range(editor.count())]
    editor.setFixedWidth(look.t.width(editor.currentText()) + look.px(TOKEN))
    editor.view().setMinimumWidth(max(map(look.t.width, words), default=0) + look.px(TOKEN))
    return editor


def str_of(described: Kind | None, wire: Any, language: str) -> str:
    """A value of a filter as one would type it."""
    if wire in (None, ""):
        return ""
    if described is not None and family(described) == "number":
        shown = described.format(described.from_wire(wire), language)
        return shown.removesuffix(".00") if "." in shown else shown
    return str(wire)


def wire_of(described: Kind | None, condition: Condition, text: str) -> Any:
    """What was typed, in wire form. Raises Refused or ValueError."""
    of = family(described)
    if of == "number" and described is not None:
        return described.to_wire(described.parse(text))
    if of == "day":
        found = filter_words.day_of(text)
        if found is None:
            raise ValueError(text)
        return found.isoformat()
    if condition.op in MANY:
        return tuple(
            part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()
        )
    return text.strip()
