"""A file of a first copy holds what its laptop may see, for that laptop alone."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.models import migrations
from desktop.models.engines import Keyring
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.client.driver import Request, Session, drive, enrol, sync_once
from sync.engine.actions import Answer, Send
from sync.protocol import codec
from sync.protocol.messages import SNAPSHOT, SNAPSHOT_FILE, FileRequest
from sync.protocol.versions import SCHEMA
from sync.server import accounts, snapshots
from sync.server.scope import Scope, scope_of
from sync.server.server import Server
from tests.stores import opened
from tests.sync.first_copy.line import ROWS, Line, held, is_as_by_pages, is_clean, just, limits
from tests.sync.simulator.world import Direct


def test_hidden_columns_are_not_in_the_file(server: Server, tmp_path: Path) -> None:
    shown, costs = {}, {}
    for name in ("Ann", "Boss"):
        path, key, plain = tmp_path / f"{name}.db", os.urandom(32), tmp_path / f"{name}.plain"
        with server.store.read() as conn:
            scope = scope_of(conn, accounts.find_user(conn, name), server.clock())
            assert scope is not None
            snapshots.build(conn, scope, path, key)
        assert b"SQLite format" not in path.read_bytes()[:100]
        raw = Keyring(path, key).connect(may_attach=True)
        costs[name] = raw.execute("SELECT DISTINCT cost FROM product").fetchall()
        raw.execute("ATTACH ? AS plain KEY ''", (str(plain),))
        raw.execute("SELECT sqlcipher_export('plain')")
        raw.close()
        shown[name] = plain.read_bytes()
    assert costs["Ann"] == [(None,)]
    stored = costs["Boss"][0][0].to_bytes(6, "big").lstrip(bytes(1))
    assert stored in shown["Boss"]
    assert stored not in shown["Ann"]


def test_another_laptop_gets_nothing_under_the_same_key(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    line = Line(server)
    taken: list[int] = []
    with opened(tmp_path / "other") as other:
        enrol(other, Direct(server), server.new_code("Boss"))

        def steal(request: Request, answer: Answer) -> Answer:
            if request.method == "GET" and request.target.startswith(f"{SNAPSHOT_FILE}/"):
                asked = Session(just(Send("GET", request.target)), Remote(other))
                found = drive(asked, Direct(server))
                assert isinstance(found, Answer)
                taken.append(found.status)
            return answer

        line.change = steal
        sync_once(laptop, line, limits=limits())
    assert taken == [410]


def test_a_role_that_changes_meanwhile_ends_the_file(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(server)

    def demote(request: Request, answer: Answer) -> Answer:
        if request.method == "POST" and request.target == SNAPSHOT_FILE:
            monkeypatch.setattr(snapshots, "heads", lambda _conn, _scope: {"org": 1})
        return answer

    line.change = demote
    report = sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert report.pulled >= ROWS
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def altered(body: bytes) -> bytes:
    """One bit of every block but the first."""
    return body[:4096] + b"".join(
        bytes([body[at] ^ 1]) + body[at + 1 : at + 4096] for at in range(4096, len(body), 4096)
    )


@pytest.mark.parametrize(
    "spoil",
    [
        altered,
        lambda body: body[:-4096],
        lambda body: body[::-1],
        lambda body: bytes(len(body)),
        lambda _: b"",
    ],
    ids=["altered", "truncated", "another file", "empty pages", "nothing"],
)
def test_a_spoilt_file_is_not_trusted_and_the_pages_come(
    server: Server, laptop: Store, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    line = Line(server)
    adopted: list[dict[str, Any]] = []

    def change(request: Request, answer: Answer) -> Answer:
        if request.method == "GET" and request.target.startswith(f"{SNAPSHOT_FILE}/"):
            body = spoil(answer.body) if request.target.endswith("start=0") else b""
            return Answer(answer.status, body, answer.encoding)
        if request.method == "DELETE":
            adopted.append(held(laptop))
        return answer

    line.change = change
    sync_once(laptop, line, limits=limits())
    assert adopted[0]["sync_cursor"] == adopted[0]["? 苏州"] == []
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def test_a_file_under_another_key_changes_nothing(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = snapshots.build

    def under_another(conn: Any, scope: Scope, path: Path, key: bytes) -> list[str]:
        return made(conn, scope, path, bytes([key[0] ^ 1, *key[1:]]))

    line = Line(server)
    monkeypatch.setattr(snapshots, "build", under_another)
    sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)


def test_a_key_that_is_none_is_refused(server: Server, laptop: Store) -> None:
    for key in ("", "00" * 32, "zz" * 32, "AB" * 32):
        body, encoding = codec.pack(FileRequest(key=key, shape=migrations.NEWEST, schema=SCHEMA), "zstd")
        asked = Session(just(Send("POST", SNAPSHOT_FILE, body, encoding)), Remote(laptop))
        answer = drive(asked, Direct(server))
        assert isinstance(answer, Answer)
        assert answer.status == 400
