"""The calendar face of a list: a period, its days, and moving what lies there by hand or key."""

from collections import Counter
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from desktop.models.kinds import Moment
from desktop.models.record import RECORDS
from desktop.rules.filters import Condition, every
from desktop.views.buttons import Button, Segments
from desktop.views.calendar.days import SPAN_WORDS, SPANS, Item, days_of, item_of, period_words, stepped
from desktop.views.calendar.drawing import HOUR, DayHeads
from desktop.views.calendar.grid import DayGrid
from desktop.views.calendar.together import Together, day_field, is_timed
from desktop.views.cells import Row
from desktop.views.compose import Stack, column, label, region, row
from desktop.views.empty import Empty
from desktop.views.list_source import Period
from desktop.views.look import Look
from desktop.views.nothing import nothing_matches, nothing_yet
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

NOTHING: Final = {
    "day": msg("nothing on this day", "calendar"),
    "week": msg("nothing in this week", "calendar"),
    "month": msg("nothing in this month", "calendar"),
}
FIRST_HOUR, SOON = 8, 90
"""The hour at the top, and the minutes after now that are in sight too."""
CROWDED = 680
"""px at 100 % below which the bar is short of room."""
MOST_ABOVE = 3
"""Things without a time that a day of a week shows above its hours."""


class CalendarFace(QWidget):
    """A face of a list page."""

    picked = Signal(object)  # Row or None
    opened = Signal(object)  # Row
    peeked = Signal()  # the panel is wanted, or not any more

    def __init__(self, look: Look, page: "ListPage") -> None:
        super().__init__()
        self._look, self._page = look, page
        self._name = page.spec.calendar
        self._moment = isinstance(RECORDS[page.kind].fields()[self._name].kind, Moment)
        self.span, self.day = "week", date.today()  # noqa: DTZ011
        self._keep: UUID | None = None
        """The last that was pressed, walked to or moved: chosen again when it is read anew."""
        self._placed: int | None = None
        """Where it was scrolled to by itself."""
        self.grid = DayGrid(look)
        self.band = DayGrid(look)
        self.band.inset, self.band.like = True, self.grid
        self.grid.sized.connect(self.band.lay_out)
        self.band.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.band.setAccessibleName, msg("All day"))
        self.heads = DayHeads(look, self.grid)
        self.together = Together(look, page.source.desk, page.kind, lambda: page.source.query.where, self)
        self._own: list[Item] = []
        self.also = Button(look, msg("Also show"), icon="eye", kind="flat", height="target_min")
        self.also.clicked.connect(self._offer)
        self._title = label(look, strong=True)
        self._week = label(look, size="small", ink="ink_3")
        self._none = label(look, size="small", ink="ink_3")
        self.today = Button(look, msg("Today"), height="target_min")
        self.today.clicked.connect(lambda: self.go(date.today()))  # noqa: DTZ011
        small = "target_min"
        before, after = msg("Earlier", "calendar"), msg("Later", "calendar")
        self.back = Button(look, icon="chevron-left", kind="flat", name=before, height=small)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.forth = Button(look, icon="chevron-right", kind="flat", name=after, height=small)
        self.forth.clicked.connect(lambda: self.turn(1))
        self.spans = Segments(
            look, [(span, SPAN_WORDS[span]) for span in SPANS], current=self.span, name=msg("Period")
        )
        self.spans.chosen.connect(self.show_span)
        self._compose()
        self._listen()

    def _compose(self) -> None:
        look = self._look
        bar = region("surface", "bottom")
        says = (self._title, self._week, self._none)
        parts = (self.also, self.today, self.back, self.forth, self.spans)
        bar.setLayout(row(look, *says, None, *parts, gap=8, edge=(20, 0, 16, 0)))
        look.bind(bar.setFixedHeight, lambda: look.t.bar("filter"))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self.grid)
        self._below = Stack()
        self.nothing, self.no_match = nothing_yet(look, self._page), nothing_matches(look, self._page)
        for part in (self._area, self.nothing, self.no_match):
            self._below.addWidget(part)
        whole = column(look, bar, self.heads, self.band, self._below, gap=0)
        whole.setStretch(3, 1)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the number of the week and a word leave the bar."""
        super().resizeEvent(event)
        self._fit_bar()

    def _fit_bar(self) -> None:
        crowded = self.width() < self._look.px(CROWDED)
        self.also.shrink(crowded)
        self._week.setHidden(crowded or self.span == "month")
        bare = not self.grid.items and not self.band.items and self._below.currentWidget() is self._area
        self._none.setVisible(bare and not crowded)

    def _listen(self) -> None:
        for grid, other in ((self.grid, self.band), (self.band, self.grid)):
            grid.picked.connect(partial(self._picked, other))
            grid.opened.connect(self.opened)
            grid.peeked.connect(self.peeked)
            grid.moved.connect(self.move_to)
            grid.turned.connect(self.turn)
            grid.day_wanted.connect(self._show_day)
        self.grid.stretched.connect(self.stretch)
        self.grid.list_wanted.connect(self._show_list)
        self.together.arrived.connect(self._show)
        self.together.chosen.connect(self.show_query)
        self._look.changed.connect(self._say)

    # Showing

    def show_query(self) -> None:
        """Read the period anew."""
        days = days_of(self.span, self.day)
        self.together.ask(days[0], days[-1])
        self._read(days)
        self._say()

    def _read(self, days: list[date]) -> None:
        self._page.source.between(self._name, days[0], days[-1], self._fill)

    def _fill(self, found: Period) -> None:
        self._own = [item for each in found.rows if (item := item_of(each, self._name)) is not None]
        self.grid.beyond = found.beyond
        self._show()

    def _show(self) -> None:
        """One's own and the other kinds; what has no time of the day lies above the hours."""
        items = [*self._own, *self.together.items()]
        items.sort(key=lambda item: (item.day, item.minute or 0))
        timed = (self._moment or self.together.timed()) and self.span != "month"
        days, month = days_of(self.span, self.day), self.day.month
        above = [item for item in items if item.minute is None] if timed else []
        turned = days != self.grid.days
        self._show_band(days, above, month)
        below = [item for item in items if item.minute is not None] if timed else items
        self.grid.show_items(self.span, days, below, timed=timed, month=month)
        self.heads.updateGeometry()
        self.heads.update()
        if timed and (self._placed is None or (turned and self._is_untouched())):
            QTimer.singleShot(0, self, self._to_the_first_hour)
        kept = self.grid.item_of(self._keep) or self.band.item_of(self._keep)
        for grid in (self.grid, self.band):
            grid.chosen = kept.row.id if kept and grid.item_of(kept.row.id) is kept else None
            grid.update()
        self.picked.emit(kept.row if kept else None)
        self._show_nothing(bare=not items)

    def _show_nothing(self, *, bare: bool) -> None:
        """A bare period says so in the bar; where the whole list holds nothing, it says how to begin."""
        self._look.bind(self._none.setText, NOTHING[self.span])
        if bare and not self.together.kinds:
            self._page.source.count(self._counted, key="calendar")
        else:
            self._say_instead(None)

    def _counted(self, total: int) -> None:
        if total or self.grid.items or self.band.items:
            self._say_instead(None)
        else:
            self._say_instead(self.nothing if self._page.is_whole() else self.no_match)

    def _say_instead(self, words: Empty | None) -> None:
        """In the place of the days; the header's way to a new record gives way to the one that is offered."""
        self._below.setCurrentWidget(words or self._area)
        self.no_match.say(self._page.filters.why_nothing())
        self._fit_bar()
        if self._page.face() is self:
            self._page.new_button().become("plain" if words is self.nothing else "primary")

    def _show_band(self, days: list[date], items: list[Item], month: int) -> None:
        shown: list[Item] = []
        beyond: Counter[date] = Counter()
        for item in items:
            here = sum(each.day == item.day for each in shown)
            if here < MOST_ABOVE or self.span == "day":
                shown.append(item)
            else:
                beyond[item.day] += 1
        self.band.beyond = dict(beyond)
        self.band.show_items(self.span, days, shown, timed=False, month=month)
        self.band.setVisible(bool(items))
        self.band.updateGeometry()

    def _picked(self, other: DayGrid, shown: Row) -> None:
        self._keep = shown.id
        other.chosen = None
        other.update()
        self.picked.emit(shown)

    def _offer(self) -> None:
        self.together.menu(self).popup(self.also.mapToGlobal(QPoint(0, self.also.height() + 4)))

    def _to_the_first_hour(self) -> None:
        """Where the working day begins, or what lies before it; in a low window, as far as today has come."""
        if not self.isVisible():
            return
        minutes = [item.minute for item in self.grid.items if item.minute is not None]
        first = min([FIRST_HOUR, *(minute // 60 for minute in minutes)])
        look, now = self._look, datetime.now().astimezone()
        top = look.px(HOUR * first) - look.px(12)
        if now.date() in self.grid.days:
            soon = (now.hour * 60 + now.minute + SOON) * look.px(HOUR) // 60
            top = max(top, soon - self._area.viewport().height())
        self._area.verticalScrollBar().setValue(top)
        self._placed = self._area.verticalScrollBar().value()

    def _is_untouched(self) -> bool:
        """Whether nobody scrolled since: then another period opens at its own hour."""
        return self._area.verticalScrollBar().value() == self._placed

    def _say(self) -> None:
        look = self._look
        look.bind(self._title.setText, lambda: look.text(period_words(self.span, self.day, look.language)))
        week = msg("Week {number}").of(number=self.day.isocalendar().week)
        look.bind(self._week.setText, week)
        self._fit_bar()

    def show_span(self, span: str) -> None:
        """A day, a week or a month."""
        self.span = span
        self.spans.choose(span)
        self.show_query()

    def go(self, day: date) -> None:
        """The period around a day."""
        self.day = day
        self.show_query()

    def turn(self, step: int) -> None:
        """The period before or after."""
        self.go(stepped(self.span, self.day, step))

    def _show_day(self, day: date) -> None:
        self.day = day
        self.show_span("day")

    def _show_list(self, day: date) -> None:
        """All of a day that holds more than can be drawn, as a list."""
        asked = Condition(self._name, "between", (day.isoformat(), day.isoformat()))
        self._page.show_otherwise(face="list", where=every(self._page.state.now.where, asked))

    # Selection

    def current(self) -> Row | None:
        """The record one is on."""
        item = self.grid.item_of(self.grid.chosen) or self.band.item_of(self.band.chosen)
        return item.row if item else None

    def chosen(self) -> list[Row]:
        """The selected record."""
        found = self.current()
        return [found] if found else []

    def select(self, record_id: UUID) -> None:
        """Put the selection on a record, and show its period."""
        grid = self.band if self.band.item_of(record_id) is not None else self.grid
        item = grid.item_of(record_id)
        if item is not None:
            grid.choose(item)
        else:
            self._keep = record_id

    def let_go(self) -> None:
        """Nothing is selected."""
        self._keep = None
        for grid in (self.grid, self.band):
            grid.choose(None)
        self.picked.emit(None)

    def begin(self) -> None:
        """The focus."""
        self.grid.setFocus()
        if self.grid.timed and self._placed is None:
            self._to_the_first_hour()

    def is_empty(self) -> bool:
        """A calendar without anything is a calendar all the same."""
        return False

    # Moving

    def move_to(self, shown: Row, day: date, minute: int | None) -> None:
        """To another day or time: the same command as typing it into the list."""
        kind = shown.record.__tablename__
        value: date | datetime = day
        if is_timed(kind):
            at = time((minute or 0) // 60, (minute or 0) % 60)
            value = datetime.combine(day, at).astimezone().astimezone(UTC)
        self._keep = shown.id
        if day not in self.grid.days:
            self.day = day
        self._set(shown, day_field(kind), value)

    def stretch(self, shown: Row, minutes: int) -> None:
        """To another length."""
        self._keep = shown.id
        self._set(shown, "minutes", minutes)

    def _set(self, shown: Row, name: str, value: date | datetime | int) -> None:
        kind = shown.record.__tablename__
        if kind == self._page.kind:
            self._page.edits.type_in(shown, name, value)
            return
        seen = {name: shown.value(name)}
        self._page.source.desk.edit(kind, shown.id, {name: value}, parsed=True, seen=seen)

    def changed(self) -> None:
        """Records of the list are others than before; the other kinds hear of theirs by themselves."""
        self._read(days_of(self.span, self.day))

    def showEvent(self, event: QShowEvent) -> None:
        """What changed of the other kinds while nobody looked."""
        super().showEvent(event)
        self.together.catch_up()
