"""Between engine and store: performs what the engine asks of the store and hands its requests to a transport.

A `Session` stops at each request and goes on with its answer, so the product's transport, a test's simulator
and a bundle on a USB stick drive the same code.
"""

import platform
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import Offline
from desktop.models import clocks, erasing, migrations, repairs
from desktop.models.changes import now_ms
from desktop.models.fuse import Deletion
from desktop.models.remote import Remote
from desktop.models.remote_values import Identity, Known
from desktop.models.sending import Outbox
from desktop.models.store import Store
from desktop.words import msg
from sync.client import approvals, keyring, sealing, snapshot
from sync.engine import round as engine
from sync.engine.actions import (
    Action,
    Adopt,
    Answer,
    Apply,
    ApplySnapshot,
    Checked,
    Event,
    Failure,
    Forget,
    Fork,
    Held,
    Index,
    ListHeld,
    Listing,
    Load,
    Mark,
    Mend,
    Report,
    Rest,
    Rewind,
    Send,
    Situation,
    Summaries,
    Summarise,
    Tell,
    Tidy,
)
from sync.engine.snapshot_actions import FileAction
from sync.protocol import codec, ops, signing
from sync.protocol.messages import Cursor, Enrol, Enrolled, OpKind, Problem, Push, Seed, SyncResponse, Written
from sync.protocol.versions import SCHEMA, SPOKEN

T = TypeVar("T")
Progress = Callable[[Tell], None]
MOST_RENUMBERED: Final = 3
STOPPED: Final = msg("The sync was stopped; what has arrived stays.")


@dataclass(frozen=True, slots=True)
class Request:
    """What goes over the wire; `target` is the path with its query."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str]


class Transport(Protocol):
    """Carries one request and brings back what came of it; never raises for the network's sake."""

    @property
    def url(self) -> str: ...

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure: ...


class Cancelled(Offline):
    """A person stopped the sync; what was stored stays."""


class Session(Generic[T]):
    """One run of the engine over one store; `result` is there when `go_on` returns None."""

    accept = ""
    """What kind of answer is wanted, where it is not the usual one."""

    def __init__(
        self,
        steps: Generator[Action, Event, T],
        remote: Remote,
        *,
        url: str = "",
        tell: Progress | None = None,
    ) -> None:
        self.remote = remote
        self.url = url
        self.result: T | None = None
        self._steps = steps
        self.cancelled: Callable[[], bool] = lambda: False
        self._tell = tell
        self._sent: Send | None = None
        self._asked_at = 0
        self._number = 0
        self._renumbered = 0
        self._identity: Identity | None = None

    def go_on(self, event: Answer | Failure | None = None) -> Request | None:
        """Continue with the answer to the last request: the next request, or None at the end."""
        if isinstance(event, Answer) and self._sent is not None and self._renumber(event):
            return self._request(self._sent)
        told: Event = event
        while True:
            try:
                action = self._steps.send(told)
            except StopIteration as end:
                self.result = end.value
                return None
            if isinstance(action, Send):
                self._sent = action
                self._asked_at = now_ms(self.remote.store.clock())
                return self._request(action)
            told = self._perform(action)

    def _perform(self, action: Action) -> Event:
        if isinstance(action, Load):
            known = look(self.remote, action)
            self._identity = known.identity
            return situation_of(self.remote, known)
        if isinstance(action, Tell):
            if self._tell is not None:
                self._tell(action)
        elif isinstance(action, Apply):
            self._apply(action)
        elif isinstance(action, ApplySnapshot):
            page = action.page
            self.remote.apply_snapshot(
                schema=SCHEMA,
                stream=page.stream,
                at=page.at,
                after=page.next,
                mask=page.mask,
                tables=page.tables,
                stubs=page.stubs,
                heard=self._number,
            )
        elif isinstance(action, FileAction):
            return snapshot.perform(self.remote, action, self._number)
        elif isinstance(action, Summarise | ListHeld):
            return held(self.remote, action)
        elif isinstance(action, Mend | Checked):
            mend(self.remote, action)
        else:
            self._repair(action)
        return None

    def _apply(self, action: Apply) -> None:
        response = action.response
        streams = [head.stream for head in response.heads]
        if isinstance(response, SyncResponse):
            keyring.learn(self.remote.store, response.keys)
            sealing.learn(self.remote.store, response.seal)
            clocks.learn(self.remote.store, response.server_at, self._asked_at)
            approvals.learn(self.remote.store, self._identity, response.phone)
            self.remote.apply(
                schema=SCHEMA,
                parts=response.page.parts,
                stubs=response.page.stubs,
                streams=streams,
                verdicts=response.verdicts,
                granted=response.leases,
                roots_given=response.roots,
                person=response.person,
                heard=self._number,
            )
        else:
            self.remote.apply(
                schema=SCHEMA,
                parts=response.page.parts,
                stubs=response.page.stubs,
                streams=streams,
                heard=self._number,
            )

    def _repair(self, action: Action) -> None:
        if isinstance(action, Forget):
            self.remote.forget(action.stream)
        elif isinstance(action, Rest):
            self.remote.rest()
        elif isinstance(action, Index):
            if self.cancelled():  # this can take long, and there is no request that would notice
                raise Cancelled(STOPPED)
            self.remote.index_some(action.most)
        elif isinstance(action, Tidy):
            erasing.tidy(self.remote)
        elif isinstance(action, Rewind):
            self.remote.rewind(action.last)
            if self.remote.store.blobs is not None:
                self.remote.store.blobs.unsent()
        elif isinstance(action, Fork):
            self.remote.fork(action.agreed)
        elif isinstance(action, Adopt):
            enrolled, self._identity = action.enrolled, None
            self.remote.adopt(
                server=enrolled.server,
                url=self.url or self.remote.identity().url,
                short=enrolled.short,
                person=enrolled.person,
                granted=enrolled.leases,
            )
            keyring.replace(self.remote.store, enrolled.keys)
        else:
            raise TypeError(f"the engine asked for {action!r}")

    def _request(self, send: Send) -> Request:
        headers = {"Accept-Encoding": ", ".join(codec.ENCODINGS), "Satchel-Protocol": str(max(SPOKEN))}
        if self.accept:
            headers["Accept"] = self.accept
        if send.body:
            headers["Content-Type"] = "application/json"
        if send.encoding:
            headers["Content-Encoding"] = send.encoding
        if send.signed:
            identity = self._identity or self.remote.identity()
            self._number = self.remote.sequence()
            headers |= signing.sign_request(
                Ed25519PrivateKey.from_private_bytes(identity.key),
                send.method,
                send.target,
                send.body,
                identity.device.hex,
                secrets.token_hex(16),
                self._number,
            )
        return Request(send.method, send.target, send.body, headers)

    def _renumber(self, answer: Answer) -> bool:
        """The office has seen a higher request number (this vault came from a backup): go on above it."""
        if answer.status != 409:
            self._renumbered = 0
            return False
        try:
            problem = codec.unpack(answer.body, answer.encoding, Problem)
        except codec.BadMessage:
            return False
        if problem.code != "sequence" or self._renumbered >= MOST_RENUMBERED:
            return False
        self._renumbered += 1
        self.remote.sequence_is_at_least(int(problem.data.get("sequence", 0)))
        return True


def held(remote: Remote, action: Summarise | ListHeld) -> Summaries | Listing:
    """What this laptop holds of some streams, as the engine takes it."""
    if isinstance(action, ListHeld):
        return Listing(*repairs.listed(remote.store, action.stream, action.within))
    found = repairs.summaries(remote.store, action.streams)
    return Summaries({stream: Held(one.seq, one.schema, one.sums) for stream, one in found.items()})


def mend(remote: Remote, action: Mend | Checked) -> None:
    """Store what a comparison brought."""
    if isinstance(action, Checked):
        repairs.checked(remote.store, action.stream)
    else:
        rows = action.rows
        repairs.mend(
            remote,
            action.stream,
            tables=rows.tables if rows is not None else {},
            mask=rows.mask if rows is not None else "",
            stubs=rows.stubs if rows is not None else (),
            gone=[Deletion("move", one.type, one.record, one.version) for one in action.gone],
        )


def situation(remote: Remote, load: Load) -> Situation:
    """What the store holds, as the engine reads it; the push is signed here."""
    return situation_of(remote, look(remote, load))


def look(remote: Remote, load: Load) -> Known:
    """What the store holds; the ops in it count as sent from now on."""
    also = (keyring.KEYS, sealing.KEY, snapshot.KEY, approvals.KEY)
    known = remote.known(load.ops, load.size, also)
    while known.outbox and not remote.sending(known.outbox):  # somebody took one of them back just now
        known = remote.known(load.ops, load.size, also)
    return known


def situation_of(remote: Remote, known: Known) -> Situation:
    """The same in the engine's terms; the push is signed here."""
    identity = known.identity
    return Situation(
        device=identity.device.hex,
        enrolled=bool(identity.server),
        last=known.last,
        head=known.head.hex(),
        acked=known.acked,
        waiting=known.last - known.acked,
        push=push_of(known, known.outbox) if known.outbox else None,
        cursors=tuple(Cursor(*cursor) for cursor in known.cursors),
        marks=tuple(Mark(*mark) for mark in known.marks),
        wants=known.wants,
        user=identity.user,
        successor=_successor(known),
        awaiting=known.awaiting,
        unindexed=known.unindexed,
        untidy=known.untidy,
        held=known.held,
        root=known.root,
        due=known.due,
        room=remote.room(),
        keyed=bool(known.also.get(keyring.KEYS)),
        seal=sealing.wish(remote.store, known),
        phone=approvals.wish(remote.store, known),
        shape=migrations.NEWEST,
        begun=known.also.get(snapshot.KEY) is not None,
    )


def push_of(known: Known, outbox: Outbox) -> Push:
    """A part of the outbox as it goes out, signed."""
    key = Ed25519PrivateKey.from_private_bytes(known.identity.key)
    last, head = outbox.ops[-1].n, outbox.ops[-1].hash.hex()
    packed = [
        ops.Op(
            op.n,
            op.tx,
            op.command,
            op.at,
            op.actor,
            op.batch,
            cast("OpKind", op.kind),
            op.type,
            op.record,
            op.base,
            op.body,
        )
        for op in outbox.ops
    ]
    return ops.pack_push(
        packed,
        before=outbox.before.hex(),
        head=head,
        seeds=[Seed(n, seed.hex()) for n, seed in outbox.seeds],
        signature=signing.sign_head(key, known.identity.device.hex, last, head),
        schemas=[Written(*since) for since in outbox.schemas],
    )


def _successor(known: Known) -> Enrol | None:
    if known.successor is None:
        return None
    device, key = known.successor
    return Enrol(
        device=device,
        key=_public(key),
        name=platform.node(),
        previous=known.identity.device.hex,
        protocols=list(SPOKEN),
        schema=SCHEMA,
    )


def _public(key: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()


def drive(session: Session[T], transport: Transport, cancelled: Callable[[], bool] = lambda: False) -> T:
    """Run a session to its end over a transport. Raises what the engine raises, and Cancelled."""
    session.cancelled = cancelled
    request = session.go_on()
    while request is not None:
        if cancelled():
            raise Cancelled(STOPPED)
        request = session.go_on(transport.send(request, cancelled))
    if session.result is None:
        raise TypeError("the engine ended without a result")
    return session.result


def sync_once(
    store: Store,
    transport: Transport,
    *,
    limits: engine.Limits | None = None,
    greet: bool = True,
    tell: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    remote: Remote | None = None,
) -> Report:
    """Everything up, everything down. Raises Offline, NotAllowed or Refused, as a person is told.

    Whoever syncs again and again keeps a `remote`: it sets request numbers aside with one write for many.
    """
    remote = remote or Remote(store)
    nonce = secrets.token_hex(16) if greet else ""
    session = Session(engine.sync(nonce, limits or engine.Limits()), remote, url=transport.url, tell=tell)
    return drive(session, transport, cancelled)


def enrol(store: Store, transport: Transport, code: str, *, name: str = "") -> Enrolled:
    """Join the office at the transport's address with a person's code; repeating it changes nothing."""
    remote = Remote(store)
    identity = remote.identity()
    request = Enrol(
        device=identity.device.hex,
        key=_public(identity.key),
        name=name or platform.node(),
        code=code.strip().upper(),
        protocols=list(SPOKEN),
        schema=SCHEMA,
    )
    session = Session(engine.enrol(request, secrets.token_hex(16)), remote, url=transport.url)
    return drive(session, transport)
