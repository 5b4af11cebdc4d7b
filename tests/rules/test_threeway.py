"""Two edits of one text become one text, and an overlap is never decided silently."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.rules.threeway import Agreed, Overlap, merge_lines

LINES = st.lists(st.sampled_from("abcde"), max_size=12)


def merged(base: str, one: str, other: str) -> list[str | Overlap]:
    pieces = merge_lines(base.split(), one.split(), other.split())
    return [" ".join(piece.lines) if isinstance(piece, Agreed) else piece for piece in pieces]


def test_edits_in_different_places_both_stand() -> None:
    assert " ".join(map(str, merged("a b c d e", "a X c d e", "a b c Y e"))) == "a X c Y e"


def test_an_insertion_and_a_removal_both_stand() -> None:
    assert " ".join(map(str, merged("a b c d", "a new b c d", "a b c"))) == "a new b c"


def test_the_same_edit_on_both_sides_counts_once() -> None:
    assert " ".join(map(str, merged("a b c", "a X c", "a X c"))) == "a X c"


def test_different_edits_of_one_place_overlap() -> None:
    assert merged("a b c", "a X c", "a Y c") == ["a", Overlap(("b",), ("X",), ("Y",)), "c"]


def test_two_texts_written_from_nothing_overlap() -> None:
    assert merged("", "X", "Y") == [Overlap((), ("X",), ("Y",))]


@given(LINES, LINES)
def test_an_edit_beside_an_untouched_text_is_the_edit(base: list[str], edited: list[str]) -> None:
    assert joined(base, edited, base) == joined(base, base, edited) == joined(base, edited, edited) == edited


@given(LINES, LINES, LINES)
def test_the_sides_are_equals(base: list[str], one: list[str], other: list[str]) -> None:
    turned = [
        Overlap(piece.base, piece.other, piece.one) if isinstance(piece, Overlap) else piece
        for piece in merge_lines(base, other, one)
    ]
    assert list(merge_lines(base, one, other)) == turned


@given(LINES, LINES, LINES)
def test_each_side_can_be_told_from_the_pieces(base: list[str], one: list[str], other: list[str]) -> None:
    """Lines that only one side has are never lost: each is in what stands or in an overlap."""
    pieces = list(merge_lines(base, one, other))
    said = [
        line
        for piece in pieces
        for line in (piece.lines if isinstance(piece, Agreed) else piece.one + piece.other)
    ]
    assert set(one) - set(base) <= set(said)
    assert set(other) - set(base) <= set(said)


def joined(base: list[str], one: list[str], other: list[str]) -> list[str]:
    pieces = list(merge_lines(base, one, other))
    assert all(isinstance(piece, Agreed) for piece in pieces)
    return [line for piece in pieces if isinstance(piece, Agreed) for line in piece.lines]
