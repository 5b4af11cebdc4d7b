"""The rows of a document: which count, and what each comes to before the document's own adjustments.

Steps 1 to 3 of `totals`, which adds the rows up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal

from desktop.errors import Refused
from desktop.rules.money import ONE, ZERO, decimal, number, rounded, sign, to_minor
from desktop.rules.tax import Tax
from desktop.words import msg

PRICE_DIGITS: Final = 6
"""Decimals of a unit price."""
AdjustmentKind = Literal["percent", "amount", "target"]
LineKind = Literal["item", "option", "alternative", "section", "note", "subtotal"]
NO_TAX: Final = Tax("")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A reduction (negative) or charge (positive), in percent or major units; or the payable wanted."""

    kind: AdjustmentKind
    value: Decimal
    tax: Tax | None = None


@dataclass(frozen=True, slots=True)
class Slab:
    """A part of the quantity at the price of its tier."""

    quantity: Decimal
    unit_price: Decimal

    def as_json(self) -> dict[str, str]:
        """As a quote line keeps it."""
        return {"quantity": number(self.quantity), "unit_price": number(self.unit_price)}


def mean_price(slabs: Sequence[Slab]) -> Decimal:
    """What one unit costs on average, as a unit price is written; together they are not zero units."""
    worth = sum((Fraction(slab.quantity) * Fraction(slab.unit_price) for slab in slabs), Fraction(0))
    exact = worth / Fraction(sum((slab.quantity for slab in slabs), ZERO)) * 10**PRICE_DIGITS
    return Decimal(rounded(exact.numerator, exact.denominator)).scaleb(-PRICE_DIGITS)


def slabs_of(parts: Iterable[Any] | None, quantity: Decimal, unit_price: Decimal) -> tuple[Slab, ...]:
    """The slabs that a line keeps, as long as they are still those of its quantity and price; else none.

    Two people may have changed the quantity and the price of one line; then its own price counts.
    """
    try:
        slabs = tuple(Slab(decimal(part["quantity"]), decimal(part["unit_price"])) for part in parts or ())
    except (Refused, KeyError, TypeError, AttributeError):
        return ()
    together = sum((slab.quantity for slab in slabs), ZERO)
    if not together or together != quantity or mean_price(slabs) != unit_price:
        return ()
    return slabs


@dataclass(frozen=True, slots=True)
class Line:
    """One row; only items, chosen options and the one chosen alternative of a group count."""

    quantity: Decimal = ZERO
    unit_price: Decimal = ZERO
    tax: Tax = NO_TAX
    base_quantity: Decimal = ONE
    adjustments: tuple[Adjustment, ...] = ()
    slabs: tuple[Slab, ...] = ()
    kind: LineKind = "item"
    group: str = ""
    chosen: bool = True

    def __post_init__(self) -> None:
        if self.base_quantity <= 0:
            raise Refused(msg("The base quantity must be above zero"), field="base_quantity")
        if any(adjustment.kind == "target" for adjustment in self.adjustments):
            raise Refused(
                msg("A target price belongs to the whole document, not to a line"), field="adjustments"
            )


@dataclass(frozen=True, slots=True)
class Policy:
    """How a company rounds; stored with the revision and printed."""

    tax_scope: Literal["group", "line"] = "group"
    discount_rounding: Literal["amount", "net"] = "amount"
    cash_step: Decimal | None = None
    line_discounts: Literal["cascade", "parallel"] = "cascade"


USUAL: Final = Policy()


def counted(lines: Sequence[Line]) -> list[int]:
    """The places of the lines that count: of alternatives the chosen one, or the first if none is."""
    chosen: dict[str, int] = {}
    for place, line in enumerate(lines):
        if line.kind == "alternative":
            now = chosen.setdefault(line.group, place)
            if line.chosen and not lines[now].chosen:
                chosen[line.group] = place
    return [
        place
        for place, line in enumerate(lines)
        if line.kind == "item"
        or (line.kind == "option" and line.chosen)
        or (line.kind == "alternative" and chosen[line.group] == place)
    ]


def price_line(line: Line, digits: int, policy: Policy) -> tuple[int, int, tuple[int, ...]]:
    """Steps 1 and 2: gross, net and what each adjustment of the line came to."""
    parts = [(slab.quantity, slab.unit_price) for slab in line.slabs] or [(line.quantity, line.unit_price)]
    parallel = policy.line_discounts == "parallel"
    base_top, base_bottom = line.base_quantity.as_integer_ratio()
    scale = base_bottom * 10**digits
    ratios = [(q.as_integer_ratio(), p.as_integer_ratio()) for q, p in parts]
    gross = sum(rounded(q[0] * p[0] * scale, q[1] * p[1] * base_top) for q, p in ratios)  # 1
    if not line.adjustments:
        return gross, gross, ()
    way = sign(gross) or sign(sum(q[0] * p[0] for q, p in ratios))
    if policy.discount_rounding == "net":
        return gross, *_net_unit_price(line, digits, policy, parts, gross, way)
    running, amounts = gross, []
    for adjustment in line.adjustments:  # 2
        if adjustment.kind == "percent":
            top, bottom = adjustment.value.as_integer_ratio()
            amount = rounded((gross if parallel else running) * top, 100 * bottom)
        else:
            amount = to_minor(adjustment.value, digits)
        amount = _limited(amount, running, way)
        amounts.append(amount)
        running += amount
    return gross, running, tuple(amounts)


def _limited(amount: int, running: int, way: int) -> int:
    """A reduction takes at most what is there; a line of no worth has no side and takes it as it is."""
    way = way or sign(running)
    return max(amount * way, -running * way) * way if way else amount


def _net_unit_price(
    line: Line, digits: int, policy: Policy, parts: Sequence[tuple[Decimal, Decimal]], gross: int, way: int
) -> tuple[int, tuple[int, ...]]:
    """折后单价: percentages make a new unit price, rounded as prices are written; then fixed amounts."""
    top, bottom, running = 1, 1, gross  # what is left of the price: top / bottom
    amounts = [0] * len(line.adjustments)
    for place, adjustment in enumerate(line.adjustments):
        if adjustment.kind == "percent":
            part, whole = adjustment.value.as_integer_ratio()
            left = bottom if policy.line_discounts == "parallel" else top
            top, bottom = max(top * 100 * whole + left * part, 0), bottom * 100 * whole
            after = sum(_discounted(q, p, (top, bottom), line.base_quantity, digits) for q, p in parts)
            amounts[place] = after - running
            running = after
    for place, adjustment in enumerate(line.adjustments):
        if adjustment.kind == "amount":
            amounts[place] = _limited(to_minor(adjustment.value, digits), running, way)
            running += amounts[place]
    return running, tuple(amounts)


def net_unit_price(unit_price: Decimal, left: tuple[int, int], digits: int) -> tuple[int, int]:
    """The price after discount as a fraction, with the currency's decimals or its own if those are more.

    `left` is the part of the price that the discounts leave, as a fraction too.
    """
    top, bottom = unit_price.as_integer_ratio()
    exponent = unit_price.normalize().as_tuple().exponent
    scale = 10 ** max(digits, -exponent if isinstance(exponent, int) else 0)
    return rounded(top * left[0] * scale, bottom * left[1]), scale


def _discounted(
    quantity: Decimal, unit_price: Decimal, left: tuple[int, int], base: Decimal, digits: int
) -> int:
    price, scale = net_unit_price(unit_price, left, digits)
    top, bottom = quantity.as_integer_ratio()
    base_top, base_bottom = base.as_integer_ratio()
    return rounded(top * price * base_bottom * 10**digits, bottom * scale * base_top)
