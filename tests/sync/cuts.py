"""Lines cut at chosen bytes: a real office as a process, real laptops over TCP, a proxy between them.

`python -m tests.sync.cuts --cuts 2000` cuts syncs, first syncs and enrolments at every byte of requests and
of answers in turn, and prints what is lost or doubled at rest: nothing.
"""

import argparse
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from desktop.errors import Offline
from desktop.models.records import Customer
from desktop.models.remote import Remote
from sync.client.driver import enrol, sync_once
from sync.client.transport import HttpTransport
from tests.stores import opened
from tests.sync.fault_proxy import Fault, FaultProxy
from tests.sync.simulator.world import FOLDER

if TYPE_CHECKING:
    from desktop.models.store import Store

PEOPLE = ("ann", "bob")
NEWCOMER = 150
"""After so many cuts somebody joins with a new laptop."""
CLEAN = 10
"""One sync in so many is let through; it tells how long requests and answers are."""
REQUEST, ANSWER = 0, 1
ENDS = 600
"""Bytes from which on cuts are spread wider: headers and the first rows are cut at every byte."""


@dataclass(slots=True)
class Found:
    """What was cut where, and what is not as it was typed."""

    cuts: Counter[str] = field(default_factory=Counter)
    offsets: set[tuple[int, int]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many lines were cut."""
        return sum(self.cuts.values())


class Cuts:
    """An office, its proxy and the laptops."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.rng = random.Random(seed)
        self.found = Found()
        self.typed: list[str] = []
        self.fields: dict[str, str] = {}
        self.laptops: dict[str, tuple[Store, HttpTransport]] = {}
        self._places = self._wheel()
        self._lengths = [700, 500]
        self._stack = ExitStack()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._proxy = FaultProxy(self._port)

    def __enter__(self) -> Self:
        self._place = ("--data", str(self.folder / "office"))
        self._office = subprocess.Popen(
            [sys.executable, "-m", "sync.server", "serve", *self._place, "--port", str(self._port), "--json"],
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._office.stdout is None or not self._office.stdout.readline():
            raise RuntimeError("the office did not start")
        self._stack.enter_context(self._proxy)
        for name in PEOPLE:
            self._command("user", "add", name, "--team", "South", "--role", "rep")
            self.join(name, name, cut=False)
        return self

    def __exit__(self, *_args: object) -> None:
        for _, transport in self.laptops.values():
            transport.close()
        self._stack.close()
        self._office.terminate()
        self._office.communicate()

    def _command(self, *words: str) -> Any:
        command = [sys.executable, "-m", "sync.server", *words, *self._place, "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    # --- what is cut

    def _wheel(self) -> Iterator[tuple[int, int]]:
        """Ways and bytes in turn: near the beginning every byte, further on some."""
        while True:
            near = [(way, byte) for way in (REQUEST, ANSWER) for byte in range(ENDS)]
            far = [(way, self.rng.randrange(ENDS, 6000)) for way in (REQUEST, ANSWER) for _ in range(200)]
            self.rng.shuffle(near)
            yield from (place for pair in zip(near, far * 3, strict=False) for place in pair)

    def _next(self) -> tuple[int, int]:
        """The next byte that a connection is likely to reach."""
        return next((way, byte) for way, byte in self._places if byte <= self._lengths[way])

    def attempt(self, name: str, what: str, cut: bool) -> bool:
        """One sync or enrolment, perhaps cut; whether it came to its end."""
        store, transport = self.laptops[name]
        transport.close()
        connections = self._proxy.connections
        way, byte = self._next() if cut else (0, -1)

        def told() -> None:
            side = "request" if way == REQUEST else "answer"
            self.found.cuts[f"{what}, in a {side}"] += 1
            self.found.offsets.add((way, byte))

        def fault() -> Fault:
            if not cut or self._proxy.connections > connections + 1:
                return Fault()
            request, answer = (byte, None) if way == REQUEST else (None, byte)
            return Fault(cut_request_after=request, cut_answer_after=answer, on_cut=told)

        self._proxy.fault = fault
        try:
            if what == "enrolment":
                enrol(store, transport, self._code)
            else:
                sync_once(store, transport, greet=self.rng.random() < 0.3)
        except Offline:
            return False
        if not cut:
            transport.close()
            self._lengths = [max(200, length) for length in self._proxy.sent]
        return True

    def join(self, name: str, person: str, *, cut: bool) -> None:
        """A new laptop enrols and takes its first copy."""
        self._code = self._command("code", person)["code"]
        store = self._stack.enter_context(opened(self.folder / name))
        self.laptops[name] = (store, HttpTransport(self._proxy.url, stall=20.0))
        for what in ("enrolment", "first sync"):
            self._lengths = [900, 4000] if what == "first sync" else [600, 600]
            while not self.attempt(name, what, cut and self.rng.random() < 0.8):
                pass

    # --- the story

    def run(self, cuts: int) -> Found:
        """Type, sync, cut; at the end everything typed is everywhere, once."""
        shared = self._type("ann", "shared")
        for name in (*PEOPLE, *PEOPLE):
            self.attempt(name, "sync", cut=False)
        number, newcomers = 0, 0
        while self.found.count < cuts:
            number += 1
            name = self.rng.choice(PEOPLE)
            if self.rng.random() < 0.6:
                self._type(name, f"k{number:05}")
            if number % 3 == 0:
                self._edit(name, shared, "website" if name == "ann" else "city", f"n{number}")
            self.attempt(name, "sync", cut=number % CLEAN != 0)
            if self.found.count >= (newcomers + 1) * NEWCOMER:
                newcomers += 1
                self.join(f"new{newcomers}", self.rng.choice(PEOPLE), cut=True)
        self._rest()
        return self.found

    def _type(self, name: str, token: str) -> Any:
        store = self.laptops[name][0]
        with store.work(store.me(), "customer.new") as work:
            made = work.add(Customer(name=token, remark=token * self.rng.choice((1, 20, 300))))
        self.typed.append(token)
        return made.id

    def _edit(self, name: str, record: Any, what: str, value: str) -> None:
        store = self.laptops[name][0]
        with store.work(store.me(), "customer.edit") as work:
            setattr(work.get(Customer, record), what, value)
        self.fields[what] = value

    def _rest(self) -> None:
        for _ in range(2):
            for name in self.laptops:
                if not self.attempt(name, "sync", cut=False):
                    self.found.wrong.append(f"{name}: a sync over a sound line failed")
        for name, (store, _) in self.laptops.items():
            with store.reading() as session:
                rows = session.query(Customer).filter(Customer.deleted_at.is_(None)).all()
            held = Counter(row.name for row in rows)
            self.found.wrong += [f"{name}: lost {token}" for token in self.typed if not held[token]]
            self.found.wrong += [f"{name}: doubled {token}" for token, count in held.items() if count > 1]
            [shared] = [row for row in rows if row.name == "shared"]
            for what, value in self.fields.items():
                if getattr(shared, what) != value:
                    self.found.wrong.append(f"{name}: {what} is {getattr(shared, what)}, not {value}")
            if waiting := Remote(store).waiting():
                self.found.wrong.append(f"{name}: {waiting} ops were never answered")


def cuts(count: int, seed: int) -> Found:
    """Cut so many lines in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="satchel-cuts-", dir=FOLDER))
    try:
        with Cuts(folder, seed) as running:
            return running.run(count)
    finally:
        shutil.rmtree(folder)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="cuts", description=__doc__)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    started = time.monotonic()
    found = cuts(chosen.cuts, chosen.seed)
    sys.stdout.write(
        f"{found.count} cuts at {len(found.offsets)} different bytes in {time.monotonic() - started:.0f} s: "
        f"{dict(sorted(found.cuts.items()))}; wrong {found.wrong}\n"
    )
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
