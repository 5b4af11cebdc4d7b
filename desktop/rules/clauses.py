"""Clauses: the places in a text and what fills them, and what of a text is not the standard one."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_TOKEN: Final = re.compile(
    r"\{[a-z][a-z0-9_]{0,39}\}|[^\W\d_\u2e80-\uffef]+|\d+(?:[.,]\d+)*(?:\s?%)?|\s+|.", re.S
)
_MOST: Final = 2_000_000
"""Pairs of tokens that are compared; beyond it the whole middle counts as written anew."""
SAME: Final = "same"
OURS: Final = "ours"
STANDARD: Final = "standard"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a clause: in both texts, ours alone, or in the standard alone; `place` is what it fills.

    A place that nobody has filled has its own name in braces as text, and `open` is true.
    """

    kind: str
    text: str
    place: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """What a clause says in both languages."""

    heading: str = ""
    heading_en: str = ""
    body: str = ""
    body_en: str = ""

    def said(self, language: str) -> tuple[str, str]:
        """Heading and text in one language."""
        return (self.heading_en, self.body_en) if language == "en" else (self.heading, self.body)

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it."""
        return (self.heading, self.heading_en, self.body, self.body_en)


def places(*texts: str) -> list[str]:
    """The names of all places, each once, in the order of reading.

    >>> places("{price}，即 {words}", "{price} {0.__class__} {Price}")
    ['price', 'words']
    """
    return list(dict.fromkeys(name for text in texts for name in _PLACE.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled, in one pass: braces in a value mean nothing; an unknown place stays.

    >>> filled("{a} {b} {c}", {"a": "{b}", "b": "2"})
    '{b} 2 {c}'
    """
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def unfilled(texts: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """The places that have no value yet; one whose value is to be empty has one."""
    return [name for name in places(*texts) if name not in values]


def difference(standard: str, ours: str) -> list[Piece]:
    """What was taken out of the standard text and what was put in, word by word, in the order of reading.

    >>> [(each.kind, each.text) for each in difference("不超过 5 %。", "不超过 10 %。")]
    [('same', '不超过 '), ('standard', '5 %'), ('ours', '10 %'), ('same', '。')]
    """
    old, new = _TOKEN.findall(standard), _TOKEN.findall(ours)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [(SAME, old[:head]), *_middle(middle_old, middle_new), (SAME, old[len(old) - tail :])]
    return _joined(pieces)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _middle(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The stretch in which the texts differ; a character or two that are the same by chance are no island."""
    if len(old) * len(new) > _MOST:
        yield STANDARD, old
        yield OURS, new
        return
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    was = now = 0
    for block in blocks:
        last = block.size == 0
        if not last and len("".join(old[block.a : block.a + block.size]).strip()) < _ISLAND:
            continue
        yield STANDARD, old[was : block.a]
        yield OURS, new[now : block.b]
        yield SAME, old[block.a : block.a + block.size]
        was, now = block.a + block.size, block.b + block.size


_ISLAND: Final = 3


def _joined(parts: Iterable[tuple[str, list[str]]]) -> list[Piece]:
    found: list[Piece] = []
    for kind, tokens in parts:
        text = "".join(tokens)
        if not text:
            continue
        if found and found[-1].kind == kind:
            text = found.pop().text + text
        found.append(Piece(kind, text))
    return found


def with_values(pieces: Iterable[Piece], values: Mapping[str, str]) -> list[Piece]:
    """The same pieces with their places filled and standing for themselves."""
    found: list[Piece] = []
    for piece in pieces:
        at = 0
        for hit in _PLACE.finditer(piece.text):
            if hit.start() > at:
                found.append(Piece(piece.kind, piece.text[at : hit.start()]))
            value = values.get(hit[1], hit[0])
            if value:
                found.append(Piece(piece.kind, value, hit[1], hit[1] not in values))
            at = hit.end()
        if at < len(piece.text):
            found.append(Piece(piece.kind, piece.text[at:]))
    return found


def deviates(standard: Wording | None, ours: Wording) -> bool:
    """Whether a clause says anything but the standard text; one of our own always does."""
    return standard is None or standard != ours


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way in which a contract is not the standard one. `kind` is changed, added, removed or moved."""

    kind: str
    code: str
    heading: str
    needs_approval: bool


def deviations(
    usual: Sequence[tuple[str, str, bool]], ours: Sequence[tuple[str, str, bool, bool]]
) -> list[Deviation]:
    """How a contract differs from the library, in the order of reading.

    `usual` are code, heading and whether another wording needs approval of the clauses that every contract
    has; `ours` are code, heading, whether it needs approval, and whether its text differs. What was left out
    comes last; of clauses in another order the fewest are named that were moved.

    >>> deviations([("a", "A", True), ("b", "B", False)], [("a", "A", True, True), ("", "X", True, True)])
    [Deviation(kind='changed', code='a', heading='A', needs_approval=True), \
Deviation(kind='added', code='', heading='X', needs_approval=True), \
Deviation(kind='removed', code='b', heading='B', needs_approval=False)]
    """
    codes = [code for code, _, _ in usual]
    there = {code for code, *_ in ours}
    moved = _moved([codes.index(code) for code, *_ in ours if code in codes])
    found = []
    for code, heading, needs, differs in ours:
        if differs:
            found.append(Deviation("changed" if code else "added", code, heading, needs))
        elif code in codes and codes.index(code) in moved:
            found.append(Deviation("moved", code, heading, False))
    gone = (Deviation("removed", *each) for each in usual if each[0] not in there)
    return [*found, *gone]


def _moved(order: Sequence[int]) -> set[int]:
    """Those that are not in the longest row that still ascends."""
    rows: list[list[int]] = []
    for place in order:
        before = max((row for row in rows if row[-1] < place), key=lambda row: len(row), default=[])
        rows.append([*before, place])
    kept = max(rows, key=lambda row: len(row), default=[])
    return set(order) - set(kept)
