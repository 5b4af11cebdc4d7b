"""An office with a few hundred rows, and a laptop that has just joined it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.store import Store
from desktop.services import records
from sync.client.driver import enrol
from sync.server import snapshots
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres
from tests.sync.first_copy.line import ROWS, SECRET
from tests.sync.simulator.world import Direct

assert records.__name__  # the commands of records are registered


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    office.snapshots = snapshots.Snapshots(office.store, folder=tmp_path / "made")
    office.snapshots.least, office.snapshots.patience = 10, 30.0
    ann = office.add_user("Ann", "South", "rep")
    office.add_user("Boss", "South", "admin")
    home = {"owner_id": ann, "grade": "a"}
    office.seed("customer", [{"name": f"苏州第{n}机械有限公司", **home} for n in range(ROWS)])
    office.seed("product", [{"sku": f"P{n}", "name": f"泵 {n}", "cost": SECRET} for n in range(20)])
    yield office
    office.snapshots.wait()
    office.store.close()


@pytest.fixture
def laptop(tmp_path: Path, server: Server) -> Iterator[Store]:
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(server), server.new_code("Ann"))
        yield store
