"""Several processes on one port, and who waits for news is woken across them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from desktop.errors import Refused, Usage
from sync.server import workers
from sync.server.server import Server
from sync.server.store import Store, open_url
from sync.server.wakeups import LARGEST, PAUSE, Hub, Notified
from tests.sync import postgres
from tests.sync.server.laptop import Laptop
from tests.sync.server.test_office_http import metrics_of
from tests.sync.server.test_office_process import ROOT, Remote

needs_postgres = pytest.mark.skipif(not postgres.available(), reason=postgres.ABSENT)


def test_an_office_on_a_file_runs_as_one() -> None:
    workers.check(1, None)
    for url in (None, "sqlite:///x.db"):
        with pytest.raises(Refused, match="PostgreSQL"):
            workers.check(2, url)
    for count in (0, -1, 65):
        with pytest.raises(Usage):
            workers.check(count, "postgresql://x/y")


def test_news_wakes_who_waits_for_its_stream_and_nobody_else() -> None:
    hub = Hub()
    with hub.subscribe(["user:a", "org"]) as one, hub.subscribe(None) as every, hub.subscribe([]) as nobody:
        hub.publish({"user:a": 3, "user:b": 9})
        hub.publish({"user:a": 4})
        assert one.wait(0) == {"user:a": 4}
        assert one.wait(0) == {}
        assert every.wait(0) == {"user:a": 4, "user:b": 9}
        assert nobody.wait(0) == {}
        hub.publish({"user:a": 2})
        assert one.wait(0) == {}, "heads only grow"
        one.follow(["user:b"])
        hub.publish({"user:a": 5, "user:b": 10})
        assert one.wait(0) == {"user:b": 10}
    assert hub.followed() == set()


def test_a_thread_and_a_coroutine_are_woken_and_let_go() -> None:
    hub = Hub()
    one = hub.subscribe(["org"])
    later = threading.Timer(0.05, lambda: hub.publish({"org": 1}))
    later.start()
    assert one.wait(60) == {"org": 1}
    later.join()

    async def wait() -> None:
        asyncio.get_running_loop().call_later(0.05, hub.publish, {"org": 2})
        assert await one.waiting(60) == {"org": 2}
        assert await one.waiting(0.01) == {}
        asyncio.get_running_loop().call_later(0.05, hub.close)
        assert await one.waiting(60) == {}

    asyncio.run(wait())
    assert one.wait(60) == {}


def test_a_commit_wakes_and_what_is_undone_does_not(server: Server) -> None:
    with server.store.wakeups.subscribe(["org"]) as one:
        server.add_user("Li", "North")
        head = one.wait(60)["org"]
        assert head >= 1
        one.wait(0.2)
        with pytest.raises(ZeroDivisionError):
            server.store.write(lambda conn: (_add(server, conn), 1 / 0))
        assert one.wait(0.1) == {}


def _add(server: Server, conn: object) -> None:
    from sync.server import accounts

    accounts.add_user(conn, "Wang", "North", "rep", server.clock())  # type: ignore[arg-type]


@pytest.fixture
def pair() -> Iterator[tuple[Store, Store]]:
    """Two workers of one office."""
    first = postgres.emptied(postgres.here("workers"))
    second = open_url(postgres.here("workers"))
    yield first, second
    first.close()
    second.close()


@needs_postgres
def test_news_reaches_the_other_worker_coalesced(pair: tuple[Store, Store]) -> None:
    first, second = pair
    sent: list[dict[str, int]] = []
    assert isinstance(first.wakeups, Notified)
    notify = first.wakeups._notify  # noqa: SLF001 - counted
    first.wakeups._notify = lambda part: (sent.append(part), notify(part))[1]  # type: ignore[method-assign]  # noqa: SLF001
    with second.wakeups.subscribe(["org", "user:a"]) as one:
        first.wakeups.publish({"user:z": 1})
        deadline = time.monotonic() + 60
        while not one.wait(0.2) and time.monotonic() < deadline:  # until the other listens
            first.wakeups.publish({"org": int(time.time())})
        sent.clear()
        began = time.monotonic()
        for head in range(1, 501):
            first.wakeups.publish({"user:a": head})
        news: dict[str, int] = {}
        while news.get("user:a") != 500 and time.monotonic() < began + 60:
            news |= one.wait(1)
        took = time.monotonic() - began
    assert news["user:a"] == 500
    assert len(sent) <= took / PAUSE + 2


@needs_postgres
def test_more_streams_than_one_message_holds_go_in_several(pair: tuple[Store, Store]) -> None:
    first, second = pair
    many = {f"user:{place:032x}": place + 1 for place in range(400)}
    with second.wakeups.subscribe(None) as one:
        deadline = time.monotonic() + 60
        while not one.wait(0.2) and time.monotonic() < deadline:
            first.wakeups.publish({"org": int(time.time())})
        first.wakeups.publish(many)
        news: dict[str, int] = {}
        while len(news.keys() & many.keys()) < 400 and time.monotonic() < deadline:
            news |= one.wait(1)
    assert {name: news[name] for name in many} == many
    assert len(json.dumps(many)) > 2 * LARGEST


@needs_postgres
def test_a_listener_that_lost_its_connection_learns_what_it_missed(pair: tuple[Store, Store]) -> None:
    first, second = pair
    with second.wakeups.subscribe(None) as one:
        deadline = time.monotonic() + 60
        while not one.wait(0.2) and time.monotonic() < deadline:
            first.wakeups.publish({"org": 1})
        first.write(
            lambda conn: conn.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
            )
        )
        office = Server(first)
        office.add_user("Li", "North")
        news: dict[str, int] = {}
        while news.get("org", 0) < 2 and time.monotonic() < deadline:
            news |= one.wait(1)
    assert news["org"] >= 2


@needs_postgres
def test_three_workers_answer_on_one_port_and_a_dead_one_is_replaced(tmp_path: Path) -> None:
    url = postgres.here("port")
    store = postgres.emptied(url)
    office = Server(store)
    office.add_user("Li", "North")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "sync.server", "serve", "--data", str(tmp_path), "--port", "0"),
            *("--database-url", url, "--workers", "3", "--attended"),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["url"]
        children = _children(process.pid, 2)
        laptops = []
        for _ in range(3):
            remote = Remote(address)
            laptop = Laptop(remote)  # type: ignore[arg-type]
            laptop.enrol(office.new_code("Li"))
            laptops.append((laptop, remote))
        os.kill(children[0], signal.SIGKILL)
        for laptop, _ in laptops * 5:
            laptop.create("customer", name="A")
            assert all(verdict.kind == "applied" for verdict in laptop.sync().verdicts)
        assert children[0] not in _children(process.pid, 2)
        for _, remote in laptops:
            remote.session.close()
    finally:
        process.communicate()
    assert process.returncode == 0
    for laptop, _ in laptops:
        laptop.server = office
        laptop.sync()
    assert {len(laptop.rows) for laptop, _ in laptops} == {len(laptops[0][0].rows)}
    store.close()


@needs_postgres
def test_whichever_of_two_workers_is_asked_speaks_for_both(tmp_path: Path) -> None:
    url = postgres.here("port")
    store = postgres.emptied(url)
    office = Server(store)
    office.add_user("Li", "North")
    store.close()
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "sync.server", "serve", "--data", str(tmp_path), "--port", "0"),
            *("--database-url", url, "--workers", "2", "--attended"),
        ],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["url"]
        [second] = _children(process.pid, 1)
        _until(lambda: _told(address)["satchel_workers"] == 2)
        asked = '{route="/v1/hello",status="200"}'
        for _ in range(40):  # a connection each, so that both take some
            requests.get(f"{address}/v1/hello", timeout=30)
        told = [_told(address)[f"satchel_requests_total{asked}"] for _ in range(20)]
        assert told == sorted(told), "whoever is asked, no sum goes back"
        _until(lambda: {_told(address)[f"satchel_requests_total{asked}"] for _ in range(8)} == {40.0})
        health = requests.get(f"{address}/health", timeout=30).json()
        assert (health["workers"], health["workers_wanted"]) == (2, 2)
        os.kill(second, signal.SIGSTOP)
        _until(lambda: _told(address, 2.0)["satchel_workers"] == 1, 30)
        os.kill(second, signal.SIGKILL)
        _until(lambda: _told(address)["satchel_workers"] == 2, 30)
        assert {_told(address)[f"satchel_requests_total{asked}"] for _ in range(8)} == {40.0}
    finally:
        process.communicate()
    assert process.returncode == 0
    assert list((tmp_path / "tmp").glob("satchel-workers-*")) == []


def _told(address: str, patience: float = 5.0) -> dict[str, float]:
    """The metrics; asked again where the worker that took the question does not answer."""
    while True:
        try:
            answer = requests.get(f"{address}/metrics", timeout=patience)
        except requests.RequestException:
            continue
        assert answer.status_code == 200
        return metrics_of(answer.text)


def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.1)


def _children(parent: int, count: int) -> list[int]:
    """The worker processes of a server, once so many run."""
    deadline = time.monotonic() + 60
    path = Path(f"/proc/{parent}/task/{parent}/children")
    found: list[int] = []
    while time.monotonic() < deadline:
        found = [int(pid) for pid in path.read_text().split()] + [
            int(pid)
            for task in Path(f"/proc/{parent}/task").glob("*/children")
            if task != path
            for pid in task.read_text().split()
        ]
        found = [pid for pid in found if "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()]
        if len(found) >= count:
            break
        time.sleep(0.1)
    return found
