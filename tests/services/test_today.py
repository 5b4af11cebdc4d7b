"""What Today and the dashboard find, why, and that a figure and its rows never differ."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.chart_marks import Rows
from desktop.documents.chart_paper import frame
from desktop.models.record import RECORDS
from desktop.models.store import Actor, Store
from desktop.rules import stages
from desktop.services import commands, dashboard, figures, records, today, undo
from desktop.services.figures import Scope
from tests.stores import opened

NOON = datetime(2026, 11, 24, 12).astimezone(UTC)
"""Of a Tuesday, wherever this runs."""
DAY = NOON.astimezone().date()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "profile", clock=lambda: NOON) as store:
        store.become(Actor(store.me().id, "林一鸣", "admin"))
        yield store


def new(store: Store, kind: str, **values: Any) -> UUID:
    record: UUID = commands.run(store, store.me(), f"{kind}.new", values=values).value.id
    return record


def talk(store: Store, customer: UUID, *days_ago: int) -> None:
    for days in days_ago:
        new(store, "interaction", name="x", customer_id=customer, happened_at=NOON - timedelta(days=days))


def keys(store: Store) -> list[str]:
    return [line.key.split(":")[0] for line in today.agenda(store, DAY).lines]


def test_an_empty_vault_has_nothing_to_do(store: Store) -> None:
    found = today.agenda(store, DAY)
    assert (found.lines, found.later, found.done) == ((), (), 0)


def test_each_source_says_why(store: Store) -> None:
    firm = new(store, "customer", name="星河", next_step="确认 R2", next_on=DAY - timedelta(days=2))
    new(
        store,
        "opportunity",
        name="二期",
        customer_id=firm,
        amount=500_000_00,
        close_on=DAY - timedelta(days=1),
    )
    new(store, "task", name="寄样本", customer_id=firm, due_on=DAY)
    new(store, "contact", name="何静怡", customer_id=firm, birthday=date(1985, DAY.month, DAY.day))
    quiet = new(store, "customer", name="重山", grade="c")
    talk(store, quiet, 40, 33, 26, 19)
    best = new(store, "customer", name="海晟", grade="vip")
    talk(store, best, 31)
    assert sorted(keys(store)) == ["contact", "customer", "opportunity", "quiet", "quiet", "task"]
    for line in today.agenda(store, DAY).lines:
        for language in ("zh", "en"):
            assert len(line.why.in_language(language)) > 5
            assert line.title.in_language(language)
            assert line.mark[1].in_language(language)
    usual = next(line for line in today.agenda(store, DAY).lines if line.record == quiet)
    assert usual.why.in_language("en") == "Usually every 7 days, now 19 days (last 4 contacts)."


def test_a_customer_within_their_rhythm_or_with_a_plan_is_left_alone(store: Store) -> None:
    talk(store, new(store, "customer", name="a"), 40, 33, 26, 12)
    talk(store, new(store, "customer", name="b", next_on=DAY + timedelta(days=3)), 60, 50, 45, 40)
    talk(store, new(store, "customer", name="c", stage="lost"), 60, 50, 45, 40)
    assert keys(store) == []


@pytest.mark.parametrize(("currency", "value"), [("CNY", 50_000), ("JPY", 50_000), ("KWD", 50_000)])
def test_what_a_quote_comes_to_is_weighed_alike_in_every_currency(
    store: Store, currency: str, value: int
) -> None:
    firm = new(store, "customer", name="星河")
    quote = new(store, "quote", customer_id=firm, name="二期", currency=currency)
    said = {"kind": "item", "name": "主机", "unit_price": Decimal(500), "tax_rates": ["13"]}
    commands.run(store, store.me(), "quote.add_line", quote, values=said)
    commands.run(store, store.me(), "quote.issue", quote)
    with store.reading() as session:
        until = session.get(RECORDS["quote"], quote).valid_until  # type: ignore[union-attr]
    [line] = today.agenda(store, until).lines
    assert (line.kind, line.value, line.currency) == ("quote", value, currency)


def test_a_quote_that_ends_is_named_until_somebody_answers(store: Store) -> None:
    firm = new(store, "customer", name="星河")
    quote = new(store, "quote", customer_id=firm, name="二期")
    commands.run(store, store.me(), "quote.add_line", quote, values={"kind": "item", "name": "主机",
                 "quantity": Decimal(1), "unit_price": Decimal(80000), "tax_rates": ["13"]})  # fmt: skip
    commands.run(store, store.me(), "quote.issue", quote)
    with store.reading() as session:
        until = session.get(RECORDS["quote"], quote).valid_until  # type: ignore[union-attr]
    near = today.agenda(store, until - timedelta(days=2)).lines
    assert [line.record for line in near] == [quote]
    assert "2 days" in near[0].title.in_language("en")
    assert today.agenda(store, until - timedelta(days=9)).lines == ()
    commands.run(store, store.me(), "quote.decline", quote)
    assert today.agenda(store, until - timedelta(days=2)).lines == ()


def test_value_and_urgency_make_the_order(store: Store) -> None:
    small, big = new(store, "customer", name="small"), new(store, "customer", name="big")
    new(store, "opportunity", name="x", customer_id=big, amount=900_000_00, close_on=DAY + timedelta(days=30))
    first = new(store, "task", name="a", customer_id=small, due_on=DAY)
    second = new(store, "task", name="b", customer_id=big, due_on=DAY)
    late = new(store, "task", name="c", due_on=DAY - timedelta(days=9))
    assert [line.record for line in today.agenda(store, DAY).lines] == [second, late, first]


def test_ending_and_putting_off_empty_the_list_and_undo_fills_it(store: Store) -> None:
    firm = new(store, "customer", name="星河", next_step="确认", next_on=DAY)
    new(store, "opportunity", name="二期", customer_id=firm, amount=1, close_on=DAY - timedelta(days=1))
    one, other = today.agenda(store, DAY).lines
    new(store, "task", **today.ended(one, NOON, "zh"))
    assert [line.key for line in today.agenda(store, DAY).lines] == [other.key]
    assert today.agenda(store, DAY).done == 1
    new(store, "task", **today.put_off(other, DAY + timedelta(days=1), "zh"))
    assert today.agenda(store, DAY).lines == ()
    assert [line.kind for line in today.agenda(store, DAY).later] == ["task"]
    tomorrow = today.agenda(store, DAY + timedelta(days=1)).lines
    assert [line.kind for line in tomorrow] == ["task"]
    undo.undo(store, store.me())
    assert [line.key for line in today.agenda(store, DAY).lines] == [other.key]


def test_what_was_ended_comes_back_while_its_cause_lasts(store: Store) -> None:
    new(store, "customer", name="星河", next_step="确认", next_on=DAY)
    line = today.agenda(store, DAY).lines[0]
    new(store, "task", **today.ended(line, NOON - today.HANDLED - timedelta(hours=1), "zh"))
    assert [each.key for each in today.agenda(store, DAY).lines] == [line.key]


def test_an_area_adds_its_lines_by_one_function(store: Store) -> None:
    def mine(day: today.Day) -> Iterator[today.Line]:
        from desktop.words import msg

        word = msg("Task")
        mark = ("sun", word, "bad")
        yield today.Line("x:1", "task", UUID(int=1), word, word, mark, 1.0, msg("Open"), value=10**9)

    today.source("mine")(mine)
    try:
        new(store, "task", name="a", due_on=DAY)
        assert keys(store)[0] == "x"
    finally:
        del today.SOURCES["mine"]


def test_other_peoples_work_is_not_mine(store: Store) -> None:
    new(store, "task", name="a", due_on=DAY)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE task SET owner_id = ?", (UUID(int=9).bytes,))
    assert keys(store) == []


# The dashboard


def deals(store: Store) -> UUID:
    firm = new(store, "customer", name="星河")
    month = figures.month_start(DAY)
    for stage, amount, day in (
        ("lead", 100, DAY + timedelta(days=3)), ("lead", 250, DAY + timedelta(days=40)),
        ("signing", 400, None), ("won", 700, month), ("won", 300, month - timedelta(days=40)),
        ("lost", 200, month - timedelta(days=2)), ("won", 900, month - timedelta(days=370)),
    ):  # fmt: skip
        new(store, "opportunity", name=stage, customer_id=firm, amount=amount * 1_000_000, stage=stage,
            close_on=day, loss_reason="价格" if stage == "lost" else "")  # fmt: skip
    return firm


def count_of(store: Store, rows: Rows) -> int:
    with store.reading() as session:
        return records.count(session, RECORDS[rows.kind], (figures.where(rows),))


def test_every_figure_and_bar_opens_as_many_rows_as_it_says(store: Store) -> None:
    talk(store, deals(store), 1, 2, 2, 9)
    board = dashboard.board(store, Scope(store.me().id), DAY)
    said = {tile.name.text: (tile.value, tile.note.in_language("en"), tile.rows) for tile in board.tiles}
    assert said["Signed this month"][0] == "¥7,000,000"
    assert said["Win rate"][:2] == ("67 %", "12 months, 2 of 3")
    assert said["Under way, by chance"][1] == "3 deals, ¥7,500,000 in all"
    assert [count_of(store, rows) for _, _, rows in said.values() if rows] == [1, 2, 2, 3, 3, 1]
    funnel = board.parts["funnel"].build(frame(500, 300, "en"))
    open_stages = [stage for stage in stages.OPPORTUNITY.stages if stage.open]
    assert len(funnel.hits) == len(open_stages)
    for hit in funnel.hits:
        assert hit.rows is not None
        assert hit.words.endswith(f": {count_of(store, hit.rows)}")
    strip = board.parts["strip"].build(frame(900, 220, "en"))
    assert sum(count_of(store, hit.rows) for hit in strip.hits if hit.rows) == 4
    for hit in strip.hits:
        assert hit.rows is not None
        assert hit.words.endswith(f": {count_of(store, hit.rows)}")
    reasons = board.parts["reasons"].build(frame(500, 300, "en"))
    assert [(hit.words, count_of(store, hit.rows)) for hit in reasons.hits if hit.rows] == [("价格: 1", 1)]


def test_the_forecast_counts_deals_with_their_chance_and_never_below_what_is_signed(store: Store) -> None:
    deals(store)
    with store.reading() as session:
        under_way = figures.heaps(session, Scope().open_deals(), "CNY")
        part = dashboard._forecast(session, Scope(), DAY, "CNY", under_way)  # noqa: SLF001
    drawing = part.build(frame(800, 240, "zh"))
    november = next(hit for hit in drawing.hits if "2026 年 11 月" in hit.words)
    assert "710" in november.words
    sure = dashboard._band([], 700)  # noqa: SLF001
    assert (sure.middle, sure.half, sure.most) == (700, (700, 700), (700, 700))
    one = figures.Heap(DAY, 0.1, 1, 1000, 1_000_000)
    band = dashboard._band([one], 700)  # noqa: SLF001
    assert band.middle == 800
    assert band.most[0] == 700
    assert band.most[1] <= 1700


def test_the_waterfall_closes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.models.record.time.time_ns", lambda: int(NOON.timestamp() * 10**9))
    monkeypatch.setattr("desktop.models.record._last", 0)  # an id says when its record was made
    firm = new(store, "customer", name="星河")
    ids = [
        new(
            store, "opportunity", name=str(number), customer_id=firm, amount=1000 * (number + 1), stage="lead"
        )
        for number in range(6)
    ]
    later = figures.month_start(DAY, -1)
    store.clock = lambda: datetime(later.year, later.month, 9, tzinfo=UTC)
    for number, values in enumerate(
        ({"stage": "won"}, {"stage": "lost"}, {"amount": 5000}, {"amount": 1000})
    ):
        commands.run(store, store.me(), "opportunity.edit", ids[number], values=values)
    with store.reading() as session:
        found = figures.moves(session, Scope(), later, "CNY")
    moved = [
        sum(each.values())
        for each in (found.new, found.again, found.raised, found.cut, found.won, found.lost)
    ]
    assert found.start == 21_000
    assert moved == [0, 0, 2000, -3000, -1000, -2000]
    assert found.end == found.start + sum(moved) == 17_000
    again = figures.moves
    with store.reading() as session:
        earlier = again(session, Scope(), figures.month_start(DAY), "CNY")
    assert earlier.start == 0
    assert earlier.end == sum(earlier.new.values()) + sum(earlier.won.values()) + sum(earlier.lost.values())


@pytest.fixture
def in_china(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as there:
        there.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_china")
def test_a_month_of_the_waterfall_begins_at_midnight_here(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = new(store, "customer", name="星河")
    monkeypatch.setattr("desktop.models.record._last", 0)
    for month, day in ((11, 30), (12, 1)):
        early = datetime(2026, month, day, 2).astimezone()
        monkeypatch.setattr("desktop.models.record.time.time_ns", partial(int, early.timestamp() * 10**9))
        new(store, "opportunity", name="二期", customer_id=firm, amount=month, stage="lead")
    with store.reading() as session:
        found = figures.moves(session, Scope(), date(2026, 12, 1), "CNY")
    assert (found.start, list(found.new.values())) == (11, [12])


def test_an_empty_dashboard_says_so_and_prints(store: Store) -> None:
    board = dashboard.board(store, Scope(), DAY)
    for part in board.parts.values():
        assert part.build(frame(400, 200, "en")).empty
    assert dashboard.sheet(store, Scope(), "en").startswith(b"%PDF")


def test_the_figures_of_today(store: Store) -> None:
    talk(store, deals(store), 0, 1, 9)
    found = today.tiles(store, DAY)
    assert [tile.value for tile in found] == ["¥7,000,000", "¥3,950,000", "0", "2"]
    assert found[3].spark[-3:] == (1, 0, 2)
