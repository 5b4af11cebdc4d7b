"""What this laptop holds of each stream, as sums and as lists, and how what differs at the office is mended.

It is read as of one moment, in slices, beside a person who works. Records with unanswered ops count as the
office last gave them.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from desktop.models import lending
from desktop.models.changes import now_ms, read_local, write_local
from desktop.models.fuse import Deletion, Fuse
from desktop.models.record import RECORDS, Record
from desktop.models.remote_rows import Rows
from desktop.rules.digests import Sums, Tally, bucket
from desktop.rules.streams import ORG, home, is_lent

if TYPE_CHECKING:
    from desktop.models.remote import Remote
    from desktop.models.remote_values import Stub
    from desktop.models.store import Store

DAY: Final = 24 * 60 * 60 * 1000
"""Milliseconds after which a stream is compared again."""
SLICE: Final = 1000
"""Records read in one go."""
BREATH: Final = 0.002
"""Seconds given away between slices while somebody works."""

CHECKED: Final = "checked"
"""The local fact which stream was compared when."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is held of one stream, and as of which point of its feed."""

    seq: int
    schema: int
    mask: str
    sums: Sums


# --- when


def due(facts: Mapping[str, Any], streams: Iterable[str], now: int) -> tuple[str, ...]:
    """The streams to be compared: never yet, a day ago, or at a moment that this clock has not reached.

    `facts` holds the local value CHECKED, if there is one.
    """
    checked = facts.get(CHECKED) or {}
    return tuple(
        stream
        for stream in streams
        if comparable(stream) and not 0 <= now - checked.get(stream, now - DAY) < DAY
    )


def soon(connection: Connection, streams: Iterable[str] | None = None) -> None:
    """Compare these streams (None: all) at the next opportunity."""
    checked = read_local(connection, CHECKED, {})
    if checked:
        gone = set(checked if streams is None else streams)
        write_local(connection, CHECKED, {key: at for key, at in checked.items() if key not in gone})


def compare_soon(store: "Store") -> None:
    """Compare everything with the next sync."""
    with store.engine.begin() as connection:
        soon(connection)


def checked(store: "Store", stream: str) -> None:
    """The stream was compared just now, and what differed is mended."""
    with store.turns.arrival(), store.engine.begin() as connection:
        now = now_ms(store.clock())
        write_local(connection, CHECKED, {**read_local(connection, CHECKED, {}), stream: now})


# --- what


def summaries(store: "Store", streams: Sequence[str]) -> dict[str, Summary]:
    """The sums of these streams, all of one moment; a stream that is not held is left out."""
    tallies = {stream: Tally() for stream in streams}
    with store.reader.connect() as connection:
        cursors = {
            row[0]: (row[1], row[2], row[3])
            for row in connection.exec_driver_sql("SELECT stream, seq, schema, mask FROM sync_cursor")
        }
        for kind, by_stream in _held(connection, _breath(store)):
            for stream in by_stream.keys() & tallies.keys():
                tallies[stream].add(kind, by_stream[stream])
    return {
        stream: Summary(*cursors[stream], tally.sums)
        for stream, tally in tallies.items()
        if stream in cursors
    }


def listed(
    store: "Store", stream: str, within: Iterable[tuple[str, str]]
) -> tuple[int, dict[str, dict[str, int]]]:
    """The seq of a stream here, and the records of some of its buckets: type → id → version."""
    wanted: dict[str, set[str]] = {}
    for kind, place in within:
        wanted.setdefault(kind, set()).add(place)
    found: dict[str, dict[str, int]] = {}
    with store.reader.connect() as connection:
        for kind, by_stream in _held(connection, _breath(store), wanted):
            for record, version in by_stream.get(stream, ()):
                if bucket(record) in wanted[kind]:
                    found.setdefault(kind, {})[record] = version
        seq = connection.exec_driver_sql("SELECT seq FROM sync_cursor WHERE stream = ?", (stream,)).scalar()
    return (0 if seq is None else int(seq)), found


def _breath(store: "Store") -> Callable[[], None]:
    def breathe() -> None:
        if store.turns.somebody_works:
            time.sleep(BREATH)

    return breathe


_Slice = tuple[str, dict[str, list[tuple[str, int]]]]


def _held(
    connection: Connection, breathe: Callable[[], None], types: Iterable[str] | None = None
) -> Iterator[_Slice]:
    """Living records as the office gave them, in slices of one type, by home stream: (id, version)."""
    driver: Any = connection.connection.driver_connection
    aside: dict[str, dict[bytes, Any]] = {}
    for record, kind, version, text in driver.execute("SELECT record, type, version, row FROM sync_base"):
        aside.setdefault(kind, {})[bytes(record)] = (version, json.loads(text))
    for record, kind in driver.execute("SELECT record, type FROM sync_held"):
        aside.setdefault(kind, {})[bytes(record)] = (0, None)  # gone at the office
    for kind in RECORDS if types is None else types:
        cls = RECORDS.get(kind)
        if cls is None:
            continue
        kept = aside.get(kind, {})
        yield kind, _of_bases(cls, kept)
        yield kind, _of_loans(driver, kind, kept)
        home_of = "NULL, NULL" if cls.__shared__ else "owner_id, team_id"
        cursor = driver.execute(
            f'SELECT id, version, {home_of} FROM "{kind}" WHERE deleted_at IS NULL AND version > 0'  # noqa: S608
        )
        while rows := cursor.fetchmany(SLICE):
            yield kind, _by_home(rows, kept, private=cls.__private__)
            if len(rows) == SLICE:
                breathe()


def _by_home(
    rows: Iterable[Sequence[Any]], aside: Mapping[bytes, Any], *, private: bool
) -> dict[str, list[tuple[str, int]]]:
    found: dict[tuple[Any, Any], list[tuple[str, int]]] = {}
    for record, version, owner, team in rows:
        if record not in aside:
            found.setdefault((owner, team), []).append((record.hex(), version))
    named: dict[str, list[tuple[str, int]]] = {}
    for (owner, team), records in found.items():
        ids = [one.hex() if one else None for one in (owner, team)]
        stream = home(False, *ids, private=private)
        named.setdefault(stream, []).extend(records)
    return named


def _of_bases(cls: type[Record], aside: Mapping[bytes, Any]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for record, (version, row) in aside.items():
        if row is not None and not row.get("deleted_at"):
            stream = home(cls.__shared__, row.get("owner_id"), row.get("team_id"), private=cls.__private__)
            found.setdefault(stream, []).append((record.hex(), version))
    return found


def _of_loans(driver: Any, kind: str, aside: Mapping[bytes, Any]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for stream, record, version in lending.lent_rows(driver, kind):
        if record not in aside:
            found.setdefault(stream, []).append((record.hex(), version))
    for record, (version, row) in aside.items():
        if row is not None and not row.get("deleted_at"):
            for stream in lending.streams_of(driver, record):
                found.setdefault(stream, []).append((record.hex(), version))
    return found


def comparable(stream: str) -> bool:
    """Whether it is known here what is held of a stream: its records live there, or are lent in it."""
    return stream == ORG or is_lent(stream) or stream.partition(":")[0] in ("user", "team", "inbox")


# --- mending


def mend(
    remote: "Remote",
    stream: str,
    *,
    tables: Mapping[str, Rows],
    mask: str = "",
    stubs: Sequence["Stub"] = (),
    gone: Sequence[Deletion] = (),
) -> None:
    """Take in the rows that were missing or old, and let go of what the office does not have in the stream.

    The guards are those of a page: a newer row, another home and unanswered ops stay.
    """
    with remote.arriving() as (connection, arrival):
        for kind, table in tables.items():
            arrival.rows(kind, table, mask, stream)
        arrival.removals(stream, Fuse(connection, arrival.now).sift(stream, {}, gone, absent=True)[1])
        remote.keep_stubs(connection, stubs)
        remote.point("mended")
