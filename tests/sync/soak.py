"""The kill soak: real laptops and a real office as processes, killed with -9 again and again.

`python -m tests.sync.soak --kills 50` prints what was killed where, and what is lost or doubled: nothing.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from desktop.models.keys import KdfCost
from desktop.models.vault import create_vault
from tests.sync.fault_proxy import Fault, FaultProxy

PASSPHRASE = "soak 2026"
LIGHT = KdfCost(memory_kib=65536, passes=1, lanes=1)
PEOPLE = ("ann", "bob")
PATIENCE = 60.0
IN_FLIGHT = 0.85
"""The share of kills that wait for a request to be on its way."""


@dataclass(slots=True)
class Found:
    """What the soak saw."""

    kills: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything held."""
        return not (self.lost or self.doubled or self.wrong)


class Soak:
    """Two laptops, an office, and a proxy between them that tells when a request is on its way."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.rng = random.Random(seed)
        self.found = Found()
        self.typed: list[str] = []
        self.notes: dict[str, str] = {}
        self._signal = threading.Event()
        self._port = _free_port()
        self._office: subprocess.Popen[str] | None = None
        self._proxy = FaultProxy(self._port)

    def __enter__(self) -> Self:
        self._start_office()
        self._proxy.__enter__()
        for name in PEOPLE:
            create_vault(self.folder / name, PASSPHRASE, kdf=LIGHT)[0].close()
            self._office_command("user", "add", name, "--team", "South", "--role", "rep")
            code = self._office_command("code", name)["code"]
            self._laptop(name, "enrol", self._proxy.url, code)
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.__exit__()
        if self._office is not None:
            self._office.terminate()
            self._end_office()

    # --- processes

    def _end_office(self) -> None:
        """Wait until it is gone, and let go of its pipe."""
        if self._office is not None:
            self._office.communicate()

    def _start_office(self) -> None:
        place = ("--data", str(self.folder / "office"), "--port", str(self._port))
        self._office = subprocess.Popen(
            [sys.executable, "-m", "sync.server", "serve", *place, "--json"],
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._office.stdout is None or not self._office.stdout.readline():
            raise RuntimeError("the office did not start")

    def _office_command(self, *words: str) -> Any:
        command = [
            sys.executable,
            "-m",
            "sync.server",
            *words,
            "--data",
            str(self.folder / "office"),
            "--json",
        ]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def _start_laptop(self, name: str, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "desktop", "--profile", str(self.folder / name), "--json", *words],
            env={**os.environ, "SATCHEL_PASSPHRASE": PASSPHRASE},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _laptop(self, name: str, *words: str) -> Any:
        process = self._start_laptop(name, *words)
        out, err = process.communicate(timeout=PATIENCE)
        if process.returncode:
            raise RuntimeError(f"satchel {words}: {process.returncode}: {err}")
        return json.loads(out) if out.strip() else None

    # --- the story

    def run(self, kills: int, seconds: float = float("inf")) -> Found:
        """Type, sync, kill while there is time; at the end everything typed is everywhere, once."""
        ends = time.monotonic() + seconds
        shared = self._laptop("ann", "new", "customer", "name=shared")["id"]
        self.typed.append("shared")
        for name in (*PEOPLE, *PEOPLE):
            self._laptop(name, "sync")
        for number in range(kills):
            if time.monotonic() > ends:
                break
            name = self.rng.choice(PEOPLE)
            self._type(name, number, shared)
            self._kill_in_sync(name)
        self._proxy.fault = Fault
        for _ in range(2):
            for name in PEOPLE:
                self._laptop(name, "sync")
        self._compare()
        return self.found

    def _type(self, name: str, number: int, shared: str) -> None:
        """A new customer each time; a laptop that dies while writing need not have it, unless it said so."""
        token = f"k{number:05}"
        process = self._start_laptop(name, "new", "customer", f"name={token}")
        if self.rng.random() > IN_FLIGHT:
            time.sleep(self.rng.uniform(0.2, 1.2))
            process.kill()
            self.found.kills["laptop while typing"] += 1
        out, _ = process.communicate(timeout=PATIENCE)
        if process.returncode == 0 and out.strip():
            self.typed.append(token)
        if number % 5 == 0:
            self._laptop(
                name, "edit", "customer", shared, f"{'website' if name == 'ann' else 'city'}=n{number}"
            )
            self.notes["website" if name == "ann" else "city"] = f"n{number}"

    def _kill_in_sync(self, name: str) -> None:
        """SIGKILL the laptop or the office when a request, or its answer, is on its way."""
        self._signal.clear()
        skip = self.rng.choice((0, 1))
        waited = [skip]

        def reached() -> None:
            waited[0] -= 1
            if waited[0] < 0:
                self._signal.set()
                time.sleep(0.05)

        on_answer = self.rng.random() < 0.5
        self._proxy.fault = lambda: Fault(
            on_answer=reached if on_answer else None, on_request=None if on_answer else reached
        )
        process = self._start_laptop(name, "sync")
        while not self._signal.wait(0.01) and process.poll() is None:
            pass
        in_flight = self._signal.is_set() and process.poll() is None
        if self.rng.random() < 0.5:
            process.kill()
            self._killed("laptop", on_answer, in_flight)
        elif self._office is not None:
            self._office.send_signal(signal.SIGKILL)
            self._end_office()
            self._killed("office", on_answer, in_flight)
        _, err = process.communicate(timeout=PATIENCE)
        if process.returncode not in (0, 4, -signal.SIGKILL):
            self.found.wrong.append(f"sync ended with {process.returncode}: {err[-500:]}")
        if self._office is not None and self._office.poll() is not None:
            self._start_office()

    def _killed(self, what: str, on_answer: bool, in_flight: bool) -> None:
        where = "with an answer on its way" if on_answer else "with a request on its way"
        self.found.kills[f"{what} {where}" if in_flight else f"{what} between requests"] += 1
        self.found.in_flight += in_flight

    def _compare(self) -> None:
        for name in PEOPLE:
            rows = self._laptop(name, "list", "customer", "--limit", "100000")
            held = Counter(row["name"] for row in rows)
            self.found.lost += [f"{name}: {token}" for token in self.typed if not held[token]]
            self.found.doubled += [f"{name}: {token}" for token, count in held.items() if count > 1]
            if self._laptop(name, "verify") is None:
                self.found.wrong.append(f"{name}: verify said nothing")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def soak(kills: int, seed: int, seconds: float = float("inf")) -> Found:
    """Run the soak in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="satchel-soak-"))
    try:
        with Soak(folder, seed) as running:
            return running.run(kills, seconds)
    finally:
        shutil.rmtree(folder)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so much time")
    chosen = parser.parse_args()
    started = time.monotonic()
    found = soak(chosen.kills, chosen.seed, chosen.seconds)
    sys.stdout.write(
        f"{sum(found.kills.values())} kills ({found.in_flight} with a request in flight) in "
        f"{time.monotonic() - started:.0f} s: {dict(found.kills)}; "
        f"lost {found.lost}, doubled {found.doubled}, wrong {found.wrong}\n"
    )
    return 0 if found.sound else 1


if __name__ == "__main__":
    sys.exit(main())
