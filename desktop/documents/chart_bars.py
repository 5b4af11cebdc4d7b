"""Charts whose words stand at the left: funnel and ranked bars; the waterfall; the strip of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from desktop.documents import chart_marks as marks
from desktop.documents.chart_axes import Unit, Value, axis, figure, short
from desktop.documents.chart_marks import (
    OTHER,
    OTHER_ALPHA,
    Area,
    Bar,
    Drawing,
    Frame,
    Hit,
    Places,
    Rows,
    Stroke,
    Text,
    Words,
)
from desktop.documents.charts import COLUMN, SAID, nothing
from desktop.words import msg

BROKEN_ABOVE: Final = Decimal("0.6")
"""A waterfall that never falls below this share of its top begins above zero, and says so."""
FAINT: Final = 0.12
"""How strong the smallest step of the strip is; a place without anything is an empty square."""
NAMED: Final = 0.55
"""The share of the width that the names of bars may take."""
BROAD: Final = 3
"""How many times wider than high a place of the strip may be, so that it fills its line."""


@dataclass(frozen=True, slots=True)
class Named:
    """One bar: its name, its length, what is said of it, and what stands between it and the next one."""

    name: Words
    value: Value
    said: Words = ""
    between: Words = ""
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a waterfall; `good` is green, `bad` red, plain the accent."""

    name: Words
    change: Value
    rows: Rows | None = None
    tone: str = ""
    said: Words = ""


def funnel(frame: Frame, bars: Sequence[Named]) -> Drawing:
    """Stages under each other, how many go on written between them; the last one in the full accent."""
    return _lying(frame, bars, "ramp_3", last="series_1", step=64)


def ranked(frame: Frame, bars: Sequence[Named]) -> Drawing:
    """Names with their counts, longest first as given, in grey."""
    return _lying(frame, bars, OTHER, last="", step=31)


def _lying(frame: Frame, bars: Sequence[Named], ink: str, *, last: str, step: float) -> Drawing:
    longest = max((Decimal(bar.value) for bar in bars), default=Decimal(0))
    if longest <= 0:
        return nothing(frame)
    drawing = frame.drawing()
    places = Places(frame, drawing)
    names = [frame.say(bar.name) for bar in bars]
    told = [frame.say(bar.said) if bar.said else short(Decimal(bar.value)) for bar in bars]
    left = min(max(frame.wide(name, "body") for name in names) + frame.px(16), frame.width * NAMED)
    right = frame.width - max(frame.wide(text, "body") for text in told) - frame.px(16)
    pitch = min(frame.px(step), frame.height / len(bars))
    high = min(pitch * 0.45, frame.px(20 if last else 12))
    for place, bar in enumerate(bars):
        middle = pitch * place + min(pitch / 2, frame.px(16))
        wide = max((right - left) * float(Decimal(bar.value) / longest), frame.px(2) if bar.value else 0.0)
        mine = last if last and place == len(bars) - 1 else ink
        alpha = OTHER_ALPHA if mine == OTHER else 1.0
        drawing.add(Bar(left, middle - high / 2, wide, high, mine, frame.px(2), alpha))
        places.must(Text(0, middle, cut(frame, names[place], left - frame.px(8)), "ink", "body"))
        places.must(Text(frame.width, middle, told[place], "ink", "body", align="right"))
        if bar.between and place < len(bars) - 1 and pitch > frame.px(44):
            places.may(Text(left, middle + pitch / 2, frame.say(bar.between)))
        box = (0.0, pitch * place, frame.width, pitch * (place + 1))
        said = frame.say(SAID.of(name=names[place], value=told[place]))
        drawing.hits.append(Hit(box, said, bar.rows))
    drawing.summary = marks.listed([hit.words for hit in drawing.hits], frame.language)
    return drawing


def cut(frame: Frame, text: str, room: float) -> str:
    """Words cut at their end where there is no room for all; the whole is in what the area says."""
    if frame.wide(text, "body") <= room:
        return text
    while text and frame.wide(f"{text}…", "body") > room:
        text = text[:-1]
    return f"{text}…"


def waterfall(frame: Frame, begins: Named, steps: Sequence[Step], ends: Named, unit: Unit) -> Drawing:
    """From one total to the next by what changed it; a cut edge on the grey totals says: not from zero."""
    levels = [unit.of(begins.value)]
    for step in steps:
        levels.append(levels[-1] + unit.of(step.change))
    if not any([*levels, unit.of(ends.value)]):
        return nothing(frame)
    fall = _Fall(frame, [*levels, unit.of(ends.value)], len(steps) + 2)
    fall.total(0, begins, unit.of(begins.value))
    for place, step in enumerate(steps, 1):
        fall.step(place, step, levels[place - 1], levels[place], unit)
    fall.total(len(steps) + 1, ends, unit.of(ends.value))
    drawing = fall.drawing
    drawing.unit = unit.words
    if fall.floor:
        drawing.unit = msg("{unit}, axis from {low}").of(unit=unit.words or "", low=figure(fall.floor))
    drawing.summary = marks.listed([hit.words for hit in drawing.hits], frame.language)
    return drawing


class _Fall:
    """Places the columns of a waterfall side by side, each hanging on the one before."""

    def __init__(self, frame: Frame, levels: Sequence[Decimal], count: int) -> None:
        self.frame, self.drawing = frame, frame.drawing()
        self._places = Places(frame, self.drawing)
        self._slot = frame.width / count
        self._wide = min(self._slot * 0.62, frame.px(COLUMN))
        low, high = min(levels), max(levels)
        self.floor = Decimal(0)
        if low > high * BROKEN_ABOVE:
            ticks = axis(low, high).ticks
            step = ticks[1] - ticks[0]
            self.floor = ((low - (high - low) * Decimal("0.4")) / step).to_integral_value(ROUND_FLOOR) * step
        self._low, self._high = min(low, self.floor), max(high, Decimal(0))
        self._top, self._ground = frame.line() * 1.3, frame.height - frame.line() * 1.6
        zero = self.y(max(self.floor, self._low) if self.floor else Decimal(0))
        self.drawing.add(Stroke(((0, zero), (frame.width, zero)), "line_strong"))
        self._zero = zero

    def y(self, value: Decimal) -> float:
        span = self._high - self._low or Decimal(1)
        return self._ground - (self._ground - self._top) * float((value - self._low) / span)

    def _x(self, place: int) -> float:
        return self._slot * place + (self._slot - self._wide) / 2

    def total(self, place: int, named: Named, value: Decimal) -> None:
        x, y = self._x(place), self.y(value)
        upper, high = min(y, self._zero), abs(self._zero - y)
        self.drawing.add(Bar(x, upper, self._wide, high, OTHER, self.frame.px(1), OTHER_ALPHA))
        if self.floor:
            self._cut_edge(x)
        self._words(place, named.name, short(value), upper, named.said, named.rows)

    def _cut_edge(self, x: float) -> None:
        """A white slice through the foot of a column: it goes on further down."""
        px, wide = self.frame.px, self._wide
        low = self._zero - px(10)
        points = ((x, low), (x + wide, low - px(5)), (x + wide, low - px(1)), (x, low + px(4)))
        self.drawing.add(Area(points, "surface"))

    def step(self, place: int, step: Step, before: Decimal, after: Decimal, unit: Unit) -> None:
        x, tone = self._x(place), {"good": "good_mark", "bad": "bad_mark"}.get(step.tone, "series_1")
        upper, lower = sorted((self.y(before), self.y(after)))
        high = max(lower - upper, self.frame.px(1))
        self.drawing.add(Bar(x, upper, self._wide, high, tone, self.frame.px(1)))
        dash = tuple(self.frame.px(part) for part in (2, 3))
        for at, level in ((place - 1, before), (place, after)):
            edge = self._x(at) + self._wide
            self.drawing.add(
                Stroke(((edge, self.y(level)), (self._x(at + 1), self.y(level))), OTHER, 1, dash)
            )
        change = short(unit.of(step.change), signed=True)
        self._words(place, step.name, change, upper, step.said, step.rows)

    def _words(
        self, place: int, name: Words, value: str, upper: float, said: Words, rows: Rows | None
    ) -> None:
        frame, x = self.frame, self._x(place) + self._wide / 2
        self._places.may(Text(x, upper - frame.line() * 0.6, value, "ink", align="middle"))
        shown = cut(frame, frame.say(name), self._slot - frame.px(4))
        self._places.may(Text(x, frame.height - frame.line() * 0.6, shown, align="middle"))
        told = frame.say(SAID.of(name=name, value=frame.say(said) or value))
        box = (self._slot * place, 0.0, self._slot * (place + 1), frame.height)
        self.drawing.hits.append(Hit(box, told, rows))


@dataclass(frozen=True, slots=True)
class Square:
    """One place of the strip of days."""

    name: Words
    value: int
    rows: Rows | None = None


def strip(frame: Frame, lines: Sequence[tuple[Words, Sequence[Square]]], heads: Sequence[Words]) -> Drawing:
    """Squares in rows, stronger where there was more; the most is written, so that colour is not alone."""
    most = max((square.value for _, squares in lines for square in squares), default=0)
    if not most:
        return nothing(frame)
    drawing = frame.drawing()
    places = Places(frame, drawing)
    across = max(len(squares) for _, squares in lines)
    left = max(frame.wide(frame.say(name)) for name, _ in lines) + frame.px(8)
    top = frame.line() if heads else 0.0
    high = min((frame.width - left) / across, (frame.height - top) / len(lines), frame.px(28))
    wide = min((frame.width - left) / across, high * BROAD)
    for place, head in enumerate(heads):
        if head:
            places.may(Text(left + wide * place, top / 2, frame.say(head)))
    for number, (name, squares) in enumerate(lines):
        y = top + high * number
        places.may(Text(0, y + high / 2, frame.say(name)))
        for place, square in enumerate(squares):
            _square(frame, drawing, places, square, (left + wide * place, y, wide, high), most)
    drawing.summary = marks.listed([hit.words for hit in drawing.hits if hit.rows], frame.language)
    return drawing


def _square(
    frame: Frame,
    drawing: Drawing,
    places: Places,
    square: Square,
    at: tuple[float, float, float, float],
    most: int,
) -> None:
    x, y, wide, high = at
    gap = frame.px(3)
    strength = FAINT + (1 - FAINT) * square.value / most if square.value else 0.0
    drawing.add(Bar(x, y, wide - gap, high - gap, "sunken", frame.px(2)))
    if square.value:
        drawing.add(Bar(x, y, wide - gap, high - gap, "series_1", frame.px(2), strength * 0.5))
        middle = ((x + (wide - gap) / 2), y + (high - gap) / 2)
        if frame.wide(str(square.value)) + gap <= wide - gap:
            places.may(Text(*middle, str(square.value), "ink", align="middle"))
    said = frame.say(SAID.of(name=square.name, value=str(square.value)))
    drawing.hits.append(Hit((x, y, x + wide, y + high), said, square.rows))
