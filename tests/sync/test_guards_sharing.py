"""Each rule of sharing holds, and each bug that would break it is noticed."""

from pathlib import Path

import pytest

from tests.sync.guards import Guard
from tests.sync.guards_sharing import SHARING
from tests.sync.mutations import Mutant
from tests.sync.test_guards import NOTICED

BUGS = [(guard, mutant) for guard in SHARING for mutant in guard.mutants]


@pytest.mark.parametrize("guard", SHARING, ids=lambda guard: guard.check.__name__)
def test_sound_code_keeps_its_promise(guard: Guard, tmp_path: Path) -> None:
    guard.check(tmp_path)


@pytest.mark.parametrize(
    ("guard", "mutant"), BUGS, ids=[mutant.title.replace(" ", "-") for _, mutant in BUGS]
)
def test_every_bug_is_noticed(guard: Guard, mutant: Mutant, tmp_path: Path) -> None:
    with mutant.alive(), pytest.raises(NOTICED):
        guard.check(tmp_path)
