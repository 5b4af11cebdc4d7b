"""Days, moments and amounts in every way that people type them: said back, they are what was meant."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desktop.rules import typed

ZH, EN = "一二三四五六日", ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
todays = st.dates(date(2020, 1, 1), date(2035, 12, 31))
counts = st.integers(1, 99)
names = st.sampled_from(("张总", "星河精密", "Lin Yiming", "call back"))


@given(todays, st.dates(date(2021, 1, 1), date(2034, 12, 31)))
def test_a_whole_day_is_read_in_every_writing(today: date, meant: date) -> None:
    year, month, number = meant.year, meant.month, meant.day
    for text in (
        meant.isoformat(),
        f"{year}.{month}.{number}",
        f"{year}/{month:02}/{number:02}",
        f"{year}年{month}月{number}日",
        f" {year}-{month}-{number} ",
    ):
        assert typed.day(text, today) == meant, text


@given(todays, st.integers(-typed.BACK + 1, 300))
def test_a_day_without_a_year_is_the_near_one(today: date, away: int) -> None:
    meant = today + timedelta(away)
    if (meant.month, meant.day) == (2, 29):
        return
    for text in (f"{meant.month}.{meant.day}", f"{meant.month}-{meant.day}", f"{meant.month}月{meant.day}日"):
        assert typed.day(text, today) == meant, text


@given(todays, st.integers(0, 6))
def test_a_weekday_lies_in_the_week_that_is_said(today: date, weekday: int) -> None:
    monday = today - timedelta(today.weekday())
    for weeks, ways in (
        (1, (f"下周{ZH[weekday]}", f"下星期{ZH[weekday]}", f"下礼拜{ZH[weekday]}")),
        (0, (f"本周{ZH[weekday]}", f"这周{ZH[weekday]}")),
        (2, (f"下下周{ZH[weekday]}",)),
    ):
        for text in ways:
            assert typed.day(text, today) == monday + timedelta(7 * weeks + weekday), text
    assert typed.day(f"next {EN[weekday]}", today) == monday + timedelta(7 + weekday)


@given(todays, counts)
def test_a_count_of_days_and_weeks_goes_forwards(today: date, count: int) -> None:
    assert typed.day(f"+{count}d", today) == today + timedelta(count)
    assert typed.day(f"{count}天后", today) == today + timedelta(count)
    assert typed.day(f"{count}周后", today) == today + timedelta(7 * count)


@given(st.integers(0, 99_999_999), st.integers(0, 99))
def test_an_amount_is_read_with_and_without_signs_commas_and_cents(whole: int, cents: int) -> None:
    meant = Decimal(whole) + Decimal(cents) / 100
    for text in (
        f"{whole}.{cents:02}",
        f"{whole:,}.{cents:02}",
        f"¥{whole:,}.{cents:02}",
        f"{whole}.{cents:02}元",
    ):
        assert typed.amount(text) == meant, text


@given(st.integers(1, 9999), st.integers(0, 9))
def test_an_amount_in_thousands_and_ten_thousands_is_exact(whole: int, tenth: int) -> None:
    number = Decimal(f"{whole}.{tenth}")
    for unit, scale in (("万", 10_000), ("w", 10_000), ("k", 1000), ("千", 1000), ("亿", 10**8)):
        assert typed.amount(f"{number}{unit}") == number * scale, unit


@given(todays, st.integers(0, 6), names)
def test_a_sentence_gives_its_day_and_what_is_to_be_done(today: date, weekday: int, name: str) -> None:
    for text, rest in (
        (f"跟进 {name} 下周{ZH[weekday]}", f"跟进 {name}"),
        (f"下周{ZH[weekday]} 跟进 {name}", f"跟进 {name}"),
    ):
        found = typed.day_within(text, today)
        assert found == (typed.day(f"下周{ZH[weekday]}", today), rest), text


@given(st.text(max_size=12), todays)
def test_whatever_is_typed_is_read_or_left_and_never_breaks(text: str, today: date) -> None:
    found = (typed.day(text, today), typed.moment(text, today), typed.amount(text))
    assert isinstance(found[0], date | None)
    assert isinstance(found[1], datetime | None)
    assert found[2] is None or found[2].is_finite()
    typed.day_within(text, today)
    typed.amount_within(text)


def test_a_day_and_a_time_make_a_moment() -> None:
    today = date(2026, 11, 24)
    found = typed.moment("明天 14:30", today)
    assert found is not None
    assert (found.date(), found.time()) == (date(2026, 11, 25), time(14, 30))
