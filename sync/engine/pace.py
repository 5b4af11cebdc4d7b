"""How fast: batches that follow the line, and waiting after failures; clock and chance are arguments."""

from dataclasses import dataclass
from typing import Final

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 300.0
SAMPLE: Final = 0.25
"""Seconds over which a speed is measured."""
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
    longest: float = LONGEST_WAIT
    open_after: float = OPEN_AFTER

    def failed(self, now: float, chance: float, retry_after: float | None = None) -> float:
        """Note a failure at `now`; `chance` lies in [0, 1). Returns the moment of the next try."""
        self.failures += 1
        bound = min(self.longest, FIRST_WAIT * 2 ** min(self.failures - 1, 10))
        wait = self.longest if self.failures >= self.open_after else bound * chance
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


@dataclass(slots=True)
class Speed:
    """How long the rest takes: from what was done since the step began, the latest counting most."""

    state: str = ""
    began: float = 0.0
    at: float = 0.0
    done: int = 0
    a_second: float = 0.0

    def left(self, now: float, state: str, done: int, total: int) -> float | None:
        """Seconds until `done` is `total`; None while that cannot be said."""
        if state != self.state or done < self.done:
            self.state, self.began, self.at, self.done, self.a_second = state, now, now, done, 0.0
        if now - self.at >= SAMPLE:
            rate = (done - self.done) / (now - self.at)
            self.a_second = rate if not self.a_second else 0.7 * self.a_second + 0.3 * rate
            self.at, self.done = now, done
        if total <= 0 or not self.a_second:
            return None
        return max(0, total - done) / self.a_second
