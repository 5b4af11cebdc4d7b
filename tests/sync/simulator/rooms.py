"""Worlds that are furnished once and visited by many short schedules; each visit finds them as they were."""

import os
import shutil
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from desktop.models.store import Store
from desktop.rules.roles import OWN, TEAM
from sync.client.driver import enrol
from sync.server import store as office_store
from tests.sync import postgres
from tests.sync.simulator import points, rest
from tests.sync.simulator.disk import open_engine
from tests.sync.simulator.office import SIMULATED
from tests.sync.simulator.people import Person
from tests.sync.simulator.seams import prepared, virtual_ids
from tests.sync.simulator.watch import Watch
from tests.sync.simulator.world import Direct, World

if TYPE_CHECKING:
    from tests.sync.simulator.rows import Rows

VISITS = 250
"""So many seeds in a row find the same room."""
NEW = ("dora", "Dora", "South")
"""Joined last, and holds nothing yet."""
KEPT = "room"
"""What the office of a room is remembered under, where it is on PostgreSQL."""
SHM_HEADER = bytes(96)
"""Both copies of the header of a wal-index; zeros make whoever reads next build it anew from the log."""


class Files:
    """The databases of a folder as they were at one moment; put back while connections to them stay open.

    A connection keeps its prepared statements so. What it has in memory of the pages it drops by itself:
    the index of the write-ahead log says that everything may have changed.
    """

    def __init__(self, folder: Path) -> None:
        self._kept = {path: path.read_bytes() for path in sorted(folder.rglob("*.db"))}

    def put_back(self, paths: set[Path]) -> None:
        """Let these hold what they held; nobody may be in the middle of a transaction."""
        for path in paths:
            pool: Any = open_engine(path).pool
            if pool.checkedout():
                raise RuntimeError(f"somebody is still at {path.name}")
            if path not in self._kept:
                open_engine(path).dispose()
                _remove(path, "", "-wal", "-shm")
            elif pool.checkedin():
                _over(path, self._kept[path], len(self._kept[path]))
                _over(_beside(path, "-wal"), b"", 0)
                _over(_beside(path, "-shm"), SHM_HEADER, None)
            else:
                _remove(path, "-wal", "-shm")
                path.write_bytes(self._kept[path])


def _over(path: Path, content: bytes, length: int | None) -> None:
    """Write over the file that is there: connections have it open."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, content, 0)
        if length is not None:
            os.ftruncate(descriptor, length)
    finally:
        os.close(descriptor)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _remove(path: Path, *suffixes: str) -> None:
    for suffix in suffixes:
        _beside(path, suffix).unlink(missing_ok=True)


class Before(World):
    """A world without faults."""

    def skew(self) -> timedelta:
        """Every clock is right, so nothing is due when the visits begin."""
        return timedelta(0)


class Room:
    """One world at rest: an office, three laptops with a history, and one that has just joined."""

    def __init__(self, number: int, folder: Path) -> None:
        """Raises Violation where the history already breaks a promise."""
        self.number = number
        self.folder = folder
        watch = Watch()
        with points.known(), prepared():
            world = Before(-number - 1, folder, watch)
            try:
                with virtual_ids(world.moment, world.rng):
                    _furnish(world)
                    rest.settle(world, watch)
                    rest.check(world, watch)
                    self.people = world.people()
                    self.people.append(_new_colleague(world))
            finally:
                world.close()
        self.memory: dict[str, Rows] = {}
        """What databases hold at the beginning of a visit, read once."""
        self.store: office_store.Store | None = None
        """What the office of the last visit has open; a restart leaves another one."""
        self.spoilt = False
        """Somebody would not go; the next visit needs another room."""
        self._files = Files(folder)
        if postgres.ELSEWHERE:
            postgres.keep(SIMULATED, KEPT)

    @property
    def office(self) -> Path:
        """Where the office has its files."""
        return self.folder / "office"

    def close(self) -> None:
        """Nobody comes any more."""
        for path in self.folder.rglob("*.db"):
            open_engine(path).dispose()
        shutil.rmtree(self.folder)

    def enter(self) -> None:
        """On PostgreSQL others were here meanwhile."""
        if postgres.ELSEWHERE:
            postgres.put_back(SIMULATED, KEPT)

    def leave(self, laptops: Iterable[Path], store: office_store.Store) -> None:
        """Put everything back that a visit has moved; `store` is what the office has open."""
        if postgres.ELSEWHERE:
            store.close()
            self._files.put_back(set(laptops))
        else:
            self.store = store
            self._files.put_back({self.office / office_store.DATABASE, *laptops})


def _furnish(world: World) -> None:
    """What happened before: people work and meet, nothing goes wrong."""
    rng = world.rng
    people = [Person(device) for device in world.devices]
    for _ in range(rng.choice((12, 20, 30))):
        person = rng.choice(people)
        world.after(rng.uniform(0, 100), person.act)
    for _ in range(rng.choice((4, 8, 12))):
        person = rng.choice(people)
        world.after(rng.uniform(30, 100), person.act_more)
    reps = [user for user, _ in world.people()[:2]]
    teams = sorted({team for _, team in world.people() if team is not None}, key=str)
    if rng.random() < 0.4:
        world.after(50, partial(world.office.transfer, rng.choice(reps), rng.choice(teams)))
    if rng.random() < 0.3:
        world.after(60, partial(world.office.appoint, rng.choice(reps), "manager"))
    if rng.random() < 0.3:
        world.after(70, partial(world.office.narrow, rng.choice((OWN, TEAM))))
    world.run(120)


def _new_colleague(world: World) -> tuple[UUID, UUID | None]:
    """Somebody joins; what there is comes with the first sync."""
    name, user, team = NEW
    office = world.office.server
    office.add_user(user, team, world.rng.choice(("rep", "manager")))
    store = Store(open_engine(world.office.folder.with_name(f"{name}.db")), clock=world.moment)
    enrol(store, Direct(office), office.new_code(user), name=name)
    me = store.me()
    store.engine.dispose()
    return me.id, me.team_id
