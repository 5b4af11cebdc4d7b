"""By what text is sorted: Chinese by its sound, the same character together, numbers by what they count.

Floor: rules. Latin names stand among the Chinese ones, as in the list of contacts of a telephone.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from desktop.rules import names, pinyin, search

LONGEST: Final = 32
"""Characters of a text that decide; what only differs after them is as good as equal."""
_HAN: Final = "\x01"
"""Parts the sound from the character: before every letter, so that 李 stands before Lina."""
_DIGITS: Final = re.compile(r"[0-9]+")
_QUOTES: Final = " \t\"'“”‘’«»《》〈〉「」『』()[]【】<>"
_MOST_DIGITS: Final = 64


@lru_cache(maxsize=8192)
def key(text: str, *, person: bool = False) -> str:
    """What to compare two texts by; `person` says that it is somebody's name, which begins with a surname.

    >>> sorted(["章华", "Zoe", "张伟", "10号楼", "阿里", "2号楼", "张安", "Apple"], key=key)
    ['2号楼', '10号楼', '阿里', 'Apple', '张安', '张伟', '章华', 'Zoe']
    """
    folded = search.fold(text[: 2 * LONGEST]).lstrip(_QUOTES)[:LONGEST]
    if folded.isascii():
        return _counted(folded)
    if person:
        return _counted(_sounding(folded, pinyin.spell(folded, person=True)))
    region, core, form = names.split(folded)  # as the search index has just done
    own = region + core
    if pinyin.has_one_reading(own):
        return _counted(_usually(own + form))
    return _counted(_sounding(own, pinyin.spell(own)) + _usually(form))


def _sounding(text: str, spelled: Sequence[str]) -> str:
    return "".join(map(_one, text, spelled))


def _one(letter: str, sound: str) -> str:
    return letter if sound == letter else f"{sound}{_HAN}{letter}"


_usually: Final = pinyin.each(_one)


def _counted(text: str) -> str:
    """Each number behind the count of its digits, so that 2 stands before 10."""
    return _DIGITS.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    digits = found[0].lstrip("0") or "0"
    return chr(ord("0") + min(len(digits), _MOST_DIGITS)) + digits
