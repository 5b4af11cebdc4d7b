"""Bundles on a laptop: its letter for the office, and the office's reply, stored as an answer is."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import Damaged, Refused
from desktop.models import erasing, sending
from desktop.models.changes import read_local
from desktop.models.remote import HEARD, LETTERS, TAKEN, Remote
from desktop.models.remote_values import Known
from desktop.models.sending import Outbox
from desktop.models.store import Store
from desktop.words import msg
from sync.client import keyring
from sync.client.driver import push_of, situation
from sync.engine.actions import Load
from sync.engine.bundle import FORKED, Counts, is_everything, weigh
from sync.engine.round import INDEXED, NOT_JOINED, PUSH_BYTES
from sync.protocol import bundle
from sync.protocol.bundle import BadBundle, Copied, Letter, Mark, NoBundle, Reply
from sync.protocol.messages import MAX_OPS, Cursor, SyncRequest
from sync.protocol.versions import PROTOCOL, SCHEMA

Tell = Callable[[int, int], None]
MOST_PUSHES: Final = 10
"""Parts of the outbox in one letter: at most 40 MiB before packing."""
MOST_LETTERS: Final = 50
"""So many letters of this vault may wait for their reply."""

NO_KEYS: Final = msg(
    "This laptop does not know its office's key for bundles yet: sync over the network once."
)
FOR_OFFICE: Final = msg("This bundle is for the office; take it in there: satchel-server bundle in FILE.")
OTHER_LAPTOP: Final = msg("This bundle is for another laptop; nothing was taken in.")


@dataclass(frozen=True, slots=True)
class Written:
    """A letter for the office: the sealed bytes, how many changes it carries, how many did not fit."""

    data: bytes
    ops: int
    left: int


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a reply brought. `counts`: new, old (only answers count), gap (the office needs more), unasked."""

    counts: Counts
    answered: int
    rows: int
    removed: int
    more: bool
    waiting: int


# ---------------------------------------------------------------- out


def write(store: Store, *, remote: Remote | None = None) -> Written:
    """Everything that waits here, sealed for the office. Raises Refused where this laptop cannot yet."""
    remote = remote or Remote(store)
    keys = keyring.keys(store)
    if not remote.identity().server:
        raise Refused(NOT_JOINED)
    if keys is None:
        raise Refused(NO_KEYS)
    known, outboxes = _leaving(remote)
    if known.successor is not None:
        raise Refused(FORKED)
    identity = known.identity
    letter = Letter(
        request=_request(known),
        nonce=secrets.token_hex(16),
        reply_to=bundle.box_key(identity.key).public_key().public_bytes_raw().hex(),
        pushes=tuple(push_of(known, outbox) for outbox in outboxes),
        marks=tuple(Mark(*mark) for mark in known.marks),
        heard=int(store.local(HEARD, 0)),
        taken=int(store.local(TAKEN, 0)),
    )
    store.set_local(LETTERS, [*store.local(LETTERS, []), letter.nonce][-MOST_LETTERS:])
    sealed = bundle.seal(
        "letter",
        identity.server,
        bytes.fromhex(keys.box),
        letter,
        sender=identity.device.hex,
        key=Ed25519PrivateKey.from_private_bytes(identity.key),
    )
    last = outboxes[-1].ops[-1].n if outboxes else known.last
    return Written(sealed, last - known.acked if outboxes else 0, known.last - last)


def _leaving(remote: Remote) -> tuple[Known, list[Outbox]]:
    """What waits, in parts; from here on none of it can be taken back."""
    while True:
        known = remote.known(0, 0)
        outboxes: list[Outbox] = []
        after = known.acked
        with remote.store.reader.connect() as connection:
            while after < known.last and len(outboxes) < MOST_PUSHES:
                outboxes.append(sending.waiting(connection, after, MAX_OPS, PUSH_BYTES))
                after = outboxes[-1].ops[-1].n
        if after <= known.last and all(remote.sending(outbox) for outbox in outboxes):
            return known, outboxes


def _request(known: Known) -> SyncRequest:
    return SyncRequest(
        device=known.identity.device.hex,
        protocol=PROTOCOL,
        schema=SCHEMA,
        last=known.last,
        head=known.head.hex(),
        acked=known.acked,
        cursors=[Cursor(*cursor) for cursor in known.cursors],
        wants=list(known.wants),
        root=known.root,
    )


# ---------------------------------------------------------------- in


def take_in(
    store: Store, data: bytes, *, remote: Remote | None = None, tell: Tell = lambda _done, _all: None
) -> TakenIn:
    """Store the office's reply. Raises Refused and Damaged; then nothing was changed.

    Taking it in again, or after a newer one, changes nothing. `tell` hears how many pages of how many are
    stored; what it raises stops there, and taking the bundle in again stores the rest.
    """
    remote = remote or Remote(store)
    reply = _open(remote, data)
    now = situation(remote, Load(0, 0))
    with store.reader.connect() as connection:
        heard, taken = int(read_local(connection, HEARD, 0)), int(read_local(connection, TAKEN, 0))
        asked = reply.nonce in read_local(connection, LETTERS, [])
    counts = weigh(reply, now, heard, taken, asked=asked)
    if counts == "new":
        _store(remote, reply, tell)
    elif counts == "gap":
        remote.rewind(reply.response.last)
        _note(remote, reply)
    elif counts == "old" and reply.response.status == "ok":
        remote.apply(schema=SCHEMA, verdicts=reply.response.verdicts)
    after = situation(remote, Load(0, 0))
    parts = [part for page in reply.pages for part in page.parts] if counts == "new" else []
    copied = [copied.page.tables for copied in reply.copies] if counts == "new" else []
    return TakenIn(
        counts=counts,
        answered=max(0, after.acked - now.acked),
        rows=sum(
            len(table.rows)
            for tables in (*(part.tables for part in parts), *copied)
            for table in tables.values()
        ),
        removed=sum(len(part.removals) for part in parts),
        more=counts == "gap" or (counts == "new" and reply.more),
        waiting=after.waiting,
    )


def _open(remote: Remote, data: bytes) -> Reply:
    identity, keys = remote.identity(), keyring.keys(remote.store)
    try:
        found = bundle.address(data)
        if found.kind != "reply":
            raise Refused(FOR_OFFICE)
        if found.to != identity.device.hex:
            raise Refused(OTHER_LAPTOP)
        if keys is None:
            raise Refused(NO_KEYS)
        opened = bundle.unseal(data, bundle.box_key(identity.key))
        opened.check(bytes.fromhex(keys.sign))
        return opened.read(Reply)
    except NoBundle as error:
        raise Refused(bundle.NOT_ONE) from error
    except BadBundle as error:
        raise Damaged(bundle.DAMAGED) from error


def _store(remote: Remote, reply: Reply, tell: Tell) -> None:
    """Verdicts first, then page after page, a transaction each: a crash repeats what is missing."""
    response = reply.response
    remote.apply(
        schema=SCHEMA,
        streams=[head.stream for head in response.heads],
        verdicts=response.verdicts,
        granted=response.leases,
        roots_given=response.roots,
        person=response.person,
    )
    total = len(reply.pages) + len(reply.copies)
    for done, page in enumerate(reply.pages):
        tell(done, total)
        remote.apply(schema=SCHEMA, parts=page.parts, stubs=page.stubs)
    for done, copied in enumerate(reply.copies, len(reply.pages)):
        tell(done, total)
        _copy(remote, copied)
    _note(remote, reply)
    now = situation(remote, Load(0, 0))
    if now.awaiting and is_everything(reply, now):
        remote.rest()
    while situation(remote, Load(0, 0)).unindexed:
        remote.index_some(INDEXED)
    if now.untidy:
        erasing.tidy(remote)


def _copy(remote: Remote, copied: Copied) -> None:
    """The next page of a first copy; what goes on from elsewhere than this laptop stands is left."""
    known, page = remote.known(0, 0), copied.page
    held = {cursor[0] for cursor in known.cursors}
    stands = next((after for stream, _, after in known.marks if stream == page.stream), "")
    if page.stream in held or stands != copied.after:
        return
    remote.apply_snapshot(
        schema=SCHEMA,
        stream=page.stream,
        at=page.at,
        after=page.next,
        mask=page.mask,
        tables=page.tables,
        stubs=page.stubs,
    )


def _note(remote: Remote, reply: Reply) -> None:
    """This reply is stored as a whole."""
    remote.store.set_local(TAKEN, reply.taken)
