"""Sync in the background: one run at a time, paced after failures, with a state for the status chip.

It owns no timer: the scheduler in `desktop/jobs.py` calls `run_due` every few seconds and after a commit.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from desktop.errors import NotAllowed, Offline, SatchelError
from desktop.models import fuse
from desktop.models.store import Store
from desktop.words import Message
from sync.client.blobs import carry_files, then_files
from sync.client.driver import Cancelled, Transport, sync_once
from sync.engine.actions import Report, Tell
from sync.engine.asking import Busy
from sync.engine.pace import Backoff
from sync.engine.round import Limits

EVERY: Final = 60.0
"""Seconds between syncs while nothing happens here."""


@dataclass(frozen=True, slots=True)
class State:
    """What the status chip shows: idle, sending, receiving, offline, stopped or wrong."""

    name: str = "idle"
    done: int = 0
    total: int = 0
    waiting: int = 0
    message: Message | None = None
    report: Report | None = None


def _chance() -> float:
    return secrets.randbelow(1 << 32) / (1 << 32)


class Syncer:
    """Runs `sync_once` when it is due; listeners are called on the thread that syncs."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = _chance,
    ) -> None:
        self.store = store
        self.transport = transport
        self.state = State()
        self.listeners: list[Callable[[State], None]] = []
        self._clock = clock
        self._chance = chance
        self._backoff, self._file_backoff = Backoff(), Backoff()
        self.metered = False
        """Whether the link costs money by the byte: of files it then carries what was signed or asked for."""
        self._limits = Limits()
        self._due = 0.0
        self._greet = True
        self._running = threading.Lock()
        self._cancel = threading.Event()

    def wake(self) -> None:
        """Something was committed here: sync at the next opportunity."""
        self._due = 0.0

    def network_changed(self) -> None:
        """Another network, or a person asked: try now, whatever failed before."""
        for backoff in (self._backoff, self._file_backoff):
            backoff.network_changed(self._clock())
        self._greet = True
        self.wake()

    def cancel(self) -> None:
        """Stop the running sync after its current request."""
        self._cancel.set()

    def run_due(self) -> Report | None:
        """Sync if it is time and nobody else does; returns what was done."""
        now = self._clock()
        if now < self._due or not self._backoff.may_try(now) or not self._running.acquire(blocking=False):
            return None
        try:
            return self._run()
        finally:
            self._running.release()

    def _run(self) -> Report | None:
        self._cancel.clear()
        try:
            report = self._rows()
            while not self._files(report):
                report = self._rows()
        except NotAllowed as error:
            self._failed(error, "stopped")
        except Offline as error:
            self._failed(error, "offline")
        except SatchelError as error:
            self._failed(error, "wrong")
        else:
            self._backoff.succeeded()
            asked = fuse.message(report.held) if report.held else None
            self._show(State("idle", waiting=report.waiting, report=report, message=asked))
            return report
        return None

    def _rows(self) -> Report:
        report = sync_once(
            self.store,
            self.transport,
            limits=self._limits,
            greet=self._greet,
            tell=self._told,
            cancelled=self._cancel.is_set,
        )
        self._greet = False
        self._due = self._clock() + EVERY
        return report

    def _files(self, report: Report) -> bool:
        """Carry the bytes of files; False when something was written meanwhile, which goes first.

        What fails here is tried again on its own: no file holds up the rows.
        """
        if not self._file_backoff.may_try(self._clock()):
            return True
        try:
            carried = carry_files(
                self.store,
                self.transport,
                metered=self.metered,
                tell=self._told,
                cancelled=self._cancel.is_set,
                interrupted=lambda: self._due <= self._clock(),
            )
        except (NotAllowed, Cancelled):
            raise
        except SatchelError as error:
            after = error.after if isinstance(error, Busy) else None
            again = self._file_backoff.failed(self._clock(), self._chance(), after)
            self._due = min(self._due, again)
            return True
        self._file_backoff.succeeded()
        if carried is not None:
            then_files(report, carried)
        return carried is not None

    def _failed(self, error: SatchelError, name: str) -> None:
        after = error.after if isinstance(error, Busy) else None
        self._due = self._backoff.failed(self._clock(), self._chance(), after)
        self._greet = True
        self._show(replace(self.state, name=name, message=error.message))

    def _told(self, tell: Tell) -> None:
        self._show(replace(self.state, name=tell.state, done=tell.done, total=tell.total, message=None))

    def _show(self, state: State) -> None:
        self.state = state
        for listener in list(self.listeners):
            listener(state)
