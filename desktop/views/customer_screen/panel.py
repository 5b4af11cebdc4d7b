"""Beside the document: what it comes to, who signs, the pad, the consent, and the one button that signs."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.services import showing
from desktop.services.showing import Figures, Showing
from desktop.views.buttons import Button
from desktop.views.compose import Line, clear, column, holding, label, region, row, scrolling
from desktop.views.customer_screen.pad import HIGH, InkPad
from desktop.views.customer_screen.parts import TALL, OptionRow, PlainLine, Tick
from desktop.views.look import Look
from desktop.words import Message, msg

ONE_PAGE = msg(
    "I have read this quotation of 1 page, agree to its prices and terms, and agree to confirm it with my"
    " handwritten electronic signature."
)
PAGES = msg(
    "I have read the {count} pages of this quotation, agree to its prices and terms, and agree to confirm it"
    " with my handwritten electronic signature."
)
ONE_PAGE_OF_CONTRACT = msg(
    "I have read this contract of 1 page with its annex, agree to its clauses, prices and terms, and agree to"
    " confirm it with my handwritten electronic signature."
)
PAGES_OF_CONTRACT = msg(
    "I have read the {count} pages of this contract with its annex, agree to its clauses, prices and terms,"
    " and agree to confirm it with my handwritten electronic signature."
)
SAID = {
    showing.QUOTE: (msg("{customer}, quotation {number}"), ONE_PAGE, PAGES),
    showing.CONTRACT: (msg("{customer}, contract {number}"), ONE_PAGE_OF_CONTRACT, PAGES_OF_CONTRACT),
}
"""What it is called, and what is agreed to: of one page, of more."""


class Foot(QWidget):
    """The buttons in one line. Where there is little room the note leaves first, then words leave buttons."""

    def __init__(self, look: Look, tools: Sequence[Button], check: str, sign: Button) -> None:
        super().__init__()
        self._look, self._tools, self._sign = look, tools, sign
        lines = (msg("Content check {check}").of(check=check), msg("Every later change can be found"))
        notes = [label(look, words, size="small", ink="ink_2") for words in lines]
        for each in notes:
            each.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._note = holding(column(look, *notes, gap=0))
        self.setLayout(row(look, *tools, None, self._note, sign, gap=8))
        look.changed.connect(self.fit)

    def minimumSizeHint(self) -> QSize:
        """Icons, and the one button that signs."""
        high = self._look.t.control(TALL)
        return QSize(self._sign.sizeHint().width() + len(self._tools) * (high + self._look.px(8)), high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """As much as there is room for."""
        for tool in self._tools:
            tool.shrink(on=False)
        gap = self._look.px(8)
        wide = self._sign.sizeHint().width() + sum(tool.sizeHint().width() + gap for tool in self._tools)
        self._note.setVisible(wide + self._note.sizeHint().width() + gap <= self.width())
        for tool in reversed(self._tools):
            if wide > self.width():
                wide -= tool.sizeHint().width()
                tool.shrink(on=True)
                wide += tool.sizeHint().width()


class SignPanel(QWidget):
    """Everything of it is on the paper too, or is typed and written by the customer."""

    confirmed = Signal()
    paper_wanted = Signal()
    changed = Signal()

    def __init__(self, look: Look, shown: Showing) -> None:
        super().__init__()
        self._look, self._shown = look, shown
        self.pages = len(shown.pictures)
        self.pad = InkPad(look)
        self.pad.changed.connect(self._changed)
        self.signer, self.job = PlainLine(look, msg("Your name")), PlainLine(look, msg("Your title"))
        self.signer.setText(shown.signer)
        self.job.setText(shown.job)
        self.signer.textChanged.connect(self._changed)
        self.other = Button(look, msg("Somebody else"), kind="flat", height=TALL)
        self.other.clicked.connect(self._ask_other)
        self._who = label(look, ink="ink_2", wrap=True)
        self.consent = Tick(look)
        look.bind(self.consent.say, self.consent_words)
        self.consent.toggled.connect(self._changed)
        self.again = Button(look, msg("Write again"), icon="eraser", height=TALL)
        self.again.clicked.connect(self.pad.clear)
        self.undo = Button(look, icon="undo-2", name=msg("Take back the last stroke"), height=TALL)
        self.undo.clicked.connect(self.pad.undo)
        self.on_paper = Button(look, msg("Sign on paper"), icon="printer", kind="flat", height=TALL)
        self.on_paper.clicked.connect(self.paper_wanted)
        self.sign = Button(look, msg("Confirm signature"), kind="primary", height=TALL)
        self.sign.clicked.connect(self.confirmed)
        self._why = label(look, size="small", ink="ink_2", wrap=True)
        self._top = column(look, gap=0)
        self._compose()
        self._show_who()
        look.bind(self._fill, lambda: shown.figures(look.language))

    def consent_words(self) -> Message:
        """What is agreed to."""
        _, one, more = SAID[self._shown.of]
        return one if self.pages == 1 else more.of(count=self.pages)

    def _compose(self) -> None:
        look = self._look
        ask = label(look, msg("Please sign inside the box"), size="title", strong=True, wrap=True)
        head = row(look, ask, self._who, self.other, gap=8)
        head.setStretch(0, 1)
        head.setStretch(1, 1)
        self._who.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._names = holding(row(look, self.signer, self.job, gap=8))
        foot = Foot(look, (self.again, self.undo, self.on_paper), self._shown.check, self.sign)
        parts = column(look, self._top, 12, head, 4, self._names, 4, self.pad, 12, self.consent, None, gap=0)
        look.bind(self.pad.setMaximumHeight, lambda: look.px(HIGH))
        parts.setStretch(6, 1000)
        inner = holding(column(look, parts, gap=0, edge=(48, 20, 48, 8)))
        ground = region("surface")
        last = holding(column(look, self._why, foot, gap=8, edge=(48, 8, 48, 24)))
        whole = column(look, scrolling(inner), last, gap=0)
        whole.setStretch(0, 1)
        ground.setLayout(whole)
        self.setLayout(column(look, ground, gap=0))

    def _fill(self, said: Figures) -> None:
        look = self._look
        clear(self._top)
        document = SAID[self._shown.of][0].of(customer=said.customer, number=self._shown.number)
        self._top.addWidget(label(look, document, size="title", ink="ink_2", wrap=True))
        total = label(look, said.payable, size="display", strong=True)
        self._top.addLayout(row(look, total, label(look, said.basis, ink="ink_2"), None, gap=12))
        if said.capitals:
            self._top.addWidget(label(look, said.capitals, ink="ink_2", wrap=True))
        if said.milestones:
            self._top.addWidget(_gap(look, 12))
            self._top.addWidget(Line(look))
            self._top.addWidget(self._milestones(said.milestones))
            self._top.addWidget(Line(look))
        for chosen, words, amount in said.options:
            self._top.addWidget(OptionRow(look, chosen, words, amount))

    def _milestones(self, parts: tuple[tuple[str, str], ...]) -> QWidget:
        look = self._look
        cells = row(look, gap=0)
        for place, (name, amount) in enumerate(parts[:4]):
            texts = (
                label(look, name, size="small", ink="ink_2", wrap=True),
                label(look, amount, size="title"),
            )
            cell = region("", "left" if place else "")
            cell.setLayout(column(look, *texts, gap=2, edge=(16 if place else 0, 8, 8, 8)))
            cells.addWidget(cell, 1)
        return holding(cells)

    def _ask_other(self) -> None:
        """Another name and title are typed."""
        self._names.show()
        self.other.hide()
        self._who.hide()
        self.signer.setFocus()
        self.signer.selectAll()

    def _show_who(self) -> None:
        """The name at once where the paper names somebody; else it is asked for."""
        named = bool(self._shown.signer)
        self._names.setVisible(not named)
        self.other.setVisible(named)
        self._who.setVisible(named)
        self._look.bind(self._who.setText, lambda: named_words(self._shown.signer, self._shown.job))

    def _changed(self, *_what: object) -> None:
        self.changed.emit()

    def reason(self, unread: int) -> Message | None:
        """Why it cannot be signed yet, or None."""
        if unread:
            return msg("Please look at page {page} first").of(page=unread)
        if not self.signer.text().strip():
            return msg("Please type your name")
        if not self.pad.ink().enough:
            return msg("Please sign inside the box")
        if not self.consent.isChecked():
            return msg("Please tick that you agree")
        return None

    def show_reason(self, why: Message | None) -> None:
        """The button is grey with its reason beside it, or ready."""
        self.sign.refuse(why)
        self.undo.setEnabled(bool(self.pad.ink().strokes))
        self.again.setEnabled(bool(self.pad.ink().strokes))
        self.tell(why)

    def tell(self, words: Message | None) -> None:
        """A sentence above the buttons."""
        if words is None:
            self._look.release(self._why.setText)
            self._why.setText(" ")
        else:
            self._look.bind(self._why.setText, words)

    def freeze(self, on: bool) -> None:
        """While it is being signed nothing changes."""
        self.pad.fixed = on
        for part in (self.signer, self.job, self.other, self.consent, self.again, self.undo, self.sign):
            part.setEnabled(not on)


def named_words(name: str, job: str) -> Message | str:
    """A name with its title, as each language writes it."""
    return msg("{name}, {job}").of(name=name, job=job) if job else name


def _gap(look: Look, size: int) -> QWidget:
    made = QWidget()
    look.bind(made.setFixedHeight, lambda: look.px(size))
    return made
