"""The fuse before mass deletions: when others delete much of what this laptop holds, a person is asked first.

Held are tombstones that would take more than 200 living records and more than a quarter of all within a day;
everything else of the sync goes on. Never held: what one deleted oneself, the undo of a bulk command, records
that move away, streams that are lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from desktop.models.changes import read_local, write_local
from desktop.models.record import RECORDS
from desktop.models.remote_rows import IDS, Piece, Rows, id_list
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.models.remote import Remote

MANY: Final = 200
"""Living records that may be deleted within a day without asking."""
SHARE: Final = 4
"""… and one in so many of all."""
DAY: Final = 24 * 60 * 60 * 1000
SLICE: Final = 1000
"""Deletions taken in one transaction once a person said so."""

NOT_HELD: Final = "record NOT IN (SELECT record FROM sync_held)"
"""In SQL: its last row is here. That of a held deletion waits with it: what it leads to may be gone."""

_WINDOW: Final = "deletions"


@dataclass(frozen=True, slots=True)
class Deletion:
    """A record that the office says is gone; `flag` as in a removal."""

    flag: str
    type: str
    record: str
    version: int
    at: str | None = None


def held(connection: Connection) -> int:
    """How many deletions wait for a person."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM sync_held").scalar_one())


def message(count: int) -> Message:
    """What a person is told."""
    return msg("Others deleted {count} records of yours; nothing was removed here until you agree.").of(
        count=count
    )


class Fuse:
    """The fuse for one transaction of news."""

    def __init__(self, connection: Connection, now: int) -> None:
        self.connection = connection
        self.driver: Any = connection.connection.driver_connection
        self.now = now

    def sift(
        self,
        stream: str,
        tables: Mapping[str, Rows],
        removals: Sequence[Any],
        undone: Iterable[str] = (),
        *,
        absent: bool = False,
    ) -> tuple[Mapping[str, Rows], Sequence[Any]]:
        """What may be applied of a stream's news; the rest is kept aside.

        Records in `undone` were taken back by who made them. `absent`: the office just does not have them.
        """
        taken_back = set(undone)
        self._overtaken(tables, removals)
        asked = [
            one for one in removals if absent or (one.flag == "tombstone" and one.record not in taken_back)
        ]
        if not asked:
            return tables, removals
        counted = self._of_others(self._living(asked), tables)
        if not counted or not self._too_many(len(counted)):
            return tables, removals
        self.driver.executemany(
            "INSERT OR REPLACE INTO sync_held (record, stream, type, version, flag, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (bytes.fromhex(one.record), stream, one.type, one.version, one.flag, one.at)
                for one in counted.values()
            ],
        )
        return _without(tables, counted), [one for one in removals if one.record not in counted]

    def _living(self, asked: Iterable[Any]) -> dict[str, Any]:
        """Those whose records are alive here, by id."""
        found: dict[str, Any] = {}
        for kind, some in groupby(sorted(asked, key=lambda one: one.type), key=lambda one: one.type):
            if kind not in RECORDS:
                continue
            named = {one.record: one for one in some}
            sql = f'SELECT id FROM "{kind}" WHERE deleted_at IS NULL AND id IN ({IDS})'  # noqa: S608
            alive = self.driver.execute(sql, (id_list(bytes.fromhex(record) for record in named),))
            found.update((row[0].hex(), named[row[0].hex()]) for row in alive)
        return found

    def _of_others(self, living: dict[str, Any], tables: Mapping[str, Rows]) -> dict[str, Any]:
        """Without those that this person deleted on another laptop."""
        me = (read_local(self.connection, "me") or {}).get("id")
        for table in tables.values():
            columns = list(table.columns)
            if "@by" in columns:
                by = columns.index("@by")
                for row in table.rows:
                    if me and row[by] == me:
                        living.pop(row[0], None)
        return living

    def _too_many(self, count: int) -> bool:
        """Whether so many more within a day are too many; if not, they are counted."""
        window = read_local(self.connection, _WINDOW, {"since": self.now, "count": 0})
        if not 0 <= self.now - window["since"] < DAY:
            window = {"since": self.now, "count": 0}
        total = window["count"] + held(self.connection) + count
        if total > MANY and total * SHARE > window["count"] + self._all():
            return True
        write_local(self.connection, _WINDOW, {**window, "count": window["count"] + count})
        return False

    def _all(self) -> int:
        """The living records of this laptop."""
        one = 'SELECT count(*) FROM "{}" WHERE deleted_at IS NULL'
        return sum(self.driver.execute(one.format(kind)).fetchone()[0] for kind in RECORDS)

    def _overtaken(self, tables: Mapping[str, Rows], removals: Iterable[Any]) -> None:
        """What was held is decided for records that came back or moved since."""
        if not held(self.connection):
            return
        for table in tables.values():
            self.driver.executemany(
                "DELETE FROM sync_held WHERE record = ? AND version < ?",
                [(bytes.fromhex(row[0]), row[1]) for row in table.rows],
            )
        moved = [(bytes.fromhex(one.record),) for one in removals if one.flag == "move"]
        self.driver.executemany("DELETE FROM sync_held WHERE record = ?", moved)


def _without(tables: Mapping[str, Rows], ids: Mapping[str, Any]) -> Mapping[str, Rows]:
    """The tables without these rows: the last row of a deleted record says that it is deleted."""
    return {
        kind: Piece(table.columns, [row for row in table.rows if row[0] not in ids])
        for kind, table in tables.items()
    }


def decided(connection: Connection, record: bytes) -> None:
    """A person has said what becomes of this one."""
    connection.exec_driver_sql("DELETE FROM sync_held WHERE record = ?", (record,))


def forget(connection: Connection, stream: str) -> None:
    """The stream is lost, and with it what was held of it."""
    connection.exec_driver_sql("DELETE FROM sync_held WHERE stream = ?", (stream,))


def accept(remote: "Remote") -> int:
    """A person agrees: what was held is deleted, in slices; returns how many. A crash leaves the rest."""
    done = 0
    while True:
        with remote.arriving() as (connection, arrival):
            rows = connection.exec_driver_sql(
                "SELECT record, stream, type, version, flag, at FROM sync_held ORDER BY stream LIMIT ?",
                (SLICE,),
            ).all()
            for stream, some in groupby(rows, key=lambda row: row[1]):
                arrival.removals(
                    stream, [Deletion(row[4], row[2], row[0].hex(), row[3], row[5]) for row in some]
                )
            arrival.driver.executemany("DELETE FROM sync_held WHERE record = ?", [(row[0],) for row in rows])
            write_local(connection, _WINDOW, {"since": arrival.now, "count": 0})
            remote.point("accepted")
        done += len(rows)
        if len(rows) < SLICE:
            return done
