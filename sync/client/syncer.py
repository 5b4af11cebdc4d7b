"""Sync in the background: one run at a time, paced after failures, with a state for the status chip.

It owns no timer: `desktop/jobs.py` calls `run_due` every few seconds, after a commit and after news.
"""

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from desktop.errors import NotAllowed, Offline, SatchelError, ServerTooNew, ServerTooOld
from desktop.models import fuse
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.words import Message, msg
from sync.client import farewell
from sync.client.blobs import carry_files, then_files
from sync.client.driver import Cancelled, Transport, sync_once
from sync.client.farewell import Parting
from sync.engine.actions import Report, Tell
from sync.engine.asking import Busy, Portal, Revoked, Unknown, WipeOrdered
from sync.engine.listening import is_news, joined
from sync.engine.pace import LONGEST_WAIT, Backoff, Speed
from sync.engine.round import Limits
from sync.engine.snapshot import LEAST
from sync.protocol.messages import News

EVERY: Final = 60.0
"""Seconds between syncs while nothing happens here."""
LATER: Final = 900.0
"""Seconds after which a sync that a person stopped goes on by itself."""
UNFORESEEN: Final = msg(
    "The sync failed in a way that nobody foresaw. Your work is kept; what happened stands in the log."
)
_LOG: Final = logging.getLogger(__name__)


class Defect(SatchelError):
    """Something that this program did not foresee."""


REASONS: Final[tuple[tuple[type[SatchelError], str], ...]] = (
    (Defect, "defect"),
    (Revoked, "revoked"),
    (Unknown, "unknown"),
    (NotAllowed, "refused"),
    (ServerTooNew, "update"),
    (ServerTooOld, "old_office"),
    (Portal, "portal"),
    (Busy, "busy"),
    (Cancelled, "paused"),
    (Offline, "unreachable"),
    (SatchelError, "refused"),
)


@dataclass(frozen=True, slots=True)
class State:
    """What the status chip shows: idle, sending, receiving, indexing, offline, stopped or wrong.

    `reason` says why it is none of the first four (see `REASONS`), `until` when the next try is. An idle one
    has the reason "files" where files wait although the office is there; `message` says for what.
    """

    name: str = "idle"
    done: int = 0
    total: int = 0
    waiting: int = 0
    message: Message | None = None
    report: Report | None = None
    reason: str = ""
    until: datetime | None = None
    first: bool = False
    """Whether this laptop is getting its first copy."""
    usable: bool = True
    """Whether what a person works with today is here."""
    bytes: int = 0
    left: float | None = None
    """Seconds that the rest will take, as far as can be said."""
    metered: bool = False
    parting: Parting | None = None
    """With `wiped`: what became of what waited here; the vault is to be erased now."""


def chance() -> float:
    """A random number in [0, 1)."""
    return secrets.randbelow(1 << 32) / (1 << 32)


class Syncer:
    """Runs `sync_once` when it is due; listeners are called on the thread that syncs."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = chance,
    ) -> None:
        self.store = store
        self.transport = transport
        self.remote = Remote(store)
        self.state = State()
        self.listeners: list[Callable[[State], None]] = []
        self._clock = clock
        self._chance = chance
        self._backoff, self._file_backoff = Backoff(), Backoff()
        self._metered = False
        self._withheld: Message | None = None
        self._limits = Limits()
        self._due = 0.0
        self._greet = True
        self._news = News()
        self._speed = Speed()
        self._running = threading.Lock()
        self._cancel = threading.Event()
        self._paused = threading.Event()
        self._over = threading.Event()

    @property
    def metered(self) -> bool:
        """Whether the link costs money by the byte: of files it then carries what was signed or asked for."""
        return self._metered

    @metered.setter
    def metered(self, metered: bool) -> None:
        if metered != self._metered:
            self._metered = metered
            self._show(replace(self.state, metered=metered))

    def wake(self) -> None:
        """Something was committed here: sync at the next opportunity."""
        self._due = 0.0

    def hear(self, news: News) -> None:
        """The office says that streams have moved; whether that is news is looked up when it is time."""
        self._news = joined(self._news, news)

    def network_changed(self) -> None:
        """Another network, or a person asked: try now, whatever failed before."""
        for backoff in (self._backoff, self._file_backoff):
            backoff.network_changed(self._clock())
        self._greet = True
        self.wake()

    def cancel(self) -> None:
        """Stop the running sync after its current step."""
        self._cancel.set()

    def end(self) -> None:
        """Stop for good: the program ends."""
        self._over.set()
        self._cancel.set()

    def pause(self) -> None:
        """A person stops it: what has arrived stays, and it goes on in a while, or when asked to."""
        self._paused.set()
        self._cancel.set()
        if self._running.acquire(blocking=False):
            try:
                self._rest()
            finally:
                self._running.release()

    def run_due(self) -> Report | None:
        """Sync if it is time and nobody else does; returns what was done."""
        now = self._clock()
        if self._over.is_set() or not self._backoff.may_try(now) or not self._running.acquire(blocking=False):
            return None
        try:
            report = self._run() if now >= self._due or self._is_behind() else None
            if self._paused.is_set():
                self._rest()
            return report
        except Exception:  # noqa: BLE001 - a defect: it is told like any other failure, and tried again
            _LOG.exception("the sync failed in a way that nobody foresaw")
            self._failed(Defect(UNFORESEEN), "wrong")
            return None
        finally:
            self._running.release()

    def _is_behind(self) -> bool:
        """Whether the office has told of something that has not come since."""
        if not self._news.heads:
            return False
        news, self._news = self._news, News()
        return is_news(news, self.remote.cursors())

    def _run(self) -> Report | None:
        if not self._paused.is_set() and not self._over.is_set():
            self._cancel.clear()
        self._speed = Speed()
        try:
            report = self._rows()
            while not self._files(report):
                report = self._rows()
        except Cancelled as error:
            if not self._paused.is_set():
                self._failed(error, "offline")
        except WipeOrdered as error:
            self._part(error)
        except NotAllowed as error:
            self._failed(error, "stopped")
        except Offline as error:
            self._failed(error, "offline")
        except SatchelError as error:
            self._failed(error, "wrong")
        else:
            self._backoff.succeeded()
            asked = fuse.message(report.held) if report.held else self._withheld
            reason = "files" if self._withheld is not None else ""
            self._show(
                State(
                    "idle",
                    waiting=report.waiting,
                    report=report,
                    message=asked,
                    reason=reason,
                    metered=self._metered,
                )
            )
            return report
        return None

    def _part(self, error: WipeOrdered) -> None:
        """The office orders this laptop to be wiped: say the last words; whoever owns the vault erases it."""
        try:
            farewell.order_of(self.store, error)
            self._show(State("stopped", waiting=self.state.waiting, message=error.message, reason="wipe"))
            parting = farewell.part(
                self.store, self.transport, error, self._cancel.is_set, remote=self.remote
            )
        except NotAllowed as refused:
            self._failed(refused, "stopped")
        except SatchelError as failed:
            self._failed(failed, "offline")
            self._show(replace(self.state, reason="wipe"))
        else:
            self._over.set()
            self._show(State("wiped", message=error.message, reason="wipe", parting=parting))

    def _rows(self) -> Report:
        self._due = self._clock() + EVERY  # whatever is committed from here on makes it due again
        self._limits.file = math.inf if self._metered else LEAST
        report = sync_once(
            self.store,
            self.transport,
            limits=self._limits,
            greet=self._greet,
            tell=self._told,
            cancelled=self._cancel.is_set,
            remote=self.remote,
        )
        self._greet = False
        return report

    def _files(self, report: Report) -> bool:
        """Carry the bytes of files; False when something was written meanwhile, which goes first.

        What fails here is tried again on its own: no file holds up the rows. What does not end with the
        network (no room, damaged bytes, refused by the office) a person is told.
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
            self._withheld = None if isinstance(error, Offline) else error.message
            return True
        self._file_backoff.succeeded()
        self._withheld = None
        if carried is not None:
            then_files(report, carried)
        return carried is not None

    def _rest(self) -> None:
        """Go on later, as the person wishes who stopped it."""
        self._paused.clear()
        self._due = self._backoff.not_before = self._clock() + LATER
        self._show(
            replace(self.state, name="offline", reason="paused", message=None, until=self._next(), left=None)
        )

    def _failed(self, error: SatchelError, name: str) -> None:
        after = error.after if isinstance(error, Busy) else None
        if name == "stopped":
            after = LONGEST_WAIT
        self._due = self._backoff.failed(self._clock(), self._chance(), after)
        self._greet = True
        reason = next(reason for kind, reason in REASONS if isinstance(error, kind))
        self._show(
            replace(
                self.state, name=name, message=error.message, reason=reason, until=self._next(), left=None
            )
        )

    def _next(self) -> datetime:
        """When the next try is, by the clock on the wall."""
        return self.store.clock() + timedelta(seconds=max(0.0, self._due - self._clock()))

    def _told(self, tell: Tell) -> None:
        self._show(
            State(
                tell.state,
                tell.done,
                tell.total,
                self.state.waiting,
                first=tell.first,
                usable=tell.usable,
                bytes=tell.bytes,
                left=self._speed.left(self._clock(), tell.state, tell.done, tell.total),
                metered=self._metered,
            )
        )

    def _show(self, state: State) -> None:
        self.state = state
        for listener in list(self.listeners):
            listener(state)
