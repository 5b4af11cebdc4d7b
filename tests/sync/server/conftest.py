"""An office in a folder of its own, its clock, and laptops that have joined it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.server.server import Server
from sync.server.store import open_folder, open_url
from tests.sync import postgres
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


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Server]:
    store = postgres.office(tmp_path / "office")
    yield Server(store, clock=clock)
    store.close()


Reopen = Callable[[Server], Server]


@pytest.fixture
def reopen(tmp_path: Path) -> Reopen:
    """Stop an office and start it again on the same data, with a clock of its own."""

    def again(server: Server) -> Server:
        server.store.close()
        store = open_url(postgres.here()) if postgres.ELSEWHERE else open_folder(tmp_path / "office")
        return Server(store, clock=Clock())

    return again


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
