"""How well a record found by the search index answers what was typed, and which of its words did.

Pure. The order a person expects: the very name, then its own word or its beginning, then sound and tails of
numbers, then the middle of a name, then notes. Between equals the higher given rank (own, recent), then the
shorter name, then the record changed last.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from desktop.rules import names, phones, pinyin, search

IN_NOTES: Final = 40.0
_EXACT, _OWN_WORD, _BEGINS, _CONTAINS = 100.0, 96.0, 90.0, 74.0
_SOUND: Final = 4.0  # what hearing a name counts less than reading it
_TAIL, _INSIDE_NUMBER = 88.0, 60.0
_NOT_TITLE: Final = 3.0  # what another name than the title counts less
_LEAST_ALIKE: Final = 72.0
_LETTER: Final = re.compile("[a-z]")


class Candidate(NamedTuple):
    """A row of the index: its place in the order of writing, what it shows (title first), its given rank."""

    place: int
    names: Sequence[str]
    numbers: Sequence[str]
    phones: Sequence[str]
    rank: int


class Found(NamedTuple):
    """How well (0 to about 105) and by which name or number; empty if only its notes did."""

    score: float
    matched: str


def best(words: Sequence[str], candidate: Candidate, *, notes: bool) -> Found | None:
    """The value of a candidate for these words; None if its names and numbers do not really hold them.

    `notes` says that the index also looked into notes, so that a word missing from names is not missing.
    """
    whole = "".join(words)
    together = _best_of(whole, candidate)
    if len(words) == 1 or together.score >= _CONTAINS:
        if together.score:
            return together
        return Found(IN_NOTES, "") if notes else None
    each = [_best_of(word, candidate) for word in words]
    if not notes and not all(found.score for found in each):
        return None
    score = sum(found.score or IN_NOTES for found in each) / len(each)
    return Found(score, max(each).matched)


def alike(words: Sequence[str], candidate: Candidate) -> Found | None:
    """The value of a candidate found as a near miss: 0 to 30 by likeness, None if it is not alike."""
    from rapidfuzz import fuzz

    typed = "".join(words)
    if not typed.isascii():
        typed = pinyin.full(typed)
    found = Found(0.0, "")
    for name in candidate.names:
        for heard in _heard(name):
            likeness = fuzz.partial_ratio(typed, heard) if len(heard) >= len(typed) - 1 else 0.0
            found = max(found, Found(likeness, name))
    return Found(found.score * 0.3, found.matched) if found.score >= _LEAST_ALIKE else None


def order(found: Iterable[tuple[Found, Candidate]]) -> list[tuple[Found, Candidate]]:
    """The best first; between equals the higher rank, then the shorter name, then the record changed last."""
    return sorted(found, key=_order)


def _order(pair: tuple[Found, Candidate]) -> tuple[float, int, int, int]:
    found, candidate = pair
    return -round(found.score, 1), -candidate.rank, len(candidate.names[0]), -candidate.place


def _heard(name: str) -> tuple[str, ...]:
    folded = search.fold(name)
    return (search.squeeze(name),) if folded.isascii() else (pinyin.full(folded),)


def _best_of(word: str, candidate: Candidate) -> Found:
    """The best of its names and numbers; of equals the first. Five hundred are asked with each key."""
    best, matched, less = 0.0, "", 0.0
    for name in candidate.names:
        score = _name(word, name) - less
        if score > best:
            best, matched = score, name
        less = _NOT_TITLE
    for number in candidate.numbers:
        score = _number(word, number)
        if score > best:
            best, matched = score, number
    if word.isdigit():
        for phone in candidate.phones:
            score = _phone(word, phones.plain(phone))
            if score > best:
                best, matched = score, phone
    return Found(best, matched)


class _Shape(NamedTuple):
    """A name as it is compared: its characters, where the own word begins and ends, how each may begin."""

    written: str
    start: int
    end: int
    beginnings: tuple[str, ...]


@lru_cache(maxsize=16384)
def _shape(name: str) -> _Shape:
    region, own, _ = names.split(search.fold(name))
    written = search.squeeze(name)
    start = len(search.squeeze(region))
    return _Shape(written, start, start + len(search.squeeze(own)), tuple(map(_beginnings, written)))


@lru_cache(maxsize=16384)
def _beginnings(letter: str) -> str:
    """What may be typed first for a character: itself, or the first letter of a reading."""
    return letter + "".join(reading[0] for reading in pinyin.readings(letter))


def _name(word: str, name: str) -> float:
    """Where in the name the word stands, as written or as it sounds."""
    written, start, own_end, beginnings = _shape(name)
    at = written.find(word, start)
    at = at if at >= 0 else written.find(word)
    if at >= 0:
        return _placed(at, at + len(word), start, own_end, len(written))
    if written.isascii() or not _has_letters(word):
        return 0.0
    first = word[0]
    for at in sorted([at for at, letters in enumerate(beginnings) if first in letters], key=start.__ne__):
        end = _sounds_to(word, written, at)
        if end:
            return _placed(at, end, start, own_end, len(written)) - _SOUND
    return 0.0


@lru_cache(maxsize=64)
def _has_letters(word: str) -> bool:
    return _LETTER.search(word) is not None


def _placed(at: int, end: int, start: int, own_end: int, length: int) -> float:
    """The value of a match from `at` to `end` in a name whose own word is from `start` to `own_end`."""
    brevity = 4 * (end - at) / max(own_end - start, end - at, 1)
    if at == 0 and end == length:
        return _EXACT + brevity
    if at == start and end == own_end:
        return _OWN_WORD + brevity
    if at in (0, start):
        return _BEGINS + brevity - (1 if at != start else 0)
    return _CONTAINS + brevity


def _sounds_to(word: str, written: str, at: int) -> int:
    """Where the typed letters end if the name is read from `at` on; 0 if they do not fit."""
    consumed = {0}
    for place in range(at, len(written)):
        consumed = {taken for done in consumed for taken in _taken(word, done, written[place])}
        if len(word) in consumed:
            return place + 1
        if not consumed:
            return 0
    return 0


@lru_cache(maxsize=16384)
def _taken(word: str, done: int, character: str) -> tuple[int, ...]:
    """How far the word is used up after this character: itself, a reading, a first letter, a beginning."""
    return tuple(_uses(word, done, character))


def _uses(word: str, done: int, character: str) -> Iterator[int]:
    if word.startswith(character, done):
        yield done + len(character)
    for reading in pinyin.readings(character):
        if word[done] != reading[0]:
            continue
        yield done + 1
        if reading[1:2] == "h" and word.startswith(reading[:2], done):
            yield done + 2
        if word.startswith(reading, done):
            yield done + len(reading)
        if reading.startswith(word[done:]):
            yield len(word)


def _number(word: str, written: str) -> float:
    if written.isascii() and not word.isascii():
        return 0.0
    number = search.squeeze(written)
    if word == number:
        return _EXACT + 2
    if number.startswith(word) or number.endswith(word):
        return _TAIL - 6
    return _INSIDE_NUMBER if word in number else 0.0


def _phone(word: str, digits: str) -> float:
    if word == digits:
        return _EXACT + 2
    if digits.endswith(word):
        return _TAIL
    return _TAIL - 4 if digits.startswith(word) else 0.0
