"""What becomes of a number where a person says by how much it changes: `+5 %`, `×1.1`, `-200`, `/2`."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation
from typing import Final

from desktop.errors import Refused
from desktop.words import msg

NOT_A_FORMULA: Final = msg("Say by how much, such as +5%, ×1.1, -200 or /2.")
_SAID: Final = re.compile(r"([-+*/])\s*([0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)\s*(%?)")
_SIGNS: Final = str.maketrans("−–×xX÷", "--***/")
_LARGEST: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Formula:
    """A number times `factor`, and then `plus`."""

    factor: Decimal = Decimal(1)
    plus: Decimal = Decimal(0)

    def of(self, value: Decimal, places: int) -> Decimal:
        """What becomes of a value, rounded to so many decimals, halves away from zero.

        >>> read("+5%").of(Decimal("19.90"), 2)
        Decimal('20.90')
        >>> read("-200").of(Decimal("150"), 2)
        Decimal('-50.00')
        """
        exact = value * self.factor + self.plus
        return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def read(text: str) -> Formula:
    """What a person typed. Raises Refused.

    >>> read("×1.1")
    Formula(factor=Decimal('1.1'), plus=Decimal('0'))
    >>> read("- 5 %")
    Formula(factor=Decimal('0.95'), plus=Decimal('0'))
    >>> read("/2").of(Decimal(3), 0)
    Decimal('2')
    """
    found = _SAID.fullmatch(unicodedata.normalize("NFKC", text).strip().translate(_SIGNS))
    if found is None:
        raise Refused(NOT_A_FORMULA)
    sign, digits, percent = found.groups()
    number = Decimal(digits.replace(",", ""))
    if number > _LARGEST or (percent and sign in "*/"):
        raise Refused(NOT_A_FORMULA)
    if sign in "+-":
        number = number if sign == "+" else -number
        return Formula(factor=1 + number / 100) if percent else Formula(plus=number)
    try:
        return Formula(factor=number if sign == "*" else 1 / number)
    except (DivisionByZero, InvalidOperation):
        raise Refused(NOT_A_FORMULA) from None


def joined(old: str, text: str, *, lines: bool) -> str:
    """A text after another one: on a line of its own, or behind it with a space between Latin words.

    >>> joined("老客户", "已回访", lines=False)
    '老客户已回访'
    >>> joined("Old client", "called", lines=False)
    'Old client called'
    >>> joined("one", "two", lines=True)
    'one\\ntwo'
    """
    if not old or not text:
        return old or text
    if lines:
        return f"{old}\n{text}"
    gap = " " if (old[-1].isascii() and old[-1] != " ") and text[0].isascii() and text[0].isalnum() else ""
    return f"{old}{gap}{text}"
