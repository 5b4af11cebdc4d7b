"""Which versions of the protocol speak with each other; the record schema is numbered separately."""

from collections.abc import Iterable
from typing import Final

PROTOCOL: Final = 1
"""The version this build speaks best."""

SPOKEN: Final = (1,)
"""Every version this build still understands, oldest first (N down to N-2)."""

SCHEMA: Final = 1
"""The record schema: additive inside a major; unknown fields are kept and echoed."""


def agree(offered: Iterable[int], spoken: Iterable[int] = SPOKEN) -> int | None:
    """The highest version both sides speak, or None."""
    return max(set(offered) & set(spoken), default=None)
