"""What an issued quote says, read back as the values of a new one; and what of two quotes must be the same.

The content may come from anybody: nothing in it is believed. What is read here is built, printed anew and
held against it by `sameness`; where one figure or word differs, nothing is built.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from desktop.errors import Refused
from desktop.rules import ranks
from desktop.rules.money import decimal
from desktop.words import msg

MOST_LINES: Final = 5_000
LONGEST: Final = 1_000
"""Characters of one text."""
_MOST_DIGITS: Final = 13
_MOST_PARTS: Final = 100
_IDENTITIES: Final = (
    *("number", "revision", "issued_on", "valid_until", "seller", "customer", "template", "approval"),
)
"""Who offers to whom, when and under which number: a quote that is rebuilt has its own."""
NOT_A_QUOTE: Final = msg("This PDF carries no quote that can be rebuilt.")
DIFFERS: Final = msg(
    "What this PDF prints does not follow from the lines in it, or not in this version of Satchel."
    " Nothing was built."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its place as the paper names it, of which bundle it is part, its values and adjustments."""

    place: str
    of: str
    values: Mapping[str, Any]
    adjustments: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Content:
    """What is built: values by field, as records keep them."""

    name: str
    currency: str
    issued_on: str
    valid_until: date | None
    revision: Mapping[str, Any]
    rows: Sequence[Row]
    adjustments: Sequence[Mapping[str, Any]]
    customer: Mapping[str, str]
    contact: Mapping[str, str]
    customer_id: str


def read(content: Any) -> Content:
    """The values of an issued quote. Raises Refused for whatever is none."""
    if not isinstance(content, Mapping) or (content.get("schema"), content.get("kind")) != (1, "quote"):
        raise Refused(NOT_A_QUOTE)
    try:
        return _read(content)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise Refused(NOT_A_QUOTE) from None


def sameness(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content apart from identities: lines are called by their places."""
    places = {line["id"]: place for place, line in enumerate(content["lines"])}
    lines = [
        {**line, "id": place, **({"of": places.get(line["of"])} if "of" in line else {})}
        for place, line in enumerate(content["lines"])
    ]
    return {**{name: value for name, value in content.items() if name not in _IDENTITIES}, "lines": lines}


def _read(content: Mapping[str, Any]) -> Content:
    policy, lines = content["policy"], content["lines"]
    if not 0 < len(lines) <= MOST_LINES or max(map(len, (content["adjustments"], content["terms"]))) > 1000:
        raise ValueError
    until = _text(content["valid_until"])
    customer, contact = _customer(content["customer"])
    return Content(
        name=_both(content["title"])[0],
        currency=_text(content["currency"]),
        issued_on=_text(content["issued_on"]),
        valid_until=date.fromisoformat(until) if until else None,
        revision={
            "language": _text(content["language"]),
            "tax_mode": _text(content["tax_mode"]),
            "tax_scope": _one_of(policy["tax_scope"], "group", "line"),
            "discount_rounding": _one_of(policy["discount_rounding"], "amount", "net"),
            "cash_step": str(_number(policy["cash_step"], 4)) if policy["cash_step"] is not None else "",
            **dict(zip(("intro", "intro_en"), _both(content["intro"]), strict=True)),
            "terms": [dict(zip(("zh", "en"), _both(term), strict=True)) for term in content["terms"]],
            "milestones": [_milestone(part) for part in content["milestones"]],
            "prepaid": _number(content["prepaid"], 2),
        },
        rows=[_row(line) for line in lines],
        adjustments=_adjustments(content["adjustments"], labelled=True),
        customer=customer,
        contact=contact,
        customer_id=_text(content["customer"]["id"]),
    )


def _row(line: Mapping[str, Any]) -> Row:
    name, detail, unit = (_both(line[each]) for each in ("name", "detail", "unit"))
    rates, slabs = line["tax"]["rates"], line.get("slabs") or []
    if max(len(rates), len(slabs), len(line["adjustments"])) > _MOST_PARTS:
        raise ValueError
    values = {
        "kind": _text(line["kind"]),
        "group": _text(line["group"]),
        "chosen": line["chosen"] is True,
        "sku": _text(line["sku"]),
        "name": name[0],
        "name_en": name[1],
        "detail": detail[0],
        "detail_en": detail[1],
        "unit": unit[0],
        "unit_en": unit[1],
        "quantity": _number(line["quantity"], 4),
        "unit_price": _number(line["unit_price"], 6),
        "base_quantity": _number(line["base_quantity"], 4),
        "slabs": [
            {"quantity": str(_number(one["quantity"], 4)), "unit_price": str(_number(one["unit_price"], 6))}
            for one in slabs
        ],
        "tax_category": _text(line["tax"]["category"]),
        "tax_rates": [str(_number(rate, 6)) for rate in rates],
    }
    return Row(_text(line["id"]), _text(line.get("of", "")), values, _adjustments(line["adjustments"]))


def _adjustments(found: Sequence[Mapping[str, Any]], *, labelled: bool = False) -> list[dict[str, Any]]:
    """In their order; what is wanted as a total stands last, as when it is typed."""
    made, rank = [], ""
    for one in found:
        label, label_en = _both(one["label"]) if labelled else ("", "")
        rank = ranks.following(rank)
        values = {"kind": _text(one["kind"]), "value": _number(one["value"], 6), "rank": f"i{rank}"}
        if values["kind"] == "target":
            values["rank"] = "z"
        made.append({**values, "label": label, "label_en": label_en})
    return made


def _milestone(part: Mapping[str, Any]) -> dict[str, str]:
    name, due = _both(part["name"]), _both(part["due"])
    told = {"name": name[0], "name_en": name[1], "percent": str(_number(part["percent"], 10))}
    told |= {"due": due[0], "due_en": due[1]}
    return {key: value for key, value in told.items() if value}


def _customer(said: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The customer and the person there; the telephone printed is that person's, where one is named."""
    name, address, person = (_both(said[each]) for each in ("name", "address", "person"))
    customer = {
        "name": name[0] or name[1],
        "name_en": name[1] if name[0] else "",
        "address": address[0],
        "address_en": address[1],
        "tax_id": _text(said["tax_id"]),
    }
    phone = _text(said["phone"])
    if not any(person):
        return {**customer, "phone": phone}, {}
    first, _, job = person[0].rpartition(" ") if " " in person[0] else (person[0], "", "")
    english, _, job_en = person[1].partition(", ")
    contact = {"name": first or english, "job": job, "name_en": english if first else "", "job_en": job_en}
    return customer, {**contact, "phone": phone}


def _both(said: Mapping[str, Any]) -> tuple[str, str]:
    return _text(said["zh"]), _text(said["en"])


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise ValueError
    return value


def _one_of(value: Any, *codes: str) -> str:
    if value not in codes:
        raise ValueError
    return _text(value)


def _number(value: Any, places: int) -> Decimal:
    found = decimal(_text(value))
    whole, _, rest = f"{abs(found):f}".partition(".")
    if len(whole) > _MOST_DIGITS or len(rest) > places:
        raise ValueError
    return found
