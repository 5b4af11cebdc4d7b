"""Hostile input: whatever arrives, the office says what is wrong with it and stays up."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.models.record import new_id
from desktop.rules.chain import START
from sync.protocol import codec, messages
from sync.protocol.messages import Problem
from sync.server.server import Answer, Server
from sync.server.server import Request as HttpRequest
from tests.sync import postgres
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """One laptop for every attack: each must leave the office as it was for the next."""
    server = Server(postgres.office(tmp_path_factory.mktemp("hostile") / "office", "hostile"))
    server.add_user("Li", "North")
    made = Laptop(server)
    made.enrol(server.new_code("Li"))
    made.sync()
    yield made
    server.store.close()


POSTS = (messages.DEVICES, messages.SYNC, messages.PULL, messages.DIGEST)


def problem(answer: Answer) -> Problem:
    told = codec.unpack(answer.body, answer.headers.get("content-encoding", ""), Problem)
    assert 400 <= answer.status < 500, told
    assert told.en
    assert told.zh
    return told


BODIES = {
    "nothing": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"device":"\xff\xfe"}',
    "half a surrogate": b'{"device":"\\ud800"}',
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "wrong types": b'{"device":1,"protocol":"x","cursors":{}}',
    "big number": b'{"protocol":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", list(BODIES))
def test_a_body_that_is_no_message_is_a_bad_request(path: str, name: str, laptop: Laptop) -> None:
    answer = laptop.ask("POST", path, BODIES[name])
    assert answer.status == 400
    assert problem(answer).code == "bad_request"


def test_large_and_exploding_bodies_are_too_large(laptop: Laptop) -> None:
    answer = laptop.ask("POST", messages.SYNC, b" " * (messages.MAX_BODY + 1))
    assert (answer.status, problem(answer).code) == (413, "too_large")
    bomb = zstandard.ZstdCompressor(level=3).compress(b" " * (messages.MAX_UNPACKED + 10))
    answer = laptop.ask("POST", messages.SYNC, bomb, **{"content-encoding": "zstd"})
    assert (answer.status, problem(answer).code) == (413, "too_large")
    for body, encoding in (
        (b"xx", "zstd"),
        (b"xx", "gzip"),
        (gzip.compress(b"{}")[:9], "gzip"),
        (b"{}", "br"),
    ):
        answer = laptop.ask("POST", messages.SYNC, body, **{"content-encoding": encoding})
        assert (answer.status, problem(answer).code) == (400, "bad_request")


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/nothing", 404),
        ("DELETE", messages.SYNC, 405),
        ("GET", messages.SNAPSHOT + "user:%00%ff", 404),
        ("GET", messages.SNAPSHOT + "org?limit=x", 400),
        ("GET", messages.SNAPSHOT + "org?limit=99999999999999999999", 400),
        ("GET", messages.SNAPSHOT + "org?at=1&after=%00", 410),
        ("GET", messages.SNAPSHOT + "../../etc/passwd", 404),
        ("GET", messages.SNAPSHOT + "org'%20OR%201=1--", 404),
        ("GET", messages.SNAPSHOT + "org?" + "&".join(f"a{n}=1" for n in range(99)), 400),
    ],
)
def test_addresses_that_lead_nowhere(method: str, target: str, status: int, laptop: Laptop) -> None:
    answer = laptop.ask(method, target)
    assert answer.status == status
    problem(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {"satchel-sequence": "-1"},
        {"satchel-sequence": "9" * 40},
        {"satchel-sequence": "１"},
        {"satchel-signature": "%%%"},
        {"satchel-signature": "é"},
        {"satchel-device": "'; DROP TABLE user; --"},
        {"satchel-device": "0" * 32},
    ],
)
def test_false_headers_are_not_a_signature(headers: dict[str, str], laptop: Laptop) -> None:
    body = codec.encode(laptop.request())
    assert problem(laptop.ask("POST", messages.SYNC, body, **headers)).code in (
        "bad_signature",
        "unknown_device",
    )
    assert problem(laptop.server.handle(HttpRequest("POST", messages.SYNC, {}, body))).code == "bad_signature"


def test_a_version_nobody_speaks_is_said(laptop: Laptop) -> None:
    answer = laptop.ask("POST", messages.SYNC, codec.encode(laptop.request()), **{"Satchel-Protocol": "99"})
    assert (answer.status, problem(answer).data) == (426, {"protocols": [1]})
    answer = laptop.ask("POST", messages.SYNC, codec.encode(laptop.request(protocol=99)))
    assert (answer.status, problem(answer).code) == (426, "version")


def nest(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"a": value}
    return value


BAD_VALUES: list[tuple[str, str, Any]] = [
    ("customer", "name", 7),
    ("customer", "name", ["a"]),
    ("customer", "name", "a\0b"),
    ("customer", "name", "x" * 70_000),
    ("customer", "remark", "x" * 1_100_000),
    ("customer", "owner_id", "li"),
    ("customer", "owner_id", "A" * 32),
    ("customer", "credit", "12"),
    ("customer", "credit", True),
    ("customer", "credit", 2**63),
    ("customer", "next_on", "2026-13-01"),
    ("customer", "next_on", "20261101"),
    ("customer", "tags", "a"),
    ("customer", "tags", [1]),
    ("customer", "tags", ["x"] * 1001),
    ("customer", "custom", nest(20)),
    ("customer", "custom", {"a": "\0"}),
    ("customer", "later", nest(20)),
    ("customer", "id", "0" * 32),
    ("customer", "version", 9),
    ("customer", "deleted_at", "2026-01-01T00:00:00.000Z"),
    ("customer", "a" * 65, 1),
    ("opportunity", "probability", "1e3"),
    ("opportunity", "probability", "1.23456"),
    ("opportunity", "probability", "12345678901234"),
    ("opportunity", "probability", "１"),
    ("opportunity", "amount", "1.5"),
    ("interaction", "happened_at", "yesterday"),
    ("interaction", "happened_at", "2026-11-24T05:06:07.123+01"),
    ("quote", "needs_review", 1),
    ("nothing", "name", "x"),
]


@pytest.mark.parametrize(("record_type", "name", "value"), BAD_VALUES)
def test_a_value_that_does_not_fit_its_field_is_refused_alone(
    record_type: str, name: str, value: Any, laptop: Laptop
) -> None:
    laptop.create(record_type, **{name: value})
    laptop.tx(("set", record_type, new_id().hex, {name: value}, 0))
    good = laptop.create("customer", name="good")
    laptop.set("customer", good, base=1, name="not a pair")
    laptop.tx(("set", "customer", good, {"name": "not a pair"}, 1))
    answer = laptop.sync()
    assert [one.kind for one in answer.verdicts] == ["rejected", "rejected", "applied", "applied", "rejected"]
    assert answer.verdicts[0].code == answer.verdicts[4].code == "invalid"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("credit", -(2**63)),
        ("next_on", "2026-11-28"),
        ("custom", nest(10)),
        ("tags", []),
        ("name", "𠀀 é‮ 'x\"; DROP TABLE customer; --"),
        ("remark", "\n" * 1000),
        ("name", None),
    ],
)
def test_unusual_values_that_fit_come_back_unchanged(name: str, value: Any, laptop: Laptop) -> None:
    record = laptop.create("customer", **{name: value})
    assert laptop.sync().verdicts[0].kind == "applied"
    assert laptop.row("customer", record)[name] == value


def test_too_many_ops_are_too_large(writer: Laptop) -> None:
    record = new_id().hex
    writer.tx(*(("void", "customer", record, {}, 0) for _ in range(messages.MAX_OPS + 1)))
    answer = writer.ask("POST", messages.SYNC, codec.encode(writer.request(writer.push())))
    assert (answer.status, problem(answer).code) == (413, "too_large")


def test_cursors_from_nowhere_do_no_harm(laptop: Laptop) -> None:
    cursors = [messages.Cursor("x" * 1000, 5, 1, ""), messages.Cursor("org", 2**52, 1, "")]
    body = codec.encode(laptop.request(cursors=cursors))
    assert laptop.ask("POST", messages.SYNC, body).status == 200
    body = codec.encode(laptop.request(cursors=[messages.Cursor("org", -1, 1, "")]))
    assert problem(laptop.ask("POST", messages.SYNC, body)).code == "bad_request"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=8)
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_message_with_a_part_replaced_breaks_the_office(data: st.DataObject, writer: Laptop) -> None:
    writer.head, writer.n, writer.heads, writer.ops, writer.sent = START, 0, [START], [], 0
    record = writer.create("customer", name="A", tags=["x"])
    writer.set("customer", record, base=1, name=("A", "B"))
    whole = json.loads(codec.encode(writer.request(writer.push(), acked=0, wants=["SQ"])))
    spot: Any = whole
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
            spot = spot[key]
            continue
        spot[key] = data.draw(json_values)
        break
    answer = writer.ask("POST", messages.SYNC, json.dumps(whole).encode())
    assert answer.status == 200 or 400 <= answer.status < 500
    if answer.status != 200:
        problem(answer)


@pytest.fixture
def writer(join: Join) -> Laptop:
    return join("Li")
