"""Ink: kept as whole numbers, read back or refused, drawn as outlines that fill without holes."""

import random

import pytest

from desktop.rules import ink
from desktop.rules.ink import Ink, fitted, outlines, read
from tests import inks


def area(polygon: ink.Polygon) -> float:
    pairs = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2


def test_what_is_kept_is_read_back_as_it_was() -> None:
    for written in (inks.name(), inks.name(pressure=700), Ink(100, 50)):
        assert read(written.facts()) == written


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"pad": [1], "strokes": []},
        {"pad": [0, 5], "strokes": []},
        {"pad": [5.0, 5], "strokes": []},
        {"pad": [True, 5], "strokes": []},
        {"pad": [5, 5], "strokes": [[]]},
        {"pad": [5, 5], "strokes": [[[1, 2, 3]]]},
        {"pad": [5, 5], "strokes": [[[1, 2, -3, 0]]]},
        {"pad": [5, 5], "strokes": [[[1, 2, 3, 1001]]]},
        {"pad": [5, 5], "strokes": [[[1, "2", 3, 0]]]},
        {"pad": [5, 5], "strokes": [[[0, 0, 0, 0]] * (ink.MOST_POINTS + 1)]},
        {"pad": [5, 5], "strokes": [[[0, 0, 0, 0]]] * (ink.MOST_STROKES + 1)},
        {"pad": [5, 5], "strokes": 7},
    ],
)
def test_what_is_no_ink_is_refused(facts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no (ink|point)|values to unpack"):
        read(facts)


def test_a_slip_of_the_hand_is_no_name() -> None:
    assert inks.name().enough
    assert not Ink(56_000, 24_000).enough
    assert not Ink(56_000, 24_000, (((10, 10, 0, 0), (900, 40, 9, 0)),)).enough


def test_all_outlines_turn_the_same_way_so_that_they_fill_without_holes() -> None:
    rng = random.Random(7)
    wild = tuple(
        (rng.randrange(50_000), rng.randrange(20_000), n * 5, rng.randrange(1001)) for n in range(80)
    )
    for stroke in (*inks.name().strokes, wild, wild[:1], wild[:2], (wild[0], wild[0])):
        shapes = list(outlines(stroke, 24_000))
        assert shapes
        assert all(area(shape) >= 0 for shape in shapes)


def test_a_pen_that_presses_leaves_broader_ink_and_a_faster_mouse_thinner() -> None:
    def inked(written: Ink) -> float:
        return sum(area(shape) for stroke in written.strokes for shape in outlines(stroke, written.height))

    assert inked(inks.name(pressure=900)) > 1.5 * inked(inks.name(pressure=100))
    slow = inks.name()
    fast = Ink(
        slow.width,
        slow.height,
        tuple(tuple((x, y, at // 6, force) for x, y, at, force in stroke) for stroke in slow.strokes),
    )
    assert inked(fast) < inked(slow)


def test_it_fits_its_box_and_is_not_blown_up() -> None:
    shapes = fitted(inks.name(), 190, 45)
    xs, ys = zip(*(place for shape in shapes for place in shape), strict=True)
    assert min(xs) == 0
    assert max(xs) <= 190.01
    assert min(ys) >= -0.01
    assert max(ys) == 45
    dot = Ink(56_000, 24_000, (((100, 100, 0, 0), (200, 150, 10, 0)),))
    small = [x for shape in fitted(dot, 190, 45) for x, _ in shape]
    assert max(small) < 10
    assert fitted(Ink(1, 1), 10, 10) == ()
