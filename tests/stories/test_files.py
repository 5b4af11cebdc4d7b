"""Files from the command line, between real processes; and nothing of them in plain text on any disk."""

import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.canaries import hits, plant
from tests.stories.people import Laptop, Office, Running, Starter
from tests.stories.test_two_laptops import Pair, rounds, shared_customer
from tests.sync import postgres

CANARIES = plant(40)
PDF = b"%PDF-1.7\n" + "\n".join(CANARIES).encode() * 2000
NAMED = CANARIES[0]


def attached(laptop: Laptop, customer: str) -> dict[str, Any]:
    return {one["name"]: one for one in laptop.json("attachments", "customer", customer)}


def test_a_file_attached_on_one_laptop_is_got_on_the_other(pair: Pair, tmp_path: Path) -> None:
    rep, desk = pair
    customer = shared_customer(rep, desk)
    (tmp_path / "合同.pdf").write_bytes(PDF)
    made = rep.json("attach", "customer", customer, str(tmp_path / "合同.pdf"))
    assert attached(rep, customer)["合同.pdf"]["on_server"] is False
    sent = rep.json("sync")["files"]
    assert (sent["sent"], sent["waiting"]) == (1, 0)
    assert desk.json("sync")["files"]["received"] == 1
    one = attached(desk, customer)["合同.pdf"]
    assert (one["id"], one["here"], one["bytes"], one["sha256"]) == (
        made["id"],
        True,
        len(PDF),
        made["sha256"],
    )
    desk.json("attachment", "get", made["id"], "--to", str(tmp_path / "copy.pdf"))
    assert (tmp_path / "copy.pdf").read_bytes() == PDF
    desk.json("attachment", "remove", made["id"])
    rounds(desk, rep)
    assert attached(rep, customer) == {}
    rep.fails(3, "attachment", "get", made["id"], "--to", str(tmp_path / "no.pdf"))
    desk.json("undo")
    rounds(desk, rep)
    assert attached(rep, customer)["合同.pdf"]["here"] is True


def test_what_is_not_taken_is_said_in_words(pair: Pair, tmp_path: Path) -> None:
    rep, desk = pair
    customer = shared_customer(rep, desk)
    (tmp_path / "setup.exe").write_bytes(b"MZ")
    (tmp_path / "empty.pdf").write_bytes(b"")
    assert "program" in rep.fails(1, "attach", "customer", customer, str(tmp_path / "setup.exe"))
    assert "empty" in rep.fails(1, "attach", "customer", customer, str(tmp_path / "empty.pdf"))
    rep.fails(3, "attach", "customer", customer, str(tmp_path / "gone.pdf"))
    rep.fails(3, "attach", "customer", "f" * 32, str(tmp_path / "empty.pdf"))
    rep.fails(3, "attachment", "get", "nonsense")


def written(path: Path) -> tuple[int, int]:
    """How large a file is, and when it was written; it may go at any moment."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return 0, 0
    return there.st_size, there.st_mtime_ns


def until_files_move(laptop: Laptop, running: Running, times: int) -> None:
    """Until the bytes of files were written so often, or it ends: sooner or later, as the machine is."""
    before = None
    while times and running.wait(0).code is None:
        seen = [written(laptop.profile / "blobs" / name) for name in ("blobs.db", "blobs.db-wal")]
        times -= seen != before
        before = seen
        time.sleep(0.001)


def test_a_file_arrives_whole_however_often_laptop_and_office_are_killed(
    pair: Pair, office: Office, tmp_path: Path
) -> None:
    rep, desk = pair
    customer = shared_customer(rep, desk)
    data = b"%PDF-1.7" + random.Random(8).randbytes(24 << 20)
    (tmp_path / "large.pdf").write_bytes(data)
    made = rep.json("attach", "customer", customer, str(tmp_path / "large.pdf"))
    halves = 0
    for laptop in pair:
        kills, moves = 0, 5
        while kills < 5:
            running = laptop.start("sync")
            until_files_move(laptop, running, moves)
            if kills % 2:
                office.close(signal.SIGKILL)
                running.kill()
                office.open()
            else:
                running.kill()
            one = attached(laptop, customer).get("large.pdf", {"done": 0})
            halves += 0 < one["done"] < 100
            kills, moves = (kills + 1, moves) if one["done"] else (kills, moves + 1)
        laptop.json("sync")
    assert halves >= 3
    assert attached(rep, customer)["large.pdf"]["on_server"]
    desk.json("attachment", "get", made["id"], "--to", str(tmp_path / "copy.pdf"))
    assert (tmp_path / "copy.pdf").read_bytes() == data
    for laptop in pair:
        moved = laptop.json("sync")
        assert moved["files"] == {"sent": 0, "received": 0, "waiting": 0}
        assert laptop.json("verify")["ok"]


def a_day(laptop: Laptop, office: Office, place: Path) -> list[Path]:
    """Attach, send, kill, back up, restore, open; every folder that a file might have leaked into."""
    customer = laptop.new_id("customer", "name=某公司")
    (place / f"{NAMED}.pdf").write_bytes(PDF)
    made = laptop.json("attach", "customer", customer, str(place / f"{NAMED}.pdf"))
    office.enrol(laptop, "林一鸣")
    laptop.json("sync")
    backup = laptop.json("backup", str(laptop.profile / "backups"))["file"]
    for name in ("b", "c"):
        (place / f"{name}.txt").write_bytes(PDF + name.encode())
        laptop.json("attach", "customer", customer, str(place / f"{name}.txt"))
    running = laptop.start("sync")
    running.kill()
    laptop.json("restore", backup)
    laptop.json("sync")
    laptop.json("attachment", "get", made["id"], "--to", str(place / "out.pdf"))
    assert (place / "out.pdf").read_bytes() == PDF
    assert laptop.json("verify")["ok"]
    office.close(signal.SIGKILL)
    places = ("profile", "home", "temp", "cache", "config", "data")
    return [*(laptop.folder / name for name in places), office.data]


@pytest.mark.parametrize("plain", [False, True])
def test_no_text_of_a_file_can_be_read_on_any_disk(plain: bool, starter: Starter, tmp_path: Path) -> None:
    own = Starter(plain=True) if plain else starter
    office = Office(own, tmp_path / "office")
    try:
        office.open()
        office.admin("user", "add", "林一鸣", "--team", "华东", "--role", "rep")
        folders = a_day(Laptop.new(own, tmp_path / "laptop"), office, tmp_path)
        found = hits(folders, CANARIES)
    finally:
        office.close()
        if plain:
            own.close()
    if not plain:
        assert found == []
        return
    assert {hit.canary for hit in found} >= set(CANARIES)  # the search would see it
    assert any(hit.path.name.startswith("blobs.db") for hit in found)
    assert postgres.ELSEWHERE or any(hit.path.is_relative_to(office.data) for hit in found)
    assert any(hit.path.suffix == ".satchel" for hit in found)
