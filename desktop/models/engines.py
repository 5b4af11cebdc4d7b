"""Connections to an encrypted database, for laptop and server: every one is keyed, checked and set up here.

Floor: models. The only module that knows SQLCipher; imported when a vault is opened, not before.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlcipher3 import dbapi2

from desktop.errors import Damaged, Refused
from desktop.models.profile import create_private
from desktop.words import Message, msg

BUSY_SECONDS: Final = 10.0
STATEMENTS: Final = 8
"""Prepared statements that a connection keeps. Each holds some of the connection's lookaside memory; with
about fifteen nothing is left of it, and then every value bound is an allocation of its own that is locked
into memory and wiped: 3.5 s of system time for 100,000 rows instead of 0.4. Preparing anew costs 0.03 ms.
"""
SETTINGS: Final = (
    "cipher_memory_security = ON",
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "cache_size = -65536",
    "journal_size_limit = 67108864",
    "trusted_schema = OFF",
)
"""What VAULT.md calls not negotiable; the page size and the page HMAC are SQLCipher's own defaults."""
OFFICE_SETTINGS: Final = SETTINGS[1:]
"""The office's key stands in a file beside its database: wiping its memory protects nothing and costs four
times the time of a write. (Once a vault was opened in the same process, memory is wiped for both.)
"""
FILE_SETTINGS: Final = ("auto_vacuum = INCREMENTAL", *SETTINGS, "cache_size = -8192")
"""For the database of files, which gives back to the disk what it lets go, and is read from end to end."""

dbapi2.register_adapter(bytes, bytearray)
"""The driver binds a bytearray as it is; of bytes it first asks whether they have another form, which takes
1 µs for each id: a sixth of the time that a row of a first copy takes.
"""

_CORRUPT: Final = frozenset({11, 26})
_FULL: Final = 13
_INPUT_OUTPUT: Final = 10

DAMAGED: Final = msg("The database is damaged. Restore the last backup, then synchronise.")

MISSING: Final = msg("The database of this vault is missing. Restore the last backup.")


class Keyring:
    """The file and the raw key of one database; makes its connections until it is wiped."""

    def __init__(
        self, path: Path, key: bytes, *, create: bool = False, settings: tuple[str, ...] = SETTINGS
    ) -> None:
        """`create` makes the file if absent; without it a missing file is damage, never an empty database."""
        self.path = path
        self._key: bytearray | None = bytearray(key)
        self._create = create
        self._settings = settings

    @property
    def wiped(self) -> bool:
        """Whether the key is gone."""
        return self._key is None

    def connect(
        self, *, read_only: bool = False, may_attach: bool = False, busy_seconds: float = BUSY_SECONDS
    ) -> Any:
        """A keyed DB-API connection in autocommit mode. Raises Damaged when the key opens nothing."""
        if self._create:
            create_private(self.path)
        elif not self.path.exists() or not self.path.stat().st_size:
            raise Damaged(MISSING)
        raw = dbapi2.connect(
            os.fspath(self.path),
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS,
        )
        try:
            with told_plainly():
                self._unlock(raw)
                for setting in self._settings:
                    raw.execute(f"PRAGMA {setting}")
                if read_only:
                    raw.execute("PRAGMA query_only = ON")
                raw.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except BaseException:
            raw.close()
            raise
        if not may_attach:
            raw.set_authorizer(_refuse_attach)
        return raw

    def wipe(self) -> None:
        """Overwrite the key; no further connection can be made."""
        if self._key is not None:
            self._key[:] = bytes(len(self._key))
            self._key = None

    def _unlock(self, raw: Any) -> None:
        if self._key is None:
            raise Refused(msg("The vault is locked."))
        raw.execute("PRAGMA cipher_log_level = NONE")
        raw.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
        if not is_encrypted(raw):
            raise Refused(
                msg("This build of Satchel cannot encrypt, so it opens no vault. Install it again.")
            )


def is_encrypted(raw: Any) -> bool:
    """Whether SQLCipher stands behind this connection and holds a key; plain SQLite answers nothing."""
    return bool(raw.execute("PRAGMA cipher_status").fetchone() in {("1",), (1,)})


def open_keyed(path: Path, key: bytes, *, read_only: bool = False) -> Engine:
    """An engine on the office's encrypted database at `path` (made if absent) under a raw 32-byte key."""
    if len(key) != 32:
        raise ValueError("a database key has 32 bytes")
    keyring = Keyring(path, key, create=True, settings=OFFICE_SETTINGS)
    return engine_of(keyring, read_only=read_only)


def engine_of(keyring: Keyring, *, read_only: bool = False) -> Engine:
    """An engine whose writers take the lock when they begin (IMMEDIATE), so that no upgrade of it can fail.

    Raises Damaged for a page that does not verify and Refused for a full disk, not the driver's errors.
    """
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        hide_parameters=True,  # an error that is written down holds no record
        creator=lambda: keyring.connect(read_only=read_only),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=12,
    )
    opening = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    def begin(pooled: Any) -> None:
        pooled.driver_connection.execute(opening)

    dialect: Any = engine.dialect
    dialect.do_begin = begin  # an engine with an event of its own asks for listeners at every statement

    @event.listens_for(engine, "handle_error")
    def translate(context: ExceptionContext) -> None:
        told = meaning(context.original_exception)
        if isinstance(told, Damaged):
            context.is_disconnect = True
        if told is not None:
            raise told from context.original_exception

    @event.listens_for(engine, "checkin")
    def forget(raw: Any, record: ConnectionPoolEntry) -> None:
        if keyring.wiped and raw is not None:
            record.invalidate()

    return engine


@contextmanager
def without_waiting(engine: Engine) -> Iterator[Connection]:
    """A transaction that outlives a killed process but perhaps not a power cut: no wait for the disk."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA synchronous = NORMAL")
        try:
            with connection.begin():
                yield connection
        finally:
            driver.execute("PRAGMA synchronous = FULL")


def write_back(engine: Engine) -> bool:
    """Write the log back into the file and empty it; False where somebody reads or writes just then.

    Until that is done, the log and the file hold pages as they were before the last changes.
    """
    with engine.connect() as connection:
        connection.rollback()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA busy_timeout = 0")  # nobody waits for this
        try:
            return not driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            driver.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


BESIDE: Final = "beside"


@contextmanager
def beside(engine: Engine, path: Path, key: bytes) -> Iterator[Connection]:
    """A connection, closed afterwards, that also sees the encrypted database at `path` as BESIDE."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        try:
            driver.set_authorizer(None)
            driver.execute(f"ATTACH ? AS {BESIDE} KEY \"x'{key.hex()}'\"", (os.fspath(path),))
            yield connection
        except dbapi2.DatabaseError as error:
            raise meaning(error) or Damaged(DAMAGED) from error
        finally:
            connection.invalidate()  # no other work gets a connection that may attach


def meaning(error: BaseException) -> Damaged | Refused | None:
    """What a driver's error means to a person, if it is about the file and not about the statement."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    if code & 0xFF in _CORRUPT:
        return Damaged(DAMAGED)
    if code & 0xFF == _FULL:
        return Refused(msg("The disk is full. Nothing was changed; make room and try again."))
    if code & 0xFF == _INPUT_OUTPUT:
        return Refused(msg("The disk does not answer. Nothing was changed; check the disk and try again."))
    return None


@contextmanager
def told_plainly() -> Iterator[None]:
    """Give the driver's errors about the file their meaning where a connection is used without an engine."""
    try:
        yield
    except dbapi2.DatabaseError as error:
        raise meaning(error) or error from error


def _refuse_attach(action: int, *_details: object) -> int:
    """`ATTACH … KEY ''` would write a plaintext copy in one statement; VACUUM INTO attaches too."""
    return int(dbapi2.SQLITE_DENY if action == dbapi2.SQLITE_ATTACH else dbapi2.SQLITE_OK)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a check found; `detail` is the database's own words."""

    check: str
    detail: str

    @property
    def message(self) -> Message:
        """What a person is told."""
        return msg("Check “{check}” found: {detail}").of(check=self.check, detail=self.detail)


def check(raw: Any, *, full: bool) -> list[Problem]:
    """What is wrong with the database of `raw`: each page against its HMAC, and if `full` each row and index.

    The log is written back first: before that, a crash image may raise a false alarm.
    """
    problems: list[Problem] = []
    checks = ["cipher_integrity_check", *(["integrity_check", "foreign_key_check"] if full else [])]
    try:
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise Refused(msg("The database is busy. Try again when the other work has finished."))
        problems += _length(raw)
        for name in checks:
            problems += _found(name, raw.execute(f"PRAGMA {name}").fetchmany(100))
    except dbapi2.DatabaseError as error:
        if not isinstance(meaning(error), Damaged):
            raise
        problems.append(Problem("read", str(error)))
    return problems


def _length(raw: Any) -> list[Problem]:
    """A file cut between two pages has only pages that verify, so its length must be what page 1 says."""
    path = next(row[2] for row in raw.execute("PRAGMA database_list") if row[1] == "main")
    pages, size = (int(raw.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    there = os.stat(path).st_size
    return [] if there == pages * size else [Problem("length", f"{there} bytes instead of {pages * size}")]


def _found(name: str, rows: Iterable[tuple[object, ...]]) -> list[Problem]:
    return [Problem(name, " ".join(map(str, row))) for row in rows if row != ("ok",)]


class Engines:
    """The writing and the reading engine of one open vault, made when first asked for."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._engines: dict[bool, Engine] = {}
        self._lock = threading.Lock()

    def get(self, *, read_only: bool) -> Engine:
        """The engine for readers or for writers."""
        with self._lock:
            if read_only not in self._engines:
                self._engines[read_only] = engine_of(self.keyring, read_only=read_only)
            return self._engines[read_only]

    def close(self) -> None:
        """Close what is idle, write the log back, forget the key."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        self.keyring.wipe()
