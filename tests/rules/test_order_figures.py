"""Parts of what was issued: whatever is split how, the last closes to zero and all of them are the whole."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.rules import order_figures as rule
from desktop.rules.order_figures import Figures, Invoice, Line
from desktop.rules.totals_json import compute

EMPTY = {"zh": "", "en": ""}


def issued(*lines: tuple[str, str, str], mode: str = "included", **more: Any) -> dict[str, Any]:
    """A snapshot: lines of quantity, price, rate."""
    return {
        "currency": "CNY",
        "digits": 2,
        "tax_mode": mode,
        "policy": {"tax_scope": "group", "discount_rounding": "amount", "cash_step": None},
        "adjustments": [],
        "prepaid": "0",
        "lines": [
            {
                "id": f"{place:032x}",
                "kind": "item",
                "group": "",
                "chosen": True,
                "sku": f"S{place}",
                "name": {"zh": f"第{place}行", "en": ""},
                "unit": EMPTY,
                "quantity": quantity,
                "unit_price": price,
                "base_quantity": "1",
                "adjustments": [],
                "tax": {"category": "S", "rates": [rate]},
            }
            for place, (quantity, price, rate) in enumerate(lines)
        ],
        **more,
    }


def line(quantity: str, amount: int, tax: int = 0, rate: str = "13", name: str = "a") -> Line:
    words = {"name": name, "tax_category": "S", "tax_rates": [rate]}
    return Line(name, Figures(Decimal(quantity), amount, tax), words)


def test_the_same_two_of_seven_differ_by_the_cent_that_the_last_one_closes() -> None:
    whole, taken, amounts = line("7", 31_200_00), Figures(), []
    for quantity in ("3", "2", "2"):
        made = rule.part(whole, taken, Decimal(quantity))
        taken = taken.plus(made)
        amounts.append(made.amount)
    assert amounts == [13_371_43, 8_914_28, 8_914_29]
    assert taken == whole.whole


def test_more_than_is_left_is_refused_and_so_is_more_back_than_there_was() -> None:
    whole = line("7", 31_200_00, name="过滤器")
    taken = Figures(Decimal(5), 2_228_571)
    with pytest.raises(Refused, match="2 of 7 are left, 3 were wanted"):
        rule.part(whole, taken, Decimal(3))
    with pytest.raises(Refused, match="more comes back"):
        rule.part(whole, taken, Decimal(-6))
    with pytest.raises(Refused):
        rule.part(whole, taken, Decimal(0))
    assert rule.part(whole, taken, Decimal(-5)).amount == -2_228_571


def test_what_was_issued_is_read_with_its_discounts_and_only_what_counts() -> None:
    discount = {"kind": "percent", "value": "-10", "tax": None, "label": EMPTY, "amount": ""}
    document = issued(("2", "100", "13"), ("1", "50", "6"), ("0", "9", "6"), adjustments=[discount])
    document["lines"][1] |= {"kind": "option", "chosen": False}
    (only,) = rule.lines_of(document)
    assert (only.whole.amount, only.whole.tax) == (180_00, 20_71)
    assert only.words["sku"] == "S0"
    assert rule.lines_of({"kind": "contract", "quote": document}) == (only,)
    for broken in ({}, {**document, "lines": []}, {**document, "lines": [{}]}, {**document, "prepaid": "x"}):
        with pytest.raises(Refused):
            rule.lines_of(broken)


def test_the_rounding_row_and_what_was_prepaid_go_along_once() -> None:
    target = {"kind": "target", "value": "500", "tax": None}
    document = issued(("3", "99.99", "13"), ("1", "200", "6"), mode="excluded", adjustments=[target])
    document |= {"prepaid": "100"}
    known = rule.lines_of(document)
    foot = rule.sums((one.whole for one in known), included=False)
    assert (foot.payable, foot.prepaid) == (400_00, 100_00)
    assert foot.total + foot.rounding == 500_00


CENTS = st.integers(1, 9_999_999)
QUANTITIES = st.integers(1, 60)
ROW = st.tuples(QUANTITIES, CENTS, st.sampled_from(["13", "9", "6", "0"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=6), st.sampled_from(["included", "excluded"]), st.data())
def test_orders_and_invoices_split_anyhow_are_the_document(
    rows: list[tuple[int, int, str]], mode: str, data: Any
) -> None:
    document = issued(*[(str(q), f"{cents / 100:.2f}", rate) for q, cents, rate in rows], mode=mode)
    document["adjustments"] = [{"kind": "percent", "value": "-3.7", "tax": None}]
    known = rule.lines_of(document)
    inside = mode == "included"
    told = compute({**_plain(document), "lines": [_line(one) for one in document["lines"]]})
    whole = rule.sums((one.whole for one in known), included=inside)
    cents = [_cents(told[name]) for name in ("net", "tax", "payable")]
    assert [whole.net, whole.tax, whole.payable] == cents
    orders = _split(data, known, lambda taken, wanted: rule.parts(known, taken, wanted))
    feet = [rule.sums(one.values(), included=inside) for one in orders]
    assert [sum(foot[place] for foot in feet) for place in (0, 1, 5)] == cents
    earlier: list[Invoice] = []

    def next_invoice(_taken: Mapping[str, Figures], wanted: Mapping[str, Decimal] | None) -> Any:
        earlier.append(rule.invoice(known, earlier, wanted, included=inside))
        return earlier[-1].lines

    _split(data, known, next_invoice)
    assert sum(one.payable for one in earlier) == whole.payable
    for group in told["groups"]:
        mine = [one for each in earlier for one in each.groups if one.rates == tuple(group["rates"])]
        assert sum(one.base for one in mine) == _cents(group["base"])
        assert sum(one.tax for one in mine) == _cents(group["taxes"][0])
    with pytest.raises(Refused, match="Nothing is left"):
        rule.invoice(known, earlier, None, included=inside)


@settings(max_examples=100, deadline=None)
@given(CENTS, st.integers(2, 40), st.data())
def test_what_goes_back_undoes_what_went_out(amount: int, of: int, data: Any) -> None:
    whole = line(str(of), amount, amount // 9)
    out = data.draw(st.integers(1, of))
    went = rule.part(whole, Figures(), Decimal(out))
    came = rule.part(whole, went, Decimal(-out))
    assert went.plus(came) == Figures()


@pytest.mark.parametrize("figure", ["1E+999999999", "1" * 41, "NaN", "", 1, None, ["1"]])
def test_numbers_that_no_paper_bears_are_refused_before_anything_is_computed(figure: Any) -> None:
    for place in ("quantity", "unit_price"):
        document = issued(("1", "10", "13"))
        document["lines"][0][place] = figure
        with pytest.raises(Refused, match="cannot be computed"):
            rule.lines_of(document)
    with pytest.raises(Refused, match="cannot be computed"):
        rule.lines_of(issued(("1", "10", "13")) | {"digits": 10**9})


def _cents(text: str) -> int:
    return int(Decimal(text) * 100)


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in ("currency", "digits", "tax_mode", "adjustments", "prepaid")}


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("quantity", "unit_price", "tax", "adjustments")}


def _split(data: Any, known: Any, make: Any) -> list[Any]:
    """Take parts at random until one takes all that is left."""
    taken: dict[str, Figures] = {}
    made = []
    for _ in range(data.draw(st.integers(0, 3))):
        wanted = {}
        for one in known:
            left = int(one.whole.quantity - taken.get(one.id, Figures()).quantity)
            if left and (some := data.draw(st.integers(0, left))):
                wanted[one.id] = Decimal(some)
        if wanted and any(one.whole.quantity != _after(taken, wanted, one) for one in known):
            made.append(make(taken, wanted))
            taken = rule.summed([*taken.items(), *made[-1].items()])
    made.append(make(taken, None))
    return made


def _after(taken: Mapping[str, Figures], wanted: Mapping[str, Decimal], one: Line) -> Decimal:
    return taken.get(one.id, Figures()).quantity + wanted.get(one.id, Decimal(0))
