"""A handful of schedules for every run of the tests; `python -m tests.sync.simulator` runs thousands."""

import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.sync import postgres
from tests.sync.simulator import long, schedule, short
from tests.sync.simulator.__main__ import main

SECONDS = 8.0
LEAST = 3
FIRST = 90_000
VISITS = 8 if postgres.ELSEWHERE else 48


def test_whatever_goes_wrong_the_world_comes_to_rest_with_nothing_lost() -> None:
    folder = schedule.scratch()
    ends = time.monotonic() + SECONDS
    seed, counts = FIRST, Counter[str]()
    try:
        while seed - FIRST < LEAST or time.monotonic() < ends:
            outcome = schedule.run(seed, folder)
            assert outcome.violation == "", f"python -m tests.sync.simulator --schedules 1 --seed {seed}"
            assert outcome.rounds <= 3
            counts.update(outcome.counts)
            seed += 1
    finally:
        shutil.rmtree(folder.parent)
    assert counts["power cuts"]
    assert counts["commands"] > 50


def test_short_schedules_meet_every_kind_of_fault_and_break_nothing() -> None:
    tally = long.block(FIRST, VISITS, kind=long.SHORT)
    assert tally.broken == [], f"python -m tests.sync.simulator --kind short --seed {FIRST}"
    assert tally.schedules == VISITS
    assert len(tally.had) > VISITS / 5


def test_whoever_visits_a_room_finds_it_as_it_was(tmp_path: Path) -> None:
    rooms = short.Rooms(tmp_path)
    first = [rooms.run(seed) for seed in range(FIRST, FIRST + 4)]
    again = [rooms.run(seed) for seed in reversed(range(FIRST, FIRST + 4))]
    assert first == again[::-1]


def test_a_seed_is_a_schedule(tmp_path: Path) -> None:
    first, again = (schedule.run(FIRST, tmp_path / "world") for _ in range(2))
    assert first == again


def test_the_command_line_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--schedules", "1", "--seed", str(FIRST)]) == 0
    assert capsys.readouterr().out.startswith(f"from seed {FIRST}: 1 schedules, 0 violations")


def test_a_page_that_a_power_cut_shortened_leaves_with_its_stream(tmp_path: Path) -> None:
    assert schedule.run(701_149, tmp_path / "world").violation == ""


def test_a_long_run_goes_on_where_it_ended(tmp_path: Path) -> None:
    state, told = tmp_path / "run.json", Counter[str]()

    def tell(_tally: long.Tally, broken: list[str]) -> None:
        told["blocks"] += 1
        assert not broken

    first = long.Long(FIRST, 1, state).run(1, 60.0, tell)
    assert (first.schedules, told["blocks"]) == (1, 1)
    again = long.Long(7, 1, state).run(1, 60.0, tell)
    assert (again.schedules, told["blocks"], sum(again.builds.values())) == (1, 1, 1)
    with pytest.raises(ValueError, match="long kind"):
        long.Long(FIRST, 1, state, long.SHORT)
