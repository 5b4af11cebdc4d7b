"""Two walls before what a person may not see, on PostgreSQL: each holds alone, and without both it leaks."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, true
from sqlalchemy.exc import ProgrammingError

from desktop.errors import Refused as Told
from desktop.models.record import RECORDS
from sync.protocol import messages
from sync.protocol.messages import Cursor
from sync.server import walls
from sync.server.scope import Scope
from sync.server.server import Server
from sync.server.store import open_url
from sync.server.tables import OFFICE
from tests.sync import postgres
from tests.sync.server.conftest import Clock, Join
from tests.sync.server.laptop import Laptop, Refused

pytestmark = pytest.mark.skipif(not postgres.available(), reason=postgres.ABSENT)


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    store = postgres.emptied(postgres.here("walls"))
    yield Server(store, clock=clock)
    store.close()


@pytest.fixture
def first_wall_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scope, "predicate", lambda _self, _table: true())
    monkeypatch.setattr(Scope, "may_read", lambda _self, _stream: True)


@pytest.fixture
def second_wall_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "stand_behind", lambda _conn, *_whom: None)


def leaked(laptop: Laptop, stream: str) -> set[str]:
    """The ids of a stream's records that a laptop gets by whatever it can ask."""
    found: set[str] = set()
    cursors = [Cursor(stream, 0, 1, ""), Cursor("org", 0, 1, "")]
    pulled = laptop.call(
        "POST",
        messages.PULL,
        messages.PullRequest(protocol=1, schema=1, cursors=cursors),
        messages.PullResponse,
    )
    for part in pulled.page.parts:
        if part.stream == stream:
            found |= {row[0] for table in part.tables.values() for row in table.rows}
    found |= {head.stream for head in pulled.heads if head.stream == stream}
    try:
        copied = laptop.call("GET", f"{messages.SNAPSHOT}{stream}", None, messages.Snapshot)
        found |= {row[0] for table in copied.tables.values() for row in table.rows}
        wish = messages.DigestRequest(stream=stream)
        told = laptop.call("POST", messages.DIGEST, wish, messages.DigestResponse)
        found |= {f"digest of {row.type}" for row in told.rows}
    except Refused as refused:
        if refused.status != 404:
            raise
    return found


@pytest.fixture
def asked(join: Join) -> tuple[Laptop, str, set[str]]:
    """A laptop of the North, a stream of the South, and what lies there."""
    north, south = join("Li", "North"), join("Zhao", "South")
    customer = south.create("customer", name="A", owner_id=south.user)
    contact = south.create("contact", name="B", customer_id=customer)
    south.sync()
    mine = north.create("customer", name="C", owner_id=north.user)
    north.sync()
    assert north.row("customer", mine)["name"] == "C"
    return north, f"user:{south.user}", {customer, contact}


def test_nothing_leaks_through_both(asked: tuple[Laptop, str, set[str]]) -> None:
    laptop, stream, _ = asked
    assert leaked(laptop, stream) == set()


@pytest.mark.usefixtures("first_wall_off")
def test_the_second_wall_holds_alone(asked: tuple[Laptop, str, set[str]]) -> None:
    laptop, stream, _ = asked
    assert leaked(laptop, stream) == set()
    assert leaked(laptop, f"user:{laptop.user}")


@pytest.mark.usefixtures("second_wall_off")
def test_the_first_wall_holds_alone(asked: tuple[Laptop, str, set[str]]) -> None:
    laptop, stream, _ = asked
    assert leaked(laptop, stream) == set()
    assert leaked(laptop, f"user:{laptop.user}")


@pytest.mark.usefixtures("first_wall_off", "second_wall_off")
def test_without_both_it_leaks_and_this_test_sees_it(asked: tuple[Laptop, str, set[str]]) -> None:
    laptop, stream, records = asked
    assert leaked(laptop, stream) >= records | {stream}


def test_every_record_table_and_every_table_of_streams_has_its_policy(server: Server) -> None:
    tables = {*RECORDS, *(table.name for table in OFFICE.sorted_tables if "stream" in table.c)}
    assert set(walls.policies()) == tables
    with server.store.read() as conn:
        walls.stand_behind(conn, frozenset())
        for name in sorted(tables):
            assert conn.exec_driver_sql(f'SELECT * FROM "{name}"').all() == []  # noqa: S608 - own names


def test_a_reader_sees_all_where_the_person_may(server: Server, join: Join) -> None:
    laptop = join("Li")
    laptop.create("customer", name="A", owner_id=laptop.user)
    laptop.sync()
    count = "SELECT count(*) FROM customer"
    for streams, seen in ((None, 1), (frozenset({f"user:{laptop.user}"}), 1), (frozenset({"org"}), 0)):
        with server.store.read() as conn:
            walls.stand_behind(conn, streams)
            assert conn.exec_driver_sql(count).scalar_one() == seen


def test_an_inbox_is_seen_by_its_person_alone_whatever_the_role(server: Server, join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", phone="1")
    first.sync()
    second.sync()
    for laptop, phone in ((first, "2"), (second, "3")):
        laptop.set("customer", customer, phone=phone)
        laptop.sync()
    rows = "SELECT count(*) FROM decision"
    streams = "SELECT count(*) FROM office_stream_head WHERE stream LIKE 'inbox:%%'"
    for held in (None, frozenset({"org"})):
        for person, seen in ((second.user, 1), (first.user, 0), ("", 0)):
            with server.store.read() as conn:
                walls.stand_behind(conn, held, person)
                assert [conn.exec_driver_sql(one).scalar_one() for one in (rows, streams)] == [seen, seen]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM office_enrol_code",
        "SELECT public_key FROM office_device",
        "SELECT fields FROM office_version",
        "UPDATE customer SET name = 'x'",
        "DELETE FROM office_feed",
    ],
)
def test_a_reader_reaches_neither_secrets_nor_a_change(server: Server, statement: str) -> None:
    with server.store.read() as conn:
        walls.stand_behind(conn, None)
        with pytest.raises(ProgrammingError, match="permission denied"):
            conn.exec_driver_sql(statement)


def test_the_wall_ends_with_the_transaction_and_its_door_shuts_again(server: Server) -> None:
    user = "SELECT current_user"
    with server.store.read() as conn:
        before = conn.exec_driver_sql(user).scalar_one()
        walls.stand_behind(conn, None)
        assert conn.exec_driver_sql(user).scalar_one() == walls.READER
        with walls.lifted(conn):
            assert conn.exec_driver_sql(user).scalar_one() == before
        assert conn.exec_driver_sql(user).scalar_one() == walls.READER
    with server.store.read() as conn:
        assert conn.exec_driver_sql(user).scalar_one() == before


def test_a_wall_that_was_torn_down_stands_again_after_a_start(server: Server) -> None:
    server.store.write(lambda conn: conn.exec_driver_sql("ALTER TABLE customer DISABLE ROW LEVEL SECURITY"))
    open_url(postgres.here("walls")).close()
    with server.store.read() as conn:
        query = "SELECT relrowsecurity FROM pg_class WHERE relname = 'customer'"
        assert conn.exec_driver_sql(query).scalar_one() is True


def test_a_database_user_who_may_not_build_it_is_told_what_to_run() -> None:
    url = make_url(postgres.here("poor"))
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.exec_driver_sql("DROP ROLE IF EXISTS satchel_poor")
        conn.exec_driver_sql("CREATE ROLE satchel_poor LOGIN")
        conn.exec_driver_sql("GRANT ALL ON SCHEMA public TO satchel_poor")
        try:
            with pytest.raises(Told, match=r"GRANT satchel_reader TO satchel_poor;"):
                open_url(url.set(username="satchel_poor", password=None).render_as_string(False))
        finally:
            conn.exec_driver_sql("DROP OWNED BY satchel_poor")
            conn.exec_driver_sql("DROP ROLE satchel_poor")
    admin.dispose()
