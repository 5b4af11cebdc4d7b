"""How a calendar is painted: heads of days, hours, rest days hatched, items with their edge."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.rules import workdays
from desktop.views import cells, paint
from desktop.views.board.cards import title_of
from desktop.views.calendar.days import WEEKDAYS, Item
from desktop.views.cells import CHANNEL_ICONS, Row
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.calendar.grid import DayGrid

HOUR, GUTTER, HEAD = 58, 52, 26
HATCH: Final = 6
REST, WORK = msg("off", "calendar"), msg("work", "calendar")


class DayHeads(QWidget):
    """The numbers and names of the days above a calendar; of a month the weekdays alone."""

    def __init__(self, look: Look, grid: "DayGrid") -> None:
        super().__init__()
        self._look, self._grid = look, grid
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Higher where there are numbers."""
        return QSize(self._look.px(420), self._look.px(28 if self._grid.span == "month" else 44))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One head over each day."""
        look, grid = self._look, self._grid
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        today = date.today()  # noqa: DTZ011
        for day in grid.days[:7]:
            cell = grid.cell(day)
            box = QRect(cell.left(), 0, cell.width(), self.height())
            weekday = look.text(WEEKDAYS[day.weekday()])
            if grid.span == "month":
                rest = box.adjusted(look.px(8), 0, 0, 0)
                paint.paint_text(painter, look, rest, weekday, ink="ink_3", size="small")
                continue
            if cell.left() > grid.gutter():
                painter.setPen(QPen(look.colour("line"), 1))
                painter.drawLine(box.topLeft(), box.bottomLeft())
            left = self._number(painter, box, day, on=day == today)
            rest = QRect(left + look.px(8), 0, box.right() - left - look.px(18), box.height())
            special = feast(day)
            if special is None:
                paint.paint_text(painter, look, rest, weekday, ink="ink_2", size="small")
            else:
                self._special(painter, rest, weekday, look.text(special), worked=workdays.is_worked(day))
        paint.paint_hairline(painter, look, self.rect(), colour="line_strong")

    def _special(self, painter: QPainter, box: QRect, weekday: str, feast: str, *, worked: bool) -> None:
        """The weekday over the feast; at the right, where there is room, whether one works."""
        look = self._look
        word = look.text(WORK if worked else REST)
        line, middle = look.t.line("small"), box.center().y() + 1
        wide = max(look.t.width(text, "small") for text in (weekday, feast))
        chip = paint.chip_width(look, word)
        if wide + look.px(8) + chip <= box.width():
            tone = "warn" if worked else "good"
            paint.paint_chip(painter, look, box.right() - chip + 1, box, word, tone=tone)
        upper = QRect(box.left(), middle - line, box.width(), line)
        paint.paint_text(painter, look, upper, weekday, ink="ink_2", size="small")
        lower = upper.translated(0, line)
        paint.paint_text(painter, look, lower, feast, ink="ink_3", size="small")

    def _number(self, painter: QPainter, box: QRect, day: date, *, on: bool) -> int:
        look = self._look
        text = str(day.day)
        width = look.t.width(text, "title", strong=True)
        left = box.left() + look.px(10)
        if on:
            size = look.px(28)
            disc = QRectF(left - look.px(2), box.center().y() - size / 2 + 1, size, size)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("accent"))
            painter.drawEllipse(disc)
            room = disc.toRect()
            ink = "on_accent"
            paint.paint_text(
                painter, look, room, text, ink=ink, size="title", strong=True, align=paint.CENTRE
            )
            return int(disc.right())
        room = QRect(left, 0, width + 2, box.height())
        ink = "ink" if workdays.is_worked(day) else "ink_3"
        return paint.paint_text(painter, look, room, text, ink=ink, size="title", strong=True)


def feast(day: date) -> Message | None:
    """What is special about a day: the name of its holiday, or that it makes up for one."""
    name = workdays.holiday(day)
    if name is None:
        return msg("Workday") if day in workdays.MADE_UP else None
    return msg("{holiday}, estimated").of(holiday=name) if workdays.is_estimated(day) else name


def left_edge(box: QRectF, wide: float, radius: float) -> QPainterPath:
    """The coloured edge of an item: as round outside as its corners, and pointed where they end."""
    path, left, turn = QPainterPath(), box.left(), min(radius, box.height() / 2)
    path.moveTo(left + radius, box.top())
    path.quadTo(left, box.top(), left, box.top() + turn)
    path.lineTo(left, box.bottom() - turn)
    path.quadTo(left, box.bottom(), left + radius, box.bottom())
    path.quadTo(left + wide, box.bottom(), left + wide, box.bottom() - turn)
    path.lineTo(left + wide, box.top() + turn)
    path.quadTo(left + wide, box.top(), left + radius, box.top())
    return path


class Drawing:
    """Paints a grid of days."""

    def __init__(self, look: Look, grid: "DayGrid") -> None:
        self._look, self._grid = look, grid

    def paint(self, painter: QPainter, part: QRect) -> None:
        """Everything that lies in `part`."""
        grid = self._grid
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(part, self._look.colour("surface"))
        for day in grid.days:
            self._paint_day(painter, day)
        if grid.timed:
            self._paint_hours(painter)
        if grid.inset:
            look, box = self._look, QRect(0, 0, grid.gutter() - self._look.px(8), self._look.px(32))
            words = look.text(msg("All day"))
            paint.paint_text(painter, look, box, words, ink="ink_3", size="small", align=paint.RIGHT)
            paint.paint_hairline(painter, look, grid.rect(), colour="line_strong")
        for item in grid.items:
            if item.rect.isNull() or not item.rect.intersects(part):
                continue
            faint = grid.held is item and not grid.stretching
            self.paint_item(painter, item, item.rect, faint=faint)
        if grid.timed:
            self._paint_more(painter)
            self._paint_now(painter)
        if grid.held is not None:
            self._paint_hand(painter, grid.held)

    def _paint_day(self, painter: QPainter, day: date) -> None:
        look, grid = self._look, self._grid
        cell = grid.cell(day)
        outside = grid.span == "month" and day.month != grid.month
        if not workdays.is_worked(day):
            hatch(painter, look, cell)
        painter.setPen(QPen(look.colour("line"), 1))
        if cell.left() > 0:
            painter.drawLine(cell.topLeft(), cell.bottomLeft())
        if grid.span == "month":
            painter.drawLine(cell.bottomLeft(), cell.bottomRight())
            self._paint_number(painter, cell, day, outside=outside)
            self._paint_feast(painter, cell, day)
        more = grid.hidden_more.get(day)
        if more and not grid.timed:
            words = look.text(msg("{count} more").of(count=f"{more:,}"))
            align = paint.RIGHT if grid.span == "month" else paint.LEFT
            paint.paint_text(
                painter, look, grid.more_box(day), words, ink="accent_ink", size="small", align=align
            )

    def _paint_more(self, painter: QPainter) -> None:
        """At each hour how many are not drawn."""
        look = self._look
        for box, count, _day in self._grid.marks:
            words = f"+{count:,}"
            paint.paint_text(painter, look, box, words, ink="accent_ink", size="small", align=paint.CENTRE)

    def _paint_number(self, painter: QPainter, cell: QRect, day: date, *, outside: bool) -> None:
        look = self._look
        box = QRect(cell.left() + look.px(8), cell.top() + look.px(2), look.px(24), look.px(22))
        text = str(day.day)
        if day == date.today():  # noqa: DTZ011
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("accent"))
            disc = QRectF(box.left() - look.px(4), box.top() + 1, look.px(22), look.px(20))
            painter.drawRoundedRect(disc, disc.height() / 2, disc.height() / 2)
            paint.paint_text(
                painter,
                look,
                disc.toRect(),
                text,
                ink="on_accent",
                size="small",
                strong=True,
                align=paint.CENTRE,
            )
        else:
            paint.paint_text(painter, look, box, text, ink="ink_3" if outside else "ink", size="small")

    def _paint_feast(self, painter: QPainter, cell: QRect, day: date) -> None:
        special = feast(day)
        if special is not None:
            look = self._look
            box = QRect(cell.left() + look.px(34), cell.top() + look.px(2), 0, look.px(22))
            more = self._grid.hidden_more.get(day) and not self._grid.timed
            box.setRight(self._grid.more_box(day).left() if more else cell.right() - look.px(6))
            paint.paint_text(painter, look, box, look.text(special), ink="ink_3", size="small")

    def _paint_hours(self, painter: QPainter) -> None:
        look, grid = self._look, self._grid
        now = self._now()
        for hour in range(24):
            y = look.px(HOUR * hour)
            painter.setPen(QPen(look.colour("line"), 1))
            painter.drawLine(grid.gutter(), y, grid.width(), y)
            if hour and abs(y - now) >= look.px(16):
                box = QRect(0, y - look.px(8), grid.gutter() - look.px(8), look.px(16))
                paint.paint_text(
                    painter, look, box, f"{hour:02}:00", ink="ink_3", size="small", align=paint.RIGHT
                )

    def _now(self) -> int:
        """How far down now lies; far above where it is another day."""
        now = datetime.now().astimezone()
        away = -self._look.px(HOUR)
        there = round((now.hour * 60 + now.minute) * self._look.px(HOUR) / 60)
        return there if now.date() in self._grid.days else away

    def _paint_now(self, painter: QPainter) -> None:
        look, grid = self._look, self._grid
        now, y = datetime.now().astimezone(), self._now()
        if y < 0:
            return
        cell = grid.cell(now.date())
        top = min(max(y - look.px(8), 0), grid.height() - look.px(16))
        box = QRect(0, top, grid.gutter() - look.px(8), look.px(16))
        paint.paint_text(
            painter, look, box, f"{now:%H:%M}", ink="bad", size="small", strong=True, align=paint.RIGHT
        )
        painter.setPen(QPen(look.colour("bad_mark"), 1))
        painter.drawLine(cell.left(), y, cell.right(), y)
        paint.paint_disc(painter, look, QPointF(cell.left(), y), "bad_mark", 7)

    def paint_item(
        self, painter: QPainter, item: Item, box: QRect, *, faint: bool = False, held: bool = False
    ) -> None:
        """One item: an edge at the left, its name, for whom it is."""
        look, row = self._look, item.row
        tone, icon = tone_of(row)
        if not icon and self._grid.mixed and row.record.__tablename__ in LISTS:
            icon = LISTS[row.record.__tablename__].icon
        on = self._grid.chosen == row.id and not held
        painter.save()
        ground = {"bad": "bad_soft", "warn": "warn_soft"}.get(tone, "surface")
        plain = "line_strong" if ground == "surface" or look.theme_name == "high_contrast" else ground
        edge = QPen(look.colour("accent_mark" if held else "accent_line" if on else plain), 1)
        if faint:
            edge.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(edge)
        painter.setBrush(look.colour("selected" if on else ground))
        radius = look.t.radius("chip")
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if faint:
            painter.setOpacity(0.45)
        mark = {"bad": "bad_mark", "warn": "warn_mark", "good": "good_mark"}.get(tone, "accent_mark")
        painter.fillPath(left_edge(QRectF(box), look.px(3), radius), look.colour(mark))
        self._paint_words(painter, item, box, tone, icon)
        painter.restore()

    def _paint_words(self, painter: QPainter, item: Item, box: QRect, tone: str, icon: str) -> None:
        look = self._look
        high = look.px(22)
        two = box.height() >= look.px(38)
        first = QRect(
            box.left() + look.px(9), box.top() + (look.px(1) if two else 0), box.width() - look.px(12), high
        )
        if not two:
            first.setHeight(box.height())
        ink = {"bad": "bad", "warn": "warn"}.get(tone, "ink")
        if icon:
            icon_ink = ink if ink != "ink" else "ink_2"
            at = paint.paint_icon(
                painter, look, first.left(), first.center().y() + 1, icon, icon_ink, "small"
            )
            first.setLeft(at + look.px(5))
        title = veil_text(look, title_of(item.row, look.language))
        paint.paint_text(painter, look, first, title, ink=ink, size="small", strong=two)
        if two:
            second = QRect(
                box.left() + look.px(9), first.bottom() - look.px(2), box.width() - look.px(12), look.px(18)
            )
            paint.paint_text(
                painter, look, second, veil_text(look, below(item.row, look)), ink="ink_2", size="small"
            )

    def _paint_hand(self, painter: QPainter, item: Item) -> None:
        """The place that it will take, the card in the hand, and when that is."""
        look, grid = self._look, self._grid
        if grid.stretching:
            box = QRect(item.rect)
            box.setBottom(max(grid.hand.y(), box.top() + look.px(14)))
            self.paint_item(painter, item, box, held=True)
            return
        target = grid.target(item, grid.hand)
        if target is not None:
            cell = grid.cell(target[0])
            top = cell.top() + look.px(4)
            if target[1] is not None and grid.timed:
                top = round(target[1] * look.px(HOUR) / 60)
            place = QRectF(cell.left() + look.px(3), top, cell.width() - look.px(6), item.rect.height())
            painter.setPen(QPen(look.colour("accent_mark"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(look.colour("accent_soft"))
            painter.drawRoundedRect(place, look.t.radius("chip"), look.t.radius("chip"))
        box = QRect(grid.hand - QPoint(look.px(20), look.px(10)), item.rect.size())
        self.paint_item(painter, item, box, held=True)


def hatch(painter: QPainter, look: Look, box: QRect) -> None:
    """Lines of 45 degrees on the sunken ground: time that does not count."""
    painter.save()
    painter.fillRect(box, look.colour("ground"))
    painter.setClipRect(box)
    quiet = "pressed" if look.theme_name == "high_contrast" else "line"  # hairlines are loud there
    painter.setPen(QPen(look.colour(quiet), 1))
    step = look.px(HATCH)
    for x in range(box.left() - box.height(), box.right(), step):
        painter.drawLine(QLineF(x, box.bottom(), x + box.height(), box.top()))
    painter.restore()


def tone_of(row: Row) -> tuple[str, str]:
    """The tone of an item and its icon: done, late, today; of a visit or call its channel."""
    record = row.record
    kind = record.__tablename__
    if kind == "interaction":
        return "", CHANNEL_ICONS.get(str(row.value("channel") or "note"), "pencil")
    if kind == "task" and row.value("done_at") is not None:
        return "good", "circle-check"
    day = next(
        (row.value(n) for n in ("due_on", "next_on", "close_on", "valid_until") if hasattr(record, n)), None
    )
    name = next((n for n in ("due_on", "next_on", "close_on", "valid_until") if hasattr(record, n)), "")
    if day is None:
        return "", ""
    cell = cells.due(row, name, "en", date.today())  # noqa: DTZ011
    tone = cell.ink if cell.ink in ("bad", "warn") else ""
    icon = cell.icon[0] if cell.icon else "circle" if kind == "task" else ""
    return tone, icon


def below(row: Row, look: Look) -> str:
    """For whom it is, or what is next."""
    for name in ("customer_id",):
        if hasattr(row.record, name):
            found = row.called(row.value(name), look.language)
            if found:
                return found
    for name in ("next_step", "outcome"):
        if getattr(row.record, name, ""):
            return str(getattr(row.record, name))
    return ""
