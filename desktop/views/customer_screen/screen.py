"""The window that a customer sees: their document, what it comes to, and where they sign. Nothing else.

It has a look of its own in the document's language, no menu, no shortcut and no way out but the PIN.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.services.evidence import OnScreen
from desktop.services.pins import Answer
from desktop.services.showing import Showing
from desktop.views import preview
from desktop.views.buttons import Button
from desktop.views.compose import Picture, Stack, column, holding, label, region, row
from desktop.views.customer_screen.leave import Leave
from desktop.views.customer_screen.pages import Pages
from desktop.views.customer_screen.panel import SignPanel, named_words
from desktop.views.customer_screen.parts import TALL, Mark, Steps
from desktop.views.look import Look
from desktop.words import Message, msg

TICK: Final = 250
"""Milliseconds between two looks at which page is in view."""
ASIDE: Final = 1000
"""Milliseconds that count at most for one look: a laptop that slept read nothing."""
NOT_SIGNED: Final = msg("It could not be signed. Please give the laptop back.")


class CustomersLook(Look):
    """The look of this one window: its words in the document's language; the program keeps its own."""

    def dress(self) -> None:
        """The application wears what it wore."""


class CustomerScreen(QWidget):
    """Tells what happened (`signing`), asks if a PIN is right (`pin_typed`), and says when it is left."""

    signing = Signal(str, str, object)  # name, title, OnScreen
    pin_typed = Signal(str)
    left = Signal(bool)  # whether the customer would rather sign on paper
    locked = Signal()
    shutting = Signal()
    pages_wanted = Signal(int)  # device pixels of a page's width

    def __init__(
        self, look: Look, shown: Showing, person: str, pin_length: int, now: Callable[[], datetime]
    ) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.look, self._shown = look, shown
        self._on_paper = self._open = False
        self._began = now()
        self.pages = Pages(look)
        self.panel = SignPanel(look, shown)
        self.thanks = QWidget()
        self.side = Stack()
        self.steps = Steps(look, (msg("Read", "customer"), msg("Sign")))
        self.leave_button = Button(look, msg("Leaving needs the PIN"), kind="flat", icon="lock", height=TALL)
        self.leave_button.clicked.connect(self.ask_to_leave)
        other = "English" if look.language == "zh" else "中文"
        self.language = Button(look, other, kind="flat", icon="languages", height=TALL)
        self.language.clicked.connect(self._speak)
        self._done = label(look, size="title", ink="ink_2", wrap=True, centre=True)
        self._compose()
        self.leave = Leave(look, self, pin_length, person)
        self.leave.typed.connect(self.pin_typed)
        self._listen()
        self.pages.show_images(preview.images(shown.pictures))
        look.bind(self.setWindowTitle, msg("Satchel"))
        self.setAcceptDrops(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._refresh()

    def _compose(self) -> None:
        look, shown = self.look, self._shown
        firm = label(look, size="title", strong=True, wrap=True)
        look.bind(firm.setText, lambda: shown.figures(look.language).firm)
        header = region("surface", "bottom")
        parts = (Mark(look, shown.logo),) if shown.logo else ()
        beside = row(look, *parts, firm, gap=14)
        beside.setStretch(len(parts), 1)
        left = holding(beside)
        right = holding(row(look, None, self.language, self.leave_button, gap=4))
        line = row(look, left, self.steps, right, gap=8, edge=(40, 0, 32, 0))
        line.setStretch(0, 1)
        line.setStretch(2, 1)
        header.setLayout(line)
        look.bind(header.setFixedHeight, lambda: look.t.bar("customer_screen_header"))
        self._say_thanks()
        self.side.addWidget(self.panel)
        self.side.addWidget(self.thanks)
        body = row(look, self.pages, self.side, gap=0)
        body.setStretch(0, 53)
        body.setStretch(1, 47)
        whole = column(look, header, body, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        ground = self.palette()
        ground.setColor(self.backgroundRole(), look.colour("surface"))
        self.setPalette(ground)
        self.setAutoFillBackground(True)

    def _say_thanks(self) -> None:
        look = self.look
        mark = row(look, None, Picture(look, "circle-check", "good_mark", "empty_state", grow=2), None)
        thanks = label(look, msg("Signed. Thank you."), size="figure", strong=True, centre=True)
        back = label(look, msg("Please give the laptop back."), ink="ink_2", centre=True)
        ground = region("surface")
        ground.setLayout(
            column(look, None, mark, 16, thanks, 4, self._done, 4, back, None, gap=0, edge=(48, 0, 48, 0))
        )
        self.thanks.setLayout(column(look, ground, gap=0))

    def _listen(self) -> None:
        self.panel.changed.connect(self._refresh)
        self.pages.looked.connect(self._refresh)
        self.panel.confirmed.connect(self._sign)
        self.panel.paper_wanted.connect(self._rather_on_paper)
        self.leave.given_up.connect(self._stay)
        self._spent = QElapsedTimer()
        self._spent.start()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._look_on)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(TICK)
        self._later.timeout.connect(lambda: self.pages_wanted.emit(self.pages.width_wanted()))

    # Reading

    def _look_on(self) -> None:
        passed = min(self._spent.restart(), ASIDE)
        if self.leave.isHidden() and self.isVisible() and not self.panel.pad.fixed:
            self.pages.look_on(passed)

    def _refresh(self) -> None:
        if self.side.currentWidget() is self.panel and not self.panel.pad.fixed:
            unread = self.pages.unread()
            self.panel.show_reason(self.panel.reason(unread))
            self.steps.show_step(0 if unread else 1)

    def _speak(self) -> None:
        """The other language, for a guest who reads that one; the document stays as it is."""
        self.look.switch(language="en" if self.look.language == "zh" else "zh")
        self.language.say("English" if self.look.language == "zh" else "中文")

    # Signing

    def _sign(self) -> None:
        panel = self.panel
        if panel.reason(self.pages.unread()) is not None:
            return
        panel.freeze(on=True)
        said = OnScreen(
            shown=self._shown.sha256,
            content=self._shown.content,
            seen=tuple(self.pages.seen),
            consent=self.look.text(panel.consent_words()),
            language=self.look.language,
            ink=panel.pad.ink(),
            pointer=panel.pad.pointer,
            began_at=self._began,
        )
        self.signing.emit(panel.signer.text().strip(), panel.job.text().strip(), said)

    @property
    def signing_now(self) -> bool:
        """Whether it was confirmed and is not written yet."""
        return self.panel.pad.fixed and self.side.currentWidget() is self.panel

    def signed(self, signed_at: datetime) -> None:
        """It is written: say so, at the moment that stands on the paper, and ask for the laptop."""
        named = self.look.text(named_words(self.panel.signer.text().strip(), self.panel.job.text().strip()))
        at = signed_at.astimezone(ZoneInfo(self._shown.zone)).strftime("%Y-%m-%d %H:%M:%S")
        self._done.setText(f"{named}\n{at}")
        self.side.setCurrentWidget(self.thanks)
        self.steps.show_step(2)
        bar = self.pages.area.verticalScrollBar()
        bar.setValue(bar.maximum())  # where the signature is
        self.pages_wanted.emit(self.pages.width_wanted())

    def not_signed(self, why: Message = NOT_SIGNED) -> None:
        """It is not: the ink stays, and the rep learns why once the screen is left."""
        self.panel.freeze(on=False)
        self._refresh()
        self.panel.tell(why)

    # Leaving

    def ask_to_leave(self) -> None:
        """The PIN first."""
        self.leave.ask()

    def _rather_on_paper(self) -> None:
        self._on_paper = True
        self.ask_to_leave()

    def _stay(self) -> None:
        self._on_paper = False
        self.pages.area.setFocus()

    def answered(self, answer: Answer) -> None:
        """Whether the PIN was right."""
        if answer.right:
            self.shut()
            self.left.emit(self._on_paper)
            return
        self.leave.answered(answer)
        self.leave.setFocus()  # while it was asked the keys went elsewhere
        if not answer.left:
            self.locked.emit()

    def shut(self) -> None:
        """Away: the PIN was right, or the vault is locked."""
        self._open = False
        self.shutting.emit()
        self._timer.stop()
        self._later.stop()
        self.close()
        self.deleteLater()

    def showEvent(self, event: QShowEvent) -> None:
        """From now on time counts, and closing asks."""
        super().showEvent(event)
        self._open = True
        self._spent.restart()
        self._timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Not by the system's keys either."""
        if self._open:
            event.ignore()
            self.ask_to_leave()
        else:
            super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape asks for the PIN; no other key does anything here."""
        if event.key() == Qt.Key.Key_Escape and self.leave.isHidden():
            self.ask_to_leave()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pages are drawn anew for another width."""
        super().resizeEvent(event)
        self.leave.setGeometry(self.rect())
        self._later.start()

    def sizeHint(self) -> QSize:
        """As designed; it is shown on the whole of a display."""
        return QSize(1440, 900)
