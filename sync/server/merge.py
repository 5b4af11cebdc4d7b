"""How two people's changes to one field become one value. Pure: values in, a `Merged` out.

A change says what its author saw and what it should become (`old` → `new`). It applies as it stands when
nobody changed the field since, when the field still holds what the author saw, or when it already holds
what the author wants. Otherwise the field's merge class decides, and a value that loses is never dropped:
it is in `Merged.loser`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from desktop.rules.threeway import Agreed, Overlap, marked, merge_lines, merged_parts

CRITICAL: Final = "critical"
SOFT: Final = "soft"
SET: Final = "set"
PARTS: Final = "parts"
TEXT: Final = "text"
LEDGER: Final = "ledger"
STAGE: Final = "stage"
APPEND: Final = "append"
DECISION: Final = "decision"
DERIVED: Final = "derived"
SERVER: Final = "server"

OPEN, LET_REST = "open", "theirs"
"""The states of an entry that is to be decided, and of one that was let rest."""

MOST_LINES: Final = 2000
"""Longer texts are not compared line by line: the time to do so grows with the square of their length."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a field holds after a change, and what became of the value that did not win.

    `loser` is meant only where `lost` is true; `conflict` asks for a person (the inbox), otherwise the
    history keeps the loser.
    """

    value: Any
    lost: bool = False
    loser: Any = None
    conflict: bool = False


def merge_field(merge: str, current: Any, old: Any, new: Any, *, fresh: bool) -> Merged:
    """The field's value after a change `old` → `new` by an author who is `fresh` if nobody changed it since.

    `merge` is the field's merge class. Raises KeyError for a class that does not exist.
    """
    rule = _RULES[merge]
    if fresh or current in (old, new):
        return Merged(new)
    return rule(current, old, new)


def merge_stage(current: str | None, to: str, may: Callable[[str | None, str], bool]) -> Merged:
    """The stage after a wish to go to `to`: taken if `may(current, to)`, else it waits for a person."""
    if current == to or may(current, to):
        return Merged(to)
    return Merged(current, lost=True, loser=to, conflict=True)


def merge_created(merge: str, current: Any, new: Any) -> Merged:
    """The field's value when a record that exists already is created once more (a restored laptop does that).

    What the office holds is kept; a set takes both.
    """
    if new is None or current == new:
        return Merged(current)
    if merge == SET:
        return _merge_set(current, None, new)
    if merge == DERIVED:
        return Merged(current)
    return Merged(current, lost=True, loser=new, conflict=True)


def merge_text(current: str | None, old: str | None, new: str | None) -> Merged:
    """Line by line; where both changed the same lines, both stay, marked, and a person is asked."""
    base, mine, theirs = _lines(old), _lines(new), _lines(current)
    merged: list[str] = []
    overlap = False
    long = max(len(base), len(mine), len(theirs)) > MOST_LINES
    for piece in [Overlap((), tuple(theirs), tuple(mine))] if long else merge_lines(base, theirs, mine):
        if isinstance(piece, Agreed):
            merged += piece.lines
            continue
        overlap = True
        merged += marked(piece)
    text = "\n".join(merged)
    return Merged(text, lost=True, loser=new, conflict=True) if overlap else Merged(text)


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _merge_set(current: Any, old: Any, new: Any) -> Merged:
    """By element: what the author took out goes, what anybody put in stays, in the order it came."""
    had, wants = old or [], new or []
    kept = [element for element in current or [] if element in wants or element not in had]
    return Merged(kept + [element for element in wants if element not in had and element not in kept])


def _merge_soft(current: Any, old: Any, new: Any) -> Merged:
    return Merged(new, lost=True, loser=current)


def _merge_parts(current: Any, old: Any, new: Any) -> Merged:
    """Part by part; where both changed one, the new one counts and the history keeps the other."""
    merged = merged_parts(current, old, new)
    lost = merged_parts(merged, old, current) != merged
    return Merged(merged, lost=lost, loser=current if lost else None)


def _keep_and_ask(current: Any, old: Any, new: Any) -> Merged:
    return Merged(current, lost=True, loser=new, conflict=True)


def _keep(current: Any, old: Any, new: Any) -> Merged:
    """A derived value is computed, never sent: what came is not a loss."""
    return Merged(current)


def _decide(current: Any, old: Any, new: Any) -> Merged:
    """How an entry of an inbox was decided: one decision wins, and nobody is asked about that again.

    The first one, except over one that left things as they were: what was written counts.
    """
    if new != OPEN and current in (OPEN, LET_REST):
        return Merged(new)
    return Merged(current)


_RULES: Final[Mapping[str, Callable[[Any, Any, Any], Merged]]] = {
    CRITICAL: _keep_and_ask,
    SOFT: _merge_soft,
    SET: _merge_set,
    PARTS: _merge_parts,
    TEXT: merge_text,
    LEDGER: _keep_and_ask,
    STAGE: _keep_and_ask,
    DECISION: _decide,
    APPEND: _keep_and_ask,
    DERIVED: _keep,
    SERVER: _keep_and_ask,
}
