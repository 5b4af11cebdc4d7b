"""The store's side of sync: what leaves, what arrives, and what a person sees meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import NotFound
from desktop.models import inbox, leases, overlay, search
from desktop.models.changes import write_local
from desktop.models.record import RECORDS, new_id
from desktop.models.records import Customer, Opportunity, Quote, QuoteLine, QuoteRevision, Tag, User
from desktop.models.remote import Remote
from desktop.models.remote_values import Known
from desktop.models.store import Changed, Store
from desktop.rules.chain import START, Entry, entry_hash
from desktop.services import history
from sync.protocol.messages import Lease, Loss, Part, Person, Removal, Stub, Table, Verdict
from tests.stores import opened

ANN = new_id()
BOB = new_id()
SOUTH = new_id()
MINE = f"user:{ANN.hex}"
COLUMNS = ["id", "version", "owner_id", "team_id", "deleted_at", "name", "phone", "tags", "remark"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        remote = Remote(opened_store)
        person = Person(user=ANN.hex, name="Ann", team=SOUTH.hex, role="rep")
        remote.adopt(server="5" * 32, url="http://office", short="7K3", person=person, granted=())
        yield opened_store


def row(record: UUID, version: int, owner: UUID | None = ANN, **values: Any) -> list[Any]:
    fields = {"id": record.hex, "version": version, "team_id": SOUTH.hex, "deleted_at": None, **values}
    fields["owner_id"] = owner.hex if owner else None
    empty = {"name": "", "phone": "", "tags": [], "remark": ""}
    return [{**empty, **fields}[name] for name in COLUMNS]


def part(*rows: list[Any], upto: int = 1, start: int = 0, stream: str = MINE, **more: Any) -> Part:
    tables = {"customer": Table(columns=COLUMNS, rows=list(rows))} if rows else {}
    return Part(stream=stream, start=start, upto=upto, more=False, tables=tables, **more)


def known(store: Store, ops: int = 1000, size: int = 10**6) -> Known:
    return Remote(store).known(ops, size)


def apply(store: Store, *parts: Part, streams: tuple[str, ...] = (MINE, "org"), **more: Any) -> None:
    Remote(store).apply(schema=1, parts=parts, streams=streams, **more)


def begin(store: Store, stream: str = MINE) -> None:
    """The stream is known here up to nothing."""
    Remote(store).apply_snapshot(schema=1, stream=stream, at=0, after=None, mask="", tables={})


def new(store: Store, **values: Any) -> UUID:
    with store.work(store.me(), "customer.new") as work:
        return work.add(Customer(**values)).id


def edit(store: Store, record: UUID, cls: type[Any] = Customer, **values: Any) -> None:
    with store.work(store.me(), "customer.edit") as work:
        found = work.get(cls, record)
        for name, value in values.items():
            setattr(found, name, value)


def shown(store: Store, record: UUID, cls: type[Any] = Customer) -> Any:
    with store.reading() as session:
        return session.get(cls, record)


def count(store: Store, table: str) -> int:
    with store.engine.connect() as connection:
        return len(connection.exec_driver_sql(f"SELECT 1 FROM {table}").all())  # noqa: S608


def verdict(n: int, kind: str = "applied", version: int = 1, *losses: Loss, **more: str) -> Verdict:
    return Verdict(n, kind, version, list(losses), **more)  # type: ignore[arg-type]


# --- what leaves


def test_the_outbox_holds_whole_transactions_with_a_chain_that_verifies(store: Store) -> None:
    with store.work(store.me(), "customer.new") as work:
        for name in "abc":
            work.add(Customer(name=name))
    new(store, name="d")
    outbox = known(store, ops=3).outbox
    assert outbox is not None
    assert [op.n for op in outbox.ops] == [1, 2, 3]
    head, (seed,) = outbox.before, [seed for _, seed in outbox.seeds]
    assert head == START
    for op in outbox.ops:
        entry = Entry(
            store.device.hex,
            op.n,
            op.tx,
            op.command,
            op.kind,
            op.type,
            op.record,
            op.base,
            op.at,
            op.actor,
            op.body,
        )
        head = entry_hash(head, entry, seed)
        assert head == op.hash


def test_a_transaction_larger_than_the_limit_goes_alone_and_whole(store: Store) -> None:
    with store.work(store.me(), "customer.new") as work:
        for name in "abcd":
            work.add(Customer(name=name))
    new(store, name="e")
    for limits in ({"ops": 2}, {"size": 10}):
        outbox = known(store, **limits).outbox
        assert outbox is not None
        assert len(outbox.ops) == 4


def test_a_limit_of_bytes_cuts_between_transactions(store: Store) -> None:
    for name in "abc":
        new(store, name=name)
    first = known(store, size=600).outbox
    assert first is not None
    assert 1 <= len(first.ops) < 3


def test_nothing_to_send_is_no_outbox(store: Store) -> None:
    assert known(store).outbox is None
    new(store, name="a")
    assert known(store, ops=0).outbox is None
    assert Remote(store).waiting() == 1


def test_request_numbers_grow_over_restarts_and_over_what_the_office_saw(store: Store) -> None:
    first = Remote(store)
    numbers = [first.sequence(), first.sequence(), Remote(store).sequence()]
    assert numbers == sorted(set(numbers))
    first.sequence_is_at_least(10**6)
    assert first.sequence() == 10**6 + 1


def test_each_push_window_has_a_seed_of_its_own(store: Store) -> None:
    record = new(store, name="a")
    begin(store)
    apply(store, part(row(record, 1, name="a")), verdicts=[verdict(1)])
    edit(store, record, name="b")
    outbox = known(store).outbox
    assert outbox is not None
    assert [n for n, _ in outbox.seeds] == [2]


# --- what arrives


def test_rows_are_shown_searched_and_announced_and_the_cursor_moves_with_them(store: Store) -> None:
    told: list[Changed] = []
    store.listeners.append(told.append)
    begin(store)
    record = new_id()
    apply(store, part(row(record, 3, name="长河精密", tags=["a"]), upto=7))
    assert (shown(store, record).name, shown(store, record).version, shown(store, record).tags) == (
        "长河精密",
        3,
        ["a"],
    )
    assert known(store).cursors == ((MINE, 7, 1, ""),)
    assert told[-1] == Changed(frozenset({("customer", record)}), "sync", remote=True)
    with store.engine.connect() as connection:
        found = search.find(connection.connection.driver_connection, "长河")  # type: ignore[arg-type]
        assert [hit.id for hit in found] == [record.bytes]


def test_a_page_twice_or_late_changes_nothing_and_a_page_with_a_hole_is_not_taken(store: Store) -> None:
    begin(store)
    record = new_id()
    apply(store, part(row(record, 3, name="new"), upto=7))
    log = count(store, "change")
    apply(store, part(row(record, 3, name="new"), upto=7))
    apply(store, part(row(record, 2, name="old"), upto=5))
    apply(store, part(row(new_id(), 1), start=8, upto=9))
    apply(store, part(row(new_id(), 1), stream="team:unknown"))
    assert shown(store, record).name == "new"
    assert known(store).cursors == ((MINE, 7, 1, ""),)
    assert (count(store, "change"), count(store, "customer")) == (log, 1)


def test_a_change_of_a_record_held_here_is_logged_with_its_author(store: Store) -> None:
    begin(store)
    record = new_id()
    apply(store, part(row(record, 1, name="old")))
    table = Table(columns=[*COLUMNS, "@by", "@at"], rows=[[*row(record, 2, name="new"), BOB.hex, 1234]])
    apply(store, Part(stream=MINE, start=1, upto=2, more=False, tables={"customer": table}))
    with store.engine.connect() as connection:
        logged = connection.exec_driver_sql("SELECT kind, body, base, at, actor, origin, n FROM change").one()
    assert tuple(logged) == ("set", '{"name":["old","new"]}', 1, 1234, BOB.bytes, 1, None)


def test_what_this_program_does_not_know_is_kept_and_what_a_mask_hides_is_emptied(store: Store) -> None:
    begin(store)
    record = new_id()
    table = Table(
        columns=[*COLUMNS, "mood", "unknown"], rows=[[*row(record, 1, phone="1"), "good", {"x": 1}]]
    )
    strange = Table(columns=["id"], rows=[["00"]])
    apply(
        store,
        Part(stream=MINE, start=0, upto=1, more=False, tables={"customer": table, "spaceship": strange}),
    )
    assert shown(store, record).unknown == {"x": 1, "mood": "good"}
    apply(
        store,
        Part(
            stream=MINE,
            start=0,
            upto=1,
            more=False,
            mask="cost",
            tables={"customer": Table(columns=["id", "version", "name"], rows=[[record.hex, 1, "n"]])},
        ),
    )
    assert (shown(store, record).name, shown(store, record).phone) == ("n", None)
    assert known(store).cursors == ((MINE, 1, 1, "cost"),)


def test_a_deleted_record_keeps_its_row_and_leaves_the_index(store: Store) -> None:
    begin(store)
    record = new_id()
    apply(store, part(row(record, 1, name="gone")))
    removal = Removal("tombstone", "customer", record.hex, 2, "2026-11-24T05:06:07.123Z")
    apply(store, part(start=1, upto=2, removals=[removal, Removal("tombstone", "spaceship", "00", 1)]))
    assert shown(store, record).deleted_at is not None
    assert count(store, "search_entry") == 0
    apply(store, part(row(record, 3, name="back"), start=2, upto=3))
    assert shown(store, record).deleted_at is None


def test_a_moved_record_leaves_only_if_it_still_lives_there(store: Store) -> None:
    begin(store)
    left, stayed, newer, both = new_id(), new_id(), new_id(), new_id()
    apply(store, part(row(left, 1), row(stayed, 2, owner=BOB), row(newer, 5), row(both, 1)))
    gone = [Removal("move", "customer", record.hex, 2) for record in (left, stayed, newer, both, new_id())]
    begin(store, f"user:{BOB.hex}")
    apply(
        store,
        part(start=1, upto=2, removals=gone),
        part(row(both, 2, owner=BOB), stream=f"user:{BOB.hex}"),
        streams=(MINE, f"user:{BOB.hex}"),
    )
    held = {record for record in (left, stayed, newer, both) if shown(store, record) is not None}
    assert held == {stayed, newer, both}


def test_a_lost_stream_is_purged_except_for_unsent_work(store: Store) -> None:
    org = new_id()
    for stream in (MINE, f"user:{BOB.hex}", f"team:{SOUTH.hex}", "org"):
        begin(store, stream)
    gone, dirty, team = new_id(), new_id(), new_id()
    apply(
        store,
        part(row(gone, 1, owner=BOB), row(dirty, 1, owner=BOB), stream=f"user:{BOB.hex}"),
        part(row(team, 1, owner=None), stream=f"team:{SOUTH.hex}"),
        Part(
            stream="org",
            start=0,
            upto=1,
            more=False,
            tables={"tag": Table(columns=["id", "version", "name"], rows=[[org.hex, 1, "t"]])},
        ),
        streams=(MINE, f"user:{BOB.hex}", f"team:{SOUTH.hex}", "org"),
    )
    edit(store, dirty, phone="9")
    apply(store, streams=(MINE, "org"))
    assert (shown(store, gone), shown(store, team)) == (None, None)
    assert shown(store, dirty).phone == "9"
    assert shown(store, org, Tag).name == "t"
    apply(store, verdicts=[verdict(1, "rejected", 0, code="not_found", en="no", zh="不")])
    assert shown(store, dirty) is None
    assert count(store, "sync_base") == 0
    apply(store, streams=(MINE,))
    assert shown(store, org, Tag) is None


def test_names_of_hidden_records_are_kept(store: Store) -> None:
    hidden = new_id().hex
    apply(store, stubs=[Stub("customer", hidden, "A"), Stub("customer", hidden, "B")])
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT title FROM sync_stub").scalar_one() == "B"


def test_a_first_copy_is_shown_at_once_searchable_later_and_resumed_where_it_stopped(store: Store) -> None:
    remote, record = Remote(store), new_id()
    table = Table(columns=COLUMNS, rows=[row(record, 1, name="长河")])
    tables = {"customer": table, "address": Table(columns=["id", "version"], rows=[[new_id().hex, 1]])}
    remote.apply_snapshot(schema=1, stream=MINE, at=5, after="customer.1", mask="", tables=tables)
    now = known(store)
    assert (now.marks, now.cursors, now.unindexed) == (((MINE, 5, "customer.1"),), (), True)
    assert (shown(store, record).name, count(store, "search_entry")) == ("长河", 0)
    remote.index_some(100)
    assert (count(store, "search_entry"), known(store).unindexed) == (1, False)
    remote.apply_snapshot(schema=1, stream=MINE, at=5, after=None, mask="", tables={})
    assert (known(store).marks, known(store).cursors) == ((), ((MINE, 5, 1, ""),))


def test_a_copy_that_the_office_forgot_begins_again(store: Store) -> None:
    remote = Remote(store)
    remote.apply_snapshot(schema=1, stream=MINE, at=5, after="x", mask="", tables={})
    remote.forget(MINE)
    assert known(store).marks == ()


# --- one's own ops on top


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


def test_a_record_that_left_waits_only_for_a_newer_row(store: Store) -> None:
    begin(store)
    record = new_id()
    apply(store, part(row(record, 1)))
    edit(store, record, phone="a")
    edit(store, record, name="b")
    apply(store, part(start=1, upto=2, removals=[Removal("move", "customer", record.hex, 3)]))
    assert shown(store, record).phone == "a"
    apply(store, verdicts=[verdict(1, version=2)])
    assert shown(store, record).name == "b"
    apply(store, verdicts=[verdict(2, version=3)])
    assert shown(store, record) is None


# --- the inbox


def entries(store: Store, **more: Any) -> list[inbox.Entry]:
    with store.engine.connect() as connection:
        return inbox.entries(connection, **more)


def resolve(store: Store, entry: inbox.Entry, side: inbox.Side) -> None:
    with store.work(store.me(), "inbox.resolve") as work:
        inbox.resolve(work, entry.id, side)


def conflict(store: Store, cls: type[Any], field: str, mine: Any, **values: Any) -> tuple[UUID, inbox.Entry]:
    """A record and an open entry about one of its fields."""
    with store.work(store.me(), f"{cls.__tablename__}.new") as work:
        record = work.add(cls(**values)).id
    with store.engine.begin() as connection:
        n = len(inbox.entries(connection, every=True)) + 1
        sent = inbox.Sent(n, b"t" * 16, "set", cls.__tablename__, record.bytes, {})
        lost = verdict(n, "conflict", 1, Loss(field, mine, None, "critical", True))
        assert inbox.keep(connection, store.device.bytes, 1, [(sent, lost)]) == 1
    return record, entries(store, record=record)[0]


def test_mine_is_written_again_and_theirs_is_let_rest(store: Store) -> None:
    record, entry = conflict(store, Customer, "phone", "mine", name="a")
    resolve(store, entry, "mine")
    assert shown(store, record).phone == "mine"
    other, entry = conflict(store, Customer, "phone", "mine", name="b")
    resolve(store, entry, "theirs")
    assert shown(store, other).phone == ""
    assert (entries(store), len(entries(store, every=True))) == ([], 2)
    with pytest.raises(NotFound):
        resolve(store, entry, "mine")


def test_a_later_conflict_about_the_same_field_takes_the_place_of_the_earlier_one(store: Store) -> None:
    record, first = conflict(store, Customer, "phone", "one", name="a")
    with store.engine.begin() as connection:
        sent = inbox.Sent(2, b"t" * 16, "set", "customer", record.bytes, {})
        inbox.keep(
            connection,
            store.device.bytes,
            2,
            [(sent, verdict(2, "conflict", 1, Loss("phone", "two", None, "critical", True)))],
        )
        assert inbox.count(connection) == 1
    assert [entry.mine for entry in entries(store)] == ["two"]
    assert {entry.state for entry in entries(store, every=True) if entry.id == first.id} == {"superseded"}


def test_a_stage_is_taken_again_as_a_step_and_a_deletion_as_a_deletion(store: Store) -> None:
    deal, entry = conflict(store, Opportunity, "stage", "won", name="d")
    resolve(store, entry, "mine")
    assert shown(store, deal, Opportunity).stage == "won"
    with store.engine.connect() as connection:
        kinds = connection.exec_driver_sql(
            "SELECT kind FROM change WHERE record = ? ORDER BY n", (deal.bytes,)
        ).all()
    assert [kind for (kind,) in kinds] == ["create", "transition"]
    record, entry = conflict(store, Customer, "deleted_at", True, name="a")
    resolve(store, entry, "mine")
    assert shown(store, record).deleted_at is not None


def refused(store: Store, record: UUID, kind: str, body: dict[str, Any]) -> inbox.Entry:
    with store.engine.begin() as connection:
        n = len(inbox.entries(connection, every=True)) + 9
        sent = inbox.Sent(n, b"t" * 16, kind, "customer", record.bytes, body)
        inbox.keep(connection, store.device.bytes, 1, [(sent, verdict(n, "rejected", 0))])
    return entries(store, record=record)[0]


def test_what_was_refused_whole_can_be_done_again(store: Store) -> None:
    lost = new_id()
    resolve(store, refused(store, lost, "create", {"name": "again", "phone": "1"}), "mine")
    assert (shown(store, lost).name, shown(store, lost).phone) == ("again", "1")
    resolve(store, refused(store, lost, "delete", {}), "mine")
    assert shown(store, lost).deleted_at is not None
    resolve(store, refused(store, lost, "restore", {}), "mine")
    assert shown(store, lost).deleted_at is None
    with pytest.raises(NotFound):
        resolve(store, refused(store, lost, "issue", {"fields": {}}), "mine")


def test_a_refused_set_lies_there_field_by_field(store: Store) -> None:
    record = new(store, name="a")
    refused(store, record, "set", {"phone": ["", "1"], "city": ["", "c"]})
    assert {(entry.field, entry.mine) for entry in entries(store)} == {("phone", "1"), ("city", "c")}


@pytest.mark.parametrize(("kind", "body"), [("delete", {}), ("set", {"phone": ["", "1"]})])
def test_nothing_can_be_done_again_on_a_record_that_is_gone(
    store: Store, kind: str, body: dict[str, Any]
) -> None:
    entry = refused(store, new_id(), kind, body)
    with pytest.raises(NotFound):
        resolve(store, entry, "mine")


# --- numbers, forks, backups


def test_blocks_of_numbers_are_kept_once_and_asked_for_when_few_are_left(store: Store) -> None:
    with store.engine.begin() as connection:
        leases.add(connection, [Lease("SQ", 1, 50), Lease("SQ", 1, 50), Lease("SC", 1, 20)])
        assert leases.wanted(connection) == ["SC"]
        leases.drop(connection)
        assert leases.wanted(connection) == ["SC", "SQ"]


def test_the_office_may_say_who_one_is_now(store: Store) -> None:
    person = Person(user=ANN.hex, name="Ann", team="", role="manager")
    apply(store, person=person, granted=[Lease("SQ", 1, 50)])
    apply(store, person=person)
    me = store.me()
    assert (me.role, me.team_id) == ("manager", None)


def test_a_fork_restamps_what_was_not_shared_under_a_new_identity(store: Store) -> None:
    shared, mine = new(store, name="shared"), new(store, name="mine")
    begin(store)
    apply(store, part(row(shared, 1, name="shared")), verdicts=[verdict(1)])
    edit(store, shared, phone="1")
    remote, former = Remote(store), store.device
    remote.fork(1)
    remote.fork(7)
    prepared = known(store).successor
    assert prepared is not None
    person = Person(user=ANN.hex, name="Ann", team=SOUTH.hex, role="rep")
    remote.adopt(
        server="5" * 32, url="http://office", short="9ZZ", person=person, granted=[Lease("SQ", 1, 50)]
    )
    now = known(store)
    assert (now.identity.device.hex, now.identity.short, now.successor) == (prepared[0], "9ZZ", None)
    assert store.device != former
    assert now.outbox is not None
    assert [(op.n, op.record) for op in now.outbox.ops] == [(1, mine.hex), (2, shared.hex)]
    assert (now.acked, now.last, now.outbox.before, now.head) == (0, 2, START, now.outbox.ops[-1].hash)
    assert (shown(store, shared).phone, shown(store, mine).name) == ("1", "mine")


def test_a_fork_with_everything_shared_leaves_a_clean_log(store: Store) -> None:
    record = new(store, name="a")
    begin(store)
    edit(store, record, phone="1")
    apply(store, part(row(record, 1, name="a")), verdicts=[verdict(1)])
    remote = Remote(store)
    remote.fork(2)
    person = Person(user=ANN.hex, name="Ann", team=SOUTH.hex, role="rep")
    remote.adopt(server="5" * 32, url="", short="9ZZ", person=person, granted=())
    assert (known(store).last, count(store, "sync_base"), shown(store, record).phone) == (0, 0, "")


def test_an_office_that_lost_ops_gets_them_again(store: Store) -> None:
    new(store, name="a")
    new(store, name="b")
    apply(store, verdicts=[verdict(1), verdict(2)])
    Remote(store).rewind(1)
    outbox = known(store).outbox
    assert outbox is not None
    assert [op.n for op in outbox.ops] == [2]
    assert count(store, "sync_await") == 1


def test_a_vault_from_a_backup_uses_no_number_twice(store: Store) -> None:
    with store.engine.begin() as connection:
        leases.add(connection, [Lease("SQ", 1, 50)])
    Remote(store).came_from_backup()
    assert len(known(store).identity.short) == 8
    with store.engine.connect() as connection:
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM number_lease WHERE next <= last").scalar_one()
            == 0
        )


def test_the_registry_of_an_older_program_is_no_obstacle(store: Store) -> None:
    with store.engine.begin() as connection:
        write_local(connection, "office", None)
    assert known(store).identity.server == ""
    assert Remote(store).identity().user == ANN.hex
    assert "customer" in RECORDS
    assert QuoteLine.fields()


def test_a_record_that_arrives_as_it_was_made_brings_who_made_it(store: Store) -> None:
    begin(store)
    made, older = new_id(), new_id()
    table = Table(
        columns=[*COLUMNS, "@by", "@at"],
        rows=[[*row(made, 1, name="new"), BOB.hex, 1234], [*row(older, 4, name="old"), BOB.hex, 99]],
    )
    apply(store, Part(stream=MINE, start=0, upto=2, more=False, tables={"customer": table}))
    with store.engine.connect() as connection:
        logged = connection.exec_driver_sql("SELECT record, kind, body, at, actor, origin FROM change").all()
    assert [tuple(each) for each in logged] == [(made.bytes, "arrive", "{}", 1234, BOB.bytes, 1)]
    [entry] = history.history(store, Customer, made, "name")
    assert (entry.kind, entry.remote, int(entry.at.timestamp() * 1000)) == ("create", True, 1234)
    with store.work(store.me(), "user.new") as work:
        work.add(User(id=BOB, name="Bob"))
    assert history.makers(store, "customer", [made, older]) == {made: "Bob"}
    assert history.history(store, Customer, older) == []
    assert history.made_at(older) is not None
