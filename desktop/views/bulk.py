"""Change a field of many rows: choose the field and the value, look at what becomes of each, do it once."""

import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import Refused
from desktop.models.kinds import Amount, Link
from desktop.models.record import RECORDS
from desktop.rules import formulas
from desktop.services import bulk
from desktop.services.assigning import OWNER
from desktop.services.bulk import How, Plan, Report
from desktop.views import cells, errors
from desktop.views.bulk_clash import Meanwhile
from desktop.views.bulk_rows import Preview
from desktop.views.buttons import Button, Segments
from desktop.views.compose import Line, clear, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.editors import AnyEditor, ChoiceEditor, LineEditor, editor_for
from desktop.views.list_figures import counted
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.views.privacy import veil_text
from desktop.views.progress import Bar
from desktop.views.running import Running
from desktop.words import Message, msg

SOON: Final = 250
"""Milliseconds after a key until the preview follows."""
SHOWN_AFTER: Final = 0.4
"""Seconds that a change may take before it shows its progress."""
TICK: Final = 100
HOWS: Final[dict[How, Message]] = {
    "set": msg("Replace"),
    "add": msg("Add"),
    "remove": msg("Take away"),
    "by": msg("Change by"),
    "append": msg("Add behind it"),
}
HINTS: Final[dict[How, Message]] = {"by": msg("+5%, ×1.1, -200"), "append": msg("What is added")}
NOT_YET: Final = msg("Say what it becomes.")
NOTHING: Final = msg("Nothing would change.")
LOOKING: Final = msg("One moment: looking at what would change.")
NO_SUCH: Final = msg("There is no such {what} on this laptop.")


class BulkPanel(QWidget):
    """Beside a list, in place of the detail panel."""

    closed = Signal()

    def __init__(self, look: Look, desk: Desk, kind: str) -> None:
        super().__init__()
        self._look, self._desk, self._kind = look, desk, kind
        self._ids: list[UUID] = []
        self._asked = 0
        """The number of the preview that was asked for last; older answers are dropped."""
        self._emptied = False
        self.plan: Plan | None = None
        self.editor: AnyEditor | None = None
        self._how: Segments | None = None
        self._running = Running(msg("Nothing"))
        self._began = 0.0
        self._soon, self._tick = QTimer(self), QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON)
        self._soon.timeout.connect(self._look_ahead)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self._show_progress)
        self._title = label(look, size="title", strong=True)
        self._what = QVBoxLayout()
        self._becomes = QVBoxLayout()
        self._why = label(look, size="small", ink="bad", wrap=True)
        self._summary = label(look, size="small", ink="ink_2")
        self._sums = label(look, size="small", ink="ink_2", wrap=True)
        self.preview = Preview(look)
        self.fields: ChoiceEditor | None = None
        self._compose()
        look.changed.connect(self._reword)
        self.hide()

    def _compose(self) -> None:
        look = self._look
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.leave)
        head = row(look, self._title, None, close, gap=8, edge=(20, 12, 12, 12))
        for layout in (self._what, self._becomes):
            layout.setContentsMargins(0, 0, 0, 0)
            look.bind(layout.setSpacing, lambda: look.px(6))
        form = column(look, gap=4, edge=(20, 8, 16, 8))
        form.addWidget(label(look, msg("What to change"), size="small", ink="ink_2"))
        form.addLayout(self._what)
        form.addSpacing(4)
        form.addWidget(label(look, msg("Becomes"), size="small", ink="ink_2"))
        form.addLayout(self._becomes)
        self.empty = Button(look, msg("Leave it empty"), kind="quiet_link")
        self.empty.clicked.connect(self._empty)
        form.addLayout(row(look, self.empty, None, gap=0))
        form.addWidget(self._why)
        band = region("ground", "top")
        band.setLayout(
            row(
                look,
                label(look, msg("Preview"), strong=True),
                self._summary,
                None,
                gap=8,
                edge=(20, 6, 16, 6),
            )
        )
        self._below = region("panel", "top")
        self._below.setLayout(column(look, self._sums, gap=0, edge=(20, 8, 16, 8)))
        upper = column(look, holding(form), band, self.preview, self._below, gap=0)
        upper.setStretch(2, 1)
        asking = column(look, scrolling(holding(upper)), Line(look), self._made_foot(), gap=0)
        asking.setStretch(0, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(holding(asking))
        self.meanwhile = Meanwhile(look, self._desk, self._stack)
        self.meanwhile.decided.connect(self._finish)
        self.meanwhile.failed.connect(self._failed)
        self.meanwhile.over.connect(self.leave)
        ground = region("panel", "left")
        ground.setLayout(column(look, head, Line(look), self._stack, gap=0))
        self.setLayout(column(look, ground, gap=0))

    def _made_foot(self) -> QWidget:
        look = self._look
        self.go = Button(look, msg("Change"), kind="primary", keys="Ctrl+Enter")
        self.go.clicked.connect(self._carry_out)
        cancel = Button(look, msg("Cancel"), kind="flat")
        cancel.clicked.connect(self.leave)
        self._once = label(look, msg("One undo"), size="small", ink="ink_3")
        ready = holding(row(look, self._once, None, cancel, self.go, gap=8, edge=(20, 10, 16, 10)))
        self.bar = Bar(look)
        self._facts = label(look, size="small", ink="ink_2")
        self.stop = Button(look, msg("Cancel"))
        self.stop.clicked.connect(self._cancel)
        facts = row(look, self._facts, None, self.stop, gap=8)
        going = holding(column(look, self.bar, facts, gap=6, edge=(20, 10, 16, 10)))
        self._foot = QStackedWidget()
        for part in (ready, going):
            self._foot.addWidget(part)
        return self._foot

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button keeps its keys; what stands beside it leaves first."""
        super().resizeEvent(event)
        self._once.setVisible(event.size().width() >= self._look.t.column("panel"))

    # Asking

    def ask(self, ids: Sequence[UUID], field: str = "") -> None:
        """Begin with these records, perhaps with a field chosen already."""
        self._ids = list(ids)
        self._asked += 1
        self.meanwhile.drop()
        self._foot.setCurrentIndex(0)
        self._reword()
        names = bulk.fields_of(self._desk.actor, self._kind)
        fields = RECORDS[self._kind].fields()
        clear(self._what)
        self.fields = ChoiceEditor(
            self._look, [(name, fields[name].label) for name in names], field or names[0]
        )
        self._look.bind(self.fields.setAccessibleName, msg("What to change"))
        self.fields.currentIndexChanged.connect(lambda _place: self._choose_field())
        self._what.addWidget(self.fields)
        self._choose_field()
        self.show()
        self.fields.setFocus()

    def take(self, ids: Sequence[UUID]) -> None:
        """Other records; what was chosen and typed stays."""
        self._ids = list(ids)
        self._show_plan(None)
        self._reword()
        self._look_ahead()

    def _reword(self) -> None:
        words = msg("Change {what}").of(what=counted(self._kind, len(self._ids)))
        self._look.bind(self._title.setText, words)
        self._say_plan()

    @property
    def name(self) -> str:
        """The field that is chosen."""
        return str(self.fields.currentData()) if self.fields is not None else ""

    def _choose_field(self) -> None:
        look = self._look
        described = RECORDS[self._kind].fields()[self.name]
        clear(self._becomes)
        self._how = None
        hows = bulk.hows(described)
        if len(hows) > 1:
            ways = [(how, HOWS[how]) for how in hows]
            self._how = Segments(look, ways, current=hows[0], name=msg("What becomes of what is there"))
            self._how.chosen.connect(lambda _key: self._compose_editor())
            self._becomes.addWidget(self._how)
        self._editing = QVBoxLayout()
        self._becomes.addLayout(self._editing)
        self._compose_editor()

    def how(self) -> How:
        """In which way the field is changed."""
        return self._how.current() if self._how is not None else "set"  # type: ignore[return-value]

    def _compose_editor(self) -> None:
        """What the value is typed into: the field's own editor, or a line for what changes it."""
        look, how = self._look, self.how()
        described = RECORDS[self._kind].fields()[self.name]
        clear(self._editing)
        self.editor = editor = (
            LineEditor("") if how in HINTS else editor_for(look, described, None, "", self._find)
        )
        if isinstance(editor, LineEditor) and how in HINTS:
            look.bind(editor.setPlaceholderText, HINTS[how])
        for signal in ("textChanged", "currentIndexChanged"):
            if hasattr(editor, signal):
                getattr(editor, signal).connect(lambda *_what: self._touched())
        look.bind(editor.setAccessibleName, msg("Becomes"))
        self._editing.addWidget(editor)
        needed = described.required or how != "set" or described.merge == "set" or self.name == OWNER
        self.empty.setVisible(not needed)
        self._asked += 1
        self._emptied = False
        self._say_why(None)
        self._show_plan(None)

    def _find(self, kind: str, text: str) -> list[tuple[UUID, str]]:
        return [(UUID(bytes=hit.id), hit.title) for hit in self._desk.search(text, [kind], 8)]

    def _touched(self) -> None:
        self._emptied = False
        self._asked += 1
        self._show_plan(None)
        self._soon.start()

    def _empty(self) -> None:
        editor = self.editor
        if editor is None:
            return
        editor.blockSignals(True)
        editor.setCurrentIndex(-1) if isinstance(editor, ChoiceEditor) else editor.clear()
        editor.blockSignals(False)
        self._emptied = True
        self._look_ahead()

    def _value(self) -> Any:
        """What was typed. Raises Refused; LookupError where nothing was said yet."""
        editor = self.editor
        described = RECORDS[self._kind].fields()[self.name]
        if self._emptied:
            return described.kind.parse("")
        if editor is None or not editor.was_changed():
            raise LookupError
        value = editor.typed()
        if self.how() == "by":
            return formulas.read(str(value))
        if self.how() == "append":
            return str(value)
        if isinstance(described.kind, Link) and value is None:
            raise Refused(NO_SUCH.of(what=RECORDS[described.kind.to].__label__))
        return value if editor.parsed else described.kind.parse(str(value))

    # Looking ahead

    def _look_ahead(self) -> None:
        self._soon.stop()
        self._asked += 1
        try:
            value = self._value()
        except LookupError:
            return
        except Refused as refused:
            self._say_why(refused.message)
            return
        self._say_why(None)
        desk, asked, kind, name, ids = self._desk, self._asked, self._kind, self.name, self._ids
        how = self.how()
        self.go.refuse(LOOKING)

        def show(plan: Plan) -> None:
            if asked == self._asked:
                self._show_plan(plan)

        def refuse(error: BaseException) -> None:
            if asked == self._asked:
                self._say_why(errors.shown(error).words)

        work = lambda: bulk.plan(desk.store, desk.actor, kind, ids, name, value, how)  # noqa: E731
        desk.runner.write(work, done=show, failed=refuse)

    def _show_plan(self, plan: Plan | None) -> None:
        self.plan = plan
        self.preview.rows.show_plan(plan)
        self._say_plan()

    def _say_plan(self) -> None:
        look, plan = self._look, self.plan
        if plan is None:
            look.release(self._summary.setText)
            self._summary.setText("")
            self._below.hide()
            self.go.say(msg("Change"))
            self.go.refuse(NOT_YET)
            return
        changing, refused = len(plan.changing()), len(plan.refused())
        parts = [msg("{count} will change").of(count=f"{changing:,}")]
        parts += [msg("{count} will not").of(count=f"{refused:,}")] if refused else []
        parts += [msg("{count} are so already").of(count=f"{plan.same():,}")] if plan.same() else []
        look.bind(self._summary.setText, lambda: " · ".join(map(look.text, parts)))
        sums = [self._sum(plan, one) for one in plan.sums()]
        look.bind(self._sums.setText, lambda: veil_text(look, "\n".join(map(look.text, sums))))
        self._below.setVisible(bool(sums))
        self.go.say(msg("Change {count}").of(count=f"{changing:,}"))
        self.go.refuse(None if changing else NOTHING)

    def _sum(self, plan: Plan, one: bulk.Sum) -> Message:
        kind = plan.described.kind
        amount = isinstance(kind, Amount)
        old, new = (
            cells.money(value, one.currency) if amount else kind.format(value, "en")
            for value in (one.old, one.new)
        )
        words = msg("{field}, all together: {old} \N{RIGHTWARDS ARROW} {new}")
        return words.of(field=plan.described.label, old=old, new=new)

    def _say_why(self, words: Message | None) -> None:
        self._why.setVisible(words is not None)
        if words is not None:
            self._look.bind(self._why.setText, words)

    def complaint(self) -> str:
        """What stands under the value."""
        return "" if self._why.isHidden() else self._why.text()

    # Doing it

    def _carry_out(self) -> None:
        plan, desk = self.plan, self._desk
        if plan is None or not self.go.isEnabled():
            return
        self._begin(len(plan.changing()))
        running = self._running

        def work() -> Report:
            with desk.told_once():
                return bulk.carry_out(desk.store, desk.actor, plan, running.progress)

        def finish(report: Report) -> None:
            running.ended.emit()
            self._finish(report)

        def fail(error: BaseException) -> None:
            running.ended.emit()
            self._failed(error)

        desk.runner.write_slowly(work, done=finish, failed=fail)

    def _begin(self, total: int) -> None:
        title = msg("Changing {count} {what}")
        plural = inside(RECORDS[self._kind].__plural__)
        self._running = Running(title.of(count=f"{total:,}", what=plural))
        self._running.progress(0, total)
        self._began = time.monotonic()
        self.go.refuse(LOOKING)
        self.stop.setEnabled(True)
        self._tick.start()

    def _show_progress(self) -> None:
        spent = time.monotonic() - self._began
        if spent < SHOWN_AFTER:
            return
        done, total = self._running.done, self._running.total
        self._foot.setCurrentIndex(1)
        self.bar.show_part(done * 100 // total if total else 0)
        left = round(spent * (total - done) / done) if done else None
        words = msg("{done} of {total}")
        if left:
            words = msg("{done} of {total}, about {left} s left")
        self._look.bind(self._facts.setText, words.of(done=f"{done:,}", total=f"{total:,}", left=left))

    def _cancel(self) -> None:
        self._running.stop()
        self.stop.setEnabled(False)

    def _end(self) -> None:
        self._tick.stop()
        self._foot.setCurrentIndex(0)

    def _failed(self, error: BaseException) -> None:
        self._end()
        self._say_plan()
        self.meanwhile.tell_why(error)

    def _finish(self, report: Report) -> None:
        self._end()
        desk, plan = self._desk, report.plan
        desk.saved.emit(desk.store.clock())
        if report.saved:
            what = counted(plan.type, report.saved)
            told = msg("{field} of {what} changed").of(field=plan.described.label, what=what)
            desk.told.emit(told, True)
        self.meanwhile.tell(report)

    def leave(self) -> None:
        """Close it; what is under way goes on to its end, with a line of its own in the window."""
        if self._tick.isActive():
            self._tick.stop()
            self._desk.begun.emit(self._running)
        self._asked += 1
        self._soon.stop()
        self.meanwhile.drop()
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter does it, Escape leaves it."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go.click()
        elif enter:
            self._look_ahead()
        else:
            super().keyPressEvent(event)
