"""Messages, packing, signatures: what one side writes the other reads, and nothing else."""

import gzip
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol import codec, signing
from sync.protocol.messages import Cursor, Hello, Loss, Push, Shape, SyncRequest, Tx, Verdict
from sync.protocol.ops import Op, pack_push, unpack_push
from sync.protocol.versions import agree

DEVICE = "0" * 31 + "1"
TX = "a" * 32


def op(n: int, tx: str = TX, kind: str = "set", **body: object) -> Op:
    return Op(n, tx, "customer.edit", 1, "b" * 32, None, kind, "customer", f"{n:032x}", 3, body)


def pack(ops: list[Op]) -> Push:
    return pack_push(ops, before="00", head="11", seeds=[])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a" * 32, "c" * 32, "d" * 32]),
            st.sampled_from(["create", "set", "delete", "transition"]),
            st.dictionaries(st.sampled_from(["name", "phone", "tags", "字段"]), json_values, max_size=3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_ops_come_out_as_they_went_in(raw: list[tuple[str, str, dict[str, object]]]) -> None:
    ops = [op(7 + place, tx, kind, **body) for place, (tx, kind, body) in enumerate(raw)]
    over_the_wire = codec.decode(codec.encode(pack(ops)), Push)
    assert list(unpack_push(over_the_wire)) == ops


def test_ops_of_one_shape_share_one_header() -> None:
    push = pack([op(n, name=["a", str(n)]) for n in range(1, 101)])
    assert push.shapes == [Shape("set", "customer", ["name"])]
    assert push.txs == [Tx(TX, "customer.edit", 1, "b" * 32, None, 100)]


def test_a_batched_change_of_one_field_costs_at_most_35_bytes() -> None:
    ops = [
        replace(
            op(n, phone=["", f"138{n * 7919 % 10**8:08}"]),
            record=uuid4().hex,
        )
        for n in range(1, 1001)
    ]
    packed, encoding = codec.pack(pack(ops), "zstd")
    assert encoding == "zstd"
    assert len(packed) / len(ops) <= 35


@pytest.mark.parametrize(
    "change",
    [
        {"rows": [[0, "a" * 32]]},
        {"rows": [[5, "a" * 32, 1, 2]]},
        {"rows": [["0", "a" * 32, 1, 2]]},
        {"rows": [[0, "a" * 32, 1]]},
        {"rows": [[0, 7, 1, 2]]},
        {"rows": [[0, "a" * 32, "1", 2]]},
        {"rows": []},
        {"txs": [Tx(TX, "c", 1, "b", None, 0), Tx(TX, "c", 1, "b", None, 1)]},
    ],
)
def test_columns_that_do_not_fit_are_refused(change: dict[str, object]) -> None:
    push = msgspec.structs.replace(pack([op(1, name="x")]), **change)
    with pytest.raises(ValueError, match="push"):
        list(unpack_push(push))


@pytest.mark.parametrize("encoding", ["zstd", "gzip", ""])
def test_a_message_survives_every_encoding(encoding: str) -> None:
    request = SyncRequest(
        device=DEVICE,
        protocol=1,
        schema=1,
        last=0,
        head="",
        acked=0,
        cursors=[Cursor(f"user:{n}", n, 1, "") for n in range(50)],
    )
    body, used = codec.pack(request, encoding)
    assert used == encoding
    assert codec.unpack(body, used, SyncRequest) == request


def test_a_small_message_is_not_packed() -> None:
    assert codec.pack(Verdict(1, "applied", 2), "zstd") == (b'[1,"applied",2,[],"","",""]', "")


def test_fields_added_later_are_ignored() -> None:
    assert codec.decode(
        b'[1,"conflict",2,[["phone","a","b","critical",true]],"","","",99]', Verdict
    ).losses == [Loss("phone", "a", "b", "critical", True)]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"{", ""),
        (b'{"product":"other"}', ""),
        (b"\xff\xfe", ""),
        (b"not packed", "zstd"),
        (b"not packed", "gzip"),
        (gzip.compress(b"{}" * 999, mtime=0)[:-9], "gzip"),
        (b"{}", "br"),
        (b"[" * 100_000, ""),
    ],
)
def test_damaged_bytes_are_one_kind_of_error(data: bytes, encoding: str) -> None:
    with pytest.raises(codec.BadMessage):
        codec.unpack(data, encoding, Hello)


@pytest.mark.parametrize("encoding", ["zstd", "gzip", ""])
def test_a_bomb_is_not_unpacked(encoding: str) -> None:
    plain = b" " * 100_000
    packed = {"zstd": zstandard.compress(plain), "gzip": gzip.compress(plain, mtime=0), "": plain}[encoding]
    with pytest.raises(codec.BadMessage, match="large"):
        codec.decompress(packed, encoding, limit=99_999)


def test_an_unknown_encoding_cannot_be_asked_for() -> None:
    with pytest.raises(codec.BadMessage):
        codec.compress(b" " * 1000, "br")


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [("zstd, gzip", "zstd"), ("gzip;q=1.0", "gzip"), ("br", ""), ("", ""), ("GZIP, ZSTD;q=0.5", "zstd")],
)
def test_the_best_encoding_both_know_is_chosen(accepted: str, chosen: str) -> None:
    assert codec.choose_encoding(accepted) == chosen


def test_a_message_reads_as_plain_json() -> None:
    assert codec.plain(Cursor("org", 4, 1, "")) == ["org", 4, 1, ""]


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def signed() -> signing.Signed:
    headers = signing.sign_request(KEY, "post", "/v1/sync", b"body", DEVICE, "f" * 32, 12)
    return signing.read_headers({name.upper(): value for name, value in headers.items()})


def test_the_text_that_is_signed_is_fixed() -> None:
    text = signing.signing_string("post", "/v1/sync", b"", DEVICE, "f" * 32, 12).decode()
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text.split("\n") == ["SATCHEL-1", "POST", "/v1/sync", empty, DEVICE, "f" * 32, "12"]


def test_a_signed_request_verifies() -> None:
    signing.check_request(PUBLIC, signed(), "POST", "/v1/sync", b"body")


@pytest.mark.parametrize(
    ("method", "target", "body", "change"),
    [
        ("GET", "/v1/sync", b"body", {}),
        ("POST", "/v1/pull", b"body", {}),
        ("POST", "/v1/sync", b"bodx", {}),
        ("POST", "/v1/sync", b"body", {"nonce": "e" * 32}),
        ("POST", "/v1/sync", b"body", {"sequence": 13}),
        ("POST", "/v1/sync", b"body", {"device": "0" * 32}),
        ("POST", "/v1/sync", b"body", {"signature": "!"}),
        ("POST", "/v1/sync", b"body", {"signature": "AAAA"}),
    ],
)
def test_one_changed_byte_breaks_the_signature(
    method: str, target: str, body: bytes, change: dict[str, object]
) -> None:
    with pytest.raises(signing.BadSignature):
        signing.check_request(PUBLIC, replace(signed(), **change), method, target, body)


@pytest.mark.parametrize(
    "change", [{}, {signing.SEQUENCE: "-1"}, {signing.SEQUENCE: "²"}, {signing.SEQUENCE: "1" * 19}]
)
def test_headers_that_are_missing_or_odd_are_refused(change: dict[str, str]) -> None:
    headers = {signing.DEVICE: DEVICE, signing.NONCE: "f", signing.SIGNATURE: "x", **change}
    with pytest.raises(signing.BadSignature):
        signing.read_headers(headers)


def test_the_head_of_a_chain_is_signed_for_one_device_and_number() -> None:
    signature = signing.sign_head(KEY, DEVICE, 7, "ab" * 32)
    signing.check_head(PUBLIC, signature, DEVICE, 7, "ab" * 32)
    for wrong in ((DEVICE, 8, "ab" * 32), ("0" * 32, 7, "ab" * 32), (DEVICE, 7, "ac" * 32)):
        with pytest.raises(signing.BadSignature):
            signing.check_head(PUBLIC, signature, *wrong)


@pytest.mark.parametrize(("offered", "agreed"), [([1], 1), ([1, 2, 3], 1), ([2], None), ([], None)])
def test_both_sides_use_the_newest_common_version(offered: list[int], agreed: int | None) -> None:
    assert agree(offered, (1,)) == agreed
