"""Numbers of documents on this laptop: blocks leased by the office first, then the device's own series.

A number that was handed out never comes back: undo, restore and a new device id leave gaps, which are listed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, String, Table

from desktop.errors import Refused
from desktop.models.changes import read_local
from desktop.models.record import Base
from desktop.rules.numbering import DocumentNumber, early_code, parse_number, ranges

number_own = Table(
    "number_own",
    Base.metadata,
    Column("device", String(8), primary_key=True),
    Column("series", String(4), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("used", Integer, nullable=False),
)
"""How far the series of this device has come."""

number_void = Table(
    "number_void",
    Base.metadata,
    Column("series", String(4), primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("why", String(12), nullable=False),
)
"""What is left of blocks that were given up: `restored` from a backup, or gone on under another identity."""

QUOTE: Final = "SQ"
CONTRACT: Final = "SC"
ORDER: Final = "SO"
REQUEST: Final = "IR"
BEARERS: Final = ("quote", "contract", "order", "invoice_request")
"""The types of records that take a number of a series."""


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


def forget_leases(connection: Connection, why: str = "restored") -> None:
    """After a restore or a clone nobody knows which numbers were used: what is left of the blocks is void."""
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO number_void (series, first, last, why)"
        " SELECT series, next, last, ? FROM number_lease WHERE next <= last",
        (why,),
    )
    connection.exec_driver_sql("UPDATE number_lease SET next = last + 1")


@dataclass(frozen=True, slots=True)
class Used:
    """One series on this laptop: `lent` by the office, or the laptop's own under `code` (where `lent` counts
    what was taken). Every number is borne by a document, void, or left.
    """

    series: str
    code: str
    year: int
    lent: int
    issued: tuple[tuple[int, int], ...]
    void: tuple[tuple[int, int], ...]
    left: tuple[tuple[int, int], ...]


def report(connection: Connection) -> list[Used]:
    """What became of every number that this laptop was lent or counted itself."""
    borne = _borne(connection)
    found = [_lent(connection, series, borne) for (series,) in _series(connection)]
    for code, series, year, used in connection.exec_driver_sql(
        "SELECT device, series, year, used FROM number_own ORDER BY device, series, year"
    ):
        taken = set(range(1, int(used) + 1))
        issued = taken & borne.get((series, code, year), set())
        void = ranges(taken - issued)
        found.append(Used(series, code, year, len(taken), tuple(ranges(issued)), tuple(void), ()))
    return found


def many(stretches: Iterable[tuple[int, int]]) -> int:
    """How many numbers lie in these stretches."""
    return sum(last - first + 1 for first, last in stretches)


def _series(connection: Connection) -> Iterable[Any]:
    return connection.exec_driver_sql("SELECT DISTINCT series FROM number_lease ORDER BY series").all()


def _lent(connection: Connection, series: str, borne: Mapping[tuple[str, str, int], set[int]]) -> Used:
    every: set[int] = set()
    left: set[int] = set()
    for first, last, following in connection.exec_driver_sql(
        "SELECT first, last, next FROM number_lease WHERE series = ?", (series,)
    ):
        every.update(range(first, last + 1))
        left.update(range(following, last + 1))
    of_series = [counts for (name, code, _), counts in borne.items() if name == series and not code]
    issued = every & set().union(*of_series)
    void = every - issued - left
    return Used(
        series, "", 0, len(every), tuple(ranges(issued)), tuple(ranges(void)), tuple(ranges(left - issued))
    )


def _borne(connection: Connection) -> dict[tuple[str, str, int], set[int]]:
    """The counts on documents, by series, device code and year (0 for lent numbers, which span years)."""
    found: dict[tuple[str, str, int], set[int]] = {}
    every = " UNION ALL ".join(f"SELECT number FROM \"{one}\" WHERE number <> ''" for one in BEARERS)  # noqa: S608
    for (text,) in connection.exec_driver_sql(every):
        try:
            read = parse_number(text)
        except Refused:
            continue
        key = (read.series, read.device, read.year if read.device else 0)
        found.setdefault(key, set()).add(read.count)
    return found
