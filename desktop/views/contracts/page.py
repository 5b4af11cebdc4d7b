"""A contract opened whole: its clauses at the left, its text in the middle, what stands out at the right."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from desktop.errors import NotFound
from desktop.models.records import ContractClause, Milestone
from desktop.services import contract_approvals, contract_clauses, contract_drafts, contracts
from desktop.services.clauses import NEEDS
from desktop.services.contract_signing import SIGNED_BY, signatures
from desktop.views import cells, paperwork
from desktop.views.approvals.papers import WATCHED, AskPaper
from desktop.views.attachments import AttachmentsPanel
from desktop.views.buttons import Button, Segments, Tab
from desktop.views.compose import (
    Avatar,
    Chip,
    Picture,
    Stack,
    column,
    holding,
    label,
    region,
    row,
    scrolling,
)
from desktop.views.confirm import Confirm
from desktop.views.contracts import menu
from desktop.views.contracts.clause_view import ClauseView, Sample
from desktop.views.contracts.editor import ClauseEditor
from desktop.views.contracts.index import ClauseIndex
from desktop.views.contracts.side import Side
from desktop.views.covers import cover
from desktop.views.customer_screen.opening import ToSign
from desktop.views.desk import Desk
from desktop.views.form import Facts
from desktop.views.header_parts import park, want
from desktop.views.look import Look
from desktop.views.panel import FACTS
from desktop.views.privacy import veil_text
from desktop.views.status import Hint
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.cells import Row

assert contract_clauses.WORDS  # its commands are registered
NARROW: Final = 1000
"""A narrower page has no index of its clauses."""
CRAMPED: Final = 720
PARTS: Final = {"contract", "contract_clause", "milestone", "clause", "clause_version", "signature"}
TONES: Final = {
    "draft": "neutral",
    "sent": "warn",
    "signed": "good",
    "running": "accent",
    "completed": "good",
    "terminated": "bad",
    "withdrawn": "bad",
}


class ContractPage(QWidget):
    """One contract."""

    opened = Signal(str, object)
    figures = Signal(object)
    header_changed = Signal()

    def __init__(self, look: Look, desk: Desk, contract_id: UUID) -> None:
        super().__init__()
        self._look, self._desk, self.contract_id = look, desk, contract_id
        found = desk.row("contract", contract_id)
        if found is None:
            raise KeyError(contract_id)
        self.shown: Row = found
        self.draft = contract_drafts.load(desk.store, contract_id)
        self.compare = True
        self._language = ""
        self.at = 0
        self.views: list[ClauseView] = []
        self.index = ClauseIndex(look)
        self.side = Side(look)
        self.files = AttachmentsPanel(look, desk, "contract", contract_id)
        self.facts = Facts(look, desk, ask=True)
        self.confirm = Confirm(look, self)
        self.editor = ClauseEditor(look, self)
        self._compose()
        self._listen()
        self.fill()
        cover(look, self)

    # Putting it together

    def _compose(self) -> None:
        look = self._look
        self._avatar = Avatar(look, size="list")
        self._title = label(look, size="title", strong=True)
        self._chip = Chip(look)
        self._name = label(look, ink="ink_2")
        self.comparing = Button(look, msg("As it is printed"), kind="flat", icon="git-merge")
        self.pdf = Button(look, msg("PDF"), icon="file-text", name=msg("Save the contract as PDF"))
        self.issue = Button(look, msg("Issue"), kind="primary", icon="file-check", keys="F9")
        self.signing = ToSign(look, self._desk, self, lambda: self.draft, lambda _way: self.save_pdf())
        self.more = Button(look, icon="ellipsis", name=msg("More"))
        self._tabs = {
            "clauses": Tab(look, msg("Clauses")),
            "facts": Tab(look, msg("Facts")),
            "files": Tab(look, msg("Files")),
        }
        self._warning = label(look, ink="warn")
        self._mark = Picture(look, "circle-alert", "warn", "small")
        self.asking = AskPaper(look, self._desk, "contract", lambda: self.contract_id)
        warned = holding(row(look, self._mark, self._warning, self.asking, gap=6))
        tabs = row(look, *self._tabs.values(), None, warned, gap=22, edge=(20, 0, 20, 0))
        bar = region("surface", "bottom")
        bar.setLayout(tabs)
        look.bind(bar.setFixedHeight, lambda: look.px(40))
        self._stack = Stack()
        for made in (self._clauses_part(), self._facts_part(), self._files_part()):
            self._stack.addWidget(made)
        whole = column(look, bar, self._stack, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        for part in (*self.header_parts(), *self._actions()):
            park(part, self)

    def _clauses_part(self) -> QWidget:
        look = self._look
        self._left = region("surface", "right")
        self._left.setLayout(column(look, self.index, gap=0))
        self._counted = label(look, size="small", ink="ink_3")
        self.languages = Segments(
            look,
            [("zh", "中文"), ("en", "English")],
            current="zh",
            name=msg("Language of the text"),
        )
        legend = region("surface", "bottom")
        keys = (
            Sample(look, msg("ours"), "good", "good_soft"),
            Sample(look, msg("in the standard alone"), "bad", "bad_soft"),
            Sample(look, msg("filled in"), "ink_2", ""),
        )
        self._legend = keys
        legend.setLayout(row(look, *keys, None, self._counted, self.languages, gap=16, edge=(28, 0, 20, 0)))
        look.bind(legend.setFixedHeight, lambda: look.px(38))
        self._sheet = QVBoxLayout()
        self._sheet.setSpacing(0)
        inner = region("surface")
        inner.setLayout(column(look, self._sheet, None, gap=0, edge=(0, 8, 0, 24)))
        self._area = scrolling(inner)
        middle = region("surface")
        stack = column(look, legend, self._area, gap=0)
        stack.setStretch(1, 1)
        middle.setLayout(stack)
        right = region("panel", "left")
        right.setLayout(column(look, self.side, gap=0))
        look.bind(right.setFixedWidth, lambda: look.px(340))
        line = row(look, self._left, middle, right, gap=0)
        line.setStretch(1, 1)
        return holding(line)

    def _facts_part(self) -> QWidget:
        look = self._look
        inner = holding(
            column(look, self.facts, self.facts.to_ask or QWidget(), None, gap=8, edge=(28, 14, 28, 12))
        )
        look.bind(self.facts.setMaximumWidth, lambda: look.px(620))
        ground = region("surface")
        ground.setLayout(column(look, scrolling(inner), gap=0))
        return ground

    def _files_part(self) -> QWidget:
        ground = region("surface")
        inner = holding(column(self._look, self.files, None, gap=0))
        ground.setLayout(column(self._look, scrolling(inner), gap=0))
        return ground

    def _listen(self) -> None:
        for place, (key, tab) in enumerate(self._tabs.items()):
            tab.clicked.connect(partial(self.show_tab, key))
            tab.setChecked(place == 0)
        self.index.chosen.connect(self._go)
        self.index.moved.connect(partial(menu.move, self))
        self.comparing.clicked.connect(self._turn_compare)
        self.pdf.clicked.connect(self.save_pdf)
        self.issue.clicked.connect(self.ask_issue)
        self.more.clicked.connect(self._open_more)
        self.languages.chosen.connect(self._speak)
        self.facts.opened.connect(self.opened)
        side = self.side
        side.restored.connect(lambda clause: self._restore(clause))
        side.put_back.connect(lambda code: self.do("contract.add_clause", msg("Clause added"), code=code))
        side.reasoned.connect(self._ask_reason)
        side.filled.connect(self._ask_value)
        side.reached.connect(self._reach)
        side.dated.connect(self._ask_day)
        side.step_wanted.connect(self._ask_step)
        self._desk.changed.connect(self._changed)
        self._look.changed.connect(self.fill)
        QShortcut(QKeySequence("F9"), self).activated.connect(self.ask_issue)
        QShortcut(QKeySequence("F7"), self).activated.connect(self.next_deviation)

    # Showing

    def header_parts(self) -> list[QWidget]:
        """Which contract with whom."""
        return [self._avatar, self._title, self._chip, self._name]

    def _actions(self) -> list[QWidget]:
        return [self.comparing, self.pdf, self.more, self.issue]

    def header_actions(self) -> list[QWidget]:
        """Compare, the paper, and the next step."""
        over = self.draft.frozen and self.draft.contract.stage not in SIGNED_BY
        return [self.comparing, self.pdf, self.more, *([] if over else self.signing.parts(self.issue))]

    def editable(self) -> bool:
        """Whether its wording can still be changed, by this person."""
        return self._desk.refusal("contract.set_clause", self.draft.contract) is None

    def fill(self) -> None:
        """Read the contract again and show all of it."""
        row_ = self._desk.row("contract", self.contract_id)
        if row_ is None:
            return
        self.shown = row_
        self.draft = contract_drafts.load(self._desk.store, self.contract_id)
        draft, look, contract = self.draft, self._look, self.draft.contract
        named = row_.called(contract.customer_id, look.language)
        self._avatar.show_name(veil_text(look, named), contract.customer_id or "")
        project = veil_text(look, contract.name or "")
        self._title.setText(contract.number or project or look.text(msg("New contract")))
        stage = contract.stage or "draft"
        word = cells.words_of(row_.kind("stage"), stage)
        self._chip.show_words(word or stage, TONES.get(stage, "neutral"))
        self._name.setText(project if contract.number and project else veil_text(look, named))
        self._fill_sheet()
        signed = signatures(self._desk.store, contract.id)
        self.side.show_draft(draft, signed, editable=self.editable(), today=cells.now().date())
        self.facts.show_row(row_, list(FACTS["contract"]))
        self._tabs["clauses"].show_count(str(len(draft.clauses)))
        self._warn()
        self.issue.refuse(self._desk.refusal("contract.issue", contract) or self._missing())
        self.header_changed.emit()
        if self.isVisible():
            self.tell_figures()

    def _speaking(self) -> str:
        both = self.draft.languages
        return self._language if self._language in both else both[0]

    def _fill_sheet(self) -> None:
        draft, language = self.draft, self._speaking()
        self.languages.setVisible(len(draft.languages) > 1)
        self.languages.choose(language)
        while len(self.views) < len(draft.clauses):
            made = ClauseView(self._look)
            made.clicked.connect(partial(self.edit_clause, len(self.views)))
            self.views.append(made)
            self._sheet.addWidget(made)
        entries = []
        for place, view in enumerate(self.views):
            view.setVisible(place < len(draft.clauses))
            if place < len(draft.clauses):
                entries.append(self._show_clause(view, place, language))
        self.index.show_clauses(entries, movable=self.editable())
        self.at = min(self.at, max(len(draft.clauses) - 1, 0))
        self.index.show_place(self.at)
        editions = sorted({one.edition for one in draft.clauses if one.edition})
        self._look.bind(
            self.index.edition.setText,
            msg("Clause library, edition {edition}").of(edition=", ".join(editions) or "—"),
        )
        same = sum(not changed for _, changed in entries)
        words = msg("{count} clauses are word for word the standard ones").of(count=same)
        self._look.bind(self.index.counted.setText, words)
        differing = len(draft.deviations)  # as the panel counts them: what was left out is one, too
        self._look.bind(self._counted.setText, msg("{count} not the standard text").of(count=differing))
        for part in self._legend:
            part.setVisible(self.compare)

    def _show_clause(self, view: ClauseView, place: int, language: str) -> tuple[str, bool]:
        clause = self.draft.clauses[place]
        heading = (clause.heading_en if language == "en" else clause.heading) or clause.title
        changed = bool(clause.deviation) or not clause.code
        pieces = self.draft.pieces(clause, language, compare=self.compare)
        fixed = bool((clause.standard or {}).get("fixed"))
        view.show_clause(place + 1, heading, pieces, changed=changed, fixed=fixed)
        return heading, changed

    def _missing(self) -> Message | None:
        missing, (found, why) = self.draft.missing(), contract_approvals.look(self._desk.store, self.draft)
        self.asking.show_for(None if missing else found)
        if not missing:
            return why
        return msg("Fill in first: {names}.").of(names=", ".join(f"{{{name}}}" for name in missing))

    def _warn(self) -> None:
        waiting = sum(each.needs_approval for each in self.draft.deviations)
        words: Message | str = ""
        if not self.draft.frozen:
            words = self._missing() or (
                msg("{count} deviations need approval").of(count=waiting) if waiting else ""
            )
        self._mark.setVisible(bool(words))
        if isinstance(words, Message):
            self._look.bind(self._warning.setText, words)
        else:
            self._look.release(self._warning.setText)
            self._warning.setText("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The index gives way first, then the words on the buttons."""
        super().resizeEvent(event)
        wide = event.size().width()
        self._left.setVisible(wide >= self._look.px(NARROW))
        self.comparing.shrink(wide < self._look.px(NARROW))
        want(self._name, wide >= self._look.px(CRAMPED))

    def enter(self) -> None:
        """Keys go to the clauses."""
        if self.views:
            self.views[self.at].setFocus()
        self.tell_figures()

    def tell_figures(self) -> None:
        """What the keys do here."""
        said: list[tuple[Message | str, Any]] = [
            (msg("{count} clauses").of(count=len(self.draft.clauses)), "")
        ]
        if self.editable():
            said.append((msg("word it otherwise"), Hint("Enter")))
        said.append((msg("next deviation"), Hint("F7")))
        self.figures.emit(said)

    def show_tab(self, key: str, _on: bool = True) -> None:
        """Clauses, facts or files."""
        for place, (name, tab) in enumerate(self._tabs.items()):
            tab.setChecked(name == key)
            if name == key:
                self._stack.setCurrentIndex(place)

    def _go(self, place: int) -> None:
        self.show_tab("clauses")
        self.at = place
        view = self.views[place]
        self._area.ensureVisible(0, view.geometry().bottom(), 0, 0)
        self._area.ensureVisible(0, view.y(), 0, 12)
        view.setFocus()

    def next_deviation(self) -> None:
        """The next clause that is not the standard one."""
        count = len(self.draft.clauses)
        for step in range(1, count + 1):
            place = (self.at + step) % count
            clause = self.draft.clauses[place]
            if clause.deviation or not clause.code:
                self.index.show_place(place)
                self._go(place)
                return

    def _turn_compare(self) -> None:
        self.compare = not self.compare
        as_printed = msg("As it is printed") if self.compare else msg("Compare with the standard text")
        self.comparing.say(as_printed)
        self._fill_sheet()

    def _speak(self, language: str) -> None:
        self._language = language
        self._fill_sheet()

    # Doing

    def do(self, name: str, told: Message, **arguments: Any) -> None:
        """A command on this contract."""
        self._desk.do(name, self.contract_id, told=told, **arguments)

    def edit_clause(self, place: int, _on: bool = False) -> None:
        """Word a clause otherwise, or say why that is not possible."""
        self.at = place
        self.index.show_place(place)
        clause = self.draft.clauses[place]
        if not self.editable() or (clause.standard or {}).get("fixed"):
            reason = self._desk.refusal("contract.set_clause", self.draft.contract)
            words = reason or contract_clauses.FIXED.of(clause=clause.title)
            self._desk.told.emit(words, False)
            return
        back = partial(self._restore, clause) if clause.code and clause.deviation else None
        self.editor.edit(self.views[place], clause, save=partial(self._word, clause), restore=back)

    def _word(self, clause: ContractClause, values: Mapping[str, str]) -> None:
        changed = {name: text for name, text in values.items() if text != (getattr(clause, name) or "")}
        if changed:
            told = msg("Clause changed")
            self.do("contract.set_clause", told, clause_id=clause.id, values=changed)

    def _restore(self, clause: ContractClause) -> None:
        told = msg("The standard text is back")
        self.do("contract.restore_clause", told, clause_id=clause.id)

    def _ask_reason(self, clause: ContractClause, anchor: QWidget) -> None:
        asked, why = msg("Why not the standard text?"), clause.why or ""
        self.confirm.ask_text(
            anchor, asked, why, lambda text: self._word(clause, {"why": " ".join(text.split())})
        )

    def _ask_value(self, name: str, anchor: QWidget) -> None:
        def act(text: str) -> None:
            self.do("contract.set_values", msg("Filled in"), values={name: text})

        typed = str((self.draft.contract.variables or {}).get(name) or "")
        self.confirm.ask_text(anchor, msg("What stands at “{name}”").of(name=name), typed, act)

    def _reach(self, each: Milestone) -> None:
        self._desk.do("milestone.reach", each.id, told=msg("Milestone reached"))

    def _ask_day(self, each: Milestone, anchor: QWidget) -> None:
        def act(text: str) -> None:
            self._desk.edit("milestone", each.id, {"due_on": text})

        day = each.due_on.isoformat() if each.due_on else ""
        self.confirm.ask_text(anchor, msg("Due on"), day, act)

    def _ask_step(self, anchor: QWidget) -> None:
        def act(text: str) -> None:
            values = {"contract_id": self.contract_id, "name": " ".join(text.split())}
            self._desk.do("milestone.new", values=values, told=msg("Milestone added"))

        self.confirm.ask_text(anchor, msg("Add milestone"), "", act)

    def ask_issue(self) -> None:
        """Issuing cannot come back, so it asks once."""
        if self.draft.frozen or not self.issue.isEnabled():
            return
        why = msg("It gets its number, and its content never changes again. Then both sides sign it.")
        act = partial(self.do, "contract.issue", msg("Contract issued"))
        self.confirm.ask(self.issue, msg("Issue this contract?"), why, msg("Issue"), act)

    def save_pdf(self) -> None:
        """The paper, where a person wants it."""
        store, contract = self._desk.store, self.draft.contract
        raw = " ".join(filter(None, (contract.number or self._look.text(msg("Draft")), contract.name)))
        name = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", raw)[:120] + ".pdf"

        def ready(made: bytes) -> None:
            title = self._look.text(msg("Save as PDF"))
            path, _ = QFileDialog.getSaveFileName(self, title, name, "PDF (*.pdf)")
            if path:
                paperwork.write(path, made)
                self._desk.told.emit(msg("Saved: {name}").of(name=Path(path).name), False)

        paper = partial(contracts.paper_of, store, contract.id)
        self._desk.runner.read(self, "file", paper, ready, failed=self._desk.refused.emit)

    def _open_more(self) -> None:
        offer = QMenu(self)
        for words, act in menu.acts(self, self._desk):
            offer.addAction(self._look.text(words)).triggered.connect(act)
        offer.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 4)))
        offer.aboutToHide.connect(offer.deleteLater)

    def ask_clause(self) -> None:
        """Write a clause of one's own, after the one at hand."""

        def act(values: Mapping[str, str]) -> None:
            after = self.draft.clauses[self.at].id if self.draft.clauses else None
            self.do("contract.add_clause", msg("Clause added"), values=values, after=after)

        blank = ContractClause(approval_class=NEEDS)
        anchor = self.views[self.at] if self.views else self._area
        self.editor.edit(anchor, blank, save=act, restore=None)

    def end(self, name: str, told: Message) -> None:
        """Another stage; where a contract ends early somebody says why."""
        if name.endswith(("terminate", "withdraw")):
            asked = msg("Reason")
            self.confirm.ask_text(self.more, asked, "", lambda text: self.do(name, told, reason=text))
        else:
            self.do(name, told)

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if not any(kind in PARTS or kind in WATCHED for kind, _ in keys):
            return
        if self._desk.row("contract", self.contract_id) is None:
            self.opened.emit("customer", self.draft.contract.customer_id)
            return
        try:
            self.fill()
        except NotFound:
            return  # its quote left this laptop a moment ago
