"""Where a record lives: the one stream that carries it; who may read a stream follows from its name."""

from typing import Final

ORG: Final = "org"
"""The stream that everybody in the organisation reads."""
LENT: Final = "share:"
"""What the names of streams begin with in which nothing lives: each lends one record to some people."""
INBOX: Final = "inbox:"
"""What the names of streams begin with that one person alone reads, whatever the role of others."""


def home(shared: bool, owner: str | None, team: str | None, *, private: bool = False) -> str:
    """The home stream of a record; `owner` and `team` are ids in hexadecimal.

    >>> home(False, "ab", "cd"), home(False, None, "cd"), home(False, None, None), home(True, "ab", "cd")
    ('user:ab', 'team:cd', 'org', 'org')
    >>> home(False, "ab", "cd", private=True)
    'inbox:ab'
    """
    if private:
        return inbox(owner or "")
    if shared:
        return ORG
    if owner:
        return f"user:{owner}"
    return f"team:{team}" if team else ORG


def inbox(person: str) -> str:
    """The stream of what is there to be decided by this person."""
    return INBOX + person


def is_inbox(stream: str) -> bool:
    """Whether `stream` is one person's alone."""
    return stream.startswith(INBOX)


def lent(record: str) -> str:
    """The stream that lends the record with this id, its parts and what hangs on it."""
    return LENT + record


def is_lent(stream: str) -> bool:
    """Whether records are lent in `stream`, and live elsewhere."""
    return stream.startswith(LENT)
