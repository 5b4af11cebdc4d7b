"""The practice tour: a card that ticks off the way to a first quote as somebody really goes it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.views import keymap, paint
from desktop.views.buttons import Button
from desktop.views.compose import Picture, clear, column, holding, label, row
from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.pointing import Pointer
from desktop.views.progress import LOW
from desktop.views.quotes import QuotePage
from desktop.views.record_page import RecordPage
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.window import Window

LOOK_EVERY: Final = 300
AT_QUOTE: Final = 2
"""The step that begins a quote; those before it find a customer."""
WIDE: Final = 340


def _typed(window: "Window") -> bool:
    return window.palette_box.isVisible() and bool(window.palette_box.entry.text())


def _at_customer(window: "Window") -> bool:
    page = window.page()
    return isinstance(page, QuotePage) or (isinstance(page, RecordPage) and page.kind == "customer")


def _quote(window: "Window") -> bool:
    return isinstance(window.page(), QuotePage)


def _lined(window: "Window") -> bool:
    page = window.page()
    return isinstance(page, QuotePage) and bool(page.draft.lines)


def _issued(window: "Window") -> bool:
    page = window.page()
    return isinstance(page, QuotePage) and page.draft.quote.stage != "draft"


STEPS: Final[tuple[tuple[Message, str, Callable[["Window"], bool]], ...]] = (
    (msg("Press {keys} and type two letters of a customer"), "palette", _typed),
    (msg("Press Enter to open the customer"), "", _at_customer),
    (msg("Press {keys} to begin a quote"), "quote", _quote),
    (msg("Type a product into the last line, such as SAT-75V*2"), "", _lined),
    (msg("Press F9 to issue it: the paper is ready"), "", _issued),
)


class Practice(QWidget):
    """Low in the window, beside the rail. It watches, and presses nothing itself."""

    def __init__(self, look: Look, window: "Window") -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self.done = 0
        self.pointer = Pointer(look, window)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.stop)
        head = row(look, label(look, msg("Your first quote"), strong=True), None, close)
        self._lines = column(look, gap=6)
        self.setLayout(column(look, head, self._lines, gap=8, edge=(16, 10, 10, 14)))
        look.bind(self.setAccessibleName, msg("Your first quote"))
        self.setProperty(LOW, True)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.watch)
        look.changed.connect(self._fill)
        window.installEventFilter(self)
        self.hide()

    def start(self) -> None:
        """From the first step."""
        self.done = 0
        self._fill()
        self.show()
        self._timer.start()

    def stop(self) -> None:
        """Enough."""
        self._timer.stop()
        self.pointer.point(None)
        self.hide()

    def watch(self) -> None:
        """Tick off what was done; a later step done means that the earlier ones are."""
        reached = [
            place + 1 for place, step in enumerate(STEPS) if place >= self.done and step[2](self._window)
        ]
        if reached and max(reached) > self.done:
            self.done = max(reached)
            self._fill()
            if self.done == len(STEPS):
                self._timer.stop()
        self.pointer.point(self._spoken_of())

    def _spoken_of(self) -> QWidget | None:
        """What the step one is at is about; nothing while a layer lies over it."""
        window, page = self._window, self._window.page()
        if window.palette_box.isVisible() or self.done >= len(STEPS):
            return None
        if isinstance(page, QuotePage):
            return page.issue if self.done == len(STEPS) - 1 else page.add
        if self.done < AT_QUOTE:
            return window.search
        if isinstance(page, ListPage):
            return page.panel.quote
        return page.quote if isinstance(page, RecordPage) else None

    def _fill(self) -> None:
        look, keys = self._look, keymap.all_keys()
        clear(self._lines)
        for place, (words, action, _) in enumerate(STEPS):
            done, here = place < self.done, place == self.done
            mark = ("circle-check", "good") if done else ("circle", "ink_3")
            icon = Picture(look, *(("circle-arrow-right", "accent_ink") if here else mark), "small")
            said = words.of(keys=keys[action]) if action else words
            told = label(
                look, said, ink="ink_3" if done else "ink" if here else "ink_2", strong=here, wrap=True
            )
            line = row(look, icon, told, gap=8)
            line.setStretch(1, 1)
            self._add(holding(line))
        if self.done == len(STEPS):
            praise = msg("Done. Everything you did can be undone, and the demo company is yours to try.")
            self._add(label(look, praise, ink="good", wrap=True))
        self._place()

    def _add(self, line: QWidget) -> None:
        self._lines.addWidget(line)
        line.show()  # at once: a layout leaves out what Qt shows later

    def _place(self) -> None:
        look, window = self._look, self._window
        wide = look.px(WIDE)
        self.setFixedWidth(wide)
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(wide, max(layout.totalHeightForWidth(wide), layout.totalSizeHint().height()))
        bottom = window.height() - look.t.bar("status") - look.px(12)
        self.move(window.side.width() + look.px(12), bottom - self.height())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())
