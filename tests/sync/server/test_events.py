"""Who listens over a real socket: what is told to whom, how soon, and when the line ends."""

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from sync.protocol import codec, messages, signing
from sync.protocol import events as wire
from sync.protocol.events import Reader, fingerprint
from sync.protocol.messages import News
from sync.server import events
from sync.server.app import Running
from sync.server.server import Server
from tests.sync import postgres
from tests.sync.server.laptop import Laptop

EVENTS = messages.EVENTS


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    yield office
    office.store.close()
    gc.collect()


@pytest.fixture
def running(server: Server) -> Iterator[Running]:
    started = Running(server).start()
    yield started
    started.stop()


def joined(server: Server, name: str, team: str = "North", role: str = "rep") -> Laptop:
    laptop = Laptop(server)
    laptop.enrol(server.new_code(server.add_user(name, team, role)))
    laptop.sync()
    return laptop


class Ear:
    """One open line of a laptop."""

    def __init__(self, laptop: Laptop, url: str, target: str = EVENTS) -> None:
        self.response = ask(laptop, url, target, accept=wire.KIND)
        self.reader = Reader()
        self.pieces = self.response.raw.stream(4096)
        self.told: dict[str, int] = {}

    def hear(self) -> News:
        """The next event, without beats and what was told before: heads are hints, a late notice repeats."""
        for piece in self.pieces:
            for news in self.reader.feed(piece):
                fresh = {name: head for name, head in news.heads.items() if head > self.told.get(name, 0)}
                self.told |= fresh
                if fresh or news.all:
                    return news if news.all else News(heads=fresh)
        raise EOFError

    def close(self) -> None:
        self.response.close()


def ask(laptop: Laptop, url: str, target: str, accept: str = "*/*", timeout: float = 30.0) -> Any:
    return requests.get(
        url + target,
        headers={**signed(laptop, target), "Accept": accept},
        stream=True,
        timeout=timeout,
    )


def signed(laptop: Laptop, target: str) -> dict[str, str]:
    laptop.sequence += 1
    return signing.sign_request(
        laptop.key, "GET", target, b"", laptop.device, f"{laptop.sequence:032x}", laptop.sequence
    )


def holds(laptop: Laptop) -> str:
    return f"{EVENTS}?after={fingerprint(laptop.cursors)}"


def test_who_listens_hears_first_where_everything_stands_and_then_what_moves(
    server: Server, running: Running
) -> None:
    ann, bob = joined(server, "Ann"), joined(server, "Bob")
    with closing(Ear(bob, running.url)) as ear:
        first = ear.hear()
        assert first.all
        assert set(first.heads) == {"org", *(f"user:{one.user}" for one in (ann, bob)), *teams(first)}
        ann.create("customer", name="Sky")
        ann.sync()
        began = time.monotonic()
        told = ear.hear()
        assert time.monotonic() - began < 15
        assert list(told.heads) == [f"user:{ann.user}"]
        assert told.heads[f"user:{ann.user}"] == ann.cursors[f"user:{ann.user}"]
        assert not told.all


def teams(news: News) -> set[str]:
    return {name for name in news.heads if name.startswith("team:")}


def test_who_holds_everything_hears_nothing_until_something_moves(server: Server, running: Running) -> None:
    ann = joined(server, "Ann")
    with closing(Ear(ann, running.url, holds(ann))) as ear:
        ann.create("customer", name="Sky")
        ann.sync()
        assert not ear.hear().all


def test_streams_of_others_are_never_named(server: Server, running: Running) -> None:
    ann, eve = joined(server, "Ann"), joined(server, "Eve", "South")
    with closing(Ear(eve, running.url)) as ear:
        assert f"user:{ann.user}" not in ear.hear().heads
        ann.create("customer", name="Secret")
        ann.sync()
        eve.create("customer", name="Own")
        eve.sync()
        assert list(ear.hear().heads) == [f"user:{eve.user}"]


def test_what_moves_in_quick_succession_is_told_at_once(server: Server, running: Running) -> None:
    ann, bob = joined(server, "Ann"), joined(server, "Bob")
    with closing(Ear(bob, running.url, holds(bob))) as ear:
        began = time.monotonic()
        for number in range(40):
            ann.create("customer", name=str(number))
            ann.sync()
        told, heard = 0, 0
        while heard < ann.cursors[f"user:{ann.user}"]:
            heard = ear.hear().heads.get(f"user:{ann.user}", heard)
            told += 1
        assert told <= (time.monotonic() - began) / events.PAUSE + 2


def test_a_new_colleague_makes_the_line_name_all_streams_anew(server: Server, running: Running) -> None:
    ann = joined(server, "Ann")
    with closing(Ear(ann, running.url)) as ear:
        before = ear.hear()
        carl = server.add_user("Carl", "North", "rep")
        again = ear.hear()
        while not again.all:
            again = ear.hear()
        assert set(again.heads) == {*before.heads, f"user:{carl}"}


def test_a_laptop_that_is_shut_out_hears_nothing_more(server: Server, running: Running) -> None:
    ann, bob = joined(server, "Ann"), joined(server, "Bob")
    with closing(Ear(bob, running.url)) as ear:
        ear.hear()
        server.revoke(bob.device)
        ann.create("customer", name="Later")
        ann.sync()
        with pytest.raises(EOFError):
            ear.hear()
    answer = ask(bob, running.url, EVENTS, accept=wire.KIND)
    assert (answer.status_code, answer.json()["code"]) == (401, "wipe")


def test_somebody_who_left_hears_no_more_after_the_next_beat(
    server: Server, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "BEAT", 0.05)
    bob = joined(server, "Bob")
    with closing(Ear(bob, running.url)) as ear:
        ear.hear()
        monkeypatch.setattr(events, "scope_of", lambda *_: None)
        with pytest.raises(EOFError):
            ear.hear()


@pytest.mark.parametrize("spoilt", ["signature", "device", "sequence", "nothing"])
def test_nobody_listens_who_has_not_signed(spoilt: str, server: Server, running: Running) -> None:
    ann = joined(server, "Ann")
    headers = signed(ann, EVENTS)
    if spoilt == "nothing":
        headers = {}
    else:
        headers[f"Satchel-{spoilt.capitalize()}"] = {"sequence": "1"}.get(spoilt, "0" * 32)
    answer = requests.get(running.url + EVENTS, headers={**headers, "Accept": wire.KIND}, timeout=30)
    assert answer.status_code == 401
    repeated = signed(ann, EVENTS)
    for status in (200, 409):
        with requests.get(
            running.url + EVENTS, headers={**repeated, "Accept": wire.KIND}, timeout=30, stream=True
        ) as answer:
            assert answer.status_code == status


def test_a_laptop_has_one_line_and_the_new_one_counts(server: Server, running: Running) -> None:
    ann = joined(server, "Ann")
    with closing(Ear(ann, running.url)) as old, closing(Ear(ann, running.url)) as new:
        old.hear()
        with pytest.raises(EOFError):
            old.hear()
        new.hear()
        assert len(server.events) == 1


def test_a_line_that_is_left_is_forgotten(server: Server, running: Running) -> None:
    ann = joined(server, "Ann")
    with closing(Ear(ann, running.url)) as ear:
        ear.hear()
        assert len(server.events) == 1
    assert eventually(lambda: len(server.events) == 0)


def eventually(holds_now: Any) -> bool:
    deadline = time.monotonic() + 30
    while not holds_now() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(holds_now())


def test_the_office_ends_at_once_although_somebody_listens(server: Server) -> None:
    ann, bob = joined(server, "Ann"), joined(server, "Bob")
    running = Running(server).start()
    with closing(Ear(ann, running.url)) as ear, closing(waiting(bob, running.url, "wait=25")) as poll:
        ear.hear()
        assert eventually(lambda: len(server.events) == 2)
        began = time.monotonic()
        running.stop()
        assert time.monotonic() - began < 15
        with pytest.raises(EOFError):
            ear.hear()
        assert not poll.result().all


class waiting:  # noqa: N801 - it reads as what it does
    """An answer that is held back."""

    def __init__(self, laptop: Laptop, url: str, query: str) -> None:
        self._said: list[Any] = []
        target = f"{holds(laptop)}&{query}"
        self._thread = threading.Thread(
            target=lambda: self._said.append(ask(laptop, url, target, timeout=30))
        )
        self._thread.start()

    def result(self) -> News:
        self._thread.join()
        answer = self._said[0]
        assert answer.status_code == 200, answer.text
        return codec.decode(answer.content, News)

    def close(self) -> None:
        self._thread.join()


def test_an_answer_is_held_back_until_something_moves(server: Server, running: Running) -> None:
    ann, bob = joined(server, "Ann"), joined(server, "Bob")
    with closing(waiting(bob, running.url, "wait=20")) as poll:
        assert eventually(lambda: len(server.events) == 1)
        ann.create("customer", name="Sky")
        ann.sync()
        assert poll.result().heads == {f"user:{ann.user}": ann.cursors[f"user:{ann.user}"]}
    assert len(server.events) == 0


def test_a_held_answer_comes_empty_when_the_time_is_up(server: Server, running: Running) -> None:
    ann = joined(server, "Ann")
    for _ in range(3):  # the news of her joining may still be on its way between the workers
        began = time.monotonic()
        with closing(waiting(ann, running.url, "wait=1")) as poll:
            said = poll.result()
        if said == News():
            break
    assert said == News()
    assert 0.9 < time.monotonic() - began < 15


def test_a_held_answer_says_that_the_laptop_was_shut_out(server: Server, running: Running) -> None:
    ann = joined(server, "Ann")
    said: list[Any] = []

    def listen() -> None:
        while not said or said[-1].status_code == 200:  # news of her joining may still come first
            said.append(ask(ann, running.url, f"{holds(ann)}&wait=20", timeout=30))

    thread = threading.Thread(target=listen)
    thread.start()
    assert eventually(lambda: len(server.events) == 1)
    server.revoke(ann.device)
    thread.join()
    assert (said[-1].status_code, said[-1].json()["code"]) == (401, "wipe")


def test_without_waiting_it_is_told_where_everything_stands(server: Server) -> None:
    ann = joined(server, "Ann")
    told = ann.call("GET", EVENTS, None, News)
    assert (told.all, told.heads) == (True, ann.cursors)
    assert ann.call("GET", holds(ann), None, News) == News()


def test_a_wait_that_is_no_number_is_refused(server: Server, running: Running) -> None:
    answer = ask(joined(server, "Ann"), running.url, f"{EVENTS}?wait=soon")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert len(server.events) == 0


def test_an_office_with_too_many_lines_asks_for_patience(
    server: Server, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST", 0)
    answer = ask(joined(server, "Ann"), running.url, EVENTS, accept=wire.KIND)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_who_does_not_read_is_let_go(
    server: Server, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SLOW", 0.2)
    monkeypatch.setattr(events, "PAUSE", 0.0)
    monkeypatch.setattr(events, "BEAT", 0.0)
    monkeypatch.setattr(wire, "BEAT", b":" * 500_000 + b"\n\n")
    ann = joined(server, "Ann")
    with closing(Ear(ann, running.url, holds(ann))):
        assert eventually(lambda: len(server.events) == 0)


def test_events_are_put_together_from_any_pieces() -> None:
    said = [News(heads={"org": 1}), News(heads={"user:1": 7}, all=True)]
    text = wire.BEAT + b"".join(map(wire.event, said)).replace(b"\n", b"\r\n") + b"event: x\n\n"
    for cut in range(len(text)):
        reader = Reader()
        assert reader.feed(text[:cut]) + reader.feed(text[cut:]) == said


@pytest.mark.parametrize("nonsense", [b"data: <html>\n\n", b'data: {"heads": 3}\n\n', b"x" * (9 << 20)])
def test_nonsense_in_a_line_is_recognised(nonsense: bytes) -> None:
    with pytest.raises(codec.BadMessage):
        Reader().feed(nonsense)
