"""A few schedules of bundles for every run of the tests; `python -m tests.sync.bundles` runs a thousand."""

import shutil
from collections import Counter

import pytest

from sync.client import bundle
from sync.server import bundle as office_bundle
from tests.sync import bundles
from tests.sync.simulator.schedule import scratch


def test_by_file_or_by_network_twice_or_in_any_order_the_state_is_the_same() -> None:
    folder, counts = scratch(), Counter[str]()
    try:
        for seed in range(bundles.FIRST, bundles.FIRST + 5):
            outcome = bundles.run(seed, folder)
            assert outcome.violation == "", f"python -m tests.sync.bundles --schedules 1 --seed {seed}"
            counts.update(outcome.counts)
    finally:
        shutil.rmtree(folder.parent)
    assert counts["twins"] == 5
    assert (
        min(counts[what] for what in ("letters again", "replies old", "replies new", "settled by file")) > 0
    )


@pytest.mark.parametrize("bug", ["an old reply counts", "late is forked"])
def test_the_schedules_would_see_it(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if bug == "an old reply counts":
        monkeypatch.setattr(bundle, "weigh", lambda *_, **_more: "new")
    else:
        monkeypatch.setattr(office_bundle, "_caught_up", lambda _conn, _device, wish: wish)
    folder = scratch()
    try:
        assert any(bundles.run(seed, folder).violation for seed in range(bundles.FIRST, bundles.FIRST + 20))
    finally:
        shutil.rmtree(folder.parent)


def test_the_command_line_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert bundles.main(["--schedules", "1"]) == 0
    assert capsys.readouterr().out.startswith(f"1 schedules from seed {bundles.FIRST}, 0 violations")
