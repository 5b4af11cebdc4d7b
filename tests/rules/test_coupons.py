"""Coupons: how codes are read, what one takes off, and each reason against it; random cases."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from desktop.rules import coupons as rule
from desktop.rules.coupons import Case, Coupon
from desktop.words import Message

D = Decimal
DAY = date(2026, 11, 24)
COUPON = Coupon("XH-2026", amount=D(50), currency="CNY", threshold=D(200), uses=1)
CASE = Case("ann", "CNY", D(200), DAY)


@pytest.mark.parametrize("typed", ["XH-2026", "xh2026", " xh 20-26 ", "ＸＨ－２０２６", "xh–2026", "Xh_2026"])
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert rule.normal(typed) == rule.normal("XH-2026")


def test_other_letters_make_another_code() -> None:
    assert len({rule.normal(each) for each in ("A1", "AI", "A", "券1", "")}) == 5


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("!xh-2026", ("xh-2026", True)),
        ("！ 双十一 ", ("双十一", True)),
        ("-!xh", ("xh", False)),
        ("－ ！xh", ("xh", False)),
        ("!", None),
        ("!-", None),
        ("-", None),
        ("", None),
        ("-5%", None),
        ("sat75*2", None),
        ("// call!", None),
    ],
)
def test_what_is_typed_under_the_lines_is_a_coupon_only_behind_its_mark(
    text: str, read: tuple[str, bool] | None
) -> None:
    assert rule.typed(text) == read


def test_what_holds_has_no_reason_and_takes_off_what_it_says() -> None:
    assert rule.refusal(COUPON, CASE) is None
    assert COUPON.takes == ("amount", D(-50))
    assert Coupon("X", percent=D(5)).takes == ("percent", D(-5))


@pytest.mark.parametrize(
    ("coupon", "case", "reason"),
    [
        ({"active": False}, {}, rule.WITHDRAWN),
        ({"valid_from": DAY + timedelta(days=1)}, {}, rule.NOT_YET),
        ({"valid_until": DAY - timedelta(days=1)}, {}, rule.OVER),
        ({}, {"used": 1}, rule.USED_UP),
        ({"uses": 3}, {"used": 4}, rule.USED_UP),
        ({"customer": "bob"}, {}, rule.OTHER_CUSTOMER),
        ({}, {"currency": "EUR"}, rule.OTHER_CURRENCY),
        ({}, {"net": D("199.99")}, rule.BELOW),
        ({"threshold": D(0)}, {"net": D("49.99")}, rule.BELOW),
    ],
)
def test_each_reason_is_said(coupon: dict[str, object], case: dict[str, object], reason: Message) -> None:
    refused = rule.refusal(replace(COUPON, **coupon), replace(CASE, **case))  # type: ignore[arg-type]
    assert refused is not None
    assert refused.text == reason.text


def test_first_and_last_day_count_and_a_quote_that_has_used_it_is_asked_neither_days_nor_count() -> None:
    first_and_last = replace(COUPON, valid_from=DAY, valid_until=DAY)
    assert rule.refusal(first_and_last, CASE) is None
    later = replace(CASE, on=DAY + timedelta(days=40), used=7, held=True)
    assert rule.refusal(first_and_last, later) is None
    assert rule.refusal(first_and_last, replace(later, net=D(10))) is not None


def test_random_coupons_hold_exactly_where_every_single_condition_does() -> None:
    chance, held = random.Random(20261124), 0
    for _ in range(4000):
        coupon = Coupon(
            "C",
            percent=chance.choice((D(0), D(0), D(10))),
            amount=D(chance.randint(1, 60)),
            currency=chance.choice(("CNY", "EUR")),
            threshold=D(chance.randint(0, 60)),
            customer=chance.choice(("", "", "ann", "bob")),
            uses=chance.choice((None, 1, 2)),
            valid_from=chance.choice((None, DAY - timedelta(days=chance.randint(-1, 2)))),
            valid_until=chance.choice((None, DAY + timedelta(days=chance.randint(-1, 2)))),
            active=chance.random() < 0.9,
        )
        case = Case(
            *(chance.choice(("ann", "cy")), "CNY", D(chance.randint(0, 80)), DAY),
            used=chance.randint(0, 2),
            held=chance.random() < 0.2,
        )
        least = coupon.threshold if coupon.percent else max(coupon.threshold, coupon.amount)
        first, last = coupon.valid_from or DAY, coupon.valid_until or DAY
        spendable = (
            coupon.active and first <= DAY <= last and (coupon.uses is None or coupon.uses > case.used)
        )
        fits = (case.held or spendable) and coupon.customer in ("", case.customer) and case.net >= least
        fits = fits and (not least or coupon.currency == "CNY")
        assert (rule.refusal(coupon, case) is None) == fits
        if fits:
            kind, value = coupon.takes
            off = case.net * value / 100 if kind == "percent" else value
            assert 0 <= case.net + off <= case.net
            held += 1
    assert held > 300
