"""The real client and the real server over a line that fails at every byte: nothing lost, nothing doubled."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.errors import Offline
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.client.driver import enrol, sync_once
from sync.client.transport import HttpTransport
from sync.engine.asking import PORTAL, UNREACHABLE, Busy
from sync.server.app import Running
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres
from tests.sync.fault_proxy import BUSY, REDIRECT, Fault, FaultProxy
from tests.sync.fault_proxy import PORTAL as PORTAL_PAGE

ROUNDS = 60


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Server, int]]:
    server = Server(postgres.office(tmp_path / "office"))
    running = Running(server, "127.0.0.1", 0)
    running.start()
    yield server, int(running.url.rpartition(":")[2])
    running.stop()
    server.store.close()


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "ann") as store:
        yield store


def names(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted(customer.name for customer in session.query(Customer))


def new_customer(store: Store, name: str) -> None:
    with store.work(store.me(), "customer.new") as work:
        work.add(Customer(name=name, remark="x" * 300))


def office_names(server: Server) -> list[str]:
    with server.store.read() as connection:
        return sorted(row[0] for row in connection.exec_driver_sql("SELECT name FROM customer"))


def joined(server: Server, laptop: Store, url: str, *, stall: float = 20.0) -> HttpTransport:
    """A laptop that has joined, and then waits so long for a line on which nothing moves."""
    server.add_user("Ann", "South", "rep")
    patient = HttpTransport(url, stall=20.0)
    enrol(laptop, patient, server.new_code("Ann"))
    patient.close()
    return HttpTransport(url, stall=stall)


def bad(rng: random.Random) -> Fault:
    """Something that goes wrong with one connection."""
    kind = rng.randrange(8)
    if kind == 0:
        return Fault(cut_request_after=rng.randrange(1200))
    if kind in (1, 2):
        return Fault(cut_answer_after=rng.randrange(900))
    if kind == 3:
        return Fault(repeat=True)
    if kind == 4:
        return Fault(delay=rng.random() * 0.05, bytes_per_second=rng.choice((20_000, 200_000)))
    if kind == 5:
        return Fault(answer=rng.choice((PORTAL_PAGE, REDIRECT, BUSY)))
    return Fault(refuse=kind == 6)


def test_a_line_that_fails_anywhere_loses_and_doubles_nothing(
    office: tuple[Server, int], laptop: Store
) -> None:
    server, port = office
    rng = random.Random(7)
    failures = 0
    with FaultProxy(port) as proxy:
        transport = joined(server, laptop, proxy.url)
        for number in range(ROUNDS):
            new_customer(laptop, f"k{number:03}")
            transport.close()
            proxy.fault = lambda: bad(rng)
            try:
                sync_once(laptop, transport)
            except Offline:
                failures += 1
        proxy.fault = Fault
        transport.close()
        sync_once(laptop, transport)
        transport.close()
    wanted = [f"k{number:03}" for number in range(ROUNDS)]
    assert failures > ROUNDS / 4
    assert names(laptop) == wanted
    assert office_names(server) == wanted
    assert Remote(laptop).waiting() == 0


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault(answer=PORTAL_PAGE), PORTAL),
        (Fault(answer=REDIRECT), PORTAL),
        (Fault(refuse=True), UNREACHABLE),
        (Fault(cut_answer_after=40), UNREACHABLE),
        (Fault(cut_answer_after=250), UNREACHABLE),
        (Fault(delay=3.0), UNREACHABLE),
    ],
)
def test_what_stands_in_the_way_is_named(
    office: tuple[Server, int], laptop: Store, fault: Fault, message: object
) -> None:
    server, port = office
    with FaultProxy(port) as proxy:
        transport = joined(server, laptop, proxy.url, stall=1.0 if fault.delay else 20.0)
        transport.close()
        proxy.fault = lambda: fault
        with pytest.raises(Offline) as raised:
            sync_once(laptop, transport)
        transport.close()
    assert raised.value.message == message


def test_a_busy_office_says_when_to_come_back(office: tuple[Server, int], laptop: Store) -> None:
    server, port = office
    with FaultProxy(port) as proxy:
        transport = joined(server, laptop, proxy.url)
        transport.close()
        proxy.fault = lambda: Fault(answer=BUSY)
        with pytest.raises(Busy) as raised:
            sync_once(laptop, transport)
        transport.close()
    assert raised.value.after == 7.0
