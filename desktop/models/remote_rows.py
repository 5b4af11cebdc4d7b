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

MANY: Final = 100
"""So many records are worth a question of their own."""
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
    if not value and type(value) in _EMPTY:
        return _EMPTY[type(value)]
    return json_text(value)


_EMPTY: Final[dict[type, str | None]] = {dict: "{}", list: "[]", type(None): None}


def _from_json(value: str | None) -> Any:
    if value == "{}":
        return {}
    if value == "[]":
        return []
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
    if isinstance(kind, Json):
        return _from_json
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


def write(
    driver: Any, cls: type[Record], records: Mapping[bytes, Row], before: Mapping[bytes, Row] | None = None
) -> None:
    """Write rows by id, whatever the version held: they were settled by the caller.

    Of a row that is held as `before` has it only what differs is written: most often that is one field, and a
    statement that names thirty columns takes longer to prepare than to run.
    """
    before = before or {}
    groups: dict[str, list[tuple[Any, ...]]] = {}
    every = columns(cls)[1:]
    for record, row in records.items():
        old = before.get(record)
        names = every if old is None else tuple(name for name in every if row.get(name) != old.get(name))
        if names:
            sql = _insert(cls, every) if old is None else _update(cls, names)
            values = [to_driver(cls, name)(row.get(name)) for name in names]
            groups.setdefault(sql, []).append((*values, record))
    for sql, rows in groups.items():
        driver.executemany(sql, rows)


@lru_cache(maxsize=256)
def _update(cls: type[Record], names: tuple[str, ...]) -> str:
    setting = ", ".join(f'"{name}" = ?' for name in names)
    return f'UPDATE "{cls.__tablename__}" SET {setting} WHERE id = ?'  # noqa: S608 - names from the registry


@cache
def _insert(cls: type[Record], names: tuple[str, ...]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    setting = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    return (
        f'INSERT INTO "{cls.__tablename__}" ({listed}, id) VALUES ({", ".join("?" * len(names))}, ?)'  # noqa: S608
        f" ON CONFLICT (id) DO UPDATE SET {setting}"
    )


def versions(driver: Any, cls: type[Record], ids: Sequence[bytes]) -> dict[bytes, int]:
    """The version of each of these records that is held here."""
    if len(ids) >= MANY:  # as a page of a first copy, which comes in order: there is nothing where it belongs
        between = f'SELECT 1 FROM "{cls.__tablename__}" WHERE id BETWEEN ? AND ? LIMIT 1'  # noqa: S608
        if driver.execute(between, (min(ids), max(ids))).fetchone() is None:
            return {}
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
    of_one = "owner_id = ?"
    where = {"user": of_one, "inbox": of_one, "team": "owner_id IS NULL AND team_id = ?"}.get(kind, "0")
    values = (bytes.fromhex(name),) if kind in ("user", "inbox", "team") else ()
    if kind == "org":
        where = "owner_id IS NULL AND team_id IS NULL"
    for cls in RECORDS.values():
        if (cls.__shared__ and kind != "org") or cls.__private__ != (kind == "inbox"):
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


AUTHOR, AUTHORED = "@by", "@at"


def known_here(
    cls: type[Record], table: Rows, mask: str
) -> tuple[list[str], list[Sequence[Any]], Sequence[Sequence[Any]]]:
    """The columns this program knows, the rows cut to them, and who changed each row when.

    What it does not know is kept in `unknown`; a column that a mask hides is emptied.
    """
    mine = set(columns(cls))
    if mine.issuperset(table.columns) and (not mask or len(table.columns) == len(mine)):
        return list(table.columns), list(table.rows), [()] * len(table.rows)
    keep = [place for place, name in enumerate(table.columns) if name in mine and name != "unknown"]
    names = [table.columns[place] for place in keep]
    strange = {
        name: place
        for place, name in enumerate(table.columns)
        if name not in mine and not name.startswith("@")
    }
    echoed = list(table.columns).index("unknown") if "unknown" in table.columns else None
    hidden = [name for name in cls.fields() if mask and name not in names]
    authors = [list(table.columns).index(name) for name in (AUTHOR, AUTHORED) if name in table.columns]
    whole = [(*(row[place] for place in keep), *(None for _ in hidden)) for row in table.rows]
    names += hidden
    if strange or echoed is not None:
        names.append("unknown")
        whole = [(*cut, _unknown(row, strange, echoed)) for cut, row in zip(whole, table.rows, strict=True)]
    return names, list(whole), [[row[place] for place in authors] for row in table.rows]


def _unknown(row: Sequence[Any], strange: Mapping[str, int], echoed: int | None) -> dict[str, Any] | None:
    kept = {name: row[place] for name, place in strange.items()}
    return {**((row[echoed] if echoed is not None else None) or {}), **kept} or None


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
