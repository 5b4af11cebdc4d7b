"""Records that others lend to this laptop: through how many streams each is held, and what may be done to it.

A record stays while its home is held or a stream lends it; at zero it leaves (`arrival.py`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from desktop.models.kinds import Link
from desktop.models.record import RECORDS
from desktop.rules import sharing
from desktop.rules.streams import LENT, home, is_lent

_MOVED: Final = "-"
"""In place of a stream: the home of a row is not held, whatever the row says."""


def note(driver: Any, stream: str, record_type: str, ids: Iterable[bytes]) -> None:
    """These records came in `stream`."""
    if is_lent(stream):
        driver.executemany(
            "INSERT OR IGNORE INTO sync_lent (record, stream, type, version) VALUES (?, ?, ?, 0)",
            [(record, stream, record_type) for record in ids],
        )


def drop(driver: Any, stream: str, record: bytes) -> None:
    """`stream` lends this record no more."""
    driver.execute("DELETE FROM sync_lent WHERE record = ? AND stream = ?", (record, stream))


def drop_all(driver: Any, stream: str) -> dict[str, list[bytes]]:
    """`stream` lends nothing any more; returns what it lent, by type."""
    found: dict[str, list[bytes]] = {}
    if is_lent(stream):
        sql = "DELETE FROM sync_lent WHERE stream = ? RETURNING record, type"
        for record, record_type in driver.execute(sql, (stream,)).fetchall():
            found.setdefault(record_type, []).append(bytes(record))
    return found


def is_lent_here(driver: Any, record: bytes) -> bool:
    """Whether any stream lends this record."""
    sql = "SELECT 1 FROM sync_lent WHERE record = ? AND stream <> ? LIMIT 1"
    return driver.execute(sql, (record, _MOVED)).fetchone() is not None


def left_home(driver: Any, record_type: str, record: bytes, version: int) -> None:
    """The record left its home at `version`, and stays because it is lent."""
    driver.execute(
        "INSERT INTO sync_lent (record, stream, type, version) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (record, stream) DO UPDATE SET version = max(version, excluded.version)",
        (record, _MOVED, record_type, version),
    )


def lives_here(driver: Any, record: bytes, stream: str, version: int) -> bool:
    """Whether the home that this version of a row names is held, and the record has not left it since."""
    held = "SELECT 1 FROM sync_cursor WHERE stream = ? UNION ALL SELECT 1 FROM sync_mark WHERE stream = ?"
    if driver.execute(held, (stream, stream)).fetchone() is None:
        return False
    left = "SELECT 1 FROM sync_lent WHERE record = ? AND stream = ? AND version >= ?"
    return driver.execute(left, (record, _MOVED, version)).fetchone() is None


def forget(driver: Any, ids: Sequence[bytes]) -> None:
    """These records are on this laptop no more."""
    driver.executemany("DELETE FROM sync_lent WHERE record = ?", [(record,) for record in ids])


def lent_rows(driver: Any, kind: str) -> Iterable[tuple[str, bytes, int]]:
    """The living rows of one type that are lent to this laptop: (stream, id, version)."""
    sql = (
        f'SELECT l.stream, r.id, r.version FROM sync_lent AS l JOIN "{kind}" AS r ON r.id = l.record'  # noqa: S608
        " WHERE l.type = ? AND l.stream <> ? AND r.deleted_at IS NULL AND r.version > 0"
    )
    for stream, record, version in driver.execute(sql, (kind, _MOVED)):
        yield stream, bytes(record), version


def streams_of(driver: Any, record: bytes) -> tuple[str, ...]:
    """The streams that lend this record."""
    sql = "SELECT stream FROM sync_lent WHERE record = ? AND stream <> ? ORDER BY stream"
    return tuple(row[0] for row in driver.execute(sql, (record, _MOVED)))


# --- what may be done to them


def any_lent(connection: Connection) -> bool:
    """Whether anything is lent to this laptop."""
    return connection.exec_driver_sql("SELECT 1 FROM sync_lent LIMIT 1").first() is not None


def access(
    connection: Connection,
    record: Any,
    user: UUID,
    team: UUID | None,
    moment: datetime,
    tx: UUID | None = None,
) -> str:
    """How this person may use a record: `edit` or `read` where it is only lent to them, else empty.

    A new part is as free as what it is a part of; what the transaction `tx` gave to others lived before.
    """
    driver: Any = connection.connection.driver_connection
    row = record
    while not row.version and (root := _root(driver, row)) is not None:
        row = root
    streams = streams_of(driver, row.id.bytes)
    owners = {name: one.hex if (one := getattr(row, name)) else None for name in ("owner_id", "team_id")}
    sql = (
        "SELECT body FROM change WHERE record = ? AND tx = ? AND kind IN ('set', 'assign') ORDER BY seq DESC"
    )
    for (text,) in driver.execute(sql, (row.id.bytes, tx.bytes)) if streams and tx else ():
        owners |= {name: pair[0] for name, pair in json.loads(text).items() if name in owners}
    where = home(row.__shared__, owners["owner_id"], owners["team_id"])
    if not streams or lives_here(driver, row.id.bytes, where, row.version or 0):
        return ""
    zone = connection.exec_driver_sql(
        "SELECT time_zone FROM organisation WHERE deleted_at IS NULL ORDER BY id LIMIT 1"
    ).scalar()
    for stream in streams:
        given = connection.exec_driver_sql(
            "SELECT until FROM share WHERE of_id = ? AND access = ? AND deleted_at IS NULL"
            " AND (person_id = ? OR group_id = ?)",
            (
                bytes.fromhex(stream.removeprefix(LENT)),
                sharing.EDIT,
                user.bytes,
                team.bytes if team else b"",
            ),
        ).all()
        days = (date.fromisoformat(one[0]) if one[0] else None for one in given)
        if any(sharing.lends(day, moment, zone or "") for day in days):
            return sharing.EDIT
    return sharing.READ


class _Above:
    """What a new record is a part of or is attached to, as far as it must be known."""

    def __init__(self, record_type: str, stored: Mapping[str, Any]) -> None:
        cls = RECORDS[record_type]
        self.__tablename__, self.__shared__ = record_type, cls.__shared__
        self.stored = stored
        self.version = stored["version"]
        self.id, self.owner_id, self.team_id = (
            UUID(bytes=bytes(stored[name])) if stored[name] else None
            for name in ("id", "owner_id", "team_id")
        )


def _root(driver: Any, record: Any) -> _Above | None:
    cls = RECORDS[record.__tablename__]
    link = cls.__root__ or ("of_id" if cls.__tablename__ == "attachment" else "")
    if not link:
        return None
    kind = cls.fields()[link].kind
    if isinstance(record, _Above):
        target, wanted = record.stored.get("of"), record.stored[link]
    else:
        named = getattr(record, link)
        target, wanted = getattr(record, "of", None), named.bytes if named else None
    if isinstance(kind, Link) and kind.to:
        target = kind.to
    if wanted is None or target not in RECORDS:
        return None
    cursor = driver.execute(f'SELECT * FROM "{target}" WHERE id = ?', (wanted,))  # noqa: S608
    names = [column[0] for column in cursor.description]
    stored = cursor.fetchone()
    return _Above(target, dict(zip(names, stored, strict=True))) if stored else None
