"""Decisions between two real laptops: what each choice means in money, and what it leaves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import NotFound, Refused
from desktop.models import inbox as kept
from desktop.models.inbox import Entry
from desktop.models.record import new_id
from desktop.models.records import Customer, Quote
from desktop.models.store import Store
from desktop.services import commands, drafts, inbox, outbox, undo
from tests.sync.pair import Pair, pairs


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pairs(tmp_path) as made:
        yield made


def clash(pair: Pair) -> Entry:
    """Ann says 120, Bob 90; Ann's comes first, so Bob is asked."""
    pair.price(pair.ann, 0, "120")
    pair.price(pair.bob, 0, "90")
    pair.meet()
    return one(pair.bob)


def one(store: Store, field: str = "unit_price") -> Entry:
    with store.reader.connect() as connection:
        (found,) = [each for each in kept.entries(connection) if each.field == field]
    return found


def settle(store: Store, entry: Entry, side: str, **more: Any) -> None:
    commands.run(store, store.me(), "inbox.resolve", entry_id=entry.id, side=side, **more)


def prices(pair: Pair, store: Store) -> list[str]:
    return [str(line.unit_price) for line in pair.draft(store).lines]


def test_the_three_values_are_weighed_in_lines_totals_and_tax(pair: Pair) -> None:
    weighed = inbox.weigh(pair.bob, clash(pair))
    assert weighed is not None
    assert [weighed.weights[side].payable for side in ("before", "mine", "theirs")] == [
        "300.00",
        "290.00",
        "320.00",
    ]
    assert [weighed.weights[side].line for side in ("before", "mine", "theirs")] == [
        "100.00",
        "90.00",
        "120.00",
    ]
    assert weighed.weights["mine"].tax != weighed.weights["theirs"].tax
    assert weighed.weights["theirs"].difference == "20.00"
    assert weighed.paper is None
    by = inbox.changed_by(pair.bob, one(pair.bob))
    assert by is not None
    assert by.new == "120"


def test_a_third_value_reaches_everybody_and_nonsense_is_refused(pair: Pair) -> None:
    entry = clash(pair)
    with pytest.raises(Refused):
        settle(pair.bob, entry, "edit", value="a lot")
    assert one(pair.bob).id == entry.id
    settle(pair.bob, entry, "edit", value="111.5")
    pair.meet()
    assert prices(pair, pair.ann) == prices(pair, pair.bob) == ["111.5", "200"]


@pytest.mark.parametrize(("side", "left"), [("mine", "90"), ("theirs", "120"), ("edit", "111")])
def test_a_decision_is_taken_back_and_open_again(pair: Pair, side: str, left: str) -> None:
    entry = clash(pair)
    settle(pair.bob, entry, side, value="111")
    assert prices(pair, pair.bob) == [left, "200"]
    with pytest.raises(NotFound):
        settle(pair.bob, entry, "mine")
    commands.run(pair.bob, pair.bob.me(), "inbox.reopen", entry_id=entry.id)
    assert prices(pair, pair.bob) == ["120", "200"]
    assert one(pair.bob).id == entry.id
    pair.meet()
    assert prices(pair, pair.ann) == ["120", "200"]


@pytest.mark.parametrize("side", ["mine", "edit"])
def test_reopening_takes_nothing_back_that_was_changed_since(pair: Pair, side: str) -> None:
    entry = clash(pair)
    settle(pair.bob, entry, side, value="111")
    pair.price(pair.bob, 0, "77")
    with pytest.raises(Refused):
        commands.run(pair.bob, pair.bob.me(), "inbox.reopen", entry_id=entry.id)
    assert prices(pair, pair.bob) == ["77", "200"]


def test_what_came_too_late_for_a_signed_paper_goes_into_a_revision(pair: Pair) -> None:
    pair.do(pair.ann, "quote.issue")
    pair.do(pair.ann, "quote.sign", signer="Wang")
    pair.price(pair.bob, 0, "90")
    pair.meet()
    signed = pair.draft(pair.bob).revision
    entry = one(pair.bob)
    weighed = inbox.weigh(pair.bob, entry)
    assert weighed is not None
    assert weighed.paper is not None
    assert (weighed.paper.signer, weighed.paper.total) == ("Wang", "300.00")
    assert weighed.held == "theirs"
    settle(pair.bob, entry, "split")
    pair.meet()
    for store in (pair.ann, pair.bob):
        assert prices(pair, store) == ["90", "200"]
        assert pair.draft(store).revision.revision == (signed.revision or 1) + 1
        assert [str(line.unit_price) for line in pair.draft(store, signed.id).lines] == ["100", "200"]


def test_a_draft_is_split_into_two_drafts_and_a_customer_never(pair: Pair) -> None:
    entry = clash(pair)
    settle(pair.bob, entry, "split")
    pair.meet()
    for store in (pair.ann, pair.bob):
        first, second = pair.all(store, Quote)
        assert prices(pair, store) == ["120", "200"]
        assert [str(line.unit_price) for line in drafts.load(store, second.id).lines] == ["90", "200"]
        assert (first.stage, second.stage, second.number) == ("draft", "draft", "")
        assert (str(first.payable), str(second.payable)) == ("32000", "29000")
    undo.undo(pair.bob, pair.bob.me())
    assert one(pair.bob).id == entry.id
    assert len(pair.all(pair.bob, Quote)) == 1
    (who,) = pair.all(pair.bob, Customer)
    for store, credit in ((pair.ann, 100), (pair.bob, 250)):
        commands.run(store, store.me(), "customer.edit", who.id, values={"credit": credit})
    pair.meet()
    with pytest.raises(Refused):
        settle(pair.bob, one(pair.bob, "credit"), "split")


def test_all_of_a_record_is_decided_at_once(pair: Pair) -> None:
    (who,) = pair.all(pair.bob, Customer)
    for store, credit in ((pair.ann, 100), (pair.bob, 250)):
        commands.run(store, store.me(), "customer.edit", who.id, values={"credit": credit})
    pair.meet()
    with pair.bob.reader.connect() as connection:
        waiting = len(kept.entries(connection, record=who.id))
    assert waiting >= 1
    assert inbox.resolve_all(pair.bob, who.id, "mine") == waiting
    assert inbox.waiting(pair.bob) == 0
    pair.meet()
    (seen,) = pair.all(pair.ann, Customer)
    assert seen.credit == 250
    assert len(inbox.decided(pair.bob)) == waiting


@pytest.mark.parametrize("side", ["mine", "edit"])
def test_an_undo_anywhere_opens_the_decision_again(pair: Pair, side: str) -> None:
    entry = clash(pair)
    settle(pair.bob, entry, side, value="111")
    undo.undo(pair.bob, pair.bob.me())
    assert prices(pair, pair.bob) == ["120", "200"]
    assert one(pair.bob).id == entry.id
    settle(pair.bob, entry, "mine")
    pair.meet()
    assert prices(pair, pair.ann) == ["90", "200"]


def test_an_undone_revision_and_a_decision_taken_back_from_the_outbox_are_open_again(pair: Pair) -> None:
    pair.do(pair.ann, "quote.issue")
    pair.price(pair.bob, 0, "90")
    pair.meet()
    entry = one(pair.bob)
    settle(pair.bob, entry, "split")
    undo.undo(pair.bob, pair.bob.me())
    assert one(pair.bob).id == entry.id
    assert prices(pair, pair.bob) == ["100", "200"]
    settle(pair.bob, entry, "split")
    (card,) = [one for one in outbox.cards(pair.bob) if one.command == "inbox.resolve"]
    outbox.take_back(pair.bob, card)
    assert one(pair.bob).id == entry.id


def test_a_decision_that_wrote_nothing_is_undone_and_nothing_else(pair: Pair) -> None:
    entry = clash(pair)
    done = commands.run(pair.bob, pair.bob.me(), "inbox.resolve", entry_id=entry.id, side="theirs")
    assert done.undoable
    assert inbox.waiting(pair.bob) == 0
    undo.undo(pair.bob, pair.bob.me())
    assert one(pair.bob).id == entry.id
    assert prices(pair, pair.bob) == ["120", "200"]


def test_deciding_all_decides_none_where_one_fails(pair: Pair) -> None:
    (who,) = pair.all(pair.bob, Customer)
    for store, credit in ((pair.ann, 100), (pair.bob, 250)):
        commands.run(store, store.me(), "customer.edit", who.id, values={"credit": credit})
    pair.meet()
    entry = one(pair.bob, "credit")
    with pair.bob.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO inbox SELECT ?, device, n, 'rejected', type, record, '', ?, 'null', code, en, zh,"
            " at - 1, state FROM inbox WHERE id = ?",
            (new_id().bytes, '{"kind": "create"}', entry.id.bytes),
        )
    with pytest.raises(NotFound):
        inbox.resolve_all(pair.bob, who.id, "mine")
    assert inbox.waiting(pair.bob) == 2
    (seen,) = pair.all(pair.bob, Customer)
    assert seen.credit == 100
    assert inbox.resolve_all(pair.bob, who.id, "theirs") == 2
    assert inbox.waiting(pair.bob) == 0
