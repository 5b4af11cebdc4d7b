"""Numbers of documents: unique without a network, and a slip of the pen is noticed.

The office leases blocks of numbers to a device (`SQ-26-004217-R`); when a block is used up on the road, the
device's own series takes over (`SQ-26-7K3-0031-V`). The last character checks the others: ISO 7064 MOD 37,36.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from desktop.errors import Refused
from desktop.words import msg

RENEW_AT: Final = 20
"""With so many leased numbers left a device asks for a further block."""
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PATTERN: Final = re.compile(
    r"([A-Z]{1,4})-([0-9]{2})-(?:([0-9A-Z]{3}|[0-9A-F]{8})-([0-9]{4,})|([0-9]{6,}))-([0-9A-Z])"
)
_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")


def check_character(text: str) -> str:
    """The ISO 7064 MOD 37,36 character of the letters and digits in `text`; finds every single wrong one."""
    product = 36
    for character in text.replace("-", ""):
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A number such as SQ-26-004217-X; with a `device` it comes from that device's own series."""

    series: str
    year: int
    count: int
    device: str = ""

    def __post_init__(self) -> None:
        if not _PATTERN.fullmatch(f"{self._body}-0"):
            raise Refused(msg("“{text}” is not a document number").of(text=self._body))

    @property
    def _body(self) -> str:
        count = f"{self.device}-{self.count:04d}" if self.device else f"{self.count:06d}"
        return f"{self.series}-{self.year % 100:02d}-{count}"

    def __str__(self) -> str:
        return f"{self._body}-{check_character(self._body)}"


def parse_number(text: str) -> DocumentNumber:
    """Read a number as people type it: small letters, full-width characters and long dashes are fine.

    Raises Refused when it is no number, or when its check character says that something was mistyped.
    """
    clean = "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).upper().split())
    found = _PATTERN.fullmatch(clean)
    if not found:
        raise Refused(msg("“{text}” is not a document number").of(text=text))
    series, year, device, own, leased, check = found.groups()
    if check_character(clean[:-2]) != check:
        raise Refused(msg("“{text}” has a mistyped character: the last one does not fit").of(text=text))
    return DocumentNumber(series, 2000 + int(year), int(own or leased), device or "")


def ranges(counts: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as stretches, each with its first and last.

    >>> ranges([3, 1, 2, 7])
    [(1, 3), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for count in sorted(set(counts)):
        if found and found[-1][1] == count - 1:
            found[-1] = (found[-1][0], count)
        else:
            found.append((count, count))
    return found


def early_code(device_id: bytes) -> str:
    """The code of a device that no office knows yet: the random end of its id."""
    return device_id[-4:].hex().upper()
