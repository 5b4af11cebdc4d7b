"""Files between two laptops and an office over real sockets: whole, once, however often the line breaks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from desktop.errors import Offline, Refused
from desktop.models.blobs import RECENT_MS, Blobs
from desktop.models.records import Attachment
from desktop.models.store import Changed, Store
from desktop.rules.attachments import CHUNK, SIGNATURE, hash_of
from desktop.services import attachments, commands
from desktop.views import network
from desktop.words import msg
from sync.client.blobs import carry_files
from sync.client.driver import Request, enrol, sync_once
from sync.client.syncer import Syncer
from sync.client.transport import HttpTransport
from sync.engine.actions import Answer, Failure
from sync.engine.blobs import FileReport
from sync.server.app import Running
from sync.server.server import Server
from tests.stores import KEY, customer, opened
from tests.sync import postgres, raw_pages
from tests.sync.fault_proxy import Fault, FaultProxy


def some(size: int, seed: int = 1) -> bytes:
    return b"%PDF-" + random.Random(seed).randbytes(size - 5)


@dataclass
class Laptop:
    """A person's laptop on a line of its own."""

    store: Store
    transport: HttpTransport

    def rows(self) -> None:
        sync_once(self.store, self.transport)

    def files(self, **more: Any) -> FileReport:
        report = carry_files(self.store, self.transport, **more)
        assert report is not None
        return report

    def sync(self) -> FileReport:
        self.rows()
        return self.files()

    def attach(self, data: bytes, name: str = "a.pdf", of: Any = None, **more: Any) -> Attachment:
        parent = of or customer(self.store)
        made = attachments.attach(
            self.store, self.store.me(), "customer", parent.id, name, data, **more
        ).value
        assert isinstance(made, Attachment)
        return made

    def bytes_of(self, made: Attachment) -> bytes:
        return attachments.contents(self.store, attachments.find(self.store, made.id))


@dataclass
class World:
    server: Server
    proxy: FaultProxy
    ann: Laptop
    bob: Laptop

    def pieces(self) -> list[tuple[str, int]]:
        with self.server.store.read() as conn:
            found = conn.execute(text("SELECT sha256, n FROM office_blob_piece ORDER BY sha256, n"))
            return [(row.sha256, row.n) for row in found]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    server = Server(postgres.office(tmp_path / "office"))
    running = Running(server, "127.0.0.1", 0).start()
    with (
        FaultProxy(int(running.url.rpartition(":")[2])) as proxy,
        opened(tmp_path / "ann") as one,
        opened(tmp_path / "bob") as other,
    ):
        laptops = []
        for name, store in (("Ann", one), ("Bob", other)):
            server.add_user(name, "South", "rep")
            transport = HttpTransport(proxy.url)
            enrol(store, transport, server.new_code(name))
            laptops.append(Laptop(store, transport))
        yield World(server, proxy, *laptops)
        for laptop in laptops:
            laptop.transport.close()
    running.stop()


def test_a_file_goes_from_one_laptop_to_the_other(world: World) -> None:
    data = some(3 * CHUNK + 11)
    made = world.ann.attach(data)
    seen: list[Changed] = []
    world.bob.store.listeners.append(seen.append)
    assert world.ann.sync().sent == 1
    world.bob.rows()
    [shown] = attachments.listed(world.bob.store, "customer", made.of_id or made.id)
    assert (shown.record.name, shown.here) == ("a.pdf", False)  # the record does not wait for bytes
    assert world.bob.files().fetched == 1
    assert world.bob.bytes_of(made) == data
    assert Changed(frozenset({("attachment", made.id)}), "files", remote=True) in seen
    [shown] = attachments.listed(world.ann.store, "customer", made.of_id or made.id)
    assert (shown.waits, shown.done) == (False, 100)
    for laptop in (world.ann, world.bob):
        again = laptop.sync()
        assert (again.requests, again.sent, again.fetched, again.waiting) == (0, 0, 0, 0)


def test_the_line_cut_at_any_byte_brings_every_file_over_whole_and_once(world: World) -> None:
    rng = random.Random(11)

    def cut(most_up: int, most_down: int) -> Fault:
        if rng.random() < 0.5:
            return Fault(cut_request_after=rng.randrange(most_up))
        return Fault(cut_answer_after=rng.randrange(most_down))

    def carry(laptop: Laptop, most_up: int, most_down: int) -> int:
        """Until it is over; how often it was not."""
        failed = 0
        while True:
            laptop.transport.close()
            world.proxy.fault = (lambda: cut(most_up, most_down)) if failed < 12 else Fault
            try:
                laptop.files()
            except Offline:
                failed += 1
            else:
                world.proxy.fault = Fault
                laptop.transport.close()
                return failed

    cuts, total = 0, 0
    for seed in range(4):
        data = some(4 * CHUNK + 5, seed)
        total += len(data)
        made = world.ann.attach(data)
        world.ann.rows()
        cuts += carry(world.ann, 5 * CHUNK // 4, 1500)
        world.bob.rows()
        cuts += carry(world.bob, 1500, 5 * CHUNK // 4)
        assert [n for sha256, n in world.pieces() if sha256 == hash_of(data)] == list(range(5))
        assert world.bob.bytes_of(made) == data
    assert cuts >= 8
    assert world.bob.store.blobs is not None
    assert world.bob.store.blobs.total() == total


def test_a_broken_line_goes_on_at_the_piece_where_it_broke(world: World) -> None:
    data = some(8 * CHUNK)
    world.ann.attach(data)
    world.ann.rows()
    world.ann.transport.close()
    world.proxy.fault = lambda: Fault(cut_request_after=3 * CHUNK + 5000)
    with pytest.raises(Offline):
        world.ann.files()
    had = len(world.pieces())
    assert 2 <= had <= 3
    world.proxy.fault = Fault
    world.ann.transport.close()
    report = world.ann.files()
    assert report.bytes_up == (8 - had) * CHUNK
    assert report.sent == 1


class Watch:
    """A line that remembers what went over it."""

    def __init__(self, inner: HttpTransport) -> None:
        self.inner = inner
        self.targets: list[str] = []

    @property
    def url(self) -> str:
        return self.inner.url

    def send(self, request: Request, cancelled: Any) -> Answer | Failure:
        self.targets.append(f"{request.method} {request.target.removeprefix('/v1/blobs/')[:4]}")
        return self.inner.send(request, cancelled)


def test_what_was_signed_goes_first_and_a_metered_link_carries_nothing_else(world: World) -> None:
    large, small, ink = some(CHUNK + 9, 1), some(900, 2), some(2 * CHUNK, 3)
    for data, purpose in ((small, ""), (large, ""), (ink, SIGNATURE)):
        world.ann.attach(data, purpose=purpose)
    world.ann.rows()
    watch = Watch(world.ann.transport)
    report = carry_files(world.ann.store, watch, metered=True)
    assert report is not None
    assert (report.sent, report.waiting) == (1, 2)
    assert {target[-4:] for target in watch.targets} == {hash_of(ink)[:4]}
    carry_files(world.ann.store, watch)
    order = [target[4:] for target in watch.targets if target.startswith("PUT")]
    assert list(dict.fromkeys(order)) == [hash_of(data)[:4] for data in (ink, small, large)]
    world.bob.rows()
    assert world.bob.files(metered=True).fetched == 1
    [want] = [one for one in attached(world.bob) if one.sha256 == hash_of(large)]
    attachments.fetch_now(world.bob.store, want)
    assert world.bob.files(metered=True).fetched == 1  # a person asked
    assert world.bob.bytes_of(want) == large


def attached(laptop: Laptop) -> list[Attachment]:
    with laptop.store.reading() as session:
        return list(session.query(Attachment))


def test_full_quota_lets_go_of_what_the_office_has_and_a_person_gets_it_back(world: World) -> None:
    blobs = world.ann.store.blobs
    assert blobs is not None
    made = world.ann.attach(some(9000))
    world.ann.sync()
    blobs.quota = 100
    later(world.ann)
    world.ann.attach(some(8000, 2))
    report = world.ann.sync()
    assert (report.sent, report.dropped, blobs.total()) == (1, 1, 8000)
    later(world.ann)
    report = world.ann.sync()
    assert (report.sent, report.dropped, blobs.total()) == (0, 1, 0)
    assert world.ann.sync().fetched == 0
    attachments.fetch_now(world.ann.store, made)
    assert world.ann.files().fetched == 1
    assert world.ann.bytes_of(made) == some(9000)


def later(laptop: Laptop) -> None:
    """Nobody has looked at a file for a while."""
    blobs = laptop.store.blobs
    assert blobs is not None
    now = blobs.now
    blobs.now = lambda: now() + 2 * RECENT_MS


def test_a_copy_stays_when_the_office_has_lost_its_own(world: World) -> None:
    blobs = world.ann.store.blobs
    assert blobs is not None
    made = world.ann.attach(some(9000))
    world.ann.sync()
    for table in ("office_blob", "office_blob_piece", "office_blob_proof"):
        world.server.store.write(lambda conn, table=table: conn.execute(text(f"DELETE FROM {table}")))  # type: ignore[misc]  # noqa: S608
    blobs.quota = 100
    later(world.ann)
    report = world.ann.sync()
    assert (report.sent, report.dropped, len(world.pieces())) == (1, 0, 1)
    assert blobs.total() == 9000
    world.bob.sync()
    assert world.bob.bytes_of(made) == some(9000)


def test_a_file_that_the_office_does_not_have_yet_holds_up_no_other(world: World) -> None:
    first = world.ann.attach(some(5000))
    world.ann.rows()
    world.bob.rows()
    second = world.bob.attach(some(4000, 2))
    world.bob.rows()
    report = world.bob.files()
    assert (report.sent, report.fetched) == (1, 0)
    world.ann.files()
    attachments.fetch_now(world.bob.store, attachments.find(world.bob.store, first.id))
    assert world.bob.files().fetched == 1
    world.ann.sync()
    assert world.ann.bytes_of(second) == some(4000, 2)


def test_spoilt_bytes_here_are_fetched_anew(world: World) -> None:
    made = world.ann.attach(some(5000))
    world.ann.sync()
    blobs = world.ann.store.blobs
    assert blobs is not None
    with blobs.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE piece SET data = zeroblob(5000)")
    with pytest.raises(Exception, match="damaged"):
        world.ann.bytes_of(made)
    assert world.ann.files().fetched == 1
    assert world.ann.bytes_of(made) == some(5000)


def test_bytes_leave_the_laptop_with_the_right_to_see_their_record(world: World, tmp_path: Path) -> None:
    def on_pages() -> dict[str, list[str]]:
        needle = {"some of it": some(5000)[1000:1032]}
        return raw_pages.holding(tmp_path / "bob" / "blobs.db", needle, KEY[::-1])

    made = world.ann.attach(some(5000))
    world.ann.sync()
    world.bob.sync()
    blobs = world.bob.store.blobs
    assert blobs is not None
    assert blobs.total() == 5000
    assert on_pages()
    team = world.server.store.write(
        lambda conn: conn.execute(text("UPDATE \"user\" SET team_id = NULL WHERE name = 'Bob'")).rowcount
    )
    assert team == 1
    world.bob.sync()
    assert blobs.total() == 0
    assert on_pages() == {}
    assert world.ann.bytes_of(made) == some(5000)


def test_a_removed_file_stays_for_its_undo_and_is_sent_no_more(world: World) -> None:
    made = world.ann.attach(some(5000))
    commands.run(world.ann.store, world.ann.store.me(), "attachment.detach", made.id)
    report = world.ann.sync()
    assert (report.sent, report.requests) == (0, 0)
    assert world.ann.store.blobs is not None
    assert world.ann.store.blobs.total() == 5000


def test_in_the_background_files_follow_the_rows_and_give_way_to_them(world: World) -> None:
    made = world.ann.attach(some(4 * CHUNK))
    syncer = Syncer(world.ann.store, world.ann.transport)
    order: list[str] = []
    inner = world.ann.transport.send

    def send(request: Request, cancelled: Any) -> Answer | Failure:
        order.append(request.method)
        if order.count("PUT") == 2 and request.method == "PUT":
            customer(world.ann.store, "meanwhile")
            syncer.wake()
        return inner(request, cancelled)

    world.ann.transport.send = send  # type: ignore[method-assign]
    report = syncer.run_due()
    assert report is not None
    assert (report.files_up, report.files_waiting) == (1, 0)
    second = [place for place, method in enumerate(order) if method == "PUT"][1]
    assert order[second + 1] == "POST"
    assert order.count("PUT") == 4
    world.bob.sync()
    assert world.bob.bytes_of(made) == some(4 * CHUNK)


def test_a_file_that_fails_holds_up_no_row(world: World) -> None:
    made = world.ann.attach(some(2 * CHUNK))
    now = [1000.0]
    syncer = Syncer(world.ann.store, world.ann.transport, clock=lambda: now[0], chance=lambda: 0.5)
    inner, broken, tries = world.ann.transport.send, [True], [0]

    def send(request: Request, cancelled: Any) -> Answer | Failure:
        if request.method == "PUT":
            tries[0] += 1
            if broken[0]:
                return Answer(500, b"{}")
        return inner(request, cancelled)

    world.ann.transport.send = send  # type: ignore[method-assign]
    for _ in range(3):
        customer(world.ann.store, "meanwhile")
        syncer.wake()
        report = syncer.run_due()
        assert report is not None, syncer.state
        assert (report.waiting, syncer.state.name) == (0, "idle")
    assert tries == [1]  # the file waits for its own turn
    now[0] += 400
    assert syncer.run_due() is not None
    assert tries == [2]
    broken[0] = False
    syncer.network_changed()
    report = syncer.run_due()
    assert report is not None
    assert report.files_up == 1
    world.bob.sync()
    assert world.bob.bytes_of(made) == some(2 * CHUNK)


def test_a_file_that_cannot_be_kept_here_is_said_until_it_can(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.ann.attach(some(2 * CHUNK))
    world.ann.sync()
    now, full = [1000.0], [True]
    keep = Blobs.keep_piece

    def kept(self: Blobs, *given: Any) -> str:
        if full[0]:
            raise Refused(msg("The disk is full. Nothing was changed; make room and try again."))
        return keep(self, *given)

    monkeypatch.setattr(Blobs, "keep_piece", kept)
    syncer = Syncer(world.bob.store, world.bob.transport, clock=lambda: now[0], chance=lambda: 0.5)
    assert syncer.run_due() is not None
    assert (syncer.state.name, syncer.state.reason) == ("idle", "files")
    shown = network.shown_network(syncer.state)
    assert network.word(shown).in_language("zh") == "文件待传"
    assert "磁盘" in network.why(shown).in_language("zh")
    full[0] = False
    syncer.network_changed()
    assert syncer.run_due() is not None
    assert (syncer.state.name, syncer.state.reason, syncer.state.message) == ("idle", "", None)
    assert world.bob.bytes_of(made) == some(2 * CHUNK)
