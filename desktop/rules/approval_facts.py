"""The facts of a document that approval rules look at: laptop and office take them from here."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from desktop.rules.approvals import Facts, Part
from desktop.rules.money import ONE, rounded
from desktop.rules.totals import Document, Totals

_DAYS: Final = re.compile(
    r"(\d{1,4})\s*(?:个)?\s*(?:工作日|自然日|天|日|(?:working |business )?days?\b)", re.IGNORECASE
)
_PRICES: Final = frozenset({"tier", "currency"})
BOUND: Final = frozenset({"number", "issued_on", "approval"})
"""What of an issued content is not there yet while somebody is asked to approve it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a line beside what it prints: the price found for it and its floor price.

    `found` is for `per` of its units and None where nobody changed it by hand; the floor is for `floor_per`,
    or for as many as the line's price where that is not known. `free`: a line of no product.
    """

    name: str = ""
    found: Decimal | None = None
    per: Decimal = ONE
    floor: Decimal | None = None
    floor_per: Decimal | None = None
    free: bool = False


def facts(
    document: Document,
    totals: Totals,
    known: Sequence[Known],
    *,
    milestones: Iterable[Mapping[str, Any]] = (),
    terms: Iterable[Mapping[str, Any]] = (),
    standard: Iterable[Mapping[str, Any]] = (),
    promoted: Collection[int] = (),
    valid_until: date | None = None,
    on: date | None = None,
) -> Facts:
    """All that rules look at; `known` goes line by line, `standard` are the terms of the firm.

    `promoted`: the places of discounts that a promotion of the firm gives; nobody has to agree to those.
    """
    parts = [
        part(document, place, totals, each)
        for place, each in enumerate(known)
        if totals.lines[place].counts and document.lines[place].quantity
    ]
    return Facts(
        currency=document.currency,
        digits=document.digits,
        parts=tuple(parts),
        given=sum(max(-one.amount, 0) for n, one in enumerate(totals.adjustments) if n not in promoted)
        + sum(max(-each.net, 0) for each in parts),
        payable=totals.payable + totals.prepaid,
        payment_days=payment_days(milestones),
        clauses=len(_texts(terms) ^ _texts(standard)),
        validity=(valid_until - on).days if valid_until is not None and on is not None else None,
    )


def found_price(trace: Iterable[Mapping[str, Any]] | None) -> tuple[Decimal, Decimal] | None:
    """The price that the books gave a line which somebody has priced by hand since, and for how many units.

    >>> found_price([{"step": "tier", "price": "98", "kind": "range"}, {"step": "by_hand", "price": "90"}])
    (Decimal('98'), Decimal('1'))
    >>> found_price([{"step": "tier", "price": "98", "kind": "range"}])
    """
    steps = list(trace or ())
    if not any(step.get("step") == "by_hand" for step in steps):
        return None
    found, per = None, ONE
    for step in steps:
        if step.get("step") in _PRICES and isinstance(step.get("price"), str):
            found = Decimal(step["price"])
            per = Decimal(str(step["quantity"])) if step.get("kind") == "block" else per
    return (found, per or ONE) if found is not None else None


def per(trace: Iterable[Mapping[str, Any]] | None) -> Decimal | None:
    """For how many units the books said a price; None where they said none.

    >>> per([{"step": "tier", "price": "98", "kind": "range"}]), per([{"step": "by_hand", "price": "90"}])
    (Decimal('1'), None)
    """
    tiers = [step for step in trace or () if step.get("step") == "tier"]
    if not tiers:
        return None
    return (Decimal(str(tiers[-1]["quantity"])) if tiers[-1].get("kind") == "block" else ONE) or ONE


def payment_days(milestones: Iterable[Mapping[str, Any]]) -> int | None:
    """The longest number of days that a payment schedule names; None where it names none.

    >>> payment_days([{"due": "合同签订后 7 天内"}, {"due": "", "due_en": "within 45 days of acceptance"}])
    45
    >>> payment_days([{"due": "发货前"}])
    """
    said = [str(part.get(name) or "") for part in milestones for name in ("due", "due_en", "name", "name_en")]
    found = [int(days) for text in said for days in _DAYS.findall(text)]
    return max(found) if found else None


def bound(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What an approval is bound to: the content without number and day, which it gets when it is issued."""
    return {name: value for name, value in snapshot.items() if name not in BOUND}


def part(document: Document, place: int, totals: Totals, known: Known) -> Part:
    """One line as rules look at it."""
    line, sums = document.lines[place], totals.lines[place]
    reference = sums.gross
    if known.found is not None:
        reference = max(reference, _minor(line.quantity * known.found, known.per, document.digits))
    floor = None
    if known.floor is not None:
        floor = _minor(line.quantity * known.floor, known.floor_per or line.base_quantity, document.digits)
    return Part(known.name, reference, sums.net, sums.final, floor, known.free)


def _minor(amount: Decimal, per: Decimal, digits: int) -> int:
    exact = Fraction(amount) / Fraction(per) * 10**digits
    return rounded(exact.numerator, exact.denominator)


def _texts(terms: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(str(term.get("zh") or ""), str(term.get("en") or "")) for term in terms}
