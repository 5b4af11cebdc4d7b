"""Rows that somebody changed between the preview and the button: mine, current and original of each."""

from collections.abc import Collection, Sequence
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import Refused, SatchelError
from desktop.models.record import RECORDS
from desktop.services import bulk
from desktop.services.bulk import Report
from desktop.services.clashes import Clashed
from desktop.views.buttons import Button
from desktop.views.clash import Option, lines_of, who_and_when
from desktop.views.compose import Line, Picture, column, holding, label, row, scrolling
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.privacy import veil, veil_text
from desktop.words import msg, verbatim

FIELD = msg("{title}: {field}")
MOST = 60
"""Rows shown one by one; the rest goes as the button says, or is decided in the outbox."""
WIDEST = 880
"""px at 100 %: on a page of its own what is chosen stays as narrow as a form."""


def narrow(look: Look, part: QWidget) -> QWidget:
    """At the left edge, as wide as there is room for, up to a form's width."""
    look.bind(part.setMaximumWidth, lambda: look.px(WIDEST))
    line = row(look, part, None, gap=0)
    line.setStretch(0, 1)
    line.setStretch(1, 0)
    return holding(line)


class BulkClash(QWidget):
    """Each row by itself, all mine or all current; what is left waits in the outbox."""

    decided = Signal(object)  # the ids of the records in which mine is used
    left = Signal()

    def __init__(self, look: Look, report: Report) -> None:
        super().__init__()
        self._look = look
        self.report = report
        self._names = {line.record: line.record_title for line in report.plan.lines}
        self.options: dict[UUID, tuple[Option, Option]] = {}
        self._groups: list[QButtonGroup] = []
        self.rows: tuple[Clashed, ...] = report.clashes[:MOST]
        words = msg("{count} rows were changed meanwhile").of(count=len(report.clashes))
        look.bind(self.setAccessibleName, words)
        below = msg("The others are saved. What you chose is kept; nothing has to be typed again.")
        head = row(look, Picture(look, "git-merge", "bad"), label(look, words, strong=True), None, gap=8)
        inner = QWidget()
        rows = column(look, gap=0)
        for each in self.rows:
            rows.addWidget(narrow(look, holding(self._row(each))))
            rows.addWidget(Line(look))
        more = len(report.clashes) - len(self.rows)
        if more:
            rows.addWidget(label(look, msg("{count} more").of(count=more), size="small", ink="ink_3"))
        rows.addStretch(1)
        inner.setLayout(rows)
        self.save = Button(look, msg("Save this choice"), kind="primary")
        self.all_mine = Button(look, msg("All mine"))
        self.all_current = Button(look, msg("All current"))
        self.later = Button(look, msg("Decide later"), kind="flat", keys="Esc")
        self.save.clicked.connect(lambda: self.decided.emit(self.chosen()))
        self.all_mine.clicked.connect(lambda: self.decided.emit([one.record for one in report.clashes]))
        self.all_current.clicked.connect(lambda: self.decided.emit([]))
        self.later.clicked.connect(self.left)
        top = holding(column(look, head, label(look, below, size="small", ink="ink_2", wrap=True), gap=4,
                             edge=(20, 12, 16, 10)))  # fmt: skip
        choice = row(look, self.save, None, self.later, gap=8)
        every = row(look, self.all_mine, self.all_current, None, gap=8)
        foot = holding(column(look, choice, every, gap=8, edge=(20, 12, 16, 12)))
        whole = column(look, top, Line(look), scrolling(inner), Line(look), narrow(look, foot), gap=0)
        whole.setStretch(2, 1)
        self.setLayout(whole)
        self.setFocusProxy(self.save)

    def _row(self, each: Clashed) -> QVBoxLayout:
        look = self._look
        title = label(look, veil(look, self._names.get(each.record, verbatim(""))), strong=True, wrap=True)
        before = veil_text(look, " ".join(text for text, _ in self._lines(each, "original")))
        was = label(look, msg("Before: {value}").of(value=before), size="small", ink="ink_3", wrap=True)
        mine = Option(look, self._lines(each, "mine"), look.text(msg("Yours")))
        note = who_and_when(each.clashes[0], look) or look.text(msg("Now"))
        current = Option(look, self._lines(each, "current"), note)
        group = QButtonGroup(self)
        self._groups.append(group)
        for option in (mine, current):
            group.addButton(option)
        mine.setChecked(True)
        self.options[each.record] = (mine, current)
        return column(look, title, was, mine, current, gap=4, edge=(20, 10, 16, 10))

    def _lines(self, each: Clashed, side: str) -> list[tuple[str, bool]]:
        """What one side holds; of several fields each line says of which."""
        look, kind = self._look, each.type
        found: list[tuple[str, bool]] = []
        for clash in each.clashes:
            lines = lines_of(clash, side, kind, look.language)
            if not self.report.plan.field:
                named = FIELD.of(title=RECORDS[kind].fields()[clash.field].label, field=lines[0][0])
                lines = [(look.text(named), lines[0][1]), *lines[1:]]
            found += lines
        return found

    def choose(self, mine: Collection[UUID]) -> None:
        """Mine in these, the current one in the others."""
        for record, (own, current) in self.options.items():
            (own if record in mine else current).setChecked(True)

    def chosen(self) -> list[UUID]:
        """The records in which mine is used; those that are not shown stay as they are now."""
        return [record for record, (mine, _current) in self.options.items() if mine.isChecked()]


class Meanwhile(QObject):
    """What remains to be said of a report: what was refused, and a page of a stack for what clashed."""

    asked = Signal()  # the page is there
    decided = Signal(object)  # the report of what was written by choice
    failed = Signal(object)
    over = Signal()  # nothing is left to ask

    def __init__(self, look: Look, desk: Desk, stack: QStackedWidget) -> None:
        super().__init__(stack)
        self._look, self._desk, self._stack = look, desk, stack
        self.page: BulkClash | None = None
        look.changed.connect(self._say_again)

    def tell(self, report: Report) -> None:
        """Say what was not changed; ask about what somebody changed meanwhile, one report at a time."""
        if report.refused:
            words = msg("{count} were not changed: {why}")
            why = report.refused[0][1]
            self._desk.refused.emit(Refused(words.of(count=len(report.refused), why=why)))
        if report.clashes:
            self.ask(report)
        elif self.page is None or self.page.report.plan is report.plan:
            self.over.emit()

    def tell_why(self, error: BaseException) -> None:
        """Nothing was written, or it was stopped."""
        if isinstance(error, SatchelError) and error.message == bulk.STOPPED:
            self._desk.told.emit(error.message, False)
        else:
            self._desk.refused.emit(error)

    def ask(self, report: Report) -> None:
        """Show the rows that clashed."""
        self.drop()
        self.page = page = BulkClash(self._look, report)
        page.left.connect(self.over)
        page.decided.connect(lambda mine: self._decide(report, mine))
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self.asked.emit()
        page.setFocus()

    def _decide(self, report: Report, mine: Sequence[UUID]) -> None:
        desk = self._desk

        def work() -> Report:
            with desk.told_once():
                return bulk.decide(desk.store, desk.actor, report, mine)

        if mine:
            desk.runner.write_slowly(work, done=self.decided.emit, failed=self.failed.emit)
        else:
            desk.told.emit(msg("Kept as they are now; yours waits in the outbox."), False)
            self.over.emit()

    def drop(self) -> None:
        """Take the page away; what is not decided waits in the outbox."""
        page, self.page = self.page, None
        if page is not None:
            self._stack.removeWidget(page)
            page.deleteLater()

    def _say_again(self) -> None:
        if self.page is not None and self._stack.isVisible():
            chosen = self.page.chosen()
            self.ask(self.page.report)
            self.page.choose(chosen)
