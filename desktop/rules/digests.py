"""Digests of what a stream holds: equal sums mean the same records at the same versions, on both sides.

A record adds the first 8 bytes of SHA-256 of `type|id|version`, big-endian; a sum is taken modulo 2^64.
Records are put into buckets by the last byte of their id, which is random; the first ones are the time.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

MODULUS: Final = 1 << 64

Sums = Mapping[tuple[str, str], tuple[int, int]]
"""(record type, bucket) → (records, sum)."""


def row_hash(record_type: str, record: str, version: int) -> int:
    """What one record adds to the digest of its stream; the id as 32 hexadecimal characters.

    >>> f"{row_hash('customer', '0' * 32, 1):016x}"
    '6eeb25609abad0bb'
    """
    return int.from_bytes(sha256(f"{record_type}|{record}|{version}".encode()).digest()[:8], "big")


def bucket(record: str) -> str:
    """The last byte of an id in hexadecimal."""
    return record[-2:]


class Tally:
    """Sums that grow record by record."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, record_type: str, records: Iterable[tuple[str, int]]) -> None:
        """Take in living records of one type: (id in hexadecimal, version)."""
        sums = self.sums
        for record, version in records:
            key = (record_type, record[-2:])
            count, total = sums.get(key, (0, 0))
            sums[key] = (count + 1, (total + row_hash(record_type, record, version)) % MODULUS)


def differing(mine: Sums, theirs: Sums) -> list[tuple[str, str]]:
    """The buckets that are not the same on both sides, in order.

    >>> differing({("a", "00"): (1, 5), ("b", "00"): (1, 1)}, {("a", "00"): (1, 6), ("b", "00"): (1, 1)})
    [('a', '00')]
    """
    nothing = (0, 0)
    return sorted(
        key for key in mine.keys() | theirs.keys() if mine.get(key, nothing) != theirs.get(key, nothing)
    )
