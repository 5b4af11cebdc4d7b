"""The quote as text for a chat: the same figures as on the paper, in one language."""

from decimal import Decimal
from typing import Any

from desktop.documents.message import quote_text
from desktop.documents.quote import WATERMARKS
from tests.documents import sample


def test_a_quote_in_chinese_says_lines_sums_and_who_sends_it() -> None:
    said = quote_text(sample.quote())
    for line in (
        "报价单 Q2611-0187 R2",
        "苏州星河精密机械有限公司",
        "一、空压主机",
        "1. 永磁变频两级压缩螺杆机 × 2 台",
        "   单价 ¥98,600.00 −5 %，金额 ¥187,340.00",
        "16. 余热回收系统 × 1 套（可选，未计入合计）",
        "整单折扣 1 %：−3,727.64",
        "应付总额（含税）：¥369,000.00",
        "林一鸣 客户经理 139 1355 0217",
    ):
        assert line in said.splitlines()


def test_a_draft_in_english_says_that_it_is_one_and_has_no_chinese() -> None:
    said = quote_text(sample.quote("both"), mark=WATERMARKS["draft"], language="en")
    assert said.splitlines()[0] == "Quotation Q2611-0187 R2 (DRAFT)"
    for line in (
        "A. Compressors",
        "16. Heat recovery system × 1 set (optional, not in the total)",
        "Total payable incl. tax: ¥369,000.00",
    ):
        assert line in said.splitlines()
    assert all(ord(letter) < 0x2E80 for letter in said)


def test_prices_for_a_hundred_and_by_tier_say_so_and_one_sum_needs_no_others() -> None:
    quote = sample.quote(adjustments=[])
    line = next(each for each in quote["lines"] if each["kind"] == "item")
    tiers = [{"quantity": "1", "unit_price": "90"}, {"quantity": "3", "unit_price": "80"}]
    lines = [{**line, "base_quantity": "100", "adjustments": [], "slabs": tiers}]
    said = quote_text({**quote, "lines": lines, "valid_until": "", "title": None})
    price = Decimal(line["unit_price"])
    assert f"单价 ¥{price:,.2f} / 100 1 × 90.00 3 × 80.00，金额" in said
    assert "各行合计" not in said
    assert "有效期" not in said
    assert "\n\n\n" not in said


def test_alternatives_share_their_number_as_on_the_paper() -> None:
    def line(name: str, **more: Any) -> sample.Snapshot:
        return sample.item(sample.text(name), "", sample.text(""), "1", sample.UNIT, "100.00", **more)

    group = {"kind": "alternative", "group": "g"}
    lines = [line("主机甲", **group), line("主机乙", **group, chosen=True), line("储气罐")]
    said = quote_text(sample.quote(lines=lines, adjustments=[])).splitlines()
    for told in (
        "1. 方案一：主机甲 × 1 台（可选，未计入合计）",
        "1. 方案二：主机乙 × 1 台",
        "2. 储气罐 × 1 台",
    ):
        assert told in said
