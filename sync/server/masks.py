"""Which columns are hidden from a role: nothing that leaves the office for its laptops carries them."""

from dataclasses import dataclass
from functools import lru_cache

from desktop.models.record import hidden_from
from desktop.rules import roles
from desktop.rules.roles import Role


@dataclass(frozen=True, slots=True)
class Mask:
    """`name` tells laptops whether what they hold was cut in the same way; empty where nothing is hidden."""

    name: str
    fields: frozenset[str]

    def of(self, record_type: str) -> frozenset[str]:
        """The hidden columns of a record type."""
        return _of(self.fields, record_type)


def mask_of(role: Role | str) -> Mask:
    """The mask of everybody in a role, or in the built-in one with this name."""
    return _mask_for(roles.sees(role))


@lru_cache(maxsize=64)
def _mask_for(sees: frozenset[str]) -> Mask:
    return _mask(hidden_from(sees))


@lru_cache(maxsize=64)
def _mask(fields: frozenset[str]) -> Mask:
    return Mask(roles.mask_name(fields), fields)


@lru_cache(maxsize=1024)
def _of(fields: frozenset[str], record_type: str) -> frozenset[str]:
    kind = f"{record_type}."
    return frozenset(name.removeprefix(kind) for name in fields if name.startswith(kind))
