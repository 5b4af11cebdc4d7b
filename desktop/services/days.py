"""A day as a part of a sentence as each language writes it: `11-27`, `27 Nov`; another year is said, too."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from desktop.words import Message

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Day(Message):
    day: date | None = None
    year: bool = False

    def in_language(self, language: str) -> str:
        if self.day is None:
            return ""
        if language == "zh":
            return f"{self.day:%Y-%m-%d}" if self.year else f"{self.day:%m-%d}"
        year = f" {self.day.year}" if self.year else ""
        return f"{self.day.day} {MONTHS[self.day.month - 1]}{year}"


def day_words(day: date | None, today: date | None = None) -> Message:
    """The day, to be put into a sentence; nothing for no day. Beside `today` another year is said.

    >>> [day_words(date(2026, 11, 4)).in_language(each) for each in ("zh", "en")]
    ['11-04', '4 Nov']
    >>> day_words(date(2027, 1, 31), date(2026, 11, 4)).in_language("en")
    '31 Jan 2027'
    """
    far = day is not None and today is not None and day.year != today.year
    return _Day("", day=day, year=far)
