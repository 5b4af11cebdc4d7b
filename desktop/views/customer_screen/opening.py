"""From an issued quote or contract to the customer's screen and back: all else is put away meanwhile."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop.errors import Refused, SatchelError
from desktop.models.records import Signature
from desktop.models.store import Store
from desktop.services import pins, showing
from desktop.services.contract_drafts import ContractDraft
from desktop.services.drafts import QuoteDraft
from desktop.services.evidence import OnScreen
from desktop.services.showing import Showing
from desktop.services.signing import SCREEN
from desktop.views import preview
from desktop.views.buttons import Button
from desktop.views.confirm import Confirm
from desktop.views.customer_screen.on_paper import OnPaper
from desktop.views.customer_screen.screen import CustomerScreen, CustomersLook
from desktop.views.desk import Desk
from desktop.views.header_parts import park
from desktop.views.look import Look
from desktop.words import msg

KEYS = "Ctrl+Return"
A_PIN = msg("A PIN of 4 to 6 digits, to come back from the customer's screen")


class ToSign(QObject):
    """The two ways to sign what was issued: on this screen, or on paper that is photographed."""

    def __init__(
        self,
        look: Look,
        desk: Desk,
        page: QWidget,
        draft: Callable[[], QuoteDraft | ContractDraft],
        take: Callable[[str], object],
    ) -> None:
        """`take("save")` writes the PDF where a person chooses, to be printed."""
        super().__init__(page)
        self._look, self._desk, self._page, self._draft = look, desk, page, draft
        self.screen: CustomerScreen | None = None
        self.button = Button(look, msg("Customer signs"), kind="primary", icon="pencil", keys="Ctrl+Enter")
        self.button.clicked.connect(self.open)
        self.on_paper = Button(look, icon="printer", name=msg("Signed on paper"))
        self.paper = OnPaper(look, desk, page, draft, partial(take, "save"))
        self.on_paper.clicked.connect(self.ask_on_paper)
        self._pin = Confirm(look, page)
        for part in (self.button, self.on_paper):
            park(part, page)
        keys = QShortcut(QKeySequence(KEYS), page)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.open)

    def parts(self, issue: QWidget, *others: QWidget) -> list[QWidget]:
        """What the header has: a draft is issued, what was issued is signed, or as a quote revised."""
        if not self._draft().frozen:
            return [issue]
        self.refresh()
        return [self.on_paper, *others, self.button]

    def refresh(self) -> None:
        """Grey with the reason where nobody can sign."""
        of, record = showing.to_be_signed(self._draft())
        why = self._desk.refusal(showing.COMMANDS[of], record)
        self.button.refuse(why)
        self.button.become("primary" if record.stage in ("issued", "sent") else "plain")
        self.on_paper.refuse(why)

    # The screen

    def open(self) -> None:
        """Show it, once there is a PIN to come back by."""
        why = showing.refusal(self._desk.store, *self._what)
        if why is not None:
            self._desk.refused.emit(Refused(why))
        elif pins.length(self._desk.store):
            self._fetch()
        else:
            self._pin.ask_text(self.button, A_PIN, "", self._choose)

    @property
    def _what(self) -> tuple[str, UUID]:
        of, record = showing.to_be_signed(self._draft())
        return of, record.id

    def _choose(self, pin: str) -> None:
        store = self._desk.store
        self._desk.runner.write(
            partial(pins.choose, store, pin.strip()),
            done=lambda _nothing: self._fetch(),
            failed=self._desk.refused.emit,
        )

    def _fetch(self) -> None:
        store, what, width = self._desk.store, self._what, self._width()
        self._desk.runner.read(
            self,
            "showing",
            lambda: _prepared(store, what, width),
            self._show,
            failed=self._desk.refused.emit,
        )

    def _width(self) -> int:
        return round(self._look.px(680) * self._page.devicePixelRatioF())

    def _show(self, prepared: tuple[Showing, int]) -> None:
        if self.screen is None and self._page.window().isVisible():  # not wiped or locked meanwhile
            sitting = Sitting(self._look, self._desk, self._page.window(), *prepared)
            self.screen = sitting.screen
            sitting.ended.connect(self._ended)

    def _ended(self, on_paper: bool) -> None:
        self.screen = None
        if on_paper:
            self.ask_on_paper()

    # The paper

    def ask_on_paper(self) -> None:
        """Print, sign and stamp, photograph."""
        self.paper.ask(self.on_paper)


class Sitting(QObject):
    """One customer in front of the screen, whatever becomes of the page it was opened from."""

    ended = Signal(bool)  # whether the customer would rather sign on paper

    def __init__(self, look: Look, desk: Desk, window: QWidget, shown: Showing, pin_length: int) -> None:
        own = CustomersLook(theme_name=look.choice, scale=max(look.t.scale, 100), language=shown.words)
        self.screen = CustomerScreen(own, shown, desk.actor.name, pin_length, desk.store.clock)
        super().__init__(self.screen)
        own.setParent(self.screen)
        self._desk, self._what = desk, (shown.of, shown.record_id)
        self._away = Away(self)
        self._late: list[BaseException] = []
        screen = self.screen
        screen.signing.connect(self._sign)
        screen.pin_typed.connect(self._try)
        screen.left.connect(self._left)
        screen.locked.connect(self._away.lock_or_end)
        screen.pages_wanted.connect(self._draw)
        screen.shutting.connect(self._away.rest)
        screen.shutting.connect(lambda: desk.watched.emit(False))
        here = window.screen()
        other = next((each for each in QGuiApplication.screens() if each is not here), here)
        screen.setGeometry(other.geometry())
        screen.showFullScreen()
        self._away.put(screen)
        screen.activateWindow()
        screen.pages.area.setFocus()
        desk.refused.connect(self._trouble)
        desk.watched.emit(True)

    def _draw(self, width: int) -> None:
        store, what = self._desk.store, self._what
        self._desk.runner.read(
            self,
            "pages",
            lambda: preview.images(showing.pages(store, *what, width)),
            self.screen.pages.show_images,
        )

    def _sign(self, signer: str, job: str, said: OnScreen) -> None:
        self._desk.do(
            showing.COMMANDS[self._what[0]],
            self._what[1],
            told=msg("The customer has signed"),
            done=self._signed,
            failed=self._not_signed,
            signer=signer,
            job=job,
            method=SCREEN,
            on_screen=said,
        )

    def _signed(self, signature: Signature) -> None:
        if isValid(self):
            self.screen.signed(signature.signed_at or self._desk.store.clock())

    def _not_signed(self, error: SatchelError) -> None:
        """What went wrong is the rep's to read, when they have the laptop back."""
        if isValid(self):
            self._late.append(error)
            self.screen.not_signed()

    def _trouble(self, _error: object) -> None:
        """Something that nobody expected went wrong while it was being signed; the window keeps the words."""
        if self.screen.signing_now:
            self.screen.not_signed()

    def _try(self, pin: str) -> None:
        """A try that cannot be counted, as on a full disk, is none: then the passphrase is the way back."""
        store, uncounted = self._desk.store, pins.Answer(right=False, left=0)
        self._desk.runner.write(
            lambda: pins.answer(store, pin),
            done=self._answered,
            failed=lambda _error: self._answered(uncounted),
        )

    def _answered(self, answer: pins.Answer) -> None:
        if isValid(self):
            self.screen.answered(answer)

    def _left(self, on_paper: bool) -> None:
        self._away.bring_back()
        for error in self._late:
            self._desk.refused.emit(error)
        self.ended.emit(on_paper)


class Away(QObject):
    """The windows that are put away; they leave the list of windows and what a screen reader finds too."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._windows: list[QWidget] = []
        self._but: QWidget | None = None

    def put(self, but: QWidget) -> None:
        """All that is seen, but for one; and what is opened from now on, as by a link from elsewhere."""
        app = QApplication.instance()
        if self._but is None and isinstance(app, QApplication):
            app.installEventFilter(self)
            app.commitDataRequest.connect(self.give_way)
        self._but = but
        self._put()

    def rest(self) -> None:
        """What is opened from now on is seen."""
        app = QApplication.instance()
        if self._but is not None and isinstance(app, QApplication):
            app.removeEventFilter(self)
            app.commitDataRequest.disconnect(self.give_way)
        self._but = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window of the program comes up: away with it, as soon as it is there. The end is not held up."""
        if event.type() == QEvent.Type.Quit and watched is QApplication.instance():
            self.give_way()
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            kinds = (Qt.WindowType.Window, Qt.WindowType.Dialog)
            if watched is not self._but and watched.windowType() in kinds:
                QTimer.singleShot(0, self, self._put)
        return False

    def _put(self) -> None:
        but = self._but
        if but is None:
            return
        shown = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not but]
        for window in shown:
            window.hide()
            if window.isWindow() and window.windowType() == Qt.WindowType.Window:
                self._windows.append(window)
        for window in QApplication.topLevelWidgets():
            if window is not but and window.windowHandle() is not None:
                window.destroy()

    def bring_back(self) -> None:
        """As they were."""
        windows, self._windows = self._windows, []
        for window in filter(isValid, windows):
            window.show()
            window.activateWindow()

    def give_way(self) -> None:
        """The program ends, or the system's session: the vault locks first, and no PIN is asked for."""
        self.lock()
        close_all()

    def lock_or_end(self) -> None:
        """Five wrong PINs: whoever knows the passphrase opens the vault again."""
        self.lock()
        if self._but is not None:  # a program that locks nothing, as that of the demo company
            QApplication.quit()

    def lock(self) -> None:
        """Ask for what closes the vault; with it this screen goes."""
        for window in filter(isValid, self._windows):
            wanted = getattr(window, "lock_wanted", None)
            if wanted is not None:
                wanted.emit()


def close_all() -> None:
    """The vault is locked, or the program ends: no customer's screen stays."""
    for window in QApplication.topLevelWidgets():
        if isinstance(window, CustomerScreen):
            window.shut()


def _prepared(store: Store, what: tuple[str, UUID], width: int) -> tuple[Showing, int]:
    """What to show, and how long the PIN is; whoever asks has the vault open, so its tries begin anew."""
    shown = showing.showing(store, *what, width)
    pins.forgive(store)
    return shown, pins.length(store)
