"""Texts as they may be kept: without control characters and halves of characters, which nobody can see."""

import re
from typing import Final

_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_HALVES: Final = re.compile(r"[\ud800-\udfff]")


def cleaned(text: str) -> str:
    """The text without control characters but line ends and tabs; half a character becomes \ufffd.

    >>> cleaned("a\\0b\\x1b[1m")
    'ab[1m'
    """
    if text.isprintable():
        return text
    return _HALVES.sub("\ufffd", _UNSEEN.sub("", text))
