"""Which words on a screen are the program's own Chinese, and which a person typed."""

import re
from functools import lru_cache

from desktop.words import LOCALE


def is_chinese(text: str) -> bool:
    """Whether a text holds Chinese."""
    return any("\u4e00" <= each <= "\u9fff" for each in text)


@lru_cache(maxsize=4096)
def says_ours(text: str, data: frozenset[str]) -> bool:
    """Whether a Chinese text holds a word of the program beside what people typed."""
    for typed in by_length(data):
        text = text.replace(typed, " ")
    words = filter(is_chinese, re.split(r"[\s,，:：;；]", text))
    rest = [word for word in words if not (text.endswith("…") and is_cut(word, data))]
    return any(word in each for each in rest for word in chinese_words())


def is_cut(word: str, data: frozenset[str]) -> bool:
    """Whether it stands in something typed: the last words of a text may be cut for want of room."""
    return any(word.rstrip("…") in typed for typed in data)


@lru_cache(maxsize=8)
def by_length(texts: frozenset[str]) -> tuple[str, ...]:
    """The longest first, so that a part never hides what it is a part of."""
    return tuple(sorted(texts, key=len, reverse=True))


@lru_cache(maxsize=1)
def chinese_words() -> frozenset[str]:
    """Every Chinese text of the program of two characters and more that has no places to fill."""
    texts = re.compile(r'^msgstr "(.+)"$', re.MULTILINE)
    found: set[str] = set()
    for file in LOCALE.glob("*/LC_MESSAGES/*.po"):
        found |= {text for text in texts.findall(file.read_text("utf-8")) if "{" not in text}
    return frozenset(text for text in found if sum("\u4e00" <= each <= "\u9fff" for each in text) >= 2)
