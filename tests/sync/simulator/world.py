"""The stage: virtual time, a network that loses, doubles and delays, power cuts, backups, and an office.

Everything that decides is drawn from one seeded source, so a seed is a schedule.
"""

import atexit
import heapq
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.models.engines import open_keyed
from desktop.models.records import Contact, Customer, Quote, QuoteLine, QuoteRevision
from desktop.models.store import Store
from sync.client.driver import Request, enrol, sync_once
from sync.engine import round as rounds
from sync.engine.actions import Answer, Failure
from sync.engine.pace import Batch as Pace
from sync.server.server import Request as OfficeRequest
from sync.server.server import Server
from tests.sync import postgres
from tests.sync.simulator.disk import KEY
from tests.sync.simulator.laptop import Device
from tests.sync.simulator.office import SIMULATED, Office, office_store_of
from tests.sync.simulator.seams import virtual_ids

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TIMEOUT = 30.0
FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
CAST = (
    ("ann", "Ann", "South", "rep"),
    ("bob", "Bob", "North", "rep"),
    ("chief", "Chief", "South", "manager"),
)


WORST = 0.8
"""How often a power cut takes every commit that did not wait for the disk; else it takes none of them."""


@dataclass(frozen=True, slots=True)
class Faults:
    """How bad the world is; all zero is calm."""

    lost: float = 0.0
    doubled: float = 0.0
    slowest: float = 0.0
    down: float = 0.0
    cut: float = 0.0


CALM = Faults()


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
