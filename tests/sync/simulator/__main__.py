"""`python -m tests.sync.simulator --schedules 2000 --seed 1`: runs schedules, prints what was broken."""

import argparse
import shutil
import sys
import time
from collections import Counter

from tests.sync.simulator import schedule


def say(line: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run the schedules; the exit code is 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so much time")
    chosen = parser.parse_args(arguments)
    folder = schedule.scratch()
    started, done = time.monotonic(), 0
    counts: Counter[str] = Counter()
    rounds: Counter[int] = Counter()
    broken = []
    for seed in range(chosen.seed, chosen.seed + chosen.schedules):
        if time.monotonic() - started > chosen.seconds:
            break
        outcome = schedule.run(seed, folder)
        done += 1
        counts.update(outcome.counts)
        rounds[outcome.rounds] += 1
        if outcome.violation:
            broken.append(outcome)
            say(f"seed {seed}: {outcome.violation}")
    shutil.rmtree(folder.parent)
    say(
        f"{done} schedules from seed {chosen.seed}, {len(broken)} violations, "
        f"{time.monotonic() - started:.1f} s; "
        + ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
        + f"; rounds to rest {dict(sorted(rounds.items()))}"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
