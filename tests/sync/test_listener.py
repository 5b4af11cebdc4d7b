"""The ear of a laptop: over a real line, one that is held back, cut or refused; and in the background."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop.jobs import Jobs
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands, records
from sync.client import listener as listening
from sync.client.driver import enrol, sync_once
from sync.client.listener import Listener
from sync.client.syncer import State
from sync.client.transport import HttpTransport
from sync.engine.listening import is_news, joined
from sync.protocol import events as wire
from sync.protocol.messages import News
from sync.server import events
from sync.server.app import Running
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres
from tests.sync.fault_proxy import BUSY, PORTAL, Fault, FaultProxy
from tests.sync.simulator.world import Direct

assert records.__name__  # the commands of records are registered


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    for name in ("Ann", "Bob"):
        office.add_user(name, "South", "rep")
    yield office
    office.store.close()


@pytest.fixture
def running(server: Server) -> Iterator[Running]:
    started = Running(server).start()
    yield started
    started.stop()


@pytest.fixture
def ann(tmp_path: Path, server: Server) -> Iterator[Store]:
    with joined_store(tmp_path / "ann", server, "Ann") as store:
        yield store


@pytest.fixture
def bob(tmp_path: Path, server: Server) -> Iterator[Store]:
    with joined_store(tmp_path / "bob", server, "Bob") as store:
        yield store


@contextmanager
def joined_store(folder: Path, server: Server, name: str) -> Iterator[Store]:
    with opened(folder) as store:
        enrol(store, Direct(server), server.new_code(name))
        sync_once(store, Direct(server))
        yield store


def new_customer(store: Store, name: str = "Sky") -> None:
    commands.run(store, store.me(), "customer.new", values={"name": name})


def names(store: Store) -> list[str]:
    with store.reading() as session:
        return [one.name for one in session.query(Customer)]


def eventually(holds: Callable[[], Any], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(holds())


class Ear:
    """A listener, what it heard and how often the office was there."""

    def __init__(self, store: Store, url: str, *, stall: float = 5.0, chance: float = 0.01) -> None:
        self.heard: list[News] = []
        self.connected = self.refused = 0
        self.listener = Listener(
            Remote(store),
            HttpTransport(url, stall=stall),
            self.heard.append,
            connected=self._count,
            refused=self._refuse,
            chance=lambda: chance,
        )

    def _count(self) -> None:
        self.connected += 1

    def _refuse(self) -> None:
        self.refused += 1

    def __enter__(self) -> "Ear":
        self.listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.stop()


def change(store: Store, server: Server, name: str = "Sky") -> None:
    new_customer(store, name)
    sync_once(store, Direct(server))


def test_a_change_of_a_colleague_is_heard_and_one_s_own_is_no_news(
    server: Server, running: Running, ann: Store, bob: Store
) -> None:
    sync_once(ann, Direct(server))
    with Ear(ann, running.url) as ear:
        assert eventually(lambda: ear.connected == 1)
        change(ann, server)
        change(bob, server)
        stream = f"user:{bob.me().id.hex}"
        assert eventually(lambda: any(stream in one.heads for one in ear.heard))
        sync_once(ann, Direct(server))
        assert not is_news(ear.heard[-1], Remote(ann).cursors())
    assert not ear.listener.asks


def test_what_happened_while_nobody_listened_is_heard_first(
    server: Server, running: Running, ann: Store, bob: Store
) -> None:
    change(bob, server)
    with Ear(ann, running.url) as ear:
        assert eventually(lambda: ear.heard)
        assert ear.heard[0].all


@pytest.mark.parametrize("hold", [False, True])
def test_it_ends_at_once_whatever_it_waits_for(hold: bool, running: Running, ann: Store) -> None:
    with FaultProxy(port(running), lambda: Fault(hold=hold)) as proxy, Ear(ann, proxy.url, stall=60) as ear:
        assert eventually(lambda: proxy.connections == 1)
        assert hold or eventually(lambda: ear.connected == 1)
        began = time.monotonic()
        ear.listener.stop()
        assert time.monotonic() - began < 20


def port(running: Running) -> int:
    return int(running.url.rpartition(":")[2])


def test_behind_a_proxy_that_holds_lines_back_it_asks_instead(
    server: Server, running: Running, bob: Store, ann: Store
) -> None:
    sync_once(ann, Direct(server))
    with (
        FaultProxy(port(running), lambda: Fault(hold=True)) as proxy,
        Ear(ann, proxy.url, stall=0.6) as ear,
    ):
        assert eventually(lambda: ear.listener.asks)
        assert not ear.heard
        change(bob, server)
        assert eventually(lambda: ear.heard)
        ear.listener.network_changed()
        assert not ear.listener.asks


def test_a_line_cut_anywhere_is_taken_up_again(
    server: Server, running: Running, ann: Store, bob: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "CATCH_UP", 0.0)
    monkeypatch.setattr(events, "BEAT", 0.02)
    rng = random.Random(7)
    cuts = [rng.randrange(1, 700) for _ in range(40)]
    remaining = list(cuts)

    def fault() -> Fault:
        return Fault(cut_answer_after=remaining.pop()) if remaining else Fault()

    with FaultProxy(port(running), fault) as proxy, Ear(ann, proxy.url, chance=0.0) as ear:
        assert eventually(lambda: not remaining, 90)
        change(bob, server)
        assert eventually(lambda: is_news(ear.heard[-1], Remote(ann).cursors()) if ear.heard else False)
        assert proxy.connections > len(cuts)


@pytest.mark.parametrize("answer", [BUSY, PORTAL, b"HTTP/1.1 200 OK\r\n\r\n", b"\x00" * 100])
def test_a_storm_of_refusals_is_met_with_patience(answer: bytes, running: Running, ann: Store) -> None:
    with FaultProxy(port(running), lambda: Fault(answer=answer)) as proxy:
        with Ear(ann, proxy.url, chance=0.5) as ear:
            assert eventually(lambda: proxy.connections > 0)
            time.sleep(1.0)
        assert ear.connected == 0
        assert proxy.connections <= 4
        assert ear.heard == []


def test_nonsense_on_an_open_line_ends_it(
    running: Running, ann: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "BEAT", b"data: nonsense\n\n")
    monkeypatch.setattr(events, "BEAT", 0.05)
    with Ear(ann, running.url) as ear:
        assert eventually(lambda: ear.connected >= 2)
        assert ear.heard == []


def test_a_laptop_that_is_shut_out_has_its_sync_look_at_once_and_asks_no_more(
    server: Server, running: Running, ann: Store
) -> None:
    with FaultProxy(port(running)) as proxy, Ear(ann, proxy.url) as ear:
        assert eventually(lambda: ear.connected == 1)
        server.revoke(ann.device.hex)
        assert eventually(lambda: ear.refused == 1)
        asked = proxy.connections
        time.sleep(0.3)
        assert (proxy.connections, ear.connected, ear.heard) == (asked, 1, [])


def test_it_goes_on_listening_after_a_failure_that_nobody_foresaw(
    server: Server, running: Running, ann: Store, caplog: pytest.LogCaptureFixture
) -> None:
    ear = Ear(ann, running.url)
    remote = ear.listener._remote  # noqa: SLF001

    def breaks() -> dict[str, int]:
        raise ZeroDivisionError("by nothing")

    cursors, remote.cursors = remote.cursors, breaks  # type: ignore[method-assign]
    with ear:
        assert eventually(lambda: any(record.exc_info for record in caplog.records))
        remote.cursors = cursors  # type: ignore[method-assign]
        ear.listener.network_changed()
        assert eventually(lambda: ear.connected == 1)


@pytest.mark.parametrize(
    ("news", "new"),
    [
        (News(), False),
        (News(heads={"org": 3}), False),
        (News(heads={"org": 4}), True),
        (News(heads={"user:1": 0}), True),
        (News(heads={"org": 3, "team:1": 5}, all=True), False),
        (News(heads={"org": 3}, all=True), True),
    ],
)
def test_news_is_what_goes_beyond_what_is_held(news: News, new: bool) -> None:
    assert is_news(news, {"org": 3, "team:1": 5}) is new


def test_news_adds_up() -> None:
    all_of_it, some = News(heads={"a": 1, "b": 1}, all=True), News(heads={"b": 2})
    assert joined(all_of_it, some) == News(heads={"a": 1, "b": 2}, all=True)
    assert joined(some, all_of_it) == all_of_it


# --- in the background of an open profile


class Watched:
    """The background work of one laptop, with the states it told."""

    def __init__(self, store: Store, url: str) -> None:
        office = store.local("office")
        store.set_local("office", {**office, "url": url})
        self.store, self.states = store, list[State]()
        self.jobs = Jobs(store, self.states.append)

    def __enter__(self) -> "Watched":
        self.jobs.start()
        assert eventually(lambda: any(state.name == "idle" for state in self.states))
        return self

    def __exit__(self, *_: object) -> None:
        self.jobs.stop()


def test_a_change_here_is_seen_there_without_any_timer(
    server: Server, running: Running, ann: Store, bob: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.jobs.LOOK_EVERY", 3600)
    with Watched(ann, running.url), Watched(bob, running.url):
        assert eventually(lambda: len(server.events) == 2)
        for number in range(5):
            new_customer(ann, f"Sky {number}")
            assert eventually(lambda: f"Sky {number}" in names(bob))  # noqa: B023 - asked at once
        new_customer(bob, "Back")
        assert eventually(lambda: "Back" in names(ann))
    assert eventually(lambda: len(server.events) == 0)


def test_a_pull_after_a_wake_takes_one_request(
    server: Server, running: Running, ann: Store, bob: Store
) -> None:
    change(ann, server)
    sync_once(bob, Direct(server))
    with Watched(bob, running.url) as watched:
        assert eventually(lambda: len(server.events) == 1)
        change(ann, server, "Later")
        assert eventually(lambda: "Later" in names(bob))
        assert eventually(lambda: watched.states[-1].name == "idle")
        report = watched.states[-1].report
        assert report is not None
        assert report.requests == 1


def test_an_office_that_comes_back_is_noticed_by_the_ear(
    server: Server, running: Running, ann: Store, bob: Store
) -> None:
    broken = threading.Event()

    def fault() -> Fault:
        return Fault(refuse=broken.is_set())

    with FaultProxy(port(running), fault) as proxy, Watched(ann, proxy.url) as watched:
        assert eventually(lambda: len(server.events) == 1)
        syncer = watched.jobs.syncer
        assert syncer is not None
        broken.set()
        syncer.transport.close()  # type: ignore[attr-defined]
        new_customer(ann, "Waits")
        assert eventually(lambda: watched.states[-1].reason == "unreachable")
        assert watched.states[-1].until is not None
        broken.clear()
        watched.jobs.network_changed(metered=True)
        assert eventually(lambda: watched.states[-1].name == "idle")
        assert watched.states[-1].metered
        assert syncer.metered


def test_a_person_stops_a_sync_and_it_goes_on_when_asked(
    server: Server, running: Running, ann: Store
) -> None:
    with Watched(ann, running.url) as watched:
        watched.jobs.pause()
        assert eventually(lambda: watched.states[-1].reason == "paused")
        new_customer(ann, "Waits")
        time.sleep(0.2)
        assert Remote(ann).waiting() == 1
        watched.jobs.network_changed(metered=False)
        assert eventually(lambda: Remote(ann).waiting() == 0)
