"""The quote editor: lines, totals and paper side by side, everything recalculated while one types."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from desktop.errors import Refused, SatchelError
from desktop.models.records import QuoteLine
from desktop.rules.totals import Totals
from desktop.services import drafts, quotes
from desktop.services.days import day_words
from desktop.views import cells, declining, links_box, quote_bundles, quote_schedule
from desktop.views.approvals.light import QuoteLight, missing
from desktop.views.buttons import Button
from desktop.views.cells import Row, words_of
from desktop.views.compose import Avatar, Chip, Picture, column, label, region, row
from desktop.views.confirm import Confirm
from desktop.views.contracts import making
from desktop.views.covers import cover
from desktop.views.customer_screen.opening import ToSign
from desktop.views.desk import Desk
from desktop.views.edition_changes import EditionChanges
from desktop.views.header_parts import park, want
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.views.posting.opening import mail_acts
from desktop.views.privacy import veil_text
from desktop.views.quote_add import AddLine
from desktop.views.quote_bar import QuoteBar
from desktop.views.quote_clash import QuoteClashes
from desktop.views.quote_files import QuoteFiles
from desktop.views.quote_fold import SectionFolds
from desktop.views.quote_foot import QuoteFoot
from desktop.views.quote_grid import QuoteGrid
from desktop.views.quote_paper import QuotePaper
from desktop.views.quote_table import AMOUNT, NAME, QuoteTable, Typed
from desktop.views.quote_typing import CellDrafts, FootDrafts
from desktop.views.sharing_box import open_sharing, reason, share_button
from desktop.views.status import Hint
from desktop.views.why import WhyPrice
from desktop.words import Message, msg, verbatim

CRAMPED: Final = 640
NARROWEST: Final = 1180  # px at 100 % that lines and paper need beside each other
_STAGE_TONES: Final = {
    "issued": "good",
    "accepted": "good",
    "declined": "bad",
    "expired": "warn",
    "draft": "neutral",
}

REVISE: Final = msg("New revision")
RENEW: Final = msg("Renew at today's prices")
HINTS: Final = (
    (msg("next cell"), "Tab"),
    (msg("copy from above"), "Ctrl+D"),
    (msg("why this price"), "Alt+W"),
)


class QuotePage(QWidget):
    """One quote."""

    opened = Signal(str, object)
    figures = Signal(object)
    header_changed = Signal()

    def __init__(self, look: Look, desk: Desk, quote_id: UUID) -> None:
        super().__init__()
        self._look, self._desk, self.quote_id = look, desk, quote_id
        found = desk.row("quote", quote_id)
        if found is None:
            raise KeyError(quote_id)
        self.shown: Row = found
        self._asked_paper, self._has_paper = False, False
        self.files = QuoteFiles(look, desk, quote_id)
        look.bind(self._yield_paper, lambda: look.t.scale)  # the first of this page's: the window grows later
        self.draft = drafts.load(desk.store, quote_id)
        self._late = False
        self.table = QuoteTable(look, self)
        self.grid = QuoteGrid(look, self.table)
        self.folds = SectionFolds(desk, quote_id, self.grid)
        self.foot = QuoteFoot(look)
        self.paper = QuotePaper(look, desk, self, lambda: self.draft)
        self.light = QuoteLight(desk, self, self.foot, lambda: self.draft)
        self.preview = self.paper.view
        self.changes = EditionChanges(look, desk, self, self.paper.take_file)
        self.preview.hide()  # until it is known whether there is room, or the window would grow for it
        self.files.shown.connect(self._turn_files)
        self.add = AddLine(look, desk, quote_id, self._after, self.fill)
        self.why = WhyPrice(look, self)
        self.confirm = Confirm(look, self)
        self.declining = declining.DeclineBox(look, self)
        self.clash = QuoteClashes(look, desk, self, self.grid, self.foot, self.fill)
        self._facts: dict[str, Button] = {}
        self._compose()
        self._listen()
        self.fill()
        self.cells = CellDrafts(desk, quote_id, self.grid)
        self.foot_drafts = FootDrafts(desk, quote_id, self.foot)
        cover(look, self)

    def _compose(self) -> None:
        look = self._look
        for key, icon, words in (
            ("tax_mode", "percent", msg("Basis")),
            ("valid_until", "calendar", msg("Valid until")),
            ("terms", "wallet", msg("Payment")),
        ):  # fmt: skip
            button = Button(look, words, kind="flat", icon=icon, value="—")
            button.clicked.connect(self._asker(key))
            self._facts[key] = button
        self._show_paper = Button(look, icon="file-text", kind="flat", name=msg("Show the paper"))
        self._show_paper.clicked.connect(lambda: self._turn_paper(show=True, asked=True))
        self._show_paper.hide()
        history = Button(look, icon="history", kind="flat", name=msg("Undo the last step"))
        history.clicked.connect(self._desk.undo)
        tools = (self.changes.button, self.files.button, history, self._show_paper)
        self._bar = QuoteBar(look, list(self._facts.values()), tools)
        self._add_row = region("surface")
        plus = Picture(look, "plus", "ink_3", "small")
        line = row(look, plus, self.add, gap=11, edge=(13, 0, 12, 0))
        line.setStretch(1, 1)
        self._add_row.setLayout(line)
        look.bind(self._add_row.setFixedHeight, lambda: look.t.row("quote_grid"))
        ground = self._lines = region("surface")
        self._stack = column(look, self._bar, self.grid, self._add_row, None, self.foot, gap=0)
        self._stack.setStretch(1, 1000)
        self._stack.setStretch(3, 1)
        ground.setLayout(self._stack)
        whole = row(look, ground, self.files, self.preview, gap=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self._avatar = Avatar(look, size="list")
        self._title = label(look, size="title", strong=True)
        self._chip = Chip(look)
        self._firm = Button(look, "", kind="quiet_link")
        self._firm.clicked.connect(lambda: self.opened.emit("customer", self.draft.quote.customer_id))
        self.issue = Button(look, msg("Issue"), kind="primary", icon="file-check", keys="F9")
        self.issue.clicked.connect(self.ask_issue)
        self._revise = Button(look, REVISE, icon="copy")
        self._revise.clicked.connect(lambda: self._do(*self._again()))
        self.share = share_button(look, words=False)
        self.share.clicked.connect(lambda: open_sharing(look, self._desk, self.shown, self.share))
        self._more = Button(look, icon="ellipsis", name=msg("More"))
        self._more.clicked.connect(self._open_more)
        self.signing = ToSign(look, self._desk, self, lambda: self.draft, self.paper.take_file)
        for part in (*self.header_parts(), self.issue, self._revise, self.share, self._more):
            park(part, self)

    def _listen(self) -> None:
        self.table.changed_by_hand.connect(self._typed)
        self.table.typing.connect(self._try_totals)
        self.table.refused.connect(self._desk.refused)
        self.foot.refused.connect(self._desk.refused)
        self.light.known.connect(self._lit)
        self.foot.discounted.connect(self._discount)
        self.foot.confirmed.connect(lambda: self._do("quote.confirm", msg("New total confirmed")))
        self.grid.left.connect(self._catch_up)
        self.grid.remove_wanted.connect(self._remove)
        self.grid.option_pressed.connect(self._tick)
        self.grid.why_wanted.connect(self._explain)
        self.grid.selectionModel().currentChanged.connect(lambda _now, _before: self._tell_figures())
        self.preview.language_chosen.connect(self._speak)
        self.preview.closed.connect(lambda: self._turn_paper(show=False))
        self._desk.changed.connect(self._changed)
        self._look.changed.connect(self.fill)
        QShortcut(QKeySequence("F9"), self).activated.connect(self.ask_issue)
        QShortcut(QKeySequence("F10"), self).activated.connect(partial(self.paper.take_file, "copy"))
        making.listen(self, self._desk)

    # Showing

    def header_parts(self) -> list[QWidget]:
        """Which quote of whom."""
        return [self._avatar, self._title, self._chip, self._firm]

    def header_actions(self) -> list[QWidget]:
        """Issue a draft; sign or revise what was issued."""
        return [self.share, self._more, *self.signing.parts(self.issue, self._revise)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The customer's name leaves a header that has no room for it."""
        super().resizeEvent(event)
        want(self._firm, event.size().width() >= self._look.px(CRAMPED))

    def editable(self) -> bool:
        """Whether this revision can still be written on."""
        return not self.draft.frozen and self._desk.refusal("quote.set_line", self.draft.quote) is None

    def fill(self) -> None:
        """Read the quote again and show all of it."""
        self.draft = drafts.load(self._desk.store, self.quote_id)
        draft, look = self.draft, self._look
        firm = draft.customer
        english = look.language == "en" and firm is not None and firm.name_en
        name = (firm.name_en if english else firm.name) if firm else ""
        self._avatar.show_name(veil_text(look, firm.name if firm else ""), firm.id if firm else "")
        number = draft.quote.number or look.text(msg("New quote", "untitled"))
        name_of_it = veil_text(look, draft.quote.name or "")
        look.release(self._title.setText)
        self._title.setText(
            f"{number} R{draft.revision.revision}" if draft.quote.number else name_of_it or number
        )
        stage = self._standing()
        word = words_of(type(draft.quote).fields()["stage"].kind, stage)
        look.bind(self._revise.setText, RENEW if stage == "expired" else REVISE)
        self._chip.show_words(
            declining.with_reason(draft.quote, word) or stage, _STAGE_TONES.get(stage, "neutral")
        )
        name = veil_text(look, name or "")
        self._firm.setText(name)
        self._firm.setAccessibleName(name)
        self.changes.follow(draft)
        self._show_facts()
        self.preview.languages.choose(draft.revision.language or "zh")
        totals = self._totals()
        editable = self.editable()
        self.table.show_draft(draft, totals, editable=editable)
        self.folds.apply()
        self._add_row.setVisible(editable)
        self.light.soon()
        self._show_totals(totals)
        self.issue.refuse(self._reason())
        self.share.refuse(reason(self._desk, self.shown))
        self.header_changed.emit()
        if self.isVisible():
            self._tell_figures()
        self.paper.soon()

    def _standing(self) -> str:
        """The stage as it is today."""
        day = cells.now().date()
        return cells.standing(self.draft.quote, self.draft.quote.stage or "draft", day) or "draft"

    def _again(self) -> tuple[str, Message]:
        """What begins the next revision: of an expired offer at today's prices."""
        expired = self._standing() == "expired"
        return ("quote.renew", RENEW) if expired else ("quote.revise", msg("New revision begun"))

    def _reason(self) -> Message | None:
        """Why it cannot be issued now."""
        return missing(self._desk, self.draft) or self.light.refusal

    def _show_facts(self) -> None:
        draft = self.draft
        mode = words_of(type(draft.revision).fields()["tax_mode"].kind, draft.revision.tax_mode or "")
        self._facts["tax_mode"].show_value(mode or "—")
        day = draft.revision.valid_until
        self._facts["valid_until"].show_value(day_words(day, cells.now().date()) if day else "—")
        self._facts["terms"].show_value(quote_schedule.brief(draft))
        for key in self._facts:
            self._facts[key].setEnabled(self.editable())
        self._bar.fit()

    def _totals(self) -> Totals | None:
        try:
            return self.draft.totals()
        except Refused as refused:
            self._desk.refused.emit(refused)
            return None

    def _show_totals(self, totals: Totals | None) -> None:
        if totals is not None:
            self.foot.show_totals(self.draft, totals, editable=self.editable())
        stage = words_of(type(self.draft.quote).fields()["stage"].kind, self.draft.quote.stage or "draft")
        review = self._desk.refusal("quote.confirm", self.draft.quote) is None
        self.foot.show_state(
            missing(self._desk, self.draft),
            frozen=self.draft.frozen,
            stage=stage or verbatim(""),
            review=review,
            standing=self.light.standing or self.light.verdict,
        )

    def _lit(self) -> None:
        self._show_totals(self._totals())
        self.issue.refuse(self._reason())

    def _try_totals(self) -> None:
        try:
            totals = self.draft.totals()
        except Refused:
            return
        self.table.show_totals(totals)
        self.foot.show_totals(self.draft, totals, editable=True)

    def enter(self) -> None:
        """The cursor where one goes on; the paper stays away where there is no room for it."""
        self._turn_paper(show=self._has_room() and self.files.isHidden())
        if self.editable():
            self.add.setFocus()
        self._tell_figures()

    def _tell_figures(self) -> None:
        index = self.grid.currentIndex()
        figures: list[tuple[Message | str, str]] = []
        if index.isValid() and index.row() < len(self.table.rows):
            head = self.table.heads()[index.column()]
            place = self.table.rows[index.row()].number or str(index.row() + 1)
            if head is not None:
                figures.append((msg("Line {place}, {column}").of(place=place, column=head), ""))
        count = sum(row.line.kind in quotes.PRICED for row in self.table.rows)
        figures.append((msg("{count} lines").of(count=count), ""))
        line = self.grid.line()
        fold = ((msg("fold the section"), "Space"),) if line is not None and line.kind == "section" else ()
        for words, keys in (*fold, *HINTS):
            figures.append((words, Hint(keys)))
        self.figures.emit(figures)

    def _has_room(self) -> bool:
        return self._look.px(NARROWEST) <= self.window().width()

    def _yield_paper(self, _scale: int) -> None:
        """Where text or window leave no room, the paper goes first, then the lines beside the files."""
        if not self.files.isHidden():
            self._turn_files(shown=True)
        if self._has_paper and not (self._asked_paper or self._has_room()):
            self._turn_paper(show=False)

    def _turn_files(self, shown: bool) -> None:
        """The files take the paper's place, and where there is little room the lines' as well."""
        room = self._has_room()
        self._turn_paper(show=not shown and room)
        self._lines.setVisible(room or not shown)
        self.files.widen(alone=not self._lines.isVisibleTo(self))

    def _turn_paper(self, *, show: bool, asked: bool = False) -> None:
        self._asked_paper, self._has_paper = asked, show
        self.files.setVisible(self.files.isVisibleTo(self) and not show)
        self.preview.setVisible(show)
        self._show_paper.setVisible(not show)

    def _catch_up(self) -> None:
        """After a cell was left: show what others changed meanwhile, and nothing that was only tried."""
        if self._late or self.table.tried:
            self._late = False
            self._read_again()

    # Writing

    def _after(self) -> UUID | None:
        """The line behind which new ones come; none: at the end."""
        line = self.grid.line()
        last = self.grid.currentIndex().row() >= len(self.table.rows) - 1
        return line.id if line is not None and not last else None

    def _typed(self, typed: Typed) -> None:
        said: dict[str, Any] = {"line_id": typed.line, "clashed": self.clash.cell(typed)}
        if typed.field == "discount":
            said |= {"kind": "percent", "value": typed.value, "seen": {"value": typed.seen}}
            self._do("quote.discount", msg("Discount changed"), **said)
        else:
            said |= {"values": {typed.field: typed.value}, "seen": {typed.field: typed.seen}}
            self._do("quote.set_line", msg("Line changed"), **said)

    def _discount(self, kind: str, value: Decimal | None, seen: Decimal | None) -> None:
        said: dict[str, Any] = {"kind": kind, "value": value, "seen": {"value": seen}}
        self._do("quote.discount", msg("Discount changed"), clashed=self.clash.discount(kind), **said)

    def _remove(self, line: QuoteLine) -> None:
        self._do("quote.remove_line", msg("Line removed"), line_id=line.id)

    def _tick(self, line: QuoteLine) -> None:
        self._set_line(line, msg("Option changed"), "chosen", not line.chosen)

    def _set_line(self, line: QuoteLine, told: Message, field: str, value: Any) -> None:
        said: dict[str, Any] = {"values": {field: value}, "seen": {field: getattr(line, field)}}
        self._do("quote.set_line", told, line_id=line.id, **said)

    def _do(
        self,
        name: str,
        told: Message,
        *,
        clashed: Callable[..., object] | None = None,
        undone: Callable[[], object] | None = None,
        **arguments: Any,
    ) -> None:
        def failed(error: SatchelError) -> None:
            self._desk.refused.emit(error)
            self.fill()
            if undone is not None:
                undone()

        ways: dict[str, Any] = {"failed": failed, "clashed": clashed or self.clash.anywhere}
        self._desk.do(name, self.quote_id, told=told, **ways, **arguments)

    def _set(self, field: str, value: Any, seen: Any, *, parsed: bool = True) -> None:
        """One field of the revision."""
        ways: dict[str, Any] = {"parsed": parsed, "seen": {field: seen}, "clashed": self.clash.anywhere}
        self._desk.edit("quote_revision", self.draft.revision.id, {field: value}, **ways)

    def _speak(self, language: str) -> None:
        if self.editable():
            self._set("language", language, self.draft.revision.language)
        else:
            self.draft.revision.language = language
            self.paper.make()

    def _asker(self, key: str) -> Callable[[], None]:
        return lambda: self._ask_fact(key)

    def _ask_fact(self, key: str) -> None:
        button, revision = self._facts[key], self.draft.revision
        if key == "terms":
            act = partial(self._do, "quote.schedule", quote_schedule.CHANGED)
            quote_schedule.ask(self._look, button, self.draft, act)
        elif key == "tax_mode":
            other = "excluded" if revision.tax_mode == "included" else "included"
            self._set("tax_mode", other, revision.tax_mode)
        elif key == "valid_until":
            seen = revision.valid_until
            act = partial(self._set, "valid_until", seen=seen, parsed=False)
            self.confirm.ask_text(button, msg("Valid until"), seen.isoformat() if seen else "", act)

    def _explain(self, line: QuoteLine) -> None:
        self.why.explain(line, self.draft.adjustments_of(line))
        box = self.grid.visualRect(self.grid.currentIndex())
        left = box.right() - self.why.width() + 2 * RING
        corner = self.grid.viewport().mapTo(self, QPoint(left, box.bottom() + 6))
        self.why.pop(corner)

    def _open_more(self) -> None:
        menu = QMenu(self)
        line = self.grid.line()
        acts: list[tuple[Message, Callable[[], object]]] = []
        if self.editable() and line is not None:
            for kind, words in (("item", msg("Make it an item")), ("option", msg("Make it an option"))):
                if line.kind in quotes.PRICED and line.kind != kind:
                    acts.append((words, partial(self._become, line, kind)))
            acts += quote_bundles.acts(self._desk, self.draft, line, self._do)
            acts.append((msg("Remove the line"), lambda: self._remove(line)))
        if line is not None:
            acts.append((msg("Why this price?"), lambda: self._explain(line)))
        for name, words in (
            ("quote.accept", msg("Customer accepted")),
            ("quote.decline", msg("Customer declined")),
            ("quote.repeat", msg("The same again")),
        ):
            if self._desk.refusal(name, self.draft.quote) is None:
                asks = name == "quote.decline"
                acts.append((words, self.ask_decline if asks else partial(self._do, name, words)))
        acts += [*mail_acts(self, self.draft.quote), *self.folds.acts()]
        acts += links_box.acts(self._look, self._desk, self.draft, self._more)
        acts += making.offered(self._desk, self.draft, self.opened.emit, self.paper.take_file)
        if self._desk.refusal("quote.delete", self.draft.quote) is None:
            acts.append((msg("Delete the quote"), lambda: self._desk.delete(self.shown)))
        for words, act in acts:
            menu.addAction(self._look.text(words)).triggered.connect(act)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height() + 4)))
        menu.aboutToHide.connect(menu.deleteLater)

    def _become(self, line: QuoteLine, kind: str) -> None:
        self._set_line(line, msg("Line changed"), "kind", kind)

    def ask_decline(self) -> None:
        """Why the customer said no, which they need not say."""

        def act(reason: str, words: str) -> None:
            self._do("quote.decline", msg("Customer declined"), reason=reason, words=words)

        self.declining.ask(self._more, act)

    def ask_issue(self) -> None:
        """Issuing cannot come back, so it asks once."""
        if not self.issue.isEnabled() or self.draft.frozen:
            return
        why = msg("It gets its number, and its content never changes again. A revision can follow.")
        issue = partial(self._do, "quote.issue", msg("Quote issued"))
        self.confirm.ask(self.issue, msg("Issue this quote?"), why, msg("Issue"), issue)

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        parts = {"quote", "quote_line", "quote_revision", "adjustment"}
        own = {line.id for line in self.draft.lines} | {self.quote_id, self.draft.revision.id}
        own |= {one.id for one in self.draft.adjustments}
        mine = any(key in own for kind, key in keys if kind in parts)
        if not mine and not any(kind in ("quote_line", "adjustment", "quote_revision") for kind, _ in keys):
            return
        if self._desk.row("quote", self.quote_id) is None:
            self.opened.emit("customer", self.draft.quote.customer_id)
            return
        if self.grid.typing():  # what somebody types in a cell stays; the rest is read when they are done
            self._late = True
            return
        self._read_again()

    def _read_again(self) -> None:
        at = self.grid.currentIndex()
        self.fill()
        if at.isValid() and at.row() < self.table.rowCount():
            self.grid.setCurrentIndex(self.table.index(at.row(), min(max(at.column(), NAME), AMOUNT)))
