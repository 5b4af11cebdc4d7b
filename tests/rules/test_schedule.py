"""Payment schedules as people type them: short, by line, in percent, in money; what is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.rules import schedule


def percents(text: str, payable: int = 0) -> list[str]:
    return [step["percent"] for step in schedule.read(text, (), payable)]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("3-6-1", ["30", "60", "10"]),
        ("3/6/1", ["30", "60", "10"]),
        ("5：5", ["50", "50"]),
        ("30-30-30-10", ["30", "30", "30", "10"]),
        ("预付款 30%\n发货款 60% 发货前\n质保金 10% 验收后30天", ["30", "60", "10"]),
        ("定金30％；尾款", ["30", "70"]),
        ("Deposit 33.3333% ; Balance 66.6667%", ["33.3333", "66.6667"]),
        ("第1期 30% 2026-12-31\n第2期 70%", ["30", "70"]),
        ("预付款 ¥300\n尾款", ["30", "70"]),
        ("预付款 250元\n进度款 500\n尾款 250.00 元", ["25", "50", "25"]),
        ("全款", ["100"]),
        ("", []),
    ],
)
def test_what_people_type(typed: str, wanted: list[str]) -> None:
    assert percents(typed, 100_000) == wanted


@pytest.mark.parametrize(
    "typed",
    [
        *("3-6-2", "0-10", "10", "预付款\n尾款", "a 30%\nb 60%", "a 130%\nb", "a 100%\nb", "30%"),
        *("a ¥2000\nb", "a 30%\nb 0%\nc 70%", "\n".join(["a 1%"] * 100), f"{'x' * 1200} 30%\nb"),
    ],
)
def test_what_is_no_schedule_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        schedule.read(typed, (), 100_000)


def test_a_short_form_keeps_names_and_dates_of_as_many_steps() -> None:
    now = schedule.read("Deposit 30% on signing\nBalance 70% 2027-1-5")
    assert now[1] == {
        "name": "尾款",
        "name_en": "Balance",
        "percent": "70",
        "due": "2027-01-05 前",
        "due_en": "by 2027-01-05",
    }
    again = schedule.read("4-6", now)
    assert [step["percent"] for step in again] == ["40", "60"]
    assert [step.get("due_en") for step in again] == ["on signing", "by 2027-01-05"]
    assert [step["name"] for step in schedule.read("3-6-1", now)] == ["预付款", "发货款", "质保金"]


def test_amounts_need_a_total() -> None:
    with pytest.raises(Refused):
        schedule.read("a ¥300\nb", (), 0)


@given(st.integers(3, 10**11), st.data())
def test_typed_amounts_come_out_to_the_cent(payable: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, payable - 1))
    typed = f"预付款 {Decimal(first).scaleb(-2)}元\n尾款"
    try:
        steps = schedule.read(typed, (), payable)
    except Refused:  # too small a part of too large a total to be written in percent
        assert payable > 10**9 or first * 10**9 < payable
        return
    assert schedule.amounts(steps, payable, 2)[0] == f"{Decimal(first).scaleb(-2):,.2f}"
    assert schedule.read(schedule.written(steps), (), payable) == steps
    schedule.check(steps)


@pytest.mark.parametrize(
    "value",
    [
        *("x", {}, [1], [{"percent": 100}], [{"percent": "100", "share": 1}], [{"percent": "1e2"}]),
        *(
            [{"percent": "99"}],
            [{"name": "x"}],
            [{"percent": "100", "name": "x" * 1001}],
            [{"percent": "-1"}],
        ),
        [{"percent": "110"}, {"percent": "-10"}],
    ],
)
def test_what_an_office_refuses(value: object) -> None:
    with pytest.raises(Refused):
        schedule.check(value)
