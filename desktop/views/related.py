"""Records that belong to another one: two-line rows with what matters at the right, and a plus."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.documents.chart_marks import Rows
from desktop.models.record import RECORDS
from desktop.rules.filters import Condition, every
from desktop.rules.money import ONE, number
from desktop.views import cells, dates, paint
from desktop.views.buttons import Button
from desktop.views.cells import Row
from desktop.views.compose import (
    Line,
    column,
    holding,
    label,
    row,
)
from desktop.views.desk import MOST_RELATED, Desk
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

if TYPE_CHECKING:
    from uuid import UUID

MOST_SHOWN: Final = 8


class RelatedRow(QAbstractButton):
    """One related record on two lines; a press opens it."""

    def __init__(self, look: Look, shown: Row) -> None:
        super().__init__()
        self._look = look
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_row(shown)

    def show_row(self, shown: Row) -> None:
        """Another record."""
        self.shown = shown
        title = _title(shown, self._look.language)
        self.setText(title)
        self.setAccessibleName(title or self._look.text(type(shown.record).__label__))
        self.update()

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
        amount, day, ink = _right_side(shown, look.language)
        amount = veil_text(look, amount)
        if amount:
            paint.paint_text(painter, look, upper, amount, align=paint.RIGHT)
            upper.setRight(edge - look.t.width(amount) - look.px(8))
        if day:
            paint.paint_text(painter, look, lower, day, ink=ink, size="small", align=paint.RIGHT)
            lower.setRight(edge - look.t.width(day, "small") - look.px(8))
        title = _title(shown, look.language) or look.text(record.__label__)
        below = _below(shown, look.language)
        paint.paint_text(painter, look, upper, veil_text(look, title))
        paint.paint_text(painter, look, lower, veil_text(look, below), ink="ink_2", size="small")

    def _paint_mark(self, painter: QPainter, left: int, kind: str, record: Any) -> int:
        look = self._look
        middle = self.height() // 2
        if kind == "contact":
            size = look.t.avatar_size("list")
            box = QRect(left, middle - size // 2, size, size)
            paint.paint_avatar(painter, look, box, veil_text(look, record.name), record.id, person=True)
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


def _right_side(shown: Row, language: str) -> tuple[str, str, str]:
    """The amount, the day, and the ink of the day: what is late says so as in its list."""
    record: Any = shown.record
    today = date.today()  # noqa: DTZ011
    if record.__tablename__ == "price_entry" and record.price is not None:
        return cells.unit_price(record.price), "", ""
    amount = cells.sum_of(record)
    due = next((name for name in ("close_on", "valid_until", "due_on") if getattr(record, name, None)), "")
    if due:
        cell = cells.due(shown, due, language, today)
        return amount, cell.text, cell.ink
    at = getattr(record, "happened_at", None)
    return amount, dates.moment(at, language, today).in_language(language) if at else "", "ink_3"


def _title(shown: Row, language: str) -> str:
    """What a record is called among those of another; a price by its product."""
    record: Any = shown.record
    if record.__tablename__ == "price_entry":
        return shown.called(record.product_id, language)
    if record.__tablename__ == "bundle_part":
        return shown.called(record.part_id, language)
    if record.__tablename__ == "seal_release":
        return shown.called(record.owner_id, language) or str(record.title)
    return str(record.title)


def _from(record: Any, language: str, today: date) -> str:
    """From which quantity, and from which day, a price holds."""
    quantity = msg("for {count} or more").of(count=number(record.min_quantity or ONE))
    first, last = record.valid_from, record.valid_until
    days = " – ".join(dates.short_day(day, language, today) if day else "" for day in (first, last))
    dated = days if record.valid_from or record.valid_until else ""
    return ", ".join(part for part in (quantity.in_language(language), dated) if part)


def _used(shown: Row, language: str) -> str:
    """How much of an agreed quantity was accepted."""
    agreed, used = shown.value("agreed_quantity"), shown.figures.get("used_quantity")
    if agreed is None or used is None:
        return ""
    kind = shown.kind("agreed_quantity")
    said = msg("{used} of {agreed} used")
    return said.of(used=kind.format(used, language), agreed=kind.format(agreed, language)).in_language(
        language
    )


def _below(shown: Row, language: str) -> str:
    record: Any = shown.record
    kind, fields = record.__tablename__, type(shown.record).fields()
    if kind == "contact":
        parts = [record.job, record.mobile or record.phone]
    elif kind in ("opportunity", "quote", "contract", "order"):
        stage = type(record).fields()["stage"].kind.format(record.stage, language)
        parts = [stage, record.name if kind == "quote" and record.number else ""]
    elif kind == "address":
        parts = [fields["kind"].kind.format(record.kind, language), record.city, record.person]
    elif kind == "price_entry":
        today = date.today()  # noqa: DTZ011
        parts = [_from(record, language, today), _used(shown, language)]
    elif kind == "bundle_part":
        each = f"× {number(record.quantity or ONE)}"
        said = [
            fields[name].kind.format(getattr(record, name), language) for name in ("inclusion", "pricing")
        ]
        parts = [each, *said, record.group]
    elif kind == "seal_release":
        waits = "" if record.signature else msg("not signed by the office yet").in_language(language)
        parts = [msg("{count} times at most").of(count=record.most or 0).in_language(language), waits]
    elif kind == "user":
        parts = [fields["role"].kind.format(record.role, language), record.job]
    elif kind == "task":
        parts = [type(record).fields()["priority"].kind.format(record.priority, language)]
    else:
        parts = [getattr(record, "outcome", "")]
    return ("，" if language == "zh" else ", ").join(part for part in parts if part)


class RelatedRows(QVBoxLayout):
    """Rows under each other that are kept and filled again."""

    def __init__(self, look: Look, open_it: Callable[[Row], object]) -> None:
        super().__init__()
        self._look, self._open = look, open_it
        self._made: list[RelatedRow] = []
        self._many = 0
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(0)

    def show_rows(self, found: Sequence[Row]) -> None:
        """Other records."""
        for place, each in enumerate(found):
            if place < len(self._made):
                self._made[place].show_row(each)
            else:
                self._add(each)
        self._many = len(found)
        for place, made in enumerate(self._made):
            made.setVisible(place < self._many)

    def _add(self, shown: Row) -> None:
        made = RelatedRow(self._look, shown)
        made.clicked.connect(lambda: self._open(made.shown))
        self._made.append(made)
        self.addWidget(made)

    def buttons(self) -> list[RelatedRow]:
        """The rows that are shown."""
        return self._made[: self._many]


class RelatedList(QWidget):
    """The records of one type that belong to this one, with a plus."""

    opened = Signal(str, object)
    wanted = Signal(str)
    all_wanted = Signal(object)  # Rows

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
        self._rows = RelatedRows(look, lambda shown: self.opened.emit(self.kind, shown.id))
        self.every = Button(look, msg("All of them"), kind="link")
        self.every.clicked.connect(self._show_all)
        self._above: UUID | None = None
        self._below = holding(row(look, self.every, None, edge=(20, 6, 12, 6)))
        self._below.hide()
        self.setLayout(column(look, head, Line(look), self._rows, self._below, 4, gap=0))

    def _show_all(self) -> None:
        if self._above is not None:
            mine = Condition(self._link, "one_of", (self._above.hex,))
            self.all_wanted.emit(Rows(self.kind, every(mine)))

    def show_of(self, above: Row) -> None:
        """What belongs to a record."""
        self.setVisible(self.kind != "bundle_part" or above.value("kind") == "bundle")
        self.add.refuse(self._refusal(above))
        found = self._desk.related(self.kind, self._link, above.id)
        self._count.setText(f"{len(found)}{'+' if len(found) == MOST_RELATED else ''}" if found else "")
        self._above = above.id
        self._below.setVisible(len(found) > MOST_SHOWN and self.kind in LISTS)
        self._rows.show_rows(found[:MOST_SHOWN])

    def _refusal(self, above: Row) -> Message | None:
        """Why none is added here: a part of what is lent to read only is not, either."""
        is_part = RECORDS[self.kind].__root__ == self._link
        lent = self._desk.lent(above.record) if is_part else None
        return self._desk.refusal(f"{self.kind}.new", None) or lent

    def buttons(self) -> list[RelatedRow]:
        """The rows that are shown."""
        return self._rows.buttons()
