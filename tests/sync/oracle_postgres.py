"""Real concurrent commits on PostgreSQL against an oracle: what subscriptions hold is what a query says.

`python -m tests.sync.oracle_postgres --writers 8 --subscriptions 1000 --seconds 60` starts writers as
processes of their own, each a laptop that pushes to an office of its own over one database, while readers
follow random scopes by cursor. At rest each subscription must hold exactly the living rows of its streams; no
row may ever have come from outside them. `--bug` makes one of the mistakes that it must notice.
"""

import argparse
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from desktop.models.record import RECORDS
from desktop.models.records import Team, User
from sync.protocol.messages import Cursor, Person
from sync.protocol.versions import SCHEMA
from sync.server import batch, feed, scope, server, walls
from sync.server.rows import shape
from sync.server.scope import Scope, home
from sync.server.server import Server
from sync.server.store import Store, open_url
from sync.server.tables import FEED
from tests.sync import postgres
from tests.sync.server.laptop import Laptop, Refused

TYPES: Final = ("customer", "contact")
TEAMS: Final = 2
LIMIT: Final = 200
SEQUENCE: Final = "oracle_seq"

Key = tuple[str, str]

_FEED: Any = feed
_SCOPE: Any = scope
_SERVER: Any = server
_BATCH: Any = batch
# the modules in which mistakes are made


@dataclass(slots=True)
class Found:
    """What a run has counted."""

    pushes: int = 0
    ops: int = 0
    refused: int = 0
    deadlocks: int = 0
    polls: int = 0
    rows: int = 0
    missed: int = 0
    stale: int = 0
    leaked: int = 0
    compared: int = 0
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was missed, leaked or in each other's way."""
        return not (self.missed or self.stale or self.leaked or self.deadlocks or self.errors)


# ---------------------------------------------------------------- mistakes that it must notice


def _numbers_without_the_head(conn: Connection, _stream: str, count: int) -> int:
    """A counter that no lock holds until the commit: a higher number may be visible before a lower one."""
    query = f"SELECT max(nextval('{SEQUENCE}')) FROM generate_series(1, %s)"  # noqa: S608 - our own name
    return int(conn.exec_driver_sql(query, (count,)).scalar_one())


def _newest_number(conn: Connection, who: Scope) -> dict[str, int]:
    query = select(FEED.c.stream, func.max(FEED.c.seq)).where(who.predicate(FEED)).group_by(FEED.c.stream)
    found = {row[0]: row[1] for row in conn.execute(query)}
    return {stream: found.get(stream, 0) for stream in sorted(who.streams or found)}


def plain_counter() -> None:
    """`seq > cursor` over a plain sequence, as it is often done."""
    _FEED._advance = _numbers_without_the_head  # noqa: SLF001
    _SCOPE.heads = _SERVER.heads = _newest_number


def unordered_heads() -> None:
    """Heads taken in whatever order the records came."""
    order = random.Random()

    def shuffled(names: Any, **how: Any) -> list[Any]:
        found = sorted(names, **how)
        if not how:
            order.shuffle(found)
        return found

    _FEED.sorted = shuffled


BUGS: Final[Mapping[str, Callable[[], None]]] = {"counter": plain_counter, "order": unordered_heads}


# ---------------------------------------------------------------- writing


def slowly(rng: random.Random) -> None:
    """The feed as it is, with pauses between its locks and until the commit: commits overtake each other."""
    publish, advance = _FEED.publish, _FEED._advance  # noqa: SLF001

    def published(conn: Connection, events: Any) -> None:
        publish(conn, events)
        time.sleep(rng.choice((0, 0.01, 0.04)))

    def advanced(conn: Connection, stream: str, count: int) -> int:
        time.sleep(rng.choice((0, 0.005, 0.03)))
        return int(advance(conn, stream, count))

    _BATCH.publish, _FEED._advance = published, advanced  # noqa: SLF001


def prepare(store: Store, writers: int) -> list[tuple[str, str]]:
    """The people who write: (user id, enrolment code) of each; the last works for the whole firm."""
    office = Server(store)
    people = []
    for number in range(writers):
        role = "office" if number == writers - 1 else "rep"
        user = office.add_user(f"w{number}", f"t{number % TEAMS}", role)
        office.seed("customer", [{"name": "first", "owner_id": user}])
        people.append((user, office.new_code(user)))
    store.write(lambda conn: conn.exec_driver_sql(f"CREATE SEQUENCE {SEQUENCE} START 10000"))
    return people


class Writer:
    """One laptop that creates, edits, deletes, restores and hands over, as fast as the office takes it."""

    def __init__(self, url: str, code: str, everybody: list[str], seed: int) -> None:
        self.store = open_url(url)
        self.rng = random.Random(seed)
        self.everybody = everybody
        self.laptop = Laptop(Server(self.store))
        self.laptop.enrol(code)
        self.laptop.sync()
        self.found = Found()

    def run(self, seconds: float) -> Found:
        """Push until the time is up."""
        try:
            self._push_until(time.monotonic() + seconds)
        except (Refused, DBAPIError) as error:
            self.found.errors.append(str(error))
        finally:
            self.store.close()
        return self.found

    def _push_until(self, ends: float) -> None:
        while time.monotonic() < ends:
            for _ in range(self.rng.choice((1, 1, 2, 8))):
                self._one()
            ops = len(self.laptop.ops) - self.laptop.sent
            verdicts = self.laptop.sync().verdicts
            self.found.pushes += 1
            self.found.ops += ops
            self.found.refused += sum(one.kind == "rejected" for one in verdicts)

    def _owner(self) -> str:
        """Mostly oneself: a rep may not give to other teams."""
        return self.rng.choice(self.everybody) if self.rng.random() < 0.4 else self.laptop.user

    def _one(self) -> None:
        laptop, rng = self.laptop, self.rng
        known = [key for key in laptop.rows if key[0] == "customer" and not laptop.rows[key]["deleted_at"]]
        if len(known) < 5 or rng.random() < 0.4:
            customer = laptop.create("customer", name=f"c{rng.random()}", owner_id=self._owner())
            if rng.random() < 0.3:
                laptop.create("contact", name="p", customer_id=customer)
            return
        _, record = rng.choice(known)
        row = laptop.rows["customer", record]
        act = rng.random()
        if act < 0.6:
            laptop.set("customer", record, phone=f"{rng.randrange(10**9)}")
        elif act < 0.85:
            pair = [row["owner_id"], self._owner()]
            laptop.tx(
                ("assign", "customer", record, {"owner_id": pair}, row["version"]), command="customer.assign"
            )
        else:
            laptop.tx(("delete", "customer", record, {}, row["version"]), command="customer.delete")


# ---------------------------------------------------------------- reading


class Subscription:
    """A laptop's copy of a random scope, kept by cursor alone."""

    def __init__(self, streams: frozenset[str]) -> None:
        self.scope = Scope(Person("0" * 32, "", "", ""), None, streams)
        self.cursors = dict.fromkeys(streams, 0)
        self.rows: dict[Key, tuple[int, str, bool]] = {}

    def poll(self, store: Store, found: Found) -> bool:
        """One page; returns whether it is at its heads."""
        with store.read() as conn:
            walls.stand_behind(conn, self.scope.streams)
            heads = scope.heads(conn, self.scope)
            cursors = [Cursor(name, seq, SCHEMA, self.scope.mask.name) for name, seq in self.cursors.items()]
            parts = feed.parts(conn, self.scope, heads, cursors, LIMIT)
        for part in parts:
            self._take(part, found)
        found.polls += 1
        return all(self.cursors[name] >= seq for name, seq in heads.items())

    def _take(self, part: Any, found: Found) -> None:
        for name, table in part.tables.items():
            for values in table.rows:
                row = dict(zip(table.columns, values, strict=True))
                lives = home(name, row)
                found.rows += 1
                found.leaked += not self.scope.may_read(lives)
                known = self.rows.get((name, row["id"]))
                if known is None or row["version"] >= known[0]:
                    self.rows[name, row["id"]] = (row["version"], lives, row["deleted_at"] is None)
        for gone in part.removals:
            known = self.rows.get((gone.type, gone.record))
            if gone.flag == feed.MOVE and known and known[1] == part.stream and known[0] <= gone.version:
                del self.rows[gone.type, gone.record]
        self.cursors[part.stream] = part.upto

    def compare(self, truth: Mapping[str, Mapping[Key, int]], found: Found) -> None:
        """Against what the oracle says lives in these streams."""
        wanted = {key: version for name in self.cursors for key, version in truth.get(name, {}).items()}
        held = {key: one[0] for key, one in self.rows.items() if one[2] and key[0] in TYPES}
        found.compared += len(wanted)
        found.missed += sum(held.get(key) != version for key, version in wanted.items())
        found.stale += len(held.keys() - wanted.keys())


def subscriptions(store: Store, count: int, seed: int) -> list[Subscription]:
    """Random scopes: some people, some teams, sometimes the firm."""
    rng = random.Random(seed)
    with store.read() as conn:
        users = [f"user:{one.hex}" for one in conn.execute(select(User.id)).scalars()]
        teams = [f"team:{one.hex}" for one in conn.execute(select(Team.id)).scalars()]
    made = []
    for _ in range(count):
        streams = {*rng.sample(users, rng.randint(1, max(1, len(users) // 2)))}
        streams.update(rng.sample(teams, rng.randint(0, len(teams))))
        made.append(Subscription(frozenset(streams | ({"org"} if rng.random() < 0.5 else set()))))
    return made


def truth_of(store: Store) -> dict[str, dict[Key, int]]:
    """The living records of each stream, from the record tables alone."""
    found: dict[str, dict[Key, int]] = {}
    with store.read() as conn:
        for name in TYPES:
            form = shape(name, conn.dialect.name)
            table = RECORDS[name].__table__
            query = select(table.c.id, table.c.version, table.c.owner_id, table.c.team_id)
            for row in conn.execute(query.where(table.c.deleted_at.is_(None))):
                stream = home(form.type, {"owner_id": _hex(row.owner_id), "team_id": _hex(row.team_id)})
                found.setdefault(stream, {})[name, row.id.hex] = row.version
    return found


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def read_on(store: Store, mine: list[Subscription], found: Found, over: threading.Event) -> None:
    """Poll one after the other until the writers are done and everything is at its heads."""
    try:
        while not over.is_set():
            for one in mine:
                one.poll(store, found)
                if over.is_set():
                    break
        for one in mine:
            while not one.poll(store, found):
                pass
    except DBAPIError as error:
        found.errors.append(str(error.orig))


# ---------------------------------------------------------------- the run


Task = Callable[[], list[Found]]


def run(
    url: str, *, writers: int, count: int, seconds: float, seed: int, bug: str = "", threads: bool = False
) -> Found:
    """Everything at once on an emptied database; the writers are processes, or threads of this one."""
    store = postgres.emptied(url)
    people = prepare(store, writers)
    everybody = [user for user, _ in people]
    with made(bug):
        with store.read() as conn:
            before = _deadlocks(conn)
        codes = [code for _, code in people]
        start = _threads if threads else _processes
        go = start(url, codes, everybody, seconds, seed, bug)
        mine = subscriptions(store, count, seed)
        parts = [Found() for _ in range(4)]
        over = threading.Event()
        readers = [
            threading.Thread(target=read_on, args=(store, mine[place::4], parts[place], over))
            for place in range(4)
        ]
        for reader in readers:
            reader.start()
        began = time.monotonic()
        parts += go()
        took = time.monotonic() - began
        over.set()
        for reader in readers:
            reader.join()
    total = _sum(parts)
    total.seconds = round(took, 1)
    truth = truth_of(store)
    for one in mine:
        one.compare(truth, total)
    total.deadlocks = _settled(store) - before
    store.close()
    return total


@contextmanager
def made(bug: str) -> Iterator[None]:
    """A mistake, or none, and everything as it was afterwards."""
    real = _FEED._advance, _SCOPE.heads, _BATCH.publish  # noqa: SLF001
    try:
        if bug:
            BUGS[bug]()
        yield
    finally:
        _FEED._advance, _SCOPE.heads, _BATCH.publish = real  # noqa: SLF001
        _SERVER.heads = _SCOPE.heads
        feed.__dict__.pop("sorted", None)


def _threads(url: str, codes: list[str], everybody: list[str], seconds: float, seed: int, _bug: str) -> Task:
    ready = [Writer(url, code, everybody, seed + place) for place, code in enumerate(codes)]
    slowly(random.Random(seed))

    def go() -> list[Found]:
        threads = [threading.Thread(target=writer.run, args=(seconds,)) for writer in ready]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [writer.found for writer in ready]

    return go


def _processes(url: str, codes: list[str], everybody: list[str], seconds: float, seed: int, bug: str) -> Task:
    named = {"url": url, "seconds": seconds, "bug": bug, "everybody": json.dumps(everybody)}
    command = [sys.executable, "-m", "tests.sync.oracle_postgres"]
    command += [f"--{name}={value}" for name, value in named.items()]
    processes = [
        subprocess.Popen(
            [*command, f"--code={code}", f"--seed={seed + place}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place, code in enumerate(codes)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()  # it is ready

    def go() -> list[Found]:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
            process.stdin = None
        said = [(*process.communicate(), process.returncode) for process in processes]
        return [
            Found(errors=[wrong[-2000:]]) if code else Found(**json.loads(told)) for told, wrong, code in said
        ]

    return go


def overtaken(url: str, bug: str = "") -> tuple[Found, bool]:
    """Two change customers of one stream, and the one with the lower number commits last; somebody looks in
    between. The lock lets the other wait; where there is none, the look goes past what is missing.

    Returns what was found, and whether the other one waited.
    """
    store, total = postgres.emptied(url), Found()
    people = prepare(store, 2)
    Server(store).seed("customer", [{"name": "second", "owner_id": people[0][0]}])
    writers = [Writer(url, code, [], 0) for _, code in people]
    rows = sorted(key for key, row in writers[0].laptop.rows.items() if row.get("owner_id") == people[0][0])
    for writer, (kind, record) in zip(writers, rows, strict=True):
        writer.laptop.set(kind, record, phone="1")
    [mine] = subscriptions(store, 1, 0)
    mine.cursors = dict.fromkeys(truth_of(store), 0)
    mine.scope = Scope(mine.scope.person, None, frozenset(mine.cursors))
    slow, quick = (threading.Thread(target=writer.laptop.sync) for writer in writers)
    numbered, seen, publish = threading.Event(), threading.Event(), _BATCH.publish

    def published(conn: Connection, events: Any) -> None:
        publish(conn, events)
        if threading.current_thread() is slow:
            numbered.set()
            seen.wait(60)

    with made(bug):
        _BATCH.publish = published
        slow.start()
        numbered.wait(60)
        quick.start()
        quick.join(60 if bug else 1)  # sound code lets it wait
        waited = quick.is_alive()
        while not mine.poll(store, total):
            pass
        seen.set()
        slow.join()
        quick.join()
        while not mine.poll(store, total):
            pass
    mine.compare(truth_of(store), total)
    for each in (store, *(writer.store for writer in writers)):
        each.close()
    return total, waited


def _deadlocks(conn: Connection) -> int:
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return int(conn.exec_driver_sql(query).scalar_one())


def _settled(store: Store) -> int:
    time.sleep(1.2)  # PostgreSQL counts when a session ends or rests
    with store.read() as conn:
        return _deadlocks(conn)


def _sum(parts: list[Found]) -> Found:
    total = Found()
    for part in parts:
        for name, value in asdict(part).items():
            setattr(total, name, getattr(total, name) + value)
    return total


def main() -> int:
    """Run it, or be one of its writers."""
    parser = argparse.ArgumentParser(prog="oracle_postgres", description=__doc__)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--subscriptions", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bug", choices=["", *BUGS], default="")
    parser.add_argument("--durable", action="store_true", help="a private PostgreSQL waits for its disk")
    for name in ("--url", "--code", "--everybody"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.code:
        if chosen.bug:
            BUGS[chosen.bug]()
        slowly(random.Random(chosen.seed))
        writer = Writer(chosen.url, chosen.code, json.loads(chosen.everybody), chosen.seed)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()  # until all are
        sys.stdout.write(json.dumps(asdict(writer.run(chosen.seconds))))
        return 0
    cluster = None if postgres.ELSEWHERE else postgres.Cluster(durable=chosen.durable)
    try:
        url = cluster.url("oracle") if cluster else postgres.here("oracle")
        found = run(
            url,
            writers=chosen.writers,
            count=chosen.subscriptions,
            seconds=chosen.seconds,
            seed=chosen.seed,
            bug=chosen.bug,
        )
    finally:
        if cluster:
            cluster.stop()
    sys.stdout.write(
        f"{found.pushes} pushes, {found.ops} ops ({found.refused} refused) in {found.seconds} s; "
        f"{found.polls} polls, {found.rows} rows, {found.compared} compared: {found.missed} missed, "
        f"{found.stale} stale, {found.leaked} leaked, {found.deadlocks} deadlocks\n"
    )
    sys.stderr.writelines(f"{error}\n" for error in found.errors)
    return 0 if found.sound else 1


if __name__ == "__main__":
    sys.exit(main())
