"""Who was away for longer than the office remembers removals ends with the same records as everybody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, update

from desktop.models.columns import moment_text
from desktop.models.records import Customer
from desktop.models.store import Store
from sync.client.driver import enrol, sync_once
from sync.protocol.messages import DIGEST
from sync.server import tombstones
from sync.server.batch import OFFICE, Batch
from sync.server.rows import id_out
from sync.server.server import Server
from sync.server.tables import VERSIONS
from tests.stores import NOON, opened
from tests.sync import postgres
from tests.sync.test_repair import Line

DAY = 24 * 60 * 60 * 1000


class Clock:
    def __init__(self) -> None:
        self.now = int(NOON.timestamp() * 1000)

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"), clock=clock)
    office.add_user("Ann", "South", "rep")
    yield office
    office.store.close()


Pair = tuple[Store, Store]


@pytest.fixture
def pair(tmp_path: Path, server: Server) -> Iterator[Pair]:
    """Two laptops of Ann with the same ten customers, compared."""
    with ExitStack() as stack:
        stores = [stack.enter_context(opened(tmp_path / name)) for name in ("one", "two")]
        for store in stores:
            enrol(store, Line(server), server.new_code("Ann"))
        with stores[0].work(stores[0].me(), "customer.new") as work:
            for n in range(10):
                work.add(Customer(name=f"客户{n}"))
        for store in (*stores, *stores):
            sync_once(store, Line(server))
        yield stores[0], stores[1]


def names(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM customer WHERE deleted_at IS NULL ORDER BY name")
        return [row[0] for row in rows]


def at_the_office(server: Server) -> list[str]:
    with server.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT name FROM customer WHERE deleted_at IS NULL ORDER BY name")
        return [row[0] for row in rows]


def remove(server: Server, count: int) -> None:
    """Somebody deletes some customers."""

    def work(conn: Connection) -> None:
        batch = Batch(conn, OFFICE, OFFICE, server.clock())
        found = conn.exec_driver_sql("SELECT id FROM customer WHERE deleted_at IS NULL ORDER BY name")
        ids = [id_out(conn.dialect.name)(row[0]) for row in found][:count]
        batch.load([("customer", record) for record in ids])
        for record in ids:
            held = batch.get("customer", record)
            assert held is not None
            batch.change(held, "deleted_at", moment_text(NOON))
        batch.flush()

    server.store.write(work)


def gone(server: Server) -> list[str]:
    """The removals that the office remembers."""
    with server.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT record FROM office_feed WHERE flag <> 'put'")
        return [id_out(conn.dialect.name)(row[0]) for row in rows]


def test_removals_are_remembered_for_400_days(server: Server, clock: Clock, pair: Pair) -> None:
    _, two = pair
    remove(server, 4)
    clock.now += 399 * DAY
    assert server.forget_removals() == 0
    line = Line(server)
    sync_once(two, line)
    assert names(two) == at_the_office(server)
    assert DIGEST not in line.paths()


def test_after_that_a_laptop_that_was_away_compares_and_ends_the_same(
    server: Server, clock: Clock, pair: Pair
) -> None:
    one, two = pair
    remove(server, 4)
    sync_once(one, Line(server))
    clock.now += 401 * DAY
    assert server.forget_removals() == 4
    assert (gone(server), server.forget_removals()) == ([], 0)
    late = Line(server)
    with one.work(one.me(), "customer.new") as work:
        work.add(Customer(name="news"))
    sync_once(one, Line(server))
    report = sync_once(two, late)
    assert DIGEST in late.paths()
    assert report.repaired == 4
    assert names(two) == names(one) == at_the_office(server)
    assert len(names(two)) == 7
    current = Line(server)
    sync_once(one, current)
    assert DIGEST not in current.paths()


@pytest.mark.usefixtures("pair")
def test_what_was_changed_since_is_remembered_longer(server: Server, clock: Clock) -> None:
    remove(server, 2)
    clock.now += 300 * DAY
    touched = update(VERSIONS).where(VERSIONS.c.record == UUID(hex=gone(server)[0]))
    server.store.write(lambda conn: conn.execute(touched.values(at=clock.now)))
    clock.now += 101 * DAY
    assert server.forget_removals() == 1


@pytest.mark.usefixtures("pair")
def test_it_happens_in_small_transactions_and_stops_when_told(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tombstones, "MOST", 2)
    remove(server, 5)
    clock.now += 401 * DAY
    assert server.forget_removals(lambda: True) == 0
    done: list[int] = []
    write = server.store.write

    def counted(work: Any) -> Any:
        done.append(write(work))
        return done[-1]

    monkeypatch.setattr(server.store, "write", counted)
    server.keep_house(lambda: False)
    assert [some for some in done if some] == [2, 2, 1]
    assert gone(server) == []


def test_the_office_says_which_deletions_take_back_what_was_made(server: Server, pair: Pair) -> None:
    one, two = pair
    remove(server, 1)
    with one.reading() as session:
        mine = session.query(Customer).order_by(Customer.name.desc()).limit(2).all()
    with one.work(one.me(), "customer.new") as work:
        for customer in mine:
            work.delete(work.get(Customer, customer.id))
    sync_once(one, Line(server))
    with server.store.read() as conn:
        flags = conn.exec_driver_sql("SELECT flag, count(*) FROM office_feed GROUP BY flag").all()
    assert {row[0]: row[1] for row in flags if row[0] != "put"} == {"tombstone": 1, "undone": 2}
    sync_once(two, Line(server))
    assert names(two) == at_the_office(server)
