"""The inbox: what is to be decided on the left, the chosen one in values and consequences on the right."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.inbox import Side
from desktop.models.record import RECORDS
from desktop.services import held, matters, ways
from desktop.services import inbox as decisions
from desktop.services.matters import Matter
from desktop.services.unfinished import Unfinished
from desktop.views import cells, dates, inbox_cards, inbox_decided, paint
from desktop.views.approvals.request import ANSWER
from desktop.views.buttons import Button
from desktop.views.compose import Picture, clear, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.entry_drafts import EntryDrafts
from desktop.views.inbox_cards import TextBox
from desktop.views.inbox_choices import Choice, Choices
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.panel import heading
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

ALL: Final[dict[Side, Message]] = {
    "mine": msg("All of this record: mine"),
    "theirs": msg("All of this record: the office's"),
}
SAID: Final[dict[str, Message]] = {
    "confirm": msg("The total is confirmed"),
    "accept": msg("Done as it was proposed"),
    "refuse": msg("Left as it is"),
    "back": msg("All of it is back"),
    "grant": msg("Approved; it counts once it was synchronised."),
}
HELD_SAID: Final = msg("It is deleted here too")
CARD: Final = 824
"""How wide a matter is at most: the eye goes from what a row is called to its values in one step."""
BESIDE: Final = 120
"""Percent of text size up to which what can be done stands in one line."""


def _draft(matter: Matter) -> Unfinished:
    """What is typed about a matter."""
    return Unfinished("matter", "inbox", matter.key.hex)


class MatterRow(QAbstractButton):
    """One matter in the list."""

    def __init__(self, look: Look, matter: Matter, title: str, words: Message) -> None:
        super().__init__()
        self._look, self.matter, self._title, self._words = look, matter, title, words
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, verbatim(f"{title}, {look.text(words)}"))

    def sizeHint(self) -> QSize:
        """A row of the inbox."""
        return QSize(self._look.px(280), self._look.t.row("inbox"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon, title, what it is about, time; the current one on the tint."""
        look, matter = self._look, self.matter
        painter = QPainter(self)
        if self.isChecked():
            painter.fillRect(self.rect(), look.colour("selected"))
            painter.fillRect(QRect(0, 0, 2, self.height()), look.colour("accent_mark"))
        elif self.underMouse():
            painter.fillRect(self.rect(), look.colour("hover"))
        if self.hasFocus():
            painter.fillRect(QRect(0, 0, 4, self.height() - 1), look.colour("focus"))
        paint.paint_hairline(painter, look, self.rect())
        icon, colour = inbox_cards.icon_of(matter)
        left = paint.paint_icon(painter, look, look.px(20), look.px(20), icon, colour) + look.px(12)
        right = self.width() - look.px(16)
        when = look.text(dates.moment(matter.at, look.language, cells.now().astimezone().date()))
        wide = look.t.width(when, "small")
        upper = QRect(left, look.px(8), right - left, look.px(20))
        paint.paint_text(painter, look, upper, when, ink="ink_3", size="small", align=paint.RIGHT)
        upper.setRight(right - wide - look.px(8))
        paint.paint_text(painter, look, upper, veil_text(look, self._title), strong=self.isChecked())
        lower = QRect(left, look.px(28), right - left, look.px(20))
        words = paint.shortened(look, veil_text(look, look.text(self._words)), lower.width(), "small")
        paint.paint_text(painter, look, lower, words, ink="ink_2", size="small")


class InboxPage(QWidget):
    """What waits for this person's word, and the one that is looked at."""

    figures = Signal(object)
    opened = Signal(str, object)

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._matters: list[Matter] = []
        self._undo: Callable[[], None] | None = None
        self._place = 0
        self._past = False
        self.faces = inbox_decided.Faces(look, self)
        self.faces.turned.connect(self.turn)
        self._entry: QLineEdit | None = None
        self._text: TextBox | None = None
        self._typed: EntryDrafts | None = None
        self.choices: Choices | None = None
        self.primary: Button | None = None
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        left_inner = QWidget()
        left_inner.setLayout(column(look, self._rows, None, gap=0))
        self._left = region("surface", "right")
        self._left.setLayout(column(look, scrolling(left_inner), gap=0))
        look.bind(self._left.setFixedWidth, self._index_width)
        self._detail = QVBoxLayout()
        self._detail.setContentsMargins(0, 0, 0, 0)
        middle = holding(column(look, self._detail, None, gap=0))
        look.bind(middle.setMaximumWidth, lambda: min(look.t.column("text_max"), look.px(CARD)))
        inner = QWidget()
        across = row(look, middle, None, gap=0, edge=(32, 24, 24, 24))
        across.setStretch(0, 1000)
        across.setStretch(1, 1)
        inner.setLayout(across)
        self._right = scrolling(inner)
        why = msg("When two people change the same thing, both values wait here for you.")
        self._empty = Empty(look, "inbox", msg("Nothing to decide"), why)
        self._none_yet = inbox_decided.nothing_yet(look)
        ground = region("surface")
        whole = row(look, self._left, self._right, self._empty, self._none_yet, gap=0)
        for place in (1, 2, 3):
            whole.setStretch(place, 1)
        ground.setLayout(whole)
        self.setLayout(column(look, ground, gap=0))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # no stop of Tab: nothing shows it
        look.bind(self.setAccessibleName, msg("Inbox"))
        desk.changed.connect(self._changed)
        look.changed.connect(self._reword)

    def _index_width(self) -> int:
        """In large text the matter itself keeps most of a small window."""
        look = self._look
        return min(look.px(320), max(self.width() * 36 // 100, look.px(180)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window has a narrow index."""
        super().resizeEvent(event)
        self._left.setFixedWidth(self._index_width())

    def enter(self) -> None:
        """Read what is open, and look at the first."""
        self.setFocus()
        self.turn(past=False)

    def header_parts(self) -> list[QWidget]:
        """What is to be decided, and what was."""
        return list(self.faces.tabs)

    def turn(self, past: bool, chosen: UUID | None = None) -> None:
        """To what is to be decided, or to what was."""
        self._past = past
        self.faces.choose(past=past)
        self._fill(chosen)

    def _fill(self, chosen: UUID | None = None) -> None:
        """Every matter again, the chosen one looked at if it is still there."""
        store = self._desk.store
        self._matters = matters.decided(store) if self._past else matters.matters(store)
        clear(self._rows)
        looked_at = next((one for one in self._matters if one.key == chosen), None)
        looked_at = looked_at or (self._matters[0] if self._matters else None)
        for one in self._matters:
            made = MatterRow(self._look, one, self._title(one), ways.headline(store, one))
            made.clicked.connect(self._shower(made))
            made.setChecked(one is looked_at)
            self._rows.addWidget(made)
        self._left.setVisible(bool(self._matters))
        self._right.setVisible(bool(self._matters))
        self._empty.setVisible(not self._matters and not self._past)
        self._none_yet.setVisible(not self._matters and self._past)
        self._show(looked_at)
        self.faces.show_count(matters.count(store))
        said = msg("{count} decided") if self._past else msg("{count} to decide")
        self.figures.emit([(said.of(count=f"{len(self._matters):,}"), "")] if self._matters else [])

    def look_at(self, place: int) -> None:
        """Choose the matter at a place of the list."""
        item = self._rows.itemAt(place)
        made = item.widget() if item is not None else None
        if isinstance(made, MatterRow):
            made.click()

    def _title(self, matter: Matter) -> str:
        """What the record is called; a line of a quote with its quote."""
        if matter.kind == "held":
            return self._look.text(msg("Many deletions"))
        account = matters.account_of(matter)
        found = self._desk.row(*(account or (matter.type, matter.record)))
        if found is None:
            named = self._desk.titles({(matter.type, matter.record)}).get(matter.record)
            return named or self._look.text(RECORDS[matter.type].__label__)
        quote = found.titles.get(found.value("quote_id"), "") if matter.type == "quote_line" else ""
        title = self._look.text(heading(found, self._look.language))
        return " ".join(part for part in (quote, title) if part)

    def _shower(self, made: MatterRow) -> Callable[[], None]:
        def show() -> None:
            made.setChecked(True)  # the only one of a group could be let go
            self._show(made.matter)

        return show

    # --- the card

    def _show(self, matter: Matter | None) -> None:
        clear(self._detail)
        self._entry = self._text = self.choices = self.primary = self._typed = None
        self._place = next((n for n, one in enumerate(self._matters) if one is matter), 0)
        if matter is None:
            return
        look = self._look
        if look.private:
            self._detail.addWidget(self._hidden())
            return
        told = ways.tell(self._desk.store, matter)
        parts: list[Any] = [label(look, told.headline, size="figure", strong=True, wrap=True)]
        if matter.kind != "held":
            name = Button(look, self._title(matter), kind="link")
            name.clicked.connect(lambda: self._open(matter))
            parts.append(row(look, name, None))
        parts.append(label(look, self._reason(matter, told), ink="ink_2", wrap=True))
        parts += inbox_cards.spaced(inbox_cards.body(look, self._desk, matter, told))
        if self._past:
            parts += inbox_decided.outcome(look, matter, partial(self._reopen, matter))
            self._detail.addWidget(holding(column(look, *parts, gap=6)))
            return
        self.choices = Choices(look, told.ways)
        self.choices.wanted.connect(self.decide)
        self.choices.chosen.connect(lambda _name: self._name_primary())
        parts += [10, self.choices]
        if len(told.ways) == 1:  # nothing to choose: what the button means is a sentence
            self.choices.hide()
            parts.append(label(look, told.ways[0].meaning, ink="ink_2", wrap=True))
        if matter.kind == "text":
            self._text = TextBox(look, matter)
            parts += [8, label(look, msg("Or write a third one:"), size="small", ink="ink_2"), self._text]
        parts += [12, self._actions(matter), 6, self._note(matter)]
        self._detail.addWidget(holding(column(look, *parts, gap=6)))
        self._keep_typing(matter)

    def _keep_typing(self, matter: Matter) -> None:
        """What is written in place of both values outlives another look at the list, and a crash."""
        pairs = {"value": self._entry, "text": self._text}
        entries = {name: entry for name, entry in pairs.items() if entry is not None}
        if entries:
            parent = next(iter(entries.values()))
            self._typed = EntryDrafts(self._desk.unfinished, _draft(matter), entries, parent)

    def come_back(self, key: UUID) -> bool:
        """To the matter that somebody was typing about; False where it is decided."""
        self._fill(key)
        return (
            self.matter is not None
            and self.matter.key == key
            and (self._typed is not None and self._typed.come_back())
        )

    def _reopen(self, matter: Matter) -> None:
        self._desk.reopen(matter.key, done=lambda: self.turn(False, matter.key))

    def _hidden(self) -> Empty:
        """In place of a card, which is all names and amounts."""
        why = msg("What is to be decided shows names and amounts of customers.")
        show = self._look.turn_private
        return Empty(
            self._look,
            "lock",
            msg("Names are hidden"),
            why,
            button=msg("Show them"),
            button_icon="eye",
            on_click=show,
        )

    def _reason(self, matter: Matter, told: ways.Told) -> Message:
        """Why it is here; for a refusal the office's own words before what to do."""
        entry = matter.entry
        if entry is None or entry.kind != "rejected" or matter.kind != "refused":
            by = decisions.changed_by(self._desk.store, entry) if entry is not None else None
            if by is None or not by.who or matter.kind not in ("conflict", "stage"):
                return told.reason
            when = dates.moment(by.at, self._look.language, cells.now().astimezone().date())
            return msg("The office's value was made by {who}, {when}.").of(who=by.who, when=when)
        return msg("{why} {what}").of(why=entry.reason, what=told.reason)

    def _actions(self, matter: Matter) -> QWidget:
        """The button that decides, a third value in place, and all of the record alike."""
        look = self._look
        self.primary = Button(look, "", kind="primary", keys="Enter", height="height_large")
        self.primary.clicked.connect(self.decide)
        self._name_primary()
        made: list[QWidget] = [self.primary]
        entry = matter.entry
        described = RECORDS[entry.type].fields().get(entry.field) if entry is not None else None
        if matter.kind in ("conflict", "refused", "deleted") and described is not None:
            made.append(self._third(matter))
        if self._text is not None:
            third = Button(look, msg("Use what I wrote"), height="height_large")
            third.clicked.connect(lambda: self._edit(matter, self._text.toPlainText() if self._text else ""))
            made.append(third)
        if matter.kind in ("review", "stage", "refused"):
            look_at = Button(look, msg("Open the record"), icon="external-link", height="height_large")
            look_at.clicked.connect(lambda: self._open(matter))
            made.append(look_at)
        same = [one for one in self._matters if one.entry is not None and one.record == matter.record]
        for side, words in ALL.items() if len(same) > 1 and entry is not None else ():
            button = Button(look, words, height="height_large")
            button.clicked.connect(self._all_resolver(matter, side))
            made.append(button)
        if look.t.scale <= BESIDE:
            return holding(row(look, *made, None, gap=8))
        return holding(column(look, *(row(look, one, None) for one in made), gap=8))

    def _third(self, matter: Matter) -> QLineEdit:
        look = self._look
        other = self._entry = QLineEdit()
        look.bind(other.setPlaceholderText, msg("Use another value"))
        look.bind(other.setAccessibleName, msg("Use another value"))
        look.bind(other.setFixedWidth, lambda: look.px(160))
        other.returnPressed.connect(lambda: self._edit(matter, other.text().strip()))
        return other

    def _note(self, matter: Matter) -> QWidget:
        look = self._look
        note = msg("It works without a network, counts on all your laptops, and Ctrl+Z takes it back.")
        note = ANSWER if matter.kind == "approval" else note
        said = label(look, note, size="small", ink="ink_3", wrap=True)
        line = row(look, Picture(look, "info", "ink_3", "small"), said)
        line.setStretch(1, 1)
        return holding(line)

    def _name_primary(self) -> None:
        if self.primary is not None and self.choices is not None:
            self.primary.say(self.choices.way.title)

    # --- deciding

    @property
    def matter(self) -> Matter | None:
        """The one that is looked at."""
        return self._matters[self._place] if self._place < len(self._matters) else None

    def decide(self) -> None:
        """Do what is chosen."""
        matter = self.matter
        if matter is None or self.choices is None:
            return
        way = self.choices.way.name
        if matter.kind == "held":
            self._decide_held(way)
            return
        self._run(matter, way)

    def _run(self, matter: Matter, way: str, value: str | None = None) -> None:
        name, target, arguments = matters.command_of(matter, way, value)
        said = SAID.get(way) or decisions.SAID[way]
        self._undo = None
        if matter.entry is not None and way != "split" and matter.kind != "overdraft":
            self._undo = lambda: self._desk.reopen(matter.key, done=self.enter)

        def done(_value: object) -> None:
            self._desk.unfinished.let_go(_draft(matter).key)
            self.enter()

        self._desk.do(name, target, told=said, done=done, **arguments)

    def _decide_held(self, way: str) -> None:
        desk = self._desk
        accepts = way == "accept"

        def done(_count: object) -> None:
            desk.told.emit(HELD_SAID if accepts else SAID["back"], not accepts)
            self._undo = self._put_back if accepts else None
            self.enter()

        desk.runner.write(
            lambda: (held.accept if accepts else held.put_back)(desk.store),
            done=done,
            failed=desk.refused.emit,
        )

    def _put_back(self) -> None:
        desk = self._desk
        desk.runner.write(
            lambda: held.put_back(desk.store), done=lambda _count: self.enter(), failed=desk.refused.emit
        )

    def _all_resolver(self, matter: Matter, side: Side) -> Callable[[], None]:
        desk = self._desk

        def resolve() -> None:
            self._undo = None  # one undo of the window's takes all of it back
            decided = [one for one in self._matters if one.record == matter.record]

            def done(_count: object) -> None:
                for one in decided:
                    desk.unfinished.let_go(_draft(one).key)
                self.enter()

            desk.runner.write(
                lambda: decisions.resolve_all(desk.store, matter.record, side),
                done=done,
                failed=desk.refused.emit,
            )

        return resolve

    def _edit(self, matter: Matter, typed: str) -> None:
        """Use what was typed instead of both."""
        if typed:
            self._run(matter, "edit", typed)

    # --- keys

    def event(self, event: QEvent) -> bool:
        """After a decision Ctrl+Z is this page's: it opens the entry again, too."""
        override = event.type() == QEvent.Type.ShortcutOverride
        undo = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        if override and undo and self._undo is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 to 4 decide, Enter does what is chosen, arrows go through the list, Ctrl+Z takes it back."""
        key = Qt.Key(event.key())
        rows = self.choices.rows if self.choices is not None else []
        place = event.key() - Qt.Key.Key_1
        if event.matches(QKeySequence.StandardKey.Undo) and self._undo is not None:
            undo, self._undo = self._undo, None
            undo()
        elif self.choices is not None and 0 <= place < len(rows):
            self.choices.choose(rows[place].way.name)
            self.decide()
        elif 0 <= place == len(rows) and self._entry is not None:
            self._entry.setFocus()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.decide()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.look_at(self._place + (1 if key == Qt.Key.Key_Down else -1))
        else:
            super().keyPressEvent(event)

    def _open(self, matter: Matter) -> None:
        account = matters.account_of(matter)
        if account is not None:
            self.opened.emit(*account)
        elif matter.type in LISTS:
            self.opened.emit(matter.type, matter.record)
        elif (
            matter.type == "quote_line" and (found := self._desk.row("quote_line", matter.record)) is not None
        ):
            self.opened.emit("quote", found.value("quote_id"))

    def choice(self, way: str) -> Choice:
        """The row of one way of the matter that is shown."""
        rows = self.choices.rows if self.choices is not None else []
        return next(one for one in rows if one.way.name == way)

    def open_count(self) -> int:
        """How many matters are shown."""
        return len(self._matters)

    def _reword(self) -> None:
        """The same matter in other words."""
        if self.isVisible():
            self._fill(self.matter.key if self.matter is not None else None)

    def _changed(self, _keys: frozenset[tuple[str, UUID]]) -> None:
        """What arrives moves nobody to another matter, and takes away nothing that is being typed."""
        typed = self._entry is not None and bool(self._entry.text())
        writing = self._typed is not None and self._typed.is_typed()
        if not self.isVisible() or typed or writing:
            return
        within = self.isAncestorOf(self.focusWidget() or self)
        matter = self.matter
        self._fill(matter.key if matter is not None else None)
        if within:
            self.setFocus()
