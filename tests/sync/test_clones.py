"""A profile that exists twice, and wrong clocks: every edit counts once, and time decides nothing."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import Offline
from desktop.models import inbox, outbox
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands, integrity
from sync.client.driver import Request, enrol, sync_once
from sync.engine.actions import Answer, Failure
from sync.protocol import messages
from sync.server.server import Server
from tests.stores import NOON, customer, opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct

TEN_YEARS = timedelta(days=3653)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Server]:
    server = Server(postgres.office(tmp_path / "office"))
    yield server
    server.store.close()


def edit(store: Store, record: UUID, **values: Any) -> None:
    commands.run(store, store.me(), "customer.edit", record, values=values)


def state(store: Store) -> dict[str, tuple[Any, ...]]:
    with store.reading() as session:
        found = session.query(Customer).filter(Customer.deleted_at.is_(None)).all()
        return {one.name: (one.phone, one.website, sorted(one.tags or []), one.remark) for one in found}


def joined(office: Server, store: Store, name: str) -> None:
    office.add_user(name, "South", "rep")
    enrol(store, Direct(office), office.new_code(name))


@pytest.mark.parametrize("seed", range(6))
def test_two_copies_of_one_profile_both_sync_and_every_edit_is_there_once(
    office: Server, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    with opened(tmp_path / "one") as store:
        joined(office, store, "Ann")
        shared = customer(store, "shared", tags=["t0"]).id
        sync_once(store, Direct(office))
        customer(store, "before the copy")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with ExitStack() as stack:
        copies = [stack.enter_context(opened(tmp_path / name)) for name in ("one", "two")]
        wanted, tags, forks = {"shared", "before the copy"}, {"t0"}, 0
        for place in range(24):
            store = rng.choice(copies)
            if rng.random() < 0.3:
                forks += sync_once(store, Direct(office)).forked
            elif rng.random() < 0.5:
                wanted.add(f"new {place}")
                customer(store, f"new {place}")
            else:
                tags.add(f"t{place}")
                with store.reading() as session:
                    now = session.get_one(Customer, shared).tags or []
                edit(store, shared, tags=sorted([*now, f"t{place}"]))
        for store in (*copies, *copies, copies[0]):
            forks += sync_once(store, Direct(office)).forked
        assert forks == 1
        assert len({store.device for store in copies}) == 2
        for store in copies:
            with store.reading() as session:
                names = [one.name for one in session.query(Customer).order_by(Customer.name)]
            assert names == sorted(wanted)
            assert set(state(store)["shared"][2]) == tags
            assert integrity.verify_chain(store).problems == []
        assert state(copies[0]) == state(copies[1])


@pytest.mark.parametrize("seed", range(3))
def test_a_profile_put_back_from_a_backup_forks_once_and_every_edit_is_there_once(
    office: Server, tmp_path: Path, seed: int
) -> None:
    """What the office had heard comes down again; what only the lost disk had is gone; the rest goes on."""
    rng = random.Random(seed)
    wanted, tags = {"shared"}, {"t0"}
    with opened(tmp_path / "ann") as store:
        joined(office, store, "Ann")
        shared = customer(store, "shared", tags=["t0"]).id
        sync_once(store, Direct(office))
        _work(store, rng, shared, wanted, tags, "before")
    shutil.copytree(tmp_path / "ann", tmp_path / "backup")
    with opened(tmp_path / "ann") as store:
        _work(store, rng, shared, wanted, tags, "since")
        sync_once(store, Direct(office))
        customer(store, "never sent")
    shutil.rmtree(tmp_path / "ann")
    shutil.copytree(tmp_path / "backup", tmp_path / "ann")
    with opened(tmp_path / "ann") as ann, opened(tmp_path / "bob") as bob:
        former = ann.device
        Remote(ann).came_from_backup()
        _work(ann, rng, shared, wanted, tags, "after")
        joined(office, bob, "Bob")
        forks = [sync_once(store, Direct(office)).forked for store in (ann, bob, ann, bob, ann)]
        assert forks == [True, False, False, False, False]
        assert ann.device != former
        assert integrity.verify_chain(ann).problems == []
        for store in (ann, bob):
            with store.reading() as session:
                assert [one.name for one in session.query(Customer).order_by(Customer.name)] == sorted(wanted)
            assert set(state(store)["shared"][2]) == tags
        assert state(ann) == state(bob)


def _work(
    store: Store, rng: random.Random, shared: UUID, wanted: set[str], tags: set[str], when: str
) -> None:
    for place in range(rng.randint(2, 6)):
        name = f"{when} {place}"
        if rng.random() < 0.5:
            wanted.add(customer(store, name).name)
        else:
            with store.reading() as session:
                now = session.get_one(Customer, shared).tags or []
            tags.add(name)
            edit(store, shared, tags=sorted([*now, name]))


def play(folder: Path, skews: tuple[timedelta, timedelta]) -> dict[str, tuple[Any, ...]]:
    """Two people over one record; what is left of it on both laptops and at the office."""
    server = Server(postgres.office(folder / "office"))
    with (
        opened(folder / "ann", clock=lambda: NOON + skews[0]) as ann,
        opened(folder / "bob", clock=lambda: NOON + skews[1]) as bob,
    ):
        for name, store in (("Ann", ann), ("Bob", bob)):
            joined(server, store, name)
        first, second = (customer(ann, name, phone="0", tags=["a"]).id for name in ("first", "second"))
        for store in (ann, bob):
            sync_once(store, Direct(server))
        for store, mine in ((ann, "1"), (bob, "2")):
            edit(store, first, phone=mine, tags=["a", mine], remark=f"line {mine}")
            edit(store, first, phone=mine * 2)
        commands.run(ann, ann.me(), "customer.delete", second)
        edit(bob, second, website="w")
        for store in (bob, ann, bob, ann):
            sync_once(store, Direct(server))
        assert state(ann) == state(bob)
        found = state(ann)
    server.store.close()
    return found


@pytest.mark.parametrize(
    "skews", [(TEN_YEARS, -TEN_YEARS), (-TEN_YEARS, TEN_YEARS), (TEN_YEARS, timedelta(0))], ids=str
)
def test_clocks_ten_years_off_end_in_the_same_state(
    tmp_path: Path, skews: tuple[timedelta, timedelta]
) -> None:
    sound = play(tmp_path / "sound", (timedelta(0), timedelta(0)))
    assert set(sound) == {"first", "second"}
    assert play(tmp_path / "skewed", skews) == sound


class CutAtTheFork(Direct):
    """The line breaks when a copy asks for an identity of its own."""

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        return (
            Failure("unreachable") if request.target == messages.DEVICES else super().send(request, cancelled)
        )


def test_what_the_other_copy_took_back_stays_here_while_an_edit_of_it_is_unanswered(
    office: Server, tmp_path: Path
) -> None:
    """The office, too, has the creation as void; the edit goes up under the new identity of the copy."""
    with opened(tmp_path / "one") as store:
        joined(office, store, "Ann")
        sync_once(store, Direct(office))
        new = customer(store, "taken back").id
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with opened(tmp_path / "one") as one, opened(tmp_path / "two") as two:
        with one.reader.connect() as connection:
            [made] = outbox.pending(connection)
        outbox.take_back(one, made.tx)
        sync_once(one, Direct(office))
        edit(two, new, phone="1")
        with pytest.raises(Offline):
            sync_once(two, CutAtTheFork(office))
        assert state(two)["taken back"][0] == "1"
        sync_once(two, Direct(office))
        assert two.device != one.device
        assert state(two) == state(one) == {}
        with two.reader.connect() as connection:
            [kept] = inbox.entries(connection)
        assert (kept.kind, kept.record, kept.mine) == ("rejected", new, "1")
