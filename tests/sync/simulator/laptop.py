"""A laptop of the world: its file, the program that is open on it, and all that may happen to both."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from desktop.errors import SatchelError
from desktop.models import guards, indexing, repairs, search
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.client.driver import Session
from sync.engine import round as rounds
from sync.engine.actions import Answer, Failure, Report
from sync.protocol.versions import SCHEMA
from tests.sync.simulator.disk import Disk, open_engine
from tests.sync.simulator.seams import OLD, program

if TYPE_CHECKING:
    from tests.sync.simulator.world import World

CLEAN = """SELECT id FROM "{}" WHERE version > 0 AND deleted_at IS NULL
 AND id NOT IN (SELECT record FROM sync_base) AND id NOT IN (SELECT record FROM sync_await)
 AND id NOT IN (SELECT record FROM change WHERE n > ?) ORDER BY id"""


class PowerCut(BaseException):
    """The laptop loses its memory here; what was committed stays."""


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
        self.engine.pool.dispose()  # it goes on with new connections

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
