"""Golden wire files: what version 1 looks like on the line, byte for byte; a change here is a new version.

`python -m tests.sync.test_golden` writes the files anew, for a new version only.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.protocol import codec
from sync.protocol.messages import (
    Cursor,
    DigestRequest,
    DigestResponse,
    DigestRow,
    Enrol,
    Enrolled,
    Head,
    Hello,
    Lease,
    Loss,
    Page,
    Part,
    Person,
    Problem,
    PullRequest,
    PullResponse,
    Removal,
    Seed,
    Snapshot,
    Stub,
    SyncRequest,
    SyncResponse,
    Table,
    Verdict,
)
from sync.protocol.ops import Op, pack_push, unpack_push

FOLDER = Path(__file__).parent.parent / "data" / "wire" / "v1"
DEVICE, USER, TEAM, RECORD, OTHER, TX = (letter * 32 for letter in "d1a7e2")
PERSON = Person(user=USER, name="林一鸣", team=TEAM, role="rep")
OPS = [
    Op(
        3,
        TX,
        "customer.new",
        1795482000000,
        USER,
        None,
        "create",
        "customer",
        RECORD,
        0,
        {"name": "长河精密", "tags": ["重点"]},
    ),
    Op(
        4,
        TX,
        "customer.new",
        1795482000000,
        USER,
        None,
        "set",
        "customer",
        RECORD,
        0,
        {"phone": ["", "0512-1"]},
    ),
    Op(
        5,
        OTHER,
        "opportunity.step",
        1795482000500,
        USER,
        OTHER,
        "transition",
        "opportunity",
        OTHER,
        7,
        {"field": "stage", "from": "lead", "to": "won"},
    ),
    Op(6, "f" * 32, "customer.delete", 1795482000900, USER, None, "delete", "customer", OTHER, 2, {}),
]
PUSH = pack_push(OPS, before="b" * 64, head="c" * 64, seeds=[Seed(1, "5" * 64)], signature="c2lnbmF0dXJl")
TABLE = Table(
    columns=["id", "version", "owner_id", "team_id", "deleted_at", "name", "@by", "@at"],
    rows=[[RECORD, 2, USER, TEAM, None, "长河精密", USER, 1795482000000]],
)
PAGE = Page(
    parts=[
        Part(
            stream=f"user:{USER}",
            start=4,
            upto=9,
            more=True,
            tables={"customer": TABLE},
            removals=[
                Removal("tombstone", "customer", OTHER, 3, "2026-11-24T05:06:07.123Z"),
                Removal("move", "customer", OTHER, 3),
            ],
        )
    ],
    stubs=[Stub("customer", OTHER, "别人的客户")],
)
HEADS = [Head("org", 8, ""), Head(f"user:{USER}", 9, "cost", 120)]

MESSAGES: dict[str, msgspec.Struct] = {
    "hello": Hello(
        product="satchel",
        nonce="9" * 32,
        server=OTHER,
        name="衡岳",
        time=1795482000000,
        protocols=[1],
        schema=1,
    ),
    "enrol": Enrol(device=DEVICE, key="6" * 64, name="laptop", code="ABCD2345", protocols=[1], schema=1),
    "enrolled": Enrolled(
        server=OTHER,
        name="衡岳",
        device=DEVICE,
        short="7K3",
        person=PERSON,
        protocol=1,
        schema=1,
        leases=[Lease("SQ", 1, 50)],
    ),
    "sync_request": SyncRequest(
        device=DEVICE,
        protocol=1,
        schema=1,
        last=6,
        head="c" * 64,
        acked=2,
        cursors=[Cursor("org", 8, 1, ""), Cursor(f"user:{USER}", 4, 1, "cost")],
        push=PUSH,
        wants=["SQ"],
        limit=2000,
    ),
    "sync_response": SyncResponse(
        status="ok",
        last=6,
        server_at=1795482001000,
        heads=HEADS,
        person=PERSON,
        verdicts=[
            Verdict(3, "applied", 2),
            Verdict(4, "conflict", 2, [Loss("phone", "0512-1", "0512-2", "critical", True)]),
            Verdict(5, "rejected", 0, [], "not_allowed", "You may not do this.", "您无权这样做。"),
            Verdict(6, "duplicate", 0),
        ],
        page=PAGE,
        leases=[Lease("SQ", 51, 100)],
    ),
    "forked": SyncResponse(
        status="forked", last=9, server_at=1, heads=HEADS, person=PERSON, agreed=4, upgrade=True
    ),
    "pull_request": PullRequest(protocol=1, schema=1, cursors=[Cursor("org", 8, 1, "")], limit=500),
    "pull_response": PullResponse(heads=HEADS, page=PAGE),
    "snapshot": Snapshot(
        stream="org", at=8, next=f"customer.{RECORD}", total=120, tables={"customer": TABLE}
    ),
    "digest_request": DigestRequest(stream="org", types=["customer"]),
    "digest_response": DigestResponse(stream="org", seq=8, rows=[DigestRow("customer", "a7", 1, "0" * 16)]),
    "problem": Problem(code="sequence", en="Answered before.", zh="已答复过。", data={"sequence": 12}),
}


def readable(message: msgspec.Struct) -> bytes:
    """The message as the golden file shows it: the wire's JSON, indented."""
    return msgspec.json.format(codec.encode(message), indent=1) + b"\n"


@pytest.mark.parametrize("name", MESSAGES)
def test_version_1_still_reads_and_writes_as_it_did(name: str) -> None:
    golden = (FOLDER / f"{name}.json").read_bytes()
    message = MESSAGES[name]
    assert readable(message) == golden
    assert codec.decode(golden, type(message)) == message


def test_every_golden_file_has_its_message() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(MESSAGES)


def test_what_a_later_version_adds_is_passed_over() -> None:
    golden: Any = msgspec.json.decode((FOLDER / "sync_response.json").read_bytes())
    golden["weather"] = "fine"
    golden["verdicts"][0] += ["", "", "", "", "more"]
    golden["page"]["parts"][0]["mood"] = 1
    decoded = codec.decode(msgspec.json.encode(golden), SyncResponse)
    assert decoded.page == PAGE
    assert decoded.verdicts[0].kind == "applied"


def test_the_golden_push_holds_the_ops_it_was_made_of() -> None:
    request = codec.decode((FOLDER / "sync_request.json").read_bytes(), SyncRequest)
    assert request.push is not None
    assert list(unpack_push(request.push)) == OPS


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for title, sample in MESSAGES.items():
        (FOLDER / f"{title}.json").write_bytes(readable(sample))
