"""What a laptop knows of the office's clock: from replies, kept seldom, and said of a moment."""

from datetime import datetime, timedelta
from pathlib import Path

from desktop.models import clocks
from tests.stores import NOON, opened


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def test_it_is_kept_when_it_is_news_and_not_with_every_reply(tmp_path: Path) -> None:
    now = [NOON]
    with opened(tmp_path, clock=lambda: now[0]) as store:
        with store.looking() as connection:
            assert clocks.known(connection, milliseconds(NOON)) == {"office": None}
        clocks.learn(store, milliseconds(NOON) - 900, milliseconds(NOON) - 300)
        first = store.local(clocks.KEY)
        assert first == {"office": milliseconds(NOON) - 900, "here": milliseconds(NOON), "took": 300}
        now[0] += timedelta(minutes=2)
        clocks.learn(store, milliseconds(now[0]) - 950, milliseconds(now[0]))
        assert store.local(clocks.KEY) == first
        clocks.learn(store, milliseconds(now[0]) - 5_000, milliseconds(now[0]))
        assert store.local(clocks.KEY)["here"] == milliseconds(now[0])
        now[0] += timedelta(minutes=11)
        clocks.learn(store, milliseconds(now[0]) - 5_000, milliseconds(now[0]))
        assert store.local(clocks.KEY)["here"] == milliseconds(now[0])


def test_a_clock_that_was_set_back_says_so(tmp_path: Path) -> None:
    now = [NOON]
    with opened(tmp_path, clock=lambda: now[0]) as store:
        clocks.learn(store, milliseconds(NOON), milliseconds(NOON) - 200)
        with store.looking() as connection:
            later = clocks.known(connection, milliseconds(NOON) + 10_000_000)
            back = clocks.known(connection, milliseconds(NOON) - 10_000_000)
        assert (later["since_ms"], later["bound_ms"], later["back"]) == (10_000_000, 2_200, False)
        assert (back["since_ms"], back["bound_ms"], back["back"]) == (-10_000_000, 2_200, True)
        now[0] = NOON - timedelta(hours=1)
        clocks.learn(store, milliseconds(NOON), milliseconds(NOON))
        assert store.local(clocks.KEY)["here"] == milliseconds(now[0]), "what is newest counts"
