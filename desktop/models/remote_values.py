"""What passes between the store and sync as plain values: parts of a page, people, ops on their way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from desktop.models.arrival import Removal
from desktop.models.remote_rows import Rows
from desktop.models.sending import Outbox
from desktop.models.store import Actor
from desktop.rules import roles


class Part(Protocol):
    """One stream's share of a page."""

    @property
    def stream(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def upto(self) -> int: ...
    @property
    def mask(self) -> str: ...
    @property
    def tables(self) -> Mapping[str, Rows]: ...
    @property
    def removals(self) -> Sequence[Removal]: ...
    @property
    def check(self) -> bool: ...
    @property
    def undone(self) -> Sequence[str]: ...


class Stub(Protocol):
    """The name of a record that may not be seen."""

    @property
    def type(self) -> str: ...
    @property
    def record(self) -> str: ...
    @property
    def title(self) -> str: ...


class Rights(Protocol):
    """A role of the office's own, as `desktop/rules/roles.py` keeps it."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def base(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def commands(self) -> Sequence[str]: ...
    @property
    def refused(self) -> Sequence[str]: ...
    @property
    def sees(self) -> Sequence[str]: ...


class Person(Protocol):
    """Who the office says this is."""

    @property
    def user(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def rights(self) -> Rights | None: ...


def actor_of(person: Person) -> Actor:
    """Who the office says this is, as the vault knows people."""
    team, own = UUID(hex=person.team) if person.team else None, person.rights
    names = ("name", "label", "base", "scope", "commands", "refused", "sees")
    role = roles.of_facts({name: getattr(own, name) for name in names}) if own is not None else None
    return Actor(UUID(hex=person.user), person.name, person.role, team, role)


@dataclass(frozen=True, slots=True)
class Identity:
    """This laptop to its office; `key` is the Ed25519 seed, `server` empty before it joined."""

    device: UUID
    key: bytes
    server: str
    url: str
    user: str
    short: str


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a sync decides from, read in one go."""

    identity: Identity
    last: int
    head: bytes
    acked: int
    cursors: tuple[tuple[str, int, int, str], ...]
    marks: tuple[tuple[str, int, str], ...]
    wants: tuple[str, ...]
    outbox: Outbox | None
    successor: tuple[str, bytes] | None
    awaiting: bool
    unindexed: bool
    untidy: bool = False
    held: int = 0
    due: tuple[str, ...] = ()
    root: int = 0
    also: Mapping[str, Any] = field(default_factory=dict)
    """What the asker wanted to know besides."""
