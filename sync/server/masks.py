"""Which columns are hidden from a role: nothing that leaves the office for its laptops carries them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from desktop.models.record import hidden_from
from desktop.rules import roles
from desktop.rules.roles import Role

DECISION: Final = "decision"
"""The one type of record that holds values of other types' fields."""


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


def cut(mask: Mask, record_type: str, columns: Sequence[str], rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of the inbox without the values that this mask hides; any other row as it is."""
    if record_type != DECISION or not mask.fields:
        return rows
    kind, field, mine = (columns.index(name) for name in ("of", "of_field", "mine"))
    for row in rows:
        hidden = mask.of(row[kind] or "")
        if row[field] in hidden:
            row[mine] = None
        elif hidden and row[mine] is not None and not row[field]:
            said = json.loads(bytes(row[mine]))
            row[mine] = {**said, "value": without(said.get("value"), hidden)}
    return rows


def without(mine: Any, hidden: frozenset[str]) -> Any:
    """What was sent about a record as a whole, without these fields; a value of one field as it is."""
    body = mine.get("body") if isinstance(mine, dict) else None
    if not isinstance(body, dict):
        return mine
    return {**mine, "body": {name: one for name, one in body.items() if name not in hidden}}


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
