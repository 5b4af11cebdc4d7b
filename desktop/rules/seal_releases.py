"""Who may print with a seal of the firm: whether a release covers a paper, or why not.

The laptop asks before it prints, without a network; the office asks the same when it hears of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from desktop.rules.canonical import canonical
from desktop.words import Message, msg

SIGNED_AS: Final = "SATCHEL-SEAL-RELEASE-1"
CONTRACT: Final = "contract"
FORGIVEN: Final = 5 * 60 * 1000
"""Milliseconds by which a laptop's clock may stand behind what it knows to have happened."""
SIZE_MM: Final = 42.0
"""How wide and high a seal is printed."""
CLEAR_MM: Final = 2.0
"""What stays free between a slice of a seal and the text of its page."""

UNSIGNED: Final = msg("The office has not signed the release of “{name}” yet; sync first.")
CHANGED: Final = msg("The release of “{name}” is not as the office signed it; it does not count.")
OTHER_PERSON: Final = msg("“{name}” was released to somebody else.")
OTHER_KIND: Final = msg("“{name}” was released for another kind of paper.")
NOT_YET: Final = msg("“{name}” is released from {day} on.")
EXPIRED: Final = msg("The release of “{name}” ended on {day}.")
WOUND_BACK: Final = msg("The clock of this laptop was set back; “{name}” is not printed until it is right.")
USED_UP: Final = msg("The release of “{name}” is used up: it was printed {most} times.")


@dataclass(frozen=True, slots=True)
class Release:
    """Who may print which seal on what, from when until when, and how often in all."""

    name: str
    person: str
    subject: str
    first: date
    last: date
    most: int
    granted_at: int


@dataclass(frozen=True, slots=True)
class Case:
    """Who prints on what, and when; `newest` is the latest moment known to have been before."""

    person: str
    subject: str
    on: date
    at: int
    newest: int = 0


def signed_text(fields: Mapping[str, Any], granted_at: int) -> bytes:
    """What the office signs: every field of a release in wire form, and when."""
    return canonical([SIGNED_AS, granted_at, dict(fields)])


def refusal(given: Release, case: Case, used: int) -> Message | None:
    """Why a release does not cover this paper; None where it does."""
    if given.person != case.person:
        return OTHER_PERSON.of(name=given.name)
    if given.subject != case.subject:
        return OTHER_KIND.of(name=given.name)
    if case.at + FORGIVEN < max(case.newest, given.granted_at):
        return WOUND_BACK.of(name=given.name)
    if case.on < given.first:
        return NOT_YET.of(name=given.name, day=given.first.isoformat())
    if case.on > given.last:
        return EXPIRED.of(name=given.name, day=given.last.isoformat())
    return USED_UP.of(name=given.name, most=given.most) if used >= given.most else None


def slice_mm(pages: int) -> float:
    """How wide the slice of a seal is that each of so many pages bears; none on a single page.

    >>> slice_mm(1), slice_mm(2), slice_mm(4)
    (0.0, 21.0, 10.5)
    """
    return SIZE_MM / pages if pages > 1 else 0.0


def shift_mm(pages: int, margin: float) -> float:
    """By how much the text moves to the left, so that it stands clear of the slices at the right edge.

    >>> shift_mm(2, 18.0), shift_mm(3, 18.0)
    (5.0, 0.0)
    """
    return max(slice_mm(pages) + CLEAR_MM - margin, 0.0) if pages > 1 else 0.0
