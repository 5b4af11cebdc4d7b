"""The plan of the day beside Today: visits, calls and tasks at their hours, moved by hand or key."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.rules.filters import ME, Condition, every
from desktop.services.lists import Query
from desktop.views.calendar.days import Item, item_of
from desktop.views.calendar.drawing import HOUR
from desktop.views.calendar.grid import DayGrid
from desktop.views.cells import Row
from desktop.views.compose import column, label, region, row
from desktop.views.desk import Desk
from desktop.views.list_source import ListSource, Period
from desktop.views.look import Look
from desktop.words import msg

WIDE: Final = 332
FIRST_HOUR: Final = 8
SOON: Final = 90
"""Minutes after now that are in view."""
_MINE: Final = Condition("owner_id", "one_of", (ME,))
TIMED: Final = {
    "interaction": ("happened_at", every(_MINE)),
    "task": ("remind_at", every(_MINE, Condition("done_at", "empty"))),
}
"""What has an hour: the moment by which it lies in the day, and what of it is one's own."""


class DayPlan(QWidget):
    """Today from hour to hour, and how much tomorrow holds."""

    opened = Signal(str, object)  # record type, id

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._sources = {kind: ListSource(desk, kind, self) for kind in TIMED}
        self._found: dict[str, list[Item]] = {}
        self._scrolled = False
        self.grid = DayGrid(look)
        look.bind(self.grid.setAccessibleName, msg("Plan of the day"))
        self.grid.opened.connect(lambda shown: self.opened.emit(shown.record.__tablename__, shown.id))
        self.grid.moved.connect(self.move_to)
        self.grid.stretched.connect(self._stretch)
        self.count = label(look, size="small", ink="ink_2")
        self.tomorrow = label(look, size="small", ink="ink_2")
        head = region("panel", "bottom")
        title = label(look, msg("Plan of the day"), strong=True)
        head.setLayout(row(look, title, self.count, None, gap=10, edge=(20, 0, 16, 0)))
        look.bind(head.setFixedHeight, lambda: look.t.bar("filter"))
        foot = region("panel", "top")
        foot.setLayout(row(look, self.tomorrow, None, gap=8, edge=(20, 0, 16, 0)))
        look.bind(foot.setFixedHeight, lambda: look.t.bar("filter"))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.bind(self.grid.setMinimumWidth, lambda: look.px(200))  # narrower than a calendar of its own
        self._area.setWidget(self.grid)
        self._area.verticalScrollBar().rangeChanged.connect(self._to_now)
        ground = region("panel", "left")
        whole = column(look, head, self._area, foot, gap=0)
        whole.setStretch(1, 1)
        ground.setLayout(whole)
        self.setLayout(column(look, ground, gap=0))
        look.bind(self.setFixedWidth, lambda: look.px(WIDE))
        look.changed.connect(self._say)

    def today(self) -> date:
        """The day that is shown."""
        return self._desk.store.clock().astimezone().date()

    def read(self) -> None:
        """Ask again for today and tomorrow."""
        day = self.today()
        for kind, (name, mine) in TIMED.items():
            source = self._sources[kind]
            source.ask(Query(kind, mine))
            source.between(name, day, day + timedelta(1), partial(self._take, kind, name), at_once=False)

    def _take(self, kind: str, name: str, found: Period) -> None:
        self._found[kind] = [item for each in found.rows if (item := item_of(each, name)) is not None]
        self._show()

    def _items(self, day: date) -> list[Item]:
        found = [item for items in self._found.values() for item in items if item.day == day]
        return sorted(found, key=lambda item: item.minute or 0)

    def _show(self) -> None:
        day, kept = self.today(), self.grid.chosen
        self.grid.show_items("day", [day], self._items(day), timed=True, month=day.month)
        self.grid.chosen = kept if self.grid.item_of(kept) is not None else None
        self._say()
        QTimer.singleShot(0, self, self._to_now)

    def _say(self) -> None:
        look, day = self._look, self.today()
        here, later = len(self._items(day)), len(self._items(day + timedelta(1)))
        none = msg("Nothing at a fixed hour")
        look.bind(self.count.setText, msg("{count} at a fixed hour").of(count=here) if here else none)
        words = msg("Tomorrow: {count} at a fixed hour").of(count=later)
        look.bind(self.tomorrow.setText, words if later else msg("Nothing at a fixed hour tomorrow"))

    def _to_now(self) -> None:
        """Where the day begins, or what is under way; once, when all of the day is known and has its room."""
        whole = self.grid.height() >= self._look.px(HOUR * 24)
        if self._scrolled or not whole or not self.isVisible() or len(self._found) < len(TIMED):
            return
        self._scrolled = True
        hours = [(item.minute or 0) // 60 for item in self.grid.items]
        clock = datetime.now().astimezone()
        now = clock.hour - 2
        to_come = [hour for hour in hours if hour >= now]  # the small hours of before are past
        first = min([FIRST_HOUR, *to_come])
        top = max(first, min(now, *hours)) if hours else max(first, now)
        look = self._look
        soon = look.px(HOUR) * (clock.hour * 60 + clock.minute + SOON) // 60 - self._area.viewport().height()
        last = look.px(HOUR * max(hours, default=24) - 12)  # the last thing of the day stays in view
        top = max(look.px(HOUR * top - 12), min(soon, last))
        self._area.verticalScrollBar().setValue(top)

    def showEvent(self, event: QShowEvent) -> None:
        """The hours of now, once there is room."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._to_now)

    def move_to(self, shown: Row, day: date, minute: int | None) -> None:
        """To another hour: one command, one undo step."""
        at = datetime.combine(day, time((minute or 0) // 60, (minute or 0) % 60)).astimezone().astimezone(UTC)
        kind = shown.record.__tablename__
        self._set(shown, TIMED[kind][0], at)

    def _stretch(self, shown: Row, minutes: int) -> None:
        self._set(shown, "minutes", minutes)

    def _set(self, shown: Row, name: str, value: Any) -> None:
        kind, seen = shown.record.__tablename__, {name: shown.value(name)}
        self._desk.edit(kind, shown.id, {name: value}, parsed=True, seen=seen)
