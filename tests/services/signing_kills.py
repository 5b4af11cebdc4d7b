"""SIGKILL against a real process in which customers sign: a signature with its paper, or neither.

`python -m tests.services.signing_kills --rounds 100 [--seed N]` runs more rounds than the ordinary test.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final
from uuid import UUID

from desktop.models.records import Attachment, Quote, Signature
from desktop.models.store import Store
from desktop.rules import attachments as rules
from desktop.services import attachments, commands, sealed, signing
from tests import inks
from tests.stores import customer, firm, opened, product, quote

assert signing.SCREEN  # the command is registered
QUOTES: Final = 12
LONGEST: Final = 0.3
"""Seconds of signing before the kill, at most; one signature takes about 30 ms."""


def issued(folder: Path) -> list[UUID]:
    """A vault with issued quotes that nobody has signed."""
    with opened(folder) as store:
        firm(store)
        buyer, sold = customer(store), product(store)
        made = [quote(store, (sold.id, "2"), to=buyer).id for _ in range(QUOTES)]
        for each in made:
            commands.run(store, store.me(), "quote.issue", each)
    return made


def write(folder: Path, ids: list[UUID]) -> None:
    """The process that is killed: signs one after another and says each that is done."""
    with opened(folder) as store:
        for each in ids:
            shown = inks.in_front(store, each)
            commands.run(store, store.me(), "quote.sign", each, signer="张建国", on_screen=shown)
            sys.stdout.write(f"{each.hex}\n")
            sys.stdout.flush()


def one_life(folder: Path, ids: list[UUID], seconds: float) -> set[UUID]:
    """Let it sign for so long and kill it; what it had acknowledged."""
    command = [sys.executable, "-m", "tests.services.signing_kills", "--write", str(folder)]
    command += [each.hex for each in ids]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline().strip()]  # the first one loads all that signing needs
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        said += [line.strip() for line in child.stdout]
    return {UUID(hex=each) for each in said if len(each) == 32}


def judged(store: Store, each: UUID) -> str:
    """`signed`, `unsigned`, or what is half written."""
    with store.reading() as session:
        stage = session.get_one(Quote, each).stage
        signatures = session.query(Signature).filter(Signature.quote_id == each).all()
        files = (
            session.query(Attachment)
            .filter(Attachment.of_id == each, Attachment.purpose == rules.SIGNED)
            .all()
        )
    seen = (stage, len(signatures), len(files))
    if seen == ("issued", 0, 0):
        return "unsigned"
    if seen != ("accepted", 1, 1):
        return f"half: {seen}"
    verdict = sealed.examine(attachments.contents(store, files[0]), store)
    whole = verdict.state == "signed" and verdict.facts["evidence"]
    return "signed" if whole else f"half: {verdict.state}"


def run(rounds: int, folder: Path, *, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """Kill so often; what was seen, and what was broken."""
    dice, tally, broken = random.Random(seed), Counter[str](), list[str]()
    left: list[UUID] = []
    place = folder
    for number in range(rounds):
        if not left:
            place = folder / str(number)
            left = issued(place)
        acknowledged = one_life(place, left, dice.uniform(0, LONGEST))
        with opened(place) as store:
            found = {each: judged(store, each) for each in left}
        broken += [f"round {number}: {each}" for each in found.values() if each.startswith("half")]
        broken += [f"round {number}: lost" for each in acknowledged if found[each] != "signed"]
        tally["kills"] += 1
        tally["acknowledged"] += len(acknowledged)
        tally["signed and not acknowledged"] += sum(
            state == "signed" for each, state in found.items() if each not in acknowledged
        )
        left = [each for each, state in found.items() if state == "unsigned"]
    return tally, broken


def main() -> int:
    """Count, and say what was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path)
    parser.add_argument("ids", nargs="*")
    chosen = parser.parse_args()
    if chosen.write:
        write(chosen.write, [UUID(hex=each) for each in chosen.ids])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        tally, broken = run(chosen.rounds, Path(folder), seed=chosen.seed)
    sys.stdout.write(f"{dict(tally)}\n{len(broken)} broken\n")
    sys.stdout.writelines(f"{each}\n" for each in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
