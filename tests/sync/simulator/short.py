"""The short kind of schedule: a visit to a world that is furnished already, few commands and some faults.

What is checked is what the long kind checks; what it spares is the putting up of the world.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from desktop.rules.roles import OWN, TEAM
from sync.engine import round as rounds
from sync.engine.pace import Batch as Pace
from tests.sync.simulator import points, rest
from tests.sync.simulator.laptop import Device
from tests.sync.simulator.office import Office
from tests.sync.simulator.people import Act, Person
from tests.sync.simulator.rooms import NEW, VISITS, Room
from tests.sync.simulator.schedule import Outcome, told
from tests.sync.simulator.seams import prepared, short_fuse, virtual_ids
from tests.sync.simulator.watch import Watch
from tests.sync.simulator.world import CAST, START, World

LENGTH = 120.0
"""Seconds of virtual time during which things go wrong."""
LATER = timedelta(hours=1)
SETS = ((("ann", "chief"), 7), (("bob", "chief"), 6), (("ann", "bob"), 3), (("ann", "bob", "chief"), 4))
"""Whose laptops are used, and how often."""
EDIT: dict[str, tuple[int, Act]] = {"edit_customer": (1, Person.edit_customer)}
DELETE: dict[str, tuple[int, Act]] = {"delete_customer": (1, Person.delete_customer)}
USERS = {name: user for name, user, *_ in (*CAST, NEW)}
FEW = 12
"""Where the fuse is short, it blows when others delete two records that are one in so many of all."""


class Visit(World):
    """A world that stood before; it goes on an hour later."""

    start = START + LATER
    signature = "s"
    numbers = 5000

    def __init__(self, seed: int, room: Room, watch: Watch) -> None:
        self.room = room
        rng = random.Random(f"kinds {seed}")
        number = rng.choices((0, 1, 2, 3), (1, 8, 8, 3))[0]
        self.kinds = set(rng.choices(list(KINDS), [weight for weight, _ in KINDS.values()], k=number))
        super().__init__(seed, room.folder, watch)
        watch.remember(room.memory)

    def stand(self, folder: Path) -> None:
        """Open what is left from before."""
        names = list(self.rng.choices([names for names, _ in SETS], [weight for _, weight in SETS])[0])
        if "a laptop that holds nothing yet" in self.kinds:
            names[self.rng.randrange(len(names))] = NEW[0]
            self.count("laptops that hold nothing yet")
        self.rng.shuffle(names)
        self.count("little in one request", "little in one request" in self.kinds)
        self.room.enter()
        self.watch.recall(self.room.memory)
        self.office = Office(self, self.room.office, self.room.store)
        self.devices = [Device(name, USERS[name], folder / f"{name}.db", self.skew(), self) for name in names]
        for device in self.devices:
            device.open()

    def skew(self) -> timedelta:
        """How wrong the clock of a laptop is."""
        return timedelta(days=self.rng.choice((1, -1, 3650, -3650)) if "wrong clocks" in self.kinds else 0)

    def people(self) -> list[tuple[UUID, UUID | None]]:
        """Those who have left their laptops at home too."""
        return self.room.people

    def limits(self) -> rounds.Limits:
        """Usually everything fits into one request."""
        if "little in one request" not in self.kinds:
            return rounds.Limits(Pace(1000, 1, 1000, 1), Pace(1000, 1, 1000, 1))
        rng = self.rng
        return rounds.Limits(
            Pace(rng.choice((1, 2)), 1, 1000, rng.choice((0, 1))),
            Pace(rng.choice((1, 3, 1000)), 1, 1000, rng.choice((0, 1))),
        )

    def close(self) -> None:
        """Leave everything as it was; connections stay open for the next visit."""
        for device in self.devices:
            device.session = None
        self.room.leave((device.path for device in self.devices), self.office.server.store)

    def at(self, act: Callable[[], None], begins: float = 0.0, ends: float = LENGTH) -> None:
        """Plan something for some moment."""
        self.after(self.rng.uniform(begins, ends), act)

    def somebody(self) -> Device:
        """One of the laptops."""
        return self.rng.choice(self.devices)


def run(seed: int, room: Room) -> Outcome:
    """The short schedule of `seed`, in the room that belongs to it."""
    watch = Watch()
    with points.known(), prepared():
        world = Visit(seed, room, watch)
        outcome = Outcome(seed, counts=world.counts)
        try:
            fused = short_fuse("a short fuse" in world.kinds, FEW)
            with virtual_ids(world.moment, world.rng), fused:
                _plan(world)
                world.run(LENGTH)
                outcome.rounds = rest.settle(world, watch, everybody=False)
                rest.check(world, watch)
        except Exception as error:  # noqa: BLE001 - whatever the product raises here is a violation too
            outcome.violation = told(error)
        finally:
            try:
                world.close()
            except RuntimeError as error:
                room.spoilt = True
                outcome.violation = outcome.violation or str(error)
    return outcome


def _plan(world: Visit) -> None:
    """A handful of commands, and what was drawn of everything that may go wrong."""
    rng = world.rng
    people = [Person(device) for device in world.devices]
    for _ in range(rng.choice((5, 6, 8, 11))):
        person = rng.choice(people)
        world.at(person.act if rng.random() < 0.7 else person.act_more)
    for kind in sorted(world.kinds):
        KINDS[kind][1](world)


def _faulty(world: Visit, **how: float) -> None:
    world.faults = replace(world.faults, **how)


def _busy(world: Visit) -> None:
    """Faults of the line need something on it."""
    for _ in range(2):
        world.at(world.somebody().begin_sync, LENGTH * 0.2)


def _losses(world: Visit) -> None:
    _faulty(world, lost=world.rng.choice((0.1, 0.3, 0.5)))
    _busy(world)


def _doubles(world: Visit) -> None:
    _faulty(world, doubled=0.6, slowest=max(world.faults.slowest, 10.0))
    _busy(world)


def _delays(world: Visit) -> None:
    _faulty(world, slowest=world.rng.choice((10.0, 40.0, 80.0)))
    _busy(world)


def _restarts(world: Visit) -> None:
    _faulty(world, down=world.rng.choice((0.2, 0.5)))
    _busy(world)


def _cut_line(world: Visit) -> None:
    device, begins = world.somebody(), world.rng.uniform(0, LENGTH * 0.5)
    ends = begins + world.rng.uniform(20, LENGTH)
    world.network.cut(device, begins, ends)
    world.at(device.begin_sync, begins, min(ends, LENGTH))


def _power_cuts(world: Visit) -> None:
    for _ in range(world.rng.choice((1, 2, 3))):
        world.at(partial(_arm, world, world.somebody()))


def _arm(world: Visit, device: Device) -> None:
    """The power goes some moments from now, which come with a sync or with what is typed."""
    device.cut_in = world.rng.randint(1, 9)
    if world.rng.random() < 0.7:
        device.begin_sync()
    if world.rng.random() < 0.5:  # somebody types when the sync is just over
        world.at(partial(Person(device).do, EDIT), world.now + 2, world.now + 10)


def _backup(world: Visit) -> None:
    device = world.somebody()
    world.at(device.back_up, 0, LENGTH * 0.4)
    world.at(device.restore, LENGTH * 0.5)


def _clone(world: Visit) -> None:
    device = world.somebody()

    def copied() -> None:
        if not device.revoked:
            person = Person(device.clone())
            for _ in range(world.rng.randint(1, 4)):
                world.at(person.act, world.now)

    world.at(copied, 0, LENGTH * 0.7)


def _decay(world: Visit) -> None:
    world.at(world.somebody().decay, LENGTH * 0.3)


def _older(world: Visit) -> None:
    device = world.somebody()
    world.after(0.0, device.downgrade)
    world.at(device.begin_sync, LENGTH * 0.3, LENGTH * 0.6)
    world.at(device.upgrade, LENGTH * 0.5)


def _shut_out(world: Visit) -> None:
    world.at(partial(world.office.revoke, world.somebody()), LENGTH * 0.3)


def _moves(world: Visit) -> None:
    """Somebody goes to another team, and perhaps comes back."""
    teams = sorted({team for _, team in world.people() if team is not None}, key=str)
    for _ in range(world.rng.choice((1, 2))):
        world.at(partial(world.office.transfer, _rep(world), world.rng.choice(teams)))


def _rep(world: Visit) -> UUID:
    """Who moves: mostly somebody whose laptop is used, never the chief."""
    here = [device.store.me().id for device in world.devices if device.name != "chief"]
    if here and world.rng.random() < 0.8:
        return world.rng.choice(here)
    return world.rng.choice([world.people()[place] for place in (0, 1, 3)])[0]


def _roles(world: Visit) -> None:
    for _ in range(world.rng.choice((1, 2))):
        role = world.rng.choice(("rep", "rep", "manager"))
        world.at(partial(world.office.appoint, _rep(world), role))


def _narrowing(world: Visit) -> None:
    for _ in range(world.rng.choice((1, 2))):
        world.at(partial(world.office.narrow, world.rng.choice((OWN, TEAM))))


def _deletions(world: Visit) -> None:
    """Somebody deletes a lot, and others hear of it before all is calm."""
    person = Person(world.somebody())
    moment = world.rng.uniform(LENGTH * 0.2, LENGTH * 0.6)
    for number in range(3):
        world.after(moment + number, partial(person.do, DELETE))
    world.after(moment + 5, person.sync)
    for device in world.devices:
        world.at(device.begin_sync, LENGTH * 0.7)


def _nothing(_world: Visit) -> None:
    """It is the world itself that is different."""


KINDS: dict[str, tuple[int, Callable[[Visit], None]]] = {
    "losses": (8, _losses),
    "doubles": (6, _doubles),
    "delays": (8, _delays),
    "office restarts": (7, _restarts),
    "a cut line": (5, _cut_line),
    "power cuts": (10, _power_cuts),
    "a restored backup": (5, _backup),
    "a cloned profile": (4, _clone),
    "wrong clocks": (4, _nothing),
    "a row that decays": (5, _decay),
    "an older program": (3, _older),
    "a laptop that is shut out": (3, _shut_out),
    "people who move": (7, _moves),
    "other roles": (5, _roles),
    "another scope": (4, _narrowing),
    "a short fuse": (4, _deletions),
    "little in one request": (4, _nothing),
    "a laptop that holds nothing yet": (2, _nothing),
}
"""What may go wrong, and how often it is drawn."""


class Rooms:
    """The room that a process is in; another one is furnished where a seed asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._room: Room | None = None

    def run(self, seed: int) -> Outcome:
        """The short schedule of a seed."""
        try:
            room = self.furnish(seed)
        except Exception as error:  # noqa: BLE001 - what goes wrong there is a violation too
            return Outcome(seed, f"room {seed // VISITS}: {told(error)}")
        return run(seed, room)

    def furnish(self, seed: int) -> Room:
        """The room of a seed, as it stands before each visit."""
        number = seed // VISITS
        if self._room is None or self._room.number != number or self._room.spoilt:
            if self._room is not None:
                self._room.close()
                self._room = None
            self._room = Room(number, self._folder)  # in the same place: what is compiled for it stays
        return self._room
