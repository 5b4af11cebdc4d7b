"""How long the office remembers what left a stream: 400 days. A laptop that was away longer compares instead.

Dropped are the feed's rows of records that were deleted or moved; the records themselves stay.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, select

from sync.server import feed
from sync.server.rows import bare, insert_into
from sync.server.tables import FEED, FLOOR, HEAD, VERSIONS

KEPT: Final = 400 * 24 * 60 * 60 * 1000
"""Milliseconds for which a removal is remembered, from the record's last change on."""
MOST: Final = 5000
"""Removals dropped in one transaction."""


def streams(conn: Connection) -> list[str]:
    """Every stream there is."""
    return list(conn.execute(select(HEAD.c.stream).order_by(HEAD.c.stream)).scalars())


def drop(conn: Connection, stream: str, now: int) -> int:
    """Forget some removals of a stream that are old enough; returns how many (MOST: there may be more)."""
    events, versions = bare(FEED), bare(VERSIONS)
    old = conn.execute(
        select(events.c.type, events.c.record, events.c.seq)
        .join(versions, versions.c.record == events.c.record)
        .where(events.c.stream == stream, events.c.flag != feed.PUT, versions.c.at < now - KEPT)
        .limit(MOST)
    ).all()
    if not old:
        return 0
    one = delete(events).where(
        events.c.stream == stream,
        events.c.type == bindparam("of"),
        events.c.record == bindparam("this"),
        events.c.seq == bindparam("at"),
    )
    conn.execute(one, [{"of": row.type, "this": row.record, "at": row.seq} for row in old])
    _raise(conn, stream, max(row.seq for row in old))
    return len(old)


def _raise(conn: Connection, stream: str, seq: int) -> None:
    """From below `seq` on the feed of a stream no longer tells everything that left."""
    dialect = conn.dialect.name
    statement = insert_into(dialect, FLOOR).values(stream=stream, seq=seq)
    greatest = func.greatest if dialect == "postgresql" else func.max
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=[FLOOR.c.stream], set_={"seq": greatest(FLOOR.c.seq, statement.excluded.seq)}
        )
    )
