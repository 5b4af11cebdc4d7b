"""The inbox: each conflict as a card with both values and what each means; use mine or keep theirs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.inbox import Entry
from desktop.models.kinds import Amount
from desktop.models.record import RECORDS
from desktop.views import cells, dates
from desktop.views.buttons import Button
from desktop.views.compose import Line, Picture, clear, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim

WIDTH = 880


def value_words(entry: Entry, wire: Any) -> Message:
    """A value of the inbox as a person reads it."""
    described = RECORDS[entry.type].fields().get(entry.field)
    if wire in (None, "", [], {}):
        return msg("nothing")
    if entry.field == "deleted_at":
        return msg("deleted")
    if described is None:
        return msg("the whole record")
    value = described.kind.from_wire(wire)
    if isinstance(described.kind, Amount):
        return verbatim(cells.money(value))
    return cells.words_of(described.kind, wire) or verbatim(described.kind.format(value, "zh"))


class _Side(QWidget):
    """One of the two values, with its button."""

    def __init__(self, look: Look, words: Message, value: Message, button: Button, *, mine: bool) -> None:
        super().__init__()
        self._look, self._mine = look, mine
        shown = label(look, value, size="title", strong=True, wrap=True)
        head = row(
            look,
            Picture(look, "user-round" if mine else "building-2", "ink_2", "small"),
            label(look, words, size="small", ink="ink_2"),
            None,
            gap=6,
        )
        self.setLayout(column(look, head, shown, 6, row(look, button, None), gap=4, edge=(14, 12, 14, 12)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """An edge; one's own in the accent."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("accent_line" if self._mine else "line_strong"), 1))
        painter.setBrush(self._look.colour("selected" if self._mine else "surface"))
        radius = self._look.t.radius("control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class InboxPage(QWidget):
    """The open decisions under each other."""

    figures = Signal(object)
    opened = Signal(str, object)

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._cards = QVBoxLayout()
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(0)
        self._entries: list[Entry] = []
        self._buttons: dict[str, Button] = {}
        inner = region("surface")
        middle = holding(column(look, self._cards, None, gap=0))
        look.bind(middle.setMaximumWidth, lambda: look.px(WIDTH))
        across = row(look, middle, None, gap=0, edge=(20, 8, 20, 20))
        across.setStretch(0, 1)
        inner.setLayout(across)
        self._empty = Empty(
            look, "inbox", msg("Nothing to decide"),
            msg("When two people change the same thing, both values wait here for you."),
        )  # fmt: skip
        ground = region("surface")
        self._area = scrolling(inner)
        ground.setLayout(column(look, self._area, self._empty, gap=0))
        self.setLayout(column(look, ground, gap=0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, msg("Inbox"))
        desk.changed.connect(self._changed)

    def enter(self) -> None:
        """Read what is open."""
        self.setFocus()
        self._entries = self._desk.conflicts()
        clear(self._cards)
        self._buttons.clear()
        titles = self._desk.titles({(entry.type, entry.record) for entry in self._entries})
        for entry in self._entries:
            self._cards.addWidget(self._card(entry, titles.get(entry.record, "")))
        self._area.setVisible(bool(self._entries))
        self._empty.setVisible(not self._entries)
        count = msg("{count} to decide").of(count=len(self._entries))
        self.figures.emit([(count, "")])

    def _card(self, entry: Entry, title: str) -> QWidget:
        look = self._look
        noun = RECORDS[entry.type].__label__
        described = RECORDS[entry.type].fields().get(entry.field)
        field = described.label if described else noun
        at = datetime.fromtimestamp(entry.at / 1000, UTC)
        when = dates.moment(at, look.language, cells.now().astimezone().date())
        name = Button(look, title or look.text(noun), kind="link")
        name.clicked.connect(self._opener(entry))
        icon = "git-merge" if entry.kind == "conflict" else "circle-alert"
        head = row(
            look, Picture(look, icon, "bad"), label(look, field, strong=True), name, None,
            label(look, when, size="small", ink="ink_3"), gap=8,
        )  # fmt: skip
        mine = Button(look, msg("Use mine"), kind="primary", icon="check")
        theirs = Button(look, msg("Keep theirs"))
        mine.clicked.connect(self._resolver(entry, "mine"))
        theirs.clicked.connect(self._resolver(entry, "theirs"))
        self._buttons.setdefault("mine", mine)
        self._buttons.setdefault("theirs", theirs)
        sides = row(
            look, _Side(look, msg("Yours, on this laptop"), value_words(entry, entry.mine), mine, mine=True),
            _Side(look, msg("The office has"), value_words(entry, entry.theirs), theirs, mine=False), gap=12,
        )  # fmt: skip
        for place in (0, 1):
            sides.setStretch(place, 1)
        why = label(look, entry.reason, ink="ink_2", wrap=True)
        return holding(column(look, head, why, sides, 12, Line(look), gap=8, edge=(0, 14, 0, 0)))

    def button(self, side: str) -> Button:
        """The button of the first card for one side."""
        return self._buttons[side]

    def open_count(self) -> int:
        """How many decisions are shown."""
        return len(self._entries)

    def _opener(self, entry: Entry) -> Callable[[], None]:
        def go() -> None:
            if entry.type in LISTS:
                self.opened.emit(entry.type, entry.record)

        return go

    def _resolver(self, entry: Entry, side: str) -> Callable[[], None]:
        return lambda: self._desk.resolve(entry.id, side, done=self.enter)

    def _changed(self, _keys: frozenset[tuple[str, UUID]]) -> None:
        if self.isVisible():
            self.enter()
