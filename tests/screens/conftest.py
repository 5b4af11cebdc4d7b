"""The firm that screens are shown with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.models.store import Store
from tests.screens import staging
from tests.screens.sample import Firm
from tests.stores import opened


@pytest.fixture
def furnished(founded: Callable[[Path], Firm], tmp_path: Path) -> Iterator[tuple[Store, Firm]]:
    """A store of this test alone: what one screen leaves in it, no other one meets."""
    firm = founded(tmp_path / "firm")
    with opened(tmp_path / "firm", clock=staging.now) as store:
        firm.store = store
        store.become(firm.actor)
        yield store, firm
