"""The rows of a laptop or of the office as they stand; what did not change is not read into Python again."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from desktop.models import remote_rows
from desktop.models.record import RECORDS
from sync.server.rows import POSTGRESQL, id_out, shape
from sync.server.store import Store

Key = tuple[str, str]
Row = dict[str, Any]
Read = Callable[[str, Collection[Any]], dict[Any, Row]]
Mark = tuple[Any, int, int]
"""A state of a database: the connection that looked, what it wrote itself, what others did."""


class Rows:
    """Every row of one database in wire form; a row whose stored form is the same is the same object.

    While nobody writes to the database, what is found is the same object too.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Table] = {}
        self._found: dict[tuple[str, ...], tuple[Mark, dict[Key, Row]]] = {}

    def copy(self) -> "Rows":
        """The same memory, which goes on by itself."""
        twin = Rows()
        twin._known = dict(self._known)
        return twin

    def laptop(self, engine: Engine, types: tuple[str, ...]) -> dict[Key, Row]:
        """Every record of these types that a laptop holds, deleted ones too."""
        with driven(engine) as driver:
            now = mark(driver)
            if (same := self._same(types, now)) is not None:
                return same

            def read(name: str, ids: Collection[Any]) -> dict[Any, Row]:
                return remote_rows.read(driver, RECORDS[name], list(ids))

            found: dict[Key, Row] = {}
            for name, stored in self._stored(driver, now, types):
                found.update(self._rows(name, stored, read, bytes.hex))
        self._found[types] = now, found
        return found

    def _stored(
        self, driver: Any, now: Mark, types: tuple[str, ...]
    ) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """The rows of each type as they are stored; what was read at this mark is not read again."""
        read = {name for of, (before, _) in self._found.items() if before == now for name in of}
        return [
            (name, self._known[name].stored if name in read else driver.execute(every(name)).fetchall())
            for name in types
        ]

    def office(self, store: Store, engine: Engine | None, types: tuple[str, ...]) -> dict[Key, Row]:
        """Every record of these types at the office, whatever its database; `engine` where it is a file."""
        if engine is None:
            with store.read() as connection:
                return self._postgresql(connection, types)
        with driven(engine) as driver:
            now = mark(driver)
            if (same := self._same(types, now)) is not None:
                return same
            stored = self._stored(driver, now, types)

        def read(name: str, ids: Collection[Any]) -> dict[Any, Row]:
            with store.read() as connection:
                return _fresh(connection, name, ids, bytes.hex)

        found: dict[Key, Row] = {}
        for name, some in stored:
            found.update(self._rows(name, some, read, bytes.hex))
        self._found[types] = now, found
        return found

    def _postgresql(self, connection: Connection, types: tuple[str, ...]) -> dict[Key, Row]:
        shown = id_out(POSTGRESQL)

        def read(name: str, ids: Collection[Any]) -> dict[Any, Row]:
            return _fresh(connection, name, ids, shown)

        found: dict[Key, Row] = {}
        for name in types:
            stored = [tuple(row) for row in connection.exec_driver_sql(every(name))]
            found.update(self._rows(name, stored, read, shown))
        return found

    def recalled(self, types: tuple[str, ...]) -> dict[Key, Row] | None:
        """What was found when these were read last, as far as they all were."""
        if not all(name in self._known for name in types):
            return None
        return {key: row for name in types for key, row in self._known[name].shown.items()}

    def _same(self, types: tuple[str, ...], now: Mark) -> dict[Key, Row] | None:
        """What was found before, if nobody has written since."""
        before, found = self._found.get(types, (None, None))
        return found if before == now else None

    def _rows(
        self, name: str, stored: list[tuple[Any, ...]], read: Read, shown: Callable[[Any], str]
    ) -> dict[Key, Row]:
        known = self._known.get(name)
        if known is not None and (known.stored is stored or known.stored == stored):
            return known.shown
        before = {} if known is None else {one[0]: one for one in known.stored}
        fresh = [one[0] for one in stored if before.get(one[0]) != one]
        rows = read(name, fresh) if fresh else {}
        now: dict[Key, Row] = {}
        for one in stored:
            key = name, shown(one[0])
            now[key] = rows[one[0]] if one[0] in rows or known is None else known.shown[key]
        self._known[name] = _Table(stored, now)
        return now


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a table as they are stored, and in wire form."""

    stored: list[tuple[Any, ...]]
    shown: dict[Key, Row]


def mark(driver: Any) -> Mark:
    """Equal as long as nobody has written: writes that were undone count as well."""
    return driver, driver.total_changes, driver.execute("PRAGMA data_version").fetchone()[0]


@contextmanager
def driven(engine: Engine) -> Iterator[Any]:
    """The driver's own connection, to look with: it begins nothing and locks nothing."""
    pool: Any = engine.pool
    idle = pool._pool.queue  # noqa: SLF001 - nobody else is here, and to fetch it properly takes longer
    if idle and idle[-1].dbapi_connection is not None:
        yield idle[-1].dbapi_connection
        return
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()


def asked(engine: Engine, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """What a laptop's database answers."""
    with driven(engine) as driver:
        found: list[tuple[Any, ...]] = driver.execute(sql, values).fetchall()
    return found


def _fresh(
    connection: Connection, name: str, ids: Collection[Any], shown: Callable[[Any], str]
) -> dict[Any, Row]:
    """Rows of the office, by the driver's form of their ids."""
    rows = shape(name, connection.dialect.name).read(connection, [shown(one) for one in ids])
    return {one: rows[shown(one)] for one in ids}


def every(table: str) -> str:
    """The statement that reads every row of a record type, its id first."""
    return f'SELECT id, * FROM "{RECORDS[table].__tablename__}"'  # noqa: S608 - a name from the registry


def ids_of(table: str) -> str:
    """The statement that lists the ids of a record type."""
    return f'SELECT id FROM "{RECORDS[table].__tablename__}"'  # noqa: S608 - a name from the registry


def ids(driver: Any, table: str) -> list[bytes]:
    """The ids of a record type at a laptop."""
    return [bytes(row[0]) for row in driver.execute(ids_of(table))]
