"""A letter that came as a file: taken in as /v1/sync would, and answered by a file for that laptop alone.

The same intake judges it under the same rights and knows it again by the numbers of its ops; so it may come
twice, late, or after what was written later. The numbers of requests over the network are not touched.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, Row, func, insert, select, update

from desktop.rules.chain import START
from desktop.rules.streams import ORG
from desktop.words import msg
from sync.protocol import bundle, codec
from sync.protocol.bundle import BadBundle, Copied, Letter, NoBundle, Opened, Reply
from sync.protocol.messages import Cursor, Keys, Lease, Page, Snapshot, SyncRequest, SyncResponse, Verdict
from sync.protocol.versions import RECEIVING, SCHEMA, SPOKEN
from sync.server import audit, feed, intake, leases, stubs, wiping
from sync.server.accounts import device_row
from sync.server.answering import check_cursors, page_of, scope_for, walled
from sync.server.problems import Refusal
from sync.server.rows import id_in, upsert
from sync.server.scope import Scope, heads
from sync.server.tables import DEVICE, HEIR, LETTER, META, VERDICT

if TYPE_CHECKING:
    from sync.server.server import Server
    from sync.server.store import Store

SEED: Final = "seal"
"""The row of `office_meta` with the secret behind the office's keys for bundles."""
ROWS: Final = 500
"""Rows of one page of a reply."""
MOST_BYTES: Final = 32 * 1024 * 1024
"""Of pages in one reply, before packing; what is left goes with the next one."""
MOST_PUSHES: Final = 200

OTHER_OFFICE: Final = msg("This bundle is for another office; nothing was taken in.")
FOR_LAPTOP: Final = msg("This bundle is an answer for a laptop; take it in there: satchel bundle in FILE.")
STRANGER: Final = msg("This bundle comes from a laptop that this office does not know; nothing was taken in.")
FORMER: Final = msg(
    "The profile that wrote this bundle was copied or put back from a backup, and one of the two goes on"
    " under another identity; nothing was taken in. Synchronise that laptop over the network: it sends all"
    " that is missing."
)
NO_SENSE: Final = msg("The office cannot read what is in this bundle; nothing was taken in.")
OTHER_VERSION: Final = msg("This bundle was written by a version of Satchel that this office does not speak.")


class Seals:
    """The office's keys for bundles, made when first asked for."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._seed = b""

    @property
    def seed(self) -> bytes:
        """The secret; it is kept in the office's database and its backups."""
        if not self._seed:
            self._seed = bytes.fromhex(self._store.write(secret))
        return self._seed

    @property
    def public(self) -> Keys:
        """What laptops are told."""
        return bundle.public_keys(self.seed)


def secret(conn: Connection) -> str:
    """Behind the office's keys, in hexadecimal; made when first asked for."""
    known: str | None = conn.execute(select(META.c.value).where(META.c.name == SEED)).scalar_one_or_none()
    if known is None:
        known = secrets.token_hex(32)
        conn.execute(insert(META), {"name": SEED, "value": known})
    return known


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a letter: the sealed reply, whose it is, and what was decided on its ops."""

    reply: bytes
    device: str
    status: str
    verdicts: Counter[str]
    again: bool
    """This very bundle was here before."""
    more: bool
    """Not everything fitted into the reply."""


@dataclass(frozen=True, slots=True)
class _Received:
    """What one transaction made of a letter."""

    taken: intake.Taken
    verdicts: list[Verdict]
    lent: list[Lease]
    sequence: int
    n: int
    again: bool


def take_in(server: "Server", data: bytes) -> TakenIn:
    """Take in the sealed letter of a laptop. Raises Refusal, and then nothing was changed."""
    opened = _open(server, data)
    with server.store.read() as conn:
        device = device_row(conn, opened.sender)
    if device is None:
        raise Refusal(401, "unknown_device", STRANGER)
    letter = _read(opened, bytes(device.public_key))
    now = server.clock()
    got = server.store.write(lambda conn: _receive(conn, letter, opened.sender, now))
    server.metrics.pushed(got.taken.status, [verdict.kind for verdict in got.verdicts])
    with server.store.read() as conn:
        reply = _reply(conn, letter, got, now)
    seed = server.seals.seed
    sealed = bundle.seal(
        "reply",
        opened.sender,
        bytes.fromhex(letter.reply_to),
        reply,
        sender=server.store.office,
        key=bundle.sign_key(seed),
    )
    counts = Counter[str](verdict.kind for verdict in got.verdicts)
    return TakenIn(sealed, opened.sender, got.taken.status, counts, got.again, reply.more)


def _open(server: "Server", data: bytes) -> Opened:
    try:
        found = bundle.address(data)
        if found.kind != "letter":
            raise Refusal(400, "bundle", FOR_LAPTOP)
        if found.to != server.store.office:
            raise Refusal(400, "bundle", OTHER_OFFICE)
        return bundle.unseal(data, bundle.box_key(server.seals.seed))
    except NoBundle as error:
        raise Refusal(400, "bundle", bundle.NOT_ONE) from error
    except BadBundle as error:
        raise Refusal(400, "bundle", bundle.DAMAGED) from error


def _read(opened: Opened, public: bytes) -> Letter:
    """The letter, once its signature is that of the laptop it names."""
    try:
        opened.check(public)
        letter = opened.read(Letter)
    except BadBundle as error:
        raise Refusal(400, "bundle", bundle.DAMAGED) from error
    wish = letter.request
    if wish.protocol not in SPOKEN:
        raise Refusal(426, "version", OTHER_VERSION)
    sound = wish.device == opened.sender and wish.push is None and len(letter.pushes) <= MOST_PUSHES
    if not (sound and _is_hex(letter.nonce, 32) and _is_hex(letter.reply_to, 64) and _counts(letter)):
        raise Refusal(400, "bundle", NO_SENSE)
    check_cursors(wish.cursors)
    return letter


def _counts(letter: Letter) -> bool:
    return 0 <= letter.heard < 2**53 and 0 <= letter.taken < 2**53


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and all(one in "0123456789abcdef" for one in text)


# ---------------------------------------------------------------- in


def _receive(conn: Connection, letter: Letter, sender: str, now: int) -> _Received:
    """Everything of a letter, in one transaction."""
    device = _locked(conn, sender)
    scope = scope_for(conn, device, now)
    verdicts: list[Verdict] = []
    taken = intake.Taken("ok", int(device.last_op))
    for push in letter.pushes or (None,):
        wish = replace(_caught_up(conn, device, letter.request), push=push)
        taken = intake.receive(conn, device, scope, wish, now)
        verdicts += taken.verdicts
        if taken.status != "ok":
            break
        device = _locked(conn, sender)
    n, again = _note(conn, letter, sender, now)
    conn.execute(update(DEVICE).where(DEVICE.c.id == UUID(hex=sender)).values(seen_at=now))
    audit.record(conn, now, sender, "bundle", {"n": n, "again": again, "status": taken.status})
    lent = [] if again or taken.status != "ok" else leases.lend(conn, sender, letter.request.wants, now)
    return _Received(taken, verdicts, lent, max(int(device.sequence), letter.heard), n, again)


def _locked(conn: Connection, sender: str) -> Row[Any]:
    device = device_row(conn, sender, lock=True)
    if device is None:
        raise Refusal(401, "unknown_device", STRANGER)
    wiping.refuse(conn, device)
    if conn.execute(select(HEIR.c.heir).where(HEIR.c.device == device.id)).first() is not None:
        raise Refusal(403, "unknown_device", FORMER)
    return device


def _caught_up(conn: Connection, device: Row[Any], wish: SyncRequest) -> SyncRequest:
    """A letter may be older than what has come since: it is no copy's if the office knows its very end."""
    if wish.last >= int(device.last_op):
        return wish
    known = START
    if wish.last:
        query = select(VERDICT.c.hash).where(VERDICT.c.device == device.id, VERDICT.c.n == wish.last)
        known = bytes(conn.execute(query).scalar_one_or_none() or b"")
    if known.hex() != wish.head:
        return wish
    return replace(wish, last=int(device.last_op), head=bytes(device.head).hex())


def _note(conn: Connection, letter: Letter, sender: str, now: int) -> tuple[int, bool]:
    """The number of this letter among those of its laptop, and whether it was here before."""
    mine = LETTER.c.device == UUID(hex=sender)
    newest = conn.execute(select(func.max(LETTER.c.n)).where(mine)).scalar_one() or 0
    before = select(LETTER.c.n).where(mine, LETTER.c.nonce == letter.nonce)
    again = conn.execute(before).first() is not None
    n = max(int(newest), letter.taken) + 1
    device = id_in(conn.dialect.name)(sender)
    upsert(conn, LETTER, [{"device": device, "nonce": letter.nonce, "n": n, "at": now}])
    return n, again


# ---------------------------------------------------------------- out


def _reply(conn: Connection, letter: Letter, got: _Received, now: int) -> Reply:
    wish, old = letter.request, letter.request.schema < RECEIVING
    scope = walled(conn, wish.device, now)
    known = heads(conn, scope)
    room = _Room()
    silent = old or got.taken.status == "gap"
    return Reply(
        response=SyncResponse(
            status=got.taken.status,
            last=got.taken.last,
            server_at=now,
            heads=feed.heads_of(conn, scope, known, wish.cursors),
            person=scope.person,
            verdicts=got.verdicts,
            leases=got.lent,
            agreed=got.taken.agreed,
            roots=audit.roots(conn, wish.root),
            upgrade=old,
        ),
        nonce=letter.nonce,
        sequence=got.sequence,
        taken=got.n,
        pages=() if silent else tuple(_pages(conn, scope, known, wish, room)),
        copies=() if silent else tuple(_copies(conn, scope, known, letter, room)),
        more=room.full,
    )


class _Room:
    """How much still fits."""

    def __init__(self) -> None:
        self._left = MOST_BYTES
        self.full = False

    def has_room_after(self, page: Page | Snapshot) -> bool:
        """Count a page; False once no other fits."""
        self._left -= len(codec.encode(page))
        return self._left > 0


def _pages(
    conn: Connection, scope: Scope, known: dict[str, int], wish: SyncRequest, room: _Room
) -> Iterator[Page]:
    cursors = {cursor.stream: cursor for cursor in wish.cursors}
    while not room.full:
        page = page_of(conn, scope, known, cursors.values(), ROWS)
        if not page.parts:
            return
        for part in page.parts:
            cursors[part.stream] = Cursor(part.stream, part.upto, SCHEMA, part.mask)
        yield page
        room.full = not room.has_room_after(page)


def _copies(
    conn: Connection, scope: Scope, known: dict[str, int], letter: Letter, room: _Room
) -> Iterator[Copied]:
    """The first copy of the streams that the laptop holds nothing of: the directory, its own, the others."""
    held = {cursor.stream for cursor in letter.request.cursors}
    marks = {mark.stream: mark for mark in letter.marks}
    own = f"user:{scope.person.user}"
    for stream in sorted(known.keys() - held, key=lambda one: (one != ORG, one != own, one)):
        mark = marks.get(stream)
        at, after = (mark.at, mark.after) if mark is not None and mark.at <= known[stream] else (None, "")
        while not room.full:
            try:
                page = feed.snapshot(conn, scope, stream, at, after, ROWS)
            except ValueError as error:
                raise Refusal(400, "bundle", NO_SENSE) from error
            page = replace(page, stubs=stubs.of_tables(conn, scope, [page.tables]))
            yield Copied(after, page)
            room.full = not room.has_room_after(page)
            if page.next is None:
                break
            at, after = page.at, page.next
