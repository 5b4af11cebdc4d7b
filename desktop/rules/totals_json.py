"""Totals as JSON: exactly the shape that `satchel totals` reads and writes.

Decimals are strings, an unknown key is refused by name, and nothing is guessed.
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeVar

from desktop.errors import Refused
from desktop.rules.lines import Adjustment, Line, Policy
from desktop.rules.money import MAX_DIGITS, check_currency, currency_digits, decimal, number, plain, to_minor
from desktop.rules.tax import Rate, Tax
from desktop.rules.totals import NO_STEP, Document, Totals, totals
from desktop.words import Message, msg

_Checked = TypeVar("_Checked")
_AS_TEXT: Final = msg('Write the number as text, such as "12.50"')
_DOCUMENT: Final = ("currency", "digits", "tax_mode", "policy", "lines", "adjustments", "prepaid")
_POLICY: Final = ("tax_scope", "discount_rounding", "cash_step")
_LINE: Final = ("quantity", "unit_price", "base_quantity", "tax", "adjustments")
_TAX: Final = ("category", "rates", "compound")
_LINE_ADJUSTMENT: Final = ("kind", "value")
_ADJUSTMENT: Final = ("kind", "value", "tax")


def compute(document: Mapping[str, Any]) -> dict[str, Any]:
    """The totals of a document in its JSON form. Raises Refused naming the place of what is wrong."""
    return written(totals(read(document)))


def read(document: Mapping[str, Any]) -> Document:
    """A document from its JSON form; `digits`, `policy`, `adjustments` and `prepaid` may be left out."""
    _object(document, "document", _DOCUMENT, ("currency", "tax_mode", "lines"))
    currency = _text(document, "currency", "document")
    _at("currency", check_currency, currency)
    digits = _digits(document.get("digits"), currency)
    found = Document(
        currency=currency,
        digits=digits,
        tax_mode="included"
        if _choice(document, "tax_mode", ("excluded", "included"), "document")
        else "excluded",
        policy=_policy(document.get("policy")),
        lines=tuple(_line(line, f"lines[{place}]") for place, line in _list(document, "lines", "document")),
        adjustments=tuple(
            _adjustment(value, f"adjustments[{place}]", ("percent", "amount", "target"))
            for place, value in _list(document, "adjustments", "document")
        ),
        prepaid=_decimal(document.get("prepaid", "0"), "prepaid"),
    )
    _check_amounts(found)
    return found


def written(result: Totals) -> dict[str, Any]:
    """Totals in their JSON form: amounts with exactly the currency's decimals."""

    def text(amount: int) -> str:
        return plain(amount, result.digits)

    return {
        "lines": [
            {"gross": text(line.gross), "net": text(line.net), "tax": text(line.tax)} for line in result.lines
        ],
        "net": text(result.net),
        "tax": text(result.tax),
        "total": text(result.total),
        "rounding": text(result.rounding),
        "payable": text(result.payable),
        "groups": [
            {
                "category": group.tax.category,
                "rates": [number(rate.value) for rate in group.tax.rates],
                "base": text(group.base),
                "taxes": [text(tax) for tax in group.taxes],
            }
            for group in result.groups
        ],
    }


def _check_amounts(document: Document) -> None:
    """Amounts of money have no more decimals than the currency; what is wrong is told with its place."""
    step, digits = document.policy.cash_step, document.digits
    if step is not None:
        if step <= 0:
            raise _refusal("policy", "cash_step", NO_STEP)
        _at("policy.cash_step", to_minor, step, digits)
    _at("prepaid", to_minor, document.prepaid, digits)
    holders = [("", document.adjustments)]
    holders += [(f"lines[{place}].", line.adjustments) for place, line in enumerate(document.lines)]
    for holder, adjustments in holders:
        for place, adjustment in enumerate(adjustments):
            if adjustment.kind != "percent":
                _at(f"{holder}adjustments[{place}].value", to_minor, adjustment.value, digits)


def _at(path: str, check: Callable[..., _Checked], *values: Any) -> _Checked:
    """What `check` gives, or its refusal with the place."""
    try:
        return check(*values)
    except Refused as refused:
        raise _refusal(path, "", refused.message) from None


def _policy(policy: Any) -> Policy:
    if policy is None:
        return Policy()
    _object(policy, "policy", _POLICY, ())
    step = policy.get("cash_step")
    return Policy(
        tax_scope="line" if _choice(policy, "tax_scope", ("group", "line"), "policy") else "group",
        discount_rounding="net"
        if _choice(policy, "discount_rounding", ("amount", "net"), "policy")
        else "amount",
        cash_step=None if step is None else _decimal(step, "policy.cash_step"),
    )


def _line(line: Any, path: str) -> Line:
    _object(line, path, _LINE, ("quantity", "unit_price", "tax"))
    base = _decimal(line.get("base_quantity", "1"), f"{path}.base_quantity")
    if base <= 0:
        raise _refusal(path, "base_quantity", msg("The base quantity must be above zero"))
    return Line(
        quantity=_decimal(line["quantity"], f"{path}.quantity"),
        unit_price=_decimal(line["unit_price"], f"{path}.unit_price"),
        base_quantity=base,
        tax=_tax(line["tax"], f"{path}.tax"),
        adjustments=tuple(
            _adjustment(value, f"{path}.adjustments[{place}]", ("percent", "amount"))
            for place, value in _list(line, "adjustments", path)
        ),
    )


def _adjustment(adjustment: Any, path: str, kinds: tuple[str, ...]) -> Adjustment:
    keys = _ADJUSTMENT if "target" in kinds else _LINE_ADJUSTMENT
    _object(adjustment, path, keys, ("kind", "value"))
    value = _decimal(adjustment["value"], f"{path}.value")
    tax = adjustment.get("tax")
    place = _choice(adjustment, "kind", kinds, path)
    return Adjustment(
        kind=("percent", "amount", "target")[place],
        value=value,
        tax=None if tax is None else _tax(tax, f"{path}.tax"),
    )


def _tax(tax: Any, path: str) -> Tax:
    _object(tax, path, _TAX, ("category", "rates"))
    rates = tuple(value for _, value in _list(tax, "rates", path))
    if not all(isinstance(value, str) for value in rates):
        raise _refusal(path, "rates", _AS_TEXT)
    compound = tuple(value for _, value in _list(tax, "compound", path)) or (False,) * len(rates)
    if len(compound) != len(rates) or not all(isinstance(value, bool) for value in compound):
        raise _refusal(path, "compound", msg("Give true or false for each rate"))
    return _at(f"{path}.rates", _group, _text(tax, "category", path), rates, compound)


@lru_cache(maxsize=256)
def _group(category: str, rates: tuple[str, ...], compound: tuple[bool, ...]) -> Tax:
    pairs = zip(rates, compound, strict=True)
    return Tax(category, tuple(Rate(decimal(rate), flag) for rate, flag in pairs))


def _digits(value: Any, currency: str) -> int:
    if value is None:
        return currency_digits(currency)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DIGITS:
        raise _refusal("document", "digits", msg("A currency has 0 to 6 decimals"))
    return value


def _decimal(value: Any, path: str) -> Decimal:
    if not isinstance(value, str):
        raise _refusal(path, "", _AS_TEXT)
    return _at(path, decimal, value)


def _text(holder: Mapping[str, Any], key: str, path: str) -> str:
    value = holder[key]
    if not isinstance(value, str):
        raise _refusal(path, key, msg("Text is needed here"))
    return value


def _choice(holder: Mapping[str, Any], key: str, allowed: Collection[str], path: str) -> int:
    """The place of the value among those allowed; the first when it is left out."""
    value = holder.get(key, next(iter(allowed)))
    if not isinstance(value, str) or value not in allowed:
        raise _refusal(path, key, msg("Allowed here: {allowed}").of(allowed=", ".join(allowed)))
    return list(allowed).index(value)


def _list(holder: Mapping[str, Any], key: str, path: str) -> list[tuple[int, Any]]:
    value = holder.get(key)
    if value is None and key in ("adjustments", "compound"):
        return []
    if not isinstance(value, list | tuple):
        raise _refusal(path, key, msg("A list is needed here"))
    return list(enumerate(value))


def _object(value: Any, path: str, allowed: tuple[str, ...], required: tuple[str, ...]) -> None:
    if not isinstance(value, Mapping):
        raise _refusal(path, "", msg("An object is needed here"))
    for key in value:
        if key not in allowed:
            raise _refusal(
                path, str(key), msg("Unknown key; allowed here: {allowed}").of(allowed=", ".join(allowed))
            )
    for key in required:
        if key not in value:
            raise _refusal(path, key, msg("This key is missing"))


def _refusal(path: str, key: str, problem: Message) -> Refused:
    place = f"{path}.{key}" if path and key else path or key
    place = place.removeprefix("document.") or "document"
    return Refused(msg("{place}: {problem}").of(place=place, problem=problem), field=place)
