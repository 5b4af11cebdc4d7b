"""Two changes of one field: a table of what must come out, and properties that hold for every value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules.threeway import END, FIRST, SECOND
from sync.server.merge import (
    Merged,
    merge_created,
    merge_field,
    merge_stage,
    merge_text,
)

CLASSES = (
    "critical",
    "soft",
    "parts",
    "set",
    "text",
    "ledger",
    "stage",
    "append",
    "decision",
    "derived",
    "server",
)

CASES: list[tuple[str, Any, Any, Any, Merged]] = [
    # class, what the office holds, what the author saw, what the author wants, what comes out
    ("critical", "b", "a", "c", Merged("b", True, "c", True)),
    ("critical", None, "a", "c", Merged(None, True, "c", True)),
    ("ledger", 5, 1, 2, Merged(5, True, 2, True)),
    ("append", 5, 1, 2, Merged(5, True, 2, True)),
    ("server", "b", "a", "c", Merged("b", True, "c", True)),
    ("stage", "b", "a", "c", Merged("b", True, "c", True)),
    ("decision", "open", "open", "mine", Merged("mine")),
    ("decision", "theirs", "open", "edit", Merged("edit")),
    ("decision", "mine", "open", "edit", Merged("mine")),
    ("decision", "mine", "split", "open", Merged("mine")),
    ("decision", "edit", "open", "theirs", Merged("edit")),
    ("derived", 5, 1, 2, Merged(5)),
    ("soft", "b", "a", "c", Merged("c", True, "b")),
    ("parts", {"a": 1, "b": 2}, {"a": 1}, {"a": 3}, Merged({"a": 3, "b": 2})),
    ("parts", {"a": 1, "b": 2}, {"a": 1, "b": 1}, {"a": 1}, Merged({"a": 1}, True, {"a": 1, "b": 2})),
    ("parts", {"a": 2}, {"a": 1}, {"a": 3, "c": 4}, Merged({"a": 3, "c": 4}, True, {"a": 2})),
    ("parts", {}, {"a": 1}, {"a": 1, "c": 4}, Merged({"c": 4})),
    ("parts", None, {"a": 1}, {"a": 3}, Merged({"a": 3}, True, None)),
    ("set", ["x", "y"], ["x"], ["x", "z"], Merged(["x", "y", "z"])),
    ("set", ["x", "y"], ["x"], [], Merged(["y"])),
    ("set", [], ["x"], ["x", "z"], Merged(["z"])),
    ("set", None, ["x"], ["z"], Merged(["z"])),
    ("set", ["y", "z"], None, ["z"], Merged(["y", "z"])),
    ("set", ["y", "x"], ["x"], None, Merged(["y"])),
    ("text", "1\nTWO\n3", "1\n2\n3", "1\n2\n3\n4", Merged("1\nTWO\n3\n4")),
    ("text", "office", "old", "mine", Merged(f"{FIRST}\noffice\n{SECOND}\nmine\n{END}", True, "mine", True)),
    ("text", "office", None, "mine", Merged(f"{FIRST}\noffice\n{SECOND}\nmine\n{END}", True, "mine", True)),
    ("text", "a\nb", "a", "a", Merged("a\nb")),
    ("text", None, "a\nb", "a\nb", Merged("")),
]


@pytest.mark.parametrize(("merge", "current", "old", "new", "expected"), CASES)
def test_a_clash_is_decided_by_the_class_of_the_field(
    merge: str, current: Any, old: Any, new: Any, expected: Merged
) -> None:
    assert merge_field(merge, current, old, new, fresh=False) == expected


@pytest.mark.parametrize("merge", CLASSES)
def test_an_author_who_saw_the_newest_value_decides(merge: str) -> None:
    assert merge_field(merge, "b", "a", "c", fresh=True) == Merged("c")
    assert merge_field(merge, "a", "a", "c", fresh=False) == Merged("c")
    assert merge_field(merge, "c", "a", "c", fresh=False) == Merged("c")


def test_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        merge_field("newest", "b", "a", "c", fresh=False)


def test_a_stage_is_judged_from_where_the_record_stands_now() -> None:
    assert merge_stage("won", "won", lambda old, new: False) == Merged("won")
    assert merge_stage("lead", "won", lambda old, new: (old, new) == ("lead", "won")) == Merged("won")
    assert merge_stage("lost", "won", lambda old, new: False) == Merged("lost", True, "won", True)


CREATED: list[tuple[str, Any, Any, Merged]] = [
    ("critical", "a", None, Merged("a")),
    ("critical", "a", "a", Merged("a")),
    ("critical", "a", "b", Merged("a", True, "b", True)),
    ("soft", "a", "b", Merged("a", True, "b", True)),
    ("set", ["a"], ["b"], Merged(["a", "b"])),
    ("derived", 1, 2, Merged(1)),
]


@pytest.mark.parametrize(("merge", "current", "new", "expected"), CREATED)
def test_a_record_created_twice_keeps_what_the_office_holds(
    merge: str, current: Any, new: Any, expected: Merged
) -> None:
    assert merge_created(merge, current, new) == expected


words = st.text("abc界", max_size=3)
texts = st.lists(words, max_size=6).map("\n".join)
sets = st.lists(words, max_size=5, unique=True)


@given(st.sampled_from(("critical", "soft", "ledger", "stage", "append", "server")), words, words, words)
def test_no_value_is_lost_in_silence(merge: str, current: str, old: str, new: str) -> None:
    result = merge_field(merge, current, old, new, fresh=False)
    if current != old and current != new:
        assert result.lost
        assert {result.value, result.loser} == {current, new}
    else:
        assert result == Merged(new)


@given(sets, sets, sets)
def test_a_set_keeps_every_addition_and_drops_only_what_its_author_took_out(
    current: list[str], old: list[str], new: list[str]
) -> None:
    result = merge_field("set", current, old, new, fresh=False)
    assert set(new) - set(old) <= set(result.value)
    assert set(current) - (set(old) - set(new)) <= set(result.value)
    assert set(result.value) <= set(current) | set(new)
    assert len(result.value) == len(set(result.value))
    assert not result.lost


@given(texts, texts, texts)
def test_every_line_that_somebody_wrote_is_in_the_merged_text(current: str, old: str, new: str) -> None:
    result = merge_text(current, old, new)
    kept = set(result.value.split("\n"))
    written = (set(current.split("\n")) | set(new.split("\n"))) - set(old.split("\n")) - {""}
    assert written <= kept
    assert result.conflict == result.lost == (FIRST in kept)


@given(texts, texts)
def test_a_text_changed_by_one_side_is_that_sides_text(old: str, new: str) -> None:
    assert merge_field("text", old, old, new, fresh=False) == Merged(new)
    assert merge_text(new, old, new).value.split("\n") == (new or "").split("\n")


def test_a_very_long_text_is_not_compared_line_by_line() -> None:
    many = "\n".join(str(number) for number in range(3000))
    result = merge_text(many + "\noffice", many, many + "\nmine")
    assert result.conflict
    assert "office" in result.value
    assert "mine" in result.value
