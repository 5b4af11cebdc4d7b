"""What one did and the office has not answered stays on top of what arrives."""

from desktop.models import overlay
from desktop.models.record import new_id
from desktop.models.records import Customer, Quote, QuoteRevision
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.protocol.messages import Loss, Part, Table
from tests.models.remote.pages import (
    ANN,
    MINE,
    apply,
    begin,
    count,
    edit,
    entries,
    known,
    new,
    part,
    row,
    shown,
    verdict,
)


def test_an_answered_op_stays_on_top_until_its_row_has_come(store: Store) -> None:
    begin(store)
    record = new_id()
    apply(store, part(row(record, 1, phone="old")))
    edit(store, record, phone="mine")
    apply(
        store,
        part(row(record, 2, phone="old", name="theirs"), start=1, upto=2),
        verdicts=[verdict(1, version=3)],
    )
    assert (shown(store, record).phone, shown(store, record).name, shown(store, record).version) == (
        "mine",
        "theirs",
        2,
    )
    assert known(store).awaiting
    apply(store, part(row(record, 3, phone="mine", name="theirs"), start=2, upto=3))
    assert (shown(store, record).version, count(store, "sync_base"), known(store).awaiting) == (3, 0, False)


def test_a_conflict_lies_in_the_inbox_and_the_offices_value_shows(store: Store) -> None:
    begin(store)
    record = new_id()
    apply(store, part(row(record, 1)))
    edit(store, record, phone="mine", name="also")
    lost = Loss("phone", "mine", "theirs", "critical", True)
    soft = Loss("name", "also", "other", "soft", False)
    apply(
        store,
        part(row(record, 2, phone="theirs"), start=1, upto=2),
        verdicts=[verdict(1, "conflict", 2, lost, soft)],
    )
    assert shown(store, record).phone == "theirs"
    (entry,) = entries(store)
    assert (entry.field, entry.mine, entry.theirs, entry.kind, entry.n) == (
        "phone",
        "mine",
        "theirs",
        "conflict",
        1,
    )
    assert "别人" in entry.reason.in_language("zh")


def test_sets_merge_on_the_screen_too_and_unknown_fields_are_left_alone(store: Store) -> None:
    base = {"tags": ["a", "b", "theirs"], "name": "x", "deleted_at": None}
    ops = [
        overlay.Pending(
            1, "set", {"tags": [["a", "b"], ["b", "mine"]], "payable": [1, 2], "gone": [1, 2]}, 0
        ),
        overlay.Pending(2, "create", {"name": "never"}, 0),
        overlay.Pending(3, "assign", {"fields": {"owner_id": [None, "o"]}}, 0),
    ]
    row_ = overlay.replay(Customer, base, ops)
    assert (row_["tags"], row_["name"], row_["owner_id"], "gone" in row_) == (
        ["b", "mine", "theirs"],
        "x",
        "o",
        False,
    )
    assert overlay.pairs("issue", {"fields": {"stage": ["a", "b"]}, "snapshot": {}}) == {"stage": ("a", "b")}
    assert overlay.pairs("delete", {}) == {}
    assert overlay.pairs("create", {"name": "x"}) == {"name": (None, "x")}
    assert overlay.pairs("transition", {"field": "stage", "from": "a", "to": "b"}) == {"stage": ("a", "b")}


def test_deletions_and_restorations_are_overlaid(store: Store) -> None:
    begin(store)
    record = new_id()
    apply(store, part(row(record, 1, name="a")))
    with store.work(store.me(), "customer.delete") as work:
        work.delete(work.get(Customer, record))
    apply(store, part(row(record, 2, name="b"), start=1, upto=2))
    assert (shown(store, record).name, shown(store, record).deleted_at is None) == ("b", False)
    with store.work(store.me(), "customer.restore") as work:
        found = work.session.get(Customer, record)
        assert found is not None
        found.deleted_at = None
    apply(store, part(row(record, 3, name="c"), start=2, upto=3))
    assert (shown(store, record).name, shown(store, record).deleted_at) == ("c", None)


def test_totals_follow_pulled_lines(store: Store) -> None:
    with store.work(store.me(), "quote.new") as work:
        quote = work.add(Quote(name="q"))
        revision = work.add(QuoteRevision(quote_id=quote.id))
        quote.revision_id = revision.id
    begin(store)
    columns = [
        "id",
        "version",
        "quote_id",
        "revision_id",
        "kind",
        "chosen",
        "quantity",
        "unit_price",
        "owner_id",
    ]
    line = [new_id().hex, 1, quote.id.hex, revision.id.hex, "item", True, "2", "10.5", ANN.hex]
    apply(
        store,
        Part(
            stream=MINE,
            start=0,
            upto=1,
            more=False,
            tables={"quote_line": Table(columns=columns, rows=[line])},
        ),
    )
    assert shown(store, quote.id, Quote).payable == 2100


def test_a_rejected_new_record_leaves_and_lies_in_the_inbox(store: Store) -> None:
    record = new(store, name="no")
    apply(store, verdicts=[verdict(1, "rejected", 0, code="not_allowed", en="You may not.", zh="您无权。")])
    assert shown(store, record) is None
    (entry,) = entries(store)
    assert (entry.field, entry.mine["kind"], entry.mine["body"]["name"]) == ("", "create", "no")
    assert entry.reason.in_language("zh") == "您无权。"
    assert entry.reason.in_language("en") == "You may not."


def test_verdicts_are_taken_in_order_once(store: Store) -> None:
    first, second = new(store, name="a"), new(store, name="b")
    apply(store, verdicts=[verdict(2, "rejected", 0)])
    assert Remote(store).waiting() == 2
    apply(store, verdicts=[verdict(1), verdict(2)])
    apply(store, verdicts=[verdict(1, "rejected", 0)])
    assert (shown(store, first).name, shown(store, second).name) == ("a", "b")
    assert (Remote(store).waiting(), count(store, "sync_await")) == (0, 2)


def test_what_was_answered_and_never_came_is_settled_at_rest(store: Store) -> None:
    given_away, forgotten, held = new(store, name="a"), new(store, name="b"), new_id()
    begin(store)
    apply(store, part(row(held, 1, phone="base")))
    edit(store, held, phone="mine")
    apply(store, verdicts=[verdict(1), verdict(2, "duplicate", 0), verdict(3, version=9)])
    assert shown(store, forgotten).name == "b"
    Remote(store).rest()
    assert (shown(store, given_away), shown(store, forgotten)) == (None, None)
    assert (shown(store, held).phone, known(store).awaiting) == ("base", False)
