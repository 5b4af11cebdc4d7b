"""Counters of a running office, told in the text form of Prometheus (version 0.0.4).

Counted in memory, each worker for itself; what stands in the database is read when asked.
"""

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latencies counted, in seconds."""

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Thread-safe counters."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started = time.time()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        self._verdicts: Counter[str] = Counter()
        self._pushes: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._open = 0

    def answered(self, route: str, status: int, seconds: float, received: int, sent: int) -> None:
        """One request was answered."""
        with self._lock:
            self._requests[route, status] += 1
            self._sums[route] = self._sums.get(route, 0.0) + seconds
            buckets = self._buckets.setdefault(route, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, seconds)] += 1
            self._bytes["in"] += received
            self._bytes["out"] += sent

    def pushed(self, status: str, verdicts: Iterable[str]) -> None:
        """One push was answered with these verdicts, one for each operation."""
        with self._lock:
            self._pushes[status] += 1
            self._verdicts.update(verdicts)

    @contextmanager
    def working(self) -> Iterator[None]:
        """A request is being answered as long as the block lasts."""
        with self._lock:
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """Everything counted, and these gauges: name → (what it is, value)."""
        with self._lock:
            lines = [*self._counted(), *self._latencies()]
            lines += _family("satchel_requests_open", "gauge", "Requests being answered.", [((), self._open)])
        lines += _family(
            "satchel_start_time_seconds", "gauge", "When this worker started.", [((), self._started)]
        )
        for name, (about, value) in gauges.items():
            lines += _family(f"satchel_{name}", "gauge", about, [((), value)])
        return "\n".join(lines) + "\n"

    def _counted(self) -> Iterator[str]:
        yield from _family(
            "satchel_requests_total",
            "counter",
            "Requests answered.",
            [
                ((("route", route), ("status", str(status))), count)
                for (route, status), count in self._requests.items()
            ],
        )
        for name, label, about, counted in (
            ("pushes", "status", "Pushes of laptops.", self._pushes),
            ("operations", "verdict", "Operations of laptops, by verdict.", self._verdicts),
            ("bytes", "direction", "Bytes of bodies on the wire.", self._bytes),
        ):
            samples: list[tuple[Labels, float]] = [(((label, key),), count) for key, count in counted.items()]
            yield from _family(f"satchel_{name}_total", "counter", about, samples)

    def _latencies(self) -> Iterator[str]:
        name = "satchel_request_seconds"
        yield f"# HELP {name} How long an answer took."
        yield f"# TYPE {name} histogram"
        for route, buckets in sorted(self._buckets.items()):
            running = 0
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=True):
                running += count
                yield f"{name}_bucket{_labels((('route', route), ('le', bound)))} {running}"
            yield f"{name}_sum{_labels((('route', route),))} {self._sums[route]:.6f}"
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
