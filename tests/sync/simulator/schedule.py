"""One schedule: a seed makes a world, people work in it while it misbehaves, then it must come to rest."""

import random
import shutil
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from desktop.rules.roles import OWN, TEAM
from tests.sync.simulator import points, rest
from tests.sync.simulator.laptop import Device
from tests.sync.simulator.people import Person
from tests.sync.simulator.seams import prepared, short_fuse, virtual_ids
from tests.sync.simulator.watch import Violation, Watch
from tests.sync.simulator.world import FOLDER, Faults, World

FAULTS = (
    *("requests lost", "answers lost", "messages doubled", "messages overtaken"),
    *("messages that took longer than patience", "messages that met a cut line", "little in one request"),
    *("power cuts", "commits lost with the power", "clocks that are wrong", "laptops that hold nothing yet"),
    *("office restarts", "office restarts within a transaction", "commits lost with the office's power"),
    *("backups restored", "cloned profiles", "rows decayed", "syncs of an older program"),
    *("laptops shut out", "people moved to a team", "records given away", "roles given"),
    *("scopes narrowed or widened", "held deletions", "changes taken back"),
)
"""What may go wrong or change under people's hands, as worlds count it when it has happened."""
CALM = "none of these"
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
    with points.known(), prepared():
        world = World(seed, folder, watch)
        outcome = Outcome(seed, counts=world.counts)
        try:
            with virtual_ids(world.moment, world.rng), short_fuse(world.chance.random() < 0.3):
                plan(world)
                world.run(LENGTH)
                outcome.rounds = rest.settle(world, watch)
                rest.check(world, watch)
        except Exception as error:  # noqa: BLE001 - whatever the product raises here is a violation too
            outcome.violation = told(error)
        finally:
            world.close()
    return outcome


def told(error: Exception) -> str:
    """A broken promise, or what the product raised and where, as one line."""
    if isinstance(error, Violation):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if ".venv" not in frame.filename]
    place = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
    return f"{type(error).__name__} in {place}: {str(error)[:200]}"


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
    _plan_more(world, people)


def _plan_more(world: World, people: list[Person]) -> None:
    """What was added to this world after its first seeds were counted."""
    chance = world.chance
    for _ in range(chance.choice((0, 12, 25))):
        _at(world, chance, chance.choice(people).act_more)
    reps = [user for user, _ in world.watch.people[:2]]
    for _ in range(chance.choice((0, 0, 0, 2, 4))):
        role = chance.choice(("rep", "manager"))
        _at(world, chance, partial(world.office.appoint, chance.choice(reps), role))
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        _at(world, chance, partial(world.office.narrow, chance.choice((OWN, TEAM))))
    if chance.random() < 0.08:
        _at(world, chance, partial(world.office.revoke, chance.choice(world.devices)))
    if chance.random() < 0.15:
        device = chance.choice(world.devices)
        world.after(chance.uniform(0, LENGTH * 0.8), partial(_clone, world, device))
    if chance.random() < 0.1:
        device = chance.choice(world.devices)
        world.after(0.0, device.downgrade)
        _at(world, chance, device.upgrade)


def _clone(world: World, device: Device) -> None:
    if not device.revoked:
        person = Person(device.clone())
        for _ in range(world.chance.randint(2, 8)):
            world.after(world.chance.uniform(0, LENGTH - world.now), person.act)


def _plan_device(world: World, rng: random.Random, device: Device) -> None:
    if rng.random() < 0.6:
        begin = rng.uniform(0, LENGTH * 0.8)
        ends = begin + rng.uniform(10, LENGTH)
        world.network.cut(device, begin, ends)
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
