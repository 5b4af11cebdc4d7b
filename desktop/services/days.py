"""A day of this year as a part of a sentence, as each language writes it: `11-27` or `27 Nov`."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from desktop.words import Message

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class _Day(Message):
    day: date | None = None

    def in_language(self, language: str) -> str:
        if self.day is None:
            return ""
        return f"{self.day:%m-%d}" if language == "zh" else f"{self.day.day} {MONTHS[self.day.month - 1]}"


def day_words(day: date | None) -> Message:
    """The day, to be put into a sentence; nothing for no day.

    >>> [day_words(date(2026, 11, 4)).in_language(each) for each in ("zh", "en")]
    ['11-04', '4 Nov']
    """
    return _Day("", day=day)
