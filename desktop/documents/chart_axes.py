"""The figures on a chart: ticks that a person would choose, one unit per axis, numbers by language."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

from desktop.documents.chart_marks import Words
from desktop.words import Message, msg

Value = Decimal | int
_STEPS: Final = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_MINUS: Final = "\N{MINUS SIGN}"
SIGNS: Final = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


@dataclass(frozen=True, slots=True)
class Unit:
    """What one on the axis stands for, and how that is said beside the title."""

    size: Decimal = Decimal(1)
    words: Words = ""

    def of(self, value: Value) -> Decimal:
        """A value in this unit."""
        return Decimal(value) / self.size


@dataclass(frozen=True, slots=True)
class Axis:
    """Ticks from the lowest to the highest, in the unit, with the decimals that all of them need."""

    ticks: tuple[Decimal, ...]
    places: int

    @property
    def low(self) -> Decimal:
        """The first tick."""
        return self.ticks[0]

    @property
    def high(self) -> Decimal:
        """The last tick."""
        return self.ticks[-1]

    def share(self, value: Decimal) -> float:
        """How far up the axis a value stands, from 0 to 1."""
        return float((value - self.low) / (self.high - self.low))


def axis(low: Decimal, high: Decimal, *, most: int = 5, whole: bool = False) -> Axis:
    """About `most` steps of 1, 2, 2.5 or 5 times a power of ten that hold low and high; zero is a tick."""
    if high <= low:
        high = low + 1
    step = _step((high - low) / max(most, 1), whole=whole)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    ticks = tuple((first + place) * step for place in range(int(last - first) + 1))
    return Axis(ticks, max(decimals(tick) for tick in ticks))


def _step(least: Decimal, *, whole: bool) -> Decimal:
    power = Decimal(10) ** least.adjusted()
    for factor in _STEPS:
        step = factor * power
        if step >= least and not (whole and step != step.to_integral_value()):
            return step
    return max(Decimal(10) * power, Decimal(1))


def decimals(value: Decimal) -> int:
    """How many decimals a value has, without zeros at its end."""
    return max(0, -int(value.normalize().as_tuple().exponent))


def figure(value: Decimal, places: int = 0, *, signed: bool = False) -> str:
    """`1,234.5` with a real minus; `+` only where a change is meant."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    sign = _MINUS if rounded < 0 else "+" if signed and rounded else ""
    return f"{sign}{abs(rounded):,.{places}f}"


def short(value: Decimal, *, signed: bool = False) -> str:
    """A figure beside a mark: one decimal where there is one and the figure is small enough to want it."""
    places = 1 if abs(value) < 10_000 and value != value.to_integral_value() else 0
    return figure(value, places, signed=signed)


def money_unit(values: Sequence[Value], language: str, currency: str = "CNY") -> Unit:
    """Minor units as 元, 万元 or 亿元, and as plain, thousands or millions in English."""
    top = max((abs(Decimal(value)) for value in values), default=Decimal(0)) / 100
    sign = SIGNS.get(currency, currency)
    if language == "zh":
        powers = ((Decimal(10) ** 9, Decimal(10) ** 8, msg("{sign} in 100 millions")),
                  (Decimal(10) ** 5, Decimal(10) ** 4, msg("{sign} in 10 thousands")))  # fmt: skip
    else:
        powers = ((Decimal(10) ** 7, Decimal(10) ** 6, msg("{sign} million")),
                  (Decimal(10) ** 4, Decimal(10) ** 3, msg("{sign} thousand")))  # fmt: skip
    for least, size, words in powers:
        if top >= least:
            return Unit(size * 100, words.of(sign=_named(sign, language)))
    return Unit(Decimal(100), _named(sign, language))


def _named(sign: str, language: str) -> str:
    return "元" if language == "zh" and sign == "¥" else sign


def money(minor: Value, currency: str = "CNY") -> str:
    """The whole amount, `¥1,286,400`."""
    value = Decimal(minor) / 100
    places = 0 if value == value.to_integral_value() else 2
    text = figure(abs(value), places)
    return f"{_MINUS if value < 0 else ''}{SIGNS.get(currency, currency + ' ')}{text}"


def months_along(months: Sequence[tuple[int, int]], language: str) -> tuple[str, ...]:
    """Months on an axis: `9 月 10 11 12 1 月` or `Sep Oct …`."""
    if language != "zh":
        return tuple(MONTHS[number - 1] for _, number in months)
    return tuple(
        f"{number} 月" if place == 0 or number == 1 else str(number)
        for place, (_, number) in enumerate(months)
    )


def whole_month(year: int, number: int, language: str) -> str:
    """A month in a sentence: `2026 年 11 月` or `Nov 2026`."""
    return f"{year} 年 {number} 月" if language == "zh" else f"{MONTHS[number - 1]} {year}"


MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING: Final[Message] = msg("Nothing to show yet")
