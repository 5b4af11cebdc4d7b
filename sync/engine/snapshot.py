"""A first copy as one encrypted file, where there is much to come: asked for, fetched by ranges, adopted.

Whatever goes wrong with it, the pages bring the same; only where the office cannot be reached at all does the
sync end, and the next one goes on with the bytes that are here.
"""

from collections.abc import Callable
from typing import Final

from desktop.errors import Offline
from sync.engine.actions import Answer, Failure, Report, Send, Tell
from sync.engine.asking import UNREACHABLE, Answered, Portal, Steps, ask
from sync.engine.snapshot_actions import Adopted, AdoptFile, Discard, KeepBytes, Prepare, Prepared
from sync.protocol import codec
from sync.protocol.messages import SNAPSHOT_FILE, FileOffer, FileRequest, Problem
from sync.protocol.versions import SCHEMA

LEAST: Final = 20_000
"""Rows from which on a file is asked for."""
BY_PAGES: Final = 8_000
"""Rows a second that pages bring, made searchable: a file that takes longer is given up."""
_REFUSED: Final = frozenset({"snapshot", "stream", "bad_request", "not_allowed", "too_large"})


def fetch(shape: int, rows: int, report: Report, tell: Callable[[int], Tell]) -> Steps[bool]:
    """Take the first copy of every stream from one file; False where the pages have to bring it.

    `rows` are to come; `tell` says how many seem to be here.
    """
    prepared = yield Prepare()
    if not isinstance(prepared, Prepared):
        raise TypeError(f"the store answered {prepared!r}")
    if not prepared.key:
        return False
    try:
        taken = yield from _take(prepared, shape, rows, report, tell)
    except Answered:
        taken = None
    yield Discard()
    yield from _drop(prepared.key, report)
    if taken is None:
        return False
    report.pulled += taken
    return True


def _take(
    prepared: Prepared, shape: int, rows: int, report: Report, tell: Callable[[int], Tell]
) -> Steps[int | None]:
    patience = rows / BY_PAGES
    yield tell(0)
    offer = yield from _offer(prepared.key, shape, report)
    if offer.state != "ready" or offer.size <= 0:
        return None  # the first pages are here sooner than it would be ready
    have = prepared.have if prepared.have <= offer.size else 0
    seconds, came = 0.0, 0
    while have < offer.size:
        yield tell(rows * have // offer.size)
        answer = yield from _range(f"{SNAPSHOT_FILE}/{prepared.key}?start={have}", report)
        if not 0 < len(answer.body) <= offer.size - have:
            return None
        if (yield KeepBytes(have, answer.body)) is not None:
            return None  # there is no room for it
        have += len(answer.body)
        seconds, came = seconds + answer.seconds, came + len(answer.body)
        if seconds * (offer.size - have) / came > patience:
            return None  # this line is better at pages, which are a tenth of the bytes
    adopted = yield AdoptFile(offer.key, offer.size)
    if not isinstance(adopted, Adopted):
        raise TypeError(f"the store answered {adopted!r}")
    return adopted.rows


def _offer(key: str, shape: int, report: Report) -> Steps[FileOffer]:
    """Where the file stands, asked once: the office holds the question back for a while."""
    body, encoding = codec.pack(FileRequest(key=key, shape=shape, schema=SCHEMA), "zstd")
    return (yield from ask(Send("POST", SNAPSHOT_FILE, body, encoding), FileOffer, report, _REFUSED))


def _range(target: str, report: Report) -> Steps[Answer]:
    """Bytes of the file. Raises Answered where the office does not have it any more."""
    report.requests += 1
    event = yield Send("GET", target)
    if isinstance(event, Failure):
        raise Portal if event.portal else Offline(UNREACHABLE)
    if not isinstance(event, Answer):
        raise TypeError(f"the transport answered {event!r}")
    report.bytes_down += len(event.body)
    if event.status == 200:
        return event
    raise Answered(_problem(event))


def _drop(key: str, report: Report) -> Steps[None]:
    """Tell the office that the file may go; it goes by itself, too."""
    report.requests += 1
    yield Send("DELETE", f"{SNAPSHOT_FILE}/{key}")


def _problem(answer: Answer) -> Problem:
    try:
        return codec.unpack(answer.body, answer.encoding, Problem)
    except codec.BadMessage as error:
        raise Portal from error
