"""What changed from one edition of a quote to another, for a customer who knows the first.

Lines are found again by their number, or by their name where they have none: those that stayed as they were,
then the first of a name that is left as the first of it in the other edition, the second as the second. What
moved without changing is no change.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

PRICED: Final = ("item", "option", "alternative")
SAID: Final = ("section", "note")
COMPARED: Final = ("quantity", "unit_price", "adjustments", "tax", "detail", "counts", "net")
"""What of a line is held against the other edition: `counts` is whether it is in the total, `net` changes
with the others or because of tiers."""
WHOLE: Final = ("valid_until", "tax_mode", "currency", "adjustments", "prepaid", "milestones", "terms")
Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line as it was and as it is; `fields` are those of COMPARED that differ."""

    kind: Kind
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    fields: frozenset[str] = frozenset()

    @property
    def line(self) -> Mapping[str, Any]:
        """The line as it is now, or was before it left."""
        return self.new or self.old or {}

    @property
    def difference(self) -> Decimal:
        """How much more the line comes to, in the quote's currency."""
        return amount_of(self.new) - amount_of(self.old)


@dataclass(frozen=True, slots=True)
class Changes:
    """From `before` to `after`, both snapshots; `whole` are those of WHOLE that differ."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    lines: tuple[LineChange, ...]
    whole: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.lines or self.whole)

    @property
    def comparable(self) -> bool:
        """Whether amounts of both are of one currency: else their difference says nothing."""
        return bool(self.before["currency"] == self.after["currency"])

    @property
    def difference(self) -> Decimal:
        """How much more is to be paid, where both are `comparable`."""
        return Decimal(self.after["totals"]["payable"]) - Decimal(self.before["totals"]["payable"])


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """What changed: what was altered and what is new in the order of `after`, then what left."""
    pairs = _pairs(before["lines"], after["lines"])
    found: list[LineChange] = []
    for place, line in enumerate(after["lines"]):
        old = before["lines"][pairs[place]] if place in pairs else None
        if old is None:
            found.append(LineChange("added", None, line))
            continue
        fields = _differing(_compared(old), _compared(line), COMPARED)
        if fields:
            found.append(LineChange("changed", old, line, fields))
    stayed = set(pairs.values())
    gone = (line for place, line in enumerate(before["lines"]) if place not in stayed)
    found += [LineChange("removed", line, None) for line in gone]
    kept = tuple(each for each in found if each.line["kind"] in (*PRICED, *SAID))
    return Changes(before, after, kept, _differing(before, after, WHOLE))


def amount_of(line: Mapping[str, Any] | None) -> Decimal:
    """What a line adds to the sum of lines: nothing where it is not there or not chosen."""
    return Decimal(line["net"]) if line is not None and counts(line) else Decimal(0)


def counts(line: Mapping[str, Any]) -> bool:
    """Whether a line is in the total: an item always is, an option or alternative once it is chosen."""
    return line["kind"] in PRICED and (line["kind"] == "item" or bool(line["chosen"]))


def _pairs(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """The place before of each line that was there before, by its place now."""
    found: dict[int, int] = {}
    by: tuple[Callable[[Mapping[str, Any]], Any], ...] = (_whole, _key)
    for meant in by:
        taken, left = set(found.values()), defaultdict[Any, deque[int]](deque)
        for place, line in enumerate(before):
            if place not in taken:
                left[meant(line)].append(place)
        for place, line in enumerate(after):
            if place not in found and left[meant(line)]:
                found[place] = left[meant(line)].popleft()
    return found


def _whole(line: Mapping[str, Any]) -> str:
    """What makes two lines the same one that stayed as it was."""
    return json.dumps([_key(line), _compared(line)], sort_keys=True, default=str)


def _compared(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(line.get(name)) for name in COMPARED} | {"counts": counts(line)}


def _key(line: Mapping[str, Any]) -> tuple[str, str]:
    """What makes two lines the same one; an item that became an option is, a part of a bundle is none."""
    kind = ("part" if line.get("of") else "") if line["kind"] in PRICED else str(line["kind"])
    name = line["name"]
    return kind, str(line["sku"] or "") or f"{name.get('zh')}\n{name.get('en')}"


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if _plain(old.get(name)) != _plain(new.get(name)))


def _plain(value: Any) -> Any:
    """Discounts say their amounts as well, which follow from the lines: only what was agreed is compared."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items() if name != "amount"}
    return value
