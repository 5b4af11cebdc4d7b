"""The days of a calendar as one painted surface: items are pressed, walked by keys and dragged elsewhere."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from desktop.views.calendar.days import Item, lanes
from desktop.views.calendar.drawing import GUTTER, HEAD, HOUR, Drawing
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import msg

CHIP, CHIP_GAP, TOP = 24, 4, 6
LANE, MORE = 72, 40
"""The narrowest lane in which a name can be read, and the room at the right for how many more there are."""
STEP: Final = 15
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


class DayGrid(QWidget):
    """Holds the items of a period and where they lie."""

    picked = Signal(object)  # Row
    opened = Signal(object)  # Row
    peeked = Signal()  # Space
    moved = Signal(object, object, object)  # Row, day, minute or None
    stretched = Signal(object, int)  # Row, minutes
    turned = Signal(int)  # to the period before or after
    day_wanted = Signal(object)  # a day to be shown alone
    list_wanted = Signal(object)  # a day that holds more than can be drawn
    sized = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.days: list[date] = []
        self.items: list[Item] = []
        self.mixed = False
        """Records of several types: each shows of which it is."""
        self.span, self.timed, self.month = "week", False, 0
        self.like: DayGrid | None = None
        """Whose days stand under these."""
        self.inset = False
        """Days without hours above days with hours: one line each, beside the room of the hours."""
        self.chosen: UUID | None = None
        self.beyond: dict[date, int] = {}
        """How many more a day has than were read."""
        self.hidden_more: dict[date, int] = {}
        """How many of a day are not drawn."""
        self.marks: list[tuple[QRect, int, date]] = []
        """Where it says so among the hours."""
        self.held: Item | None = None
        self.stretching = False
        self.hand = QPoint()
        self._grip = QPoint()
        self._pressed: QPoint | None = None
        self._drawing = Drawing(look, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.bind(self.setAccessibleName, msg("Calendar"))
        look.changed.connect(self.lay_out)

    # Places

    def show_items(
        self, span: str, days: Sequence[date], items: Sequence[Item], *, timed: bool, month: int
    ) -> None:
        """Another period."""
        self.span, self.days, self.items = span, list(days), list(items)
        self.timed, self.month = timed, month
        self.mixed = len({item.row.record.__tablename__ for item in items}) > 1
        self.lay_out()

    def gutter(self) -> int:
        """The room of the hours at the left."""
        return self._look.px(GUTTER) if self.timed or self.inset else 0

    def weeks(self) -> int:
        """How many rows of days there are."""
        return len(self.days) // 7 if self.span == "month" else 1

    def cell(self, day: date) -> QRect:
        """The place of a day."""
        across = 7 if self.span == "month" else max(len(self.days), 1)
        place = self.days.index(day)
        wide = (self.like or self).width()
        left, room = self.gutter(), wide - self.gutter()
        x = left + room * (place % across) // across
        right = left + room * (place % across + 1) // across
        high = self.height() // self.weeks()
        return QRect(x, high * (place // across), right - x, high)

    def day_at(self, at: QPoint) -> date | None:
        """The day under a point."""
        return next((day for day in self.days if self.cell(day).contains(at)), None)

    def minute_at(self, y: int) -> int | None:
        """The time at a height, in steps of a quarter of an hour."""
        if not self.timed:
            return None
        minute = round(y * 60 / self._look.px(HOUR) / STEP) * STEP
        return max(0, min(minute, 24 * 60 - STEP))

    def lay_out(self) -> None:
        """Find the place of every item."""
        look = self._look
        if self.timed:
            self.setMinimumHeight(look.px(HOUR * 24))
        elif self.span == "month":
            self.setMinimumHeight(self.weeks() * look.px(HEAD + 2 * (CHIP + CHIP_GAP)))
        else:
            most = max((sum(item.day == day for item in self.items) for day in self.days), default=0)
            most += bool(self.beyond)
            self.setMinimumHeight(look.px(TOP + most * (self.chip_height() + CHIP_GAP) + TOP))
        self.hidden_more, self.marks = {}, []
        for day in self.days:
            self._lay_day(day, [item for item in self.items if item.day == day])
        self.update()

    def chip_height(self) -> int:
        """Two lines where there is room for them."""
        return CHIP if self.span == "month" or self.inset else 2 * CHIP - 4

    def _lay_day(self, day: date, items: list[Item]) -> None:
        look, cell = self._look, self.cell(day)
        if self.timed:
            self._lay_hours(day, items)
            return
        top = cell.top() + look.px(HEAD if self.span == "month" else TOP)
        step = look.px(self.chip_height() + CHIP_GAP)
        room = (cell.bottom() - top) // step if self.span == "month" else len(items)
        shown = items if len(items) <= room else items[: max(room - 1, 0)]
        for place, item in enumerate(items):
            item.rect = QRect()
            if place < len(shown):
                item.rect = QRect(
                    cell.left() + look.px(4),
                    top + place * step,
                    cell.width() - look.px(8),
                    step - look.px(CHIP_GAP),
                )
        more = len(items) - len(shown) + self.beyond.get(day, 0)
        if more:
            self.hidden_more[day] = more

    def _lay_hours(self, day: date, items: list[Item]) -> None:
        """Beside each other what happens at once; what would be too narrow is counted at its hour."""
        look, cell = self._look, self.cell(day)
        laid = lanes(items)
        room = cell.width() - look.px(6)
        most = max(room // look.px(LANE), 1)
        crowded = any(count > most for _item, _lane, count in laid) or day in self.beyond
        if crowded:
            room -= look.px(MORE)
            most = max(room // look.px(LANE), 1)
        hours: Counter[int] = Counter()
        for item, lane, count in laid:
            if lane >= most:
                item.rect = QRect()
                hours[(item.minute or 0) // 60] += 1
                continue
            wide = room // min(count, most)
            top = round((item.minute or 0) * look.px(HOUR) / 60)
            high = max(round(item.length * look.px(HOUR) / 60), look.px(CHIP))
            item.rect = QRect(cell.left() + look.px(3) + lane * wide, top + 1, wide - look.px(3), high - 2)
        if day in self.beyond:  # later ones, which were not read
            hours[max(((item.minute or 0) // 60 for item in items), default=0)] += self.beyond[day]
        left = cell.right() - look.px(MORE)
        for hour, count in hours.items():
            box = QRect(left, look.px(HOUR * hour) + 2, look.px(MORE), look.px(CHIP))
            self.marks.append((box, count, day))
        if hours:
            self.hidden_more[day] = hours.total()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything moves along."""
        super().resizeEvent(event)
        self.lay_out()
        self.sized.emit()

    def sizeHint(self) -> QSize:
        """As high as it must be."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Seven narrow days."""
        return QSize(self._look.px(420), self.minimumHeight())

    def item_at(self, at: QPoint) -> Item | None:
        """The item under a point."""
        return next((item for item in reversed(self.items) if item.rect.contains(at)), None)

    def item_of(self, record_id: UUID | None) -> Item | None:
        """The item of a record."""
        return next((item for item in self.items if item.row.id == record_id), None)

    # The mouse

    def choose(self, item: Item | None) -> None:
        """Put the selection on an item."""
        self.chosen = item.row.id if item else None
        self._look.bind(
            self.setAccessibleDescription,
            lambda: veil_text(self._look, item.row.record.title if item is not None else ""),
        )
        self.update()
        if item is not None:
            self.picked.emit(item.row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select; a drag may begin here."""
        at = event.position().toPoint()
        item = self.item_at(at)
        if item is not None:
            self.choose(item)
            self._pressed, self._grip = at, at - item.rect.topLeft()
            self.stretching = self._at_foot(item, at)
        else:
            self._press_more(at)

    def _press_more(self, at: QPoint) -> None:
        """What is not drawn is shown: a day alone or, where that is not enough, a list."""
        day = self.day_at(at)
        if day is None or not self.hidden_more.get(day):
            return
        if self.span == "month" or self.more_at(at):
            (self.day_wanted if self._day_is_enough(day) else self.list_wanted).emit(day)

    def _day_is_enough(self, day: date) -> bool:
        """Whether a day alone shows all of it; above the hours it always does."""
        return self.span != "day" and (self.inset or day not in self.beyond)

    def more_at(self, at: QPoint) -> bool:
        """Whether it says here how many more there are."""
        if self.timed:
            return any(box.contains(at) for box, _count, _day in self.marks)
        day = self.day_at(at)
        return day is not None and self.more_box(day).contains(at)

    def more_box(self, day: date) -> QRect:
        """Where a day says how many it has besides, if it does."""
        look, cell = self._look, self.cell(day)
        if day not in self.hidden_more or self.timed:
            return QRect()
        if self.span == "month":
            return QRect(cell.left(), cell.bottom() - look.px(20), cell.width() - look.px(8), look.px(18))
        last = max((item.rect.bottom() for item in self.items if item.day == day), default=0)
        left, wide = cell.left() + look.px(4), cell.width() - look.px(8)
        return QRect(left, last + look.px(CHIP_GAP), wide, look.px(CHIP))

    def _at_foot(self, item: Item, at: QPoint) -> bool:
        return (
            self.timed
            and hasattr(item.row.record, "minutes")
            and item.rect.bottom() - at.y() <= self._look.px(5)
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The item goes with the pointer."""
        at = event.position().toPoint()
        if self._pressed is not None and self.held is None:
            if (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
                self.held = self.item_at(self._pressed)
        elif self.held is None:
            item = self.item_at(at)
            foot = item is not None and self._at_foot(item, at)
            shape = Qt.CursorShape.SizeVerCursor if foot else Qt.CursorShape.PointingHandCursor
            pressed = item is not None or self.more_at(at)
            self.setCursor(shape if pressed else Qt.CursorShape.ArrowCursor)
        self.hand = at
        if self.held is not None:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: the item lies where it is now."""
        held, at = self.held, event.position().toPoint()
        self.held, self._pressed = None, None
        if held is None:
            return
        if self.stretching:
            minute = self.minute_at(at.y()) or 0
            self.stretched.emit(held.row, max(minute - (held.minute or 0), STEP))
        else:
            target = self.target(held, at)
            if target is not None and target != (held.day, held.minute):
                self.moved.emit(held.row, *target)
        self.update()

    def target(self, item: Item, at: QPoint) -> tuple[date, int | None] | None:
        """Day and time at which an item would lie, held at a point."""
        day = self.day_at(QPoint(at.x(), max(0, min(at.y(), self.height() - 1))))
        if day is None:
            return None
        return day, self.minute_at(at.y() - self._grip.y()) if self.timed else item.minute

    def hold(self, item: Item, at: QPoint, grip: QPoint) -> None:
        """Take an item into the hand, as the mouse would."""
        self.held, self.hand, self._grip = item, at, grip
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the record, or the day."""
        at = event.position().toPoint()
        item, day = self.item_at(at), self.day_at(at)
        if item is not None:
            self.opened.emit(item.row)
        elif day is not None:
            self.day_wanted.emit(day)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Ctrl with an arrow moves, Enter opens, Page turns, Escape puts back."""
        key = Qt.Key(event.key())
        item = self.item_of(self.chosen)
        acts: dict[Any, Callable[[], object]] = {
            Qt.Key.Key_PageUp: lambda: self.turned.emit(-1),
            Qt.Key.Key_PageDown: lambda: self.turned.emit(1),
            Qt.Key.Key_Space: self.peeked.emit,
        }
        if key == Qt.Key.Key_Escape and self.held is not None:
            self.held, self._pressed = None, None
            self.update()
            return
        if item is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            acts[key] = lambda: self.opened.emit(item.row)
        if key in _ARROWS:
            right, down = _ARROWS[key]
            moves = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            acts[key] = (
                (lambda: self._move(item, right, down)) if moves else (lambda: self._walk(item, right, down))
            )
        side = {Qt.Key.Key_BracketLeft: -1, Qt.Key.Key_BracketRight: 1}.get(key, 0)
        if side:
            acts[key] = lambda: self._move(item, side, 0)
        if key in acts:
            acts[key]()
        else:
            super().keyPressEvent(event)

    def _move(self, item: Item | None, right: int, down: int) -> None:
        """A day to the side; a quarter of an hour, in a month a week, up or down."""
        if item is None:
            return
        days = right + (7 * down if self.span == "month" else 0)
        minute = item.minute
        if self.timed and minute is not None:
            minute = max(0, min(minute + STEP * down, 24 * 60 - STEP))
        if days or minute != item.minute:
            self.moved.emit(item.row, item.day + timedelta(days), minute)

    def _walk(self, item: Item | None, right: int, down: int) -> None:
        shown = [each for each in self.items if not each.rect.isNull()]
        if item is None or item.rect.isNull():
            self.choose(shown[0] if shown else None)
            return
        if down and self.span != "month":
            same = sorted((each for each in shown if each.day == item.day), key=lambda each: each.rect.top())
            place = same.index(item) + down
            if 0 <= place < len(same):
                self.choose(same[place])
            elif down > 0 and self.hidden_more.get(item.day) and self._day_is_enough(item.day):
                self.day_wanted.emit(item.day)
            return
        ahead = [each for each in shown if (each.day > item.day if right + down > 0 else each.day < item.day)]
        if ahead:
            self.choose(min(ahead, key=lambda each: (abs((each.day - item.day).days), each.rect.top())))
        else:
            self.turned.emit(right + down)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Days, items, and the one in the hand."""
        painter = QPainter(self)
        self._drawing.paint(painter, event.rect())
        if self.hasFocus():
            painter.fillRect(QRect(0, 0, 2, self.height()), self._look.colour("focus"))
