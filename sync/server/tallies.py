"""What the workers of one office have counted: each keeps a file, and whoever is asked adds them up.

A worker writes its file twice a second and whenever it is asked itself, so no sum that was told once is ever
followed by a lower one. The file of a worker that died stays and counts on; what it was doing does not.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

EVERY: Final = 0.5
"""Seconds between two looks whether there is something to write."""
SILENT: Final = 5.0
"""Seconds after which a worker that has not written counts as gone."""


class Tally(msgspec.Struct):
    """Everything that one worker has counted; sums of several are tallies again."""

    started: float = msgspec.field(default_factory=time.time)
    at: float = 0.0
    open: int = 0
    """Requests that are being answered."""
    requests: dict[str, int] = {}
    """By route and status."""
    buckets: dict[str, list[int]] = {}
    sums: dict[str, float] = {}
    verdicts: dict[str, int] = {}
    pushes: dict[str, int] = {}
    bytes: dict[str, int] = {}
    reads: dict[str, int] = {}
    """By who answered what replicas may answer."""


def together(tallies: Iterable[Tally], now: float) -> Tally:
    """The sum of all; of those that are gone, what they had counted."""
    total = Tally(started=now, at=now)
    for one in tallies:
        alive = now - one.at <= SILENT
        total.started = min(total.started, one.started)
        total.open += one.open if alive else 0
        for name in ("requests", "sums", "verdicts", "pushes", "bytes", "reads"):
            _add(getattr(total, name), getattr(one, name))
        for route, counts in one.buckets.items():
            known = total.buckets.setdefault(route, [0] * len(counts))
            total.buckets[route] = [mine + more for mine, more in zip(known, counts, strict=True)]
    return total


def _add(total: dict[str, float], more: dict[str, float]) -> None:
    for key, count in more.items():
        total[key] = total.get(key, 0) + count


class Shared:
    """The folder in which the workers of one office keep what they have counted, while the block runs."""

    def __init__(self, folder: Path, wanted: int, own: Callable[[], Tally]) -> None:
        self.wanted = wanted
        self._folder = folder
        self._own = own
        self._path = folder / f"{os.getpid()}.json"
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="tally")

    def start(self) -> None:
        """Begin to write."""
        self.write()
        self._thread.start()

    def stop(self) -> None:
        """Write once more and end; as a worker that is gone."""
        self._over.set()
        self._thread.join()
        self.write(at=0.0)

    def write(self, at: float | None = None) -> Tally:
        """Write what this worker has counted; returns it."""
        with self._lock:
            tally = self._own()
            tally.at = time.time() if at is None else at
            draft = self._path.with_suffix(".new")
            try:
                draft.write_bytes(msgspec.json.encode(tally))
                draft.replace(self._path)
            except FileNotFoundError:  # the first worker has ended and taken the folder along
                pass
        return tally

    def every(self) -> list[Tally]:
        """What each worker has counted, this one as of now."""
        own = self.write()
        others = [path for path in self._folder.glob("*.json") if path != self._path]
        return [own, *(found for path in others if (found := _read(path)) is not None)]

    def _go_on(self) -> None:
        while not self._over.wait(EVERY):
            self.write()


def _read(path: Path) -> Tally | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Tally)
    except (OSError, msgspec.DecodeError):  # it goes just now
        return None
