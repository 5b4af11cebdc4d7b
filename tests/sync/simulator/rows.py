"""The rows of a laptop or of the office as they stand; what did not change is not read into Python again."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from desktop.models import remote_rows
from desktop.models.record import RECORDS
from sync.server.rows import POSTGRESQL, id_out, shape

Key = tuple[str, str]
Row = dict[str, Any]
Read = Callable[[str, Collection[Any]], dict[Any, Row]]


class Rows:
    """Every row of one database in wire form; a row whose stored form is the same is the same object."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Any, tuple[Any, Row]]] = {}

    def copy(self) -> "Rows":
        """The same memory, which goes on by itself."""
        twin = Rows()
        twin._known = dict(self._known)
        return twin

    def laptop(self, engine: Engine, types: Iterable[str]) -> dict[Key, Row]:
        """Every record of these types that a laptop holds, deleted ones too."""
        with driven(engine) as driver:

            def read(name: str, ids: Collection[Any]) -> dict[Any, Row]:
                return remote_rows.read(driver, RECORDS[name], list(ids))

            found: dict[Key, Row] = {}
            for name in types:
                rows = self._rows(name, driver.execute(every(name)), read)
                found.update(((name, record.hex()), row) for record, row in rows)
            return found

    def office(self, connection: Connection, types: Iterable[str]) -> dict[Key, Row]:
        """Every record of these types at the office, whatever its database."""
        shown, dialect = id_out(connection.dialect.name), connection.dialect.name

        def read(name: str, ids: Collection[Any]) -> dict[Any, Row]:
            rows = shape(name, dialect).read(connection, [shown(one) for one in ids])
            return {one: rows[shown(one)] for one in ids}

        found: dict[Key, Row] = {}
        for name in types:
            stored = map(tuple, _straight(connection, every(name)))
            found.update(((name, shown(record)), row) for record, row in self._rows(name, stored, read))
        return found

    def _rows(self, name: str, stored: Iterable[tuple[Any, ...]], read: Read) -> list[tuple[Any, Row]]:
        known = self._known.get(name, {})
        now = {one[0]: one for one in stored}
        fresh = [record for record, one in now.items() if record not in known or known[record][0] != one]
        rows = read(name, fresh) if fresh else {}
        self._known[name] = {
            record: (one, rows[record]) if record in rows else known[record] for record, one in now.items()
        }
        return [(record, row) for record, (_, row) in self._known[name].items()]


@contextmanager
def driven(engine: Engine) -> Iterator[Any]:
    """The driver's own connection, to look with: it begins nothing and locks nothing."""
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


def _straight(connection: Connection, sql: str) -> Iterable[Any]:
    if connection.dialect.name == POSTGRESQL:
        return connection.exec_driver_sql(sql)
    driver: Any = connection.connection.driver_connection
    rows: Iterable[Any] = driver.execute(sql)
    return rows


def every(table: str) -> str:
    """The statement that reads every row of a record type, its id first."""
    return f'SELECT id, * FROM "{RECORDS[table].__tablename__}"'  # noqa: S608 - a name from the registry


def ids_of(table: str) -> str:
    """The statement that lists the ids of a record type."""
    return f'SELECT id FROM "{RECORDS[table].__tablename__}"'  # noqa: S608 - a name from the registry


def ids(driver: Any, table: str) -> list[bytes]:
    """The ids of a record type at a laptop."""
    return [bytes(row[0]) for row in driver.execute(ids_of(table))]
