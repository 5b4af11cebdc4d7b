"""How far first copies came: the mark after each page, and streams of which a page was cut short."""

from collections.abc import Callable

from sqlalchemy import Connection

from desktop.models.changes import read_local, write_local

_KEY = "partly"
MIXED = "?"
"""The mask of a copy whose pages hide different columns; no office has it, so all rows come again."""


def begun(connection: Connection, stream: str) -> None:
    """Rows of this stream are here from now on, in the transaction that brings the first of them."""
    write_local(connection, _KEY, sorted({*read_local(connection, _KEY, []), stream}))


def settle(connection: Connection, still: Callable[[str], bool]) -> list[str]:
    """Keep the streams for which `still` holds; returns the others, which are forgotten here."""
    noted = read_local(connection, _KEY, [])
    if noted:
        write_local(connection, _KEY, [stream for stream in noted if still(stream)])
    return [stream for stream in noted if not still(stream)]


def mask(connection: Connection, stream: str, last: str) -> str:
    """The mask of a copy whose newest page came under `last`: MIXED where an earlier one was different."""
    before = connection.exec_driver_sql("SELECT mask FROM sync_mark WHERE stream = ?", (stream,)).scalar()
    return last if before in (None, last) else MIXED


def reached(connection: Connection, stream: str, at: int, after: str, seen: str) -> None:
    """The copy of `stream`, pinned at seq `at`, goes on after the key `after`."""
    connection.exec_driver_sql(
        'INSERT INTO sync_mark (stream, at, "after", mask) VALUES (?, ?, ?, ?) ON CONFLICT (stream)'
        ' DO UPDATE SET at = excluded.at, "after" = excluded."after", mask = excluded.mask',
        (stream, at, after, seen),
    )
