"""The inbox: what is to be decided on the left, the chosen one in values and consequences on the right."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.inbox import Entry, Side
from desktop.models.record import RECORDS
from desktop.services import inbox as decisions
from desktop.views import cells, dates, paint
from desktop.views.buttons import Button
from desktop.views.comparison import Comparison, lines_of
from desktop.views.compose import Picture, clear, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.panel import heading
from desktop.words import Message, msg, verbatim

ALL: Final[dict[Side, Message]] = {
    "mine": msg("All of this record: mine"),
    "theirs": msg("All of this record: the office's"),
}


def field_label(entry: Entry) -> Message:
    """What the decision is about."""
    described = RECORDS[entry.type].fields().get(entry.field)
    return described.label if described else RECORDS[entry.type].__label__


class EntryRow(QAbstractButton):
    """One decision in the list."""

    def __init__(self, look: Look, entry: Entry, title: str) -> None:
        super().__init__()
        self._look, self.entry, self._title = look, entry, title
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, verbatim(title))

    def sizeHint(self) -> QSize:
        """A row of the inbox."""
        return QSize(self._look.px(280), self._look.t.row("inbox"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon, title, field, time; the current one on the tint."""
        look, entry = self._look, self.entry
        painter = QPainter(self)
        if self.isChecked():
            painter.fillRect(self.rect(), look.colour("selected"))
            painter.fillRect(QRect(0, 0, 2, self.height()), look.colour("accent_mark"))
        elif self.underMouse():
            painter.fillRect(self.rect(), look.colour("hover"))
        if self.hasFocus():
            painter.fillRect(QRect(0, 0, 4, self.height() - 1), look.colour("focus"))
        paint.paint_hairline(painter, look, self.rect())
        icon, colour = ("git-merge", "bad") if entry.kind == "conflict" else ("circle-alert", "warn")
        left = paint.paint_icon(painter, look, look.px(20), look.px(20), icon, colour) + look.px(12)
        right = self.width() - look.px(16)
        when = look.text(dates.moment(moment_of(entry), look.language, cells.now().astimezone().date()))
        wide = look.t.width(when, "small")
        upper = QRect(left, look.px(8), right - left, look.px(20))
        paint.paint_text(painter, look, upper, when, ink="ink_3", size="small", align=paint.RIGHT)
        upper.setRight(right - wide - look.px(8))
        paint.paint_text(painter, look, upper, self._title)
        lower = QRect(left, look.px(28), right - left, look.px(20))
        paint.paint_text(painter, look, lower, look.text(field_label(entry)), ink="ink_2", size="small")


def moment_of(entry: Entry) -> datetime:
    """When the office answered."""
    return datetime.fromtimestamp(entry.at / 1000, UTC)


class InboxPage(QWidget):
    """The open decisions and the one that is looked at."""

    figures = Signal(object)
    opened = Signal(str, object)

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._entries: list[Entry] = []
        self._titles: dict[UUID, str] = {}
        self._last: UUID | None = None
        self._place = 0
        self._entry: QLineEdit | None = None
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._buttons: dict[str, Button] = {}
        left_inner = QWidget()
        left_inner.setLayout(column(look, self._rows, None, gap=0))
        self._left = region("surface", "right")
        self._left.setLayout(column(look, scrolling(left_inner), gap=0))
        look.bind(self._left.setFixedWidth, lambda: look.px(320))
        self._detail = QVBoxLayout()
        self._detail.setContentsMargins(0, 0, 0, 0)
        middle = holding(column(look, self._detail, None, gap=0))
        look.bind(middle.setMaximumWidth, lambda: look.t.column("text_max"))
        inner = QWidget()
        across = row(look, middle, None, gap=0, edge=(32, 24, 24, 24))
        across.setStretch(0, 1000)
        across.setStretch(1, 1)
        inner.setLayout(across)
        self._right = scrolling(inner)
        why = msg("When two people change the same thing, both values wait here for you.")
        self._empty = Empty(look, "inbox", msg("Nothing to decide"), why)
        ground = region("surface")
        whole = row(look, self._left, self._right, self._empty, gap=0)
        whole.setStretch(1, 1)
        whole.setStretch(2, 1)
        ground.setLayout(whole)
        self.setLayout(column(look, ground, gap=0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, msg("Inbox"))
        desk.changed.connect(self._changed)
        look.changed.connect(self._reword)

    def enter(self) -> None:
        """Read what is open, and look at the first."""
        self.setFocus()
        self._fill()

    def _fill(self, chosen: UUID | None = None) -> None:
        """Every open decision again, the chosen one looked at if it is still there."""
        self._entries = self._desk.conflicts()
        self._titles = self._desk.titles({(entry.type, entry.record) for entry in self._entries})
        clear(self._rows)
        looked_at = next((entry for entry in self._entries if entry.id == chosen), None)
        looked_at = looked_at or (self._entries[0] if self._entries else None)
        for entry in self._entries:
            made = EntryRow(self._look, entry, self._title(entry))
            made.clicked.connect(self._shower(entry))
            made.setChecked(entry is looked_at)
            self._rows.addWidget(made)
        self._left.setVisible(bool(self._entries))
        self._right.setVisible(bool(self._entries))
        self._empty.setVisible(not self._entries)
        self._show(looked_at)
        open_ones = msg("{count} to decide").of(count=len(self._entries))
        self.figures.emit([(open_ones, "")] if self._entries else [])

    def look_at(self, place: int) -> None:
        """Choose the decision at a place of the list."""
        item = self._rows.itemAt(place)
        made = item.widget() if item is not None else None
        if isinstance(made, EntryRow):
            made.click()

    def _title(self, entry: Entry) -> str:
        """What the record is called; a line of a quote with its quote."""
        found = self._desk.row(entry.type, entry.record)
        if found is None:
            return self._titles.get(entry.record) or self._look.text(RECORDS[entry.type].__label__)
        quote = found.titles.get(found.value("quote_id"), "") if entry.type == "quote_line" else ""
        title = self._look.text(heading(found, self._look.language))
        return " ".join(part for part in (quote, title) if part)

    def _shower(self, entry: Entry) -> Callable[[], None]:
        return lambda: self._show(entry)

    def _show(self, entry: Entry | None) -> None:
        clear(self._detail)
        self._buttons.clear()
        self._entry = None
        self._place = next((n for n, one in enumerate(self._entries) if one is entry), 0)
        if entry is None:
            return
        look = self._look
        heading = (
            msg("{field}: both sides changed it")
            if entry.kind == "conflict"
            else msg("{field}: not accepted")
        )
        head = label(look, heading.of(field=field_label(entry)), size="figure", strong=True, wrap=True)
        name = Button(look, self._title(entry), kind="link")
        name.clicked.connect(lambda: self._open(entry))
        reason = label(look, entry.reason, ink="ink_2", wrap=True)
        mine = Button(look, msg("Use mine"), kind="primary", keys="1", height="height_large")
        theirs = Button(look, msg("Keep the office's"), keys="2", height="height_large")
        mine.clicked.connect(self._resolver(entry, "mine"))
        theirs.clicked.connect(self._resolver(entry, "theirs"))
        self._buttons.update({"mine": mine, "theirs": theirs})
        note = msg("Yours is written again on top, and undo takes that back; theirs lets yours rest.")
        line = row(
            look,
            Picture(look, "info", "ink_3", "small"),
            label(look, note, size="small", ink="ink_2", wrap=True),
        )
        line.setStretch(1, 1)
        by = decisions.changed_by(self._desk.store, entry)
        if by is not None and by.who:
            today = cells.now().astimezone().date()
            when = look.text(dates.moment(by.at, look.language, today))
            made = msg("The office's value was made by {who}, {when}.").of(who=by.who, when=when)
            reason = label(look, made, ink="ink_2", wrap=True)
        more = self._more(entry)
        said = self._said(entry)
        parts = column(
            look, head, row(look, name, None), reason, 8, Comparison(look, lines_of(self._desk, entry)),
            *((8, said) if said is not None else ()), 12,
            row(look, mine, theirs, *more, None, gap=8), 6, line, gap=6,
        )  # fmt: skip
        self._detail.addWidget(holding(parts))

    def _said(self, entry: Entry) -> QWidget | None:
        """What the customer holds, in red where it is signed."""
        weighed = decisions.weigh(self._desk.store, entry)
        if weighed is None or weighed.paper is None:
            return None
        paper, look = weighed.paper, self._look
        icon, ink = ("signature", "bad") if paper.signer else ("file-check-2", "warn")
        words = label(look, decisions.paper_words(paper, weighed.held), ink=ink, wrap=True)
        inside = row(look, Picture(look, icon, ink), words, gap=10)
        inside.setStretch(1, 1)
        return holding(inside)

    def _more(self, entry: Entry) -> list[QWidget]:
        """The ways beside mine and theirs: a third value typed in place, a revision of its own."""
        look = self._look
        described = RECORDS[entry.type].fields().get(entry.field)
        made: list[QWidget] = []
        if described is not None and described.merge != "stage":
            other = self._entry = QLineEdit()
            look.bind(other.setPlaceholderText, msg("Use another value"))
            look.bind(other.setAccessibleName, msg("Use another value"))
            look.bind(other.setFixedWidth, lambda: look.px(160))
            other.returnPressed.connect(lambda: self._edit(entry, other.text().strip()))
            made.append(other)
        weighed = decisions.weigh(self._desk.store, entry)
        if weighed is not None and weighed.paper is not None and entry.type != "quote":
            split = Button(look, msg("Split into a revision"), icon="copy-plus", height="height_large")
            split.clicked.connect(self._resolver(entry, "split"))
            self._buttons["split"] = split
            made.append(split)
        others = sum(one.record == entry.record for one in self._entries)
        for side, words in ALL.items() if others > 1 else ():
            button = Button(look, words, height="height_large")
            button.clicked.connect(self._all_resolver(entry, side))
            self._buttons[f"all_{side}"] = button
            made.append(button)
        return made

    def _all_resolver(self, entry: Entry, side: Side) -> Callable[[], None]:
        desk = self._desk

        def resolve() -> None:
            self._last = (
                entry.id if side == "theirs" else None
            )  # what was written, the window's undo takes back
            desk.runner.write(
                lambda: decisions.resolve_all(desk.store, entry.record, side),
                done=lambda _count: self.enter(),
                failed=desk.refused.emit,
            )

        return resolve

    def _edit(self, entry: Entry, typed: str) -> None:
        """Use what was typed instead of both."""
        if typed:
            self._last = entry.id
            self._desk.resolve(entry.id, "edit", value=typed, done=self.enter)

    def event(self, event: QEvent) -> bool:
        """After a decision Ctrl+Z is this page's: it opens the entry again, too."""
        override = event.type() == QEvent.Type.ShortcutOverride
        undo = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        if override and undo and self._last is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 mine, 2 theirs, 3 another value, arrows through the list, Ctrl+Z opens the last one again."""
        key = event.key()
        side = {Qt.Key.Key_1: "mine", Qt.Key.Key_2: "theirs"}.get(Qt.Key(key))
        if event.matches(QKeySequence.StandardKey.Undo) and self._last is not None:
            last, self._last = self._last, None
            self._desk.reopen(last, done=self.enter)
        elif side is not None and side in self._buttons:
            self._buttons[side].click()
        elif key == Qt.Key.Key_3 and self._entry is not None:
            self._entry.setFocus()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.look_at(self._place + (1 if key == Qt.Key.Key_Down else -1))
        else:
            super().keyPressEvent(event)

    def _open(self, entry: Entry) -> None:
        if entry.type in LISTS:
            self.opened.emit(entry.type, entry.record)
        elif entry.type == "quote_line" and (found := self._desk.row("quote_line", entry.record)) is not None:
            self.opened.emit("quote", found.value("quote_id"))

    def button(self, side: str) -> Button:
        """The button for one side of the decision that is shown."""
        return self._buttons[side]

    def open_count(self) -> int:
        """How many decisions are shown."""
        return len(self._entries)

    def _resolver(self, entry: Entry, side: str) -> Callable[[], None]:
        def resolve() -> None:
            self._last = entry.id
            self._desk.resolve(entry.id, side, done=self.enter)

        return resolve

    def _reword(self) -> None:
        if self.isVisible():
            self.enter()

    def _changed(self, _keys: frozenset[tuple[str, UUID]]) -> None:
        """What arrives moves nobody to another decision, and takes away nothing that is being typed."""
        typed = self._entry is not None and bool(self._entry.text())
        if not self.isVisible() or typed:
            return
        within = self.isAncestorOf(self.focusWidget() or self)
        place = self._place
        self._fill(self._entries[place].id if place < len(self._entries) else None)
        if within:
            self.setFocus()
