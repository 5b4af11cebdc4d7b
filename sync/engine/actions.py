"""What the engine asks of the world, and what the world tells it: plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.rules.digests import Sums
from sync.engine.snapshot_actions import FileAction, FileEvent
from sync.protocol.messages import (
    Cursor,
    Enrol,
    Enrolled,
    PullResponse,
    Push,
    RowsResponse,
    Snapshot,
    SyncResponse,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the snapshot of a stream was taken: pinned at `at`, to go on from key `after`."""

    stream: str
    at: int
    after: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What the store holds right now, read after its last commit; no other memory decides anything.

    `push` is the next part of the outbox (None: everything is acknowledged), `waiting` the ops in the outbox,
    `successor` the identity that was prepared after a fork and is not yet enrolled; `awaiting` says that the
    row of an answered op has not arrived, `unindexed` that rows wait to be made searchable, `root` is the
    row of the newest daily root of the office's log kept here, `untidy` that words of what left stand in the
    index, `held` the deletions that wait for a person; `due` are the streams that are to be compared with
    the office. `keyed`: the office's keys for bundles are known; `seal` is the key that it is to vouch for.
    """

    device: str
    enrolled: bool
    last: int
    head: str
    acked: int
    waiting: int = 0
    push: Push | None = None
    cursors: tuple[Cursor, ...] = ()
    marks: tuple[Mark, ...] = ()
    wants: tuple[str, ...] = ()
    user: str = ""
    successor: Enrol | None = None
    awaiting: bool = False
    unindexed: bool = False
    untidy: bool = False
    held: int = 0
    root: int = 0
    due: tuple[str, ...] = ()
    room: int = 5000
    """Rows that a page may bring which is taken in as one."""
    keyed: bool = True
    seal: str = ""
    phone: str = ""
    """The key to which keys of approvals by telephone are to be sealed, where they are wanted."""
    shape: int = 0
    """Of the database here: a file of another one is not taken."""
    begun: bool = False
    """Bytes of a first copy by one file lie here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is still packed as `encoding` says; it took `seconds` from asking to the end."""

    status: int
    body: bytes
    encoding: str = ""
    retry_after: float | None = None
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the office says of a file, under `satchel-…` names in lower case."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Nothing usable came back. `portal`: somebody else answered in the office's place."""

    reason: str
    portal: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of one stream, and as of which point of its feed."""

    seq: int
    schema: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class Summaries:
    """What is held of some streams, all of one moment."""

    held: Mapping[str, Held]


@dataclass(frozen=True, slots=True)
class Listing:
    """The records of some buckets of a stream as of `seq`: type, then id, then version."""

    seq: int
    held: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Summarise:
    """Work out what is held of these streams."""

    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListHeld:
    """List the records of some buckets of a stream: pairs of type and last byte of the id."""

    stream: str
    within: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Load:
    """Read the situation, with at most this much of the outbox."""

    ops: int
    size: int


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request, signed by the device unless `signed` is false."""

    method: str
    target: str
    body: bytes = b""
    encoding: str = ""
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Apply:
    """Store this answer in one transaction: verdicts, rows, cursors, streams lost, numbers leased."""

    response: SyncResponse | PullResponse


@dataclass(frozen=True, slots=True)
class ApplySnapshot:
    """Store one page of a snapshot and how far it reached, in one transaction."""

    page: Snapshot


@dataclass(frozen=True, slots=True)
class Forget:
    """The office no longer knows the snapshot of this stream: begin it again."""

    stream: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that the office does not have in a stream, at the version held here."""

    type: str
    record: str
    version: int


@dataclass(frozen=True, slots=True)
class Mend:
    """Store rows that were missing or old, or let go of records that the office does not have."""

    stream: str
    rows: RowsResponse | None = None
    gone: tuple[Gone, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The stream was compared with the office; what differed is mended."""

    stream: str


@dataclass(frozen=True, slots=True)
class Rest:
    """Every stream is at its head: what has not come for an answered op will not come any more."""


@dataclass(frozen=True, slots=True)
class Index:
    """Make some rows searchable that arrived in bulk."""

    most: int


@dataclass(frozen=True, slots=True)
class Tidy:
    """Rewrite the index without the words of what left."""


@dataclass(frozen=True, slots=True)
class Rewind:
    """The office knows less than it once acknowledged: everything after op `last` is unsent again."""

    last: int


@dataclass(frozen=True, slots=True)
class Fork:
    """This device is a copy: prepare a new id and key, to take over the ops after `agreed`."""

    agreed: int


@dataclass(frozen=True, slots=True)
class Adopt:
    """The office accepted the new identity: restamp the ops with it."""

    enrolled: Enrolled


@dataclass(frozen=True, slots=True)
class Tell:
    """Something for the status chip: what is going on, how much is done, how much is to come."""

    state: str
    done: int = 0
    total: int = 0
    bytes: int = 0
    first: bool = False
    """This laptop is getting its first copy."""
    usable: bool = True
    """What a person works with today is here."""


Stored = Apply | ApplySnapshot | Forget | Mend | Checked | Rest | Index | Tidy | Rewind | Fork | Adopt
"""Actions of the store; each is durable when the next situation is read."""

Action = Load | Summarise | ListHeld | Send | Tell | Stored | FileAction
Event = Situation | Summaries | Listing | Answer | Failure | FileEvent | None


@dataclass(slots=True)
class Report:
    """What one sync did."""

    requests: int = 0
    pushed: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    pulled: int = 0
    removed: int = 0
    repaired: int = 0
    held: int = 0
    forked: bool = False
    upgrade: bool = False
    bytes_up: int = 0
    bytes_down: int = 0
    waiting: int = 0
    files_up: int = 0
    files_down: int = 0
    files_waiting: int = 0

    def count(self, verdicts: Mapping[str, int]) -> None:
        """Add verdicts by kind."""
        for kind, number in verdicts.items():
            self.verdicts[kind] = self.verdicts.get(kind, 0) + number
