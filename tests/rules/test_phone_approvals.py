"""A code by telephone counts for one content, total, person and half hour, and for nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desktop.rules import phone_approvals as phone
from desktop.rules.approvals import WHOLE, Ask, Rule
from desktop.rules.phone_approvals import Call, Matter
from desktop.rules.roles import named
from desktop.words import msg

KEY = bytes(range(32))
AT = 1_795_000_020_000
OPENED = AT // phone.MINUTE * phone.MINUTE
ASKS = (Ask(Rule("r1", WHOLE, Decimal(5), "manager"), "6", msg("too much")),)
OF = Matter("d" * 32, "c" * 64, ("r1",), 355_900_00, "CNY")
WHO = "a" * 32


def call(of: Matter = OF, *, key: bytes = KEY, who: str = WHO, role: str = "manager") -> Call:
    read_out = of.challenge(OPENED)
    return Call(OPENED, read_out, phone.answer(key, read_out, of.total, of.currency, who), who, named(role))


def said(made: Call, of: Matter = OF, *, key: bytes | None = KEY, at: int = AT, newest: int = 0) -> str:
    refused = phone.refusal(made, of, ASKS, key, at, newest)
    return refused.in_language("en") if refused is not None else ""


def test_the_right_code_counts() -> None:
    made = call()
    assert (len(made.challenge), len(made.code), said(made)) == (8, 10, "")


@pytest.mark.parametrize(
    "other",
    [
        replace(OF, device="e" * 32),
        replace(OF, content="0" * 64),
        replace(OF, rules=("r2",)),
        replace(OF, rules=("r1", "r2")),
    ],
)
def test_another_laptop_content_or_rule_is_another_challenge(other: Matter) -> None:
    assert other.challenge(OPENED) != OF.challenge(OPENED)
    assert "another content" in said(call(other))


@pytest.mark.parametrize(
    "made",
    [
        call(replace(OF, total=OF.total + 1)),
        call(replace(OF, currency="USD")),
        call(key=KEY[::-1]),
        replace(call(), approver="b" * 32),
        replace(call(), code=call().code[::-1]),
        replace(call(), code=""),
        replace(call(), code="ä" * 10),
    ],
)
def test_another_total_currency_key_person_or_letter_is_wrong(made: Call) -> None:
    assert "not the right one" in said(made)


def test_it_counts_for_half_an_hour_and_not_before_it_was_opened() -> None:
    assert said(call(), at=OPENED + phone.LASTS) == ""
    assert "30 minutes" in said(call(), at=OPENED + phone.LASTS + 1)
    assert said(call(), at=OPENED - 5 * phone.MINUTE) == ""
    assert "set back" in said(call(), at=OPENED - 5 * phone.MINUTE - 1)
    assert "set back" in said(call(), newest=AT + 6 * phone.MINUTE)


def test_who_may_not_approve_it_and_a_laptop_without_a_key_are_refused() -> None:
    assert "may not approve" in said(call(role="office"))
    assert said(call(role="admin")) == ""
    assert "no key" in said(call(), key=None)


def test_another_minute_is_another_challenge() -> None:
    found = {OF.challenge(OPENED + minute * phone.MINUTE) for minute in range(200)}
    assert len(found) == 200
