"""A first copy as one file: a laptop's database, made here from the pages that the laptop would have got.

The file is encrypted under a key agreed with one laptop, which the office keeps nowhere. It is made in the
background, one at a time in each process, handed out by ranges, and removed when it was fetched or got old.
What is made lies in a folder that all workers on this computer share.
"""

import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from desktop.errors import SatchelError
from desktop.models import migrations, profile
from desktop.models.changes import write_local
from desktop.models.engines import OFFICE_SETTINGS, Keyring, engine_of
from desktop.models.remote import Remote
from desktop.models.store import Store as LaptopStore
from desktop.words import msg
from sync.protocol import transfer
from sync.protocol.messages import SNAPSHOT_FILE, FileOffer, FileRequest, Snapshot
from sync.protocol.versions import SCHEMA
from sync.server import feed, stubs, walls
from sync.server.answering import Admitted
from sync.server.problems import Refusal, told
from sync.server.scope import Scope, heads, scope_of
from sync.server.store import Store
from sync.server.tables import ENROL

LEAST: Final = 20_000
"""Rows from which on a file is worth its making."""
AT_ONCE: Final = 25_000
"""Rows up to which a file is begun while a laptop waits; more are made ahead or come by pages."""
MOST_FILES: Final = 8
"""Files that lie here at once, being made or waiting to be fetched."""
ROOM: Final = 4096
"""Bytes of the disk that must be free for each row: about five times what it takes."""
MOST_AHEAD: Final = 4
"""Files that were made ahead, of those."""
HOUR: Final = 3600.0
KEPT: Final = {".work": 120.0, ".ahead": 24 * HOUR}
"""Seconds after which a file is old: one in the making was given up by a process that ended, one made
ahead has much to catch up. Others wait an hour for their laptop.
"""
PATIENCE: Final = 1.5
"""Seconds that a question waits for a file that is being made: somebody sits before an empty window."""
SEALING: Final = 10.0
"""Seconds that a question waits while one that was made ahead is sealed for it: 3 s for a million rows."""
RANGE: Final = 4 * 1024 * 1024
"""Bytes of one answer."""
PAGE: Final = 5000
SETTINGS: Final = (
    "auto_vacuum = INCREMENTAL",
    *OFFICE_SETTINGS,
    "journal_mode = MEMORY",
    "synchronous = OFF",
    "secure_delete = OFF",
)
"""A file that a crash may spoil: it is thrown away then. What the making of the index left empty goes page by
page: a whole copy (VACUUM) lay in memory, two gigabytes for a million rows.
"""
EMPTY: Final = 1000
"""Empty pages that are taken out of a file at once."""

NO_SENSE: Final = msg("The office cannot read this request.")
GONE: Final = msg("This copy has to begin again.")


@dataclass(frozen=True, slots=True)
class _Made:
    """What is noted beside a finished file; the key is not."""

    key: str
    size: int
    mask: str
    streams: list[str]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A file for somebody who has not joined yet."""

    path: Path
    key: bytes
    mask: str
    streams: list[str]


class Snapshots:
    """The files of one office on this computer."""

    def __init__(self, store: Store, *, folder: Path | None = None) -> None:
        self.least, self.at_once = LEAST, AT_ONCE
        self.patience = PATIENCE
        self.folder = folder or Path(tempfile.gettempdir()) / f"satchel-{store.office[:16]}-{_user()}"
        self._store = store
        self._lock = threading.Lock()
        self._maker: threading.Thread | None = None
        self._ahead: dict[str, _Ahead] = {}
        self._looked: set[str] = set()

    def ask(self, device: str, wish: FileRequest, scope_at: Admitted) -> FileOffer:
        """Where the file for this laptop's key stands; the first question has it made."""
        if len(wish.key) != 2 * transfer.KEY_BYTES or not _is_hex(wish.key):
            raise Refusal(400, "bad_request", NO_SENSE)
        if (wish.shape, wish.schema) != (migrations.NEWEST, SCHEMA):
            return FileOffer(state="none")
        name = _name(device, wish.key)
        until = time.monotonic() + self.patience
        if not self._prepare():
            return FileOffer(state="none")
        if not self._is_here(name):
            self.wait(self.patience)
            patience = self._begin(name, wish.key, scope_at)
            if patience is None:
                return FileOffer(state="none")
            until = time.monotonic() + patience
            if not self._is_here(name):  # others are before this one
                return FileOffer(state="making")
        while (self.folder / f"{name}.work").exists() and time.monotonic() < until:
            time.sleep(0.02)
        if (self.folder / f"{name}.work").exists():
            return FileOffer(state="making")
        made = self._made(name)
        if made is None:
            return FileOffer(state="none")
        self._refuse_other_scope(name, made, scope_at)
        return FileOffer(state="ready", key=made.key, size=made.size)

    def answer(self, method: str, path: str, start: int, device: str, scope_at: Admitted) -> bytes:
        """GET: at most RANGE bytes from `start` on. DELETE: the laptop has it, or wants it no more."""
        name = _name(device, path.removeprefix(f"{SNAPSHOT_FILE}/"))
        if method == "DELETE":
            self._forget(name)
            return b""
        made = self._made(name)
        if made is None:
            raise Refusal(410, "snapshot", GONE)
        self._refuse_other_scope(name, made, scope_at)
        try:
            with (self.folder / f"{name}.db").open("rb") as file:
                file.seek(min(start, made.size))
                return file.read(RANGE)
        except OSError as error:
            raise Refusal(410, "snapshot", GONE) from error

    def ahead(self, now: int) -> None:
        """Have a file begun for somebody who has got a code, so that it is there when they join.

        Its key is known to this process alone, until the file is given to a laptop under another one.
        """
        if self._is_making() or not self._prepare():
            return
        known = {made.path for made in self._ahead.values()}
        for path in set(self.folder.glob("*.ahead")) - known:  # of a process that ended
            path.unlink(missing_ok=True)
        with self._store.read() as conn:
            codes = conn.execute(
                select(ENROL.c.finder, ENROL.c.user).where(ENROL.c.ends_at > now, ENROL.c.device.is_(None))
            ).all()
            code = next((code for code in codes if code.finder not in self._looked), None)
            if code is None or len(list(self.folder.glob("*.ahead"))) >= MOST_AHEAD:
                return
            self._looked = {one.finder for one in codes} & self._looked | {code.finder}
            scope = scope_of(conn, code.user.hex, now)
            rows = 0 if scope is None else _rows(conn, scope)
        with self._lock:
            if rows >= self.least and not self._is_making() and self._has_room(rows):
                self._start(self._make_ahead, code.user.hex, now)

    def wait(self, seconds: float | None = None) -> None:
        """Until nothing is being made here, or so long."""
        maker = self._maker
        if maker is not None:
            maker.join(seconds)

    # ------------------------------------------------------------ making

    def _begin(self, name: str, key: str, scope_at: Admitted) -> float | None:
        """Start to make a file once no other is made; None: it is not worth it, or there is no room.

        Returns how many seconds it is to be waited for.
        """
        with self._store.read() as conn:
            scope = scope_at(conn)
            rows = _rows(conn, scope)
        ready = scope.person.user in self._ahead
        if rows > self.at_once and not ready:
            return None
        private = transfer.new_key()
        office = transfer.public(private)
        try:
            secret = transfer.agreed(private, key, device=key, office=office)
        except ValueError as error:
            raise Refusal(400, "bad_request", NO_SENSE) from error
        with self._lock:
            try:
                if rows < self.least or not self._has_room(rows):
                    return None
                if self._is_making():
                    return self.patience
                profile.create_private(self.folder / f"{name}.work")
            except OSError:
                return None
            self._start(self._make, name, office, secret, scope_at)
        return max(SEALING, self.patience) if ready else self.patience

    def _is_making(self) -> bool:
        return self._maker is not None and self._maker.is_alive()

    def _start(self, work: Callable[..., None], *given: object) -> None:
        self._maker = threading.Thread(target=work, args=given, name="snapshot", daemon=True)
        self._maker.start()

    def _make(self, name: str, office: str, secret: bytes, scope_at: Admitted) -> None:
        work = self.folder / f"{name}.work"

        def make(conn: Connection) -> tuple[str, list[str]]:
            os.truncate(work, 0)  # of a replica that went away
            scope = scope_at(conn)
            streams = self._take_ahead(conn, scope, work, secret) or build(conn, scope, work, secret)
            return scope.mask.name, streams

        try:
            mask, streams = self._store.answer(scope_at.mark, make)
            made = _Made(office, work.stat().st_size, mask, streams)
            profile.write_durably(self.folder / f"{name}.json", msgspec.json.encode(made))
            work.rename(self.folder / f"{name}.db")
        except (Refusal, FileNotFoundError):  # the laptop wants it no more
            self._forget(name)
        except (SatchelError, SQLAlchemyError, OSError) as error:
            told("a first copy", error)
            self._forget(name)

    def _make_ahead(self, user: str, now: int) -> None:
        path, key = self.folder / f"{secrets.token_hex(16)}.ahead", secrets.token_bytes(transfer.KEY_BYTES)

        def make(conn: Connection) -> _Ahead | None:
            path.unlink(missing_ok=True)
            scope = scope_of(conn, user, now)
            if scope is None:
                return None
            walls.stand_behind(conn, scope.streams, scope.person.user)
            return _Ahead(path, key, scope.mask.name, build(conn, scope, path, key))

        try:
            with self._store.read() as conn:
                mark = self._store.mark(conn)
            made = self._store.answer(mark, make)
            if made is not None:
                self._ahead[user] = made
        except (SatchelError, SQLAlchemyError, OSError) as error:
            told("a first copy made ahead", error)
            path.unlink(missing_ok=True)

    def _take_ahead(self, conn: Connection, scope: Scope, work: Path, secret: bytes) -> list[str]:
        """The file that was made ahead for this person, sealed anew for their laptop; [] if there is none."""
        made = self._ahead.pop(scope.person.user, None)
        if made is None:
            return []
        if (scope.mask.name, set(heads(conn, scope))) != (made.mask, set(made.streams)):
            made.path.unlink(missing_ok=True)
            return []
        try:
            made.path.replace(work)
        except OSError:
            return []
        os.utime(work)
        keyring = Keyring(work, made.key, settings=SETTINGS)
        with closing(keyring.connect()) as raw:
            raw.execute(f"PRAGMA rekey = \"x'{secret.hex()}'\"")
        keyring.wipe()
        return made.streams

    # ------------------------------------------------------------ what lies here

    def _prepare(self) -> bool:
        """The folder, without what got old; False where it is not for the office's eyes only."""
        try:
            self.folder.mkdir(mode=profile.PRIVATE_FOLDER, exist_ok=True)
            about = self.folder.lstat()
        except OSError:
            return False
        if sys.platform != "win32" and (about.st_uid != os.getuid() or about.st_mode & 0o077):
            return False
        now = time.time()
        for path in self.folder.iterdir():
            with suppress(OSError):
                if now - path.stat().st_mtime > KEPT.get(path.suffix, HOUR):
                    path.unlink()
        return True

    def _has_room(self, rows: int) -> bool:
        """Whether this computer can bear one more file."""
        few = sum(path.suffix in (".db", ".ahead") for path in self.folder.iterdir()) < MOST_FILES
        return few and shutil.disk_usage(self.folder).free > ROOM * rows

    def _is_here(self, name: str) -> bool:
        return any((self.folder / f"{name}{kind}").exists() for kind in (".db", ".work"))

    def _made(self, name: str) -> _Made | None:
        try:
            made = msgspec.json.decode((self.folder / f"{name}.json").read_bytes(), type=_Made)
            return made if (self.folder / f"{name}.db").stat().st_size == made.size else None
        except (OSError, msgspec.MsgspecError):
            return None

    def _refuse_other_scope(self, name: str, made: _Made, scope_at: Admitted) -> None:
        """What a person may see has changed since: the file goes, whatever of it was fetched."""
        with self._store.read() as conn:
            scope = scope_at(conn)
            known = heads(conn, scope)
        if scope.mask.name != made.mask or not set(made.streams) <= set(known):
            self._forget(name)
            raise Refusal(410, "snapshot", GONE)

    def _forget(self, name: str) -> None:
        for kind in (".work", ".work-journal", ".db", ".json"):
            (self.folder / f"{name}{kind}").unlink(missing_ok=True)


def build(conn: Connection, scope: Scope, path: Path, key: bytes) -> list[str]:
    """Write the database of a laptop that has just got every page of its first copy, as of this moment.

    Scope, masks and stubs are those of the pages, because these are the pages. Returns its streams.
    """
    keyring = Keyring(path, key, create=True, settings=SETTINGS)
    engine = engine_of(keyring)
    try:
        laptop = Remote(LaptopStore(engine))
        with engine.begin() as there:
            write_local(there, "me", {"id": scope.person.user})
        streams = list(heads(conn, scope))
        for stream in streams:
            _copy(conn, scope, stream, laptop)
            os.utime(path)
        while laptop.known(0, 0).unindexed:
            laptop.index_some(PAGE)
            os.utime(path)
        laptop.store.tidy()
        with engine.begin() as there:  # it is nobody's yet
            for table in ("local", "chain_seed"):
                there.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - own names
        engine.dispose()
        with closing(keyring.connect()) as raw:
            for _ in range(0, raw.execute("PRAGMA freelist_count").fetchone()[0], EMPTY):
                raw.execute(f"PRAGMA incremental_vacuum({EMPTY})").fetchall()
                os.utime(path)
        return streams
    finally:
        engine.dispose()
        keyring.wipe()


def _copy(conn: Connection, scope: Scope, stream: str, laptop: Remote) -> None:
    at: int | None = None
    after: str | None = ""
    while after is not None:
        found: Any = feed.snapshot(conn, scope, stream, at, after, PAGE)
        found = msgspec.structs.replace(found, stubs=stubs.of_tables(conn, scope, [found.tables]))
        page = msgspec.json.decode(msgspec.json.encode(found), type=Snapshot)
        at, after = page.at, page.next
        laptop.apply_snapshot(
            schema=SCHEMA,
            stream=stream,
            at=page.at,
            after=after,
            mask=page.mask,
            tables=page.tables,
            stubs=page.stubs,
        )


def _rows(conn: Connection, scope: Scope) -> int:
    """How many rows a first copy brings."""
    return sum(head.rows for head in feed.heads_of(conn, scope, heads(conn, scope), []))


def _user() -> str:
    return "" if sys.platform == "win32" else str(os.getuid())


def _name(device: str, key: str) -> str:
    return hashlib.sha256(f"{device}|{key}".encode()).hexdigest()[:32]


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text)
