"""The firm that screens are shown with."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.store import Store
from tests.screens import staging
from tests.screens.sample import Firm
from tests.stores import opened


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Firm]:
    """The folder of a closed store with the firm in it, and who founded it."""
    folder = tmp_path_factory.mktemp("firm")
    with opened(folder, clock=staging.now) as store:
        return folder, Firm(store).found()


@pytest.fixture
def furnished(founded: tuple[Path, Firm], tmp_path: Path) -> Iterator[tuple[Store, Firm]]:
    """A store of this test alone: what one screen leaves in it, no other one meets."""
    folder, founder = founded
    shutil.copytree(folder, tmp_path / "firm")
    with opened(tmp_path / "firm", clock=staging.now) as store:
        firm = copy.copy(founder)
        firm.store = store
        store.become(firm.actor)
        yield store, firm
