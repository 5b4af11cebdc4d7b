"""Places in a list: always one between two, in order however many are added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules.ranks import between, following


def test_rows_added_at_the_end_stay_in_order_and_short() -> None:
    ranks = [following("")]
    for _ in range(47_000):
        ranks.append(following(ranks[-1]))
    assert ranks == sorted(set(ranks))
    assert len(ranks[40_000]) == 4


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_there_is_always_a_place_between_two(places: list[int]) -> None:
    ranks: list[str] = []
    for place in places:
        at = place % (len(ranks) + 1)
        before = ranks[at - 1] if at else ""
        after = ranks[at] if at < len(ranks) else ""
        ranks.insert(at, between(before, after))
    assert ranks == sorted(set(ranks))


def test_two_places_in_the_wrong_order_have_none_between() -> None:
    with pytest.raises(ValueError, match="does not come before"):
        between("b", "a")
    with pytest.raises(ValueError, match="does not come before"):
        between("a", "a")
