"""What each stream brought lately: one row per record with the newest event, under a counter without gaps.

The head rows are the last locks of a writing transaction, taken in ascending order of stream; so whoever
sees a head also sees everything below it, whatever the database and however many write at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from desktop.models.record import RECORDS
from desktop.rules.streams import ORG
from sync.protocol import tiers
from sync.protocol.messages import Cursor, Head, Part, Removal, Snapshot
from sync.protocol.messages import Table as WireTable
from sync.protocol.versions import SCHEMA
from sync.server import masks, wakeups
from sync.server.rows import (
    Shape,
    among,
    bare,
    chunks,
    id_in,
    id_out,
    insert_into,
    is_id,
    named,
    shape,
    upsert,
)
from sync.server.scope import Scope
from sync.server.tables import FEED, FLOOR, HEAD, VERSIONS

PUT: Final = "put"
TOMBSTONE: Final = "tombstone"
UNDONE: Final = "undone"
"""A tombstone of what was made and taken back."""
MOVE: Final = "move"

MOST: Final = 20_000
"""How many rows one page may hold, whatever is asked."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to a record in a stream."""

    stream: str
    type: str
    record: str
    version: int
    flag: str


def publish(conn: Connection, events: Iterable[Event]) -> None:
    """Give each event the next number of its stream. Call it when everything else of the transaction is
    written.
    """
    by_stream: dict[str, dict[tuple[str, str], Event]] = {}
    for event in events:
        by_stream.setdefault(event.stream, {})[event.type, event.record] = event
    key = id_in(conn.dialect.name)
    rows: list[dict[str, Any]] = []
    for stream in sorted(by_stream):
        news = by_stream[stream].values()
        head = _advance(conn, stream, len(news))
        wakeups.note(conn, {stream: head})
        first = head - len(news) + 1
        for seq, event in enumerate(news, first):
            rows.append(
                {
                    "stream": stream,
                    "type": event.type,
                    "record": key(event.record),
                    "seq": seq,
                    "version": event.version,
                    "flag": event.flag,
                }
            )
    upsert(conn, FEED, rows)


def _advance(conn: Connection, stream: str, count: int) -> int:
    """Lock the head of `stream` and move it on; returns the new head."""
    return int(conn.execute(_advanced(conn.dialect.name), {"stream": stream, "seq": count}).scalar_one())


@cache
def _advanced(dialect: str) -> Any:
    statement = insert_into(dialect, HEAD)
    return statement.on_conflict_do_update(
        index_elements=[HEAD.c.stream], set_={"seq": HEAD.c.seq + statement.excluded.seq}
    ).returning(HEAD.c.seq)


# ---------------------------------------------------------------- pages of what changed


def heads_of(
    conn: Connection, scope: Scope, known: Mapping[str, int], cursors: Iterable[Cursor]
) -> list[Head]:
    """The streams of a person as the protocol names them; with the number of rows of new ones."""
    counts: dict[str, int] = {}
    held = {cursor.stream for cursor in cursors}
    new = [stream for stream, seq in known.items() if seq and stream not in held]
    if new:
        query = (
            select(FEED.c.stream, func.count())
            .where(FEED.c.stream.in_(new), FEED.c.flag == PUT, scope.predicate(FEED))
            .group_by(FEED.c.stream)
        )
        counts = {row[0]: row[1] for row in conn.execute(query)}
    return [Head(stream, seq, scope.mask.name, counts.get(stream, 0)) for stream, seq in known.items()]


def parts(
    conn: Connection, scope: Scope, known: Mapping[str, int], cursors: Iterable[Cursor], limit: int
) -> list[Part]:
    """What the streams of `cursors` brought since: about `limit` rows, the newest state of each record only.

    `known` are the heads of this person's streams, read in the same transaction.
    """
    left = max(1, min(limit, MOST))
    found: list[Part] = []
    for cursor in sorted(cursors, key=lambda one: (one.stream != ORG, one.stream)):
        head = known.get(cursor.stream)
        known_as_is = (cursor.schema, cursor.mask) == (SCHEMA, scope.mask.name)
        start = cursor.seq if known_as_is else 0
        if head is None or not scope.may_read(cursor.stream) or left <= 0:
            continue
        if start >= head and known_as_is:  # where nothing ever was, another mask is told all the same
            continue
        part, rows = _part(conn, scope, cursor, start, head, left)
        found.append(part)
        left -= rows
    return found


def _part(
    conn: Connection, scope: Scope, cursor: Cursor, start: int, head: int, limit: int
) -> tuple[Part, int]:
    asked = {"of": cursor.stream, "start": start, "most": limit + 1}
    events = conn.execute(_events(scope.predicate(bare(FEED))), asked).all()
    more = len(events) > limit
    events = events[:limit]
    show_id = id_out(conn.dialect.name)
    shown: dict[str, list[Any]] = {}
    gone: dict[str, list[Any]] = {}
    for event in events:
        if event.flag != PUT:
            gone.setdefault(event.type, []).append(event)
        if event.flag != MOVE:
            shown.setdefault(event.type, []).append(event)
    return Part(
        stream=cursor.stream,
        start=cursor.seq,
        upto=events[-1].seq if more else head,
        more=more,
        mask=scope.mask.name,
        tables={
            name: table(conn, scope, name, [event.record for event in shown[name]])
            for name in RECORDS
            if name in shown
        },
        removals=[
            removal for name in RECORDS if name in gone for removal in _removals(conn, name, gone[name])
        ],
        check=cursor.seq < _floor(conn, cursor.stream),
        undone=[show_id(event.record) for event in events if event.flag == UNDONE],
    ), len(events)


@lru_cache(maxsize=256)
def _events(condition: ColumnElement[bool]) -> Select[Any]:
    """What happened in a stream of a scope, from some event on."""
    feed = bare(FEED)
    return (
        select(feed.c.type, feed.c.record, feed.c.seq, feed.c.version, feed.c.flag)
        .where(feed.c.stream == bindparam("of"), feed.c.seq > bindparam("start"), condition)
        .order_by(feed.c.seq)
        .limit(bindparam("most"))
    )


def _floor(conn: Connection, stream: str) -> int:
    """The seq below which the feed of a stream has forgotten removals."""
    return conn.execute(_FLOOR, {"stream": stream}).scalar_one_or_none() or 0


_FLOOR: Final = select(FLOOR.c.seq).where(FLOOR.c.stream == bindparam("stream"))


def table(conn: Connection, scope: Scope, record_type: str, keys: Sequence[Any]) -> WireTable:
    """The rows with these keys (in the driver's form) as a person may see them, and who changed them when."""
    form = shape(record_type, conn.dialect.name, scope.mask.of(record_type))
    rows: list[list[Any]] = []
    show_id = id_out(conn.dialect.name)
    for part in chunks(keys):
        rows += form.shown(conn.execute(_authored(form, len(part) == 1), named(part)))
    for row in rows:
        row[-2] = show_id(row[-2]) if row[-2] is not None else None
    columns = [*form.columns, "@by", "@at"]
    return WireTable(columns=columns, rows=masks.cut(scope.mask, record_type, columns, rows))


@lru_cache(maxsize=256)
def _authored(form: Shape, single: bool) -> Select[Any]:
    """The rows of a shape with these ids, or a `single` one, and who changed them when."""
    versions = bare(VERSIONS)
    joined = form.table.outerjoin(versions, versions.c.record == form.table.c.id)
    query = form.select().add_columns(versions.c.user, versions.c.at).select_from(joined)
    return query.where(among(form.table.c.id, single))


def _removals(conn: Connection, record_type: str, events: Sequence[Any]) -> list[Removal]:
    show_id = id_out(conn.dialect.name)
    form = shape(record_type, conn.dialect.name)
    deleted = {
        row.id: row.deleted_at
        for part in chunks([event.record for event in events if event.flag != MOVE])
        for row in conn.execute(
            select(form.table.c.id, form.table.c.deleted_at).where(form.table.c.id.in_(part))
        )
    }
    return [
        Removal(
            MOVE if event.flag == MOVE else TOMBSTONE,
            record_type,
            show_id(event.record),
            event.version,
            deleted.get(event.record),
        )
        for event in events
    ]


# ---------------------------------------------------------------- the first sync of a stream


def snapshot(conn: Connection, scope: Scope, stream: str, at: int | None, after: str, limit: int) -> Snapshot:
    """One page of a stream in key order; `after` is the `next` of the page before.

    Raises ValueError for a key that this server did not give.
    """
    head = conn.execute(_HEAD, {"stream": stream}).scalar_one_or_none() or 0
    left = max(1, min(limit, MOST))
    names = sorted(RECORDS, key=tiers.place)
    name, _, last = after.partition(".")
    if after and (name not in RECORDS or not is_id(last)):
        raise ValueError("the key of a snapshot page is not one of ours")
    total = 0
    if after:
        names = names[names.index(name) :]
    else:
        counts = {row[0]: row[1] for row in conn.execute(_COUNTS, {"stream": stream})}
        total = sum(counts.values())
        names = [one for one in names if one in counts]
    tables: dict[str, WireTable] = {}
    following: str | None = None
    for record_type in names:
        found = _snapshot_rows(conn, scope, stream, record_type, last if record_type == name else "", left)
        if found.rows:
            tables[record_type] = found
            left -= len(found.rows)
        if left <= 0:
            following = f"{record_type}.{found.rows[-1][0]}"
            break
    return Snapshot(
        stream=stream,
        at=head if at is None else at,
        next=following,
        mask=scope.mask.name,
        total=total,
        tables=tables,
    )


_HEAD: Final = select(HEAD.c.seq).where(HEAD.c.stream == bindparam("stream"))
_COUNTS: Final = (
    select(FEED.c.type, func.count())
    .where(FEED.c.stream == bindparam("stream"), FEED.c.flag == PUT)
    .group_by(FEED.c.type)
)


@lru_cache(maxsize=512)
def _page(form: Shape, condition: ColumnElement[bool], further: bool) -> Select[Any]:
    """The rows of a type in a stream of a scope: from the first on, or `further` after some record."""
    feed, history = bare(FEED), tiers.is_history(form.type)
    query = (
        form.select()
        .select_from(feed.join(form.table, form.table.c.id == feed.c.record))
        .where(
            feed.c.stream == bindparam("of"),
            feed.c.type == form.type,
            feed.c.flag == PUT,
            condition,
        )
        .order_by(feed.c.record.desc() if history else feed.c.record)
        .limit(bindparam("most"))
    )
    if not further:
        return query
    after: Any = bindparam("after")  # ids begin with the time: of history the newest come first
    return query.where(feed.c.record < after if history else feed.c.record > after)


def _snapshot_rows(
    conn: Connection, scope: Scope, stream: str, record_type: str, after: str, limit: int
) -> WireTable:
    form = shape(record_type, conn.dialect.name, scope.mask.of(record_type))
    asked: dict[str, Any] = {"of": stream, "most": limit}
    if after:
        asked["after"] = form.key(after)
    rows = form.shown(conn.execute(_page(form, scope.predicate(bare(FEED)), bool(after)), asked))
    return WireTable(columns=list(form.columns), rows=masks.cut(scope.mask, record_type, form.columns, rows))
