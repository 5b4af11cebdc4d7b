"""What became of every number: borne by a document, void, or still lent; together these are all of them.

A laptop hands its numbers out in their order and tells of its work in that order. So a lent number below one
that has arrived from the same laptop, and that no document bears, is used by nobody any more; neither are
those of a laptop that was shut out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from desktop.errors import Refused
from desktop.models.numbers import many
from desktop.models.records import Quote
from desktop.rules.numbering import DocumentNumber, parse_number, ranges
from sync.server.rows import bare, id_in, insert_into
from sync.server.tables import DEVICE, LEASE, NUMBER

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Lent:
    """The blocks of one series that one laptop was lent."""

    series: str
    code: str
    laptop: str
    shut_out: bool
    lent: int
    issued: int
    void: Ranges
    still_lent: Ranges


@dataclass(frozen=True, slots=True)
class Own:
    """A laptop's own series of one year, as far as its highest number that has arrived."""

    series: str
    code: str
    year: int
    issued: int
    void: Ranges


@dataclass(frozen=True, slots=True)
class Report:
    """All numbers at one moment."""

    lent: tuple[Lent, ...]
    own: tuple[Own, ...]

    def wire(self) -> dict[str, Any]:
        """As JSON, with sums by series that add up: `lent` = `issued` + `void` + `still_lent`."""
        sums: dict[str, dict[str, int]] = {}
        for block in self.lent:
            of = sums.setdefault(block.series, {"lent": 0, "issued": 0, "void": 0, "still_lent": 0})
            of["lent"] += block.lent
            of["issued"] += block.issued
            of["void"] += many(block.void)
            of["still_lent"] += many(block.still_lent)
        return {
            "sums": sums,
            "lent": [asdict(block) for block in self.lent],
            "own": [asdict(series) for series in self.own],
        }


def note(conn: Connection, borne: Iterable[tuple[str, str]], now: int) -> None:
    """Remember which document bears which number; the first one counts. What is no number of ours is left."""
    key = id_in(conn.dialect.name)
    rows = [
        {
            "number": number,
            "record": key(record),
            "series": read.series,
            "year": read.year,
            "count": read.count,
            "code": read.device,
            "at": now,
        }
        for number, record in borne
        if (read := _read(number)) is not None
    ]
    if rows:
        conn.execute(insert_into(conn.dialect.name, bare(NUMBER)).on_conflict_do_nothing(), rows)


def bearer(conn: Connection, number: str) -> str | None:
    """The document that bears this number, if any does."""
    found = conn.execute(select(NUMBER.c.record).where(NUMBER.c.number == number)).scalar_one_or_none()
    return found.hex if found is not None else None


def _read(number: str) -> DocumentNumber | None:
    try:
        return parse_number(number)
    except Refused:
        return None


def report(conn: Connection) -> Report:
    """Every number that was lent, and every one of a laptop's own series."""
    counts: dict[tuple[str, str, int], set[int]] = {}
    noted = select(NUMBER.c.series, NUMBER.c.code, NUMBER.c.year, NUMBER.c.count)
    for series, code, year, count in conn.execute(noted):
        counts.setdefault((series, code, year if code else 0), set()).add(count)
    for number in conn.execute(select(Quote.table().c.number).where(Quote.table().c.number != "")).scalars():
        if (read := _read(number)) is not None:  # documents from before the office wrote numbers down
            counts.setdefault((read.series, read.device, read.year if read.device else 0), set()).add(
                read.count
            )
    blocks: dict[tuple[str, Any], list[Any]] = {}
    query = (
        select(LEASE.c.series, LEASE.c.first, LEASE.c.last, LEASE.c.device, DEVICE.c.code, DEVICE.c.name)
        .add_columns(DEVICE.c.revoked_at)
        .join(DEVICE, DEVICE.c.id == LEASE.c.device)
        .order_by(LEASE.c.series, LEASE.c.first)
    )
    for row in conn.execute(query):
        blocks.setdefault((row.series, row.device), []).append(row)
    lent = tuple(_lent(rows, counts.get((series, "", 0), set())) for (series, _), rows in blocks.items())
    return Report(lent, tuple(_own(counts)))


def _lent(blocks: Sequence[Any], issued: set[int]) -> Lent:
    of = blocks[0]
    every = {count for block in blocks for count in range(block.first, block.last + 1)}
    mine = every & issued
    shut_out = of.revoked_at is not None
    unused = every - mine
    passed = max(mine, default=0)
    void = {count for count in unused if shut_out or count < passed}
    return Lent(
        of.series,
        of.code,
        of.name,
        shut_out,
        len(every),
        len(mine),
        tuple(ranges(void)),
        tuple(ranges(unused - void)),
    )


def _own(counts: Mapping[tuple[str, str, int], set[int]]) -> Iterable[Own]:
    for (series, code, year), found in sorted(counts.items()):
        if code:
            missing = set(range(1, max(found))) - found
            yield Own(series, code, year, len(found), tuple(ranges(missing)))
