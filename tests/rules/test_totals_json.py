"""The JSON of totals refuses by name what it does not know."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.rules.totals_json import compute

GOOD: dict[str, Any] = {
    "currency": "CNY",
    "digits": 2,
    "tax_mode": "excluded",
    "policy": {"tax_scope": "group", "discount_rounding": "amount", "cash_step": None},
    "lines": [
        {
            "quantity": "1",
            "unit_price": "100",
            "base_quantity": "1",
            "tax": {"category": "S", "rates": ["13"], "compound": [False]},
            "adjustments": [{"kind": "percent", "value": "-4"}],
        }
    ],
    "adjustments": [{"kind": "amount", "value": "-10", "tax": None}],
    "prepaid": "0",
}


PLACES = [
    "currency",
    "digits",
    "tax_mode",
    "policy",
    "policy.cash_step",
    "policy.tax_scope",
    "lines",
    "lines.0",
    "lines.0.quantity",
    "lines.0.base_quantity",
    "lines.0.tax",
    "lines.0.tax.rates",
    "lines.0.tax.compound",
    "lines.0.adjustments",
    "lines.0.adjustments.0",
    "adjustments",
    "adjustments.0",
    "adjustments.0.tax",
    "prepaid",
]
KEYS = ["quantity", "unit_price", "tax", "category", "rates", "kind", "value", "percent", "currency"]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good document with one place set; a number in the path is a place in a list."""
    document = copy.deepcopy(GOOD)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    holder: Any = document
    for part in way:
        holder = holder[part]
    holder[last] = value
    return document


def without(path: str) -> dict[str, Any]:
    document = changed(path, None)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    holder: Any = document
    for part in way:
        holder = holder[part]
    del holder[last]
    return document


WRONG: list[tuple[str, Any, str, str]] = [
    ("discount", "1", "discount", "Unknown key; allowed here: currency, digits"),
    ("policy.rounding", "net", "policy.rounding", "Unknown key"),
    ("lines.0.qty", "1", "lines[0].qty", "Unknown key; allowed here: quantity, unit_price"),
    ("lines.0.tax.reason", "books", "lines[0].tax.reason", "Unknown key"),
    ("lines.0.adjustments.0.tax", None, "lines[0].adjustments[0].tax", "Unknown key"),
    ("adjustments.0.scope", "x", "adjustments[0].scope", "Unknown key; allowed here: kind, value, tax"),
    ("lines.0.quantity", 1.5, "lines[0].quantity", "Write the number as text"),
    ("lines.0.quantity", 1, "lines[0].quantity", "Write the number as text"),
    ("lines.0.quantity", "1e3", "lines[0].quantity", "“1e3” is not a plain decimal number"),
    ("lines.0.unit_price", "NaN", "lines[0].unit_price", "not a plain decimal"),
    ("lines.0.unit_price", "1,000", "lines[0].unit_price", "not a plain decimal"),
    ("lines.0.unit_price", "９", "lines[0].unit_price", "not a plain decimal"),
    ("lines.0.unit_price", "1\n", "lines[0].unit_price", "not a plain decimal"),
    ("lines.0.unit_price", "1" * 40, "lines[0].unit_price", "not a plain decimal"),
    ("lines.0.base_quantity", "0", "lines[0].base_quantity", "above zero"),
    ("lines.0.tax.rates", ["x"], "lines[0].tax.rates", "not a plain decimal"),
    ("lines.0.tax.rates", [13], "lines[0].tax.rates", "Write the number as text"),
    ("lines.0.tax.rates", ["-100"], "lines[0].tax.rates", "above −100 %"),
    ("lines.0.tax.rates", "13", "lines[0].tax.rates", "A list is needed"),
    ("lines.0.tax.compound", [True, False], "lines[0].tax.compound", "true or false for each"),
    ("lines.0.tax.compound", ["no"], "lines[0].tax.compound", "true or false for each"),
    ("lines.0.tax.category", 1, "lines[0].tax.category", "Text is needed"),
    ("lines.0.tax", None, "lines[0].tax", "An object is needed"),
    ("lines.0.adjustments.0.kind", "target", "lines[0].adjustments[0].kind", "Allowed here: percent, amount"),
    ("adjustments.0.kind", 3, "adjustments[0].kind", "Allowed here: percent, amount, target"),
    ("lines", {}, "lines", "A list is needed"),
    ("lines", None, "lines", "A list is needed"),
    ("lines.0", [], "lines[0]", "An object is needed"),
    ("digits", "2", "digits", "0 to 6"),
    ("digits", True, "digits", "0 to 6"),
    ("digits", 7, "digits", "0 to 6"),
    ("tax_mode", "gross", "tax_mode", "Allowed here: excluded, included"),
    ("policy.tax_scope", "page", "policy.tax_scope", "Allowed here: group, line"),
    ("policy.cash_step", 5, "policy.cash_step", "Write the number as text"),
    ("currency", 156, "currency", "Text is needed"),
    ("currency", "yuan", "currency", "“yuan” is not a currency code"),
    ("policy.cash_step", "0", "policy.cash_step", "above zero"),
    ("policy.cash_step", "0.001", "policy.cash_step", "more than the 2 decimals"),
    ("prepaid", "1.005", "prepaid", "more than the 2 decimals"),
    ("adjustments.0.value", "-0.001", "adjustments[0].value", "more than the 2 decimals"),
    ("prepaid", "", "prepaid", "not a plain decimal"),
]


@pytest.mark.parametrize(("path", "value", "place", "problem"), WRONG)
def test_what_is_wrong_is_named_with_its_place(path: str, value: Any, place: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        compute(changed(path, value))

    assert refused.value.field == place
    assert str(refused.value).startswith(f"{place}: ")
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    "path", ["currency", "tax_mode", "lines", "lines.0.tax", "lines.0.quantity", "adjustments.0.value"]
)
def test_a_missing_key_is_named(path: str) -> None:
    with pytest.raises(Refused, match="This key is missing"):
        compute(without(path))


@pytest.mark.parametrize(
    "path",
    [
        "digits",
        "policy",
        "adjustments",
        "prepaid",
        "lines.0.base_quantity",
        "lines.0.tax.compound",
        "policy.tax_scope",
    ],
)
def test_what_goes_without_saying_may_be_left_out(path: str) -> None:
    assert compute(without(path))["groups"][0]["rates"] == ["13"]


def test_a_document_must_be_an_object_and_its_refusal_is_also_said_in_chinese() -> None:
    with pytest.raises(Refused) as refused:
        compute([])  # type: ignore[arg-type]

    assert str(refused.value) == "document: An object is needed here"
    assert refused.value.message.in_language("zh") == "document：此处应为对象"


@pytest.mark.parametrize(("currency", "net"), [("CNY", "100.97"), ("JPY", "101"), ("KWD", "100.977")])
def test_the_decimals_follow_the_currency(currency: str, net: str) -> None:
    document = without("digits") | {"currency": currency}
    document["lines"][0] |= {"unit_price": "105.184"}
    document["adjustments"] = []

    assert compute(document)["net"] == net


def test_zero_is_never_negative_and_rates_lose_their_trailing_zeros() -> None:
    document = changed("lines.0.quantity", "-0")
    document["lines"][0]["tax"]["rates"] = ["13.00"]
    document["adjustments"] = []

    found = compute(document)

    assert found["payable"] == "0.00"
    assert found["groups"] == [{"category": "S", "rates": ["13"], "base": "0.00", "taxes": ["0.00"]}]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1", "-2.5", "S"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(PLACES), anything)
def test_nothing_but_a_refusal_ever_comes_of_a_wrong_document(path: str, value: Any) -> None:
    document = changed(path, value)

    refused = refusal(document)

    if refused is None:
        assert set(compute(document)) == {"lines", "net", "tax", "total", "rounding", "payable", "groups"}
    else:
        assert refused.field
        assert refused.message.in_language("zh") != refused.message.in_language("en")


def refusal(document: dict[str, Any]) -> Refused | None:
    try:
        compute(document)
    except Refused as refused:
        return refused
    return None
