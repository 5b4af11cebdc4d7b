"""Blocks of document numbers lent to laptops, so that a quote issued offline has a number nobody else uses."""

import re
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from sync.server.tables import LEASE, SERIES

BLOCK: Final = 50
"""How many numbers a laptop gets at a time; it asks again when 20 are left."""

MOST: Final = 500
"""How many one request can lend."""

_SERIES: Final = re.compile(r"[A-Z]{1,6}-\d{2}")


def lend(conn: Connection, device: str, series: str, count: int, now: int) -> tuple[int, int] | None:
    """The next `count` numbers of `series` as (first, last), or None if that is not a series.

    A block is never lent twice, not even after the laptop is gone.
    """
    if not _SERIES.fullmatch(series):
        return None
    count = max(1, min(count, MOST))
    first = conn.execute(
        select(SERIES.c.next).where(SERIES.c.series == series).with_for_update()
    ).scalar_one_or_none()
    if first is None:
        first = 1
        conn.execute(insert(SERIES), {"series": series, "next": 1 + count})
    else:
        conn.execute(update(SERIES).where(SERIES.c.series == series).values(next=first + count))
    block = {
        "series": series,
        "first": first,
        "last": first + count - 1,
        "device": UUID(hex=device),
        "at": now,
    }
    conn.execute(insert(LEASE), block)
    return first, first + count - 1
