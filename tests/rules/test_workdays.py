"""Holidays that the State Council announced, held against what it says of their lengths."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from desktop.rules import quiet, workdays
from desktop.rules.workdays import HOLIDAYS, MADE_UP, following, holiday, is_estimated, is_worked

YEARS = range(2024, workdays.ANNOUNCED + 1)


def days_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(place) for place in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


@pytest.mark.parametrize(("year", "worked"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_as_many_working_days_as_were_announced(year: int, worked: int) -> None:
    assert sum(map(is_worked, days_of(year))) == worked


@pytest.mark.parametrize("year", [*YEARS, workdays.ANNOUNCED + 1])
def test_each_year_has_seven_feasts_in_their_order_and_none_lies_in_another(year: int) -> None:
    feasts = [each for each in HOLIDAYS if each.first.year == year]
    assert len({each.name.text for each in feasts}) == len(feasts) == 7
    assert all(one.last < other.first for one, other in pairwise(feasts))


def test_what_makes_up_is_a_weekend_and_no_feast() -> None:
    assert all(day.weekday() >= workdays.SATURDAY and holiday(day) is None for day in MADE_UP)


@pytest.mark.parametrize("year", YEARS)
def test_every_day_moved_out_of_a_weekend_is_worked_on_another_one(year: int) -> None:
    """A feast of the law takes 11 days (13 from 2025 on); what lies around it is worked at another time."""
    free = [day for day in days_of(year) if holiday(day) is not None and day.weekday() < workdays.SATURDAY]
    made_up = [day for day in MADE_UP if day.year == year]
    assert len(free) - len(made_up) == (13 if year >= 2025 else 11)


def test_the_next_working_day_leaps_over_a_feast_and_stops_at_a_saturday_that_is_worked() -> None:
    assert following(date(2026, 2, 13)) == date(2026, 2, 14)
    assert following(date(2026, 2, 14)) == date(2026, 2, 24)
    assert following(date(2026, 11, 20)) == date(2026, 11, 23)


def test_reminders_rest_on_holidays_and_come_on_days_that_make_up() -> None:
    at = [datetime(2026, 10, day, 10) for day in (1, 10, 11)]  # noqa: DTZ001  the clock on the wall
    assert [quiet.is_quiet(each, "", "", working_days_only=True) for each in at] == [True, False, True]


def test_a_year_that_is_not_announced_is_estimated() -> None:
    assert is_estimated(date(workdays.ANNOUNCED + 1, 5, 1))
    assert not is_estimated(date(workdays.ANNOUNCED, 5, 1))
