"""How far an order has come: which stage follows from what was sent, arrived, was taken over and was paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from desktop.rules.money import ZERO

Quantities = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Progress:
    """Quantities by line, and money in minor units. What came back counts as not sent."""

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


def days_late(expected: date | None, arrived: date | None, today: date) -> int:
    """How many days after the expected one it arrived, or is not there yet; 0 while it is in time.

    >>> days_late(date(2026, 11, 20), None, date(2026, 11, 22)), days_late(None, None, date(2026, 11, 22))
    (2, 0)
    """
    return max(((arrived or today) - expected).days, 0) if expected is not None else 0
