"""Messages of the window: a toast with Undo that leaves by itself, and a message bar for what was refused."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop.views import paint
from desktop.views.announce import announce
from desktop.views.buttons import Button
from desktop.views.compose import Keys, Picture, label, region, row
from desktop.views.look import Look
from desktop.views.privacy import veil_words
from desktop.views.progress import LOW, NEAR
from desktop.words import Message, msg


class Toast(QWidget):
    """What was just done, with Undo while it can be seen; one at a time, low in the middle of the window."""

    def __init__(self, look: Look, window: QWidget, undo: Callable[[], object]) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self._undo = undo
        self._mark = Picture(look, "circle-check", "good")
        self._words = label(look)
        self.undo_button = Button(look, msg("Undo"), kind="link")
        self.undo_button.clicked.connect(self._take_back)
        self._keys = Keys(look, "Ctrl+Z")
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.hide)
        self.setLayout(
            row(
                look,
                self._mark,
                self._words,
                8,
                self.undo_button,
                self._keys,
                8,
                close,
                gap=8,
                edge=(18, 8, 10, 8),
            )
        )
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._refit)
        look.changed.connect(self._later.start)
        self.hide()

    def _refit(self) -> None:
        if self.isVisible():
            self.adjustSize()
            self._place()

    def tell(self, words: Message, *, can_undo: bool = True, good: bool = True) -> None:
        """Show what was done for six seconds; Undo only where there is something to undo."""
        self._look.bind(self._words.setText, lambda: veil_words(self._look, words))
        self._mark.show_icon("circle-check" if good else "info", "good" if good else "ink_2")
        self.undo_button.setVisible(can_undo)
        self._keys.setVisible(can_undo)
        self._look.bind(self.setAccessibleName, lambda: veil_words(self._look, words))
        announce(self, self.accessibleName())
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(self._look.t.delay("toast_stays"))

    def words(self) -> str:
        """What it says now."""
        return self._words.text()

    def _take_back(self) -> None:
        self.hide()
        self._undo()

    def _place(self) -> None:
        window = self._window
        bottom = window.height() - self._look.t.bar("status") - self._look.px(12)
        left, near = (window.width() - self.width()) // 2, self._look.px(NEAR)
        for each in window.children():  # beside what stands there, where there is room
            if isinstance(each, QWidget) and each.property(LOW) and each.isVisible():
                left = max(left, each.x() + each.width() + near)
        left = max(near, min(left, window.width() - self.width() - near))
        self.move(left, bottom - self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())


class MessageBar(QWidget):
    """One line above the page: a refusal with its reason, until it is closed or the next thing works."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._mark = Picture(look, "circle-alert", "bad")
        self._words: QLabel = label(look, wrap=True)
        self._close = Button(look, icon="x", kind="flat", name=msg("Close"))
        self._close.clicked.connect(self.hide)
        self.act = Button(look, kind="link")
        self.act.clicked.connect(self._go_on)
        self._going_on: Callable[[], object] | None = None
        inner = region("panel", "bottom")
        line = row(look, self._mark, self._words, self.act, self._close, gap=8, edge=(20, 4, 12, 4))
        line.setStretch(1, 1)
        inner.setLayout(line)
        self.setLayout(row(look, inner, gap=0))
        self.hide()

    def tell(
        self,
        words: Message,
        *,
        tone: str = "bad",
        offer: tuple[Message, Callable[[], object]] | None = None,
    ) -> None:
        """Show why something was not done (`bad`), or what is to be known (`warn`, `ink_2`); offer a deed."""
        self._going_on = offer[1] if offer is not None else None
        if offer is not None:
            self.act.say(offer[0])
        self.act.setVisible(offer is not None)
        self._look.bind(self._words.setText, lambda: veil_words(self._look, words))
        self._mark.show_icon("circle-alert" if tone in ("bad", "warn") else "info", tone)
        self._look.bind(self.setAccessibleName, lambda: veil_words(self._look, words))
        announce(self, self._words.text(), urgent=tone == "bad")
        self.show()

    def words(self) -> str:
        """What it says now."""
        return self._words.text() if not self.isHidden() else ""

    def _go_on(self) -> None:
        act = self._going_on
        self.hide()
        if act is not None:
            act()
