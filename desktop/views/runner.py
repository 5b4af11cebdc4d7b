"""Work away from the UI thread: one thread for writes, one for long ones, a few for reads; all futures.

Results arrive on the UI thread; a result whose view has moved on is dropped. `changed` says which records
are different: at once for what a person did, and gathered for what comes in quick succession.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import Any, Final, TypeVar
from uuid import UUID
from weakref import ref

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

T = TypeVar("T")
READERS: Final = 3
GATHERED: Final = 100
"""Milliseconds in which changes that follow each other are told together."""
SHARE: Final = 4
"""Telling takes one part in so many of the time: what all views need long for is told less often."""
SELDOM: Final = 800
"""Milliseconds between two tellings at most: while thousands of records come in, each telling waits twice as
long as the one before, for every one of them has views read again beside what is being written.
"""
_LOG: Final = logging.getLogger(__name__)
Key = tuple[str, UUID]


class Runner(QObject):
    """Runs callables on a data thread (`write`) or in the pool (`read`) and brings their results home."""

    changed = Signal(object)  # frozenset[tuple[str, UUID]]
    failed = Signal(object)  # BaseException nobody else took
    busy = Signal(int)  # how many are under way
    _home = Signal(object)
    _heard = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="data")
        self._slow_writer = ThreadPoolExecutor(1, thread_name_prefix="slow data")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._turn: dict[tuple[int, str], int] = {}
        self._open = 0
        self._closed = False
        self._gathered: set[Key] = set()
        self._apart = GATHERED
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._tell_gathered)
        self._home.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._heard.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def write(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Run a command on the data thread, one after another in the order asked."""
        self._start(self._writer, work, None, "", done, failed)

    def write_slowly(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """The same for what takes long: it writes in slices, between which `write` has its turns."""
        self._start(self._slow_writer, work, None, "", done, failed)

    def read(
        self,
        view: QObject,
        slot: str,
        work: Callable[[], T],
        done: Callable[[T], object],
        *,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Run a question in the pool; a newer one of the same `slot`, or a `view` that is gone, drops it.

        One that is dropped before its turn came is not asked at all.
        """
        self._start(self._readers, work, view, slot, done, failed)

    def tell(self, keys: frozenset[Key]) -> None:
        """Say, from any thread, which records changed."""
        if keys:
            self._heard.emit(keys)

    @Slot(object)
    def _pass_on(self, keys: frozenset[Key]) -> None:
        if self._closed:
            return
        self._gathered |= keys
        if not self._later.isActive():
            self._apart = GATHERED // 2
            self._tell_gathered()

    def _tell_gathered(self) -> None:
        if self._closed or not self._gathered:
            return
        self._apart = min(2 * self._apart, SELDOM)
        keys, self._gathered = frozenset(self._gathered), set()
        began = perf_counter()
        self.changed.emit(keys)
        self._later.start(max(self._apart, round((perf_counter() - began) * 1000 * SHARE)))

    def idle(self) -> bool:
        """Whether nothing is under way, and everything was told."""
        return self._open == 0 and not self._gathered

    @property
    def closed(self) -> bool:
        """Whether it is being closed: what takes long and can be asked again stops."""
        return self._closed

    def close(self) -> None:
        """Finish what is being written, drop the questions."""
        self._closed = True
        self._later.stop()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._slow_writer.shutdown(wait=True)
        self._writer.shutdown(wait=True)

    def _start(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[], Any],
        view: QObject | None,
        slot: str,
        done: Callable[[Any], object] | None,
        failed: Callable[[BaseException], object] | None,
    ) -> None:
        if self._closed:
            return
        key = (id(view), slot)
        turn = self._turn[key] = self._turn.get(key, 0) + 1
        watched = ref(view) if view is not None else None
        self._open += 1
        self.busy.emit(self._open)

        def ask() -> Any:
            return work() if watched is None or self._turn.get(key) == turn else None

        def carry(future: Future[Any]) -> None:
            if not future.cancelled() and isValid(self):
                self._home.emit((future, watched, key, turn, done, failed))

        pool.submit(ask).add_done_callback(carry)

    @Slot(object)
    def _arrive(self, parcel: tuple[Any, ...]) -> None:
        future, watched, key, turn, done, failed = parcel
        if watched is None:
            self._tell_gathered()  # a command's result follows what it changed
        self._open -= 1
        self.busy.emit(self._open)
        view = watched() if watched is not None else None
        gone = watched is not None and (view is None or not isValid(view) or self._turn.get(key) != turn)
        if self._closed or gone:
            return
        error = future.exception()
        if error is None:
            if done is not None:
                done(future.result())
        elif failed is not None:
            failed(error)
        else:
            _LOG.debug("nobody took %s", type(error).__name__)
            self.failed.emit(error)
