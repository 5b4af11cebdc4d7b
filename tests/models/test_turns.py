"""Turns of the writers: one at a time, a person before what arrives."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from desktop.models.turns import ACTIVE, Turns


def test_a_person_who_waits_goes_before_the_next_arrival() -> None:
    turns = Turns(lambda: datetime.now(UTC))
    order: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def arrive(name: str) -> None:
        with turns.arrival():
            order.append(name)
            inside.set()
            assert go.wait(5)

    def save() -> None:
        with turns.person():
            order.append("person")

    first = threading.Thread(target=arrive, args=("first",))
    first.start()
    assert inside.wait(5)
    person, second = threading.Thread(target=save), threading.Thread(target=arrive, args=("second",))
    person.start()
    _until(lambda: turns.somebody_works)
    second.start()
    go.set()
    for thread in (first, person, second):
        thread.join(5)
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
        thread.join(10)
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


def _until(done: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert done()
