"""The quotes that templates are shown and tried with: a made-up one, and one that asks more than any."""

from typing import Any, Final

from desktop.rules import money
from desktop.rules.totals import totals
from desktop.rules.totals_json import read, written

_LONG_ZH: Final = "多轴联动高精度数控卧式加工中心（含在线测量、自动换刀及远程诊断模块，出口型）"
_LONG_EN: Final = (
    "Five-axis horizontal machining centre with in-process gauging, tool changer and remote diagnosis"
)
_COMPUTED: Final = ("quantity", "unit_price", "base_quantity", "tax", "adjustments")
_POLICY: Final = {"tax_scope": "group", "discount_rounding": "amount", "cash_step": None}


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def sample() -> dict[str, Any]:
    """A small quote of a made-up firm."""
    lines = [_line(place, ("卧式加工中心", "Machining centre"), "1", "128000", "13") for place in range(2)]
    lines.append(_line(2, ("安装调试", "Installation"), "3", "1200", "6"))
    return _quote(_both("越湖机床有限公司", "Yuehu Machine Tools Ltd"), lines)


def stress(count: int) -> dict[str, Any]:
    """So many lines with long names, large sums, discounts, options and several taxes."""
    lines = [_hard(place) for place in range(count)]
    lines.insert(0, {**_line(-1, (_LONG_ZH, _LONG_EN), "0", "0", "13"), "kind": "section", "tax": None})
    made = _quote(_both(f"{_LONG_ZH}股份有限公司", f"{_LONG_EN} International Holdings"), lines)
    made["customer"]["address"] = _both(_LONG_ZH * 3, f"{_LONG_EN}, {_LONG_EN}")
    made["terms"] = [_both(_LONG_ZH * 2, f"{_LONG_EN}; {_LONG_EN}") for _ in range(9)]
    made["title"], made["intro"] = _both(_LONG_ZH, _LONG_EN), _both(_LONG_ZH * 4, _LONG_EN * 3)
    return made


def _hard(place: int) -> dict[str, Any]:
    names = (_LONG_ZH, _LONG_EN) if place % 3 else ("垫", "Pad")
    made = _line(place, names, "1234.5678", "98765.432101", ("13", "6", "0")[place % 3])
    if place % 4 == 1:
        made["adjustments"] = [{"kind": "percent", "value": "-12.5"}, {"kind": "amount", "value": "-0.01"}]
    if place % 7 == 3:
        made |= {"kind": "option", "chosen": False}
    return made | {"detail": _both(_LONG_ZH * 2, _LONG_EN)}


def _line(place: int, name: tuple[str, str], quantity: str, price: str, rate: str) -> dict[str, Any]:
    return {
        "id": f"{place + 1:032x}",
        "kind": "item",
        "group": "",
        "chosen": True,
        "sku": f"SKU-{place + 1:04d}",
        "name": _both(*name),
        "detail": _both("", ""),
        "quantity": quantity,
        "unit": _both("台", "set"),
        "unit_price": price,
        "base_quantity": "1",
        "adjustments": [],
        "tax": {"category": "S", "rates": [rate], "compound": [False]},
    }


def _quote(customer: dict[str, str], lines: list[dict[str, Any]]) -> dict[str, Any]:
    head: dict[str, Any] = {"currency": "CNY", "digits": 2, "tax_mode": "included", "policy": _POLICY}
    counted = [line for line in lines if line["kind"] != "section"]
    every = totals(read({**head, "lines": _figures(counted)}))
    for line, done in zip(counted, every.lines, strict=True):
        line |= {"gross": money.plain(done.gross, 2), "net": money.plain(done.net, 2)}
        line["tax_amount"] = money.plain(done.tax, 2)
    for line in lines:
        line.setdefault("net", "0.00")
    chosen = [line for line in counted if line["kind"] == "item"]
    result = totals(read({**head, "lines": _figures(chosen)}))
    first, second = money.allocate(result.payable, [30, 70])
    return {
        "schema": 1,
        "kind": "quote",
        "number": "Q-2026-0001",
        "revision": 1,
        "language": "both",
        "issued_on": "2026-11-01",
        "valid_until": "2026-12-01",
        **head,
        "title": _both("二期扩产", "Second line"),
        "intro": _both("", ""),
        "seller": _seller(),
        "customer": _customer(customer),
        "lines": lines,
        "adjustments": [],
        "prepaid": "0",
        "totals": written(result),
        "milestones": [
            {"name": _both(zh, en), "percent": share, "amount": money.plain(part, 2), "due": _both("", "")}
            for zh, en, share, part in (("预付", "Deposit", "30", first), ("余款", "Balance", "70", second))
        ],
        "terms": [_both("交货期：合同签订后 45 天", "Delivery: 45 days from signing")],
    }


def _figures(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the totals are computed from."""
    return [{name: line[name] for name in _COMPUTED} for line in lines]


def _seller() -> dict[str, Any]:
    return {
        "name": _both("示例精密机械有限公司", "Sample Precision Ltd"),
        "tagline": _both("", ""),
        "address": _both("苏州工业园区星湖街 1 号", "1 Xinghu Street, Suzhou"),
        "person": _both("林一鸣 客户经理", "Lin Yiming, Account Manager"),
        "bank": _both("示例银行苏州分行 1000 2000 3000", "Sample Bank, Suzhou, 1000 2000 3000"),
        "phone": "0512-6000 0000",
        "email": "sales@example.com",
        "tax_id": "91320594MA00000000",
    }


def _customer(name: dict[str, str]) -> dict[str, Any]:
    return {
        "id": "",
        "name": name,
        "address": _both("杭州市滨江区江南大道 8 号", "8 Jiangnan Avenue, Hangzhou"),
        "person": _both("王建国 采购经理", "Wang Jianguo, Purchasing"),
        "phone": "139 0000 0000",
        "tax_id": "",
    }
