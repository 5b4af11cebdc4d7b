"""Many schedules: over several processes, for as long as wanted, and to be gone on with later."""

import atexit
import gc
import json
import multiprocessing
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from desktop.rules.pinyin import spell
from tests.house.sources import ROOT
from tests.sync import postgres
from tests.sync.simulator import rooms, schedule, short, world

LONG, SHORT = "long", "short"
BLOCKS = {LONG: 25, SHORT: 50}
"""Schedules that a process runs before it tells."""


@dataclass(slots=True)
class Tally:
    """What a number of schedules came to."""

    schedules: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    had: dict[str, int] = field(default_factory=dict)
    """How many schedules met each kind of fault."""
    builds: dict[str, int] = field(default_factory=dict)
    """How many ran at each commit of the product."""

    def note(self, outcome: schedule.Outcome) -> None:
        """Count one more schedule."""
        self.schedules += 1
        met = {name: 1 for name in schedule.FAULTS if outcome.counts.get(name)}
        for mine, more in (
            (self.counts, outcome.counts),
            (self.had, met or {schedule.CALM: 1}),
            (self.rounds, {str(outcome.rounds): 1}),
        ):
            _sum(mine, more)
        if outcome.violation:
            self.broken.append(f"seed {outcome.seed}: {outcome.violation}")

    def add(self, other: "Tally") -> None:
        """Take in what another block came to."""
        self.schedules += other.schedules
        self.broken += other.broken
        for mine, theirs in (
            (self.counts, other.counts),
            (self.rounds, other.rounds),
            (self.had, other.had),
            (self.builds, other.builds),
        ):
            _sum(mine, theirs)

    def __str__(self) -> str:
        told = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
        had = "".join(
            f"\n  {self.had.get(what, 0):7} with {what}" for what in (*schedule.FAULTS, schedule.CALM)
        )
        return (
            f"{self.schedules} schedules, {len(self.broken)} violations, {self.seconds:.0f} s; {told}; "
            f"rounds to rest {dict(sorted(self.rounds.items()))}; at commits {self.builds}{had}"
        )


def _sum(mine: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        mine[name] = mine.get(name, 0) + number


def block(first: int, count: int, until: float = float("inf"), kind: str = LONG) -> Tally:
    """Run the schedules of these seeds, as far as there is time."""
    run = _rooms().run if kind == SHORT else partial(schedule.run, folder=_folder())
    tally = Tally()
    for seed in range(first, first + count):
        if time.time() > until:
            break
        tally.note(run(seed))
        if not gc.isenabled():  # while what is left of it is still in the processor's cache
            gc.collect(0)
    if not gc.isenabled():
        gc.collect()
    tally.builds[build()] = tally.schedules
    return tally


def blocks(starts: list[int], end: int, kind: str) -> Tally:
    """Run the blocks that begin at these seeds, up to one that is not run any more."""
    tally = Tally()
    for start in starts:
        tally.add(block(start, min(BLOCKS[kind], end - start), kind=kind))
    return tally


@lru_cache(maxsize=1)
def _folder() -> Path:
    """Where this process has its worlds."""
    folder = schedule.scratch()
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    return folder


@lru_cache(maxsize=1)
def _rooms() -> short.Rooms:
    """The rooms of this process: the next block may be in the same one."""
    return short.Rooms(_folder().with_name("rooms"))


@lru_cache(maxsize=1)
def build() -> str:
    """The commit that runs here, with a mark where files differ from it; empty where none is known."""
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _unswept() -> None:
    """What every world needs stays; the collector looks at the rest after each. The office is our own."""
    os.environ[postgres.PROCESS] = f"process{os.getpid()}"
    world.template()
    spell("行囊")  # reads its tables when it is first asked: 200,000 lists
    gc.collect()
    gc.freeze()
    gc.disable()


class Long:
    """A run from a seed on; with `state` it goes on where the last one with this file ended."""

    def __init__(self, first: int, count: int, state: Path | None, kind: str = LONG) -> None:
        self.first, self.count, self.state, self.kind = first, count, state, kind
        self.done: set[int] = set()
        self.tally = Tally()
        if state is not None and state.exists():
            stored: dict[str, Any] = json.loads(state.read_text(encoding="utf-8"))
            if stored.get("kind", LONG) != kind:
                raise ValueError(f"{state} remembers schedules of the {stored.get('kind', LONG)} kind")
            self.first, self.done = stored["first"], set(stored["done"])
            self.tally = Tally(**stored["tally"])

    def run(self, workers: int, seconds: float, tell: Callable[[Tally, list[str]], None]) -> Tally:
        """Blocks until the count or the time is reached; `tell` hears of each."""
        began, before = time.monotonic(), self.tally.seconds
        context = multiprocessing.get_context("spawn")
        left = self._left()
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_unswept) as pool:
            running: dict[Future[Tally], list[int]] = {}
            while True:
                late = time.monotonic() - began > seconds
                while not late and len(running) < workers and (starts := next(left, None)) is not None:
                    running[pool.submit(blocks, starts, self.first + self.count, self.kind)] = starts
                if not running:
                    return self.tally
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    found = future.result()
                    self.done.update(running.pop(future))
                    self.tally.add(found)
                    self.tally.seconds = before + time.monotonic() - began
                    self._store()
                    tell(self.tally, found.broken)

    def _left(self) -> Iterator[list[int]]:
        """Where blocks begin that are still to be run: those of one room together, furnished once."""
        starts = range(self.first, self.first + self.count, BLOCKS[self.kind])
        together = rooms.VISITS if self.kind == SHORT else BLOCKS[self.kind]
        left = (start for start in starts if start not in self.done)
        for _, some in groupby(left, key=lambda start: start // together):
            yield list(some)

    def _store(self) -> None:
        if self.state is not None:
            stored = {
                "kind": self.kind,
                "first": self.first,
                "done": sorted(self.done),
                "tally": asdict(self.tally),
            }
            fresh = self.state.with_suffix(".new")
            fresh.write_text(json.dumps(stored), encoding="utf-8")
            fresh.replace(self.state)
