"""`python -m tests.bench.firsts --customers 10000 100000`: a first copy by size, by pages and by one file.

Each laptop is a process of its own, and so is the office; of both the memory is counted, and how long a
person waits who saves something meanwhile. A million customers take a quarter of an hour.
"""

import argparse
import gc
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any, Final

from desktop.models.remote import Remote
from desktop.services import commands
from sync.client.driver import sync_once
from sync.engine.actions import Tell
from sync.engine.round import Limits
from sync.engine.snapshot import LEAST
from sync.server.server import Server
from sync.server.store import open_folder
from tests.bench import syncing
from tests.bench.report import p95
from tests.house.sources import ROOT

HEAD: Final = (
    "customers | way | rows shown: CPU; wall | searchable: CPU; wall | rows/s of CPU | bytes a row"
    " | memory: before; most (MiB) | office: before; most | save: p50; p95; worst (ms)"
    " | database; log at most (MB)"
)
SAVES: Final = 0.2
"""Seconds between two saves of the person."""
SEARCHES: Final = (5_000, 5, 100_000)
READY: Final = 600.0
"""Seconds after which a file that was to be made ahead is given up."""


def resident(pid: int | str = "self") -> tuple[float, float]:
    """MiB of memory that a process holds, and the most that it ever did (Linux)."""
    lines = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
    )
    return int(lines["VmRSS"].split()[0]) / 1024, int(lines["VmHWM"].split()[0]) / 1024


# ---------------------------------------------------------------- a laptop, in a process of its own


def laptop(folder: Path, url: str, code: str, way: str, *, saving: bool) -> dict[str, Any]:
    """Join and get everything; what it took."""
    found: dict[str, Any] = {}
    gc.freeze()
    gc.set_threshold(*SEARCHES)  # as the window has it: `desktop/views/breath.py`
    sys.setswitchinterval(syncing.TURN)
    with closing(syncing.Laptop(folder, url, code)) as one:
        remote = Remote(one.store)
        found["before"] = resident()[0]
        stages: dict[str, tuple[float, float]] = {}

        def mark(name: str) -> None:
            stages.setdefault(name, (time.perf_counter(), time.process_time()))

        def told(tell: Tell) -> None:
            if tell.state == "indexing":
                mark("shown")

        remote.point = lambda name: mark(name) if name.startswith(("adopt", "copied")) else None
        watch = _Watch(one, saving=saving)
        mark("begun")
        report = sync_once(
            one.store,
            one.transport,
            limits=Limits(file=math.inf if way == "pages" else 0),
            tell=told,
            remote=remote,
        )
        mark("done")
        watch.stop()
        began = stages["adopting" if way == "file" and "adopting" in stages else "begun"]
        shown = stages.get("shown", stages.get("copied", stages["done"]))
        searchable = stages.get("adopted", stages["done"])
        for name, at in (("shown", shown), ("searchable", searchable)):
            found[name] = [at[1] - began[1], at[0] - began[0]]
        found |= {
            "filed": "adopted" in stages,
            "rows": report.pulled,
            "bytes": report.bytes_down / max(report.pulled, 1),
            "most": resident()[1],
            "saves": watch.waits,
            "log": watch.log / 1e6,
        }
    found["database"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    return found


class _Watch:
    """Somebody who saves meanwhile, and who looks how large the log of the database is."""

    def __init__(self, one: syncing.Laptop, *, saving: bool) -> None:
        self.waits: list[float] = []
        self.log = 0
        self._done = threading.Event()
        self._one, self._saving = one, saving
        self._person = threading.Thread(target=self._work)
        self._person.start()

    def _work(self) -> None:
        store, me, place = self._one.store, self._one.store.me(), 0
        logs = list(self._one.vault.folder.rglob("*.db-wal"))
        while not self._done.wait(SAVES):
            self.log = max([self.log, *(path.stat().st_size for path in logs if path.exists())])
            if self._saving:
                place += 1
                began = time.perf_counter()
                commands.run(store, me, "customer.new", values={"name": f"新客户 {place}"})
                self.waits.append((time.perf_counter() - began) * 1000)

    def stop(self) -> None:
        """It is over."""
        self._done.set()
        self._person.join()


# ---------------------------------------------------------------- the office and the table


def measure(folder: Path, customers: int, ways: list[str]) -> Iterator[str]:
    """A row of the table for each way, and one for each with somebody who saves meanwhile."""
    os.environ["TMPDIR"] = str(folder)
    server = Server(open_folder(folder / "office"))
    began = time.perf_counter()
    syncing.fill(server, customers)
    yield f"office filled in {time.perf_counter() - began:.0f} s"
    for way in ways:
        if way.startswith("file") and customers < LEAST:
            continue
        way, _, saving = way.partition("+")
        with syncing.serving(folder / "office") as (office, url):
            time.sleep(2)
            before = resident(office.pid)[0]
            spent = syncing.cpu_of(office.pid)
            code = server.new_code(syncing.REP)
            if way == "file":
                began = time.perf_counter()
                _wait_until_made(folder)
                yield f"file made ahead in {time.perf_counter() - began:.0f} s"
            place = folder / f"{way} {saving}"
            found = _in_a_process(place, url, code, way, saving)
            found["office"] = [before, resident(office.pid)[1], (syncing.cpu_of(office.pid) - spent) / 1000]
        yield _line(customers, f"{way} {saving}".strip(), found)
    server.store.close()


def _wait_until_made(folder: Path) -> None:
    """Until a file lies there that does not change any more."""
    until, seen, since = time.monotonic() + READY, (0, 0.0), time.monotonic()
    while time.monotonic() < until:
        time.sleep(0.5)
        files = [path.stat() for path in folder.glob("satchel-*/*") if path.suffix == ".ahead"]
        journals = list(folder.glob("satchel-*/*-journal"))
        now = (sum(file.st_size for file in files), max((file.st_mtime for file in files), default=0.0))
        if now != seen or journals:
            seen, since = now, time.monotonic()
        if files and time.monotonic() - since > READY / 60:
            return


def _in_a_process(place: Path, url: str, code: str, way: str, saving: str) -> dict[str, Any]:
    asked = json.dumps([str(place), url, code, way, saving])
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.firsts", "--laptop", asked],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _line(customers: int, way: str, found: dict[str, Any]) -> str:
    saves = found["saves"]
    waited = f"{median(saves):.1f}; {p95(saves):.1f}; {max(saves):.0f}" if saves else "–"
    (shown, shown_wall), (whole, whole_wall) = found["shown"], found["searchable"]
    way = way if found["filed"] or way.startswith("pages") else f"{way} (none was made)"
    return (
        f"{customers:,} | {way} | {shown:.2f}; {shown_wall:.2f} | {whole:.2f}; {whole_wall:.2f}"
        f" | {found['rows'] / max(shown, 1e-9):,.0f}; {found['rows'] / max(whole, 1e-9):,.0f}"
        f" | {found['bytes']:.0f} | {found['before']:.0f}; {found['most']:.0f}"
        f" | {found['office'][0]:.0f}; {found['office'][1]:.0f} | {waited}"
        f" | {found['database']:.0f}; {found['log']:.0f}"
    )


def main() -> int:
    """Print the table as it grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.firsts", description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--ways", nargs="+", default=["pages", "pages+saves", "file", "file+saves"])
    parser.add_argument("--in", dest="folder", help="where the profiles lie meanwhile")
    parser.add_argument("--laptop", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.laptop:
        place, url, code, way, saving = json.loads(chosen.laptop)
        sys.stdout.write(json.dumps(laptop(Path(place), url, code, way, saving=bool(saving))) + "\n")
        return 0
    sys.stdout.write(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n{HEAD}\n")
    for customers in chosen.customers:
        with tempfile.TemporaryDirectory(prefix="satchel-firsts-", dir=chosen.folder) as name:
            for line in measure(Path(name), customers, chosen.ways):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
