"""The tree of a filter, its JSON, and the days of a relative period."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules import filters
from desktop.rules.filters import ALL, ANY, EVERYTHING, NONE, Condition, Filter, Group, every

SUNDAY = date(2026, 11, 22)
VIP = Condition("grade", "one_of", ("vip",))
LATE = Condition("next_on", "in", "past")


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("tomorrow", "2026-11-23", "2026-11-23"),
        ("past", None, "2026-11-21"),
        ("this_week", "2026-11-16", "2026-11-22"),
        ("next_week", "2026-11-23", "2026-11-29"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("next_month", "2026-12-01", "2026-12-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("next_quarter", "2027-01-01", "2027-03-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("last:30", "2026-10-23", "2026-11-22"),
        ("next:7", "2026-11-22", "2026-11-29"),
        ("older:30", None, "2026-10-22"),
        ("later:7", "2026-11-30", None),
        ("by:7", None, "2026-11-29"),
    ],
)
def test_a_period_covers_its_days(period: str, first: str | None, last: str | None) -> None:
    found = tuple(day.isoformat() if day else None for day in filters.span(period, SUNDAY))
    assert found == (first, last)


@pytest.mark.parametrize(
    "odd", ["", "someday", "last", "last:", "last:x", "last:-1", "last:99999", "today:1"]
)
def test_an_unknown_period_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match="no such period"):
        filters.span(odd, SUNDAY)


@given(day=st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_periods_that_follow_each_other_touch(day: date) -> None:
    for of in ("week", "month", "quarter", "year"):
        spans = [filters.span(f"{when}_{of}", day) for when in ("last", "this")]
        (_, before), (first, last) = spans
        assert before is not None
        assert first is not None
        assert last is not None
        assert before + timedelta(1) == first <= day <= last


def test_a_tree_is_walked_and_shown_by_its_parts() -> None:
    tree = every(VIP, Group(ANY, (LATE, VIP)))
    assert list(filters.conditions(tree)) == [VIP, LATE, VIP]
    assert filters.parts_of(tree) == tree.parts
    assert filters.parts_of(VIP) == (VIP,)
    assert filters.parts_of(Group(NONE, (VIP,))) == (Group(NONE, (VIP,)),)


def test_what_is_not_known_leaves_and_empty_groups_with_it() -> None:
    tree = every(VIP, Group(ANY, (LATE,)))
    assert filters.kept(tree, lambda each: each == VIP) == every(VIP)
    assert filters.kept(VIP, lambda each: False) == EVERYTHING


@given(
    tree=st.recursive(
        st.builds(
            Condition,
            st.text(max_size=5),
            st.text(max_size=5),
            st.none() | st.text(max_size=5) | st.integers() | st.lists(st.integers(), max_size=3).map(tuple),
        ),
        lambda inner: st.builds(Group, st.sampled_from(filters.HOWS), st.lists(inner, max_size=3).map(tuple)),
        max_leaves=8,
    ).filter(lambda tree: depth(tree) <= filters.DEEPEST)
)
def test_a_tree_comes_back_from_its_json(tree: Filter) -> None:
    assert filters.from_json(filters.to_json(tree)) == tree


def depth(tree: Filter) -> int:
    return 1 + max(map(depth, tree.parts), default=0) if isinstance(tree, Group) else 0


def nested(times: int) -> Any:
    found: Any = ["a", "is", "b"]
    for _ in range(times):
        found = [ALL, [found]]
    return found


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "all",
        [],
        ["some", []],
        ["a", "is"],
        ["a", "is", 1.5],
        ["a", "is", True],
        ["a", "is", [None]],
        ["a", "is", {"b": 1}],
        [1, "is", "b"],
        ["all", "parts"],
        nested(9),
        [ALL, [["a", "is", "b"]] * 61],
        [ALL, [[ALL, [["a", "is", "b"]] * 31]] * 2],
    ],
)
def test_what_is_no_filter_is_refused(odd: Any) -> None:
    with pytest.raises(ValueError, match=r"filter|conditions"):
        filters.from_json(odd)
