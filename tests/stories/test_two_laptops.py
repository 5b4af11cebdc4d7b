"""Two laptops and an office as real processes: edits merge, conflicts wait, nothing is lost or doubled."""

import shutil
import signal
from typing import Any

from tests.stories.people import Laptop, Office

Pair = tuple[Laptop, Laptop]


def rounds(*laptops: Laptop) -> None:
    """Everybody syncs until nothing moves."""
    for _ in range(2):
        for laptop in laptops:
            laptop.json("sync")


def record(laptop: Laptop, kind: str, record_id: str) -> Any:
    """What `show` prints of a record, without what each laptop counts for itself."""
    return laptop.json("show", kind, record_id)


def shared_customer(rep: Laptop, desk: Laptop) -> str:
    made = rep.new_id("customer", "name=苏州星河精密机械有限公司", "phone=0512-1", "credit=1000")
    rounds(rep, desk)
    return made


def test_different_fields_edited_offline_both_merge(pair: Pair) -> None:
    rep, desk = pair
    made = shared_customer(rep, desk)
    rep.json("edit", "customer", made, "phone=0512-6288 8899", "remark=周五前回电")
    desk.json("edit", "customer", made, "website=xinghe.example", "city=苏州")
    rounds(rep, desk)
    one, other = (record(laptop, "customer", made) for laptop in pair)
    assert one == other
    assert (one["phone"], one["website"], one["city"], one["remark"]) == (
        "0512-6288 8899",
        "xinghe.example",
        "苏州",
        "周五前回电",
    )
    assert rep.json("inbox") == desk.json("inbox") == []
    who = {(entry["new"], entry["remote"]) for entry in rep.json("history", "customer", made, "website")}
    assert ("xinghe.example", True) in who


def test_the_same_critical_field_waits_in_the_inbox_with_both_values(pair: Pair) -> None:
    rep, desk = pair
    made = shared_customer(rep, desk)
    for side, value in (("theirs", "500000"), ("mine", "600000")):
        desk.json("edit", "customer", made, f"credit={value}")
        rep.json("edit", "customer", made, "credit=380000" if side == "theirs" else "credit=390000")
        desk.json("sync")
        assert rep.json("sync")["inbox"] == 1
        (card,) = rep.json("inbox")
        assert (card["type"], card["record"], card["field"]) == ("customer", made, "credit")
        assert card["theirs"] == int(value) * 100
        assert card["mine"] == (38_000_000 if side == "theirs" else 39_000_000)
        rep.fails(2, "inbox", "resolve", card["id"])
        rep.fails(1, "inbox", "resolve", card["id"], "both")
        rep.fails(2, "inbox", "resolve", card["id"], "neither")
        rep.fails(3, "inbox", "resolve", "f" * 32, "mine")
        rep.json("inbox", "resolve", card["id"], side)
        assert rep.json("inbox") == []
        rounds(rep, desk)
        expected = int(value) * 100 if side == "theirs" else 39_000_000
        assert [record(laptop, "customer", made)["credit"] for laptop in pair] == [expected] * 2
        assert desk.json("inbox") == []


def test_lines_of_a_quote_edited_on_both_merge_by_line(pair: Pair) -> None:
    """PRODUCT.md W1, as it stands there."""
    rep, desk = pair
    desk.catalogue()
    desk.json("sync")
    made = shared_customer(rep, desk)
    lines = [word for sku in ("SAT-75V", "DRY-13", "TNK-1", "FLT-3") for word in ("--line", f"{sku}*2")]
    quote = rep.json("quote", "new", "--customer", made, *lines, "--name", "空压站改造")["id"]
    rounds(rep, desk)
    first, second, third, fourth = by_place(rep, quote)
    assert by_place(desk, quote) == by_place(rep, quote)
    desk.json("edit", "quote_line", second["id"], "unit_price=12000")
    desk.json("new", "quote_line", f"quote_id={quote}", "sku=CTL-8", "quantity=1")
    rep.json("edit", "quote_line", third["id"], "quantity=5")
    rep.json("delete", "quote_line", fourth["id"])
    rounds(rep, desk)
    here, there = by_place(rep, quote), by_place(desk, quote)
    assert here == there
    assert [(line["sku"], line["quantity"], line["unit_price"]) for line in here] == [
        ("SAT-75V", "2", "98600"),
        ("DRY-13", "2", "12000"),
        ("TNK-1", "5", "6800"),
        ("CTL-8", "1", "9900"),
    ]
    for laptop in pair:  # the merged total is one that neither of them has seen
        assert {card["kind"] for card in laptop.json("inbox")} <= {"review"}
    payable = [laptop.json("show", "quote", quote)["payable"] for laptop in pair]
    assert payable == [(2 * 98600 + 2 * 12000 + 5 * 6800 + 9900) * 100] * 2
    # the same line and the same field on both sides: a person decides
    desk.json("edit", "quote_line", first["id"], "quantity=3")
    rep.json("edit", "quote_line", first["id"], "quantity=4")
    desk.json("sync")
    rep.json("sync")
    cards = [card for card in rep.json("inbox") if card["kind"] != "review"]
    assert [(card["type"], card["field"], card["mine"], card["theirs"]) for card in cards] == [
        ("quote_line", "quantity", "4", "3")
    ]
    rep.json("inbox", "resolve", cards[0]["id"], "mine")
    rounds(rep, desk)
    assert by_place(rep, quote) == by_place(desk, quote)
    assert by_place(rep, quote)[0]["quantity"] == "4"


def by_place(laptop: Laptop, quote: str) -> list[Any]:
    lines = laptop.json("list", "quote_line", f"quote_id={quote}")
    kept = ("id", "sku", "quantity", "unit_price", "rank")
    return sorted(({name: line[name] for name in kept} for line in lines), key=lambda line: line["rank"])


def test_a_second_sync_moves_nothing(pair: Pair) -> None:
    rep, desk = pair
    shared_customer(rep, desk)
    for laptop in pair:
        moved = laptop.json("sync")
        assert (moved["sent"], moved["received"], moved["removed"], moved["waiting"]) == (0, 0, 0, 0)


def test_a_person_may_ask_whether_the_laptop_has_what_the_office_has(pair: Pair) -> None:
    rep, desk = pair
    shared_customer(rep, desk)
    checked = rep.json("verify", "--with-office")
    assert (checked["ok"], checked["repaired"]) == (True, 0)
    assert "repaired" not in rep.json("verify")
    moved = rep.json("sync", "--accept-deletions")
    assert (moved["accepted"], moved["held"]) == (0, 0)


def test_without_the_office_work_waits_and_nothing_is_lost(pair: Pair, office: Office) -> None:
    rep, desk = pair
    made = shared_customer(rep, desk)
    office.close(signal.SIGKILL)
    rep.json("edit", "customer", made, "phone=0512-9")
    other = rep.new_id("customer", "name=断网时新建")
    said = rep.fails(4, "--language", "zh", "sync")
    assert "公司服务器" in said
    assert rep.json("show", "customer", made)["phone"] == "0512-9"
    office.open()
    moved = rep.json("sync")
    assert (moved["sent"], moved["waiting"]) == (2, 0)
    rounds(desk)
    assert desk.json("show", "customer", made)["phone"] == "0512-9"
    assert desk.json("show", "customer", other)["name"] == "断网时新建"


def test_a_laptop_that_is_shut_out_is_let_in_no_more_and_keeps_what_it_holds(
    pair: Pair, office: Office
) -> None:
    rep, desk = pair
    made = shared_customer(rep, desk)
    devices = office.admin("device", "list")
    (lost,) = [one for one in devices if one["user"] == "林一鸣"]
    office.admin("device", "revoke", lost["id"], "--keep")
    rep.json("edit", "customer", made, "phone=0512-7")
    said = rep.run("--json", "sync")
    assert said.code == 1, said
    assert "Traceback" not in said.err
    rounds(desk)
    assert desk.json("show", "customer", made)["phone"] == "0512-1"
    rep.fails(1, "enrol", office.url, "AAAA-BBBB")


def test_a_restored_laptop_goes_on_and_every_edit_is_there_once(pair: Pair) -> None:
    rep, desk = pair
    made = shared_customer(rep, desk)
    rep.json("edit", "customer", made, "tags=老客户")
    backup = rep.json("backup", str(rep.folder / "backups"))["file"]
    rep.json("edit", "customer", made, "phone=0512-after")
    seen = rep.new_id("interaction", "name=备份之后的拜访", f"customer_id={made}")
    rounds(rep, desk)
    shutil.rmtree(rep.profile)
    rep.json("restore", backup)
    again = rep.new_id("interaction", "name=恢复之后的拜访", f"customer_id={made}")
    rep.json("sync")
    rounds(rep, desk)
    for laptop in pair:
        shown = laptop.json("show", "customer", made)
        assert (shown["phone"], shown["tags"]) == ("0512-after", ["老客户"])
        assert {one["id"] for one in laptop.json("list", "interaction")} == {seen, again}
        assert laptop.json("inbox") == []
        assert laptop.json("verify")["ok"]
    assert record(rep, "customer", made) == record(desk, "customer", made)


def test_a_deleted_customer_goes_everywhere_and_undo_brings_it_back_everywhere(pair: Pair) -> None:
    rep, desk = pair
    made = shared_customer(rep, desk)
    rep.json("delete", "customer", made)
    rounds(rep, desk)
    desk.fails(3, "show", "customer", made)
    assert desk.json("search", "星河") == []
    rep.json("undo")
    rounds(rep, desk)
    assert desk.json("show", "customer", made)["phone"] == "0512-1"
    assert desk.json("search", "星河")[0]["id"] == made
