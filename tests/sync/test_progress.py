"""How far a sync is: the speed behind the time that is left, and the line on a terminal."""

import io

import pytest

from desktop.cli.progress import CLEAR, Line
from sync.engine.actions import Tell
from sync.engine.pace import Speed


class Terminal(io.StringIO):
    def __init__(self, *, watched: bool = True) -> None:
        super().__init__()
        self._watched = watched

    def isatty(self) -> bool:
        return self._watched


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("desktop.cli.progress.time.monotonic", lambda: now[0])
    return now


def test_a_terminal_shows_what_is_done_how_far_it_is_and_when_one_can_begin(times: list[float]) -> None:
    out = Terminal()
    line = Line("en", out)
    line.tell(Tell("receiving", 0, 100_000, 0, first=True, usable=False))
    times[0] += 1.0
    line.tell(Tell("receiving", 20_000, 100_000, 1_100_000, first=True, usable=False))
    times[0] += 0.01
    line.tell(Tell("receiving", 21_000, 100_000, 1_150_000, first=True, usable=False))
    line.tell(Tell("receiving", 22_000, 100_000, 1_200_000, first=True))
    times[0] += 1.0
    line.tell(Tell("indexing", 0, 100_000, first=True))
    line.end()
    assert out.getvalue().split(CLEAR)[1:] == [
        "Receiving · 0 of 100,000",
        "Receiving · 20,000 of 100,000 · 1.0 MB · 5 s left",
        "Receiving · 22,000 of 100,000 · 1.1 MB · 4 s left · you can begin to work",
        "Making searchable · 0 of 100,000 · you can begin to work",
        "",
    ]


def test_the_line_speaks_the_person_s_language(times: list[float]) -> None:
    out = Terminal()
    Line("zh", out).tell(Tell("receiving", 7))
    assert out.getvalue() == f"{CLEAR}接收中 · 7 条记录"


def test_nothing_is_drawn_where_nobody_watches(times: list[float]) -> None:
    out = Terminal(watched=False)
    line = Line("en", out)
    line.tell(Tell("receiving", 7, 10))
    line.end()
    assert out.getvalue() == ""


def test_the_latest_speed_counts_and_a_new_step_begins_anew() -> None:
    speed = Speed()
    assert speed.left(0.0, "receiving", 0, 1000) is None
    assert speed.left(1.0, "receiving", 100, 1000) == pytest.approx(9.0)
    assert speed.left(1.1, "receiving", 150, 1000) == pytest.approx(8.5)
    assert speed.left(2.0, "receiving", 900, 1000) == pytest.approx(100 / 310)
    assert speed.left(2.5, "receiving", 900, 0) is None
    assert speed.left(3.0, "indexing", 0, 1000) is None
    assert speed.left(4.0, "indexing", 0, 1000) is None
    assert speed.left(5.0, "indexing", 500, 400) == 0.0
