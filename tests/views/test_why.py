"""Why is it this price: the steps that a line's trace tells, as a person reads them."""

from decimal import Decimal

from desktop.models.records import QuoteLine
from desktop.views import why

D = Decimal


def said(line: QuoteLine, language: str = "en") -> list[tuple[str, str, str]]:
    """Title, detail and price of each step."""
    return [
        (
            step.title.in_language(language),
            step.detail.in_language(language) if step.detail is not None else "",
            step.price,
        )
        for step in why.steps_of(line, [])
    ]


def test_a_price_abroad_names_the_currency_of_its_book_and_the_rate_with_its_day() -> None:
    trace = [
        {"step": "customer", "price": None, "scope": "customer"},
        {"step": "standard", "price": None, "entry": "1", "book": "2026 1", "currency": "CNY"},
        {"step": "tier", "price": "100", "kind": "range", "quantity": "3", "from": "0"},
        {
            "step": "currency",
            "price": "12.77",
            "rate": "7.83",
            "on": "2026-11-23",
            "from": "EUR",
            "to": "CNY",
        },
    ]
    line = QuoteLine(unit_price=D("12.77"), price_trace=trace)
    assert said(line) == [
        ("Standard price book", "2026 1 · CNY", "100.00"),
        ("Exchange rate", "1 EUR = 7.83 CNY on 2026-11-23", "12.77"),
    ]
    assert said(line, "zh")[-1] == ("汇率", "2026-11-23 1 EUR = 7.83 CNY", "12.77")
    assert why.steps_of(line, [])[-1].counts


def test_a_framework_agreement_that_does_not_last_says_what_is_left() -> None:
    trace = [
        {"step": "used_up", "price": None, "book": "FA 1", "of": "quantity", "left": "8", "agreed": "20"},
        {"step": "standard", "price": None, "entry": "1", "book": "", "currency": "CNY"},
        {"step": "tier", "price": "100", "kind": "range", "quantity": "9", "from": "0"},
    ]
    line = QuoteLine(unit_price=D(100), price_trace=trace)
    assert said(line)[0] == ("Framework agreement does not last", "FA 1: 8 of 20 left", "")
    assert said(line, "zh")[0][:2] == ("框架协议余量不足", "FA 1：20 中还剩 8")
