"""What runs longer than a moment: how far it is, how long it still takes, and a way to stop it."""

import threading
import time
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.compose import clear, column, holding, label, row
from desktop.views.look import Look
from desktop.views.network import time_left
from desktop.views.progress import LOW, NEAR, Bar
from desktop.words import Message, msg

SHOWN_AFTER: Final = 400
"""Milliseconds that may pass without a word."""
COUNTED_AFTER: Final = 2.0
"""Seconds after which how many and how long are said."""
WIDE: Final = 360


class Running(QObject):
    """One of them; `progress` may be called from any thread and says whether to go on."""

    moved = Signal()
    ended = Signal()

    def __init__(self, title: Message) -> None:
        super().__init__()
        self.title, self.done, self.total = title, 0, 0
        self._begun = time.monotonic()
        self._stopped = threading.Event()

    def progress(self, done: int, total: int) -> bool:
        """So much of so much is done."""
        self.done, self.total = done, total
        self.moved.emit()
        return not self._stopped.is_set()

    def stop(self) -> None:
        """A person wants it stopped; what was done of it is taken back."""
        self._stopped.set()
        self.moved.emit()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopped.is_set()

    def facts(self) -> list[Message]:
        """How many and how long, once it has taken long enough to know."""
        took = time.monotonic() - self._begun
        if took < COUNTED_AFTER or not self.done or not self.total:
            return []
        left = took / self.done * (self.total - self.done)
        count = msg("{done} of {total}").of(done=f"{self.done:,}", total=f"{self.total:,}")
        return [count, time_left(left)]


class Tray(QWidget):
    """Low in the window, beside the rail and over the list, a line for each thing that runs."""

    def __init__(self, look: Look, window: QWidget, beside: QWidget) -> None:
        super().__init__(window)
        self._look, self._window, self._beside = look, window, beside
        self.running: list[Running] = []
        self._lines = column(look, gap=10, edge=(16, 12, 12, 12))
        self.setLayout(self._lines)
        look.bind(self.setAccessibleName, msg("What is running"))
        self.setProperty(LOW, True)
        look.changed.connect(self._fill)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SHOWN_AFTER)
        self._late.timeout.connect(self._fill)
        window.installEventFilter(self)
        self.hide()

    def add(self, one: Running) -> None:
        """Something runs; it is shown if it takes longer than a moment."""
        self.running.append(one)
        one.moved.connect(self._moved, Qt.ConnectionType.QueuedConnection)
        one.ended.connect(self._ended)
        self._late.start()

    def words(self) -> list[str]:
        """What each line says."""
        return [] if self.isHidden() else [self._said(one) for one in self.running]

    def stop_button(self) -> Button | None:
        """The button that stops the first one."""
        return self.findChild(Button)

    def _moved(self) -> None:
        if self.isVisible():
            self._fill()

    def _ended(self) -> None:
        one = self.sender()
        self.running = [each for each in self.running if each is not one]
        if not self.running:
            self._late.stop()
        if self.isVisible():
            self._fill()

    def _said(self, one: Running) -> str:
        look = self._look
        return " · ".join([look.text(one.title), *(look.text(fact) for fact in one.facts())])

    def _fill(self) -> None:
        had = self.isAncestorOf(self._window.focusWidget()) if self._window.focusWidget() else False
        clear(self._lines)
        for one in self.running:
            self._lines.addWidget(self._line(one))
        self.setVisible(bool(self.running))
        if self.running:
            self._place()
            button = self.stop_button()
            if had and button is not None:
                button.setFocus()

    def _line(self, one: Running) -> QWidget:
        look = self._look
        bar = Bar(look)
        bar.show_part(round(100 * one.done / one.total) if one.total else 0)
        stop = Button(look, msg("Cancel"), name=msg("Cancel and take back"))
        stop.setText(look.text(msg("Cancel")))
        stop.clicked.connect(one.stop)
        if one.stopping:
            stop.refuse(msg("It is being taken back"))
        facts = label(look, " · ".join(look.text(fact) for fact in one.facts()), size="small", ink="ink_2")
        foot = row(look, facts, None, stop, gap=8)
        return holding(column(look, label(look, one.title, wrap=True), bar, foot, gap=6))

    def _place(self) -> None:
        look, window = self._look, self._window
        wide = look.px(WIDE)
        self.setFixedWidth(wide)
        self.resize(wide, self.sizeHint().height())
        bottom = window.height() - look.t.bar("status")
        others = (each for each in window.children() if isinstance(each, QWidget) and each is not self)
        below = [each.y() for each in others if each.property(LOW) and each.isVisible()]
        left = self._beside.width() + look.px(NEAR)
        self.move(left, min([bottom, *below]) - look.px(NEAR) - self.height())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())
