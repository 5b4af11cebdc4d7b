"""A short kill soak of real processes; `python -m tests.sync.soak --kills 50` is the long one."""

from tests.sync.soak import soak


def test_killed_laptops_and_offices_lose_and_double_nothing() -> None:
    found = soak(kills=4, seed=4)
    assert found.sound, found
    assert found.in_flight >= 3
