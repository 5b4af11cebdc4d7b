"""The calculator test: what is printed follows from what is printed, and one altered digit is found."""

import io
import re
from copy import deepcopy

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import Refused
from tests.documents import sample
from tests.documents.sample import Snapshot, text

FIGURE = re.compile(rb"\((?:\\\d{3})?[\d,.]*(\d)(?: %)?\) Tj")
"""A string of the page that is a figure, a minus or ¥ before it or not; its last digit is the group."""


@pytest.mark.parametrize("language", ["zh", "en", "both"])
@pytest.mark.parametrize("mode", ["included", "excluded"])
def test_an_honest_paper_passes(language: str, mode: str) -> None:
    target = {"kind": "target", "value": "400000.00", "tax": None, "label": text("一口价", "Flat")}
    percent = {"kind": "percent", "value": "-1.5", "tax": None, "label": text("")}
    fixed = {"kind": "amount", "value": "-1000.00", "tax": None, "label": text("老客户优惠", "Loyalty")}
    snapshot = sample.quote(language, tax_mode=mode, prepaid="1234.56", adjustments=[percent, fixed, target])
    calculator_test(quote_pdf(snapshot), snapshot)


def test_a_price_per_hundred_a_credit_and_several_taxes_pass() -> None:
    two = sample.item(text("服务", "Service"), "A", text(""), "1", sample.JOB, "8180.00")
    two["tax"] = {"category": "S", "rates": ["5", "9.975"], "compound": [False, True]}
    hundred = sample.item(text("螺栓", "Bolt"), "B", text(""), "250", sample.PIECE, "98.1234")
    hundred["base_quantity"] = "100"
    hundred["adjustments"] = [{"kind": "percent", "value": "-5"}, {"kind": "amount", "value": "-1.05"}]
    exempt = sample.item(text("书", "Book"), "C", text(""), "-2", sample.PIECE, "30.00")
    exempt["tax"] = {"category": "E", "rates": ["0"], "compound": [False]}
    subtotal = {"id": "0" * 32, "kind": "subtotal", "group": "", "chosen": False, "name": text("")}
    for mode in ("included", "excluded"):
        lines = deepcopy([two, hundred, subtotal, exempt, subtotal])
        snapshot = sample.quote("both", lines=lines, adjustments=[], tax_mode=mode)
        calculator_test(quote_pdf(snapshot), snapshot)


def test_each_part_at_its_tier_price_is_on_paper_and_checked() -> None:
    line = sample.item(text("滤芯"), "F", text(""), "15", sample.PIECE, "96.67")
    line["slabs"] = [{"quantity": "10", "unit_price": "100"}, {"quantity": "5", "unit_price": "90.01"}]
    snapshot = sample.quote(lines=[line], adjustments=[])
    assert snapshot["lines"][0]["gross"] == "1450.05"
    pdf = quote_pdf(snapshot)
    assert "10 × 100.00" in "".join(sample.read(pdf))
    calculator_test(pdf, snapshot)
    for part, wrong in (("quantity", "6"), ("unit_price", "90.02"), ("unit_price", "9")):
        forged = deepcopy(snapshot)
        forged["lines"][0]["slabs"][1][part] = wrong
        assert refused(quote_pdf(forged), snapshot), f"{part} {wrong}"
    assert refused(pdf, {**snapshot, "lines": [{**line, "slabs": []}]})


def test_alternatives_count_once() -> None:
    def alternative(price: str, chosen: bool) -> Snapshot:
        more: Snapshot = {"kind": "alternative", "group": "g", "chosen": chosen}
        return sample.item(text("主机"), "M", text(""), "1", sample.UNIT, price, **more)

    snapshot = sample.quote(lines=[alternative("100.00", False), alternative("90.00", True)], adjustments=[])
    assert snapshot["totals"]["payable"] == "90.00"
    calculator_test(quote_pdf(snapshot), snapshot)


def altered(pdf: bytes, number: int) -> tuple[bytes, str]:
    """The same paper with one digit of its `number`-th figure changed; no name where there is none."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        count = 0
        for page in opened.pages:
            content = page.Contents.read_bytes()
            for found in FIGURE.finditer(content):
                if count == number:
                    place = found.start(1)
                    digit = b"7" if found[1] != b"7" else b"3"
                    page.Contents.write(content[:place] + digit + content[place + 1 :])
                    buffer = io.BytesIO()
                    opened.save(buffer)
                    return buffer.getvalue(), found[0].decode("latin-1")
                count += 1
    return b"", ""


def refused(pdf: bytes, snapshot: Snapshot) -> bool:
    """Whether the calculator test finds fault with this paper."""
    try:
        calculator_test(pdf, snapshot)
    except Refused:
        return True
    return False


def test_each_altered_digit_is_found() -> None:
    """Amounts, quantities, rates and percentages, one at a time; line numbers are not figures."""
    line = sample.item(text("螺杆空压机"), "甲", text(""), "23", sample.UNIT, "980.00", discount="-5")
    other = sample.item(text("干燥机"), "乙", text(""), "41", sample.UNIT, "120.50", "6")
    snapshot = sample.quote(
        lines=[sample.section("主机"), line, other], seller={"name": text("甲公司")}, terms=[]
    )
    del snapshot["adjustments"][1]
    snapshot = sample.settled(snapshot)
    pdf = quote_pdf(snapshot)
    calculator_test(pdf, snapshot)
    tried, number = 0, 0
    while True:
        forged, what = altered(pdf, number)
        if not what:
            break
        number += 1
        if what in ("(1) Tj", "(2) Tj"):
            continue
        tried += 1
        assert refused(forged, snapshot), f"{what} was altered and not found"
    assert tried >= 25


def test_a_total_that_was_computed_wrong_is_found() -> None:
    snapshot = sample.quote(adjustments=[])
    snapshot["totals"]["payable"] = "369000.01"
    with pytest.raises(Refused, match=r"the total payable is printed as ¥369,000\.01, but ¥372,764\.08"):
        calculator_test(quote_pdf(snapshot), snapshot)


def test_a_line_that_was_computed_wrong_is_found_and_named_in_chinese() -> None:
    snapshot = sample.quote()
    snapshot["lines"][1]["net"] = "187340.01"
    with pytest.raises(Refused) as refusal:
        calculator_test(quote_pdf(snapshot), snapshot)
    assert (
        refusal.value.message.in_language("zh")
        == "单据对不上：第 1 行印的是 187,340.01，按单据上的数字应为 187,340.00"
    )


def test_a_line_that_is_missing_from_the_paper_is_found() -> None:
    snapshot = sample.quote()
    shorter = {**snapshot, "lines": snapshot["lines"][:-1]}
    with pytest.raises(Refused, match="the number of lines"):
        calculator_test(quote_pdf(shorter), snapshot)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.decimals("-9999", "9999", places=3),
            st.decimals("0", "99999", places=4),
            st.sampled_from(["13", "9", "6", "0", "9.975"]),
            st.sampled_from(["", "-5", "-12.5", "3"]),
        ),
        min_size=1,
        max_size=45,
    ),
    st.sampled_from(["included", "excluded"]),
    st.sampled_from(["zh", "en", "both"]),
)
def test_any_quote_can_be_recomputed_from_its_paper(
    shapes: list[tuple[object, object, str, str]], mode: str, language: str
) -> None:
    lines = [
        sample.item(
            text("货", "Goods"), "S", text("规格"), str(quantity), sample.UNIT, str(price), rate, discount
        )
        for quantity, price, rate, discount in shapes
    ]
    percent = {"kind": "percent", "value": "-2", "tax": None, "label": text("")}
    snapshot = sample.quote(language, lines=lines, adjustments=[percent], tax_mode=mode)
    calculator_test(quote_pdf(snapshot), snapshot)
