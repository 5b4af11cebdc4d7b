"""How far an order has come: which stage follows from what was sent, arrived, was taken over and was paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from desktop.rules.money import ZERO

Quantities = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Progress:
    """Quantities by line, and money in minor units. What came back counts as not sent, what is refunded as
    not ordered.
    """

    ordered: Quantities
    sent: Quantities = field(default_factory=dict)
    arrived: Quantities = field(default_factory=dict)
    taken_over: Quantities = field(default_factory=dict)
    payable: int = 0
    invoiced: int = 0
    paid: int = 0

    def all_of(self, done: Quantities) -> bool:
        """Whether that holds for everything that was ordered."""
        return all(done.get(line, ZERO) == wanted for line, wanted in self.ordered.items())


def stage(now: str, progress: Progress) -> str:
    """The stage of an acknowledged order; one that the office does not know yet, or that is off, stays.

    >>> one = {"a": Decimal(2)}
    >>> stage("acknowledged", Progress(one)), stage("acknowledged", Progress(one, {"a": Decimal(1)}))
    ('acknowledged', 'delivering')
    >>> stage("delivering", Progress(one, one, one)), stage("draft", Progress(one, one, one))
    ('delivered', 'draft')
    >>> stage("delivered", Progress(one, one, one, one, 500, 500, 400))
    'accepted'
    >>> stage("accepted", Progress(one, one, one, one, 500, 500, 500))
    'completed'
    """
    if now in ("draft", "submitted", "cancelled"):
        return now
    if not progress.all_of(progress.arrived):
        begun = any(progress.sent.values()) or now != "acknowledged"
        return "delivering" if begun else "acknowledged"
    if not progress.all_of(progress.taken_over):
        return "delivered"
    settled = progress.invoiced == progress.payable and progress.paid >= progress.payable
    return "completed" if settled else "accepted"


class Batch(NamedTuple):
    """A batch in the order of their numbers: what went out and what of it was accepted, or what came back."""

    sent: Quantities
    accepted: Quantities
    back: bool = False


def taken_over(batches: Iterable[Batch]) -> tuple[Quantities, list[Quantities]]:
    """What the customer has taken over and kept, and for each batch what still waits to be.

    What comes back is of what was sent before and not accepted, as far as there was such; else it was.

    >>> two, three, five = ({"a": Decimal(count)} for count in (2, 3, 5))
    >>> taken, waits = taken_over([Batch(five, three), Batch(two, {}, back=True), Batch(two, two)])
    >>> int(taken["a"]), [int(one["a"]) for one in waits if one]
    (5, [0, 0])
    >>> taken, waits = taken_over([Batch(five, five), Batch(two, {}, back=True), Batch(two, {})])
    >>> int(taken["a"]), [int(one["a"]) for one in waits if one]
    (3, [0, 2])
    """
    taken: dict[str, Decimal] = {}
    waits: list[dict[str, Decimal]] = []
    for batch in batches:
        left: dict[str, Decimal] = {}
        for line, count in batch.sent.items():
            if batch.back:
                taken[line] = taken.get(line, ZERO) - _from(waits, line, abs(count))
                continue
            done = min(batch.accepted.get(line, ZERO), count)
            taken[line], left[line] = taken.get(line, ZERO) + done, count - done
        waits.append(left)
    return taken, list(waits)


def _from(waits: Iterable[dict[str, Decimal]], line: str, count: Decimal) -> Decimal:
    """Take what came back from what waits; returns what was more than that."""
    for left in waits:
        now = min(count, left.get(line, ZERO))
        if now:
            left[line] -= now
            count -= now
    return count


def matched(steps: Sequence[tuple[str, int]], payments: Iterable[tuple[str, int]]) -> list[int]:
    """How much of each payment step is there: money that names a step fills that one, the rest goes in order.

    Money that went back is taken from the last steps first.

    >>> steps = [("预付款", 300), ("发货款", 500), ("尾款", 200)]
    >>> matched(steps, [("", 350), ("尾款", 100)])
    [300, 50, 100]
    >>> matched(steps, [("预付款", 400), ("", -150)])
    [250, 0, 0]
    """
    there = [0] * len(steps)
    loose = 0
    for name, amount in payments:
        place = next((at for at, step in enumerate(steps) if step[0] == name and name), None)
        fits = 0 if place is None else max(min(amount, steps[place][1] - there[place]), 0)
        loose += amount - fits
        if place is not None:
            there[place] += fits
    for place, (_, wanted) in enumerate(steps):
        fits = max(min(loose, wanted - there[place]), 0)
        there[place] += fits
        loose -= fits
    for place in reversed(range(len(steps))):
        back = min(max(-loose, 0), there[place])
        there[place] -= back
        loose += back
    return there


def days_late(expected: date | None, arrived: date | None, today: date) -> int:
    """How many days after the expected one it arrived, or is not there yet; 0 while it is in time.

    >>> days_late(date(2026, 11, 20), None, date(2026, 11, 22)), days_late(None, None, date(2026, 11, 22))
    (2, 0)
    """
    return max(((arrived or today) - expected).days, 0) if expected is not None else 0
