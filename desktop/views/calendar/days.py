"""Where things lie in a calendar: the days of a period, and lanes for what happens at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from PySide6.QtCore import QRect

from desktop.views.cells import Row
from desktop.words import Message, msg, verbatim

SPANS: Final = ("day", "week", "month")
SPAN_WORDS: Final = {
    "day": msg("Day", "calendar"),
    "week": msg("Week", "calendar"),
    "month": msg("Month", "calendar"),
}
WEEKDAYS: Final = (
    msg("Mon", "calendar"),
    msg("Tue", "calendar"),
    msg("Wed", "calendar"),
    msg("Thu", "calendar"),
    msg("Fri", "calendar"),
    msg("Sat", "calendar"),
    msg("Sun", "calendar"),
)
SHORTEST: Final = 30
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class Item:
    """A record on its day; `minute` of the day where it has a time."""

    row: Row
    day: date
    minute: int | None = None
    length: int = SHORTEST
    rect: QRect = field(default_factory=QRect)


def item_of(row: Row, name: str) -> Item | None:
    """A record in the calendar, if it has a day."""
    value = row.value(name)
    if value is None:
        return None
    if isinstance(value, datetime):
        local = value.astimezone()
        length = getattr(row.record, "minutes", None) or SHORTEST
        return Item(row, local.date(), local.hour * 60 + local.minute, max(int(length), SHORTEST))
    return Item(row, value)


def days_of(span: str, day: date) -> list[date]:
    """The days of the period around a day; a month is shown in whole weeks."""
    if span == "day":
        return [day]
    first, count = day, 7
    if span == "month":
        first = day.replace(day=1)
        following = (first + timedelta(32)).replace(day=1)
        first -= timedelta(first.weekday())
        count = -(-(following - first).days // 7) * 7
    else:
        first -= timedelta(day.weekday())
    return [first + timedelta(n) for n in range(count)]


def stepped(span: str, day: date, step: int) -> date:
    """The same day of the period before or after."""
    if span != "month":
        return day + timedelta(step * (1 if span == "day" else 7))
    month = day.year * 12 + day.month - 1 + step
    return date(month // 12, month % 12 + 1, 1)


def period_words(span: str, day: date, language: str) -> Message:
    """What a period is called: `10 月 5 日至 11 日`, `5 to 11 Oct 2026`."""
    days = days_of(span, day)
    first, last = days[0], days[-1]
    if span == "month":
        words = (
            f"{day.year} 年 {day.month} 月" if language == "zh" else f"{_MONTHS[day.month - 1]} {day.year}"
        )
        return verbatim(words)
    if span == "day":
        return verbatim(_zh(first) if language == "zh" else f"{_en(first)} {first.year}")
    if language == "zh":
        end = f"{last.day} 日" if last.month == first.month else _zh(last)
        return verbatim(f"{_zh(first)}至 {end}")
    start = str(first.day) if last.month == first.month else _en(first)
    return verbatim(f"{start} to {_en(last)} {last.year}")


def _zh(day: date) -> str:
    return f"{day.month} 月 {day.day} 日"


def _en(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def lanes(items: Sequence[Item]) -> list[tuple[Item, int, int]]:
    """For the items of one day: each with its lane and how many lanes lie beside each other there."""
    ordered = sorted(items, key=lambda item: (item.minute or 0, -item.length))
    found: list[tuple[Item, int, int]] = []
    cluster: list[tuple[Item, int]] = []
    ends: list[int] = []

    def close() -> None:
        found.extend((item, lane, len(ends)) for item, lane in cluster)
        cluster.clear()
        ends.clear()

    for item in ordered:
        start = item.minute or 0
        if ends and start >= max(ends):
            close()
        lane = next((n for n, end in enumerate(ends) if end <= start), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = start + item.length
        cluster.append((item, lane))
    close()
    return found
