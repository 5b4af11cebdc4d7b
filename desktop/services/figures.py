"""What deals come to: sums by month and stage, what moved them, and the rows behind each figure.

A figure and the rows that it opens ask with the same conditions, so that they cannot differ.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from heapq import nlargest
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, func, select, type_coerce
from sqlalchemy.orm import Session

from desktop.documents.chart_marks import Rows
from desktop.models.columns import moment_text
from desktop.models.filtering import Viewer, compiled
from desktop.models.record import RECORDS
from desktop.models.records import Interaction, Opportunity, Organisation
from desktop.rules import stages
from desktop.rules.filters import Condition, every
from desktop.services import lists, records
from desktop.services.lists import Query
from desktop.words import Message

ENDED: Final = tuple(stage.code for stage in stages.OPPORTUNITY.stages if not stage.open)
UNDER_WAY: Final = tuple(stage.code for stage in stages.OPPORTUNITY.stages if stage.open)


def where(rows: Rows) -> ColumnElement[bool]:
    """The condition of what a mark opens, for a figure."""
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None
    return compiled(rows.where, RECORDS[rows.kind], Viewer(UUID(int=0), None, date.min, zone))


def one_of(field: str, *values: str) -> Condition:
    """A condition on a choice or a link."""
    return Condition(field, "one_of", values)


def between(field: str, first: date, after: date) -> Condition:
    """From the first day to before the other one."""
    return Condition(field, "between", (first.isoformat(), (after - timedelta(days=1)).isoformat()))


def picked(kind: str, ids: Iterable[str]) -> Rows:
    """Just these records, named in hex, in the order in which they were made."""
    return Rows(kind, every(one_of("id", *sorted(ids))))


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose records are counted: of one person, or of everybody on this laptop."""

    owner: UUID | None = None

    def rows(self, kind: str, *tests: Condition) -> Rows:
        """Records of this scope that pass the tests."""
        own = (one_of("owner_id", self.owner.hex),) if self.owner is not None else ()
        return Rows(kind, every(*own, *tests))

    def open_deals(self, *tests: Condition) -> Rows:
        """Deals under way."""
        return self.rows("opportunity", one_of("stage", *UNDER_WAY), *tests)

    def ended(self, stage: str, first: date, after: date) -> Rows:
        """Deals won or lost by their close date: from the first day to before the other one."""
        return self.rows("opportunity", one_of("stage", stage), between("close_on", first, after))


@dataclass(frozen=True, slots=True)
class Sum:
    """How many, what they come to in minor units, and the rows."""

    count: int
    amount: int
    rows: Rows


def total(session: Session, rows: Rows, currency: str) -> Sum:
    """Count and amount of deals; amounts in another currency are not added."""
    table = Opportunity.table().c
    one = select(func.count(), func.sum(table.amount).filter(table.currency == currency))
    count, amount = session.execute(one.where(table.deleted_at.is_(None), where(rows))).one()
    return Sum(int(count), int(amount or 0), rows)


def firm_currency(session: Session) -> str:
    """The currency that the firm counts in."""
    return session.scalar(select(Organisation.currency).where(Organisation.deleted_at.is_(None))) or "CNY"


def month_start(day: date, back: int = 0) -> date:
    """The first of the month of a day, or of a month before (after, where `back` is negative)."""
    number = day.year * 12 + day.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def chance(probability: Decimal | None, stage: str) -> float:
    """The chance to win: as typed, else the usual one of the stage."""
    percent = stages.OPPORTUNITY.find(stage).percent if probability is None else probability
    return min(max(float(percent) / 100, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Share:
    """What the deals of one stage come to, and what is likely of that; minor units."""

    amount: int
    likely: int


Shares: TypeAlias = tuple[str, dict[str, Share]]
"""A currency, and what the stages come to in it."""


def likely(session: Session, query: Query, viewer: Viewer) -> list[Shares]:
    """By stage under way, each deal with its own chance; first the currency that comes to most."""
    found: dict[str, dict[str, Share]] = {}
    for (stage, probability), currency, amount in lists.sums_by(
        session, query, viewer, "amount", "stage", "probability"
    ):
        if stage in UNDER_WAY:
            old = found.setdefault(currency, {}).get(stage, Share(0, 0))
            part = round(amount * chance(probability, stage))
            found[currency][stage] = Share(old.amount + amount, old.likely + part)
    return sorted(found.items(), key=lambda each: -sum(share.amount for share in each[1].values()))


@dataclass(frozen=True, slots=True)
class Heap:
    """Deals that close in one month with one chance: how many, their sum, and the sum of their squares."""

    month: date | None
    chance: float
    count: int
    amount: int
    squares: float

    @property
    def mean(self) -> float:
        """What they bring in the long run."""
        return self.amount * self.chance

    @property
    def variance(self) -> float:
        """How far that spreads, where each is won or lost by itself."""
        return self.chance * (1 - self.chance) * self.squares


def heaps(session: Session, rows: Rows, currency: str) -> list[Heap]:
    """The deals of this selection with an amount in the firm's currency, added up by the database."""
    table = Opportunity.table().c
    month = func.substr(table.close_on, 1, 7)
    columns = select(
        table.stage, table.probability, month.label("month"), func.count().label("n"),
        func.sum(table.amount).label("amount"), func.sum(1.0 * table.amount * table.amount).label("squares"),
    )  # fmt: skip
    conditions = (table.deleted_at.is_(None), table.currency == currency, table.amount > 0, where(rows))
    grouped = columns.where(*conditions).group_by(table.stage, table.probability, month)
    return [
        Heap(_first_of(row.month), chance(row.probability, row.stage), row.n, int(row.amount), row.squares)
        for row in session.execute(grouped)
    ]


def by_month(session: Session, rows: Rows, currency: str) -> dict[date, int]:
    """What these deals come to, by the first of the month in which they close."""
    table = Opportunity.table().c
    month = func.substr(table.close_on, 1, 7)
    conditions = (table.deleted_at.is_(None), table.close_on.is_not(None), table.currency == currency)
    grouped = select(month, func.sum(table.amount)).where(*conditions, where(rows)).group_by(month)
    return {date.fromisoformat(f"{name}-01"): int(amount or 0) for name, amount in session.execute(grouped)}


def _first_of(month: str | None) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None


def amounts(session: Session, rows: Rows, currency: str) -> dict[str, int]:
    """Each deal of this selection with an amount in the firm's currency, by its id in hex."""
    table = Opportunity.table().c
    conditions = (table.deleted_at.is_(None), table.currency == currency, table.amount > 0, where(rows))
    return _by_deal(session, *conditions)


def _hex(column: ColumnElement[Any]) -> ColumnElement[str]:
    """An id in hex, made by the database: of a hundred thousand no object is made."""
    return func.lower(func.hex(column), type_=String)


def _by_deal(session: Session, *conditions: ColumnElement[bool]) -> dict[str, int]:
    table = Opportunity.table().c
    amount = func.coalesce(table.amount, 0, type_=Integer)
    found = session.execute(select(_hex(table.id), amount).where(*conditions)).all()
    return {name: came_to for name, came_to in found}  # noqa: C416  its rows are no pairs to the types


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its note, perhaps a small line beside it, and the rows behind it."""

    name: Message
    value: Message | str
    note: Message
    spark: tuple[int, ...] = ()
    tone: str = ""
    rows: Rows | None = None


# What moved the deals under way since a day


@dataclass(slots=True)
class Moves:
    """Deals by what became of them since a day: id in hex → change of what is under way."""

    start: int
    end: int
    new: dict[str, int]
    again: dict[str, int]
    raised: dict[str, int]
    cut: dict[str, int]
    won: dict[str, int]
    lost: dict[str, int]


def moves(session: Session, scope: Scope, since: date, currency: str) -> Moves:
    """Start + new + open again + raised − cut − won − lost = end, by this laptop's own log.

    Deals that nobody touched since are added up by the database, and new ones are told by it; the others are
    looked at one by one.
    """
    table = Opportunity.table().c
    begin = int(datetime.combine(since, time()).astimezone().timestamp() * 1000)
    before = _as_they_were(session, begin)
    first = UUID(bytes=begin.to_bytes(6, "big") + bytes(10))
    ours = (table.deleted_at.is_(None), table.currency == currency, where(scope.rows("opportunity")))
    changed = table.id.in_(records.among(list(map(UUID, before))))
    new, under_way = table.id >= first, table.stage.in_(UNDER_WAY)
    still = int(session.scalar(select(func.sum(table.amount)).where(*ours, ~new, ~changed, under_way)) or 0)
    fresh = _by_deal(session, *ours, new, ~changed, under_way)
    found = Moves(still, still + sum(fresh.values()), fresh, {}, {}, {}, {}, {})
    columns = select(_hex(table.id).label("id"), table.stage, table.amount, table.close_on)
    for row in session.execute(columns.where(*ours, changed | (new & ~under_way))):
        old = before.get(row.id, {})
        later = row.id >= first.hex
        was = None if later else (old.get("stage", row.stage), old.get("amount", row.amount) or 0)
        written_later = was is None and row.stage in ENDED and row.close_on and row.close_on < since
        if not written_later:
            _move(found, row.id, was, row.stage, row.amount or 0)
    return found


def _move(found: Moves, deal: str, was: tuple[str, int] | None, stage: str, amount: int) -> None:
    began_open = was is not None and was[0] not in ENDED
    if was is not None and began_open:
        found.start += was[1]
        change = amount - was[1]
        if change:
            (found.raised if change > 0 else found.cut)[deal] = change
    elif was is None:
        found.new[deal] = amount
    elif stage not in ENDED:
        found.again[deal] = amount
    if stage not in ENDED:
        found.end += amount
    elif began_open or was is None:
        (found.won if stage == "won" else found.lost)[deal] = -amount


def _as_they_were(session: Session, begin: int) -> dict[str, dict[str, Any]]:
    """Stage and amount that deals had before their changes since a moment, by id in hex."""
    rows = session.connection().exec_driver_sql(
        "SELECT record, kind, body FROM change WHERE type = 'opportunity' AND at >= ?"
        " AND kind IN ('set', 'transition') ORDER BY seq DESC",
        (begin,),
    )
    before: dict[str, dict[str, Any]] = {}
    for record, kind, text in rows:
        body = json.loads(text)
        changed = {body["field"]: [body["from"], None]} if kind == "transition" else body
        old = before.setdefault(bytes(record).hex(), {})
        for name in ("stage", "amount"):
            if name in changed:
                old[name] = changed[name][0]
    return before


# What was done


def contacts_by_day(session: Session, scope: Scope, first: date) -> dict[date, int]:
    """How many visits, calls and messages each day saw, in this machine's time.

    The moments are laid between midnights here: to the database each is a change of zone and a place in an
    order, which takes three times as long.
    """
    table = Interaction.table().c
    rows = scope.rows("interaction", between("happened_at", first, date(8000, 1, 1)))
    asked = select(type_coerce(table.happened_at, String)).where(table.deleted_at.is_(None), where(rows))
    moments = [moment for (moment,) in session.execute(asked).all()]
    ahead = (datetime.now().astimezone().date() - first).days + 2
    days = (datetime.combine(first + timedelta(n), time()) for n in range(max(ahead, 0)))
    midnights = [moment_text(day.astimezone()) for day in days]
    placed = Counter(map(partial(bisect_right, midnights), moments))
    beyond = placed.pop(len(midnights), 0)
    found = Counter({first + timedelta(place - 1): count for place, count in placed.items()})
    found.update(datetime.fromisoformat(each).astimezone().date() for each in nlargest(beyond, moments))
    return dict(found)


def between_days(scope: Scope, first: date, after: date, *more: Condition) -> Rows:
    """Interactions from the first day to before the other one, in this machine's time."""
    return scope.rows("interaction", between("happened_at", first, after), *more)


def counted(session: Session, rows: Rows) -> int:
    """How many living records these are."""
    return records.count(session, RECORDS[rows.kind], (where(rows),))


def week_start(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())
