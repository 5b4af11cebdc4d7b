"""What a chart is made of, without Qt and without paper: marks, areas that open rows, room for words.

Sizes are in the tokens' px times `Frame.scale`; inks are roles (`ink_3`, `series_1`, `ramp_2`), which the
painter turns into the colours of its theme.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

from desktop.rules.filters import EVERYTHING, Filter
from desktop.words import RESOURCES, Message

Words = Message | str
Measure = Callable[[str, str, bool], float]
"""How wide a text is: text, name of its type size, whether strong."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
SERIES: Final = 6
OTHER: Final = "line_control"
OTHER_ALPHA: Final = 0.6
"""What is only compared with is grey, as the tokens say."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The records behind a mark: the living ones of a type that pass a filter."""

    kind: str
    where: Filter = EVERYTHING


class Text(NamedTuple):
    """One line of words; `x` is its left, middle or right as `align` says, `y` the middle of its line."""

    x: float
    y: float
    text: str
    ink: str = "ink_3"
    size: str = "small"
    strong: bool = False
    align: str = "left"


class Bar(NamedTuple):
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    ink: str
    radius: float = 0.0
    alpha: float = 1.0


class Stroke(NamedTuple):
    """A line through points; `dash` is on and off in px."""

    points: tuple[tuple[float, float], ...]
    ink: str
    width: float = 1.0
    dash: tuple[float, ...] = ()


class Area(NamedTuple):
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    ink: str
    alpha: float = 1.0


class Dot(NamedTuple):
    """A disc, or a ring on the ground."""

    x: float
    y: float
    radius: float
    ink: str
    hollow: bool = False


Mark = Text | Bar | Stroke | Area | Dot


class Hit(NamedTuple):
    """A part that can be pressed: what it says and which rows it opens."""

    box: Box
    words: str
    rows: Rows | None = None


@dataclass(slots=True)
class Drawing:
    """A finished chart: marks in painting order, areas in reading order, and the same as a sentence."""

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    summary: str = ""
    unit: Words = ""
    empty: bool = False

    def add(self, *marks: Mark) -> None:
        """Paint these, too."""
        self.marks.extend(marks)

    def texts(self) -> list[Text]:
        """Every line of words."""
        return [mark for mark in self.marks if isinstance(mark, Text)]


@dataclass(frozen=True, slots=True)
class Frame:
    """The place a chart is made for: its size, its language, and how wide words are there."""

    width: float
    height: float
    language: str
    measure: Measure
    scale: float = 1.0

    def px(self, size: float) -> float:
        """A size of the tokens here."""
        return size * self.scale

    def say(self, words: Words) -> str:
        """A message in the language of the chart."""
        return words.in_language(self.language) if isinstance(words, Message) else words

    def line(self, size: str = "small") -> float:
        """The height of a line of words."""
        return self.px(type_sizes()[size]["line"])

    def wide(self, text: str, size: str = "small", *, strong: bool = False) -> float:
        """How wide words are."""
        return self.measure(text, size, strong)

    def box(self, mark: Text) -> Box:
        """The room that a text takes: as wide as it is, as high as its letters."""
        wide, high = (
            self.wide(mark.text, mark.size, strong=mark.strong),
            self.px(type_sizes()[mark.size]["px"]),
        )
        left = mark.x - wide * {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.align]
        return left, mark.y - high / 2, left + wide, mark.y + high / 2

    def drawing(self) -> Drawing:
        """An empty sheet of this size."""
        return Drawing(self.width, self.height)


Build = Callable[[Frame], Drawing]


@dataclass(frozen=True, slots=True)
class Part:
    """One chart under its title, for a page of the window or a sheet of paper."""

    title: Words
    note: Words
    build: Build
    height: float = 180.0


class Places:
    """Keeps words apart: one that would stand on another, or over the edge, is left out."""

    def __init__(self, frame: Frame, drawing: Drawing) -> None:
        self._frame, self._drawing = frame, drawing
        self._taken: list[Box] = []

    def must(self, mark: Text) -> None:
        """Words that stand in any case."""
        self._taken.append(self._frame.box(mark))
        self._drawing.add(mark)

    def may(self, mark: Text) -> bool:
        """Words that leave where there is no room; whether they stand."""
        box, gap = self._frame.box(mark), self._frame.px(2)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self._frame.width and box[3] <= self._frame.height
        if not inside or any(meet(box, other, gap) for other in self._taken):
            return False
        self.must(mark)
        return True

    def first(self, *marks: Text) -> bool:
        """The same words where there is room first; whether there was."""
        return any(self.may(mark) for mark in marks)

    def block(self, box: Box) -> None:
        """No words here."""
        self._taken.append(box)

    def path(self, points: Sequence[tuple[float, float]]) -> None:
        """No words on this line."""
        step = self._frame.px(6)
        for (x0, y0), (x1, y1) in pairwise(points):
            count = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) / step))
            for place in range(count + 1):
                x, y = x0 + (x1 - x0) * place / count, y0 + (y1 - y0) * place / count
                self.block((x - 2, y - 2, x + 2, y + 2))


def meet(one: Box, other: Box, gap: float = 0.0) -> bool:
    """Whether two boxes share room, or are nearer than `gap` side by side."""
    across = one[0] < other[2] + gap and other[0] < one[2] + gap
    return across and one[1] < other[3] and other[1] < one[3]


@lru_cache(maxsize=1)
def _tokens() -> Mapping[str, Any]:
    tokens: Mapping[str, Any] = json.loads((RESOURCES / "themes" / "tokens.json").read_text(encoding="utf-8"))
    return tokens


@lru_cache(maxsize=1)
def type_sizes() -> Mapping[str, Mapping[str, int]]:
    """Name of a type size → its px and line."""
    sizes: Mapping[str, Mapping[str, int]] = _tokens()["type"]["size"]
    return sizes


def manner() -> Mapping[str, Any]:
    """What the tokens say of charts: line width, transparencies."""
    said: Mapping[str, Any] = _tokens()["chart"]
    return said


@lru_cache(maxsize=3)
def inks(theme: str) -> Mapping[str, str]:
    """Role → colour of a theme: the tokens' own, `series_1` to `series_6` and `ramp_1` to `ramp_4`."""
    chart = _tokens()["chart"]
    dark = chart["ramp"]["dark"]
    ramp = chart["ramp"].get(theme) or [chart[theme][0], dark[0], dark[1], dark[1]]
    named: dict[str, Any] = dict(_tokens()["colour"][theme])
    named.update((f"series_{place + 1}", ink) for place, ink in enumerate(chart[theme]))
    named.update((f"ramp_{place + 1}", ink) for place, ink in enumerate(ramp))
    return {name: str(ink) for name, ink in named.items() if isinstance(ink, str)}


def listed(parts: Sequence[str], language: str) -> str:
    """Parts of a sentence side by side, as the language writes them."""
    return ("，" if language == "zh" else ", ").join(parts)
