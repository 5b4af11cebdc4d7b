"""How fast: batches that follow the line, and waiting after failures; clock and chance are arguments."""

from dataclasses import dataclass
from typing import Final

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 300.0
OPEN_AFTER: Final = 5
"""Failures in a row after which only a change of the network (or the longest wait) brings the next try."""


@dataclass(slots=True)
class Batch:
    """How much to ask for at once: more while answers are quick, half when they are slow (AIMD)."""

    size: int
    least: int
    most: int
    step: int
    quick: float = 1.5
    slow: float = 6.0

    def answered(self, seconds: float) -> None:
        """An answer took this long."""
        if seconds <= self.quick:
            self.size = min(self.most, self.size + self.step)
        elif seconds >= self.slow:
            self.shrink()

    def shrink(self) -> None:
        """It was too much."""
        self.size = max(self.least, self.size // 2)


@dataclass(slots=True)
class Backoff:
    """When to try again: full jitter between 0 and a bound that doubles from 1 s to 5 min."""

    failures: int = 0
    not_before: float = 0.0

    def failed(self, now: float, chance: float, retry_after: float | None = None) -> float:
        """Note a failure at `now`; `chance` lies in [0, 1). Returns the moment of the next try."""
        self.failures += 1
        bound = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self.failures - 1))
        wait = LONGEST_WAIT if self.failures >= OPEN_AFTER else bound * chance
        self.not_before = now + max(wait, retry_after or 0.0)
        return self.not_before

    def succeeded(self) -> None:
        """The office answered."""
        self.failures, self.not_before = 0, 0.0

    def network_changed(self, now: float) -> None:
        """Another network, or a person's click: one try now (the breaker is half open)."""
        self.not_before = now

    def may_try(self, now: float) -> bool:
        """Whether it is time."""
        return now >= self.not_before
