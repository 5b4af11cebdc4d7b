"""Who is shown more than before gets it, on every stream and whatever moment the laptop hears of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.models.records import Customer, Product, User
from desktop.models.store import Store
from desktop.services import commands
from sync.client.driver import Request, enrol, sync_once
from sync.engine.actions import Answer, Failure
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct


class Between(Direct):
    """A line over which something happens at the office after the first sync request was answered."""

    def __init__(self, server: Server, happens: Callable[[], None]) -> None:
        super().__init__(server)
        self._happens: Callable[[], None] | None = happens

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        answer = super().send(request, cancelled)
        if self._happens is not None and request.target == "/v1/sync":
            happens, self._happens = self._happens, None
            happens()
        return answer


def cost(store: Store) -> object:
    with store.reading() as session:
        return session.query(Product).one().cost


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_promoted_person_is_shown_what_a_rep_is_not(tmp_path: Path, meanwhile: bool) -> None:
    office = Server(postgres.office(tmp_path / "office"))
    office.seed("product", [{"sku": "A", "name": "A", "cost": "7"}])
    with opened(tmp_path / "ann") as ann, opened(tmp_path / "root") as root:
        for name, role, store in (("Ann", "rep", ann), ("Root", "admin", root)):
            office.add_user(name, "South", role)
            enrol(store, Direct(office), office.new_code(name))
            sync_once(store, Direct(office))
        for store in (ann, root):
            with store.work(store.me(), "customer.new") as work:
                work.add(Customer(name="A"))
            sync_once(store, Direct(office))
        assert cost(ann) is None

        def promote() -> None:
            commands.run(root, root.me(), "user.edit", ann.me().id, values={"role": "manager"})
            sync_once(root, Direct(office))

        if meanwhile:
            with root.work(root.me(), "customer.new") as work:
                work.add(Customer(name="B", owner_id=ann.me().id))
            sync_once(root, Direct(office))
            sync_once(ann, Between(office, promote))
        else:
            promote()
        sync_once(ann, Direct(office))
        assert str(cost(ann)) == "7"
        with ann.reading() as session:
            assert session.get_one(User, ann.me().id).role == "manager"
    office.store.close()
