"""Turns of the writers: one at a time, a person before what arrives."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from desktop.models import search
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.remote_rows import Piece
from desktop.models.turns import A_SECOND, ACTIVE, BITES, LEAST, Turns
from tests.stores import opened


def test_a_person_who_waits_goes_before_the_next_arrival() -> None:
    turns = Turns(lambda: datetime.now(UTC))
    order: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def arrive(name: str) -> None:
        with turns.arrival():
            order.append(name)
            inside.set()
            assert go.wait(60)

    def save() -> None:
        with turns.person():
            order.append("person")

    first = threading.Thread(target=arrive, args=("first",))
    first.start()
    assert inside.wait(60)
    person, second = threading.Thread(target=save), threading.Thread(target=arrive, args=("second",))
    person.start()
    _until(lambda: turns.somebody_works)
    second.start()
    go.set()
    for thread in (first, person, second):
        thread.join(60)
    assert order == ["first", "person", "second"]


def test_two_never_write_at_once() -> None:
    turns = Turns(lambda: datetime.now(UTC))
    writing: list[int] = []
    most: list[int] = []

    def write(place: int) -> None:
        for _ in range(50):
            with turns.person() if place % 2 else turns.arrival():
                writing.append(place)
                most.append(len(writing))
                writing.remove(place)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1] * 200


def test_somebody_works_for_some_seconds_after_a_save() -> None:
    moment = [datetime(2026, 11, 24, tzinfo=UTC)]
    turns = Turns(lambda: moment[0])
    assert not turns.somebody_works
    with turns.person():
        pass
    assert turns.somebody_works
    moment[0] += ACTIVE + timedelta(milliseconds=1)
    assert not turns.somebody_works


def test_what_fails_gives_its_turn_back() -> None:
    turns = Turns(lambda: datetime.now(UTC))
    for turn in (turns.person, turns.arrival):
        with pytest.raises(ValueError, match="power"), turn():
            raise ValueError("power")
    came = []
    with turns.arrival():
        came.append("after")
    assert came == ["after"]


def _until(done: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert done()


def test_the_background_takes_as_much_as_a_person_does_not_notice() -> None:
    now = [datetime(2026, 11, 22, tzinfo=UTC)]
    turns = Turns(lambda: now[0])

    def take(kind: str, rows: int, seconds: float) -> None:
        with turns.arrival():
            now[0] += timedelta(seconds=seconds)
        turns.took(kind, rows)

    assert turns.box == BITES["idle"]
    with turns.person():
        assert turns.box == BITES["active"]
    assert turns.bite("rows") == int(BITES["active"] * A_SECOND)
    take("rows", 1000, 1.0)
    assert turns.bite("rows") == LEAST
    for _ in range(20):
        take("rows", 150, 0.003)
    assert 700 <= turns.bite("rows") <= 750
    assert turns.bite("index") == int(BITES["active"] * A_SECOND)
    now[0] += 2 * ACTIVE
    assert turns.bite("rows") > 7_000
    take("rows", 3, 1.0)
    take("rows", 1000, -5.0)
    assert turns.bite("rows") > 7_000


@pytest.mark.parametrize(("works", "least", "most"), [(True, 7, 100), (False, 1, 2)])
def test_a_page_of_a_first_copy_comes_in_bites_while_somebody_works(
    works: bool, least: int, most: int, tmp_path: Path
) -> None:
    with opened(tmp_path) as store:
        remote = Remote(store)
        committed: list[str] = []
        remote.point = lambda name: committed.append(name) if name == "committed" else None
        if works:
            with store.work(store.me(), "customer.new") as work:
                work.add(Customer(name="mine"))
        rows = [[UUID(int=n).hex, 1, f"customer {n}"] for n in range(1, 1001)]
        table = {"customer": Piece(["id", "version", "name"], rows)}
        remote.apply_snapshot(schema=1, stream="org", at=1, after=None, mask="", tables=table)
        assert least <= len(committed) <= most
        assert remote.cursors() == {"org": 1}
        with store.reading() as session:
            assert session.query(Customer).count() == 1000 + works


def test_the_index_is_merged_into_one_piece_with_turns_for_people_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one go it held everybody who saved after an import of 50,000 rows for half a second."""
    asked = "SELECT count(DISTINCT id >> 37) FROM search_word_data WHERE id > 10"
    with opened(tmp_path) as store:
        for place in range(12):
            with store.work(store.me(), "customer.new") as work:
                for one in range(20):
                    work.add(Customer(name=f"苏州第{place}机械有限公司 {one}"))
        turns: list[int] = []
        merge = search.merge
        monkeypatch.setattr(search, "AT_ONCE", 2)
        monkeypatch.setattr(search, "merge", lambda *asked: turns.append(asked[1]) or merge(*asked))
        with store.looking() as connection:
            assert connection.exec_driver_sql(asked).scalar() > 5
        store.tidy()
        with store.looking() as connection:
            assert connection.exec_driver_sql(asked).scalar() == 1
    assert turns[:2] == [-2, 2]
    assert len(turns) > 3
