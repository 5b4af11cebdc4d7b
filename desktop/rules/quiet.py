"""When nobody is to be disturbed: quiet hours, which may span midnight, and days that are not worked.

Floor: rules. Which days are worked is known by `workdays.py`.
"""

from datetime import datetime, time, timedelta

from desktop.rules import workdays


def is_quiet(at: datetime, start: str, end: str, *, working_days_only: bool) -> bool:
    """Whether `at`, in local time, is to be quiet; equal or unreadable times mean no quiet hours.

    >>> late, early = datetime(2026, 11, 24, 22, 0), datetime(2026, 11, 24, 8, 45)
    >>> is_quiet(late, "18:30", "08:30", working_days_only=False)
    True
    >>> is_quiet(early, "18:30", "08:30", working_days_only=False)
    False
    >>> is_quiet(datetime(2026, 11, 22, 12, 0), "18:30", "08:30", working_days_only=True)
    True
    >>> is_quiet(late, "", "x", working_days_only=False)
    False
    """
    if working_days_only and not workdays.is_worked(at.date()):
        return True
    first, last = _time(start), _time(end)
    if first is None or last is None or first == last:
        return False
    now = at.time()
    return first <= now < last if first < last else now >= first or now < last


def ends(at: datetime, start: str, end: str, *, working_days_only: bool) -> datetime:
    """The first full minute from `at` on that is not quiet; a week later where there is none.

    >>> str(ends(datetime(2026, 11, 21, 12, 0), "18:30", "08:30", working_days_only=True))
    '2026-11-23 08:30:00'
    """
    moment = at
    for _ in range(7 * 24 * 60):
        if not is_quiet(moment, start, end, working_days_only=working_days_only):
            return moment
        moment = (moment + timedelta(minutes=1)).replace(second=0, microsecond=0)
    return moment


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
