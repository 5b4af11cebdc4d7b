"""Charts as draw lists: ticks, words that keep apart, rows behind every part, and the same on paper."""

import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import combinations

import pytest
from PIL import Image

from desktop.documents import chart_axes as axes
from desktop.documents import chart_bars as bars
from desktop.documents import chart_paper, charts
from desktop.documents.chart_marks import Bar, Drawing, Frame, Part, Rows, Stroke, Text, inks, meet
from desktop.documents.charts import Along, Band, Fan, Point, Series, Target
from desktop.documents.preview import opened
from desktop.rules.filters import Condition

OPEN = Rows("opportunity", Condition("stage", "one_of", ("lead", "qualify")))
LOST = Rows("opportunity", Condition("stage", "one_of", ("lost",)))
MONTHS = [(2026, number) for number in range(1, 13)]
SIZES = ((240, 110), (420, 200), (700, 320), (1100, 420))
Build = Callable[[Frame], Drawing]


def won(ten_thousands: float) -> int:
    """Ten thousands as minor units."""
    return round(ten_thousands * 1_000_000)


def along(language: str) -> Along:
    whole = tuple(axes.whole_month(year, month, language) for year, month in MONTHS)
    return Along(axes.months_along(MONTHS, language), whole, 10)


def every(language: str) -> Iterator[tuple[str, Build]]:
    """Each kind of chart with figures that crowd it."""
    unit = axes.money_unit([won(240)], language)
    past = tuple(Point(won(value), OPEN) for value in (103, 76, 140, 126, 165, 149, 172))
    ahead = tuple(
        Band(won(middle), (won(middle - 8), won(middle + 8)), (won(middle - 30), won(middle + 30)))
        for middle in (172, 185, 150, 118, 170)
    )
    shown = Fan(past, ahead, Point(won(128.6), OPEN), (OPEN,) * 5)
    goal = Target(won(180), "Monthly target 180")
    yield "fan", lambda frame: charts.fan(frame, along(language), shown, unit, target=goal)
    last = Series("Last year", tuple(Point(won(n), LOST) for n in range(12)), other=True)
    this = Series("This year", tuple(Point(won(12 - n) if n != 4 else None, OPEN) for n in range(12)))
    yield "columns", lambda frame: charts.columns(frame, along(language), [last, this], unit, target=goal)
    yield "lines", lambda frame: charts.lines(frame, along(language), [last, this], unit, target=goal)
    stages = [bars.Named(f"Stage number {n}", 400 // (n + 1), "", f"{90 - n} %", OPEN) for n in range(6)]
    yield "funnel", lambda frame: bars.funnel(frame, stages)
    yield "ranked", lambda frame: bars.ranked(frame, stages)
    steps = [bars.Step("A new and long name", won(46.2), OPEN), bars.Step("Lost", won(-24.3), LOST, "bad")]
    ends = bars.Named("Today", won(1212.6), rows=OPEN)
    yield (
        "waterfall",
        lambda frame: bars.waterfall(frame, bars.Named("Friday", won(1190.7), rows=OPEN), steps, ends, unit),
    )
    days = [
        (day, [bars.Square(f"{day} {week}", week * 31 % 140, OPEN) for week in range(12)])
        for day in "MTWTFSS"
    ]
    yield "strip", lambda frame: bars.strip(frame, days, ["Sep", "", "", "Oct", "Oct"])


NAMES = [name for name, _ in every("en")]


def build(name: str, language: str, wide: float, high: float) -> tuple[Frame, Drawing]:
    frame = chart_paper.frame(wide, high, language)
    return frame, dict(every(language))[name](frame)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_words_never_stand_on_each_other_or_over_the_edge(name: str, language: str) -> None:
    for wide, high in SIZES:
        frame, drawing = build(name, language, wide, high)
        boxes = [(mark.text, frame.box(mark)) for mark in drawing.texts()]
        assert boxes, (name, wide)
        for (one, first), (other, second) in combinations(boxes, 2):
            assert not meet(first, second), (name, wide, one, other)
        for text, (left, top, right, bottom) in boxes:
            assert left >= -0.5, (name, wide, text)
            assert top >= -0.5, (name, wide, text)
            assert right <= wide + 0.5, (name, wide, text)
            assert bottom <= high + 0.5, (name, wide, text)


@pytest.mark.parametrize("name", NAMES)
def test_every_part_opens_its_rows_and_says_what_it_is(name: str) -> None:
    for wide, high in SIZES:
        _, drawing = build(name, "en", wide, high)
        assert drawing.hits
        assert all(hit.rows in (OPEN, LOST) for hit in drawing.hits if hit.rows is not None)
        assert sum(hit.rows is not None for hit in drawing.hits) >= min(4, len(drawing.hits))
        for hit in drawing.hits:
            assert re.search(r": .*(\d|—)", hit.words), hit.words
            assert hit.words in drawing.summary or name == "strip"
        for one, other in combinations(drawing.hits, 2):
            assert not meet(_inner(one.box), _inner(other.box)), (one.words, other.words)


def _inner(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return box[0] + 0.1, box[1] + 0.1, box[2] - 0.1, box[3] - 0.1


@pytest.mark.parametrize("theme", ["light", "dark", "high_contrast"])
@pytest.mark.parametrize("name", NAMES)
def test_every_ink_is_a_colour_of_every_theme(name: str, theme: str) -> None:
    _, drawing = build(name, "en", 700, 320)
    assert all(re.fullmatch("#[0-9A-F]{6}", inks(theme)[mark.ink]) for mark in drawing.marks)


def test_a_second_series_is_told_by_words_and_dashes_too() -> None:
    _, drawing = build("lines", "en", 700, 320)
    named = {mark.text for mark in drawing.texts()}
    assert {"Last year", "This year"} <= named
    other = Series("Third", tuple(Point(n, OPEN) for n in range(12)))
    frame = chart_paper.frame(700, 320, "en")
    two = charts.lines(frame, along("en"), [other, Series("Fourth", other.points[::-1])], axes.Unit())
    dashes = {mark.dash for mark in two.marks if isinstance(mark, Stroke) and mark.ink.startswith("series")}
    assert len(dashes) == 2


def test_ticks_are_those_a_person_would_choose() -> None:
    def ticks(low: str, high: str, most: int = 5, *, whole: bool = False) -> list[str]:
        return [
            str(tick.normalize())
            for tick in axes.axis(Decimal(low), Decimal(high), most=most, whole=whole).ticks
        ]

    assert ticks("0", "9") == ["0", "2", "4", "6", "8", "1E+1"]
    assert ticks("0", "1", whole=True) == ["0", "1"]
    assert ticks("0", "3", whole=True) == ["0", "1", "2", "3"]
    assert ticks("-3", "4") == ["-4", "-2", "0", "2", "4"]
    assert ticks("0", "0.9") == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    for high in range(1, 4000, 7):
        made = axes.axis(Decimal(0), Decimal(high), whole=True)
        assert made.low == 0
        assert made.high >= high
        assert 2 <= len(made.ticks) <= 7
        step = made.ticks[1] - made.ticks[0]
        assert step == step.to_integral_value()
        assert str(step.normalize().scaleb(-step.adjusted())).rstrip("0.") in ("1", "2", "2.5", "5", "")


def test_money_takes_the_unit_of_the_language() -> None:
    assert axes.money_unit([won(128)], "zh").words.in_language("zh") == "万元"  # type: ignore[union-attr]
    assert axes.money_unit([won(128)], "zh").of(won(128.6)) == Decimal("128.6")
    assert axes.money_unit([won(128)], "en").words.in_language("en") == "¥ thousand"  # type: ignore[union-attr]
    assert axes.money_unit([won(12800)], "en").of(won(12800)) == 128
    assert axes.money_unit([won(128_000)], "zh").of(won(128_000)) == Decimal("12.8")
    assert axes.money_unit([50_000], "zh").words == "元"
    assert axes.money(-128_640_00) == "−¥128,640"
    assert axes.figure(Decimal("-4.25"), 1) == "−4.3"
    assert axes.figure(Decimal("4.2"), 1, signed=True) == "+4.2"


def test_nothing_is_said_in_a_sentence_and_opens_nothing() -> None:
    frame = chart_paper.frame(400, 200, "zh")
    blank = Series("x", tuple(Point(0, OPEN) for _ in range(12)))
    for drawing in (
        charts.columns(frame, along("zh"), [blank], axes.Unit()),
        charts.lines(frame, along("zh"), [blank], axes.Unit()),
        charts.fan(frame, along("zh"), Fan((), ()), axes.Unit()),
        bars.funnel(frame, []),
        bars.ranked(frame, [bars.Named("x", 0)]),
        bars.waterfall(frame, bars.Named("a", 0), [], bars.Named("b", 0), axes.Unit()),
        bars.strip(frame, [("M", [bars.Square("M 1", 0)])], []),
    ):
        assert drawing.empty
        assert drawing.hits == []
        assert drawing.summary == "还没有可显示的内容"


def test_a_waterfall_closes_and_says_where_its_axis_begins() -> None:
    frame, drawing = build("waterfall", "en", 700, 320)
    columns = [mark for mark in drawing.marks if isinstance(mark, Bar)]
    assert columns[1].y + columns[1].height == pytest.approx(columns[0].y)
    assert columns[2].y + columns[2].height == pytest.approx(columns[3].y)
    assert "axis from" in frame.say(drawing.unit)


def test_a_spark_ends_where_its_last_value_stands() -> None:
    frame = chart_paper.frame(100, 30, "en")
    drawing = charts.spark(frame, [1, 5, 2, 9])
    line = next(mark for mark in drawing.marks if isinstance(mark, Stroke))
    assert line.points[-1][1] == min(y for _, y in line.points)
    assert charts.spark(frame, [3]).empty


@pytest.mark.parametrize("language", ["zh", "en"])
def test_paper_says_the_words_of_the_draw_list_where_it_puts_them(language: str) -> None:
    for name, one in every(language):
        part = Part(name, "", one, 200)
        pdf = chart_paper.sheet("Sheet", "", [part], language)
        drawing = one(chart_paper.frame(_wide(), 200, language))
        assert pdf == chart_paper.sheet("Sheet", "", [part], language)
        with opened(pdf) as document:
            page = document[0].get_textpage()
            for mark in drawing.texts():
                assert _is_there(page, mark), (name, mark.text)


def _wide() -> float:
    from desktop.documents.theme import paper

    return paper().right - paper().left


def _is_there(page: object, mark: Text) -> bool:
    """Whether the words are read within a point of where the draw list has them."""
    from desktop.documents.theme import A4, paper

    frame = chart_paper.frame(_wide(), 200, "en")
    left, _, right, _ = frame.box(mark)
    top = A4[1] - paper().top - 52 - 24
    found = page.get_text_bounded(  # type: ignore[attr-defined]
        left=paper().left + left - 1,
        right=paper().left + right + 1,
        bottom=top - mark.y - 6,
        top=top - mark.y + 6,
    )
    return mark.text.replace(" ", "") in found.replace(" ", "").replace("\u2011", "-")


def test_the_sheet_becomes_pictures() -> None:
    parts = [Part(name, "", one) for name, one in every("zh")]
    pages = chart_paper.pictures(chart_paper.sheet("看板", "2026 年 11 月", parts, "zh"), 1.0)
    assert len(pages) == 3
    image = Image.open(io.BytesIO(pages[0]))
    assert image.size == (596, 842)
    assert len(image.getcolors(100_000) or []) > 50
