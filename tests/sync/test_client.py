"""The driver, the transport's small print, and the pacing in the background."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from urllib3.connection import HTTPConnection

from desktop.errors import NotAllowed, Offline, SatchelError, Usage
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.client.driver import Cancelled, Request, Session, enrol, sync_once
from sync.client.lines import Lines
from sync.client.syncer import EVERY, State, Syncer
from sync.client.transport import HttpTransport, retry_after
from sync.engine.actions import Action, Answer, Event, Failure, Load, Send
from sync.protocol import codec, signing
from sync.protocol.messages import SYNC, Problem
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    office = Server(postgres.office(tmp_path / "office"))
    office.add_user("Ann", "South", "rep")
    yield office
    office.store.close()


@pytest.fixture
def laptop(tmp_path: Path, server: Server) -> Iterator[Store]:
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(server), server.new_code("Ann").lower(), name="laptop")
        yield store


class Line(Direct):
    """A line to the office that can be made bad."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.instead: Callable[[Request], Answer | Failure | None] = lambda _: None
        self.asked: list[str] = []

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        self.asked.append(request.target.partition("?")[0])
        return self.instead(request) or super().send(request, cancelled)


def problem(status: int, code: str, **data: object) -> Answer:
    return Answer(status, codec.encode(Problem(code=code, en="no", data=data)))


def new_customer(store: Store) -> None:
    with store.work(store.me(), "customer.new") as work:
        work.add(Customer(name="a"))


def test_two_laptops_meet_through_the_office(server: Server, laptop: Store, tmp_path: Path) -> None:
    server.add_user("Bob", "South", "rep")
    new_customer(laptop)
    assert sync_once(laptop, Direct(server)).pushed == 1
    with opened(tmp_path / "bob") as other:
        enrol(other, Direct(server), server.new_code("Bob"))
        sync_once(other, Direct(server))
        with other.reading() as session:
            assert [customer.name for customer in session.query(Customer)] == ["a"]


def test_enrolling_again_with_the_same_code_changes_nothing(server: Server, tmp_path: Path) -> None:
    code = server.new_code("Ann")
    with opened(tmp_path / "second") as store:
        first = enrol(store, Direct(server), code)
        again = enrol(store, Direct(server), code)
    assert (first.device, first.short) == (again.device, again.short)


def test_a_vault_from_a_backup_goes_on_above_the_numbers_the_office_saw(
    server: Server, laptop: Store
) -> None:
    for _ in range(3):
        sync_once(laptop, Direct(server))
    laptop.set_local("sequence", 1)
    line = Line(server)
    sync_once(laptop, line, greet=False)
    assert line.asked == [SYNC, SYNC]


def test_an_office_that_always_says_answered_before_is_busy_for_us(server: Server, laptop: Store) -> None:
    line = Line(server)
    line.instead = lambda _: problem(409, "sequence", sequence=5)
    with pytest.raises(Offline):
        sync_once(laptop, line, greet=False)
    assert len(line.asked) == 4


@pytest.mark.parametrize("reply", [Answer(409, b"?"), problem(409, "other")])
def test_other_conflicts_are_not_repeated(server: Server, laptop: Store, reply: Answer) -> None:
    line = Line(server)
    line.instead = lambda _: reply
    with pytest.raises(SatchelError):
        sync_once(laptop, line, greet=False)
    assert len(line.asked) == 1


def test_a_person_can_stop_a_sync(server: Server, laptop: Store) -> None:
    with pytest.raises(Cancelled):
        sync_once(laptop, Direct(server), cancelled=lambda: True)


def test_progress_is_told(server: Server, laptop: Store) -> None:
    told: list[str] = []
    new_customer(laptop)
    sync_once(laptop, Direct(server), tell=lambda tell: told.append(tell.state))
    assert "sending" in told
    assert "receiving" in told


def test_the_driver_refuses_what_the_engine_cannot_mean(laptop: Store) -> None:
    def odd() -> Iterator[Action]:
        yield "nonsense"  # type: ignore[misc]

    def nothing() -> Iterator[Action]:
        yield Load(0, 0)

    with pytest.raises(TypeError, match="nonsense"):
        Session(odd(), Remote(laptop)).go_on()  # type: ignore[arg-type]
    session: Session[Event] = Session(nothing(), Remote(laptop))  # type: ignore[arg-type]
    assert session.go_on() is None
    assert session.result is None


def test_every_request_but_the_greeting_is_signed(laptop: Store) -> None:
    def two() -> Iterator[Action]:
        yield Send("GET", "/v1/hello", signed=False)
        yield Send("POST", SYNC, b"{}", "zstd")

    session: Session[Event] = Session(two(), Remote(laptop))  # type: ignore[arg-type]
    first, second = session.go_on(), session.go_on(Failure("x"))
    assert first is not None
    assert second is not None
    assert signing.SIGNATURE not in first.headers
    assert second.headers["Content-Encoding"] == "zstd"
    assert signing.read_headers(second.headers).device == laptop.device.hex


# --- the transport


@pytest.mark.parametrize("url", ["http://office.example", "ftp://x", "https://", ""])
def test_an_address_that_is_not_https_is_refused_except_on_this_machine(url: str) -> None:
    with pytest.raises(Usage):
        HttpTransport(url)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("office.example/", "https://office.example"),
        ("https://office.example/crm/", "https://office.example/crm"),
        ("http://127.0.0.1:8440", "http://127.0.0.1:8440"),
    ],
)
def test_an_address_is_completed(url: str, kept: str) -> None:
    transport = HttpTransport(url, certificate="office.pem")
    assert transport.url == kept
    transport.close()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        ("soon", None),
        ("Tue, 24 Nov 2026 04:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 03:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2026 04:00:30 -0000", 30.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 11, 24, 4, 0, tzinfo=UTC)) == seconds


def test_a_line_that_is_ended_while_it_connects_does_not_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, connect = Lines(), HTTPConnection.connect

    def meanwhile(connection: HTTPConnection) -> None:
        connect(connection)
        lines.hang_up()

    monkeypatch.setattr(HTTPConnection, "connect", meanwhile)
    pools: Any = lines.plain().poolmanager
    with socket.create_server(("127.0.0.1", 0)) as there:
        line = pools.pool_classes_by_scheme["http"].ConnectionCls(*there.getsockname())
        with pytest.raises(OSError, match="ended"):
            line.connect()
    assert line.sock is None


# --- in the background


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(server: Server) -> Line:
    return Line(server)


@pytest.fixture
def syncer(laptop: Store, line: Line, clock: Clock) -> Syncer:
    return Syncer(laptop, line, clock=clock, chance=lambda: 0.5)


def test_it_syncs_when_due_and_greets_only_after_silence(syncer: Syncer, line: Line, clock: Clock) -> None:
    states: list[State] = []
    syncer.listeners.append(states.append)
    assert syncer.run_due() is not None
    assert "/v1/hello" in line.asked
    assert syncer.run_due() is None
    line.asked.clear()
    clock.now += EVERY
    assert syncer.run_due() is not None
    assert line.asked[0] == SYNC
    assert "/v1/hello" not in line.asked
    assert states[-1].name == "idle"
    syncer.wake()
    assert syncer.run_due() is not None


def test_failures_wait_longer_and_another_network_tries_at_once(
    syncer: Syncer, line: Line, clock: Clock
) -> None:
    line.instead = lambda _: Failure("unreachable")
    syncer.run_due()
    assert (syncer.state.name, syncer.state.message is None) == ("offline", False)
    syncer.wake()
    assert syncer.run_due() is None
    clock.now += 0.5
    syncer.run_due()
    line.instead = lambda _: None
    syncer.network_changed()
    assert syncer.run_due() is not None
    assert syncer.state.message is None


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        (problem(503, "busy"), "offline"),
        (problem(403, "revoked"), "stopped"),
        (problem(400, "bad_request"), "wrong"),
    ],
)
def test_the_chip_tells_a_bad_line_from_a_withdrawn_right(
    syncer: Syncer, line: Line, reply: Answer, name: str
) -> None:
    line.instead = lambda request: None if request.target.startswith("/v1/hello") else reply
    assert syncer.run_due() is None
    assert syncer.state.name == name


def test_one_sync_at_a_time_and_it_can_be_cancelled(syncer: Syncer, line: Line) -> None:
    inside: list[object] = []

    def again(_: Request) -> None:
        thread = threading.Thread(target=lambda: inside.append(syncer.run_due()))
        thread.start()
        thread.join()
        syncer.cancel()

    line.instead = again
    assert syncer.run_due() is None
    assert inside == [None]
    assert syncer.state.name == "offline"


def test_a_revoked_laptop_gets_nothing_more(server: Server, laptop: Store) -> None:
    server.revoke(laptop.device.hex)
    with pytest.raises(NotAllowed):
        sync_once(laptop, Direct(server))


def test_a_failure_that_nobody_foresaw_is_logged_shown_and_tried_again_later(
    syncer: Syncer, line: Line, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_: Request) -> None:
        raise ZeroDivisionError("by nothing")

    line.instead = breaks
    assert syncer.run_due() is None
    assert [type(record.exc_info[1]) for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    shown = syncer.state
    assert (shown.name, shown.reason, shown.until is None) == ("wrong", "defect", False)
    assert shown.message is not None
    assert "log" in shown.message.in_language("en")
    assert "日志" in shown.message.in_language("zh")
    line.instead = lambda _: None
    syncer.wake()
    assert syncer.run_due() is None  # it waits, as after any failure
    clock.now += 1
    assert syncer.run_due() is not None
    assert (syncer.state.name, syncer.state.message) == ("idle", None)
