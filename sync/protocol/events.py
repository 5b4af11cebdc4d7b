"""News of streams on the wire: as server-sent events, and the fingerprint of what somebody has already."""

import hashlib
from collections.abc import Mapping
from typing import Final

from desktop.rules.canonical import canonical
from sync.protocol import codec
from sync.protocol.messages import News

KIND: Final = "text/event-stream"
BEAT: Final = b":\n\n"
"""A line that says only that the line is alive."""
LONGEST: Final = 8 * 1024 * 1024
"""Bytes of one event; an honest office sends its streams' names and heads."""


def fingerprint(heads: Mapping[str, int]) -> str:
    """Which streams somebody holds and up to where, in 32 characters."""
    return hashlib.sha256(canonical(sorted(heads.items()))).hexdigest()[:32]


def event(news: News) -> bytes:
    """News as one server-sent event."""
    return b"data: " + codec.encode(news) + b"\n\n"


class Reader:
    """Puts events together from the pieces in which they come."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[News]:
        """The events that this piece completes. Raises BadMessage for what no office says."""
        *whole, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n\n")
        if len(self._rest) > LONGEST:
            raise codec.BadMessage("the event does not end")
        return [news for one in whole if (news := _read(one)) is not None]


def _read(event_text: bytes) -> News | None:
    lines = (line for line in event_text.split(b"\n") if line.startswith(b"data:"))
    data = b"\n".join(line.removeprefix(b"data:").removeprefix(b" ") for line in lines)
    return codec.decode(data, News) if data else None
