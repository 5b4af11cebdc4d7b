"""The totals of a quote, contract, order or invoice: one pure function for screen, paper, sync and server.

Only printed, already rounded numbers enter the next step; tax once per tax group; remainders by largest
remainder; half away from zero. The steps, which the comments number:
1 gross of a line, 2 its adjustments, 3 which lines count, 4 their sum, 5 document adjustments by allocation,
6 taxes per group, 7 line taxes for display, 8 total, rounding row and payable, 9 payment milestones.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from desktop.errors import Refused
from desktop.rules.lines import USUAL, Adjustment, Line, Policy, counted, price_line
from desktop.rules.money import MAX_DIGITS, ZERO, allocate, check_currency, rounded, sign, to_minor
from desktop.rules.tax import Tax, TaxMode, ranked, splitter
from desktop.words import msg

NO_STEP: Final = msg("The cash step must be above zero")
_NO_UNITS: Final = Fraction(0)
_REACH: Final = 3  # how many minor units around the computed amount a target excluding tax is searched


@dataclass(frozen=True, slots=True)
class Document:
    """All that the totals depend on."""

    currency: str
    digits: int
    tax_mode: TaxMode
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...] = ()
    prepaid: Decimal = ZERO
    policy: Policy = USUAL
    milestones: tuple[Decimal, ...] = ()

    def __post_init__(self) -> None:
        check_currency(self.currency)
        if not 0 <= self.digits <= MAX_DIGITS:
            raise Refused(msg("A currency has 0 to 6 decimals"), field="digits")
        if self.milestones and sum(self.milestones) != 100:
            raise Refused(msg("The payment steps must add up to 100 %"), field="milestones")


@dataclass(frozen=True, slots=True)
class LineTotals:
    """Minor units. `net` is before and `final` after document adjustments, including tax if prices do.

    `adjustments` holds what each of the line's adjustments came to. For a section or subtotal row `net` is
    the sum of the counted rows it stands for.
    """

    gross: int
    net: int
    tax: int
    final: int
    adjustments: tuple[int, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class GroupTotals:
    """One tax group: its base without tax, and each of its taxes."""

    tax: Tax
    base: int
    taxes: tuple[int, ...]

    @property
    def tax_amount(self) -> int:
        """All taxes of the group."""
        return sum(self.taxes)

    @property
    def total(self) -> int:
        """Base and taxes."""
        return self.base + sum(self.taxes)


@dataclass(frozen=True, slots=True)
class AdjustmentTotals:
    """What a document adjustment came to: percentages of `base`; `shares` by line (0 for those left out)."""

    base: int
    amount: int
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Minor units. `subtotal` is the sum of the line nets; `net` the sum of the bases without tax."""

    digits: int
    lines: tuple[LineTotals, ...]
    adjustments: tuple[AdjustmentTotals, ...]
    groups: tuple[GroupTotals, ...]
    subtotal: int
    net: int
    tax: int
    total: int
    rounding: int
    prepaid: int
    payable: int
    milestones: tuple[int, ...]


def totals(document: Document) -> Totals:
    """Compute a document. Raises Refused for an amount with too many decimals or with nothing to stand on."""
    priced = [price_line(line, document.digits, document.policy) for line in document.lines]
    ledger = _Ledger(document, counted(document.lines))
    for place in ledger.counted:
        ledger.add(document.lines[place].tax, priced[place][1], document.lines[place].quantity)  # 4
    subtotal = sum(ledger.running)
    adjusted = tuple(ledger.adjust(adjustment) for adjustment in document.adjustments)  # 5
    groups, line_taxes = ledger.tax()  # 6, 7
    net = sum(group.base for group in groups)
    tax = sum(group.tax_amount for group in groups)
    rounding = ledger.rounding(net + tax)  # 8
    prepaid = to_minor(document.prepaid, document.digits)
    payable = net + tax + rounding - prepaid
    return Totals(
        digits=document.digits,
        lines=_line_totals(document, priced, ledger, line_taxes),
        adjustments=adjusted,
        groups=groups,
        subtotal=subtotal,
        net=net,
        tax=tax,
        total=net + tax,
        rounding=rounding,
        prepaid=prepaid,
        payable=payable,
        milestones=tuple(allocate(payable, _whole(document.milestones))),  # 9
    )


class _Ledger:
    """The running amounts: one entry per counted line, then one per adjustment in a group of its own."""

    def __init__(self, document: Document, places: list[int]) -> None:
        self.document = document
        self.counted = places
        self.ranks_of = ranked(
            [document.lines[place].tax for place in places]
            + [adjustment.tax for adjustment in document.adjustments if adjustment.tax]
        )
        self.taxes = list(self.ranks_of)
        self.per_unit = [tax.per_unit for tax in self.taxes]
        self.split = [splitter(tax, document.tax_mode) for tax in self.taxes]
        self.running: list[int] = []
        self.ranks: list[int] = []
        self.units: list[Fraction] = []
        self.included = document.tax_mode == "included"
        self.by_line = document.policy.tax_scope == "line"
        self.rest = 0
        self.aimed = False

    def add(self, tax: Tax, amount: int, quantity: Decimal) -> None:
        """Open an entry."""
        self.running.append(amount)
        rank = self.ranks_of[tax]
        self.ranks.append(rank)
        self.units.append(Fraction(quantity) * 10**self.document.digits if self.per_unit[rank] else _NO_UNITS)

    def adjust(self, adjustment: Adjustment) -> AdjustmentTotals:
        """Step 5: apply a document adjustment to the entries in its scope."""
        scope = self._scope(adjustment)
        amounts = [self.running[entry] for entry in scope]
        base = sum(amounts)
        ranks = [self.ranks[entry] for entry in scope]
        if adjustment.kind == "percent":
            top, bottom = adjustment.value.as_integer_ratio()
            amount = rounded(base * top, 100 * bottom)
            weights = [value * sign(base) for value in amounts]
        else:
            amount = to_minor(adjustment.value, self.document.digits)
            weights = [max(value * sign(base), 0) for value in amounts] if base else [abs(v) for v in amounts]
            if adjustment.kind == "target":
                amount = self._solve(amount, scope, weights, ranks)
        if amount and not scope:
            raise Refused(
                msg("An amount needs a line to stand on, or a tax group of its own"), field="adjustments"
            )
        shares = allocate(amount, weights, ranks)
        self._apply(adjustment, amount, scope, shares)
        by_line = [0] * len(self.document.lines)
        for entry, share in zip(scope, shares, strict=True):
            if entry < len(self.counted):
                by_line[self.counted[entry]] = share
        return AdjustmentTotals(base, amount, tuple(by_line))

    def _scope(self, adjustment: Adjustment) -> list[int]:
        if adjustment.tax is None:
            return list(range(len(self.running)))
        rank = self.ranks_of[adjustment.tax]
        scope = [entry for entry, other in enumerate(self.ranks) if other == rank]
        if not scope and adjustment.kind != "percent":
            self.add(adjustment.tax, 0, ZERO)
            scope = [len(self.running) - 1]
        return scope

    def _apply(self, adjustment: Adjustment, amount: int, scope: list[int], shares: list[int]) -> None:
        for entry, share in zip(scope, shares, strict=True):
            self.running[entry] += share
        if adjustment.kind == "target":
            self.rest = to_minor(adjustment.value, self.document.digits) - self.total(self.running)
            self.aimed = True
        elif amount:
            self.aimed = False

    def _solve(self, target: int, scope: list[int], weights: list[int], ranks: list[int]) -> int:
        """The amount that brings the total to `target`, or nearest to it."""
        gap = target - self.total(self.running)
        if self.included or not gap or not scope:
            return gap
        slope = self._slope(weights, ranks)
        start = rounded(gap * slope.denominator, slope.numerator)
        best, best_miss = 0, None
        for step in _steps(sign(gap)):
            running = self.running.copy()
            for entry, share in zip(scope, allocate(start + step, weights, ranks), strict=True):
                running[entry] += share
            miss = abs(target - self.total(running))
            if best_miss is None or miss < best_miss:
                best, best_miss = start + step, miss
            if not miss:
                break
        return best

    def _slope(self, weights: list[int], ranks: list[int]) -> Fraction:
        """How much the total moves per minor unit, taxes of the weighted groups included."""
        whole = sum(weights)
        if not whole:
            return 1 + self.taxes[min(ranks)].whole
        by_rank: dict[int, int] = {}
        for weight, rank in zip(weights, ranks, strict=True):
            by_rank[rank] = by_rank.get(rank, 0) + weight
        taxed = sum((weight * self.taxes[rank].whole for rank, weight in by_rank.items()), Fraction(0))
        return 1 + taxed / whole

    def total(self, running: list[int]) -> int:
        """The total that these running amounts would give."""
        if self.included:
            return sum(running)
        return sum(running) + sum(sum(taxes) for _, _, taxes in self._taxed(running))

    def _taxed(self, running: list[int]) -> Iterable[tuple[int, int, list[int]]]:
        """Step 6: (rank, amount, taxes) of all that is taxed once: a group, or an entry if scope is line."""
        if self.by_line:
            for amount, rank, units in zip(running, self.ranks, self.units, strict=True):
                yield rank, amount, self.split[rank](amount, units)
            return
        amounts, quantities = [0] * len(self.taxes), [_NO_UNITS] * len(self.taxes)
        for amount, rank, units in zip(running, self.ranks, self.units, strict=True):
            amounts[rank] += amount
            if self.per_unit[rank]:
                quantities[rank] += units
        for rank in sorted(set(self.ranks)):
            yield rank, amounts[rank], self.split[rank](amounts[rank], quantities[rank])

    def tax(self) -> tuple[tuple[GroupTotals, ...], list[int]]:
        """Steps 6 and 7: the groups (by category, highest rate first) and each entry's tax for display."""
        bases = [0] * len(self.taxes)
        taxes: list[list[int]] = [[] for _ in self.taxes]
        of_entries: list[int] = []
        for rank, amount, parts in self._taxed(self.running):
            taxes[rank] = [a + b for a, b in zip(taxes[rank], parts, strict=True)] if taxes[rank] else parts
            bases[rank] += amount - sum(parts) if self.included else amount
            of_entries.append(sum(parts))
        groups = [GroupTotals(self.taxes[rank], bases[rank], tuple(taxes[rank])) for rank in set(self.ranks)]
        groups.sort(key=lambda group: self.ranks_of[group.tax], reverse=True)
        groups.sort(key=lambda group: group.tax.category)
        if not self.by_line:
            of_entries = self._spread(groups)
        return tuple(groups), of_entries

    def _spread(self, groups: Sequence[GroupTotals]) -> list[int]:
        of_entries = [0] * len(self.running)
        members: dict[int, list[int]] = {}
        for entry, rank in enumerate(self.ranks):
            members.setdefault(rank, []).append(entry)
        for group in groups:
            scope = members[self.ranks_of[group.tax]]
            amounts = [self.running[entry] for entry in scope]
            side = sign(sum(amounts))
            weights = [amount * side for amount in amounts] if side else [abs(amount) for amount in amounts]
            for entry, share in zip(scope, allocate(group.tax_amount, weights), strict=True):
                of_entries[entry] = share
        return of_entries

    def rounding(self, total: int) -> int:
        """Step 8: what a target left over, or else the way to the next step of cash."""
        step = self.document.policy.cash_step
        if self.aimed or step is None:
            return self.rest
        unit = to_minor(step, self.document.digits)
        if unit <= 0:
            raise Refused(NO_STEP, field="cash_step")
        return rounded(total + self.rest, unit) * unit - total


def _steps(way: int) -> list[int]:
    """0, then ±1, ±2, ±3, the smaller move first."""
    return [0, *(step * side for step in range(1, _REACH + 1) for side in (-way, way))]


def _whole(percents: Sequence[Decimal]) -> list[int]:
    """The same proportions as whole numbers."""
    ratios = [value.as_integer_ratio() for value in percents]
    scale = lcm(*(bottom for _, bottom in ratios))
    return [top * scale // bottom for top, bottom in ratios]


def _line_totals(
    document: Document, priced: list[tuple[int, int, tuple[int, ...]]], ledger: _Ledger, line_taxes: list[int]
) -> tuple[LineTotals, ...]:
    entries = {place: entry for entry, place in enumerate(ledger.counted)}
    rows: list[LineTotals] = []
    sums = _row_sums(document.lines, priced, entries.keys())
    for place, (gross, net, amounts) in enumerate(priced):
        entry = entries.get(place)
        if place in sums:
            rows.append(LineTotals(sums[place], sums[place], 0, sums[place], (), counts=False))
        elif entry is None:
            rows.append(LineTotals(gross, net, 0, net, amounts, counts=False))
        else:
            rows.append(
                LineTotals(gross, net, line_taxes[entry], ledger.running[entry], amounts, counts=True)
            )
    return tuple(rows)


def _row_sums(
    lines: Sequence[Line], priced: Sequence[tuple[int, int, tuple[int, ...]]], counts: Set[int]
) -> dict[int, int]:
    """What stands under each section row, and since the last section or subtotal above each subtotal row."""
    sums: dict[int, int] = {}
    section, since = -1, 0
    for place, line in enumerate(lines):
        if line.kind == "section":
            section, since = place, 0
            sums[place] = 0
        elif line.kind == "subtotal":
            sums[place], since = since, 0
        elif place in counts:
            since += priced[place][1]
            if section in sums:
                sums[section] += priced[place][1]
    return sums
