"""Blocks of document numbers lent to laptops, so that a quote issued offline has a number of its own."""

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from desktop.errors import Refused
from desktop.models.numbers import CONTRACT, ORDER, QUOTE, REQUEST
from desktop.rules.numbering import parse_number
from sync.protocol.messages import Lease
from sync.server.tables import DEVICE, LEASE, SERIES

BLOCK: Final = 50
"""How many numbers a laptop gets at a time; it asks again when 20 are left."""

MOST: Final = 20
"""How many series one request can ask for."""

FIRST_SERIES: Final = (QUOTE, CONTRACT, ORDER, REQUEST)
"""What a new laptop gets a block of at once."""

_SERIES: Final = re.compile(r"[A-Z]{1,4}")


def lend(conn: Connection, device: str, wants: Iterable[str], now: int) -> list[Lease]:
    """A block of each series wanted; what is no series is passed over."""
    series = sorted({name for name in wants if _SERIES.fullmatch(name)})[:MOST]
    return [_block(conn, device, name, now) for name in series]


def is_foreign(conn: Connection, number: str, user: str) -> bool:
    """Whether a document number was given to a laptop of somebody else than `user`.

    What is no number of ours, or comes from a laptop that the office does not know, is nobody's.
    """
    try:
        read = parse_number(number)
    except Refused:
        return False
    if read.device:
        owners = select(DEVICE.c.user).where(DEVICE.c.code == read.device)
    else:
        owners = select(DEVICE.c.user).where(
            DEVICE.c.id == LEASE.c.device,
            LEASE.c.series == read.series,
            LEASE.c.first <= read.count,
            LEASE.c.last >= read.count,
        )
    return any(owner.hex != user for owner in conn.execute(owners).scalars())


def _block(conn: Connection, device: str, series: str, now: int) -> Lease:
    """The next numbers of `series`.

    A block is never lent twice, not even after the laptop is gone.
    """
    first = conn.execute(
        select(SERIES.c.next).where(SERIES.c.series == series).with_for_update()
    ).scalar_one_or_none()
    if first is None:
        first = 1
        conn.execute(insert(SERIES), {"series": series, "next": 1 + BLOCK})
    else:
        conn.execute(update(SERIES).where(SERIES.c.series == series).values(next=first + BLOCK))
    block = {
        "series": series,
        "first": first,
        "last": first + BLOCK - 1,
        "device": UUID(hex=device),
        "at": now,
    }
    conn.execute(insert(LEASE), block)
    return Lease(series, first, first + BLOCK - 1)
