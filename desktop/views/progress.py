"""The card of the first copy: how much is here, how long it still takes, and a way to stop it."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.attachment_tiles import bytes_of
from desktop.views.buttons import Button
from desktop.views.compose import Picture, column, holding, label, row
from desktop.views.look import Look
from desktop.views.network import Network, part, time_left
from desktop.words import Message, msg

WIDE: Final = 440
NEAR: Final = 12
LOW: Final = "low_beside_the_rail"
"""A property of the cards that stand there: another one takes the room above them."""


class Bar(QWidget):
    """A track and how far it has come."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._part = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("Progress"))

    def show_part(self, percent: int) -> None:
        """How much of a hundred."""
        self._part = percent
        self.setAccessibleDescription(f"{percent}%")
        self.update()

    def sizeHint(self) -> QSize:
        """A thin line."""
        return QSize(self._look.px(120), self._look.px(5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track."""
        paint.paint_progress(QPainter(self), self._look, QRect(self.rect()), self._part / 100)


class FirstCopy(QWidget):
    """Low in the window, beside the rail, while the first copy comes in."""

    stop_wanted = Signal()
    sync_wanted = Signal()

    def __init__(self, look: Look, window: QWidget, beside: QWidget) -> None:
        super().__init__(window)
        self._look, self._window, self._beside = look, window, beside
        self._network = Network()
        self._icon = Picture(look, "download", "accent_ink")
        self._title = label(look, strong=True)
        self._below = label(look, size="small", ink="ink_2", wrap=True)
        self._facts = label(look, size="small", ink="ink_2")
        self.bar = Bar(look)
        self.button = Button(look, msg("Stop"))
        self.button.clicked.connect(self._pressed)
        texts = column(look, self._title, self._below, gap=2)
        head = row(look, self._icon, holding(texts), gap=10)
        head.setStretch(1, 1)
        foot = row(look, self._facts, self.button, gap=8)
        foot.setStretch(0, 1)
        self.setLayout(column(look, holding(head), self.bar, holding(foot), gap=8, edge=(16, 14, 14, 12)))
        look.bind(self.setAccessibleName, msg("First copy"))
        self.setProperty(LOW, True)
        window.installEventFilter(self)
        self.hide()

    def show_network(self, network: Network) -> None:
        """Show how far it is; hide when it has come."""
        was, self._network = self._network, network
        stopped = network.key == "paused" and was.first
        shows = network.first and (network.key == "syncing" or stopped)
        if shows:
            self._fill(network, stopped=stopped)
            self._place()
        self.setVisible(shows)

    def words(self) -> list[str]:
        """What it says, from the top."""
        return [self._title.text(), self._below.text(), self._facts.text(), self.button.text()]

    def _fill(self, network: Network, *, stopped: bool) -> None:
        look = self._look
        title, below = _said(network, stopped=stopped)
        look.bind(self._title.setText, title)
        look.bind(self._below.setText, below)
        self._icon.show_icon("search" if network.indexing else "download", "accent_ink")
        self.bar.show_part(part(network) or 0)
        look.bind(self._facts.setText, lambda: " · ".join(map(look.text, _facts(network))))
        self.button.say(msg("Go on") if stopped else msg("Stop"))

    def _pressed(self) -> None:
        (self.sync_wanted if self._network.key == "paused" else self.stop_wanted).emit()

    def _place(self) -> None:
        look, window = self._look, self._window
        wide = look.px(WIDE)
        self.setFixedWidth(wide)
        self.resize(wide, max(self.heightForWidth(wide), self.minimumSizeHint().height()))
        bottom = window.height() - look.t.bar("status") - look.px(NEAR)
        self.move(self._beside.width() + look.px(NEAR), bottom - self.height())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        paint.paint_float(painter, self._look, self.rect())


def _said(network: Network, *, stopped: bool) -> tuple[Message, Message]:
    if stopped:
        return msg("The first copy was stopped"), msg("What has arrived stays and can be worked with.")
    if network.indexing:
        return msg("Everything is here"), msg("It is being made searchable; you can work already.")
    if network.usable:
        return msg("You can begin to work"), msg("What you work with is here; history follows, newest first.")
    return msg("Your office's records arrive"), msg("Catalogue and colleagues first, then what is yours.")


def _facts(network: Network) -> list[Message | str]:
    rows = msg("{done} of {total} records") if network.total else msg("{done} records")
    facts: list[Message | str] = [rows.of(done=f"{network.done:,}", total=f"{network.total:,}")]
    if network.bytes and not network.indexing:
        facts.append(bytes_of(network.bytes))
    if network.left is not None:
        facts.append(time_left(network.left))
    return facts
