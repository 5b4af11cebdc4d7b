"""Dated exchange rates out of a table, such as a bank's sheet: looked at row by row, kept under one undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.kinds import Day, Number
from desktop.models.record import new_id
from desktop.models.records import ExchangeRate, Organisation
from desktop.models.store import Actor, Store, Work
from desktop.rules.money import ZERO, check_currency
from desktop.services import commands, price_columns, undo
from desktop.services.commands import command, every
from desktop.services.imports import STOPPED
from desktop.services.price_columns import Line
from desktop.services.price_lists import Done
from desktop.services.records import check
from desktop.words import Message, msg

Kind = Literal["new", "changed", "same", "fault"]
NO_RATE: Final = msg("This row has no rate.")
SLICE: Final = 500


@dataclass(slots=True)
class RateRow:
    """What becomes of one row. `old` is the newest rate of these currencies up to that day."""

    number: int
    base: str = ""
    quote: str = ""
    day: date | None = None
    kind: Kind = "new"
    old: Decimal | None = None
    new: Decimal | None = None
    source: str = ""
    why: Message | None = None
    rate: UUID | None = None

    @property
    def percent(self) -> Decimal | None:
        """By how many percent it changes."""
        if not self.old or self.new is None:
            return None
        return ((self.new / self.old - 1) * 100).quantize(Decimal("0.01"))


def plan(store: Store, data: bytes, *, on: date, quote: str = "CNY", source: str = "") -> list[RateRow]:
    """What these rows would do; `on` and `quote` are those of rows that name none. Raises Refused."""
    lines = price_columns.lines_of(
        data, price_columns.RATES, {"base_currency": _is_currency, "rate": _is_rate}
    )
    with store.reading() as session:
        rates = list(session.scalars(select(ExchangeRate).where(ExchangeRate.deleted_at.is_(None))))
    known: dict[tuple[str, str], list[ExchangeRate]] = {}
    for one in rates:
        known.setdefault((one.base_currency, one.quote_currency), []).append(one)
    rows, seen = [], dict[tuple[str, str, date | None], RateRow]()
    for line in lines:
        row = RateRow(line.number, source=line.cells.get("source", "") or source)
        rows.append(row)
        try:
            _read(row, line, on, quote)
        except Refused as refused:
            row.kind, row.why = "fault", refused.message
            continue
        _compare(row, known.get((row.base, row.quote), []))
        before = seen.setdefault((row.base, row.quote, row.day), row)
        if before is not row:
            row.kind = "same" if before.new == row.new else "fault"
            row.why = msg("Row {row} gives another rate for the same day.").of(row=before.number)
    return rows


def usual(store: Store) -> tuple[str, date]:
    """The firm's currency, and which day it is there."""
    with store.reading() as session:
        firm = session.scalars(select(Organisation).where(Organisation.deleted_at.is_(None)).limit(1)).first()
    zone = ZoneInfo((firm and firm.time_zone) or "Asia/Shanghai")
    return (firm and firm.currency) or "CNY", store.clock().astimezone(zone).date()


def _pair(text: str) -> tuple[str, str]:
    """`EUR`, `EUR/CNY` or `EURCNY`."""
    letters = "".join(each for each in text.upper() if each.isascii() and each.isalpha())
    return letters[:3], letters[3:6]


def _is_currency(text: str) -> bool:
    base, quote = _pair(text)
    return len(base) == 3 and len(quote) in (0, 3) and len(text) <= 8


def _is_rate(text: str) -> bool:
    try:
        value = Number(8).parse(text)
    except Refused:
        return False
    return value is not None and value > 0


def _read(row: RateRow, line: Line, on: date, quote: str) -> None:
    row.base, named = _pair(line.cells.get("base_currency", ""))
    row.quote = line.cells.get("quote_currency", "").strip().upper() or named or quote
    for each in (row.base, row.quote):
        check_currency(each)
    row.new = Number(8).parse(line.cells.get("rate", ""))
    if row.new is None or row.new <= ZERO:
        raise Refused(NO_RATE)
    row.day = Day().parse(line.cells.get("rated_on", "")) or on


def _compare(row: RateRow, rates: Sequence[ExchangeRate]) -> None:
    same = next((one for one in rates if one.rated_on == row.day), None)
    before = [one for one in rates if row.day and one.rated_on and one.rated_on <= row.day]
    now = same or max(before, key=lambda one: one.rated_on or date.min, default=None)
    row.old = now.rate if now is not None else None
    if same is not None:
        row.rate = same.id
    row.kind = "same" if same is not None and same.rate == row.new else "changed" if now else "new"


@command(
    "exchange_rate.import",
    label=msg("Import exchange rates"),
    on=ExchangeRate,
    creates=True,
    writes=every(ExchangeRate),
)
def import_rates(work: Work, *, rows: Sequence[RateRow]) -> list[int]:
    """Keep rows; returns those that somebody changed meanwhile."""
    left = []
    for row in rows:
        rate = work.session.get(ExchangeRate, row.rate) if row.rate is not None else None
        if rate is None:
            rate = work.add(ExchangeRate(base_currency=row.base, quote_currency=row.quote, rated_on=row.day))
        elif rate.rate != row.old or rate.deleted_at is not None:
            left.append(row.number)
            continue
        rate.rate, rate.source = row.new, row.source or rate.source
        check(rate)
    return left


def carry_out(
    store: Store,
    actor: Actor,
    rows: Sequence[RateRow],
    progress: Callable[[int, int], bool] | None = None,
) -> Done:
    """Keep what is new or changes, in slices under one undo."""
    wanted, batch = [row for row in rows if row.kind in ("new", "changed")], new_id()
    left: list[int] = []
    with undo.wholly(store, actor, batch):
        for start in range(0, len(wanted), SLICE):
            part = wanted[start : start + SLICE]
            run = commands.run(store, actor, "exchange_rate.import", batch=batch, aside=True, rows=part)
            left += run.value
            if progress is not None and not progress(start + len(part), len(wanted)):
                raise Refused(STOPPED)
    return Done(batch, len(wanted) - len(left), tuple(left))
