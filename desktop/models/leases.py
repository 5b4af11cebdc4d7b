"""Blocks of numbers that the office leased to this laptop; `numbers.take` hands them out."""

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import Connection

from desktop.models import numbers
from desktop.rules.numbering import RENEW_AT


class Lease(Protocol):
    """The numbers `first` to `last` of a series."""

    @property
    def series(self) -> str: ...
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


def wanted(connection: Connection) -> list[str]:
    """The series that run short."""
    driver: Any = connection.connection.driver_connection  # asked twice in every sync
    rows = driver.execute(
        "SELECT series FROM number_lease GROUP BY series"
        " HAVING sum(CASE WHEN next <= last THEN last - next + 1 ELSE 0 END) <= ? ORDER BY series",
        (RENEW_AT,),
    )
    return [row[0] for row in rows]


def add(connection: Connection, leases: Iterable[Lease]) -> None:
    """Keep blocks that the office leased; one that is already here changes nothing."""
    for lease in leases:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO number_lease (series, first, last, next) VALUES (?, ?, ?, ?)",
            (lease.series, lease.first, lease.last, lease.first),
        )


def drop(connection: Connection) -> None:
    """Under another identity the former blocks are void: what is left of them is never used."""
    numbers.forget_leases(connection, "forked")
