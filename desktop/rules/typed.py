"""Days, times and amounts as people type them: `下周二`, `next tue`, `+3d`, `11.28`, `1.2万`.

Floor: rules. Today is an argument; what cannot be read is None, never a guess.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

BACK: Final = 30
"""A day without a year lies at most this many days back; else the next such day is meant."""
MORNING: Final = time(9)
"""The time of a moment of which only the day was typed."""
SCALES: Final = {"k": 3, "千": 3, "w": 4, "万": 4, "m": 6, "百万": 6, "千万": 7, "亿": 8}
_WIDE: Final = str.maketrans("，．\N{MINUS SIGN}－＋", ",.--+")
_DIGITS: Final = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"两": 2}
_NAMED: Final = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "tod": 0,
    "明天": 1,
    "明日": 1,
    "tomorrow": 1,
    "tom": 1,
    "tmr": 1,
    "后天": 2,
    "大后天": 3,
    "昨天": -1,
    "昨日": -1,
    "yesterday": -1,
    "前天": -2,
}
_WEEKDAYS: Final = {
    **{name: place for place, name in enumerate("一二三四五六日")},
    "天": 6,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "5": 4,
    "6": 5,
}
_ENGLISH_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNT: Final = r"(\d{1,3}|[零一二三四五六七八九十两]{1,3})"
_UNITS: Final = {"d": "day", "w": "week", "m": "month", "y": "year"} | {
    "天": "day",
    "日": "day",
    "周": "week",
    "星期": "week",
    "礼拜": "week",
    "个月": "month",
    "月": "month",
    "年": "year",
}


def day(text: str, today: date) -> date | None:
    """The day that was typed, or None.

    >>> sunday = date(2026, 11, 22)
    >>> [str(day(text, sunday)) for text in ("11.28", "下周二", "明天", "next tue", "+3d", "in 2 weeks")]
    ['2026-11-28', '2026-11-24', '2026-11-23', '2026-11-24', '2026-11-25', '2026-12-06']
    >>> [str(day(text, sunday)) for text in ("20261128", "28 Nov", "月底", "下个月5号", "三天后", "1.5")]
    ['2026-11-28', '2026-11-28', '2026-11-30', '2026-12-05', '2026-11-25', '2027-01-05']
    >>> day("2026-02-30", sunday), day("soon", sunday), day("", sunday)
    (None, None, None)
    """
    typed = " ".join(text.strip().casefold().split()).rstrip("。.")
    if not typed:
        return None
    if typed in _NAMED:
        return _shifted(today, "day", _NAMED[typed])
    for read in _READERS:
        found = read(typed, today)
        if found is not None:
            return found
    return None


def moment(text: str, today: date) -> datetime | None:
    """The day and the time that were typed, without a zone; a time alone is today's, a day alone its morning.

    >>> [str(moment(text, date(2026, 11, 22))) for text in ("明天下午3点半", "next tue 9:30", "14:05", "3pm")]
    ['2026-11-23 15:30:00', '2026-11-24 09:30:00', '2026-11-22 14:05:00', '2026-11-22 15:00:00']
    >>> moment("25:00", date(2026, 11, 22)), str(moment("+1d", date(2026, 11, 22)))
    (None, '2026-11-23 09:00:00')
    """
    typed = text.strip().casefold()
    for pattern, read in _CLOCKS:
        match = pattern.search(typed)
        if match is None:
            continue
        at = read(match)
        rest = (typed[: match.start()] + " " + typed[match.end() :]).strip()
        on = day(rest, today) if rest else today
        if at is not None and on is not None:
            return datetime.combine(on, at)
    on = day(typed, today)
    return datetime.combine(on, MORNING) if on is not None else None


def amount(text: str) -> Decimal | None:
    """The number that was typed, with its scale; None for what is no number.

    >>> [str(amount(text)) for text in ("1.2万", "50k", "¥1,234.50", "3 百万", "−5", "1.5m", "３８０")]
    ['12000', '50000', '1234.50', '3000000', '-5', '1500000', '380']
    >>> [amount(text) for text in ("twelve", "1e5", "", "1,5", "1.234,56")]  # a comma parts thousands
    [None, None, None, None, None]
    """
    typed = text.strip().casefold().translate(_WIDE)
    typed = typed.lstrip("¥￥$€ ").removesuffix("元").removesuffix("块").strip()
    ending = next((end for end in sorted(SCALES, key=len, reverse=True) if typed.endswith(end)), "")
    number = typed.removesuffix(ending).strip()
    if not re.fullmatch(r"[-+]?((\d+|\d{1,3}(,\d{3})+)\.?\d*|\.\d+)", number):
        return None
    try:
        value = Decimal(number.replace(",", "")).scaleb(SCALES.get(ending, 0))
    except InvalidOperation:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and ending else value


def day_within(text: str, today: date) -> tuple[date, str] | None:
    """The first day that stands in a sentence, and the sentence without it.

    >>> day_within("跟进 张总 下周二", date(2026, 11, 22))
    (datetime.date(2026, 11, 24), '跟进 张总')
    >>> day_within("下周二跟进张总", date(2026, 11, 22))
    (datetime.date(2026, 11, 24), '跟进张总')
    >>> day_within("follow up Zhang next tue", date(2026, 11, 22))
    (datetime.date(2026, 11, 24), 'follow up Zhang')
    >>> day_within("call Zhang", date(2026, 11, 22)) is None
    True
    """
    words = text.split()
    for long in range(min(4, len(words)), 0, -1):
        for place in range(len(words) - long + 1):
            said = " ".join(words[place : place + long])
            if re.fullmatch(r"[\d.,]+", said) and not re.fullmatch(r"\d{1,2}\.\d{1,2}", said):
                continue  # a bare number is an amount, not a day of the month
            found = day(said, today)
            if found is not None:
                return found, " ".join(words[:place] + words[place + long :])
    for match in _INSIDE.finditer(text):
        found = day(match.group(), today)
        if found is not None:
            return found, " ".join((text[: match.start()] + " " + text[match.end() :]).split())
    return None


def amount_within(text: str) -> tuple[Decimal, str] | None:
    """The first amount that stands as a word of its own and looks like money, and the text without it.

    >>> amount_within("空压机二期 35万"), amount_within("retrofit ¥1200.50 now"), amount_within("phase 2")
    ((Decimal('350000'), '空压机二期'), (Decimal('1200.50'), 'retrofit now'), None)
    """
    words = text.split()
    for place, word in enumerate(words):
        marked = word[:1] in "¥￥$€" or word[-1:].casefold() in {*"k千w万m亿元块"} or len(word) > 3
        value = amount(word) if marked and re.search(r"\d", word) else None
        if value is not None:
            return value, " ".join(words[:place] + words[place + 1 :])
    return None


def _count(typed: str) -> int:
    """`12`, `三`, `十二`, `二十`."""
    if typed.isdigit():
        return int(typed)
    if "十" in typed:
        tens, _, ones = typed.partition("十")
        return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return _DIGITS.get(typed, 0)


def _shifted(start: date, unit: str, count: int) -> date | None:
    try:
        if unit == "day":
            return start + timedelta(days=count)
        if unit == "week":
            return start + timedelta(weeks=count)
        months = count * (12 if unit == "year" else 1) + start.year * 12 + start.month - 1
        first = date(months // 12, months % 12 + 1, 1)
        return first.replace(day=min(start.day, _last_of(first).day))
    except (ValueError, OverflowError):
        return None


def _last_of(month: date) -> date:
    following = month.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def _made(year: int, month: int, number: int) -> date | None:
    try:
        return date(year + 2000 if year < 100 else year, month, number)
    except ValueError:
        return None


def _near(month: int, number: int, today: date) -> date | None:
    """The day without a year that is meant: soon, or just past; a 29 February where there is one."""
    for year in range(today.year - 1, today.year + 9):
        found = _made(year, month, number)
        if found is not None and found >= today - timedelta(days=BACK):
            return found
    return None


def _written(typed: str, today: date) -> date | None:
    """`2026-11-28`, `2026年11月28日`, `20261128`, `11.28`, `11/28`, `11月28日`."""
    parts = re.fullmatch(r"(\d{4}|\d{2})\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})日?号?", typed)
    solid = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", typed)
    if parts or solid:
        return _made(*(int(part) for part in (parts or solid).groups()))  # type: ignore[union-attr]
    short = re.fullmatch(r"(\d{1,2})\s?[-./月]\s?(\d{1,2})日?号?", typed)
    return _near(int(short[1]), int(short[2]), today) if short else None


def _english_month(typed: str, today: date) -> date | None:
    """`28 nov`, `nov 28`, `28 November 2026`."""
    month = r"(?P<m>" + "|".join(f"{name}[a-z]*" for name in _MONTHS) + r")\.?"
    number = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
    for pattern in (rf"{number} ?{month}", rf"{month} ?{number}"):
        match = re.fullmatch(rf"{pattern}(?:,? (?P<y>\d{{4}}))?", typed)
        if match:
            place = _MONTHS.index(match["m"][:3]) + 1
            year = match["y"]
            return _made(int(year), place, int(match["d"])) if year else _near(place, int(match["d"]), today)
    return None


def _counted(typed: str, today: date) -> date | None:
    """`+3d`, `-1w`, `in 2 weeks`, `3 days ago`, `三天后`, `2周前`, `两个月后`."""
    match = re.fullmatch(r"([+-])\s?(\d{1,3})\s?([dwmy天周月年])?", typed)
    if match:
        count = int(match[2]) * (-1 if match[1] == "-" else 1)
        return _shifted(today, _UNITS[match[3] or "d"], count)
    match = re.fullmatch(r"(in )?(\d{1,3}|an?) (day|week|month|year)s?( ago| from now| later)?", typed)
    if match and (match[1] or match[4]):
        count = int(match[2]) if match[2].isdigit() else 1
        return _shifted(today, match[3], -count if match[4] == " ago" else count)
    match = re.fullmatch(
        _COUNT + r"\s?(天|日|周|星期|礼拜|个星期|个礼拜|个月|年)(以?后|之后|以?前|之前|内)", typed
    )
    if match:
        unit = _UNITS[match[2].removeprefix("个") if match[2] != "个月" else match[2]]
        return _shifted(today, unit, -_count(match[1]) if "前" in match[3] else _count(match[1]))
    return None


def _weekday(typed: str, today: date) -> date | None:
    """`下周二`, `周三`, `上星期一`, `next tue`, `friday`, `last mon`; a bare one is the coming one."""
    match = re.fullmatch(r"(下下|下|上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天1-6])", typed)
    if match:
        return _in_week(match[1] or "", _WEEKDAYS[match[2]], today)
    match = re.fullmatch(r"(next |this |last |on )?([a-z]{3,9})", typed)
    if match:
        places = [n for n, name in enumerate(_ENGLISH_DAYS) if name.startswith(match[2])]
        said = {"next": "下", "this": "这", "last": "上"}.get((match[1] or "").strip(), "")
        return _in_week(said, places[0], today) if places else None
    return None


def _in_week(said: str, weekday: int, today: date) -> date | None:
    if not said:
        return _shifted(today, "day", (weekday - today.weekday()) % 7)
    weeks = {"下下": 2, "下": 1, "上": -1}.get(said, 0)
    return _shifted(today - timedelta(days=today.weekday()), "day", weeks * 7 + weekday)


def _of_month(typed: str, today: date) -> date | None:
    """`月底`, `下月底`, `年底`, `eom`, `end of month`, `next month`, `next week`, `下个月5号`, `5号`."""
    first = today.replace(day=1)
    ahead = {"下": 1, "上": -1}
    match = re.fullmatch(r"(下|上|这|本)?个?月(?:底|末)", typed)
    if match or typed in ("eom", "end of month", "month end"):
        month = _shifted(first, "month", ahead.get(match[1] or "", 0) if match else 0)
        return _last_of(month) if month else None
    if typed in ("年底", "年末", "eoy", "end of year", "year end"):
        return today.replace(month=12, day=31)
    if typed in ("next week", "下周", "下星期"):
        return _in_week("下", 0, today)
    if typed in ("next month", "下月", "下个月"):
        return _shifted(first, "month", 1)
    match = re.fullmatch(r"(下|上|这|本)?个?月(\d{1,2})[号日]|(\d{1,2})[号日]", typed)
    if match is None:
        return None
    number = int(match[2] or match[3])
    late = not match[1] and not match[2] and number < today.day
    month = _shifted(first, "month", ahead.get(match[1] or "", 1 if late else 0))
    return _made(month.year, month.month, number) if month else None


_READERS: Final[tuple[Callable[[str, date], date | None], ...]] = (
    *(_written, _english_month, _counted, _weekday, _of_month),
)
_INSIDE: Final = re.compile(
    r"大后天|[今明后昨前][天日]"
    r"|(?:下下|下|上|这|本)?个?(?:周|星期|礼拜)[一二三四五六日天]"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|(?:下|本|这)?个?月底|年底|(?:下|这|本)个?月\d{1,2}[号日]"
    rf"|{_COUNT}(?:天|周|星期|个星期|个月|年)(?:以?后|之后)"
)


def _clock(hour: int, minute: int, *, late: bool) -> time | None:
    hour += 12 if late and hour < 12 else 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _chinese_clock(match: re.Match[str]) -> time | None:
    half = 30 if match[3] == "半" else 45 if match[3] == "三刻" else 15 if match[3] == "一刻" else 0
    minute = int(match[4]) if match[4] else half
    return _clock(
        _count(match[2]), minute, late=match[1] in ("下午", "晚上", "傍晚", "中午") and match[2] != "12"
    )


def _digital_clock(match: re.Match[str]) -> time | None:
    return _clock(int(match[2]), int(match[3]), late=match[1] in ("下午", "晚上") or match[4] == "pm")


def _english_clock(match: re.Match[str]) -> time | None:
    hour = int(match[1]) % 12 if int(match[1]) <= 12 else 99
    return _clock(hour, 0, late=match[2] == "pm")


_PART: Final = r"(早上|上午|中午|下午|傍晚|晚上)?\s?"
_CLOCKS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], time | None]], ...]] = (
    (re.compile(_PART + _COUNT + r"点(?:(半|一刻|三刻)|(\d{1,2})分?|整)?"), _chinese_clock),
    (re.compile(_PART + r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?\s?(am|pm)?"), _digital_clock),
    (re.compile(r"\b(\d{1,2})\s?(am|pm)\b"), _english_clock),
)
