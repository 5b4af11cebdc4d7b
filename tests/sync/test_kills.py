"""Short soaks of real processes; `tests.sync.soak --kills 500` and `tests.sync.cuts --cuts 2000` are long."""

from tests.sync.cuts import cuts
from tests.sync.soak import soak


def test_killed_laptops_and_offices_lose_and_double_nothing() -> None:
    found = soak(kills=4, seed=4)
    assert found.sound, found
    assert found.in_flight >= 3


def test_lines_cut_at_chosen_bytes_lose_and_double_nothing() -> None:
    found = cuts(25, seed=4)
    assert found.wrong == []
    assert len(found.offsets) >= 20
