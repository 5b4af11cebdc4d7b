"""Who waits for news of a stream is woken when a transaction that brought some has been committed.

`publish({stream: head})` and `subscribe(streams)`, whose `wait(timeout)` (or `await waiting(timeout)`) gives
`{stream: head}` of what has moved since it was last asked, or nothing in time. Heads are hints: they only
grow, one that was missed comes with the next, and whoever is woken reads the feed. Any thread may call
anything.

In one process the news goes from hand to hand. Between the workers of an office on PostgreSQL it travels as
NOTIFY: after the commit, in a transaction of its own, what comes within a tenth of a second in one message.
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Protocol, Self

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from sync.server.tables import HEAD

CHANNEL: Final = "satchel_heads"
PAUSE: Final = 0.1
"""Seconds between two NOTIFYs of one worker: each takes a lock on which every commit of the server waits."""

LARGEST: Final = 7_000
"""Bytes of one NOTIFY; PostgreSQL allows 8,000. What does not fit travels in the next."""

AGAIN: Final = 1.0
"""Seconds until a listener that lost its connection tries again."""

Heads = dict[str, int]


_NEWS: Final = "satchel news"


def note(conn: Connection, heads: Mapping[str, int]) -> None:
    """This transaction moves these streams; whoever commits it tells those who wait."""
    conn.info.setdefault(_NEWS, {}).update(heads)


def noted(conn: Connection) -> Heads:
    """What was noted on this connection, which forgets it."""
    news: Heads = conn.info.pop(_NEWS, {})
    return news


class Wakeups(Protocol):
    """What the rest of the office knows of waking."""

    def publish(self, heads: Mapping[str, int]) -> None:
        """These streams have moved to these heads. Call it after the commit, never within a transaction."""

    def subscribe(self, streams: Iterable[str] | None) -> "Subscription":
        """Wait for news of these streams, or of all (None), from now on. Close it."""

    def close(self) -> None:
        """End what runs in the background; every wait ends at once."""


class Subscription:
    """News of some streams that nobody has taken yet."""

    def __init__(self, hub: "Hub", streams: Iterable[str] | None) -> None:
        self._hub = hub
        self._news: Heads = {}
        self._seen: Heads = {}
        self._closed = False
        self._ready = threading.Condition()
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self.streams = None if streams is None else frozenset(streams)

    def wait(self, timeout: float) -> Heads:
        """The newest heads since the last call; empty when the time is up or all is closed."""
        with self._ready:
            self._ready.wait_for(lambda: self._news or self._closed, timeout)
            return self._take()

    async def waiting(self, timeout: float) -> Heads:
        """The same without a thread, for a coroutine."""
        woken = (asyncio.get_running_loop(), asyncio.Event())
        with self._ready:
            if self._news or self._closed:
                return self._take()
            self._waiters.add(woken)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(woken[1].wait(), timeout)
        finally:
            with self._ready:
                self._waiters.discard(woken)
                news = self._take()
        return news

    def follow(self, streams: Iterable[str] | None) -> None:
        """Wait for these streams from now on: a person's rights have changed."""
        self._hub.leave(self)
        self.streams = None if streams is None else frozenset(streams)
        with self._ready:
            self._news = {name: head for name, head in self._news.items() if self._wants(name)}
        self._hub.join(self)

    def close(self) -> None:
        """No more news; whoever waits is let go."""
        self._hub.leave(self)
        with self._ready:
            self._closed = True
            self._wake()

    def hear(self, heads: Mapping[str, int]) -> None:
        """Take in what is wanted and new."""
        with self._ready:
            news = {
                name: head
                for name, head in heads.items()
                if self._wants(name) and head > self._seen.get(name, 0)
            }
            self._seen |= news
            self._news |= news
            if news:
                self._wake()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def _wants(self, stream: str) -> bool:
        return self.streams is None or stream in self.streams

    def _take(self) -> Heads:
        news, self._news = self._news, {}
        return news

    def _wake(self) -> None:
        self._ready.notify_all()
        for loop, event in self._waiters:
            with suppress(RuntimeError):  # that loop has ended, and with it who waited
                loop.call_soon_threadsafe(event.set)


class Hub:
    """Wake-ups within one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_stream: dict[str | None, set[Subscription]] = {}

    def publish(self, heads: Mapping[str, int]) -> None:
        """See `Wakeups`."""
        with self._lock:
            asked = {one for name in (*heads, None) for one in self._by_stream.get(name, ())}
        for one in asked:
            one.hear(heads)

    def subscribe(self, streams: Iterable[str] | None) -> Subscription:
        """See `Wakeups`."""
        made = Subscription(self, streams)
        self.join(made)
        return made

    def join(self, one: Subscription) -> None:
        """Wake it from now on."""
        with self._lock:
            for name in (None,) if one.streams is None else one.streams:
                self._by_stream.setdefault(name, set()).add(one)

    def leave(self, one: Subscription) -> None:
        """Wake it no more."""
        with self._lock:
            for name in (None,) if one.streams is None else one.streams:
                left = self._by_stream.get(name, set())
                left.discard(one)
                if not left:
                    self._by_stream.pop(name, None)

    def close(self) -> None:
        """See `Wakeups`."""
        with self._lock:
            waiting = {one for some in self._by_stream.values() for one in some}
        for one in waiting:
            one.close()

    def followed(self) -> set[str] | None:
        """Every stream that somebody waits for; None where somebody waits for all."""
        with self._lock:
            return None if None in self._by_stream else {name for name in self._by_stream if name}


class Notified(Hub):
    """Wake-ups between the workers of one office on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._outgoing: Heads = {}
        self._due = threading.Condition()
        self._next = 0.0
        self._ended = threading.Event()
        self._threads: dict[str, threading.Thread] = {}

    def publish(self, heads: Mapping[str, int]) -> None:
        """See `Wakeups`. The first in a while goes at once; what follows it closely goes together."""
        super().publish(heads)
        with self._due:
            self._outgoing |= heads
            at_once = time.monotonic() >= self._next and not self._ended.is_set()
            if at_once:
                self._next = time.monotonic() + PAUSE
                part = self._part()
            self._run("wakeups-out", self._send_rest)  # from the first news on, not from the first hurry
            if self._outgoing:
                self._due.notify_all()
        if at_once:
            self._notify(part)

    def subscribe(self, streams: Iterable[str] | None) -> Subscription:
        """See `Wakeups`."""
        made = super().subscribe(streams)
        with self._due:
            self._run("wakeups-in", self._listen)
        return made

    def close(self) -> None:
        """See `Wakeups`. What has not been sent yet is sent."""
        super().close()
        with self._due:
            self._ended.set()
            self._due.notify_all()
            threads = list(self._threads.values())
        for thread in threads:
            thread.join()
        while self._outgoing:
            self._notify(self._part())

    def _run(self, name: str, work: Any) -> None:
        if name not in self._threads and not self._ended.is_set():
            self._threads[name] = threading.Thread(target=work, name=name, daemon=True)
            self._threads[name].start()

    # ------------------------------------------------------------ out

    def _send_rest(self) -> None:
        while not self._ended.is_set():
            with self._due:
                self._due.wait_for(lambda: self._outgoing or self._ended.is_set())
                self._due.wait_for(self._ended.is_set, max(0.0, self._next - time.monotonic()))
                if self._ended.is_set():
                    return
                self._next = time.monotonic() + PAUSE
                part = self._part()
            self._notify(part)

    def _part(self) -> Heads:
        """As much of what waits as one message holds, taken off."""
        part: Heads = {}
        size = 2
        for name, head in list(self._outgoing.items()):
            size += len(name.encode()) + len(str(head)) + 6
            if size > LARGEST:
                break
            part[name] = head
            del self._outgoing[name]
        return part

    def _notify(self, part: Heads) -> None:
        """A message that does not get through is no loss: the next sync of each laptop finds the news."""
        with suppress(DBAPIError), self._engine.connect() as conn:
            conn.exec_driver_sql(
                "SELECT pg_notify(%s, %s)", (CHANNEL, json.dumps(part, separators=(",", ":")))
            )
            conn.commit()

    # ------------------------------------------------------------ in

    def _listen(self) -> None:
        while not self._ended.is_set():
            with suppress(DBAPIError, self._driver_error):
                self._hear_one_connection()
            self._ended.wait(AGAIN)

    def _hear_one_connection(self) -> None:
        raw = self._engine.raw_connection()
        driver: Any = raw.driver_connection
        raw.detach()  # it listens, so it never goes back to the pool
        try:
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
            self._catch_up()
            while not self._ended.is_set():
                for message in driver.notifies(timeout=0.5):
                    Hub.publish(self, json.loads(message.payload))
                    if self._ended.is_set():
                        break
        finally:
            driver.close()

    def _catch_up(self) -> None:
        """What has moved while nobody listened."""
        followed = self.followed()
        query = select(HEAD.c.stream, HEAD.c.seq)
        if followed is not None:
            query = query.where(HEAD.c.stream.in_(sorted(followed)))
        with self._engine.connect() as conn:
            Hub.publish(self, {row.stream: row.seq for row in conn.execute(query)})
