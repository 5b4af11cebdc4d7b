"""What Today says of contracts: one to be renewed, a milestone that is due, one that nobody has signed."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from desktop.models.records import Contract, Milestone
from desktop.rules.money import hundredths
from desktop.services.contract_drafts import zone_of
from desktop.services.days import day_words
from desktop.services.today import MOST, Day, Line, source
from desktop.words import Message, msg

FAR = timedelta(days=400)
UNSIGNED = timedelta(days=7)
"""How long an issued contract may lie before it is asked about."""
Mark = tuple[str, Message, str]


@source("renewals")
def renewals(day: Day) -> Iterator[Line]:
    """Own contracts in force whose day of renewal comes within the days that they are to be told before."""
    query = select(Contract).where(
        Contract.deleted_at.is_(None),
        Contract.owner_id == day.actor.id,
        Contract.stage.in_(("signed", "running")),
        Contract.renew_on <= day.today + FAR,
    )
    found = [
        one
        for one in day.session.scalars(query.order_by(Contract.renew_on).limit(MOST))
        if one.renew_on is not None and one.renew_on - timedelta(days=one.remind_days or 0) <= day.today
    ]
    day.customers(one.customer_id for one in found)
    for one in found:
        until = one.renew_on or day.today
        left = (until - day.today).days
        title = msg("Renew contract {number}").of(number=one.title)
        why = msg("It is to be renewed by {day}.").of(day=until.isoformat())
        urgency = min(0.55 + 0.01 * max(30 - left, 0), 0.85)
        yield _line(day, one, f"renewal:{one.id.hex}:{until}", title, why, _mark(left), urgency)


@source("milestones")
def milestones(day: Day) -> Iterator[Line]:
    """Milestones of own contracts that come within the days that they are to be told before, or are late."""
    query = (
        select(Milestone, Contract)
        .join(Contract, Milestone.contract_id == Contract.id)
        .where(
            Milestone.deleted_at.is_(None),
            Milestone.done_on.is_(None),
            Milestone.due_on <= day.today + FAR,
            Contract.deleted_at.is_(None),
            Contract.owner_id == day.actor.id,
            Contract.stage.in_(("signed", "running")),
        )
    )
    rows = day.session.execute(query.order_by(Milestone.due_on).limit(MOST)).all()
    found = [
        (one, contract, one.due_on)
        for one, contract in rows
        if one.due_on is not None and one.due_on - timedelta(days=one.remind_days or 0) <= day.today
    ]
    day.customers(contract.customer_id for _, contract, _ in found)
    for one, contract, due in found:
        left = (due - day.today).days
        title = msg("{milestone} of contract {number}").of(milestone=one.name, number=contract.title)
        why = msg("Agreed for {day}.").of(day=day_words(due))
        urgency = min(0.6 + 0.02 * max(-left, 0), 0.9)
        key = f"milestone:{one.id.hex}:{due}"
        yield _line(day, contract, key, title, why, _mark(left), urgency, value=one.amount)


@source("unsigned contracts")
def unsigned(day: Day) -> Iterator[Line]:
    """Own contracts that were issued a week ago and that nobody has signed."""
    query = select(Contract).where(
        Contract.deleted_at.is_(None),
        Contract.owner_id == day.actor.id,
        Contract.stage == "sent",
        Contract.issued_at <= day.now - UNSIGNED,
    )
    zone = zone_of(day.session)
    found = list(day.session.scalars(query.order_by(Contract.issued_at).limit(MOST)))
    day.customers(one.customer_id for one in found)
    for one in found:
        issued: date = (one.issued_at or day.now).astimezone(zone).date()
        title = msg("Contract {number} is not signed yet").of(number=one.title)
        why = msg("It went to the customer on {day}.").of(day=day_words(issued))
        mark = ("clock", msg("waits for a signature"), "warn")
        yield _line(day, one, f"unsigned:{one.id.hex}", title, why, mark, 0.7)


def _line(
    day: Day,
    contract: Contract,
    key: str,
    title: Message,
    why: Message,
    mark: Mark,
    urgency: float,
    *,
    value: int | None = None,
) -> Line:
    worth = value if value is not None else contract.payable
    typed = hundredths(worth, contract.currency or "CNY") if worth is not None else None
    return Line(
        key, "contract", contract.id, title, why, mark, urgency, msg("Open contract"),
        day.called(contract.customer_id), typed,
        contract.currency or "CNY", contract.customer_id, face=day.face(contract.customer_id),
    )  # fmt: skip


def _mark(left: int) -> Mark:
    if left < 0:
        late = msg("1 day late") if left == -1 else msg("{count} days late").of(count=f"{-left:,}")
        return ("circle-alert", late, "bad")
    if left == 0:
        return ("hourglass", msg("Due today"), "warn")
    return ("hourglass", msg("in {count} days").of(count=left), "warn")
