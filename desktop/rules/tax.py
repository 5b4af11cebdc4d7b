"""Taxes of one group: what is added to a base, or what an amount that includes tax consists of.

A tax group is (category, ordered rates, exemption reason); `totals` asks here once per group.
"""

from collections.abc import Callable, Sequence
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
Split = Callable[[int, Fraction], list[int]]
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


@lru_cache(maxsize=1024)
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


def splitter(tax: Tax, mode: TaxMode) -> Split:
    """How to find the taxes of an amount in this group.

    The function takes an amount in minor units, which is the base or includes the taxes by `mode`, and the
    quantity times 10**digits, which only taxes per unit look at.
    """
    if mode == "excluded":
        return _added(tax)
    return _within_units(tax) if tax.per_unit else _within(tax)


def _added(tax: Tax) -> Split:
    rates = []
    for rate in tax.rates:
        top, bottom = rate.value.as_integer_ratio()
        rates.append((top, bottom if rate.per_unit else 100 * bottom, rate.compound, rate.per_unit))

    def split(base: int, units: Fraction) -> list[int]:
        taxes: list[int] = []
        for top, bottom, compound, per_unit in rates:
            if per_unit:
                taxes.append(rounded(units.numerator * top, units.denominator * bottom))
            else:
                taxes.append(rounded((base + sum(taxes) if compound else base) * top, bottom))
        return taxes

    return split


def _within(tax: Tax) -> Split:
    """tax_k = amount * c_k / d in whole numbers; with one percentage the base is rounded, not the tax."""
    shares, whole = _shares(tax.rates)
    scale = lcm(*(share.denominator for share in shares))
    tops, bottom = [int(share * scale) for share in shares], int((1 + whole) * scale)

    def split_one(amount: int, _units: Fraction) -> list[int]:
        return [amount - rounded(amount * scale, bottom)]

    def split(amount: int, _units: Fraction) -> list[int]:
        return [rounded(amount * top, bottom) for top in tops]

    return split_one if len(tops) == 1 else split


def _within_units(tax: Tax) -> Split:
    """tax_k = c_k * base + f_k * units, f_k from the taxes per unit; so base = (amount - f) / (1 + c)."""
    fixed: list[Fraction] = []
    for rate in tax.rates:
        earlier = sum(fixed, Fraction(0)) if rate.compound else Fraction(0)
        fixed.append(Fraction(rate.value) if rate.per_unit else Fraction(rate.value) / 100 * earlier)
    shares, whole = _shares(tax.rates)

    def split(amount: int, units: Fraction) -> list[int]:
        base = (amount - sum(fixed) * units) / (1 + whole)
        exact = [share * base + part * units for share, part in zip(shares, fixed, strict=True)]
        return [rounded(value.numerator, value.denominator) for value in exact]

    return split


def ranked(taxes: Sequence[Tax]) -> dict[Tax, int]:
    """The place of each tax group in the order that settles ties."""
    return {tax: place for place, tax in enumerate(sorted(set(taxes), key=lambda tax: tax.key))}
