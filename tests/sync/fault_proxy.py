"""A TCP proxy that misbehaves as told: cuts, delays, throttles, repeats, answers in the office's place."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

PIECE = 4096
PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 27\r\nConnection: close\r\n\r\n"
    b"<html>please sign in</html>"
)
REDIRECT = (
    b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Type: application/json\r\n"
    b'Content-Length: 31\r\nConnection: close\r\n\r\n{"code":"busy","en":"a moment"}'
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one connection; the default is nothing bad. Byte counts are of the whole connection."""

    delay: float = 0.0
    cut_request_after: int | None = None
    cut_answer_after: int | None = None
    bytes_per_second: int | None = None
    answer: bytes | None = None
    repeat: bool = False
    refuse: bool = False
    hold: bool = False
    """Pass an answer on only when it is whole, as a proxy does that looks into everything."""
    on_request: Callable[[], None] | None = None
    """Called whenever bytes of a request have been passed on."""
    on_answer: Callable[[], None] | None = None
    """Called whenever bytes of an answer have come, before they are passed on."""
    on_cut: Callable[[], None] | None = None
    """Called when the line is cut."""


class FaultProxy:
    """Stands on a port of its own before the office at `target`; each new connection gets the next fault."""

    def __init__(self, target: int, fault: Callable[[], Fault] = Fault) -> None:
        self.target = target
        self.fault = fault
        self.connections = 0
        self.sent = [0, 0]
        """Bytes that the last connection carried, to the office and back."""
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fault proxy")
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where laptops think the office is."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._server.close()
        self._ended.set()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.connections += 1
        self.sent = [0, 0]
        with contextlib.suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            await self._pass(self.fault(), reader, writer)
        _abort(writer)

    async def _pass(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if fault.refuse:
            return
        await asyncio.sleep(fault.delay)
        if fault.answer is not None:
            await reader.read(PIECE)
            writer.write(fault.answer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        seen = bytearray()
        try:
            up, down = fault.cut_request_after, fault.cut_answer_after
            ways = [
                asyncio.create_task(_pump(reader, up_writer, up, fault, fault.on_request, self.sent, seen)),
                asyncio.create_task(_pump(up_reader, writer, down, fault, fault.on_answer, self.sent)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            _abort(up_writer)
        if fault.repeat:
            await self._repeat(bytes(seen))

    async def _repeat(self, request: bytes) -> None:
        """Send once more what this connection sent, as a confused box does; nobody hears the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        writer.write(request)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(reader.read(PIECE), 1.0)
        _abort(writer)


async def _pump(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    cut_after: int | None,
    fault: Fault,
    told: Callable[[], None] | None,
    sent: list[int],
    seen: bytearray | None = None,
) -> None:
    passed = 0
    if fault.hold and seen is None:
        reader = await _whole(reader)
    while piece := await reader.read(PIECE):
        sent[seen is None] += len(piece)
        if told is not None and seen is None:
            told()
        if cut_after is not None and passed + len(piece) > cut_after:
            writer.write(piece[: cut_after - passed])
            await writer.drain()
            if fault.on_cut is not None:
                fault.on_cut()
            return
        writer.write(piece)
        await writer.drain()
        if seen is not None:
            seen += piece
            if told is not None:
                told()
        passed += len(piece)
        if fault.bytes_per_second:
            await asyncio.sleep(len(piece) / fault.bytes_per_second)


async def _whole(reader: asyncio.StreamReader) -> asyncio.StreamReader:
    """One answer, once all of it has come."""
    held = bytearray()
    while not _is_whole(held):
        piece = await reader.read(PIECE)
        if not piece:
            break
        held += piece
    answer = asyncio.StreamReader()
    answer.feed_data(bytes(held))
    answer.feed_eof()
    return answer


def _is_whole(answer: bytearray) -> bool:
    head, end, body = bytes(answer).partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if not end:
        return False
    return len(body) >= int(lengths[0].partition(b":")[2]) if lengths else body.endswith(b"0\r\n\r\n")


def _abort(writer: asyncio.StreamWriter) -> None:
    transport = writer.transport
    if isinstance(transport, asyncio.Transport):
        transport.abort()
