"""Approval by telephone on the laptop that wants to issue: letters to read out, letters that come back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import SatchelError
from desktop.models.changes import now_ms
from desktop.models.records import User
from desktop.rules import approvals as rules
from desktop.rules import money, phone_approvals
from desktop.rules.phone_approvals import CODE, LASTS, TRIES
from desktop.services import approval_phone, approvals
from desktop.services.approval_phone import Opened
from desktop.services.approvals import Standing
from desktop.services.drafts import QuoteDraft
from desktop.views import cells
from desktop.views.approvals.lamp import Lamp
from desktop.views.approvals.letters import Letters
from desktop.views.approvals.parts import Spelled, Step, blank, fact_rows, keep_inside
from desktop.views.approvals.request import check_of
from desktop.views.buttons import Button
from desktop.views.compose import (
    Avatar,
    Line,
    Picture,
    column,
    holding,
    label,
    region,
    row,
    scrolling,
    settle,
)
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.popover import RING, Popover, Scrim
from desktop.views.privacy import veil_text
from desktop.views.progress import Bar
from desktop.words import Message, msg, verbatim

WIDTH: Final = 724
LEFT: Final = 360
OTHERS: Final = 188
"""What head, band and foot take."""
SECRET: Final = msg(
    "This laptop has the key of these codes too. So a sync holds it against {who}'s own entry; without that"
    " it is a breach, and they are told."
)
SPELLING: Final = msg("Only letters and the digits 2 to 7: no nought, no one, no eight, no nine.")
ISSUED: Final = msg("Quote issued")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read out, and to whom."""

    call: Opened
    people: tuple[User, ...]


def ask(desk: Desk, draft: QuoteDraft, found: Standing) -> Asked:
    """Off the window's thread: open the call for what a quote is now."""
    call = approval_phone.open_call(desk.store, approvals.matter_of(desk.store, draft.quote.id, found))
    with desk.store.reading() as session:
        role = rules.highest(found.asks)
        return Asked(call, tuple(approval_phone.approvers(session, desk.actor.id, role)))


class PhoneCall(Popover):
    """In the middle of the window, over a veil; it goes when it is closed. `subject` is the other way."""

    tells = True

    def __init__(
        self,
        look: Look,
        desk: Desk,
        window: QWidget,
        draft: QuoteDraft,
        found: Standing,
        asked: Asked,
        subject: Callable[[], object],
    ) -> None:
        super().__init__(look, window)
        self._desk, self.draft, self.standing, self.call = desk, draft, found, asked.call
        self._subject = subject
        self._person = next(iter(asked.people), None)
        self._who = self._person.name if self._person is not None else look.text(msg("Your manager"))
        self._scrim = Scrim(look, window)
        self._title = msg("Approval by telephone: {who}").of(who=self._who)
        look.bind(self.setAccessibleName, self._title)
        self.spelled = Spelled(look)
        self.code = Letters(look, CODE, msg("What was read back"))
        self.wrong = label(look, size="small", ink="bad", wrap=True)
        self.left = label(look, size="small", ink="ink_2")
        self.bar = Bar(look)
        self.again = Button(look, msg("Read out new letters"), icon="refresh-cw")
        self.again.hide()
        self.missing = label(look, size="small", ink="ink_2")
        self.go = Button(look, msg("Approve and issue"), kind="primary", keys="Enter")
        self._inner = self._body()
        self._middle = scrolling(self._inner)
        parts = (self._head(), Line(look), self._band(), Line(look), self._middle, Line(look), self._foot())
        for part in parts:
            self.inside.addWidget(part)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self.code.textChanged.connect(self._typed)
        self.code.returnPressed.connect(self._read_back)
        self.go.clicked.connect(self._read_back)
        self.again.clicked.connect(self._open_anew)
        self.closed.connect(self._gone)
        self._show_call()

    # ------------------------------------------------------------ parts

    def _head(self) -> QWidget:
        look = self._look
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        words = label(look, msg("This laptop needs no network for it"), size="small", ink="ink_2")
        line = row(look, label(look, self._title, size="title", strong=True), None, words, close, gap=8)
        return holding(column(look, line, gap=0, edge=(24, 10, 12, 10)))

    def _band(self) -> QWidget:
        look = self._look
        red, green = Lamp(look), Lamp(look)
        red.show_tone("bad")
        ask = self.standing.asks[0].rule.kind
        why = next(words for kind, words in rules.KINDS if kind == ask)
        now = column(
            look,
            label(look, msg("Now: it may not be issued"), ink="bad", strong=True),
            label(look, why, size="small", ink="ink_2"),
            gap=0,
        )
        then = column(
            look,
            label(look, msg("It may be issued"), ink="good", strong=True),
            label(
                look,
                msg("It counts once {who}'s entry is there").of(who=self._who),
                size="small",
                ink="ink_2",
            ),
            gap=0,
        )
        between = row(
            look,
            label(look, msg("once the code is right"), size="small", ink="ink_2"),
            Picture(look, "arrow-right", "ink_2", "small"),
            gap=6,
        )
        line = row(look, red, now, None, between, None, green, then, gap=12, edge=(24, 12, 24, 12))
        return holding(line, region("panel"))

    def _body(self) -> QWidget:
        left = holding(self._steps())
        self._look.bind(left.setFixedWidth, lambda: self._look.px(LEFT))
        line = row(self._look, left, holding(self._facts(), region("panel", "left")), gap=0)
        line.setStretch(1, 1)
        return holding(line)

    def _steps(self) -> QVBoxLayout:
        look = self._look
        first = label(look, msg("Read these 8 letters to {who}").of(who=self._who), strong=True)
        second = label(look, msg("Type the 10 letters that come back"), strong=True)
        copy = Button(look, icon="copy", kind="flat", name=msg("Copy"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.call.challenge))
        phone = (self._person.phone if self._person is not None else "") or ""
        person = row(
            look,
            Avatar(look, self._who, self._person.id if self._person else "", person=True, size="list"),
            label(look, verbatim(self._who)),
            None,
            label(look, verbatim(phone)),
            gap=8,
        )
        return column(
            look,
            row(look, Step(look, 1), first, None, gap=10),
            row(look, self.spelled, copy, gap=4),
            label(look, SPELLING, size="small", ink="ink_2", wrap=True),
            person,
            Line(look),
            row(look, Step(look, 2), second, None, gap=10),
            self.code,
            self.wrong,
            row(look, None, self.left, gap=0),
            self.bar,
            row(look, self.again, None, gap=0),
            None,
            gap=10,
            edge=(24, 16, 20, 16),
        )

    def _facts(self) -> QVBoxLayout:
        look, draft, facts = self._look, self.draft, self.standing.facts
        quote = draft.quote
        number = f"{quote.number} R{draft.revision.revision}" if quote.number else quote.name or "—"
        english = look.language == "en"
        buyer = draft.customer
        firm = ((english and buyer.name_en) or buyer.name or "") if buyer is not None else ""
        counted = msg("{firm}, {count} lines").of(
            firm=veil_text(look, firm), count=sum(line.kind == "item" for line in draft.lines)
        )
        sign = cells.SIGNS.get(facts.currency, f"{facts.currency} ")
        total = f"{sign}{money.printed(facts.payable, facts.digits)}"
        asks = self.standing.asks
        rows: list[tuple[Message, Message, Message | None]] = [
            (msg("What asks"), asks[0].words, None),
            *((blank(), ask.words, None) for ask in asks[1:3]),
            (msg("Which quote"), verbatim(veil_text(look, number)), counted),
            (msg("Total"), verbatim(veil_text(look, total)), msg("The code is for this total alone")),
            (
                msg("Content check"),
                verbatim(check_of(self.call.matter.content)),
                msg("Change a line, and the code counts no more"),
            ),
        ]
        note = row(
            look,
            holding(column(look, Picture(look, "shield-check", "ink_2", "small"), None, gap=0)),
            label(look, SECRET.of(who=self._who), size="small", ink="ink_2", wrap=True),
            gap=8,
        )
        note.setStretch(1, 1)
        title = label(look, msg("Exactly this is approved"), strong=True)
        return column(
            look, title, 4, fact_rows(look, rows), Line(look), note, None, gap=8, edge=(22, 16, 24, 16)
        )

    def _foot(self) -> QWidget:
        look = self._look
        parts: list[QWidget | None] = []
        if self.standing.days is not None:
            other = Button(look, msg("Issue subject to approval instead"), kind="flat", icon="clock")
            other.clicked.connect(self._other_way)
            parts.append(other)
        return holding(row(look, *parts, None, self.missing, self.go, gap=10, edge=(16, 10, 24, 12)))

    # ------------------------------------------------------------ what is shown

    def open_over(self) -> None:
        """Show it in the middle of the window."""
        self._scrim.pressed.connect(self.dismiss)
        self._scrim.cover()
        room = self._window.size()
        self.setFixedWidth(min(self._look.px(WIDTH) + 2 * RING, room.width() - 2 * RING))
        self._keep_inside()
        self.adjustSize()
        left, top = room.width() - self.width(), room.height() - self.height()
        self.pop(QPoint(left // 2 + RING, max(top // 3, 0) + RING))
        self.code.setFocus()
        self._timer.start()

    def fit(self) -> None:
        """As large as its content wants now, and what has no room scrolls."""
        if not self.isHidden():
            self._keep_inside()
        super().fit()

    def _keep_inside(self) -> None:
        """What is between head and foot scrolls where the window has no room for all of it."""
        settle(self)
        most = self._window.height() - self._look.px(OTHERS)
        keep_inside(self._middle, self._inner, self.width() - 2 * RING, most)

    def _show_call(self) -> None:
        self.spelled.show_letters(self.call.challenge)
        if self.call.wrong_at:
            self._say_wrong(self.call.wrong_at, TRIES - self.call.left)
        self._tick()
        self._typed()

    def _say_wrong(self, at: int, times: int) -> None:
        when = datetime.fromtimestamp(at / 1000, UTC).astimezone().strftime("%H:%M")
        words = msg("{time} typed wrong, {times} so far").of(time=when, times=times)
        self._look.bind(self.wrong.setText, words)

    def _tick(self) -> None:
        rest = max(self.call.ends - now_ms(self._desk.store.clock()), 0)
        over = rest == 0 or self.call.left <= 0
        minutes, seconds = divmod(rest // 1000, 60)
        time = f"{minutes}:{seconds:02d}"
        said = msg("Tries left: {left} · {time}").of(left=self.call.left, time=time)
        self._look.bind(self.left.setText, said)
        self.bar.show_part(rest * 100 // LASTS)
        self.code.setEnabled(not over)
        self.again.setVisible(over)
        if over:
            why = phone_approvals.NO_TRIES if self.call.left <= 0 else phone_approvals.OVER
            self._look.bind(self.wrong.setText, why)

    def _typed(self) -> None:
        short = CODE - len(self.code.text())
        self._look.bind(
            self.missing.setText, msg("{count} letters missing").of(count=short) if short else blank()
        )
        self.go.refuse(msg("Type all 10 letters first.") if short else None)

    # ------------------------------------------------------------ what is done

    def _read_back(self) -> None:
        if not self.code.whole:
            return
        call, asks, text, store = self.call, self.standing.asks, self.code.text(), self._desk.store
        self._desk.runner.write(
            lambda: approval_phone.read_back(store, call, asks, text),
            done=self._right,
            failed=self._not_right,
        )

    def _right(self, _person: User) -> None:
        self.dismiss()
        self._desk.do("quote.issue", self.draft.quote.id, told=ISSUED)

    def _not_right(self, error: BaseException) -> None:
        self.code.complain(wrong=True)
        self.code.selectAll()
        self._open_anew(error)

    def _open_anew(self, error: BaseException | bool = False) -> None:
        """Where the call stands now; a new one where the old one is over."""
        store, of = self._desk.store, self.call.matter
        before = self.call.challenge

        def show(call: Opened) -> None:
            self.call = call
            if call.challenge != before:
                self.code.clear()
            self._show_call()
            if isinstance(error, SatchelError):
                self._look.bind(self.wrong.setText, error.message)

        self._desk.runner.write(lambda: approval_phone.open_call(store, of), done=show, failed=self._fail)

    def _fail(self, error: BaseException) -> None:
        self.dismiss()
        if isinstance(error, SatchelError):
            self._desk.refused.emit(error)

    def _other_way(self) -> None:
        self.dismiss()
        self._subject()

    def _gone(self) -> None:
        self._timer.stop()
        self._scrim.hide()
        self._scrim.deleteLater()
        self.deleteLater()
