"""Ledgers: each entry counts once, in whatever order they arrive; what is not there is not spent."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy.orm import Mapped

from desktop.models import ledgers
from desktop.models.kinds import Link, Whole
from desktop.models.record import RECORDS, Base, Record, field
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.rules.ledger import Ledger
from desktop.words import Message, msg
from sync.protocol import messages
from tests.stores import opened
from tests.sync.server.laptop import Laptop

TYPE = "point_entry_of_tests"


@pytest.fixture(scope="module")
def ledger() -> Iterator[type[Record]]:
    """A ledger as a record type declares one; the product has none yet."""

    class Entry(Record):
        """Points of a customer, given or spent."""

        __tablename__ = TYPE
        __label__: ClassVar[Message] = msg("Customer")
        __plural__: ClassVar[Message] = msg("Customers")
        __root__ = "customer_id"
        __fact__ = "append"
        __ledger__ = Ledger("points")
        customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), frozen=True, index=True)
        points: Mapped[int | None] = field(Whole(), msg("Quantity"), merge="ledger", frozen=True)

    yield Entry
    del RECORDS[TYPE]
    Base.metadata.remove(Entry.table())


class Points:
    """Laptops that give and spend points of one customer."""

    def __init__(self, first: Laptop) -> None:
        self.customer = first.create("customer", name="A")
        first.sync()

    def add(self, laptop: Laptop, points: Any, record: str = "") -> list[str]:
        body = {"customer_id": self.customer, "points": points}
        record = record or laptop.create("customer", name="id")
        laptop.tx(("append", TYPE, record, body, 0), command="points.add")
        return [one.code for one in laptop.sync().verdicts][-1:]

    def balance(self, laptop: Laptop) -> int:
        laptop.sync()
        return sum(row["points"] for (kind, _), row in laptop.rows.items() if kind == TYPE)


@pytest.fixture
def join(ledger: type[Record], request: pytest.FixtureRequest) -> Any:
    assert ledger.__ledger__ is not None
    server = request.getfixturevalue("server")

    def make(name: str) -> Laptop:
        if name not in {one["user"] for one in server.devices()}:
            server.add_user(name, "North", "rep")
        laptop = Laptop(server)
        laptop.enrol(server.new_code(name))
        laptop.sync()
        return laptop

    return make


def test_the_balance_is_the_sum_of_the_entries_and_nobody_overdraws_it(join: Any) -> None:
    first, second = join("Li"), join("Wang")
    points = Points(first)
    assert points.add(first, 100) == [""]
    second.sync()
    assert points.add(first, -60) == [""]
    assert points.add(second, -60) == ["limit"]
    assert points.add(second, -40) == [""]
    assert points.add(second, -1) == ["limit"]
    assert points.add(second, 5) == [""]
    assert [points.balance(laptop) for laptop in (first, second)] == [5, 5]


def test_entries_of_one_push_count_together(join: Any) -> None:
    laptop = join("Li")
    points = Points(laptop)
    body = {"customer_id": points.customer}
    ids = [laptop.create("customer", name="id") for _ in range(3)]
    laptop.tx(
        ("append", TYPE, ids[0], {**body, "points": 10}, 0),
        ("append", TYPE, ids[1], {**body, "points": -10}, 0),
        command="points.add",
    )
    laptop.tx(("append", TYPE, ids[2], {**body, "points": -1}, 0), command="points.add")
    assert [one.code for one in laptop.sync().verdicts][-3:] == ["", "", "limit"]


def test_an_entry_sent_twice_counts_once_and_none_is_changed(join: Any) -> None:
    laptop = join("Li")
    points = Points(laptop)
    record = laptop.create("customer", name="id")
    assert points.add(laptop, 100, record) == [""]
    assert points.add(laptop, 100, record) == [""]
    assert points.balance(laptop) == 100
    laptop.tx(("set", TYPE, record, {"points": [100, 900]}, 1), command="points.add")
    laptop.tx(("delete", TYPE, record, {}, 1), command="points.add")
    assert [one.code for one in laptop.sync().verdicts] == ["frozen", "frozen"]
    assert points.add(laptop, None) == ["invalid"]
    assert points.balance(laptop) == 100


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_both_laptops_come_to_the_same_balance(join: Any, seed: int) -> None:
    rng = random.Random(seed)
    laptops = [join("Li"), join("Wang")]
    points, accepted = Points(laptops[0]), 0
    for laptop in laptops:
        laptop.sync()
    for _ in range(25):
        laptop, amount = rng.choice(laptops), rng.randint(-30, 30)
        body = {"customer_id": points.customer, "points": amount}
        laptop.tx(("append", TYPE, laptop.create("contact", name="id"), body, 0), command="points.add")
        if rng.random() < 0.5:
            sent = laptop.ops[laptop.sent :]
            codes = {one.n: one.code for one in laptop.sync().verdicts}
            kept = [op for op in sent if op.type == TYPE and not codes[op.n]]
            accepted += sum(op.body["points"] for op in kept)
            assert accepted >= 0
    for laptop in laptops:
        codes = {one.n: one.code for one in laptop.sync().verdicts}
        kept = [op for op in laptop.ops if op.n in codes and op.type == TYPE and not codes[op.n]]
        accepted += sum(op.body["points"] for op in kept)
    assert [points.balance(laptop) for laptop in laptops] == [accepted, accepted]
    assert messages.SYNC


def test_a_laptop_shows_its_own_entries_in_the_balance(ledger: type[Any], tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        made = _customer(store)
        with store.work(store.me(), "points.add") as work:
            for points in (100, -30):
                work.add(ledger(customer_id=made, points=points))
        with store.reader.connect() as connection:
            assert ledgers.balance(connection, ledger, made) == 70
            kinds = connection.exec_driver_sql("SELECT kind FROM change ORDER BY n").scalars().all()
            assert kinds == ["create", "append", "append"]
            with pytest.raises(TypeError):
                ledgers.balance(connection, Customer, made)


def _customer(store: Store) -> UUID:
    with store.work(store.me(), "customer.new") as work:
        return work.add(Customer(name="A")).id
