"""A PostgreSQL for the tests: the one that SATCHEL_TEST_DATABASE_URL names, or a private one made here.

`python -m tests.sync.postgres` starts a private one and prints its address until standard input ends.
"""

import atexit
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url

from desktop.models import profile
from desktop.models.engines import open_keyed
from sync.server import store as _store
from sync.server.store import DATABASE, KEY, Store, open_folder, open_url, read_key
from sync.server.tables import META
from tests.compiled import compiled_once
from tests.stores import shape

compiled_once(_store)

VARIABLE: Final = "SATCHEL_TEST_DATABASE_URL"
HALF: Final = "half"
"""In place of an address: every second process of a parallel run has its offices on a private PostgreSQL."""

PROCESS: Final = "SATCHEL_TEST_PROCESS"
"""What a process calls its databases that runs beside the one it was started by."""

ABSENT: Final = (
    f"no PostgreSQL: neither {VARIABLE} nor its programs (Debian: postgresql) are here; "
    "the same tests ran on SQLite"
)
_PRIVATE: Final[set[Any]] = set()
"""The folders of servers for this process alone, without replicas: whole databases are copied there."""
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_EMPTY: Final = "DROP SCHEMA IF EXISTS kept, room CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest version first."""
    asked = shutil.which("pg_config")
    named = []
    if asked:
        answer = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        named.append(Path(answer.stdout.strip()))
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4))
    return next((one for one in [*reversed(debian), *named] if (one / "initdb").is_file()), None)


def available() -> bool:
    """Whether tests can have a PostgreSQL."""
    return bool(ELSEWHERE) or binaries() is not None


class Cluster:
    """A private server in a folder of its own, on a socket there; nothing of it outlives `stop`."""

    def __init__(self, *, durable: bool = False, of: "Cluster | None" = None) -> None:
        """With `of`, a streaming replica of that one."""
        programs = binaries()
        if programs is None:
            raise LookupError(ABSENT)
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="satchel-pg-", dir="/tmp"))
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL does not run as root
            account = pwd.getpwnam("postgres" if _is_account("postgres") else "nobody")
            os.chown(self._folder, account.pw_uid, account.pw_gid)
            self._user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        if of is not None:
            copied = ("-h", str(of.folder), "-U", "satchel", "-R", "-X", "stream", "-c", "fast", "--no-sync")
            self._call("pg_basebackup", *copied)
        else:
            self._call("initdb", "-U", "satchel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = f"-k {self._folder} -c listen_addresses='' -c max_connections=200"
        if not durable:
            settings += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self._call("pg_ctl", "-w", "-s", "-l", str(self._folder / "log"), "-o", settings, "start")

    @property
    def folder(self) -> Path:
        """Where it keeps everything."""
        return self._folder

    def url(self, database: str = "postgres") -> str:
        """The address of a database, made if there is none."""
        url = self.address(database)
        return database_at(url) if database != "postgres" else url

    def address(self, database: str) -> str:
        """The address of a database that is there, or will be when a replica has heard of it."""
        return f"postgresql+psycopg://satchel@/{database}?host={self._folder}"

    def stop(self) -> None:
        """End it and remove its folder."""
        self._call("pg_ctl", "-s", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), "-D", str(self._folder / "data"), *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            check=False,
            **self._user,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(done.stderr or b'').decode()}")


def _is_account(name: str) -> bool:
    return any(account.pw_name == name for account in pwd.getpwall())


def database_at(url: str) -> str:
    """The same address; its database is made if there is none."""
    asked = make_url(url)
    admin = create_engine(asked.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if conn.exec_driver_sql(query, (asked.database,)).first() is None:
            conn.exec_driver_sql(f'CREATE DATABASE "{asked.database}"')
    admin.dispose()
    return url


@lru_cache(maxsize=1)
def private() -> str:
    """The address of a database on a private server that ends with this process."""
    cluster = Cluster()
    atexit.register(cluster.stop)
    _PRIVATE.add(str(cluster.folder))
    return cluster.url("satchel")


def _chosen() -> str:
    asked = os.environ.get(VARIABLE, "")
    if asked == HALF:
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
        asked = private() if number % 2 and binaries() is not None else ""
        os.environ[VARIABLE] = asked  # whom this process starts goes where it went
    return asked


ELSEWHERE: Final = _chosen()
"""A PostgreSQL on which every test of the office runs; its database is emptied before each one."""


@lru_cache(maxsize=8)
def here(name: str = "") -> str:
    """The address of this process's own database: where several run side by side each has its own."""
    asked = make_url(ELSEWHERE or private())
    parts = (asked.database, os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get(PROCESS, ""), name)
    return database_at(
        asked.set(database="_".join(part for part in parts if part)).render_as_string(hide_password=False)
    )


@contextmanager
def lent(name: str) -> Iterator[str]:
    """The address of a database that is there while the block runs: asked for, or on a private server."""
    if ELSEWHERE:
        yield here(name)
        return
    cluster = Cluster(durable=True)
    try:
        yield cluster.url(name)
    finally:
        cluster.stop()


def office(folder: Path, name: str = "") -> Store:
    """A new office in `folder`, or in the PostgreSQL that was asked for."""
    if ELSEWHERE:
        return emptied(here(name))
    if not folder.exists():
        profile.prepare(folder)
        for file, made in _blank_folder(shape()).items():
            profile.create_private(folder / file)
            (folder / file).write_bytes(made)
    return open_folder(folder)


@lru_cache(maxsize=8)
def _blank_folder(_shape: frozenset[str]) -> dict[str, bytes]:
    """The files of an office that has its tables, and is nobody yet: each copy begins by finding out who."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "office"
        open_folder(folder).close()
        engine = open_keyed(folder / DATABASE, read_key(folder / KEY))
        with engine.begin() as conn:
            META.drop(conn)
        engine.dispose()
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def emptied(url: str) -> Store:
    """A new office in the database at `url`; what was there is gone."""
    if make_url(url).query.get("host") in _PRIVATE:
        _copied(url, _blank_database(make_url(url).set(database="postgres"), shape()))
    else:
        with _connected(url) as conn:
            conn.exec_driver_sql(_EMPTY)
    return open_url(url)


@lru_cache(maxsize=8)
def _blank_database(cluster: URL, tables: frozenset[str]) -> str:
    """The name of a database that has an office's tables, and is nobody yet."""
    name = "blank_" + hashlib.sha256("\n".join(sorted(tables)).encode()).hexdigest()[:16]
    url = database_at(cluster.set(database=name).render_as_string(hide_password=False))
    open_url(url).close()
    with _connected(url) as conn:
        META.drop(conn)
    return name


def _copied(url: str, blank: str) -> None:
    """Let a copy of the database `blank` stand where that one stood."""
    asked = make_url(url)
    admin = create_engine(asked.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as conn:
        conn.exec_driver_sql(f'DROP DATABASE IF EXISTS "{asked.database}" WITH (FORCE)')
        conn.exec_driver_sql(f'CREATE DATABASE "{asked.database}" TEMPLATE "{blank}"')
    admin.dispose()


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as conn:
        yield conn


def keep(name: str, under: str = "kept") -> None:
    """Remember what this database holds now, for `put_back`."""
    with _connected(here(name)) as conn:
        conn.exec_driver_sql(f"DROP SCHEMA IF EXISTS {under} CASCADE")
        conn.exec_driver_sql(f"CREATE SCHEMA {under}")
        for (table,) in conn.exec_driver_sql(_TABLES).all():
            conn.exec_driver_sql(f'CREATE TABLE {under}."{table}" AS TABLE public."{table}"')


def put_back(name: str, under: str = "kept") -> None:
    """Let this database hold what it held at `keep`, and nothing else."""
    with _connected(here(name)) as conn:
        tables = [f'"{table}"' for (table,) in conn.exec_driver_sql(_TABLES)]
        conn.exec_driver_sql(f"TRUNCATE {', '.join(tables)}")
        for table in tables:
            conn.exec_driver_sql(f"INSERT INTO public.{table} SELECT * FROM {under}.{table}")  # noqa: S608


def main() -> int:
    """A private server for whoever wants to try something."""
    cluster = Cluster(durable=True)
    try:
        sys.stdout.write(f"export {VARIABLE}='{cluster.url('satchel')}'\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
