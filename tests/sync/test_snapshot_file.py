"""A first copy by one encrypted file: the same as by pages, or nothing; on trouble the pages bring it."""

import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from desktop.errors import Offline
from desktop.models import migrations, search, turns
from desktop.models.engines import Keyring
from desktop.models.overlay import moment
from desktop.models.record import RECORDS
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands, records
from sync.client import snapshot as files
from sync.client.driver import Request, Session, drive, enrol, sync_once
from sync.client.transport import HttpTransport
from sync.engine import round as engine
from sync.engine.actions import Action, Answer, Event, Failure, Send
from sync.engine.round import Limits
from sync.protocol import codec
from sync.protocol.messages import SNAPSHOT, SNAPSHOT_FILE, FileRequest, Problem
from sync.protocol.versions import SCHEMA
from sync.server import accounts, people, snapshots
from sync.server.app import Running
from sync.server.batch import OFFICE, Batch
from sync.server.scope import Scope, scope_of
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres, raw_pages
from tests.sync.simulator.world import Direct

ROWS = 300
SECRET = "88123.45"
assert records.__name__  # the commands of records are registered


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    office.snapshots = snapshots.Snapshots(office.store, folder=tmp_path / "made")
    office.snapshots.least, office.snapshots.patience = 10, 30.0
    ann = office.add_user("Ann", "South", "rep")
    office.add_user("Boss", "South", "admin")
    home = {"owner_id": ann, "grade": "a"}
    office.seed("customer", [{"name": f"苏州第{n}机械有限公司", **home} for n in range(ROWS)])
    office.seed("product", [{"sku": f"P{n}", "name": f"泵 {n}", "cost": SECRET} for n in range(20)])
    yield office
    office.snapshots.wait()
    office.store.close()


@pytest.fixture
def laptop(tmp_path: Path, server: Server) -> Iterator[Store]:
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(server), server.new_code("Ann"))
        yield store


class Line(Direct):
    """A line to the office on which answers can be changed; it keeps what was asked."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.asked: list[str] = []
        self.change: Callable[[Request, Answer], Answer | Failure] = lambda _, answer: answer

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        self.asked.append(f"{request.method} {request.target}")
        answer = super().send(request, cancelled)
        return self.change(request, answer) if isinstance(answer, Answer) else answer

    def count(self, beginning: str) -> int:
        return sum(one.startswith(beginning) for one in self.asked)


def limits(rows: float = 10) -> Limits:
    found = Limits()
    found.file = rows
    return found


def held(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every record, stub and cursor, and what the index answers."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with store.reader.connect() as connection:
        for name in (*RECORDS, "sync_stub", "sync_cursor", "search_due", "sync_base", "sync_await"):
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY 1').all()  # noqa: S608
            found[name] = sorted(map(tuple, rows), key=repr)
        driver: Any = connection.connection.driver_connection
        for asked in ("苏州", "第7机械", "suzhou", "泵", "P1"):
            hits = search.find(driver, asked, limit=1000)
            found[f"? {asked}"] = sorted((hit.type, hit.id, hit.title) for hit in hits)
    return found


def is_as_by_pages(server: Server, store: Store, folder: Path) -> bool:
    """Whether a second laptop of the same person, which got the pages, holds the same."""
    with opened(folder / "pages") as other:
        enrol(other, Direct(server), server.new_code("Ann"))
        sync_once(other, Direct(server), limits=limits(math.inf))
        sync_once(store, Direct(server))
        return held(store) == held(other)


def is_clean(store: Store, folder: Path) -> bool:
    """Nothing of the file is left on the laptop."""
    return not (folder / files.FILE).exists() and store.local(files.KEY) is None


def just(send: Send) -> Generator[Action, Event, Event]:
    """One request and its answer."""
    return (yield send)


# ---------------------------------------------------------------- the way it goes


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


# ---------------------------------------------------------------- who may see what


def test_hidden_columns_are_not_in_the_file(server: Server, tmp_path: Path) -> None:
    shown, costs = {}, {}
    for name in ("Ann", "Boss"):
        path, key, plain = tmp_path / f"{name}.db", os.urandom(32), tmp_path / f"{name}.plain"
        with server.store.read() as conn:
            scope = scope_of(conn, accounts.find_user(conn, name), server.clock())
            assert scope is not None
            snapshots.build(conn, scope, path, key)
        assert b"SQLite format" not in path.read_bytes()[:100]
        raw = Keyring(path, key).connect(may_attach=True)
        costs[name] = raw.execute("SELECT DISTINCT cost FROM product").fetchall()
        raw.execute("ATTACH ? AS plain KEY ''", (str(plain),))
        raw.execute("SELECT sqlcipher_export('plain')")
        raw.close()
        shown[name] = plain.read_bytes()
    assert costs["Ann"] == [(None,)]
    stored = costs["Boss"][0][0].to_bytes(6, "big").lstrip(bytes(1))
    assert stored in shown["Boss"]
    assert stored not in shown["Ann"]


def test_another_laptop_gets_nothing_under_the_same_key(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    line = Line(server)
    taken: list[int] = []
    with opened(tmp_path / "other") as other:
        enrol(other, Direct(server), server.new_code("Boss"))

        def steal(request: Request, answer: Answer) -> Answer:
            if request.method == "GET" and request.target.startswith(f"{SNAPSHOT_FILE}/"):
                asked = Session(just(Send("GET", request.target)), Remote(other))
                found = drive(asked, Direct(server))
                assert isinstance(found, Answer)
                taken.append(found.status)
            return answer

        line.change = steal
        sync_once(laptop, line, limits=limits())
    assert taken == [410]


def test_a_role_that_changes_meanwhile_ends_the_file(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(server)

    def demote(request: Request, answer: Answer) -> Answer:
        if request.method == "POST" and request.target == SNAPSHOT_FILE:
            monkeypatch.setattr(snapshots, "heads", lambda _conn, _scope: {"org": 1})
        return answer

    line.change = demote
    report = sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert report.pulled >= ROWS
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


# ---------------------------------------------------------------- trouble


def altered(body: bytes) -> bytes:
    """One bit of every block but the first."""
    return body[:4096] + b"".join(
        bytes([body[at] ^ 1]) + body[at + 1 : at + 4096] for at in range(4096, len(body), 4096)
    )


@pytest.mark.parametrize(
    "spoil",
    [
        altered,
        lambda body: body[:-4096],
        lambda body: body[::-1],
        lambda body: bytes(len(body)),
        lambda _: b"",
    ],
    ids=["altered", "truncated", "another file", "empty pages", "nothing"],
)
def test_a_spoilt_file_is_not_trusted_and_the_pages_come(
    server: Server, laptop: Store, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    line = Line(server)
    adopted: list[dict[str, Any]] = []

    def change(request: Request, answer: Answer) -> Answer:
        if request.method == "GET" and request.target.startswith(f"{SNAPSHOT_FILE}/"):
            body = spoil(answer.body) if request.target.endswith("start=0") else b""
            return Answer(answer.status, body, answer.encoding)
        if request.method == "DELETE":
            adopted.append(held(laptop))
        return answer

    line.change = change
    sync_once(laptop, line, limits=limits())
    assert adopted[0]["sync_cursor"] == adopted[0]["? 苏州"] == []
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def test_a_file_under_another_key_changes_nothing(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = snapshots.build

    def under_another(conn: Any, scope: Scope, path: Path, key: bytes) -> list[str]:
        return made(conn, scope, path, bytes([key[0] ^ 1, *key[1:]]))

    line = Line(server)
    monkeypatch.setattr(snapshots, "build", under_another)
    sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)


def test_a_cut_line_goes_on_where_it_was(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "RANGE", 100_000)
    line = Line(server)
    came = []

    def cut(request: Request, answer: Answer) -> Answer | Failure:
        if request.method == "GET" and request.target.startswith(f"{SNAPSHOT_FILE}/"):
            came.append(request.target)
            if len(came) == 3:
                return Failure("unreachable")
        return answer

    line.change = cut
    with pytest.raises(Offline):
        sync_once(laptop, line, limits=limits())
    assert (tmp_path / "ann" / files.FILE).stat().st_size == 200_000
    assert held(laptop)["customer"] == []
    sync_once(laptop, line, limits=limits())
    assert [one.partition("=")[2] for one in came[2:5]] == ["200000", "200000", "300000"]
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def test_a_line_that_never_brings_a_byte_of_it_brings_the_pages(server: Server, laptop: Store) -> None:
    line = Line(server)

    def refuse(request: Request, answer: Answer) -> Answer | Failure:
        return Failure("stalled") if request.target.startswith(f"{SNAPSHOT_FILE}/") else answer

    line.change = refuse
    for _ in range(files.MOST_TRIES):
        with pytest.raises(Offline):
            sync_once(laptop, line, limits=limits())
    assert sync_once(laptop, line, limits=limits()).pulled >= ROWS
    assert laptop.local(files.KEY) is None


def test_a_slow_line_is_better_off_with_pages(
    server: Server, laptop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "RANGE", 100_000)
    line = Line(server)

    def slowly(request: Request, answer: Answer) -> Answer:
        if request.target.startswith(f"{SNAPSHOT_FILE}/") and request.method == "GET":
            return Answer(answer.status, answer.body, answer.encoding, seconds=30.0)
        return answer

    line.change = slowly
    assert sync_once(laptop, line, limits=limits()).pulled >= ROWS
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert line.count(f"GET {SNAPSHOT}") > 0


def test_where_there_is_no_room_the_pages_come(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "create_private", full)
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert is_as_by_pages(server, laptop, tmp_path)


@pytest.mark.parametrize("trouble", ["full", "open to all", "not a folder"])
def test_an_office_without_a_place_for_it_makes_none(
    server: Server, laptop: Store, tmp_path: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trouble == "full":
        monkeypatch.setattr(snapshots, "ROOM", 2**60)
    elif trouble == "open to all":
        server.snapshots.folder.mkdir()
        server.snapshots.folder.chmod(0o755)
    else:
        server.snapshots.folder = tmp_path / "missing" / "folder"
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 0
    assert line.count(f"GET {SNAPSHOT}") > 0


def test_who_would_have_to_wait_for_another_s_file_gets_the_pages(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    going, made = threading.Event(), snapshots.build

    def slowly(conn: Any, scope: Scope, path: Path, key: bytes) -> list[str]:
        going.wait(20)
        return made(conn, scope, path, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "build", slowly)
        server.snapshots.patience = 0.05
        server.new_code("Boss")
        server.prepare()
        line = Line(server)
        sync_once(laptop, line, limits=limits())
        going.set()
        server.snapshots.wait()
    assert (line.count(f"POST {SNAPSHOT_FILE}"), line.count(f"GET {SNAPSHOT_FILE}/")) == (1, 0)
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")


def test_a_file_that_takes_longer_than_one_question_is_given_up_for_the_pages(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    going, made = threading.Event(), snapshots.build

    def slowly(conn: Any, scope: Scope, path: Path, key: bytes) -> list[str]:
        streams = made(conn, scope, path, key)
        going.wait(20)
        return streams

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "build", slowly)
        server.snapshots.patience = 0.05
        line = Line(server)
        sync_once(laptop, line, limits=limits())
        going.set()
        server.snapshots.wait()
    assert (line.count(f"POST {SNAPSHOT_FILE}"), line.count(f"GET {SNAPSHOT_FILE}/")) == (1, 0)
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def test_many_rows_come_by_a_file_only_where_it_was_made_ahead(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    server.snapshots.at_once = ROWS // 2
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert (line.count(f"POST {SNAPSHOT_FILE}"), line.count(f"GET {SNAPSHOT_FILE}/")) == (1, 0)
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert not list(server.snapshots.folder.iterdir())  # nobody began to make one in vain
    code = server.new_code("Ann")
    server.prepare()
    server.snapshots.wait()
    with opened(tmp_path / "second") as second:
        enrol(second, Direct(server), code)
        line = Line(server)
        sync_once(second, line, limits=limits())
        assert (line.count(f"GET {SNAPSHOT_FILE}/"), line.count(f"GET {SNAPSHOT}")) == (1, 0)


def test_a_key_that_is_none_is_refused(server: Server, laptop: Store) -> None:
    for key in ("", "00" * 32, "zz" * 32, "AB" * 32):
        body, encoding = codec.pack(FileRequest(key=key, shape=migrations.NEWEST, schema=SCHEMA), "zstd")
        asked = Session(just(Send("POST", SNAPSHOT_FILE, body, encoding)), Remote(laptop))
        answer = drive(asked, Direct(server))
        assert isinstance(answer, Answer)
        assert answer.status == 400


def test_an_office_without_such_files_is_asked_once(server: Server, laptop: Store) -> None:
    line = Line(server)

    def older(request: Request, answer: Answer) -> Answer:
        unknown = Answer(404, codec.encode(Problem(code="bad_request", en="nothing here")))
        return unknown if request.target.startswith(SNAPSHOT_FILE) else answer

    line.change = older
    assert sync_once(laptop, line, limits=limits()).pulled >= ROWS
    assert line.count(f"POST {SNAPSHOT_FILE}") == 1


def test_files_that_nobody_fetches_are_removed_and_few_lie_here(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MOST_FILES", 1)
    folder = server.snapshots.folder
    folder.mkdir(mode=0o700)
    for name in ("old.db", "new.db", "stuck.work"):
        (folder / name).write_bytes(b"x")
    long_ago = time.time() - 2 * snapshots.HOUR
    for name in ("old.db", "stuck.work"):
        os.utime(folder / name, (long_ago, long_ago))
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert [path.name for path in folder.iterdir()] == ["new.db"]
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 0
    assert is_as_by_pages(server, laptop, tmp_path)


# ---------------------------------------------------------------- the power fails


def killed(folder: Path, url: str, point: str) -> None:
    """A first sync in a process of its own, which is killed at this point: "bite / 4" is the fourth bite."""
    name, _, nth = point.partition(" / ")
    passed = count(1)
    vars(turns).update(BITES={"active": 0.0, "idle": 0.0})

    def at(told: str) -> None:
        if told == name and next(passed) == int(nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(folder) as store:
        remote = Remote(store)
        remote.point = at
        sync_once(store, HttpTransport(url), limits=limits(), remote=remote)


_FORKED = multiprocessing.get_context("forkserver")
"""Has imported everything once, and forks for each that is to be killed."""
_FORKED.set_forkserver_preload([__name__])
_BITES = [f"{name} / {nth}" for name in ("before bite", "bite") for nth in (1, 4, 7, 12)]


@pytest.mark.parametrize("there", [True, False], ids=["the file stays", "the file is lost"])
@pytest.mark.parametrize("point", ["adopting", *_BITES, "copied", "before adoption", "adopted"])
def test_killed_at_any_moment_the_vault_goes_on(
    server: Server, tmp_path: Path, point: str, there: bool
) -> None:
    folder = tmp_path / "ann"
    with opened(folder) as store:
        enrol(store, Direct(server), server.new_code("Ann"))
        sent = commands.run(store, store.me(), "customer.new", values={"name": "我的客户"}).value
    running = Running(server).start()
    try:
        process = _FORKED.Process(target=killed, args=(folder, running.url, point))
        process.start()
        process.join(60)
    finally:
        running.stop()
    assert process.exitcode == -signal.SIGKILL
    process.close()
    with opened(folder) as store:
        after = held(store)
        assert bool(after["sync_cursor"]) == (point == "adopted")
        if point in ("copied", "before adoption", "adopted"):
            assert len(after["customer"]) == ROWS + 1
        with store.reading() as session:  # what is here can be worked with
            here = session.query(Customer).filter(Customer.id != sent.id).first()
        if here is not None:
            commands.run(store, store.me(), "customer.edit", here.id, values={"name": "昆明滇池泵业"})
        line = Line(server)
        sync_once(store, line, limits=limits() if there else limits(math.inf))
        assert line.count(f"GET {SNAPSHOT}") == 0 or not there
        assert is_as_by_pages(server, store, tmp_path)
        assert is_clean(store, folder)
        with store.reading() as session:
            assert session.get(Customer, sent.id) is not None
        with store.reader.connect() as connection:
            driver: Any = connection.connection.driver_connection
            assert len(search.find(driver, "昆明滇池")) == (here is not None)
            tables = driver.execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'search_next%'")
            assert tables.fetchone() == (0,)


class Cut(BaseException):
    """The program ends."""


def test_it_ends_after_each_bite_and_goes_on_there(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "BITES", {"active": 0.0, "idle": 0.0})
    line = Line(server)
    bites = 0
    for place in range(200):
        remote = Remote(laptop)
        told: list[str] = []

        def cut(name: str, told: list[str] = told) -> None:
            told.append(name)
            if told.count("bite") == 2:
                raise Cut

        remote.point = cut
        try:
            sync_once(laptop, line, limits=limits(), remote=remote)
            break
        except Cut:
            bites += 1
            here = len(held(laptop)["customer"])
            if place == 20:
                commands.run(laptop, laptop.me(), "customer.new", values={"name": f"第{here}次"})
    assert bites > 20
    assert line.count(f"GET {SNAPSHOT}") == 0
    assert is_as_by_pages(server, laptop, tmp_path)


@pytest.mark.parametrize(
    ("bites", "file"),
    [(2, "is there"), (5, "is lost"), (40, "is not asked for"), (40, "is lost")],
)
def test_what_a_file_brought_leaves_before_the_pages_that_come_instead(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bites: int, file: str
) -> None:
    """Meanwhile the office has deleted, given away and hidden things; no page says so of a file's rows."""
    monkeypatch.setattr(turns, "BITES", {"active": 0.0, "idle": 0.0})
    server.store.write(lambda conn: people.set_role(conn, "Ann", "manager", server.clock()))
    server.add_user("Bob", "North", "rep")
    remote, told = Remote(laptop), count(1)

    def cut(name: str) -> None:
        if name == "bite" and next(told) == bites:
            raise Cut

    remote.point = cut
    with pytest.raises(Cut):
        sync_once(laptop, Direct(server), limits=limits(), remote=remote)
    path = tmp_path / "ann" / "satchel.db"
    hidden = raw_pages.amounts([SECRET], digits=6)
    asked = {**raw_pages.texts("苏州第3机械", "苏州第5机械"), **hidden}
    assert raw_pages.holding(path, asked)
    meanwhile(server, laptop)
    if file == "is lost":
        for each in server.snapshots.folder.iterdir():
            each.unlink()
        server.snapshots.least = ROWS * 10
    sync_once(laptop, Direct(server), limits=limits(math.inf if file == "is not asked for" else 10))
    assert raw_pages.holding(path, asked) == {}
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")


def meanwhile(server: Server, laptop: Store) -> None:
    """Ann works on what has come; at the office one customer of hers goes for good, one to Bob, and the costs
    are hidden.
    """
    with laptop.reading() as session:
        here = session.query(Customer).filter(Customer.name == "苏州第7机械有限公司").first()
    if here is not None:
        commands.run(laptop, laptop.me(), "customer.edit", here.id, values={"city": "Suzhou"})

    def work(conn: Connection) -> None:
        people.set_role(conn, "Ann", "rep", server.clock())
        batch = Batch(conn, OFFICE, OFFICE, server.clock())
        names = ("苏州第3机械有限公司", "苏州第5机械有限公司")
        ids = {
            name: conn.execute(select(Customer.id).where(Customer.name == name)).scalar_one().hex
            for name in names
        }
        batch.load([("customer", record) for record in ids.values()])
        gone, given = (batch.get("customer", ids[name]) for name in names)
        assert gone is not None
        assert given is not None
        batch.change(gone, "deleted_at", moment(batch.now))
        batch.change(given, "owner_id", accounts.find_user(conn, "Bob"))
        batch.change(given, "team_id", None)
        batch.flush()

    server.store.write(work)


def test_a_save_between_two_bites_is_found_and_a_deletion_is_not(server: Server, laptop: Store) -> None:
    remote, me = Remote(laptop), laptop.me()
    done: list[str] = []

    def work(name: str) -> None:
        with laptop.reading() as session:
            here = session.query(Customer).limit(2).all()
        if name == "bite" and len(here) == 2 and not done:
            done.extend(one.name for one in here)
            commands.run(laptop, me, "customer.edit", here[0].id, values={"name": "昆明滇池泵业"})
            commands.run(laptop, me, "customer.delete", here[1].id)

    remote.point = work
    sync_once(laptop, Direct(server), limits=limits(), remote=remote)
    with laptop.reader.connect() as connection:
        driver: Any = connection.connection.driver_connection
        assert [hit.title for hit in search.find(driver, "昆明滇池")] == ["昆明滇池泵业"]
        assert not [hit for name in done for hit in search.find(driver, name) if hit.title == name]


def test_a_sync_that_is_dropped_in_the_middle_loses_nothing(server: Server, laptop: Store) -> None:
    """A session that ends after any request leaves a laptop that the next sync completes."""
    for most in range(1, 5):
        session = Session(engine.sync("", limits()), Remote(laptop))
        request = session.go_on()
        for _ in range(most):
            if request is not None:
                request = session.go_on(Direct(server).send(request, lambda: False))
    whole: Session[Any] = Session(engine.sync("", limits()), Remote(laptop))
    drive(whole, Direct(server))
    assert len(held(laptop)["customer"]) == ROWS
