"""One schedule: a seed makes a world, people work in it while it misbehaves, then it must come to rest."""

import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.sync.simulator import rest
from tests.sync.simulator.people import Person
from tests.sync.simulator.watch import Violation, Watch
from tests.sync.simulator.world import FOLDER, Device, Faults, World, virtual_ids

LENGTH = 240.0
"""Seconds of virtual time during which things go wrong."""


@dataclass(slots=True)
class Outcome:
    """What became of a schedule."""

    seed: int
    violation: str = ""
    rounds: int = 0
    counts: dict[str, int] = field(default_factory=dict)


def run(seed: int, folder: Path) -> Outcome:
    """Run the schedule of `seed` in `folder`, whose content is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    watch = Watch()
    world = World(seed, folder, watch)
    outcome = Outcome(seed, counts=world.counts)
    try:
        with virtual_ids(world.moment, world.rng):
            plan(world)
            world.run(LENGTH)
            outcome.rounds = rest.settle(world, watch)
            rest.check(world, watch)
    except Violation as violation:
        outcome.violation = str(violation)
    finally:
        world.close()
    return outcome


def plan(world: World) -> None:
    """Draw how bad this world is, and what happens when."""
    rng = world.rng
    world.faults = Faults(
        lost=rng.choice((0.02, 0.1, 0.3)),
        doubled=rng.choice((0.0, 0.1, 0.3)),
        slowest=rng.choice((0.5, 10.0, 40.0)),
        down=rng.choice((0.0, 0.05, 0.1)),
        cut=rng.choice((0.0, 0.05, 0.1)),
    )
    people = [Person(device) for device in world.devices]
    for _ in range(rng.choice((25, 45, 70))):
        person = rng.choice(people)
        _at(world, rng, person.act)
    for device in world.devices:
        _plan_device(world, rng, device)
    teams = sorted({team for _, team in world.watch.people}, key=str)
    for _ in range(rng.choice((0, 0, 2, 5))):
        user, team = rng.choice(world.watch.people[:2])[0], rng.choice(teams)
        _at(world, rng, partial(world.office.transfer, user, team))


def _plan_device(world: World, rng: random.Random, device: Device) -> None:
    if rng.random() < 0.6:
        begin = rng.uniform(0, LENGTH * 0.8)
        world.after(begin, lambda: world.network.cut_off.add(device.name))
        world.after(begin + rng.uniform(10, LENGTH), lambda: world.network.cut_off.discard(device.name))
    while rng.random() < world.faults.cut * 8:
        _at(world, rng, lambda: _arm(device, rng))
    if world.chance.random() < 0.2:
        world.after(world.chance.uniform(0, LENGTH), device.decay)
    if rng.random() < 0.2:
        first = rng.uniform(0, LENGTH * 0.7)
        world.after(first, device.back_up)
        world.after(rng.uniform(first, LENGTH), device.restore)


def _arm(device: Device, rng: random.Random) -> None:
    device.cut_in = rng.randint(1, 12)


def _at(world: World, rng: random.Random, act: Callable[[], None]) -> None:
    world.after(rng.uniform(0, LENGTH), act)


def scratch() -> Path:
    """A folder for one runner of schedules; memory where there is some."""
    return Path(tempfile.mkdtemp(prefix="satchel-schedule-", dir=FOLDER)) / "world"
