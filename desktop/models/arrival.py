"""What arrives from the office, applied in one transaction: verdicts, rows, removals, streams lost.

A record without unanswered ops takes the office's row as it is. One with such ops keeps the office's row
aside (`sync_base`) and shows it with the ops on top (`overlay.replay`). Whatever a person could have seen
before and sees differently afterwards is logged, like any other change.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Connection

from desktop.models import decisions, derived, indexing, leaving, lending, remote_rows
from desktop.models.changes import ARRIVED, VOID, append_remote, read_local
from desktop.models.columns import json_text
from desktop.models.fuse import NOT_HELD
from desktop.models.overlay import CREATING, Pending, Row, difference, replay
from desktop.models.record import RECORDS, Record, new_id
from desktop.models.remote_rows import IDS, Rows, id_list
from desktop.rules.streams import home, is_lent

FIRST: Final = 1
"""The version of a record that nobody changed since it was made: whoever changed it last made it."""
FOR_EVER: Final = 2**53
"""A version later than any: the stream itself is lost."""


class Removal(Protocol):
    """A record that left a stream."""

    @property
    def flag(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def record(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def at(self) -> str | None: ...


class Held:
    """Rows and what stands behind them, for the records of one type that need more than an upsert."""

    def __init__(self, cls: type[Record]) -> None:
        self.cls = cls
        self.base: dict[bytes, Row | None] = {}
        """The office's newest row; None where the record left this laptop's streams."""
        self.gone: dict[bytes, int] = {}
        """Every touched record, with the version at which it left (0: it did not)."""


class Arrival:
    """One transaction's worth of news. Use: verdicts, then rows and removals, then `finish`."""

    def __init__(self, connection: Connection, now: int, *, index_later: bool = False) -> None:
        self.connection = connection
        self.index_later = index_later
        self.driver: Any = connection.connection.driver_connection
        self.now = now
        self.tx = new_id().bytes
        self.acked = int(read_local(connection, "acked", 0))
        self.changed: set[tuple[str, UUID]] = set()
        self.held: dict[str, Held] = {}
        self.me = (read_local(connection, "me") or {}).get("id")
        self.authors: dict[bytes, Sequence[Any]] = {}
        """Who else changed the records that have ops of one's own."""
        self.left: dict[str, dict[bytes, str]] = {}
        """What left this laptop, by type, with the names that may stay."""
        self._any_dirty: bool | None = None

    def note(self, key: str, value: int) -> None:
        """Keep a number among the local facts."""
        self.driver.execute("INSERT OR REPLACE INTO local (key, value) VALUES (?, ?)", (key, str(value)))

    # --- ops answered

    def answered(self, n: int, versions: Iterable[tuple[int, bytes, str, int]]) -> None:
        """Ops up to `n` are answered; `versions` says (op, record, type, version to come or 0)."""
        wanted: dict[str, list[tuple[int, bytes, int]]] = {}
        for op, record, type_name, version in versions:
            wanted.setdefault(type_name, []).append((op, record, version))
        for type_name, answers in wanted.items():
            cls = RECORDS[type_name]
            ids = list({record for _, record, _ in answers})
            held = {**remote_rows.versions(self.driver, cls, ids), **self._left(ids)}
            waiting = []
            for op, record, version in answers:
                if version > held.get(record, 0):
                    waiting.append((op, record, version))
                else:
                    self._touch(cls, record)
            self.driver.executemany(
                "INSERT OR REPLACE INTO sync_await (n, record, version) VALUES (?, ?, ?)", waiting
            )
        self.acked = max(self.acked, n)
        self.note("acked", self.acked)
        self._any_dirty = None

    def _left(self, ids: Sequence[bytes]) -> dict[bytes, int]:
        """At which version these records left this laptop, of those that did: later rows may come."""
        sql = f"SELECT record, version FROM sync_base WHERE record IN ({IDS}) AND row = 'null'"  # noqa: S608
        return {bytes(record): version for record, version in self.driver.execute(sql, (id_list(ids),))}

    # --- rows

    def rows(self, type_name: str, table: Rows, mask: str = "", stream: str = "") -> None:
        """The newest rows of one type in `stream`; older ones than those held change nothing."""
        cls = RECORDS.get(type_name)
        if cls is None or not table.rows:
            return
        names, rows, authors = remote_rows.known_here(cls, table, mask)
        ids = [bytes.fromhex(row[0]) for row in rows]
        lending.note(self.driver, stream, type_name, ids)
        dirty = self._dirty(cls, ids)
        versions = remote_rows.versions(self.driver, cls, ids)
        fresh: list[Sequence[Any]] = []
        new: list[bytes] = []
        made: list[tuple[Any, ...]] = []
        again: list[tuple[bytes, Sequence[Any], Sequence[Any]]] = []
        for record, row, author in zip(ids, rows, authors, strict=True):
            if record in dirty:
                self._rebase(cls, record, dict(zip(names, row, strict=True)))
                if author and author[0] != self.me:
                    self.authors[record] = author
            elif record not in versions:
                fresh.append(row)
                new.append(record)
                if author and row[1] == FIRST and not self.index_later:
                    made.append(self._logged(cls, record, ARRIVED, {}, 0, author))
            elif row[1] >= versions[record]:
                again.append((record, row, author))
        remote_rows.upsert(self.driver, cls, names, fresh)
        append_remote(self.connection, made)
        if self.index_later:
            self._note_unindexed(cls, new)
        else:
            self._index(cls, names, fresh)
        self._seen(cls, (UUID(bytes=record) for record in new))
        self._overwrite(cls, names, again)

    def _overwrite(
        self,
        cls: type[Record],
        names: Sequence[str],
        news: Sequence[tuple[bytes, Sequence[Any], Sequence[Any]]],
    ) -> None:
        """Rows held without ops of one's own: log what changes, then take them."""
        if not news:
            return
        before = remote_rows.read(self.driver, cls, [record for record, _, _ in news])
        after: dict[bytes, Row] = {}
        log: list[tuple[Any, ...]] = []
        for record, row, author in news:
            old = before[record]
            new = {**old, **dict(zip(names, row, strict=True))}
            if new != old:
                after[record] = new
                if new["version"] != old["version"]:
                    log += self._log(cls, record, old, new, author)
        append_remote(self.connection, log)
        self._write(cls, after, before)

    def removals(self, stream: str, removals: Iterable[Removal]) -> None:
        """Records deleted, and records that moved out of `stream`."""
        by_type: dict[str, list[Removal]] = {}
        for removal in removals:
            if removal.type in RECORDS:
                by_type.setdefault(removal.type, []).append(removal)
        for type_name, news in by_type.items():
            cls = RECORDS[type_name]
            ids = [bytes.fromhex(removal.record) for removal in news]
            rows = remote_rows.read(self.driver, cls, ids)
            bases = self._bases(cls, ids)
            for record, removal in zip(ids, news, strict=True):
                base = bases.get(record, rows.get(record))
                if is_lent(stream) and removal.flag != "tombstone":
                    lending.drop(self.driver, stream, record)
                    self._lent_no_more(cls, record, base, removal.version)
                elif base is not None and base["version"] <= removal.version:
                    self._removed(cls, stream, record, base, removal)

    def _removed(self, cls: type[Record], stream: str, record: bytes, base: Row, removal: Removal) -> None:
        held = self._touch(cls, record)
        if removal.flag == "tombstone":
            held.base[record] = {**base, "deleted_at": removal.at, "version": removal.version}
        elif self._home(cls, base) == stream and lending.is_lent_here(self.driver, record):
            lending.left_home(self.driver, cls.__tablename__, record, removal.version)
        elif self._home(cls, base) == stream:
            held.base[record] = None
            held.gone[record] = removal.version

    def _lent_no_more(self, cls: type[Record], record: bytes, base: Row | None, version: int) -> None:
        """One stream fewer lends the record: at zero it leaves, unless it lives here."""
        if base is None or lending.is_lent_here(self.driver, record):
            return
        if not lending.lives_here(self.driver, record, self._home(cls, base), base["version"]):
            held = self._touch(cls, record)
            held.base[record] = None
            held.gone[record] = max(version, base["version"])

    def lost(self, stream: str) -> None:
        """This laptop may no longer hold the stream: what has no unanswered ops leaves it now."""
        for type_name, lent in lending.drop_all(self.driver, stream).items():
            cls = RECORDS[type_name]
            known = {**remote_rows.read(self.driver, cls, lent), **self._bases(cls, lent)}
            for record in lent:
                self._lent_no_more(cls, record, known.get(record), FOR_EVER)
        for cls, ids in list(remote_rows.at_home(self.driver, stream)):
            bases = self._bases(cls, ids)
            for record in ids:
                base = bases.get(record)
                at_home = base is None or self._home(cls, base) == stream
                if at_home and not lending.is_lent_here(self.driver, record):
                    self.let_go(cls, [record])

    def let_go(self, cls: type[Record], ids: Iterable[bytes]) -> None:
        """The office's rows of these records are held no more, in whatever stream they came."""
        for record in ids:
            held = self._touch(cls, record)
            held.base[record] = None
            held.gone[record] = FOR_EVER

    def rest(self) -> None:
        """Nothing more will come for the ops answered so far: their records were deleted or given away.

        A record that the office never gave this laptop, or took from it, leaves; no row that it gave does.
        One whose deletion waits for a person goes on showing what was typed.
        """
        rows = self.driver.execute(
            f"DELETE FROM sync_await WHERE {NOT_HELD}"  # noqa: S608 - own text
            " RETURNING record, (SELECT type FROM change WHERE change.n = sync_await.n)"
        ).fetchall()
        for record, type_name in rows:
            self._touch(RECORDS[type_name], bytes(record))

    # --- records with ops of one's own

    def _touch(self, cls: type[Record], record: bytes) -> Held:
        """Have the record settled at the end."""
        held = self.held.setdefault(cls.__tablename__, Held(cls))
        held.gone.setdefault(record, 0)
        return held

    def _rebase(self, cls: type[Record], record: bytes, row: Row) -> None:
        """A new row of the office under unanswered ops."""
        held = self._touch(cls, record)
        base = held.base.get(record) or self._bases(cls, [record]).get(record)
        if base is None:
            base = remote_rows.read(self.driver, cls, [record]).get(record) or {"version": 0}
        if row["version"] >= base["version"]:
            held.base[record] = {**base, **row}

    def _dirty(self, cls: type[Record], ids: Sequence[bytes]) -> set[bytes]:
        """Which of these records are to be settled: touched before, or with ops unanswered or not arrived."""
        if self._any_dirty is None:
            self._any_dirty = any(
                self.driver.execute(sql, values).fetchone()
                for sql, values in (
                    ("SELECT 1 FROM change WHERE n > ? LIMIT 1", (self.acked,)),
                    ("SELECT 1 FROM sync_await LIMIT 1", ()),
                    ("SELECT 1 FROM sync_base LIMIT 1", ()),
                )
            )
        touched = self.held.get(cls.__tablename__)
        found = {record for record in ids if touched is not None and record in touched.gone}
        if self._any_dirty:
            rows = self.driver.execute(
                f"WITH ids (id) AS MATERIALIZED ({IDS})"  # noqa: S608
                " SELECT record FROM change WHERE record IN ids AND n > ?"
                " UNION SELECT record FROM sync_await WHERE record IN ids"
                " UNION SELECT record FROM sync_base WHERE record IN ids",
                (id_list(ids), self.acked),
            )
            found.update(bytes(row[0]) for row in rows)
        return found

    def _bases(self, cls: type[Record], ids: Sequence[bytes]) -> dict[bytes, Row | None]:
        """The office's rows that are kept aside, newest known."""
        found: dict[bytes, Row | None] = {}
        sql = f"SELECT record, version, row FROM sync_base WHERE record IN ({IDS})"  # noqa: S608
        for record, version, text in self.driver.execute(sql, (id_list(ids),)):
            row = json.loads(text)
            found[bytes(record)] = None if row is None else {"deleted_at": None, **row, "version": version}
        arrived = self.held.get(cls.__tablename__)
        if arrived is not None:
            found.update((record, arrived.base[record]) for record in ids if record in arrived.base)
        return found

    def finish(self, *, every: bool = False) -> None:
        """Settle every touched record (or each with a row aside), and what derives from all that changed."""
        if every:
            for record, type_name in self.driver.execute("SELECT record, type FROM sync_base").fetchall():
                self._touch(RECORDS[type_name], bytes(record))
        for held in list(self.held.values()):
            self._settle(held)
        if self.left:
            leaving.tidy(self.connection, self.left)
        decisions.follow(self.connection, self.changed)
        for quote in derived.refresh(self.connection, self.changed):
            self.changed.add(("quote", quote))

    def _settle(self, held: Held) -> None:
        cls = held.cls
        ids = list(held.gone)
        shown = remote_rows.read(self.driver, cls, ids)
        bases = self._bases(cls, ids)
        pending = self._pending(held, ids, bases, shown)
        written: dict[bytes, Row] = {}
        log: list[tuple[Any, ...]] = []
        purged: list[bytes] = []
        for record in ids:
            ops = pending.get(record, [])
            base = bases[record] if record in bases else _acknowledged(shown.get(record))
            if base is None:
                self._without_base(record, ops, held.gone.get(record, 0), record in bases, purged)
                continue
            row = replay(cls, base, ops)
            if row != shown.get(record):
                written[record] = row
                log += self._log(cls, record, shown.get(record, {}), row, self.authors.get(record, ()))
            self._keep_base(cls, record, base if ops else None)
        append_remote(self.connection, log)
        self._write(cls, written, shown)
        self._purge(cls, purged)
        self._seen(cls, (UUID(bytes=record) for record in purged))

    def _write(self, cls: type[Record], rows: Mapping[bytes, Row], before: Mapping[bytes, Row]) -> None:
        """Write settled rows where they differ from those before, which are in the index as they were."""
        remote_rows.write(self.driver, cls, rows, before)
        told = (*indexing.told(cls), "deleted_at")
        self._index_rows(
            cls,
            {
                record: row
                for record, row in rows.items()
                if record not in before or any(row.get(name) != before[record].get(name) for name in told)
            },
        )
        self._seen(cls, (UUID(bytes=record) for record in rows))

    def _without_base(
        self, record: bytes, ops: Sequence[Pending], gone: int, had_base: bool, purged: list[bytes]
    ) -> None:
        """The office has no row of this record for this laptop: it stays only for the sake of its ops."""
        alive = any(op.kind in CREATING or (op.n > self.acked and op.kind != VOID) for op in ops)
        if not ops or not (gone or had_base or alive):
            purged.append(record)
        elif gone or had_base:
            self.driver.execute(
                "INSERT INTO sync_base (record, type, version, row) SELECT ?, type, ?, 'null' FROM change"
                " WHERE record = ? LIMIT 1 ON CONFLICT (record) DO UPDATE"
                " SET row = 'null', version = max(version, excluded.version)",
                (record, gone, record),
            )

    def _pending(
        self,
        held: Held,
        ids: Sequence[bytes],
        bases: Mapping[bytes, Row | None],
        shown: Mapping[bytes, Row],
    ) -> dict[bytes, list[Pending]]:
        """The ops to be shown on top of each record, oldest first; those that have arrived are forgotten."""
        arrived: list[tuple[bytes, int]] = []
        for record in ids:
            base = bases[record] if record in bases else shown.get(record)
            version = held.gone.get(record, 0) if base is None else base["version"]
            arrived.append((record, version))
        self.driver.executemany("DELETE FROM sync_await WHERE record = ? AND version <= ?", arrived)
        found: dict[bytes, list[Pending]] = {}
        rows = self.driver.execute(
            f"WITH ids (id) AS MATERIALIZED ({IDS})"  # noqa: S608
            " SELECT record, n, kind, body, at FROM change WHERE record IN ids AND n IS NOT NULL"
            " AND (n > ? OR n IN (SELECT n FROM sync_await WHERE record IN ids)) ORDER BY n",
            (id_list(ids), self.acked),
        )
        for record, n, kind, body, at in rows:
            found.setdefault(bytes(record), []).append(Pending(n, kind, json.loads(body), at))
        return found

    def _keep_base(self, cls: type[Record], record: bytes, base: Row | None) -> None:
        if base is None:
            self.driver.execute("DELETE FROM sync_base WHERE record = ?", (record,))
        else:
            self.driver.execute(
                "INSERT INTO sync_base (record, type, version, row) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (record) DO UPDATE SET version = excluded.version, row = excluded.row",
                (record, cls.__tablename__, base["version"], json_text(base)),
            )

    def _purge(self, cls: type[Record], ids: Sequence[bytes]) -> None:
        """Take records off this laptop: row, index, base, and what was done to them."""
        if ids:
            self.changed.update(derived.wholes(self.connection, cls.__tablename__, ids))
            self.left.setdefault(cls.__tablename__, {}).update(leaving.take_away(self.connection, cls, ids))

    # --- the log, the index, and who is told

    def _log(
        self,
        cls: type[Record],
        record: bytes,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        author: Sequence[Any],
    ) -> list[tuple[Any, ...]]:
        """Rows for the change log: what anybody who looked at this record sees differently now."""
        entries: list[tuple[str, Any]] = []
        changed = difference(cls, old, new)
        if changed:
            entries.append(("set", changed))
        if bool(old.get("deleted_at")) != bool(new.get("deleted_at")):
            entries.append(("delete" if new.get("deleted_at") else "restore", {}))
        base = old.get("version") or 0
        return [self._logged(cls, record, kind, body, base, author) for kind, body in entries]

    def _logged(
        self, cls: type[Record], record: bytes, kind: str, body: Any, base: int, author: Sequence[Any]
    ) -> tuple[Any, ...]:
        actor = bytes.fromhex(author[0]) if author and author[0] else None
        at = int(author[1]) if len(author) > 1 and author[1] else self.now
        text = json_text(body)
        of = (cls.__tablename__, record)
        return (None, None, self.tx, None, None, "sync", kind, *of, text, base, at, actor, 1, None)

    def _index(self, cls: type[Record], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if not rows or not indexing.searched(cls):
            return
        deleted = names.index("deleted_at") if "deleted_at" in names else None
        indexing.refresh_rows(
            self.connection,
            cls,
            (
                (
                    UUID(hex=row[0]),
                    dict(zip(names, row, strict=True)),
                    deleted is not None and row[deleted] is not None,
                )
                for row in rows
            ),
        )

    def _note_unindexed(self, cls: type[Record], ids: Sequence[bytes]) -> None:
        if indexing.searched(cls):
            self.driver.execute(
                "INSERT OR IGNORE INTO search_due (record, type) SELECT unhex(value), ? FROM json_each(?)",
                (cls.__tablename__, id_list(ids)),
            )

    def index_some(self, most: int) -> int:
        """Bring some rows of a first copy into the index; returns how many."""
        listed = "SELECT record, type FROM search_due ORDER BY record LIMIT ?"
        count, last = self.driver.execute(
            f"SELECT count(*), max(record) FROM ({listed})",  # noqa: S608 - own text
            (most,),
        ).fetchone()
        if count:
            types = self.driver.execute("SELECT DISTINCT type FROM search_due WHERE record <= ?", (last,))
            for (type_name,) in types.fetchall():
                indexing.add(self.connection, RECORDS[type_name], last)
            self.driver.execute("DELETE FROM search_due WHERE record <= ?", (last,))
        return int(count)

    def _index_rows(self, cls: type[Record], rows: Mapping[bytes, Row]) -> None:
        if rows:
            indexing.refresh_rows(
                self.connection,
                cls,
                (
                    (UUID(bytes=record), row, row.get("deleted_at") is not None)
                    for record, row in rows.items()
                ),
            )

    def _seen(self, cls: type[Record], ids: Iterable[UUID]) -> None:
        self.changed.update((cls.__tablename__, record) for record in ids)

    @staticmethod
    def _home(cls: type[Record], row: Mapping[str, Any]) -> str:
        return home(cls.__shared__, row.get("owner_id"), row.get("team_id"), private=cls.__private__)


def _acknowledged(row: Row | None) -> Row | None:
    """The shown row of a record that the office knows is its base; a new one of this laptop has none."""
    return row if row is not None and row["version"] else None
