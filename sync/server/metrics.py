"""Counters of a running office, told in the text form of Prometheus (version 0.0.4).

Counted in memory; where several workers answer on one port, whoever is asked speaks for all (`tallies.py`).
What stands in the database is read when asked.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from sync.server.tallies import SILENT, Shared, Tally, together

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latencies counted, in seconds."""

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Thread-safe counters."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own = Tally()
        self._shared: Shared | None = None

    def share(self, folder: Path, wanted: int) -> None:
        """From now on the counters of all `wanted` workers, who share this folder, are told together."""
        self._shared = Shared(folder, wanted, self._copy)
        self._shared.start()

    def close(self) -> None:
        """Nobody counts any more. May be called twice."""
        shared, self._shared = self._shared, None
        if shared is not None:
            shared.stop()

    def answered(self, route: str, status: int, seconds: float, received: int, sent: int) -> None:
        """One request was answered."""
        with self._lock:
            _count(self._own.requests, f"{status} {route}")
            self._own.sums[route] = self._own.sums.get(route, 0.0) + seconds
            buckets = self._own.buckets.setdefault(route, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, seconds)] += 1
            _count(self._own.bytes, "in", received)
            _count(self._own.bytes, "out", sent)

    def pushed(self, status: str, verdicts: Iterable[str]) -> None:
        """One push was answered with these verdicts, one for each operation."""
        with self._lock:
            _count(self._own.pushes, status)
            for verdict in verdicts:
                _count(self._own.verdicts, verdict)

    def read_from(self, who: str) -> None:
        """A replica, or the primary in its place, has answered a question."""
        with self._lock:
            _count(self._own.reads, who)

    @contextmanager
    def working(self) -> Iterator[None]:
        """A request is being answered as long as the block lasts."""
        with self._lock:
            self._own.open += 1
        try:
            yield
        finally:
            with self._lock:
                self._own.open -= 1

    def workers(self) -> tuple[int, int]:
        """How many workers answer, and how many there should be."""
        shared, now = self._shared, time.time()
        if shared is None:
            return 1, 1
        return sum(now - one.at <= SILENT for one in shared.every()), shared.wanted

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """Everything counted, and these gauges: name → (what it is, value)."""
        shared = self._shared
        own = self._copy()
        own.at = time.time()
        total = together(shared.every() if shared is not None else [own], time.time())
        answering, wanted = self.workers()
        told = {
            "requests_open": ("Requests being answered.", total.open),
            "start_time_seconds": ("When the office started.", total.started),
            "workers": ("Workers that answer.", answering),
            "workers_wanted": ("Workers that there should be.", wanted),
            **gauges,
        }
        lines = [*_counted(total), *_latencies(total)]
        for name, (about, value) in told.items():
            lines += _family(f"satchel_{name}", "gauge", about, [((), value)])
        return "\n".join(lines) + "\n"

    def _copy(self) -> Tally:
        with self._lock:
            return msgspec.json.decode(msgspec.json.encode(self._own), type=Tally)


def _count(counted: dict[str, int], key: str, more: int = 1) -> None:
    counted[key] = counted.get(key, 0) + more


def _counted(total: Tally) -> Iterator[str]:
    requests: list[tuple[Labels, float]] = []
    for key, count in total.requests.items():
        status, _, route = key.partition(" ")
        requests.append(((("route", route), ("status", status)), count))
    yield from _family("satchel_requests_total", "counter", "Requests answered.", requests)
    for name, label, about, counted in (
        ("pushes", "status", "Pushes of laptops.", total.pushes),
        ("operations", "verdict", "Operations of laptops, by verdict.", total.verdicts),
        ("bytes", "direction", "Bytes of bodies on the wire.", total.bytes),
        ("reads", "from", "Questions that a replica may answer, by who did.", total.reads),
    ):
        samples: list[tuple[Labels, float]] = [(((label, key),), count) for key, count in counted.items()]
        yield from _family(f"satchel_{name}_total", "counter", about, samples)


def _latencies(total: Tally) -> Iterator[str]:
    name = "satchel_request_seconds"
    yield f"# HELP {name} How long an answer took."
    yield f"# TYPE {name} histogram"
    for route, buckets in sorted(total.buckets.items()):
        running = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=True):
            running += count
            yield f"{name}_bucket{_labels((('route', route), ('le', bound)))} {running}"
        yield f"{name}_sum{_labels((('route', route),))} {total.sums[route]:.6f}"
        yield f"{name}_count{_labels((('route', route),))} {running}"


def _family(name: str, kind: str, about: str, samples: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    for labels, value in sorted(samples):
        yield f"{name}{_labels(labels)} {value:.15g}"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
