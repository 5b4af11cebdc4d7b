"""Who may do what: roles as lists of command names with a scope; laptop and office ask the same table."""

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from desktop.words import Message, msg

OWN: Final = "own"
TEAM: Final = "team"
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Role:
    """`commands` and `refused` are patterns of command names such as `quote.*`; a refusal wins."""

    name: str
    label: Message
    scope: str
    commands: tuple[str, ...]
    refused: tuple[str, ...] = ()
    sees: frozenset[str] = frozenset()
    """The groups of sensitive fields that this role is shown; the others never reach its laptops."""

    def may(self, command: str) -> bool:
        """Whether this role holds `command`."""
        return any(fnmatchcase(command, p) for p in self.commands) and not any(
            fnmatchcase(command, p) for p in self.refused
        )


COST: Final = "cost"
"""What a thing costs the firm, and what follows from it."""
IDENTITY: Final = "identity"
"""Numbers that name one person to the state: identity cards, passports."""
GROUPS: Final = frozenset({COST, IDENTITY})
"""The groups of sensitive fields."""

_DIRECTORY: Final = ("user.*", "team.*", "organisation.*", "setting.*", "device.*")
_PEOPLE: Final = ("user.*", "team.*", "device.*")
_CATALOGUE: Final = (
    *("product.edit", "product.set", "product.delete", "product.restore"),
    *("price_book.*", "price_entry.*", "tax_rate.*"),
)
"""Prices and what the firm sells are the office's to change; what a customer asks for, anybody may add."""

ROLES: Final = {
    role.name: role
    for role in (
        Role("rep", msg("Sales rep"), TEAM, ("*",), (*_DIRECTORY, *_CATALOGUE)),
        Role("manager", msg("Manager"), ALL, ("*",), _PEOPLE, frozenset({COST})),
        Role("office", msg("Office"), ALL, ("*",), _PEOPLE, GROUPS),
        Role("auditor", msg("Auditor"), ALL, (), sees=frozenset({COST})),
        Role("admin", msg("Administrator"), ALL, ("*",), sees=GROUPS),
    )
}
CHOICES: Final = tuple((role.name, role.label) for role in ROLES.values())


def may(role: str, command: str) -> bool:
    """Whether the role named `role` holds `command`; an unknown role holds nothing."""
    found = ROLES.get(role)
    return found is not None and found.may(command)


def sees(role: str) -> frozenset[str]:
    """The groups of sensitive fields that the role named `role` is shown; an unknown role sees none."""
    found = ROLES.get(role)
    return found.sees if found is not None else frozenset()


def scope_of(role: Role, *, narrowed: bool) -> str:
    """How far the role reaches: an organisation may have `narrowed` its teams to what each person owns."""
    return OWN if narrowed and role.scope == TEAM else role.scope


MASK_LENGTH: Final = 16
"""Hexadecimal characters of a mask's name: enough to tell two apart, short enough to travel with each head.
"""


def mask_name(hidden: frozenset[str]) -> str:
    """What laptop and office call the mask that hides these `type.field`; empty where nothing is hidden."""
    listed = "\n".join(sorted(hidden))
    return hashlib.sha256(listed.encode()).hexdigest()[:MASK_LENGTH] if hidden else ""
