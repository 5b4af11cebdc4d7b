"""A file of which some rows are here already: what becomes of each, looked at before it is done."""

from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.services import import_updates, imports
from desktop.services.bulk import Report
from desktop.services.import_updates import Update
from desktop.views import errors
from desktop.views.bulk_clash import Meanwhile
from desktop.views.bulk_rows import Preview
from desktop.views.buttons import Button, Segments
from desktop.views.card import Card
from desktop.views.compose import Line, clear, column, holding, label, region, row
from desktop.views.desk import Desk
from desktop.views.editors import ChoiceEditor
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.views.running import Running
from desktop.words import msg

WIDTH: Final = 720
ROWS: Final = 9
"""Rows of the preview that the card has room for."""
How = Literal["update", "new", "all"]
HOWS: Final = (
    ("update", msg("Bring them up to date")),
    ("new", msg("Only add what is new")),
    ("all", msg("Add every row")),
)
LOOKING: Final = msg("One moment: looking at what would change.")
NOTHING: Final = msg("Nothing would change.")


class _Rows(Preview):
    """As high as a few rows."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._look = look

    def sizeHint(self) -> QSize:
        """Nine rows, fewer where there are fewer."""
        count = min(max(self.rows.rowCount(), 2), ROWS)
        return QSize(self._look.px(400), count * self._look.t.row("list"))

    def minimumSizeHint(self) -> QSize:
        """Two rows."""
        return QSize(self._look.px(200), 2 * self._look.t.row("list"))


class Bringing(Card):
    """Asks how, shows what would become of each row, and does it in one step."""

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        self._path = Path()
        self._made: imports.Plan | None = None
        self._asked = 0
        self.plan: Update | None = None
        self.keys: ChoiceEditor | None = None
        self._title = label(look, size="title", strong=True, wrap=True)
        self.how = Segments(look, HOWS, current="update", name=msg("What becomes of them"))
        self.how.chosen.connect(lambda _key: self._look_ahead())
        self._by = QHBoxLayout()
        self._by.setContentsMargins(0, 0, 0, 0)
        self._by_words = label(look, msg("Known again by"), ink="ink_2")
        self._summary = label(look, size="small", ink="ink_2", wrap=True)
        self.preview = _Rows(look)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._asking())
        self.meanwhile = Meanwhile(look, desk, self._stack)
        self.meanwhile.asked.connect(self.lift)
        self.meanwhile.decided.connect(self._finish)
        self.meanwhile.failed.connect(self.meanwhile.tell_why)
        self.meanwhile.over.connect(self.dismiss)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        head = row(look, self._title, close, gap=8, edge=(20, 12, 12, 12))
        head.setStretch(0, 1)
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), self._stack, gap=0, edge=ring))
        look.bind(self.setAccessibleName, msg("Rows that are here already"))
        look.changed.connect(self._say_again)

    def _asking(self) -> QWidget:
        look = self._look
        by = row(look, self._by_words, self._by, None, gap=8)
        ways = column(look, row(look, self.how, None), by, gap=10, edge=(20, 12, 20, 12))
        band = region("ground", "top")
        heading = label(look, msg("Preview"), strong=True)
        line = row(look, heading, self._summary, gap=8, edge=(20, 6, 20, 6))
        line.setStretch(1, 1)
        band.setLayout(line)
        self.go = Button(look, msg("Import"), kind="primary", keys="Ctrl+Enter")
        self.go.clicked.connect(self._carry_out)
        cancel = Button(look, msg("Cancel"), kind="flat")
        cancel.clicked.connect(self.dismiss)
        once = label(look, msg("One undo"), size="small", ink="ink_3")
        foot = row(look, once, None, cancel, self.go, gap=8, edge=(20, 10, 16, 10))
        whole = column(look, ways, band, self.preview, Line(look), foot, gap=0)
        whole.setStretch(2, 1)
        return holding(whole)

    # Asking

    def ask(self, path: Path, made: imports.Plan, key: str) -> None:
        """These rows of a file were met; some are here already, known again by this column."""
        self._path, self._made = path, made
        self.meanwhile.drop()
        self.how.choose("update")
        kind = made.kind
        keys = [(one, import_updates.key_label(kind, one)) for one in import_updates.keys_of(made)]
        clear(self._by)
        self.keys = ChoiceEditor(self._look, keys, key)
        self._look.bind(self.keys.setAccessibleName, msg("Known again by"))
        self.keys.currentIndexChanged.connect(lambda _place: self._look_ahead())
        self._by.addWidget(self.keys)
        words = msg("{file}: some rows are here already").of(file=path.name)
        self._look.bind(self._title.setText, words)
        self._show_plan(None)
        self.lift()
        self.how.button("update").setFocus()
        self._look_ahead()

    def _look_ahead(self) -> None:
        desk, made, keys = self._desk, self._made, self.keys
        if made is None or keys is None:
            return
        self._asked += 1
        asked, how, key = self._asked, self.how.current(), str(keys.currentData())
        for part in (keys, self._by_words):
            part.setVisible(how != "all")
        self._show_plan(None)
        self.go.refuse(LOOKING)

        def work() -> Update:
            if how == "all":
                return import_updates.everything(made)
            plan = import_updates.plan(desk.store, desk.actor, made, key)
            return import_updates.only_new(plan) if how == "new" else plan

        def show(plan: Update) -> None:
            if asked == self._asked:
                self._show_plan(plan)

        def refuse(error: BaseException) -> None:
            if asked == self._asked:
                self._look.bind(self._summary.setText, errors.shown(error).words)

        desk.runner.write_slowly(work, done=show, failed=refuse)

    def _show_plan(self, plan: Update | None) -> None:
        look = self._look
        self.plan = plan
        self.preview.rows.show_plan(plan)
        if plan is None:
            look.release(self._summary.setText)
            self._summary.setText("")
            self.go.say(msg("Import"))
            self.go.refuse(LOOKING)
            return
        changed, refused = len(plan.records()), len(plan.refused())
        parts = [msg("{count} will change").of(count=f"{changed:,}")] if changed else []
        parts += [msg("{count} new").of(count=f"{len(plan.added):,}")] if plan.added else []
        parts += [msg("{count} will not").of(count=f"{refused:,}")] if refused else []
        moved = plan.moved()
        parts += [msg("{count} changed since the export, to be asked about").of(count=moved)] if moved else []
        parts += [msg("{count} are so already").of(count=f"{plan.same():,}")] if plan.same() else []
        look.bind(self._summary.setText, lambda: " · ".join(map(look.text, parts)))
        count = changed + len(plan.added)
        self.go.say(msg("Import {count}").of(count=f"{count:,}"))
        self.go.refuse(None if count else NOTHING)
        self.preview.updateGeometry()
        self.place()

    # Doing it

    def _carry_out(self) -> None:
        plan, desk = self.plan, self._desk
        if plan is None or not self.go.isEnabled():
            return
        running = Running(msg("Importing {file}").of(file=self._path.name))
        desk.begun.emit(running)
        self.go.refuse(LOOKING)

        def work() -> Report:
            with desk.told_once():
                return import_updates.carry_out(desk.store, desk.actor, plan, running.progress)

        def finish(report: Report) -> None:
            running.ended.emit()
            self._finish(report)

        def stop(error: BaseException) -> None:
            running.ended.emit()
            self.meanwhile.tell_why(error)

        self.dismiss()
        desk.runner.write_slowly(work, done=finish, failed=stop)

    def _finish(self, report: Report) -> None:
        desk = self._desk
        desk.saved.emit(desk.store.clock())
        if report.saved or report.added:
            told = msg("{file}: {count} changed, {added} added")
            facts = {"count": f"{report.saved:,}", "added": f"{report.added:,}"}
            desk.told.emit(told.of(file=self._path.name, **facts), True)
        self.meanwhile.tell(report)

    def _say_again(self) -> None:
        """The names of the columns in the language of now."""
        made, keys = self._made, self.keys
        if made is None or keys is None:
            return
        for place, key in enumerate(import_updates.keys_of(made)):
            keys.setItemText(place, self._look.text(import_updates.key_label(made.kind, key)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter does it, Escape leaves it."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.meanwhile.page is None:
            self.go.click()
        else:
            super().keyPressEvent(event)

    def dismiss(self) -> None:
        """Close it; nothing is done that was not asked for."""
        self._asked += 1
        self.meanwhile.drop()
        super().dismiss()
