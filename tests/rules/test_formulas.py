"""What a person types to change a number: percents, factors, amounts, in Chinese and in Latin signs."""

from decimal import Decimal

import pytest

from desktop.errors import Refused
from desktop.rules import formulas


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("+5%", "200", "210.00"),
        ("-5 %", "200", "190.00"),
        ("＋５％", "200", "210.00"),
        ("×1.1", "19.99", "21.99"),
        ("x1.1", "19.99", "21.99"),
        ("*0", "19.99", "0.00"),
        ("+1,200", "1", "1201.00"),
        ("－200", "150", "-50.00"),
        ("/3", "100", "33.33"),
        ("÷3", "0.005", "0.00"),
        ("+0.005", "0", "0.01"),
    ],
)
def test_what_is_typed_is_counted_to_the_cent(text: str, before: str, after: str) -> None:
    assert formulas.read(text).of(Decimal(before), 2) == Decimal(after)


@pytest.mark.parametrize(
    "text", ["", "5", "5%", "*5%", "/0", "+", "+-5", "+1e9", "+5%%", f"+{10**13}", "abc"]
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        formulas.read(text)


def test_nothing_and_a_text_is_the_text() -> None:
    assert formulas.joined("", "a", lines=True) == "a"
    assert formulas.joined("a", "", lines=False) == "a"
    assert formulas.joined("a ", "b", lines=False) == "a b"
