"""The bytes of files at the office: taken and handed out piece by piece, to whoever may see their record.

A file is known by an attachment that names its hash and size. Pieces that a laptop sends are its own until
the file is whole and its hash fits: nobody can spoil what another laptop sends under the same hash.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.sql.selectable import Select

from desktop.models.records import Attachment
from desktop.rules import attachments as rules
from desktop.rules.streams import home
from desktop.words import msg
from sync.protocol import messages
from sync.server import shares
from sync.server.problems import Refusal
from sync.server.rows import insert_into
from sync.server.scope import Scope
from sync.server.store import Store
from sync.server.tables import BLOB, META, PIECE, PROOF

OFFICE: Final = UUID(int=0)
"""Who holds the pieces of a whole file."""
ATTACH: Final = "attachment.attach"
KEPT_MS: Final = 30 * 24 * 3600 * 1000
"""How long the bytes of removed attachments wait for an undo."""
UNFINISHED_MS: Final = 7 * 24 * 3600 * 1000
"""How long the pieces of a file that never became whole are kept."""
COLLECTED: Final = "blobs_collected"
COLLECT_MS: Final = 3600 * 1000
_MOST: Final = 500

NO_FILE: Final = msg("The office does not have this file, or it is not for this laptop.")
NOT_YOURS: Final = msg("You may not add files to this record.")
WRONG_PIECE: Final = msg("This piece is not a piece of the file.")
WRONG_WHOLE: Final = msg("The pieces do not make the file that was announced; send it again.")


@dataclass(frozen=True, slots=True)
class Reply:
    """A binary answer."""

    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which file, and what they may: `reads` it whole, `fills` these attachments of it."""

    sha256: str
    size: int
    device: UUID
    reads: bool
    fills: tuple[UUID, ...]
    unproven: tuple[UUID, ...]
    """Those of `fills` that have not shown to have the file: whoever knows a hash does not yet have it."""


Reading = Callable[[], AbstractContextManager[Connection]]
Writing = Callable[[Callable[[Connection], object]], object]


def prepare(conn: Connection) -> None:
    """What the tables of records lack for being asked by the hash of a file."""
    conn.exec_driver_sql("CREATE INDEX IF NOT EXISTS office_attachment_sha256 ON attachment (sha256)")


def address(path: str) -> tuple[str, int | None]:
    """The file, and the piece if one is named. Raises Refusal for any other path."""
    sha256, slash, place = path.removeprefix(messages.BLOBS).partition("/")
    number = place.isascii() and place.isdigit() and len(place) <= 6
    if not rules.is_hash(sha256) or bool(slash) != bool(place) or (place and not number):
        raise Refusal(404, "blob", NO_FILE)
    return sha256, int(place) if place else None


@dataclass(frozen=True, slots=True)
class Seen:
    """The attachments of a file that this person may read, with their sizes; `fills` are theirs to write."""

    sizes: dict[UUID, int]
    fills: frozenset[UUID]


def find(conn: Connection, scope: Scope, sha256: str, size: int | None) -> Seen:
    """The attachments by which this person may ask for a file; it stands behind both walls of the scope.

    `size` chooses between attachments that name the same file with different sizes: one of them lies.
    Raises Refusal where none is theirs to read.
    """
    table = Attachment.table()
    sizes: dict[UUID, int] = {}
    fills: set[UUID] = set()
    may = scope.role is not None and scope.role.may(ATTACH)
    rows = conn.execute(
        select(table.c.id, table.c.owner_id, table.c.team_id, table.c.size).where(
            table.c.sha256 == sha256, table.c.deleted_at.is_(None)
        )
    ).all()
    lent = shares.access(conn, scope, "attachment", [row.id.hex for row in rows])
    for row in rows:
        owner, team = (one.hex if one is not None else None for one in (row.owner_id, row.team_id))
        mine = scope.may_read(home(Attachment.__shared__, owner, team)) or row.id.hex in lent
        if mine and rules.fits(row.size) and size in (None, row.size):
            sizes[row.id] = row.size
            if may and scope.may_write("attachment", {"owner_id": owner, "team_id": team}):
                fills.add(row.id)
    if not sizes:
        raise Refusal(404, "blob", NO_FILE)
    return Seen(sizes, frozenset(fills))


def judge(conn: Connection, seen: Seen, sha256: str, device: str) -> Asked:
    """What those attachments allow: whether one of them was filled, and which are still to be."""
    found = conn.execute(select(PROOF.c.attachment).where(PROOF.c.sha256 == sha256)).scalars()
    proven = set(found) & set(seen.sizes)
    size = seen.sizes[min(proven)] if proven else next(iter(seen.sizes.values()))
    fills = tuple(sorted(seen.fills))
    unproven = tuple(one for one in fills if one not in proven)
    return Asked(sha256, size, UUID(hex=device), bool(proven), fills, unproven)


def look(conn: Connection, asked: Asked) -> Reply:
    """What the office has of a file: all of it, or the pieces that this laptop sent.

    That all of it is there is said to those alone who may read it by an attachment that was filled.
    """
    if asked.reads and (size := _whole(conn, asked.sha256)) is not None:
        return Reply(_facts(size, frozenset(range(rules.pieces(size))), whole=True))
    return Reply(_facts(asked.size, _pieces(conn, asked), whole=False))


def vouch(conn: Connection, asked: Asked) -> None:
    """Whoever may read the file fills with it whatever other attachments of it they may write."""
    fresh = insert_into(conn.dialect.name, PROOF).on_conflict_do_nothing()  # another laptop may be faster
    for one in asked.unproven:
        conn.execute(fresh.values(sha256=asked.sha256, attachment=one))


def fetch(conn: Connection, asked: Asked, n: int) -> Reply:
    """One piece of a whole file. Raises Refusal while the office does not have all of it."""
    row = (
        asked.reads
        and conn.execute(
            select(PIECE.c.hash, PIECE.c.data).where(
                PIECE.c.sha256 == asked.sha256, PIECE.c.device == OFFICE, PIECE.c.n == n
            )
        ).first()
    )
    if not row:
        raise Refusal(404, "blob", NO_FILE)
    return Reply({messages.PIECE_HEADER: bytes(row.hash).hex()}, bytes(row.data))


def take(conn: Connection, asked: Asked, n: int, data: bytes, now: int) -> Reply:
    """Keep one piece under the laptop that sent it, however often it comes.

    Raises Refusal for whoever may not attach and for what is no piece of a file of the size that is named.
    """
    if not asked.fills:
        raise Refusal(403, "not_allowed", NOT_YOURS)
    if not data or len(data) != rules.piece_size(asked.size, n):
        raise Refusal(400, "piece", WRONG_PIECE)
    if not asked.reads:
        mine = and_(PIECE.c.sha256 == asked.sha256, PIECE.c.device == asked.device, PIECE.c.n == n)
        conn.execute(delete(PIECE).where(mine))
        conn.execute(
            insert(PIECE).values(
                sha256=asked.sha256,
                device=asked.device,
                n=n,
                hash=hashlib.sha256(data).digest(),
                data=data,
                at=now,
            )
        )
    return look(conn, asked)


def finish(reading: Reading, writing: Writing, asked: Asked, now: int) -> None:
    """Make the file the office's if its hash fits. Raises Refusal, and forgets the pieces, if it does not.

    The hash is worked out without a lock; what is kept then is exactly what was hashed.
    """
    digest, hashes = hashlib.sha256(), list[bytes]()
    with reading() as conn:
        for row in conn.execute(_of(asked)):
            digest.update(row.data)
            hashes.append(bytes(row.hash))
    fits = digest.hexdigest() == asked.sha256

    def settle(conn: Connection) -> None:
        mine = and_(PIECE.c.sha256 == asked.sha256, PIECE.c.device == asked.device)
        same = hashes == [bytes(row.hash) for row in conn.execute(_of(asked, hashes_only=True))]
        there = _whole(conn, asked.sha256) is not None
        if not fits or there:
            conn.execute(delete(PIECE).where(mine))
        elif same:
            conn.execute(update(PIECE).where(mine).values(device=OFFICE))
            conn.execute(insert(BLOB).values(sha256=asked.sha256, size=asked.size, at=now))
        if fits and (there or same):
            vouch(conn, asked)

    writing(settle)
    if not fits:
        raise Refusal(422, "hash", WRONG_WHOLE)


def collect(conn: Connection, now: int, *, every: int = COLLECT_MS) -> int:
    """Forget the bytes that no attachment names any more, at most once an hour; returns how many files."""
    last = conn.execute(select(META.c.value).where(META.c.name == COLLECTED)).scalar_one_or_none()
    if last is not None and now - int(last) < every:
        return 0
    conn.execute(delete(META).where(META.c.name == COLLECTED))
    conn.execute(insert(META).values(name=COLLECTED, value=str(now)))
    stale = and_(PIECE.c.device != OFFICE, PIECE.c.at < now - UNFINISHED_MS)
    conn.execute(delete(PIECE).where(stale))
    gone = [row.sha256 for row in conn.execute(_unnamed(now))]
    for start in range(0, len(gone), _MOST):
        some = gone[start : start + _MOST]
        conn.execute(delete(PIECE).where(PIECE.c.sha256.in_(some)))
        conn.execute(delete(PROOF).where(PROOF.c.sha256.in_(some)))
        conn.execute(delete(BLOB).where(BLOB.c.sha256.in_(some)))
    return len(gone)


def _unnamed(now: int) -> Select[tuple[str]]:
    table = Attachment.table()
    since = datetime.fromtimestamp((now - KEPT_MS) / 1000, UTC)
    kept = or_(table.c.deleted_at.is_(None), table.c.deleted_at > since)
    named = select(table.c.id).where(table.c.sha256 == BLOB.c.sha256, kept).exists()
    return select(BLOB.c.sha256).where(~named)


def _of(asked: Asked, *, hashes_only: bool = False) -> Select[tuple[object, ...]]:
    columns = (PIECE.c.hash,) if hashes_only else (PIECE.c.hash, PIECE.c.data)
    mine = and_(PIECE.c.sha256 == asked.sha256, PIECE.c.device == asked.device)
    return select(*columns).where(mine).order_by(PIECE.c.n)


def _whole(conn: Connection, sha256: str) -> int | None:
    found = conn.execute(select(BLOB.c.size).where(BLOB.c.sha256 == sha256)).scalar_one_or_none()
    return None if found is None else int(found)


def _pieces(conn: Connection, asked: Asked) -> frozenset[int]:
    mine = and_(PIECE.c.sha256 == asked.sha256, PIECE.c.device == asked.device)
    return frozenset(conn.execute(select(PIECE.c.n).where(mine)).scalars())


def _facts(size: int, have: frozenset[int], *, whole: bool) -> dict[str, str]:
    return {
        messages.SIZE_HEADER: str(size),
        messages.PIECES_HEADER: rules.to_bits(have, rules.pieces(size)),
        messages.WHOLE_HEADER: "1" if whole else "0",
    }


def is_full(reply: Reply) -> bool:
    """Whether this laptop has sent every piece of a file that is not yet known to be whole."""
    count = rules.pieces(int(reply.headers[messages.SIZE_HEADER]))
    have = rules.from_bits(reply.headers[messages.PIECES_HEADER], count)
    return reply.headers[messages.WHOLE_HEADER] == "0" and len(have) == count


class Files:
    """The addresses of files: who may, then what; each write is one short transaction."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store, self._clock = store, clock
        store.write(prepare)

    def answer(
        self,
        method: str,
        path: str,
        size: int | None,
        body: bytes,
        device: str,
        scope_at: Callable[[Connection], Scope],
    ) -> Reply:
        """The answer to one request of a laptop that has shown who it is."""
        sha256, n = address(path)
        if (n is None) != (method == "HEAD"):
            raise Refusal(405, "bad_request", NO_FILE)
        with self._store.read() as conn:
            seen = find(conn, scope_at(conn), sha256, size)
        with self._store.read() as conn:
            asked = judge(conn, seen, sha256, device)
        if method == "PUT" and n is not None:
            return self._take(asked, n, body)
        with self._store.read() as conn:
            reply = look(conn, asked) if n is None else fetch(conn, asked, n)
        if n is None and asked.unproven and reply.headers[messages.WHOLE_HEADER] == "1":
            self._store.write(lambda conn: vouch(conn, asked))
        return reply

    def _take(self, asked: Asked, n: int, body: bytes) -> Reply:
        now = self._clock()
        reply = self._store.write(lambda conn: take(conn, asked, n, body, now))
        if not is_full(reply):
            return reply
        finish(self._store.read, self._store.write, asked, now)
        self._store.write(lambda conn: collect(conn, now))
        with self._store.read() as conn:
            return look(conn, replace(asked, reads=True))
