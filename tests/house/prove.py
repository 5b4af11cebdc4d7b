"""`dev.py prove`: the long proofs, for as long as wanted; what was counted is added to docs/proofs.md."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from tests.house.sources import ROOT
from tests.models import kills as vault_kills
from tests.rules import oracle
from tests.sync import bundles, cuts, numbers, oracle_postgres, postgres, soak
from tests.sync.server import fuzz_api
from tests.sync.simulator import long, schedule

CORES: Final = os.cpu_count() or 1
SCHEDULES: Final = {kind: 4 * long.BLOCKS[kind] * CORES for kind in long.BLOCKS}
"""Of sync, in one round: long ones, and short ones, which cost a fifth."""
PAGE: Final = ROOT / "docs/proofs.md"
HEAD: Final = """\
# What the long proofs have counted

Written by `python3 dev.py prove --minutes N`; each line is one run, and a violation would be a line too.
A seed brings the same run back.

| day | proof | seed | counted | violations | seconds |
|---|---|---|---:|---:|---:|
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of a proof has counted, and each violation as a sentence."""

    counted: int
    violations: list[str]


@dataclass(frozen=True, slots=True)
class Proof:
    """One promise, and a round of attempts to break it from a seed."""

    name: str
    attempt: Callable[[int], Round]
    seeds: int = 1
    """How many seeds one round uses up."""


def totals(seed: int) -> Round:
    """Random documents whose totals an independent oracle computes on fractions."""
    found = [str(difference) for difference in oracle.differences(5_000, seed)]
    return Round(5_000, found)


def kills(seed: int) -> Round:
    """A program killed while it writes to its vault: what was confirmed is there, nothing is torn."""
    with tempfile.TemporaryDirectory() as folder:
        tally = vault_kills.run(10, Path(folder) / "vault", seed=seed)
    return Round(tally.rounds, tally.broken)


def typing(seed: int) -> Round:
    """A window killed while somebody types: at most a second of it is lost, the cursor is kept."""
    command = [sys.executable, "-m", "tests.views.typing_kills", "--rounds", "20", "--seed", str(seed)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Round(20, [] if ended.returncode == 0 else [f"seed {seed}: {ended.stdout.strip()}"])


def schedules(seed: int, kind: str = long.LONG) -> Round:
    """Laptops and an office with everything going wrong between them, over all cores."""
    run = long.Long(seed, SCHEDULES[kind], None, kind)
    tally = run.run(CORES, float("inf"), lambda _tally, _broken: None)
    return Round(tally.schedules, tally.broken)


def bundled(seed: int) -> Round:
    """Bundles by file, twice and in any order, beside the network: the same state."""
    folder = schedule.scratch()
    try:
        violation = bundles.run(seed, folder).violation
    finally:
        shutil.rmtree(folder.parent)
    return Round(1, [f"seed {seed}: {violation}"] if violation else [])


def lines(seed: int) -> Round:
    """Lines cut at chosen bytes between a real office and real laptops."""
    found = cuts.cuts(500, seed)
    return Round(found.count, found.wrong)


def deaths(seed: int) -> Round:
    """Laptops and offices killed in the middle of a sync: nothing is lost, nothing doubled."""
    found = soak.soak(25, seed)
    wrong = [*found.lost, *found.doubled, *found.wrong]
    return Round(sum(found.kills.values()), [f"seed {seed}: {one}" for one in wrong])


def numbered(seed: int) -> Round:
    """Fifty laptops that number documents offline: no number twice, and all of them add up."""
    outcome = numbers.run(50, 2000, seed)
    wrong = [f"seed {seed}: {outcome.collisions} numbers twice"] if outcome.collisions else []
    return Round(50 * 2000, [*wrong, *outcome.problems])


def questions(seed: int) -> Round:
    """Questions that the office's own description allows, with the keys of three roles."""
    with tempfile.TemporaryDirectory() as folder:
        world = fuzz_api.fuzz(Path(folder) / "office", seed, examples=20)
    return Round(sum(world.answers.values()), world.violations)


def commits(seed: int) -> Round:
    """Writers on PostgreSQL whose commits overtake each other: every subscription holds what a query says."""
    with postgres.lent("oracle") as url:
        found = oracle_postgres.run(url, writers=8, count=1000, seconds=20, seed=seed)
    return Round(found.ops, [] if found.sound else [f"seed {seed}: {found}"])


PROOFS: Final = (
    Proof("totals of random documents", totals),
    Proof("kills of a vault that is written to", kills),
    Proof("kills of a window that is typed into", typing),
    Proof("schedules of sync", schedules, SCHEDULES[long.LONG]),
    Proof("short schedules of sync", partial(schedules, kind=long.SHORT), SCHEDULES[long.SHORT]),
    Proof("schedules of bundles", bundled),
    Proof("cuts of lines at chosen bytes", lines),
    Proof("SIGKILLs of laptops and offices", deaths),
    Proof("documents numbered offline", numbered),
    Proof("questions to the office by schemathesis", questions),
    *([Proof("concurrent commits on PostgreSQL", commits)] if postgres.available() else []),
)


def main() -> int:
    """Give each proof its share of the time; fail if anything was violated."""
    parser = argparse.ArgumentParser(prog="dev.py prove", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", default="", help="a word of the proof's name")
    parser.add_argument("--page", type=Path, default=PAGE, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    wanted = [proof for proof in PROOFS if chosen.only in proof.name]
    if not wanted:
        parser.error(f"there is no such proof; there are: {', '.join(proof.name for proof in PROOFS)}")
    share = chosen.minutes * 60 / len(wanted)
    broken = sum([run(proof, chosen.seed, share, chosen.page) for proof in wanted])
    return 1 if broken else 0


def run(proof: Proof, seed: int, seconds: float, page: Path) -> int:
    """Rounds of one proof until its time is up or it is broken; at least one. Returns the violations."""
    start = time.monotonic()
    counted, rounds = 0, 0
    violations: list[str] = []
    while not violations and (not rounds or time.monotonic() - start < seconds):
        done = proof.attempt(seed + rounds * proof.seeds)
        counted, rounds = counted + done.counted, rounds + 1
        violations += done.violations
    took = round(time.monotonic() - start)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    line = f"| {day} | {proof.name} | {seed} | {counted:,} | {len(violations)} | {took} |\n"
    with page.open("a", encoding="utf-8") as file:
        file.write(line if file.tell() else HEAD + line)
    print(f"{proof.name}: {counted:,} in {took} s from seed {seed}, {len(violations)} violations")
    sys.stderr.writelines(f"  {violation}\n" for violation in violations)
    return len(violations)


if __name__ == "__main__":
    sys.exit(main())
