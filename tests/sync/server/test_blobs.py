"""Files at the office: only for those who may see their record, only what its hash says, only so large."""

import random
from typing import Any

import pytest
from sqlalchemy import text

from desktop.rules.attachments import CHUNK, LARGEST, hash_of, pieces
from sync.protocol import codec, messages
from sync.protocol.messages import Problem
from sync.server import blobs
from sync.server.server import Answer, Server
from tests.sync.server.conftest import Clock, Join
from tests.sync.server.laptop import Laptop

DATA = random.Random(3).randbytes(2 * CHUNK + 77)
SHA = hash_of(DATA)
DAY = 24 * 3600 * 1000


def attach(laptop: Laptop, data: bytes = DATA, **values: Any) -> str:
    """An attachment on the office's books; the bytes come later."""
    known = {"name": "照片.jpg", "size": len(data), "sha256": hash_of(data), "owner_id": laptop.user}
    record = laptop.create("attachment", "attachment.attach", **{**known, **values})
    laptop.sync()
    return record


def head(laptop: Laptop, sha256: str = SHA) -> Answer:
    return laptop.ask("HEAD", messages.BLOBS + sha256)


def put(laptop: Laptop, n: int, data: bytes = DATA, *, piece: bytes | None = None) -> Answer:
    body = data[n * CHUNK : (n + 1) * CHUNK] if piece is None else piece
    return laptop.ask("PUT", f"{messages.BLOBS}{hash_of(data)}/{n}?size={len(data)}", body)


def get(laptop: Laptop, n: int, sha256: str = SHA) -> Answer:
    return laptop.ask("GET", f"{messages.BLOBS}{sha256}/{n}")


def send(laptop: Laptop, data: bytes = DATA) -> None:
    for n in range(pieces(len(data))):
        assert put(laptop, n, data).status == 200


def code(answer: Answer) -> str:
    return codec.unpack(answer.body, answer.headers.get("content-encoding", ""), Problem).code


def facts(answer: Answer) -> tuple[str, str]:
    assert answer.status == 200, answer
    return answer.headers[messages.PIECES_HEADER], answer.headers[messages.WHOLE_HEADER]


def stored(server: Server) -> int:
    with server.store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM office_blob_piece")).scalar_one())


def test_a_file_goes_up_in_pieces_and_comes_down_the_same(join: Join) -> None:
    li, wang = join("Li"), join("Wang")
    attach(li)
    assert facts(head(li)) == ("00", "0")
    assert facts(put(li, 2)) == ("04", "0")
    assert facts(put(li, 2)) == ("04", "0")
    assert facts(put(li, 0)) == ("05", "0")
    assert facts(head(li)) == ("05", "0")
    assert get(li, 0).status == 404  # nobody gets half a file
    assert facts(put(li, 1)) == ("07", "1")
    assert facts(put(li, 1)) == ("07", "1")
    wang.sync()
    assert facts(head(wang)) == ("07", "1")
    answers = [get(wang, n) for n in range(3)]
    assert b"".join(answer.body for answer in answers) == DATA
    assert all(answer.headers[messages.PIECE_HEADER] == hash_of(answer.body) for answer in answers)
    assert get(wang, 3).status == 404


def test_a_file_is_not_there_for_whoever_may_not_see_its_record(join: Join) -> None:
    li, stranger = join("Li"), join("Zhao", "South")
    attach(li)
    send(li)
    for answer in (head(stranger), get(stranger, 0), put(stranger, 0)):
        assert (answer.status, code(answer)) == (404, "blob")
    assert (head(stranger, "ab" * 32).status, code(get(stranger, 0, "ab" * 32))) == (404, "blob")


def test_whoever_knows_a_hash_does_not_have_the_file(join: Join) -> None:
    li, thief, friend = join("Li"), join("Zhao", "South"), join("Qian", "South")
    attach(li)
    send(li)
    attach(thief)
    assert facts(head(thief)) == ("00", "0")
    assert get(thief, 0).status == 404
    assert put(thief, 0, piece=b"x" * CHUNK).status == 200
    assert get(thief, 0).status == 404
    assert put(thief, 1).status == 200
    assert code(put(thief, 2)) == "hash"
    assert get(thief, 0).status == 404
    assert facts(head(thief)) == ("00", "0")
    send(thief)  # whoever really has it may attach it as well
    friend.sync()
    assert get(friend, 0).body == DATA[:CHUNK]


def test_a_second_attachment_of_a_file_one_may_read_needs_no_bytes(join: Join) -> None:
    li, boss, other = join("Li"), join("Sun", "Head", "manager"), join("Zhao", "South")
    attach(li)
    send(li)
    attach(boss, owner_id=other.user)
    assert get(other, 0).status == 404
    assert facts(head(boss)) == ("07", "1")
    other.sync()
    assert get(other, 0).body == DATA[:CHUNK]


def test_nobody_spoils_what_somebody_else_sends(join: Join) -> None:
    li, wang = join("Li"), join("Wang")
    attach(li)
    assert put(wang, 0, piece=b"y" * CHUNK).status == 200
    send(li)
    assert get(wang, 0).body == DATA[:CHUNK]


def test_who_may_look_and_not_write_sends_nothing(join: Join) -> None:
    li, auditor = join("Li"), join("Zheng", "Head", "auditor")
    attach(li)
    answer = put(auditor, 0)
    assert (answer.status, code(answer)) == (403, "not_allowed")
    send(li)
    assert get(auditor, 0).body == DATA[:CHUNK]


@pytest.mark.parametrize(
    "path",
    [
        "../../../etc/passwd/0",
        "%2e%2e/%2e%2e/office.key",
        f"{SHA}/-1",
        f"{SHA}/0x1",
        f"{SHA}/1/2",
        f"{SHA}/",
        f"{SHA.upper()}/0",
        f"{SHA[:-1]}/0",
        f"{SHA}/99999999999999999999",
        f"{SHA}/２",
        "",
        f"{SHA}%00/0",
        f"{SHA}'--/0",
    ],
)
def test_no_path_leads_elsewhere(join: Join, path: str) -> None:
    li = join("Li")
    attach(li)
    for method in ("GET", "PUT", "HEAD"):
        answer = li.ask(method, messages.BLOBS + path, DATA[:CHUNK] if method == "PUT" else b"")
        assert answer.status in (404, 405), (method, path)


def test_a_piece_has_the_length_that_the_record_says(join: Join) -> None:
    li = join("Li")
    attach(li)
    for n, piece in ((0, b""), (0, DATA[: CHUNK - 1]), (2, DATA[:CHUNK]), (3, b"x"), (999_999, b"x")):
        answer = put(li, n, piece=piece)
        assert (answer.status, code(answer)) == (400, "piece")
    wrong_size = li.ask("PUT", f"{messages.BLOBS}{SHA}/0?size={len(DATA) + 1}", DATA[:CHUNK])
    assert (wrong_size.status, code(wrong_size)) == (404, "blob")


@pytest.mark.parametrize("size", [LARGEST + 1, 0, -1, None])
def test_no_file_is_larger_than_the_office_takes(join: Join, size: int | None) -> None:
    li = join("Li")
    attach(li, size=size)
    assert code(put(li, 0)) == "blob"


def test_the_other_methods_and_unsigned_requests_get_nothing(join: Join, server: Server) -> None:
    li = join("Li")
    attach(li)
    assert li.ask("DELETE", f"{messages.BLOBS}{SHA}/0").status == 405
    assert li.ask("GET", messages.BLOBS + SHA).status == 405
    assert li.ask("HEAD", f"{messages.BLOBS}{SHA}/0").status == 405
    assert Laptop(server).ask("GET", f"{messages.BLOBS}{SHA}/0").status == 401
    server.revoke(li.device)
    assert get(li, 0).status == 401


def test_a_colleagues_lie_about_the_size_stops_nobody(join: Join) -> None:
    li, liar = join("Li"), join("Wang")
    attach(liar, size=5)
    attach(li)
    send(li)
    assert get(liar, 0).body == DATA[:CHUNK]


def test_bytes_that_no_record_names_go_after_the_time_for_an_undo(
    join: Join, server: Server, clock: Clock
) -> None:
    li = join("Li")
    record = attach(li)
    send(li)
    attach(li, b"left over", name="b")
    half = random.Random(9).randbytes(CHUNK + 1)
    attach(li, half)
    put(li, 0, half)
    send(li, b"left over")
    assert stored(server) == 5
    li.tx(
        ("delete", "attachment", record, {}, li.row("attachment", record)["version"]),
        command="attachment.detach",
    )
    li.sync()
    assert get(li, 0).status == 404

    def swept() -> int:
        return server.store.write(lambda conn: blobs.collect(conn, clock(), every=0))

    assert (swept(), stored(server)) == (0, 5)
    clock.now += 8 * DAY
    assert (swept(), stored(server)) == (0, 4)  # what never became whole
    clock.now += 30 * DAY
    assert (swept(), stored(server)) == (1, 1)


def test_what_was_signed_stays_at_the_office_too(join: Join) -> None:
    li = join("Li")
    record = attach(li, purpose="signature")
    send(li)
    version = li.row("attachment", record)["version"]
    for name in ("detach", "delete"):
        li.tx(("delete", "attachment", record, {}, version), command=f"attachment.{name}")
        assert [verdict.code for verdict in li.sync().verdicts] == ["state"]
    assert get(li, 0).body == DATA[:CHUNK]
