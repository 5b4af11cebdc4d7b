"""What the office tells of itself over HTTP: its description, its health, its counters, its pin, its end."""

import gc
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import requests

from sync.client.driver import Request as ClientRequest
from sync.client.transport import HttpTransport
from sync.engine.actions import Answer, Failure
from sync.protocol import codec, messages
from sync.server import certificates, health, openapi
from sync.server.app import Running, make_app
from sync.server.cli import run
from sync.server.server import Answer as ServerAnswer
from sync.server.server import Request, Server
from sync.server.store import open_folder
from tests.sync.server.laptop import Laptop
from tests.sync.server.test_office_process import Remote

ROOT = Path(__file__).parents[3]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Server]:
    server = Server(open_folder(tmp_path / "office"))
    yield server
    server.store.close()
    gc.collect()


@pytest.fixture
def running(office: Server) -> Iterator[Running]:
    started = Running(office).start()
    yield started
    started.stop()


# ---------------------------------------------------------------- the description


def test_every_address_that_is_answered_is_described(office: Server) -> None:
    paths = {(page.method, re.sub(r"\{.*", "", page.path)) for page in openapi.PAGES}
    assert paths == office.addresses
    drawn = openapi.draw("1")
    described = {(method.upper(), path) for path, methods in drawn["paths"].items() for method in methods}
    served = {
        (method, route.path)
        for route in make_app(office).routes
        for method in getattr(route, "methods", ())
        if route.path != "/{rest:path}"
    }
    assert served - {pair for pair in served if pair[0] == "HEAD" and ("GET", pair[1]) in served} <= described
    assert described <= served


def test_the_description_is_openapi_and_every_reference_leads_somewhere(running: Running) -> None:
    drawn = requests.get(running.url + openapi.OPENAPI, timeout=30).json()
    assert drawn["openapi"] == "3.1.0"
    operations = [op for methods in drawn["paths"].values() for op in methods.values()]
    assert len({op["operationId"] for op in operations}) == len(operations)
    assert all(op["responses"] for op in operations)
    known = drawn["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(drawn)))
    assert named <= set(known)
    assert {"SyncRequest", "SyncResponse", "Problem", "Verdict"} <= named
    for schema in known.values():
        jsonschema_rs.meta.validate(schema)


class Witness:
    """A server whose every question and answer is compared with its description."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.drawn = openapi.draw("1")
        self.seen: set[str] = set()

    def handle(self, request: Request) -> ServerAnswer:
        answer = self.server.handle(request)
        path = next(
            page
            for page in openapi.PAGES
            if page.method == request.method
            and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", page.path), request.path)
        )
        operation = self.drawn["paths"][path.path][request.method.lower()]
        if "requestBody" in operation and isinstance(path.body, type):
            sent = codec.unpack(request.body, request.headers.get("content-encoding", ""), object)
            self.check(operation["requestBody"], sent)
        told = operation["responses"][str(answer.status)]
        if "application/json" in told.get("content", {}):
            said = codec.unpack(answer.body, answer.headers.get("content-encoding", ""), object)
            self.check(told, said)
        self.seen.add(path.name)
        return answer

    def check(self, told: dict[str, Any], value: Any) -> None:
        schema = told["content"]["application/json"]["schema"]
        jsonschema_rs.validate({**schema, "components": self.drawn["components"]}, value)


def test_what_travels_is_what_the_description_says(office: Server) -> None:
    witness = Witness(office)
    for name in ("Li", "Wang"):
        office.add_user(name, "North")
    laptops = [Laptop(witness) for _ in range(2)]  # type: ignore[arg-type]
    for laptop, name in zip(laptops, ("Li", "Wang"), strict=True):
        laptop.enrol(office.new_code(name))
        laptop.sync()
    record = laptops[0].create("customer", name="青禾")
    laptops[0].create("quote", customer_id=record)
    laptops[0].sync()
    laptops[1].sync()
    laptops[1].set("customer", record, name="青禾贸易")
    laptops[0].set("customer", record, name="青禾集团")
    laptops[0].sync()
    assert laptops[1].sync().verdicts[0].kind == "conflict"
    laptops[0].call("POST", messages.DIGEST, messages.DigestRequest(stream="org"), messages.DigestResponse)
    cursors = [messages.Cursor("org", 0, 1, "")]
    older = messages.PullRequest(protocol=1, schema=1, cursors=cursors)
    laptops[0].call("POST", messages.PULL, older, messages.PullResponse)
    wish = messages.RowsRequest(stream=f"user:{laptops[0].user}", records={"customer": [record]})
    laptops[0].call("POST", messages.ROWS, wish, messages.RowsResponse)
    assert laptops[0].ask("GET", messages.HELLO + "?nonce=n").status == 200
    assert laptops[0].ask("HEAD", messages.BLOBS + "0" * 64).status == 404
    assert laptops[0].ask("GET", messages.AUTHORITY).status == 404
    office.revoke(laptops[1].device)
    assert laptops[1].ask("GET", messages.SNAPSHOT + "org").status == 401
    assert witness.seen >= {"hello", "enrol", "sync", "pull", "snapshot", "digest", "rows", "fileState"}


def test_a_message_that_lies_about_its_shape_would_be_seen(office: Server) -> None:
    witness = Witness(office)
    operation = witness.drawn["paths"][messages.HELLO]["get"]["responses"]["200"]
    with pytest.raises(jsonschema_rs.ValidationError):
        witness.check(operation, {"product": "satchel", "nonce": "n"})


# ---------------------------------------------------------------- health and counters


def test_health_says_what_everybody_may_know_and_the_rest_to_who_keeps_the_office(
    running: Running, office: Server
) -> None:
    office.add_user("金丝雀")
    said = requests.get(running.url + "/health", timeout=30).json()
    assert said["ok"] is True
    assert said["people"] == 1
    public = codec.encode(health.health(office, trusted=False)).decode()
    assert set(json.loads(public)) == {"ok", "name", "version", "time", "laptops"}
    page = requests.get(running.url + "/", timeout=30)
    assert page.headers["content-type"].startswith("text/html")
    for word in ("从未", "never", "版本", "最近一次核对过的备份", 'lang="en"'):
        assert word in page.text
    assert "金丝雀" not in page.text + public


def test_an_office_that_is_not_well_says_so_to_a_program_and_why_to_who_keeps_it(
    running: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left")

    monkeypatch.setattr(health, "health", fail)
    answer = requests.get(running.url + "/health", timeout=30)
    assert (answer.status_code, answer.json()) == (503, {"ok": False})
    assert "health: OSError: [Errno 28] No space left" in caplog.messages


def test_a_name_with_marks_is_shown_as_it_is(office: Server) -> None:
    said = health.Health(ok=True, name="<script>A&B", version="1", time=0, laptops=0)
    assert "<script>" not in health.page(said)
    assert "&lt;script&gt;A&amp;B" in health.page(said)


def test_the_page_says_how_old_the_backup_is(office: Server) -> None:
    day = 86_400_000
    for age, words in ((0, "0 分钟前"), (3 * 3_600_000, "3 小时前"), (5 * day, "5 天前")):
        said = health.Health(
            ok=True, name="A", version="1", time=100 * day, laptops=1, backup_at=100 * day - age
        )
        assert words in health.page(said)
        assert ("备份已经很久" in health.page(said)) == (age > 36 * 3_600_000)


def metrics_of(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP|TYPE) [a-z_]+[a-z0-9_]* .+", line)
            continue
        match = re.fullmatch(r'([a-z_0-9]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) (\S+)', line)
        assert match, line
        assert match[1] not in found
        found[match[1]] = float(match[2])
    return found


def test_metrics_count_what_laptops_did(running: Running, office: Server) -> None:
    office.add_user("Li")
    remote = Remote(running.url)
    laptop = Laptop(remote)  # type: ignore[arg-type]
    laptop.enrol(office.new_code("Li"))
    laptop.create("customer", name="A")
    laptop.sync()
    assert laptop.ask("GET", "/v1/nothing").status == 404
    remote.session.close()
    answer = requests.get(running.url + "/metrics", timeout=30)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = metrics_of(answer.text)
    assert found['satchel_requests_total{route="/v1/sync",status="200"}'] == 1
    assert found['satchel_requests_total{route="other",status="404"}'] == 1
    assert found['satchel_request_seconds_bucket{route="/v1/sync",le="+Inf"}'] == 1
    assert found['satchel_request_seconds_count{route="/v1/sync"}'] == 1
    assert found['satchel_pushes_total{status="ok"}'] == 1
    assert found['satchel_operations_total{verdict="applied"}'] == 1
    assert found["satchel_laptops"] == found["satchel_laptops_seen_1h"] == 1
    assert found["satchel_store_bytes"] > 100_000
    assert found["satchel_streams"] >= 2
    assert found["satchel_requests_open"] == 0
    assert "satchel_backup_timestamp_seconds" not in found


def test_metrics_are_for_this_computer_or_for_who_has_the_token(office: Server) -> None:
    behind = Running(office, behind_proxy=True).start()
    try:
        assert requests.get(behind.url + "/metrics", timeout=30).status_code == 401
        assert "people" not in requests.get(behind.url + "/health", timeout=30).json()
        token = health.token(office)
        assert health.token(office) == token
        shown = {"authorization": f"Bearer {token}"}
        assert requests.get(behind.url + "/metrics", headers=shown, timeout=30).status_code == 200
        asked = requests.get(behind.url + "/health", params={"token": token}, timeout=30)
        assert asked.json()["people"] == 0
        for wrong in ("", "Bearer", f"Bearer {token}x", "Bearer ü"):
            sent = {"authorization": wrong.encode()}
            assert requests.get(behind.url + "/metrics", headers=sent, timeout=30).status_code == 401
    finally:
        behind.stop()


def test_who_comes_through_a_proxy_of_this_computer_is_not_this_computer(running: Running) -> None:
    asked = requests.get(running.url + "/metrics", headers={"x-forwarded-for": "203.0.113.7"}, timeout=30)
    assert asked.status_code == 401


# ---------------------------------------------------------------- TLS with a pin


def hello(url: str) -> Answer | Failure:
    transport = HttpTransport(url)
    try:
        return transport.send(ClientRequest("GET", messages.HELLO + "?nonce=n", b"", {}), lambda: False)
    finally:
        transport.close()


def test_a_laptop_trusts_the_office_whose_pin_it_was_given_and_nobody_else(
    tmp_path: Path, office: Server
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    now = datetime.now(UTC)
    pin = certificates.make(ours, ["127.0.0.1", "localhost"], "青禾", now)
    stranger = certificates.make(theirs, ["127.0.0.1"], "青禾", now)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}", pin)
    office.authority = certificates.authority(ours)
    certificate, key = certificates.ready(ours)
    running = Running(office, certificate=str(certificate), key=str(key)).start()
    try:
        assert certificates.address(ours) == f"https://127.0.0.1:8440#{pin}"
        good = hello(f"{running.url}#{pin.lower().replace('-', ' ').replace('0', 'o')}")
        assert isinstance(good, Answer)
        assert good.status == 200
        assert hello(f"{running.url}#{stranger}") == Failure("certificate")
        assert hello(f"{running.url}#{pin[:-6]}") == Failure("certificate")
        assert hello(f"{running.url}#short") == Failure("certificate")
        assert hello(running.url) == Failure("certificate")
        office.authority = certificates.authority(theirs)
        assert hello(f"{running.url}#{stranger}") == Failure("certificate"), (
            "a pin alone proves no connection"
        )
        office.authority = ""
        assert hello(f"{running.url}#{pin}") == Failure("certificate")
    finally:
        running.stop()
    assert hello(f"{running.url}#{pin}") == Failure("unreachable")


def test_a_name_that_the_certificate_does_not_carry_is_refused(tmp_path: Path, office: Server) -> None:
    folder = tmp_path / "tls"
    pin = certificates.make(folder, ["office.example"], "A", datetime.now(UTC))
    office.authority = certificates.authority(folder)
    certificate, key = certificates.ready(folder)
    running = Running(office, certificate=str(certificate), key=str(key)).start()
    try:
        assert hello(f"{running.url}#{pin}") == Failure("certificate")
    finally:
        running.stop()


# ---------------------------------------------------------------- its end


def test_an_office_told_to_stop_ends_what_it_has_begun_and_takes_nothing_new(tmp_path: Path) -> None:
    """A push travels slowly: half of its body is sent when SIGTERM comes, the rest afterwards."""
    data = tmp_path / "office"
    assert run(["init", "--data", str(data), "--name", "青禾", "--admin", "王芳", "--json"]) == 0
    with subprocess.Popen(
        [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        beside = Server(open_folder(data))
        remote = Remote(url)
        laptop = Laptop(remote)  # type: ignore[arg-type]
        laptop.enrol(beside.new_code("王芳"))
        record = laptop.create("customer", name="途中")
        slow = Slow(url)
        laptop.server = slow  # type: ignore[assignment]
        pushing = threading.Thread(target=laptop.sync)
        pushing.start()
        assert slow.half.wait(60)
        process.send_signal(signal.SIGTERM)
        wait_until_closed(slow.address)
        slow.go.set()
        pushing.join(60)
        assert slow.status == 200
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
        remote.session.close()
        with beside.store.read() as conn:
            name = conn.exec_driver_sql("SELECT name FROM customer WHERE id = ?", (bytes.fromhex(record),))
            assert name.scalar_one() == "途中"
        beside.store.close()


class Slow:
    """Sends the first request in two halves, the second when told to; later ones are not made."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.address = (host, int(port))
        self.half, self.go = threading.Event(), threading.Event()
        self.status = 0

    def handle(self, request: Request) -> ServerAnswer:
        head = [f"{request.method} {request.target} HTTP/1.1", "host: office", "connection: close"]
        head += [f"{name}: {value}" for name, value in request.headers.items()]
        text = "\r\n".join([*head, f"content-length: {len(request.body)}", "", ""]).encode()
        with socket.create_connection(self.address) as connection:
            middle = len(request.body) // 2
            connection.sendall(text + request.body[:middle])
            self.half.set()
            assert self.go.wait(90)
            connection.sendall(request.body[middle:])
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        self.status = int(answer.split(b" ")[1])
        lines, _, body = answer.partition(b"\r\n\r\n")
        headers = dict(line.decode().lower().split(": ", 1) for line in lines.split(b"\r\n")[1:])
        done = codec.unpack(body, headers.get("content-encoding", ""), messages.SyncResponse)
        calm = messages.SyncResponse(
            status=done.status, last=done.last, server_at=0, heads=[], person=done.person
        )
        return ServerAnswer(200, {}, codec.encode(calm))


def wait_until_closed(address: tuple[str, int]) -> None:
    """The office stops taking connections while the push is still on its way."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the office goes on taking connections")
