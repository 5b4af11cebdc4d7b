"""Every kind of matter with a real office: how it arises, what it says, and how it is decided."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from desktop.errors import NotFound, Refused
from desktop.models import fuse
from desktop.models.records import Adjustment, Customer, Organisation, Product, Quote
from desktop.models.store import Store
from desktop.services import commands, held, inbox, lately, matters, undo, ways
from desktop.services.matters import Matter
from sync.client.driver import enrol, sync_once
from sync.server import store as office_store
from sync.server.server import Server
from tests.stores import opened
from tests.sync.pair import Pair, pairs
from tests.sync.simulator import points
from tests.sync.simulator.world import Direct


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pairs(tmp_path) as made:
        yield made


def only(store: Store, kind: str) -> Matter:
    """The one matter, which is of this kind."""
    (found,) = matters.matters(store)
    assert found.kind == kind
    assert matters.count(store) == 1
    assert matters.find(store, found.key.hex[:16] if kind != "held" else "deletions") == found
    return found


def ways_of(store: Store, matter: Matter) -> dict[str, str]:
    """What each way says, in English; every word has its Chinese."""
    told = ways.tell(store, matter)
    for words in (told.headline, told.reason, *(way.meaning for way in told.ways)):
        assert words.in_language("en") != words.in_language("zh")
    return {way.name: f"{way.title.in_language('en')}. {way.meaning.in_language('en')}" for way in told.ways}


def edit(store: Store, record: UUID, **values: Any) -> None:
    commands.run(store, store.me(), "customer.edit", record, values=values)


def who(pair: Pair) -> UUID:
    (found,) = pair.all(pair.bob, Customer)
    identity: UUID = found.id
    return identity


@pytest.mark.parametrize(
    ("way", "left"),
    [
        ("both", "1\nAnn's\nBob's\n3\nAnn's end"),
        ("mine", "1\nBob's\n3\nAnn's end"),
        ("theirs", "1\nAnn's\n3\nAnn's end"),
    ],
)
def test_two_texts_become_one_and_nothing_written_elsewhere_is_lost(pair: Pair, way: str, left: str) -> None:
    edit(pair.ann, who(pair), remark="1\n2\n3")
    pair.meet()
    edit(pair.ann, who(pair), remark="1\nAnn's\n3\nAnn's end")
    edit(pair.bob, who(pair), remark="1\nBob's\n3")
    pair.meet()
    matter = only(pair.bob, "text")
    assert set(ways_of(pair.bob, matter)) == {"both", "mine", "theirs"}
    matters.decide(pair.bob, matter, way)
    pair.meet()
    for store in (pair.ann, pair.bob):
        assert pair.all(store, Customer)[0].remark == left
        assert matters.count(store) == 0
    commands.run(pair.bob, pair.bob.me(), "inbox.reopen", entry_id=matter.key)
    pair.meet()
    assert "【1】" in pair.all(pair.ann, Customer)[0].remark
    assert only(pair.bob, "text").key == matter.key


def test_a_deletion_that_met_a_change_is_kept_or_done(pair: Pair) -> None:
    pair.price(pair.ann, 0, "120")
    pair.do(pair.bob, "quote.remove_line", line_id=pair.lines[0])
    pair.meet()
    matter = next(one for one in matters.matters(pair.bob) if one.kind == "delete")
    said = ways_of(pair.bob, matter)
    assert "¥320.00" in said["theirs"]
    assert "¥200.00" in said["mine"]
    assert [(one.who, str(one.new)) for one in lately.changes(pair.bob, matter)][:1] == [("Ann", "120")]
    matters.decide(pair.bob, matter, "mine")
    pair.meet()
    assert [line.sku for line in pair.draft(pair.ann).lines] == ["B"]
    undo.undo(pair.bob, pair.bob.me())
    pair.meet()
    assert [line.sku for line in pair.draft(pair.ann).lines] == ["A", "B"]


@pytest.mark.parametrize("way", ["mine", "theirs"])
def test_what_was_deleted_meanwhile_comes_back_with_ones_own_value_or_stays_gone(
    pair: Pair, way: str
) -> None:
    made = commands.run(pair.ann, pair.ann.me(), "customer.new", values={"name": "Second"}).value.id
    pair.meet()
    commands.run(pair.ann, pair.ann.me(), "customer.delete", made)
    edit(pair.bob, made, phone="139")
    pair.meet()
    matter = only(pair.bob, "deleted")
    assert set(ways_of(pair.bob, matter)) == {"mine", "theirs"}
    matters.decide(pair.bob, matter, way)
    pair.meet()
    found = {one.id: one.phone for one in pair.all(pair.ann, Customer)}
    assert found.get(made) == ("139" if way == "mine" else None)
    assert matters.count(pair.bob) == 0


def test_a_stage_that_is_gone_says_so_and_is_not_forced(pair: Pair) -> None:
    pair.do(pair.ann, "quote.issue")
    pair.meet()
    pair.do(pair.ann, "quote.decline")
    pair.do(pair.bob, "quote.accept")
    pair.meet()
    matter = only(pair.bob, "stage")
    assert set(ways_of(pair.bob, matter)) == {"theirs"}
    with pytest.raises(Refused):
        matters.decide(pair.bob, matter, "mine")
    matters.decide(pair.bob, matter, "theirs")
    pair.meet()
    assert [one.stage for one in pair.all(pair.bob, Quote)] == ["declined"]


def test_a_late_price_of_an_issued_quote_says_what_to_do(pair: Pair) -> None:
    pair.do(pair.ann, "quote.issue")
    pair.price(pair.bob, 0, "90")
    pair.meet()
    matter = only(pair.bob, "refused")
    said = ways_of(pair.bob, matter)
    assert list(said) == ["split", "mine", "theirs"]
    assert "R1 stays as it was issued" in said["split"]
    matters.decide(pair.bob, matter, "split")
    pair.meet()
    assert [str(line.unit_price) for line in pair.draft(pair.ann).lines] == ["90", "200"]


def test_a_total_that_nobody_saw_is_confirmed_by_its_owner(pair: Pair) -> None:
    pair.price(pair.ann, 0, "120")
    pair.price(pair.bob, 1, "190")
    pair.meet()
    assert matters.matters(pair.bob) == []  # the quote is Ann's
    matter = only(pair.ann, "review")
    assert "Confirm ¥310.00" in ways_of(pair.ann, matter)["confirm"]
    assert {(one.of, one.who) for one in lately.changes(pair.ann, matter)} == {("A", "Ann"), ("B", "Bob")}
    outcome = matters.decide(pair.ann, matter, "confirm")
    assert outcome is not None
    assert outcome.undoable
    pair.do(pair.ann, "quote.issue")
    pair.meet()
    assert matters.count(pair.ann) == 0


def test_a_refusal_takes_only_the_ways_it_has(pair: Pair) -> None:
    pair.price(pair.ann, 0, "120")
    pair.price(pair.bob, 0, "90")
    pair.meet()
    matter = only(pair.bob, "conflict")
    for way in ("accept", "both", "back"):
        with pytest.raises(Refused):
            matters.decide(pair.bob, matter, way)
    with pytest.raises(NotFound):
        matters.find(pair.bob, "deletions")
    assert only(pair.bob, "conflict") == matter


def test_a_light_stands_beside_a_price_for_who_may_see_cost_or_floor(pair: Pair) -> None:
    item = pair.all(pair.ann, Product)[0]
    commands.run(pair.ann, pair.ann.me(), "product.edit", item.id, values={"cost": Decimal(80)})
    firm = pair.all(pair.ann, Organisation)
    assert len(firm) <= 1
    pair.meet()
    for price, other in (("120", "75"),):
        pair.price(pair.ann, 0, price)
        pair.price(pair.bob, 0, other)
    pair.meet()
    weighed = inbox.weigh(pair.bob, _entry(only(pair.bob, "conflict")))
    assert weighed is not None
    mine, theirs = weighed.weights["mine"].light, weighed.weights["theirs"].light
    assert mine is not None
    assert theirs is not None
    assert (mine.tone, theirs.tone) == ("bad", "good")
    assert "below cost" in mine.words.in_language("en")
    assert "低于成本" in mine.words.in_language("zh")
    pair.bob.become(_as(pair.bob, "rep"))
    with pair.bob.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE product SET cost = NULL")
    hidden = inbox.weigh(pair.bob, _entry(only(pair.bob, "conflict")))
    assert hidden is not None
    assert hidden.weights["mine"].light is None


def _as(store: Store, role: str) -> Any:
    me = store.me()
    return type(me)(me.id, me.name, role, me.team_id)


def _entry(matter: Matter) -> Any:
    assert matter.entry is not None
    return matter.entry


def test_a_discount_has_a_light_too(pair: Pair) -> None:
    for item in pair.all(pair.ann, Product):
        commands.run(pair.ann, pair.ann.me(), "product.edit", item.id, values={"cost": Decimal(50)})
    pair.do(pair.ann, "quote.discount", kind="percent", value=Decimal(-5))
    pair.meet()
    for store, value in ((pair.ann, -10), (pair.bob, -60)):
        pair.do(store, "quote.discount", kind="percent", value=Decimal(value))
    pair.meet()
    matter = only(pair.bob, "conflict")
    assert matter.type == Adjustment.__tablename__
    weighed = inbox.weigh(pair.bob, _entry(matter))
    assert weighed is not None
    assert weighed.weights["mine"].light is not None
    assert weighed.weights["mine"].light.tone == "bad"


# ---------------------------------------------------------------- proposals, accounts, deletions


class Office:
    """An office with Ann of the south and Bob of the north, and a chief who gives records away."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(office_store.open_folder(folder / "office"))

    def join(self, store: Store, name: str, team: str, role: str) -> Store:
        if not any(one == name for one in self.names):
            self.server.add_user(name, team, role)
            self.names.append(name)
        enrol(store, Direct(self.server), self.server.new_code(name))
        return store

    names: list[str]

    def sync(self, *stores: Store) -> None:
        for store in (*stores, *stores):
            sync_once(store, Direct(self.server))


@pytest.mark.parametrize(("way", "phone", "word"), [("accept", "2", "accepted"), ("refuse", "1", "left")])
def test_who_proposed_is_told_what_became_of_it_on_both_laptops(
    tmp_path: Path, way: str, phone: str, word: str
) -> None:
    office = Office(tmp_path)
    office.names = []
    with (
        opened(tmp_path / "bob") as bob,
        opened(tmp_path / "home") as home,
        opened(tmp_path / "ann") as ann,
        opened(tmp_path / "chief") as chief,
    ):
        office.join(bob, "Bob", "North", "rep")
        office.join(home, "Bob", "North", "rep")
        office.join(ann, "Ann", "South", "rep")
        office.join(chief, "Chief", "Office", "admin")
        made = commands.run(bob, bob.me(), "customer.new", values={"name": "A", "phone": "1"}).value.id
        office.sync(bob, ann, chief)
        values = {"owner_id": ann.me().id, "team_id": ann.me().team_id}
        commands.run(chief, chief.me(), "customer.edit", made, values=values)
        edit(bob, made, phone="2")
        office.sync(chief, bob, home, ann)
        waiting = only(bob, "proposed")
        assert waiting.outcome == ""
        assert only(home, "proposed").key == waiting.key
        matters.decide(bob, waiting, "theirs")  # seen; it comes again once it is decided
        proposal = only(ann, "proposal")
        assert "Bob" in ways.headline(ann, proposal).in_language("en")
        assert set(ways_of(ann, proposal)) == {"accept", "refuse"}
        matters.decide(ann, proposal, way)
        office.sync(bob, ann, bob, home)
        for store in (bob, home):
            told = only(store, "proposed")
            assert told.outcome == f"{way}{'' if way.endswith('e') else 'e'}d"
            said = ways.tell(store, told).reason.in_language("en")
            assert said.startswith("Ann")
            assert word in said
        matters.decide(home, only(home, "proposed"), "theirs")
        office.sync(home, bob)
        assert matters.count(bob) == matters.count(home) == 0
        with ann.reading() as session:
            assert session.scalars(select(Customer.phone)).one() == phone
    office.server.store.close()


def test_an_overdraft_says_what_is_left_and_books_that(tmp_path: Path) -> None:
    with points.known(), pairs(tmp_path) as pair:
        account = who(pair)

        def book(store: Store, amount: int) -> None:
            with store.work(store.me(), "points.add") as work:
                work.add(points.entry_type()(customer_id=account, points=amount))

        book(pair.ann, 100)
        pair.meet()
        book(pair.ann, -70)
        book(pair.bob, -50)
        pair.meet()
        matter = only(pair.bob, "overdraft")
        assert "30" in ways_of(pair.bob, matter)["edit"]
        assert "20 are missing" in ways.tell(pair.bob, matter).reason.in_language("en")
        matters.decide(pair.bob, matter, "edit")
        pair.meet()
        assert matters.count(pair.bob) == 0
        for store in (pair.ann, pair.bob):
            assert sum(one.points for one in pair.all(store, points.entry_type())) == 0


MANY = 230


def test_held_deletions_are_put_back_for_everybody_also_without_a_network(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        made = []
        with pair.ann.work(pair.ann.me(), "customer.new") as work:
            made = [work.add(Customer(name=f"C{n}")).id for n in range(MANY)]
        pair.meet()
        with pair.ann.work(pair.ann.me(), "customer.delete") as work:
            for one in made:
                work.delete(work.get(Customer, one))
        pair.meet()
        matter = only(pair.bob, "held")
        assert matter.deletions is not None
        assert (matter.deletions.count, len(matter.deletions.samples)) == (MANY, held.SAMPLES)
        assert list(ways_of(pair.bob, matter)) == ["back", "accept"]
        matters.decide(pair.bob, matter, "back")
        assert matters.count(pair.bob) == 0
        pair.meet()
        for store in (pair.ann, pair.bob):
            assert len(pair.all(store, Customer)) == MANY + 1
        undone = undo.undo(pair.bob, pair.bob.me())
        assert undone.records == MANY
        assert len(pair.all(pair.bob, Customer)) == 1


def test_held_deletions_are_let_in_and_still_come_back(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        with pair.ann.work(pair.ann.me(), "customer.new") as work:
            made = [work.add(Customer(name=f"C{n}")).id for n in range(MANY)]
        pair.meet()
        with pair.ann.work(pair.ann.me(), "customer.delete") as work:
            for one in made:
                work.delete(work.get(Customer, one))
        pair.meet()
        assert matters.decide(pair.bob, only(pair.bob, "held"), "accept") is None
        with pair.bob.reader.connect() as connection:
            assert fuse.held(connection) == 0
        assert len(pair.all(pair.bob, Customer)) == 1
        assert held.put_back(pair.bob) == MANY
        pair.meet()
        assert len(pair.all(pair.ann, Customer)) == MANY + 1
        assert held.put_back(pair.bob) == 0
