"""Laptops that listen: which streams have moved, while the line stays open or once after a wait.

What is told is names of streams and their heads, nothing else. Who may hear what is worked out anew before
anything is told (at most a second old) and with every beat; a laptop that was shut out hears no more.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request as HttpRequest
from fastapi import Response as HttpResponse
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from desktop.rules.streams import ORG, is_inbox
from desktop.words import msg
from sync.protocol import events as wire
from sync.protocol.events import fingerprint
from sync.protocol.messages import News
from sync.protocol.signing import read_headers
from sync.server import walls, wiping
from sync.server.accounts import REVOKED, device_row, shut_out
from sync.server.problems import Refusal
from sync.server.scope import Scope, heads, scope_of
from sync.server.store import Store
from sync.server.wakeups import Heads

if TYPE_CHECKING:
    from collections.abc import Awaitable, MutableMapping

    from sync.server.server import Request

    Message = MutableMapping[str, Any]

BEAT: Final = 15.0
"""Seconds of silence after which the line says that it is alive."""
PAUSE: Final = 0.1
"""Seconds between two events of one line; what comes meanwhile goes together."""
FRESH: Final = 1.0
"""Seconds for which it is known who may hear what."""
SLOW: Final = 20.0
"""Seconds that an event may take to leave; who reads so slowly is let go and comes again."""
LONGEST: Final = 25
"""Seconds for which an answer may be held back."""
MOST: Final = 20_000
"""Lines that one worker keeps open."""

FULL: Final = msg("The office is busy; try again in a moment.")
Admit = Callable[["Request"], None]
"""Lets a signed request of a known laptop through, once; raises Refusal."""


class Listener:
    """One laptop on one line. Its methods but `next` and `close` belong to a thread of the pool."""

    def __init__(self, store: Store, device: str, clock: Callable[[], int]) -> None:
        self.device = device
        self.refused: Refusal | None = None
        """Why the line has ended, once it has; a line that was merely replaced has no reason."""
        self.ended = False
        self._store, self._clock = store, clock
        self._checked = 0.0
        self._streams: frozenset[str] | None = frozenset()
        self._inbox = ""
        self._news = store.wakeups.subscribe({shut_out(device)})

    def begin(self) -> Heads:
        """Hear from now on; returns where everything stands. Raises Refusal."""
        with self._store.read() as conn:
            self._follow(self._scope(conn).streams)
        return self._heads()

    async def next(self, timeout: float) -> News | None:
        """What has moved, an empty one when the time is up; None when the line has ended."""
        found = await self._news.waiting(timeout)
        if self.ended:
            return None
        if self._is_stale(found):
            try:
                again = await run_in_threadpool(self._look)
            except Refusal as refusal:
                self.refused = refusal
                self.close()
                return None
            if again is not None:
                return News(heads=again, all=True)
        return News(heads={name: head for name, head in found.items() if self._may(name)})

    def close(self) -> None:
        """No more; who waits is let go."""
        self.ended = True
        self._news.close()

    def _is_stale(self, found: Mapping[str, int]) -> bool:
        told = not found or ORG in found or shut_out(self.device) in found
        return told or time.monotonic() - self._checked > FRESH

    def _may(self, name: str) -> bool:
        if self._streams is not None:
            return name != shut_out(self.device) and name in self._streams
        return name == self._inbox or not (name.startswith(shut_out("")) or is_inbox(name))

    def _look(self) -> Heads | None:
        """Look again who may hear what: None where nothing has changed. Raises Refusal."""
        with self._store.read() as conn:
            streams = self._scope(conn).streams
        if streams == self._streams:
            return None
        self._follow(streams)
        return self._heads()

    def _follow(self, streams: frozenset[str] | None) -> None:
        self._streams = streams
        self._news.follow(None if streams is None else {*streams, shut_out(self.device)})

    def _heads(self) -> Heads:
        """After it was said what is followed: what moves from then on is news."""
        with self._store.read() as conn:
            scope = self._scope(conn)
            walls.stand_behind(conn, scope.streams, scope.person.user)
            return heads(conn, scope)

    def _scope(self, conn: Connection) -> Scope:
        row = device_row(conn, self.device)
        if row is None:
            raise Refusal(403, "revoked", REVOKED)
        wiping.refuse(conn, row)
        scope = scope_of(conn, row.user.hex, self._clock())
        if scope is None:
            raise Refusal(403, "revoked", REVOKED)
        self._checked, self._inbox = time.monotonic(), scope.inbox
        return scope


class Events:
    """Everybody who listens to this worker."""

    def __init__(self, store: Store, admit: Admit, clock: Callable[[], int]) -> None:
        self._store, self._clock = store, clock
        self._admit = admit
        self._listeners: dict[str, Listener] = {}
        self._closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    def open(self, request: "Request") -> tuple[Listener, Heads]:
        """Let a laptop listen, once; a line that it had before ends. Raises Refusal."""
        if self._closed or len(self._listeners) >= MOST:
            raise Refusal(503, "busy", FULL)
        self._admit(request)
        device = read_headers(request.headers).device
        listener = Listener(self._store, device, self._clock)
        try:
            found = listener.begin()
        except BaseException:
            listener.close()
            raise
        former = self._listeners.get(device)
        self._listeners[device] = listener
        if former is not None:
            former.close()
        if self._closed:
            listener.close()
        return listener, found

    def leave(self, listener: Listener) -> None:
        """This line is over."""
        listener.close()
        if self._listeners.get(listener.device) is listener:
            del self._listeners[listener.device]

    def close(self) -> None:
        """End every line: the office stops."""
        self._closed = True
        for listener in list(self._listeners.values()):
            listener.close()

    def once(self, request: "Request") -> News:
        """Where everything stands, for who knows something else. Raises Refusal."""
        listener, found = self.open(request)
        self.leave(listener)
        return _differing(found, request.query("after"))

    async def wait(self, request: "Request") -> News:
        """The same, or what moves within the time that the laptop gives. Raises Refusal."""
        listener, found = await run_in_threadpool(self.open, request)
        try:
            news = _differing(found, request.query("after"))
            ends = time.monotonic() + min(request.number("wait") or 0, LONGEST)
            while not (news.heads or news.all) and (left := ends - time.monotonic()) > 0:
                told = await listener.next(left)
                if told is None:
                    break
                news = told
        finally:
            self.leave(listener)
        if listener.refused is not None:
            raise listener.refused
        return news


def _differing(found: Heads, after: str | None) -> News:
    return News() if after == fingerprint(found) else News(heads=found, all=True)


class Stream(HttpResponse):
    """The line as a response: what is new, and a beat in the silence between."""

    media_type = wire.KIND

    def __init__(self, events: Events, listener: Listener, first: News) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events, self._listener, self._first = events, listener, first

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Speak until the laptop goes, reads too slowly, or is not to hear any more."""
        gone = asyncio.create_task(self._until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for piece in self._pieces():
                await asyncio.wait_for(send(_part(piece, more=True)), SLOW)
            await asyncio.wait_for(send(_part(b"", more=False)), SLOW)
        except TimeoutError:
            pass
        finally:
            gone.cancel()
            self._events.leave(self._listener)

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield wire.event(self._first) if self._first.all else wire.BEAT
        while (news := await self._listener.next(BEAT)) is not None:
            if news.heads or news.all:
                yield wire.event(news)
                await asyncio.sleep(PAUSE)
            else:
                yield wire.BEAT

    async def _until_gone(self, receive: "Callable[[], Awaitable[Message]]") -> None:
        with suppress(asyncio.CancelledError):
            while (await receive())["type"] != "http.disconnect":
                pass
            self._listener.close()


def _part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def answer(events: Events, request: "Request", http: HttpRequest) -> "Stream | News":
    """The line where the laptop can read one, else one answer. Raises Refusal."""
    if wire.KIND not in http.headers.get("accept", ""):
        return await events.wait(request)
    listener, found = await run_in_threadpool(events.open, request)
    return Stream(events, listener, _differing(found, request.query("after")))
