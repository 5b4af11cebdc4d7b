"""Who may do what: roles as lists of command names with a scope; laptop and office ask the same table.

An office may copy a role and change the copy (`Role.base` says of which). Such a role is data: the office
keeps it, and its people's laptops receive it with each answer.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any, Final

from desktop.words import Message, msg, verbatim

OWN: Final = "own"
TEAM: Final = "team"
ALL: Final = "all"
SCOPES: Final = (OWN, TEAM, ALL)
"""From the narrowest to the widest."""


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
    base: str = ""
    """The role of this table that the office has copied; empty for one of this table."""

    def may(self, command: str) -> bool:
        """Whether this role holds `command`.

        A copy that was made before there were approvals does not know what its model is refused since.
        """
        if not _named_by(self.commands, command) or _named_by(self.refused, command):
            return False
        model = ROLES.get(self.base)
        if model is None or model.may(command) or not _named_by(_SINCE, command):
            return True
        return _named_by((one for one in self.commands if one != "*"), command)


def _named_by(patterns: Iterable[str], command: str) -> bool:
    return any(fnmatchcase(command, one) for one in patterns)


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
    *("price_book.*", "price_entry.*", "tax_rate.*", "exchange_rate.*", "promotion.*", "coupon.*"),
    "bundle_part.*",
)
"""Prices and what the firm sells are the office's to change; what a customer asks for, anybody may add."""
_CLAUSES: Final = ("clause.*", "clause_version.*")
"""What the firm's contracts say as a rule is the office's to change; a contract takes it from there."""
_TEMPLATES: Final = ("template.*", "template_version.*")
"""How the firm's paper looks is the office's to set; a quote chooses among what was published."""
_EXECUTING: Final = (*("order.acknowledge", "order.send_back", "order.invoiced", "order.pay", "payment.*"),)
"""A rep orders, and says what arrived; the office takes the order on, invoices it and counts the money."""
_SEALS: Final = ("company_seal.*", "seal_release.*")
"""The firm's seals are kept and released by the office and by managers."""
_OFFICE: Final = (*_DIRECTORY, *_CATALOGUE, *_CLAUSES, *_TEMPLATES, *_EXECUTING)
_RULES: Final = ("approval_rule.*",)
_DELEGATING: Final = (*_RULES, "delegation.*")
_APPROVING: Final = (
    *_DELEGATING,
    *("approval_grant.*", "phone_approval.*", "approval_request.grant", "approval_request.refuse"),
)
"""An administrator says what needs approval, and an approver what is allowed in advance."""

_SINCE: Final = (
    *_APPROVING,
    "bundle_part.*",
    "promotion.*",
    "coupon.*",
    "exchange_rate.*",
    *_CLAUSES,
    *_EXECUTING,
    *_SEALS,
)
"""What came after the first copies of roles: a copy holds it where its model does, or where it says so."""

ROLES: Final = {
    role.name: role
    for role in (
        Role("rep", msg("Sales rep"), TEAM, ("*",), (*_OFFICE, *_APPROVING, *_SEALS)),
        Role("manager", msg("Manager"), ALL, ("*",), (*_PEOPLE, *_RULES), frozenset({COST})),
        Role("office", msg("Office"), ALL, ("*",), (*_PEOPLE, *_DELEGATING), GROUPS),
        Role("auditor", msg("Auditor"), ALL, (), sees=frozenset({COST})),
        Role("admin", msg("Administrator"), ALL, ("*",), sees=GROUPS),
    )
}
CHOICES: Final = tuple((role.name, role.label) for role in ROLES.values())


def named(name: str) -> Role:
    """The role of this table with this name; an unknown one holds nothing."""
    return ROLES.get(name) or Role(name, verbatim(name), OWN, ())


def may(role: Role | str, command: str) -> bool:
    """Whether a role, or that of this table with this name, holds `command`."""
    return (named(role) if isinstance(role, str) else role).may(command)


def sees(role: Role | str) -> frozenset[str]:
    """The groups of sensitive fields that a role, or that of this table with this name, is shown."""
    return (named(role) if isinstance(role, str) else role).sees


def every_sight() -> Iterator[frozenset[str]]:
    """Every set of groups that a role may be shown."""
    for count in range(len(GROUPS) + 1):
        yield from map(frozenset, combinations(sorted(GROUPS), count))


def as_facts(role: Role) -> dict[str, Any]:
    """A role of an office's own as it is kept and sent."""
    return {
        "name": role.name,
        "label": role.label.text if not role.label.values else str(role.label.values["text"]),
        "base": role.base,
        "scope": role.scope,
        "commands": list(role.commands),
        "refused": list(role.refused),
        "sees": sorted(role.sees),
    }


def of_facts(facts: Mapping[str, Any]) -> Role:
    """The role that was kept or sent; what this program does not know in it gives no right."""
    return Role(
        facts["name"],
        verbatim(facts["label"]),
        facts["scope"] if facts["scope"] in SCOPES else OWN,
        tuple(facts["commands"]),
        tuple(facts["refused"]),
        GROUPS.intersection(facts["sees"]),
        facts["base"],
    )


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
