"""Where a file cannot come, or not in time, the pages bring the first copy."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Offline
from desktop.models.store import Store
from sync.client import snapshot as files
from sync.client.driver import Request, enrol, sync_once
from sync.engine.actions import Answer, Failure
from sync.protocol import codec
from sync.protocol.messages import SNAPSHOT, SNAPSHOT_FILE, Problem
from sync.server import snapshots
from sync.server.scope import Scope
from sync.server.server import Server
from tests.stores import opened
from tests.sync.first_copy.line import ROWS, Line, held, is_as_by_pages, is_clean, limits
from tests.sync.simulator.world import Direct


def test_a_cut_line_goes_on_where_it_was(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "RANGE", 100_000)
    line = Line(server)
    came = []

    def cut(request: Request, answer: Answer) -> Answer | Failure:
        if request.method == "GET" and request.target.startswith(f"{SNAPSHOT_FILE}/"):
            came.append(request.target)
            if len(came) == 3:
                return Failure("unreachable")
        return answer

    line.change = cut
    with pytest.raises(Offline):
        sync_once(laptop, line, limits=limits())
    assert (tmp_path / "ann" / files.FILE).stat().st_size == 200_000
    assert held(laptop)["customer"] == []
    sync_once(laptop, line, limits=limits())
    assert [one.partition("=")[2] for one in came[2:5]] == ["200000", "200000", "300000"]
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def test_a_line_that_never_brings_a_byte_of_it_brings_the_pages(server: Server, laptop: Store) -> None:
    line = Line(server)

    def refuse(request: Request, answer: Answer) -> Answer | Failure:
        return Failure("stalled") if request.target.startswith(f"{SNAPSHOT_FILE}/") else answer

    line.change = refuse
    for _ in range(files.MOST_TRIES):
        with pytest.raises(Offline):
            sync_once(laptop, line, limits=limits())
    assert sync_once(laptop, line, limits=limits()).pulled >= ROWS
    assert laptop.local(files.KEY) is None


def test_a_slow_line_is_better_off_with_pages(
    server: Server, laptop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "RANGE", 100_000)
    line = Line(server)

    def slowly(request: Request, answer: Answer) -> Answer:
        if request.target.startswith(f"{SNAPSHOT_FILE}/") and request.method == "GET":
            return Answer(answer.status, answer.body, answer.encoding, seconds=30.0)
        return answer

    line.change = slowly
    assert sync_once(laptop, line, limits=limits()).pulled >= ROWS
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert line.count(f"GET {SNAPSHOT}") > 0


def test_where_there_is_no_room_the_pages_come(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "create_private", full)
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 1
    assert is_as_by_pages(server, laptop, tmp_path)


@pytest.mark.parametrize("trouble", ["full", "open to all", "not a folder"])
def test_an_office_without_a_place_for_it_makes_none(
    server: Server, laptop: Store, tmp_path: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trouble == "full":
        monkeypatch.setattr(snapshots, "ROOM", 2**60)
    elif trouble == "open to all":
        server.snapshots.folder.mkdir()
        server.snapshots.folder.chmod(0o755)
    else:
        server.snapshots.folder = tmp_path / "missing" / "folder"
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 0
    assert line.count(f"GET {SNAPSHOT}") > 0


def test_who_would_have_to_wait_for_another_s_file_gets_the_pages(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    going, made = threading.Event(), snapshots.build

    def slowly(conn: Any, scope: Scope, path: Path, key: bytes) -> list[str]:
        going.wait(60)
        return made(conn, scope, path, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "build", slowly)
        server.snapshots.patience = 0.05
        server.new_code("Boss")
        server.prepare()
        line = Line(server)
        sync_once(laptop, line, limits=limits())
        going.set()
        server.snapshots.wait()
    assert (line.count(f"POST {SNAPSHOT_FILE}"), line.count(f"GET {SNAPSHOT_FILE}/")) == (1, 0)
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")


def test_a_file_that_takes_longer_than_one_question_is_given_up_for_the_pages(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    going, made = threading.Event(), snapshots.build

    def slowly(conn: Any, scope: Scope, path: Path, key: bytes) -> list[str]:
        streams = made(conn, scope, path, key)
        going.wait(60)
        return streams

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "build", slowly)
        server.snapshots.patience = 0.05
        line = Line(server)
        sync_once(laptop, line, limits=limits())
        going.set()
        server.snapshots.wait()
    assert (line.count(f"POST {SNAPSHOT_FILE}"), line.count(f"GET {SNAPSHOT_FILE}/")) == (1, 0)
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert is_as_by_pages(server, laptop, tmp_path)
    assert is_clean(laptop, tmp_path / "ann")
    assert not list(server.snapshots.folder.iterdir())


def test_many_rows_come_by_a_file_only_where_it_was_made_ahead(
    server: Server, laptop: Store, tmp_path: Path
) -> None:
    server.snapshots.at_once = ROWS // 2
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert (line.count(f"POST {SNAPSHOT_FILE}"), line.count(f"GET {SNAPSHOT_FILE}/")) == (1, 0)
    assert line.count(f"GET {SNAPSHOT}") > 0
    assert not list(server.snapshots.folder.iterdir())  # nobody began to make one in vain
    code = server.new_code("Ann")
    server.prepare()
    server.snapshots.wait()
    with opened(tmp_path / "second") as second:
        enrol(second, Direct(server), code)
        line = Line(server)
        sync_once(second, line, limits=limits())
        assert (line.count(f"GET {SNAPSHOT_FILE}/"), line.count(f"GET {SNAPSHOT}")) == (1, 0)


def test_an_office_without_such_files_is_asked_once(server: Server, laptop: Store) -> None:
    line = Line(server)

    def older(request: Request, answer: Answer) -> Answer:
        unknown = Answer(404, codec.encode(Problem(code="bad_request", en="nothing here")))
        return unknown if request.target.startswith(SNAPSHOT_FILE) else answer

    line.change = older
    assert sync_once(laptop, line, limits=limits()).pulled >= ROWS
    assert line.count(f"POST {SNAPSHOT_FILE}") == 1


def test_files_that_nobody_fetches_are_removed_and_few_lie_here(
    server: Server, laptop: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MOST_FILES", 1)
    folder = server.snapshots.folder
    folder.mkdir(mode=0o700)
    for name in ("old.db", "new.db", "stuck.work"):
        (folder / name).write_bytes(b"x")
    long_ago = time.time() - 2 * snapshots.HOUR
    for name in ("old.db", "stuck.work"):
        os.utime(folder / name, (long_ago, long_ago))
    line = Line(server)
    sync_once(laptop, line, limits=limits())
    assert [path.name for path in folder.iterdir()] == ["new.db"]
    assert line.count(f"GET {SNAPSHOT_FILE}/") == 0
    assert is_as_by_pages(server, laptop, tmp_path)
