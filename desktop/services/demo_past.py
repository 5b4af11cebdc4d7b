"""What happened in the demo's firm before today: deals under way, visits and calls, stages and next steps."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select

from desktop.models.record import new_id
from desktop.models.records import Customer, Interaction, Opportunity, Task
from desktop.models.store import Store, Work

KNOWN = 400
"""So many of the newest customers may have a past."""
BRAND = 2
"""By so many characters of its brand a customer of the list is found."""


def live(store: Store, firm: Mapping[str, Any]) -> None:
    """Write the past of the newest customers, as one batch: each part under the command that may write it."""
    batch = new_id()
    with store.work(store.me(), "customer.edit", batch=batch) as work:
        known = _known(work)
        _steps(known, firm, partial(_of, known), work.now)
    for command, tell in (
        ("opportunity.new", _deals),
        ("opportunity.new", _ended),
        ("interaction.new", _visits),
        ("task.new", _tasks),
        ("interaction.new", _rounds),
    ):
        with store.work(store.me(), command, batch=batch) as work:
            tell(work, firm, _known(work))


def _known(work: Work) -> list[Customer]:
    """The newest customers, newest first."""
    query = select(Customer).where(Customer.deleted_at.is_(None)).order_by(Customer.id.desc()).limit(KNOWN)
    return list(work.session.scalars(query))


def _of(known: Sequence[Customer], brand: str) -> Customer:
    return next((one for one in known if brand[:BRAND] in one.name), known[0])


def _steps(
    known: Sequence[Customer], firm: Mapping[str, Any], of: Callable[[str], Customer], now: datetime
) -> None:
    for brand, stage, step, days in firm["steps"]:
        customer = of(brand)
        customer.stage = stage
        customer.next_step = step
        customer.next_on = (now + timedelta(days=days)).date()
    stages = firm["stages"]
    for place, customer in enumerate(known):
        if customer.stage == "potential":
            customer.stage = stages[place % len(stages)]


def _deals(work: Work, firm: Mapping[str, Any], known: Sequence[Customer]) -> None:
    for brand, name, stage, amount, percent, days in firm["deals"]:
        work.add(
            Opportunity(
                name=name,
                customer_id=_of(known, brand).id,
                stage=stage,
                amount=amount,
                probability=Decimal(percent),
                close_on=(work.now + timedelta(days=days)).date(),
            )
        )


def _ended(work: Work, firm: Mapping[str, Any], known: Sequence[Customer]) -> None:
    """What was won and lost in the last twelve months, by the day it ended."""
    for brand, name, stage, amount, days, reason in firm["ended"]:
        ended = Opportunity(name=name, stage=stage, amount=amount, loss_reason=reason)
        ended.customer_id = _of(known, brand).id
        ended.close_on = (work.now - timedelta(days=days)).date()
        work.add(ended)


def _visits(work: Work, firm: Mapping[str, Any], known: Sequence[Customer]) -> None:
    for brand, channel, subject, remark, days in firm["visits"]:
        happened = work.now - timedelta(days=days, hours=2)
        talk = Interaction(name=subject, channel=channel, remark=remark, happened_at=happened)
        talk.customer_id = _of(known, brand).id
        work.add(talk)


def _tasks(work: Work, firm: Mapping[str, Any], known: Sequence[Customer]) -> None:
    for brand, subject, days, priority in firm["tasks"]:
        due = (work.now + timedelta(days=days)).date()
        work.add(Task(name=subject, due_on=due, priority=priority, customer_id=_of(known, brand).id))


def _rounds(work: Work, firm: Mapping[str, Any], known: Sequence[Customer]) -> None:
    """Each customer was spoken to once in the last months, the newest of the list last."""
    for place, customer in enumerate(known[1:90]):
        channel, subject, outcome = firm["rounds"][place % len(firm["rounds"])]
        happened = work.now - timedelta(days=place * 2 // 5 + 1, hours=place % 7)
        talk = Interaction(name=subject, channel=channel, outcome=outcome, happened_at=happened)
        talk.customer_id = customer.id
        work.add(talk)
