"""The line that moves on a terminal while a sync runs: what it does, how far it is, how long it takes yet."""

import sys
import time
from typing import Final, TextIO

from desktop.words import Message, msg
from sync.engine.actions import Tell
from sync.engine.pace import Speed

PAUSE: Final = 0.1
"""Seconds between two looks of the line."""
CLEAR: Final = "\r\x1b[K"
DOING: Final = {
    "sending": msg("Sending"),
    "receiving": msg("Receiving"),
    "indexing": msg("Making searchable"),
    "files": msg("Files"),
}


class Line:
    """Takes what a sync tells; silent where nobody watches."""

    def __init__(self, language: str, out: TextIO = sys.stderr) -> None:
        self._language, self._out = language, out
        self._watched = out.isatty()
        self._speed = Speed()
        self._next = 0.0
        self._usable = True

    def tell(self, told: Tell) -> None:
        """Show it, at most ten times a second."""
        now = time.monotonic()
        left = self._speed.left(now, told.state, told.done, told.total)
        if not self._watched or (now < self._next and told.usable == self._usable):
            return
        self._next, self._usable = now + PAUSE, told.usable
        words = " · ".join(part.in_language(self._language) for part in _parts(told, left))
        self._out.write(CLEAR + words)
        self._out.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._watched:
            self._out.write(CLEAR)
            self._out.flush()


def _parts(told: Tell, left: float | None) -> list[Message]:
    parts = [DOING.get(told.state, msg("Synchronising"))]
    if told.total:
        parts.append(msg("{done} of {total}").of(done=f"{told.done:,}", total=f"{told.total:,}"))
    elif told.done:
        parts.append(msg("{done} records").of(done=f"{told.done:,}"))
    if told.bytes:
        parts.append(msg("{size} MB").of(size=f"{told.bytes / 1_048_576:.1f}"))
    if left is not None:
        parts.append(msg("{count} s left").of(count=int(left) + 1))
    if told.first and told.usable:
        parts.append(msg("you can begin to work"))
    return parts
