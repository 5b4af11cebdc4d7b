"""The outbox against a real office: what is refused, parked or half answered, and every way out of it."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Offline, Refused
from desktop.models import outbox as operations
from desktop.models.records import Customer, Product
from desktop.models.store import Store
from desktop.services import asides, commands, outbox, undo
from desktop.services.outbox import Card
from sync.client.driver import Request, sync_once
from sync.engine.actions import Answer, Failure
from sync.engine.pace import Batch
from sync.engine.round import Limits
from sync.server import people
from tests.stores import customer
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pairs(tmp_path) as made:
        yield made


class Falls(Direct):
    """The line falls: after so many answers, the office still hears what is said, and nobody its answer."""

    def __init__(self, pair: Pair, answers: int) -> None:
        super().__init__(pair.server)
        self.left = answers

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        self.left -= 1
        answer = super().send(request, cancelled)
        return answer if self.left >= 0 else Failure("gone")


def one_by_one() -> Limits:
    """One change up and one row down with each request."""
    return Limits(Batch(1, 1, 1, 0), Batch(1, 1, 1, 0))


def half(pair: Pair, answers: int) -> None:
    """Ann syncs, and the line falls after so many answers."""
    with pytest.raises(Offline):
        sync_once(pair.ann, Falls(pair, answers), limits=one_by_one())


def sync(pair: Pair, *stores: Store) -> None:
    for store in stores:
        sync_once(store, Direct(pair.server))


def edit(store: Store, record: Any, **values: object) -> None:
    commands.run(store, store.me(), f"{record.__tablename__}.edit", record.id, values=values)


def the(store: Store, record: Any) -> Any:
    with store.reading() as session:
        return session.get(type(record), record.id)


def become(pair: Pair, who: str, role: str) -> None:
    """The office gives somebody another role."""
    pair.server.store.write(lambda conn: people.set_role(conn, who, role, 1))


def shared(pair: Pair, **values: object) -> Customer:
    made = customer(pair.ann, "甲公司", **values)
    pair.meet()
    return made


def only(store: Store) -> Card:
    (card,) = outbox.cards(store)
    return card


def refused(pair: Pair) -> tuple[Product, Card]:
    """Ann's price goes up while the office has made her a rep."""
    product = pair.products[0]
    pair.meet()
    edit(pair.ann, product, price=Decimal(120))
    become(pair, "Ann", "rep")
    sync(pair, pair.ann)
    return product, only(pair.ann)


def test_what_the_office_refused_is_told_in_its_words_and_sent_again_when_it_may(pair: Pair) -> None:
    product, card = refused(pair)
    assert (card.state, card.title) == ("refused", product.name)
    (step,) = card.steps
    assert (step.field, step.old, step.new) == ("price", "100", "120")
    assert card.why.in_language("zh") != card.why.in_language("en")
    assert the(pair.ann, product).price == 100
    become(pair, "Ann", "manager")
    sync(pair, pair.ann)
    outbox.retry(pair.ann, card)
    assert the(pair.ann, product).price == 120
    sync(pair, pair.ann, pair.bob)
    assert the(pair.bob, product).price == 120
    assert outbox.cards(pair.ann) == []


def test_what_is_changed_instead_of_what_was_refused_closes_it_and_undo_brings_both_back(pair: Pair) -> None:
    product, _card = refused(pair)
    become(pair, "Ann", "manager")
    sync(pair, pair.ann)
    me = pair.ann.me()
    with pytest.raises(Refused):
        asides.run(pair.ann, me, "product.edit", product.id, values={"name": ""})
    asides.run(pair.ann, me, "product.edit", product.id, values={"category": "other"})
    assert [one.state for one in outbox.cards(pair.ann)].count("refused") == 1, "another field is not it"
    undo.undo(pair.ann, me)
    asides.run(pair.ann, me, "product.edit", product.id, values={"price": Decimal(110)})
    assert the(pair.ann, product).price == 110
    assert [one.state for one in outbox.cards(pair.ann)] == ["waiting"]
    assert undo.last_step(pair.ann, me).command == "product.edit"  # type: ignore[union-attr]
    undo.undo(pair.ann, me)
    assert the(pair.ann, product).price == 100
    assert "refused" in [one.state for one in outbox.cards(pair.ann)]
    asides.run(pair.ann, me, "product.edit", product.id, values={"price": Decimal(115)})
    sync(pair, pair.ann, pair.bob, pair.ann)
    assert outbox.cards(pair.ann) == []
    assert the(pair.bob, product).price == 115


def test_a_refused_change_that_is_let_go_leaves_the_offices_value(pair: Pair) -> None:
    product, card = refused(pair)
    assert outbox.kept(pair.ann, card) is None
    outbox.take_back(pair.ann, card)
    assert outbox.cards(pair.ann) == []
    sync(pair, pair.ann)
    assert the(pair.ann, product).price == 100


def test_a_refused_new_record_comes_again_by_a_retry(pair: Pair) -> None:
    pair.meet()
    given = {"sku": "N-1", "name": "新", "price": Decimal(5)}
    made = commands.run(pair.ann, pair.ann.me(), "product.new", values=given).value
    become(pair, "Ann", "auditor")
    sync(pair, pair.ann)
    card = only(pair.ann)
    assert card.state == "refused"
    become(pair, "Ann", "manager")
    sync(pair, pair.ann)
    outbox.retry(pair.ann, only(pair.ann))
    sync(pair, pair.ann, pair.bob)
    assert the(pair.bob, made).sku == "N-1"


def test_what_two_people_changed_is_parked_with_both_values(pair: Pair) -> None:
    made = shared(pair, credit=1000)
    edit(pair.bob, made, credit=2000)
    sync(pair, pair.bob)
    edit(pair.ann, made, credit=3000)
    sync(pair, pair.ann)
    card = only(pair.ann)
    assert card.state == "parked"
    (step,) = card.steps
    assert (step.old, step.new) == (2000, 3000)
    assert [told.field for told in card.others] == ["credit"]
    outbox.retry(pair.ann, card)
    sync(pair, pair.ann, pair.bob)
    assert [the(store, made).credit for store in (pair.ann, pair.bob)] == [3000, 3000]
    assert outbox.cards(pair.ann) == []


def test_who_else_changed_it_is_told_and_what_goes_after_what(pair: Pair) -> None:
    made, other = shared(pair), shared(pair)
    edit(pair.ann, other, city="无锡")
    edit(pair.ann, made, website="a.example")
    edit(pair.ann, made, city="苏州")
    assert [card.state for card in outbox.cards(pair.ann)] == ["waiting", "waiting", "follows"]
    edit(pair.bob, made, grade="a")
    sync(pair, pair.bob)
    half(pair, 2)
    row, sent, follows = outbox.cards(pair.ann)
    assert [card.state for card in (row, sent, follows)] == ["row", "sending", "follows"]
    assert (row.record, row.why) == (other.id, outbox.WHY["row"])
    assert outbox.kept(pair.ann, row) is not None
    (told,) = follows.others
    assert told.field == "grade"
    sync(pair, pair.ann, pair.bob)
    assert outbox.cards(pair.ann) == []
    assert (the(pair.bob, made).city, the(pair.ann, made).grade) == ("苏州", "a")


def test_a_change_that_left_is_no_longer_taken_back(pair: Pair) -> None:
    made = shared(pair)
    edit(pair.ann, made, website="a.example")
    half(pair, 1)
    card = only(pair.ann)
    assert card.state == "sending"
    assert outbox.kept(pair.ann, card) is not None
    with pytest.raises(Refused):
        outbox.take_back(pair.ann, card)
    sync(pair, pair.ann, pair.bob)
    assert the(pair.bob, made).website == "a.example"


def test_the_offices_row_comes_to_light_after_taking_back_what_it_did_not_have(pair: Pair) -> None:
    """A record that the office knows never vanishes: one's own changes lie on top of its row."""
    made = shared(pair, website="office.example")
    edit(pair.ann, made, website="a.example")
    edit(pair.bob, made, website="b.example")
    sync(pair, pair.bob)
    outbox.take_back(pair.ann, only(pair.ann))
    assert the(pair.ann, made).website == "office.example"
    sync(pair, pair.ann)
    found = the(pair.ann, made)
    assert (found.deleted_at, found.website) == (None, "b.example")
    with pair.ann.reader.connect() as connection:
        created = connection.exec_driver_sql(
            "SELECT tx FROM change WHERE record = ? AND kind = 'create'", (made.id.bytes,)
        ).scalar_one()
        assert operations.one_of(connection, type(made.id)(bytes=bytes(created))) is None


def test_undo_after_a_take_back_undoes_what_came_before_it(pair: Pair) -> None:
    made = shared(pair, website="1.example")
    edit(pair.ann, made, website="2.example")
    sync(pair, pair.ann)
    edit(pair.ann, made, website="3.example")
    outbox.take_back(pair.ann, only(pair.ann))
    assert the(pair.ann, made).website == "2.example"
    undone = undo.undo(pair.ann, pair.ann.me())
    assert undone.step.command == "customer.edit"
    assert the(pair.ann, made).website == "1.example"
    sync(pair, pair.ann, pair.bob)
    assert the(pair.bob, made).website == "1.example"
