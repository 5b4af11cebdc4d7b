"""A store for every test of this floor."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.store import Store
from tests.stores import opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLCipher."""
    with opened(tmp_path / "profile") as store:
        yield store
