"""An office in a folder of its own, its clock, and laptops that have joined it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sync.server.server import Server
from sync.server.store import Store, open_folder, open_url
from tests.sync.server.laptop import Laptop


class Clock:
    """Milliseconds that move when told."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


ELSEWHERE = os.environ.get("SATCHEL_TEST_DATABASE_URL", "")
"""A PostgreSQL to run these tests on, emptied before each one, in place of a folder."""


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Server]:
    store = _emptied(ELSEWHERE) if ELSEWHERE else open_folder(tmp_path / "office")
    yield Server(store, clock=clock)
    store.close()


Reopen = Callable[[Server], Server]


@pytest.fixture
def reopen(tmp_path: Path) -> Reopen:
    """Stop an office and start it again on the same data, with a clock of its own."""

    def again(server: Server) -> Server:
        server.store.close()
        return Server(open_url(ELSEWHERE) if ELSEWHERE else open_folder(tmp_path / "office"), clock=Clock())

    return again


def _emptied(url: str) -> Store:
    engine = create_engine(url)
    with engine.begin() as conn:
        conn.exec_driver_sql("DROP SCHEMA public CASCADE")
        conn.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return open_url(url)


Join = Callable[..., Laptop]


@pytest.fixture
def join(server: Server) -> Join:
    """join("Li", "North", "rep"): a laptop of that person, who is made if new, after its first sync."""
    known: dict[str, str] = {}

    def make(name: str, team: str = "North", role: str = "rep") -> Laptop:
        if name not in known:
            known[name] = server.add_user(name, team, role)
        laptop = Laptop(server)
        laptop.enrol(server.new_code(known[name]))
        laptop.sync()
        return laptop

    return make
