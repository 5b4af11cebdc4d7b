"""The bytes of files, by their hash and in pieces, in an encrypted database of their own beside the records.

Floor: models. A photo never waits for a record and no record for a photo: nothing here takes the records'
lock. Every piece is durable when its call returns, and a file counts as here only once its whole hash fits.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from desktop.errors import Damaged, NotFound, Refused
from desktop.models.engines import write_back
from desktop.models.record import Record
from desktop.models.records.files import Attachment, Blob, keep_blob
from desktop.rules import attachments as rules
from desktop.words import msg

QUOTA: Final = 2 * 1024 * 1024 * 1024
"""Bytes of files kept on this laptop; what only this laptop has is kept beyond it."""
QUOTA_KEY: Final = "files_quota"
"""Where the vault remembers another quota."""
KEPT_MS: Final = 30 * 24 * 3600 * 1000
"""How long the bytes of a removed file wait for an undo."""
FRESH_MS: Final = 24 * 3600 * 1000
"""How long bytes that no record names may wait for their record: it is written right after them."""
RECENT_MS: Final = 10 * 60_000
"""What was opened, attached or fetched so lately is not let go: somebody is at work with it."""
LATER_MS: Final = 60_000
LATEST_MS: Final = 3600_000
"""First and longest wait before the office is asked again for a file that it does not have yet."""
PAGES: Final = 4096
"""Pages given back to the disk in one transaction, so that nobody waits long for his turn."""

DAMAGED: Final = msg("This file is damaged on this laptop; it is fetched again from the office.")
NOT_HERE: Final = msg("This file is not on this laptop yet; it comes with the next sync.")

_TABLES: Final = (
    "CREATE TABLE blob (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, here INTEGER NOT NULL DEFAULT 0,"
    " on_server INTEGER NOT NULL DEFAULT 0, sent TEXT NOT NULL DEFAULT '', wanted INTEGER NOT NULL DEFAULT 0,"
    " evicted INTEGER NOT NULL DEFAULT 0, named INTEGER NOT NULL DEFAULT 0, used_at INTEGER NOT NULL,"
    " made_at INTEGER NOT NULL, ask_at INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE piece (sha256 TEXT NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, data BLOB NOT NULL)",
    "CREATE UNIQUE INDEX piece_of ON piece (sha256, n)",
)
SHAPE: Final = 1

Kept = Literal["more", "whole", "wrong"]
"""What came of a piece: the file still lacks some, is complete, or is not what its hash says."""


@dataclass(frozen=True, slots=True)
class Named:
    """A file that records name: the newest living attachment of it, or when the last one was removed."""

    sha256: str
    size: int
    purpose: str
    at: int
    removed_at: int | None = None


@dataclass(frozen=True, slots=True)
class BlobState:
    """How far a file is: `got` of its `pieces` are here, `sent` of them are at the office."""

    size: int
    pieces: int
    got: int
    here: bool
    sent: int
    on_server: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A file that waits for the office: to send it, to fetch it, or to give up the copy here."""

    kind: Literal["up", "down", "drop"]
    sha256: str
    size: int
    purpose: str
    at: int
    wanted: bool
    have: frozenset[int]
    """The pieces that are here."""


class Blobs:
    """The files of one vault. Safe to use from several threads; writers take turns."""

    def __init__(
        self,
        engine: Engine,
        *,
        reader: Engine | None = None,
        quota: int = QUOTA,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.engine = engine
        self.reader = reader or engine
        self.quota = quota
        self.now = now
        self._turn = threading.Lock()
        with engine.begin() as conn:
            self._prepare(conn)

    def _prepare(self, conn: Connection) -> None:
        shape = int(conn.exec_driver_sql("PRAGMA user_version").scalar_one())
        if shape > SHAPE:
            raise Refused(
                msg(
                    "This vault was last opened by a newer Satchel. Update this program; nothing was changed."
                )
            )
        if shape == 0:
            for table in _TABLES:
                conn.exec_driver_sql(table)
            conn.exec_driver_sql(f"PRAGMA user_version = {SHAPE}")

    # ------------------------------------------------------------ keeping and reading

    def put(self, data: bytes) -> str:
        """Keep a whole file; durable on return. The same bytes are kept once. Returns its hash."""
        sha256, now = rules.hash_of(data), self.now()
        with self._turn, self.engine.begin() as conn:
            self._know(conn, sha256, len(data), now)
            for n, piece in enumerate(rules.cut(data)):
                self._keep(conn, sha256, n, piece)
            conn.exec_driver_sql(
                "UPDATE blob SET here = 1, size = ?, evicted = 0, wanted = 0, used_at = ? WHERE sha256 = ?",
                (len(data), now, sha256),
            )
        return sha256

    def keep_piece(self, sha256: str, size: int, n: int, data: bytes) -> Kept:
        """Keep one piece that arrived; the last one makes the file whole if its hash fits."""
        if len(data) != rules.piece_size(size, n):
            return "wrong"
        with self._turn, self.engine.begin() as conn:
            self._know(conn, sha256, size, self.now())
            self._keep(conn, sha256, n, data)
            count = _one(conn, "SELECT count(*) FROM piece WHERE sha256 = ?", sha256)
            if count < rules.pieces(size):
                return "more"
            if _whole_hash(conn, sha256) != sha256:
                conn.exec_driver_sql("DELETE FROM piece WHERE sha256 = ?", (sha256,))
                return "wrong"
            conn.exec_driver_sql(
                "UPDATE blob SET here = 1, size = ?, on_server = 1, wanted = 0, evicted = 0, tries = 0,"
                " used_at = ? WHERE sha256 = ?",
                (size, self.now(), sha256),
            )
        return "whole"

    def read(self, sha256: str) -> bytes:
        """The bytes of a file. Raises NotFound while they are not here, Damaged where they do not verify."""
        with self.reader.connect() as conn:
            if not _here(conn, sha256):
                raise NotFound(NOT_HERE)
            found = conn.exec_driver_sql("SELECT data FROM piece WHERE sha256 = ? ORDER BY n", (sha256,))
            data = b"".join(row[0] for row in found)
        if rules.hash_of(data) != sha256:
            self._lost(sha256)
            raise Damaged(DAMAGED)
        with self._turn, self.engine.begin() as conn:
            conn.exec_driver_sql("UPDATE blob SET used_at = ? WHERE sha256 = ?", (self.now(), sha256))
        return data

    def piece(self, sha256: str, n: int) -> bytes:
        """One piece. Raises NotFound, or Damaged when it is not what was kept."""
        with self.reader.connect() as conn:
            row = conn.exec_driver_sql(
                "SELECT hash, data FROM piece WHERE sha256 = ? AND n = ?", (sha256, n)
            ).first()
        if row is None:
            raise NotFound(NOT_HERE)
        if hashlib.sha256(row[1]).digest() != bytes(row[0]):
            self._lost(sha256)
            raise Damaged(DAMAGED)
        return bytes(row[1])

    def states(self, hashes: Iterable[str]) -> dict[str, BlobState]:
        """How far these files are; what was never heard of is left out."""
        found: dict[str, BlobState] = {}
        with self.reader.connect() as conn:
            for sha256 in set(hashes):
                row = conn.exec_driver_sql(
                    "SELECT size, here, sent, on_server, wanted,"
                    " (SELECT count(*) FROM piece WHERE piece.sha256 = blob.sha256)"
                    " FROM blob WHERE sha256 = ?",
                    (sha256,),
                ).first()
                if row is not None:
                    size, here, sent, on_server, wanted, got = row
                    count = rules.pieces(size)
                    done = count if on_server else len(rules.from_bits(sent, count)) if sent else 0
                    found[sha256] = BlobState(
                        size, count, got, bool(here), done, bool(on_server), bool(wanted)
                    )
        return found

    def total(self) -> int:
        """The bytes of all pieces here."""
        with self.reader.connect() as conn:
            return _one(conn, "SELECT coalesce(sum(length(data)), 0) FROM piece")

    # ------------------------------------------------------------ what the records say

    def learn(self, named: Sequence[Named]) -> None:
        """Follow the records: what they name is awaited, what none names any more goes at once.

        The bytes of a removed file wait for an undo; those that never had a record wait a day for it.
        """
        now = self.now()
        known = {one.sha256: one for one in named}
        with self.reader.connect() as conn:
            rows = conn.exec_driver_sql("SELECT sha256, named, made_at FROM blob").all()
        there = {row[0] for row in rows}
        fresh = [one for one in named if one.sha256 not in there and one.removed_at is None]
        joined = [row[0] for row in rows if not row[1] and row[0] in known]
        gone = [
            sha256
            for sha256, was_named, made_at in rows
            if _forgotten(known.get(sha256), bool(was_named), made_at, now)
        ]
        if not (fresh or joined or gone):
            return
        with self._turn, self.engine.begin() as conn:
            for one in fresh:
                self._know(conn, one.sha256, one.size, now)
            for sha256 in [one.sha256 for one in fresh] + joined:
                conn.exec_driver_sql("UPDATE blob SET named = 1 WHERE sha256 = ?", (sha256,))
            for sha256 in gone:
                conn.exec_driver_sql("DELETE FROM piece WHERE sha256 = ?", (sha256,))
                conn.exec_driver_sql("DELETE FROM blob WHERE sha256 = ?", (sha256,))
        if gone:
            self._give_back()

    def want(self, sha256: str, size: int) -> None:
        """A person waits for this file: it is fetched first, whatever the quota says."""
        with self._turn, self.engine.begin() as conn:
            self._know(conn, sha256, size, self.now())
            conn.exec_driver_sql(
                "UPDATE blob SET wanted = 1, evicted = 0, ask_at = 0 WHERE sha256 = ? AND here = 0", (sha256,)
            )

    # ------------------------------------------------------------ what the office has

    def jobs(self, named: Sequence[Named], most: int = 500) -> list[Job]:
        """The files that wait for the office now, at most `most` of a kind."""
        now = self.now()
        living = {one.sha256: one for one in named if one.removed_at is None}
        with self.reader.connect() as conn:
            rows = conn.exec_driver_sql(
                "SELECT sha256, size, here, wanted, evicted, on_server FROM blob"
                " WHERE ask_at <= ? AND (here = 0 OR on_server = 0)",
                (now,),
            ).all()
            used = _one(conn, "SELECT coalesce(sum(size), 0) FROM blob WHERE here = 1")
            surplus = _surplus(conn, used - self.quota, now - RECENT_MS)
            up = [row for row in rows if row[2] and row[0] in living]
            down = [row for row in rows if not row[2] and row[0] in living and not (row[4] and not row[3])]
            room = self.quota - used
            made = [self._job(conn, "up", living[row[0]], row) for row in _urgent(up, living)[:most]]
            for row in _urgent(down, living)[:most]:
                first = living[row[0]].purpose in rules.FIRST
                if first or row[3] or row[1] <= room:
                    made.append(self._job(conn, "down", living[row[0]], row))
                    room -= row[1]
            made += [
                Job("drop", sha256, size, "", used_at, False, frozenset())
                for sha256, size, used_at in surplus[:most]
            ]
        return made

    def sent(self, sha256: str, have: frozenset[int], *, whole: bool = False) -> None:
        """The office has these pieces, or the whole file."""
        with self._turn, self.engine.begin() as conn:
            size = _one(conn, "SELECT size FROM blob WHERE sha256 = ?", sha256)
            conn.exec_driver_sql(
                "UPDATE blob SET sent = ?, on_server = ?, tries = 0 WHERE sha256 = ?",
                ("" if whole else rules.to_bits(have, rules.pieces(size)), int(whole), sha256),
            )

    def later(self, sha256: str) -> None:
        """The office could not help with this file yet: ask again after a while, longer each time."""
        with self._turn, self.engine.begin() as conn:
            tries = _one(conn, "SELECT tries FROM blob WHERE sha256 = ?", sha256)
            wait = min(LATER_MS * 2 ** min(tries, 10), LATEST_MS)
            conn.exec_driver_sql(
                "UPDATE blob SET tries = tries + 1, ask_at = ? WHERE sha256 = ?", (self.now() + wait, sha256)
            )

    def drop(self, sha256: str) -> None:
        """Give up the copy here of a file that the office has; it is fetched again when a person asks."""
        with self._turn, self.engine.begin() as conn:
            held = conn.exec_driver_sql(
                "UPDATE blob SET here = 0, evicted = 1 WHERE sha256 = ? AND on_server = 1 AND here = 1",
                (sha256,),
            )
            if held.rowcount:
                conn.exec_driver_sql("DELETE FROM piece WHERE sha256 = ?", (sha256,))
        self._give_back()

    def unsent(self) -> None:
        """The office came back from an older copy: nothing is known to be there until it says so again."""
        with self._turn, self.engine.begin() as conn:
            conn.exec_driver_sql("UPDATE blob SET on_server = 0, sent = '', ask_at = 0 WHERE here = 1")

    # ------------------------------------------------------------ care

    def verify(self) -> list[str]:
        """The hashes of files whose bytes are not what they were."""
        with self.reader.connect() as conn:
            held = conn.exec_driver_sql("SELECT sha256 FROM blob WHERE here = 1 ORDER BY sha256").scalars()
            return [sha256 for sha256 in held.all() if _whole_hash(conn, sha256) != sha256]

    def take_in(self, engine: Engine) -> int:
        """Bring over the bytes that an older program kept among the records; returns how many files."""
        moved = 0
        while True:
            with engine.connect() as conn:
                row = conn.execute(select(Blob.sha256, Blob.data).limit(1)).first()
            if row is None:
                return moved
            self.put(bytes(row.data))
            with engine.begin() as conn:
                conn.exec_driver_sql("DELETE FROM blob WHERE sha256 = ?", (row.sha256,))
            moved += 1

    def _lost(self, sha256: str) -> None:
        """The bytes here are spoilt: forget them, so that they are fetched again."""
        with self._turn, self.engine.begin() as conn:
            conn.exec_driver_sql("DELETE FROM piece WHERE sha256 = ?", (sha256,))
            conn.exec_driver_sql(
                "UPDATE blob SET here = 0, wanted = 1, on_server = 0, sent = '', ask_at = 0 WHERE sha256 = ?",
                (sha256,),
            )

    def _give_back(self) -> None:
        """Return what was freed to the disk; the pages were overwritten when they were freed."""
        left = 1
        while left:
            with self._turn, self.engine.begin() as conn:
                driver: Any = conn.connection.driver_connection
                driver.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
                before, left = left, _one(conn, "PRAGMA freelist_count")
            if left == before:
                break
        with self._turn:
            write_back(self.engine)

    def _know(self, conn: Connection, sha256: str, size: int, now: int) -> None:
        conn.exec_driver_sql(
            "INSERT INTO blob (sha256, size, used_at, made_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (sha256, size, now, now),
        )

    def _keep(self, conn: Connection, sha256: str, n: int, data: bytes) -> None:
        conn.exec_driver_sql(
            "INSERT INTO piece (sha256, n, hash, data) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (sha256, n) DO UPDATE SET hash = excluded.hash, data = excluded.data",
            (sha256, n, hashlib.sha256(data).digest(), data),
        )

    def _job(self, conn: Connection, kind: Literal["up", "down"], one: Named, row: Any) -> Job:
        here = conn.exec_driver_sql("SELECT n FROM piece WHERE sha256 = ?", (one.sha256,)).scalars()
        return Job(kind, one.sha256, row[1], one.purpose, one.at, bool(row[3]), frozenset(here))


def keep_file(blobs: Blobs | None, session: Session, data: bytes) -> str:
    """Keep bytes that come with records: where files lie, or among the records in a vault without that."""
    if blobs is not None:
        return blobs.put(data)
    sha256 = rules.hash_of(data)
    keep_blob(session, sha256, data)
    return sha256


def named(session: Session) -> list[Named]:
    """The files that attachments name, each once."""
    table = Attachment.table()
    columns = (table.c.sha256, table.c.size, table.c.purpose, table.c.id, table.c.deleted_at)
    found: dict[str, Named] = {}
    for sha256, size, purpose, record_id, deleted_at in session.execute(select(*columns)):
        if not rules.is_hash(sha256) or not rules.fits(size):
            continue
        removed = None if deleted_at is None else int(deleted_at.timestamp() * 1000)
        one = Named(sha256, size, purpose or "", record_id.int >> 80, removed)
        found[sha256] = _stronger(found.get(sha256), one)
    return list(found.values())


def naming(session: Session, sha256: str) -> list[UUID]:
    """The attachments that name this file."""
    table = Attachment.table()
    return list(session.scalars(select(table.c.id).where(table.c.sha256 == sha256)))


def attachments_of(session: Session, record: Record) -> list[Attachment]:
    """The living attachments of a record, oldest first."""
    query = select(Attachment).where(
        Attachment.of_id == record.id,
        Attachment.of == record.__tablename__,
        Attachment.deleted_at.is_(None),
    )
    return list(session.scalars(query.order_by(Attachment.id)))


def _stronger(old: Named | None, new: Named) -> Named:
    """Of two attachments of one file the living one, then the signed one, then the newer."""

    def rank(one: Named) -> tuple[bool, int, bool, int]:
        return one.removed_at is None, one.removed_at or 0, one.purpose in rules.FIRST, one.at

    return new if old is None or rank(new) > rank(old) else old


def _forgotten(one: Named | None, was_named: bool, made_at: int, now: int) -> bool:
    if one is not None:
        return one.removed_at is not None and now - one.removed_at > KEPT_MS
    return was_named or now - made_at > FRESH_MS


def _urgent(rows: list[Any], living: dict[str, Named]) -> list[Any]:
    def key(row: Any) -> tuple[int, int, int]:
        one = living[row[0]]
        return rules.urgency(one.purpose, row[1], one.at, wanted=bool(row[3]))

    return sorted(rows, key=key)


def _surplus(conn: Connection, over: int, before: int) -> list[Any]:
    """The files longest unused whose going brings the rest under the quota; never one the office lacks."""
    chosen: list[Any] = []
    if over <= 0:
        return chosen
    for row in conn.exec_driver_sql(
        "SELECT sha256, size, used_at FROM blob WHERE here = 1 AND on_server = 1 AND used_at < ?"
        " ORDER BY used_at",
        (before,),
    ):
        if over <= 0:
            break
        chosen.append(row)
        over -= row[1]
    return chosen


def _here(conn: Connection, sha256: str) -> bool:
    return bool(conn.exec_driver_sql("SELECT here FROM blob WHERE sha256 = ?", (sha256,)).scalar())


def _whole_hash(conn: Connection, sha256: str) -> str:
    digest = hashlib.sha256()
    for row in conn.exec_driver_sql("SELECT data FROM piece WHERE sha256 = ? ORDER BY n", (sha256,)):
        digest.update(row[0])
    return digest.hexdigest()


def _one(conn: Connection, sql: str, *values: Any) -> int:
    return int(conn.exec_driver_sql(sql, values).scalar() or 0)
