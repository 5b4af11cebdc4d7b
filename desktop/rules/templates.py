"""What a template of paper may say: its form, its colours, when a text is shown, what it comes to on paper.

A template is data. When a quote is printed it is resolved into plain values first (`resolved`), and those are
what the document pins: printing never asks a condition or fills a field in again.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from desktop.errors import Refused
from desktop.rules import merge_fields
from desktop.rules.canonical import content_hash
from desktop.words import Message, msg

SCHEMA: Final = 1
STANDARD: Final[dict[str, Any]] = {"name": "standard", "version": 1}
"""The template that is built in: what a document without another one pins."""
MARGINS: Final = (
    ("normal", msg("Normal, 18 mm")),
    ("narrow", msg("Narrow, 15 mm")),
    ("wide", msg("Wide, 24 mm")),
)
MILLIMETRES: Final = {"normal": 18, "narrow": 15, "wide": 24}
ORDERS: Final = (
    ("schedule", msg("Payment schedule first")),
    ("terms", msg("Terms first")),
)
WHEN: Final = (
    ("always", msg("Always")),
    ("domestic", msg("In yuan only")),
    ("foreign", msg("In another currency only")),
    ("included", msg("Prices with tax only")),
    ("excluded", msg("Prices without tax only")),
    ("discount", msg("With a discount only")),
    ("choices", msg("With options or alternatives only")),
    ("schedule", msg("With a payment schedule only")),
    ("never", msg("Never")),
)
"""When a text is shown."""
TEXTS: Final = {"opening": 2000, "closing": 2000, "foot": 200}
"""The free texts of a template, and how long each may be."""
SHOWN: Final = ("logo", "sku", "detail", "unit", "tax")
"""What may be left off the paper. What an amount is worked out from always stands on it."""
ACCENTS: Final = (
    ("", msg("As built in", "colour")),
    ("#1F5FA8", msg("Blue", "colour")),
    ("#0F766E", msg("Teal", "colour")),
    ("#1A6B3C", msg("Green", "colour")),
    ("#8A4B12", msg("Brown", "colour")),
    ("#A61E22", msg("Red", "colour")),
    ("#7A1F5C", msg("Purple", "colour")),
    ("#1B1F2A", msg("Black", "colour")),
)
"""Accent colours to choose from; any other may be typed."""
LEAST_CONTRAST: Final = Decimal("4.5")
"""Of text on white (WCAG 2.2, 1.4.3): amounts and rules in the accent colour are read like text."""
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")

PALE: Final = msg(
    "This colour is too pale on white paper: {ratio} to 1, and at least 4.5 to 1 is read easily."
)
NO_COLOUR: Final = msg("A colour is written as # and six digits or letters from A to F, such as #1F5FA8.")
NOT_A_TEMPLATE: Final = msg("This is not a template, or one of a newer Satchel: {why}")
ONE_LANGUAGE: Final = msg(
    "This text is there in one language only; a quote in the other shows it all the same."
)


class Finding(NamedTuple):
    """What is wrong with a template, and in which field; what is not `grave` does not keep it from use."""

    field: str
    words: Message
    grave: bool = True


def body(values: Mapping[str, Any]) -> dict[str, Any]:
    """A template as it is published, of the fields of its record."""
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "accent": str(values.get("accent") or "").upper(),
        "margins": str(values.get("margins") or "normal"),
        "order": str(values.get("sequence") or "schedule"),
        "show": {name: values.get(f"show_{name}") is not False for name in SHOWN},
    }
    for name in TEXTS:
        made[name] = {
            "zh": str(values.get(name) or ""),
            "en": str(values.get(f"{name}_en") or ""),
            "when": str(values.get(f"{name}_when") or "always"),
        }
    return made


def fields(made: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record, of a template as it is published: the way back."""
    found: dict[str, Any] = {
        "accent": made["accent"],
        "margins": made["margins"],
        "sequence": made["order"],
        **{f"show_{name}": made["show"][name] for name in SHOWN},
    }
    for name in TEXTS:
        said = made[name]
        found |= {name: said["zh"], f"{name}_en": said["en"], f"{name}_when": said["when"]}
    return found


def checked(made: Any) -> dict[str, Any]:
    """A template that came from outside: the known keys with values that may stand there, or Refused."""
    why = next(_wrong(made), None)
    if why is not None:
        raise Refused(NOT_A_TEMPLATE.of(why=why))
    return dict(made)


def _wrong(made: Any) -> Iterator[str]:
    known = {"schema", "accent", "margins", "order", "show", *TEXTS}
    if not isinstance(made, Mapping) or set(made) != known:
        yield "keys"
        return
    if made["schema"] != SCHEMA or isinstance(made["schema"], bool):
        yield "schema"
    if not isinstance(made["accent"], str) or (made["accent"] and not _COLOUR.fullmatch(made["accent"])):
        yield "accent"
    for name, choices in (("margins", MARGINS), ("order", ORDERS)):
        if made[name] not in [code for code, _ in choices]:
            yield name
    shown = made["show"]
    named = isinstance(shown, Mapping) and set(shown) == set(SHOWN)
    if not named or not all(isinstance(each, bool) for each in shown.values()):
        yield "show"
    for name, longest in TEXTS.items():
        if not _is_text(made[name], longest):
            yield name


def _is_text(said: Any, longest: int) -> bool:
    if not isinstance(said, Mapping) or set(said) != {"zh", "en", "when"}:
        return False
    if not all(isinstance(each, str) for each in said.values()):
        return False
    return said["when"] in [code for code, _ in WHEN] and max(len(said["zh"]), len(said["en"])) <= longest


def findings(made: Mapping[str, Any]) -> list[Finding]:
    """What can be said of a template without printing it."""
    found = []
    accent = made["accent"]
    if accent and not _COLOUR.fullmatch(accent):
        found.append(Finding("accent", NO_COLOUR))
    elif accent and contrast(accent) < LEAST_CONTRAST:
        found.append(Finding("accent", PALE.of(ratio=f"{contrast(accent):.1f}")))
    for name in TEXTS:
        said = made[name]
        for language, key in (("zh", name), ("en", f"{name}_en")):
            wrong = merge_fields.problem(said[language])
            if wrong is not None:
                found.append(Finding(key, wrong))
        if bool(said["zh"].strip()) != bool(said["en"].strip()):
            found.append(Finding(name if said["en"].strip() else f"{name}_en", ONE_LANGUAGE, grave=False))
    return found


def luminance(colour: str) -> Decimal:
    """The relative luminance of a colour (WCAG 2.2)."""
    parts = []
    for place in (1, 3, 5):
        part = Decimal(int(colour[place : place + 2], 16)) / 255
        low = part <= Decimal("0.04045")
        parts.append(
            part / Decimal("12.92") if low else ((part + Decimal("0.055")) / Decimal("1.055")) ** _GAMMA
        )
    return sum((part * each for part, each in zip(parts, _SHARES, strict=True)), Decimal(0))


_GAMMA: Final = Decimal("2.4")
_SHARES: Final = (Decimal("0.2126"), Decimal("0.7152"), Decimal("0.0722"))


def contrast(colour: str) -> Decimal:
    """How a colour stands out from white paper, 1 to 21."""
    return Decimal("1.05") / (luminance(colour) + Decimal("0.05"))


def holds(when: str, snapshot: Mapping[str, Any]) -> bool:
    """Whether a condition holds for this document; one that is not known does not."""
    lines = snapshot.get("lines") or ()
    facts = {
        "always": True,
        "domestic": snapshot.get("currency") == "CNY",
        "foreign": snapshot.get("currency") != "CNY",
        "included": snapshot.get("tax_mode") == "included",
        "excluded": snapshot.get("tax_mode") == "excluded",
        "discount": bool(snapshot.get("adjustments")) or any(line.get("adjustments") for line in lines),
        "choices": any(line.get("kind") in ("option", "alternative") for line in lines),
        "schedule": bool(snapshot.get("milestones")),
    }
    return facts.get(when, False)


def resolved(made: Mapping[str, Any], snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """The template for one document: plain values, its conditions answered and its fields filled in.

    Raises Refused where a text cannot be filled in.
    """
    look: dict[str, Any] = {name: made[name] for name in ("accent", "margins", "order")}
    look["hide"] = [name for name in SHOWN if not made["show"][name]]
    for name in TEXTS:
        said = made[name]
        there = holds(said["when"], snapshot)
        look[name] = {
            language: merge_fields.filled(said[language], snapshot, language) if there else ""
            for language in ("zh", "en")
        }
    return look


def pin(name: str, edition: int, made: Mapping[str, Any], snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What a document keeps of its template: which edition it was, its hash, and what it came to here."""
    return {
        "name": name,
        "version": edition,
        "hash": content_hash(made),
        "look": resolved(made, snapshot),
    }
