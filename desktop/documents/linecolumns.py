"""The columns of the line table of a quote, and which of its lines stand together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from desktop.documents.theme import look_of, paper

COUNTED: Final = ("item", "option", "alternative")
"""Lines with a price."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns stand: right edges, but `unit` is a centre and `name` a left edge with its room.

    `unit` is None where the template leaves the units off.
    """

    name: float
    room: float
    quantity: float
    unit: float | None
    price: float
    discount: float | None
    tax: float | None
    amount: float


def columns(snapshot: Mapping[str, Any]) -> Columns:
    """The columns that this quote needs: no discount column without a discount, and so for tax."""
    page, hidden = paper(), look_of(snapshot).get("hide") or ()
    wide = page.columns
    counted = [line for line in snapshot["lines"] if line["kind"] in COUNTED]
    discounts = any(line.get("adjustments") for line in counted)
    taxes = "tax" not in hidden and any(line.get("tax") for line in counted)
    edge = page.width
    places: dict[str, float | None] = {"amount": edge}
    edge -= wide["amount"]
    places["tax"] = edge if taxes else None
    edge -= wide["tax"] if taxes else 0
    places["discount"] = edge if discounts else None
    edge -= wide["discount"] if discounts else 0
    price = edge
    edge -= wide["price"]
    unit = None if "unit" in hidden else edge - wide["unit"] / 2
    edge -= wide["unit"] if unit is not None else 0
    quantity = edge
    edge -= wide["quantity"]
    return Columns(
        name=wide["number"],
        room=edge - wide["number"] - 4,
        quantity=quantity,
        unit=unit,
        price=price,
        discount=places["discount"],
        tax=places["tax"],
        amount=page.width,
    )


def inside(line: Mapping[str, Any]) -> bool:
    """Whether a line is part of a bundle and in its price."""
    return bool(line.get("of")) and not Decimal(line["unit_price"]) and not line.get("adjustments")


def until_section(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines before the next section."""
    found = []
    for line in lines:
        if line["kind"] == "section":
            break
        found.append(line)
    return found


def since_section(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines after the last section or subtotal, the nearest first."""
    found = []
    for line in reversed(lines):
        if line["kind"] in ("section", "subtotal"):
            break
        found.append(line)
    return found
