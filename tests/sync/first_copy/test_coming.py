"""A first copy by one encrypted file is the same as by pages; what changes meanwhile comes after it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.models import search, turns
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands
from sync.client.driver import Request, enrol, sync_once
from sync.client.transport import HttpTransport
from sync.engine.actions import Answer
from sync.protocol.messages import SNAPSHOT, SNAPSHOT_FILE
from sync.server import accounts, snapshots
from sync.server.app import Running
from sync.server.server import Server
from tests.stores import opened
from tests.sync.first_copy.line import ROWS, Line, is_as_by_pages, is_clean, limits
from tests.sync.simulator.world import Direct


def test_everything_comes_in_one_file_over_a_socket(server: Server, laptop: Store, tmp_path: Path) -> None:
    running = Running(server).start()
    transport = HttpTransport(running.url)
    try:
        report = sync_once(laptop, transport, limits=limits())
        again = sync_once(laptop, transport)
    finally:
        transport.close()
        running.stop()
    assert is_as_by_pages(server, laptop, tmp_path)
    assert report.pulled >= ROWS + 20
    assert (again.pulled, again.repaired) == (0, 0)  # it compared every stream with the office
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def test_no_page_is_asked_for_when_the_file_comes(server: Server, laptop: Store) -> None:
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert line.count(f"GET {SNAPSHOT}") == 0
    assert line.count(f"DELETE {SNAPSHOT_FILE}/") == 1


def test_a_file_finds_rows_of_the_office_that_are_here_already(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    with laptop.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sync_cursor")
    with laptop.reading() as session:
        one = session.query(Customer).filter(Customer.name == "苏州第7机械有限公司").one()
    commands.run(laptop, laptop.me(), "customer.edit", one.id, values={"name": "昆明滇池泵业"})
    sync_once(laptop, line, limits=limits())
    assert (line.count(f"GET {SNAPSHOT_FILE}/"), line.count(f"GET {SNAPSHOT}")) == (2, 0)
    assert is_as_by_pages(server, laptop, tmp_path)
    with laptop.reader.connect() as connection:
        driver: Any = connection.connection.driver_connection
        assert [hit.id for hit in search.find(driver, "昆明滇池")] == [one.id.bytes]


@pytest.mark.parametrize("bites", [{"active": 0.0, "idle": 0.0}, {"active": 1.0, "idle": 1.0}])
def test_the_index_that_came_is_in_its_place_and_the_database_whole(
    server: Server, laptop: Store, monkeypatch: pytest.MonkeyPatch, bites: dict[str, float]
) -> None:
    with laptop.reader.connect() as connection:
        before = set(connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_schema").all())
    monkeypatch.setattr(turns, "BITES", bites)
    sync_once(laptop, Line(server), limits=limits())
    with laptop.reader.connect() as connection:
        after = set(connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_schema").all())
        assert connection.exec_driver_sql("PRAGMA integrity_check").all() == [("ok",)]
    assert after == before


def test_a_file_made_ahead_is_there_when_somebody_joins(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = server.new_code("Ann")
    server.prepare()
    server.snapshots.wait()
    lying = [path.suffix for path in server.snapshots.folder.iterdir()]
    assert lying == [".ahead"]
    server.prepare()  # the same code is not looked at twice
    server.snapshots.wait()
    assert len(list(server.snapshots.folder.iterdir())) == 1
    server.seed("product", [{"sku": "LATE", "name": "晚到的泵"}])
    monkeypatch.setattr(snapshots, "build", lambda *_: pytest.fail("made twice"))
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(server), code)
        line = Line(server)
        sync_once(store, line, limits=limits())
        assert (line.count(f"GET {SNAPSHOT_FILE}/"), line.count(f"GET {SNAPSHOT}")) == (1, 0)
        monkeypatch.undo()
        assert is_as_by_pages(server, store, tmp_path)
    assert not list(server.snapshots.folder.iterdir())


def test_a_file_made_ahead_for_another_role_is_not_used(server: Server, tmp_path: Path) -> None:
    code = server.new_code("Ann")
    server.prepare()
    server.snapshots.wait()
    with server.store.read() as conn:
        ann = accounts.find_user(conn, "Ann")
    server.snapshots._ahead[ann] = replace(server.snapshots._ahead[ann], mask="")  # noqa: SLF001
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(server), code)
        sync_once(store, Direct(server), limits=limits())
        assert is_as_by_pages(server, store, tmp_path)
    assert not list(server.snapshots.folder.iterdir())


def test_few_rows_come_by_pages(server: Server, laptop: Store) -> None:
    line = Line(server)
    server.snapshots.least = ROWS * 10
    sync_once(laptop, line, limits=limits())
    assert line.count(f"POST {SNAPSHOT_FILE}") == 1
    assert line.count(f"GET {SNAPSHOT}") > 0
    again = Line(server)
    sync_once(laptop, again, limits=limits())
    assert again.count(f"POST {SNAPSHOT_FILE}") == 0


def test_what_changes_after_the_file_was_made_comes_by_the_feed(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    with opened(tmp_path / "boss") as boss:
        enrol(boss, Direct(server), server.new_code("Boss"))
        sync_once(boss, Direct(server))
        with boss.reading() as session:
            some = [one.id for one in session.query(Customer).limit(2)]

        def meanwhile(request: Request, answer: Answer) -> Answer:
            if request.target.startswith(f"{SNAPSHOT_FILE}/") and request.method == "GET":
                line.change = lambda _, same: same
                commands.run(boss, boss.me(), "customer.edit", some[0], values={"name": "改名"})
                commands.run(boss, boss.me(), "customer.delete", some[1])
                sync_once(boss, Direct(server))
            return answer

        line = Line(server)
        line.change = meanwhile
        sync_once(laptop, line, limits=limits())
        assert line.count(f"GET {SNAPSHOT}") == 0
        sync_once(laptop, line)
    with laptop.reading() as session:
        names = {one.id: one.name for one in session.query(Customer).filter(Customer.deleted_at.is_(None))}
    assert names[some[0]] == "改名"
    assert some[1] not in names


def test_ones_own_work_stays_on_top(server: Server, laptop: Store, tmp_path: Path) -> None:
    me = laptop.me()
    mine = commands.run(laptop, me, "customer.new", values={"name": "我的客户"}).value
    remote = Remote(laptop)

    def work(name: str) -> None:
        if name == "adopting":
            remote.point = lambda _: None
            commands.run(laptop, me, "customer.edit", mine.id, values={"name": "我的新名字"})
            commands.run(laptop, me, "customer.new", values={"name": "刚认识的客户"})

    remote.point = work
    line = Line(server)
    sync_once(laptop, line, limits=limits(), remote=remote)
    assert line.count(f"GET {SNAPSHOT}") == 0
    with laptop.reading() as session:
        names = [one.name for one in session.query(Customer)]
    assert names.count("我的新名字") == names.count("刚认识的客户") == 1
    assert len(names) == ROWS + 2
    with laptop.reader.connect() as connection:
        driver: Any = connection.connection.driver_connection
        assert [hit.title for hit in search.find(driver, "我的新名字")] == ["我的新名字"]
        assert not [hit for hit in search.find(driver, "我的客户") if hit.title == "我的客户"]
        assert [hit.title for hit in search.find(driver, "刚认识")] == ["刚认识的客户"]
    assert is_as_by_pages(server, laptop, tmp_path)


def test_the_index_goes_on_living(server: Server, laptop: Store) -> None:
    sync_once(laptop, Direct(server), limits=limits())
    with laptop.reading() as session:
        one = session.query(Customer).filter(Customer.name == "苏州第7机械有限公司").one()
    commands.run(laptop, laptop.me(), "customer.edit", one.id, values={"name": "杭州钱江阀门厂"})
    laptop.tidy()
    with laptop.reader.connect() as connection:
        driver: Any = connection.connection.driver_connection
        assert [hit.title for hit in search.find(driver, "钱江阀门")] == ["杭州钱江阀门厂"]
        assert not [hit for hit in search.find(driver, "第7机械") if hit.id == one.id.bytes]
        assert len(search.find(driver, "苏州", limit=1000)) == ROWS - 1
