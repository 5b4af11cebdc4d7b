"""The totals against an oracle that was written from the rule's text and shares no code with them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules import lines, money, tax, totals
from desktop.rules.totals_json import compute
from tests.rules.oracle import differences, expected, random_document


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_random_documents_agree_with_the_oracle(seed: int) -> None:
    assert list(differences(1000, seed)) == []


@given(document=st.randoms(use_true_random=False).map(random_document))
def test_any_document_agrees_with_the_oracle(document: dict[str, Any]) -> None:
    assert compute(document) == expected(document)


def half_even(top: int, bottom: int) -> int:
    low, rest = divmod(top, bottom)
    return low + (2 * rest > bottom or (2 * rest == bottom and low % 2))


def downwards(top: int, bottom: int) -> int:
    return (2 * top + bottom) // (2 * bottom)


def last_takes_the_rest(total: int, weights: list[int], ranks: list[int] | None = None) -> list[int]:
    whole = sum(weights) or 1
    shares = [total * weight // whole for weight in weights]
    if shares:
        shares[-1] += total - sum(shares)
    return shares


def by_position(total: int, weights: list[int], ranks: list[int] | None = None) -> list[int]:
    return money.allocate(total, weights)


def always_on_top(group: tax.Tax, mode: tax.TaxMode) -> tax.Split:
    return tax.splitter(group, "excluded")


FAULTS: list[tuple[Any, str, Callable[..., Any]]] = [
    (tax, "rounded", half_even),
    (totals, "rounded", downwards),
    (lines, "rounded", half_even),
    (totals, "allocate", last_takes_the_rest),
    (totals, "allocate", by_position),
    (totals, "splitter", always_on_top),
    (totals, "_steps", lambda way: [0]),
    (totals, "_steps", lambda way: [0, way, -way]),
    (lines, "_limited", lambda amount, running, way: amount),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{place}-{fault[1]}" for place, fault in enumerate(FAULTS)])
def test_the_oracle_catches_a_seeded_fault(
    monkeypatch: pytest.MonkeyPatch, fault: tuple[Any, str, Callable[..., Any]]
) -> None:
    monkeypatch.setattr(*fault)

    assert next(differences(3000, 5), None) is not None
