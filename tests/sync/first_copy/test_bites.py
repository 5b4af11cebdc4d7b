"""A file is taken in by bites: killed, stopped or worked beside at any of them, the vault goes on."""

import math
import multiprocessing
import os
import signal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from desktop.models import search, turns
from desktop.models.overlay import moment
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands
from sync.client.driver import Session, drive, enrol, sync_once
from sync.client.transport import HttpTransport
from sync.engine import round as engine
from sync.protocol.messages import SNAPSHOT
from sync.server import accounts, people
from sync.server.app import Running
from sync.server.batch import OFFICE, Batch
from sync.server.server import Server
from tests.stores import opened
from tests.sync import raw_pages
from tests.sync.first_copy.line import ROWS, SECRET, Line, held, is_as_by_pages, is_clean, limits
from tests.sync.simulator.world import Direct


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
