"""Sync with a real office in its own process; the other measures go on with the first laptop's profile."""

import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import select

from desktop.documents import samples
from desktop.jobs import Jobs
from desktop.models.engines import OFFICE_SETTINGS, Keyring
from desktop.models.record import RECORDS
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Actor, Changed, Store
from desktop.models.vault import create_vault
from desktop.services import commands, records
from desktop.services.profiles import open_store
from sync.client.driver import enrol, sync_once
from sync.client.transport import HttpTransport
from sync.engine.round import Limits
from sync.engine.snapshot import BY_PAGES, LEAST
from sync.protocol.messages import HELLO
from sync.server.cli.serving import LOOK
from sync.server.server import Server
from sync.server.store import open_folder
from tests.bench.report import Figure, each, middle, p95
from tests.vaults import CHEAP

PASSPHRASE = "bench"
REP = "林一鸣"
PUSHED = 2000
PULSE = 0.05
TURN = 0.000005
"""Seconds between the turns of threads, as the window has it: `desktop/views/breath.py`, which loads Qt."""
SETTLE, GAP = 2.0, 0.15
REGISTERED = records.__name__
"""Importing it has registered the commands of records."""


class Laptop:
    """An enrolled laptop of the rep."""

    def __init__(self, folder: Path, url: str, code: str) -> None:
        self.vault = create_vault(folder, PASSPHRASE, kdf=CHEAP)[0]
        self.store: Store = open_store(self.vault)
        self.transport = HttpTransport(url)
        enrol(self.store, self.transport, code)

    def close(self) -> None:
        """Lock the vault."""
        self.transport.close()
        self.vault.close()


def measure(folder: Path, customers: int) -> Iterator[Figure]:
    """The first sync of one laptop with all customers, and what follows; then a second laptop beside it."""
    raw_push = _raw_push(folder)
    server = Server(open_folder(folder / "office"))
    fill(server, customers)
    with ExitStack() as stack:
        stack.callback(server.store.close)
        office, url = stack.enter_context(serving(folder / "office"))
        one = stack.enter_context(closing(Laptop(folder / "laptop", url, server.new_code(REP))))
        yield from _first_sync(one, _raw_rows(folder, customers))
        nothing = each(lambda _: sync_once(one.store, one.transport), 10)
        yield Figure(
            "sync with nothing new", middle(nothing), _hello(one.transport), "two bare requests", "≤ 15"
        )
        if customers >= LEAST:
            yield from _first_sync_by_file(folder, server, url, customers)
        two = stack.enter_context(closing(Laptop(folder / "second", url, server.new_code(REP))))
        yield from _writes_meanwhile(two)
        yield from _one_change(one, two)
        yield _push(one, office.pid, raw_push)


def fill(server: Server, customers: int) -> None:
    server.add_user(REP, "华东", "rep")
    names = set(Customer.fields())
    with server.store.read() as conn:
        rep = conn.execute(RECORDS["user"].table().select()).mappings().one()
    home = {"owner_id": rep["id"].hex, "team_id": rep["team_id"].hex}
    server.seed(
        "customer",
        (
            {**{name: row[name] for name in row if name in names}, **home, "grade": "a"}
            for row in samples.customers(customers)
        ),
    )


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sync.server", "serve", "--data", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.communicate()


def _first_sync(laptop: Laptop, raw: float) -> Iterator[Figure]:
    began, busy = time.perf_counter(), time.process_time()
    shown = []
    report = sync_once(
        laptop.store,
        laptop.transport,
        limits=Limits(file=math.inf),
        tell=lambda told: shown.append(time.process_time()) if told.state == "indexing" else None,
    )
    seconds, busy_until = time.perf_counter() - began, time.process_time()
    rows = report.pulled
    usable = (shown[0] if shown else busy_until) - busy
    yield Figure(
        "first sync, rows shown (CPU)", rows / usable, rows / raw, "bare upsert", "≥ 40,000", "rows/s"
    )
    whole = busy_until - busy
    yield Figure(
        "first sync with search (CPU)", whole * 1000, raw * 1000, "bare upsert", "≤ 5,600 for 100,000"
    )
    yield Figure("first sync with search (wall)", seconds * 1000, None, "", "")
    yield Figure("first sync, bytes a row", report.bytes_down / max(rows, 1), None, "", "≤ 70", "B")


def _first_sync_by_file(folder: Path, server: Server, url: str, customers: int) -> Iterator[Figure]:
    """A third laptop gets the same rows, searchable, as one file that the office has made meanwhile."""
    stages: dict[str, tuple[float, float]] = {}
    code = server.new_code(REP)
    time.sleep(LOOK + customers / BY_PAGES)
    with closing(Laptop(folder / "third", url, code)) as laptop:
        remote = Remote(laptop.store)
        remote.point = lambda name: stages.update({name: (time.perf_counter(), time.process_time())})
        began, busy = time.perf_counter(), time.process_time()
        report = sync_once(laptop.store, laptop.transport, remote=remote)
        total, busy = time.perf_counter() - began, time.process_time() - busy
    took, spent = (
        later - sooner for sooner, later in zip(stages["adopting"], stages["adopted"], strict=True)
    )
    yield Figure("first sync by file, after the bytes (wall)", took * 1000, None, "", "≤ 600 for 100,000")
    yield Figure("first sync by file, after the bytes (CPU)", spent * 1000, None, "", "")
    yield Figure("first sync by file with search (CPU)", busy * 1000, None, "", "")
    yield Figure("first sync by file, made ahead (wall)", total * 1000, None, "", "")
    yield Figure("first sync by file, bytes a row", report.bytes_down / report.pulled, None, "", "", "B")
    code = server.new_code(REP)
    time.sleep(LOOK + customers / BY_PAGES)
    with closing(Laptop(folder / "fourth", url, code)) as laptop:
        yield from _writes_meanwhile(laptop, "a first sync by file", LEAST)


def _raw_rows(folder: Path, customers: int) -> float:
    """Seconds to write the same rows to an encrypted table with the same columns by the bare driver."""
    raw = Keyring(folder / "raw.db", bytes(32), create=True).connect()
    names = list(Customer.fields())
    raw.execute(f"CREATE TABLE customer (id BLOB PRIMARY KEY, version INTEGER, {', '.join(names)})")
    rows = [
        (place.to_bytes(16, "big"), 1, *(row.get(name, "") for name in names))
        for place, row in enumerate(samples.customers(customers))
    ]
    marks = ", ".join("?" * (len(names) + 2))
    began = time.process_time()
    raw.execute("BEGIN")
    raw.executemany(f"INSERT OR REPLACE INTO customer VALUES ({marks})", rows)  # noqa: S608
    raw.execute("COMMIT")
    seconds = time.process_time() - began
    raw.close()
    return seconds


def _hello(transport: HttpTransport) -> float:
    """Milliseconds of two bare round trips."""
    import requests

    with requests.Session() as session:
        session.trust_env = False
        return 2 * middle(each(lambda _: session.get(f"{transport.url}{HELLO}", params={"nonce": "x"}), 20))


def _writes_meanwhile(laptop: Laptop, what: str = "a first sync", file: float = math.inf) -> Iterator[Figure]:
    """What a person who saves something during the first sync waits for each, with turns as in the window."""
    me = laptop.store.me()
    waits: list[float] = []
    done = threading.Event()

    def work() -> None:
        while not done.wait(PULSE):
            waits.extend(each(lambda place: _save(laptop.store, {"name": f"新客户 {place}"}, me), 1))

    person = threading.Thread(target=work)
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    person.start()
    try:
        sync_once(laptop.store, laptop.transport, limits=Limits(file=file))
    finally:
        done.set()
        person.join()
        sys.setswitchinterval(before)
    alone = each(lambda place: _save(laptop.store, {"name": f"后来的客户 {place}"}, me), 20)
    yield Figure(f"save during {what} (p50)", median(waits), median(alone), "the same save alone", "")
    yield Figure(f"save during {what} (p95)", p95(waits), p95(alone), "the same save alone", "≤ 30")
    sync_once(laptop.store, laptop.transport)


def _save(store: Store, values: dict[str, str], me: Actor) -> None:
    commands.run(store, me, "customer.new", values=values)


def _one_change(one: Laptop, two: Laptop) -> Iterator[Figure]:
    """From a committed change on one laptop to its row on the other, without the timers between."""
    near, far = Remote(one.store), Remote(two.store)
    for laptop, remote in ((one, near), (two, far), (one, near), (two, far)):
        sync_once(laptop.store, laptop.transport, remote=remote)
    with one.store.reading() as session:
        ids = list(session.scalars(select(Customer.id).limit(20)))
    me = one.store.me()

    def change(place: int) -> None:
        commands.run(one.store, me, "customer.edit", ids[place % 20], values={"phone": f"138{place:08d}"})

    def carry(place: int) -> float:
        change(place)
        return _timed(
            lambda: (
                sync_once(one.store, one.transport, greet=False, remote=near),
                sync_once(two.store, two.transport, greet=False, remote=far),
            )
        )

    times = [carry(place) for place in range(20)]
    bare = _hello(one.transport)
    yield Figure("one change, A to B (p50)", median(times), bare, "two bare requests", "≤ 15")
    yield Figure("one change, A to B (p95)", p95(times), bare, "two bare requests", "≤ 30")
    live = _live(one, two, lambda place: change(20 + place))
    yield Figure("one change, A to B by itself (p50)", median(live), bare, "two bare requests", "≤ 15")
    yield Figure("one change, A to B by itself (p95)", p95(live), bare, "two bare requests", "≤ 30")


def _live(one: Laptop, two: Laptop, change: Callable[[int], object]) -> list[float]:
    """The same with both laptops' background at work in this process: commit, push, news, pull, shown."""
    here = threading.Event()

    def heard(changed: Changed) -> None:
        if changed.remote:
            here.set()

    times: list[float] = []
    with ExitStack() as stack:
        for laptop in (one, two):
            idle = threading.Event()
            jobs = Jobs(laptop.store, lambda state, idle=idle: idle.set() if state.name == "idle" else None)  # type: ignore[misc]
            stack.callback(jobs.stop)
            jobs.start()
            idle.wait()
        time.sleep(SETTLE)
        two.store.listeners.append(heard)
        for place in range(30):
            here.clear()
            change(place)
            times.append(_timed(here.wait))
            time.sleep(GAP)
        two.store.listeners.remove(heard)
    return times


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _push(laptop: Laptop, server: int, raw: float) -> Figure:
    """What 1,000 changes cost the server: its CPU time for some thousands, as the system counts it."""
    with laptop.store.reading() as session:
        ids = list(session.scalars(select(Customer.id).limit(PUSHED)))
    me = laptop.store.me()
    for place, record in enumerate(ids):
        commands.run(laptop.store, me, "customer.edit", record, values={"phone": f"139{place:08d}"})
    before = cpu_of(server)
    pushed = sync_once(laptop.store, laptop.transport).pushed
    spent = (cpu_of(server) - before) / max(pushed, 1) * 1000
    return Figure(
        "push of 1,000 changes, server CPU", spent, raw, "rows, feed, verdicts bare", "≤ 167 (6,000/s)"
    )


def cpu_of(process: int) -> float:
    """Milliseconds that a process has worked, also in threads that have ended (Linux: its CPU clock)."""
    return time.clock_gettime((~process << 3) | 2) * 1000


def _raw_push(folder: Path) -> float:
    """Milliseconds to write what a push of 1,000 changes leaves behind, by the bare driver."""
    raw = Keyring(folder / "push.db", bytes(32), create=True, settings=OFFICE_SETTINGS).connect()
    names = list(Customer.fields())
    raw.execute(f"CREATE TABLE customer (id BLOB PRIMARY KEY, version INTEGER, {', '.join(names)})")
    raw.execute("CREATE TABLE feed (stream TEXT, record BLOB, seq INTEGER, PRIMARY KEY (stream, record))")
    raw.execute("CREATE TABLE verdict (n INTEGER PRIMARY KEY, hash BLOB, verdict TEXT)")
    keys = [place.to_bytes(16, "big") for place in range(1000)]
    marks = ", ".join("?" * (len(names) + 2))
    raw.executemany(
        f"INSERT INTO customer VALUES ({marks})",  # noqa: S608
        [(key, 1, *("苏州星河精密机械" for _ in names)) for key in keys],
    )

    def write(round_: int) -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(
            "UPDATE customer SET phone = ?, version = ? WHERE id = ?", [("1", 2, k) for k in keys]
        )
        raw.executemany("INSERT OR REPLACE INTO feed VALUES ('user', ?, ?)", [(k, round_) for k in keys])
        raw.executemany(
            "INSERT OR REPLACE INTO verdict VALUES (?, ?, '[]')",
            [(place, k) for place, k in enumerate(keys, 1000 * round_)],
        )
        raw.execute("COMMIT")

    times = []
    for round_ in range(5):
        began = time.process_time()
        write(round_)
        times.append((time.process_time() - began) * 1000)
    raw.close()
    return median(times)
