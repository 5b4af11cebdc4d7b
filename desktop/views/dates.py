"""Days and moments as people say them: today, yesterday, 3 days ago; the exact one goes into the tooltip."""

from datetime import date, datetime
from typing import Final

from desktop.words import Message, msg, verbatim

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def short_day(day: date, language: str, today: date) -> str:
    """`11-27` or `27 Nov`; another year is said too."""
    if language == "zh":
        return f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m-%d}"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def past(day: date, language: str, today: date) -> Message:
    """How long ago, up to a month; then the day."""
    ago = (today - day).days
    if ago == 0:
        return msg("Today")
    if ago == 1:
        return msg("Yesterday")
    if 1 < ago < 7:
        return msg("{count} days ago").of(count=ago)
    if 7 <= ago < 14:
        return msg("1 week ago")
    if 14 <= ago < 31:
        return msg("{count} weeks ago").of(count=ago // 7)
    return verbatim(short_day(day, language, today))


def due(day: date, language: str, today: date) -> tuple[Message, str]:
    """A day that something is due, and the ink it is said in: late `bad`, tomorrow `warn`."""
    ahead = (day - today).days
    if ahead < -1:
        return msg("{count} days late").of(count=-ahead), "bad"
    if ahead == -1:
        return msg("1 day late"), "bad"
    if ahead == 0:
        return msg("Today"), "accent_ink"
    if ahead == 1:
        return msg("Tomorrow"), "warn"
    return verbatim(short_day(day, language, today)), "ink_2"


def validity(day: date, language: str, today: date) -> tuple[Message, str]:
    """The last day on which something holds: what is past has expired, it is not late."""
    gone = (today - day).days
    if gone < 1:
        return due(day, language, today)
    return (msg("Expired 1 day") if gone == 1 else msg("Expired {count} days").of(count=gone)), "bad"


def moment(at: datetime, language: str, today: date) -> Message:
    """`Today 11:20`, `Yesterday 17:48`, or the day."""
    local = at.astimezone()
    ago = (today - local.date()).days
    if ago == 0:
        return msg("Today {time}").of(time=f"{local:%H:%M}")
    if ago == 1:
        return msg("Yesterday {time}").of(time=f"{local:%H:%M}")
    return verbatim(short_day(local.date(), language, today))


def exact(at: datetime | date) -> str:
    """The whole day or moment."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if isinstance(at, datetime) else at.isoformat()


def said(day: date, language: str, today: date) -> str:
    """A day with its weekday, as it is said back to whoever typed it: `Tue 1 Dec`, `12 月 1 日 周二`."""
    if language == "zh":
        year = "" if day.year == today.year else f"{day.year} 年 "
        return f"{year}{day.month} 月 {day.day} 日 周{'一二三四五六日'[day.weekday()]}"
    return f"{_DAYS[day.weekday()]} {short_day(day, language, today)}"


_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
