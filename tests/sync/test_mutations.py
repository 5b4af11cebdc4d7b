"""The simulator must be able to see: every seeded bug is caught within a bounded number of schedules."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.errors import SatchelError
from tests.sync.barriers import BARRIERS
from tests.sync.guards import Guard
from tests.sync.mutations import MUTANTS, Mutant
from tests.sync.simulator import schedule
from tests.sync.simulator.world import template

MOST = 150
FIRST = 5000


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the worlds stand; the world before the bug is built by sound code."""
    template()
    place = schedule.scratch()
    yield place
    shutil.rmtree(place.parent)


def caught_by(mutant: Mutant, folder: Path, most: int = MOST) -> tuple[int, str] | None:
    """The seed that shows the bug, and what it broke."""
    seeds = [*mutant.seeds, *range(FIRST, FIRST + most)][:most]
    with mutant.alive():
        for seed in seeds:
            violation = schedule.run(seed, folder).violation
            if violation:
                return seed, violation
    return None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.title.replace(" ", "-"))
def test_every_seeded_bug_is_caught(mutant: Mutant, folder: Path) -> None:
    assert caught_by(mutant, folder) is not None, f"the simulator is blind to: {mutant.title}"


@pytest.mark.parametrize("guard", BARRIERS, ids=lambda guard: guard.check.__name__)
def test_every_barrier_stands_and_its_lack_is_noticed(guard: Guard, tmp_path: Path) -> None:
    guard.check(tmp_path / "sound")
    for mutant in guard.mutants:
        with mutant.alive(), pytest.raises((AssertionError, SatchelError)):
            guard.check(tmp_path / mutant.title)


def test_sound_code_survives_the_seeds_that_catch_the_bugs(folder: Path) -> None:
    for seed in sorted({mutant.seeds[0] for mutant in MUTANTS if mutant.seeds})[:6]:
        assert schedule.run(seed, folder).violation == ""
