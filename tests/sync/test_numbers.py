"""Numbers add up: on one laptop, and over many with their office."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models import leases, numbers
from desktop.models.changes import write_local
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.rules.numbering import DocumentNumber, ranges
from desktop.services import commands
from sync.protocol.messages import Lease
from tests.stores import customer, opened, product, quote
from tests.sync import numbers as proof


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        Remote(store)
        with store.engine.begin() as connection:
            write_local(connection, "code", "7K3")
            leases.add(connection, [Lease("SQ", 1, 3)])
        yield store


def used(store: Store) -> list[numbers.Used]:
    with store.reader.connect() as connection:
        return numbers.report(connection)


def test_stretches_say_every_number_once() -> None:
    assert ranges([5, 1, 2, 2, 9, 8]) == [(1, 2), (5, 5), (8, 9)]
    assert ranges([]) == []


def test_a_laptop_accounts_for_every_number(store: Store) -> None:
    goods = product(store, price="100")
    for _ in range(2):
        made = quote(store, (goods.id, "1"), to=customer(store))
        commands.run(store, store.me(), "quote.issue", made.id)
    assert used(store) == [numbers.Used("SQ", "", 0, 3, ((1, 2),), (), ((3, 3),))]
    with store.engine.begin() as connection:
        numbers.forget_leases(connection)
        assert connection.exec_driver_sql("SELECT * FROM number_void").all() == [("SQ", 3, 3, "restored")]
    made = quote(store, (goods.id, "1"), to=customer(store))
    commands.run(store, store.me(), "quote.issue", made.id)
    assert used(store) == [
        numbers.Used("SQ", "", 0, 3, ((1, 2),), ((3, 3),), ()),
        numbers.Used("SQ", "7K3", 2026, 1, ((1, 1),), (), ()),
    ]


def test_a_number_that_no_quote_bears_is_void(store: Store) -> None:
    with store.work(store.me(), "quote.new") as work:
        number = numbers.take(work.connection, numbers.QUOTE, 2026)
    assert number == str(DocumentNumber("SQ", 2026, 1))
    assert used(store)[0].void == ((1, 1),)


def test_a_laptop_under_another_identity_gives_its_blocks_up_and_still_accounts_for_them(
    store: Store,
) -> None:
    with store.engine.begin() as connection:
        numbers.take(connection, numbers.QUOTE, 2026)
        leases.drop(connection)
        leases.add(connection, [Lease("SQ", 51, 52)])
        assert numbers.take(connection, numbers.QUOTE, 2026) == str(DocumentNumber("SQ", 2026, 51))
        assert connection.exec_driver_sql("SELECT first, last, why FROM number_void").all() == [
            (2, 3, "forked")
        ]
    assert [(one.lent, one.void, one.left) for one in used(store)] == [(5, ((1, 3), (51, 51)), ((52, 52),))]


def test_many_laptops_issue_offline_without_a_collision_and_all_numbers_add_up() -> None:
    outcome = proof.run(6, 150, seed=3)
    assert outcome.collisions == 0
    assert outcome.problems == []
    assert outcome.documents >= 900
    assert min(outcome.issued, outcome.void, outcome.still_lent, outcome.own) > 0
