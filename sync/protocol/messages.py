"""Every message of the protocol as one typed struct; docs/protocol.md tells what each promises.

Ids are 32 lower-case hexadecimal characters, hashes 64, moments of ops milliseconds UTC, and field values the
wire form of their kind (desktop/models/kinds.py). What repeats travels once: rows stand under a header of
column names, ops under the header of their shape and their transaction.
"""

from typing import Any, Final, Literal

import msgspec

HELLO: Final = "/v1/hello"
DEVICES: Final = "/v1/devices"
SYNC: Final = "/v1/sync"
PULL: Final = "/v1/pull"
SNAPSHOT: Final = "/v1/snapshot/"
SNAPSHOT_FILE: Final = "/v1/snapshot-file"
DIGEST: Final = "/v1/digest"
AUTHORITY: Final = "/v1/authority"
EVENTS: Final = "/v1/events"
ROWS: Final = "/v1/rows"
BLOBS: Final = "/v1/blobs/"

SIZE_HEADER: Final = "Satchel-Size"
"""Bytes of a file."""
PIECES_HEADER: Final = "Satchel-Pieces"
"""Which pieces of a file are there, as `desktop/rules/attachments.py` writes them."""
WHOLE_HEADER: Final = "Satchel-Whole"
"""1: the office has the whole file, and its hash fits."""
PIECE_HEADER: Final = "Satchel-Piece"
"""SHA-256 of the piece in the body."""

MAX_OPS: Final = 10_000
"""Operations in one transaction, and in one push."""
MAX_BODY: Final = 9 * 1024 * 1024
"""Bytes of one request on the wire."""
MAX_UNPACKED: Final = 64 * 1024 * 1024
"""Bytes of one message after decompression."""

OpKind = Literal[
    "create", "set", "delete", "restore", "transition", "issue", "sign", "assign", "append", "void"
]
VerdictKind = Literal["applied", "duplicate", "merged", "conflict", "rejected"]
PushStatus = Literal["ok", "gap", "forked"]
RemovalFlag = Literal["tombstone", "move"]


class Struct(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A JSON object; what the other side added later is ignored here."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A JSON array in the order of the fields; new fields are only ever added at the end."""


class Problem(Struct, frozen=True):
    """The body of every answer that is not 2xx; `code` is stable, the texts are for people."""

    code: str
    en: str
    zh: str = ""
    data: dict[str, Any] = {}


class Hello(Struct, frozen=True):
    """Who answers: `nonce` echoes the question, so a captive portal cannot pass for the office."""

    product: Literal["satchel"]
    nonce: str
    server: str
    name: str
    time: int
    protocols: list[int]
    schema: int


class Authority(Struct, frozen=True):
    """The certificate that vouches for this office; laptops compare it with the pin behind the address."""

    pem: str


class Lease(Row, frozen=True):
    """The numbers `first` to `last` of a series belong to this device alone."""

    series: str
    first: int
    last: int


class Root(Row, frozen=True):
    """The last row of the office's own log on a day (UTC) that is over: its number and its hash."""

    day: str
    seq: int
    hash: str


class Enrol(Struct, frozen=True):
    """A laptop asks to join: with a person's code, or, after a fork, in the name of its former device."""

    device: str
    key: str
    name: str
    code: str = ""
    previous: str = ""
    protocols: list[int] = []
    schema: int = 1
    program: str = ""


class Rights(Struct, frozen=True):
    """A role of the office's own: patterns of commands, of which a refusal wins, and groups it is shown."""

    name: str
    label: str
    base: str
    scope: str
    commands: list[str]
    refused: list[str]
    sees: list[str]


class Person(Struct, frozen=True, omit_defaults=True):
    """Whose laptop this is and what they are in the office now."""

    user: str
    name: str
    team: str
    role: str
    """A built-in role; of a role of the office's own, the one it was copied from."""
    rights: Rights | None = None
    """The role of the office's own that this person has instead."""


class Keys(Struct, frozen=True):
    """The office's public keys for bundles: what goes to it is sealed to `box`, it signs with `sign`."""

    box: str
    sign: str


class Vouched(Struct, frozen=True):
    """The certificate for a laptop's seal and the company's that stands above it; DER, hexadecimal."""

    certificate: str
    company: str


class Enrolled(Struct, frozen=True):
    """The laptop belongs to the office; `short` is the three-character code of its own number series."""

    server: str
    name: str
    device: str
    short: str
    person: Person
    protocol: int
    schema: int
    leases: list[Lease] = []
    keys: Keys | None = None


class Shape(Row, frozen=True):
    """What many ops of a push share: kind, record type, and the keys of their bodies."""

    kind: OpKind
    type: str
    keys: list[str]


class Tx(Row, frozen=True):
    """One command: its `count` following ops are applied all or nothing."""

    id: str
    command: str
    at: int
    actor: str
    batch: str | None
    count: int


class Seed(Row, frozen=True):
    """From op number `n` on, the salts of the chain come from this seed."""

    n: int
    seed: str


class Written(Row, frozen=True):
    """From op number `n` on, ops were written under this record schema."""

    n: int
    schema: int


class Push(Struct, frozen=True):
    """Ops `first`, `first + 1`, …: each row is [shape, record, base version, value of each key …]."""

    first: int
    txs: list[Tx]
    shapes: list[Shape]
    rows: list[list[Any]]
    seeds: list[Seed]
    before: str
    head: str
    signature: str
    schemas: list[Written] = []


class Cursor(Row, frozen=True):
    """How far a stream is known here: all of its feed up to `seq`, seen under `schema` and `mask`."""

    stream: str
    seq: int
    schema: int
    mask: str


class SyncRequest(Struct, frozen=True):
    """One round trip: what this laptop did, how far it knows each stream, and what it is short of.

    `last` and `head` are the newest op of this device and its chain hash, sent or not: a server that knows
    more than that speaks with a restored copy. Verdicts up to `acked` are stored here and may be forgotten.
    """

    device: str
    protocol: int
    schema: int
    last: int
    head: str
    acked: int
    cursors: list[Cursor]
    push: Push | None = None
    wants: list[str] = []
    limit: int = 2000
    root: int = 0
    """The row of the newest daily root of the office's log that is kept here."""
    keys: bool = False
    """The office's keys for bundles are not known here."""
    seal: str = ""
    """The public P-256 key with which this laptop seals paper, where the office is to vouch for it."""
    phone: str = ""
    """The X25519 key to which keys of approvals by telephone are to be sealed, where they are wanted."""


class PullRequest(Struct, frozen=True):
    """The next page under these cursors."""

    protocol: int
    schema: int
    cursors: list[Cursor]
    limit: int = 2000


class Loss(Row, frozen=True):
    """A value that was sent and is not what the record holds now; `ask` puts it into the inbox."""

    field: str
    mine: Any
    theirs: Any
    merge: str
    ask: bool


class Verdict(Row, frozen=True):
    """The answer to op `n`; the row of at least `version` will come on a stream (0: none will)."""

    n: int
    kind: VerdictKind
    version: int
    losses: list[Loss] = []
    code: str = ""
    en: str = ""
    zh: str = ""


class Table(Struct, frozen=True):
    """Rows of one record type; the columns begin with id and version."""

    columns: list[str]
    rows: list[list[Any]]


class Removal(Row, frozen=True):
    """A record that left the stream: deleted at the moment `at` (wire form), or moved to another stream."""

    flag: RemovalFlag
    type: str
    record: str
    version: int
    at: str | None = None


class Stub(Row, frozen=True):
    """A record outside this person's streams that a row links to: its name only."""

    type: str
    record: str
    title: str


class Part(Struct, frozen=True):
    """One stream's share of a page: applying it takes the cursor from `start` to `upto`.

    With `more` the feed goes on after `upto`; without it `upto` is the head. `digest` is the stream's digest
    at `upto`, given when the server has it at hand. `check`: the feed has forgotten removals after `start`;
    compare the stream when it stands at its head. `undone` are records among the removals that were deleted
    because their making was taken back.
    """

    stream: str
    start: int
    upto: int
    more: bool
    mask: str = ""
    tables: dict[str, Table] = {}
    removals: list[Removal] = []
    digest: str | None = None
    check: bool = False
    undone: list[str] = []


class Page(Struct, frozen=True):
    """What changed, newest row only; each part is complete for its range of its stream."""

    parts: list[Part] = []
    stubs: list[Stub] = []


class Head(Row, frozen=True):
    """A stream this person may read: its newest seq, the mask of hidden columns, and its number of rows."""

    stream: str
    seq: int
    mask: str
    rows: int = 0


class SyncResponse(Struct, frozen=True):
    """The answer to one round trip; `heads` is the complete list of streams this device may hold.

    `status` gap: nothing of the push was taken, send again from `last + 1`. forked: this device's history
    is not the one known here beyond `agreed`; it must go on under a new device id.
    """

    status: PushStatus
    last: int
    server_at: int
    heads: list[Head]
    person: Person
    verdicts: list[Verdict] = []
    page: Page = Page()
    leases: list[Lease] = []
    agreed: int = 0
    upgrade: bool = False
    roots: list[Root] = []
    """Daily roots of the office's log from the one kept by the laptop on; that one must be among them."""
    keys: Keys | None = None
    """Where they were asked for."""
    seal: Vouched | None = None
    """Where it was asked for and the office has a company to vouch in the name of."""
    phone: str = ""
    """Keys of approvals by telephone by device, sealed to the key that was given; hexadecimal."""


class PullResponse(Struct, frozen=True):
    """The next page; `heads` as in SyncResponse."""

    heads: list[Head]
    page: Page


class News(Struct, frozen=True):
    """Streams that have moved, and where their heads stand now; `all`: these are all that may be held."""

    heads: dict[str, int] = {}
    all: bool = False


class Snapshot(Struct, frozen=True):
    """One page of a stream in key order.

    `at` is its seq when the snapshot began and is echoed by the client; the feed after `at` repairs whatever
    changed meanwhile. `next` is the key to go on from, None at the end.
    """

    stream: str
    at: int
    next: str | None
    mask: str = ""
    total: int = 0
    tables: dict[str, Table] = {}
    stubs: list[Stub] = []


class FileRequest(Struct, frozen=True):
    """A first copy as one file, for the laptop's public X25519 key `key`, made for this file alone.

    `shape` is that of the laptop's database, `schema` that of its records.
    """

    key: str
    shape: int
    schema: int = 1


class FileOffer(Struct, frozen=True):
    """Where the file stands: there will be none, it is being made, or ready under the office's `key`."""

    state: Literal["none", "making", "ready"]
    key: str = ""
    size: int = 0


class DigestRequest(Struct, frozen=True):
    """Ask for the digest of record types in a stream; `types` empty means all.

    `by` says which byte of the id makes the prefix. With `within`, pairs of type and last byte, the answer
    lists the living records of these buckets instead.
    """

    stream: str
    types: list[str] = []
    by: Literal["first", "last"] = "first"
    within: list[tuple[str, str]] = []


class DigestRow(Row, frozen=True):
    """The digest of the ids of one type that begin with `prefix`."""

    type: str
    prefix: str
    count: int
    digest: str


class DigestResponse(Struct, frozen=True):
    """Digests of a stream at `seq`, by type and one byte of the id; or, by type, what `within` asked for."""

    stream: str
    seq: int
    rows: list[DigestRow] = []
    by: str = "first"
    records: dict[str, list[tuple[str, int]]] = {}


class RowsRequest(Struct, frozen=True):
    """These records of a stream, by type: the answer holds those that are alive there."""

    stream: str
    records: dict[str, list[str]]


class RowsResponse(Struct, frozen=True):
    """Their newest rows; whatever was not found left the stream, and its feed says so."""

    stream: str
    mask: str = ""
    tables: dict[str, Table] = {}
    stubs: list[Stub] = []
