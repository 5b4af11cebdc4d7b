"""Beside the clauses: what is not the standard text, what is to be filled in, milestones, how far it is."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.models.records import Contract, ContractClause, Milestone, Signature
from desktop.models.records.signatures import METHODS
from desktop.rules import stages
from desktop.rules.clauses import Deviation
from desktop.services.contract_drafts import ContractDraft
from desktop.services.contract_signing import told
from desktop.services.days import day_words
from desktop.views import dates, paint
from desktop.views.buttons import Button
from desktop.views.cells import money
from desktop.views.compose import Chip, Line, clear, column, holding, label, row, scrolling
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

KINDS: Final = {
    "changed": msg("Worded otherwise"),
    "added": msg("A clause of one's own"),
    "removed": msg("Left out", "clause"),
    "moved": msg("In another place"),
}
PLACES: Final = {
    "inspection_days": msg("Days to check the delivery"),
    "acceptance_days": msg("Working days to object"),
    "warranty_months": msg("Months of warranty"),
    "response_hours": msg("Hours until somebody responds"),
}
"""What the places are called that the program's own clauses have; others are called by their names."""
WAY: Final = ("sent", "signed", "running", "completed")
EDGE: Final = (20, 0, 14, 0)
WIDEST: Final = "30 Nov 2027"
"""A day as wide as one can be."""


class Side(QWidget):
    """Tells what a person wants; the page knows how it is done."""

    restored = Signal(object)  # a clause that is to be the standard one again
    put_back = Signal(str)  # the code of a clause of the library
    reasoned = Signal(object, object)  # a clause, the widget beside which the reason is asked
    filled = Signal(str, object)  # the name of a place, the widget beside which its value is asked
    reached = Signal(object)  # a milestone
    dated = Signal(object, object)  # a milestone, the widget beside which its day is asked
    step_wanted = Signal(object)  # the widget beside which the name of a new milestone is asked

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._parts = QVBoxLayout()
        self._parts.setSpacing(0)
        inner = holding(column(look, self._parts, None, gap=0, edge=(0, 4, 0, 12)))
        self.setLayout(column(look, scrolling(inner), gap=0))
        self.setAccessibleName("")
        look.bind(self.setAccessibleName, msg("What stands out in this contract"))

    def show_draft(
        self, draft: ContractDraft, signed: Sequence[Signature], *, editable: bool, today: date
    ) -> None:
        """Another state of the contract."""
        clear(self._parts)
        self._show_places(draft, editable=editable)
        self._show_deviations(draft, editable=editable)
        self._show_milestones(draft, today)
        self._show_way(draft, today)
        self._show_signatures(signed)

    def _head(self, words: Message, beside: Message | str = "", button: QWidget | None = None) -> None:
        look = self._look
        parts: list[QWidget | None] = [label(look, words, strong=True)]
        if beside:
            parts.append(label(look, beside, size="small", ink="ink_3"))
        parts.append(None)
        if button is not None:
            parts.append(button)
        if self._parts.count():
            self._parts.addWidget(Line(look))
        head = holding(row(look, *parts, gap=8, edge=(20, 0, 10, 0)))
        look.bind(head.setMinimumHeight, lambda: look.px(38))
        self._parts.addWidget(head)

    # What is to be filled in

    def _show_places(self, draft: ContractDraft, *, editable: bool) -> None:
        names = draft.own_places
        if not names:
            return
        missing = set(draft.missing())
        count = msg("{count} to go").of(count=len(missing)) if missing else ""
        self._head(msg("Fill in"), count)
        typed = draft.contract.variables or {}
        for name in names:
            self._parts.addWidget(self._place(name, str(typed.get(name) or ""), editable=editable))

    def _place(self, name: str, value: str, *, editable: bool) -> QWidget:
        look = self._look
        shown = veil_text(look, value) or look.text(msg("to be filled in"))
        button = Button(look, shown, kind="quiet_link" if value else "link")
        called = look.text(PLACES.get(name, name))
        button.setAccessibleName(f"{called}: {shown}")
        button.setEnabled(editable)
        button.clicked.connect(lambda: self.filled.emit(name, button))
        words = label(look, called, ink="ink_2")
        made = holding(row(look, words, None, button, gap=8, edge=(20, 0, 14, 0)))
        look.bind(made.setMinimumHeight, lambda: look.px(30))
        return made

    # What is not the standard

    def _show_deviations(self, draft: ContractDraft, *, editable: bool) -> None:
        found = draft.deviations
        count = msg("{count} places").of(count=len(found)) if found else msg("none")
        self._head(msg("Not the standard"), count)
        if not found:
            words = msg("Every clause is word for word the standard one.")
            quiet = label(self._look, words, ink="ink_2", wrap=True)
            self._parts.addWidget(holding(column(self._look, quiet, edge=(20, 0, 14, 12))))
        numbers = {clause.id: place for place, clause in enumerate(draft.clauses, 1)}
        for each in found:
            clause = _clause_of(draft.clauses, each)
            number = numbers[clause.id] if clause is not None else 0
            self._parts.addWidget(self._deviation(each, clause, number, editable=editable))

    def _deviation(
        self, each: Deviation, clause: ContractClause | None, number: int, *, editable: bool
    ) -> QWidget:
        look = self._look
        title = msg("Clause {number} {heading}").of(number=number, heading=each.heading)
        name = label(look, title if number else each.heading, strong=True, wrap=True)
        state = Chip(look, msg("needs approval"), "warn") if each.needs_approval else None
        parts = (name, state) if state is not None else (name,)
        why = (clause.why or "") if clause is not None else ""
        said = label(look, KINDS[each.kind], ink="ink_2")
        lines: list[QWidget] = [holding(row(look, *parts, gap=8)), said]
        if why:
            lines.append(label(look, veil_text(look, why), size="small", ink="ink_3", wrap=True))
        if editable:
            acts = self._acts(each, clause)
            if acts:
                lines.append(holding(row(look, *acts, None, gap=14)))
        block = column(look, *lines, gap=2, edge=(20, 8, 14, 8))
        whole = holding(block)
        outer = holding(column(look, whole, Line(look), gap=0))
        outer.setAccessibleName(f"{number or ''} {each.heading}".strip())
        return outer

    def _acts(self, each: Deviation, clause: ContractClause | None) -> list[QWidget]:
        look, made = self._look, []
        if each.kind == "removed":
            back = Button(look, msg("Put it back"), kind="link")
            back.clicked.connect(lambda: self.put_back.emit(each.code))
            return [back]
        if clause is None or each.kind == "moved":
            return []
        if each.kind == "changed":
            back = Button(look, msg("Back to the standard text"), kind="link")
            back.clicked.connect(lambda: self.restored.emit(clause))
            made.append(back)
        words = msg("Change the reason") if clause.why else msg("Write the reason")
        why = Button(look, words, kind="link")
        why.clicked.connect(lambda: self.reasoned.emit(clause, why))
        return [*made, why]

    # Milestones, and how far it has come

    def _show_milestones(self, draft: ContractDraft, today: date) -> None:
        add = Button(self._look, icon="plus", kind="flat", name=msg("Add milestone"))
        add.clicked.connect(lambda: self.step_wanted.emit(add))
        self._head(msg("Milestones"), _done(draft.milestones), add)
        under_way = draft.contract.stage in ("signed", "running")
        for each in draft.milestones:
            self._parts.addWidget(self._milestone(draft, each, today, under_way=under_way))

    def _milestone(self, draft: ContractDraft, each: Milestone, today: date, *, under_way: bool) -> QWidget:
        look = self._look
        done = each.done_on is not None
        mark = Button(
            look, icon="circle-check" if done else "circle", kind="flat", name=msg("Milestone reached")
        )
        waits = None if under_way else msg("Milestones are reached once both sides have signed.")
        mark.refuse(msg("Reached on {day}.").of(day=day_words(each.done_on)) if done else waits)
        mark.clicked.connect(lambda: self.reached.emit(each))
        english = look.language == "en" and each.name_en
        percent = f" {each.percent.normalize():f}\N{NO-BREAK SPACE}%" if each.percent is not None else ""
        name = label(look, f"{each.name_en if english else each.name}{percent}", wrap=True)
        amount = money(each.amount, draft.contract.currency or "CNY") if each.amount is not None else "—"
        figure = label(look, veil_text(look, amount), ink="ink" if each.amount is not None else "ink_3")
        day = each.done_on or each.due_on
        said = dates.short_day(day, look.language, today) if day else look.text(msg("set day"))
        when = Button(look, said, kind="quiet_link")
        when.setAccessibleName(f"{each.name}: {said}")
        late = not done and each.due_on is not None and each.due_on < today
        when.setToolTip((each.due_en if english else each.due) or "")
        when.clicked.connect(lambda: self.dated.emit(each, when))
        if late:
            when.become("link")
        days = holding(row(look, None, when, gap=0))
        look.bind(days.setMinimumWidth, lambda: look.t.width(WIDEST))  # one edge for all amounts
        line = row(look, mark, name, figure, days, gap=6, edge=(10, 0, 14, 0))
        line.setStretch(1, 1)
        made = holding(line)
        look.bind(made.setMinimumHeight, lambda: look.px(34))
        return made

    def _show_way(self, draft: ContractDraft, today: date) -> None:
        contract = draft.contract
        stage = stages.CONTRACT.find(contract.stage or "draft")
        self._head(msg("Execution"), stage.label)
        self._parts.addWidget(holding(column(self._look, Way(self._look, contract), edge=(20, 2, 14, 6))))
        for words in (*_sealed(draft), *_told(contract, today)):
            line = label(self._look, words, size="small", ink="ink_2", wrap=True)
            self._parts.addWidget(holding(column(self._look, line, edge=(20, 2, 14, 2))))

    def _show_signatures(self, signed: Sequence[Signature]) -> None:
        """Who signed, and what the record of it says."""
        if not signed:
            return
        look = self._look
        self._head(msg("Signatures of the customer"), str(len(signed)))
        for each in signed:
            who = veil_text(look, " ".join(filter(None, (each.signer, each.job))))
            at = dates.exact(each.signed_at) if each.signed_at else ""
            way = look.text(dict(METHODS).get(each.method or "", ""))
            lines = [label(look, who, wrap=True)]
            facts: list[Message | str] = [" · ".join(filter(None, (at, way))), *told(each)]
            lines += [label(look, words, size="small", ink="ink_2", wrap=True) for words in facts]
            self._parts.addWidget(holding(column(look, *lines, gap=2, edge=(20, 4, 14, 6))))


def _clause_of(clauses: Sequence[ContractClause], each: Deviation) -> ContractClause | None:
    found = (
        one
        for one in clauses
        if (one.code == each.code if each.code else not one.code and one.title == each.heading)
    )
    return next(found, None) if each.kind != "removed" else None


def _done(milestones: Sequence[Milestone]) -> Message | str:
    if not milestones:
        return msg("none")
    done = sum(one.done_on is not None for one in milestones)
    return msg("{done} of {count} reached").of(done=done, count=len(milestones))


def _sealed(draft: ContractDraft) -> list[Message]:
    """The firm's seal that the paper is printed with."""
    seal = (draft.contract.snapshot or {}).get("seal") if draft.frozen else draft.seal
    return [msg("Printed with the seal “{name}”").of(name=seal["name"])] if seal else []


def _told(contract: Contract, today: date) -> list[Message]:
    found = []
    if contract.signed_on is not None:
        found.append(msg("Signed on {day}.").of(day=day_words(contract.signed_on, today)))
    if contract.renew_on is not None:
        words = msg("A reminder comes {count} days before {day}, so that it is renewed in time.")
        found.append(words.of(count=contract.remind_days or 0, day=day_words(contract.renew_on, today)))
    if contract.reason:
        found.append(msg("Reason: {reason}").of(reason=contract.reason))
    return found


class Way(QWidget):
    """The stages as bars with their words; those behind are filled."""

    def __init__(self, look: Look, contract: Contract) -> None:
        super().__init__()
        self._look = look
        stage = contract.stage or "draft"
        self._reached = WAY.index(stage) + 1 if stage in WAY else 0
        if stage == "terminated":
            self._reached = 2
        self._words = [stages.CONTRACT.find(code).label for code in WAY]
        said = look.text(stages.CONTRACT.find(stage).label)
        self.setAccessibleName(said)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Bars and one line of words."""
        return QSize(self._look.px(160), self._look.px(8) + self._look.t.line("small") + self._look.px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """One bar for each stage."""
        look, painter = self._look, QPainter(self)
        gap = look.px(4)
        wide = (self.width() - gap * (len(WAY) - 1)) // len(WAY)
        for place, words in enumerate(self._words):
            left = place * (wide + gap)
            behind = place < self._reached
            ink = "accent_mark" if behind else "line"
            painter.fillRect(QRect(left, 0, wide, look.px(4)), look.colour(ink))
            box = QRect(left, look.px(8), wide, look.t.line("small"))
            said = look.text(words)
            over = max(wide - look.t.width(said, "small"), 0) // 2
            paint.paint_text(
                painter, look, box.adjusted(over, 0, 0, 0), said,
                ink="ink" if behind else "ink_3", size="small",
            )  # fmt: skip
