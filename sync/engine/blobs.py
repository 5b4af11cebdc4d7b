"""The bytes of files after the rows: what goes up, what comes down, what may leave, piece by piece.

A coroutine like the rest of the engine. Each piece is durable on its side before the next one is asked for,
so a run may end anywhere; the next one asks the office which pieces it has and goes on there.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from desktop.errors import Offline
from desktop.rules import attachments as rules
from sync.engine.actions import Answer, Failure, Send, Tell
from sync.engine.asking import NONSENSE, PORTAL, UNREACHABLE, meaning
from sync.protocol import codec, messages
from sync.protocol.messages import Problem

T = TypeVar("T")

MOST_LOOKS: Final = 1000
"""How often one run looks for more work: each look without new work ends it, so this bounds a defect."""
_WITHOUT_BODY: Final = {401: "unknown_device", 403: "not_allowed", 404: "blob", 409: "sequence"}
"""What a refusal means where the answer has no body (HEAD)."""
_LATER: Final = frozenset({"blob", "not_allowed", "piece", "hash", "too_large"})
"""Refusals of one file, after which the others go on."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that waits for the office: to go up, to come down, or to leave this laptop."""

    way: Literal["up", "down", "drop"]
    sha256: str
    size: int
    purpose: str = ""
    at: int = 0
    wanted: bool = False
    have: frozenset[int] = frozenset()
    """The pieces that are here."""

    @property
    def target(self) -> str:
        """Its address at the office."""
        return f"{messages.BLOBS}{self.sha256}"


@dataclass(frozen=True, slots=True)
class Look:
    """Which files wait now?"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """These files wait, in no order."""

    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Take:
    """Read a piece."""

    sha256: str
    n: int


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of a piece; None: they are spoilt."""

    data: bytes | None


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a piece that came."""

    sha256: str
    size: int
    n: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of it: `more` are missing, the file is `whole`, or `wrong`: its hash does not fit."""

    outcome: Literal["more", "whole", "wrong"]


@dataclass(frozen=True, slots=True)
class Sent:
    """The office has these pieces, or the whole file."""

    sha256: str
    have: frozenset[int]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing to be done for this file now; look at it again after a while."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Drop:
    """The office has it: the copy here may go."""

    sha256: str


Action = Look | Take | Keep | Sent | Later | Drop | Send | Tell
Event = Waiting | Piece | Kept | Answer | Failure | None
Steps = Generator[Action, Event, T]


@dataclass(slots=True)
class FileReport:
    """What one run did; `waiting` files are left for another one."""

    requests: int = 0
    sent: int = 0
    fetched: int = 0
    dropped: int = 0
    waiting: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


def in_order(files: Iterable[File], *, metered: bool = False) -> list[File]:
    """What travels, first things first; over a metered link only what was signed, was sealed here, or a
    person asked for.

    What may leave the laptop is looked at last.
    """

    def key(file: File) -> tuple[bool, int, int, int]:
        return file.way == "drop", *rules.urgency(file.purpose, file.size, file.at, wanted=file.wanted)

    def may(file: File) -> bool:
        return file.wanted or file.purpose in (rules.KEPT if file.way == "up" else rules.FIRST)

    return sorted((file for file in files if not metered or may(file)), key=key)


def carry(*, metered: bool = False) -> Steps[FileReport]:
    """Carry every file that waits, in order; ends when a look brings nothing new.

    Raises Offline where the office cannot be reached, and what it says to a laptop that it does not know.
    """
    report = FileReport()
    tried: set[tuple[str, str]] = set()
    for _ in range(MOST_LOOKS):
        found = yield from _look()
        fresh = [file for file in in_order(found, metered=metered) if (file.way, file.sha256) not in tried]
        report.waiting = len(found) - len(fresh)
        if not fresh:
            return report
        total = sum(file.size for file in fresh if file.way != "drop")
        done = 0
        for file in fresh:
            tried.add((file.way, file.sha256))
            yield Tell("receiving" if file.way == "down" else "sending", done, total)
            yield from _WAYS[file.way](file, report)
            done += file.size if file.way != "drop" else 0
    raise Offline(NONSENSE)


def _look() -> Steps[tuple[File, ...]]:
    event = yield Look()
    if not isinstance(event, Waiting):
        raise TypeError(f"the store answered {event!r}")
    return event.files


# ---------------------------------------------------------------- one file


def _up(file: File, report: FileReport) -> Steps[None]:
    """Send what the office lacks. It says itself what that is: an answer that was lost repeats no piece."""
    have = yield from _ask_what_is_there(file, report)
    if have is None:
        yield Later(file.sha256)
        return
    missing = [n for n in range(rules.pieces(file.size)) if n not in have.have]
    if not have.whole:  # all pieces and not whole: the last one makes the office count again
        for n in missing or [rules.pieces(file.size) - 1]:
            have = yield from _put(file, n, report)
            if have is None:
                yield Later(file.sha256)
                return
    if have.whole:
        report.sent += 1
    else:
        yield Later(file.sha256)


def _ask_what_is_there(file: File, report: FileReport) -> Steps[Sent | None]:
    answer = yield from _request(Send("HEAD", f"{file.target}?size={file.size}"), report)
    if answer is None:
        return None
    found = _facts(file, answer)
    yield found
    return found


def _put(file: File, n: int, report: FileReport) -> Steps[Sent | None]:
    event = yield Take(file.sha256, n)
    if not isinstance(event, Piece):
        raise TypeError(f"the store answered {event!r}")
    if event.data is None:
        return None
    answer = yield from _request(Send("PUT", f"{file.target}/{n}?size={file.size}", event.data), report)
    found = _facts(file, answer) if answer is not None else None
    yield found or Sent(file.sha256, frozenset())
    return found


def _down(file: File, report: FileReport) -> Steps[None]:
    """Fetch what is missing here; a file that the office does not have yet is asked for again later."""
    for n in range(rules.pieces(file.size)):
        if n in file.have:
            continue
        answer = yield from _request(Send("GET", f"{file.target}/{n}"), report)
        if answer is None or not _fits(file, n, answer):
            break
        event = yield Keep(file.sha256, file.size, n, answer.body)
        if not isinstance(event, Kept):
            raise TypeError(f"the store answered {event!r}")
        if event.outcome == "whole":
            report.fetched += 1
            return
        if event.outcome == "wrong":
            break
    yield Later(file.sha256)


def _drop(file: File, report: FileReport) -> Steps[None]:
    """Let a copy go only when the office says now that it has the whole file; else it is sent again."""
    have = yield from _ask_what_is_there(file, report)
    if have is not None and have.whole:
        yield Drop(file.sha256)
        report.dropped += 1
    elif have is None:
        yield Sent(file.sha256, frozenset())
        yield Later(file.sha256)


_WAYS: Final = {"up": _up, "down": _down, "drop": _drop}


# ---------------------------------------------------------------- one request


def _request(send: Send, report: FileReport) -> Steps[Answer | None]:
    """The answer to one request; None where the office refuses this file. Raises what ends the run."""
    report.requests += 1
    report.bytes_up += len(send.body)
    event = yield send
    if isinstance(event, Failure):
        raise Offline(PORTAL if event.portal else UNREACHABLE)
    if not isinstance(event, Answer):
        raise TypeError(f"the transport answered {event!r}")
    report.bytes_down += len(event.body)
    if event.status == 200:
        return event
    problem = _problem(event)
    if problem.code in _LATER:
        return None
    raise meaning(event, problem)


def _problem(answer: Answer) -> Problem:
    if not answer.body:
        return Problem(code=_WITHOUT_BODY.get(answer.status, "busy"), en="")
    try:
        return codec.unpack(answer.body, answer.encoding, Problem)
    except codec.BadMessage as error:
        raise Offline(PORTAL) from error


def _facts(file: File, answer: Answer) -> Sent:
    """What the office says it has. Raises Offline for an answer that is not its own."""
    headers = answer.headers
    try:
        whole = {"0": False, "1": True}[headers[messages.WHOLE_HEADER.lower()]]
        have = rules.from_bits(headers[messages.PIECES_HEADER.lower()], rules.pieces(file.size))
    except (KeyError, ValueError) as error:
        raise Offline(PORTAL) from error
    return Sent(file.sha256, have, whole)


def _fits(file: File, n: int, answer: Answer) -> bool:
    said = answer.headers.get(messages.PIECE_HEADER.lower())
    return len(answer.body) == rules.piece_size(file.size, n) and rules.hash_of(answer.body) == said
