"""Bundles: what is in one, how many of each part, and whether what was chosen is what the bundle allows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from desktop.errors import Refused
from desktop.rules.money import ZERO, decimal
from desktop.rules.promotions import HUNDRED, Promotion
from desktop.words import Message, msg

STEP: Final = "bundle"
"""What the trace of a line says that is part of a bundle: how many each, and how it is priced."""
_STEPS: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Part:
    """A product that a bundle contains or offers. `choose` of a `group` is how many of it are chosen."""

    product: UUID
    name: str
    inclusion: str = "required"
    group: str = ""
    choose: int | None = None

    @property
    def there(self) -> bool:
        """Whether it comes with the bundle without being asked for."""
        return self.inclusion in ("required", "default")


class Placed(Protocol):
    """A line with its identity, and the line of the bundle that it is part of."""

    @property
    def id(self) -> UUID:
        """Its own."""

    @property
    def bundle_id(self) -> UUID | None:
        """Its bundle's, if it is part of one."""


L = TypeVar("L", bound=Placed)


def quantity(of: Decimal, each: Decimal) -> Decimal:
    """How many of a part so many bundles need, to the four decimals that a quantity has.

    >>> quantity(Decimal(3), Decimal("0.5"))
    Decimal('1.5000')
    """
    return (of * each).quantize(_STEPS, ROUND_HALF_UP)


def together(lines: Iterable[L]) -> list[L]:
    """The lines in their order, but the parts of a bundle right below it; none is lost or doubled."""
    found = list(lines)
    tops = {line.id for line in found if line.bundle_id is None}
    below: dict[UUID, list[L]] = {}
    for line in found:
        if line.bundle_id in tops:
            below.setdefault(line.bundle_id, []).append(line)
    if not below:
        return found
    return [each for line in found if line.bundle_id not in tops for each in (line, *below.get(line.id, ()))]


def wrong(bundle: str, parts: Sequence[Part], chosen: Iterable[UUID]) -> Message | None:
    """What is wrong with the parts that were chosen for a bundle: the first thing, in words."""
    count = Counter(chosen)
    for part in parts:
        if count[part.product] > 1:
            return msg("“{part}” stands twice in the bundle “{bundle}”.").of(part=part.name, bundle=bundle)
        if part.inclusion == "required" and not count[part.product]:
            return msg("“{part}” belongs to the bundle “{bundle}” and is missing. Choose its parts anew.").of(
                part=part.name, bundle=bundle
            )
    for group, wanted in groups(parts).items():
        those = [part for part in parts if part.group == group]
        got = sum(1 for part in those if count[part.product])
        if got != wanted:
            return msg(
                "Choose {wanted} of the {many} in the group “{group}” of “{bundle}”: {got} are chosen."
            ).of(wanted=wanted, many=len(those), group=group, bundle=bundle, got=got)
    return None


def groups(parts: Iterable[Part]) -> dict[str, int]:
    """How many of each group are to be chosen, where the bundle says so; the largest figure counts."""
    found: dict[str, int] = {}
    for part in parts:
        if part.group and part.choose:
            found[part.group] = max(found.get(part.group, 0), part.choose)
    return found


def told(trace: Iterable[Mapping[str, Any]] | None) -> dict[str, Any] | None:
    """What a line's trace says of its bundle, or None."""
    return next((dict(step) for step in trace or () if step.get("step") == STEP), None)


def each(trace: Iterable[Mapping[str, Any]] | None) -> Decimal | None:
    """How many of a part are in each bundle, as its trace says."""
    return _figure(told(trace), "each")


def inside(trace: Iterable[Mapping[str, Any]] | None) -> bool:
    """Whether the price of a part is in the bundle's, and nobody has typed another one."""
    steps = list(trace or ())
    step = told(steps)
    by_hand = any(one.get("step") == "by_hand" for one in steps)
    return step is not None and step.get("pricing") == "parent" and not by_hand


def reduction(trace: Iterable[Mapping[str, Any]] | None) -> list[Promotion]:
    """What is taken off a part's own price because it comes with the bundle."""
    step = told(trace)
    off = _figure(step, "percent")
    if step is None or step.get("pricing") != "percent" or off is None or not ZERO < off <= HUNDRED:
        return []
    name = str(step.get("name") or "")
    return [Promotion(id=str(step.get("part") or ""), kind="discount", name=name, percent=off)]


def _figure(step: Mapping[str, Any] | None, name: str) -> Decimal | None:
    """A figure of a step; what cannot be read is none."""
    try:
        return decimal(str(step[name])) if step is not None else None
    except (KeyError, Refused):
        return None
