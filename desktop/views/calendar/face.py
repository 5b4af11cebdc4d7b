"""The calendar face of a list: a period, its days, and moving what lies there by hand or key."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.models.kinds import Moment
from desktop.models.record import RECORDS
from desktop.rules.filters import Condition, every
from desktop.views.buttons import Button, Segments
from desktop.views.calendar.days import SPAN_WORDS, SPANS, Item, days_of, item_of, period_words, stepped
from desktop.views.calendar.drawing import HOUR, DayHeads
from desktop.views.calendar.grid import DayGrid
from desktop.views.cells import Row
from desktop.views.compose import column, label, region, row
from desktop.views.list_source import Period
from desktop.views.look import Look
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

FIRST_HOUR = 8


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
        self._scrolled = False
        self.grid = DayGrid(look)
        self.heads = DayHeads(look, self.grid)
        self._title = label(look, strong=True)
        self._week = label(look, size="small", ink="ink_3")
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
        parts = (self._title, self._week, None, self.today, self.back, self.forth, self.spans)
        bar.setLayout(row(look, *parts, gap=8, edge=(20, 0, 16, 0)))
        look.bind(bar.setFixedHeight, lambda: look.t.bar("filter"))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self.grid)
        whole = column(look, bar, self.heads, self._area, gap=0)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def _listen(self) -> None:
        grid = self.grid
        grid.picked.connect(self.picked)
        grid.opened.connect(self.opened)
        grid.peeked.connect(self.peeked)
        grid.moved.connect(self.move_to)
        grid.stretched.connect(self.stretch)
        grid.turned.connect(self.turn)
        grid.day_wanted.connect(self._show_day)
        grid.list_wanted.connect(self._show_list)
        self._look.changed.connect(self._say)

    # Showing

    def show_query(self) -> None:
        """Read the period anew."""
        self._keep = self._keep or self.grid.chosen
        days = days_of(self.span, self.day)
        self._page.source.between(self._name, days[0], days[-1], self._fill)
        self._say()

    def _fill(self, found: Period) -> None:
        items: list[Item] = [item for each in found.rows if (item := item_of(each, self._name)) is not None]
        items.sort(key=lambda item: (item.day, item.minute or 0))
        timed = self._moment and self.span != "month"
        self.grid.beyond = found.beyond
        self.grid.show_items(
            self.span, days_of(self.span, self.day), items, timed=timed, month=self.day.month
        )
        self.heads.updateGeometry()
        self.heads.update()
        if timed and not self._scrolled:
            QTimer.singleShot(0, self._to_the_first_hour)
        kept, self._keep = self.grid.item_of(self._keep), None
        self.grid.chosen = kept.row.id if kept else None
        self.grid.update()
        self.picked.emit(kept.row if kept else None)

    def _to_the_first_hour(self) -> None:
        """Where the working day begins, or what lies before it."""
        if not self.isVisible():
            return
        self._scrolled = True
        minutes = [item.minute for item in self.grid.items if item.minute is not None]
        first = min([FIRST_HOUR, *(minute // 60 for minute in minutes)])
        self._area.verticalScrollBar().setValue(self._look.px(HOUR * first) - self._look.px(12))

    def _say(self) -> None:
        look = self._look
        look.bind(self._title.setText, lambda: look.text(period_words(self.span, self.day, look.language)))
        week = msg("Week {number}").of(number=self.day.isocalendar().week)
        look.bind(self._week.setText, week)
        self._week.setVisible(self.span != "month")

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
        item = self.grid.item_of(self.grid.chosen)
        return item.row if item else None

    def chosen(self) -> list[Row]:
        """The selected record."""
        found = self.current()
        return [found] if found else []

    def select(self, record_id: UUID) -> None:
        """Put the selection on a record, and show its period."""
        item = self.grid.item_of(record_id)
        if item is not None:
            self.grid.choose(item)
        else:
            self._keep = record_id

    def begin(self) -> None:
        """The focus."""
        self.grid.setFocus()
        if self.grid.timed and not self._scrolled:
            self._to_the_first_hour()

    def is_empty(self) -> bool:
        """A calendar without anything is a calendar all the same."""
        return False

    # Moving

    def move_to(self, shown: Row, day: date, minute: int | None) -> None:
        """To another day or time: the same command as typing it into the list."""
        value: date | datetime = day
        if self._moment:
            at = time((minute or 0) // 60, (minute or 0) % 60)
            value = datetime.combine(day, at).astimezone().astimezone(UTC)
        self._keep = shown.id
        if day not in self.grid.days:
            self.day = day
        self._page.edits.type_in(shown, self._name, value)

    def stretch(self, shown: Row, minutes: int) -> None:
        """To another length."""
        self._keep = shown.id
        self._page.edits.type_in(shown, "minutes", minutes)

    def changed(self) -> None:
        """Records are others than before."""
        self.show_query()
