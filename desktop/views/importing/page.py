"""The page of an import: a file is read, its columns and rows are looked at, then one press brings it in."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.services import import_ahead, import_columns, imports
from desktop.services.bulk import Report
from desktop.services.import_ahead import Ahead, How, Kind
from desktop.services.import_columns import Column
from desktop.services.import_rows import class_of
from desktop.views.bulk_clash import Meanwhile
from desktop.views.buttons import Button, Segments
from desktop.views.compose import Line, Picture, Stack, column, holding, label, region, row
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.importing.columns import ColumnLines
from desktop.views.importing.cut import Cut
from desktop.views.importing.reading import Opened, Reader
from desktop.views.importing.rows import Heads, RowList
from desktop.views.importing.steps import Steps
from desktop.views.importing.ways import Beside
from desktop.views.look import Look
from desktop.views.running import Running
from desktop.words import Message, msg

BREATH: Final = 150
"""Milliseconds after the last choice before it is looked ahead again."""
BESIDE, CROWDED = 300, 980
"""px at 100 %: the width of what stands beside the columns; below which the steps say only where one is."""
LOOKING: Final = msg("One moment: looking at what would change.")
NOTHING: Final = msg("Nothing would change.")
BEFORE_THIS: Final = msg("The file before this one is still being looked at; this one comes next.")
FILTERS: Final = (
    ("", msg("All")),
    ("new", msg("New")),
    ("update", msg("Update")),
    ("skip", msg("Skipped")),
    ("odd", msg("To look at")),
)
SUMMED: Final[dict[str, tuple[Kind, ...]]] = {
    "new": ("new",),
    "update": ("update",),
    "skip": ("skip", "same"),
}


class ImportPage(QWidget):
    """Asks of one file at a time what is to become of it; those that were dropped with it follow."""

    file_wanted = Signal()
    shown_list = Signal(str)  # the type whose list is to be shown
    recalled = Signal()  # something is asked here, wherever one is
    figures = Signal(object)

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._path = Path()
        self._queue: list[Path] = []
        self._opened: Opened | None = None
        self._how: How | None = None
        self._key = ""
        self._asked = 0
        self._reader = Reader(desk.store, desk.actor)
        self.only = ""
        self.ahead: Ahead | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(BREATH)
        self._soon.timeout.connect(self._look_again)
        self.steps = Steps(look)
        self._file = Cut(look, ink="ink_2")
        self._facts = Cut(look, size="small", ink="ink_3")
        self._stack = Stack()
        self._nothing = Empty(
            look, "upload", msg("No file yet"),
            msg("A table of customers, people or products (.xlsx, .csv), or cards (.vcf). You see what"
                " becomes of each row before anything is written."),
            button=msg("Choose a file"), on_click=self.file_wanted.emit, button_icon="upload", primary=True,
            hint=msg("Or drop it on any screen"),
        )  # fmt: skip
        self._stack.addWidget(self._nothing)
        self._asking = self._compose()
        self._stack.addWidget(self._asking)
        self._after: QWidget | None = None
        self.meanwhile = Meanwhile(look, desk, self._stack)
        self.meanwhile.asked.connect(self.recalled)
        self.meanwhile.decided.connect(self._finish)
        self.meanwhile.failed.connect(self.meanwhile.tell_why)
        self.meanwhile.over.connect(self._over)
        ground = region("surface")
        ground.setLayout(column(look, self._stack, gap=0))
        self.setLayout(column(look, ground, gap=0))

    # The page

    def _compose(self) -> QWidget:
        look = self._look
        whole = column(
            look, self._top(), self._middle(), self.heads, self.rows, Line(look), self._foot(), gap=0
        )
        whole.setStretch(3, 1)
        return holding(whole)

    def _top(self) -> QWidget:
        look = self._look
        kinds = [(kind, class_of(kind).__plural__) for kind in imports.KINDS]
        self.kinds = Segments(look, kinds, current="customers", name=msg("What the rows are"))
        self.kinds.chosen.connect(self._say_kind)
        self._told = Cut(look, size="small", ink="ink_2")
        self.again = Button(look, msg("Recognise again"), icon="refresh-cw", kind="flat")
        self.again.clicked.connect(self._forget)
        band = region("surface", "bottom")
        line = row(look, self.kinds, self._told, None, self.again, gap=12, edge=(20, 5, 12, 5))
        line.setStretch(1, 9)
        band.setLayout(line)
        self.columns = ColumnLines(look)
        self.columns.said.connect(self._say_column)
        self.columns.looked.connect(self._look_at)
        self.beside = Beside(look)
        look.bind(self.beside.setFixedWidth, lambda: look.px(BESIDE))
        self.beside.how_said.connect(self._say_how)
        self.beside.key_said.connect(self._say_key)
        self.beside.scale_said.connect(self._say_scale)
        left = QWidget()
        inner = column(look, band, self.columns, gap=0)
        inner.setStretch(1, 1)
        left.setLayout(inner)
        across = row(look, left, self.beside, gap=0)
        across.setStretch(0, 1)
        self._upper = region("surface", "bottom")
        self._upper.setLayout(across)
        return self._upper

    def _middle(self) -> QWidget:
        look = self._look
        self.rows = RowList(look)
        self.heads = Heads(look, self.rows)
        self.filters = {key: Button(look, words, kind="filter") for key, words in FILTERS}
        for key, button in self.filters.items():
            button.clicked.connect(lambda _on=False, key=key: self.show_only(key))
        self._summary = Cut(look, size="small", ink="ink_2")
        heading = label(look, msg("Preview"), strong=True)
        line = row(look, heading, *self.filters.values(), self._summary, gap=8, edge=(20, 6, 20, 6))
        line.setStretch(len(FILTERS) + 1, 1)
        return holding(line)

    def _foot(self) -> QWidget:
        look = self._look
        self.go = Button(look, msg("Import"), kind="primary", keys="Ctrl+Enter")
        self.go.clicked.connect(self.carry_out)
        self.save_odd = Button(look, msg("Save the rows to look at"), icon="file-spreadsheet")
        self.save_odd.clicked.connect(self._ask_where)
        cancel = Button(look, msg("Cancel"), kind="flat")
        cancel.clicked.connect(self.leave)
        once = Cut(look, size="small", ink="ink_2")
        look.bind(once.setText, msg("One undo takes all of it back"))
        mark = Picture(look, "undo-2", "ink_3", "small")
        line = row(look, mark, once, self.save_odd, cancel, self.go, gap=8, edge=(20, 10, 16, 10))
        line.setStretch(1, 1)
        return holding(line)

    def header_parts(self) -> list[QWidget]:
        """The file and what it is."""
        return [self._file, self._facts]

    def header_actions(self) -> list[QWidget]:
        """How far one is."""
        return [self.steps]

    def enter(self) -> None:
        """Nothing is counted below."""
        self.figures.emit([])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns get what they need, up to half of the room."""
        super().resizeEvent(event)
        look = self._look
        crowded = self.width() < look.px(CROWDED)
        self.steps.be_short(crowded)
        self._told.setVisible(not crowded)
        self._fit_upper()

    def _fit_upper(self) -> None:
        """Cards have no columns, and what is to be said of them needs less."""
        look, opened = self._look, self._opened
        wanted = 440
        if opened is not None and opened.sheet is None:
            wanted = 230 if opened.ahead.known else 110
        self._upper.setFixedHeight(max(min(look.px(wanted), self.height() // 2), look.px(min(wanted, 150))))

    # Reading

    def take(self, path: Path) -> None:
        """Look at this file; after the one that is being looked at."""
        if self._stack.currentWidget() is self._asking or self.meanwhile.page is not None:
            self._queue.append(path)
            self._desk.told.emit(BEFORE_THIS, False)
            return
        self._begin(path)

    def _begin(self, path: Path) -> None:
        self._path, self._how, self._key, self.only, self._kind = path, None, "", "", None
        self._opened = None
        self._file.setText(path.name)
        self._look.release(self._facts.setText)
        self._facts.setText("")
        self._show(None)
        self.columns.show_columns("customers", [])
        self.steps.go(1)
        self._stack.setCurrentWidget(self._asking)
        self._read(None, None)

    def _read(self, kind: str | None, data: bytes | None) -> None:
        """Read the file; as this kind of records, where somebody said so."""
        path, how, key = self._path, self._how, self._key
        self._ask(lambda: self._reader.open(path, data, kind, how, key))

    def _look_again(self) -> None:
        """The columns, or what becomes of what is here, were said otherwise."""
        opened = self._opened
        if opened is not None and self._kind is not None:
            self._read(self._kind, opened.data)
        elif opened is not None:
            anew, how, key = self._anew, self._how or opened.how, self._key
            self._ask(lambda: self._reader.again(opened, how, key, anew=anew))

    _anew = False  # whether the rows are to be understood anew, until they are
    _kind: str | None = None  # what the rows were said to be, until they are read so
    _covered = False  # whether a file is looked at behind the rows that clashed

    def _ask(self, work: Callable[[], Opened]) -> None:
        self._soon.stop()
        self._asked += 1
        asked = self._asked
        self.go.refuse(LOOKING)

        def show(opened: Opened) -> None:
            if asked == self._asked:
                self._anew, self._kind = False, None
                self._show_opened(opened)

        def refuse(error: BaseException) -> None:
            if asked == self._asked:
                if self._opened is None:
                    self.leave()
                self._desk.refused.emit(error)

        self._desk.runner.read(self, "ahead", work, show, failed=refuse)

    # Showing

    def _show_opened(self, opened: Opened) -> None:
        self._opened = opened
        self.kinds.choose(opened.kind)
        self.kinds.setEnabled(opened.sheet is not None)
        self._say_facts(opened)
        self.columns.show_columns(opened.kind, opened.columns)
        self._fit_upper()
        odd = Counter(key for one in opened.made.rows for key in one.odd)
        self.columns.show_odd(odd)
        self._look_at(max(self.columns.current, 0))
        self._how, self._key = opened.how, opened.ahead.key
        self.beside.show_ways(opened.ahead, opened.how)
        self._show(opened.ahead)

    def _say_facts(self, opened: Opened) -> None:
        look = self._look
        facts = opened.facts()
        look.bind(self._told.setText, opened.told())
        self.again.setVisible(opened.changed())
        look.bind(self._facts.setText, lambda: " · ".join(map(look.text, facts)))

    def _look_at(self, place: int) -> None:
        opened = self._opened
        if opened is not None:
            here = opened.columns[place] if place < len(opened.columns) else None
            self.beside.show_column(opened.kind, place, here)

    def _show(self, ahead: Ahead | None) -> None:
        """What becomes of each row, or nothing yet."""
        look = self._look
        self.ahead = ahead
        self._show_rows()
        for button in self.filters.values():
            button.setVisible(ahead is not None)
        self.save_odd.setVisible(ahead is not None and self._opened is not None and bool(ahead.odd())
                                 and self._opened.sheet is not None)  # fmt: skip
        if ahead is None:
            look.bind(self._summary.setText, LOOKING)
            self.go.say(msg("Import"))
            self.go.refuse(LOOKING)
            return
        counts = ahead.counts()
        numbers = {key: sum(counts[one] for one in kinds) for key, kinds in SUMMED.items()}
        numbers |= {"": len(ahead.fates), "odd": len(ahead.odd())}
        for key, button in self.filters.items():
            button.show_value(f"{numbers[key]:,}")
            button.setVisible(key == "" or bool(numbers[key]))
        moved = ahead.update.moved()
        look.release(self._summary.setText)
        self._summary.setText("")
        if moved:
            asked = msg("{count} changed since the export, to be asked about")
            look.bind(self._summary.setText, asked.of(count=f"{moved:,}"))
        count = numbers["new"] + numbers["update"]
        self.go.say(msg("Import {count}").of(count=f"{count:,}"))
        self.go.refuse(None if count else NOTHING)

    def _show_rows(self) -> None:
        opened = self._opened
        ahead = self.ahead if opened is not None else None
        columns: Sequence[Column] = opened.columns if opened is not None else ()
        self.rows.rows.show(ahead, opened.sheet if opened is not None else None, columns, self.only)
        for key, button in self.filters.items():
            button.become("active_filter" if key == self.only else "filter")

    def show_only(self, key: str) -> None:
        """The rows of one fate, or all."""
        self.only = "" if key == self.only else key
        self._show_rows()

    # What a person says

    def _say_kind(self, kind: str) -> None:
        if self._opened is not None and kind != (self._kind or self._opened.kind):
            self._key, self._kind = "", kind
            self._read(kind, self._opened.data)

    def _say_column(self, place: int, key: str) -> None:
        opened = self._opened
        if opened is not None:
            self._take_columns(import_columns.say(opened.columns, opened.kind, place, key))

    def _say_scale(self, place: int, scale: int) -> None:
        if self._opened is not None:
            self._take_columns(import_columns.multiply(self._opened.columns, place, scale))

    def _forget(self) -> None:
        """As it was guessed."""
        if self._opened is not None and self._opened.sheet is not None:
            self._take_columns(list(self._opened.sheet.columns))

    def _take_columns(self, columns: list[Column]) -> None:
        opened = self._opened
        if opened is None:
            return
        opened.columns = columns
        self.columns.show_columns(opened.kind, columns)
        self._look_at(max(self.columns.current, 0))
        self._anew = True
        self._wait()

    def _say_how(self, how: How) -> None:
        self._how = how
        self._wait()

    def _say_key(self, key: str) -> None:
        self._key = key
        self._wait()

    def _wait(self) -> None:
        """Look ahead when nothing more is said; what is being looked at is of before."""
        if self._opened is not None:
            self._asked += 1
            self.go.refuse(LOOKING)
            self._soon.start()

    def _ask_where(self) -> None:
        title = self._look.text(msg("Save the rows to look at"))
        path, _ = QFileDialog.getSaveFileName(self, title, f"{self._path.stem}-2.csv", "*.csv")
        if path:
            self.write_odd(Path(path))

    def write_odd(self, path: Path) -> None:
        """The rows that somebody should look at, as a table with the reasons."""
        ahead, opened, desk, language = self.ahead, self._opened, self._desk, self._look.language
        if ahead is None or opened is None or opened.sheet is None:
            return
        sheet = opened.sheet
        told = msg("{count} records in {file}")
        desk.runner.read(
            self,
            "odd",
            lambda: import_ahead.write_odd(path, ahead, sheet, language),
            lambda count: desk.told.emit(told.of(count=f"{count:,}", file=path.name), False),
            failed=desk.refused.emit,
        )

    # Doing it

    def carry_out(self) -> None:
        """Bring in what is shown, in slices, between which others are saved."""
        ahead, opened, desk = self.ahead, self._opened, self._desk
        if ahead is None or opened is None or not self.go.isEnabled():
            return
        running = Running(msg("Importing {file}").of(file=self._path.name))
        desk.begun.emit(running)
        said = (opened.columns, opened.sheet.columns) if opened.sheet is not None else None
        path = self._path

        def work() -> Report:
            with desk.told_once():
                return import_ahead.carry_out(desk.store, desk.actor, ahead, said, running.progress)

        def finish(report: Report) -> None:
            running.ended.emit()
            self._finish(report, path)

        def stop(error: BaseException) -> None:
            running.ended.emit()
            self.meanwhile.tell_why(error)
            self._stopped(path)

        self._opened = self.ahead = None
        self._say_after("hourglass", msg("{file} is being imported").of(file=path.name),
                        msg("Go on working: what you save meanwhile goes in between."), "")  # fmt: skip
        desk.runner.write_slowly(work, done=finish, failed=stop)
        self._next()

    def _stopped(self, path: Path) -> None:
        """It was taken back: look at the file again, unless another one is looked at by now."""
        if self._stack.currentWidget() is self._after:
            self._begin(path)

    def _finish(self, report: Report, path: Path | None = None) -> None:
        desk, name = self._desk, (path or self._path).name
        desk.saved.emit(desk.store.clock())
        if report.saved or report.added:
            told = msg("{file}: {count} changed, {added} added")
            facts = {"count": f"{report.saved:,}", "added": f"{report.added:,}"}
            desk.told.emit(told.of(file=name, **facts), True)
        if self._stack.currentWidget() is self._after:
            self.steps.go(2)
            said = msg("{added} added, {count} changed. One undo takes all of it back.")
            said = said.of(added=f"{report.added:,}", count=f"{report.saved:,}")
            self._say_after("circle-check", msg("{file} is here").of(file=name), said, report.plan.type)
        if self.meanwhile.page is None:
            self._covered = self._stack.currentWidget() is self._asking
        self.meanwhile.tell(report)

    def _say_after(self, icon: str, title: Message, why: Message, kind: str) -> None:
        """Where the file is now; with a type the way to its list."""
        before = self._after
        shown = Empty(
            self._look, icon, title, why, button=msg("Show the list") if kind else None, primary=True,
            button_icon="list", on_click=lambda: self.shown_list.emit(kind),
        )  # fmt: skip
        self._after = shown
        self._stack.addWidget(shown)
        self._stack.setCurrentWidget(shown)
        if before is not None:
            self._stack.removeWidget(before)
            before.deleteLater()

    def _over(self) -> None:
        """Nothing is left to be asked of what clashed."""
        if self.meanwhile.page is not None:
            self.meanwhile.drop()
            self._stack.setCurrentWidget(self._asking if self._covered else self._after or self._nothing)
            if not self._covered:
                self._next()

    def _next(self) -> None:
        """The next of the files that were dropped together."""
        if self._queue:
            self._begin(self._queue.pop(0))

    def leave(self) -> None:
        """Do nothing with this file."""
        self._asked += 1
        self._soon.stop()
        self.meanwhile.drop()
        self._opened = self.ahead = None
        self.rows.rows.show(None, None, (), "")
        self._file.setText("")
        self._look.release(self._facts.setText)
        self._facts.setText("")
        self.steps.go(0)
        self._stack.setCurrentWidget(self._nothing)
        self._next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter brings it in, Escape leaves it."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        asking = self._stack.currentWidget() is self._asking
        if asking and enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go.click()
        elif event.key() == Qt.Key.Key_Escape and self.meanwhile.page is not None:
            self._over()
        elif asking and event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
