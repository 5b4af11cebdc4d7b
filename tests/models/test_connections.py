"""Every connection is keyed, checked and set up alike; writers wait their turn, readers see one moment."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
import sqlalchemy as sa
from sqlcipher3 import dbapi2

from desktop.errors import Damaged, Refused
from desktop.models import engines
from desktop.models.vault import Vault
from tests.house.sources import ROOT
from tests.vaults import cheap_vault

EXPECTED: Final = {
    "cipher_status": "1",
    "cipher_memory_security": "1",
    "journal_mode": "wal",
    "synchronous": 2,
    "secure_delete": 1,
    "foreign_keys": 1,
    "temp_store": 2,
    "cache_size": -65536,
    "cipher_page_size": "4096",
}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A vault with one table of 500 rows."""
    vault = cheap_vault(tmp_path / "profile")
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
        rows = [{"body": f"note {n} " * 40} for n in range(500)]
        connection.execute(sa.text("INSERT INTO note (body) VALUES (:body)"), rows)
    yield SimpleNamespace(vault=vault, folder=vault.folder)
    vault.close()


def notes(vault: Vault) -> int:
    with vault.reader().connect() as connection:
        return int(connection.scalar(sa.text("SELECT count(*) FROM note")) or 0)


def test_attach_is_denied_outside_maintenance(made: SimpleNamespace, tmp_path: Path) -> None:
    plain = tmp_path / "plain.db"
    for statement in (f"ATTACH '{plain}' AS plain KEY ''", f"VACUUM INTO '{plain}'"):
        raw = made.vault.engine.raw_connection()
        with pytest.raises(dbapi2.DatabaseError, match="authoriz"):
            raw.cursor().execute(statement)
        raw.close()
    assert not plain.exists()
    with made.vault.maintenance() as connection:
        connection.execute("VACUUM")
        connection.execute(f"ATTACH '{plain}' AS plain KEY ''")
        with pytest.raises(sa.exc.DatabaseError, match="authoriz"), made.vault.engine.connect() as other:
            other.exec_driver_sql(f"ATTACH '{plain}' AS plain KEY ''")


def settings_of(folder: Path) -> list[list[object]]:
    """What each of the three connections of a new vault answers to `EXPECTED`."""
    seen = []
    with closing(cheap_vault(folder)) as vault, ExitStack() as stack:
        for engine in (vault.engine, vault.reader(), vault.reader()):
            connection = stack.enter_context(engine.connect())
            seen.append([connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in EXPECTED])
    return seen


def test_every_connection_has_the_settings_of_the_vault(tmp_path: Path) -> None:
    """In a process of its own: in this one SQLCipher does not wipe its memory (tests/conftest.py)."""
    words = [sys.executable, "-m", "tests.models.test_connections", str(tmp_path / "profile")]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == [[*EXPECTED.values()]] * 3


def test_a_reader_sees_one_moment_and_can_change_nothing(made: SimpleNamespace) -> None:
    with made.vault.reader().connect() as reader:
        first = reader.scalar(sa.text("SELECT count(*) FROM note"))
        with made.vault.engine.begin() as writer:
            writer.exec_driver_sql("DELETE FROM note")
        assert reader.scalar(sa.text("SELECT count(*) FROM note")) == first == 500
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            reader.exec_driver_sql("DELETE FROM note")
    assert notes(made.vault) == 0


def test_a_writer_takes_the_lock_at_once_and_a_failed_transaction_leaves_nothing(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ZeroDivisionError):
        _delete_all_and_fail(made.vault)
    assert notes(made.vault) == 500
    keyring = engines.Keyring(made.folder / "vault.db", made.vault.subkey("db"))
    other = keyring.connect(busy_seconds=0.05)
    with made.vault.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(dbapi2.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()


def _delete_all_and_fail(vault: Vault) -> None:
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        connection.exec_driver_sql("DELETE FROM note")
        raise ZeroDivisionError


def test_a_savepoint_can_be_undone_alone(made: SimpleNamespace) -> None:
    with made.vault.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO note (body) VALUES ('kept')")
        inner = connection.begin_nested()
        connection.exec_driver_sql("INSERT INTO note (body) VALUES ('undone')")
        inner.rollback()
    assert notes(made.vault) == 501


def test_a_connection_that_is_busy_while_locking_is_closed_as_soon_as_it_comes_back(
    made: SimpleNamespace,
) -> None:
    connection = made.vault.reader().connect()
    raw = connection.connection.driver_connection
    assert connection.scalar(sa.text("SELECT count(*) FROM note")) == 500
    made.vault.lock()
    connection.close()
    with pytest.raises(dbapi2.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


def test_the_server_opens_its_database_by_the_same_door(tmp_path: Path) -> None:
    path, key = tmp_path / "server.db", bytes(range(32))
    engine = engines.open_keyed(path, key)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE feed (n INTEGER)")
    engine.dispose()
    assert not path.read_bytes().startswith(b"SQLite format 3")
    with pytest.raises(Damaged), engines.open_keyed(path, bytes(32)).connect():
        pass


@pytest.mark.parametrize("careless", [False, True])
def test_a_further_connection_leaves_the_locks_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, careless: bool
) -> None:
    if careless:  # a build that opens the file itself drops, by closing it, every lock of this process
        monkeypatch.setattr(engines, "create_private", lambda path: path.open("ab").close())
    engine = engines.open_keyed(tmp_path / "server.db", bytes(range(32)))
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE feed (n INTEGER)")
        connection.commit()
        engines.Keyring(tmp_path / "server.db", bytes(range(32)), create=True).connect().close()
        program = (
            "import sys, fcntl\n"
            "try: fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)\n"
            "except OSError: sys.exit(5)\n"
        )
        command = [sys.executable, "-c", program, str(tmp_path / "server.db")]
        assert subprocess.run(command, check=False).returncode == (0 if careless else 5)
    engine.dispose()


def test_a_build_that_cannot_encrypt_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    monkeypatch.setattr(engines, "dbapi2", sqlite3)
    with pytest.raises(Refused, match="cannot encrypt"):
        engines.Keyring(tmp_path / "plain.db", bytes(32), create=True).connect()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(settings_of(Path(sys.argv[1]))))
