"""A small set that runs on a real PostgreSQL wherever its programs are found; the whole suite runs there too
with SATCHEL_TEST_DATABASE_URL.
"""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection, select

from desktop.models.kinds import Amount, Day, Flag, Json, Kind, Link, Moment, Number, Tags, Whole
from desktop.models.record import RECORDS
from desktop.models.records import Customer
from sync.server.rows import TOGETHER, Row, shape
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


def samples(record_type: str, row: Row, place: int) -> Row:
    """The row with another value in each field, None in some; what a link leads to does not matter here."""
    changed = {**row, "version": 2}
    for name, described in RECORDS[record_type].fields().items():
        kind = described.kind
        known = [
            (Link, uuid4().hex),
            (Flag, place % 2 == 0),
            (Json, {"名": [place, None, "é"]}),
            (Tags, ["a", "b"]),
        ]
        known += [(Whole, place - 7), (Amount, place * 50), (Number, f"-{place}.25"), (Day, "2026-11-22")]
        known += [(Moment, 1_800_000_000_000 + place), (Kind, f"文 {place}, {{x}}, \\ ' \" NULL")]
        value = next(value for one, value in known if isinstance(kind, one))
        changed[name] = None if place % 5 == 4 and name != "custom" else value
    return changed


@pytest.mark.parametrize("count", [TOGETHER - 1, TOGETHER, TOGETHER * 3])
def test_many_changed_rows_are_written_as_they_are_one_by_one(server: Server, count: int) -> None:
    written = set()
    for record_type in RECORDS:
        form = shape(record_type, "postgresql")
        ids = [uuid4().hex for _ in range(count)]
        server.seed(record_type, [{"id": one} for one in ids])
        names = frozenset(form.fields)
        with server.store.read() as conn:
            before = form.read(conn, ids)
        wanted = [samples(record_type, before[one], place) for place, one in enumerate(ids)]

        def one_by_one(conn: Connection) -> dict[str, Row]:
            for row in wanted:  # noqa: B023
                form.update(conn, [(row, names)])  # noqa: B023
            return form.read(conn, ids)  # noqa: B023

        def together(conn: Connection) -> dict[str, Row]:
            form.update(conn, [({**before[one], "version": 3}, names) for one in ids])  # noqa: B023
            form.update(conn, [(row, names) for row in wanted])  # noqa: B023
            return form.read(conn, ids)  # noqa: B023

        found = server.store.write(one_by_one)
        assert found != before
        assert server.store.write(together) == found
        written |= {type(described.kind) for described in form.fields.values()}
    assert len(written) > 10


def test_concurrent_commits_lose_and_leak_nothing() -> None:
    found = oracle_postgres.run(
        postgres.here("oracle"), writers=6, count=100, seconds=1.5, seed=1, threads=True
    )
    assert found.errors == []
    assert (found.missed, found.stale, found.leaked, found.deadlocks) == (0, 0, 0, 0)
    assert found.ops
    assert found.compared


def test_who_takes_a_number_first_is_seen_first() -> None:
    found, waited = oracle_postgres.overtaken(postgres.here("oracle"))
    assert waited
    assert (found.missed, found.stale, found.leaked) == (0, 0, 0)
    assert found.compared == 3


def test_a_counter_without_its_lock_is_caught() -> None:
    found, waited = oracle_postgres.overtaken(postgres.here("oracle"), "counter")
    assert (found.missed, waited) == (1, False)
