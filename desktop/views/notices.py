"""Notices: a task whose moment has come, a comment that names one; with Done, In an hour and Open.

They wait through quiet hours and days that are not worked, and say no names while names are hidden.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from desktop import settings
from desktop.rules import quiet
from desktop.services import reminders
from desktop.services.reminders import LATER, Reminder
from desktop.views import cells, paint
from desktop.views.announce import announce
from desktop.views.buttons import Button
from desktop.views.comments import spoken_of
from desktop.views.compose import Picture, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import msg

EVERY: Final = 20_000
"""Milliseconds between looks."""
WIDE: Final = 380


def allowed(at: datetime) -> bool:
    """Whether a person may be disturbed at this local time."""
    kept = settings.load()
    return not quiet.is_quiet(at, kept.quiet_from, kept.quiet_until, working_days_only=kept.working_days_only)


class Notices(QWidget):
    """One card at a time, high at the right; the next one follows when it is answered."""

    opened = Signal(str, object)

    def __init__(
        self, look: Look, desk: Desk, window: QWidget, now: Callable[[], datetime] = cells.now
    ) -> None:
        super().__init__(window)
        self._look, self._desk, self._window, self._now = look, desk, window, now
        self._waiting: list[Reminder] = []
        self._seen: set[tuple[object, datetime]] = set()
        self.shown: Reminder | None = None
        self._icon = Picture(look, "clock", "accent_ink")
        self._title = label(look, strong=True, wrap=True)
        self._below = label(look, size="small", ink="ink_2", wrap=True)
        self.done = Button(look, msg("Done"), icon="check")
        self.done.clicked.connect(self._finish)
        self.later = Button(look, msg("In an hour"), icon="clock")
        self.later.clicked.connect(self._put_off)
        self.open = Button(look, msg("Open"), kind="primary")
        self.open.clicked.connect(self._open)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self._next)
        texts = column(look, self._title, self._below, gap=2)
        head = row(look, self._icon, holding(texts), close, gap=10)
        head.setStretch(1, 1)
        foot = row(look, None, self.done, self.later, self.open, gap=6)
        self.setLayout(column(look, head, foot, gap=10, edge=(16, 12, 12, 12)))
        look.bind(self.setAccessibleName, msg("Reminder"))
        look.changed.connect(self._say)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.look_up)
        self._timer.start()
        window.installEventFilter(self)
        self.hide()

    def look_up(self) -> None:
        """Ask what is due, unless it is quiet."""
        now = self._now()
        if allowed(now.astimezone().replace(tzinfo=None)):
            store = self._desk.store
            self._desk.runner.read(self, "due", lambda: reminders.due(store, now), self._take)

    def words(self) -> list[str]:
        """What the card says."""
        return [] if self.isHidden() else [self._title.text(), self._below.text()]

    def _take(self, found: list[Reminder]) -> None:
        if not self._window.isVisible():
            return  # a customer looks at the screen; it is asked again
        known = {(each.id, each.at) for each in self._waiting} | self._seen
        fresh = [each for each in found if (each.id, each.at) not in known]
        self._waiting += fresh
        if self.shown is not None and not any(each.id == self.shown.id for each in found):
            self._next()  # it was done elsewhere
        elif self.shown is None and self._waiting:
            self._next()
            self._tray()

    def _next(self) -> None:
        if self.shown is not None and self.shown.kind == "comment":
            store, heard = self._desk.store, self.shown.id
            self._desk.runner.write(lambda: reminders.hear(store, heard))
        self.shown = self._waiting.pop(0) if self._waiting else None
        if self.shown is None:
            self.hide()
            return
        self._seen.add((self.shown.id, self.shown.at))
        self._say()
        self._place()
        self.show()
        self.raise_()
        announce(self, ", ".join(self.words()))

    def _say(self) -> None:
        one, look = self.shown, self._look
        if one is None:
            return
        task = one.kind == "task"
        self._icon.show_icon("clock" if task else "message-circle", "accent_ink")
        self._title.setText(veil_text(look, one.title))
        what = msg("Task, due now") if task else msg("You were named in a comment")
        self._below.setText("  ".join(filter(None, (look.text(what), veil_text(look, one.about)))))
        self.done.setVisible(task)
        self.later.setVisible(task)

    def _tray(self) -> None:
        """Tell the system too while the window is not looked at; no names where they are hidden."""
        if self._window.isActiveWindow() or not QSystemTrayIcon.isSystemTrayAvailable():
            return
        icon = QSystemTrayIcon(self._look.icon("satchel", "accent"), self)
        icon.messageClicked.connect(self._open)
        icon.show()
        icon.showMessage(self._title.text(), self._below.text(), self._look.icon("clock"))
        QTimer.singleShot(EVERY, icon, icon.deleteLater)

    def _finish(self) -> None:
        self._change({"done_at": self._now()})

    def _put_off(self) -> None:
        self._change({"remind_at": self._now() + LATER})

    def _change(self, values: dict[str, datetime]) -> None:
        if self.shown is not None:
            self._desk.edit("task", self.shown.id, values, parsed=True)
        self._next()

    def _open(self) -> None:
        one = self.shown
        if one is not None:
            kind, record_id = one.kind, one.id
            if kind == "comment":
                found = self._desk.row("comment", record_id)
                if found is not None:
                    kind, record_id = spoken_of(found)
            self._window.window().raise_()
            self._window.window().activateWindow()
            self.opened.emit(kind, record_id)
        self._next()

    def _place(self) -> None:
        wide = self._look.px(WIDE)
        self.setFixedWidth(wide)
        self.resize(wide, max(self.heightForWidth(wide), self.sizeHint().height()))
        self.move(
            self._window.width() - wide - self._look.px(16), self._look.t.bar("header") + self._look.px(12)
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())
