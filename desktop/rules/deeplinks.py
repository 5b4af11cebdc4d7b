"""`satchel://kind/id`: a record as a link that a mail or a note can carry.

Floor: rules. A link names a record and holds nothing of it.
"""

import re
from typing import Final
from uuid import UUID

SCHEME: Final = "satchel"
_LINK: Final = re.compile(rf"{SCHEME}://([a-z_]{{1,40}})/([0-9a-fA-F-]{{32,36}})/?")


def link(kind: str, record_id: UUID) -> str:
    """The link to a record.

    >>> link("customer", UUID(int=7))
    'satchel://customer/00000000000000000000000000000007'
    """
    return f"{SCHEME}://{kind}/{record_id.hex}"


def read(text: str) -> tuple[str, UUID] | None:
    """The record that a link names, or None where it is no such link.

    >>> read(" satchel://customer/00000000000000000000000000000007/ ")
    ('customer', UUID('00000000-0000-0000-0000-000000000007'))
    >>> read("satchel://customer/7"), read("https://customer/x"), read("satchel://customer/" + "0-" * 18)
    (None, None, None)
    """
    match = _LINK.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return match[1], UUID(match[2])
    except ValueError:
        return None


def is_link(word: str) -> bool:
    """Whether a word means to be such a link, right or wrong.

    >>> is_link("satchel://x"), is_link("satchel")
    (True, False)
    """
    return word.startswith(f"{SCHEME}://")
