"""Whose turn it is to write: one writer at a time in this program, and a person goes before the background.

The database has its own lock, but its waiters sleep and guess: beside a first sync a save waited a second.
Here they are called in order; other processes are held off by the database alone.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

PATIENCE: Final = 2.0
"""Seconds after which the background takes its turn although people keep writing."""
ACTIVE: Final = timedelta(seconds=5)
"""How long somebody who wrote is still at work."""
BITES: Final = {"active": 0.015, "idle": 0.150}
"""Seconds that the background may take at once: while somebody works, and while nobody does."""
A_SECOND: Final = 10_000.0
"""Rows a second, before it is known better."""
LEAST: Final = 20
"""Rows that are taken in at once however slow the machine is."""


class _Own(threading.local):
    """What each thread of the background knows of itself."""

    lasted = 0.0


class Turns:
    """The queue before one store's writer; `clock` is the store's, so that simulated time repeats exactly."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._writer = threading.RLock()
        self._changed = threading.Condition()
        self._people = 0
        self._own = _Own()
        self._speeds: dict[str, float] = {}
        self._last = datetime.min.replace(tzinfo=UTC)

    @contextmanager
    def person(self) -> Iterator[None]:
        """A command: next in line."""
        with self.note():
            try:
                yield
            finally:
                self._last = self._clock()

    @contextmanager
    def note(self) -> Iterator[None]:
        """What this laptop keeps for itself: next in line, though nobody need be at work for it."""
        with self._changed:
            self._people += 1
        try:
            with self._writer:
                yield
        finally:
            with self._changed:
                self._people -= 1
                self._changed.notify_all()

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """A page of a sync, a slice of an import: when no person waits, or after some patience."""
        with self._changed:
            self._changed.wait_for(lambda: not self._people, PATIENCE)
        with self._writer:
            began = self._clock()
            yield
            self._own.lasted = (self._clock() - began).total_seconds()

    @property
    def box(self) -> float:
        """Seconds that the background may take now."""
        return BITES["active" if self.somebody_works else "idle"]

    def bite(self, kind: str) -> int:
        """How many rows the background may take at once now, by what such rows have cost so far."""
        return max(LEAST, int(self.box * self._speeds.get(kind, A_SECOND)))

    def took(self, kind: str, rows: int) -> None:
        """The last arrival of this thread took in so many rows."""
        lasted = self._own.lasted
        if rows >= LEAST and lasted > 0:
            speed, before = rows / lasted, self._speeds.get(kind, A_SECOND)
            self._speeds[kind] = min(speed, 0.5 * (speed + before))  # slower at once, faster by and by

    @property
    def somebody_works(self) -> bool:
        """Whether the background should take small bites."""
        return self._people > 0 or abs(self._clock() - self._last) < ACTIVE
