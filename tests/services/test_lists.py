"""Lists: keyset pages in every order, counts, groups with sums, what a person types, and what is exported."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from desktop.errors import Refused
from desktop.models.patience import TooLong, patient
from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.rules.filters import ANY, ME, Condition, Group, every
from desktop.services import bulk, commands, exports, filter_words, lists, pasting, saved_views, titles, undo
from desktop.services.lists import Bucket, Found, Query, Sum
from desktop.words import msg
from tests.stores import customer, product

STAGES = ("lead", "proposal", "won")


@pytest.fixture
def deals(store: Store) -> list[UUID]:
    """Forty deals of one customer in three stages, some without an amount or a day."""
    buyer, ids = customer(store), []
    chance = random.Random(7)
    for number in range(40):
        values: dict[str, Any] = {
            "name": f"Deal {number:02}",
            "customer_id": buyer.id,
            "stage": STAGES[number % 3],
            "amount": None if number % 7 == 0 else chance.randrange(5) * 100_000,
            "currency": "EUR" if number % 10 == 9 else "CNY",
            "close_on": None if number % 5 == 0 else date(2026, 11, 1) + timedelta(number),
            "next_step": "" if number % 4 else "call",
        }
        ids.append(commands.run(store, store.me(), "opportunity.new", values=values).value.id)
    return ids


def all_pages(store: Store, query: Query, size: int, bucket: Bucket | None = None) -> list[Found]:
    viewer, found = lists.viewer_of(store, store.me()), []
    with store.reading() as session:
        after = None
        while page := lists.page(session, query, viewer, after=after, limit=size, bucket=bucket):
            found += page
            after = page[-1]
    return found


def test_further_details_of_ones_own_are_asked_sorted_grouped_and_written_as_columns(
    store: Store, tmp_path: Path
) -> None:
    given: list[dict[str, Any]] = [{"import": {"机床台数": "12", "地区": "苏州"}}, {"机床台数": 2}, {},
                                   {"import": {"机床台数": "9", 'a"b': "x"}, "of": "inner"}]  # fmt: skip
    for number, custom in enumerate(given):
        buyer = customer(store, f"Firm {number}")
        commands.run(store, store.me(), "customer.edit", buyer.id, values={"custom": custom})
    assert lists.further_names(store, "customer") == ["custom.地区", "custom.机床台数"]
    rows = all_pages(store, Query("customer", order="custom.机床台数", descending=False), 1)
    assert [row.value("custom.机床台数") for row in rows] == ["2", "9", "12", None]
    narrowed = filter_words.read("customer", "机床台数 = 2", ["custom.机床台数"])[0]
    for condition, expected in (
        (narrowed, ["Firm 0", "Firm 1"]),
        (Condition("custom.地区", "empty"), ["Firm 1", "Firm 2", "Firm 3"]),
        (Condition('custom.a"b', "filled"), ["Firm 0", "Firm 1", "Firm 2", "Firm 3"]),  # none knows it
    ):
        found = all_pages(store, Query("customer", every(condition), order="name", descending=False), 9)
        assert [row.record.title for row in found] == expected
    viewer = lists.viewer_of(store, store.me())
    with store.reading() as session:
        groups = lists.groups(session, Query("customer", by="custom.地区"), viewer)
    assert [(bucket.key, bucket.count) for bucket in groups] == [("苏州", 1), (None, 3)]
    columns = [("name", msg("Name")), ("custom.机床台数", msg("Number"))]
    path = tmp_path / "seen.csv"
    exports.export_seen(store, Query("customer", order="name", descending=False), viewer, columns, path, "en")
    assert path.read_text(encoding="utf-8-sig").splitlines()[1] == "Firm 0,12"


@pytest.mark.parametrize("descending", [True, False])
def test_a_list_is_ordered_by_whose_its_records_are(store: Store, descending: bool) -> None:
    firms = {name: customer(store, name).id for name in ("Zeta", "安徽机床", "Alpha 10", "Alpha 2")}
    owners = ["Zeta", "Alpha 2", None, "安徽机床", "Alpha 10", "Alpha 2", None]
    for number, name in enumerate(owners):
        values = {"name": f"Task {number}", "customer_id": firms.get(name or "")}
        commands.run(store, store.me(), "task.new", values=values)
    rows = all_pages(store, Query("task", order="customer_id", descending=descending), 2)
    names = {each: name for name, each in firms.items()}
    found = [names.get(row.value("customer_id")) for row in rows]
    up = ["Alpha 2", "Alpha 2", "Alpha 10", "安徽机床", "Zeta"]
    assert found == [*(reversed(up) if descending else up), None, None]
    viewer = lists.viewer_of(store, store.me())
    with store.reading() as session:
        again = lists.matching(session, Query("task", order="customer_id"), viewer, [rows[0].record.id])
    assert lists.order_of(Query("task", order="customer_id"), again[0]) == lists.order_of(
        Query("task", order="customer_id"), rows[0]
    )


def as_python_orders(rows: list[Found], order: str, *, descending: bool) -> list[UUID]:
    newest = sorted(rows, key=lambda row: row.record.id.bytes, reverse=True)
    if order == "id":
        return [row.record.id for row in (newest if descending else reversed(newest))]
    there = [row for row in newest if row.value(order) is not None]
    there.sort(key=lambda row: row.value(order), reverse=descending)
    if descending:  # a stable sort backwards keeps equals as they were
        there.sort(key=lambda row: row.value(order), reverse=True)
    return [row.record.id for row in (*there, *(row for row in newest if row.value(order) is None))]


@pytest.mark.parametrize("order", ["id", "name", "amount", "close_on", "stage", "next_step"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_follow_each_other_without_gap_or_repeat(
    store: Store, deals: list[UUID], order: str, descending: bool
) -> None:
    query = Query("opportunity", order=order, descending=descending)
    rows = all_pages(store, query, 7)
    assert [row.record.id for row in rows] == as_python_orders(rows, order, descending=descending)
    assert {row.record.id for row in rows} == set(deals)


def test_a_list_can_be_ordered_by_a_figure_of_another_table(store: Store, deals: list[UUID]) -> None:
    customer(store, "Nobody")
    query = Query("customer", order="open_deals")
    rows = all_pages(store, query, 1)
    assert [row.figures["open_deals"] is None for row in rows] == [False, True]
    assert [
        row.record.title for row in all_pages(store, Query("customer", Condition("open_deals", "empty")), 5)
    ]


def test_groups_count_and_sum_by_currency_and_their_rows_add_up(store: Store, deals: list[UUID]) -> None:
    query = Query("opportunity", by="stage")
    viewer = lists.viewer_of(store, store.me())
    with store.reading() as session:
        buckets = lists.groups(session, query, viewer, ["amount"])
        total = lists.count(session, query, viewer)
        sums = lists.totals(session, query, viewer, "amount")
    assert [bucket.key for bucket in buckets] == ["lead", "proposal", "won"]
    assert sum(bucket.count for bucket in buckets) == total == 40
    for bucket in buckets:
        rows = all_pages(store, query, 4, bucket)
        assert len(rows) == bucket.count
        for found in bucket.sums["amount"]:
            own = [r.record for r in rows if r.value("currency") == found.currency]
            amounts = [r.amount for r in own if r.amount is not None]  # type: ignore[attr-defined]
            assert found == Sum(found.currency, sum(amounts), max(amounts), len(amounts))
    assert {each.currency for each in sums} == {"CNY", "EUR"}


def test_groups_by_month_begin_with_the_newest_and_end_with_nothing(store: Store, deals: list[UUID]) -> None:
    query = Query("opportunity", by="close_on:month")
    viewer = lists.viewer_of(store, store.me())
    with store.reading() as session:
        buckets = lists.groups(session, query, viewer)
    assert [bucket.key for bucket in buckets] == ["2026-12", "2026-11", None]
    for bucket in buckets:
        assert len(all_pages(store, query, 9, bucket)) == bucket.count


def test_groups_by_the_months_of_moments_follow_the_clock_on_the_wall(store: Store) -> None:
    buyer = customer(store)
    for at in (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), datetime(2026, 11, 1, 3, tzinfo=UTC)):
        values = {"name": "Call", "customer_id": buyer.id, "happened_at": at}
        commands.run(store, store.me(), "interaction.new", values=values)
    query, viewer = Query("interaction", by="happened_at:month"), lists.viewer_of(store, store.me())
    with store.reading() as session:
        buckets = lists.groups(session, query, viewer)
    months = {f"{row.value('happened_at').astimezone():%Y-%m}" for row in all_pages(store, query, 9)}
    assert {bucket.key for bucket in buckets} == months
    assert sum(len(all_pages(store, query, 9, bucket)) for bucket in buckets) == 2


def test_only_what_the_query_shows_is_found_among_records(store: Store, deals: list[UUID]) -> None:
    query = Query("opportunity", every(Condition("stage", "one_of", ("won",))))
    viewer = lists.viewer_of(store, store.me())
    with store.reading() as session:
        found = lists.matching(session, query, viewer, deals[:6])
        ids = lists.ids(session, query, viewer, 3)
    assert {each.record.id for each in found} == {deals[2], deals[5]}
    assert ids == [deals[38], deals[35], deals[32]]


def test_a_question_is_given_up_when_nobody_waits(store: Store, deals: list[UUID]) -> None:
    viewer = lists.viewer_of(store, store.me())
    slow = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000000) SELECT max(x) FROM n"
    )
    with store.reading() as session:
        with pytest.raises(TooLong), patient(session, seconds=0.02):
            session.connection().exec_driver_sql(slow).scalar()
        with pytest.raises(TooLong), patient(session, stopped=lambda: True):
            session.connection().exec_driver_sql(slow).scalar()
        assert lists.count(session, Query("opportunity"), viewer) == 40


def test_words_find_through_the_index_and_narrow_further(store: Store) -> None:
    wanted = customer(store, "上海行囊科技", stage="trial")
    customer(store, "上海行囊贸易", stage="lost")
    asked = every(lists.words("xnkj"), Condition("stage", "one_of", ("trial",)))
    assert [row.record.id for row in all_pages(store, Query("customer", asked), 5)] == [wanted.id]


# What a person types


def readings(typed: str, kind: str = "opportunity") -> list[Condition]:
    offered = filter_words.offered(kind, lambda names: names)
    return filter_words.read(kind, typed, offered)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("金额 > 10万", Condition("amount", "more", 10_000_000)),
        ("amount<=500", Condition("amount", "most", 50_000)),
        ("stage: won, lost", Condition("stage", "one_of", ("won", "lost"))),
        ("阶段 不是 赢单", Condition("stage", "none_of", ("won",))),
        ("下一步 含 电话", Condition("next_step", "contains", "电话")),
        ("close date = this month", Condition("close_on", "in", "this_month")),
        ("预计成交日 早于 2026-12-01", Condition("close_on", "before", "2026-12-01")),
        ("close date: last 30 days", Condition("close_on", "in", "last:30")),
        ("owner: me", Condition("owner_id", "one_of", (ME,))),
        ("next step is empty", Condition("next_step", "empty")),
    ],
)
def test_what_is_typed_is_read_as_a_condition(typed: str, meant: Condition) -> None:
    assert readings(typed)[0] == meant
    assert readings(typed)[-1] == lists.words(typed)


def test_a_value_alone_is_offered_but_words_are_meant() -> None:
    found = readings("negotiation")
    assert Condition("stage", "one_of", ("negotiation",)) in found
    offered = filter_words.offered("opportunity", lambda names: names)
    assert filter_words.meant("opportunity", "negotiation", offered) == lists.words("negotiation")
    sure = filter_words.meant("opportunity", "stage is negotiation", offered)
    assert sure == Condition("stage", "one_of", ("negotiation",))
    assert filter_words.meant("opportunity", " ", offered) is None
    assert readings("  ") == []


def test_a_filter_is_said_in_both_languages() -> None:
    asked = every(
        Condition("grade", "one_of", ("vip", "a")),
        Group(ANY, (Condition("next_on", "in", "past"), Condition("next_step", "empty"))),
    )
    said = filter_words.sentence("customer", asked, {})
    assert said.in_language("en") == "Grade VIP or A, and (Due before today, or Next step is empty)"
    assert said.in_language("zh") == "等级 VIP、A，并且（到期 今天以前，或者下一步 为空）"


def test_every_operator_of_every_field_can_be_said(store: Store) -> None:
    for kind in ("customer", "opportunity", "task", "interaction", "product"):
        for name in filter_words.offered(kind, lambda names: names):
            begun = filter_words.begun(kind, name)
            for language in ("zh", "en"):
                assert filter_words.sentence(kind, begun, {}).in_language(language)


# Saved views


def test_views_are_kept_named_arranged_deleted_and_undone(store: Store) -> None:
    me = store.me()
    for name in ("Hot", "Cold"):
        commands.run(store, me, "saved_view.keep", of="customer", called=name, query={"by": "stage"})
    hot, cold = saved_views.of(store, me, "customer")
    assert (hot.name, cold.name, hot.query["by"]) == ("Hot", "Cold", "stage")
    commands.run(store, me, "saved_view.arrange", of="customer", order=[cold.id, hot.id], first=hot.id)
    assert [(each.name, each.first) for each in saved_views.of(store, me, "customer")] == [
        ("Cold", False),
        ("Hot", True),
    ]
    commands.run(store, me, "saved_view.change", hot.id, called="Warm", query={"by": ""})
    warm = saved_views.of(store, me, "customer")[1]
    assert (warm.name, warm.query["by"], warm.first, warm.rank) == ("Warm", "", True, 2)
    commands.run(store, me, "saved_view.delete", hot.id)
    assert [each.name for each in saved_views.of(store, me, "customer")] == ["Cold"]
    undo.undo(store, me)
    assert [each.name for each in saved_views.of(store, me, "customer")] == ["Cold", "Warm"]
    assert saved_views.of(store, me, "contact") == []


def test_a_view_needs_a_name_of_its_own(store: Store) -> None:
    me = store.me()
    commands.run(store, me, "saved_view.keep", of="customer", called="Hot", query={})
    with pytest.raises(Exception, match="already"):
        commands.run(store, me, "saved_view.keep", of="customer", called=" hot ", query={})
    with pytest.raises(Exception, match="needs a name"):
        commands.run(store, me, "saved_view.keep", of="customer", called=" ", query={})
    with pytest.raises(Exception, match="no such list"):
        commands.run(store, me, "saved_view.keep", of="nothing", called="x", query={})


# Pasting and exporting


def test_a_block_is_read_as_a_spreadsheet_copies_it() -> None:
    assert pasting.block("a\tb\r\nc\td\r\n") == [["a", "b"], ["c", "d"]]
    assert pasting.block('"two\nlines"\t"say ""hi"""\n5" pipe\t') == [
        ["two\nlines", 'say "hi"'],
        ['5" pipe', ""],
    ]


def test_a_block_is_looked_at_written_and_undone_as_one(store: Store, deals: list[UUID]) -> None:
    me = store.me()
    with store.reading() as session:
        rows = [session.get(RECORDS["opportunity"], each) for each in deals[:2]]
    shown = [row for row in rows if row is not None]
    typed = [["Visit", "12.20", "lots"], ["Visit", "", "1.2万"]]
    cells = pasting.read(store, me, shown, ["next_step", "close_on", "amount"], typed)
    assert [cell.refused is None for cell in cells] == [True, True, False, True, True, True]
    done = pasting.write(store, me, "opportunity", cells)
    assert (done.saved, done.clashed, done.refused) == (2, 0, ())
    with store.reading() as session:
        second: Any = session.get(RECORDS["opportunity"], deals[1])
    assert (second.next_step, second.close_on, second.amount) == ("Visit", None, 1_200_000)
    undo.undo(store, me)
    with store.reading() as session:
        second = session.get(RECORDS["opportunity"], deals[1])
    assert second.next_step != "Visit"


def test_one_cell_fills_all_rows_and_what_is_not_typed_is_refused(store: Store, deals: list[UUID]) -> None:
    with store.reading() as session:
        rows = [session.get(RECORDS["opportunity"], each) for each in deals[:3]]
    shown = [row for row in rows if row is not None]
    cells = pasting.read(store, store.me(), shown, ["owner_id"], [["x"]])
    assert [cell.refused is not None for cell in cells] == [True, True, True]
    assert pasting.read(store, store.me(), [], ["name"], [["x"]]) == []


def test_what_changed_since_it_was_seen_is_not_pasted_over(store: Store, deals: list[UUID]) -> None:
    me = store.me()
    with store.reading() as session:
        row: Any = session.get(RECORDS["opportunity"], deals[0])
    cells = pasting.read(store, me, [row], ["next_step"], [["Mine"]])
    commands.run(store, me, "opportunity.edit", deals[0], values={"next_step": "Theirs"})
    done = pasting.write(store, me, "opportunity", cells)
    assert (done.saved, done.clashed) == (0, 1)
    with store.reading() as session:
        row = session.get(RECORDS["opportunity"], deals[0])
    assert row.next_step == "Theirs"


def test_a_block_that_is_stopped_leaves_everything_as_it_was_and_the_step_before_it_done(
    store: Store, deals: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasting, "SLICE", 10)
    me, told = store.me(), []

    def progress(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 20

    with store.reading() as session:
        rows = [session.get(RECORDS["opportunity"], each) for each in deals]
    before = {row.id: row.next_step for row in rows if isinstance(row, RECORDS["opportunity"])}
    shown = [row for row in rows if row is not None]
    cells = pasting.read(store, me, shown, ["next_step"], [["Visit"]])
    with pytest.raises(Refused) as refused:
        pasting.write(store, me, "opportunity", cells, progress)
    assert refused.value.message == bulk.STOPPED
    assert told == [(10, 40), (20, 40)]
    with store.reading() as session:
        assert {row.id: row.next_step for row in session.query(RECORDS["opportunity"])} == before
    assert pasting.write(store, me, "opportunity", cells, lambda _done, _total: True).saved == 40
    stale = pasting.write(store, me, "opportunity", cells, lambda _done, _total: True)
    assert (stale.saved, stale.clashed) == (40, 0)  # mine is what is there already


def test_what_is_seen_is_exported_in_its_order_with_telephones_as_text(store: Store, tmp_path: Path) -> None:
    customer(store, "B", phone="0512-6588 0101", grade="vip", credit=1_250_000)
    customer(store, "A", phone="+86 138", grade="a")
    customer(store, "C", grade="c")
    query = Query("customer", every(Condition("grade", "one_of", ("vip", "a"))), "name", descending=False)
    fields = RECORDS["customer"].fields()
    columns = [(name, fields[name].label) for name in ("name", "phone", "grade", "credit")]
    path = tmp_path / "seen.xlsx"
    assert exports.export_seen(store, query, lists.viewer_of(store, store.me()), columns, path, "zh") == 2
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows == [
        ["名称", "电话", "等级", "信用额度"],
        ["A", "+86 138", "A", ""],
        ["B", "0512-6588 0101", "VIP", 12500.0],
    ]


def test_groups_are_exported_one_after_the_other_and_a_selection_alone(
    store: Store, deals: list[UUID], tmp_path: Path
) -> None:
    viewer = lists.viewer_of(store, store.me())
    fields = RECORDS["opportunity"].fields()
    columns = [(name, fields[name].label) for name in ("stage", "name")]
    path = tmp_path / "seen.csv"
    assert exports.export_seen(store, Query("opportunity", by="stage"), viewer, columns, path, "en") == 40
    stages = [line.split(",")[0] for line in path.read_text("utf-8-sig").splitlines()[1:]]
    assert stages == sorted(stages, key=["Enquiry", "Proposal and quote", "Won"].index)
    only = frozenset(deals[:2])
    assert exports.export_seen(store, Query("opportunity"), viewer, columns, path, "en", only) == 2
    with pytest.raises(Exception, match="ends in"):
        exports.export_seen(store, Query("opportunity"), viewer, columns, tmp_path / "x.doc", "en")


def test_a_percent_is_typed_as_it_is_said() -> None:
    assert readings("probability >= 50%")[0] == Condition("probability", "least", "50")


def test_what_was_asked_for_as_another_type_is_asked_for_again(store: Store) -> None:
    one = product(store, sku="A-1")
    with store.glance(), store.reading() as session:
        assert titles.names(session, {"customer": {one.id}}) == {}
        assert titles.names(session, {"product": {one.id}})[one.id].title == one.title
        assert titles.names(session, {"customer": {one.id}}) == {}
