"""The salted hash chain of a device's operations: a changed, missing or reordered entry is found.

Values enter through salted leaves, so that erasing a person's value and its salt later leaves a chain that
still verifies. Salts come from one seed per push window, which both sides drop once they hold the salts.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from desktop.rules.canonical import canonical

START: Final = bytes(32)
"""What the first operation of a device is chained to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation as the chain sees it; ids are lower-case hexadecimal, `at` is milliseconds UTC."""

    device: str
    n: int
    tx: str
    command: str
    kind: str
    type: str
    record: str
    base: int
    at: int
    actor: str
    body: Mapping[str, Any]


def salt(seed: bytes, n: int, field: str) -> bytes:
    """The 16-byte salt of one field of operation `n`."""
    return hmac.digest(seed, f"{n}.{field}".encode(), "sha256")[:16]


def leaf(seed: bytes, n: int, field: str, value: Any) -> str:
    """The salted hash of one field's value, as hexadecimal text."""
    return hashlib.sha256(salt(seed, n, field) + canonical(value)).hexdigest()


def entry_hash(
    previous: bytes, entry: Entry, seed: bytes, erased: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """The chain's head after `entry`, given the head before it; `erased` are leaves of values taken out."""
    leaves = {field: leaf(seed, entry.n, field, value) for field, value in entry.body.items()} | dict(erased)
    header = [
        entry.device,
        entry.n,
        entry.tx,
        entry.command,
        entry.kind,
        entry.type,
        entry.record,
        entry.base,
        entry.at,
        entry.actor,
        leaves,
    ]
    return hashlib.sha256(previous + canonical(header)).digest()
