"""The simulator must be able to see: every seeded bug is caught within a bounded number of schedules."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from desktop.errors import SatchelError
from tests.sync.barriers import BARRIERS
from tests.sync.guards import Guard
from tests.sync.mutations import MUTANTS, Mutant
from tests.sync.simulator import schedule, short
from tests.sync.simulator.world import template

NOTICED = (AssertionError, SatchelError, ValueError, LookupError, IntegrityError)
MOST = 150
FIRST = 5000
VISITS = 1000


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the worlds stand; the world before the bug is built by sound code."""
    template()
    place = schedule.scratch()
    yield place
    shutil.rmtree(place.parent)


@pytest.fixture(scope="module")
def rooms(folder: Path) -> short.Rooms:
    """The room that short schedules visit, furnished by sound code."""
    made = short.Rooms(folder.with_name("rooms"))
    made.furnish(VISITS)
    return made


def caught_by(mutant: Mutant, folder: Path, rooms: short.Rooms, most: int = MOST) -> str:
    """What the bug broke: in its story, else in a schedule that has shown it or in one of many."""
    with mutant.alive():
        if mutant.visit is not None and (violation := rooms.run(mutant.visit).violation):
            return violation
        if mutant.story is not None:
            try:
                mutant.story(folder)
            except NOTICED as error:
                return str(error)
            return ""
        for seed in [*mutant.seeds, *range(FIRST, FIRST + most)][:most]:
            violation = schedule.run(seed, folder).violation
            if violation:
                return violation
    return ""


STORIES = sorted({mutant.story for mutant in MUTANTS if mutant.story}, key=lambda story: story.__name__)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_sound_code_brings_every_story_to_its_end(story: Callable[[Path], None], tmp_path: Path) -> None:
    story(tmp_path)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.title.replace(" ", "-"))
def test_every_seeded_bug_is_caught(mutant: Mutant, folder: Path, rooms: short.Rooms, tmp_path: Path) -> None:
    place = tmp_path if mutant.story else folder
    assert caught_by(mutant, place, rooms), f"nothing notices: {mutant.title}"


@pytest.mark.parametrize("guard", BARRIERS, ids=lambda guard: guard.check.__name__)
def test_every_barrier_stands_and_its_lack_is_noticed(guard: Guard, tmp_path: Path) -> None:
    guard.check(tmp_path / "sound")
    for mutant in guard.mutants:
        with mutant.alive(), pytest.raises((AssertionError, SatchelError)):
            guard.check(tmp_path / mutant.title)


def test_sound_code_survives_the_seeds_that_catch_the_bugs(folder: Path, rooms: short.Rooms) -> None:
    for seed in sorted({mutant.seeds[0] for mutant in MUTANTS if mutant.seeds})[:3]:
        assert schedule.run(seed, folder).violation == ""
    for visit in sorted({mutant.visit for mutant in MUTANTS if mutant.visit is not None}):
        assert rooms.run(visit).violation == ""
