"""The facts of contracts and orders that approval rules look at, and what an approval of them is bound to.

Laptop and office take them from here, out of what is printed or copied, never priced again.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from desktop.rules.approval_facts import payment_days
from desktop.rules.approvals import CONTRACT, ORDER, Facts
from desktop.rules.money import currency_digits, to_minor

_ORDERED: Final = (
    *("quote_id", "revision_id", "contract_id", "customer_id", "currency", "tax_mode"),
    *("net", "tax", "rounding", "prepaid", "payable", "schedule"),
)
_LINE: Final = ("source_id", "quantity", "amount", "tax", "rounding", "prepaid")


def contract_facts(snapshot: Mapping[str, Any], waiting: int) -> Facts:
    """Of what a contract prints; `waiting`: so many clauses are worded otherwise and need approval.

    Raises KeyError, TypeError, ValueError, ArithmeticError or Refused for what nobody can read.
    """
    quote = snapshot["quote"]
    digits = int(quote["digits"])
    worth = Decimal(quote["totals"]["payable"]) + Decimal(quote["prepaid"])
    return Facts(
        currency=str(quote["currency"]),
        digits=digits,
        parts=(),
        given=0,
        payable=to_minor(worth, digits),
        payment_days=payment_days(snapshot["milestones"]),
        clauses=waiting,
        subject=CONTRACT,
    )


def order_facts(content: Mapping[str, Any], owed: int | None) -> Facts:
    """Of the content of an order; `owed`: by how much its customer would be above the credit limit.

    >>> step = {"name": {"zh": "尾款", "en": ""}, "due": {"zh": "验收后 60 天", "en": ""}}
    >>> facts = order_facts({"currency": "CNY", "payable": 900, "prepaid": 100, "schedule": [step]}, 5)
    >>> facts.payable, facts.payment_days, facts.owed
    (1000, 60, 5)
    """
    currency = str(content["currency"] or "CNY")
    return Facts(
        currency=currency,
        digits=currency_digits(currency),
        parts=(),
        given=0,
        payable=int(content["payable"] or 0) + int(content["prepaid"] or 0),
        payment_days=payment_days(_worded(content["schedule"] or ())),
        subject=ORDER,
        owed=owed,
    )


def order_content(order: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What an approval of an order is bound to, of rows in wire form: what it takes, never where it goes."""
    found = [{name: line[name] for name in _LINE} for line in lines]
    return {
        "kind": ORDER,
        **{name: order[name] for name in _ORDERED},
        "lines": sorted(found, key=lambda line: str(line["source_id"])),
    }


def above(credit: int | None, open_sums: Sequence[int]) -> int | None:
    """By how much what is open is above a credit limit, in minor units; None: nobody has set one.

    >>> above(1000, [700, 400]), above(1000, [1000]), above(None, [700])
    (100, 0, None)
    """
    return None if credit is None else max(sum(open_sums) - credit, 0)


def _worded(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Steps that say each thing in both languages, as payment schedules are read."""
    found = []
    for step in steps:
        said = {name: step.get(name) or {} for name in ("name", "due")}
        found.append(
            {
                f"{name}{end}": str(words.get(language) or "") if isinstance(words, Mapping) else str(words)
                for name, words in said.items()
                for end, language in (("", "zh"), ("_en", "en"))
            }
        )
    return found
