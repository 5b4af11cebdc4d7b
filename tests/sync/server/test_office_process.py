"""The office as it is run: over a real socket, by its command line, and beside itself."""

import gc
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from desktop.errors import Damaged
from sync.protocol import codec, messages
from sync.server.app import Running
from sync.server.server import Answer, Server
from sync.server.server import Request as HttpRequest
from sync.server.store import open_folder
from tests.sync.server.laptop import Laptop

ROOT = Path(__file__).parents[3]


class Remote:
    """A server at an address, as `Laptop` asks it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def handle(self, request: HttpRequest) -> Answer:
        answer = self.session.request(
            request.method,
            self.url + request.target,
            data=request.body,
            headers=dict(request.headers),
            stream=True,
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers, answer.raw.read())


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    office = Running(Server(open_folder(tmp_path / "office"))).start()
    yield office
    office.stop()
    gc.collect()


def test_two_laptops_sync_over_a_socket(running: Running, tmp_path: Path) -> None:
    beside = Server(open_folder(tmp_path / "office"))
    laptops = []
    for name in ("Li", "Wang"):
        beside.add_user(name, "North")
        remote = Remote(running.url)
        laptops.append(Laptop(remote))  # type: ignore[arg-type]
        laptops[-1].enrol(beside.new_code(name))
        laptops[-1].sync()
    record = laptops[0].create("customer", name="青禾")
    laptops[0].sync()
    laptops[1].sync()
    assert laptops[1].row("customer", record)["name"] == "青禾"
    beside.revoke(laptops[1].device)
    answer = laptops[1].ask("GET", messages.SNAPSHOT + "user%3A" + laptops[0].user)
    assert answer.status == 401
    for laptop in laptops:
        laptop.server.session.close()  # type: ignore[attr-defined]
    beside.store.close()


def test_hello_tells_who_answers(running: Running) -> None:
    answer = requests.get(running.url + messages.HELLO, params={"nonce": "n1"}, timeout=30)
    hello = codec.decode(answer.content, messages.Hello)
    assert (hello.product, hello.nonce, hello.protocols) == ("satchel", "n1", [1])
    assert requests.get(running.url + "/v1/nothing", timeout=30).json()["code"] == "bad_request"
    too_large = requests.post(running.url + messages.SYNC, data=b" " * (messages.MAX_BODY + 100), timeout=20)
    assert too_large.status_code == 413


def test_a_defect_is_told_as_one_and_the_office_stays_up(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Server, _request: object) -> None:
        raise RuntimeError("of our own making")

    with monkeypatch.context() as patched:
        patched.setattr(Server, "handle", broken)
        answer = requests.get(running.url + messages.HELLO, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (500, "defect")
    assert "own making" not in answer.text
    assert requests.get(running.url + messages.HELLO, timeout=30).status_code == 200


# ---------------------------------------------------------------- the command line


def cli(data: Path, *arguments: str, code: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "sync.server", *arguments, "--data", str(data), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"},
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "sync.server", "--data", str(tmp_path / "office"), "serve", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        yield started, json.loads(started.stdout.readline())["url"]
        if started.poll() is None:
            started.kill()


def test_the_command_line_works_beside_a_running_office(
    process: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    started, url = process
    data = tmp_path / "office"
    user = cli(data, "user", "add", "李雷", "--team", "华东", "--role", "rep")
    assert set(user) == {"id", "name", "team", "role"}
    code = cli(data, "code", "李雷")["code"]
    remote = Remote(url)
    laptop = Laptop(remote)  # type: ignore[arg-type]
    laptop.enrol(code)
    laptop.create("customer", name="A")
    laptop.sync()
    remote.session.close()
    listed = cli(data, "device", "list")
    assert [(one["user"], one["id"], one["ops"]) for one in listed] == [("李雷", laptop.device, 1)]
    told = cli(data, "device", "revoke", listed[0]["code"], "--confirm", "laptop")
    assert told == {"id": laptop.device, "revoked": True, "wipe": True, "send": True}
    assert cli(data, "audit")["ok"]
    assert "没有用户" in cli(data, "code", "韩梅梅", code=3)
    assert "命令的写法不对" in cli(data, "device", "revoke", code=2)
    assert cli(data, "user", "add", "李雷", code=1)
    started.send_signal(signal.SIGTERM)
    assert started.wait(60) == 0
    assert started.stderr is not None
    assert started.stderr.read() == ""
    assert not (data / "office.db-wal").exists()


def test_an_office_killed_at_once_keeps_what_it_acknowledged(
    process: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    started, url = process
    beside = Server(open_folder(tmp_path / "office"))
    beside.add_user("Li")
    remote = Remote(url)
    laptop = Laptop(remote)  # type: ignore[arg-type]
    laptop.enrol(beside.new_code("Li"))
    record = laptop.create("customer", name="A")
    answer = laptop.sync()
    remote.session.close()
    started.kill()
    started.wait(60)
    laptop.server, laptop.sent, laptop.acked = beside, 0, 0
    assert laptop.sync().verdicts == answer.verdicts
    assert laptop.row("customer", record)["version"] == 1
    beside.store.close()


def test_without_tls_the_office_answers_this_computer_only(tmp_path: Path) -> None:
    assert "TLS" in cli(tmp_path / "x", "serve", "--host", "0.0.0.0", code=2)
    assert cli(tmp_path / "x", "serve", "--certificate", "nothing.pem", code=2)
    assert not (tmp_path / "x").exists()


def test_the_files_of_the_office_are_its_own_and_unreadable(tmp_path: Path) -> None:
    server = Server(open_folder(tmp_path / "office"))
    server.add_user("金丝雀Canary")
    server.store.close()
    folder = tmp_path / "office"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "金丝雀".encode() not in path.read_bytes()
        assert b"Canary" not in path.read_bytes()
    assert not (folder / "office.db").read_bytes().startswith(b"SQLite format")


def test_a_lost_or_foreign_key_is_said_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    open_folder(folder).close()
    before = (folder / "office.db").read_bytes()
    key = (folder / "office.key").read_text()
    for content in (None, "xyz", "00", "11" * 32):
        (folder / "office.key").unlink(missing_ok=True)
        if content is not None:
            (folder / "office.key").write_text(content)
        with pytest.raises(Damaged):
            open_folder(folder)
    assert (folder / "office.db").read_bytes() == before
    (folder / "office.key").write_text(key)
    open_folder(folder).close()
