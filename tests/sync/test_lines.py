"""The lines of a quote as two laptops write on them: places, moves, deletions, and the total nobody saw."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.models import inbox, overlay
from desktop.models.store import Store
from sync.client.driver import sync_once
from sync.server import merge
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pairs(tmp_path) as made:
        yield made


def ids(pair: Pair, store: Store) -> list[UUID]:
    return [line.id for line in pair.draft(store).lines]


def open_entries(store: Store) -> list[inbox.Entry]:
    with store.reader.connect() as connection:
        return inbox.entries(connection)


def test_two_lines_put_at_the_same_place_both_stay_in_one_order(pair: Pair) -> None:
    first, second = pair.lines
    added = [
        pair.do(store, "quote.add_line", product_id=pair.products[0].id, after=first).id
        for store in (pair.ann, pair.bob)
    ]
    pair.meet()
    order = ids(pair, pair.ann)
    assert order == ids(pair, pair.bob)
    assert order[0] == first
    assert order[-1] == second
    assert set(order[1:3]) == set(added)
    between = pair.do(pair.bob, "quote.add_line", product_id=pair.products[1].id, after=order[1]).id
    pair.meet()
    after = ids(pair, pair.ann)
    assert after == ids(pair, pair.bob)
    assert order[1] in after[: after.index(between)]
    assert after[0] == first
    assert after[-1] == second


def test_a_moved_line_and_its_new_price_merge(pair: Pair) -> None:
    first, second = pair.lines
    pair.do(pair.ann, "quote.move_line", line_id=second, after=None)
    pair.price(pair.bob, 1, "150")
    pair.meet()
    for store in (pair.ann, pair.bob):
        assert ids(pair, store) == [second, first]
        assert pair.draft(store).lines[0].unit_price == Decimal(150)
        assert open_entries(store) == []


def test_one_line_moved_by_both_is_where_the_last_one_put_it_and_asks_nobody(pair: Pair) -> None:
    third = pair.do(pair.ann, "quote.add_line", product_id=pair.products[0].id).id
    pair.meet()
    pair.do(pair.ann, "quote.move_line", line_id=third, after=None)
    pair.do(pair.bob, "quote.move_line", line_id=third, after=pair.lines[0])
    pair.meet()
    for store in (pair.ann, pair.bob):
        assert ids(pair, store) == [pair.lines[0], third, pair.lines[1]]
        assert open_entries(store) == []


@pytest.mark.parametrize("deletes_first", [True, False])
def test_a_line_deleted_here_and_edited_there_stays(pair: Pair, deletes_first: bool) -> None:
    pair.do(pair.ann, "quote.remove_line", line_id=pair.lines[0])
    pair.price(pair.bob, 0, "80")
    for store in (pair.ann, pair.bob) if deletes_first else (pair.bob, pair.ann):
        sync_once(store, Direct(pair.server))
    pair.meet()
    for store in (pair.ann, pair.bob):
        draft = pair.draft(store)
        assert [str(line.unit_price) for line in draft.lines] == ["80", "200"]
        assert draft.quote.payable == draft.totals().payable
        assert draft.quote.needs_review
    asked = open_entries(pair.ann)
    assert [entry.field for entry in asked] == ([] if deletes_first else ["deleted_at"])


def test_the_story_of_the_office_and_the_rep(pair: Pair) -> None:
    """Line 2's price and a new line here, line 3's quantity and line 4 deleted there: lines 1, 2, 3, 5."""
    for _ in range(2):
        pair.do(pair.ann, "quote.add_line", product_id=pair.products[1].id)
    pair.meet()
    lines = ids(pair, pair.ann)
    pair.do(pair.ann, "quote.set_line", line_id=lines[1], values={"unit_price": Decimal(190)})
    free = {"name": "free", "unit_price": Decimal(7), "tax_rates": ["13"]}
    fifth = pair.do(pair.ann, "quote.add_line", values=free).id
    pair.do(pair.bob, "quote.set_line", line_id=lines[2], values={"detail": "long", "quantity": Decimal(3)})
    pair.do(pair.bob, "quote.remove_line", line_id=lines[3])
    pair.meet()
    for store in (pair.ann, pair.bob):
        assert ids(pair, store) == [*lines[:3], fifth]
        assert open_entries(store) == []
    totals = {pair.draft(store).totals().payable for store in (pair.ann, pair.bob)}
    assert totals == {pair.draft(pair.ann).quote.payable} == {pair.draft(pair.bob).quote.payable}


def test_a_total_nobody_saw_blocks_issue_and_signature_until_one_confirms(pair: Pair) -> None:
    pair.price(pair.ann, 0, "90")
    pair.price(pair.bob, 1, "80")
    pair.meet()
    for store in (pair.ann, pair.bob):
        for command, arguments in (("quote.issue", {}), ("quote.sign", {"signer": "x"})):
            with pytest.raises(Refused):
                pair.do(store, command, **arguments)
    pair.do(pair.ann, "quote.confirm")
    pair.meet()
    pair.do(pair.bob, "quote.issue")
    pair.do(pair.bob, "quote.sign", signer="王总")
    pair.meet()
    assert pair.draft(pair.ann).quote.stage == "accepted"
    assert open_entries(pair.ann) == open_entries(pair.bob) == []


words = st.lists(st.sampled_from("abcdef"), unique=True)


@given(words, words, words)
def test_laptop_and_office_merge_a_set_to_the_same_elements(
    current: list[str], old: list[str], new: list[str]
) -> None:
    office = merge.merge_field("set", current, old, new, fresh=False).value
    shown = overlay.merged_set(current, old, new)
    if current not in (old, new):
        assert set(office) == set(shown)
    assert set(new) - set(old) <= set(shown)
