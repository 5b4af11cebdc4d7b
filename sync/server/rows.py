"""Record tables as the office reads and writes them: wire values in, wire values out, many rows at a time.

The tables are those of `desktop.models`; here they stand without type conversion: a page of a first sync
is two thousand rows of what the driver holds and each conversion on the way is paid two thousand times.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    MetaData,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.types import NullType

from desktop.models import records  # noqa: F401 - fills the registry
from desktop.models.changes import EMPTY
from desktop.models.columns import json_text
from desktop.models.kinds import Flag, Json, Kind, Link, Moment
from desktop.models.record import RECORDS, Field, Record

Row = dict[str, Any]
Codec = Callable[[Any], Any]

CHUNK: Final = 5000
"""How many ids one query names."""

POSTGRESQL: Final = "postgresql"

STAGED: Final = 200
"""From so many new rows on, PostgreSQL gets them by COPY."""

TOGETHER: Final = 20
"""From so many changed rows on, PostgreSQL gets each changed column as one array."""

_ID: Final = re.compile(r"[0-9a-f]{32}")


class Shape:
    """One record type in one database: its bare table without hidden columns, and what each means there."""

    def __init__(self, cls: type[Record], dialect: str, hidden: frozenset[str] = frozenset()) -> None:
        self.type = cls.__tablename__
        self.cls = cls
        self.fields = cls.fields()
        kinds: dict[str, Kind] = {"id": Link(), "version": Kind(), "deleted_at": Moment(), "unknown": Json()}
        kinds |= {name: field.kind for name, field in self.fields.items() if name not in hidden}
        rest = [name for name in kinds if name not in ("id", "version", "owner_id", "team_id", "deleted_at")]
        self.columns = ("id", "version", "owner_id", "team_id", "deleted_at", *rest)
        self.table = Table(
            self.type,
            MetaData(),
            *(Column(name, NullType(), primary_key=name == "id") for name in self.columns),
        )
        self.load: dict[str, Codec] = {}
        self.show: list[tuple[int, Codec]] = []
        self.store: dict[str, Codec] = {}
        for place, name in enumerate(self.columns):
            load, show, store = _codecs(kinds[name], dialect)
            if load is not None:
                self.load[name] = load
            if show is not None:
                self.show.append((place, show))
            if store is not None:
                self.store[name] = store
        self.key = self.store["id"]
        self.dialect = dialect
        self._insert = Many(insert(self.table), dialect)
        self._updates: dict[frozenset[str], Many] = {}
        self._arrays: dict[frozenset[str], Arrays] = {}
        self._questions: dict[tuple[str, bool, bool], Select[Any]] = {}

    def select(self) -> Select[Any]:
        """All columns in wire order."""
        return select(*(self.table.c[name] for name in self.columns))

    def shown(self, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """Driver rows as the values of a page; JSON columns stay the text they are."""
        show = self.show
        page = []
        for row in rows:
            values = list(row)
            for place, codec in show:
                if values[place] is not None:
                    values[place] = codec(values[place])
            page.append(values)
        return page

    def read(self, conn: Connection, ids: Sequence[str], *, lock: bool = False) -> dict[str, Row]:
        """The rows with these ids, in wire form."""
        found: dict[str, Row] = {}
        for part in chunks(sorted(ids)):
            keys = [self.key(one) for one in part]
            self._collect(conn, self._question("id", keys, lock), found, named(keys))
        return found

    def read_children(self, conn: Connection, link: str, parents: Sequence[str]) -> dict[str, Row]:
        """The rows whose `link` is one of `parents`, in wire form."""
        found: dict[str, Row] = {}
        for part in chunks(sorted(parents)):
            keys = [self.key(one) for one in part]
            self._collect(conn, self._question(link, keys), found, named(keys))
        return found

    def _question(self, link: str, keys: Sequence[Any], lock: bool = False) -> Select[Any]:
        """The rows whose `link` is one of `keys`: asked with every push, so it is put together once."""
        which = link, lock, len(keys) == 1
        if which not in self._questions:
            query = self.select().where(among(self.table.c[link], len(keys) == 1))
            self._questions[which] = query.order_by(self.table.c.id).with_for_update() if lock else query
        return self._questions[which]

    def insert(self, conn: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add whole rows in wire form."""
        self._insert.run(conn, (self._stored(row, self.columns) for row in rows))

    def update(self, conn: Connection, rows: Iterable[tuple[Mapping[str, Any], frozenset[str]]]) -> None:
        """Write the named columns of each row; rows that change the same columns are written together."""
        groups: dict[frozenset[str], list[Row]] = {}
        for row, changed in rows:
            columns = changed | {"version"}
            stored = self._stored(row, columns)
            groups.setdefault(columns, []).append(
                {"this": self.key(row["id"]), **{f"new_{name}": value for name, value in stored.items()}}
            )
        for columns, group in groups.items():
            if self.dialect == POSTGRESQL and len(group) >= TOGETHER:
                self._array(columns).run(conn, group)
            else:
                self._update(columns).run(conn, group)

    def _array(self, columns: frozenset[str]) -> "Arrays":
        if columns not in self._arrays:
            self._arrays[columns] = Arrays(self.cls, sorted(columns))
        return self._arrays[columns]

    def _update(self, columns: frozenset[str]) -> "Many":
        if columns not in self._updates:
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in sorted(columns)}
            statement = update(self.table).where(self.table.c.id == bindparam("this")).values(values)
            self._updates[columns] = Many(statement, self.dialect)
        return self._updates[columns]

    def _stored(self, row: Mapping[str, Any], columns: Iterable[str]) -> Row:
        store = self.store
        return {
            name: store[name](row[name]) if name in store and row.get(name) is not None else row.get(name)
            for name in columns
        }

    def _collect(self, conn: Connection, query: Select[Any], found: dict[str, Row], values: Row) -> None:
        for stored in conn.execute(query, values):
            row = dict(zip(self.columns, stored, strict=True))
            for name, codec in self.load.items():
                if row[name] is not None:
                    row[name] = codec(row[name])
            found[row["id"]] = row


def among(column: Column[Any], single: bool) -> ColumnElement[bool]:
    """Whether a column holds one of the `named` values: of a `single` one there is no list to write out."""
    return column == bindparam("these") if single else column.in_(bindparam("these", expanding=True))


def named(values: Sequence[Any]) -> Row:
    """What a statement with `among` is executed with."""
    return {"these": values[0] if len(values) == 1 else values}


@lru_cache(maxsize=256)
def shape(record_type: str, dialect: str, hidden: frozenset[str] = frozenset()) -> Shape:
    """The shape of a record type without hidden columns. Raises KeyError for a type that does not exist."""
    return Shape(RECORDS[record_type], dialect, hidden)


@lru_cache(maxsize=32)
def bare(table: Table) -> Table:
    """The same table without type conversion: ids are what the driver takes."""
    return Table(
        table.name,
        MetaData(),
        *(Column(column.name, NullType(), primary_key=column.primary_key) for column in table.columns),
    )


class Many:
    """One statement for many rows in the driver's form, past everything that costs time for each row."""

    def __init__(self, statement: Insert | Update, dialect: str) -> None:
        compiled = statement.compile(dialect=_DIALECTS[dialect])
        self.text = str(compiled)
        names = compiled.positiontup
        self._pick = itemgetter(*names) if names is not None else dict
        self._copied = Copied(statement) if dialect == POSTGRESQL and isinstance(statement, Insert) else None

    def run(self, conn: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it for every row; nothing happens without rows."""
        parameters = [self._pick(row) for row in rows]
        if self._copied is not None and len(parameters) >= STAGED:
            self._copied.run(conn, parameters)
        elif parameters:
            conn.exec_driver_sql(self.text, parameters)


class Copied:
    """The same INSERT for so many rows that COPY brings them: into the table, or where rows may be there
    already into a table of this transaction, from which one statement merges them.
    """

    def __init__(self, statement: Insert) -> None:
        table = statement.table
        self._columns = [column.name for column in table.columns]
        listed = ", ".join(f'"{name}"' for name in self._columns)
        merged = statement.compile(dialect=_DIALECTS[POSTGRESQL]).string.partition(" ON CONFLICT ")[2]
        target = f'"{table.name}"'
        self._prepare = self._merge = ""
        if merged:
            staging = f'"staged_{table.name}"'
            self._prepare = f"CREATE TEMP TABLE IF NOT EXISTS {staging} (LIKE {target}) ON COMMIT DELETE ROWS"
            self._merge = (
                f"INSERT INTO {target} ({listed}) SELECT {listed} FROM {staging}"  # noqa: S608 - own names
                f" ON CONFLICT {merged}; TRUNCATE {staging}"
            )
            target = staging
        self._copy = f"COPY {target} ({listed}) FROM STDIN"

    def run(self, conn: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Bring the rows in. Each key stands once among them."""
        if self._prepare:
            conn.exec_driver_sql(self._prepare)
        pick = itemgetter(*self._columns)
        driver: Any = conn.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(self._copy) as copy:
            for row in rows:
                copy.write_row(pick(row))
        if self._merge:
            conn.exec_driver_sql(self._merge)


class Arrays:
    """An UPDATE of so many rows that one statement takes them all: each column comes as one array."""

    def __init__(self, cls: type[Record], columns: Sequence[str]) -> None:
        dialect = _DIALECTS[POSTGRESQL]
        stored = cls.table().c
        types = [f"%s::{stored[name].type.compile(dialect)}[]" for name in ("id", *columns)]
        given = ", ".join(f'"{name}" = came."{name}"' for name in columns)
        named = ", ".join(f'"{name}"' for name in ("id", *columns))
        self._keys = ("this", *(f"new_{name}" for name in columns))
        self._text = (
            f'UPDATE "{cls.__tablename__}" AS held SET {given}'  # noqa: S608 - own names
            f" FROM unnest({', '.join(types)}) AS came ({named}) WHERE held.id = came.id"
        )

    def run(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write them. Each key stands once among them."""
        conn.exec_driver_sql(self._text, tuple([row[key] for row in rows] for key in self._keys))


def upsert(conn: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows in the driver's form, or write them over those with the same key."""
    _upsert(table, conn.dialect.name).run(conn, rows)


@lru_cache(maxsize=32)
def _upsert(table: Table, dialect: str) -> Many:
    target = bare(table)
    statement = insert_into(dialect, target)
    rest = {c.name: statement.excluded[c.name] for c in target.columns if not c.primary_key}
    return Many(
        statement.on_conflict_do_update(index_elements=list(target.primary_key.columns), set_=rest), dialect
    )


def insert_into(dialect: str, table: Table) -> Any:
    """An INSERT that may say what to do on a conflict."""
    return postgresql.insert(table) if dialect == POSTGRESQL else sqlite.insert(table)


_DIALECTS: Final[Mapping[str, Dialect]] = {
    "sqlite": sqlite.dialect(),
    POSTGRESQL: PGDialect_psycopg(),  # type: ignore[no-untyped-call]
}


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """`ids` in parts that fit into one query."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def empty(described: Field) -> Any:
    """What a field holds that a new record does not name: laptops leave out what says nothing."""
    default = {} if described.name == "custom" else described.default_value()
    return described.kind.to_wire(default if default in EMPTY else described.kind.empty)


def is_id(text: object) -> bool:
    """Whether this is an id as it travels: 32 lower-case hexadecimal characters."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def id_in(dialect: str) -> Codec:
    """How an id in hexadecimal becomes what the driver takes."""
    return _uuid if dialect == POSTGRESQL else bytes.fromhex


def id_out(dialect: str) -> Codec:
    """How an id of the driver becomes hexadecimal."""
    return attrgetter("hex") if dialect == POSTGRESQL else bytes.hex


def _codecs(kind: Kind, dialect: str) -> tuple[Codec | None, Codec | None, Codec | None]:
    """How a kind is loaded, shown in a page, and stored; None where the driver's value is the wire value."""
    if isinstance(kind, Link):
        return id_out(dialect), id_out(dialect), id_in(dialect)
    if isinstance(kind, Json):
        return kind.from_driver, _raw, _json_text
    if isinstance(kind, Flag):
        return bool, bool, bool if dialect == POSTGRESQL else int
    plain = type(kind).from_driver is Kind.from_driver
    return (None, None, None) if plain else (kind.from_driver, kind.from_driver, kind.to_driver)


def _json_text(value: Any) -> str:
    return "{}" if value == {} else json_text(value)


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _uuid(text: str) -> UUID:
    return UUID(hex=text)
