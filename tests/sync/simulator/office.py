"""The office of the world: the real server, which may die within a transaction, and those who run it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from desktop.models.records import Organisation
from sync.client.driver import Request
from sync.engine.actions import Answer
from sync.protocol import messages
from sync.server import store as office_store
from sync.server.batch import OFFICE, Batch
from sync.server.server import Request as OfficeRequest
from sync.server.server import Server
from tests.sync import postgres
from tests.sync.simulator.disk import Disk, open_engine
from tests.sync.simulator.laptop import Device

if TYPE_CHECKING:
    from tests.sync.simulator.world import World

SIMULATED = "simulator"
"""The simulator's database, where the office is on PostgreSQL."""


class OfficeDown(BaseException):
    """The office's process dies within a transaction."""


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


def office_store_of(folder: Path, opened: Callable[[Path], Engine]) -> office_store.Store:
    """The office's data: files in `folder`, or the PostgreSQL that was asked for."""
    if postgres.ELSEWHERE:
        return office_store.open_url(postgres.here(SIMULATED))
    path = folder / office_store.DATABASE
    return office_store.Store(opened(path), opened(path))
