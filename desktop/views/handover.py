"""Without the internet: a file for the office, the office's answer, or a laptop nearby, in one card."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFileDialog, QLineEdit, QStackedWidget, QWidget

from desktop.errors import SatchelError
from desktop.views import errors
from desktop.views.buttons import Button
from desktop.views.card import Card
from desktop.views.choices import Choice
from desktop.views.compose import Line, Picture, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.palette import Item
from desktop.views.popover import RING
from desktop.views.progress import Bar
from desktop.words import Message, msg

WIDTH: Final = 520
SUFFIX: Final = ".satchel"
LARGEST_LOOKED_AT: Final = 8
"""Files of one drop that are looked into, to say what will be done with them."""
SHOWN_AFTER: Final = 0.4
SECONDS: Final = 300
"""How long a code lives."""
TICK: Final = 100
TITLE: Final = msg("Without the internet")
NO_OFFICE: Final = msg("This vault belongs to no office yet; join one first.")


class Carriage(Protocol):
    """What carries it; the composition root gives it, for no view knows the sync."""

    def stop(self) -> None: ...
    def begin(self) -> None: ...
    def write(self, path: Path) -> tuple[int, int]: ...
    def kind_of(self, path: Path) -> str: ...
    def take_in(self, path: Path, tell: Callable[[int, int], None]) -> Any: ...
    def carries(self) -> int: ...
    def hand_over(self, folder: Path) -> int: ...
    def new_code(self) -> str: ...
    def show(self, code: str) -> Any: ...
    def find(self, code: str) -> Any: ...


def _twice(look: Look) -> QFont:
    """Figures that are read from across a table."""
    font = QFont(look.font("display", strong=True))  # the one of the look is everybody's
    font.setPixelSize(font.pixelSize() * 2)
    return font


class Handover(Card):
    """The card, and what happens when a bundle is dropped on the window."""

    taken = Signal()  # the office's answer is stored: what is shown may be counted again

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        self.carriage: Carriage | None = None
        self._began, self._told = 0.0, (0, 0)
        self._busy = threading.Event()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self._show_progress)
        self._title = label(look, TITLE, size="title", strong=True)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self._stack = QStackedWidget()
        self._pages = (self._asking(), self._going(), self._showing(), self._typing(), self._telling())
        for page in self._pages:
            self._stack.addWidget(page)
        head = row(look, self._title, None, close, edge=(20, 12, 12, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), self._stack, gap=0, edge=ring))
        look.bind(self.setAccessibleName, TITLE)

    # Its pages

    def _asking(self) -> QWidget:
        look = self._look
        self.out = Choice(
            look,
            "upload",
            msg("Write a file for the office"),
            msg("What waits here, sealed; only the office can open it."),
        )
        self.into = Choice(
            look,
            "download",
            msg("Take in a file"),
            msg("The office's answer; somebody else's is taken along as it is."),
        )
        self.show_it = Choice(
            look,
            "users",
            msg("A laptop nearby: show a code"),
            msg("Both on one network; the other one types it."),
        )
        self.type_it = Choice(
            look,
            "key-round",
            msg("A laptop nearby: type its code"),
            msg("Eight digits, as the other laptop shows them."),
        )
        self.hand = Choice(
            look,
            "package",
            msg("Put what you carry for others into a folder"),
            msg("Sealed bundles for the office, such as onto a stick."),
        )
        for choice, act in (
            (self.out, self.ask_out), (self.into, self.ask_in), (self.show_it, self.show_code),
            (self.type_it, self.ask_code), (self.hand, self.ask_folder),
        ):  # fmt: skip
            choice.clicked.connect(act)
        files, laptops = (self.out, self.into, self.hand), (self.show_it, self.type_it)
        return holding(column(look, *files, Line(look), *laptops, gap=0, edge=(0, 8, 0, 12)))

    def _going(self) -> QWidget:
        look = self._look
        self._doing = label(look, strong=True)
        self.bar = Bar(look)
        self._facts = label(look, size="small", ink="ink_2")
        self.cancel = Button(look, msg("Cancel"), keys="Esc")
        self.cancel.clicked.connect(self.stop)
        foot = row(look, self._facts, None, self.cancel, gap=8)
        return holding(column(look, self._doing, self.bar, foot, None, gap=12, edge=(20, 20, 20, 16)))

    def _showing(self) -> QWidget:
        look = self._look
        self.code = label(look, centre=True)
        look.bind(self.code.setFont, lambda: _twice(look))
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        look.bind(self.code.setAccessibleName, msg("The code for the other laptop"))
        why = msg("Type this on the other laptop, on the same network. Only sealed bundles are handed over.")
        self._left = label(look, size="small", ink="ink_3", centre=True)
        end = Button(look, msg("Cancel"), keys="Esc")
        end.clicked.connect(self.stop)
        words = label(look, why, ink="ink_2", wrap=True, centre=True)
        return holding(
            column(
                look,
                self.code,
                words,
                self._left,
                row(look, None, end, None),
                None,
                gap=12,
                edge=(20, 24, 20, 16),
            )
        )

    def _typing(self) -> QWidget:
        look = self._look
        asked = label(look, msg("The code that the other laptop shows"), ink="ink_2")
        self.entry = QLineEdit()
        self.entry.setMaxLength(14)
        look.bind(self.entry.setFont, lambda: look.font("display", strong=True))
        look.bind(self.entry.setFixedHeight, lambda: look.px(52))
        self.entry.setAlignment(Qt.AlignmentFlag.AlignCenter)
        look.bind(self.entry.setAccessibleName, msg("The code that the other laptop shows"))
        self._why = label(look, size="small", ink="bad", wrap=True)
        self._why.hide()
        self.look_for = Button(look, msg("Find it"), kind="primary", keys="Enter")
        self.look_for.clicked.connect(self._find)
        self.entry.returnPressed.connect(self._find)
        back = Button(look, msg("Back"), kind="flat")
        back.clicked.connect(self.ask)
        foot = row(look, None, back, self.look_for, gap=8)
        return holding(column(look, asked, self.entry, self._why, foot, None, gap=10, edge=(20, 18, 20, 16)))

    def _telling(self) -> QWidget:
        look = self._look
        self._icon = Picture(look, "circle-check", "good", "large")
        self._said = label(look, wrap=True)
        self._more = label(look, size="small", ink="ink_2", wrap=True)
        self.done = Button(look, msg("Done"), kind="primary", keys="Enter")
        self.done.clicked.connect(self.dismiss)
        again = Button(look, msg("Back"), kind="flat")
        again.clicked.connect(self.ask)
        texts = holding(column(look, self._said, self._more, gap=4))
        line = row(look, self._icon, texts, gap=12)
        line.setStretch(1, 1)
        foot = row(look, None, again, self.done, gap=8)
        return holding(column(look, line, None, foot, gap=16, edge=(20, 20, 20, 16)))

    def _turn(self, page: int) -> None:
        self._stack.setCurrentIndex(page)
        self.lift()

    def fit(self) -> None:
        """As high as the page that is shown."""
        wide = self._look.px(WIDTH) - 2 * (RING + 1)
        page = self._pages[self._stack.currentIndex()]
        layout = page.layout()
        if layout is not None:
            layout.activate()
        high = page.heightForWidth(wide) if page.hasHeightForWidth() else page.sizeHint().height()
        self._stack.setFixedHeight(high)

    # Asking

    def ask(self) -> None:
        """Show what can be done without the internet."""
        reason = None if self.carriage is not None and self._desk.has_office() else NO_OFFICE
        for choice in (self.out, self.into, self.show_it, self.type_it):
            choice.refuse(reason)
        self.hand.setVisible(self.carriage is not None and reason is None and self.carriage.carries() > 0)
        self._turn(0)
        self.out.setFocus()

    def items(self) -> list[Item]:
        """What the palette offers."""
        look = self._look
        reason = None if self.carriage is not None and self._desk.has_office() else NO_OFFICE
        detail = look.text(reason) if reason else ""
        acts: Sequence[tuple[Message, str, Callable[[], object]]] = (
            (msg("Without the internet: a file for the office"), "upload", self.ask_out),
            (msg("Without the internet: take in a file"), "download", self.ask_in),
            (msg("Without the internet: show a code to a laptop nearby"), "users", self.show_code),
            (msg("Without the internet: type a laptop's code"), "key-round", self.ask_code),
        )
        return [
            Item(look.text(words), detail, icon=icon, run=None if reason else act)
            for words, icon, act in acts
        ]

    def ask_out(self) -> None:
        """Where the file for the office goes."""
        title = self._look.text(msg("Write a file for the office"))
        name = f"{self._desk.store.clock():%Y-%m-%d}{SUFFIX}"
        path, _ = QFileDialog.getSaveFileName(self._window, title, name, f"*{SUFFIX}")
        if path:
            self.write(Path(path))

    def ask_in(self) -> None:
        """Which file is taken in."""
        title = self._look.text(msg("Take in a file"))
        path, _ = QFileDialog.getOpenFileName(self._window, title, "", f"*{SUFFIX} *.bundle (*)")
        if path:
            self.take(Path(path))

    def ask_folder(self) -> None:
        """Into which folder what is carried for others goes."""
        title = self._look.text(msg("Put what you carry for others into a folder"))
        folder = QFileDialog.getExistingDirectory(self._window, title)
        if folder:
            self.hand_over(Path(folder))

    def drop_words(self, paths: Sequence[Path]) -> Message | None:
        """What letting go of these files will do, where they are bundles; None: they are not."""
        carriage = self.carriage
        if carriage is None or not paths or len(paths) > LARGEST_LOOKED_AT:
            return None
        kinds = {carriage.kind_of(path) for path in paths}
        if "" in kinds:
            return None
        if kinds == {"reply"}:
            return msg("Let go to take in the office's answer")
        return msg("Let go to take this along for others, sealed as it is")

    # Doing it

    def write(self, path: Path) -> None:
        """Write the file for the office."""
        carriage = self.carriage
        if carriage is not None:
            self._start(msg("Sealing what waits for the office"), lambda: carriage.write(path), self._written)

    def hand_over(self, folder: Path) -> None:
        """Put every bundle that is carried for the office into a folder."""
        carriage = self.carriage
        if carriage is not None:
            doing = msg("Putting what you carry into {folder}").of(folder=folder.name)
            self._start(doing, lambda: carriage.hand_over(folder), self._handed)

    def take(self, *paths: Path) -> None:
        """Take in files, one after the other."""
        carriage = self.carriage
        if carriage is None:
            return

        def work() -> list[Any]:
            return [carriage.take_in(path, self._heard) for path in paths]

        def tell(took: list[Any]) -> None:
            self._took(next((one for one in reversed(took) if one is not None), None))

        self._start(msg("Taking in {file}").of(file=paths[0].name), work, tell)

    def show_code(self) -> None:
        """Show a code and wait for the other laptop."""
        carriage = self.carriage
        if carriage is None:
            return
        code = carriage.new_code()
        self.code.setText(code)
        self._start(msg("Waiting for the other laptop"), lambda: carriage.show(code), self._traded, page=2)

    def ask_code(self) -> None:
        """Let a person type what the other laptop shows."""
        self._why.hide()
        self.entry.clear()
        self._turn(3)
        self.entry.setFocus()

    def _find(self) -> None:
        carriage, code = self.carriage, self.entry.text()
        if carriage is None:
            return
        self._why.hide()
        doing = msg("Looking for the laptop that shows this code")
        self._start(doing, lambda: carriage.find(code), self._traded, self._not_found)

    def _start(
        self,
        doing: Message,
        work: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[BaseException], object] | None = None,
        page: int = 1,
    ) -> None:
        if self.carriage is None:
            return
        self.carriage.begin()
        self._busy.set()
        self._began, self._told = time.monotonic(), (0, 0)
        self._look.bind(self._doing.setText, doing)
        self._facts.setText("")
        self.bar.show_part(0)
        self.cancel.setEnabled(True)
        if page != 1:
            self._turn(page)
        self._tick.start()

        def finish(found: Any) -> None:
            self._end()
            done(found)

        def refuse(error: BaseException) -> None:
            stopped = not self._busy.is_set()
            self._end()
            self._refused(error, failed, stopped=stopped)

        self._desk.runner.read(self, "handover", work, finish, failed=refuse)

    def _heard(self, done: int, total: int) -> None:
        """On the thread that takes it in."""
        self._told = (done, total)

    def _show_progress(self) -> None:
        spent = time.monotonic() - self._began
        if self._stack.currentIndex() == 2 and self.isVisible():
            left = max(0, SECONDS - int(spent))
            words = msg("The code lives for {minutes}:{seconds}")
            self._look.bind(self._left.setText, words.of(minutes=left // 60, seconds=f"{left % 60:02d}"))
            return
        if spent < SHOWN_AFTER or not self._busy.is_set():
            return
        if self._stack.currentIndex() != 1 or not self.isVisible():
            self._turn(1)
            self.cancel.setFocus()
        done, total = self._told
        if total:
            self.bar.show_part(done * 100 // total)
            words = msg("{done} of {total}")
            self._look.bind(self._facts.setText, words.of(done=f"{done:,}", total=f"{total:,}"))

    def stop(self) -> None:
        """Cancel what is under way; what is stored stays, and taking it in again stores the rest."""
        self._busy.clear()
        self.cancel.setEnabled(False)
        if self.carriage is not None:
            self.carriage.stop()

    def _end(self) -> None:
        self._busy.clear()
        self._tick.stop()

    def _refused(
        self, error: BaseException, failed: Callable[[BaseException], object] | None, *, stopped: bool
    ) -> None:
        if stopped:
            self.dismiss()
            self._desk.told.emit(msg("Stopped. Nothing was lost; begin again whenever you like."), False)
        elif failed is not None and isinstance(error, SatchelError):
            failed(error)
        else:
            self._tell(errors.shown(error).words, None, good=False)

    def _not_found(self, error: BaseException) -> None:
        self._look.bind(self._why.setText, errors.shown(error).words)
        self._why.show()
        self._turn(3)
        self.entry.setFocus()
        self.entry.selectAll()

    # What came of it

    def _written(self, found: tuple[int, int]) -> None:
        count, left = found
        words = msg("{count} changes are in the file, sealed for the office.").of(count=f"{count:,}")
        more = msg("Hand it over, then take in the answer here: only then are they confirmed.")
        if left:
            more = msg("{count} more did not fit: write another file when the answer to this one is here.")
        self._tell(words, more.of(count=f"{left:,}"))

    def _handed(self, count: int) -> None:
        words = msg("{count} sealed bundles for the office are in the folder.")
        self._tell(
            words.of(count=f"{count:,}"), msg("They stay here as well: one that comes twice counts once.")
        )

    def _took(self, took: Any) -> None:
        if took is None:
            along = msg("It goes to the office the next time you meet a laptop nearby.")
            self._tell(msg("Taken along, sealed as it is."), along)
            return
        self.taken.emit()
        if took.counts == "unasked":
            why = msg("This vault has not asked for this answer, perhaps before a backup was put back.")
            self._tell(msg("Nothing changed."), why, good=False)
        elif took.counts == "old" and not took.answered:
            self._tell(msg("Nothing changed."), msg("This file, or a newer one, was taken in before."))
        else:
            words = msg("{answered} changes answered, {rows} records received.")
            more = msg("There is more: write another file for the office.") if took.more else None
            self._tell(words.of(answered=f"{took.answered:,}", rows=f"{took.rows:,}"), more)

    def _traded(self, traded: Any) -> None:
        self.taken.emit()
        words = msg(
            "{given} bundles given, {carried} taken along for the office, {replies} answers taken in."
        )
        facts = {"given": traded.given, "carried": traded.carried, "replies": traded.replies}
        self._tell(words.of(**facts), None)

    def _tell(self, words: Message, more: Message | None, *, good: bool = True) -> None:
        self._icon.show_icon("circle-check" if good else "circle-alert", "good" if good else "warn")
        self._look.bind(self._said.setText, words)
        self._more.setVisible(more is not None)
        if more is not None:
            self._look.bind(self._more.setText, more)
        self._turn(4)
        self.done.setFocus()

    def said(self) -> str:
        """What the card says at its end, or under the code."""
        return self._why.text() if self._stack.currentIndex() == 3 else self._said.text()

    def dismiss(self) -> None:
        """Close the card; what is under way ends."""
        if self._busy.is_set():
            self.stop()
        super().dismiss()
