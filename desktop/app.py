"""The composition root: finds the profile, opens the vault, builds runner, jobs and window.

Until the vault is open only QtWidgets and the standard library are imported; the rest loads while one types.
"""

import gc
import importlib
import sys
import threading
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from desktop import settings
from desktop.models import wiping
from desktop.views.guide_key import GuideKey
from desktop.views.instance import Instance, hand_over
from desktop.views.look import Look
from desktop.views.look_kept import keep_look, made_look
from desktop.views.unlock import UnlockPage
from desktop.words import msg

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.models.store import Store
    from desktop.models.vault import Vault
    from desktop.views.first_pages import Answers
    from desktop.views.first_run import FirstRun
    from desktop.views.runner import Runner

OPENING: Final = QSize(1440, 900)
"""The size that the screens are drawn for."""
IDLE_MINUTES, DAY = 5, 24 * 60
"""Minutes without a key or press after which the vault locks (VAULT.md §2); `DAY` while a customer reads."""
MADE_BETWEEN: Final = 20_000
"""Objects made between two searches for garbage."""
HEAVY: Final = ("desktop.models.vault", "desktop.services.profiles", "desktop.views.window", "desktop.jobs")


def run(profile: str = "", link: str = "") -> int:
    """Open the window on a profile (the usual one by default), perhaps at a link; returns the exit code.

    Where the profile has a window already, that one is raised and given the link, and this process ends.
    """
    app, folder = application(), profile_folder(profile)
    if hand_over(folder, link):
        return 0
    program = Program(app, folder, settings.load())
    program.rung(link)
    program.start()
    instance = Instance(folder)
    instance.rung.connect(program.rung)
    code = int(app.exec())
    instance.close()
    return code


def show(vault: "Vault", store: "Store") -> None:
    """Open the window on a vault that is open already, and return when it is closed; the vault stays open."""
    app = application()
    spare_the_collector()
    look = made_look(settings.load())
    session = Session(look, vault, store)
    session.window.resize(_roomy(session.window))
    session.window.show()
    app.exec()
    session.close()


def application() -> QApplication:
    """The one Qt application of this process."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Satchel")
    app.setDesktopFileName("satchel")
    return app


def _roomy(window: QWidget) -> QSize:
    """The size a window opens with: as designed, or what the screen has room for."""
    return OPENING.boundedTo(window.screen().availableSize() * 0.96)


def profile_folder(profile: str) -> Path:
    """Where the profile lies: as named, as set, or in the usual place of this system."""
    named = profile or settings.load().profile
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("satchel", appauthor=False) / "profile"


class Session(QObject):
    """One open vault with its window, its runner and its background work."""

    network = Signal(object)
    wiped = Signal(object)  # the office's order: what became of what waited here; None while it still goes

    def __init__(self, look: Look, vault: "Vault", store: "Store") -> None:
        super().__init__()
        from desktop.jobs import Carriage, Jobs
        from desktop.views import crash_report
        from desktop.views.breath import Breath
        from desktop.views.coming_back import come_back
        from desktop.views.connection import Connection
        from desktop.views.desk import Desk
        from desktop.views.runner import Runner
        from desktop.views.safekeeping import Safekeeping
        from desktop.views.window import Window

        self.vault, self.store, self._look = vault, store, look
        self.desk: Desk = Desk(store, Runner())
        self.window: Window = Window(look, self.desk, "today")
        Breath(application(), self.window, busy=lambda: not self.desk.runner.idle())
        self.jobs: Jobs = Jobs(store, self.network.emit)
        self.carriage = self.window.handover.carriage = Carriage(store, vault.folder)
        self.network.connect(self._tell)
        self.connection = Connection(settings.load().metered)
        self.connection.changed.connect(self._network_changed)
        self.window.stop_wanted.connect(self.jobs.pause)
        self.window.portal_wanted.connect(self._sign_in)
        self.window.metered_said.connect(self._say_metered)
        self.window.sync_wanted.connect(self._network_changed)
        self.window.join_wanted.connect(self._join)
        self.safekeeping = Safekeeping(look, self.desk, vault, self.window)
        self.window.backup_wanted.connect(self.safekeeping.back_up)
        self.window.passphrase_wanted.connect(self.safekeeping.change_passphrase)
        self.window.sheet_wanted.connect(self.safekeeping.write_new_sheet)
        look.changed.connect(self._remember)
        crash_report.catch_everything(self.desk.refused.emit)
        self.jobs.set_metered(self.connection.metered)
        self.jobs.start()
        QTimer.singleShot(0, self.window, lambda: come_back(self.window))

    def _tell(self, state: Any) -> None:
        if state.reason == "wipe":
            self.wiped.emit(state.parting)
            return
        from desktop.views.network import shown_network

        self.window.show_network(shown_network(state))
        if state.name in ("stopped", "wrong") and state.message is not None:
            self.window.bar.tell(state.message, tone="warn")

    def _network_changed(self) -> None:
        self.jobs.network_changed(metered=self.connection.metered)

    def _say_metered(self, said: str) -> None:
        settings.save(settings.load().with_(metered=said))
        self.connection.say(said)

    def _sign_in(self) -> None:
        from desktop.views.network import open_sign_in

        open_sign_in((self.store.local("office") or {}).get("url", ""))
        self.jobs.network_changed(metered=self.connection.metered)

    def _join(self, address: str, code: str) -> None:
        from desktop.views.coming_back import joined as joined_office
        from desktop.views.first_pages import Answers

        store = self.store
        answers = Answers(start="join", server=address, code=code)

        def joined(_nothing: None) -> None:
            self.jobs.join()
            joined_office(self.window)
            self.desk.actor = store.me()
            self.desk.told.emit(msg("Joined; everything is being fetched"), False)

        self.desk.runner.write(lambda: _join(store, answers), done=joined)

    def _remember(self) -> None:
        keep_look(self._look)

    def close(self) -> None:
        """Stop what runs beside, let go of the window; the vault is its owner's to close."""
        from desktop.views.paperwork import forget_copies

        self.window.doing.blank()
        sys.excepthook = sys.__excepthook__
        self._look.changed.disconnect(self._remember)
        self.connection.close()
        self.carriage.stop()
        self.jobs.stop()
        self.desk.close()
        self.window.doing.close()
        self.window.close()
        self.window.deleteLater()
        forget_copies()


class Program(QObject):
    """The program from its start to its end: first run or unlock, then the window until it locks."""

    def __init__(self, app: QApplication, folder: Path, kept: settings.Settings) -> None:
        super().__init__()
        self.app, self.folder = app, folder
        self.look = made_look(kept, first_page=True)
        self.front = QStackedWidget()
        self.front.resize(1200, 800)
        self.look.bind(self.front.setWindowTitle, msg("Satchel"))
        self.guide = GuideKey(self.look, self.front, self._page_name)
        self.session: Session | None = None
        self._beginning: FirstRun | None = None
        self._vault: Vault | None = None
        self._store: Store | None = None
        self._code = self._link = ""
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MINUTES * 60_000)
        self._idle.timeout.connect(self.lock)
        app.aboutToQuit.connect(self.end)
        self._loading = threading.Thread(target=_load_the_rest, name="data-imports", daemon=True)

    @cached_property
    def runner(self) -> "Runner":
        """What works beside the first pages; made when it is first asked for something."""
        from desktop.views.runner import Runner

        return Runner()

    def start(self) -> None:
        """Show the first page, and load the rest meanwhile."""
        known = any((self.folder / name).exists() for name in ("vault.json", "vault.copy.json"))
        self._front(self._wiped_page() or (self._unlock_page() if known else self._first_run()))
        self._loading.start()

    def rung(self, link: str) -> None:
        """Somebody started the program again, or followed a link: come to the front and go there."""
        self._link = link
        shown: QWidget = self.session.window if self.session is not None else self.front
        if shown.isVisible():
            shown.setWindowState(shown.windowState() & ~Qt.WindowState.WindowMinimized)
            shown.raise_()
            shown.activateWindow()
        self._follow()

    def _follow(self) -> None:
        if self.session is not None and self._link:
            link, self._link = self._link, ""
            self.session.window.doing.open_link(link)

    def _page_name(self) -> str:
        return "first_run" if self._first() is not None else "unlock"

    def _first(self) -> "FirstRun | None":
        """The first run, while it is what is shown."""
        return self._beginning if self._beginning is self.front.currentWidget() else None

    def _front(self, page: QWidget) -> None:
        while (old := self.front.widget(0)) is not None:
            self.front.removeWidget(old)
            old.deleteLater()
        self.front.addWidget(page)
        self.front.show()
        QTimer.singleShot(0, self.look, self.look.dress)

    # A vault that is there

    def _unlock_page(self) -> UnlockPage:
        page = UnlockPage(self.look)
        page.asked.connect(self._unlock)
        return page

    def _unlock(self, typed: str, recovery: bool) -> None:
        folder = self.folder

        def open_it() -> tuple[Any, Any]:
            from desktop.models.vault import open_vault
            from desktop.services.profiles import open_store

            vault = open_vault(folder, recovery_code=typed) if recovery else open_vault(folder, typed)
            return vault, open_store(vault)

        self.runner.write(open_it, done=self._opened, failed=self._not_opened)

    def _not_opened(self, error: BaseException) -> None:
        from desktop.views.errors import shown

        page = self.front.currentWidget()
        asking = page if isinstance(page, UnlockPage) else self._first()
        if asking is not None:
            asking.complain(shown(error).words)

    def _opened(self, opened: tuple[Any, Any]) -> None:
        self._vault, self._store = opened
        self._enter()

    # A new one

    def _first_run(self) -> "FirstRun":
        from desktop.views.first_run import FirstRun

        self.look.dress()
        page = self._beginning = FirstRun(self.look)
        page.vault_wanted.connect(self._make_vault)
        page.sheet_wanted.connect(self._write_sheet)
        page.finished.connect(self._begin)
        return page

    def _make_vault(self, answers: "Answers") -> None:
        folder = self.folder

        def make() -> tuple[Any, Any, str]:
            from desktop.models.vault import create_vault
            from desktop.services.profiles import open_store

            vault, code = create_vault(folder, answers.passphrase)
            return vault, open_store(vault), code

        self.runner.write(make, done=self._made, failed=self._not_opened)

    def _made(self, made: tuple[Any, Any, str]) -> None:
        self._vault, self._store, self._code = made
        if (page := self._first()) is not None:
            page.show_code(self._code)

    def _write_sheet(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        from desktop.errors import Refused
        from desktop.views.recovery_sheet import write_sheet

        page = self._first()
        title = self.look.text(msg("Recovery sheet"))
        path, _ = QFileDialog.getSaveFileName(self.front, title, "satchel-recovery.pdf", "PDF (*.pdf)")
        try:
            if path and page is not None:
                write_sheet(self.look, path, self._code, page.answers.name)
                page.secret_page.tell_written(Path(path).name)
        except Refused as error:
            self._not_opened(error)

    def _begin(self, answers: "Answers") -> None:
        store = self._store
        self._code = ""
        if store is not None:
            done = partial(self._settled, answers)
            self.runner.write(lambda: settle(store, answers), done=done, failed=self._astray)

    def _settled(self, answers: "Answers", _nothing: None) -> None:
        """The window opens; whoever looks around the demo company is shown the way to a first quote."""
        self._enter()
        if self.session is not None and answers.start == "demo":
            self.session.window.doing.practise()

    def _astray(self, error: BaseException) -> None:
        """The vault is there; only the beginning did not work, so the window opens and says why."""
        self._enter()
        if self.session is not None:
            self.session.desk.refused.emit(error)

    # The window

    def _enter(self) -> None:
        if self._vault is None or self._store is None:
            return
        from desktop.views import first_typed

        first_typed.forget()
        keep_look(self.look)
        if self._loading.is_alive():  # what is made from here on must come under the search for garbage
            self._loading.join()
        self.session = Session(self.look, self._vault, self._store)
        window = self.session.window
        window.lock_wanted.connect(self.lock)
        window.desk.watched.connect(lambda on: self._idle.setInterval(60_000 * (DAY if on else IDLE_MINUTES)))
        self.session.wiped.connect(self._wipe)
        window.closing.connect(self.app.quit)
        window.resize(_roomy(window))
        window.show()
        self.front.hide()
        self.app.installEventFilter(self)
        self._idle.start()
        self._follow()

    def lock(self) -> None:
        """Forget the keys and go back to the unlock page."""
        if self.session is not None:
            self._leave(self.session, self._unlock_page())
            self._close_vault()

    def _leave(self, session: Session, page: QWidget) -> None:
        self.session = None
        self._idle.stop()
        self.app.removeEventFilter(self)
        session.window.closing.disconnect(self.app.quit)
        self._front(page)
        session.close()
        QTimer.singleShot(0, self.look.forget_the_gone)

    def _wipe(self, parting: Any) -> None:
        """The office ordered it: from here on nothing is shown, and when the last word is said, all goes."""
        session, vault = self.session, self._vault
        if session is None or vault is None:
            return
        session.window.doing.vanish()
        from desktop.views.wiped import WipedPage

        self._front(WipedPage(self.look, None))
        if parting is not None:
            self._leave(session, WipedPage(self.look, None))
            vault.erase(parting.note())
            self._vault = self._store = None
            self._front(self._wiped_page() or self._first_run())

    def _wiped_page(self) -> QWidget | None:
        """What is shown where a vault was wiped; None where none was."""
        note = wiping.finish(self.folder)
        if note is None:
            return None
        from desktop.views.wiped import WipedPage

        page = WipedPage(self.look, note)
        page.begin_wanted.connect(lambda: self._front(self._first_run()))
        return page

    def end(self) -> None:
        """Everything closed; called once by Qt on the way out."""
        self.app.removeEventFilter(self)
        self._idle.stop()
        session, self.session = self.session, None
        if session is not None:
            session.close()
        self.guide.close()
        self.runner.close()
        self._close_vault()

    def _close_vault(self) -> None:
        vault, self._vault, self._store = self._vault, None, None
        if vault is not None:
            vault.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever types or presses is here."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self._idle.start()
        return False


def _load_the_rest() -> None:
    """Import what the window needs while the passphrase is typed."""
    try:
        for name in HEAVY:
            importlib.import_module(name)
        from desktop.views.ahead import look_ahead

        look_ahead()
    finally:
        spare_the_collector()


def spare_the_collector() -> None:
    """Leave what was loaded out of the search for garbage, and search less often: each one is a pause."""
    gc.freeze()
    gc.enable()  # switched off where the program starts
    gc.set_threshold(MADE_BETWEEN, 20, 50)


def settle(store: "Store", answers: "Answers") -> None:
    """Begin as the first run was answered: the name, then demo, import, join or nothing."""
    from desktop.models.store import Actor

    me = store.me()
    store.become(Actor(me.id, answers.name or me.name, me.role, me.team_id))
    starts: dict[str, Callable[[Store, Answers], None]] = {"demo": _demo, "import": _import, "join": _join}
    begin = starts.get(answers.start)
    if begin is not None:
        begin(store, answers)


def _demo(store: "Store", _answers: "Answers") -> None:
    from desktop.services import demo_company

    demo_company.found(store)


def _import(store: "Store", answers: "Answers") -> None:
    from desktop.services import imports

    if answers.file is not None:
        kind = "contacts" if answers.file.suffix.lower() == ".vcf" else "customers"
        imports.carry_out(store, store.me(), imports.plan(imports.read(answers.file), kind))


def _join(store: "Store", answers: "Answers") -> None:
    from sync.client.driver import enrol
    from sync.client.transport import HttpTransport

    transport = HttpTransport(answers.server)
    try:
        enrol(store, transport, answers.code)
    finally:
        transport.close()
