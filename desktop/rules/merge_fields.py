"""Merge fields in the free text of a template: `{{customer.name}}` and, where it may be empty, `{{x|—}}`.

A field is a name of the palette and nothing else: there is no loop, no call and no arithmetic to abuse.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from desktop.errors import Refused
from desktop.words import Message, msg

LONGEST: Final = 4000
"""Characters that a text may have once its fields are filled in."""
PALETTE: Final[dict[str, Message]] = {
    "number": msg("Number"),
    "title": msg("Project"),
    "issued_on": msg("Issued on", "merge field"),
    "valid_until": msg("Valid until"),
    "currency": msg("Currency"),
    "payable": msg("Payable"),
    "customer.name": msg("Customer"),
    "customer.person": msg("Contact of the customer"),
    "customer.address": msg("Address of the customer"),
    "seller.name": msg("Our firm"),
    "seller.person": msg("Our contact"),
    "seller.phone": msg("Our telephone"),
    "seller.email": msg("Our e-mail address"),
    "seller.bank": msg("Our bank account"),
}
"""Every field that a text may have, and what it is called."""
UNKNOWN: Final = msg("There is no field “{name}”; choose one from the list.")
BROKEN: Final = msg("A field is written {example}; a bracket is missing, or one too many.").of(
    example="{{number}}"
)
TOO_LONG: Final = msg("With its fields filled in this text is longer than {most} characters.")
_FIELD: Final = re.compile(r"\{\{\s*([a-z_.]{1,40})\s*(?:\|([^{}|]{0,80}))?\}\}")


def problem(text: str) -> Message | None:
    """Why a text cannot be filled in, or None."""
    for name, _instead in _FIELD.findall(text):
        if name not in PALETTE:
            return UNKNOWN.of(name=name)
    rest = _FIELD.sub("", text)
    return BROKEN if "{{" in rest or "}}" in rest else None


def names(text: str) -> list[str]:
    """The fields of a text in order."""
    return [name for name, _instead in _FIELD.findall(text)]


def filled(text: str, snapshot: Mapping[str, Any], language: str) -> str:
    """The text with its fields filled in once: what a value says is never read for fields again.

    Raises Refused where it cannot be filled in, or becomes too long.
    """
    found = problem(text)
    if found is not None:
        raise Refused(found)
    made = _FIELD.sub(lambda one: value(one[1], snapshot, language) or (one[2] or "").strip(), text)
    if len(made) > LONGEST:
        raise Refused(TOO_LONG.of(most=LONGEST))
    return made


def value(name: str, snapshot: Mapping[str, Any], language: str) -> str:
    """What a field of the palette says for this document; nothing where it has no such thing."""
    if name == "payable":
        found: Any = (snapshot.get("totals") or {}).get("payable")
        return f"{snapshot.get('currency', '')} {found}".strip() if found else ""
    found = snapshot
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping):
        other = "en" if language == "zh" else "zh"
        found = found.get(language) or found.get(other)
    return str(found or "").strip()
