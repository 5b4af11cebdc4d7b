"""The stage: virtual time, a network that loses, doubles and delays, power cuts, backups, and an office.

Everything that decides is drawn from one seeded source, so a seed is a schedule.
"""

import atexit
import heapq
import random
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from desktop.errors import SatchelError
from desktop.models import guards, indexing, repairs, search
from desktop.models.engines import open_keyed
from desktop.models.records import Contact, Customer, Organisation, Quote, QuoteLine, QuoteRevision
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.client.driver import Request, Session, enrol, sync_once
from sync.engine import round as rounds
from sync.engine.actions import Answer, Failure, Report
from sync.engine.pace import Batch as Pace
from sync.protocol import messages
from sync.protocol.versions import SCHEMA
from sync.server import store as office_store
from sync.server.batch import OFFICE, Batch
from sync.server.server import Request as OfficeRequest
from sync.server.server import Server
from tests.sync import postgres
from tests.sync.simulator.disk import KEY, Disk, open_engine
from tests.sync.simulator.seams import OLD, program, virtual_ids

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TIMEOUT = 30.0
SIMULATED = "simulator"
"""The simulator's database, where the office is on PostgreSQL."""
FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
CAST = (
    ("ann", "Ann", "South", "rep"),
    ("bob", "Bob", "North", "rep"),
    ("chief", "Chief", "South", "manager"),
)


WORST = 0.8
"""How often a power cut takes every commit that did not wait for the disk; else it takes none of them."""


class PowerCut(BaseException):
    """The laptop loses its memory here; what was committed stays."""


class OfficeDown(BaseException):
    """The office's process dies within a transaction."""


@dataclass(frozen=True, slots=True)
class Faults:
    """How bad the world is; all zero is calm."""

    lost: float = 0.0
    doubled: float = 0.0
    slowest: float = 0.0
    down: float = 0.0
    cut: float = 0.0


CALM = Faults()
CLEAN = """SELECT id FROM "{}" WHERE version > 0 AND deleted_at IS NULL
 AND id NOT IN (SELECT record FROM sync_base) AND id NOT IN (SELECT record FROM sync_await)
 AND id NOT IN (SELECT record FROM change WHERE n > ?) ORDER BY id"""


@dataclass(slots=True)
class Device:
    """One laptop: its file, what is open of it, and the sync it is in the middle of."""

    name: str
    user: str
    path: Path
    skew: timedelta
    world: "World"
    engine: Engine = field(init=False)
    disk: Disk = field(init=False)
    store: Store = field(init=False)
    remote: Remote = field(init=False)
    session: Session[Report] | None = None
    waits_for: int = 0
    cut_in: int = 0
    backup_at: float | None = None
    reports: list[Report] = field(default_factory=list)
    limits: rounds.Limits = field(init=False)
    done: Callable[[str], None] | None = None
    revoked: bool = False
    """The office has shut this laptop out."""
    kin: frozenset[str] = frozenset()
    """The names of the laptops that this one is a copy of."""
    old: bool = False
    """It runs a program of an older record schema, which may send and not receive."""

    def open(self) -> None:
        """Start the program."""
        self.engine = open_engine(self.path)
        self.disk = Disk(self.path)
        with program(OLD if self.old else SCHEMA):
            self.store = Store(self.engine, clock=lambda: self.world.moment() + self.skew)
        self.store.listeners.append(lambda changed: self.world.watch.changed(self, changed.remote))
        self.remote = Remote(self.store)
        self.remote.point = self.point
        self.limits = self.world.limits()

    def close(self) -> None:
        """End the program, cleanly or not: nothing that is not committed is written."""
        self.session = None
        self.waits_for = 0
        self.engine.dispose()

    def point(self, _name: str) -> None:
        """A moment at which the power may go."""
        self.disk.shaky = bool(self.cut_in)
        if self.cut_in:
            self.cut_in -= 1
            if not self.cut_in:
                raise PowerCut

    @contextmanager
    def powered(self) -> Iterator[None]:
        """Survive a power cut in the block: the program starts again from its file."""
        try:
            yield
        except PowerCut:
            self.reboot()

    def reboot(self) -> None:
        """The program starts again from what is on the disk."""
        self.world.count("power cuts")
        self.cut_in = 0
        self.close()
        if self.world.chance_of_power() and self.disk.forget():
            self.world.count("commits lost with the power")
            self.world.watch.lost_power(self)
        self.open()
        self.world.watch.changed(self, True)

    def begin_sync(self) -> None:
        """Start a sync unless one is under way."""
        if self.session is None:
            nonce = secrets.token_hex(8) if self.world.rng.random() < 0.2 else ""
            self.session = Session(rounds.sync(nonce, self.limits), self.remote)
            self.world.count("syncs of an older program", self.old)
            self.go_on(None)

    def go_on(self, event: Answer | Failure | None) -> None:
        """Hand the running sync its answer; send what it asks for next."""
        session = self.session
        if session is None:
            return
        with self.powered():
            try:
                with program(OLD if self.old else SCHEMA):
                    request = session.go_on(event)
            except SatchelError as error:
                self.session = None
                self.world.watch.failed(self, error)
                return
            if request is None:
                self.session = None
                if session.result is not None:
                    self.reports.append(session.result)
            else:
                self.waits_for = self.world.network.send(self, request)

    def answered(self, ticket: int, event: Answer | Failure) -> None:
        """An answer, or the end of patience; what is no longer waited for is dropped."""
        if self.session is not None and ticket == self.waits_for:
            self.waits_for = 0
            self.go_on(event)

    def back_up(self) -> None:
        """Copy the file aside."""
        self._copy(self.path.with_suffix(".backup"))
        self.backup_at = self.world.now

    def _copy(self, path: Path) -> None:
        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            connection.commit()
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.disk.flushed()
        shutil.copy(self.path, path)

    def clone(self) -> "Device":
        """Somebody copies the profile to another machine; from now on there are two, and both are used."""
        name = f"{self.name}'"
        path = self.path.with_name(f"{name}.db")
        self._copy(path)
        twin = Device(name, self.user, path, self.skew, self.world, kin=self.kin | {self.name})
        twin.open()
        self.world.devices.append(twin)
        self.world.watch.joined(twin)
        self.world.count("cloned profiles")
        return twin

    def downgrade(self) -> None:
        """This laptop still has the program before."""
        self.close()
        self.old = True
        self.open()

    def upgrade(self) -> None:
        """The program is replaced by today's."""
        if self.old:
            self.close()
            self.old = False
            self.open()

    def decay(self) -> None:
        """The program ends unclean and a row is gone, or is an older one; it looks with its next sync."""
        self.close()
        self.open()
        chance = self.world.chance
        kind, acked = chance.choice(("customer", "contact", "quote_line")), self.store.acked
        with self.engine.begin() as connection, guards.lifted(connection):
            rows = connection.exec_driver_sql(CLEAN.format(kind), (acked,)).scalars().all()
            if rows:
                row = chance.choice(rows)
                if chance.random() < 0.5:
                    connection.exec_driver_sql(f'DELETE FROM "{kind}" WHERE id = ?', (row,))  # noqa: S608
                    search.remove(indexing.driver_of(connection), [row])
                else:
                    stood = f'SELECT name FROM "{kind}" WHERE id = ?'  # noqa: S608
                    self.world.watch.decayed(
                        self, row.hex(), "name", connection.exec_driver_sql(stood, (row,)).scalar_one(), ""
                    )
                    old = (
                        f"UPDATE \"{kind}\" SET version = version - 1, name = '' WHERE id = ? AND version > 1"  # noqa: S608
                    )
                    connection.exec_driver_sql(old, (row,))
            repairs.soon(connection)
        self.world.count("rows decayed" if rows else "nothing to decay")
        self.world.watch.local(self)

    def restore(self) -> None:
        """The disk died: go on from the backup."""
        self.close()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.path.with_suffix(".backup"), self.path)
        self.open()
        self.remote.came_from_backup()
        self.world.count("backups restored")
        self.world.watch.restored(self)


class Network:
    """Between laptops and office."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.cut_off: set[str] = set()
        self._tickets = 0
        self._latest: dict[str, float] = {}

    def send(self, device: Device, request: Request) -> int:
        """Put a request on its way; returns the ticket that its answer carries."""
        self._tickets += 1
        ticket = self._tickets
        world, faults = self.world, self.world.faults
        world.count("requests")
        copies = 1 + (world.rng.random() < faults.doubled)
        world.count("messages doubled", copies > 1)
        world.count("messages that met a cut line", device.name in self.cut_off)
        for _ in range(copies):
            if device.name not in self.cut_off and world.rng.random() >= faults.lost:
                self._under_way(device, lambda: self._arrive(device, ticket, request))
            else:
                world.count("requests lost")
        world.after(TIMEOUT, lambda: device.answered(ticket, Failure("stalled")))
        return ticket

    def cut(self, device: Device, begins: float, ends: float) -> None:
        """The line of a laptop is cut for a while."""
        self.world.after(begins, lambda: self.cut_off.add(device.name))
        self.world.after(ends, lambda: self.cut_off.discard(device.name))

    def _arrive(self, device: Device, ticket: int, request: Request) -> None:
        world = self.world
        answer = world.office.handle(request, device)
        if answer is None or device.name in self.cut_off or world.rng.random() < world.faults.lost:
            world.count("answers lost")
            return
        self._under_way(device, lambda: device.answered(ticket, answer))

    def _under_way(self, device: Device, arrive: Callable[[], None]) -> None:
        world, delay = self.world, self.world.delay()
        world.count("messages that took longer than patience", delay > TIMEOUT)
        world.count("messages overtaken", world.now + delay < self._latest.get(device.name, 0.0))
        self._latest[device.name] = max(world.now + delay, self._latest.get(device.name, 0.0))
        world.after(delay, arrive)


class Office:
    """The server, which may die within a transaction and starts again from its files."""

    def __init__(self, world: "World", folder: Path, store: office_store.Store | None = None) -> None:
        """With `store`, as a process that has been running for a while."""
        self.world = world
        self.folder = folder
        self.server: Server
        self.disk = Disk(folder / office_store.DATABASE)
        self.engine = None if postgres.ELSEWHERE else open_engine(self.disk.path)
        """What its file is opened with, where it has one."""
        self.start(store)

    def start(self, store: office_store.Store | None = None) -> None:
        """Start the process."""
        store = store or office_store_of(self.folder, open_engine)
        self.server = Server(store, clock=lambda: int(self.world.moment().timestamp() * 1000))

    def transfer(self, user: UUID, team: UUID) -> None:
        """Somebody goes to another team: what they and others may hold changes with their next request."""
        self.world.count("people moved to a team", self._set("user", user, "team_id", team.hex))

    def appoint(self, user: UUID, role: str) -> None:
        """Somebody gets another role: streams and masks change with their next request."""
        self.world.count("roles given", self._set("user", user, "role", role))

    def narrow(self, scope: str) -> None:
        """From now on sales reps see their team's records, or their own alone."""
        with self.server.store.read() as connection:
            found = connection.execute(select(Organisation.id)).scalar_one()
        changed = self._set("organisation", found, "rep_scope", scope)
        self.world.count("scopes narrowed or widened", changed)

    def _set(self, kind: str, record: UUID, name: str, value: str) -> bool:
        """Whether this changed anything."""

        def change(connection: Connection) -> bool:
            batch = Batch(connection, OFFICE, OFFICE, int(self.world.moment().timestamp() * 1000))
            batch.load([(kind, record.hex)])
            held = batch.get(kind, record.hex)
            if held is None or held.row[name] == value:
                return False
            batch.change(held, name, value)
            batch.flush()
            return True

        return self.server.store.write(change)

    def revoke(self, device: Device) -> None:
        """A laptop is lost: the office shuts it out."""
        if not device.revoked:
            self.server.revoke(device.store.device.hex)
            self.world.count("laptops shut out")
            for other in self.world.devices:
                if other.store.device == device.store.device:  # it and its copies
                    other.revoked = True
                    self.world.watch.shut_out(other)

    def handle(self, request: Request, device: Device) -> Answer | None:
        """The answer, or None where the process died before it could answer."""
        self.world.watch.cursors_grow(device)
        headers = {name.lower(): value for name, value in request.headers.items()}
        dies = self.world.rng.random() < self.world.faults.down
        self.disk.shaky = self.world.faults.down > 0
        asked = OfficeRequest(request.method, request.target, headers, request.body)
        try:
            with self._dying() if dies and self.world.rng.random() < 0.5 else _living():
                answer = self.server.handle(asked)
        except OfficeDown:
            answer = None
        if answer is not None and answer.status == 200 and request.target == messages.SYNC:
            self.world.watch.office_took(device.name)
        if answer is not None and answer.status < 300 and device.revoked and "satchel-device" in headers:
            self.world.watch.let_in(device)
        if dies:
            self.world.count("office restarts")
            self.world.count("office restarts within a transaction", answer is None)
            self.server.store.close()
            if self.world.chance_of_power() and self.disk.forget():
                self.world.count("commits lost with the office's power")
            self.start()
            return None
        if answer is None:
            return None
        return Answer(answer.status, answer.body, answer.headers.get("content-encoding", ""))

    @contextmanager
    def _dying(self) -> Iterator[None]:
        write = self.server.store.write

        def write_and_die(work: Callable[[Any], Any], **how: Any) -> Any:
            def doomed(connection: Any) -> Any:
                work(connection)
                raise OfficeDown

            return write(doomed, **how)

        server: Any = self.server.store
        server.write = write_and_die
        yield


@contextmanager
def _living() -> Iterator[None]:
    yield


class World:
    """Three laptops, an office, and one source of chance."""

    start = START
    signature = "t"
    """What texts begin with that are typed here."""
    numbers = 1000
    """… and the numbers."""

    def __init__(self, seed: int, folder: Path, watch: Any) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.chance = random.Random(-seed - 1)
        """For faults that came later: the schedules of the others stay as they were."""
        self.now = 0.0
        self.faults = CALM
        self.counts: dict[str, int] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self.watch = watch
        self.network = Network(self)
        self.office: Office
        self.devices: list[Device]
        self.stand(folder)
        watch.begin(self)
        for device in self.devices:
            self.count("clocks that are wrong", bool(device.skew))

    def stand(self, folder: Path) -> None:
        """Put up the office and the laptops as they were before anything happened."""
        shutil.copytree(template(), folder, dirs_exist_ok=True)
        if postgres.ELSEWHERE:
            postgres.put_back(SIMULATED)
        self.office = Office(self, folder / "office")
        self.devices = [
            Device(name, user, folder / f"{name}.db", self.skew(), self) for name, user, _, _ in CAST
        ]
        if self.rng.random() < 0.4:
            shutil.copy(folder / "chief.fresh", folder / "chief.db")
            self.count("laptops that hold nothing yet")
        for device in self.devices:
            device.open()

    def people(self) -> list[tuple[UUID, UUID | None]]:
        """Everybody whom records may be given to, with their team."""
        everybody = [device.store.me() for device in self.devices]
        return [(me.id, me.team_id) for me in everybody]

    def limits(self) -> rounds.Limits:
        """How much goes into one request of a laptop that starts."""
        rng = self.rng
        return rounds.Limits(
            Pace(rng.choice((1, 1, 2, 1000)), 1, 1000, rng.choice((0, 1))),
            Pace(rng.choice((1, 2, 5, 1000)), 1, 1000, rng.choice((0, 1))),
        )

    def skew(self) -> timedelta:
        """How wrong the clock of a laptop is."""
        return timedelta(days=self.rng.choice((0, 0, 0, 1, -1, 3650, -3650)))

    def moment(self) -> datetime:
        """The true time."""
        return self.start + timedelta(seconds=self.now)

    def chance_of_power(self) -> bool:
        """Whether a cut takes what was not on the disk; drawn aside, so that schedules stay as they were."""
        return random.Random(f"{self.seed} {self.now}").random() < WORST

    def delay(self) -> float:
        """How long a message is on its way."""
        return 0.05 + self.rng.random() ** 3 * self.faults.slowest

    def count(self, what: str, happened: bool = True) -> None:
        """One more of something that happened."""
        if happened:
            self.counts[what] = self.counts.get(what, 0) + 1

    def after(self, delay: float, act: Callable[[], None]) -> None:
        """Do something later."""
        self._order += 1
        heapq.heappush(self._agenda, (self.now + delay, self._order, act))

    def run(self, until: float | None = None) -> None:
        """Let time pass, to a moment or until nothing is planned."""
        while self._agenda and (until is None or self._agenda[0][0] <= until):
            self.now, _, act = heapq.heappop(self._agenda)
            act()
        if until is not None:
            self.now = until

    def close(self) -> None:
        """Give every connection back."""
        for device in self.devices:
            device.close()
        self.office.server.store.close()


class Direct:
    """A transport without a network."""

    url = "http://localhost"

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        """Ask the office at once."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._server.handle(OfficeRequest(request.method, request.target, headers, request.body))
        return Answer(answer.status, answer.body, answer.headers.get("content-encoding", ""))


@lru_cache(maxsize=1)
def template() -> Path:
    """The world before anything happened: an office, three people, their laptops enrolled and synced once."""
    folder = Path(tempfile.mkdtemp(prefix="satchel-simulator-", dir=FOLDER))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with virtual_ids(lambda: START - timedelta(days=1), random.Random(0)):
        _build(folder)
    return folder


def _build(folder: Path) -> None:
    office = folder / "office"
    office.mkdir()
    if postgres.ELSEWHERE:
        postgres.office(office, SIMULATED).close()
    store = office_store_of(office, lambda path: open_keyed(path, KEY))
    server = Server(store, clock=lambda: int(START.timestamp() * 1000))
    stores = []
    for name, user, team, role in CAST:
        server.add_user(user, team, role)
        stores.append(Store(open_keyed(folder / f"{name}.db", KEY), clock=lambda: START))
        enrol(stores[-1], Direct(server), server.new_code(user), name=name)
    server.seed("organisation", [{"name": "Firm", "rep_scope": "team"}])
    server.seed("product", [{"sku": sku, "name": sku, "price": "10", "cost": "7"} for sku in ("A", "B")])
    stores[-1].engine.dispose()
    shutil.copy(folder / "chief.db", folder / "chief.fresh")
    furnish(stores)
    for laptop in stores:
        sync_once(laptop, Direct(server))
        laptop.engine.dispose()
    store.close()
    if postgres.ELSEWHERE:
        postgres.keep(SIMULATED)


def office_store_of(folder: Path, opened: Callable[[Path], Engine]) -> office_store.Store:
    """The office's data: files in `folder`, or the PostgreSQL that was asked for."""
    if postgres.ELSEWHERE:
        return office_store.open_url(postgres.here(SIMULATED))
    path = folder / office_store.DATABASE
    return office_store.Store(opened(path), opened(path))


def furnish(stores: list[Store]) -> None:
    """What was there before the story begins: a few customers and a quote of each rep."""
    for number, store in enumerate(stores[:2]):
        with store.work(store.me(), "customer.new") as work:
            customers = [work.add(Customer(name=f"c{number}{place}")) for place in range(2)]
            work.add(Contact(name=f"p{number}", customer_id=customers[0].id))
        with store.work(store.me(), "quote.new") as work:
            quote = work.add(Quote(customer_id=customers[0].id, name=f"q{number}"))
            revision = work.add(QuoteRevision(quote_id=quote.id))
            quote.revision_id = revision.id
            for price in (1, 2):
                work.add(
                    QuoteLine(
                        quote_id=quote.id,
                        revision_id=revision.id,
                        rank=f"a{price}",
                        quantity=Decimal(1),
                        unit_price=Decimal(price),
                        tax_rates=["13"],
                    )
                )
