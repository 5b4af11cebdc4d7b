"""One line per operation: the figure, the raw stack's figure in the same run, their ratio, and the goal."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

HEAD = f"{'operation':34} {'here':>12} {'':7} {'ratio':>9}   {'the bare stack, same run':42} goal"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured operation, in milliseconds unless `unit` says otherwise."""

    name: str
    value: float
    raw: float | None
    raw_name: str
    goal: str
    unit: str = "ms"

    def line(self) -> str:
        """The figure as a row of the table."""
        ratio = f"{self.value / self.raw:7.2f} ×" if self.raw else " " * 9
        raw = f"{self.raw:10,.2f} {self.raw_name}" if self.raw is not None else ""
        return f"{self.name:34} {self.value:12,.2f} {self.unit:7} {ratio}   {raw:42} {self.goal}".rstrip()

    def as_json(self) -> dict[str, Any]:
        """The same for scripts."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "raw": None if self.raw is None else round(self.raw, 3),
            "raw_name": self.raw_name,
            "goal": self.goal,
        }


def each(
    work: Callable[[int], object], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Milliseconds of each round; CPU time (`time.process_time`) where no disk and no wire counts."""
    found = []
    for place in range(rounds):
        began = clock()
        work(place)
        found.append((clock() - began) * 1000)
    return found


def middle(times: Sequence[float]) -> float:
    """The median."""
    return median(times)


def p95(times: Sequence[float]) -> float:
    """The value that 95 % stay below."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
