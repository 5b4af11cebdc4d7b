"""Random schedules of bundles by file, twice and in any order, beside the network: one and the same state.

`python -m tests.sync.bundles --schedules 1000`. Each schedule has two halves.

*Any order:* three people work while letters and replies lie about and arrive when chance says, some twice,
some long after what was written later, some never, between syncs over a network that loses and doubles; now
and then the power goes. Then all comes to rest, in half of the schedules by file alone, under a watch:
every laptop equals what the office would give it, every value typed is accounted for. Afterwards every bundle
that ever was arrives once more, and nothing may change.

*Twins:* the same people do the same in two worlds. In one they meet the office over the network alone, in the
other by file or by network, and old bundles come again in between. All records of office and laptops must be
the same in both, to the version and the last character.
"""

import argparse
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from desktop.errors import Refused, SatchelError
from sync.client import bundle
from sync.client.driver import sync_once
from sync.engine.bundle import FORKED
from sync.engine.pace import Batch as Pace
from sync.engine.round import Limits
from sync.server import bundle as office_bundle
from sync.server.problems import Refusal
from tests.sync.simulator import points, rest
from tests.sync.simulator.laptop import Device
from tests.sync.simulator.people import ACTS, Person
from tests.sync.simulator.schedule import scratch
from tests.sync.simulator.seams import virtual_ids
from tests.sync.simulator.watch import Violation, Watch
from tests.sync.simulator.world import Direct, Faults, World

LENGTH: Final = 120.0
ROUNDS: Final = 3
FIRST: Final = 500_000
State = dict[str, dict[Any, Any]]


@dataclass(slots=True)
class Outcome:
    """What became of a schedule."""

    seed: int
    violation: str = ""
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Bag:
    """Bundles that lie about; nothing is ever taken out of it."""

    world: World
    chance: random.Random
    counts: Counter[str]
    letters: list[tuple[Device, bytes]] = field(default_factory=list)
    replies: list[tuple[Device, bytes]] = field(default_factory=list)
    restored: set[str] = field(default_factory=set)
    carried: set[bytes] = field(default_factory=set)
    """Letters that the office has had."""

    def write(self, device: Device) -> bytes | None:
        """A laptop writes a letter, unless it is in the middle of a sync."""
        if device.session is not None:
            return None
        with device.powered():
            try:
                self.letters.append((device, bundle.write(device.store, remote=device.remote).data))
            except Refused as refused:
                self._may_refuse(device, refused)
                return None
            self.counts["letters"] += 1
            return self.letters[-1][1]
        return None

    def carry(self, device: Device, letter: bytes) -> bytes | None:
        """A letter reaches the office."""
        try:
            took = office_bundle.take_in(self.world.office.server, letter)
        except Refusal as refusal:
            self._may_refuse(device, Refused(refusal.message))
            return None
        self.world.watch.office_took(device.name)
        self.replies.append((device, took.reply))
        self.carried.add(letter)
        self.counts["letters taken in"] += 1
        self.counts["letters again"] += took.again
        return took.reply

    def hand(self, device: Device, reply: bytes) -> None:
        """A reply reaches its laptop."""
        if device.session is not None:
            return
        with device.powered():
            try:
                took = bundle.take_in(device.store, reply, remote=device.remote)
            except Refused as refused:
                self._may_refuse(device, refused)
                return
            self.counts[f"replies {took.counts}"] += 1

    def any_letter(self) -> None:
        """Some letter that ever was reaches the office, perhaps not for the first time."""
        if self.letters:
            self.carry(*self.chance.choice(self.letters))

    def any_reply(self) -> None:
        """Some reply that ever was reaches its laptop, perhaps not for the first time."""
        if self.replies:
            self.hand(*self.chance.choice(self.replies))

    def _may_refuse(self, device: Device, refused: Refused) -> None:
        """Only who came back from a backup is refused anything."""
        known = refused.message in (FORKED, bundle.OTHER_LAPTOP, office_bundle.FORMER)
        if device.name not in self.restored or not known:
            raise Violation(f"{device.name}: refused: {refused}")
        self.counts["refused after a backup"] += 1


# ---------------------------------------------------------------- any order


def any_order(seed: int, folder: Path, counts: Counter[str]) -> None:
    """The first half. Raises Violation."""
    shutil.rmtree(folder, ignore_errors=True)
    watch = Watch()
    world = World(seed, folder, watch)
    bag = Bag(world, random.Random(~seed), counts)
    try:
        with virtual_ids(world.moment, world.rng):
            _plan(world, bag)
            world.run(LENGTH)
            _settle(world, watch, bag)
            rest.check(world, watch)
            _everything_again(world, watch, bag)
    finally:
        world.close()
    counts["commands"] += world.counts.get("commands", 0)
    counts["requests"] += world.counts.get("requests", 0)
    counts["power cuts"] += world.counts.get("power cuts", 0)


def _plan(world: World, bag: Bag) -> None:
    chance = bag.chance
    world.faults = Faults(
        lost=chance.choice((0.0, 0.1)), doubled=chance.choice((0.0, 0.2)), slowest=chance.choice((0.5, 10.0))
    )
    people = [Person(device) for device in world.devices]
    for _ in range(chance.choice((15, 25, 40))):
        _at(world, chance, chance.choice(people).act)
    for device in world.devices:
        if chance.random() < 0.3:
            world.network.cut_off.add(device.name)
        for _ in range(chance.choice((0, 2, 5))):
            _at(world, chance, partial(bag.write, device))
        if chance.random() < 0.3:
            _at(world, chance, partial(setattr, device, "cut_in", chance.randint(1, 9)))
        if chance.random() < 0.1:
            first = chance.uniform(0, LENGTH * 0.6)
            world.after(first, device.back_up)
            world.after(chance.uniform(first, LENGTH), partial(_restore, device, bag))
    for _ in range(chance.choice((3, 8, 15))):
        _at(world, chance, bag.any_letter)
        _at(world, chance, bag.any_reply)


def _restore(device: Device, bag: Bag) -> None:
    bag.restored.add(device.name)
    device.restore()


def _at(world: World, chance: random.Random, act: Callable[[], Any]) -> None:
    world.after(chance.uniform(0, LENGTH), act)


def _settle(world: World, watch: Watch, bag: Bag) -> None:
    """By file alone where chance says so and nobody needs another identity, else over the network."""
    for device in world.devices:
        device.cut_in = 0
    if bag.restored or bag.chance.random() < 0.5:
        bag.counts["settled over the network"] += 1
        rest.settle(world, watch)
        return
    world.faults = Faults()
    world.run()
    for _ in range(ROUNDS):
        for device in world.devices:
            _by_file(bag, device)
        if not any(rest.problems(world, device) for device in world.devices):
            bag.counts["settled by file"] += 1
            return
    found = [problem for device in world.devices for problem in rest.problems(world, device)]
    raise Violation(f"after {ROUNDS} rounds by file: {found[0]}")


def _by_file(bag: Bag, device: Device) -> None:
    letter = bag.write(device)
    reply = bag.carry(device, letter) if letter is not None else None
    if reply is not None:
        bag.hand(device, reply)


def _everything_again(world: World, watch: Watch, bag: Bag) -> None:
    """Every bundle that ever was comes once more: the state stays as it is."""
    before = _state(world, watch)
    replies = bag.replies[
        :
    ]  # a first letter of a lost disk is no news that came again: it saves what was lost
    letters = [one for one in bag.letters if one[0].name not in bag.restored or one[1] in bag.carried]
    bag.chance.shuffle(letters)
    for device, letter in letters[:12]:
        bag.carry(device, letter)
    bag.chance.shuffle(replies)
    for device, reply in replies[:12]:
        bag.hand(device, reply)
    _compare(before, _state(world, watch), "bundles that came again")


# ---------------------------------------------------------------- twins


class Blind(Watch):
    """Lets the twins live unwatched: they are compared at the end."""

    def changed(self, device: Device, remote: bool) -> None:
        """Nothing is looked at."""

    def local(self, device: Device) -> None:
        """Nothing is looked at."""

    def office_took(self, device: str) -> None:
        """Nothing is looked at."""


def twins(seed: int, folder: Path, counts: Counter[str]) -> None:
    """The second half. Raises Violation."""
    by_network = _life(seed, folder, None)
    _compare(by_network, _life(seed, folder, counts), "bundles in place of the network")
    counts["twins"] += 1


def _life(seed: int, folder: Path, counts: Counter[str] | None) -> State:
    """A story whose people and ids depend on the seed alone; with `counts`, bundles carry it."""
    shutil.rmtree(folder, ignore_errors=True)
    watch = Blind()
    world = World(seed, folder, watch)
    for device in world.devices:
        device.limits = Limits(Pace(10_000, 1, 10_000, 0), Pace(1000, 1, 1000, 0))
    story = random.Random(seed * 7 + 1)
    bag = Bag(world, random.Random(seed * 7 + 2), counts if counts is not None else Counter())
    people = {device.name: Person(device) for device in world.devices}
    try:
        with virtual_ids(world.moment, world.rng):
            for step in range(story.choice((10, 20, 30))):
                world.rng.seed(seed * 1000 + step)
                device = story.choice(world.devices)
                if story.random() < 0.65:
                    _act(people[device.name])
                else:
                    _meet(world, bag, device, by_file=counts is not None)
                world.now += 1.0
            for device in (*world.devices, *world.devices):
                _meet(world, bag, device, by_file=counts is not None)
            return _state(world, watch)
    finally:
        world.close()


def _act(person: Person) -> None:
    """Anything but a sync of the simulator's own."""
    acts = {name: act for name, act in ACTS.items() if name != "sync"}
    name = person.rng.choices(list(acts), [weight for weight, _ in acts.values()])[0]
    acts[name][1](person)


def _meet(world: World, bag: Bag, device: Device, *, by_file: bool) -> None:
    if not by_file or bag.chance.random() < 0.4:
        sync_once(device.store, Direct(world.office.server), limits=device.limits, remote=device.remote)
        world.watch.office_took(device.name)
    else:
        _by_file(bag, device)
    if not by_file:
        return
    old = [one for one in bag.letters if one[0] is device]
    if old and bag.chance.random() < 0.4:
        bag.carry(*bag.chance.choice(old))
    if bag.replies and bag.chance.random() < 0.4:
        bag.any_reply()
    if bag.chance.random() < 0.2:
        bag.write(device)


# ---------------------------------------------------------------- states


def _state(world: World, watch: Watch) -> State:
    """Every record of the office and of each laptop; which proposal a decision is about is drawn anew."""
    held = {"office": watch.office_rows()} | {device.name: watch.shown(device) for device in world.devices}
    return {
        place: {
            key: {**row, "proposal_id": None} if key[0] == "decision" else row for key, row in rows.items()
        }
        for place, rows in held.items()
    }


def _compare(one: State, other: State, why: str) -> None:
    for place, rows in one.items():
        if rows != other[place]:
            key = next(key for key in {**rows, **other[place]} if rows.get(key) != other[place].get(key))
            raise Violation(f"{place} differs by {why}: {key}: {rows.get(key)} / {other[place].get(key)}")


def run(seed: int, folder: Path) -> Outcome:
    """One schedule in `folder`, whose content is replaced."""
    outcome = Outcome(seed)
    try:
        with points.known():
            any_order(seed, folder, outcome.counts)
            twins(seed, folder, outcome.counts)
    except (Violation, SatchelError) as error:
        outcome.violation = f"{type(error).__name__}: {error}"
    return outcome


def main(arguments: list[str] | None = None) -> int:
    """Run so many schedules and say what happened in them."""
    parser = argparse.ArgumentParser(description="random schedules of bundles")
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=FIRST)
    chosen = parser.parse_args(arguments)
    folder, begun, counts, wrong = scratch(), time.monotonic(), Counter[str](), 0
    try:
        for seed in range(chosen.seed, chosen.seed + chosen.schedules):
            outcome = run(seed, folder)
            counts.update(outcome.counts)
            if outcome.violation:
                wrong += 1
                print(f"--seed {seed}: {outcome.violation}", flush=True)  # noqa: T201
            if (seed - chosen.seed) % 100 == 99:
                print(f"… {seed - chosen.seed + 1}, {time.monotonic() - begun:.0f} s", flush=True)  # noqa: T201
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)
    took = time.monotonic() - begun
    print(f"{chosen.schedules} schedules from seed {chosen.seed}, {wrong} violations, {took:.0f} s")  # noqa: T201
    print(", ".join(f"{what} {number}" for what, number in sorted(counts.items())))  # noqa: T201
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
