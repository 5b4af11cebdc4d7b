"""Totals that explain themselves, and the limits of invoicing software."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop.rules.cn_invoice import faults
from desktop.rules.derivation import Row, explain, explain_line
from desktop.rules.lines import Adjustment, Line, Slab
from desktop.rules.tax import Rate, Tax, percent
from desktop.rules.totals import Document, totals
from desktop.rules.totals_json import read
from tests.rules.oracle import random_document

D = Decimal
VAT = percent("S", "13")
QUOTE = Document(
    currency="CNY",
    digits=2,
    tax_mode="excluded",
    lines=(
        Line(
            D(2), D("98600.00"), VAT, adjustments=(Adjustment("percent", D(-5)), Adjustment("amount", D(-40)))
        ),
        Line(D(250), D("7.99"), Tax("E"), base_quantity=D(100)),
    ),
    adjustments=(
        Adjustment("percent", D(-1)),
        Adjustment("amount", D(-10), VAT),
        Adjustment("target", D(200000)),
    ),
    prepaid=D(1000),
)


def said(rows: tuple[Row, ...], language: str = "en") -> list[tuple[str, int]]:
    return [(row.label.in_language(language), row.amount) for row in rows]


def test_a_document_says_how_its_total_came_about() -> None:
    rows = said(explain(QUOTE, totals(QUOTE)))

    assert rows[:4] == [
        ("Sum of the lines", 18_731_998),
        ("−1 % of 187,319.98", -187_320),
        ("Fixed amount −10", -1_000),
        ("To reach 200000", rows[3][1]),
    ]
    assert [label for label, _ in rows[4:]] == [
        "Amount before tax at E",
        "Amount before tax at 13 %",
        f"Tax 13 % on {rows[5][1] // 100:,}.{rows[5][1] % 100:02d}",
        "Total including tax",
        *(["Rounding"] if totals(QUOTE).rounding else []),
        "Already paid",
        "Amount payable",
    ]
    assert rows[-1] == ("Amount payable", 19_900_000)


def test_prices_with_tax_show_the_total_before_what_is_in_it() -> None:
    document = replace(QUOTE, tax_mode="included", prepaid=D(0), adjustments=())

    assert [label for label, _ in said(explain(document, totals(document)), "zh")] == [
        "各行合计",
        "价税合计",
        "不含税金额（税率 E）",
        "不含税金额（税率 13 %）",
        "税额：165,752.21 的 13 %",
        "应付金额",
    ]


def test_a_line_says_its_price_its_discounts_its_share_and_its_tax() -> None:
    result = totals(QUOTE)

    assert said(explain_line(QUOTE, result, 0))[:5] == [
        ("2 × 98600", 19_720_000),
        ("−5 %", -986_000),
        ("Fixed amount −40", -4_000),
        ("Line amount", 18_730_000),
        ("Share of: −1 %", -187_300),
    ]
    assert [label for label, _ in said(explain_line(QUOTE, result, 1))] == [
        "250 × 7.99 for 100",
        "Line amount",
        "Share of: −1 %",
        "Share of: To reach 200000",
        "Tax E",
    ]


def test_slabs_and_taxes_per_unit_are_said_too() -> None:
    levy = Tax("S", (Rate(D("0.25"), per_unit=True), Rate(D(20))))
    slabs = (Slab(D(10), D(9)), Slab(D(2), D(8)))
    document = Document("CNY", 2, "excluded", (Line(D(12), D("8.8"), levy, slabs=slabs),))

    assert ("Tax of 0.25 per unit", 300) in said(explain(document, totals(document)))
    assert said(explain_line(document, totals(document), 0))[0] == (
        "Each part of 12 at the price of its tier",
        10_600,
    )


def test_a_rounding_row_is_explained() -> None:
    document = Document(
        "EUR", 2, "excluded", (Line(D(1), D(2400), percent("S", "8")),), (Adjustment("target", D(2500)),)
    )

    assert ("Rounding", 1) in said(explain(document, totals(document)))


@given(st.randoms(use_true_random=False).map(random_document))
def test_the_rows_of_any_line_add_up(document: dict[str, Any]) -> None:
    typed = read(document)
    result = totals(typed)

    for place, line in enumerate(result.lines):
        rows = explain_line(typed, result, place)
        split = 1 + len(typed.lines[place].adjustments)
        assert sum(row.amount for row in rows[:split]) == line.net
        assert line.net + sum(row.amount for row in rows[split + 1 : -1]) == line.final


def test_an_ordinary_quote_keeps_within_the_limits_of_invoicing_software() -> None:
    for mode in ("excluded", "included"):
        document = replace(QUOTE, tax_mode=mode)
        assert faults(document, totals(document)) == ()


def test_lines_that_nearly_cancel_out_break_the_limits_and_are_named() -> None:
    lines = (Line(D(1), D("1000.00"), VAT), Line(D(1), D("-999.97"), VAT), Line(D(1), D(5), VAT, kind="note"))
    document = Document("CNY", 2, "excluded", lines)

    assert [fault.in_language("en") for fault in faults(document, totals(document))] == [
        "Line 1: its tax is more than 0.06 from amount times rate",
        "Line 2: its tax is more than 0.06 from amount times rate",
        "The tax differences of the lines add up to more than 1.27",
    ]
