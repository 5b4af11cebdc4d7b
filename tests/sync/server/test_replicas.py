"""A primary and its streaming replica, both real: what a replica answers is never less than a laptop knew."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine

from desktop.errors import Usage
from sync.protocol.messages import PULL, ROWS, PullRequest, PullResponse, RowsRequest, RowsResponse
from sync.server import replicas
from sync.server.cli import run
from sync.server.replicas import PRIMARY, REPLICA
from sync.server.server import Server
from sync.server.snapshots import Snapshots
from sync.server.store import open_url
from tests.sync import postgres
from tests.sync.server.conftest import Clock
from tests.sync.server.laptop import Laptop, Refused

pytestmark = pytest.mark.skipif(
    postgres.binaries() is None, reason="no PostgreSQL programs here (Debian: postgresql)"
)


@dataclass
class Pair:
    """An office on a primary, whose replica may be made to lag and to die."""

    primary: postgres.Cluster
    replica: postgres.Cluster
    server: Server

    def told(self) -> dict[str, int]:
        """Who answered what, since the last time it was asked."""
        text = self.server.metrics.text({})
        found = {
            who: text.partition(f'satchel_reads_total{{from="{who}"}} ')[2] for who in (REPLICA, PRIMARY)
        }
        return {who: int(rest.split()[0]) if rest else 0 for who, rest in found.items()}

    def on_replica(self, statement: str) -> None:
        engine = create_engine(self.replica.address("office"), poolclass=NullPool)
        with engine.connect() as conn:
            conn.exec_driver_sql(statement)

    def join(self, name: str, team: str = "North") -> Laptop:
        laptop = Laptop(self.server)
        laptop.enrol(self.server.new_code(self.server.add_user(name, team)))
        laptop.sync()
        return laptop


@pytest.fixture(scope="module")
def clusters() -> Iterator[tuple[postgres.Cluster, postgres.Cluster]]:
    primary = postgres.Cluster(durable=True)
    replica = postgres.Cluster(of=primary)
    yield primary, replica
    replica.stop()
    primary.stop()


@pytest.fixture
def pair(clusters: tuple[postgres.Cluster, postgres.Cluster], clock: Clock) -> Iterator[Pair]:
    primary, replica = clusters
    server = Server(postgres.emptied(primary.url("office")), clock=clock)
    server.store.follow_with([replica.address("office")], server.metrics.read_from)
    yield Pair(primary, replica, server)
    server.store.close()


def pull(laptop: Laptop) -> PullResponse:
    wish = PullRequest(protocol=1, schema=1, cursors=[laptop.cursor(stream) for stream in laptop.cursors])
    found: PullResponse = laptop.call("POST", PULL, wish, PullResponse)
    return found


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that does other things besides: what arrives at all arrives within this."""
    monkeypatch.setattr(replicas, "PATIENCE", 5.0)


def test_pulls_and_first_copies_come_from_the_replica_and_say_the_same(pair: Pair) -> None:
    author, reader = pair.join("Li"), pair.join("Wang")
    ids = [author.create("customer", name=f"c{place}", owner_id=author.user) for place in range(30)]
    author.sync()
    before = pair.told()
    page = pull(reader).page
    assert sum(len(part.tables["customer"].rows) for part in page.parts if "customer" in part.tables) == 30
    fresh = Laptop(pair.server)
    fresh.enrol(pair.server.new_code("Wang"))
    fresh.snapshot(f"user:{author.user}")
    wish = RowsRequest(stream=f"user:{author.user}", records={"customer": ids[:3]})
    rows: RowsResponse = fresh.call("POST", ROWS, wish, RowsResponse)
    assert len(rows.tables["customer"].rows) == 3
    assert {fresh.row("customer", one)["name"] for one in ids} == {f"c{place}" for place in range(30)}
    told = pair.told()
    assert told[REPLICA] >= before[REPLICA] + 3
    assert told[PRIMARY] == before[PRIMARY]


def test_a_laptop_sees_at_once_what_was_there_when_it_asked(pair: Pair) -> None:
    """Written, then asked for at once, many times: neither a row nor a head is ever missing."""
    author, reader = pair.join("Li"), pair.join("Wang")
    for place in range(40):
        record = author.create("customer", name=f"c{place}", owner_id=author.user)
        author.sync()
        answer = pull(reader)
        heads = {head.stream: head.seq for head in answer.heads}
        assert heads[f"user:{author.user}"] == place + 1
        rows = [row[0] for part in answer.page.parts for row in part.tables["customer"].rows]
        assert rows[-1] == record or record in rows
    assert pair.told()[REPLICA] >= 30


def test_a_lagging_replica_is_passed_over_and_asked_again_when_it_has_caught_up(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, reader = pair.join("Li"), pair.join("Wang")
    pull(reader)
    pair.on_replica("SELECT pg_wal_replay_pause()")
    try:
        monkeypatch.setattr(replicas, "PATIENCE", 0.05)
        author.create("customer", name="A", owner_id=author.user)
        author.sync()
        before = pair.told()
        answer = pull(reader)
        assert [row for part in answer.page.parts for row in part.tables["customer"].rows]
        assert pair.told() == {REPLICA: before[REPLICA], PRIMARY: before[PRIMARY] + 1}
    finally:
        pair.on_replica("SELECT pg_wal_replay_resume()")
    monkeypatch.setattr(replicas, "PATIENCE", 5.0)
    pull(reader)
    assert pair.told()[REPLICA] == before[REPLICA] + 1


def test_a_right_that_was_taken_away_is_gone_on_the_replica_too(pair: Pair) -> None:
    author, reader = pair.join("Li"), pair.join("Wang")
    author.create("customer", name="A", owner_id=author.user)
    author.sync()
    assert f"user:{author.user}" in {head.stream for head in pull(reader).heads}
    from sync.server import people

    pair.server.store.write(lambda conn: people.join_team(conn, "Wang", "South", pair.server.clock()))
    answer = pull(reader)
    assert f"user:{author.user}" not in {head.stream for head in answer.heads}
    assert not any(part.stream == f"user:{author.user}" for part in answer.page.parts)
    pair.server.revoke(reader.device)
    with pytest.raises(Refused):
        pull(reader)


def test_without_the_mark_a_lagging_replica_would_answer_with_less(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mistake that the mark is there for, and that these tests see."""
    author, reader = pair.join("Li"), pair.join("Wang")
    pull(reader)
    pair.on_replica("SELECT pg_wal_replay_pause()")
    monkeypatch.setattr(replicas, "_has", lambda _conn, _mark: True)
    try:
        author.create("customer", name="A", owner_id=author.user)
        author.sync()
        heads = {head.stream: head.seq for head in pull(reader).heads}
        assert heads.get(f"user:{author.user}", 0) == 0
    finally:
        pair.on_replica("SELECT pg_wal_replay_resume()")


def test_a_replica_that_dies_is_passed_over_at_once(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    third = postgres.Cluster(of=pair.primary)
    server = Server(open_url(pair.primary.address("office")), clock=clock)
    try:
        server.store.follow_with([third.address("office")], server.metrics.read_from)
        office = Pair(pair.primary, third, server)
        author, reader = office.join("Li"), office.join("Wang")
        pull(reader)
        before = office.told()
        assert before[REPLICA]
    finally:
        third.stop()
    author.create("customer", name="A", owner_id=author.user)
    author.sync()
    heads = {head.stream: head.seq for head in pull(reader).heads}
    assert heads[f"user:{author.user}"] == 1
    told = office.told()
    assert (told[REPLICA], told[PRIMARY] > before[PRIMARY]) == (before[REPLICA], True)
    server.store.close()


def test_a_replica_of_another_database_is_not_asked(pair: Pair, clock: Clock) -> None:
    stranger = postgres.Cluster()
    server = Server(open_url(pair.primary.address("office")), clock=clock)
    try:
        postgres.emptied(stranger.url("office")).close()
        server.store.follow_with([stranger.address("office")], server.metrics.read_from)
        office = Pair(pair.primary, stranger, server)
        pull(office.join("Li"))
        told = office.told()
        assert (told[REPLICA], told[PRIMARY] > 0) == (0, True)
    finally:
        server.store.close()
        stranger.stop()


def test_a_first_copy_as_a_file_is_made_from_the_replica(pair: Pair, tmp_path: Path) -> None:
    author = pair.join("Li")
    pair.server.seed("customer", ({"name": f"c{place}", "owner_id": author.user} for place in range(500)))
    made = pair.server.snapshots = Snapshots(pair.server.store)
    made.least = 100
    before = pair.told()
    from desktop.models import migrations
    from sync.protocol import transfer
    from sync.protocol.messages import SNAPSHOT_FILE, FileOffer, FileRequest
    from sync.protocol.versions import SCHEMA

    wish = FileRequest(key=transfer.public(transfer.new_key()), schema=SCHEMA, shape=migrations.NEWEST)
    offer: FileOffer = author.call("POST", SNAPSHOT_FILE, wish, FileOffer)
    made.wait(30)
    assert offer.state in ("ready", "making")
    assert pair.told() == {REPLICA: before[REPLICA] + 1, PRIMARY: before[PRIMARY]}


@contextmanager
def stumbling(pair: Pair) -> Iterator[None]:
    """The replica stops replaying and goes on, again and again, while the block runs."""
    over = threading.Event()

    def stumble() -> None:
        while not over.wait(0.1):
            pair.on_replica("SELECT pg_wal_replay_pause()")
            over.wait(0.1)
            pair.on_replica("SELECT pg_wal_replay_resume()")

    breaker = threading.Thread(target=stumble)
    breaker.start()
    try:
        yield
    finally:
        over.set()
        breaker.join()


def test_nobody_goes_back_while_others_write_and_the_replica_stumbles(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who write, and one who follows by pulls alone."""
    authors = [pair.join(f"Author {place}") for place in range(2)]
    reader = pair.join("Reader")
    monkeypatch.setattr(replicas, "PATIENCE", 0.02)

    def write(author: Laptop) -> None:
        for place in range(40):
            author.create("customer", name=f"c{place}", owner_id=author.user)
            author.sync()

    highest: dict[str, int] = {}
    with stumbling(pair), ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(write, author) for author in authors]
        while not all(one.done() for one in writing):
            answer = pull(reader)
            for head in answer.heads:
                assert head.seq >= highest.get(head.stream, 0)
                highest[head.stream] = head.seq
            reader.take(answer.page)
        for one in writing:
            one.result()
    reader.take(pull(reader).page)
    assert sum(kind == "customer" for kind, _ in reader.rows) == 80
    told = pair.told()
    assert told[REPLICA]
    assert told[PRIMARY]


def test_an_office_on_a_file_has_no_replicas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["serve", "--data", str(tmp_path), "--replica-url", "postgresql://x/y"])
    assert (code, "PostgreSQL" in capsys.readouterr().err) == (Usage.exit_code, True)
