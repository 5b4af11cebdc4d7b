"""The bytes of files: kept whole or not at all, verified, within their quota, in every backup."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.errors import Damaged, NotFound, Refused
from desktop.models import backups, blobs
from desktop.models.blobs import Blobs, Named
from desktop.models.engines import open_keyed
from desktop.models.records import Attachment, Blob
from desktop.models.records.files import keep_blob
from desktop.models.vault import open_vault
from desktop.rules.attachments import CHUNK, hash_of
from desktop.services.profiles import open_store
from tests.stores import KEY, customer, opened
from tests.vaults import PASSPHRASE, cheap_vault

DAY = 24 * 3600 * 1000


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        Clock.now += 1
        return Clock.now


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Blobs]:
    engine = open_keyed(tmp_path / "blobs.db", KEY)
    yield Blobs(engine, now=Clock())
    engine.dispose()


def some(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def name(sha256: str, size: int, purpose: str = "", at: int = 1, removed: int | None = None) -> Named:
    return Named(sha256, size, purpose, at, removed)


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_what_was_kept_is_read_again(files: Blobs, size: int) -> None:
    data = some(size)
    sha256 = files.put(data)
    assert files.put(data) == sha256 == hash_of(data)
    assert files.read(sha256) == data
    assert files.total() == size
    assert files.verify() == []


def test_a_file_that_arrives_in_pieces_counts_once_it_is_whole(files: Blobs) -> None:
    data = some(2 * CHUNK + 9)
    sha256 = hash_of(data)
    places = [2, 0, 0, 1]
    outcomes = [files.keep_piece(sha256, len(data), n, data[n * CHUNK : (n + 1) * CHUNK]) for n in places]
    assert outcomes == ["more", "more", "more", "whole"]
    state = files.states([sha256])[sha256]
    assert (state.got, state.pieces, state.here, state.on_server) == (3, 3, True, True)
    assert files.read(sha256) == data


def test_half_a_file_is_not_there(files: Blobs) -> None:
    data = some(CHUNK + 9)
    sha256 = hash_of(data)
    files.keep_piece(sha256, len(data), 0, data[:CHUNK])
    with pytest.raises(NotFound):
        files.read(sha256)
    assert files.states([sha256])[sha256].got == 1


def test_pieces_that_do_not_make_the_file_are_thrown_away(files: Blobs) -> None:
    data = some(CHUNK + 9)
    sha256 = hash_of(data)
    assert files.keep_piece(sha256, len(data), 0, data[: CHUNK - 1]) == "wrong"
    assert files.keep_piece(sha256, len(data), 2, b"x") == "wrong"
    assert files.keep_piece(sha256, len(data), 0, some(CHUNK, 7)) == "more"
    assert files.keep_piece(sha256, len(data), 1, data[CHUNK:]) == "wrong"
    assert files.total() == 0


def test_spoilt_bytes_are_never_handed_out_and_are_fetched_again(files: Blobs) -> None:
    sha256 = files.put(some(CHUNK + 9))
    with files.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE piece SET data = ? WHERE n = 1", (b"123456789",))
    assert files.verify() == [sha256]
    with pytest.raises(Damaged):
        files.piece(sha256, 1)
    files.put(some(CHUNK + 9))
    with files.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE piece SET data = ? WHERE n = 1", (b"123456789",))
    with pytest.raises(Damaged):
        files.read(sha256)
    [job] = files.jobs([name(sha256, CHUNK + 9)])
    assert (job.kind, job.wanted, job.have) == ("down", True, frozenset())


def test_what_the_office_has_leaves_when_the_quota_is_full_and_the_only_copy_never(files: Blobs) -> None:
    old, new, mine = (files.put(some(1000, seed)) for seed in (1, 2, 3))
    for sha256 in (old, new):
        files.sent(sha256, frozenset(), whole=True)
    files.read(old)  # used last: it stays
    files.quota = 2500
    assert [job.kind for job in files.jobs([name(new, 1000), name(old, 1000)])] == []  # in use just now
    Clock.now += blobs.RECENT_MS
    known = [name(one, 1000) for one in (old, new, mine)]
    files.learn(known)
    assert [(job.kind, job.sha256) for job in files.jobs(known)] == [("up", mine), ("drop", new)]
    files.drop(new)
    files.drop(mine)
    assert files.total() == 2000
    assert [job.kind for job in files.jobs(known)] == ["up"]
    files.quota = 1
    assert [job.sha256 for job in files.jobs(known) if job.kind == "drop"] == [old]
    files.want(new, 1000)
    assert ("down", new) in {(job.kind, job.sha256) for job in files.jobs(known)}


def test_nothing_is_fetched_beyond_the_quota_but_what_was_signed(files: Blobs) -> None:
    files.quota = 5000
    known = [
        name("aa" * 32, 4000, at=3),
        name("bb" * 32, 4000, at=2),
        name("cc" * 32, 400_000, "signed", at=1),
    ]
    files.learn(known)
    assert [job.sha256[:2] for job in files.jobs(known)] == ["cc"]
    files.quota = 405_000
    assert [job.sha256[:2] for job in files.jobs(known)] == ["cc", "aa"]


def test_files_wait_in_the_order_in_which_they_matter(files: Blobs) -> None:
    known = [
        name("aa" * 32, 900_000, at=9),
        name("bb" * 32, 1000, at=1),
        name("cc" * 32, 1000, at=2),
        name("dd" * 32, 900_000, "signature", at=0),
    ]
    files.learn(known)
    files.want("aa" * 32, 900_000)
    assert [job.sha256[:2] for job in files.jobs(known)] == ["dd", "aa", "cc", "bb"]


def test_an_office_that_has_nothing_yet_is_asked_less_and_less(files: Blobs) -> None:
    known = [name("aa" * 32, 10)]
    files.learn(known)
    waits = []
    for _ in range(8):
        files.later("aa" * 32)
        before = Clock.now
        while not files.jobs(known):
            Clock.now += 30_000
        waits.append((Clock.now - before) // 30_000)
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == waits[-2] == 120


def test_bytes_go_with_the_last_record_that_names_them(files: Blobs) -> None:
    sha256 = files.put(some(100))
    files.learn([])
    assert files.total() == 100  # its record is written right after it
    files.learn([name(sha256, 100)])
    files.learn([name(sha256, 100, removed=Clock.now)])
    assert files.total() == 100  # undo
    files.learn([])
    assert files.total() == 0
    other, third = files.put(some(100, 2)), files.put(some(100, 3))
    files.learn([name(third, 100, removed=Clock.now)])
    Clock.now += 2 * DAY
    files.learn([name(third, 100, removed=Clock.now - 2 * DAY)])
    assert set(files.states([other, third])) == {third}
    Clock.now += 31 * DAY
    files.learn([name(third, 100, removed=Clock.now - 33 * DAY)])
    assert files.total() == 0


def test_what_the_records_name_is_read_from_them(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with store.work(store.me(), "test") as work:
            kept = [
                Attachment(name="a", sha256="aa" * 32, size=5, purpose="signed"),
                Attachment(name="b", sha256="aa" * 32, size=5),
                Attachment(name="c", sha256="bb" * 32, size=5, deleted_at=work.now),
                Attachment(name="d", sha256="../../x", size=5),
                Attachment(name="e", sha256="cc" * 32, size=10**12),
                Attachment(name="f", sha256="dd" * 32, size=None),
            ]
            for one in kept:
                work.add(one)
        with store.reading() as session:
            found = {one.sha256[:2]: one for one in blobs.named(session)}
    assert set(found) == {"aa", "bb"}
    assert (found["aa"].purpose, found["aa"].removed_at) == ("signed", None)
    assert found["bb"].removed_at is not None


def test_files_are_in_the_backup_and_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    with cheap_vault(folder) as vault:
        store = open_store(vault)
        assert store.blobs is not None
        sha256 = store.blobs.put(some(CHUNK + 9))
        backup = vault.backup(tmp_path / "backups")
        assert vault.verify() == []
        later = store.blobs.put(b"after the backup")
    assert (folder / "blobs" / "blobs.db").stat().st_mode & 0o777 == 0o600
    for where in (folder, tmp_path / "elsewhere"):
        backups.restore(backup, where, PASSPHRASE)
        with open_vault(where, PASSPHRASE) as vault:
            again = open_store(vault).blobs
            assert again is not None
            assert again.read(sha256) == some(CHUNK + 9)
            assert again.verify() == []
            with pytest.raises(NotFound):
                again.read(later)


def test_what_is_let_go_is_given_back_to_the_disk(tmp_path: Path) -> None:
    with cheap_vault(tmp_path / "profile") as vault:
        kept = open_store(vault).blobs
        assert kept is not None
        sha256 = kept.put(some(8 * CHUNK))
        kept.sent(sha256, frozenset(), whole=True)
        kept.drop(sha256)
        vault.verify()
        assert (vault.folder / "blobs" / "blobs.db").stat().st_size < CHUNK


def test_a_locked_vault_hands_out_no_file(tmp_path: Path) -> None:
    vault = cheap_vault(tmp_path / "profile")
    kept = open_store(vault).blobs
    assert kept is not None
    sha256 = kept.put(b"a photo")
    vault.lock()
    with pytest.raises(Refused, match="locked"):
        kept.read(sha256)
    with pytest.raises(Refused, match="locked"):
        kept.put(b"another")


def test_bytes_that_lay_among_the_records_move_over(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    with cheap_vault(folder) as vault:
        store = open_store(vault)
        with store.work(store.me(), "test") as work:
            keep_blob(work.session, hash_of(b"a photo"), b"a photo")
    with open_vault(folder, PASSPHRASE) as vault:
        store = open_store(vault)
        assert store.blobs is not None
        assert store.blobs.read(hash_of(b"a photo")) == b"a photo"
        with store.reading() as session:
            assert session.query(Blob).count() == 0


def test_a_photo_blocks_no_keystroke_and_no_keystroke_a_photo(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.blobs is not None
        sha256 = store.blobs.put(b"seen already")
        with store.blobs.engine.begin() as writing:  # a large file is being written
            writing.exec_driver_sql("UPDATE blob SET used_at = 0")
            assert customer(store, "typed meanwhile").version == 0
            assert store.blobs.states([sha256])[sha256].here
        with store.work(store.me(), "test"):  # a long command holds the records
            assert store.blobs.read(store.blobs.put(b"another")) == b"another"


def test_an_office_from_an_older_copy_is_sent_everything_again(files: Blobs) -> None:
    mine, other = files.put(some(100)), "ab" * 32
    known = [name(mine, 100), name(other, 100)]
    files.learn(known)
    files.sent(mine, frozenset(), whole=True)
    assert [job.sha256 for job in files.jobs(known)] == [other]
    files.unsent()
    assert sorted(job.kind for job in files.jobs(known)) == ["down", "up"]


KILLED = """
import sys
from pathlib import Path
from desktop.models.blobs import Blobs
from desktop.models.engines import open_keyed
import random
files = Blobs(open_keyed(Path(sys.argv[1]), bytes(range(32))))
for seed in range(10_000):
    sha256 = files.put(random.Random(seed).randbytes(700_000))
    sys.stdout.write(sha256 + "\\n")
    sys.stdout.flush()
"""


def test_a_killed_program_leaves_every_file_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "blobs.db"
    rng = random.Random(5)
    said: set[str] = set()
    for _ in range(4):
        running = subprocess.Popen([sys.executable, "-c", KILLED, os.fspath(path)], stdout=subprocess.PIPE)
        assert running.stdout is not None
        lines = [running.stdout.readline().decode().strip() for _ in range(rng.randrange(2, 6))]
        running.send_signal(signal.SIGKILL)
        rest = running.communicate()[0].decode().split("\n")[:-1]
        said.update(lines, rest)
    engine = open_keyed(path, KEY)
    files = Blobs(engine)
    assert files.verify() == []
    assert all(hash_of(files.read(sha256)) == sha256 for sha256 in said)
    with engine.connect() as conn:
        halves = conn.exec_driver_sql("SELECT count(*) FROM blob WHERE here = 0").scalar()
    assert halves == 0
    engine.dispose()
