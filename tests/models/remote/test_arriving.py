"""What arrives: rows, removals, first copies, names of what is hidden."""

from desktop.models import search
from desktop.models.changes import write_local
from desktop.models.record import RECORDS, new_id
from desktop.models.records import Customer, QuoteLine, Tag, User
from desktop.models.remote import Remote
from desktop.models.store import Changed, Store
from desktop.services import history
from sync.protocol.messages import Part, Removal, Stub, Table
from tests.models.remote.pages import (
    ANN,
    BOB,
    COLUMNS,
    MINE,
    SOUTH,
    apply,
    begin,
    count,
    edit,
    known,
    part,
    row,
    shown,
    verdict,
)


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
