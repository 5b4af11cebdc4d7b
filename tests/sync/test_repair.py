"""A laptop that differs from its office finds out, fetches what differs, and nothing else."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import Offline
from desktop.models import repairs, search
from desktop.models.fuse import Deletion
from desktop.models.indexing import driver_of
from desktop.models.record import new_id
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.rules.digests import Tally, differing
from sync.client.driver import Request, enrol, sync_once
from sync.engine import repair
from sync.engine.actions import (
    Answer,
    Checked,
    Failure,
    Gone,
    Held,
    Listing,
    Report,
    Send,
    Summaries,
    Tell,
)
from sync.protocol import codec
from sync.protocol.messages import (
    DIGEST,
    ROWS,
    DigestRequest,
    DigestResponse,
    DigestRow,
    Problem,
    RowsRequest,
    RowsResponse,
)
from sync.server.server import Server
from tests.stores import NOON, opened
from tests.sync import postgres
from tests.sync.server.laptop import Laptop, Refused
from tests.sync.simulator.world import Direct


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Line(Direct):
    """A line to the office that keeps what was asked, and may do something before a request arrives."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.asked: list[Request] = []
        self.before: Callable[[Request], Answer | None] = lambda _: None

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        self.asked.append(request)
        return self.before(request) or super().send(request, cancelled)

    def paths(self) -> list[str]:
        return [request.target.partition("?")[0] for request in self.asked]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    office.add_user("Ann", "South", "rep")
    yield office
    office.store.close()


@pytest.fixture
def line(server: Server) -> Line:
    return Line(server)


@pytest.fixture
def laptop(tmp_path: Path, line: Line, server: Server, clock: Clock) -> Iterator[Store]:
    """Ann's, with forty customers that the office gave it, compared once."""
    with opened(tmp_path / "ann", clock=clock) as store:
        enrol(store, line, server.new_code("Ann"))
        me = store.me()
        team = me.team_id.hex if me.team_id else None
        server.seed(
            "customer", [{"name": f"客户{n}", "owner_id": me.id.hex, "team_id": team} for n in range(40)]
        )
        sync_once(store, line)
        sync_once(store, line)
        line.asked.clear()
        yield store


def stream(store: Store) -> str:
    return f"user:{store.me().id.hex}"


def held(store: Store) -> dict[str, tuple[str, int]]:
    """Living customers: id → name, version."""
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, name, version FROM customer WHERE deleted_at IS NULL")
        return {row[0].hex(): (row[1], row[2]) for row in rows}


def damage(store: Store, sql: str, *values: Any) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql(sql, values)


def compare(store: Store, line: Line) -> Report:
    repairs.compare_soon(store)
    line.asked.clear()
    return sync_once(store, line)


def test_a_first_copy_is_compared_by_the_next_sync_and_then_once_a_day(
    laptop: Store, line: Line, clock: Clock
) -> None:
    sync_once(laptop, line)
    assert DIGEST not in line.paths()
    clock.now += timedelta(days=1)
    sync_once(laptop, line)
    assert line.paths().count(DIGEST) == 3  # the firm, the team, Ann
    assert ROWS not in line.paths()


def test_reading_what_is_held_makes_room_for_who_works(
    laptop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []
    monkeypatch.setattr(repairs, "SLICE", 10)
    monkeypatch.setattr("desktop.models.repairs.time.sleep", naps.append)
    repairs.summaries(laptop, [stream(laptop)])
    assert naps == []
    with laptop.work(laptop.me(), "customer.new") as work:
        work.add(Customer(name="new"))
    repairs.summaries(laptop, [stream(laptop)])
    assert naps[:4] == [repairs.BREATH] * 4
    assert repairs.listed(laptop, stream(laptop), [("spaceship", "00")])[1] == {}


def test_a_clock_that_went_back_does_not_put_the_comparison_off(
    laptop: Store, line: Line, clock: Clock
) -> None:
    clock.now -= timedelta(days=3650)
    sync_once(laptop, line)
    assert DIGEST in line.paths()


def test_rows_that_are_missing_or_old_are_fetched_and_no_others(laptop: Store, line: Line) -> None:
    before = held(laptop)
    lost, old, *_ = sorted(before)
    damage(laptop, "DELETE FROM customer WHERE id = ?", bytes.fromhex(lost))
    damage(laptop, "UPDATE customer SET version = 0, name = '?' WHERE id = ?", bytes.fromhex(old))
    report = compare(laptop, line)
    assert held(laptop) == before
    assert (report.repaired, report.pulled) == (2, 0)
    asked = [request for request in line.asked if request.target == ROWS]
    wanted = codec.unpack(asked[0].body, asked[0].headers.get("Content-Encoding", ""), RowsRequest)
    assert (len(asked), sorted(wanted.records["customer"])) == (1, sorted((lost, old)))
    with laptop.reader.connect() as connection:
        assert len(search.find(driver_of(connection), before[lost][0], limit=50)) >= 1
    assert compare(laptop, line).repaired == 0


def test_what_the_office_does_not_have_leaves_with_its_index(laptop: Store, line: Line) -> None:
    before = held(laptop)
    extra = new_id().bytes
    me = laptop.me()
    damage(
        laptop,
        "INSERT INTO customer (id, version, name, owner_id) VALUES (?, 4, 'extra', ?)",
        extra,
        me.id.bytes,
    )
    assert compare(laptop, line).repaired == 1
    assert held(laptop) == before


def test_unsent_work_and_newer_rows_stay(laptop: Store, line: Line, server: Server) -> None:
    newer, mine, *_ = sorted(held(laptop))
    damage(laptop, "UPDATE customer SET version = 9 WHERE id = ?", bytes.fromhex(newer))
    with laptop.work(laptop.me(), "customer.edit") as work:
        work.get(Customer, UUID(hex=mine)).name = "typed"
        work.add(Customer(name="new"))
    found = repairs.summaries(laptop, [stream(laptop)])[stream(laptop)]
    assert sum(count for count, _ in found.sums.values()) == 40
    remote = Remote(laptop)
    gone = [Deletion("move", "customer", mine, 1), Deletion("move", "customer", newer, 1)]
    repairs.mend(remote, stream(laptop), tables={}, gone=gone)
    names = {name for name, _ in held(laptop).values()}
    assert {"typed", "new"} <= names
    assert newer in held(laptop)
    sync_once(laptop, line)
    compare(laptop, line)
    assert held(laptop)[newer][1] == 9
    assert held(laptop)[mine][0] == "typed"


def test_records_of_another_home_are_not_touched(laptop: Store) -> None:
    some = sorted(held(laptop))[0]
    repairs.mend(Remote(laptop), "org", tables={}, gone=[Deletion("move", "customer", some, 9)])
    assert some in held(laptop)


def test_a_stream_that_moves_meanwhile_is_left_to_the_next_sync(
    laptop: Store, line: Line, server: Server
) -> None:
    lost = sorted(held(laptop))[0]
    damage(laptop, "DELETE FROM customer WHERE id = ?", bytes.fromhex(lost))
    owner = laptop.me().id.hex

    def meanwhile(request: Request) -> None:
        if request.target == DIGEST:
            server.seed("customer", [{"name": "late", "owner_id": owner}])

    line.before = meanwhile
    assert compare(laptop, line).repaired == 0
    line.before = lambda _: None
    line.asked.clear()
    assert sync_once(laptop, line).repaired == 1
    assert lost in held(laptop)


def test_a_cut_within_the_repair_repeats_it(laptop: Store, line: Line) -> None:
    lost = sorted(held(laptop))[0]
    damage(laptop, "DELETE FROM customer WHERE id = ?", bytes.fromhex(lost))
    line.before = lambda request: Answer(503, b"") if request.target == ROWS else None
    with pytest.raises(Offline):
        compare(laptop, line)
    line.before = lambda _: None
    assert sync_once(laptop, line).repaired == 1
    assert lost in held(laptop)


def test_a_stream_that_is_no_longer_ours_is_passed_over(laptop: Store, line: Line) -> None:
    gone = Answer(404, codec.encode(Problem(code="stream", en="no")))
    line.before = lambda request: gone if request.target == DIGEST else None
    assert compare(laptop, line).repaired == 0


def test_asking_for_too_many_rows_at_once_is_refused(laptop: Store, server: Server, line: Line) -> None:
    other = Laptop(server)
    other.enrol(server.new_code("Ann"))
    with pytest.raises(Refused, match="too_large"):
        other.call("POST", ROWS, RowsRequest(stream="org", records={"customer": ["0"] * 5001}), RowsResponse)
    with pytest.raises(Refused, match="stream"):
        other.call("POST", ROWS, RowsRequest(stream="user:x", records={}), RowsResponse)
    wish = RowsRequest(stream="org", records={"customer": [sorted(held(laptop))[0], "?"], "nothing": ["x"]})
    assert other.call("POST", ROWS, wish, RowsResponse).tables == {}
    listed = DigestRequest(stream=stream(laptop), within=[("nothing", "00"), ("customer", "zz")])
    assert other.call("POST", DIGEST, listed, DigestResponse).records == {"customer": []}


# --- the engine alone


def test_an_office_that_knows_no_last_bytes_is_not_compared() -> None:
    assert steps([answer(DigestResponse(stream="org", seq=3))]) == [Checked("org")]


def test_sums_that_are_no_numbers_make_no_sense() -> None:
    rows = [DigestRow("customer", "00", 1, "x")]
    with pytest.raises(Offline):
        steps([answer(DigestResponse(stream="org", seq=3, rows=rows, by="last"))])


def test_a_stream_that_stands_elsewhere_is_not_compared() -> None:
    assert steps([answer(DigestResponse(stream="org", seq=4, by="last"))]) == []
    differs = answer(DigestResponse(stream="org", seq=3, rows=[DigestRow("a", "00", 1, "1")], by="last"))
    moved = answer(DigestResponse(stream="org", seq=4, by="last"))
    known = Summaries({"org": Held(3, 1, {})})
    assert drain(repair.compare(["org"], Report()), [known, differs, None, moved, Listing(3, {})]) == []


def test_a_store_of_another_schema_is_not_compared() -> None:
    assert steps([], Held(3, 0, {})) == []


def test_only_what_is_older_here_is_fetched() -> None:
    mine = {"customer": {"a": 1, "b": 2, "c": 3}}
    theirs = {"customer": {"a": 2, "b": 2, "c": 1, "d": 1}, "quote": {"q": 1}}
    found = repair.difference(mine, theirs)
    assert found.fetch == [("customer", "a"), ("customer", "d"), ("quote", "q")]
    assert found.gone == []
    assert repair.difference(mine, {}).gone == [
        Gone("customer", "a", 1),
        Gone("customer", "b", 2),
        Gone("customer", "c", 3),
    ]


def test_events_that_the_store_cannot_mean_are_defects() -> None:
    with pytest.raises(TypeError):
        drain(repair.compare(["org"], Report()), [None])
    differs = answer(DigestResponse(stream="org", seq=3, rows=[DigestRow("a", "00", 1, "1")], by="last"))
    listed = answer(DigestResponse(stream="org", seq=3, by="last"))
    with pytest.raises(TypeError):
        drain(
            repair.compare(["org"], Report()),
            [Summaries({"org": Held(3, 1, {})}), differs, None, listed, None],
        )


def test_sums_find_every_kind_of_difference() -> None:
    one, other = Tally(), Tally()
    one.add("customer", [("0" * 30 + "01", 1), ("0" * 30 + "02", 1)])
    other.add("customer", [("0" * 30 + "01", 1), ("0" * 30 + "02", 2)])
    assert differing(one.sums, other.sums) == [("customer", "02")]
    assert differing(one.sums, one.sums) == []


def answer(message: Any) -> Answer:
    return Answer(200, codec.encode(message))


def steps(answers: list[Answer], held: Held | None = None) -> list[Any]:
    known = Summaries({"org": held or Held(3, 1, {})})
    return drain(repair.compare(["org"], Report()), [known, *answers])


def drain(run: Any, events: list[Any]) -> list[Any]:
    """Feed the engine; returns what it stored."""
    stored: list[Any] = []
    told: Any = None
    try:
        while True:
            action = run.send(told)
            if isinstance(action, Checked):
                stored.append(action)
                told = None
            elif isinstance(action, Tell):
                told = events.pop(0)
            else:
                assert not isinstance(action, Send) or events
                told = events.pop(0)
    except StopIteration:
        return stored
