"""Ink: strokes of a pen as points with time and pressure, and the outlines that show them.

The same outlines are painted on the screen and on paper. Coordinates are hundredths of a pixel of the pad,
y down; times milliseconds since the first touch; pressure is 1 to 1000, 0 where the device tells none.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

Point = tuple[int, int, int, int]
"""x, y, milliseconds, pressure."""
Stroke = tuple[Point, ...]
Spot = tuple[float, float, float]
"""x, y and half the width of the ink there."""
Polygon = tuple[tuple[float, float], ...]

HUNDREDTHS: Final = 100
MOST_POINTS: Final = 20_000
MOST_STROKES: Final = 500
FULL: Final = 1000
"""The pressure of a pen that is pressed with all strength."""
_BROAD: Final = 0.0115
"""Half the width of a calm stroke, as a part of the pad's height."""
_THIN, _THICK = 0.4, 1.35
_FAST: Final = 0.011
"""Heights of the pad a millisecond at which a mouse leaves the thinnest ink."""
_CALM: Final = 0.35
"""How much of a new width shows at once: ink does not jump."""
_TAPER: Final = 3
"""Points over which a stroke begins and ends."""
_BENT: Final = 0.9
"""The cosine of a bend between two neighbours beyond which they share no edge."""
_SHARP: Final = 0.85
"""The cosine of a turn from which on a joint is rounded."""
_ROUND: Final = tuple((math.cos(math.tau * n / 8), math.sin(math.tau * n / 8)) for n in range(8))


@dataclass(frozen=True, slots=True)
class Ink:
    """What was written on a pad of this size, in hundredths of a pixel."""

    width: int
    height: int
    strokes: tuple[Stroke, ...] = ()

    def facts(self) -> dict[str, Any]:
        """As it is kept: whole numbers alone."""
        strokes = [[list(point) for point in stroke] for stroke in self.strokes]
        return {"pad": [self.width, self.height], "strokes": strokes}

    @property
    def length(self) -> float:
        """How far the pen went on the pad."""
        return sum(
            math.dist(one[:2], other[:2]) for stroke in self.strokes for one, other in pairwise(stroke)
        )

    @property
    def enough(self) -> bool:
        """Whether this can be a name or a mark, and not a slip of the hand."""
        return self.length >= self.height / 3


def read(facts: Mapping[str, Any]) -> Ink:
    """Ink as `facts` wrote it. Raises ValueError for what is none."""
    try:
        width, height = facts["pad"]
        strokes = tuple(tuple(_point(point) for point in stroke) for stroke in facts["strokes"])
    except (KeyError, TypeError) as error:
        raise ValueError("no ink") from error
    count = sum(map(len, strokes))
    sized = all(type(each) is int and each > 0 for each in (width, height))
    if not sized or count > MOST_POINTS or len(strokes) > MOST_STROKES or not all(strokes):
        raise ValueError("no ink")
    return Ink(width, height, strokes)


def _point(values: Sequence[Any]) -> Point:
    x, y, at, pressure = values
    if any(type(each) is not int for each in values) or at < 0 or not 0 <= pressure <= FULL:
        raise ValueError("no point")
    return x, y, at, pressure


def outlines(stroke: Stroke, height: int) -> Iterator[Polygon]:
    """Polygons that, filled, are this stroke on a pad of this height; all turn the same way."""
    spots = list(_smooth(_spots(stroke, height)))
    if len(spots) == 1:
        yield _disc(spots[0])
        return
    yield _disc(spots[0])
    across = _across(spots)
    for place, (one, other) in enumerate(pairwise(spots)):
        yield _bar(one, other, across[place], across[place + 1])
        following = spots[place + 2] if place + 2 < len(spots) else None
        if following is None or _turns(one, other, following):
            yield _disc(other)


def fitted(ink: Ink, width: float, height: float, *, most: float = 1.6) -> tuple[Polygon, ...]:
    """The outlines of all strokes as large as a box allows, at its left and lower edge.

    What was written small on the pad is made larger by `most` at most.
    """
    shapes = [polygon for stroke in ink.strokes for polygon in outlines(stroke, ink.height)]
    if not shapes:
        return ()
    xs = [x for polygon in shapes for x, _ in polygon]
    ys = [y for polygon in shapes for _, y in polygon]
    left, top, low = min(xs), min(ys), max(ys)
    across, down = max(max(xs) - left, 1.0), max(low - top, 1.0)
    scale = min(width / across, height / down, most * width / ink.width)
    return tuple(
        tuple((round((x - left) * scale, 2), round(height + (y - low) * scale, 2)) for x, y in polygon)
        for polygon in shapes
    )


def _spots(stroke: Stroke, height: int) -> list[Spot]:
    """Where the pen was, and how broad its ink: by its pressure, or thinner where a mouse was faster."""
    broad, share, found = height * _BROAD, 1.0, list[Spot]()
    before = stroke[0]
    for place, point in enumerate(stroke):
        x, y, at, pressure = point
        if pressure:
            wanted = _THIN + (_THICK - _THIN) * pressure / FULL
        else:
            speed = math.dist((x, y), before[:2]) / max(at - before[2], 4) / height
            wanted = _THICK - (_THICK - _THIN) * min(speed / _FAST, 1.0)
        share = wanted if not place else share + (wanted - share) * _CALM
        edge = min(place, len(stroke) - 1 - place, _TAPER) / _TAPER if len(stroke) > 2 * _TAPER else 1.0
        found.append((float(x), float(y), broad * share * (0.45 + 0.55 * edge)))
        before = point
    return found


def _smooth(spots: Sequence[Spot]) -> Iterable[Spot]:
    """A curve through the middles of the ways between points (Chaikin, twice): no corner that nobody drew."""
    found = [spot for place, spot in enumerate(spots) if not place or spot[:2] != spots[place - 1][:2]]
    if len(found) < 3:
        return found
    for _ in range(2):
        cut = [found[0]]
        for one, other in pairwise(found):
            cut += [_between(one, other, 0.25), _between(one, other, 0.75)]
        found = [*cut, found[-1]]
    return found


def _between(one: Spot, other: Spot, part: float) -> Spot:
    x, y, half = (a + (b - a) * part for a, b in zip(one, other, strict=True))
    return x, y, half


def _across(spots: Sequence[Spot]) -> list[tuple[float, float]]:
    """At each place the direction across the way through it, so that neighbours share their edge."""
    found = []
    for place in range(len(spots)):
        before, after = spots[max(place - 1, 0)], spots[min(place + 1, len(spots) - 1)]
        found.append(_normal(before, after))
    return found


def _normal(one: Spot, other: Spot) -> tuple[float, float]:
    x, y = other[0] - one[0], other[1] - one[1]
    length = math.hypot(x, y) or 1.0
    return -y / length, x / length


def _bar(one: Spot, other: Spot, begin: tuple[float, float], end: tuple[float, float]) -> Polygon:
    """From one place to the next; where the way bends back on itself, straight and with edges of its own."""
    own = _normal(one, other)
    for each in (begin, end):
        if each[0] * own[0] + each[1] * own[1] < _BENT:
            begin = end = own
    (x0, y0, half0), (x1, y1, half1) = one, other
    return (
        (x0 - begin[0] * half0, y0 - begin[1] * half0),
        (x1 - end[0] * half1, y1 - end[1] * half1),
        (x1 + end[0] * half1, y1 + end[1] * half1),
        (x0 + begin[0] * half0, y0 + begin[1] * half0),
    )


def _disc(spot: Spot) -> Polygon:
    x, y, half = spot
    return tuple((x + half * across, y + half * down) for across, down in _ROUND)


def _turns(one: Spot, other: Spot, following: Spot) -> bool:
    ax, ay, bx, by = other[0] - one[0], other[1] - one[1], following[0] - other[0], following[1] - other[1]
    product = math.hypot(ax, ay) * math.hypot(bx, by)
    return product > 0 and (ax * bx + ay * by) / product < _SHARP
