"""Lending one record: what may be lent, what goes with it, and until when; laptop and office ask this."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

READ: Final = "read"
EDIT: Final = "edit"

SHAREABLE: Final = frozenset({"customer", "opportunity", "quote", "contract"})
"""What may be lent; its parts and its attachments go along."""
HANGS: Final = {"customer": ("interaction", "opportunity", "quote", "contract", "order")}
"""What else goes along by its link `customer_id`, where it lives in the same stream: whoever lends a record
shows nobody what belongs to others.
"""


def lends(until: date | None, moment: datetime, zone: str) -> bool:
    """Whether a share still lends at `moment`: to the end of its last day where the firm is.

    >>> night = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)
    >>> lends(date(2026, 5, 1), night, "Asia/Shanghai"), lends(date(2026, 4, 30), night, "Asia/Shanghai")
    (True, False)
    >>> lends(None, night, "nowhere"), lends(date(2026, 5, 1), night, "nowhere")
    (True, True)
    """
    return until is None or moment.astimezone(zone_of(zone)).date() <= until


def zone_of(name: str) -> ZoneInfo:
    """The time zone of the firm; UTC where it names none."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, OSError, ValueError):
        return ZoneInfo("UTC")
