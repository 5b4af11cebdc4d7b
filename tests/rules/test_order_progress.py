"""How far an order has come: parts taken over, what came back, and which payment step money fills."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.rules import order_figures as figures
from desktop.rules import order_progress as rule
from desktop.rules.order_progress import Batch
from tests.rules.test_order_figures import issued

COUNT = st.integers(0, 9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(COUNT, COUNT, COUNT), min_size=1, max_size=6))
def test_what_was_sent_is_kept_taken_over_or_still_waits(parts: list[tuple[int, int, int]]) -> None:
    """Of each batch: how many went out, how many were accepted, how many came back after it."""
    batches: list[Batch] = []
    there = 0
    for sent, accepted, back in parts:
        batches.append(Batch({"a": Decimal(sent)}, {"a": Decimal(min(accepted, sent))}))
        there += sent
        came = min(back, there)
        there -= came
        batches.append(Batch({"a": Decimal(-came)}, {}, back=True))
    taken, waits = rule.taken_over(batches)
    left = [one.get("a", Decimal(0)) for one in waits]
    assert min(left) >= 0
    assert taken["a"] >= 0
    assert taken["a"] + sum(left) == there
    everything = [one._replace(accepted={} if one.back else one.sent) for one in batches]
    taken, waits = rule.taken_over(everything)
    assert (taken["a"], sum(one.get("a", Decimal(0)) for one in waits)) == (there, 0)


STEPS = (("预付款", 300), ("发货款", 500), ("", 200))
MONEY = st.tuples(st.sampled_from(["", "预付款", "发货款", "别的"]), st.integers(-400, 700))


@settings(max_examples=60, deadline=None)
@given(st.lists(MONEY, max_size=6))
def test_money_fills_the_steps_and_nothing_is_counted_twice(came: list[tuple[str, int]]) -> None:
    there = rule.matched(STEPS, came)
    assert all(0 <= one <= step for one, (_, step) in zip(there, STEPS, strict=True))
    assert sum(there) == max(min(sum(amount for _, amount in came), 1000), 0)


def test_an_order_bears_its_share_of_the_payment_steps() -> None:
    def step(amount: str, name: str = "预付款") -> dict[str, Any]:
        return {
            "name": {"zh": name, "en": ""},
            "due": {"zh": "", "en": ""},
            "percent": "30",
            "amount": amount,
        }

    document = issued(("3", "100", "13"), milestones=[step("90.00"), step("210.00", "尾款")])
    whole = figures.schedule(document, 300_00)
    assert [one["amount"] for one in whole] == [9000, 21000]
    assert [one["amount"] for one in figures.schedule({"kind": "contract", "quote": document}, 100_01)] == [
        3000,
        7001,
    ]
    assert figures.schedule(issued(("3", "100", "13")), 300_00) == []
    assert figures.schedule(document, -1) == []
    for wrong in ("x", "9" * 50):
        with pytest.raises(Refused, match="cannot be computed"):
            figures.schedule({**document, "milestones": [step(wrong)]}, 300_00)
