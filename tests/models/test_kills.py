"""No acknowledged write is lost when the program is killed, and the harness would see it if one were."""

from pathlib import Path

import pytest

from tests.models import kills


def test_twenty_kills_lose_and_tear_nothing(tmp_path: Path) -> None:
    tally = kills.run(20, tmp_path / "profile", seed=20261124)
    assert tally.broken == []
    assert tally.rounds == 20
    assert tally.acknowledged > 0  # how many depends on the machine


@pytest.mark.parametrize(("bad", "told"), [("early", "was acknowledged"), ("torn", "not what was written")])
def test_a_build_that_acknowledges_early_or_tears_is_caught(tmp_path: Path, bad: str, told: str) -> None:
    broken = kills.run(200, tmp_path / "profile", seed=1, bad=bad).broken
    assert told in broken[0]
