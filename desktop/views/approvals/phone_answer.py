"""Approval by telephone on the approver's laptop: what is read out, what it stands for, and the answer."""

from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.errors import Refused, SatchelError
from desktop.models.records import PhoneApproval
from desktop.rules import money
from desktop.rules.phone_approvals import CHALLENGE
from desktop.services import approval_answers
from desktop.services.approval_answers import Found, Laptop
from desktop.views import cells
from desktop.views.approvals.letters import Letters
from desktop.views.approvals.parts import Spelled, Step, fact_rows, keep_inside
from desktop.views.approvals.request import check_of
from desktop.views.buttons import Button
from desktop.views.compose import Line, Picture, clear, column, holding, label, row, scrolling, settle
from desktop.views.desk import Desk
from desktop.views.editors import ChoiceEditor
from desktop.views.look import Look
from desktop.views.popover import RING, Popover, Scrim
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

WIDTH: Final = 480
OTHERS: Final = 126
"""What head and foot take."""
TITLE: Final = msg("Approve by telephone")
KNOWN: Final = msg("This laptop has the quote exactly as it was read out. You approve this and nothing else:")
UNKNOWN: Final = msg(
    "This laptop does not have the quote as it was read out. Ask for the total: your code is for that total"
    " alone, and the office holds the paper against it."
)
NOTED: Final = msg("You approved it; that is noted here. The office holds your note against what is issued.")


class PhoneAnswer(Popover):
    """In the middle of the window, over a veil; it goes when it is closed."""

    tells = True

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk = desk
        self.found: Found | None = None
        self._laptops: list[Laptop] = approval_answers.laptops(desk.store)
        self._scrim = Scrim(look, window)
        look.bind(self.setAccessibleName, TITLE)
        self.letters = Letters(look, CHALLENGE, msg("What was read out"))
        self.laptop = ChoiceEditor(look, [(one.device.hex, _named(one)) for one in self._laptops], "")
        look.bind(self.laptop.setAccessibleName, msg("Whose laptop"))
        self.total = QLineEdit()
        look.bind(self.total.setAccessibleName, msg("Total that was read out"))
        self.why = label(look, size="small", ink="bad", wrap=True)
        self.go = Button(look, msg("Approve and show the code"), kind="primary", keys="Enter")
        self.done = Button(look, msg("Done"), kind="primary", keys="Enter")
        self.spelled = Spelled(look)
        self._facts = column(look, gap=8)
        self._form = self._asking()
        self._last = self._reading_back()
        self._compose()
        self.letters.textChanged.connect(self._typed)
        self.letters.returnPressed.connect(self._next)
        self.total.returnPressed.connect(self._answer)
        self.go.clicked.connect(self._answer)
        self.done.clicked.connect(self.dismiss)
        self.closed.connect(self._gone)
        self._say(None)
        self._show_state()

    def _compose(self) -> None:
        look = self._look
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        head = row(look, label(look, TITLE, size="title", strong=True), None, close, gap=8)
        first = label(look, msg("Type the 8 letters that are read out to you"), strong=True)
        body = column(
            look,
            row(look, Step(look, 1), first, None, gap=10),
            self.letters,
            holding(self._facts),
            self._form,
            self._last,
            self.why,
            gap=12,
            edge=(24, 16, 24, 16),
        )
        self._inner = holding(body)
        self._middle = scrolling(self._inner)
        top = holding(column(look, head, gap=0, edge=(24, 10, 12, 10)))
        low = holding(row(look, None, self.go, self.done, gap=0, edge=(16, 10, 24, 12)))
        for part in (top, Line(look), self._middle, Line(look), low):
            self.inside.addWidget(part)

    def _asking(self) -> QWidget:
        look = self._look
        return holding(
            column(
                look,
                label(look, UNKNOWN, size="small", ink="ink_2", wrap=True),
                label(look, msg("Whose laptop"), size="small", ink="ink_2"),
                self.laptop,
                label(look, msg("Total that was read out"), size="small", ink="ink_2"),
                self.total,
                gap=6,
            )
        )

    def _reading_back(self) -> QWidget:
        look = self._look
        second = label(look, msg("Read these 10 letters back"), strong=True)
        note = row(
            look,
            Picture(look, "shield-check", "ink_2", "small"),
            label(look, NOTED, size="small", ink="ink_2", wrap=True),
            gap=8,
        )
        note.setStretch(1, 1)
        step = row(look, Step(look, 2), second, None, gap=10)
        return holding(column(look, step, self.spelled, note, gap=8))

    # ------------------------------------------------------------ what is shown

    def open_over(self) -> None:
        """Show it in the middle of the window."""
        self._scrim.pressed.connect(self.dismiss)
        self._scrim.cover()
        room = self._window.size()
        self.setFixedWidth(min(self._look.px(WIDTH) + 2 * RING, room.width() - 2 * RING))
        self._keep_inside()
        self.adjustSize()
        self.pop(QPoint((room.width() - self.width()) // 2, room.height() // 8))
        self.letters.setFocus()

    def _typed(self) -> None:
        self.found = None
        self._say(None)
        if self.letters.whole:
            text, store = self.letters.text(), self._desk.store
            self._desk.runner.read(
                self, "look", lambda: approval_answers.look(store, text), self._looked, failed=self._fail
            )
        self._show_state()

    def _looked(self, found: Found | None) -> None:
        self.found = found
        self._show_state(looked=True)

    def _show_state(self, *, looked: bool = False, code: str = "") -> None:
        """What is asked for now: letters, then what they stand for, then nothing more."""
        clear(self._facts)
        if self.found is not None:
            for part in (
                label(self._look, KNOWN, size="small", ink="ink_2", wrap=True),
                self._known(self.found),
            ):
                self._facts.addWidget(part)
                part.show()  # now: what is not shown yet takes no room
        self._form.setVisible(looked and self.found is None and not code)
        self._last.setVisible(bool(code))
        self.letters.setEnabled(not code)
        self.spelled.show_letters(code)
        self.go.setVisible(not code)
        self.done.setVisible(bool(code))
        self.go.refuse(None if looked else msg("Type all 8 letters first."))
        if self.isVisible():
            self.fit()

    def fit(self) -> None:
        """As large as its content wants now, and what has no room scrolls."""
        if not self.isHidden():
            self._keep_inside()
        top = self.y()
        super().fit()
        if not self.isHidden():  # it grows downwards: what was typed stays where it is
            self.move(self.x(), max(RING, min(top, self._window.height() - self.height())))

    def _keep_inside(self) -> None:
        settle(self)
        most = self._window.height() - self._look.px(OTHERS)
        keep_inside(self._middle, self._inner, self.width() - 2 * RING, most)

    def _known(self, found: Found) -> QWidget:
        look, quote = self._look, found.draft.quote
        buyer = found.draft.customer
        english = look.language == "en"
        firm = ((english and buyer.name_en) or buyer.name or "") if buyer is not None else "—"
        sign = cells.SIGNS.get(found.facts.currency, f"{found.facts.currency} ")
        total = f"{sign}{money.printed(found.facts.payable, found.facts.digits)}"
        person = found.laptop.person
        rows: list[tuple[Message, Message, Message | None]] = [
            (msg("Who asks"), verbatim(person.name if person is not None else "—"), None),
            (msg("What asks"), found.asks[0].words, None),
            *((verbatim(""), ask.words, None) for ask in found.asks[1:3]),
            (
                msg("Which quote"),
                verbatim(veil_text(look, quote.number or quote.name or "—")),
                verbatim(veil_text(look, firm)),
            ),
            (msg("Total"), verbatim(veil_text(look, total)), None),
            (msg("Content check"), verbatim(check_of(found.content)), None),
        ]
        return fact_rows(look, rows)

    def _say(self, why: Message | None) -> None:
        self.why.setVisible(why is not None)
        if why is not None:
            self._look.bind(self.why.setText, why)

    # ------------------------------------------------------------ what is done

    def _next(self) -> None:
        if self.found is not None:
            self._answer()
        elif self._form.isVisible():
            self.total.setFocus()

    def _answer(self) -> None:
        if not self.go.isEnabled() or not self.go.isVisible():
            return
        said: dict[str, Any] = {"challenge": self.letters.text(), "device_id": None, "total": None}
        if self.found is None:
            chosen = self.laptop.typed()
            said["device_id"] = UUID(hex=chosen) if chosen else None
            try:
                said["total"] = approval_answers.amount(self.total.text())
            except Refused as refused:
                self._fail(refused)
                return
        self._desk.do("phone_approval.answer", done=self._answered, failed=self._fail, **said)

    def _answered(self, entry: PhoneApproval) -> None:
        self._say(None)
        self._show_state(looked=True, code=approval_answers.code(self._desk.store, entry))
        self.done.setFocus()

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, SatchelError):
            self._say(error.message)

    def _gone(self) -> None:
        self._scrim.hide()
        self._scrim.deleteLater()
        self.deleteLater()


def _named(laptop: Laptop) -> Message:
    name = laptop.person.name if laptop.person is not None else ""
    return verbatim(" · ".join(part for part in (name, laptop.name) if part) or laptop.device.hex[:8])


def open_answer(look: Look, desk: Desk, window: QWidget) -> PhoneAnswer:
    """Open it over the window."""
    made = PhoneAnswer(look, desk, window)
    made.open_over()
    return made
