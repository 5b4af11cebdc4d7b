"""SIGKILL against a real process that writes to a vault: what it acknowledged is there, and all is whole.

`python -m tests.models.kills --rounds 1000 [--seed N]` runs more rounds than the ordinary test.
"""

import argparse
import hashlib
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import sqlalchemy as sa

from desktop.models.vault import Vault, open_vault
from tests.vaults import PASSPHRASE, cheap_vault

LONGEST: Final = 0.06
"""Seconds of writing before the kill, at most; a transaction takes about half a millisecond."""

ROWS: Final = 8
"""Rows of one transaction; half of one found later is a torn transaction."""


@dataclass(slots=True)
class Tally:
    """What was seen; `broken` must stay empty."""

    rounds: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    broken: list[str] = field(default_factory=list)


def run(rounds: int, folder: Path, *, seed: int = 0, bad: str = "") -> Tally:
    """Kill a writer `rounds` times on one vault in `folder`; `bad` names a build that is wrong on purpose."""
    dice, tally = random.Random(seed), Tally()
    with cheap_vault(folder) as vault, vault.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE entry (n INTEGER, part INTEGER, body TEXT, PRIMARY KEY (n, part))"
        )
    known = 0
    for _ in range(rounds):
        acknowledged = _one_life(folder, known, dice.uniform(0, LONGEST), bad)
        with open_vault(folder, PASSPHRASE) as vault:
            there = _judge(vault, acknowledged, tally)
        tally.rounds += 1
        tally.acknowledged += acknowledged - known
        tally.unacknowledged += there - acknowledged
        known = there
        if tally.broken:
            break
    return tally


def _one_life(folder: Path, known: int, seconds: float, bad: str) -> int:
    """Start a writer, kill it `seconds` after its first word; the last number that it acknowledged."""
    command = [
        sys.executable,
        "-m",
        "tests.models.kills",
        "--write",
        str(folder),
        "--after",
        str(known),
        "--bad",
        bad,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        words = _rest(writer.stdout).split(b"\n")[:-1]
    return int(words[-1]) if words else known


def _rest(pipe: IO[bytes]) -> bytes:
    content = b""
    while select.select([pipe], [], [], 10)[0] and (chunk := os.read(pipe.fileno(), 1 << 16)):
        content += chunk
    return content


def _judge(vault: Vault, acknowledged: int, tally: Tally) -> int:
    """The last whole transaction in the vault, after comparing it with what must be there."""
    tally.broken += [f"{problem.check}: {problem.detail}" for problem in vault.verify(full=True)]
    with vault.reader().connect() as connection:
        rows = connection.execute(sa.text("SELECT n, part, body FROM entry ORDER BY n, part")).all()
    last = rows[-1].n if rows else 0
    if last < acknowledged:
        tally.broken.append(f"{acknowledged} was acknowledged, {last} is the last one there")
    if [tuple(row) for row in rows] != [
        (n, part, _body(n, part)) for n in range(1, last + 1) for part in range(ROWS)
    ]:
        tally.broken.append(f"the rows up to {last} are not what was written")
    if last > acknowledged + 1:
        tally.broken.append(f"{last} is there although only {acknowledged} was acknowledged")
    return last


def _body(n: int, part: int) -> str:
    return hashlib.sha256(f"{n} {part}".encode()).hexdigest() * (1 + n % 40)


def write(folder: Path, after: int, bad: str) -> None:
    """The victim: one transaction after another, each acknowledged on standard output once it is durable."""
    with open_vault(folder, PASSPHRASE) as vault:
        _say("ready")
        n = after
        while True:
            n += 1
            if bad == "early":
                _say(str(n))
            with vault.engine.begin() as connection:
                if bad == "torn":
                    connection.exec_driver_sql("COMMIT")
                rows = [{"n": n, "part": part, "body": _body(n, part)} for part in range(ROWS)]
                for row in rows:
                    connection.execute(sa.text("INSERT INTO entry VALUES (:n, :part, :body)"), row)
            if bad != "early":
                _say(str(n))


def _say(word: str) -> None:
    os.write(sys.stdout.fileno(), f"{word}\n".encode())


def main() -> int:
    """Run rounds, or be the victim of one."""
    parser = argparse.ArgumentParser(prog="python -m tests.models.kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bad", choices=["", "early", "torn"], default="")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--after", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write is not None:
        write(chosen.write, chosen.after, chosen.bad)
    with tempfile.TemporaryDirectory() as folder:
        tally = run(chosen.rounds, Path(folder) / "profile", seed=chosen.seed, bad=chosen.bad)
    sys.stdout.write(f"{tally}\n")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
