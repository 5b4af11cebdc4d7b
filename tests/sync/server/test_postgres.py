"""A small set that runs on a real PostgreSQL wherever its programs are found; the whole suite runs there too
with SATCHEL_TEST_DATABASE_URL.
"""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select

from desktop.models.records import Customer
from sync.server.server import Server
from sync.server.store import open_url
from sync.server.tables import META
from tests.sync import oracle_postgres, postgres
from tests.sync.server.conftest import Clock, Join

pytestmark = pytest.mark.skipif(not postgres.available(), reason=postgres.ABSENT)


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    store = postgres.emptied(postgres.here("small"))
    yield Server(store, clock=clock)
    store.close()


def test_a_working_day_on_postgresql(join: Join, server: Server) -> None:
    north, south, office = join("Li", "North"), join("Zhao", "South"), join("Chen", "Office", "office")
    customer = north.create("customer", name="A", owner_id=north.user)
    contact = north.create("contact", name="B", customer_id=customer)
    deal = office.create("opportunity", name="D", customer_id=customer, owner_id=south.user)
    north.sync()
    office.sync()
    assert south.sync().page.stubs[0].title == "A"
    assert ("opportunity", deal) in south.rows
    office.tx(
        ("assign", "customer", customer, {"owner_id": [north.user, south.user]}, 1), command="customer.assign"
    )
    assert office.sync().verdicts[0].kind == "applied"
    north.sync()
    south.sync()
    assert ("customer", customer) not in north.rows
    assert south.row("contact", contact)["owner_id"] == south.user
    assert server.check_audit()[0] == 0


def test_two_who_begin_at_once_share_one_office_and_one_wall() -> None:
    url = postgres.here("begun")
    postgres.emptied(url).close()
    offices: list[str] = []

    def begin() -> None:
        store = open_url(url)
        offices.append(store.office)
        store.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(offices) == 4
    assert len(set(offices)) == 1


def test_a_write_that_meets_another_is_done_again(server: Server) -> None:
    turns: list[int] = []
    met = threading.Barrier(2)

    def cross(first: str, second: str) -> None:
        def work(conn: Connection) -> None:
            turns.append(1)
            lock = select(META.c.value).with_for_update()
            conn.execute(lock.where(META.c.name == first))
            if len(turns) <= 2:
                met.wait(10)
            conn.execute(lock.where(META.c.name == second))

        server.store.write(work)

    threads = [
        threading.Thread(target=cross, args=names) for names in (("audit", "office"), ("office", "audit"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(turns) == 3


def test_ten_thousand_rows_are_seeded_and_updated(server: Server, join: Join) -> None:
    laptop = join("Li")
    home = {"owner_id": laptop.user}
    assert server.seed("customer", ({"name": f"c{place}", **home} for place in range(10_000))) == 10_000
    with server.store.read() as conn:
        assert len(conn.execute(select(Customer.id)).all()) == 10_000
    laptop.sync()
    assert sum(kind == "customer" for kind, _ in laptop.rows) == 10_000


def test_concurrent_commits_lose_and_leak_nothing() -> None:
    found = oracle_postgres.run(
        postgres.here("oracle"), writers=6, count=100, seconds=1.5, seed=1, threads=True
    )
    assert found.errors == []
    assert (found.missed, found.stale, found.leaked, found.deadlocks) == (0, 0, 0, 0)
    assert found.ops
    assert found.compared


def test_a_counter_without_its_lock_is_caught() -> None:
    url = postgres.here("oracle")
    assert any(
        oracle_postgres.run(
            url, writers=6, count=100, seconds=1.5, seed=seed, bug="counter", threads=True
        ).missed
        for seed in range(4)
    )
