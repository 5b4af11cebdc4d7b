"""Read replicas of an office on PostgreSQL: they answer what only reads, and never with less than there was.

While a request is let through, the primary says how far its own log stands (`mark`). A replica may answer
only if it has replayed all of that: whatever a laptop was told before, whatever right was taken away before,
the replica knows it. One that does not within a moment, or does not answer, is passed over: the primary
answers.
"""

import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sync.server.problems import told

R = TypeVar("R")

PATIENCE: Final = 0.05
"""Seconds that a replica may take to replay what is asked for; it is mostly there already."""
REST: Final = 5.0
"""Seconds for which a replica is not asked again that did not answer."""
REPLICA: Final = "replica"
PRIMARY: Final = "primary"

_MARK: Final = "SELECT pg_current_wal_insert_lsn()::text"
_CLUSTER: Final = "SELECT system_identifier FROM pg_control_system()"
_THERE: Final = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= CAST(%s AS pg_lsn)"


class NoReplica(Exception):
    """None of them has what is asked for."""


class Stranger(Exception):
    """It is a replica of another database."""


class Replicas:
    """The replicas of one office, asked in turn."""

    def __init__(self, urls: Sequence[str], primary: Engine, count: Callable[[str], None]) -> None:
        self._replicas = [_Replica(url) for url in urls]
        self._turn = itertools.count()
        self._count = count
        with primary.connect() as conn:
            self._cluster = conn.exec_driver_sql(_CLUSTER).scalar_one()

    @staticmethod
    def mark(conn: Connection) -> str:
        """How far the primary stands: everything that it shows now lies below."""
        return str(conn.exec_driver_sql(_MARK).scalar_one())

    def answer(self, mark: str, work: Callable[[Connection], R]) -> R:
        """What `work` finds on a replica that has everything below `mark`. Raises NoReplica."""
        first = next(self._turn)
        for place in range(len(self._replicas)):
            replica = self._replicas[(first + place) % len(self._replicas)]
            if replica.rests:
                continue
            try:
                with replica.engine.connect() as conn:
                    replica.check(conn, self._cluster)
                    if not _has(conn, mark):
                        continue
                    with conn.begin():
                        done = work(conn)
            except (DBAPIError, PoolTimeout, Stranger) as error:
                replica.failed(error)
            else:
                self._count(REPLICA)
                return done
        self._count(PRIMARY)
        raise NoReplica

    def close(self) -> None:
        """Give all connections back."""
        for replica in self._replicas:
            replica.engine.dispose()


class _Replica:
    def __init__(self, url: str) -> None:
        self.engine = create_engine(
            url,
            isolation_level="REPEATABLE READ",
            pool_size=8,
            max_overflow=24,
            pool_timeout=1,
            hide_parameters=True,
            connect_args={"connect_timeout": 2},
        )
        self._until = 0.0
        self._known = False

    @property
    def rests(self) -> bool:
        """Whether it failed a moment ago."""
        return time.monotonic() < self._until

    def check(self, conn: Connection, cluster: Any) -> None:
        """Raises Stranger where it is no copy of this primary; asked once, and again after each failure."""
        if not self._known:
            self._known = conn.exec_driver_sql(_CLUSTER).scalar_one() == cluster
            conn.rollback()
            if not self._known:
                raise Stranger("it follows another database")

    def failed(self, error: Exception) -> None:
        """It did not answer. A query that it gave up for its own replay's sake says nothing against it."""
        if getattr(getattr(error, "orig", None), "sqlstate", None) != "40001":
            self._until = time.monotonic() + REST
            self._known = False
            self.engine.dispose()
            told("a replica", error)


def _has(conn: Connection, mark: str) -> bool:
    """Whether everything below `mark` is there, or comes within a moment; asked before the answer begins."""
    pause, ends = 0.001, time.monotonic() + PATIENCE
    while True:
        there = conn.exec_driver_sql(_THERE, (mark,)).scalar_one()
        conn.rollback()
        if there or time.monotonic() + pause > ends:
            return bool(there)
        time.sleep(pause)
        pause *= 2
