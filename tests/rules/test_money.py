"""Money in whole minor units: how it rounds, reads and prints."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.rules.money import (
    Money,
    allocate,
    currency_digits,
    decimal,
    number,
    plain,
    printed,
    rounded,
    symbol,
    to_decimal,
    to_minor,
)


@pytest.mark.parametrize(
    ("top", "bottom", "whole"),
    [(5, 2, 3), (-5, 2, -3), (3, 2, 2), (-3, 2, -2), (1, 3, 0), (-1, 3, 0), (2, 3, 1), (0, 7, 0)],
)
def test_halves_go_away_from_zero(top: int, bottom: int, whole: int) -> None:
    assert rounded(top, bottom) == whole


@given(st.integers(), st.integers(1, 10**12))
def test_rounding_is_never_more_than_a_half_away(top: int, bottom: int) -> None:
    assert abs(Fraction(top, bottom) - rounded(top, bottom)) <= Fraction(1, 2)
    assert rounded(-top, bottom) == -rounded(top, bottom)


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (1, [5, 10], [0, 1]),
        (7, [0, 0], [7, 0]),
        (0, [], []),
        (3, [10, -4], [5, -2]),
    ],
)
def test_leftover_units_go_to_the_largest_remainder(
    total: int, weights: list[int], shares: list[int]
) -> None:
    assert allocate(total, weights) == shares


def test_between_equals_the_rank_decides() -> None:
    assert allocate(1, [5, 5], [1, 0]) == [0, 1]
    assert allocate(1, [0, 0], [1, 0]) == [0, 1]


@pytest.mark.parametrize(
    ("amount", "digits", "text", "shown"),
    [
        (123_456_789, 2, "1234567.89", "1,234,567.89"),
        (-5, 2, "-0.05", "−0.05"),
        (0, 2, "0.00", "0.00"),
        (-1200, 0, "-1200", "−1,200"),
        (1, 3, "0.001", "0.001"),
    ],
)
def test_an_amount_is_written_plainly_and_printed_with_commas(
    amount: int, digits: int, text: str, shown: str
) -> None:
    assert plain(amount, digits) == text
    assert printed(amount, digits) == shown
    assert to_minor(Decimal(text), digits) == amount
    assert to_decimal(amount, digits) == Decimal(text)


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 6))
def test_plain_amounts_read_back(amount: int, digits: int) -> None:
    assert to_minor(decimal(plain(amount, digits)), digits) == amount


@pytest.mark.parametrize(
    ("text", "shown"), [("100.00", "100"), ("0.50", "0.5"), ("-0.0", "0"), ("1200", "1200"), ("1E+2", "100")]
)
def test_a_number_has_no_trailing_zeros(text: str, shown: str) -> None:
    assert number(Decimal(text)) == shown


def test_an_amount_with_too_many_decimals_is_refused() -> None:
    with pytest.raises(Refused, match=r"0\.005 has more than the 2 decimals"):
        to_minor(Decimal("0.005"), 2)


def test_money_adds_within_one_currency_only() -> None:
    one, two = Money(150, "CNY"), Money(50, "CNY")

    assert (one + two, one - two, -one, two < one) == (
        Money(200, "CNY"),
        Money(100, "CNY"),
        Money(-150, "CNY"),
        True,
    )
    with pytest.raises(Refused, match="CNY and USD"):
        one + Money(1, "USD")
    with pytest.raises(Refused, match="currency code"):
        Money(1, "rmb")


def test_money_says_itself_with_its_sign() -> None:
    assert [str(Money(-123456, code)) for code in ("CNY", "JPY", "CHF")] == [
        "−¥1,234.56",
        "−¥123,456",
        "−CHF 1,234.56",
    ]
    assert (currency_digits("BHD"), symbol("EUR")) == (3, "€")
