"""Names of records that are not held here, kept as long as rows that are held lead to them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from desktop.models.kinds import Link
from desktop.models.record import RECORDS, Record
from desktop.models.remote_rows import IDS, id_list


def leading(target: type[Record]) -> list[tuple[type[Record], list[str]]]:
    """The record types with fields that lead to `target` as to something that stands by itself."""
    if target.__shared__ or target.__root__:
        return []
    found = []
    for cls in RECORDS.values():
        names = [
            name
            for name, described in cls.fields().items()
            if isinstance(described.kind, Link)
            and described.kind.to == target.__tablename__
            and name != cls.__root__
        ]
        if names:
            found.append((cls, names))
    return found


def keep_led(connection: Connection, kind: str, titles: Mapping[bytes, str]) -> None:
    """Of these records, which have left, keep the names of those to which rows lead."""
    driver: Any = connection.connection.driver_connection
    driver.executemany(
        "INSERT INTO sync_stub (record, type, title) VALUES (?, ?, ?)"
        " ON CONFLICT (record) DO UPDATE SET title = excluded.title",
        [(record, kind, titles[record]) for record in _led(connection, kind, titles)],
    )


def drop_unled(connection: Connection) -> None:
    """Everything is here: a name to which no row leads any more goes."""
    driver: Any = connection.connection.driver_connection
    known: dict[str, set[bytes]] = {}
    for record, kind in driver.execute("SELECT record, type FROM sync_stub"):
        known.setdefault(kind, set()).add(bytes(record))
    for kind, records in known.items():
        gone = records - _led(connection, kind, records) if kind in RECORDS else set()
        driver.executemany("DELETE FROM sync_stub WHERE record = ?", [(record,) for record in gone])


def _led(connection: Connection, kind: str, records: Collection[bytes]) -> set[bytes]:
    """Those of these records to which rows here lead."""
    driver: Any = connection.connection.driver_connection
    found: set[bytes] = set()
    for cls, names in leading(RECORDS[kind]):
        for name in names:
            sql = f'SELECT DISTINCT "{name}" FROM "{cls.__tablename__}" WHERE "{name}" IN ({IDS})'  # noqa: S608
            found.update(bytes(row[0]) for row in driver.execute(sql, (id_list(records),)))
    return found
