"""Bundles as a rule: quantities, the order of lines, and what may be chosen."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from desktop.rules import bundles
from desktop.rules.bundles import Part

D = Decimal
COUNTS = some.decimals(min_value=D(0), max_value=D(100_000), places=4)
SMALL = some.integers(min_value=1, max_value=6).map(lambda number: UUID(int=number))


@dataclass
class Line:
    id: UUID
    bundle_id: UUID | None


@given(COUNTS, COUNTS)
def test_a_part_is_there_so_many_times_for_each_bundle(of: Decimal, each: Decimal) -> None:
    found = bundles.quantity(of, each)
    assert abs(Fraction(found) - Fraction(of) * Fraction(each)) <= Fraction(1, 20_000)
    assert -int(found.as_tuple().exponent) == 4
    assert bundles.quantity(D(1), each) == each


@given(some.dictionaries(SMALL, some.none() | SMALL, max_size=6))
def test_no_line_is_lost_however_they_name_their_bundles(said: dict[UUID, UUID | None]) -> None:
    lines = [Line(line, bundle) for line, bundle in said.items()]
    found = bundles.together(lines)
    assert sorted(line.id for line in found) == sorted(said)
    tops = {line.id for line in lines if line.bundle_id is None}
    for place, line in enumerate(found):
        if line.bundle_id in tops:
            assert found[place - 1].id == line.bundle_id or found[place - 1].bundle_id == line.bundle_id
    free = [line for line in lines if line.bundle_id not in tops]
    assert [line for line in found if line.bundle_id not in tops] == free


@given(
    some.lists(
        some.builds(
            Part,
            SMALL,
            some.just("part"),
            some.sampled_from(("required", "default", "optional")),
            some.sampled_from(("", "A", "B")),
            some.none() | some.integers(min_value=1, max_value=3),
        ),
        max_size=6,
        unique_by=lambda part: part.product,
    ),
    some.lists(SMALL, max_size=7),
)
def test_what_is_right_has_every_needed_part_and_as_many_of_a_group_as_asked(
    parts: list[Part], chosen: list[UUID]
) -> None:
    known = [part.product for part in parts]
    right = all(chosen.count(each) <= 1 for each in known)
    right &= all(part.product in chosen for part in parts if part.inclusion == "required")
    for group in "AB":
        asked = [part.choose for part in parts if part.group == group and part.choose]
        got = sum(part.product in chosen for part in parts if part.group == group)
        right &= not asked or got == max(asked)
    assert (bundles.wrong("Set", parts, chosen) is None) is right


@pytest.mark.parametrize("said", [None, "x", "", 3.5, "NaN", "1e999"])
def test_a_trace_that_makes_no_sense_is_no_reduction(said: object) -> None:
    step = {"step": "bundle", "pricing": "percent", "percent": said, "each": said}
    assert bundles.reduction([step]) in ([], bundles.reduction([{**step, "percent": "3.5"}]))
    assert bundles.each([step]) in (None, D("3.5"))


def test_a_price_typed_by_hand_is_not_inside() -> None:
    step = {"step": "bundle", "pricing": "parent"}
    assert bundles.inside([step])
    assert not bundles.inside([step, {"step": "by_hand"}])
    assert not bundles.inside([{"step": "bundle", "pricing": "own"}])
    assert not bundles.inside(None)
