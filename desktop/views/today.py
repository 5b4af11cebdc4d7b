"""Today: four figures, and one list of what is to be done, the weightiest first, until it is empty."""

from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop.models.record import RECORDS
from desktop.rules import workdays
from desktop.services import approval_today, contract_reminders, order_today, today
from desktop.services.days import MONTHS, day_words
from desktop.services.figures import Tile
from desktop.services.today import Agenda, Line
from desktop.views.agenda import AgendaList
from desktop.views.buttons import Button, Segments
from desktop.views.compose import Keys, Stack, column, holding, label, region, row
from desktop.views.day_plan import DayPlan
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.views.tiles import TileStrip
from desktop.words import Message, msg

assert contract_reminders.UNSIGNED  # what it adds to the day is registered
assert approval_today.RECENT
assert order_today.LOOKED_AT
WEEKDAYS: Final = (
    msg("Monday"), msg("Tuesday"), msg("Wednesday"), msg("Thursday"), msg("Friday"), msg("Saturday"),
    msg("Sunday"),
)  # fmt: skip
SPACIOUS, NARROW, LOW = 1080, 640, 380
"""A page that is narrower, or lower, has no room for all that explains."""
BREATH: Final = 150
"""Milliseconds to wait for more changes before the list is made again."""


class TodayPage(QWidget):
    """What the day holds; read off the window's thread, and again when something changed."""

    opened = Signal(str, object)  # record type, id
    wanted = Signal(str)  # a new record of this type
    shown_rows = Signal(object)  # Rows
    counted = Signal(int)
    figures = Signal(object)
    kind = "task"
    """Of what is made here."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._agenda = Agenda((), (), 0)
        self._known = False
        self.tiles = TileStrip(look)
        self.tiles.opened.connect(self.shown_rows)
        self.list = AgendaList(look)
        self.list.wanted.connect(self._open)
        self.list.ended.connect(self._end)
        self.list.put_off.connect(self._put_off)
        self.plan = DayPlan(look, desk)
        self.plan.opened.connect(self.opened)
        self.plan.hide()  # until it is known whether there is room, or the window would grow for it
        self.span = Segments(
            look, [("today", msg("Today")), ("week", msg("This week"))], current="today", name=msg("Span")
        )
        self.span.chosen.connect(lambda _key: self._show())
        self._count = label(look, strong=True)
        why = msg("By amount and urgency; each line says why.")
        self._why = label(look, why, size="small", ink="ink_2")
        self._done = label(look, size="small", ink="ink_2")
        self._foot = label(look, size="small", ink="ink_2")
        self._day: QLabel | None = None
        self._new: Button | None = None
        self._compose()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(BREATH)
        self._later.timeout.connect(self._read)
        desk.changed.connect(self._changed)

    def _compose(self) -> None:
        look = self._look
        head = row(look, self._count, self._why, None, self._done, self.span, gap=10, edge=(20, 0, 16, 0))
        bar = region("surface", "bottom")
        bar.setLayout(head)
        look.bind(bar.setFixedHeight, lambda: look.t.bar("filter"))
        nothing = Empty(
            look, "sun", msg("Nothing left for today"),
            msg("Tasks, quotes that end, next steps and quiet customers come here by themselves."),
            button=msg("New {what}").of(what=inside(RECORDS["task"].__label__)),
            on_click=lambda: self.wanted.emit("task"),
        )  # fmt: skip
        if nothing.button is not None:
            nothing.button.refuse(self._desk.refusal("task.new", None))
        self._stack = Stack()
        self._stack.addWidget(self.list)
        self._stack.addWidget(nothing)
        keys = [
            part
            for key, words in (("Enter", msg("open")), ("D", msg("done")), ("L", msg("tomorrow")))
            for part in (Keys(look, key), label(look, words, size="small", ink="ink_3"), 6)
        ]
        self._keys = holding(row(look, *keys[:-1], gap=6))
        foot = self._below = region("surface", "top")
        foot.setLayout(row(look, self._foot, None, self._keys, gap=6, edge=(20, 0, 16, 0)))
        look.bind(foot.setFixedHeight, lambda: look.t.bar("filter"))
        ground = region("surface")
        ground.setLayout(column(look, self.tiles, bar, self._stack, foot, gap=0))
        whole = row(look, ground, self.plan, gap=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        look.changed.connect(self._say)
        look.changed.connect(self._yield)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the list has the room: what only explains leaves first."""
        super().resizeEvent(event)
        self._yield()

    _low = False

    def _yield(self) -> None:
        look = self._look
        self.plan.setVisible(self.width() >= look.px(SPACIOUS))
        self._why.setVisible(self.width() >= look.px(NARROW) and bool(self.lines()))
        low = self.height() < look.px(LOW)
        self.tiles.be_low(low=low)
        if low != self._low:
            self._low = low
            self._say()

    def header_parts(self) -> list[QWidget]:
        """The day beside the title."""
        if self._day is None:
            self._day = label(self._look, ink="ink_2")
            self._look.bind(self._day.setText, self._date)
        return [self._day]

    def header_actions(self) -> list[QWidget]:
        """What one has just thought of."""
        if self._new is None:
            words = msg("New {what}").of(what=inside(RECORDS[self.kind].__label__))
            self._new = Button(self._look, words, kind="primary", icon="plus", keys="N", name=words)
            self._new.clicked.connect(lambda: self.wanted.emit(self.kind))
            self._new.refuse(self._desk.refusal(f"{self.kind}.new", None))
        return [self._new]

    def _date(self) -> str:
        look, day = self._look, self._desk.store.clock().astimezone().date()
        weekday = look.text(WEEKDAYS[day.weekday()])
        if look.language == "zh":
            return f"{day.month} 月 {day.day} 日，{weekday}"
        return f"{weekday}, {day.day} {MONTHS[day.month - 1]}"

    def enter(self) -> None:
        """Shown again: read again."""
        self.figures.emit([])
        self.list.setFocus()
        self._read()

    def agenda(self) -> Agenda:
        """What is shown."""
        return self._agenda

    def _changed(self, _keys: frozenset[tuple[str, UUID]]) -> None:
        self._later.start()

    def _read(self) -> None:
        self._later.stop()
        store = self._desk.store
        self._desk.runner.read(self, "agenda", lambda: today.agenda(store), self._fill)
        if self.isVisible():
            self.plan.read()
            self._desk.runner.read(self, "tiles", lambda: today.tiles(store), self._fill_tiles)

    def _fill_tiles(self, tiles: list[Tile]) -> None:
        self.tiles.show_tiles(tiles)

    def _fill(self, agenda: Agenda) -> None:
        first = not self._known
        self._agenda, self._known = agenda, True
        self.counted.emit(agenda.count)
        if self.isVisible():
            self.figures.emit([])
        self._show()
        if first and agenda.lines:
            self.list.setCurrentIndex(self.list.model_of_lines.index(0))

    def lines(self) -> tuple[Line, ...]:
        """Those of the span that is chosen."""
        later = self._agenda.later if self.span.current() == "week" else ()
        return self._agenda.lines + later

    def _show(self) -> None:
        lines = self.lines()
        self.list.show_lines(lines)
        self._stack.setCurrentIndex(0 if lines or not self._known else 1)
        self._say()

    def _say(self) -> None:
        look, agenda = self._look, self._agenda
        one = msg("1 thing to do today")
        more = "+" if agenda.cut else ""
        several = msg("{count} things to do today").of(count=f"{agenda.count:,}{more}")
        count = {0: msg("Nothing to do today"), 1: one}.get(agenda.count, several)
        self._count.setText(look.text(count))
        done = msg("{count} done").of(count=f"{agenda.done:,}")
        self._done.setText(look.text(done) if agenda.done else "")
        rest = "+" if agenda.later_cut else ""
        later = msg("{count} more this week").of(count=f"{len(agenda.later):,}{rest}")
        empties = msg("This list empties when everything is done.")
        lines = bool(self.lines())
        self._why.setVisible(lines and self.width() >= look.px(NARROW))
        said = later if agenda.later and self.span.current() == "today" else empties if lines else ""
        self._foot.setText(look.text(said))
        self._keys.setVisible(lines)
        self._below.setVisible(bool(said) and not self._low)

    # What one can do

    def _open(self, line: Line) -> None:
        self.opened.emit(line.kind, line.record)

    def _end(self, line: Line) -> None:
        told = msg("Done: {what}").of(what=line.title)
        now = self._desk.store.clock()
        if line.task:
            self._set(line, told, done_at=now)
        else:
            self._answer(today.ended(line, now, self._look.language), told)

    def _put_off(self, line: Line) -> None:
        day = workdays.following(self._desk.store.clock().astimezone().date())
        told = msg("Put off to {day}: {what}").of(day=day_words(day), what=line.title)
        if line.task:
            self._set(line, told, due_on=day)
        else:
            self._answer(today.put_off(line, day, self._look.language), told)

    def _set(self, line: Line, told: Message, **values: Any) -> None:
        self._desk.do("task.edit", line.record, values=values, told=told)

    def _answer(self, values: dict[str, Any], told: Message) -> None:
        self._desk.do("task.new", values=values, told=told)
