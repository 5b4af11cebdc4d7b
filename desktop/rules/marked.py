"""Where in a name lies what somebody typed: as it is written, by its sound, or by its initials."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from desktop.rules import pinyin

Span = tuple[int, int]
_LONGEST: Final = 80
"""Characters of a text that is looked through; behind them nobody sees a mark."""
_INITIALS: Final = 2
"""Letters of zh, ch and sh, which stand for their syllable as one letter does."""


@lru_cache(maxsize=512)
def where(text: str, typed: str) -> tuple[Span, ...]:
    """Begin and end of what was found, from the left; each word of what was typed counts for itself.

    >>> where("苏州星河精密", "xhjm"), where("苏州星河精密", "jingm"), where("Xinghe Precision", "prec")
    (((2, 6),), ((4, 6),), ((7, 11),))
    """
    text = text[:_LONGEST]
    spans = sorted(found for word in typed.lower().split() if (found := _find(text, word)) is not None)
    merged: list[Span] = []
    for begin, end in spans:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)


def _find(text: str, word: str) -> Span | None:
    plain = text.lower()
    at = plain.find(word) if len(plain) == len(text) else -1
    if at >= 0:
        return at, at + len(word)
    if not (word.isascii() and word.isalpha()):
        return None
    said = pinyin.spell(text)
    for begin, character in enumerate(text):
        if pinyin.is_han(character):
            end = _said_from(said, begin, word)
            if end is not None:
                return begin, end
    return None


def _said_from(said: Sequence[str], at: int, rest: str) -> int | None:
    """The end of the characters from `at` on whose syllables or first letters make up the rest."""
    if at == len(said):
        return None
    syllable = said[at]
    if syllable.startswith(rest):
        return at + 1
    for many in dict.fromkeys((len(syllable), _INITIALS, 1)):
        if 0 < many < len(rest) and syllable[:many] == rest[:many]:
            end = _said_from(said, at + 1, rest[many:])
            if end is not None:
                return end
    return None
