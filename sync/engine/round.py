"""One sync as a coroutine: it yields actions, is sent events, returns a report; dropping it loses nothing.

Every decision is made from the situation that the store reads after its last commit, so a crash between any
two steps repeats at most one request, which the office answers the same again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from desktop.errors import NotAllowed, Offline, Refused, ServerTooNew, ServerTooOld
from desktop.rules.streams import ORG
from desktop.words import msg
from sync.engine import repair, snapshot
from sync.engine.actions import (
    Adopt,
    Apply,
    ApplySnapshot,
    Forget,
    Fork,
    Index,
    Load,
    Report,
    Rest,
    Rewind,
    Send,
    Situation,
    Stored,
    Tell,
    Tidy,
)
from sync.engine.asking import NONSENSE, TOO_NEW, TOO_OLD, Answered, Portal, Steps, ask
from sync.engine.pace import Batch
from sync.engine.snapshot_actions import Discard
from sync.protocol import codec, messages, tiers
from sync.protocol.messages import (
    Cursor,
    Enrol,
    Enrolled,
    Head,
    Hello,
    Page,
    Problem,
    PullRequest,
    PullResponse,
    Snapshot,
    SyncRequest,
    SyncResponse,
)
from sync.protocol.versions import PROTOCOL, SCHEMA, SPOKEN, agree

NOT_JOINED: Final = msg("This laptop has not joined an office yet.")

PUSH_BYTES: Final = 4 * 1024 * 1024
INDEXED: Final = 3000
"""Rows made searchable in one go at most: as many as the store's turns let it (`turns.py`), 150 ms or so."""
MOST_REFUSED: Final = 5
"""How often streams may change under a sync before it waits for the next one."""
MOST_TIDIED: Final = 3
"""How often one sync tidies: where somebody reads all the time, the next one goes on."""
MOST_REQUESTS: Final = 100_000
"""A bound that no honest office reaches: a sync that does not end is a defect, not a reason to go on."""


@dataclass(slots=True)
class Limits:
    """How much goes into one request; kept from one sync to the next."""

    ops: Batch = field(default_factory=lambda: Batch(1000, 20, messages.MAX_OPS, 500))
    rows: Batch = field(default_factory=lambda: Batch(2000, 100, 5000, 1000))
    file: float = snapshot.LEAST
    """Rows from which on a first copy is asked for as one file; infinite where each byte costs money."""


def greet(nonce: str, report: Report) -> Steps[Hello]:
    """Make sure that it is the office who answers, and that both speak one language."""
    target = f"{messages.HELLO}?{urlencode({'nonce': nonce})}"
    hello = yield from ask(Send("GET", target, signed=False), Hello, report)
    if hello.nonce != nonce:
        raise Portal
    if agree(hello.protocols, SPOKEN) is None:
        raise ServerTooNew(TOO_NEW) if min(hello.protocols, default=0) > PROTOCOL else ServerTooOld(TOO_OLD)
    return hello


def enrol(request: Enrol, nonce: str) -> Steps[Enrolled]:
    """Join the office with a person's code."""
    report = Report()
    yield from greet(nonce, report)
    body, encoding = codec.pack(request, "zstd")
    try:
        enrolled = yield from ask(
            Send("POST", messages.DEVICES, body, encoding), Enrolled, report, frozenset({"code"})
        )
    except Answered as answered:
        raise NotAllowed(msg("This code is wrong, used or out of date; ask the office for a new one.")) from (
            answered
        )
    yield Adopt(enrolled)
    return enrolled


def sync(nonce: str, limits: Limits) -> Steps[Report]:
    """Everything up, everything down. Without a nonce the office has answered lately and is not greeted."""
    round_ = _Round(limits)
    if nonce:
        yield from greet(nonce, round_.report)
    yield from round_.run()
    return round_.report


class _Round:
    """The memory of one sync: what it did, the streams the office named last, and whether to ask anew."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.report = Report()
        self.heads: list[Head] = []
        self.again = False
        self.refused = 0
        self.agreed: int | None = None
        self.settled = False
        """Nothing is compared any more: it was done, or a first copy has just come."""
        self.first = False
        """This laptop is getting its first copy."""
        self.usable = False
        """What a person works with today is here."""
        self.filed = False
        """A first copy by one file was tried."""
        self.indexed = 0
        self.tidied = 0
        self.now: Situation

    def run(self) -> Steps[None]:
        """Push until the outbox is empty, then take snapshots and pull until every stream is at its head."""
        yield from self.load()
        if not self.now.enrolled:
            raise Refused(NOT_JOINED)
        self.first = not self.usable or bool(self.now.marks)
        step: Callable[[], Steps[None]] | None = self.exchange
        while step is not None:
            if self.report.requests >= MOST_REQUESTS:
                raise Offline(NONSENSE)
            yield from step()
            step = self.next_step()
        self.report.waiting, self.report.held = self.now.waiting, self.now.held

    def next_step(self) -> Callable[[], Steps[None]] | None:
        """What the situation asks for; None when there is nothing left to do.

        A fork waits until everything has arrived: then no op of the former identity is half answered.
        """
        if self.again or (self.now.push is not None and self.agreed is None):
            return self.exchange
        if self.report.upgrade:
            raise ServerTooNew(TOO_NEW)
        if self.fresh():
            return self.copying()
        if self.behind():
            return self.pull
        if self.now.awaiting:
            return self.rest
        if self.now.unindexed:
            return self.index
        if self.now.untidy and self.tidied < MOST_TIDIED:
            return self.tidy
        if self.now.due and not self.settled:
            return self.compare
        if self.now.begun:
            return self.discard
        return self.part if self.agreed is not None else None

    def load(self) -> Steps[None]:
        event = yield Load(self.limits.ops.size, PUSH_BYTES)
        if not isinstance(event, Situation):
            raise TypeError(f"the store answered {event!r}")
        self.now = event
        self.usable = self.usable or {ORG, self.own} <= {cursor.stream for cursor in event.cursors}

    def store(self, action: Stored) -> Steps[None]:
        """Have the store do something, and look again."""
        yield action
        yield from self.load()

    # --- POST /v1/sync

    def exchange(self) -> Steps[None]:
        """One round trip: verdicts for the next part of the outbox, and the first page."""
        self.again = False
        if self.now.successor is not None:
            yield from self.succeed(self.now.successor)
        request = self.request()
        yield self.tell("sending", self.now.last - self.now.waiting, self.now.last)
        body, encoding = codec.pack(request, "zstd")
        send = Send("POST", messages.SYNC, body, encoding)
        try:
            response = yield from ask(
                send, SyncResponse, self.report, frozenset({"too_large", "stream"}), self.limits.ops
            )
        except Answered as answered:
            yield from self.recover(answered.problem)
        else:
            yield from self.exchanged(request, response)

    def request(self) -> SyncRequest:
        now = self.now
        return SyncRequest(
            device=now.device,
            protocol=PROTOCOL,
            schema=SCHEMA,
            last=now.last,
            head=now.head,
            acked=now.acked,
            cursors=list(now.cursors),
            push=now.push,
            wants=list(now.wants),
            limit=self.room(),
            root=now.root,
            keys=not now.keyed,
            seal=now.seal,
            phone=now.phone,
        )

    def exchanged(self, request: SyncRequest, response: SyncResponse) -> Steps[None]:
        self.heads, self.report.upgrade = response.heads, response.upgrade
        if response.status == "gap":
            if response.last >= self.now.acked:
                raise Offline(NONSENSE)
            yield from self.store(Rewind(response.last))
            return
        end = request.push.first + len(request.push.rows) - 1 if request.push is not None else request.last
        forked = response.status == "forked"
        silent = request.push is not None and not response.verdicts
        if self.report.forked if forked else silent:
            raise Offline(NONSENSE)
        self.report.count(Counter(verdict.kind for verdict in response.verdicts))
        self.report.pushed += len(response.verdicts)
        yield from self.store_page(Apply(response), response.page)
        if forked and response.agreed >= end and end < request.last:
            self.again = True
        elif forked:
            self.agreed = response.agreed

    def rest(self) -> Steps[None]:
        yield from self.store(Rest())
        if self.now.awaiting:
            raise Offline(NONSENSE)

    def index(self) -> Steps[None]:
        """Everything is here and shown; now make it searchable, in slices that let a person work."""
        yield self.tell("indexing", self.indexed, max(self.report.pulled, self.indexed))
        self.indexed += INDEXED
        yield from self.store(Index(INDEXED))

    def tidy(self) -> Steps[None]:
        """Something left: its words leave the index's blocks too."""
        self.tidied += 1
        yield from self.store(Tidy())

    def part(self) -> Steps[None]:
        """Everything that both histories share has arrived: prepare to go on under another identity."""
        agreed, self.agreed = self.agreed, None
        self.report.forked = self.again = True
        yield from self.store(Fork(agreed or 0))

    def succeed(self, successor: Enrol) -> Steps[None]:
        """Go on under a new id and key, vouched for by the key that signs until then."""
        body, encoding = codec.pack(successor, "zstd")
        enrolled = yield from ask(Send("POST", messages.DEVICES, body, encoding), Enrolled, self.report)
        yield from self.store(Adopt(enrolled))

    def recover(self, problem: Problem) -> Steps[None]:
        """Go on from an answer that says what to do instead."""
        if problem.code == "too_large":
            if self.limits.ops.size == self.limits.ops.least:
                raise Refused(msg("One change is larger than the office accepts."))
            self.again = True
            self.limits.ops.shrink()
            yield from self.load()
        else:
            self.ask_again()

    def compare(self) -> Steps[None]:
        """Everything is here: look whether it is what the office has, and mend what is not."""
        self.settled = True
        yield from repair.compare(self.now.due, self.report)
        yield from self.load()

    # --- what comes down

    def fresh(self) -> str:
        """The next stream that this laptop holds nothing of: the directory first, then one's own."""
        known = {cursor.stream for cursor in self.now.cursors}
        missing = [head.stream for head in self.heads if head.stream not in known]
        return min(missing, key=self.tier, default="")

    @property
    def own(self) -> str:
        """The stream of what is this person's own."""
        return f"user:{self.now.user}"

    def tier(self, stream: str) -> tuple[bool, bool, str]:
        """The directory and the catalogue first, then one's own; see `tiers.py` for the order within."""
        return stream != ORG, stream != self.own, stream

    def tell(self, state: str, done: int = 0, total: int = 0) -> Tell:
        """How far it is."""
        return Tell(state, done, total, self.report.bytes_down, first=self.first, usable=self.usable)

    def copying(self) -> Callable[[], Steps[None]]:
        """One file, or pages; what a file brought that is not gone on with leaves before them."""
        if self.is_much():
            return self.whole
        return self.discard if self.now.begun else self.snapshot

    def is_much(self) -> bool:
        """Whether a first copy is to come that is worth a file, which was not tried in this sync."""
        much = sum(head.rows for head in self.heads) >= self.limits.file
        return much and not (self.filed or self.now.cursors or self.now.marks)

    def whole(self) -> Steps[None]:
        """Everything in one file, if the office makes one."""
        self.filed = True
        rows = sum(head.rows for head in self.heads)
        taken = yield from snapshot.fetch(
            self.now.shape, rows, self.report, lambda done: self.tell("receiving", done, rows)
        )
        yield from self.load()
        if taken:
            self.settled = self.usable = True

    def discard(self) -> Steps[None]:
        """The rows of a file came in, or in another way, before it could be removed."""
        yield Discard()
        yield from self.load()

    def snapshot(self) -> Steps[None]:
        """The next page of a stream in key order."""
        self.settled = True
        stream = self.fresh()
        mark = next((mark for mark in self.now.marks if mark.stream == stream), None)
        query: dict[str, str | int] = {"limit": self.limits.rows.size}
        if mark is not None:
            query |= {"at": mark.at, "after": mark.after}
        send = Send("GET", f"{messages.SNAPSHOT}{quote(stream)}?{urlencode(query)}")
        try:
            page = yield from ask(
                send, Snapshot, self.report, frozenset({"snapshot", "stream"}), self.limits.rows
            )
        except Answered as answered:
            self.ask_again()
            if answered.problem.code == "snapshot":
                yield from self.store(Forget(stream))
            return
        if page.next is not None and mark is not None and page.next == mark.after:
            raise Offline(NONSENSE)
        self.report.pulled += sum(len(table.rows) for table in page.tables.values())
        yield from self.store(ApplySnapshot(page))
        if stream == self.own and (page.next is None or any(map(tiers.is_history, page.tables))):
            self.usable = True
        yield self.tell("receiving", self.report.pulled, sum(head.rows for head in self.heads))

    def ask_again(self) -> None:
        """The office refused a stream that it had named: ask for the streams anew, but not for ever."""
        self.again = True
        self.refused += 1
        if self.refused > MOST_REFUSED:
            raise Offline(NONSENSE)

    def room(self) -> int:
        """Rows of a page that is taken in as one: what the line carries, and a person does not notice."""
        return min(self.limits.rows.size, self.now.room)

    def behind(self) -> list[Cursor]:
        """The cursors that are not at their head, or saw it under another mask."""
        heads = {head.stream: head for head in self.heads}
        return [
            cursor
            for cursor in self.now.cursors
            if (head := heads.get(cursor.stream)) is not None
            and (cursor.seq < head.seq or cursor.mask != head.mask)
        ]

    def pull(self) -> Steps[None]:
        """The next page of the feeds."""
        behind = self.behind()
        request = PullRequest(protocol=PROTOCOL, schema=SCHEMA, cursors=behind, limit=self.room())
        body, encoding = codec.pack(request, "zstd")
        try:
            response = yield from ask(
                Send("POST", messages.PULL, body, encoding),
                PullResponse,
                self.report,
                frozenset({"stream"}),
                self.limits.rows,
            )
        except Answered as answered:
            yield from self.recover(answered.problem)
            return
        self.heads = response.heads
        yield self.tell("receiving", self.report.pulled)
        yield from self.store_page(Apply(response), response.page)
        if self.behind() == behind:
            raise Offline(NONSENSE)

    def store_page(self, action: Apply, page: Page) -> Steps[None]:
        for part in page.parts:
            self.report.pulled += sum(len(table.rows) for table in part.tables.values())
            self.report.removed += len(part.removals)
        yield from self.store(action)
