"""A record opened whole: facts on the left, what happened in the middle, what belongs to it on the right."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.record import RECORDS
from desktop.views import cells, dates, paint, timeline
from desktop.views.buttons import Button, Segments
from desktop.views.cells import Row
from desktop.views.compose import (
    Avatar,
    Chip,
    Line,
    Picture,
    clear,
    column,
    holding,
    label,
    region,
    row,
    scrolling,
    tab_through,
)
from desktop.views.desk import Desk
from desktop.views.form import Facts, plain_fields
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.panel import NoteBox, heading, subtitle
from desktop.views.phrases import inside
from desktop.words import Message, msg

RELATED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "customer": (
        ("contact", "customer_id"),
        ("opportunity", "customer_id"),
        ("quote", "customer_id"),
        ("task", "customer_id"),
    ),
    "contact": (("interaction", "contact_id"),),
    "opportunity": (
        ("quote", "opportunity_id"),
        ("task", "opportunity_id"),
        ("interaction", "opportunity_id"),
    ),
}
NOTED: Final = ("customer", "contact", "opportunity")


class RelatedRow(QAbstractButton):
    """One related record on two lines; a press opens it."""

    def __init__(self, look: Look, shown: Row) -> None:
        super().__init__()
        self._look, self.shown = look, shown
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(shown.record.title)
        self.setAccessibleName(shown.record.title or look.text(type(shown.record).__label__))

    def sizeHint(self) -> QSize:
        """A two-line row."""
        return QSize(self._look.px(200), self._look.t.row("two_line"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark, title, what stands below, amount and day at the right."""
        look, shown = self._look, self.shown
        record: Any = shown.record
        kind = record.__tablename__
        painter = QPainter(self)
        if self.underMouse():
            painter.fillRect(self.rect(), look.colour("hover"))
        if self.hasFocus():
            painter.fillRect(QRect(0, 0, 2, self.height()), look.colour("focus"))
        paint.paint_hairline(painter, look, self.rect())
        left, upper, lower = look.px(20), QRect(), QRect()
        left = self._paint_mark(painter, left, kind, record) + look.px(10)
        edge = self.width() - look.px(20)
        half = self.height() // 2
        upper.setRect(left, look.px(5), edge - left, half - look.px(5))
        lower.setRect(left, half, edge - left, half - look.px(5))
        amount, day = _right_side(shown, look.language)
        if amount:
            paint.paint_text(painter, look, upper, amount, align=paint.RIGHT)
            upper.setRight(edge - look.t.width(amount) - look.px(8))
        if day:
            paint.paint_text(painter, look, lower, day, ink="ink_3", size="small", align=paint.RIGHT)
            lower.setRight(edge - look.t.width(day, "small") - look.px(8))
        paint.paint_text(painter, look, upper, record.title or look.text(record.__label__))
        paint.paint_text(painter, look, lower, _below(shown, look.language), ink="ink_2", size="small")

    def _paint_mark(self, painter: QPainter, left: int, kind: str, record: Any) -> int:
        look = self._look
        middle = self.height() // 2
        if kind == "contact":
            size = look.t.avatar_size("list")
            box = QRect(left, middle - size // 2, size, size)
            paint.paint_avatar(painter, look, box, record.name, record.id, person=True)
            return left + size
        if kind == "opportunity":
            fraction, end = cells.ring_of(kind, record.stage or "")
            paint.paint_stage_ring(painter, look, QPointF(left + look.px(8), middle), fraction, end=end)
            return left + look.px(16)
        icon = LISTS[kind].icon if kind in LISTS else "file-text"
        if kind == "interaction":
            icon = cells.CHANNEL_ICONS.get(record.channel or "note", "pencil")
        if kind == "task" and record.done_at:
            return paint.paint_icon(painter, look, left, middle, "circle-check", "good")
        return paint.paint_icon(painter, look, left, middle, icon, "ink_2")


def _right_side(shown: Row, language: str) -> tuple[str, str]:
    record: Any = shown.record
    today = date.today()  # noqa: DTZ011
    minor = getattr(record, "amount", None) or getattr(record, "payable", None)
    amount = cells.money(minor, getattr(record, "currency", "CNY") or "CNY") if minor is not None else ""
    day = next(
        (d for d in (getattr(record, n, None) for n in ("close_on", "valid_until", "due_on")) if d), None
    )
    if day is not None:
        return amount, dates.short_day(day, language, today)
    at = getattr(record, "happened_at", None)
    return amount, dates.moment(at, language, today).in_language(language) if at else ""


def _below(shown: Row, language: str) -> str:
    record: Any = shown.record
    kind = record.__tablename__
    if kind == "contact":
        parts = [record.job, record.mobile or record.phone]
    elif kind in ("opportunity", "quote"):
        stage = type(record).fields()["stage"].kind.format(record.stage, language)
        parts = [stage, record.name if kind == "quote" and record.number else ""]
    elif kind == "task":
        parts = [type(record).fields()["priority"].kind.format(record.priority, language)]
    else:
        parts = [getattr(record, "outcome", "")]
    return ("，" if language == "zh" else ", ").join(part for part in parts if part)


class RelatedList(QWidget):
    """The records of one type that belong to this one, with a plus."""

    opened = Signal(str, object)
    wanted = Signal(str)

    def __init__(self, look: Look, desk: Desk, kind: str, link: str) -> None:
        super().__init__()
        self._look, self._desk, self.kind, self._link = look, desk, kind, link
        self._count = label(look, size="small", ink="ink_3")
        self.add = add = Button(
            look, icon="plus", kind="flat", name=msg("New {what}").of(what=inside(RECORDS[kind].__label__))
        )
        add.clicked.connect(lambda: self.wanted.emit(kind))
        head = row(
            look,
            label(look, RECORDS[kind].__plural__, strong=True),
            self._count,
            None,
            add,
            gap=8,
            edge=(20, 4, 12, 4),
        )
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.setLayout(column(look, head, Line(look), self._rows, gap=0))

    def show_of(self, record_id: UUID) -> None:
        """What belongs to a record."""
        clear(self._rows)
        found = self._desk.related(self.kind, self._link, record_id)
        self._count.setText(str(len(found)) if found else "")
        for each in found[:8]:
            button = RelatedRow(self._look, each)
            button.clicked.connect(self._opener(each))
            self._rows.addWidget(button)

    def buttons(self) -> list[RelatedRow]:
        """The rows that are shown."""
        found = [self._rows.itemAt(place).widget() for place in range(self._rows.count())]  # type: ignore[union-attr]
        return [each for each in found if isinstance(each, RelatedRow)]

    def _opener(self, shown: Row) -> Callable[[], None]:
        return lambda: self.opened.emit(self.kind, shown.id)


class RecordPage(QWidget):
    """One record of any type."""

    opened = Signal(str, object)
    wanted = Signal(str, object)  # a new record of a type, with the links it starts from
    gone = Signal()  # the record was deleted
    quoted = Signal(object)

    def __init__(self, look: Look, desk: Desk, kind: str, record_id: UUID) -> None:
        super().__init__()
        self._look, self._desk, self.kind, self.record_id = look, desk, kind, record_id
        found = desk.row(kind, record_id)
        if found is None:
            raise KeyError(record_id)
        self.shown: Row = found
        self._actions: list[QWidget] = []
        self._avatar = Avatar(look, size="list")
        self._icon = Picture(look, LISTS[kind].icon if kind in LISTS else "file-text")
        self._title = label(look, size="title", strong=True)
        self._grade = Chip(look)
        self._below = label(look, ink="ink_2")
        self._sent = Chip(look, msg("Saved here, not sent yet"))
        self.facts = Facts(look, desk)
        self.timeline = timeline.Timeline(look, edge=24)
        self.note = NoteBox(look)
        self.note.noted.connect(self._noted)
        self.which = Segments(
            look,
            [("all", msg("Timeline")), ("changes", msg("History"))],
            current="all",
            name=msg("What is shown"),
        )
        self.which.chosen.connect(lambda _key: self._fill_timeline())
        self.lists = [RelatedList(look, desk, *each) for each in RELATED.get(kind, ())]
        for related in self.lists:
            related.opened.connect(self.opened)
            related.wanted.connect(self._want)
        for part in self.header_parts():
            part.setParent(self)  # or it would be a window of its own until the header takes it
        self._compose()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, type(found.record).__label__)
        self.fill()
        desk.changed.connect(self._changed)
        look.changed.connect(self.fill)

    def _compose(self) -> None:
        look = self._look
        left_inner = region("surface")
        facts_head = row(look, label(look, msg("Facts"), strong=True), None, edge=(20, 14, 20, 6))
        left_stack = column(
            look, facts_head, holding(column(look, self.facts, gap=0, edge=(20, 0, 14, 12))), gap=0
        )
        if self.kind == "customer" and self.lists:
            left_stack.addWidget(Line(look))
            left_stack.addWidget(self.lists[0])
        left_stack.addStretch(1)
        left_inner.setLayout(left_stack)
        left = region("surface", "right")
        left.setLayout(column(look, scrolling(left_inner), gap=0))
        look.bind(left.setFixedWidth, lambda: look.px(320))
        middle = region("surface")
        middle_inner = QWidget()
        middle_inner.setLayout(column(look, self.timeline, None, gap=0, edge=(0, 6, 0, 12)))
        tools = row(look, self.which, None, gap=8, edge=(24, 8, 24, 8))
        parts: list[Any] = [tools, scrolling(middle_inner)]
        if self.kind in NOTED:
            parts.insert(0, row(look, self.note, gap=0, edge=(24, 12, 24, 4)))
        middle_stack = column(look, *parts, gap=0)
        middle.setLayout(middle_stack)
        line = row(look, left, middle, gap=0)
        line.setStretch(1, 1)
        rest = self.lists[1:] if self.kind == "customer" else self.lists
        if rest:
            right_inner = QWidget()
            right_inner.setLayout(column(look, *rest, None, gap=0))
            right = region("panel", "left")
            right.setLayout(column(look, scrolling(right_inner), gap=0))
            look.bind(right.setFixedWidth, lambda: look.t.column("panel"))
            line.addWidget(right)
        self.setLayout(line)

    def enter(self) -> None:
        """Keys go to this page; Tab walks through it in the order of reading."""
        self.setFocus()

    def header_parts(self) -> list[QWidget]:
        """Who it is."""
        return [self._avatar, self._icon, self._title, self._grade, self._below, self._sent]

    def header_actions(self) -> list[QWidget]:
        """What can be done with it: each offered command, grey with its reason."""
        look, desk = self._look, self._desk
        if self._actions:
            return self._actions
        made = self._actions
        delete = Button(look, icon="trash-2", name=msg("Delete"))
        refusal = desk.refusal(f"{self.kind}.delete", self.shown.record)
        if refusal is not None:
            delete.refuse(refusal)
        delete.clicked.connect(lambda: desk.delete(self.shown))
        made.append(delete)
        if self.kind in ("customer", "opportunity"):
            quote = Button(look, msg("New quote"), kind="primary", icon="file-plus", keys="Ctrl+Q")
            quote.clicked.connect(lambda: self.quoted.emit(self.shown))
            made.append(quote)
        return made

    def fill(self) -> None:
        """Everything again from the record."""
        shown, language = self.shown, self._look.language
        drawn = self.kind in ("customer", "contact")
        self._avatar.setVisible(drawn)
        self._icon.setVisible(not drawn)
        self._avatar.show_name(shown.record.title, shown.id, person=self.kind == "contact")
        self._look.bind(self._title.setText, heading(shown, language))
        grade = getattr(shown.record, "grade", "")
        self._grade.setVisible(bool(grade))
        if grade:
            word = cells.words_of(shown.kind("grade"), grade)
            self._grade.show_words(word or grade, "accent" if grade == "vip" else "neutral")
        self._below.setText(subtitle(shown, language))
        self._sent.setVisible(shown.unsent)
        names = [
            name for name in plain_fields(shown) if name != "owner_id" or shown.value(name) in shown.titles
        ]
        self.facts.show_row(shown, names)
        for related in self.lists:
            related.show_of(self.record_id)
        self._fill_timeline()
        self._order()

    def _order(self) -> None:
        """Tab reads as the eye does: facts, contacts, note, what happened, what belongs to it."""
        first, rest = (self.lists[:1], self.lists[1:]) if self.kind == "customer" else ([], self.lists)
        order: list[QWidget] = [self, *(fact.value for fact in self.facts.facts.values())]
        for related in first:
            order += [related.add, *related.buttons()]
        order += [self.note] if self.kind in NOTED else []
        order += self.which.buttons()
        for related in rest:
            order += [related.add, *related.buttons()]
        tab_through(order)

    def _fill_timeline(self) -> None:
        if self.kind == "customer" and self.which.current() == "all":
            self.timeline.show_events(timeline.of_customer(self._desk, self.shown, 200))
        else:
            self.timeline.show_events(timeline.of_record(self._desk, self.shown))

    def figures(self) -> list[tuple[Message | str, str]]:
        """For the status bar."""
        return []

    def _want(self, kind: str) -> None:
        links = {link: self.record_id for each, link in RELATED.get(self.kind, ()) if each == kind}
        customer = getattr(self.shown.record, "customer_id", None)
        if self.kind != "customer" and customer is not None:
            links["customer_id"] = customer
        self.wanted.emit(kind, links)

    def _noted(self, text: str) -> None:
        record: Any = self.shown.record
        links: dict[str, Any] = {"customer_id": record.id if self.kind == "customer" else record.customer_id}
        if self.kind != "customer":
            links[f"{self.kind}_id"] = record.id
        values = {"channel": "note", "happened_at": cells.now(), **links}
        self._desk.create("interaction", {"name": text[:400]}, values=values)

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        around = {kind for kind, _link in RELATED.get(self.kind, ())} | {"interaction"}
        if (self.kind, self.record_id) not in keys and not any(kind in around for kind, _ in keys):
            return
        found = self._desk.row(self.kind, self.record_id)
        if found is None:
            self.gone.emit()
            return
        self.shown = found
        self.fill()
