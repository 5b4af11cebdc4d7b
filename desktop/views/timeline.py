"""What happened, newest first, on one line downwards: visits and calls, quotes, changes of fields."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from desktop.models import further
from desktop.models.overlay import CREATING
from desktop.models.record import RECORDS
from desktop.services.history import Entry, made_at
from desktop.views import cells, dates, paint
from desktop.views.announce import announce
from desktop.views.cells import Row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.privacy import veil, veil_text
from desktop.words import Message, msg, verbatim

QUIET_FIELDS: Final = frozenset({"owner_id", "team_id", "custom", "revision_id"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    at: datetime
    icon: str
    title: Message
    detail: Message | None = None
    tone: str = ""
    figure: str = ""  # stands behind the title and is never cut
    of: tuple[str, UUID] | None = None
    """The record that a press opens."""


AROUND: Final = {
    "customer": (("interaction", "customer_id"), ("quote", "customer_id")),
    "opportunity": (("interaction", "opportunity_id"), ("quote", "opportunity_id")),
    "contact": (("interaction", "contact_id"),),
}
"""What else happened to a record: the types that tell of it, and by which link."""


def of_whole(desk: Desk, row: Row, limit: int = 40) -> list[Event]:
    """The changes of a record, with what was talked about and offered."""
    events = of_record(desk, row)
    for kind, link in AROUND.get(row.record.__tablename__, ()):
        told = _quote if kind == "quote" else _touch
        events += [told(each) for each in desk.related(kind, link, row.id)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


def _touch(row: Row) -> Event:
    record: Any = row.record
    at = record.happened_at or datetime.fromtimestamp(row.id.int >> 80 and (row.id.int >> 80) / 1000, UTC)
    detail = " ".join(part for part in (record.outcome, record.remark) if part)
    icon = cells.CHANNEL_ICONS.get(record.channel or "note", "pencil")
    said = verbatim(detail) if detail else None
    return Event(at, icon, verbatim(record.name or ""), said, of=("interaction", row.id))


def _quote(row: Row) -> Event:
    record: Any = row.record
    at = datetime.fromtimestamp((row.id.int >> 80) / 1000, UTC)
    amount = cells.sum_of(record)
    title = msg("Quote {number}").of(number=record.title)
    stage = type(record).fields()["stage"].kind
    words = cells.words_of(stage, record.stage)
    return Event(at, "file-text", title, words, figure=amount, of=("quote", row.id))


def of_record(desk: Desk, row: Row) -> list[Event]:
    """The changes of a record, one event for each command."""
    kind = row.record.__tablename__
    groups: dict[str, list[Entry]] = {}
    for entry in desk.history(kind, row.id):
        groups.setdefault(entry.tx, []).append(entry)
    here = desk.store.device.hex[:8]
    events = [_change(kind, entries, here) for entries in groups.values()]
    made = made_at(row.id)
    if made is not None and not any(each[0].kind in CREATING for each in groups.values()):
        events.append(Event(made, "plus", msg("{what} added").of(what=RECORDS[kind].__label__), tone="good"))
    return events


def _change(kind: str, entries: Sequence[Entry], here: str) -> Event:
    first = entries[0]
    noun = RECORDS[kind].__label__
    who = author(first, here)
    if first.kind == "create":
        return Event(first.at, "plus", msg("{what} added").of(what=noun), who, "good")
    if first.kind in ("delete", "restore"):
        words = msg("{what} deleted") if first.kind == "delete" else msg("{what} brought back")
        return Event(first.at, "trash-2" if first.kind == "delete" else "undo-2", words.of(what=noun), who)
    shown = [entry for entry in entries if entry.field not in QUIET_FIELDS] or list(entries)
    label = RECORDS[kind].fields()[shown[0].field].label if shown[0].field else noun
    more = len(shown) - 1
    title = (
        msg("{field} and {count} more changed").of(field=label, count=more)
        if more
        else msg("{field} changed").of(field=label)
    )
    old, new = value_words(kind, shown[0], shown[0].old), value_words(kind, shown[0], shown[0].new)
    detail = msg("{old} to {new}; {who}").of(old=old, new=new, who=who)
    return Event(first.at, "pencil" if first.kind != "transition" else "trending-up", title, detail)


def author(entry: Entry, here: str) -> Message:
    """Who did it and on which device, as far as this laptop knows."""
    who: Message | str = entry.who or msg("The office")
    device: Message | str = msg("this laptop") if entry.device == here else entry.device
    known = msg("{who}, {device}").of(who=who, device=device)
    return known if entry.device else verbatim(who) if isinstance(who, str) else who


def value_words(kind: str, entry: Entry, wire: Any) -> Message:
    """A value of the log as a person reads it."""
    if wire in (None, "", [], {}):
        return msg("nothing")
    described = RECORDS[kind].fields().get(entry.field)
    if described is None:
        return verbatim(str(wire))
    value = described.kind.from_wire(wire)
    if described.name == "picture":
        return msg("a picture")
    if described.name == "custom":
        return verbatim(further.in_words(value)) if further.in_words(value) else msg("nothing")
    return cells.words_of(described.kind, wire) or verbatim(described.kind.format(value, "en"))


NOTHING: Final = msg("Nothing has happened yet.")
ELLIPSIS: Final = "…"


class Timeline(QWidget):
    """Paints events under each other, as high as they need; what tells of a record opens it."""

    opened = Signal(str, object)  # record type, id

    def __init__(self, look: Look, *, edge: int = 20) -> None:
        super().__init__()
        self._look, self._edge = look, edge
        self._events: list[Event] = []
        self._nothing = NOTHING
        self._tops: list[int] = []
        self._details: list[tuple[str, int]] = []
        self._current = self._over = self._pressed = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("Timeline"))
        look.changed.connect(self._lay_out)

    def show_events(self, events: Sequence[Event], nothing: Message = NOTHING) -> None:
        """Other events; without any, one line says so."""
        kept = self._events[self._current].of if self._current >= 0 else None
        self._events, self._nothing = list(events), nothing
        self._over = self._pressed = -1
        places = self._opening()
        begin = places[0] if places and self.hasFocus() else -1
        self._current = next((n for n in places if kept is not None and self._events[n].of == kept), begin)
        self._describe()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if places else Qt.FocusPolicy.NoFocus)
        self._lay_out()

    def _opening(self) -> list[int]:
        """The places of those that open something."""
        return [place for place, event in enumerate(self._events) if event.of is not None]

    def box_of(self, place: int) -> QRect:
        """Where an event lies."""
        look, high = self._look, self._details[place][1]
        side, above = look.px(self._edge - 6), look.px(4)
        top = self._tops[place] - above
        return QRect(side, top, self.width() - 2 * side, look.px(20) + high + 2 * above)

    def current_box(self) -> QRect:
        """Where the event one is on lies."""
        return self.box_of(self._current) if self._current >= 0 else QRect()

    def _at(self, point: QPoint) -> int:
        return next((place for place in self._opening() if self.box_of(place).contains(point)), -1)

    # By hand and by key

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """What would open shows it."""
        over = self._at(event.position().toPoint())
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        super().leaveEvent(event)
        self._over = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It opens when the button comes up over it."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self._at(event.position().toPoint()) if left else -1
        if self._pressed >= 0:
            self._current = self._pressed
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        pressed, self._pressed = self._pressed, -1
        if pressed >= 0 and pressed == self._at(event.position().toPoint()):
            self._open(pressed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keys begin at the newest."""
        super().focusInEvent(event)
        if self._current < 0 and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._step(1)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The mark goes with the keys."""
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down walk what opens, and scroll on where nothing follows; Enter opens it."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self._step(steps[Qt.Key(event.key())]):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (places := self._opening()):
            self._current = max(self._current, places[0])
            self._open(self._current)
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> bool:
        places = self._opening()
        ahead = [n for n in places if (n - self._current) * step > 0]
        if not ahead:
            return False
        self._current = min(ahead) if step > 0 else max(ahead)
        self._describe()
        announce(self, self.accessibleDescription())
        self._bring_into_view()
        self.update()
        return True

    def _describe(self) -> None:
        """The event one is on, for who hears the screen; hidden like all names."""
        look = self._look
        event = self._events[self._current] if self._current >= 0 else None
        look.bind(self.setAccessibleDescription, lambda: veil(look, event.title) if event is not None else "")

    def _bring_into_view(self) -> None:
        area: QWidget | None = self
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        inner = area.widget() if area is not None else None
        if area is not None and inner is not None:
            place = self.mapTo(inner, self.current_box().center())
            area.ensureVisible(place.x(), place.y(), 0, self.current_box().height())

    def _open(self, place: int) -> None:
        of = self._events[place].of
        if of is not None:
            self.opened.emit(*of)

    def events(self) -> list[Event]:
        """What is shown, newest first."""
        return self._events

    def _lay_out(self) -> None:
        look = self._look
        self._tops, self._details = [], []
        top = 0
        for event in self._events:
            detail, high = self._detail(event)
            self._tops.append(top)
            self._details.append((detail, high))
            top += look.px(20) + high + look.px(12)
        self._total = top
        self.setFixedHeight(top or look.px(24))
        self.update()

    def _text_left(self) -> int:
        return self._look.px(self._edge + 24 + 11)

    def _detail(self, event: Event) -> tuple[str, int]:
        """At most three lines of an event's detail, and how high they are."""
        look = self._look
        if not event.detail:
            return "", 0
        text = " ".join(look.text(veil(look, event.detail)).split())
        room = QRectF(0, 0, max(self.width() - self._text_left() - look.px(self._edge), 50), 1000)
        metrics, most = QFontMetricsF(look.font("small")), look.t.line("small") * 3

        def high(words: str) -> int:
            return int(metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), words).height() + 0.99)

        if high(text) > most:
            fitting = bisect_right(range(len(text)), most, key=lambda end: high(text[:end] + ELLIPSIS))
            text = text[: max(fitting - 1, 0)].rstrip() + ELLIPSIS
        return text, high(text) + look.px(2)

    def sizeHint(self) -> QSize:
        """The height of all events."""
        return QSize(self._look.px(200), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Discs on a line; title, time, detail."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._events:
            edge = self._look.px(self._edge)
            words = self._look.text(self._nothing)
            paint.paint_text(painter, self._look, self.rect().adjusted(edge, 0, -edge, 0), words, ink="ink_3")
        for number, each in enumerate(self._events):
            if self._tops[number] > event.rect().bottom():
                break
            following = self._tops[number + 1] if number + 1 < len(self._events) else None
            self._paint_event(painter, each, number, following)

    def _paint_event(self, painter: QPainter, event: Event, number: int, following: int | None) -> None:
        look, top, (detail, high) = self._look, self._tops[number], self._details[number]
        self._paint_ground(painter, number)
        size = look.px(24)
        left = look.px(self._edge)
        disc = QRectF(left + 0.5, top + 0.5, size - 1, size - 1)
        if following is not None and following - top - size > look.px(12):  # a shorter one is a speck
            painter.setPen(QPen(look.colour("line_strong"), 1))
            middle = left + size / 2
            painter.drawLine(
                QPointF(middle, top + size + look.px(3)), QPointF(middle, following - look.px(3))
            )
        edged = not event.tone or look.theme_name == "high_contrast"
        painter.setPen(QPen(look.colour("line"), 1) if edged else Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("good_soft" if event.tone == "good" else "surface"))
        painter.drawEllipse(disc)
        colour = "good" if event.tone == "good" else "ink_2"
        inset = (size - look.t.icon("small")) // 2
        paint.paint_icon(painter, look, left + inset, round(disc.center().y()), event.icon, colour, "small")
        when = look.text(dates.moment(event.at, look.language, date.today()))  # noqa: DTZ011
        right = self.width() - look.px(self._edge)
        wide = look.t.width(when, "small")
        line = look.px(20)
        paint.paint_text(
            painter, look, QRect(right - wide, top, wide + 1, line), when, ink="ink_3", size="small"
        )
        words = QRect(self._text_left(), top, right - wide - look.px(10) - self._text_left(), line)
        self._paint_title(painter, words, right, event, detail)
        if detail:
            painter.setFont(look.font("small"))
            painter.setPen(look.colour("ink_2"))
            room = QRect(self._text_left(), top + line, right - self._text_left(), high)
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap), detail)

    def _paint_ground(self, painter: QPainter, number: int) -> None:
        """Under the pointer a tint, where the keys are a ring."""
        look, here = self._look, self.hasFocus() and number == self._current
        if not here and number != self._over:
            return
        radius, box = look.t.radius("control"), QRectF(self.box_of(number)).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(look.colour("focus"), 2) if here else Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("hover") if number == self._over else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, radius, radius)

    def _paint_title(self, painter: QPainter, words: QRect, right: int, event: Event, detail: str) -> None:
        """Title and figure; where that would cut the title, the figure stands at the end of the next line."""
        look = self._look
        title, shown = look.text(veil(look, event.title)), veil_text(look, event.figure)
        figure = look.t.width(shown) if shown else 0
        below = QRect(words.left(), words.top() + words.height(), right - words.left(), words.height())
        beside = not figure or look.t.width(title) + look.px(5) + figure <= words.width()
        if not beside and look.t.width(detail, "small") + look.px(10) + figure <= below.width():
            paint.paint_text(painter, look, below, shown, align=paint.RIGHT)
            figure = 0
        end = paint.paint_text(
            painter, look, words.adjusted(0, 0, -(figure + look.px(5)) if figure else 0, 0), title
        )
        if figure:
            rest = QRect(end + look.px(5), words.top(), figure, words.height())
            paint.paint_text(painter, look, rest, shown)
