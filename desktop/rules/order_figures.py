"""What parts of a document are worth: the figures of what was issued are shared out, never priced again.

Each part gets the rounded share of all parts so far, less what the parts before it got. So the last one
closes to zero, and the sum of all parts is the whole to the cent, tax by tax.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from desktop.errors import Refused
from desktop.rules import lines, money, tax, totals
from desktop.words import msg

UNREADABLE: Final = msg("What was issued cannot be computed; make a new revision.")
NOTHING: Final = msg("Say how many of which line.")
TOO_MANY: Final = msg("“{line}”: {left} of {whole} are left, {wanted} were wanted.")
BELOW_ZERO: Final = msg("“{line}”: more comes back than there was.")
_LONGEST: Final = 40
_MOST_DIGITS: Final = 4


class Figures(NamedTuple):
    """A quantity and what it comes to, in minor units; `amount` is in the document's own price basis."""

    quantity: Decimal = money.ZERO
    amount: int = 0
    tax: int = 0
    rounding: int = 0
    prepaid: int = 0

    def plus(self, other: "Figures") -> "Figures":
        """Both together."""
        return Figures(
            self.quantity + other.quantity,
            self.amount + other.amount,
            self.tax + other.tax,
            self.rounding + other.rounding,
            self.prepaid + other.prepaid,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is ordered, delivered or invoiced in parts: what it is and what all of it comes to."""

    id: str
    whole: Figures
    words: Mapping[str, Any] = field(default_factory=dict)
    """What the part copies beside the figures: number, name, unit, price, tax."""

    @property
    def group(self) -> tuple[str, tuple[str, ...]]:
        """Its tax group."""
        return self.words["tax_category"], tuple(self.words["tax_rates"])


def share(whole: int, of: Decimal, reached: Decimal, taken: int) -> int:
    """What brings the parts from `taken` to their share of `whole` once `reached` of `of` is shared out.

    >>> share(3120000, Decimal(7), Decimal(3), 0)
    1337143
    >>> share(3120000, Decimal(7), Decimal(5), 1337143), share(3120000, Decimal(7), Decimal(7), 2228571)
    (891428, 891429)
    """
    part = Fraction(reached) / Fraction(of)
    return money.rounded(whole * part.numerator, part.denominator) - taken


def part(line: Line, taken: Figures, quantity: Decimal) -> Figures:
    """What `quantity` more of a line comes to after what is `taken`; a negative one gives back.

    Raises Refused for more than is left, or for more back than there was.
    """
    of, reached = line.whole.quantity, taken.quantity + quantity
    if not of or not quantity:
        raise Refused(NOTHING, field="quantity")
    if not 0 <= Fraction(reached) / Fraction(of) <= 1:
        name = line.words.get("name") or line.words.get("sku") or ""
        back = (quantity > 0) != (of > 0)
        left = TOO_MANY.of(
            line=name,
            left=money.number(of - taken.quantity),
            whole=money.number(of),
            wanted=money.number(quantity),
        )
        raise Refused(BELOW_ZERO.of(line=name) if back else left, field="quantity")
    shares = (share(whole, of, reached, had) for whole, had in zip(line.whole[1:], taken[1:], strict=True))
    return Figures(quantity, *shares)


def parts(
    known: Sequence[Line], taken: Mapping[str, Figures], wanted: Mapping[str, Decimal] | None
) -> dict[str, Figures]:
    """The parts of several lines; `wanted` None: all that is left. Raises Refused where nothing is left."""
    if wanted is None:
        rest = {line.id: line.whole.quantity - _taken(taken, line).quantity for line in known}
        wanted = {name: quantity for name, quantity in rest.items() if quantity}
        if not wanted:
            raise Refused(msg("Nothing is left of it."))
    by_id = {line.id: line for line in known}
    if not wanted or not wanted.keys() <= by_id.keys():
        raise Refused(NOTHING, field="quantity")
    return {name: part(by_id[name], _taken(taken, by_id[name]), wanted[name]) for name in wanted}


def _taken(taken: Mapping[str, Figures], line: Line) -> Figures:
    return taken.get(line.id) or Figures()


def summed(figures: Iterable[tuple[str, Figures]]) -> dict[str, Figures]:
    """Parts of lines added up by line."""
    found: dict[str, Figures] = {}
    for name, each in figures:
        found[name] = found.get(name, Figures()).plus(each)
    return found


# ---------------------------------------------------------------- what was issued


def lines_of(snapshot: Mapping[str, Any]) -> tuple[Line, ...]:
    """The lines of an issued quote (or of the quote in a contract) that count, with their final figures.

    The amount of a line is what is left of it after every discount, so that all of them are the document.
    The rounding row and what was prepaid go with the largest line. Raises Refused for what nobody can read.
    """
    issued = snapshot.get("quote") if snapshot.get("kind") == "contract" else snapshot
    try:
        document = _document(issued or {})
        result = totals.totals(document)
        found = [
            Line(str(row["id"]), Figures(line.quantity, came.final, came.tax), _words(row))
            for row, line, came in zip((issued or {})["lines"], document.lines, result.lines, strict=True)
            if came.counts and line.quantity
        ]
    except (ArithmeticError, AttributeError, KeyError, Refused, TypeError, ValueError):
        raise Refused(UNREADABLE) from None
    if not found:
        raise Refused(UNREADABLE)
    largest = max(range(len(found)), key=lambda place: abs(found[place].whole.amount))
    bearer = found[largest]
    whole = bearer.whole._replace(rounding=result.rounding, prepaid=result.prepaid)
    found[largest] = Line(bearer.id, whole, bearer.words)
    return tuple(found)


def _document(issued: Mapping[str, Any]) -> totals.Document:
    policy, digits = issued["policy"], issued["digits"]
    if digits not in range(_MOST_DIGITS + 1):
        raise ValueError("no currency has so many digits")
    return totals.Document(
        currency=issued["currency"],
        digits=int(digits),
        tax_mode=issued["tax_mode"],
        lines=tuple(_line(row) for row in issued["lines"]),
        adjustments=tuple(_adjustment(row) for row in issued["adjustments"]),
        prepaid=_figure(issued["prepaid"]),
        policy=lines.Policy(
            tax_scope=policy["tax_scope"],
            discount_rounding=policy["discount_rounding"],
            cash_step=_figure(policy["cash_step"]) if policy["cash_step"] else None,
        ),
    )


def _figure(text: Any) -> Decimal:
    """A number of the paper. A laptop that means harm could write one that takes for ever to compute with."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise ValueError("not a number of any paper")
    return money.decimal(text)


def _line(row: Mapping[str, Any]) -> lines.Line:
    quantity, price = _figure(row["quantity"]), _figure(row["unit_price"])
    return lines.Line(
        quantity=quantity,
        unit_price=price,
        tax=tax.percent(row["tax"]["category"], *(str(_figure(rate)) for rate in row["tax"]["rates"])),
        base_quantity=_figure(row["base_quantity"]),
        adjustments=tuple(_adjustment(one) for one in row["adjustments"]),
        slabs=lines.slabs_of(row.get("slabs"), quantity, price),
        kind=row["kind"],
        group=row["group"],
        chosen=bool(row["chosen"]),
    )


def _adjustment(row: Mapping[str, Any]) -> lines.Adjustment:
    return lines.Adjustment(row["kind"], _figure(row["value"]))


def _words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sku": row["sku"],
        "name": row["name"]["zh"],
        "name_en": row["name"]["en"],
        "unit": row["unit"]["zh"],
        "unit_en": row["unit"]["en"],
        "unit_price": _figure(row["unit_price"]),
        "tax_category": row["tax"]["category"],
        "tax_rates": list(row["tax"]["rates"]),
    }


def schedule(snapshot: Mapping[str, Any], payable: int) -> list[dict[str, Any]]:
    """The payment steps of what was issued, with their share of `payable`; none where it names none.

    Raises Refused for what nobody can read.
    """
    issued = snapshot.get("quote") if snapshot.get("kind") == "contract" else snapshot
    steps = (issued or {}).get("milestones") or []
    try:
        amounts = [money.to_minor(_figure(step["amount"]), int((issued or {})["digits"])) for step in steps]
        if not steps or sum(amounts) <= 0 or min(amounts) < 0 or payable < 0:
            return []
        return [
            {"name": step["name"], "due": step["due"], "percent": str(step["percent"]), "amount": amount}
            for step, amount in zip(steps, money.allocate(payable, amounts), strict=True)
        ]
    except (ArithmeticError, AttributeError, KeyError, Refused, TypeError, ValueError):
        raise Refused(UNREADABLE) from None


# ---------------------------------------------------------------- sums of a document made of parts


class Sums(NamedTuple):
    """The foot of an order or invoice request, in minor units."""

    net: int
    tax: int
    total: int
    rounding: int
    prepaid: int
    payable: int


def sums(figures: Iterable[Figures], *, included: bool) -> Sums:
    """The foot of these lines; `included`: their amounts contain their taxes."""
    every = list(figures)
    amount, taxes = sum(one.amount for one in every), sum(one.tax for one in every)
    rounding, prepaid = sum(one.rounding for one in every), sum(one.prepaid for one in every)
    net = amount - taxes if included else amount
    return Sums(net, taxes, net + taxes, rounding, prepaid, net + taxes + rounding - prepaid)


@dataclass(frozen=True, slots=True)
class Group:
    """One tax group of an invoice request: the base without tax and the tax."""

    category: str
    rates: tuple[str, ...]
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """A part of an order that is invoiced: each line's quantity and amount, each group's tax, the foot."""

    lines: Mapping[str, Figures]
    groups: tuple[Group, ...]
    net: int
    tax: int
    rounding: int

    @property
    def payable(self) -> int:
        """What the invoice asks for."""
        return self.net + self.tax + self.rounding


def invoice(
    known: Sequence[Line],
    earlier: Sequence[Invoice],
    wanted: Mapping[str, Decimal] | None,
    *,
    included: bool,
) -> Invoice:
    """The next invoice of an order: amounts by line, taxes by group, both on cumulative figures.

    `wanted` None: all that is left. The last one closes every group and takes the rounding row. Raises
    Refused as `parts` does.
    """
    before = summed(item for one in earlier for item in one.lines.items())
    made = parts(known, before, wanted)
    after = summed([*before.items(), *made.items()])
    groups = tuple(
        _group(key, [line for line in known if line.group == key], made, after, earlier, included=included)
        for key in dict.fromkeys(line.group for line in known if line.id in made)
    )
    closes = all(after.get(line.id, Figures()).quantity == line.whole.quantity for line in known)
    rounding = sum(line.whole.rounding for line in known) if closes else 0
    return Invoice(
        {name: Figures(one.quantity, one.amount) for name, one in made.items()},
        groups,
        sum(one.base for one in groups),
        sum(one.tax for one in groups),
        rounding - sum(one.rounding for one in earlier),
    )


def _group(
    key: tuple[str, tuple[str, ...]],
    members: Sequence[Line],
    made: Mapping[str, Figures],
    after: Mapping[str, Figures],
    earlier: Sequence[Invoice],
    *,
    included: bool,
) -> Group:
    """The tax of the group so far, less what earlier invoices took of it."""
    whole_tax, whole_amount = (sum(line.whole[place] for line in members) for place in (2, 1))
    reached = sum(after[line.id].amount for line in members if line.id in after)
    closed = all(line.id in after and after[line.id].quantity == line.whole.quantity for line in members)
    had = sum(one.tax for each in earlier for one in each.groups if (one.category, one.rates) == key)
    if closed or not whole_amount:
        due = whole_tax if closed else 0
    else:
        part = Fraction(int(whole_tax) * reached, int(whole_amount))
        due = money.rounded(part.numerator, part.denominator)
    amount = sum(made[line.id].amount for line in members if line.id in made)
    owed = int(due) - had
    return Group(key[0], key[1], amount - owed if included else amount, owed)
