"""Streams of which a page of the first copy was cut short: rows are here, and no mark or cursor says so."""

from collections.abc import Callable

from sqlalchemy import Connection

from desktop.models.changes import read_local, write_local

_KEY = "partly"


def begun(connection: Connection, stream: str) -> None:
    """Rows of this stream are here from now on, in the transaction that brings the first of them."""
    write_local(connection, _KEY, sorted({*read_local(connection, _KEY, []), stream}))


def settle(connection: Connection, still: Callable[[str], bool]) -> list[str]:
    """Keep the streams for which `still` holds; returns the others, which are forgotten here."""
    noted = read_local(connection, _KEY, [])
    if noted:
        write_local(connection, _KEY, [stream for stream in noted if still(stream)])
    return [stream for stream in noted if not still(stream)]
