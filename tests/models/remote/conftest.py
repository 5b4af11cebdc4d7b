"""A store that has joined an office."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.protocol.messages import Person
from tests.models.remote.pages import ANN, SOUTH
from tests.stores import opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        remote = Remote(opened_store)
        person = Person(user=ANN.hex, name="Ann", team=SOUTH.hex, role="rep")
        remote.adopt(server="5" * 32, url="http://office", short="7K3", person=person, granted=())
        yield opened_store
