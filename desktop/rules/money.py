"""Money and its arithmetic: whole minor units, half away from zero, remainders by largest remainder.

The lowest stone of `rules`: tax, prices and totals stand on it. There is no float anywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from desktop.errors import Refused
from desktop.words import msg

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
MAX_DIGITS: Final = 6
_NO_CENTS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_MILLS: Final = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS: Final = dict.fromkeys(_NO_CENTS.split(), 0) | dict.fromkeys(_MILLS.split(), 3)
_SYMBOLS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "KRW": "₩"}
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?")


def sign(value: int) -> int:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def rounded(numerator: int, denominator: int) -> int:
    """The whole number nearest to numerator / denominator (above zero), half away from zero."""
    if numerator < 0:
        return -((denominator - 2 * numerator) // (2 * denominator))
    return (denominator + 2 * numerator) // (2 * denominator)


def allocate(total: int, weights: Sequence[int], ranks: Sequence[int] = ()) -> list[int]:
    """Split `total` over `weights` so that the parts add up to it, by largest remainder.

    The sum of the weights is positive, or all of them are zero; single ones may be negative. Leftover units
    go to the larger remainder, then the larger weight, then the lower rank (the tax group), then the earlier
    position; with zero weights the whole goes to the first by rank and position. The parts of -total are the
    negated parts.
    """
    if total < 0:
        return [-part for part in allocate(-total, weights, ranks)]
    if not weights:
        return []
    places = range(len(weights))
    rank = ranks or [0] * len(weights)
    whole = sum(weights)
    if not whole:
        parts = [0] * len(weights)
        parts[min(places, key=lambda i: (rank[i], i))] = total
        return parts
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    if left:
        keys = [(-(total * weights[i] % whole), -weights[i], rank[i], i) for i in places]
        for key in sorted(keys)[:left]:
            parts[key[3]] += 1
    return parts


def currency_digits(currency: str) -> int:
    """Decimals of the currency by ISO 4217; two for a code that the table does not name."""
    return _DIGITS.get(currency, 2)


def hundredths(minor: int, currency: str) -> int:
    """A total in units of its currency as deals are typed: in hundredths, whatever the currency has."""
    return int((Decimal(minor).scaleb(2 - currency_digits(currency))).to_integral_value(ROUND_HALF_UP))


def check_currency(currency: str) -> str:
    """The code itself, or Refused when it is not three capital letters."""
    if not _CURRENCY.fullmatch(currency):
        raise Refused(msg("“{text}” is not a currency code such as CNY").of(text=currency))
    return currency


def symbol(currency: str) -> str:
    """The sign printed before an amount; the code with a space where there is none."""
    return _SYMBOLS.get(currency, f"{currency} ")


def decimal(text: str) -> Decimal:
    """A plain decimal such as `-12.50`; Refused for anything else (exponents, commas, spaces, NaN)."""
    if not _NUMBER.fullmatch(text):
        raise Refused(msg("“{text}” is not a plain decimal number such as -12.50").of(text=text))
    return Decimal(text)


def to_minor(value: Decimal, digits: int) -> int:
    """The amount in minor units; Refused when it has more decimals than the currency."""
    top, bottom = value.as_integer_ratio()
    amount, rest = divmod(int(top * 10**digits), bottom)
    if rest:
        raise Refused(
            msg("{value} has more than the {digits} decimals of the currency").of(
                value=str(value), digits=digits
            )
        )
    return amount


def to_decimal(amount: int, digits: int) -> Decimal:
    """The amount in major units, with exactly `digits` decimals."""
    return Decimal(amount).scaleb(-digits)


def plain(amount: int, digits: int) -> str:
    """The amount as `-1234.50`: what JSON, search and the calculator test read."""
    if not digits:
        return str(amount)
    text = str(abs(amount)).rjust(digits + 1, "0")
    return f"{'-' if amount < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def printed(amount: int, digits: int, minus: str = "\u2212") -> str:
    """The amount as `−1,234.50`: what people read on screen and paper."""
    whole, _, cents = plain(abs(amount), digits).partition(".")
    return f"{minus if amount < 0 else ''}{int(whole):,}{'.' if cents else ''}{cents}"


def number(value: Decimal) -> str:
    """A quantity, price or percentage as text without trailing zeros or an exponent."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency; two currencies never mix."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        check_currency(self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __str__(self) -> str:
        minus = "\u2212" if self.amount < 0 else ""
        return f"{minus}{symbol(self.currency)}{printed(abs(self.amount), currency_digits(self.currency))}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise Refused(
                msg("{one} and {other} do not add up without a rate").of(
                    one=self.currency, other=other.currency
                )
            )
        return other.amount
