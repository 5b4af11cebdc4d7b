"""Where the office keeps everything: an encrypted SQLite file of its own, or whatever a URL names."""

import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, insert, select
from sqlalchemy.exc import DBAPIError

from desktop.errors import Damaged, Refused
from desktop.models import guards, profile
from desktop.models import records as _records  # noqa: F401 - fills the registry
from desktop.models.engines import open_keyed, without_waiting
from desktop.models.migrations.columns import add_missing
from desktop.models.record import RECORDS, Base
from desktop.words import msg
from sync.server import audit, wakeups, walls
from sync.server.replicas import NoReplica, Replicas
from sync.server.rows import POSTGRESQL
from sync.server.tables import META, OFFICE
from sync.server.wakeups import Hub, Notified, Wakeups

DATABASE: Final = "office.db"
KEY: Final = "office.key"
SCHEMA: Final = 1
"""The shape of the office's own tables."""

TRIES: Final = 6
"""How often a transaction is repeated that met another one (PostgreSQL)."""

_AGAIN: Final = frozenset({"40001", "40P01", "23505"})
"""Serialization failure, deadlock, and two who insert the same: SQLSTATEs after which the same may succeed.
"""

_STARTING: Final = 0x53A7C4E1
"""The advisory lock of whoever prepares the tables (PostgreSQL): several workers start at once."""

R = TypeVar("R")


class Store:
    """One database of one office, for writers and for readers who see one moment."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer = writer
        self._reader = reader
        self._replicas: Replicas | None = None
        self.wakeups: Wakeups = Notified(writer) if writer.dialect.name == POSTGRESQL else Hub()
        """Who waits for news is woken here after each `write` that brought some."""
        try:
            with writer.begin() as conn:
                self.office = _prepare(conn)
        except BaseException:
            self.close()
            raise

    def write(self, work: Callable[[Connection], R], *, waits: bool = True) -> R:
        """Run `work` in one transaction; what it raises undoes everything.

        It is durable when this returns, unless nobody `waits` for the disk: then a power cut may take it, as
        long as nothing that was committed later stays. Replicas get what the disk has: with them, all wait.
        """
        for attempt in range(TRIES):
            try:
                with self._writer.begin() if waits or self._replicas is not None else self._soon() as conn:
                    wakeups.noted(conn)  # of a transaction that was undone
                    done = work(conn)
                    news = wakeups.noted(conn)
                break
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if attempt == TRIES - 1 or state not in _AGAIN:
                    raise
                time.sleep(0.01 * 2**attempt * (0.5 + secrets.randbelow(100) / 100))
        if news:
            self.wakeups.publish(news)
        return done

    @contextmanager
    def _soon(self) -> Iterator[Connection]:
        """A transaction that does not wait for the disk."""
        if self._writer.dialect.name == POSTGRESQL:
            with self._writer.begin() as conn:
                conn.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                yield conn
        else:
            with without_waiting(self._writer) as conn:
                yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment and waits for nobody."""
        with self._reader.connect() as conn, conn.begin():
            yield conn

    def follow_with(self, urls: Sequence[str], count: Callable[[str], None]) -> None:
        """From now on replicas at these addresses answer what only reads; `count` is told who answered."""
        if urls:
            self._replicas = Replicas([driver_url(url) for url in urls], self._writer, count)

    def mark(self, conn: Connection) -> str:
        """What `answer` has to have: everything that `conn` shows now."""
        return self._replicas.mark(conn) if self._replicas is not None else ""

    def answer(self, mark: str, work: Callable[[Connection], R]) -> R:
        """What `work` reads in one moment, after `mark`: on a replica where there is one, else here."""
        if mark and self._replicas is not None:
            with suppress(NoReplica):
                return self._replicas.answer(mark, work)
        with self.read() as conn:
            return work(conn)

    def close(self) -> None:
        """Give all connections back."""
        self.wakeups.close()
        if self._replicas is not None:
            self._replicas.close()
        self._reader.dispose()
        self._writer.dispose()


def open_folder(folder: Path) -> Store:
    """The office in `folder`, made if there is none. Raises Damaged when the key is lost."""
    profile.prepare(folder)
    path, key = folder / DATABASE, _key(folder)
    return Store(open_keyed(path, key), open_keyed(path, key, read_only=True))


def open_url(url: str) -> Store:
    """The office in the database at `url`, such as `postgresql+psycopg://user@host/satchel`."""
    engine = create_engine(
        driver_url(url), pool_size=8, max_overflow=24, pool_pre_ping=True, hide_parameters=True
    )
    return Store(engine, engine.execution_options(isolation_level="REPEATABLE READ"))


def driver_url(url: str) -> str:
    """The address with the driver that we speak through."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url[len(short) :]
    return url


def _key(folder: Path) -> bytes:
    """The key of the folder's database, in a file for the office's eyes only."""
    path = folder / KEY
    if path.exists() or (folder / DATABASE).exists():
        return read_key(path)
    return _new_key(folder, path)


def read_key(path: Path) -> bytes:
    """The key in a file. Raises Damaged where it is missing or damaged."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        raise Damaged(msg("The office's key file is missing; put it back from your copy.")) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise Damaged(msg("The office's key file is damaged; put it back from your copy.")) from error
    if len(key) != 32:
        raise Damaged(msg("The office's key file is damaged; put it back from your copy."))
    return key


def key_of(folder: Path) -> bytes:
    """The key of an office whose database lies elsewhere; made if there is none."""
    profile.prepare(folder)
    return _key(folder)


def _new_key(folder: Path, path: Path) -> bytes:
    """Make the key; where two begin at once, the first one's counts."""
    draft = folder / f"{KEY}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _key(folder)


def _prepare(conn: Connection) -> str:
    """Make the tables where they are missing; returns the id of the office."""
    if conn.dialect.name == POSTGRESQL:
        conn.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_STARTING,))
    tables = [RECORDS[name].__table__ for name in RECORDS]
    fresh = not conn.dialect.has_table(conn, META.name)
    Base.metadata.create_all(conn, tables=[*tables, guards.content_guard])  # type: ignore[list-item]
    OFFICE.create_all(conn)
    for name in () if fresh else RECORDS:
        add_missing(conn, Base.metadata.tables[name])
    guards.create(conn)
    walls.build(conn)
    if fresh:
        facts = {"schema": str(SCHEMA), "office": secrets.token_hex(16), audit.LOCK: ""}
        conn.execute(insert(META), [{"name": name, "value": value} for name, value in facts.items()])
    stored = {row.name: row.value for row in conn.execute(select(META.c.name, META.c.value))}
    if int(stored["schema"]) > SCHEMA:
        raise Refused(
            msg("This office was last run by a newer Satchel. Update the server; nothing was changed.")
        )
    return str(stored["office"])
