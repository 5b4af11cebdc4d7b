"""The dashboard: figures of the month and charts of deals with the rows behind them, for window and paper."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.documents import chart_axes as axes
from desktop.documents import chart_bars as bars
from desktop.documents import charts
from desktop.documents.chart_marks import Drawing, Frame, Part, Rows
from desktop.models.filtering import EARLIEST
from desktop.models.records import Opportunity
from desktop.models.store import Store
from desktop.rules import stages
from desktop.rules.filters import Condition, every
from desktop.services import figures
from desktop.services.days import day_words
from desktop.services.figures import Heap, Scope, Tile
from desktop.words import msg, verbatim

PAST: Final = 10
AHEAD: Final = 4
HALF: Final = 0.674
MOST: Final = 1.282
"""Half of the cases lie within so many standard deviations, eight in ten within so many."""
WEEKS: Final = 26
REASONS: Final = 6
WEEKDAYS: Final = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard of one scope: figures, and charts by key."""

    tiles: tuple[Tile, ...]
    parts: dict[str, Part]


def board(store: Store, scope: Scope, today: date | None = None) -> Board:
    """Everything on the dashboard, asked of this laptop alone."""
    day = today or store.clock().astimezone().date()
    with store.reading() as session:
        currency = figures.firm_currency(session)
        year = _year(session, scope, day, currency)
        under_way = figures.heaps(session, scope.open_deals(), currency)
        tiles = (
            signed_tile(session, scope, day, currency),
            _compared(session, scope, day, currency),
            _average(year, currency),
            _rate(session, scope, day),
            open_tile(under_way, scope, currency),
            _due(session, scope, day, currency),
        )
        parts = {
            "forecast": _forecast(session, scope, day, currency, under_way),
            "funnel": _funnel(session, scope, currency),
            "moves": _moves(session, scope, day, currency),
            "reasons": _reasons(session, scope, day),
            "strip": _strip(session, scope, day),
        }
    return Board(tiles, parts)


# Figures


def _signed(session: Session, scope: Scope, day: date, back: int, currency: str) -> list[tuple[int, Rows]]:
    """What was won in each month, from `back` months ago to this one, and the rows."""
    months = [figures.month_start(day, number) for number in range(back, -2, -1)]
    sums = figures.by_month(session, scope.ended("won", months[0], months[-1]), currency)
    return [(sums.get(one, 0), scope.ended("won", one, after)) for one, after in pairwise(months)]


def signed_tile(session: Session, scope: Scope, day: date, currency: str) -> Tile:
    """Won this month, beside the month before, with the last twelve as a line."""
    months = _signed(session, scope, day, 11, currency)
    line = tuple(amount for amount, _ in months)
    note = msg("last month {amount}").of(amount=axes.money(line[-2], currency))
    return Tile(msg("Signed this month"), axes.money(line[-1], currency), note, line, rows=months[-1][1])


def open_tile(found: Sequence[Heap], scope: Scope, currency: str) -> Tile:
    """Deals under way, each counted with its chance."""
    weighted = round(sum(heap.mean for heap in found) / 10_000) * 10_000
    count, amount = sum(heap.count for heap in found), sum(heap.amount for heap in found)
    note = msg("{count} deals, {amount} in all")
    told = note.of(count=f"{count:,}", amount=axes.money(amount, currency))
    return Tile(msg("Under way, by chance"), axes.money(weighted, currency), told, rows=scope.open_deals())


def _compared(session: Session, scope: Scope, day: date, currency: str) -> Tile:
    """This year until today beside last year until the same day."""
    first, tomorrow = date(day.year, 1, 1), day + timedelta(days=1)
    then = date(day.year - 1, 1, 1)
    until = then + (tomorrow - first)
    now = figures.total(session, scope.ended("won", first, tomorrow), currency)
    before = figures.total(session, scope.ended("won", then, until), currency)
    name = msg("This year on last")
    if not before.amount:
        return Tile(name, "\N{EM DASH}", msg("nothing signed last year"), rows=now.rows)
    percent = axes.figure(Decimal(now.amount - before.amount) * 100 / before.amount, signed=True)
    tone = "good" if now.amount >= before.amount else "bad"
    note = msg("last year {amount}").of(amount=axes.money(before.amount, currency))
    return Tile(name, f"{percent} %", note, tone=tone, rows=now.rows)


def _year(session: Session, scope: Scope, day: date, currency: str) -> dict[str, int]:
    """The deals won in twelve months, by what each came to."""
    rows = scope.ended("won", figures.month_start(day, 11), figures.month_start(day, -1))
    return figures.amounts(session, rows, currency)


def _average(year: Mapping[str, int], currency: str) -> Tile:
    name = msg("Average deal")
    if not year:
        return Tile(name, "\N{EM DASH}", msg("none won in 12 months"))
    middle = round(median(year.values()) / 100) * 100
    note = msg("{count} deals, median {amount}").of(
        count=f"{len(year):,}", amount=axes.money(middle, currency)
    )
    ids = figures.picked("opportunity", year)
    return Tile(name, axes.money(round(sum(year.values()) / len(year) / 100) * 100, currency), note, rows=ids)


def _rate(session: Session, scope: Scope, day: date) -> Tile:
    first, after = figures.month_start(day, 11), figures.month_start(day, -1)
    won = figures.counted(session, scope.ended("won", first, after))
    lost = figures.counted(session, scope.ended("lost", first, after))
    ended = figures.one_of("stage", *figures.ENDED)
    rows = scope.rows("opportunity", ended, figures.between("close_on", first, after))
    if not won + lost:
        return Tile(msg("Win rate"), "\N{EM DASH}", msg("none ended in 12 months"))
    note = msg("12 months, {won} of {all}").of(won=f"{won:,}", all=f"{won + lost:,}")
    return Tile(msg("Win rate"), f"{round(won * 100 / (won + lost))} %", note, rows=rows)


def _due(session: Session, scope: Scope, day: date, currency: str) -> Tile:
    """What should close by the end of the month."""
    after = figures.between("close_on", EARLIEST, figures.month_start(day, -1))
    found = figures.total(session, scope.open_deals(after), currency)
    note = msg("{count} deals by their close date").of(count=f"{found.count:,}")
    return Tile(msg("To close this month"), axes.money(found.amount, currency), note, rows=found.rows)


# Charts


def _forecast(session: Session, scope: Scope, day: date, currency: str, found: Sequence[Heap]) -> Part:
    """Signings of ten months, and what the deals under way may bring in the next ones."""
    *past, (current, won) = _signed(session, scope, day, PAST, currency)
    ahead, rows = [], []
    for number in range(AHEAD + 1):
        first, after = figures.month_start(day, -number), figures.month_start(day, -number - 1)
        mine = [heap for heap in found if _falls(heap.month, first, open_start=number == 0)]
        ahead.append(_band(mine, current if number == 0 else 0))
        rows.append(scope.open_deals(figures.between("close_on", first if number else EARLIEST, after)))
    months = [figures.month_start(day, back) for back in range(PAST, -AHEAD - 1, -1)]
    shown = charts.Fan(
        tuple(charts.Point(amount, opened, axes.money(amount, currency)) for amount, opened in past),
        tuple(ahead),
        charts.Point(current, won),
        tuple(rows),
    )
    values = [amount for amount, _ in past] + [band.most[1] for band in ahead]

    def build(frame: Frame) -> Drawing:
        named = [(month.year, month.month) for month in months]
        whole = tuple(axes.whole_month(*month, frame.language) for month in named)
        along = charts.Along(axes.months_along(named, frame.language), whole, PAST)
        return charts.fan(frame, along, shown, axes.money_unit(values, frame.language, currency))

    dated = sum(heap.count for heap in found if heap.month is not None)
    note = msg("from {count} dated deals and their probability").of(count=f"{dated:,}")
    return Part(msg("Forecast of signings"), note, build, 200)


def _falls(month: date | None, wanted: date, *, open_start: bool) -> bool:
    return month is not None and (month == wanted or (open_start and month < wanted))


def _band(found: Sequence[Heap], sure: int) -> charts.Band:
    """The sum of independent deals: its mean, and bands as of a normal sum, never below what is sure."""
    mean = sure + sum(heap.mean for heap in found)
    spread = math.sqrt(sum(heap.variance for heap in found))
    top = sure + sum(heap.amount for heap in found)

    def within(times: float) -> tuple[int, int]:
        return round(max(mean - times * spread, sure)), round(min(mean + times * spread, top))

    return charts.Band(round(mean), within(HALF), within(MOST))


def _funnel(session: Session, scope: Scope, currency: str) -> Part:
    """Deals under way by stage."""
    named: list[bars.Named] = []
    for stage in stages.OPPORTUNITY.stages:
        if stage.open:
            rows = scope.rows("opportunity", figures.one_of("stage", stage.code))
            found = figures.total(session, rows, currency)
            amount = axes.money(round(found.amount / 100) * 100, currency) if found.amount else ""
            named.append(bars.Named(stage.label, found.count, "", verbatim(amount), rows))
    return Part(msg("Funnel"), msg("deals under way by stage"), _built(bars.funnel, named))


def _built(
    make: Callable[[Frame, Sequence[bars.Named]], Drawing], named: Sequence[bars.Named]
) -> Callable[[Frame], Drawing]:
    return lambda frame: make(frame, named)


def _moves(session: Session, scope: Scope, day: date, currency: str) -> Part:
    """What moved the deals under way since the first of the month."""
    first = figures.month_start(day)
    found = figures.moves(session, scope, first, currency)
    named = (
        (msg("New deals"), found.new, ""),
        (msg("Open again"), found.again, ""),
        (msg("Raised"), found.raised, ""),
        (msg("Cut"), found.cut, "bad"),
        (msg("Won"), found.won, "good"),
        (msg("Lost"), found.lost, "bad"),
    )
    steps = [
        bars.Step(name, sum(moved.values()), figures.picked("opportunity", moved), tone)
        for name, moved, tone in named
        if moved or name.text != "Open again"
    ]
    begins = bars.Named(msg("Opening", "chart"), found.start)
    ends = bars.Named(msg("Today"), found.end, rows=scope.open_deals())
    levels = [found.start, found.end, found.start + sum(found.new.values())]

    def build(frame: Frame) -> Drawing:
        return bars.waterfall(frame, begins, steps, ends, axes.money_unit(levels, frame.language, currency))

    note = msg("since {day}").of(day=day_words(first))
    return Part(msg("What moved the open deals"), note, build, 200)


def _reasons(session: Session, scope: Scope, day: date) -> Part:
    """Why deals were lost in twelve months, the most frequent reason first."""
    rows = scope.ended("lost", figures.month_start(day, 11), figures.month_start(day, -1))
    table = Opportunity.table().c
    grouped = select(table.loss_reason, func.count()).where(table.deleted_at.is_(None), figures.where(rows))
    counts = session.execute(grouped.group_by(table.loss_reason)).all()
    named = [
        bars.Named(
            verbatim(reason) if reason else msg("No reason given"),
            count,
            rows=Rows(rows.kind, every(rows.where, _reason(reason))),
        )
        for reason, count in sorted(counts, key=lambda pair: (-pair[1], pair[0] or ""))[:REASONS]
    ]
    all_lost = sum(count for _, count in counts)
    note = msg("last 12 months, {count} lost").of(count=f"{all_lost:,}")
    return Part(msg("Why deals were lost"), note, _built(bars.ranked, named))


def _reason(reason: str | None) -> Condition:
    return Condition("loss_reason", "is", reason) if reason else Condition("loss_reason", "empty")


def _strip(session: Session, scope: Scope, day: date) -> Part:
    """Contacts by weekday over half a year."""
    first = figures.week_start(day) - timedelta(weeks=WEEKS - 1)
    by_day = figures.contacts_by_day(session, scope, first)
    mondays = [first + timedelta(weeks=week) for week in range(WEEKS)]

    def build(frame: Frame) -> Drawing:
        lines = [(name, [_square(scope, by_day, monday + timedelta(days=number)) for monday in mondays])
                 for number, name in enumerate(WEEKDAYS)]  # fmt: skip
        heads = [
            axes.months_along([(monday.year, monday.month)], frame.language)[0]
            if place == 0 or monday.month != mondays[place - 1].month
            else ""
            for place, monday in enumerate(mondays)
        ]
        return bars.strip(frame, lines, heads)

    note = msg("visits, calls and messages, half a year")
    return Part(msg("Contacts by day"), note, build, 200)


def _square(scope: Scope, by_day: dict[date, int], day: date) -> bars.Square:
    rows = figures.between_days(scope, day, day + timedelta(days=1))
    return bars.Square(verbatim(day.isoformat()), by_day.get(day, 0), rows)


def sheet(store: Store, scope: Scope, language: str) -> bytes:
    """The charts as PDF, in a language."""
    from desktop.documents import chart_paper

    day = store.clock().astimezone().date()
    found = board(store, scope, day)
    figures_told = [f"{tile.name.in_language(language)} {tile.value}" for tile in found.tiles]
    parts = list(found.parts.values())
    note = "  ".join([day.isoformat(), *figures_told[:3]])
    return chart_paper.sheet(msg("Dashboard"), note, parts, language)
