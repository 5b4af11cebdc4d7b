"""Numbers of documents: unique without a network, and a slip of the pen is noticed.

The office leases blocks of numbers to a device (`SQ-26-004217-R`); when a block is used up on the road, the
device's own series takes over (`SQ-26-7K3-0031-V`). The last character checks the others: ISO 7064 MOD 37,36.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from desktop.errors import Refused
from desktop.words import msg

LEASE_SIZE: Final = 50
RENEW_AT: Final = 20
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODES: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: read aloud over the telephone
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


@dataclass(frozen=True, slots=True)
class Lease:
    """A block of numbers that the office set aside for one device: first to last, `used` of them gone."""

    series: str
    year: int
    first: int
    last: int
    used: int = 0

    @property
    def left(self) -> int:
        """How many numbers are still free."""
        return max(self.last - self.first + 1 - self.used, 0)

    def take(self) -> tuple[DocumentNumber, "Lease"]:
        """The next number and the lease without it. Raises Refused when none is left."""
        if not self.left:
            raise Refused(msg("This block of numbers is used up"))
        number = DocumentNumber(self.series, self.year, self.first + self.used)
        return number, replace(self, used=self.used + 1)

    def unused(self) -> list[DocumentNumber]:
        """The numbers that will be listed as void when the lease is given back."""
        return [
            DocumentNumber(self.series, self.year, count)
            for count in range(self.first + self.used, self.last + 1)
        ]


def wants_lease(leases: Sequence[Lease], series: str, year: int) -> bool:
    """Whether the device should ask for another block of this series."""
    return sum(lease.left for lease in leases if (lease.series, lease.year) == (series, year)) <= RENEW_AT


def device_code(place: int) -> str:
    """The three characters that the office gives to its n-th device, from 0."""
    if not 0 <= place < len(_CODES) ** 3:
        raise Refused(msg("The office has no device codes left"))
    high, rest = divmod(place, len(_CODES) ** 2)
    return _CODES[high] + _CODES[rest // len(_CODES)] + _CODES[rest % len(_CODES)]


def early_code(device_id: bytes) -> str:
    """The code of a device that no office knows yet: the random end of its id."""
    return device_id[-4:].hex().upper()
