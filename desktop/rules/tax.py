"""Taxes of one group: what is added to a base, or what an amount that includes tax consists of.

A tax group is (category, ordered rates, exemption reason); `totals` asks here once per group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Literal

from desktop.errors import Refused
from desktop.rules.money import number, rounded
from desktop.words import msg

TaxMode = Literal["excluded", "included"]
GroupKey = tuple[str, tuple[Decimal, ...], tuple[bool, ...], tuple[bool, ...], str]


@dataclass(frozen=True, slots=True)
class Rate:
    """One tax: a percentage, or with `per_unit` an amount in major units for each unit of quantity.

    A `compound` rate is taken on the base and the taxes before it.
    """

    value: Decimal
    compound: bool = False
    per_unit: bool = False


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax group; the category is any text (EN 16931 uses S, Z, E, AE, K, G, O)."""

    category: str
    rates: tuple[Rate, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if _shares(self.rates)[1] <= -1:
            raise Refused(msg("Tax rates must stay above −100 % together"))

    @property
    def key(self) -> GroupKey:
        """The order among groups where everything else is equal."""
        return (
            self.category,
            tuple(rate.value for rate in self.rates),
            tuple(rate.compound for rate in self.rates),
            tuple(rate.per_unit for rate in self.rates),
            self.reason,
        )

    @property
    def per_unit(self) -> bool:
        """Whether any of its taxes depends on the quantity."""
        return any(rate.per_unit for rate in self.rates)

    @property
    def whole(self) -> Fraction:
        """All percentages together as a fraction of the base."""
        return _shares(self.rates)[1]

    def __str__(self) -> str:
        return " + ".join(number(rate.value) + ("" if rate.per_unit else " %") for rate in self.rates)


def percent(category: str, *rates: str) -> Tax:
    """The usual tax group of plain percentages: `percent("S", "13")`."""
    return Tax(category, tuple(Rate(Decimal(rate)) for rate in rates))


@lru_cache(maxsize=1024)
def _shares(rates: tuple[Rate, ...]) -> tuple[tuple[Fraction, ...], Fraction]:
    """Each tax as a fraction of the base, compounds resolved, and their sum; per-unit taxes are 0."""
    shares: list[Fraction] = []
    for rate in rates:
        value = Fraction(0) if rate.per_unit else Fraction(rate.value) / 100
        shares.append(value * (1 + sum(shares)) if rate.compound else value)
    return tuple(shares), sum(shares, Fraction(0))


@lru_cache(maxsize=1024)
def _ratios(rates: tuple[Rate, ...]) -> tuple[tuple[int, int, bool], ...]:
    ratios = []
    for rate in rates:
        top, bottom = rate.value.as_integer_ratio()
        ratios.append((top, 100 * bottom, rate.compound))
    return tuple(ratios)


@lru_cache(maxsize=1024)
def _parts(rates: tuple[Rate, ...]) -> tuple[tuple[int, ...], int]:
    """Whole numbers (c_1 … c_n, d) with tax_k = amount * c_k / d for an amount that includes every tax."""
    shares, whole = _shares(rates)
    scale = lcm(*(share.denominator for share in shares))
    return tuple(int(share * scale) for share in shares), int((1 + whole) * scale)


def taxes_added(tax: Tax, base: int, units: Fraction) -> list[int]:
    """The taxes on `base`; `units` is the quantity times 10**digits, for per-unit taxes."""
    taxes: list[int] = []
    for rate, (top, bottom, compound) in zip(tax.rates, _ratios(tax.rates), strict=True):
        if rate.per_unit:
            amount = units * Fraction(rate.value)
            taxes.append(rounded(amount.numerator, amount.denominator))
        else:
            taxes.append(rounded((base + sum(taxes) if compound else base) * top, bottom))
    return taxes


def taxes_within(tax: Tax, amount: int, units: Fraction) -> list[int]:
    """The taxes inside `amount`; the rest is the base. With one percentage the base is what is rounded."""
    if tax.per_unit:
        return _taxes_within_units(tax, amount, units)
    tops, bottom = _parts(tax.rates)
    if len(tops) == 1:
        return [amount - rounded(amount * (bottom - tops[0]), bottom)]
    return [rounded(amount * top, bottom) for top in tops]


def _taxes_within_units(tax: Tax, amount: int, units: Fraction) -> list[int]:
    """tax_k = c_k * base + f_k, f_k from the per-unit taxes; so base = (amount - sum f) / (1 + sum c)."""
    fixed: list[Fraction] = []
    for rate in tax.rates:
        if rate.per_unit:
            fixed.append(units * Fraction(rate.value))
        else:
            fixed.append(
                Fraction(rate.value) / 100 * sum(fixed, Fraction(0)) if rate.compound else Fraction(0)
            )
    shares, whole = _shares(tax.rates)
    base = (amount - sum(fixed)) / (1 + whole)
    exact = [share * base + part for share, part in zip(shares, fixed, strict=True)]
    return [rounded(value.numerator, value.denominator) for value in exact]


def ranked(taxes: Sequence[Tax]) -> dict[Tax, int]:
    """The place of each tax group in the order that settles ties."""
    return {tax: place for place, tax in enumerate(sorted(set(taxes), key=lambda tax: tax.key))}
