"""What somebody is typing and has not saved: kept in the vault within a second, so that no crash costs more.

It belongs to this laptop, is no change of any record and is never sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from desktop.models.store import Store

KEY: Final = "unfinished"
MOST: Final = 50
"""The oldest ones go when there are more."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """One place where somebody types; all of it plain text and numbers."""

    place: str
    """new, fact, note, comment, cell, foot, join, matter, or detail with its name."""
    type: str
    record: str = ""
    """The id in hexadecimal; empty for a record that is not made yet."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What stands in each field, by its name."""
    links: Mapping[str, str] = field(default_factory=dict)
    """What a new record starts from, in wire form."""
    focus: str = ""
    """The field in which the cursor stands."""
    cursor: int = 0
    at: int = 0
    """Milliseconds since 1970."""

    @property
    def key(self) -> str:
        """The same place of the same record has one draft; each fact of a record has its own."""
        return (
            f"{self.place} {self.type} {self.record} {self.focus if self.place in ('fact', 'cell') else ''}"
        )


def keep(store: Store, found: Sequence[Unfinished]) -> None:
    """Keep these, and nothing else."""
    newest = sorted(found, key=lambda one: one.at)[-MOST:]
    store.set_local(KEY, [asdict(one) for one in newest])


def find(store: Store) -> list[Unfinished]:
    """What was being typed when the program ended, oldest first."""
    return [_read(one) for one in store.local(KEY) or []]


def _read(stored: Mapping[str, Any]) -> Unfinished:
    return Unfinished(**{name: stored[name] for name in Unfinished.__dataclass_fields__ if name in stored})
