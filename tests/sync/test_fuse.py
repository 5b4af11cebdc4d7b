"""When others delete much of what a laptop holds, a person is asked first; the rest of the sync goes on."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from desktop.models import fuse, repairs
from desktop.models.fuse import Deletion
from desktop.models.record import new_id
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands
from sync.protocol.messages import Part, Person, Removal, Table, Verdict
from tests.stores import NOON, opened

ME = "a" * 32
OTHER = "b" * 32
MINE = f"user:{ME}"
ALL = 400


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Four hundred customers that the office gave, and a clock."""
    clock = Clock()
    with opened(tmp_path / "ann", clock=clock) as store:
        remote = Remote(store)
        remote.adopt(
            server="0" * 32,
            url="http://localhost",
            short="ANN",
            person=Person(user=ME, name="Ann", team="", role="rep"),
            granted=[],
        )
        ids = sorted(new_id().hex for _ in range(ALL))
        table = Table(columns=["id", "version", "name", "owner_id"], rows=[[i, 1, i[-6:], ME] for i in ids])
        remote.apply_snapshot(
            schema=1, stream=MINE, at=1, after=None, mask="", tables={"customer": table}, stubs=()
        )
        yield SimpleNamespace(store=store, remote=remote, ids=ids, seq=1, clock=clock)


def deleted(
    ids: Sequence[str], *, stream: str = MINE, start: int = 1, by: str = OTHER, version: int = 2, **more: Any
) -> Part:
    """News that these customers were deleted, each with its last row, which says whose it was."""
    columns = ["id", "version", "name", "owner_id", "deleted_at", "@by", "@at"]
    gone, owner = "2026-11-24T04:00:00.000Z", stream.removeprefix("user:")
    rows: list[list[Any]] = [[each, version, "last", owner, gone, by, 1] for each in ids]
    return Part(
        stream=stream,
        start=start,
        upto=start + 1,
        more=False,
        tables={"customer": Table(columns=columns, rows=rows)},
        removals=[Removal("tombstone", "customer", each, version, gone) for each in ids],
        **more,
    )


def deletes(laptop: SimpleNamespace, ids: Sequence[str], **how: Any) -> None:
    """A page in which these customers were deleted."""
    laptop.remote.apply(schema=1, parts=[deleted(ids, start=laptop.seq, **how)])
    laptop.seq += 1


def living(store: Store) -> int:
    return count(store, "SELECT count(*) FROM customer WHERE deleted_at IS NULL")


def held(store: Store) -> int:
    return count(store, "SELECT count(*) FROM sync_held")


def count(store: Store, sql: str) -> int:
    with store.engine.connect() as connection:
        return int(connection.exec_driver_sql(sql).scalar_one())


def test_two_hundred_go_without_asking(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:200])
    assert (living(laptop.store), held(laptop.store)) == (200, 0)


def test_more_than_two_hundred_and_a_quarter_are_held_and_the_sync_goes_on(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:201])
    assert (living(laptop.store), held(laptop.store)) == (ALL, 201)
    known = laptop.remote.known(0, 0)
    assert known.held == 201
    assert {row[0]: row[1] for row in known.cursors}[MINE] == 2
    text = fuse.message(known.held)
    assert "201" in text.in_language("en")
    assert "201" in text.in_language("zh")


def test_many_small_pages_of_a_day_are_one_mass_deletion(laptop: SimpleNamespace) -> None:
    for start in range(0, 300, 60):
        deletes(laptop, laptop.ids[start : start + 60])
    assert (living(laptop.store), held(laptop.store)) == (ALL - 180, 120)


def test_another_day_counts_anew(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:150])
    laptop.clock.now = laptop.clock.now.replace(day=26)
    deletes(laptop, laptop.ids[150:300])
    assert (living(laptop.store), held(laptop.store)) == (100, 0)


def test_a_quarter_of_very_many_may_go(laptop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuse, "MANY", 50)
    deletes(laptop, laptop.ids[:100])
    assert held(laptop.store) == 0
    deletes(laptop, laptop.ids[100:101])
    assert held(laptop.store) == 1


def test_an_undo_is_never_held(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:300], undone=laptop.ids[:300])
    assert (living(laptop.store), held(laptop.store)) == (100, 0)


def test_what_i_deleted_on_my_other_laptop_is_not_held(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:300], by=ME)
    assert (living(laptop.store), held(laptop.store)) == (100, 0)


def test_moves_and_lost_streams_are_never_held(laptop: SimpleNamespace) -> None:
    some = [Removal("move", "customer", record, 2) for record in laptop.ids[:300]]
    laptop.remote.apply(schema=1, parts=[Part(stream=MINE, start=1, upto=2, more=False, removals=some)])
    assert (living(laptop.store), held(laptop.store)) == (100, 0)
    laptop.remote.apply(schema=1, streams=["org"])
    assert living(laptop.store) == 0


def test_a_person_agrees_and_everything_held_goes(
    laptop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuse, "SLICE", 100)
    deletes(laptop, laptop.ids[:300])
    assert fuse.accept(laptop.remote) == 300
    assert (living(laptop.store), held(laptop.store)) == (100, 0)
    deletes(laptop, laptop.ids[300:310])
    assert (living(laptop.store), held(laptop.store)) == (90, 0)
    assert fuse.accept(laptop.remote) == 0


def test_a_power_cut_while_agreeing_leaves_the_rest_held(
    laptop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(Exception):
        pass

    seen: list[str] = []

    def cut(name: str) -> None:
        seen.append(name)
        if seen.count("accepted") == 2:
            raise Cut

    monkeypatch.setattr(fuse, "SLICE", 100)
    deletes(laptop, laptop.ids[:300])
    laptop.remote.point = cut
    with pytest.raises(Cut):
        fuse.accept(laptop.remote)
    assert (living(laptop.store), held(laptop.store)) == (300, 200)


def test_what_comes_back_or_moves_away_is_held_no_longer(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:300])
    back, away = laptop.ids[0], laptop.ids[1]
    part = Part(
        stream=MINE,
        start=laptop.seq,
        upto=laptop.seq + 1,
        more=False,
        tables={"customer": Table(columns=["id", "version", "name", "owner_id"], rows=[[back, 3, "b", ME]])},
        removals=[Removal("move", "customer", away, 3)],
    )
    laptop.remote.apply(schema=1, parts=[part])
    assert held(laptop.store) == 298
    fuse.accept(laptop.remote)
    with laptop.store.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM customer WHERE version = 3").scalars().all()
    assert names == ["b"]
    assert living(laptop.store) == 101


def test_what_one_typed_into_a_record_stays_while_its_deletion_is_held(laptop: SimpleNamespace) -> None:
    store, first = laptop.store, UUID(hex=laptop.ids[0])
    commands.run(store, store.me(), "customer.edit", first, values={"name": "mine"})
    laptop.remote.apply(schema=1, verdicts=[Verdict(n=1, kind="applied", version=2)])
    deletes(laptop, laptop.ids[:300], version=3)
    assert not laptop.remote.known(0, 0).awaiting
    laptop.remote.rest()
    with store.reading() as session:
        assert session.get_one(Customer, first).name == "mine"
    assert fuse.accept(laptop.remote) == 300
    assert (living(store), count(store, "SELECT count(*) FROM sync_await")) == (100, 0)


def test_with_the_stream_goes_what_was_held_of_it(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:300])
    laptop.remote.apply(schema=1, streams=["org"])
    assert held(laptop.store) == 0


def test_comparing_knows_what_is_held_and_holds_what_the_office_lost(laptop: SimpleNamespace) -> None:
    deletes(laptop, laptop.ids[:300])
    found = repairs.summaries(laptop.store, [MINE])[MINE]
    assert sum(number for number, _ in found.sums.values()) == 100
    gone = [Deletion("move", "customer", record, 2) for record in laptop.ids[300:]]
    repairs.mend(laptop.remote, MINE, tables={}, gone=gone)
    assert (living(laptop.store), held(laptop.store)) == (ALL, ALL)
    assert fuse.accept(laptop.remote) == ALL
    assert living(laptop.store) == 0


def test_of_a_type_this_program_does_not_know_nothing_is_held(laptop: SimpleNamespace) -> None:
    some = [Removal("tombstone", "spaceship", record, 2) for record in laptop.ids]
    laptop.remote.apply(schema=1, parts=[Part(stream=MINE, start=1, upto=2, more=False, removals=some)])
    assert (living(laptop.store), held(laptop.store)) == (ALL, 0)
