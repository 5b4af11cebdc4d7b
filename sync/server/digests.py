"""What a stream holds as sums, as lists and row by row: a laptop finds what differs and gets only that."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from desktop.models.record import RECORDS
from desktop.rules.digests import MODULUS, Sums, Tally, bucket, row_hash
from sync.protocol.messages import DigestRequest, DigestResponse, DigestRow, RowsRequest, RowsResponse
from sync.protocol.messages import Table as WireTable
from sync.server import feed, stubs
from sync.server.rows import bare, id_out, is_id, shape
from sync.server.scope import Scope
from sync.server.tables import FEED, HEAD

KEPT: Final = 64
"""Streams whose sums are remembered: they hold until the stream's next change."""
MOST_ROWS: Final = 5000
"""Records that one request may name."""


_EVENTS: Final = bare(FEED)
_LIVING: Final = (
    select(_EVENTS.c.type, _EVENTS.c.record, _EVENTS.c.version)
    .where(_EVENTS.c.stream == bindparam("stream"), _EVENTS.c.flag == feed.PUT)
    .order_by(_EVENTS.c.type)
    .execution_options(yield_per=5000)
)
"""The living records of a stream, in the order of its primary key: one question for all types."""
_HEAD: Final = select(HEAD.c.seq).where(HEAD.c.stream == bindparam("stream"))
_OF_TYPES: Final = _LIVING.where(_EVENTS.c.type.in_(bindparam("types", expanding=True)))


class Digests:
    """The sums of streams, worked out when first asked for at a head."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, Sums]] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, conn: Connection, wish: DigestRequest) -> DigestResponse:
        """The digest of a stream that the asker may read."""
        head = conn.execute(_HEAD, {"stream": wish.stream}).scalar_one_or_none() or 0
        if wish.within:
            listed = _listed(conn, wish.stream, wish.within)
            return DigestResponse(stream=wish.stream, seq=head, records=listed, by="last")
        last = wish.by == "last"
        sums = self._sums(conn, wish.stream, head) if last else _by_first_byte(conn, wish.stream)
        rows = [
            DigestRow(kind, prefix, count, f"{total:016x}")
            for (kind, prefix), (count, total) in sorted(sums.items())
            if not wish.types or kind in wish.types
        ]
        return DigestResponse(stream=wish.stream, seq=head, rows=rows, by=wish.by)

    def _sums(self, conn: Connection, stream: str, head: int) -> Sums:
        with self._lock:
            known = self._known.get(stream)
            if known is not None and known[0] == head:
                self._known.move_to_end(stream)
                return known[1]
        tally = Tally()
        for kind, records in _living(conn, stream):
            tally.add(kind, records)
        with self._lock:
            self._known[stream] = (head, tally.sums)
            self._known.move_to_end(stream)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return tally.sums


def _living(
    conn: Connection, stream: str, types: Collection[str] = ()
) -> Iterable[tuple[str, list[tuple[str, int]]]]:
    """The living records of a stream by type: (id, version)."""
    show_id = id_out(conn.dialect.name)
    query = _OF_TYPES if types else _LIVING
    chosen = {"types": list(types)} if types else {}
    found = conn.execute(query, {"stream": stream, **chosen})
    for kind, records in groupby(found, itemgetter(0)):
        if kind in RECORDS:
            yield kind, [(show_id(record), version) for _, record, version in records]


def _by_first_byte(conn: Connection, stream: str) -> Sums:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for kind, records in _living(conn, stream):
        for record, version in records:
            count, total = sums.get((kind, record[:2]), (0, 0))
            sums[kind, record[:2]] = (count + 1, (total + row_hash(kind, record, version)) % MODULUS)
    return sums


def _listed(
    conn: Connection, stream: str, within: Sequence[tuple[str, str]]
) -> dict[str, list[tuple[str, int]]]:
    wanted: dict[str, set[str]] = {}
    for kind, place in within:
        if kind in RECORDS:
            wanted.setdefault(kind, set()).add(place)
    if not wanted:
        return {}
    return {
        kind: [(record, version) for record, version in records if bucket(record) in wanted[kind]]
        for kind, records in _living(conn, stream, wanted)
        if records
    }


def rows(conn: Connection, scope: Scope, wish: RowsRequest) -> RowsResponse:
    """The rows of these records, as far as they live in a stream that the asker may read.

    Raises ValueError for more than one request may name.
    """
    if sum(map(len, wish.records.values())) > MOST_ROWS:
        raise ValueError("too many records at once")
    tables = {
        kind: found
        for kind, ids in wish.records.items()
        if kind in RECORDS and (found := _rows(conn, scope, wish.stream, kind, ids)).rows
    }
    return RowsResponse(
        stream=wish.stream, mask=scope.mask.name, tables=tables, stubs=stubs.of_tables(conn, scope, [tables])
    )


def _rows(conn: Connection, scope: Scope, stream: str, kind: str, ids: Sequence[str]) -> WireTable:
    events = bare(FEED)
    key = shape(kind, conn.dialect.name).key
    keys = [key(record) for record in ids if is_id(record)]
    alive: Sequence[Any] = (
        conn.execute(
            select(events.c.record).where(
                events.c.stream == stream,
                events.c.type == kind,
                events.c.record.in_(keys),
                events.c.flag == feed.PUT,
                scope.predicate(events),
            )
        )
        .scalars()
        .all()
    )
    return feed.table(conn, scope, kind, alive)
