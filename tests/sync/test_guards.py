"""Each rule of the operations holds, and each bug that would break it is noticed."""

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from desktop.errors import SatchelError
from tests.sync.guards import GUARDS, Guard
from tests.sync.mutations import Mutant

NOTICED = (AssertionError, SatchelError, ValueError, LookupError, IntegrityError)
BUGS = [(guard, mutant) for guard in GUARDS for mutant in guard.mutants]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.check.__name__)
def test_sound_code_keeps_its_promise(guard: Guard, tmp_path: Path) -> None:
    guard.check(tmp_path)


@pytest.mark.parametrize(
    ("guard", "mutant"), BUGS, ids=[mutant.title.replace(" ", "-") for _, mutant in BUGS]
)
def test_every_bug_is_noticed(guard: Guard, mutant: Mutant, tmp_path: Path) -> None:
    with mutant.alive(), pytest.raises(NOTICED):
        guard.check(tmp_path)
