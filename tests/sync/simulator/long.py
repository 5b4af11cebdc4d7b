"""Many schedules: over several processes, for as long as wanted, and to be gone on with later."""

import gc
import json
import multiprocessing
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.sync import postgres
from tests.sync.simulator import schedule

BLOCK = 25
"""Schedules that a process runs before it tells."""


@dataclass(slots=True)
class Tally:
    """What a number of schedules came to."""

    schedules: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Take in what another block came to."""
        self.schedules += other.schedules
        self.broken += other.broken
        for mine, theirs in ((self.counts, other.counts), (self.rounds, other.rounds)):
            for name, number in theirs.items():
                mine[name] = mine.get(name, 0) + number

    def __str__(self) -> str:
        told = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
        return (
            f"{self.schedules} schedules, {len(self.broken)} violations, {self.seconds:.0f} s; {told}; "
            f"rounds to rest {dict(sorted(self.rounds.items()))}"
        )


def block(first: int, count: int = BLOCK, until: float = float("inf")) -> Tally:
    """Run the schedules of these seeds, as far as there is time."""
    folder = schedule.scratch()
    tally, counts, rounds = Tally(), Counter[str](), Counter[str]()
    try:
        for seed in range(first, first + count):
            if time.time() > until:
                break
            outcome = schedule.run(seed, folder)
            tally.schedules += 1
            counts.update(outcome.counts)
            rounds[str(outcome.rounds)] += 1
            if outcome.violation:
                tally.broken.append(f"seed {seed}: {outcome.violation}")
    finally:
        shutil.rmtree(folder.parent)
    tally.counts, tally.rounds = dict(counts), dict(rounds)
    return tally


def _unswept() -> None:
    """What is imported stays; the collector looks at the rest less often. The world's office is our own."""
    os.environ[postgres.PROCESS] = f"process{os.getpid()}"
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


class Long:
    """A run from a seed on; with `state` it goes on where the last one with this file ended."""

    def __init__(self, first: int, count: int, state: Path | None) -> None:
        self.first, self.count, self.state = first, count, state
        self.done: set[int] = set()
        self.tally = Tally()
        if state is not None and state.exists():
            stored: dict[str, Any] = json.loads(state.read_text(encoding="utf-8"))
            self.first, self.done = stored["first"], set(stored["done"])
            self.tally = Tally(**stored["tally"])

    def run(self, workers: int, seconds: float, tell: Callable[[Tally, list[str]], None]) -> Tally:
        """Blocks until the count or the time is reached; `tell` hears of each."""
        began, before = time.monotonic(), self.tally.seconds
        context = multiprocessing.get_context("spawn")
        left = self._left()
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_unswept) as pool:
            running: dict[Future[Tally], int] = {}
            while True:
                late = time.monotonic() - began > seconds
                while not late and len(running) < workers and (start := next(left, None)) is not None:
                    running[pool.submit(block, start, BLOCK)] = start
                if not running:
                    return self.tally
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    found = future.result()
                    self.done.add(running.pop(future))
                    self.tally.add(found)
                    self.tally.seconds = before + time.monotonic() - began
                    self._store()
                    tell(self.tally, found.broken)

    def _left(self) -> Iterator[int]:
        for start in range(self.first, self.first + self.count, BLOCK):
            if start not in self.done:
                yield start

    def _store(self) -> None:
        if self.state is not None:
            stored = {"first": self.first, "done": sorted(self.done), "tally": asdict(self.tally)}
            fresh = self.state.with_suffix(".new")
            fresh.write_text(json.dumps(stored), encoding="utf-8")
            fresh.replace(self.state)
