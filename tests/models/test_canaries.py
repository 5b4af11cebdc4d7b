"""Nothing a person wrote can be read on the disk: not in profile, temp or cache, not after a kill."""

import base64
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.canaries import hits, plant, run_until

CANARIES = plant(1000)
DAY = """
import sys, pathlib, signal
from tests.canaries import plain_build, plant
if sys.argv[2] == "plain":
    plain_build()
from tests.vaults import PASSPHRASE, cheap_vault
canaries = plant(1000)
vault = cheap_vault(pathlib.Path(sys.argv[1]))
with vault.engine.begin() as c:
    c.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT, body BLOB, extra JSON)")
    c.exec_driver_sql("CREATE INDEX by_title ON note (title)")
    c.exec_driver_sql("CREATE VIRTUAL TABLE found USING fts5(body)")
    for n, text in enumerate(canaries):
        row = (n, text, text.encode("utf-16-le"), '["' + text + '"]')
        c.exec_driver_sql("INSERT INTO note VALUES (?, ?, ?, ?)", row)
        c.exec_driver_sql("INSERT INTO found VALUES (?)", (text,))
with vault.reader().connect() as c:
    c.exec_driver_sql("SELECT a.title FROM note a, note b ORDER BY b.extra || a.title LIMIT 10").fetchall()
vault.backup(vault.folder / "backups")
with vault.engine.connect() as c:
    c.exec_driver_sql("UPDATE note SET title = title || 'x', body = title")
    if sys.argv[3] == "kill":
        print("ready", flush=True)
        signal.pause()
    c.commit()
with vault.maintenance() as c:
    c.execute("VACUUM")
vault.close()
print("ready", flush=True)
"""


def a_day(tmp_path: Path, build: str, end: str) -> list[Path]:
    """A day's work by a real process; the folders that it could write to."""
    folders = [tmp_path / name for name in ("profile", "temp", "cache", "home")]
    for folder in folders[1:]:
        folder.mkdir()
    profile, temp, cache, home = map(str, folders)
    run_until(
        ["-c", DAY, profile, build, end],
        "ready",
        kill=end == "kill",
        environment={"TMPDIR": temp, "SQLITE_TMPDIR": temp, "XDG_CACHE_HOME": cache, "HOME": home},
    )
    return folders


@pytest.mark.parametrize("end", ["close", "kill"])
def test_no_canary_can_be_read_anywhere(tmp_path: Path, end: str) -> None:
    folders = a_day(tmp_path, "encrypted", end)
    assert hits(folders, CANARIES) == []
    assert sum(path.stat().st_size for path in folders[0].rglob("*")) > 300_000, "a day's work was written"


@pytest.mark.parametrize("end", ["close", "kill"])
def test_a_build_that_does_not_encrypt_is_caught(tmp_path: Path, end: str) -> None:
    found = hits(a_day(tmp_path, "plain", end), CANARIES)
    assert {hit.canary for hit in found} >= set(CANARIES)
    assert {hit.path.name for hit in found} >= {"vault.db-wal" if end == "kill" else "vault.db"}
    assert any(hit.path.suffix == ".satchel" for hit in found)


def _base64(shift: int, encoding: str) -> Callable[[str], bytes]:
    return lambda text: base64.b64encode(b"~" * shift + text.encode(encoding) + b"tail")


@pytest.mark.parametrize(
    "write",
    [
        *(
            lambda text, name=name: text.encode(name)
            for name in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
        ),
        *(_base64(shift, name) for shift in range(3) for name in ("utf-8", "utf-16-le", "gb18030")),
        lambda text: base64.urlsafe_b64encode(b"?" + text.encode()),
        lambda text: zlib.compress(text.encode()),
        lambda text: gzip.compress(text.encode("gb18030")),
        lambda text: text.upper().encode(),
    ],
)
def test_the_eyes_see_each_canary_in_each_encoding(tmp_path: Path, write: Callable[[str], bytes]) -> None:
    for n, canary in enumerate(CANARIES[:50]):
        (tmp_path / f"{n}.bin").write_bytes(bytes(range(n)) + write(canary) + bytes(n))
    found = hits([tmp_path], CANARIES)
    assert {hit.canary for hit in found} - {""} == set(CANARIES[:50])
    assert len({hit.path for hit in found}) == 50


def test_the_eyes_see_half_a_canary_and_a_name(tmp_path: Path) -> None:
    (tmp_path / "half.bin").write_bytes(CANARIES[0][:3].encode())
    (tmp_path / CANARIES[1]).touch()
    found = hits([tmp_path], CANARIES)
    assert {(hit.path.name, hit.canary) for hit in found} == {("half.bin", ""), (CANARIES[1], CANARIES[1])}


def test_canaries_differ_and_come_again() -> None:
    assert len(set(CANARIES)) == 1000
    assert plant(1000) == CANARIES != plant(1000, seed=1)
