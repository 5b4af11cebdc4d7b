"""Backups of an office in PostgreSQL, by its own tools, sealed under the office's key."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Damaged
from sync.server import dumps
from sync.server.cli import run
from sync.server.server import Server
from sync.server.store import open_url
from tests.sync import postgres
from tests.sync.server.laptop import Laptop

KEY = bytes(range(32))

needs_postgres = pytest.mark.skipif(not postgres.available(), reason=postgres.ABSENT)


@needs_postgres
def test_an_office_in_postgresql_is_begun_backed_up_restored_and_upgraded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    url, other = postgres.here("backup"), postgres.here("restored")
    for address in (url, other):
        postgres.emptied(address).close()

    def cli(*words: object, code: int = 0, at: str = url) -> Any:
        capsys.readouterr()
        keep = ("--data", str(tmp_path / "keep"), "--database-url", at, "--json")
        assert run([*map(str, words), *keep]) == code, capsys.readouterr().err
        told = capsys.readouterr()
        return told.err if code else json.loads(told.out)

    code = cli("init", "--name", "青禾", "--admin", "金丝雀Canary")["code"]
    server = Server(open_url(url))
    laptop = Laptop(server)
    laptop.enrol(code)
    before = laptop.create("customer", name="以前", owner_id=laptop.user)
    laptop.sync()
    made = cli("backup", tmp_path / "backups")
    content = Path(made["file"]).read_bytes()
    assert b"Canary" not in content
    assert "以前".encode() not in content
    after = laptop.create("customer", name="以后", owner_id=laptop.user)
    laptop.sync()
    server.store.close()
    told = cli("restore", made["file"], at=other)
    assert told["office"] == server.store.office
    restored = Server(open_url(other))
    laptop.server, laptop.sent, laptop.acked = restored, 1, 1
    laptop.sync()
    fresh = Laptop(restored)
    fresh.enrol(restored.new_code("金丝雀Canary"))
    fresh.sync()
    assert {fresh.row("customer", one)["name"] for one in (before, after)} == {"以前", "以后"}
    assert restored.check_audit()[0] == 0
    restored.store.close()
    assert cli("upgrade")["added"] == []
    assert cli("audit")["ok"]
    assert len(list((tmp_path / "keep" / "before-restore").iterdir())) == 1
    folder = ("restore", made["file"], "--data", str(tmp_path / "folder"), "--json")
    assert run([*folder, "--key", str(tmp_path / "keep" / "office.key")]) == 1
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pg_dump" in cli("backup", tmp_path / "more", code=3)
    assert not list((tmp_path / "keep").glob("making-backup-*"))


def test_no_password_stands_in_a_list_of_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told"
    tool = tmp_path / "pg_dump"
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" "$PGPASSWORD" > {told}\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    for url in ("postgresql+psycopg://u:se%20cret@db/office", "postgresql://u@db/office?password=se+cret"):
        dumps.dump(url, tmp_path / "dump")
        *words, secret = told.read_text().splitlines()
        assert secret == "se cret"
        assert words[-1] == "postgresql://u@db/office"
        assert "cret" not in " ".join(words)


@pytest.mark.parametrize("size", [0, 1, dumps.CHUNK - 1, dumps.CHUNK, dumps.CHUNK + 1, 3 * dumps.CHUNK])
def test_what_is_sealed_comes_back(tmp_path: Path, size: int) -> None:
    plain, sealed, again = (tmp_path / name for name in ("plain", "sealed", "again"))
    plain.write_bytes(b"\x07" * size)
    dumps.seal(plain, sealed, KEY)
    dumps.unseal(sealed, again, KEY)
    assert again.read_bytes() == plain.read_bytes()


def test_nothing_is_taken_from_a_sealed_copy_that_was_touched(tmp_path: Path) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(b"\x07" * (3 * dumps.CHUNK))
    dumps.seal(plain, sealed, KEY)
    whole = sealed.read_bytes()
    start, piece = len(dumps.MAGIC) + 16, dumps.CHUNK + dumps.OVERHEAD
    first, second = whole[start : start + piece], whole[start + piece : start + 2 * piece]
    bad = {
        "flipped": whole[:-1] + bytes([whole[-1] ^ 1]),
        "cut at a piece": whole[: start + piece],
        "cut within one": whole[:-100],
        "in another order": whole[:start] + second + first + whole[start + 2 * piece :],
        "nothing": b"",
        "only a head": whole[:start],
    }
    for name, content in bad.items():
        sealed.write_bytes(content)
        with pytest.raises(Damaged):
            dumps.unseal(sealed, tmp_path / name, KEY)
    sealed.write_bytes(whole)
    with pytest.raises(Damaged):
        dumps.unseal(sealed, tmp_path / "key", bytes(32))
