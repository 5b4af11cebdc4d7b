"""Two edits of one text brought together line by line: a three-way merge over the standard library's diff.

The packages that do this are under the GPL, which a program under Apache-2.0 cannot carry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Agreed:
    """Lines that stand: nobody changed them, one side did, or both did alike."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Lines that both sides changed in different ways."""

    base: tuple[str, ...]
    one: tuple[str, ...]
    other: tuple[str, ...]


def merge_lines(base: Sequence[str], one: Sequence[str], other: Sequence[str]) -> Iterator[Agreed | Overlap]:
    """The merged text in pieces, in order; `merge_lines(b, x, b)` is x, and the two sides are equals."""
    done = done_one = done_other = 0
    for start, in_one, in_other, length in _unchanged(base, one, other):
        piece = _between(base[done:start], one[done_one:in_one], other[done_other:in_other])
        if piece is not None:
            yield piece
        if length:
            yield Agreed(tuple(base[start : start + length]))
        done, done_one, done_other = start + length, in_one + length, in_other + length


def _between(base: Sequence[str], one: Sequence[str], other: Sequence[str]) -> Agreed | Overlap | None:
    """What becomes of the lines between two unchanged stretches."""
    if one in (base, other):
        return Agreed(tuple(other)) if other else None
    if other == base:
        return Agreed(tuple(one)) if one else None
    return Overlap(tuple(base), tuple(one), tuple(other))


def _unchanged(
    base: Sequence[str], one: Sequence[str], other: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Stretches that both sides kept: where they begin in base, one and other, and how long they are.

    The last stretch is empty and stands at the ends.
    """
    kept_by_other = _kept(base, other)
    for start, in_one, length in _kept(base, one):
        for start_other, in_other, length_other in kept_by_other:
            first, last = max(start, start_other), min(start + length, start_other + length_other)
            if first < last:
                yield first, in_one + first - start, in_other + first - start_other, last - first
    yield len(base), len(one), len(other), 0


def _kept(base: Sequence[str], edited: Sequence[str]) -> list[tuple[int, int, int]]:
    blocks = SequenceMatcher(None, base, edited, autojunk=False).get_matching_blocks()
    return [(block.a, block.b, block.size) for block in blocks if block.size]
