"""Fifty laptops issue offline: no number twice, and every number that was lent is accounted for.

`python -m tests.sync.numbers --devices 50 --documents 2000`
"""

import argparse
import itertools
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, insert, update

from desktop.models import leases, numbers
from desktop.models.changes import local as local_table
from desktop.models.changes import write_local
from desktop.models.record import RECORDS, Base, new_id
from desktop.models.records import Quote
from desktop.models.remote_tables import number_lease
from desktop.rules.numbering import parse_number
from sync.protocol.messages import Lease
from sync.server import leases as office_leases
from sync.server import numbers as office_numbers
from sync.server import store as office_store
from sync.server.tables import DEVICE

SERIES = numbers.QUOTE


@dataclass
class Laptop:
    """One laptop: its tables, what it issued, and what it has not told the office."""

    id: UUID
    code: str
    engine: Engine
    issued: list[str] = field(default_factory=list)
    burned: list[str] = field(default_factory=list)
    untold: list[tuple[str, str]] = field(default_factory=list)
    backup: list[tuple[str, int, int, int]] = field(default_factory=list)
    shut_out: bool = False


@dataclass
class Outcome:
    """What was counted."""

    documents: int
    collisions: int
    lent: int
    issued: int
    void: int
    still_lent: int
    own: int
    problems: list[str]

    def __str__(self) -> str:
        return (
            f"{self.documents} documents, {self.collisions} collisions; lent {self.lent} ="
            f" issued {self.issued} + void {self.void} + still lent {self.still_lent};"
            f" {self.own} of own series; {len(self.problems)} problems"
        )


class World:
    """An office and laptops that meet it now and then."""

    def __init__(self, devices: int, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.store = office_store.open_folder(folder / "office")
        self.codes = itertools.count()
        self.laptops = [self.join() for _ in range(devices)]
        self.gone: list[Laptop] = []
        self.rolled_back: Counter[str] = Counter()

    def join(self, backup: Laptop | None = None) -> Laptop:
        """A laptop with its first block; from a backup, it gives up what that one held."""
        engine = create_engine("sqlite://")
        Base.metadata.create_all(
            engine,
            tables=[
                *(local_table, numbers.number_own, numbers.number_void, number_lease),
                *(RECORDS[kind].table() for kind in numbers.BEARERS),
            ],
        )
        code = f"{next(self.codes):03d}"
        laptop = Laptop(new_id(), code, engine)
        with engine.begin() as connection:
            write_local(connection, "code", code)
            write_local(connection, "device", laptop.id.hex)

        def admit(conn: Connection) -> list[Lease]:
            row = {"id": laptop.id, "user": laptop.id, "public_key": b"", "code": code, "name": code}
            row |= {"last_op": 0, "head": b"", "acked": 0, "sequence": 0, "enrolled_at": 0, "seen_at": 0}
            conn.execute(insert(DEVICE), row)
            return office_leases.lend(conn, laptop.id.hex, office_leases.FIRST_SERIES, 0)

        lent = self.store.write(admit)
        with engine.begin() as connection:
            if backup is not None:
                _put_back(connection, backup.backup)
            leases.add(connection, lent)
        return laptop

    def issue(self, laptop: Laptop, year: int) -> None:
        """One document; sometimes its transaction fails, sometimes it is taken back before it leaves."""
        with laptop.engine.connect() as connection:
            transaction = connection.begin()
            number = numbers.take(connection, SERIES, year)
            chance = self.rng.random()
            if chance < 0.02:
                transaction.rollback()
                self.rolled_back[laptop.code] += 1
                return
            if chance < 0.05:
                laptop.burned.append(number)
            else:
                record = new_id()
                connection.execute(insert(Quote), {"id": record, "number": number})
                laptop.issued.append(number)
                laptop.untold.append((number, record.hex))
            transaction.commit()

    def meet(self, laptop: Laptop) -> None:
        """One sync: what was issued goes up, new blocks come down; sometimes the answer is lost."""
        with laptop.engine.connect() as connection:
            wants = leases.wanted(connection)

        def take(conn: Connection) -> list[Lease]:
            office_numbers.note(conn, laptop.untold, 0)
            return office_leases.lend(conn, laptop.id.hex, wants, 0)

        lent = self.store.write(take)
        laptop.untold.clear()
        with laptop.engine.begin() as connection:
            if self.rng.random() < 0.95:
                leases.add(connection, lent)
            if self.rng.random() < 0.3:
                held = connection.exec_driver_sql("SELECT series, first, last, next FROM number_lease").all()
                laptop.backup = [(row[0], row[1], row[2], row[3]) for row in held]

    def restore(self, place: int) -> None:
        """The laptop dies; its backup goes on under another identity and gives its blocks up."""
        old = self.laptops[place]
        heir = self.join(old)
        heir.untold = list(old.untold)
        self.gone.append(old)
        self.laptops[place] = heir

    def revoke(self, place: int) -> None:
        """A laptop is shut out, once it has told everything."""
        laptop = self.laptops[place]
        self.meet(laptop)
        shut = update(DEVICE).where(DEVICE.c.id == laptop.id).values(revoked_at=1)
        self.store.write(lambda conn: conn.execute(shut))
        laptop.shut_out = True
        self.gone.append(laptop)
        self.laptops[place] = self.join()


def _put_back(connection: Connection, held: list[tuple[str, int, int, int]]) -> None:
    """What a laptop finds when its vault was put back: the blocks as they were at the time of the backup."""
    for row in held:
        connection.exec_driver_sql(
            "INSERT INTO number_lease (series, first, last, next) VALUES (?, ?, ?, ?)", row
        )
    numbers.forget_leases(connection)


def run(devices: int, documents: int, seed: int = 1, *, misfortune: float = 0.05) -> Outcome:
    """Let every laptop issue so many documents over the turn of a year; count.

    `misfortune` is how often a laptop is put back from its backup, or shut out, between two syncs.
    """
    with tempfile.TemporaryDirectory() as folder:
        world = World(devices, seed, Path(folder))
        try:
            while (
                done := sum(len(one.issued) for one in (*world.laptops, *world.gone))
            ) < devices * documents:
                place = world.rng.randrange(devices)
                laptop = world.laptops[place]
                year = 2026 if done < devices * documents // 2 else 2027
                for _ in range(world.rng.choice((1, 5, 20, 120))):
                    world.issue(laptop, year)
                world.meet(laptop)
                if world.rng.random() < misfortune:
                    world.rng.choice((world.restore, world.revoke))(place)
            for laptop in world.laptops:
                world.meet(laptop)
            return _count(world)
        finally:
            world.store.close()


def _count(world: World) -> Outcome:
    everybody = [*world.laptops, *world.gone]
    issued = [number for laptop in everybody for number in laptop.issued]
    with world.store.read() as conn:
        report = office_numbers.report(conn)
    sums = report.wire()["sums"][SERIES]
    problems = [*_laptops(world.laptops), *_office(report, everybody)]
    if sums["lent"] != sums["issued"] + sums["void"] + sums["still_lent"]:
        problems.append(f"the sums do not add up: {sums}")
    return Outcome(
        documents=len(issued),
        collisions=len(issued) - len(set(issued)),
        own=sum(series.issued for series in report.own),
        problems=problems,
        **sums,
    )


def _office(report: office_numbers.Report, everybody: list[Laptop]) -> list[str]:
    """The office's list against what the laptops know that they did."""
    read = [parse_number(number) for laptop in everybody for number in laptop.issued]
    lent = {one.count for one in read if not one.device}
    of_own = {(one.device, one.year, one.count) for one in read if one.device}
    burned = {one.count for laptop in everybody for one in map(parse_number, laptop.burned) if not one.device}
    blocks = [block for block in report.lent if block.series == SERIES]
    void = {count for block in blocks for first, last in block.void for count in range(first, last + 1)}
    free = {count for block in blocks for first, last in block.still_lent for count in range(first, last + 1)}
    problems = []
    if sum(block.issued for block in blocks) != len(lent) or lent & (void | free):
        problems.append("an issued number is not listed as issued")
    if not burned <= void | free:
        problems.append("a number that nobody bears is listed as issued")
    if sum(series.issued for series in report.own) != len(of_own):
        problems.append("a number of an own series is missing")
    open_here = {block.code: block for block in blocks}
    for laptop in everybody:
        if laptop.shut_out and open_here[laptop.code].still_lent:
            problems.append(f"laptop {laptop.code} was shut out and still holds numbers")
    return problems


def _laptops(laptops: list[Laptop]) -> list[str]:
    """Each laptop's own list: issued, void and left are all it was lent."""
    problems = []
    for laptop in laptops:
        with laptop.engine.connect() as connection:
            used = numbers.report(connection)
        if any(one.lent != sum(map(numbers.many, (one.issued, one.void, one.left))) for one in used):
            problems.append(f"the numbers of laptop {laptop.code} do not add up")
        issued = sum(numbers.many(one.issued) for one in used)
        if issued != len(laptop.issued):
            problems.append(f"laptop {laptop.code} issued {len(laptop.issued)} and lists {issued}")
    return problems


def main() -> None:
    """Run and say what was counted; a problem is the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    begun = time.monotonic()
    outcome = run(chosen.devices, chosen.documents, chosen.seed)
    print(outcome, f"in {time.monotonic() - begun:.1f} s")  # noqa: T201
    for problem in outcome.problems:
        print(problem)  # noqa: T201
    raise SystemExit(bool(outcome.problems or outcome.collisions))


if __name__ == "__main__":
    main()
