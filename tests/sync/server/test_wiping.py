"""A laptop that is ordered to be wiped: 401 with a signed order on every door, no row, and its last words."""

import dataclasses
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import NotFound, Refused
from sync.protocol import messages, wiping
from sync.protocol.messages import DigestRequest, PullRequest, SyncRequest, SyncResponse
from sync.protocol.wiping import FAREWELL, Farewell, Farewelled
from sync.server import wiping as orders
from sync.server.server import Server
from tests.sync.server.laptop import Laptop
from tests.sync.server.laptop import Refused as Answered

Join = Callable[..., Laptop]


def order(server: Server, which: str, *, send: bool = False) -> str:
    office, seed = (server.store.office, server.office_name()), server.seals.seed
    return server.store.write(lambda conn: orders.give(conn, seed, office, which, server.clock(), send=send))


def sync_of(laptop: Laptop) -> SyncRequest:
    return laptop.request(laptop.push() if laptop.n > laptop.acked else None)


def refused(call: Callable[[], object]) -> Answered:
    with pytest.raises(Answered) as caught:
        call()
    return caught.value


def test_every_door_answers_with_the_signed_order_and_no_row(server: Server, join: Join) -> None:
    laptop, other = join("Li"), join("Wang")
    other.create("customer", name="青禾")
    other.sync()
    assert order(server, laptop.device) == laptop.device
    doors: list[Callable[[], object]] = [
        lambda: laptop.call("POST", messages.SYNC, sync_of(laptop), SyncResponse),
        lambda: laptop.call(
            "POST", messages.PULL, PullRequest(protocol=1, schema=1, cursors=[]), messages.PullResponse
        ),
        lambda: laptop.call("POST", messages.DIGEST, DigestRequest(stream="org"), messages.DigestResponse),
        lambda: laptop.call("GET", messages.SNAPSHOT + "org", None, messages.Snapshot),
        lambda: laptop.call("GET", messages.EVENTS, None, messages.News),
        lambda: laptop.call("GET", messages.BLOBS + "0" * 64, None, messages.News),
    ]
    for door in doors:
        answer = refused(door)
        assert (answer.status, answer.problem.code) == (401, wiping.CODE)
        read = wiping.read(answer.problem.data, server.seals.public.sign, server.store.office, laptop.device)
        assert read is not None
        assert not read.send
    other.sync()


def test_an_order_counts_for_one_laptop_of_one_office_and_under_its_key_alone(
    server: Server, join: Join
) -> None:
    laptop = join("Li")
    order(server, laptop.device)
    data = refused(lambda: laptop.call("POST", messages.SYNC, sync_of(laptop), SyncResponse)).problem.data
    sign, office = server.seals.public.sign, server.store.office
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert wiping.read(data, sign, office, laptop.device) is not None
    assert wiping.read(data, stranger, office, laptop.device) is None
    assert wiping.read(data, sign, "0" * 32, laptop.device) is None
    assert wiping.read(data, sign, office, "0" * 32) is None
    assert wiping.read({**data, "send": True}, sign, office, laptop.device) is None
    assert wiping.read({**data, "signature": "?"}, sign, office, laptop.device) is None
    assert wiping.read("nonsense", sign, office, laptop.device) is None


def test_what_waits_is_taken_where_the_order_says_so_and_nothing_comes_back(
    server: Server, join: Join
) -> None:
    laptop, other = join("Li"), join("Wang")
    made = laptop.create("customer", name="青禾")
    order(server, laptop.device, send=True)
    said = laptop.call("POST", FAREWELL, Farewell(laptop.device, sync_of(laptop)), Farewelled)
    assert (said.status, [verdict.kind for verdict in said.verdicts]) == ("ok", ["applied"])
    other.sync()
    assert other.row("customer", made)["name"] == "青禾"
    again = laptop.call("POST", FAREWELL, Farewell(laptop.device, sync_of(laptop)), Farewelled)
    assert (again.status, again.last) == ("ok", said.last)


def test_nothing_is_taken_where_the_order_does_not_say_so(server: Server, join: Join) -> None:
    laptop, other = join("Li"), join("Wang")
    laptop.create("customer", name="青禾")
    order(server, laptop.device)
    answer = refused(
        lambda: laptop.call("POST", FAREWELL, Farewell(laptop.device, sync_of(laptop)), Farewelled)
    )
    assert answer.status == 403
    rows = dict(other.rows)
    other.sync()
    assert {key for key in other.rows if key[0] == "customer"} == {
        key for key in rows if key[0] == "customer"
    }


def test_the_last_word_is_kept_in_the_log_with_its_counts(server: Server, join: Join) -> None:
    laptop = join("Li")
    order(server, laptop.device)
    last = Farewell(laptop.device, lost={"customer": 2, "quote": 1}, files=3, done=True)
    laptop.call("POST", FAREWELL, last, Farewelled)
    with server.store.read() as conn:
        state = orders.states(conn)[laptop.device]
    assert (state["lost"], state["files"]) == ({"customer": 2, "quote": 1}, 3)
    later = dataclasses.replace(laptop)  # a copy of the laptop changes nothing of what was said
    later.call("POST", FAREWELL, Farewell(laptop.device, done=True), Farewelled)
    with server.store.read() as conn:
        assert orders.states(conn)[laptop.device] == state
    assert server.check_audit()[0] == 0


def test_a_laptop_without_an_order_has_no_last_words(server: Server, join: Join) -> None:
    laptop, shut = join("Li"), join("Wang")
    server.store.write(lambda conn: orders.shut_out(conn, shut.device, server.clock()))
    for one in (laptop, shut):
        answer = refused(
            lambda one=one: one.call("POST", FAREWELL, Farewell(one.device, done=True), Farewelled)
        )
        assert (answer.status, answer.problem.code) == (403, "revoked")
    nonsense = Farewell(laptop.device, lost={"customer": -1}, done=True)
    order(server, laptop.device)
    assert refused(lambda: laptop.call("POST", FAREWELL, nonsense, Farewelled)).status == 400


def test_a_laptop_is_named_by_id_code_or_a_name_that_one_of_them_has(server: Server, join: Join) -> None:
    laptop = join("Li")
    join("Wang")
    code = next(one["code"] for one in server.devices() if one["id"] == laptop.device)
    assert order(server, code.lower()) == laptop.device
    with pytest.raises(Refused):
        order(server, "laptop")
    with pytest.raises(NotFound):
        order(server, "nobody")
