"""Facts of a record as key and value; a value is a flat button that turns into its editor."""

import re
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.errors import SatchelError
from desktop.models.kinds import Amount, Day, Link, Long, Moment, Number, Percent
from desktop.models.record import Field
from desktop.services.clashes import Clashed
from desktop.services.records import seen_by
from desktop.services.unfinished import Unfinished
from desktop.views import cells, paint, unfinished
from desktop.views.buttons import Button
from desktop.views.cells import Cell, Row
from desktop.views.clash import ClashCard, tell_kept
from desktop.views.compose import clear, column, label
from desktop.views.desk import Desk, led
from desktop.views.editors import AnyEditor, ChoiceEditor, LongEditor, editor_for, focus, plain_text
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.privacy import veiled
from desktop.views.reason import Reason
from desktop.views.to_ask import ToAsk
from desktop.views.why_field import WhyField
from desktop.words import Message, msg

WRAPPED = 8  # characters from which a value may take more than one line
RUN = re.compile(r"[^\s\u2e80-\uffff]+")  # what a line is not broken in: a word, a number, an address
KEY = {"zh": 84, "en": 112}


NAMED: Final = {
    "stage": cells.stage,
    "grade": cells.grade,
    "channel": cells.channel,
    "tax_category": cells.tax_category,
    "unit": cells.bilingual,
    **dict.fromkeys(cells.OWED, cells.sum_due),
}
"""Fields that are shown in a way of their own."""


def fact_cell(row: Row, described: Field, language: str) -> Cell:
    """What a fact shows."""
    today = date.today()  # noqa: DTZ011
    kind, name = described.kind, described.name
    shape = cells.text
    if isinstance(kind, Link):
        shape = cells.link
    elif name in NAMED:
        shape = NAMED[name]
    elif isinstance(kind, Amount):
        shape = cells.amount
    elif isinstance(kind, Moment):
        shape = cells.moment
    elif isinstance(kind, Day) and name in ("next_on", "due_on", "close_on", "valid_until"):
        shape = cells.due
    elif isinstance(kind, Number) and not isinstance(kind, Percent):
        shape = cells.price if "price" in name else cells.number
    return shape(row, name, language, today)


class Value(QAbstractButton):
    """A value that can be pressed: text, ring, chip; wrapped where it is long."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._cell = Cell()
        self._wraps = False
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_cell(self, cell: Cell, *, wraps: bool = False) -> None:
        """Another value."""
        self._cell, self._wraps = cell, wraps
        self.setToolTip(cell.tooltip if cell.tooltip != cell.text else "")
        self.setText(cell.text)
        self._stretch()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A wrapped text needs its height anew."""
        super().resizeEvent(event)
        self._stretch()

    def _stretch(self) -> None:
        self.setFixedHeight(self._height(self.width()) if self._wraps else self._look.px(25))

    def _height(self, width: int) -> int:
        look = self._look
        room = QRectF(0, 0, max(width - look.px(12), 10), 10_000)
        high = QFontMetricsF(look.font()).boundingRect(room, self._flags(room), self._cell.text).height()
        return max(look.px(25), int(high) + look.px(6))

    def _flags(self, room: QRectF) -> int:
        """Lines end between words, and within one that is longer than a line."""
        longest = max((self._look.t.width(word) for word in RUN.findall(self._cell.text)), default=0)
        within = Qt.TextFlag.TextWrapAnywhere if longest > room.width() else Qt.TextFlag(0)
        return int(Qt.TextFlag.TextWordWrap | within)

    def sizeHint(self) -> QSize:
        """One line of 25 px."""
        return QSize(self._look.px(80), self.height() if self._wraps else self._look.px(25))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground on hover, a ring on focus, then the value."""
        look, cell = self._look, self._cell
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isEnabled() and (self.underMouse() or self.hasFocus()):
            painter.setPen(look.colour("focus" if self.hasFocus() else "line_strong"))
            painter.setBrush(look.colour("surface"))
            painter.drawRoundedRect(box, look.t.radius("chip"), look.t.radius("chip"))
        left, middle = look.px(6), self.height() // 2 + 1
        if cell.tone == "accent":
            paint.paint_chip(painter, look, left, self.rect(), cell.text, tone="accent")
            return
        if cell.ring is not None:
            paint.paint_stage_ring(
                painter, look, QPointF(left + look.px(7), self.height() / 2), cell.ring[0], end=cell.ring[1]
            )
            left += look.px(22)
        if cell.icon is not None:
            left = paint.paint_icon(painter, look, left, middle, *cell.icon, "small") + look.px(5)
        rest = QRect(left, 0, self.width() - left - look.px(4), self.height())
        ink = "ink" if cell.ink == "ink_2" else cell.ink
        if self._wraps:
            painter.setFont(look.font())
            painter.setPen(look.colour(ink))
            room = rest.adjusted(0, look.px(3), 0, 0)
            painter.drawText(room, self._flags(QRectF(room)), cell.text)
        else:
            paint.paint_text(painter, look, rest, cell.text, ink=ink)


class Fact(QWidget):
    """One key with its value; pressed, the value becomes its editor; a refusal stands below."""

    opened = Signal(str, object)  # record type, id: a link was followed
    closed = Signal()  # the editor
    asked_why = Signal()

    def __init__(self, look: Look, desk: Desk, described: Field) -> None:
        super().__init__()
        self._look, self._desk, self.field = look, desk, described
        self._row: Row | None = None
        self._editor: AnyEditor | None = None
        self._seen: object = None
        self.card: ClashCard | None = None
        self._key = label(look, described.label, ink="ink_3")
        look.bind(self._key.setFixedWidth, lambda: look.px(KEY[look.language]))
        self._key.setAlignment(Qt.AlignmentFlag.AlignTop)
        look.bind(self._key.setContentsMargins, lambda: (0, look.px(3), 0, 0))
        self.value = Value(look)
        look.bind(self.value.setAccessibleName, described.label)
        self.value.clicked.connect(lambda: self.edit())
        self._why: QLabel | None = None
        self.follow: Button | None = None
        """Made with the first value that links to a record: most fields link to none."""
        self._right = QVBoxLayout()
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.setSpacing(look.px(2))
        self._right.addWidget(self.value)
        from desktop.views.compose import row as across

        line = across(look, self._key, gap=0)
        line.addLayout(self._right, 1)
        self._line = line
        self._below = QVBoxLayout()
        self._below.setContentsMargins(0, 0, 0, 0)
        self.setLayout(column(look, line, self._below, gap=0))

    @property
    def editing(self) -> bool:
        """Whether the editor is open."""
        return self._editor is not None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The other button asks why."""
        self.asked_why.emit()

    def show_row(self, row: Row, refusal: Message | None = None) -> None:
        """The value of a record, or why it cannot be typed; an open editor is left alone."""
        self._row = row
        if self._editor is None:
            cell = veiled(self._look, fact_cell(row, self.field, self._look.language))
            wraps = isinstance(self.field.kind, Long) or len(cell.text) > WRAPPED
            self.value.show_cell(cell, wraps=wraps)
        kind = self.field.kind
        linked = isinstance(kind, Link) and kind.to in LISTS and row.value(self.field.name) is not None
        if linked and self.follow is None:
            self.follow = self._made_follow()
        if self.follow is not None:
            self.follow.setVisible(linked)
        self.value.setEnabled(refusal is None)
        if refusal is not None:
            self.value.setToolTip(self._look.text(refusal))

    def edit(self, typed: object = None) -> None:
        """Turn the value into its editor, perhaps with what was `typed` before and not saved."""
        row = self._row
        if row is None or self._editor is not None or not self.value.isEnabled():
            return
        value = self._seen = row.value(self.field.name)
        title = row.titles.get(value, "") if isinstance(value, UUID) else ""
        editor = editor_for(self._look, self.field, value, title, self._find)
        editor.committed.connect(self._commit)
        editor.cancelled.connect(self._close)
        self._editor = editor
        self.value.hide()
        self._right.insertWidget(0, editor)
        focus(editor)
        if typed is not None and typed != value:
            self._go_on(editor, typed)
        unfinished.watch([editor], self._keep)

    def go_on(self, draft: Unfinished) -> None:
        """Open the editor with what was typed before, the cursor where it was."""
        self.edit()
        if self._editor is not None:
            unfinished.put(self._editor, draft.texts.get(self.field.name, ""))
            unfinished.put_cursor(self._editor, draft.cursor)

    def _draft(self, editor: AnyEditor, row: Row) -> Unfinished:
        name = self.field.name
        return Unfinished(
            "fact",
            row.record.__tablename__,
            row.id.hex,
            texts={name: unfinished.text_of(editor)},
            focus=name,
            cursor=unfinished.cursor_of(editor),
            at=unfinished.now(),
        )

    def _keep(self) -> None:
        if self._editor is not None and self._row is not None and self._editor.was_changed():
            self._desk.unfinished.note(self._draft(self._editor, self._row))

    def _go_on(self, editor: AnyEditor, typed: object) -> None:
        kind = self.field.kind
        if isinstance(editor, ChoiceEditor):
            editor.setCurrentIndex(max(0, editor.findData(typed)))
        elif isinstance(editor, LongEditor):
            editor.setPlainText(str(typed))
        elif isinstance(kind, Link) and isinstance(typed, UUID):
            editor.setText(self._desk.title(kind.to, typed))
        else:
            editor.setText(plain_text(kind, typed, self._look.language))

    def _made_follow(self) -> Button:
        look = self._look
        made = Button(
            look, icon="external-link", kind="flat", name=msg("Open the linked record"), height="target_min"
        )
        made.clicked.connect(self._follow)
        self._line.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        return made

    def _follow(self) -> None:
        kind = self.field.kind
        if self._row is not None and isinstance(kind, Link):
            self.opened.emit(kind.to, self._row.value(self.field.name))

    def _find(self, kind: str, text: str) -> list[tuple[UUID, str]]:
        return [(UUID(bytes=hit.id), hit.title) for hit in self._desk.search(text, [kind], 8)]

    def _commit(self) -> None:
        editor = self._editor
        if editor is None or self.card is not None:
            return
        if editor.was_changed():
            self._save(editor.typed(), parsed=editor.parsed)
        else:
            self._close()

    def _save(self, value: object, *, parsed: bool) -> None:
        row = self._row
        if row is None:
            return
        self._desk.edit(
            row.record.__tablename__,
            row.id,
            {self.field.name: value},
            parsed=parsed,
            seen={self.field.name: self._seen},
            failed=self._refuse,
            done=lambda _record: self._close(),
        )

    def _refuse(self, error: SatchelError) -> None:
        if self._editor is None:
            return
        if isinstance(error, Clashed):
            self._compare(error)
            return
        self._editor.setProperty("invalid", True)
        self._editor.style().unpolish(self._editor)
        self._editor.style().polish(self._editor)
        if self._why is None:
            self._why = Reason(self._look)
            self._right.addWidget(self._why)
        self._look.bind(self._why.setText, error.message)
        self._why.show()

    def _compare(self, error: Clashed) -> None:
        """Somebody changed it meanwhile: show the three values, and keep what was typed."""
        self._drop_card()
        self.card = ClashCard(self._look, error.type, error.clashes[0])
        self.card.chosen.connect(self._chosen)
        self._below.addWidget(self.card)
        self.card.mine.setFocus()

    def _chosen(self, side: str) -> None:
        card = self.card
        if card is None or self._row is None:
            return
        self._drop_card()
        self._seen = card.clash.current
        if side in ("mine", "both"):
            self._save(card.clash.value("both" if side == "both" else "mine"), parsed=True)
        elif side == "current":
            tell_kept(self._desk, self._look, self._row.record.__tablename__, card.clash)
            self._close()
        elif self._editor is not None:
            focus(self._editor)

    def _drop_card(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            card.hide()
            self._below.removeWidget(card)
            card.deleteLater()

    def complaint(self) -> str:
        """What stands under the field."""
        return "" if self._why is None or self._why.isHidden() else self._why.text()

    def _close(self) -> None:
        editor, self._editor = self._editor, None
        if self._why is not None:
            self._why.hide()
        self._drop_card()
        if editor is not None:
            if self._row is not None:
                self._desk.unfinished.let_go(self._draft(editor, self._row).key)
            had_focus = editor.hasFocus()
            editor.hide()
            self._right.removeWidget(editor)
            editor.deleteLater()
            self.value.show()
            if had_focus:
                self.value.setFocus()
        if self._row is not None:
            self.show_row(self._row, self._desk.typing_refusal(self._row.record, self.field))
        self.closed.emit()


class Facts(QWidget):
    """Several facts of one record; what is empty is hidden, or asked for by chips below (`ask`)."""

    opened = Signal(str, object)

    def __init__(self, look: Look, desk: Desk, *, hide_empty: bool = False, ask: bool = False) -> None:
        super().__init__()
        self._look, self._desk, self._hide_empty = look, desk, hide_empty or ask
        self.to_ask = ToAsk(look) if ask else None
        self.why: WhyField | None = None
        if self.to_ask is not None:
            self.to_ask.asked.connect(self.ask)
        keys = QShortcut(QKeySequence("Alt+W"), self)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self._explain_here)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        look.bind(self._column.setSpacing, lambda: 0)
        self._kind = ""
        self._names: tuple[str, ...] = ()
        self.facts: dict[str, Fact] = {}
        self._row: Row | None = None
        look.changed.connect(self._again)

    def show_row(self, row: Row, names: Sequence[str]) -> None:
        """These fields of a record, as far as the person's role is shown them."""
        kind = row.record.__tablename__
        names = seen_by(self._desk.actor.rights, type(row.record), names)
        other = self._row is not None and self._row.id != row.id
        torn = other and any(fact.editing for fact in self.facts.values())
        if other and self.to_ask is not None:
            self.to_ask.fold()
        if torn or kind != self._kind or not self.facts.keys() >= set(names):
            self._build(row, tuple(names))
        self._row, self._names = row, tuple(names)
        refusal = self._desk.refusal(f"{kind}.edit", row.record)
        for name, fact in self.facts.items():
            fact.show_row(row, led(row.record, fact.field) or refusal)
            empty = self._hide_empty and _is_empty(row, name)
            fact.setVisible(name in names and (not empty or fact.editing))
        if self.to_ask is not None:
            self._show_asked(row)

    def _show_asked(self, row: Row) -> None:
        facts = [fact for name, fact in self.facts.items() if name in self._names]
        empty = [fact for fact in facts if _is_empty(row, fact.field.name) and not fact.editing]
        if self.to_ask is not None:
            self.to_ask.show_fields([fact.field for fact in empty if fact.value.isEnabled()])
            self.to_ask.setVisible(bool(empty))

    def ask(self, name: str) -> None:
        """Open the editor of an empty field."""
        fact = self.facts[name]
        fact.show()
        fact.edit()
        self._again()

    def explain(self, fact: Fact) -> None:
        """Why is it so? A popover below the value."""
        if self._row is None:
            return
        if self.why is None or self.why.window() is not self.window():
            self.why = WhyField(self._look, self._desk, self.window())
        self.why.explain(
            self._row, fact.field, fact.value.text() if not _is_empty(self._row, fact.field.name) else ""
        )
        corner = fact.value.mapTo(self.window(), QPoint(0, fact.value.height() + 4))
        self.why.pop(corner)

    def _explain_here(self) -> None:
        focused = next((fact for fact in self.facts.values() if fact.isAncestorOf(self.focusWidget())), None)
        if focused is not None:
            self.explain(focused)

    def _build(self, row: Row, names: tuple[str, ...]) -> None:
        clear(self._column)
        fields = type(row.record).fields()
        self.facts = {}
        for name in names:
            fact = Fact(self._look, self._desk, fields[name])
            fact.opened.connect(self.opened)
            fact.closed.connect(self._again)
            fact.asked_why.connect(partial(self.explain, fact))
            self.facts[name] = fact
            self._column.addWidget(fact)
        self._kind = row.record.__tablename__

    def _again(self) -> None:
        if self._row is not None:
            self.show_row(self._row, self._names)


def _is_empty(row: Row, name: str) -> bool:
    return row.value(name) in (None, "", [], {})


def plain_fields(row: Row) -> list[str]:
    """The fields that a plain form shows, those a person fills first."""
    fields = type(row.record).fields()
    return [name for name, each in fields.items() if not each.hidden and name not in ("team_id",)]
