"""When the work of the background runs. It calls services and sync, and decides nothing."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from apscheduler.schedulers.background import BackgroundScheduler

from desktop.errors import Offline
from desktop.models import profile
from desktop.models.remote import Remote
from desktop.models.store import Changed, Store
from desktop.services import mail
from sync.client import bundle, lan
from sync.client.carried import Carried
from sync.client.driver import STOPPED
from sync.client.listener import STALL, Listener
from sync.client.syncer import State, Syncer, chance
from sync.client.transport import HttpTransport
from sync.protocol import bundle as sealed
from sync.protocol.bundle import MAX_FILE, BadBundle, NoBundle
from sync.protocol.messages import News

if TYPE_CHECKING:
    from sync.client.bundle import TakenIn

HEAD: Final = 4096
"""Bytes of a bundle that say what it is and whose."""
MAILS_EVERY: Final = 30
"""Seconds between looks whether a mail is due; each has pauses of its own."""
PARTING: Final = 3.0
"""Seconds that a mail which is being handed over gets when the vault closes."""
LOOK_EVERY: Final = 3
"""Seconds between looks whether a sync is due; the syncer itself paces what it does."""


class Jobs:
    """The scheduler of an opened profile. Nothing is scheduled for a laptop that joined no office."""

    def __init__(self, store: Store, tell: Callable[[State], None]) -> None:
        """`tell` hears each state of the sync, on the thread that syncs."""
        self.store = store
        self._tell = tell
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._transport: HttpTransport | None = None
        self._listener: Listener | None = None
        self._worker = threading.Thread(target=self._work, name="sync", daemon=True)
        self._poked = threading.Event()
        self._over = threading.Event()
        self._metered = False
        self.syncer: Syncer | None = None
        self.mails = Mails(store)

    def start(self) -> None:
        """Begin; a laptop that joined an office syncs from now on."""
        self._scheduler.start()
        self.mails.start()
        self._scheduler.add_job(self.mails.soon, "interval", seconds=MAILS_EVERY, id="mail")
        self.join()

    def join(self) -> None:
        """Start syncing with the office this laptop belongs to, if there is one."""
        url = Remote(self.store).identity().url
        if not url or self.syncer is not None:
            return
        self._transport = HttpTransport(url)
        self.syncer = syncer = Syncer(self.store, self._transport)
        syncer.metered = self._metered
        syncer.listeners += [self._tell, self._told]
        self._listener = Listener(
            syncer.remote,
            HttpTransport(url, stall=STALL),
            self._heard,
            connected=self._connected,
            refused=self.sync_soon,
            chance=chance,
        )
        self.store.listeners.append(self._wake)
        self._worker.start()
        self._scheduler.add_job(self._poked.set, "interval", seconds=LOOK_EVERY, id="sync")
        self.sync_soon()

    def sync_soon(self) -> None:
        """Sync as soon as the background is free: a person asked, or something was changed."""
        if self.syncer is not None:
            self.syncer.wake()
            self._poked.set()

    def network_changed(self, *, metered: bool) -> None:
        """The network is another one, or costs another price: try now, whatever failed before."""
        self._metered = metered
        self.mails.network_changed()
        if self.syncer is not None and self._listener is not None:
            self.syncer.metered = metered
            self.syncer.network_changed()
            self._listener.network_changed()
            self._poked.set()

    def set_metered(self, metered: bool) -> None:
        """Whether the link costs money by the byte."""
        self._metered = metered
        if self.syncer is not None:
            self.syncer.metered = metered

    def pause(self) -> None:
        """A person stops the sync: what has arrived stays."""
        if self.syncer is not None:
            self.syncer.pause()

    def stop(self) -> None:
        """End: a running sync is cancelled; what was not sent stays in the outbox."""
        self._over.set()
        self._poked.set()
        self.mails.stop()
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
        if self.syncer is not None:
            self.syncer.end()
            if self._wake in self.store.listeners:
                self.store.listeners.remove(self._wake)
            if self._transport is not None:
                self._transport.hang_up()
            self._worker.join()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self.syncer = None

    def _work(self) -> None:
        """The thread that syncs: when poked, which is seldom more than every few seconds."""
        while self._poked.wait() and not self._over.is_set():
            self._poked.clear()
            if self.syncer is not None:
                self.syncer.run_due()

    def _wake(self, changed: Changed) -> None:
        if not changed.remote:
            self.sync_soon()

    def _heard(self, news: News) -> None:
        if self.syncer is not None:
            self.syncer.hear(news)
            self._poked.set()

    def _connected(self) -> None:
        """The office answers the listener: a sync that waits after failures need not wait any longer."""
        if self.syncer is not None and self.syncer.state.reason == "unreachable":
            self.syncer.network_changed()
            self._poked.set()

    def _told(self, state: State) -> None:
        """Listening begins with the first sync that succeeds, and again after each."""
        listener = self._listener
        if listener is not None and state.name == "idle" and not self._over.is_set():
            listener.start()


class Mails:
    """Sends what waits in the mail outbox, on a thread of its own: a mail server may be slow to answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._poked, self._over = threading.Event(), threading.Event()
        self._worker = threading.Thread(target=self._work, name="mail", daemon=True)

    def start(self) -> None:
        """Begin with a first look."""
        self._store.listeners.append(self._heard)
        self._worker.start()
        self._poked.set()

    def soon(self) -> None:
        """Look whether a mail is due."""
        self._poked.set()

    def network_changed(self) -> None:
        """What waits for a network need not wait for its pause."""
        mail.try_now(self._store)
        self._poked.set()

    def stop(self) -> None:
        """Hand nothing more over. Who hangs on a silent server ends by themselves and touch nothing."""
        self._over.set()
        self._poked.set()
        if self._heard in self._store.listeners:
            self._store.listeners.remove(self._heard)
        if self._worker.is_alive():
            self._worker.join(PARTING)

    def _heard(self, changed: Changed) -> None:
        """A mail was put into the outbox, or something became of one."""
        if any(kind == "mail" for kind, _ in changed.records):
            self._poked.set()

    def _work(self) -> None:
        while self._poked.wait() and not self._over.is_set():
            self._poked.clear()
            mail.send_due(self._store, go_on=lambda: not self._over.is_set())


class Stopped(Offline):
    """A person stopped it."""


class Carriage:
    """Sync without the internet for the window: bundles as files, a laptop nearby. Any thread may call."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.carried = Carried(folder / "carried")
        self._stop = threading.Event()

    def stop(self) -> None:
        """End what is under way, as soon as it can be ended."""
        self._stop.set()

    def begin(self) -> None:
        """What a person stopped before does not stop the next."""
        self._stop.clear()

    def write(self, path: Path) -> tuple[int, int]:
        """Everything that waits, sealed for the office; returns changes in it, and how many did not fit."""
        written = bundle.write(self.store)
        self._go_on()
        profile.write_durably(path, written.data)
        return written.ops, written.left

    def kind_of(self, path: Path) -> str:
        """`reply` for this laptop, `letter` or `other` for somebody else's; empty for what is no bundle."""
        try:
            with path.open("rb") as file:
                found = sealed.address(file.read(HEAD))
        except (OSError, NoBundle, BadBundle):
            return ""
        mine = found.kind == "reply" and found.to == Remote(self.store).identity().device.hex
        return "letter" if found.kind == "letter" else "reply" if mine else "other"

    def take_in(self, path: Path, tell: Callable[[int, int], None]) -> "TakenIn | None":
        """The office's answer is stored; another's bundle is taken along, which returns None."""
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
        if self.kind_of(path) in ("letter", "other"):
            self.carried.add(data)
            return None

        def told(done: int, total: int) -> None:
            self._go_on()
            tell(done, total)

        return bundle.take_in(self.store, data, tell=told)

    def carries(self) -> int:
        """How many bundles of others are carried for the office."""
        return len(self.carried.letters(Remote(self.store).identity().server))

    def hand_over(self, folder: Path) -> int:
        """Those bundles into a folder, such as that of a stick; returns how many."""
        return self.carried.hand_over(folder, Remote(self.store).identity().server)

    def new_code(self) -> str:
        """A code for the other laptop, as a person reads it."""
        return lan.shown(lan.new_code())

    def show(self, code: str) -> lan.Traded:
        """Wait for the laptop on which this code is typed, and trade."""
        return self._trade(lambda trader: lan.share(trader, lan.read_code(code), cancelled=self._stop.is_set))

    def find(self, code: str) -> lan.Traded:
        """Look for the laptop that shows this code, and trade."""
        typed = lan.read_code(code)
        return self._trade(lambda trader: lan.join(trader, typed, cancelled=self._stop.is_set))

    def _trade(self, trade: Callable[[lan.Trader], lan.Traded]) -> lan.Traded:
        try:
            return trade(lan.Trader(self.store, self.carried))
        except Offline:
            self._go_on()
            raise

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopped(STOPPED)
