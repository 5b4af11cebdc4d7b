"""`python -m tests.sync.simulator --schedules 2000 --seed 1`: runs schedules, prints what was broken.

`--kind short` runs schedules of a few commands in worlds that are furnished already, at a fifth of the cost.
With `--workers N` in so many processes; with `--state FILE` a run that was ended goes on where it was.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.sync.simulator.long import LONG, SHORT, Long, Tally, block


def say(line: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run the schedules; the exit code is 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument(
        "--kind", choices=(LONG, SHORT), default=LONG, help="short ones visit a furnished world"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so much time")
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: this one alone")
    parser.add_argument("--state", type=Path, help="a file in which the run is remembered")
    chosen = parser.parse_args(arguments)
    if chosen.workers or chosen.state:
        long = Long(chosen.seed, chosen.schedules, chosen.state, chosen.kind)
        tally = long.run(chosen.workers or 1, chosen.seconds, _tell)
    else:
        began = time.monotonic()
        tally = block(chosen.seed, chosen.schedules, time.time() + chosen.seconds, chosen.kind)
        tally.seconds = time.monotonic() - began
        for broken in tally.broken:
            say(broken)
    say(f"from seed {chosen.seed}: {tally}")
    return 1 if tally.broken else 0


def _tell(tally: Tally, broken: list[str]) -> None:
    for one in broken:
        say(one)
    if tally.schedules % 1000 < 1:
        say(f"… {tally.schedules} schedules, {tally.seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
