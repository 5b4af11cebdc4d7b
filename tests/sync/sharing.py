"""People of two teams with real laptops at one office, who share records with each other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.services import commands, sharing
from sync.client.driver import Request, enrol, sync_once
from sync.engine.actions import Answer, Failure
from sync.server.server import Request as OfficeRequest
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct

PEOPLE = {"Ann": "North", "Ben": "North", "Cai": "South", "Dai": "East", "Eve": "East"}
Held = set[tuple[str, UUID]]


class Whole(Direct):
    """A line that carries the headers of the answers too, as files need them."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.server = server

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.server.handle(OfficeRequest(request.method, request.target, headers, request.body))
        encoding = answer.headers.get("content-encoding", "")
        return Answer(
            answer.status, answer.body, encoding, headers={k.lower(): v for k, v in answer.headers.items()}
        )


class Circle:
    """See the module."""

    def __init__(self, server: Server, stores: dict[str, Store]) -> None:
        self.server, self.stores = server, stores

    def __getitem__(self, name: str) -> Store:
        return self.stores[name]

    def do(self, name: str, command: str, target: UUID | None = None, **arguments: Any) -> Any:
        store = self.stores[name]
        return commands.run(store, store.me(), command, target, **arguments).value

    def customer(self, name: str, title: str = "A") -> Any:
        return self.do(name, "customer.new", values={"name": title})

    def share(self, name: str, record: Any, whom: str, access: str = "read", **more: Any) -> Any:
        receiver = sharing.find_receiver(self.stores[name], whom)
        of, of_id = record.__tablename__, record.id
        return self.do(name, "share.give", of=of, of_id=of_id, access=access, **receiver, **more)

    def meet(self, *names: str) -> None:
        for _ in range(2):
            for name in names or self.stores:
                sync_once(self.stores[name], Direct(self.server))

    def held(self, name: str) -> Held:
        """Every record that lives somewhere on the laptop, but what the firm shares and one's own cards."""
        found: Held = set()
        with self.stores[name].reader.connect() as conn:
            for kind, cls in RECORDS.items():
                if not cls.__shared__ and not cls.__private__:
                    rows = conn.exec_driver_sql(f'SELECT id FROM "{kind}" WHERE deleted_at IS NULL')  # noqa: S608
                    found |= {(kind, UUID(bytes=bytes(row[0]))) for row in rows}
        return found

    def value(self, name: str, record: Any) -> Any:
        with self.stores[name].reading() as session:
            return session.get(type(record), record.id)


@contextmanager
def circles(folder: Path, *names: str) -> Iterator[Circle]:
    """These people, or all of them."""
    server = Server(postgres.office(folder / "office"))
    with ExitStack() as stack:
        stack.callback(server.store.close)
        stores = {name: stack.enter_context(opened(folder / name)) for name in names or PEOPLE}
        for name in stores:
            server.add_user(name, PEOPLE[name], "rep")
        for name, store in stores.items():
            enrol(store, Direct(server), server.new_code(name))
        circle = Circle(server, stores)
        circle.meet()
        yield circle
