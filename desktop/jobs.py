"""When the work of the background runs. It calls services and sync, and decides nothing."""

from collections.abc import Callable
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler

from desktop.models.remote import Remote
from desktop.models.store import Changed, Store
from sync.client.syncer import State, Syncer
from sync.client.transport import HttpTransport

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
        self.syncer: Syncer | None = None

    def start(self) -> None:
        """Begin; a laptop that joined an office syncs from now on."""
        self._scheduler.start()
        self.join()

    def join(self) -> None:
        """Start syncing with the office this laptop belongs to, if there is one."""
        url = Remote(self.store).identity().url
        if not url or self.syncer is not None:
            return
        self._transport = HttpTransport(url)
        self.syncer = Syncer(self.store, self._transport)
        self.syncer.listeners.append(self._tell)
        self.store.listeners.append(self._wake)
        self._scheduler.add_job(
            self.syncer.run_due, "interval", seconds=LOOK_EVERY, max_instances=1, coalesce=True, id="sync"
        )
        self.sync_soon()

    def sync_soon(self) -> None:
        """Sync as soon as the background is free: a person asked, or something was changed."""
        if self.syncer is not None:
            self.syncer.wake()
            self._scheduler.add_job(self.syncer.run_due, id="sync-now", replace_existing=True)

    def _wake(self, changed: Changed) -> None:
        if not changed.remote:
            self.sync_soon()

    def stop(self) -> None:
        """End: a running sync is cancelled; what was not sent stays in the outbox."""
        if self.syncer is not None:
            self.syncer.cancel()
            if self._wake in self.store.listeners:
                self.store.listeners.remove(self._wake)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self.syncer = None
