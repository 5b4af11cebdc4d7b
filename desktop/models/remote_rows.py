"""Rows between the wire and the tables of records, in bulk on the driver's connection.

One prepared statement per record type and set of columns; values are converted column by column, so that a
first sync costs a few microseconds a row. No statement here writes the log: `desktop/models/remote.py` does.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Protocol

from desktop.models.columns import json_text
from desktop.models.kinds import Flag, Json, Kind, Link, Number
from desktop.models.overlay import Row
from desktop.models.record import RECORDS, Record

IDS: Final = "SELECT unhex(value) FROM json_each(?)"
"""The ids of `id_list`, as a query. One value for any number of ids: values of their own would use up the
connection's lookaside memory and stay bound in the kept statement.
"""

SYSTEM: Final = ("version", "deleted_at", "unknown")
"""Columns of every record beside its id and its fields."""

Convert = Callable[[Any], Any]


def columns(cls: type[Record]) -> tuple[str, ...]:
    """id, then the system columns, then the fields."""
    return ("id", *SYSTEM, *cls.fields())


def plain(value: Any) -> Any:
    """The value as it is: most columns travel as they are stored."""
    return value


def _from_hex(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)


def _to_json(value: Any) -> str | None:
    if not value and value in ({}, [], None):
        return _EMPTY[type(value)]
    return json_text(value)


_EMPTY: Final[dict[type, str | None]] = {dict: "{}", list: "[]", type(None): None}


def _from_json(value: str | None) -> Any:
    return None if value is None else json.loads(value)


def _to_hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


_SYSTEM_TO: Final[dict[str, Convert]] = {
    "id": _from_hex,
    "version": plain,
    "deleted_at": plain,
    "unknown": _to_json,
}
_SYSTEM_FROM: Final[dict[str, Convert]] = {
    "id": _to_hex,
    "version": plain,
    "deleted_at": plain,
    "unknown": _from_json,
}


def _same_on_both_sides(kind: Kind) -> bool:
    return not isinstance(kind, Link | Number | Flag | Json)


@cache
def to_driver(cls: type[Record], name: str) -> Convert:
    """How a column's wire value is stored."""
    if name in _SYSTEM_TO:
        return _SYSTEM_TO[name]
    kind = cls.fields()[name].kind
    if isinstance(kind, Json):
        return _to_json
    return plain if _same_on_both_sides(kind) else kind.to_driver


@cache
def from_driver(cls: type[Record], name: str) -> Convert:
    """How a stored value travels."""
    if name in _SYSTEM_FROM:
        return _SYSTEM_FROM[name]
    kind = cls.fields()[name].kind
    return plain if _same_on_both_sides(kind) else kind.from_driver


@lru_cache(maxsize=256)
def _upsert(cls: type[Record], names: tuple[str, ...]) -> str:
    table = cls.__tablename__
    listed = ", ".join(f'"{name}"' for name in names)
    places = ", ".join("?" * len(names))
    setting = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "id")
    return (
        f'INSERT INTO "{table}" ({listed}) VALUES ({places})'  # noqa: S608 - names from the registry
        f" ON CONFLICT (id) DO UPDATE SET {setting}"
        f' WHERE excluded.version >= coalesce("{table}".version, 0)'
    )


def upsert(driver: Any, cls: type[Record], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert or overwrite rows in wire form; a row older than the one held changes nothing."""
    if not rows:
        return
    stored = []
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        convert = to_driver(cls, name)
        stored.append(values if convert is plain else [convert(value) for value in values])
    driver.executemany(_upsert(cls, tuple(names)), list(zip(*stored, strict=True)))


def write(driver: Any, cls: type[Record], records: Mapping[bytes, Row]) -> None:
    """Write whole rows by id, whatever the version held: they were settled by the caller."""
    names = columns(cls)
    setting = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "id")
    sql = (
        f'INSERT INTO "{cls.__tablename__}" ({", ".join(chr(34) + n + chr(34) for n in names)})'  # noqa: S608
        f" VALUES ({', '.join('?' * len(names))}) ON CONFLICT (id) DO UPDATE SET {setting}"
    )
    converts = [to_driver(cls, name) for name in names[1:]]
    driver.executemany(
        sql,
        [
            (record, *(convert(row.get(name)) for name, convert in zip(names[1:], converts, strict=True)))
            for record, row in records.items()
        ],
    )


def versions(driver: Any, cls: type[Record], ids: Sequence[bytes]) -> dict[bytes, int]:
    """The version of each of these records that is held here."""
    sql = f'SELECT id, coalesce(version, 0) FROM "{cls.__tablename__}" WHERE id IN ({IDS})'  # noqa: S608
    return dict(driver.execute(sql, (id_list(ids),)).fetchall())


def read(driver: Any, cls: type[Record], ids: Sequence[bytes]) -> dict[bytes, Row]:
    """Whole rows in wire form by id, of those that are held."""
    names = columns(cls)
    converts = [from_driver(cls, name) for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    sql = f'SELECT {listed} FROM "{cls.__tablename__}" WHERE id IN ({IDS})'  # noqa: S608
    return {
        bytes(stored[0]): {
            name: convert(value) for name, convert, value in zip(names, converts, stored, strict=True)
        }
        for stored in driver.execute(sql, (id_list(ids),))
    }


def remove(driver: Any, cls: type[Record], ids: Sequence[bytes]) -> None:
    """Take rows off this laptop, as if they had never come."""
    driver.execute(f'DELETE FROM "{cls.__tablename__}" WHERE id IN ({IDS})', (id_list(ids),))  # noqa: S608


def at_home(driver: Any, stream: str) -> Iterator[tuple[type[Record], list[bytes]]]:
    """The ids, by type, of the records whose home is `stream`."""
    kind, _, name = stream.partition(":")
    where = {"user": "owner_id = ?", "team": "owner_id IS NULL AND team_id = ?"}.get(kind, "0")
    values = (bytes.fromhex(name),) if kind in ("user", "team") else ()
    if kind == "org":
        where = "owner_id IS NULL AND team_id IS NULL"
    for cls in RECORDS.values():
        if cls.__shared__ and kind != "org":
            continue
        at = "" if cls.__shared__ else f" WHERE {where}"
        rows = driver.execute(f'SELECT id FROM "{cls.__tablename__}"{at}', () if cls.__shared__ else values)  # noqa: S608
        ids = [bytes(row[0]) for row in rows]
        if ids:
            yield cls, ids


def id_list(ids: Iterable[bytes]) -> str:
    """Ids as the one value that `IDS` takes."""
    listed = '","'.join([record.hex() for record in ids])
    return f'["{listed}"]' if listed else "[]"


class Rows(Protocol):
    """Rows of one record type under column names."""

    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Sequence[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the rows of a page."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def pieces(tables: Mapping[str, Rows], most: Callable[[], int]) -> Iterator[Mapping[str, Rows]]:
    """A page in pieces of as many rows as may be taken in at that moment."""
    piece: dict[str, Rows] = {}
    room = most()
    for type_name, table in tables.items():
        start = 0
        while start < len(table.rows):
            some = table.rows[start : start + room]
            piece[type_name] = Piece(table.columns, some)
            start, room = start + len(some), room - len(some)
            if room <= 0:
                yield piece
                piece, room = {}, most()
    if piece:
        yield piece
