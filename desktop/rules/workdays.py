"""Which days are worked: weekends, China's public holidays, and the weekend days that make up for them.

Floor: rules. The holidays are those that the State Council announced each November for the year after. Of a
year that is not announced yet the days of the feasts themselves are known, not how weekends are moved: they
are estimated.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple

from desktop.words import Message, msg

SATURDAY: Final = 5
NEW_YEAR, SPRING, TOMBS = msg("New Year"), msg("Spring Festival"), msg("Tomb-Sweeping Day")
LABOUR, DRAGONS, MOON = msg("Labour Day"), msg("Dragon Boat Festival"), msg("Mid-Autumn Festival")
NATION: Final = msg("National Day")


class Holiday(NamedTuple):
    """A feast from its first day to its last."""

    name: Message
    first: date
    last: date


def _of(year: int, *feasts: tuple[Message, str]) -> tuple[Holiday, ...]:
    """Feasts as `0128-0204`."""
    return tuple(Holiday(name, _day(year, days[:4]), _day(year, days[-4:])) for name, days in feasts)


def _day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


HOLIDAYS: Final = (
    *_of(2024, (NEW_YEAR, "0101"), (SPRING, "0210-0217"), (TOMBS, "0404-0406"), (LABOUR, "0501-0505")),
    *_of(2024, (DRAGONS, "0608-0610"), (MOON, "0915-0917"), (NATION, "1001-1007")),
    *_of(2025, (NEW_YEAR, "0101"), (SPRING, "0128-0204"), (TOMBS, "0404-0406"), (LABOUR, "0501-0505")),
    *_of(2025, (DRAGONS, "0531-0602"), (NATION, "1001-1005"), (MOON, "1006-1008")),
    *_of(2026, (NEW_YEAR, "0101-0103"), (SPRING, "0215-0223"), (TOMBS, "0404-0406"), (LABOUR, "0501-0505")),
    *_of(2026, (DRAGONS, "0619-0621"), (MOON, "0925-0927"), (NATION, "1001-1007")),
    *_of(2027, (NEW_YEAR, "0101"), (SPRING, "0205-0208"), (TOMBS, "0405"), (LABOUR, "0501-0502")),
    *_of(2027, (DRAGONS, "0609"), (MOON, "0915"), (NATION, "1001-1003")),
)
MADE_UP: Final = frozenset(
    _day(year, text)
    for year, days in (
        (2024, "0204 0218 0407 0428 0511 0914 0929 1012"),
        (2025, "0126 0208 0427 0928 1011"),
        (2026, "0104 0214 0228 0509 0920 1010"),
    )
    for text in days.split()
)
"""Saturdays and Sundays that are worked."""
ANNOUNCED: Final = 2026
"""The last year whose holidays are announced."""
_BY_DAY: Final = {
    feast.first + timedelta(place): feast
    for feast in HOLIDAYS
    for place in range((feast.last - feast.first).days + 1)
}


def holiday(day: date) -> Message | None:
    """The feast of this day.

    >>> found = holiday(date(2026, 2, 18))
    >>> found.in_language("en") if found else ""
    'Spring Festival'
    """
    found = _BY_DAY.get(day)
    return found.name if found is not None else None


def is_worked(day: date) -> bool:
    """Whether people are at work on this day.

    >>> [is_worked(date(2026, 10, each)) for each in (1, 8, 9, 10, 11)]
    [False, True, True, True, False]
    """
    if day in MADE_UP:
        return True
    return day.weekday() < SATURDAY and day not in _BY_DAY


def is_estimated(day: date) -> bool:
    """Whether the holidays of this day's year are not announced yet."""
    return day.year > ANNOUNCED


def following(day: date) -> date:
    """The next day that is worked.

    >>> str(following(date(2026, 9, 30)))
    '2026-10-08'
    """
    found = day + timedelta(1)
    while not is_worked(found):
        found += timedelta(1)
    return found
