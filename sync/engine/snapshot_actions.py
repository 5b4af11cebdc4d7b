"""What a first copy by one file asks of the laptop, and what the laptop answers: plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prepare:
    """Make a key for the file, or find the one of a file that was begun."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The laptop's public key for the file (empty: no file can be taken) and how many bytes are here."""

    key: str
    have: int = 0


@dataclass(frozen=True, slots=True)
class KeepBytes:
    """Put these bytes at their place in the file; `Adopted(None)` where they cannot be kept."""

    start: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AdoptFile:
    """The file is here whole: take what it holds into the vault. `key` is the office's public key for it."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Adopted:
    """How many rows were taken; None: nothing was changed."""

    rows: int | None


@dataclass(frozen=True, slots=True)
class Discard:
    """Forget the file and its key."""


FileAction = Prepare | KeepBytes | AdoptFile | Discard
FileEvent = Prepared | Adopted
