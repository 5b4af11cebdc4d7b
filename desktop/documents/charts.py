"""Charts as draw lists: columns, lines, fan, spark and the strip of days; the lying ones are in `chart_bars`.

A builder takes values with the rows behind them and a frame, and returns marks, areas that open those rows
and the same as a sentence. Series are told apart by words and dashes too, never by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from desktop.documents import chart_marks as marks
from desktop.documents.chart_axes import NOTHING, Axis, Unit, Value, axis, figure, short
from desktop.documents.chart_marks import (
    Area,
    Bar,
    Box,
    Dot,
    Drawing,
    Frame,
    Hit,
    Places,
    Rows,
    Stroke,
    Text,
    Words,
)
from desktop.words import Message, msg

DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (6, 3), (2, 3), (8, 3, 2, 3), (1, 3), (10, 4))
COLUMN: Final = 64
"""The widest a column becomes."""
SAID: Final = msg("{name}: {value}")


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series; None is a gap. `said` is how it is told in full."""

    value: Value | None
    rows: Rows | None = None
    said: Words = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Values under one name; what is only compared with is grey."""

    name: Words
    points: tuple[Point, ...]
    other: bool = False

    def ink(self, place: int) -> str:
        """Its colour among the series that are not grey."""
        return marks.OTHER if self.other else f"series_{place % marks.SERIES + 1}"


def numbered(series: Sequence[Series]) -> list[tuple[int, Series]]:
    """Each series with its place among those in colour."""
    return [(sum(not other.other for other in series[:place]), one) for place, one in enumerate(series)]


@dataclass(frozen=True, slots=True)
class Target:
    """A level to reach, drawn as a dashed line with its words."""

    value: Value
    words: Words


@dataclass(frozen=True, slots=True)
class Along:
    """What stands along the lower edge: short words, the whole words of each, and which one is now."""

    labels: tuple[Words, ...]
    whole: tuple[Words, ...] = ()
    now: int | None = None

    def said(self, place: int) -> Words:
        """A place in full."""
        return self.whole[place] if place < len(self.whole) else self.labels[place]


@dataclass(frozen=True, slots=True)
class Band:
    """What may come: the middle, half of the cases, eight in ten."""

    middle: Value
    half: tuple[Value, Value]
    most: tuple[Value, Value]


@dataclass(frozen=True, slots=True)
class Fan:
    """A series that goes on into what may come; `so_far` is the running month until today."""

    past: tuple[Point, ...]
    ahead: tuple[Band, ...]
    so_far: Point | None = None
    rows_ahead: tuple[Rows | None, ...] = field(default=())


class Plot:
    """An upright chart: grid, ticks and places along the lower edge."""

    def __init__(
        self,
        frame: Frame,
        along: Along,
        values: Sequence[Decimal],
        *,
        whole: bool = False,
        right: float = 0.0,
        top: float = 0.0,
    ) -> None:
        self.frame, self.along = frame, along
        self.drawing = frame.drawing()
        self.places = Places(frame, self.drawing)
        room = frame.height - frame.line() * 2 - top
        most = max(2, min(5, int(room / frame.px(40))))
        self.axis: Axis = axis(min([*values, Decimal(0)]), max([*values, Decimal(0)]), most=most, whole=whole)
        shown = [figure(tick, self.axis.places) for tick in self.axis.ticks]
        left = max(frame.wide(text) for text in shown) + frame.px(8)
        self.box: Box = (
            left,
            top + frame.line() * 0.75,
            frame.width - right - frame.px(2),
            frame.height - frame.line() * 1.5,
        )
        self._grid(shown)

    def x(self, place: float) -> float:
        """The middle of a place along the edge."""
        left, _, right, _ = self.box
        return left + (right - left) * (place + 0.5) / max(len(self.along.labels), 1)

    def slot(self) -> float:
        """How wide one place is."""
        return (self.box[2] - self.box[0]) / max(len(self.along.labels), 1)

    def y(self, value: Decimal) -> float:
        """The height of a value."""
        return self.box[3] - (self.box[3] - self.box[1]) * self.axis.share(value)

    def clear(self, y: float) -> float:
        """The nearest height at which words stand on no line of the grid; over the lowest, never below it."""
        half = self.frame.line() * 0.55
        for tick in self.axis.ticks:
            line = self.y(tick)
            if abs(y - line) < half:
                return line - half if y <= line or tick == self.axis.ticks[0] else line + half
        return y

    def area(self, place: int) -> Box:
        """All of one place: what can be pressed."""
        half = self.slot() / 2
        return self.x(place) - half, self.box[1], self.x(place) + half, self.frame.height

    def _grid(self, shown: Sequence[str]) -> None:
        left, _, right, _ = self.box
        for tick, text in zip(self.axis.ticks, shown, strict=True):
            y = self.y(tick)
            ink = "line_strong" if tick == 0 else "line"
            self.drawing.add(Stroke(((left, y), (right, y)), ink))
            self.places.must(Text(left - self.frame.px(8), y, text, align="right"))

    def edge(self) -> None:
        """The words along the lower edge, every second or third where there is no room for all."""
        frame, labels = self.frame, [self.frame.say(words) for words in self.along.labels]
        widest = max((frame.wide(text, strong=True) for text in labels), default=0)
        every = max(1, -(-int(widest + frame.px(8)) // max(int(self.slot()), 1)))
        now = self.along.now
        middle = frame.height - frame.line() * 0.7  # a descender stays inside
        for place in ([now] if now is not None else []) + list(range(0, len(labels), every)):
            strong = place == now
            mark = Text(self.x(place), middle, labels[place], "ink" if strong else "ink_3", strong=strong,
                        align="middle")  # fmt: skip
            if strong or place != now:
                self.places.may(mark)

    def target(self, target: Target, unit: Unit) -> None:
        """A level to reach."""
        y = self.y(unit.of(target.value))
        dash = tuple(self.frame.px(step) for step in (4, 3))
        self.drawing.add(Stroke(((self.box[0], y), (self.box[2], y)), "ink", 1, dash))
        words = self.frame.say(target.words)
        left, right = self.box[0] + self.frame.px(4), self.box[2] - self.frame.px(4)
        high = self.frame.line() * 0.6
        self.places.first(
            *(
                Text(x, at, words, "ink_2", align=align)
                for at in (y - high, y + high)
                for x, align in ((left, "left"), (right, "right"))
            )
        )


def nothing(frame: Frame, words: Message = NOTHING) -> Drawing:
    """The empty state: a sentence, nothing to press."""
    drawing = frame.drawing()
    drawing.empty = True
    drawing.summary = frame.say(words)
    drawing.add(Text(frame.width / 2, frame.height / 2, drawing.summary, "ink_2", "body", align="middle"))
    return drawing


def columns(
    frame: Frame,
    along: Along,
    series: Sequence[Series],
    unit: Unit,
    *,
    target: Target | None = None,
    whole: bool = False,
) -> Drawing:
    """Upright bars side by side, one group per place."""
    values = _values(series, unit)
    if not any(values):
        return nothing(frame)
    reach = [*values, unit.of(target.value)] if target is not None else values
    head = frame.line() * 1.5 if len(series) > 1 else 0.0
    plot = Plot(frame, along, reach, whole=whole, top=head)
    group = min(plot.slot() * 0.7, frame.px(COLUMN))
    wide = group / len(series)
    for place in range(len(along.labels)):
        for side, (number, one) in enumerate(numbered(series)):
            point = one.points[place]
            if point.value is None:
                continue
            x = plot.x(place) - group / 2 + wide * side
            _column(plot, one, number, unit.of(point.value), x, wide)
    _legend(plot, series)
    return _finish(plot, along, series, unit, target)


def _column(plot: Plot, series: Series, number: int, value: Decimal, x: float, wide: float) -> None:
    frame, top, ground = plot.frame, plot.y(value), plot.y(Decimal(0))
    upper, high = min(top, ground), abs(ground - top)
    gap = min(frame.px(1), wide * 0.1)
    alpha = marks.OTHER_ALPHA if series.other else 1.0
    plot.drawing.add(Bar(x + gap / 2, upper, wide - gap, high, series.ink(number), frame.px(1), alpha))
    plot.places.block((x, upper, x + wide, upper + high))


def lines(
    frame: Frame,
    along: Along,
    series: Sequence[Series],
    unit: Unit,
    *,
    target: Target | None = None,
    whole: bool = False,
) -> Drawing:
    """Lines through the places; each is named at its end, and from the second on dashed as well."""
    values = _values(series, unit)
    if not any(values):
        return nothing(frame)
    reach = [*values, unit.of(target.value)] if target is not None else values
    names = [frame.say(one.name) for one in series] if len(series) > 1 else []
    right = max((frame.wide(name) for name in names), default=0) + frame.px(12 if names else 8)
    plot = Plot(frame, along, reach, whole=whole, right=right)
    for number, one in numbered(series):
        _line(plot, one, number, unit, named=bool(names))
    return _finish(plot, along, series, unit, target)


def _line(plot: Plot, series: Series, number: int, unit: Unit, *, named: bool, told: bool = True) -> None:
    frame, width = plot.frame, float(marks.manner()["line_width"])
    dash = tuple(frame.px(step) for step in DASHES[number % len(DASHES)])
    ink = series.ink(number)
    last: tuple[float, float] | None = None
    for piece in _pieces([(plot.x(n), point, n) for n, point in enumerate(series.points)]):
        path = tuple((x, plot.y(unit.of(point.value or 0))) for x, point, _ in piece)
        plot.drawing.add(Stroke(path, ink, frame.px(width), dash))
        plot.places.path(path)
        last = path[-1]
    if last is None:
        return
    plot.drawing.add(Dot(*last, frame.px(3), ink))
    if named:
        plot.places.may(Text(plot.box[2] + frame.px(8), last[1], frame.say(series.name), "ink_2"))
    elif told and series.points[-1].value is not None:
        shown = short(unit.of(series.points[-1].value))
        plot.places.may(Text(last[0], last[1] - frame.line() * 0.8, shown, "ink", align="middle"))


def _pieces(points: Sequence[tuple[float, Point, int]]) -> list[list[tuple[float, Point, int]]]:
    """Neighbours without a gap between them."""
    found: list[list[tuple[float, Point, int]]] = [[]]
    for item in points:
        if item[1].value is None:
            found.append([])
        else:
            found[-1].append(item)
    return [piece for piece in found if piece]


def fan(frame: Frame, along: Along, shown: Fan, unit: Unit, *, target: Target | None = None) -> Drawing:
    """What was, and what may come as a middle line in two bands."""
    ahead = [unit.of(value) for band in shown.ahead for value in (band.middle, *band.half, *band.most)]
    past = [unit.of(point.value) for point in shown.past if point.value is not None]
    if not any([*past, *ahead]):
        return nothing(frame)
    reach = [*past, *ahead] + ([unit.of(target.value)] if target is not None else [])
    words = [frame.say(msg("8 in 10 cases")), frame.say(msg("half the cases"))]
    open_end = bool(shown.ahead) and len(set(shown.ahead[-1].most)) > 1
    beside = max(frame.wide(text) for text in words) + frame.px(12)
    plot = Plot(frame, along, reach, right=beside if open_end else frame.px(8))
    series = Series(msg("so far"), shown.past)
    _line(plot, series, 0, unit, named=False, told=False)
    _bands(plot, shown, unit, _start(plot, shown, unit), words)
    if shown.so_far is not None and shown.so_far.value is not None:
        _so_far(plot, len(shown.past), unit.of(shown.so_far.value))
    if target is not None:
        plot.target(target, unit)
    plot.edge()
    _fan_hits(frame, plot, along, shown, unit)
    return plot.drawing


def _start(plot: Plot, shown: Fan, unit: Unit) -> tuple[float, float] | None:
    last = shown.past[-1].value if shown.past else None
    return (plot.x(len(shown.past) - 1), plot.y(unit.of(last))) if last is not None else None


def _bands(
    plot: Plot, shown: Fan, unit: Unit, start: tuple[float, float] | None, words: Sequence[str]
) -> None:
    frame, alphas, first = plot.frame, marks.manner()["band_alpha"], len(shown.past)
    lead = (start,) if start is not None else ()
    for pick, alpha in (("most", alphas["p80"]), ("half", alphas["p50"])):
        pairs = [getattr(band, pick) for band in shown.ahead]
        xs = [plot.x(first + place) for place in range(len(pairs))]
        upper = tuple((x, plot.y(unit.of(pair[1]))) for x, pair in zip(xs, pairs, strict=True))
        lower = tuple((x, plot.y(unit.of(pair[0]))) for x, pair in zip(xs, pairs, strict=True))
        plot.drawing.add(Area((*lead, *upper, *reversed(lower)), "series_1", alpha))
    middle = tuple((plot.x(first + n), plot.y(unit.of(band.middle))) for n, band in enumerate(shown.ahead))
    dash = tuple(frame.px(step) for step in DASHES[2])
    plot.drawing.add(Stroke((*lead, *middle), "series_1", frame.px(marks.manner()["line_width"]), dash))
    plot.places.path((*lead, *middle))
    if shown.ahead:
        _name_bands(plot, shown, unit, words)
        said = frame.say(msg("expected {value}").of(value=short(unit.of(shown.ahead[0].middle))))
        x, y = middle[0]
        sides = (0, -40, 40)
        tries = [(x + right, plot.clear(y + up * frame.line())) for up in (-1, -2, 1, 2) for right in sides]
        plot.places.first(*(Text(*at, said, "ink_2", align="middle") for at in tries))


def _name_bands(plot: Plot, shown: Fan, unit: Unit, words: Sequence[str]) -> None:
    """What each band means: at its end, or beside its widest place where it ends in a point."""
    frame, place = plot.frame, len(shown.ahead) - 1
    left = plot.box[2]
    if len(set(shown.ahead[place].most)) == 1:
        place = max(range(place + 1), key=lambda n: shown.ahead[n].most[1] - shown.ahead[n].most[0])
        left = plot.x(len(shown.past) + place)
    band, free = shown.ahead[place], 0.0
    for text, pair in zip(words, (band.most, band.half), strict=True):
        if pair[1] != pair[0]:
            y = max(plot.clear(plot.y(unit.of(pair[1]))), free)  # a line below the name before it
            if plot.places.may(Text(left + frame.px(8), y, text)):
                free = y + frame.line()


def _so_far(plot: Plot, place: int, value: Decimal) -> None:
    frame, x, y = plot.frame, plot.x(place), plot.y(value)
    dash = tuple(frame.px(step) for step in (2, 3))
    plot.drawing.add(Stroke(((x, y), (x, plot.box[3])), "line_control", 1, dash))
    plot.drawing.add(Dot(x, y, frame.px(4), "series_1", hollow=True))
    said = frame.say(msg("so far {value}").of(value=short(value)))
    right, left = x + frame.px(10), x - frame.px(10)
    low = plot.clear(min(y + frame.line() * 0.5, plot.box[3] - frame.line() * 0.4))  # the months stand below
    plot.places.first(
        Text(right, low, said, "ink"),
        Text(left, low, said, "ink", align="right"),
        Text(right, low - frame.line(), said, "ink"),
    )


def _fan_hits(frame: Frame, plot: Plot, along: Along, shown: Fan, unit: Unit) -> None:
    said: list[str] = []
    for place, point in enumerate(shown.past):
        said.append(_hit(plot, along, place, _told(frame, point, unit), point.rows))
    for number, band in enumerate(shown.ahead):
        low, high = (short(unit.of(value)) for value in band.most)
        told = frame.say(msg("expected {value}, in 8 of 10 cases {low} to {high}")
                         .of(value=short(unit.of(band.middle)), low=low, high=high))  # fmt: skip
        rows = shown.rows_ahead[number] if number < len(shown.rows_ahead) else None
        said.append(_hit(plot, along, len(shown.past) + number, told, rows))
    plot.drawing.unit = unit.words
    plot.drawing.summary = marks.listed(said, frame.language)


def _hit(plot: Plot, along: Along, place: int, told: str, rows: Rows | None) -> str:
    words = plot.frame.say(SAID.of(name=along.said(place), value=told))
    plot.drawing.hits.append(Hit(plot.area(place), words, rows))
    return words


def _values(series: Sequence[Series], unit: Unit) -> list[Decimal]:
    return [unit.of(point.value) for one in series for point in one.points if point.value is not None]


def _told(frame: Frame, point: Point, unit: Unit) -> str:
    if point.value is None:
        return "\N{EM DASH}"
    return frame.say(point.said) if point.said else short(unit.of(point.value))


def _legend(plot: Plot, series: Sequence[Series]) -> None:
    """The names of several series over the chart, each behind its square."""
    frame, left = plot.frame, plot.box[0]
    for number, one in numbered(series if len(series) > 1 else ()):
        side, name = frame.px(8), frame.say(one.name)
        middle = frame.line() * 0.7
        alpha = marks.OTHER_ALPHA if one.other else 1.0
        plot.drawing.add(Bar(left, middle - side / 2, side, side, one.ink(number), frame.px(2), alpha))
        plot.places.may(Text(left + side + frame.px(6), middle, name, "ink_2"))
        left += side + frame.px(22) + frame.wide(name)


def _finish(plot: Plot, along: Along, series: Sequence[Series], unit: Unit, target: Target | None) -> Drawing:
    """What is aimed at, the edge, areas to press (one per place), and the chart as a sentence."""
    if target is not None:
        plot.target(target, unit)
    plot.edge()
    frame, drawing = plot.frame, plot.drawing
    said: list[str] = []
    for place in range(len(along.labels)):
        parts = []
        for one in series:
            told = _told(frame, one.points[place], unit)
            parts.append(frame.say(SAID.of(name=one.name, value=told)) if len(series) > 1 else told)
        rows = next((one.points[place].rows for one in series if one.points[place].rows), None)
        said.append(_hit(plot, along, place, marks.listed(parts, frame.language), rows))
    drawing.unit = unit.words
    drawing.summary = marks.listed(said, frame.language)
    return drawing


def spark(frame: Frame, values: Sequence[Value], *, words: Words = "") -> Drawing:
    """A line without axes, with its last value marked; what it says stands beside it."""
    drawing = frame.drawing()
    drawing.summary = frame.say(words)
    if len(values) < 2:
        drawing.empty = True
        return drawing
    low, high = min(values), max(values)
    edge = frame.px(4)
    span = Decimal(high) - Decimal(low) or Decimal(1)
    path = tuple(
        (
            edge + (frame.width - 2 * edge) * place / (len(values) - 1),
            frame.height - edge - (frame.height - 2 * edge) * float((Decimal(value) - low) / span),
        )
        for place, value in enumerate(values)
    )
    drawing.add(Stroke(path, "series_1", frame.px(1.5)), Dot(*path[-1], frame.px(2.5), "series_1"))
    return drawing
