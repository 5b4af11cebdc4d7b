"""A first copy that comes as one encrypted database: its rows and its search index enter the vault in bites.

A person works meanwhile. Rows are there as soon as they are copied, as those of pages are; the ready index is
laid beside the one in use and takes its place at the end, together with the cursors. How far it came stands
in the same transactions, so that whoever is killed goes on there, and whoever loses it begins by pages.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from desktop.errors import Damaged
from desktop.models import erasing, indexing, migrations, partly, remote_rows, remote_tables, search
from desktop.models.arrival import Arrival
from desktop.models.changes import now_ms, read_local, write_local
from desktop.models.engines import BESIDE, DAMAGED, beside
from desktop.models.guards import lifted
from desktop.models.record import RECORDS, Record
from desktop.models.remote import HEARD, Remote
from desktop.models.remote_rows import Piece
from desktop.models.store import Changed, Store

if TYPE_CHECKING:
    from sqlalchemy import Connection

SYNC: Final = tuple(table.name for table in remote_tables.TABLES)
"""What a laptop remembers of its office; of it the file brings cursors, stubs, and what else pages bring."""
MOST_OWN: Final = 5000
"""Records that are searchable here already, up to which a ready index is worth more than one's own."""
BEGUN: Final = "adopting"
"""The local fact which file is being copied and how far that came."""
PAGES: Final = 500
"""Pages of the log after which it is written back, beside whoever works: a save should not have to do it."""
CACHE: Final = -4096
"""KiB of pages that the copying keeps of each database: it reads nothing twice, and each page that it lets go
is overwritten in memory.
"""
_ROW, _BLOCK = 0.1, 1.2
"""How many pages of the log a row and a block of the index become, about."""
_ROWS, _BLOCKS = 700_000, 60_000
"""Rows and blocks that a second copies where a table is copied whole: the database then takes over its pages
without looking into the rows, in two thirds of the time.
"""


class NotFresh(Exception):
    """The vault has got records in another way already."""


_OWN: Final = (
    "SELECT record FROM change WHERE n > {acked} UNION SELECT record FROM sync_await"
    " UNION SELECT record FROM sync_base"
)


def adopt(remote: Remote, path: Path, key: bytes, heard: int = 0) -> int:
    """Take in the database at `path`, which opens under `key`; returns how many rows came.

    `heard` is the number of the request that was answered.

    Raises Damaged, Refused (the disk) or NotFresh; what was copied until then stays until `forget`.
    """
    store = remote.store
    remote.point("adopting")
    with _beside(store, path, key) as connection:
        copy = _Copy(remote, connection, sha256(b"a first copy" + key).hexdigest()[:32])
        copy.run()
    remote.point("copied")
    with _beside(store, path, key) as connection:  # another one: it knows nothing of the former index
        changed = _exchange(remote, connection, heard)
    remote.point("adopted")
    store.announce(Changed(frozenset(changed | copy.shown), "sync", remote=True))
    return copy.rows


def forget(store: Store) -> None:
    """What was begun with a file is not gone on with: its rows leave, what was done to them here stays.

    The pages that come instead are of a later moment, perhaps for other eyes: they do not say which of these
    rows were deleted, moved or hidden since. Whoever is killed here begins again, with a file or with pages.
    """
    if store.local(BEGUN) is None:
        return
    with store.turns.arrival(), store.engine.begin() as connection:
        driver = indexing.driver_of(connection)
        search.drop_next(driver)
        for table in ("sync_cursor", "sync_mark", "sync_lent", "sync_held"):
            driver.execute(f"DELETE FROM {table}")  # noqa: S608 - own names
        write_local(connection, BEGUN, {"file": ""})
    for cls in RECORDS.values():
        last: bytes | None = b""
        while last is not None:
            last = _let_go(store, cls, last)
    with store.turns.arrival(), store.engine.begin() as connection:
        indexing.driver_of(connection).execute("DELETE FROM sync_stub")
        partly.settle(connection, lambda _: False)
        erasing.note(connection)
        write_local(connection, BEGUN, None)


def _let_go(store: Store, cls: type[Record], after: bytes) -> bytes | None:
    """Let some of the office's records go; returns the last of them, None at the end."""
    turns = store.turns
    with turns.arrival(), store.engine.begin() as connection, lifted(connection):
        arrival = Arrival(connection, now_ms(store.clock()))
        some = arrival.driver.execute(
            f'SELECT id FROM "{cls.__tablename__}" WHERE id > ? AND version > 0 ORDER BY id LIMIT ?',  # noqa: S608
            (after, turns.bite("let go")),
        ).fetchall()
        ids = [bytes(row[0]) for row in some]
        arrival.let_go(cls, ids)
        arrival.finish()
    turns.took("let go", len(ids))
    store.announce(Changed(frozenset(arrival.changed), "sync", remote=True))
    return ids[-1] if ids else None


@contextmanager
def _beside(store: Store, path: Path, key: bytes) -> "Iterator[Connection]":
    """A connection that sees both databases, waits for no disk, and leaves the log to `_Copy`.

    The file stays until all of it is here and durable, so whatever a power cut takes is copied again.
    """
    with beside(store.engine, path, key) as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA synchronous = NORMAL")
        driver.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        for name in ("main", BESIDE):
            driver.execute(f"PRAGMA {name}.cache_size = {CACHE}")
        yield connection


class _Copy:
    """The bites: rows type by type, then the index beside the one in use."""

    def __init__(self, remote: Remote, connection: "Connection", mark: str) -> None:
        self.store = remote.store
        self.point = remote.point
        self.connection = connection
        self.driver: Any = connection.connection.driver_connection
        self.mark = mark
        self.rows = 0
        self.shown: set[tuple[str, UUID]] = set()
        self._at: dict[str, Any] = {}
        self._log = 0.0

    def run(self) -> None:
        """Everything that is not here yet."""
        with self._bite("copied", 0.0):
            self._begin()
        for cls in RECORDS.values():
            self._rows(cls)
        for table in search.NEXT:
            self._blocks(table)

    def _begin(self) -> None:
        """Go on with this very file, or begin. Raises NotFresh, and Damaged for another shape."""
        if _one(self.driver, "SELECT 1 FROM sync_cursor") or _one(self.driver, "SELECT 1 FROM sync_mark"):
            raise NotFresh
        self._check()
        self._at = read_local(self.connection, BEGUN) or {}
        if self._at.get("file") == self.mark:
            return
        if int(_one(self.driver, "SELECT count(*) FROM main.search_entry")) > MOST_OWN:
            raise NotFresh
        mixed = any(
            _one(self.driver, f'SELECT 1 FROM main."{table}" WHERE version > 0 LIMIT 1')  # noqa: S608
            for table in RECORDS
        )
        search.create_next(self.driver)
        for (stream,) in self.driver.execute(f"SELECT stream FROM {BESIDE}.sync_cursor").fetchall():  # noqa: S608
            partly.begun(self.connection, stream)
        since = _one(self.driver, "SELECT coalesce(max(seq), 0) FROM change")
        self._at = {"file": self.mark, "since": since, "table": "", "after": 0, "done": []}
        self._at["mixed"] = mixed

    def _check(self) -> None:
        shape = _one(self.driver, f"PRAGMA {BESIDE}.user_version")
        kinds = dict(self.driver.execute(f"SELECT name, type FROM {BESIDE}.sqlite_schema").fetchall())  # noqa: S608
        names = (*RECORDS, *search.TABLES, *SYNC)
        if shape != migrations.NEWEST or any(kinds.get(name) != "table" for name in names):
            raise Damaged(DAMAGED)
        for name in names:
            if sorted(_columns(self.driver, "main", name)) != sorted(_columns(self.driver, BESIDE, name)):
                raise Damaged(DAMAGED)

    @contextmanager
    def _bite(self, kind: str, weight: float) -> Iterator[list[int]]:
        """One transaction that a person does not notice; how far it came is noted in it.

        Whoever has it says how many rows it brought.
        """
        counted: list[int] = []
        with self.store.turns.arrival(), self.connection.begin(), lifted(self.connection):
            yield counted
            write_local(self.connection, BEGUN, self._at)
            self.point("before bite")
        self.point("bite")
        rows = sum(counted)
        self.store.turns.took(kind, rows)
        self._log += weight * rows
        if self._log >= PAGES:
            self._log = 0.0
            self.driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _table(self, table: str, source: str, key: str, take: Callable[[int, int, bool], int]) -> None:
        """One bite after the other, by keys (after, up to), until the table is done; a small one at once.

        `take` is told whether this is all there is, and says how many rows came.
        """
        rows, last = self.driver.execute(f"SELECT count(*), max({key}) FROM {BESIDE}.{source}").fetchone()  # noqa: S608
        self.rows += rows if table in RECORDS else 0
        if table not in self._at["done"] and self._at["table"] != table:
            self._at |= {"table": table, "after": 0}
        turns = self.store.turns
        kind, weight = ("copied", _ROW) if table in RECORDS else (f"copied {table}", _BLOCK)
        speed = _BLOCKS if table == search.BLOCKS else _ROWS
        while table not in self._at["done"]:
            after = self._at["after"]
            whole = not after and rows <= turns.box * speed
            upto = last if whole else self._upto(source, key, after, turns.bite(kind), last > 2 * rows)
            with self._bite(f"{kind} whole" if whole else kind, weight) as count:
                count.append(take(after, upto, whole) if rows else 0)
                self._at["after"] = upto
                if not rows or upto >= last:
                    self._at["done"].append(table)

    def _upto(self, source: str, key: str, after: int, some: int, gaps: bool) -> int:
        """The key that ends the next bite; where keys have gaps they are looked up, which reads all twice."""
        if not gaps:
            return after + some
        keys = f"SELECT {key} AS k FROM {BESIDE}.{source} WHERE {key} > ? ORDER BY {key} LIMIT ?"  # noqa: S608
        return int(_one(self.driver, f"SELECT max(k) FROM ({keys})", (after, some)))  # noqa: S608

    def _rows(self, cls: type[Record]) -> None:
        table = cls.__tablename__
        one = _one(self.driver, f'SELECT min(id) FROM {BESIDE}."{table}"')  # noqa: S608
        if one is None:
            return
        self.shown.add((table, UUID(bytes=one)))
        mask = str(_one(self.driver, f"SELECT max(mask) FROM {BESIDE}.sync_cursor") or "")  # noqa: S608
        acked = int(_one(self.driver, "SELECT value FROM main.local WHERE key = 'acked'") or 0)
        columns = [_columns(self.driver, where, table) for where in ("main", BESIDE)]
        listed = ", ".join(f'"{name}"' for name in columns[0])
        own, within = _OWN.format(acked=acked), "t.rowid > ? AND t.rowid <= ?"
        known = f"t.id IN ({own})"
        both = f'({own}) AS o CROSS JOIN {BESIDE}."{table}" AS t ON t.id = o.record WHERE {within}'
        if self._at.get("mixed", True):  # rows of the office that came in another way
            known = f'(EXISTS (SELECT 1 FROM main."{table}" WHERE id = t.id) OR {known})'  # noqa: S608
            both = f'{BESIDE}."{table}" AS t WHERE {within} AND {known}'
        copied = f'INSERT INTO main."{table}" ({listed}) SELECT {listed} FROM {BESIDE}."{table}" AS t'  # noqa: S608
        at_once = f'INSERT INTO main."{table}" SELECT * FROM {BESIDE}."{table}"'  # noqa: S608

        def take(after: int, upto: int, whole: bool) -> int:
            bite = (after, upto)
            piece = _piece(self.driver, cls, f"FROM {both}", bite)
            # who reads the table that is written to has all of it copied twice: only where it must be
            if piece.rows:
                count = self.driver.execute(f"{copied} WHERE {within} AND NOT {known}", bite).rowcount
            elif whole and columns[0] == columns[1]:
                count = self.driver.execute(at_once).rowcount
            else:
                count = self.driver.execute(f"{copied} WHERE {within}", bite).rowcount
            if piece.rows:  # one's own changes lie on top, as with every page
                arrival = Arrival(self.connection, now_ms(self.store.clock()))
                arrival.rows(table, piece, mask)
                arrival.finish()
                self.shown |= arrival.changed
            return int(count) + len(piece.rows)

        self._table(table, f'"{table}"', "rowid", take)

    def _blocks(self, table: str) -> None:
        source, key = search.NEXT[table]
        copied = f"INSERT INTO main.{table} SELECT * FROM {BESIDE}.{source}"  # noqa: S608
        if key:

            def take(after: int, upto: int, whole: bool) -> int:
                within, bite = ("", ()) if whole else (f" WHERE {key} > ? AND {key} <= ?", (after, upto))
                return int(self.driver.execute(copied + within, bite).rowcount)

            self._table(table, source, key, take)
        elif table not in self._at["done"]:  # a small one
            with self._bite("copied", 0.0):
                self._at["done"].append(table)
                self.driver.execute(copied)


def _exchange(remote: Remote, connection: "Connection", heard: int) -> set[tuple[str, UUID]]:
    """The ready index takes the place of the one here, and the streams stand where the file was made."""
    store = remote.store
    driver: Any = connection.connection.driver_connection
    with store.turns.arrival(), connection.begin(), lifted(connection):
        arrival = Arrival(connection, now_ms(store.clock()))
        stale = _stale(driver, int(read_local(connection, BEGUN)["since"]))
        search.exchange(driver)
        for table in SYNC:
            listed = ", ".join(f'"{name}"' for name in _columns(driver, "main", table))
            driver.execute(
                f'INSERT OR REPLACE INTO main."{table}" ({listed}) SELECT {listed} FROM {BESIDE}."{table}"'  # noqa: S608
            )
        streams = {row[0] for row in driver.execute("SELECT stream FROM sync_cursor")}
        partly.settle(connection, lambda noted: noted not in streams)
        for type_name, ids in stale.items():
            _index_again(connection, RECORDS[type_name], ids)
        arrival.finish()
        write_local(connection, HEARD, heard)
        write_local(connection, BEGUN, None)
        remote.point("before adoption")
    return arrival.changed


def _stale(driver: Any, since: int) -> dict[str, list[bytes]]:
    """What the ready index does not know as it is here, by type: what is in this vault's own index, and what
    somebody changed since the copying began.
    """
    found: dict[str, list[bytes]] = {}
    rows = driver.execute(
        "SELECT type, record FROM main.search_entry UNION SELECT type, record FROM change WHERE seq > ?",
        (since,),
    )
    for type_name, record in rows.fetchall():
        if type_name in RECORDS:
            found.setdefault(type_name, []).append(bytes(record))
    return found


def _index_again(connection: "Connection", cls: type[Record], ids: list[bytes]) -> None:
    driver: Any = connection.connection.driver_connection
    rows = remote_rows.read(driver, cls, ids)
    search.remove(driver, [one for one in ids if one not in rows])
    indexing.refresh_rows(
        connection, cls, ((UUID(bytes=one), row, row["deleted_at"] is not None) for one, row in rows.items())
    )


def _piece(driver: Any, cls: type[Record], where: str, values: Iterable[Any]) -> Piece:
    """Rows of the file in wire form."""
    names = remote_rows.columns(cls)
    converts = [remote_rows.from_driver(cls, name) for name in names]
    listed = ", ".join(f't."{name}"' for name in names)
    rows = driver.execute(f"SELECT {listed} {where}", tuple(values)).fetchall()
    return Piece(names, [[turn(one) for turn, one in zip(converts, row, strict=True)] for row in rows])


def _columns(driver: Any, where: str, table: str) -> list[str]:
    return [row[1] for row in driver.execute(f'PRAGMA {where}.table_info("{table}")')]


def _one(driver: Any, sql: str, values: tuple[Any, ...] = ()) -> Any:
    row = driver.execute(sql, values).fetchone()
    return None if row is None else row[0]
