"""What comes down: pages, first copies and digests, complete and in order whatever changes meanwhile."""

import hashlib
import time

import pytest

from sync.protocol import messages
from sync.protocol.messages import Cursor
from sync.server.feed import Event, publish
from sync.server.server import Server
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop, Refused


def seed(server: Server, owner: str, count: int) -> None:
    server.seed("customer", [{"name": f"客户{n}", "owner_id": owner, "tags": ["x"]} for n in range(count)])


def held(laptop: Laptop) -> set[str]:
    return {key for kind, key in laptop.rows if kind == "customer"}


def test_a_first_copy_comes_in_pages_while_others_write(join: Join, server: Server) -> None:
    writer, reader = join("Li"), join("Wang")
    seed(server, writer.user, 25)
    stream = f"user:{writer.user}"
    first = reader.call("GET", f"{messages.SNAPSHOT}{stream}?limit=10", None, messages.Snapshot)
    assert (first.total, len(first.tables["customer"].rows), first.at) == (25, 10, 25)
    keys = [row[0] for row in first.tables["customer"].rows]
    assert keys == sorted(keys)
    writer.sync()
    moved, gone = keys[0], sorted(held(writer))[-1]
    writer.set("customer", moved, name="changed")
    writer.tx(("delete", "customer", gone, {}, 1))
    writer.create("customer", name="new", owner_id=writer.user)
    writer.sync()
    reader.store(first.tables)
    query = f"?limit=10&at={first.at}&after={first.next}"
    while query:
        part = reader.call("GET", f"{messages.SNAPSHOT}{stream}{query}", None, messages.Snapshot)
        reader.store(part.tables)
        query = f"?limit=10&at={part.at}&after={part.next}" if part.next else ""
    reader.cursors[stream] = first.at
    reader.sync()
    assert held(reader) == held(writer)
    assert reader.row("customer", moved)["name"] == "changed"


def test_a_copy_that_this_office_never_began_begins_again(join: Join) -> None:
    laptop = join("Li")
    for query in (
        "?at=99999&after=customer." + "0" * 32,
        "?at=0&after=x",
        "?at=0",
        "?after=customer." + "0" * 32,
    ):
        with pytest.raises(Refused) as refused:
            laptop.call("GET", f"{messages.SNAPSHOT}org{query}", None, messages.Snapshot)
        assert (refused.value.status, refused.value.problem.code) == (410, "snapshot")


def test_pages_bring_each_record_once_in_its_newest_state(join: Join, server: Server) -> None:
    writer, reader = join("Li"), join("Wang")
    seed(server, writer.user, 30)
    writer.sync()
    some = sorted(held(writer))[:5]
    for name in ("a", "b", "c"):
        for key in some:
            writer.set("customer", key, name=name)
        writer.sync()
    stream = f"user:{writer.user}"
    at, mask, seen, pages = 0, "", [], 0
    while True:
        wish = messages.PullRequest(protocol=1, schema=1, cursors=[Cursor(stream, at, 1, mask)], limit=7)
        part = reader.call("POST", messages.PULL, wish, messages.PullResponse).page.parts[0]
        assert part.start == at
        seen += [row[0] for row in part.tables["customer"].rows]
        at, mask, pages = part.upto, part.mask, pages + 1
        if not part.more:
            break
    assert (len(seen), len(set(seen)), pages, at) == (30, 30, 5, 45)


def test_a_cursor_under_another_mask_begins_anew(join: Join, server: Server) -> None:
    laptop = join("Li")
    seed(server, laptop.user, 3)
    stream = f"user:{laptop.user}"
    wish = messages.PullRequest(protocol=1, schema=1, cursors=[Cursor(stream, 3, 1, "other")])
    part = laptop.call("POST", messages.PULL, wish, messages.PullResponse).page.parts[0]
    assert len(part.tables["customer"].rows) == 3
    wish = messages.PullRequest(protocol=1, schema=1, cursors=[Cursor(stream, 3, 1, part.mask)])
    assert not laptop.call("POST", messages.PULL, wish, messages.PullResponse).page.parts


def test_the_digest_is_that_of_the_rows(join: Join, server: Server) -> None:
    laptop = join("Li")
    seed(server, laptop.user, 20)
    laptop.sync()
    wish = messages.DigestRequest(stream=f"user:{laptop.user}", types=["customer"])
    answer = laptop.call("POST", messages.DIGEST, wish, messages.DigestResponse)
    total = sum(int(row.digest, 16) for row in answer.rows) % 2**64
    mine = sum(
        int.from_bytes(hashlib.sha256(f"customer|{key}|1".encode()).digest()[:8], "big")
        for key in held(laptop)
    )
    assert (total, sum(row.count for row in answer.rows), answer.seq) == (mine % 2**64, 20, 20)


def test_streams_have_counters_without_gaps(server: Server) -> None:
    def news(*names: str) -> list[Event]:
        return [Event(stream, "tag", f"{n:032x}", 1, "put") for n, stream in enumerate(names)]

    server.store.write(lambda conn: publish(conn, news("user:b", "org", "user:b")))
    server.store.write(lambda conn: publish(conn, news("org", "user:b")))
    with server.store.read() as conn:
        rows = conn.exec_driver_sql("SELECT stream, seq FROM office_feed ORDER BY stream, seq").all()
        heads = conn.exec_driver_sql("SELECT stream, seq FROM office_stream_head ORDER BY stream").all()
    assert [tuple(row) for row in heads] == [("org", 2), ("user:b", 3)]
    assert [tuple(row) for row in rows] == [
        ("org", 1),
        ("org", 2),
        ("user:b", 1),
        ("user:b", 2),
        ("user:b", 3),
    ]


def test_ten_thousand_rows_are_seeded_and_copied_in_moments(join: Join, server: Server) -> None:
    laptop = join("Li")
    begun = time.process_time()
    seed(server, laptop.user, 10_000)
    seeded = time.process_time()
    assert laptop.snapshot(f"user:{laptop.user}", 5000) == 3
    read = time.process_time()
    assert len(held(laptop)) == 10_000
    assert seeded - begun < 5
    assert read - seeded < 5


def test_a_first_copy_brings_what_is_worked_with_before_what_has_been_and_that_newest_first(
    join: Join,
) -> None:
    ann = join("Ann")
    customer = ann.create("customer", name="Sky")
    talks = [ann.create("interaction", customer_id=customer, name=str(n)) for n in range(3)]
    ann.create("opportunity", customer_id=customer, name="Deal")
    ann.sync()
    came: list[tuple[str, str]] = []
    query = "?limit=2"
    while True:
        page = ann.call("GET", f"{messages.SNAPSHOT}user:{ann.user}{query}", None, messages.Snapshot)
        came += [(name, row[0]) for name, table in page.tables.items() for row in table.rows]
        if page.next is None:
            break
        query = f"?limit=2&at={page.at}&after={page.next}"
    assert [name for name, _ in came] == ["opportunity", "customer", *["interaction"] * 3]
    assert [record for _, record in came[2:]] == talks[::-1]
