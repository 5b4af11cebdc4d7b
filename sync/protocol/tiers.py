"""In which order a first copy comes: who and what there is, then what is worked with, then what has been."""

from typing import Final

DIRECTORY: Final = (
    "organisation",
    "team",
    "user",
    "setting",
    "tag",
    "tax_rate",
    "exchange_rate",
    "product",
    "bundle_part",
    "price_book",
    "price_entry",
    "promotion",
    "coupon",
    "template",
    "template_version",
)
"""Without these nothing else can be shown or priced."""
HISTORY: Final = ("interaction", "attachment", "signature", "device")
"""What was done and kept: newest first, after everything that is worked with."""
FIRST: Final = (
    "opportunity",
    "quote",
    "quote_revision",
    "quote_line",
    "adjustment",
    "task",
    "customer",
    "contact",
)
"""What a day begins with; other types follow it."""


def place(record_type: str) -> tuple[int, int, str]:
    """Where a type stands in a first copy."""
    for tier, names in enumerate((DIRECTORY, FIRST)):
        if record_type in names:
            return tier, names.index(record_type), record_type
    if record_type in HISTORY:
        return 3, HISTORY.index(record_type), record_type
    return 2, 0, record_type


def is_history(record_type: str) -> bool:
    """Whether a person can begin to work before these are here."""
    return record_type in HISTORY
