"""`python -m tests.sync.simulator.teeth --schedules 400`: what short schedules notice of each seeded bug.

The room is furnished by sound code; then the bug is let in, and so many visits follow.
"""

import argparse
import shutil
import sys
from dataclasses import dataclass

from tests.sync.mutations import MUTANTS, Mutant
from tests.sync.simulator import schedule, short

FIRST = 1000


@dataclass(frozen=True, slots=True)
class Bite:
    """How often a bug was noticed, and the first seed that did."""

    title: str
    ran: int
    noticed: int
    first: int | None
    why: str

    def __str__(self) -> str:
        seen = f"first by seed {self.first}: {self.why[:100]}" if self.noticed else "by none"
        return f"{self.title:45} {self.noticed:4} of {self.ran:4}  {seen}"


def bite(mutant: Mutant, rooms: short.Rooms, first: int, count: int, enough: int) -> Bite:
    """Visit with this bug alive until it was noticed often enough."""
    rooms.furnish(first)
    noticed: list[schedule.Outcome] = []
    ran = 0
    with mutant.alive():
        while ran < count and len(noticed) < enough:
            outcome = rooms.run(first + ran)
            ran += 1
            noticed += [outcome] if outcome.violation else []
    seed, why = (noticed[0].seed, noticed[0].violation) if noticed else (None, "")
    return Bite(mutant.title, ran, len(noticed), seed, why)


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each bug; the exit code is 1 when one without a story was noticed by nothing."""
    parser = argparse.ArgumentParser(prog="teeth", description=__doc__)
    parser.add_argument("--schedules", type=int, default=400, help="visits to a bug at most")
    parser.add_argument("--seed", type=int, default=FIRST)
    parser.add_argument("--enough", type=int, default=3, help="go on to the next bug when so many noticed it")
    parser.add_argument("--only", default="", help="words of a bug's title")
    chosen = parser.parse_args(arguments)
    place = schedule.scratch()
    missed = False
    try:
        rooms = short.Rooms(place)
        for mutant in MUTANTS:
            if chosen.only in mutant.title:
                found = bite(mutant, rooms, chosen.seed, chosen.schedules, chosen.enough)
                missed = missed or not (found.noticed or mutant.story)
                sys.stdout.write(f"{found}\n")
                sys.stdout.flush()
    finally:
        shutil.rmtree(place.parent)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
