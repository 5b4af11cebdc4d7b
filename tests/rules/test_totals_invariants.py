"""What holds for every document, whatever is in it."""

import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.rules.money import allocate, plain, sign
from desktop.rules.totals import Totals, totals
from desktop.rules.totals_json import compute, read, written
from tests.rules.oracle import random_document

Json = dict[str, Any]
documents = st.randoms(use_true_random=False).map(random_document)


def result(document: Json) -> Totals:
    return totals(read(document))


def with_adjustment(document: Json, kind: str, value: str) -> Json:
    return document | {"adjustments": [*document.get("adjustments", []), {"kind": kind, "value": value}]}


def negated(text: str) -> str:
    return text.removeprefix("-") if text.startswith("-") else f"-{text}"


@given(documents)
def test_the_total_is_bases_and_taxes(document: Json) -> None:
    found = result(document)

    assert found.total == sum(group.base for group in found.groups) + sum(sum(g.taxes) for g in found.groups)
    assert found.payable == found.total + found.rounding - found.prepaid


@given(documents)
def test_printed_amounts_add_up(document: Json) -> None:
    """Prices with tax: the printed lines and adjustments are the total. Without: they are the bases."""
    found = result(document)

    shown = sum(line.net for line in found.lines) + sum(row.amount for row in found.adjustments)
    assert shown == (found.total if document["tax_mode"] == "included" else found.net)


@given(documents)
def test_each_adjustment_is_the_sum_of_its_shares(document: Json) -> None:
    document["adjustments"] = [
        {"kind": row["kind"], "value": row["value"]} for row in document.get("adjustments", [])
    ]
    found = result(document)

    for row in found.adjustments:
        assert sum(row.shares) == row.amount
    for place, line in enumerate(found.lines):
        assert line.final == line.net + sum(row.shares[place] for row in found.adjustments)
        assert line.net == line.gross + sum(line.adjustments)
    assert sum(line.tax for line in found.lines) == found.tax


@given(documents)
def test_a_hundred_percent_off_leaves_nothing_anywhere(document: Json) -> None:
    before = result(document)
    assume(before.subtotal + sum(row.amount for row in before.adjustments) != 0)

    found = result(with_adjustment(document, "percent", "-100"))

    assert (found.net, found.tax, found.total) == (0, 0, 0)
    assert all(group.base == 0 and not any(group.taxes) for group in found.groups)
    assert all(line.final == 0 and line.tax == 0 for line in found.lines)


@given(documents)
def test_a_hundred_percent_off_each_line_leaves_nothing(document: Json) -> None:
    for line in document["lines"]:
        line["adjustments"] = [*line.get("adjustments", []), {"kind": "percent", "value": "-100"}]
    (document.get("policy") or {})["discount_rounding"] = "amount"
    document.pop("adjustments", None)

    found = result(document)

    assert (found.net, found.tax, found.total) == (0, 0, 0)
    assert all(line.net == 0 for line in found.lines)


@given(documents)
def test_nought_percent_changes_nothing(document: Json) -> None:
    changed = copy.deepcopy(with_adjustment(document, "percent", "0"))
    for line in changed["lines"]:
        line["adjustments"] = [*line.get("adjustments", []), {"kind": "percent", "value": "0"}]

    assert compute(changed) == compute(document)


@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_lines_never_changes_totals(document: Json, dice: Any) -> None:
    lines = list(document["lines"])
    dice.shuffle(lines)

    one, other = compute(document), compute(document | {"lines": lines})

    assert one | {"lines": None} == other | {"lines": None}


@given(documents)
def test_a_credit_is_the_exact_negative(document: Json) -> None:
    credit = copy.deepcopy(document)
    for line in credit["lines"]:
        line["quantity"] = negated(line["quantity"])
    for row in [
        *credit.get("adjustments", []),
        *(a for line in credit["lines"] for a in line.get("adjustments", [])),
    ]:
        if row["kind"] != "percent":
            row["value"] = negated(row["value"])
    if "prepaid" in credit:
        credit["prepaid"] = negated(credit["prepaid"])

    there, back = result(document), result(credit)

    assert (back.net, back.tax, back.payable) == (-there.net, -there.tax, -there.payable)
    assert [line.tax for line in back.lines] == [-line.tax for line in there.lines]
    assert [(g.base, *g.taxes) for g in back.groups] == [
        (-g.base, *(-t for t in g.taxes)) for g in there.groups
    ]


@given(documents, st.integers(-100_000, 10_000_000))
def test_a_target_is_reached_exactly(document: Json, wanted: int) -> None:
    digits = document["digits"]
    found = result(with_adjustment(document, "target", plain(wanted, digits)))

    assert found.payable + found.prepaid == wanted
    if document["tax_mode"] == "included":
        assert found.total == wanted


@given(documents)
def test_a_second_pass_gives_the_same_bytes(document: Json) -> None:
    assert written(result(copy.deepcopy(document))) == compute(document)


@given(documents)
def test_a_peer_that_prices_the_rounded_lines_gets_the_same_totals(document: Json) -> None:
    """Who knows only the printed line amounts comes to the same end as who knew the prices."""
    printed = compute(document)
    again = copy.deepcopy(document)
    for line, row in zip(again["lines"], printed["lines"], strict=True):
        line |= {"quantity": "1", "unit_price": row["net"], "base_quantity": "1", "adjustments": []}

    found = compute(again)

    assert {key: found[key] for key in found if key != "lines"} == {
        key: printed[key] for key in printed if key != "lines"
    }


weights = st.lists(st.integers(0, 10**7), max_size=30)


@given(st.integers(-(10**9), 10**9), weights)
def test_allocation_loses_nothing_and_is_fair(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)

    assert sum(shares) == (total if weights else 0)
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        if whole:
            assert abs(share * whole - total * weight) < whole


@given(st.integers(0, 10**6), st.lists(st.integers(-1000, 5000), min_size=1, max_size=8))
def test_allocation_takes_weights_of_both_signs(total: int, weights: list[int]) -> None:
    side = sign(sum(weights))
    assume(side)

    shares = allocate(total, [weight * side for weight in weights])

    assert sum(shares) == total
    assert allocate(abs(sum(weights)), [w * side for w in weights]) == [w * side for w in weights]


@given(documents, st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_milestones_add_up_to_the_payable(document: Json, parts: list[int]) -> None:
    whole = sum(parts)
    percents = [Decimal(part * 10000 // whole) / 100 for part in parts[:-1]]
    percents.append(100 - sum(percents, Decimal(0)))

    found = totals(replace(read(document), milestones=tuple(percents)))

    assert sum(found.milestones) == found.payable
