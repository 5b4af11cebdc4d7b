"""What changed while a person typed: a card under its field, or a box where there is no room for one.

Mine, current and original stand beside each other; of texts only the lines that both changed are marked.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.record import RECORDS
from desktop.rules.threeway import Agreed
from desktop.services.clashes import NOTHING, Clash, Clashed
from desktop.services.naming import called
from desktop.views import cells, dates, paint
from desktop.views.buttons import Button
from desktop.views.compose import Line, Picture, clear, column, holding, label, region, row
from desktop.views.desk import Again, Desk
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

MOST_SHOWN: Final = 8
"""Lines of a text in one card; the rest is read in the field."""
ONE, SEVERAL = 460, 720
BETWEEN: Final = ("…", False)
KEPT: Final = msg("Kept as it is now. You had typed {value}; that waits in the outbox.")
_SIDES: Final = (
    ("mine", msg("Yours"), "accent_ink"),
    ("current", msg("Now"), "ink"),
    ("original", msg("Before"), "ink_3"),
)


def lines_of(clash: Clash, side: str, kind: str, language: str) -> list[tuple[str, bool]]:
    """What one side holds, line by line, and whether both sides changed that line."""
    if not clash.text:
        return [(clash.shown(RECORDS[kind], getattr(clash, side), language) or NOTHING, False)]
    found: list[tuple[str, bool]] = []
    for piece in clash.pieces():
        if isinstance(piece, Agreed):
            found += [] if found[-1:] == [BETWEEN] else [BETWEEN]
            continue
        lines = {"mine": piece.other, "current": piece.one, "original": piece.base}[side]
        found += [(line, True) for line in lines or (NOTHING,)]
    return found[:MOST_SHOWN] + ([("…", False)] if len(found) > MOST_SHOWN else [])


def who_and_when(clash: Clash, look: Look) -> str:
    """Who made the current value and when, as far as this laptop knows."""
    when = dates.moment(clash.at, look.language, cells.now().astimezone().date()) if clash.at else None
    if clash.who and when:
        return look.text(msg("{who}, {when}").of(who=clash.who, when=when))
    return clash.who or (look.text(when) if when else "")


class ClashCard(QWidget):
    """One field. Enter takes mine, Escape goes on typing; whatever is pressed, what was typed stays."""

    chosen = Signal(str)  # mine, both, current or edit

    def __init__(
        self, look: Look, kind: str, clash: Clash, *, typing: bool = True, wide: bool = False
    ) -> None:
        super().__init__()
        self._look, self.clash = look, clash
        look.bind(self.setAccessibleName, msg("Changed meanwhile"))
        parts = column(look, _head(look, msg("Changed meanwhile"), ""), gap=6, edge=(12, 10, 12, 12))
        for side, words, ink in _SIDES:
            parts.addLayout(_value(look, words, kind, clash, side, ink))
        enter, escape = ("Enter", "Esc") if wide else ("", "")  # a narrow form has no room for them
        self.mine = Button(look, msg("Use mine"), kind="primary", keys=enter)
        self.both = Button(look, msg("Use both"))
        self.current = Button(look, msg("Keep the current one"))
        later = msg("Go on typing") if typing else msg("Decide later")
        self.go_on = Button(look, later, kind="flat" if wide else "link", keys=escape)
        self.both.setVisible(clash.text)
        for button, side in (
            (self.mine, "mine"), (self.both, "both"), (self.current, "current"), (self.go_on, "edit"),
        ):  # fmt: skip
            button.clicked.connect(_says(self.chosen, side))
        parts.addSpacing(4)
        beside = (self.go_on,) if wide and not clash.text else ()
        parts.addLayout(row(look, self.mine, self.current, *beside, None, gap=8))
        if not beside:
            parts.addLayout(row(look, *((self.both,) if clash.text else ()), self.go_on, None, gap=12))
        ground = holding(parts, region("raised", "top") if wide else region("ground"))
        self.setLayout(column(look, ground, gap=0, edge=(0, 0, 0, 0) if wide else (0, 6, 0, 8)))
        self.setFocusProxy(self.mine)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button with the focus, mine where none has it; Escape goes on typing."""
        if event.key() == Qt.Key.Key_Escape:
            self.chosen.emit("edit")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            (focused if isinstance(focused, QAbstractButton) else self.mine).click()
        else:
            super().keyPressEvent(event)


class Option(QAbstractButton):
    """One of two values of a field, with a radio mark."""

    def __init__(self, look: Look, lines: list[tuple[str, bool]], note: str) -> None:
        super().__init__()
        lines = [(veil_text(look, text), marked) for text, marked in lines]
        self._look, self._lines, self._note = look, lines, note
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText("\n".join(text for text, _ in lines))
        self.setAccessibleName(", ".join(part for part in (self.text(), note) if part))
        self.setToolTip(self.text())

    def sizeHint(self) -> QSize:
        """As many lines as there are, and the note."""
        high = len(self._lines) * 20 + (18 if self._note else 0) + 12
        return QSize(self._look.px(150), self._look.px(high))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground where chosen, radio, the value, the note in small."""
        look = self._look
        painter = QPainter(self)
        if self.isChecked() or self.underMouse():
            painter.fillRect(self.rect(), look.colour("selected" if self.isChecked() else "hover"))
        if self.hasFocus():
            painter.setPen(look.colour("focus"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        paint.paint_radio(
            painter, look, QRect(look.px(6), look.px(6), look.px(20), look.px(20)), checked=self.isChecked()
        )
        left, top = look.px(32), look.px(6)
        for text, marked in self._lines:
            box = QRect(left, top, self.width() - left - look.px(6), look.px(20))
            if marked:
                wide = min(look.t.width(text) + look.px(6), box.width())
                painter.fillRect(QRect(left - look.px(3), top + 1, wide, look.px(18)), look.colour("mark"))
            paint.paint_text(painter, look, box, text, strong=self.isChecked() and not marked)
            top += look.px(20)
        if self._note:
            box = QRect(left, top, self.width() - left - look.px(6), look.px(18))
            paint.paint_text(painter, look, box, self._note, ink="ink_3", size="small")


class SeveralCard(QWidget):
    """Several fields at once: each by itself, all mine or all current."""

    decided = Signal(object)  # field → side
    left = Signal()

    def __init__(self, look: Look, error: Clashed, title: str) -> None:
        super().__init__()
        self._look = look
        self.options: dict[str, dict[str, Option]] = {}
        self._groups: list[QButtonGroup] = []
        words = msg("{count} fields were changed meanwhile").of(count=len(error.clashes))
        look.bind(self.setAccessibleName, words)
        sides = [label(look, one, size="small", ink="ink_3") for _, one, _ in _SIDES[:2]]
        for side in sides:  # above the words of an option, not above its mark
            look.bind(side.setContentsMargins, lambda: (look.px(32), 0, 0, 0))
        heads = row(look, 104, *sides, gap=8)
        heads.setStretch(1, 1)
        heads.setStretch(2, 1)
        parts = column(look, _head(look, words, title), 2, heads, gap=6, edge=(16, 12, 16, 14))
        for clash in error.clashes:
            parts.addWidget(Line(look))
            parts.addLayout(self._field(error.type, clash))
        self.save = Button(look, msg("Save this choice"), kind="primary", keys="Enter")
        self.all_mine = Button(look, msg("All mine"))
        self.all_current = Button(look, msg("All current"))
        later = Button(look, msg("Decide later"), kind="flat", keys="Esc")
        self.save.clicked.connect(self._decide)
        self.all_mine.clicked.connect(lambda: self._every("mine"))
        self.all_current.clicked.connect(lambda: self._every("current"))
        later.clicked.connect(self.left)
        parts.addWidget(Line(look))
        parts.addLayout(row(look, self.save, self.all_mine, self.all_current, None, later, gap=8))
        self.setLayout(parts)
        self.setFocusProxy(self.save)

    def _field(self, kind: str, clash: Clash) -> QVBoxLayout:
        look = self._look
        described = RECORDS[kind].fields()[clash.field]
        name = label(look, described.label, ink="ink_2", wrap=True)
        look.bind(name.setFixedWidth, lambda: look.px(104))
        group = QButtonGroup(self)
        self._groups.append(group)
        made = self.options[clash.field] = {}
        for side in ("mine", "current"):
            note = who_and_when(clash, look) if side == "current" else ""
            if side == "mine":
                before = lines_of(clash, "original", kind, look.language)
                value = veil_text(look, " ".join(text for text, _ in before))
                note = look.text(msg("Before: {value}").of(value=value))
            made[side] = Option(look, lines_of(clash, side, kind, look.language), note)
            group.addButton(made[side])
        made["mine"].setChecked(True)
        line = row(look, name, made["mine"], made["current"], gap=8)
        line.setStretch(1, 1)
        line.setStretch(2, 1)
        return column(look, line, gap=0)

    def choice(self) -> dict[str, str]:
        """Field → side."""
        made = self.options.items()
        return {name: "mine" if sides["mine"].isChecked() else "current" for name, sides in made}

    def choose(self, choice: Mapping[str, str]) -> None:
        """The same sides as before."""
        for name, side in choice.items():
            self.options[name][side].setChecked(True)

    def _every(self, side: str) -> None:
        for made in self.options.values():
            made[side].setChecked(True)
        self._decide()

    def _decide(self) -> None:
        self.decided.emit(self.choice())


class ClashBox(Popover):
    """The same question beside a cell or in the middle of the window, where there is no form to put it in."""

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk = desk
        self._error: Clashed | None = None
        self._again: Again | None = None
        self._edit: Callable[[], object] | None = None
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self.inside.addLayout(self._body)
        self.card: ClashCard | SeveralCard | None = None
        look.changed.connect(self._say_again)

    def _say_again(self) -> None:
        """In another language or text size the values are written anew; what was chosen stays."""
        if self._error is None or self._again is None or not self.isVisible():
            return
        chosen = self.card.choice() if isinstance(self.card, SeveralCard) else {}
        self.ask(self._error, self._again, self.pos(), self._edit)
        if isinstance(self.card, SeveralCard):
            self.card.choose(chosen)

    def ask(
        self, error: Clashed, again: Again, at: QPoint | None = None, edit: Callable[[], object] | None = None
    ) -> None:
        """Show the values; `again` saves what is chosen, `edit` goes back to what was typed."""
        look = self._look
        self._error, self._again, self._edit = error, again, edit
        clear(self._body)
        clash = error.clashes[0]
        title = veil_text(look, _title_of(self._desk, error, look.language))
        self.setAccessibleName(title or look.text(msg("Changed meanwhile")))
        if len(error.clashes) == 1:
            one = ClashCard(look, error.type, clash, typing=edit is not None, wide=True)
            one.chosen.connect(self._one)
            self.card = one
        else:
            several = SeveralCard(look, error, title)
            several.decided.connect(self._decide)
            several.left.connect(self.leave)
            self.card = several
        self._body.addWidget(self.card)
        self.setFixedWidth(look.px(ONE if len(error.clashes) == 1 else SEVERAL) + 2 * RING)
        self.adjustSize()
        room = self._window.size() - self.size()
        self.pop(at or QPoint(room.width() // 2, room.height() // 3))
        self.card.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it open: what was typed is kept. Enter saves."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.card, SeveralCard):
            self.card.save.click()
        else:
            super().keyPressEvent(event)

    def leave(self) -> None:
        """Go back to what was typed, or decide later in the outbox."""
        edit, self._edit = self._edit, None
        self.dismiss()
        if edit is not None:
            edit()

    def _one(self, side: str) -> None:
        if side == "edit":
            self.leave()
        elif self._error is not None:
            self._decide({self._error.clashes[0].field: side})

    def _decide(self, choice: Mapping[str, str]) -> None:
        error, again = self._error, self._again
        self.dismiss()
        if error is None or again is None:
            return
        wanted: dict[str, Any] = {}
        for clash in error.clashes:
            if choice[clash.field] == "current":
                tell_kept(self._desk, self._look, error.type, clash)
            else:
                wanted[clash.field] = clash.value("both" if choice[clash.field] == "both" else "mine")
        if wanted:
            again(wanted)


def _title_of(desk: Desk, error: Clashed, language: str) -> str:
    """What the record is called in the language of the window."""
    with desk.store.reading() as session:
        record = session.get(RECORDS[error.type], error.record)
    return called(record).in_language(language) if record is not None else ""


def tell_kept(desk: Desk, look: Look, kind: str, clash: Clash) -> None:
    """Say that the current value stays and where the typed one is found."""
    typed = veil_text(look, clash.shown(RECORDS[kind], clash.mine, look.language).replace("\n", " "))
    desk.told.emit(KEPT.of(value=typed[:40] or NOTHING), False)


def _head(look: Look, words: Message, title: str) -> QVBoxLayout:
    line = row(look, Picture(look, "git-merge", "bad", "small"), label(look, words, strong=True), None, gap=6)
    below = label(look, verbatim(title), size="small", ink="ink_2")
    return column(look, line, *((below,) if title else ()), gap=2)


def _value(look: Look, words: Message, kind: str, clash: Clash, side: str, ink: str) -> QVBoxLayout:
    key = label(look, words, size="small", ink="ink_3")
    look.bind(key.setFixedWidth, lambda: look.px(52))
    key.setAlignment(Qt.AlignmentFlag.AlignTop)
    look.bind(key.setContentsMargins, lambda: (0, look.px(2), 0, 0))
    values = column(look, gap=1)
    for place, (_, marked) in enumerate(lines_of(clash, side, kind, look.language)):
        value = label(look, ink=ink, strong=ink != "ink_3" and not marked, wrap=True)
        look.bind(value.setText, _line(look, clash, side, kind, place))
        value.setProperty("marked", marked)
        values.addWidget(_Mark(look, value) if marked else value)
    if side == "current" and who_and_when(clash, look):
        note = label(look, size="small", ink="ink_3", wrap=True)
        look.bind(note.setText, lambda: who_and_when(clash, look))
        values.addWidget(note)
    line = row(look, key, gap=8)
    line.addLayout(values, 1)
    return column(look, line, gap=0)


def _line(look: Look, clash: Clash, side: str, kind: str, place: int) -> Callable[[], str]:
    """One line of a value in the language of the window."""
    return lambda: veil_text(look, lines_of(clash, side, kind, look.language)[place][0])


class _Mark(QWidget):
    """A line that both sides changed, on the ground of a mark."""

    def __init__(self, look: Look, value: QWidget) -> None:
        super().__init__()
        self._look = look
        self.setLayout(row(look, value, gap=0, edge=(4, 0, 4, 0)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground."""
        QPainter(self).fillRect(self.rect(), self._look.colour("mark"))


def _says(signal: Any, side: str) -> Callable[[], None]:
    return lambda: signal.emit(side)
