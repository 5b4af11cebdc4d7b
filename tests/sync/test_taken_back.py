"""What a person took back before it left: the office learns number and commitment, never the content."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from desktop.models import outbox
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import commands, integrity
from sync.client.driver import Request, enrol, sync_once
from sync.engine.actions import Answer, Failure
from sync.protocol import codec
from sync.server.server import Server
from tests.stores import customer, opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    yield office
    office.store.close()


@pytest.fixture
def laptops(tmp_path: Path, server: Server) -> Iterator[tuple[Store, Store]]:
    with opened(tmp_path / "ann") as ann, opened(tmp_path / "bob") as bob:
        for name, store in (("Ann", ann), ("Bob", bob)):
            server.add_user(name, "South", "rep")
            enrol(store, Direct(server), server.new_code(name))
        yield ann, bob


class Spy(Direct):
    """Keeps what went up."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.said = b""

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        self.said += codec.decompress(request.body, request.headers.get("Content-Encoding", ""))
        return super().send(request, cancelled)


def edit(store: Store, record: UUID, **values: object) -> UUID:
    return commands.run(store, store.me(), "customer.edit", record, values=values).tx


def seen(store: Store, record: UUID) -> Customer | None:
    with store.reading() as session:
        return session.get(Customer, record)


def test_the_office_takes_the_commitment_and_goes_on_after_it(
    server: Server, laptops: tuple[Store, Store]
) -> None:
    ann, bob = laptops
    made = customer(ann, phone="1")
    taken = edit(ann, made.id, phone="2")
    never = customer(ann, "nobody")
    with ann.reader.connect() as connection:
        created = outbox.pending(connection)[-1].tx
    outbox.take_back(ann, created)
    outbox.take_back(ann, taken)
    edit(ann, made.id, website="w")
    assert sync_once(ann, Direct(server)).pushed == 6
    edit(ann, made.id, website="v")
    sync_once(ann, Direct(server))
    sync_once(bob, Direct(server))
    for store in laptops:
        found = seen(store, made.id)
        assert found is not None
        assert (found.phone, found.website) == ("1", "v")
        assert seen(store, never.id) is None
    assert integrity.verify_chain(ann).problems == []
    with ann.reader.connect() as connection:
        assert outbox.pending(connection) == []
        assert connection.exec_driver_sql("SELECT count(*) FROM sync_base").scalar_one() == 0


def test_a_repeated_push_after_a_lost_answer_is_the_same_push(
    server: Server, laptops: tuple[Store, Store]
) -> None:
    ann, _ = laptops
    made = customer(ann, phone="1")
    outbox.take_back(ann, edit(ann, made.id, phone="2"))
    sync_once(ann, Direct(server))
    ann.set_local("acked", 0)
    assert sync_once(ann, Direct(server)).forked is False
    with ann.reader.connect() as connection:
        assert outbox.pending(connection) == []


def test_what_was_taken_back_is_in_no_byte_that_leaves(server: Server, laptops: tuple[Store, Store]) -> None:
    ann, _ = laptops
    made = customer(ann, phone="1")
    edited = edit(ann, made.id, phone="secret-4711")
    outbox.take_back(ann, edited)
    edit(ann, made.id, phone="plain-4712")
    line = Spy(server)
    sync_once(ann, line)
    assert b"plain-4712" in line.said
    assert b"secret-4711" not in line.said
    assert edited.hex.encode() in line.said
