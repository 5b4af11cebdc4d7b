"""Which versions of the protocol speak with each other; the record schema is numbered separately."""

from collections.abc import Iterable
from typing import Final

from desktop.rules import schema

PROTOCOL: Final = 1
"""The version this build speaks best."""

SPOKEN: Final = (1,)
"""Every version this build still understands, oldest first (N down to N-2)."""

SCHEMA: Final = schema.SCHEMA
"""The record schema: additive inside a major; unknown fields are kept and echoed."""

RECEIVING: Final = 1
"""The oldest record schema whose laptops may receive; an older one still uploads all it has."""


def agree(offered: Iterable[int], spoken: Iterable[int] = SPOKEN) -> int | None:
    """The highest version both sides speak, or None."""
    return max(set(offered) & set(spoken), default=None)
