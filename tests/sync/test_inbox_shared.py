"""One person with two laptops: what is to be decided on one is so on both, and is decided once."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.models import decisions
from desktop.models import inbox as kept
from desktop.models.inbox import Entry
from desktop.models.records import Customer, Product
from desktop.models.records.decisions import Decision
from desktop.models.store import Store
from desktop.services import commands, inbox, undo
from sync.client.driver import enrol, sync_once
from sync.server import people
from tests.stores import opened
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct


class Two(Pair):
    """Ann, and Bob with a second laptop."""

    home: Store

    def meet(self) -> None:
        stores = [self.ann, self.bob, self.home] if hasattr(self, "home") else [self.ann, self.bob]
        for store in [*stores, *stores]:
            self.sync(store)

    def sync(self, store: Store) -> None:
        sync_once(store, Direct(self.server))


@contextmanager
def second(pair: Pair, folder: Path) -> Iterator[Two]:
    with opened(folder / "home") as home:
        enrol(home, Direct(pair.server), pair.server.new_code("Bob"))
        pair.__class__ = Two
        assert isinstance(pair, Two)
        pair.home = home
        pair.meet()
        yield pair


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with pairs(tmp_path) as pair, second(pair, tmp_path) as made:
        yield made


def clash(two: Two, mine: str = "90") -> Entry:
    """Ann says 120, Bob on his first laptop 90."""
    two.price(two.ann, 0, "120")
    two.price(two.bob, 0, mine)
    two.meet()
    return only(two.bob)


def opens(store: Store) -> list[Entry]:
    with store.reader.connect() as connection:
        return kept.entries(connection)


def only(store: Store) -> Entry:
    (found,) = opens(store)
    return found


def states(store: Store) -> list[str]:
    with store.reader.connect() as connection:
        return [one.state for one in kept.entries(connection, every=True)]


def settle(store: Store, entry: Entry, side: str, **more: Any) -> None:
    commands.run(store, store.me(), "inbox.resolve", entry_id=entry.id, side=side, **more)


def prices(two: Two) -> list[str]:
    return [str(two.draft(store).lines[0].unit_price) for store in (two.ann, two.bob, two.home)]


def test_what_arises_on_one_laptop_is_open_on_the_other_and_is_decided_there(two: Two) -> None:
    entry = clash(two)
    there = only(two.home)
    assert (there.id, there.field, there.mine, there.theirs) == (entry.id, "unit_price", "90", "120")
    assert opens(two.ann) == []
    weighed = inbox.weigh(two.home, there)
    assert weighed is not None
    assert (weighed.weights["mine"].payable, weighed.weights["theirs"].payable) == ("290.00", "320.00")
    settle(two.home, there, "mine")
    two.meet()
    assert prices(two) == ["90"] * 3
    assert opens(two.bob) == opens(two.home) == []
    assert states(two.bob) == states(two.home) == ["mine"]


@pytest.mark.parametrize("first", ["bob", "home"])
@pytest.mark.parametrize(("side", "value", "left"), [("mine", None, "90"), ("edit", "111", "111")])
def test_a_value_beats_a_decision_that_wrote_nothing_whichever_comes_first(
    two: Two, first: str, side: str, value: str | None, left: str
) -> None:
    entry = clash(two)
    settle(two.bob, entry, "theirs")
    settle(two.home, entry, side, value=value)
    two.sync(two.bob if first == "bob" else two.home)
    two.meet()
    assert prices(two) == [left] * 3
    assert opens(two.bob) == opens(two.home) == []
    assert states(two.bob) == states(two.home) == [side]


def test_two_values_at_once_one_wins_and_the_other_is_asked_about_on_both(two: Two) -> None:
    entry = clash(two)
    settle(two.bob, entry, "mine")
    settle(two.home, entry, "edit", value="111")
    two.meet()
    assert prices(two) == ["90"] * 3
    again = only(two.home)
    assert again == only(two.bob) or again.id == only(two.bob).id
    assert (again.mine, again.theirs) == ("111", "90")
    assert sorted(states(two.bob)) == sorted(states(two.home)) == ["mine", "open"]
    settle(two.bob, only(two.bob), "mine")
    two.meet()
    assert prices(two) == ["111"] * 3
    assert opens(two.bob) == opens(two.home) == []


def test_a_decision_taken_back_is_open_on_both(two: Two) -> None:
    entry = clash(two)
    settle(two.bob, entry, "mine")
    two.meet()
    assert opens(two.home) == []
    commands.run(two.home, two.home.me(), "inbox.reopen", entry_id=entry.id)
    two.meet()
    assert prices(two) == ["120"] * 3
    assert only(two.bob).id == only(two.home).id == entry.id
    settle(two.bob, only(two.bob), "theirs")
    undo.undo(two.bob, two.bob.me())
    two.meet()
    assert only(two.home).id == entry.id


def test_a_decision_taken_before_the_office_s_entry_came_is_told_when_it_comes(two: Two) -> None:
    entry = clash(two)
    with two.bob.engine.begin() as connection:  # as if the answer had come and its page not yet
        connection.exec_driver_sql("DELETE FROM decision")
        connection.exec_driver_sql("DELETE FROM sync_cursor WHERE stream LIKE 'inbox:%'")
    settle(two.bob, entry, "theirs")
    two.meet()
    assert opens(two.bob) == opens(two.home) == []
    assert two.bob.local(decisions.OWED) == []


def test_a_new_laptop_finds_what_is_open_and_a_teammate_s_and_a_manager_s_never_do(
    two: Two, tmp_path: Path
) -> None:
    entry = clash(two)
    with opened(tmp_path / "third") as third, opened(tmp_path / "boss") as boss:
        two.server.add_user("Boss", "", "admin")
        enrol(third, Direct(two.server), two.server.new_code("Bob"))
        enrol(boss, Direct(two.server), two.server.new_code("Boss"))
        for store in (third, boss, third):
            two.sync(store)
        assert only(third).id == entry.id
        settle(third, only(third), "theirs")
        two.sync(third)
        two.meet()
        for store in (boss, two.ann):
            assert (two.all(store, Decision), opens(store)) == ([], [])
            with store.reader.connect() as connection:
                rows = connection.exec_driver_sql("SELECT stream FROM sync_cursor").all()
            assert not [row for row in rows if row[0].startswith("inbox:")]
    assert opens(two.home) == []


def test_a_sensitive_value_is_open_on_both_laptops_and_leaves_them_with_the_right_to_see_it(
    two: Two, tmp_path: Path
) -> None:
    item = two.all(two.bob, Product)[0].id
    for store, cost in ((two.ann, Decimal(10)), (two.bob, Decimal(20))):
        commands.run(store, store.me(), "product.edit", item, values={"cost": cost})
    two.meet()
    for store in (two.bob, two.home):
        assert (only(store).field, str(only(store).mine)) == ("cost", "20")
    settle(two.home, only(two.home), "mine")
    two.meet()
    assert opens(two.bob) == []
    assert str(two.all(two.ann, Product)[0].cost) == "20"
    two.server.store.write(lambda conn: people.set_role(conn, "Bob", "rep", two.server.clock()))
    two.meet()
    for store in (two.bob, two.home):
        (entry,) = two.all(store, Decision)
        assert (entry.of_field, entry.mine) == ("cost", None)
    with opened(tmp_path / "third") as third:
        enrol(third, Direct(two.server), two.server.new_code("Bob"))
        two.sync(third)
        assert [one.mine for one in two.all(third, Decision)] == [None], "a new laptop is not told either"


def test_who_made_the_office_s_value_is_known_where_ones_own_change_arrived_too(two: Two) -> None:
    (who,) = two.all(two.bob, Customer)
    commands.run(two.ann, two.ann.me(), "customer.edit", who.id, values={"credit": 100})
    commands.run(two.bob, two.bob.me(), "customer.edit", who.id, values={"credit": 250, "phone": "139"})
    two.meet()
    for store in (two.bob, two.home):
        with store.reader.connect() as connection:
            assert kept.original(connection, only(store)) == (True, None), "what the author saw"
        by = inbox.changed_by(store, only(store))
        assert by is not None
        assert by.who == "Ann"


def test_of_several_changes_of_one_field_the_newest_is_asked_about(two: Two) -> None:
    two.price(two.ann, 0, "120")
    two.price(two.bob, 0, "90")
    two.price(two.bob, 0, "80")
    two.meet()
    assert [only(store).mine for store in (two.bob, two.home)] == ["80", "80"]
    assert sorted(states(two.home)) == ["open", "superseded"]


def test_a_refused_price_is_one_entry(two: Two) -> None:
    two.do(two.ann, "quote.issue")
    two.price(two.bob, 0, "90")
    two.meet()
    assert [(one.kind, one.field) for one in opens(two.bob)] == [("rejected", "unit_price")]
    assert [one.id for one in opens(two.home)] == [one.id for one in opens(two.bob)]
