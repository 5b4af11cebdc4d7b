"""Numbers of documents on this laptop: blocks leased by the office first, then the device's own series.

A number that was handed out never comes back: undo, restore and a new device id leave gaps, which are listed.
"""

from typing import Final

from sqlalchemy import Column, Connection, Integer, String, Table

from desktop.models.changes import read_local
from desktop.models.record import Base
from desktop.rules.numbering import DocumentNumber, early_code

number_own = Table(
    "number_own",
    Base.metadata,
    Column("device", String(8), primary_key=True),
    Column("series", String(4), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("used", Integer, nullable=False),
)
"""How far the series of this device has come."""

QUOTE: Final = "SQ"
CONTRACT: Final = "SC"


def take(connection: Connection, series: str, year: int) -> str:
    """The next number of `series`, in the caller's transaction."""
    row = connection.exec_driver_sql(
        "UPDATE number_lease SET next = next + 1 WHERE (series, first) = (SELECT series, first"
        " FROM number_lease WHERE series = ? AND next <= last ORDER BY first LIMIT 1)"
        " RETURNING next - 1",
        (series,),
    ).first()
    if row is not None:
        return str(DocumentNumber(series, year, int(row[0])))
    device = own_code(connection)
    count = connection.exec_driver_sql(
        "INSERT INTO number_own (device, series, year, used) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (device, series, year) DO UPDATE SET used = used + 1 RETURNING used",
        (device, series, year),
    ).scalar_one()
    return str(DocumentNumber(series, year, int(count), device))


def own_code(connection: Connection) -> str:
    """The code of this device's own series: three characters from the office, before that eight of its id."""
    given = read_local(connection, "code")
    return str(given or early_code(bytes.fromhex(read_local(connection, "device", ""))))


def forget_leases(connection: Connection) -> None:
    """After a restore or a clone nobody knows which numbers were used: what is left of the blocks is void."""
    connection.exec_driver_sql("UPDATE number_lease SET next = last + 1")
