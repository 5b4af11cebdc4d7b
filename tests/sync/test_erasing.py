"""What a laptop may no longer hold is in no table of its file, and in no block of its search index."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from desktop.models import erasing
from desktop.models.partly import MIXED
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.client.driver import enrol, sync_once
from sync.engine import round as rounds
from sync.protocol.messages import Part, Table
from sync.server.batch import OFFICE, Batch
from sync.server.rows import id_out
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres, raw_pages
from tests.sync.test_repair import Line

CANARY = "zqxjvwkcanary"
MANY = 300
EACH = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    office.add_user("Ann", "South", "rep")
    office.add_user("Bob", "North", "rep")
    yield office
    office.store.close()


@pytest.fixture
def laptop(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Ann's, with customers of hers; every sixtieth is called like the canary."""
    monkeypatch.setattr(rounds, "INDEXED", 20)  # many small pieces of index, as after months
    with opened(tmp_path / "ann") as store:
        enrol(store, Line(server), server.new_code("Ann"))
        rows = [
            {
                "name": f"{CANARY} {n}" if n % EACH == 0 else f"customer {n}",
                "owner_id": store.me().id.hex,
                "team_id": team(server, "South"),
            }
            for n in range(MANY)
        ]
        server.seed("customer", rows)
        sync_once(store, Line(server))
        sync_once(store, Line(server))
        yield store


def team(server: Server, name: str) -> str:
    with server.store.read() as conn:
        return one_id(conn, "team", name)


def one_id(conn: Connection, table: str, name: str) -> str:
    asked = text(f'SELECT id FROM "{table}" WHERE name = :name')  # noqa: S608
    return str(id_out(conn.dialect.name)(conn.execute(asked, {"name": name}).scalar_one()))


def give_away(server: Server, count: int) -> None:
    """Bob takes over some of the canaries."""

    def work(conn: Connection) -> None:
        batch = Batch(conn, OFFICE, OFFICE, server.clock())
        found = conn.execute(
            text("SELECT id FROM customer WHERE name LIKE :like ORDER BY id LIMIT :count"),
            {"like": f"{CANARY}%", "count": count},
        )
        ids = [id_out(conn.dialect.name)(row[0]) for row in found]
        bob, north = one_id(conn, "user", "Bob"), one_id(conn, "team", "North")
        batch.load([("customer", record) for record in ids])
        for record in ids:
            held = batch.get("customer", record)
            assert held is not None
            batch.change(held, "owner_id", bob)
            batch.change(held, "team_id", north)
        batch.flush()

    server.store.write(work)


def holding(store: Store) -> list[str]:
    """The tables in which the end of the canary stands; index blocks cut the beginnings of their words."""
    found = []
    with store.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        names = [row[0] for row in driver.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for name in names:
            rows = driver.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608
            if any(_has(value) for row in rows for value in row):
                found.append(name)
    return found


def _has(value: Any) -> bool:
    end = CANARY[-6:]
    if isinstance(value, bytes):
        return end.encode() in value
    return isinstance(value, str) and end in value


def on_pages(folder: Path) -> list[str]:
    """The pages of Ann's file and the frames of its log on which the end of the canary stands."""
    found = raw_pages.holding(folder / "ann" / "satchel.db", raw_pages.texts(CANARY[-6:]))
    return found.get(CANARY[-6:], [])


def test_what_moved_away_is_nowhere_in_the_file(server: Server, laptop: Store, tmp_path: Path) -> None:
    assert {"customer", "search_entry", "search_word_data"} <= set(holding(laptop))
    assert on_pages(tmp_path)
    give_away(server, MANY)
    report = sync_once(laptop, Line(server))
    assert report.removed == MANY / EACH
    assert holding(laptop) == []
    assert on_pages(tmp_path) == []


@pytest.mark.parametrize("forgets", ["to overwrite", "the log"])
def test_what_no_table_shows_is_seen_on_the_pages(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgets: str
) -> None:
    """A program that does half of it leaves rows that nothing leads to: the pages tell, the tables do not."""
    if forgets == "the log":
        monkeypatch.setattr(erasing, "write_back", lambda _: True)
    else:

        def lazy(raw: Any, *_: object) -> None:
            raw.execute("PRAGMA secure_delete = OFF")

        event.listen(laptop.engine, "checkout", lazy)
    give_away(server, MANY)
    sync_once(laptop, Line(server))
    assert holding(laptop) == []
    assert on_pages(tmp_path)


def test_where_somebody_reads_on_the_log_is_emptied_by_the_next_sync(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    with laptop.reading() as session:
        assert session.query(Customer).count() == MANY  # as of this moment, until the session ends
        give_away(server, MANY)
        sync_once(laptop, Line(server))
        assert on_pages(tmp_path)
        with laptop.engine.connect() as connection:
            assert erasing.pending(connection)
    sync_once(laptop, Line(server))
    assert on_pages(tmp_path) == []
    with laptop.engine.connect() as connection:
        assert not erasing.pending(connection)


def test_without_tidying_the_blocks_would_keep_it(
    server: Server, laptop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_away(server, MANY)
    monkeypatch.setattr(erasing, "pending", lambda _: False)
    monkeypatch.setattr(erasing, "note", lambda _: None)
    sync_once(laptop, Line(server))
    assert holding(laptop) == ["search_word_data"]


def test_a_second_removal_leaves_the_tidied_index_too(server: Server, laptop: Store) -> None:
    give_away(server, MANY // EACH - 1)
    sync_once(laptop, Line(server))
    assert "customer" in holding(laptop)
    give_away(server, MANY)
    sync_once(laptop, Line(server))
    assert holding(laptop) == []


def test_a_lost_stream_leaves_nothing_either(laptop: Store) -> None:
    Remote(laptop).apply(schema=1, streams=["org"])
    with laptop.reading() as session:
        assert session.query(Customer).count() == 0
    erasing.tidy(Remote(laptop))
    assert holding(laptop) == []
    with laptop.engine.connect() as connection:
        assert not erasing.pending(connection)


def test_a_power_cut_within_the_tidying_begins_it_again(laptop: Store) -> None:
    class Cut(Exception):
        pass

    def cut(name: str) -> None:
        if name == "tidying":
            raise Cut

    remote = Remote(laptop)
    remote.apply(schema=1, streams=["org"])
    remote.point = cut
    with pytest.raises(Cut):
        erasing.tidy(remote)
    with laptop.engine.connect() as connection:
        assert erasing.pending(connection)
    erasing.tidy(Remote(laptop))
    assert holding(laptop) == []


def test_a_copy_under_two_masks_comes_again_as_a_whole(laptop: Store) -> None:
    remote, row = Remote(laptop), ["0" * 30 + "aa", 1, "n", "13800000000"]
    columns = ["id", "version", "name", "phone"]
    first = {"customer": Table(columns=columns, rows=[row])}
    second = {"customer": Table(columns=columns[:3], rows=[["0" * 30 + "bb", 1, "m"]])}
    remote.apply_snapshot(schema=1, stream="team:x", at=5, after="k", mask="", tables=first)
    remote.apply_snapshot(schema=1, stream="team:x", at=5, after="l", mask="m1", tables=second)
    remote.apply_snapshot(schema=1, stream="team:x", at=5, after=None, mask="m1", tables={})
    assert ("team:x", 5, 1, MIXED) in remote.known(0, 0).cursors
    again = {"customer": Table(columns=columns[:3], rows=[row[:3]])}
    part = Part(stream="team:x", start=5, upto=5, more=False, mask="m1", tables=again)
    remote.apply(schema=1, parts=[part])
    with laptop.engine.connect() as connection:
        phones = connection.exec_driver_sql("SELECT phone FROM customer WHERE name = 'n'").scalars().all()
        logged = connection.exec_driver_sql("SELECT count(*) FROM change WHERE origin = 1").scalar_one()
    assert (phones, logged) == ([None], 0)
    assert ("team:x", 5, 1, "m1") in remote.known(0, 0).cursors
