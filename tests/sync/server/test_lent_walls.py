"""Both walls before what is lent, on PostgreSQL: each alone shows the loan and nothing beside it."""

from collections.abc import Iterator

import pytest

from sync.server import walls
from sync.server.server import Server
from tests.sync import postgres
from tests.sync.server.conftest import Clock, Join
from tests.sync.server.laptop import Laptop
from tests.sync.server.test_walls import first_wall_off, leaked, second_wall_off

assert first_wall_off
assert second_wall_off
pytestmark = pytest.mark.skipif(not postgres.available(), reason=postgres.ABSENT)


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    store = postgres.emptied(postgres.here("lent"))
    yield Server(store, clock=clock)
    store.close()


@pytest.fixture
def loan(join: Join) -> tuple[Laptop, Laptop, str, set[str]]:
    """Who was lent a customer, who was not, the stream that lends it, and what is in there."""
    south, north, other = join("Zhao", "South"), join("Li", "North"), join("Wu", "West")
    customer = south.create("customer", name="A", owner_id=south.user)
    contact = south.create("contact", name="B", customer_id=customer)
    south.create("customer", name="C", owner_id=south.user)
    share = south.create("share", "share.give", of="customer", of_id=customer, person_id=north.user)
    south.sync()
    north.sync()
    return north, other, f"share:{customer}", {customer, contact, share}


def holds(loan: tuple[Laptop, Laptop, str, set[str]]) -> None:
    north, other, stream, records = loan
    found = leaked(north, stream)
    assert {one for one in found if len(one) == 32} == records
    assert leaked(other, stream) == set()
    assert {key for kind, key in north.rows if kind in ("customer", "contact", "share")} == records


def test_a_loan_is_seen_by_whom_it_was_given(loan: tuple[Laptop, Laptop, str, set[str]]) -> None:
    holds(loan)


@pytest.mark.usefixtures("first_wall_off")
def test_the_database_alone_shows_the_loan_and_no_more(loan: tuple[Laptop, Laptop, str, set[str]]) -> None:
    holds(loan)


@pytest.mark.usefixtures("second_wall_off")
def test_the_predicate_alone_shows_the_loan_and_no_more(loan: tuple[Laptop, Laptop, str, set[str]]) -> None:
    holds(loan)


def test_a_reader_of_a_loan_sees_its_rows_alone(
    server: Server, loan: tuple[Laptop, Laptop, str, set[str]]
) -> None:
    _, _, stream, records = loan
    for streams, seen in ((frozenset({stream}), 1), (frozenset({"share:" + "0" * 32}), 0), (frozenset(), 0)):
        with server.store.read() as conn:
            walls.stand_behind(conn, streams)
            for table in ("customer", "contact", "share"):
                found = conn.exec_driver_sql(f"SELECT id FROM {table}").scalars().all()  # noqa: S608
                assert len(found) == seen
                assert {one.hex for one in found} <= records
