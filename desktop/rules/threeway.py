"""Two edits of one text brought together line by line: a three-way merge over the standard library's diff.

The packages that do this are under the GPL, which a program under Apache-2.0 cannot carry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

FIRST: Final = "【1】"
SECOND: Final = "【2】"
END: Final = "【=】"
"""What marks the two versions of an overlap in a text, the office's first; each is a line of its own."""


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


def marked(overlap: Overlap) -> list[str]:
    """The lines of an overlap in a text that keeps both versions."""
    return [FIRST, *overlap.one, SECOND, *overlap.other, END]


def has_marks(text: str | None) -> bool:
    """Whether a text keeps both versions of some lines."""
    found = (text or "").split("\n")
    return FIRST in found and SECOND in found and END in found


def sides(text: str | None) -> tuple[str, str, str]:
    """A text with marks as the office's version, the other one, and both without the marks.

    >>> sides("a\\n【1】\\nb\\n【2】\\nc\\n【=】")
    ('a\\nb', 'a\\nc', 'a\\nb\\nc')
    """
    one: list[str] = []
    other: list[str] = []
    both: list[str] = []
    within = END
    for line in (text or "").split("\n"):
        if line in (FIRST, SECOND, END):
            within = line
            continue
        both.append(line)
        if within != SECOND:
            one.append(line)
        if within != FIRST:
            other.append(line)
    return "\n".join(one), "\n".join(other), "\n".join(both)


def overlaps(text: str | None) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The lines of a text of which it keeps two versions: the office's and the other one's."""
    found: list[tuple[list[str], list[str]]] = []
    side = -1
    for line in (text or "").split("\n"):
        if line == FIRST:
            found.append(([], []))
            side = 0
        elif line == SECOND:
            side = 1 if found else -1
        elif line == END:
            side = -1
        elif side >= 0:
            found[-1][side].append(line)
    return [(tuple(one), tuple(other)) for one, other in found]


def merged_parts(current: Any, old: Any, new: Any) -> Any:
    """A structure after somebody turned `old` into `new` while it became `current`: part by part.

    What its author left as it was stays as others made it; of a part that both changed the new one counts.

    >>> merged_parts({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 1}, {"a": 5, "b": 1})
    {'a': 5, 'b': 2, 'c': 3}
    """
    if not all(isinstance(each, dict) for each in (current, old, new)):
        return new
    kept = {name: value for name, value in current.items() if name in new or name not in old}
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    return {**kept, **changed}
