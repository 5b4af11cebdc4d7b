"""A first copy that comes as one encrypted database: its rows and its search index enter the vault at once.

Tables that hold nothing here are copied block by block, without looking into the rows; records that are here
already, or have unanswered ops, go the way of every page (`arrival.py`), one's own changes on top. All of it
is one transaction: a crash at any moment leaves the vault as it was, or with everything.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from desktop.errors import Damaged
from desktop.models import indexing, migrations, partly, remote_rows, remote_tables, search
from desktop.models.arrival import Arrival
from desktop.models.changes import now_ms, read_local, write_local
from desktop.models.engines import BESIDE, DAMAGED, beside
from desktop.models.guards import lifted
from desktop.models.record import RECORDS, Record
from desktop.models.remote import HEARD, Remote
from desktop.models.remote_rows import Piece
from desktop.models.store import Changed

if TYPE_CHECKING:
    from sqlalchemy import Connection

INDEX: Final = ("search_entry", "search_word_data", "search_word_idx", "search_word_docsize")
SYNC: Final = tuple(table.name for table in remote_tables.TABLES)
"""What a laptop remembers of its office; of it the file brings cursors, stubs, and what else pages bring."""
MOST_OWN: Final = 5000
"""Records that are searchable here already, up to which a ready index is worth more than one's own."""


class NotFresh(Exception):
    """The vault has got records in another way already."""


_OWN: Final = (
    "SELECT record FROM change WHERE n > {acked} UNION SELECT record FROM sync_await"
    " UNION SELECT record FROM sync_base"
)


def adopt(remote: Remote, path: Path, key: bytes, heard: int = 0) -> int:
    """Take in the database at `path`, which opens under `key`; returns how many rows came.

    `heard` is the number of the request that was answered.

    Raises Damaged, Refused (the disk) or NotFresh, and then nothing was changed.
    """
    store = remote.store
    remote.point("adopting")
    with (
        store.turns.arrival(),
        beside(store.engine, path, key) as connection,
        connection.begin(),
        lifted(connection),
    ):
        arrival = Arrival(connection, now_ms(store.clock()))
        taken, changed = _Adoption(arrival).run()
        remote.point("copied")
        arrival.finish()
        write_local(connection, HEARD, heard)
        remote.point("before adoption")
    remote.point("adopted")
    store.announce(Changed(frozenset(arrival.changed | changed), "sync", remote=True))
    return taken


class _Adoption:
    """One transaction that sees both databases."""

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.connection: Connection = arrival.connection
        self.driver: Any = arrival.driver
        self.own = _OWN.format(acked=int(read_local(self.connection, "acked", 0)))

    def run(self) -> tuple[int, set[tuple[str, UUID]]]:
        """How many rows came, and one of each type: whoever shows records of that type looks again."""
        self._check()
        before = self._searchable()
        self._copy_index()
        mask = str(self._one(f"SELECT max(mask) FROM {BESIDE}.sync_cursor") or "")  # noqa: S608
        taken, changed = 0, set[tuple[str, UUID]]()
        for cls in RECORDS.values():
            rows, one = self._first(f'SELECT count(*), min(id) FROM {BESIDE}."{cls.__tablename__}"')  # noqa: S608
            if rows:
                taken += int(rows)
                changed.add((cls.__tablename__, UUID(bytes=one)))
                self._take(cls, mask)
        for table in SYNC:
            self._insert(table, self._columns("main", table), "", "OR REPLACE")
        streams = {row[0] for row in self.driver.execute("SELECT stream FROM sync_cursor")}
        partly.settle(self.connection, lambda noted: noted not in streams)
        self._index_again(before)
        return taken, changed

    def _check(self) -> None:
        """Refuse a file of another shape, and a vault that has got its rows in another way meanwhile."""
        if self._one("SELECT 1 FROM sync_cursor") or self._one("SELECT 1 FROM sync_mark"):
            raise NotFresh
        shape = self._one(f"PRAGMA {BESIDE}.user_version")
        kinds = dict(self.driver.execute(f"SELECT name, type FROM {BESIDE}.sqlite_schema").fetchall())  # noqa: S608
        names = (*RECORDS, *INDEX, *SYNC)
        if shape != migrations.NEWEST or any(kinds.get(name) != "table" for name in names):
            raise Damaged(DAMAGED)
        for name in names:
            if sorted(self._columns("main", name)) != sorted(self._columns(BESIDE, name)):
                raise Damaged(DAMAGED)

    def _searchable(self) -> dict[str, list[bytes]]:
        """What the index here knows, by type: what was written before this laptop joined."""
        rows = self.driver.execute(
            "SELECT type, record FROM main.search_entry LIMIT ?", (MOST_OWN + 1,)
        ).fetchall()
        if len(rows) > MOST_OWN:
            raise NotFresh
        found: dict[str, list[bytes]] = {}
        for type_name, record in rows:
            found.setdefault(type_name, []).append(bytes(record))
        return found

    def _copy_index(self) -> None:
        """The ready index takes the place of the one here, block by block."""
        search.clear(self.driver)
        for table in INDEX:
            self.driver.execute(f"DELETE FROM main.{table}")  # noqa: S608
            self._copy(table)

    def _copy(self, table: str) -> None:
        """Copy a table into an empty one; where the columns stand alike SQLite copies its blocks."""
        columns = self._columns("main", table)
        if columns == self._columns(BESIDE, table):
            self.driver.execute(f'INSERT INTO main."{table}" SELECT * FROM {BESIDE}."{table}"')  # noqa: S608
        else:
            self._insert(table, columns, "")

    def _insert(self, table: str, columns: Iterable[str], where: str, how: str = "") -> None:
        listed = ", ".join(f'"{name}"' for name in columns)
        self.driver.execute(
            f'INSERT {how} INTO main."{table}" ({listed}) SELECT {listed} FROM {BESIDE}."{table}" {where}'  # noqa: S608
        )

    def _take(self, cls: type[Record], mask: str) -> None:
        """The rows of one type: most are new here."""
        table = cls.__tablename__
        here = f'SELECT id FROM main."{table}" UNION {self.own}'  # noqa: S608
        if self._one(f"SELECT 1 FROM ({here})") is None:  # noqa: S608
            self._copy(table)
            return
        for piece in list(self._known_here(cls, here)):
            self.arrival.rows(table, piece, mask)
        self._insert(table, self._columns("main", table), f"WHERE id NOT IN ({here})")

    def _known_here(self, cls: type[Record], here: str) -> Iterator[Piece]:
        """The file's rows of records that this vault knows, in wire form."""
        names = remote_rows.columns(cls)
        converts = [remote_rows.from_driver(cls, name) for name in names]
        listed = ", ".join(f'"{name}"' for name in names)
        rows = self.driver.execute(
            f'SELECT {listed} FROM {BESIDE}."{cls.__tablename__}" WHERE id IN ({here})'  # noqa: S608
        ).fetchall()
        if rows:
            shown = [[turn(value) for turn, value in zip(converts, row, strict=True)] for row in rows]
            yield Piece(names, shown)

    def _index_again(self, before: dict[str, list[bytes]]) -> None:
        for type_name, ids in before.items():
            cls = RECORDS.get(type_name)
            if cls is not None:
                rows = remote_rows.read(self.driver, cls, ids)
                indexing.refresh_rows(
                    self.connection,
                    cls,
                    ((UUID(bytes=one), row, row["deleted_at"] is not None) for one, row in rows.items()),
                )

    def _columns(self, where: str, table: str) -> list[str]:
        return [row[1] for row in self.driver.execute(f'PRAGMA {where}.table_info("{table}")')]

    def _first(self, sql: str) -> Any:
        return self.driver.execute(sql).fetchone()

    def _one(self, sql: str) -> Any:
        row = self._first(sql)
        return None if row is None else row[0]
