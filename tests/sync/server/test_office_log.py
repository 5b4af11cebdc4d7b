"""Daily roots: laptops keep what the office's log was, so that it cannot be written anew unseen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from desktop.models import roots
from desktop.models.records import Customer
from desktop.models.store import Store
from sync.client.driver import enrol, sync_once
from sync.protocol.messages import Root
from sync.server import audit
from sync.server.cli import run
from sync.server.server import Server
from sync.server.store import open_folder
from sync.server.tables import AUDIT, AUDIT_ROOT
from tests.stores import opened
from tests.sync.server.conftest import Clock
from tests.sync.simulator.world import Direct

DAY = 86_400_000


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Server]:
    server = Server(open_folder(tmp_path / "office"), clock=clock)
    server.add_user("Ann")
    yield server
    server.store.close()


@pytest.fixture
def laptop(tmp_path: Path, office: Server) -> Iterator[Store]:
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(office), office.new_code("Ann"), name="laptop")
        yield store


def kept(store: Store) -> roots.Roots:
    with store.reader.connect() as connection:
        return roots.read(connection)


def pass_days(office: Server, clock: Clock, laptop: Store, days: int) -> None:
    for _ in range(days):
        clock.now += DAY
        office.new_code("Ann")
        sync_once(laptop, Direct(office))


def test_each_day_that_is_over_leaves_a_root_with_the_laptop(
    office: Server, laptop: Store, clock: Clock
) -> None:
    sync_once(laptop, Direct(office))
    assert kept(laptop) == roots.Roots((), ())
    pass_days(office, clock, laptop, 3)
    with office.store.read() as conn:
        there = audit.roots(conn)
        last = conn.execute(select(AUDIT.c.seq).order_by(AUDIT.c.seq.desc()).limit(1)).scalar_one()
    assert len(there) == 3
    assert [one.seq for one in there] == sorted(one.seq for one in there)
    assert there[-1].seq < last
    assert [(one.day, one.seq, one.hash) for one in kept(laptop).kept] == [
        (one.day, one.seq, one.hash) for one in there
    ]
    assert kept(laptop).differing == ()
    assert office.check_audit() == (0, last)


def test_a_quiet_day_needs_no_second_root(office: Server, laptop: Store, clock: Clock) -> None:
    for _ in range(5):
        clock.now += DAY
        sync_once(laptop, Direct(office))
    assert len(kept(laptop).kept) == 1


def test_a_log_written_anew_is_seen_by_every_laptop_that_kept_a_root(
    office: Server, laptop: Store, clock: Clock
) -> None:
    """The office's keeper takes a row out, chains the rest again, and makes roots that fit."""
    pass_days(office, clock, laptop, 2)
    old = kept(laptop).kept

    with office.store.read() as conn:
        rows = conn.execute(select(AUDIT).order_by(AUDIT.c.seq)).all()

    def forge(conn: object) -> None:
        conn.execute(delete(AUDIT))  # type: ignore[attr-defined]
        conn.execute(delete(AUDIT_ROOT))  # type: ignore[attr-defined]
        for row in rows:
            action = "nothing" if row.seq == 2 else row.action
            audit.record(conn, row.at, row.actor, action, {})  # type: ignore[arg-type]

    office.store.write(forge)
    assert office.check_audit()[0] == 0, "the forged log is a chain"
    pass_days(office, clock, laptop, 1)
    found = kept(laptop)
    assert found.differing == (old[-1],)
    pass_days(office, clock, laptop, 3)
    assert len(kept(laptop).kept) >= 3


def test_a_log_cut_short_is_seen_when_it_has_grown_again(office: Server, laptop: Store, clock: Clock) -> None:
    for _ in range(5):
        office.new_code("Ann")
    pass_days(office, clock, laptop, 1)
    old = kept(laptop).kept

    def cut(conn: object) -> None:
        conn.execute(delete(AUDIT).where(AUDIT.c.seq > 3))  # type: ignore[attr-defined]
        conn.execute(delete(AUDIT_ROOT))  # type: ignore[attr-defined]

    office.store.write(cut)
    for _ in range(4):
        for _ in range(3):
            office.new_code("Ann")
        pass_days(office, clock, laptop, 1)
    assert old[-1] in kept(laptop).differing


def test_an_altered_row_and_an_altered_root_are_named(office: Server, laptop: Store, clock: Clock) -> None:
    pass_days(office, clock, laptop, 2)
    with office.store.read() as conn:
        row = audit.roots(conn)[0].seq
        digest = conn.execute(select(AUDIT_ROOT.c.hash).where(AUDIT_ROOT.c.seq == row)).scalar_one()
    office.store.write(
        lambda conn: conn.execute(update(AUDIT_ROOT).where(AUDIT_ROOT.c.seq == row).values(hash=bytes(32)))
    )
    assert office.check_audit()[0] == row
    office.store.write(
        lambda conn: conn.execute(update(AUDIT_ROOT).where(AUDIT_ROOT.c.seq == row).values(hash=digest))
    )
    assert office.check_audit()[0] == 0
    office.store.write(lambda conn: conn.execute(update(AUDIT).where(AUDIT.c.seq == 2).values(actor="else")))
    assert office.check_audit()[0] == 2


def test_old_answers_that_come_late_change_nothing(tmp_path: Path) -> None:
    first, second, third = (Root(f"2026-01-0{n}", n * 10, f"{n}" * 64) for n in (1, 2, 3))
    with opened(tmp_path / "vault") as store:
        for given in ([first], [first, second], [second, third], [first], [first, second], []):
            with store.engine.begin() as connection:
                roots.keep(connection, given)
        assert [one.seq for one in kept(store).kept] == [10, 20, 30]
        assert kept(store).differing == ()
        with store.engine.begin() as connection:
            roots.keep(connection, [Root(first.day, first.seq, "f" * 64)])
        assert [one.day for one in kept(store).differing] == [first.day]


def test_a_real_laptop_brings_back_what_came_after_the_backup(tmp_path: Path) -> None:
    """The product's own laptop against an office that was put back: nothing that it sent is lost."""
    data = tmp_path / "office"
    assert run(["init", "--data", str(data), "--name", "A", "--admin", "Ann", "--json"]) == 0
    office = Server(open_folder(data))
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(office), office.new_code("Ann"), name="laptop")
        for name, backed_up in (("before", True), ("after", False)):
            with store.work(store.me(), "customer.new") as work:
                work.add(Customer(name=name))
            sync_once(store, Direct(office))
            if backed_up:
                assert run(["backup", str(tmp_path / "a.office"), "--data", str(data), "--json"]) == 0
        office.store.close()
        assert run(["restore", str(tmp_path / "a.office"), "--data", str(data), "--json"]) == 0
        restored = Server(open_folder(data))
        sync_once(store, Direct(restored))
        sync_once(store, Direct(restored))
        with restored.store.read() as conn:
            found = conn.exec_driver_sql("SELECT name FROM customer ORDER BY name").scalars().all()
        assert found == ["after", "before"]
        with store.reading() as session:
            assert sorted(one.name for one in session.query(Customer)) == ["after", "before"]
        restored.store.close()
