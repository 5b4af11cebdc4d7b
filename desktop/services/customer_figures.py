"""What a customer comes to at a glance: deals, what was won, quotes out, the last word, what is to do."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.documents import chart_axes
from desktop.documents.chart_marks import Rows
from desktop.models.records import Interaction, Quote, Task
from desktop.rules.filters import Condition, every
from desktop.rules.money import hundredths
from desktop.services import figures
from desktop.services.days import day_words
from desktop.services.figures import Tile
from desktop.words import Message, msg, verbatim

YEAR: Final = 365
NOTHING: Final = "\N{EM DASH}"


def tiles(session: Session, customer: UUID, today: date) -> list[Tile]:
    """Five figures of one customer, each with the rows behind it."""
    currency = figures.firm_currency(session)
    return [
        _under_way(session, customer, currency),
        _won(session, customer, today, currency),
        _out(session, customer, currency),
        _touched(session, customer, today),
        _to_do(session, customer, today),
    ]


def _rows(kind: str, customer: UUID, *tests: Condition) -> Rows:
    return Rows(kind, every(figures.one_of("customer_id", customer.hex), *tests))


def _under_way(session: Session, customer: UUID, currency: str) -> Tile:
    rows = _rows("opportunity", customer, figures.one_of("stage", *figures.UNDER_WAY))
    found = figures.total(session, rows, currency)
    if not found.count:
        return Tile(msg("Open deals"), NOTHING, msg("none under way"), rows=rows)
    likely = sum(heap.mean for heap in figures.heaps(session, rows, currency))
    weighted = round(likely / 100) * 100
    note = msg("{count} under way, by chance {amount}")
    told = note.of(count=f"{found.count:,}", amount=chart_axes.money(weighted, currency))
    return Tile(msg("Open deals"), chart_axes.money(found.amount, currency), told, rows=rows)


def _won(session: Session, customer: UUID, today: date, currency: str) -> Tile:
    ended = figures.between("close_on", today - timedelta(YEAR), today + timedelta(1))
    rows = _rows("opportunity", customer, figures.one_of("stage", "won"), ended)
    found = figures.total(session, rows, currency)
    if not found.count:
        return Tile(msg("Won in 12 months"), NOTHING, msg("nothing yet"), rows=rows)
    told = msg("1 deal") if found.count == 1 else msg("{count} deals").of(count=f"{found.count:,}")
    return Tile(msg("Won in 12 months"), chart_axes.money(found.amount, currency), told, rows=rows)


def _out(session: Session, customer: UUID, currency: str) -> Tile:
    rows = _rows("quote", customer, figures.one_of("stage", "issued"))
    table = Quote.table().c
    amount = func.sum(table.payable).filter(table.currency == currency)
    one = select(func.count(), amount, func.min(table.valid_until))
    count, total, first = session.execute(one.where(table.deleted_at.is_(None), figures.where(rows))).one()
    if not count:
        drafts = _rows("quote", customer, figures.one_of("stage", "draft"))
        many = figures.counted(session, drafts)
        note = {0: msg("none issued"), 1: msg("1 draft")}.get(many) or msg("{count} drafts").of(
            count=f"{many:,}"
        )
        return Tile(msg("Quotes out"), NOTHING, note, rows=drafts if many else rows)
    note = msg("{count}, the first until {day}").of(count=f"{count:,}", day=first or NOTHING)
    said = chart_axes.money(hundredths(int(total or 0), currency), currency)
    return Tile(msg("Quotes out"), said, note, rows=rows)


def _touched(session: Session, customer: UUID, today: date) -> Tile:
    rows = _rows("interaction", customer)
    at = Interaction.table().c.happened_at
    living = (Interaction.table().c.deleted_at.is_(None), Interaction.table().c.customer_id == customer)
    count, first, last = session.execute(
        select(func.count(at), func.min(at), func.max(at)).where(*living)
    ).one()
    if last is None:
        return Tile(msg("Last touch"), NOTHING, msg("not heard of yet"), rows=rows)
    day = _local(last)
    days = (day - _local(first)).days
    note: Message = msg("once") if count == 1 else msg("{count} times").of(count=f"{count:,}")
    if count > 1 and days:
        between = max(round(days / (count - 1)), 1)
        words = msg("{count} times, every {days} days") if between > 1 else msg("{count} times, daily")
        note = words.of(count=f"{count:,}", days=between)
    return Tile(msg("Last touch"), _ago(day, today), note, rows=rows)


def _to_do(session: Session, customer: UUID, today: date) -> Tile:
    rows = _rows("task", customer, Condition("done_at", "empty"))
    due = Task.table().c.due_on
    living = (Task.table().c.deleted_at.is_(None), Task.table().c.customer_id == customer)
    asked = select(func.count(), func.min(due), func.count(due).filter(due < today))
    count, first, late = session.execute(asked.where(*living, Task.table().c.done_at.is_(None))).one()
    if not count:
        return Tile(msg("To do"), NOTHING, msg("no open task"), rows=rows)
    if late:
        note = msg("{count} late").of(count=f"{late:,}")
    else:
        note = msg("the next {day}").of(day=_ahead(first, today)) if first else msg("without a day")
    return Tile(msg("To do"), f"{count:,}", note, rows=rows)


def _local(at: datetime) -> date:
    return at.astimezone().date()


def _ago(day: date, today: date) -> Message:
    days = (today - day).days
    near = {0: msg("Today"), 1: msg("Yesterday")}
    return near.get(days) or (
        msg("{count} days ago").of(count=f"{days:,}") if days > 0 else verbatim(str(day))
    )


def _ahead(day: date, today: date) -> Message:
    said = day_words(day) if day.year == today.year else verbatim(str(day))
    return {0: msg("today"), 1: msg("tomorrow")}.get((day - today).days) or said
