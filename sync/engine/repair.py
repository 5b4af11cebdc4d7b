"""Comparing what is held here with the office, stream by stream, and fetching only the records that differ.

Done at rest, once a day for each stream. A stream that moves meanwhile is left to the next sync.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from desktop.errors import Offline
from desktop.rules.digests import Sums, differing
from sync.engine.actions import (
    Checked,
    Gone,
    Held,
    ListHeld,
    Listing,
    Mend,
    Report,
    Send,
    Summaries,
    Summarise,
    Tell,
)
from sync.engine.asking import NONSENSE, Answered, Steps, ask
from sync.protocol import codec, messages
from sync.protocol.messages import DigestRequest, DigestResponse, RowsRequest, RowsResponse
from sync.protocol.versions import SCHEMA

T = TypeVar("T")

SOME: Final = 2000
"""Records asked for, or let go, in one step."""
_KNOWN: Final = frozenset({"stream"})

Versions = Mapping[str, Mapping[str, int]]
"""Record type → id → version."""


@dataclass(slots=True)
class Difference:
    """What is to be done so that one stream is the same on both sides; ids by type."""

    fetch: list[tuple[str, str]]
    gone: list[Gone]

    def __len__(self) -> int:
        return len(self.fetch) + len(self.gone)


def compare(streams: Sequence[str], report: Report) -> Steps[None]:
    """Compare these streams, which stand at their heads, and mend what differs."""
    event = yield Summarise(tuple(streams))
    if not isinstance(event, Summaries):
        raise TypeError(f"the store answered {event!r}")
    for stream, held in event.held.items():
        if held.schema == SCHEMA:
            try:
                yield from _stream(stream, held, report)
            except Answered:
                continue  # no longer for this laptop: the next sync learns it


def _stream(stream: str, held: Held, report: Report) -> Steps[None]:
    theirs = yield from _sums(stream, (), report)
    if theirs.by == "last":
        if theirs.seq != held.seq:
            return
        different = differing(held.sums, _of(theirs))
        if different:
            yield Tell("repairing")
            listing = yield from _listing(stream, held.seq, different, report)
            if listing is None:
                return
            yield from _mend(stream, listing, report)
    yield Checked(stream)


def _sums(stream: str, within: Sequence[tuple[str, str]], report: Report) -> Steps[DigestResponse]:
    request = DigestRequest(stream=stream, by="last", within=list(within))
    body, encoding = codec.pack(request, "zstd")
    return (yield from ask(Send("POST", messages.DIGEST, body, encoding), DigestResponse, report, _KNOWN))


def _of(response: DigestResponse) -> Sums:
    try:
        return {(row.type, row.prefix): (row.count, int(row.digest, 16)) for row in response.rows}
    except ValueError as error:
        raise Offline(NONSENSE) from error


def _listing(
    stream: str, seq: int, different: Sequence[tuple[str, str]], report: Report
) -> Steps[Difference | None]:
    """The records of the buckets that differ, compared one by one; None where the stream has moved."""
    theirs = yield from _sums(stream, different, report)
    event = yield ListHeld(stream, tuple(different))
    if not isinstance(event, Listing):
        raise TypeError(f"the store answered {event!r}")
    if theirs.seq != seq or event.seq != seq:
        return None
    return difference(event.held, {kind: dict(records) for kind, records in theirs.records.items()})


def difference(mine: Versions, theirs: Versions) -> Difference:
    """What is missing or old here, and what the office does not have. A newer record here stays."""
    fetch = [
        (kind, record)
        for kind, records in theirs.items()
        for record, version in records.items()
        if mine.get(kind, {}).get(record, 0) < version
    ]
    gone = [
        Gone(kind, record, version)
        for kind, records in mine.items()
        for record, version in records.items()
        if record not in theirs.get(kind, {})
    ]
    return Difference(fetch, gone)


def _mend(stream: str, found: Difference, report: Report) -> Steps[None]:
    for some in _some(found.fetch):
        wanted: dict[str, list[str]] = {}
        for kind, record in some:
            wanted.setdefault(kind, []).append(record)
        body, encoding = codec.pack(RowsRequest(stream=stream, records=wanted), "zstd")
        rows = yield from ask(Send("POST", messages.ROWS, body, encoding), RowsResponse, report, _KNOWN)
        yield Mend(stream, rows=rows)
    for some_gone in _some(found.gone):
        yield Mend(stream, gone=tuple(some_gone))
    report.repaired += len(found)


def _some(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, SOME)):
        yield some
