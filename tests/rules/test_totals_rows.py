"""Rows that count and rows that do not; discounts by policy; taxes of every shape."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from desktop.errors import Refused
from desktop.rules.lines import Adjustment, Line, Policy, Slab
from desktop.rules.money import plain
from desktop.rules.tax import Rate, Tax, percent
from desktop.rules.totals import Document, Totals, totals

D = Decimal
VAT = percent("S", "13")


def row(price: str, quantity: str = "1", *adjustments: str, **more: Any) -> Line:
    """A line with percentage adjustments."""
    return Line(
        quantity=D(quantity),
        unit_price=D(price),
        adjustments=tuple(Adjustment("percent", D(value)) for value in adjustments),
        **({"tax": VAT} | more),
    )


def document(lines: Sequence[Line], *adjustments: Adjustment, **more: Any) -> Document:
    usual: dict[str, Any] = {"currency": "CNY", "digits": 2, "tax_mode": "excluded"}
    return Document(lines=tuple(lines), adjustments=adjustments, **(usual | more))


def nets(found: Totals) -> list[str]:
    return [plain(line.net, found.digits) for line in found.lines]


def mockup() -> Document:
    """The compressor quote that the design shows, 含税, with an option that is not chosen."""
    nine, six = percent("S", "9"), percent("S", "6")
    return document(
        [
            Line(kind="section"),
            row("98600.00", "2", "-5"),
            row("46800.00", "1", "-5"),
            row("12600.00"),
            Line(kind="section"),
            row("14200.00", "2"),
            row("3680.00", "2"),
            row("4350.00"),
            row("7450.00", "2"),
            row("420.00", "6"),
            Line(kind="section"),
            row("238.50", "64", "-3"),
            row("5860.00"),
            row("186.40", "45"),
            Line(kind="section"),
            row("22700.00", tax=nine),
            row("6800.00", tax=six),
            row("3200.00", "2", tax=six),
            Line(kind="subtotal"),
            Line(kind="section"),
            row("1960.00", "3", kind="option"),
            row("38600.00", "1", kind="option", chosen=False),
        ],
        Adjustment("percent", D("-1")),
        Adjustment("target", D("369000.00")),
        tax_mode="included",
        milestones=(D(30), D(60), D(10)),
    )


def test_the_compressor_quote_comes_out_as_drawn() -> None:
    found = totals(mockup())

    assert found.subtotal == 37_276_408
    assert [row.amount for row in found.adjustments] == [-372_764, -3_644]
    assert [(str(g.tax), g.base, g.tax_amount, g.total) for g in found.groups] == [
        ("13 %", 29_509_957, 3_836_294, 33_346_251),
        ("9 %", 2_061_539, 185_539, 2_247_078),
        ("6 %", 1_232_708, 73_963, 1_306_671),
    ]
    assert (found.net, found.tax, found.payable, found.rounding) == (32_804_204, 4_095_796, 36_900_000, 0)
    assert found.milestones == (11_070_000, 22_140_000, 3_690_000)


def test_section_and_subtotal_rows_show_what_stands_under_and_above_them() -> None:
    found = totals(mockup())

    assert [found.lines[i].net for i in (0, 4, 10, 14, 19)] == [
        24_440_000,
        5_753_000,
        2_905_408,
        3_590_000,
        588_000,
    ]
    assert found.lines[18].net == 3_590_000
    assert not found.lines[0].counts
    assert (found.lines[0].tax, found.lines[0].adjustments) == (0, ())


def test_an_option_that_is_not_chosen_shows_its_price_and_counts_nothing() -> None:
    found = totals(mockup())

    assert (found.lines[21].net, found.lines[21].tax, found.lines[21].counts) == (3_860_000, 0, False)


def test_a_subtotal_before_any_section_counts_from_the_top() -> None:
    found = totals(document([row("10"), row("5"), Line(kind="subtotal"), row("1"), Line(kind="subtotal")]))

    assert nets(found) == ["10.00", "5.00", "15.00", "1.00", "1.00"]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ([False, True, False], 20),
        ([False, False, False], 10),
        ([True, True, False], 10),
        ([False, False, True], 30),
    ],
)
def test_exactly_one_alternative_of_a_group_counts(chosen: list[bool], expected: int) -> None:
    prices = ["10", "20", "30"]
    rows = [row(p, kind="alternative", group="a", chosen=c) for p, c in zip(prices, chosen, strict=True)]

    found = totals(document([*rows, row("100", kind="alternative", group="b"), row("7", kind="note")]))

    assert found.net == (expected + 100) * 100


def test_discounts_cascade_by_default_and_stand_side_by_side_where_the_company_wants_it() -> None:
    lines = [row("100", "1", "-10", "-10")]

    assert nets(totals(document(lines))) == ["81.00"]
    assert nets(totals(document(lines, policy=Policy(line_discounts="parallel")))) == ["80.00"]


def test_side_by_side_discounts_stop_at_nothing() -> None:
    found = totals(document([row("100", "1", "-60", "-60")], policy=Policy(line_discounts="parallel")))

    assert nets(found) == ["0.00"]
    assert found.lines[0].adjustments == (-6000, -4000)


def test_a_reduction_of_a_line_stops_at_nothing_on_either_side() -> None:
    off = (Adjustment("amount", D("-150")),)

    assert nets(totals(document([replace(row("100"), adjustments=off)]))) == ["0.00"]
    assert nets(totals(document([replace(row("-100"), adjustments=(Adjustment("amount", D("150")),))]))) == [
        "0.00"
    ]
    assert nets(totals(document([replace(row("0.001"), adjustments=off)]))) == ["0.00"]
    assert nets(totals(document([replace(row("0"), adjustments=off)]))) == ["-150.00"]


def test_the_net_unit_price_is_rounded_as_prices_are_written() -> None:
    policy = Policy(discount_rounding="net")

    assert nets(totals(document([row("238.50", "64", "-3")]))) == ["14806.08"]
    assert nets(totals(document([row("238.50", "64", "-3")], policy=policy))) == ["14806.40"]
    assert nets(totals(document([row("2.8207", "1000", "-3")], policy=policy))) == ["2736.10"]
    assert nets(totals(document([row("2.8207", "1000", "0")], policy=policy))) == ["2820.70"]
    assert nets(totals(document([row("100.10", "3", "-2.5", "-10")], policy=policy))) == [
        "263.52"
    ]  # at 87.84
    half = row("100.10", "3", "-2.5", "-10", base_quantity=D("0.5"))
    assert nets(totals(document([half], policy=policy))) == ["527.04"]
    side_by_side = replace(policy, line_discounts="parallel")
    assert nets(totals(document([row("100.10", "3", "-2.5", "-10")], policy=side_by_side))) == ["262.77"]


def test_the_net_unit_price_comes_before_fixed_amounts_and_each_is_shown() -> None:
    line = replace(
        row("238.50", "64"),
        adjustments=(
            Adjustment("percent", D(-3)),
            Adjustment("amount", D("-6.40")),
            Adjustment("percent", D(-50)),
        ),
    )

    found = totals(document([line], policy=Policy(discount_rounding="net")))
    side_by_side = totals(document([line], policy=Policy(discount_rounding="net", line_discounts="parallel")))

    assert found.lines[0].net == 740_288 - 640  # 238.50 at 97 % and 50 % is 115.67, and 64 of that
    assert found.lines[0].net == found.lines[0].gross + sum(found.lines[0].adjustments)
    assert side_by_side.lines[0].net == 64 * 11_210 - 640  # 238.50 at 47 %


def test_each_slab_is_rounded_and_the_parts_add_up() -> None:
    slabs = (Slab(D(10), D("1.005")), Slab(D(5), D("0.905")))
    line = Line(quantity=D(15), tax=VAT, slabs=slabs)

    assert nets(totals(document([line]))) == ["14.58"]  # 10.05 and 4.525, which is 4.53


def test_a_price_may_be_for_more_than_one() -> None:
    assert nets(totals(document([row("7.99", "250", base_quantity=D(100))]))) == ["19.98"]


def test_a_base_quantity_and_a_target_on_a_line_are_refused() -> None:
    with pytest.raises(Refused, match="base quantity"):
        Line(base_quantity=D(0))
    with pytest.raises(Refused, match="whole document"):
        Line(adjustments=(Adjustment("target", D(1)),))


def test_a_freight_charge_goes_into_the_tax_group_it_names() -> None:
    lines = [row("100"), row("200", tax=percent("S", "6"))]

    found = totals(
        document(lines, Adjustment("amount", D(30), VAT), Adjustment("amount", D(50), percent("S", "9")))
    )

    assert [(str(g.tax), g.base) for g in found.groups] == [("13 %", 13_000), ("9 %", 5_000), ("6 %", 20_000)]
    assert found.adjustments[0].shares == (3_000, 0)
    assert found.adjustments[1].shares == (0, 0)


def test_a_percentage_of_a_group_without_lines_is_nothing() -> None:
    found = totals(document([row("100")], Adjustment("percent", D(10), percent("S", "9"))))

    assert found.net == 10_000
    assert len(found.groups) == 1


def test_an_amount_with_nothing_to_stand_on_is_refused() -> None:
    with pytest.raises(Refused, match="line to stand on"):
        totals(document([], Adjustment("amount", D(-5))))
    with pytest.raises(Refused, match="line to stand on"):
        totals(document([], Adjustment("target", D(5))))
    assert totals(document([], Adjustment("percent", D(-5)))).payable == 0


def test_lines_that_cancel_out_take_an_amount_by_their_size() -> None:
    found = totals(document([row("30"), row("-30")], Adjustment("amount", D(-5))))

    assert found.adjustments[0].shares == (-250, -250)


def test_lines_that_cancel_out_reach_a_target() -> None:
    found = totals(document([row("0"), row("0", tax=percent("S", "6"))], Adjustment("target", D(106))))

    assert (found.total, found.rounding) == (10_600, 0)
    assert [(str(g.tax), g.base) for g in found.groups] == [("13 %", 0), ("6 %", 10_000)]


def test_a_target_overrides_the_cash_step_until_something_moves_it() -> None:
    policy = Policy(cash_step=D("0.05"))
    aim, more = Adjustment("target", D("99.99")), Adjustment("amount", D(1))

    assert totals(document([row("100")], aim, policy=policy)).payable == 9_999
    assert totals(document([row("100")], aim, Adjustment("percent", D(0)), policy=policy)).payable == 9_999
    assert totals(document([row("100")], aim, more, policy=policy)).payable % 5 == 0


@pytest.mark.parametrize(
    ("price", "step", "rounding"),
    [("0.98", "0.05", 2), ("0.97", "0.05", -2), ("-0.98", "0.05", -2), ("7", "1", 0)],
)
def test_cash_is_rounded_to_its_smallest_coin_on_a_row_of_its_own(
    price: str, step: str, rounding: int
) -> None:
    found = totals(document([row(price, tax=percent("Z", "0"))], policy=Policy(cash_step=D(step))))

    assert found.rounding == rounding
    assert found.payable == found.total + rounding


def test_a_cash_step_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="cash step"):
        totals(document([row("1")], policy=Policy(cash_step=D(0))))


def test_what_was_paid_before_is_taken_off_at_the_end() -> None:
    found = totals(document([row("100")], prepaid=D("50.50")))

    assert (found.total, found.payable) == (11_300, 6_250)


def test_a_document_checks_itself() -> None:
    with pytest.raises(Refused, match="decimals"):
        document([], digits=7)
    with pytest.raises(Refused, match="currency code"):
        document([], currency="yuan")
    with pytest.raises(Refused, match="100 %"):
        document([], milestones=(D(30), D(60)))
    with pytest.raises(Refused, match="decimals of the currency"):
        totals(document([row("100")], Adjustment("amount", D("0.001"))))


def test_tax_by_line_rounds_each_line() -> None:
    lines = [row("0.10"), row("0.10"), row("0.10")]

    assert totals(document(lines)).tax == 4
    by_line = totals(document(lines, policy=Policy(tax_scope="line")))
    assert by_line.tax == 3
    assert [line.tax for line in by_line.lines] == [1, 1, 1]


def test_compound_taxes_are_taken_on_the_taxes_before_them() -> None:
    both = Tax("S", (Rate(D(5)), Rate(D("9.975"), compound=True)))

    added = totals(document([row("100", tax=both)]))
    within = totals(document([row("115.47", tax=both)], tax_mode="included"))

    assert added.groups[0].taxes == (500, 1047)
    assert within.groups[0].taxes == (500, 1047)
    assert within.net == 10_000


def test_several_taxes_inside_a_price_are_each_rounded() -> None:
    both = percent("S", "5", "9.975")

    found = totals(document([row("114.98", tax=both)], tax_mode="included"))

    assert (found.net, found.groups[0].taxes) == (10_000, (500, 998))


def test_a_tax_per_unit_depends_on_the_quantity() -> None:
    levy = Tax("S", (Rate(D("0.25"), per_unit=True), Rate(D(20), compound=True)))

    added = totals(document([row("10", "3", tax=levy), row("1", "1", tax=levy)]))
    within = totals(document([row("12.30", "4", tax=levy)], tax_mode="included"))

    assert added.groups[0].taxes == (100, 640)  # 4 units at 0.25; 20 % of 31.00 and 1.00
    assert within.groups[0].taxes == (100, 820)  # 49.20: 40.00 and 1.00, and 20 % of that
    assert within.net == 4_000
    assert str(levy) == "0.25 + 20 %"


def test_a_tax_per_unit_of_half_a_unit_is_half_of_it() -> None:
    levy = Tax("S", (Rate(D("0.15"), per_unit=True),))

    assert totals(document([row("10", "0.5", tax=levy)])).groups[0].taxes == (8,)
    assert totals(document([row("10", "1.5", tax=levy), row("10", "0.5", tax=levy)])).groups[0].taxes == (30,)
    assert totals(document([row("10", "1.5", tax=levy)], tax_mode="included")).groups[0].taxes == (23,)


def test_a_compound_tax_before_a_tax_per_unit_does_not_stand_on_it() -> None:
    levy = Tax("S", (Rate(D(20), compound=True), Rate(D("0.25"), per_unit=True)))

    found = totals(document([row("12.25", "4", tax=levy)], tax_mode="included"))

    assert (found.net, found.groups[0].taxes) == (4_000, (800, 100))


def test_payment_steps_may_have_decimals() -> None:
    steps = (D("33.33"), D("33.33"), D("33.34"))

    found = totals(document([row("100")], milestones=steps))

    assert found.milestones == (3766, 3766, 3768)


def test_a_plain_tax_beside_a_tax_per_unit_leaves_it_out() -> None:
    levy = Tax("S", (Rate(D("0.25"), per_unit=True), Rate(D(20))))

    found = totals(document([row("12.25", "4", tax=levy)], tax_mode="included"))

    assert (found.net, found.groups[0].taxes) == (4_000, (100, 800))


def test_rates_that_leave_no_base_are_refused() -> None:
    with pytest.raises(Refused, match="−100"):
        percent("S", "-60", "-40")


def test_the_reason_of_an_exemption_makes_a_group_of_its_own() -> None:
    lines = [row("1", tax=Tax("E", reason="exports")), row("2", tax=Tax("E", reason="books"))]

    found = totals(document(lines))

    assert sorted((g.tax.reason, g.base) for g in found.groups) == [("books", 200), ("exports", 100)]


def test_a_cent_goes_to_the_same_group_whatever_the_order_of_lines() -> None:
    lines = [row("0.05", tax=percent("S", "10")), row("0.05", tax=percent("S", "0"))]
    off = Adjustment("amount", D("-0.01"))

    one, other = totals(document(lines, off)), totals(document(lines[::-1], off))

    assert (one.net, one.tax, one.groups) == (other.net, other.tax, other.groups)


def test_a_thousand_lines_take_less_than_sixteen_milliseconds() -> None:
    taxes = [percent("S", rate) for rate in ("13", "9", "6")]
    big = document(
        [
            row(f"{17 + place * 13 % 9973}.{place % 100:02d}", str(place % 9 + 1), "-5", tax=taxes[place % 3])
            for place in range(1000)
        ],
        Adjustment("percent", D(-1)),
        Adjustment("amount", D("-33.33")),
        Adjustment("target", D(9_000_000)),
    )

    assert min(_seconds(big) for _ in range(15)) < 0.016


def _seconds(big: Document) -> float:
    tracing = sys.gettrace()
    sys.settrace(None)  # what coverage adds is not ours
    begun = time.process_time()
    totals(big)
    taken = time.process_time() - begun
    sys.settrace(tracing)
    return taken
