"""Worked cases: each of them ended some system's thread about a missing cent."""

from typing import Any

import pytest

from desktop.rules.totals_json import compute

Row = tuple[str, str, list[str]]


def document(rows: list[Row], rates: list[str], **more: Any) -> dict[str, Any]:
    """A document whose lines have percentage adjustments only, all in one tax group."""
    lines = [
        {
            "quantity": quantity,
            "unit_price": unit_price,
            "base_quantity": "1",
            "tax": {"category": "S", "rates": rates},
            "adjustments": [{"kind": "percent", "value": value} for value in percents],
        }
        for quantity, unit_price, percents in rows
    ]
    return {"currency": "EUR", "digits": 2, "tax_mode": "excluded", "lines": lines, **more}


def percent(value: str) -> dict[str, Any]:
    return {"adjustments": [{"kind": "percent", "value": value}]}


INCLUDED = {"tax_mode": "included"}
HUNDRED_OFF: list[Row] = [("4", "2.8207", ["-100"]), ("5", "2.8207", ["-100"])]
NAUGHT: list[Row] = [("3", "3.460", ["0"]), ("1", "25", []), ("6", "4.713", ["0"]), ("6", "4.501", [])]

CASES = [
    ("sixteen at 348.35", document([("16", "348.35", ["-4"])], ["22"]), ("5350.66", "1177.15", "6527.81")),
    ("one cent inside", document([("1", "8.01", [])], ["20"], **INCLUDED), ("6.68", "1.33", "8.01")),
    (
        "each line rounds its own discount",
        document([("10", "30.75", ["-5"]), ("1", "70", ["-5"])], ["15"]),
        ("358.62", "53.79", "412.41"),
    ),
    ("all off by line", document(HUNDRED_OFF, ["15"]), ("0.00", "0.00", "0.00")),
    (
        "all off by document",
        document([("4", "2.8207", []), ("5", "2.8207", [])], ["15"], **percent("-100")),
        ("0.00", "0.00", "0.00"),
    ),
    ("nothing off", document(NAUGHT, [], **percent("0")), ("90.67", "0.00", "90.67")),
    (
        "two inside",
        document([("1", "90", []), ("1", "55", [])], ["5"], **INCLUDED),
        ("138.10", "6.90", "145.00"),
    ),
    (
        "no decimals",
        document([("1", "50000", [])], ["10"], **INCLUDED, currency="JPY") | {"digits": 0},
        ("45455", "4545", "50000"),
    ),
    (
        "freight inside",
        document([("1", "340", []), ("1", "13.90", [])], ["19"], **INCLUDED),
        ("297.39", "56.51", "353.90"),
    ),
    ("half a cent of tax", document([("1", "8180", [])], ["9.975"]), ("8180.00", "815.96", "8995.96")),
    ("16.66 % off", document([("3", "24", ["-16.66"])], ["5.5"]), ("60.00", "3.30", "63.30")),
    ("a half quantity", document([("9.5", "124.75", [])], []), ("1185.13", "0.00", "1185.13")),
    (
        "a target inside",
        document(
            [("1", "2634.17", [])], ["8"], **INCLUDED, adjustments=[{"kind": "target", "value": "2500.00"}]
        ),
        ("2314.81", "185.19", "2500.00"),
    ),
    (
        "a large amount off",
        document([("1", "84000", [])], [], adjustments=[{"kind": "amount", "value": "-70000"}]),
        ("14000.00", "0.00", "14000.00"),
    ),
]


@pytest.mark.parametrize(("asked", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_worked_case_comes_out_to_the_cent(asked: dict[str, Any], expected: tuple[str, str, str]) -> None:
    result = compute(asked)

    assert (result["net"], result["tax"], result["total"]) == expected
    assert result["payable"] == expected[2]


def test_a_target_outside_tax_shows_where_the_cent_went() -> None:
    """No base gives 2,500.00 with 8 % on top: 2,314.81 makes 2,499.99 and 2,314.82 makes 2,500.01."""
    asked = document([("1", "2400", [])], ["8"], adjustments=[{"kind": "target", "value": "2500"}])

    result = compute(asked)

    assert result["payable"] == "2500.00"
    assert (result["total"], result["rounding"]) in {("2499.99", "0.01"), ("2500.01", "-0.01")}


def test_the_documented_example_has_exactly_the_documented_shape() -> None:
    asked = {
        "currency": "EUR",
        "digits": 2,
        "tax_mode": "excluded",
        "policy": {"tax_scope": "group", "discount_rounding": "amount", "cash_step": None},
        "lines": [
            {
                "quantity": "16",
                "unit_price": "348.35",
                "base_quantity": "1",
                "tax": {"category": "S", "rates": ["22"], "compound": [False]},
                "adjustments": [{"kind": "percent", "value": "-4"}],
            }
        ],
        "adjustments": [],
        "prepaid": "0",
    }

    assert compute(asked) == {
        "lines": [{"gross": "5573.60", "net": "5350.66", "tax": "1177.15"}],
        "net": "5350.66",
        "tax": "1177.15",
        "total": "6527.81",
        "rounding": "0.00",
        "payable": "6527.81",
        "groups": [{"category": "S", "rates": ["22"], "base": "5350.66", "taxes": ["1177.15"]}],
    }
