"""Where a record lives: the one stream that carries it; who may read a stream follows from its name."""

from typing import Final

ORG: Final = "org"
"""The stream that everybody in the organisation reads."""


def home(shared: bool, owner: str | None, team: str | None) -> str:
    """The home stream of a record; `owner` and `team` are ids in hexadecimal.

    >>> home(False, "ab", "cd"), home(False, None, "cd"), home(False, None, None), home(True, "ab", "cd")
    ('user:ab', 'team:cd', 'org', 'org')
    """
    if shared:
        return ORG
    if owner:
        return f"user:{owner}"
    return f"team:{team}" if team else ORG
