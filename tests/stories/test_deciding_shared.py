"""From the command line: one person with two laptops decides once; every kind of matter has its way."""

from pathlib import Path
from typing import Any

import pytest

from tests.stories.people import Laptop, Office, Starter

Three = tuple[Laptop, Laptop, Laptop]


@pytest.fixture
def three(pair: tuple[Laptop, Laptop], starter: Starter, office: Office, tmp_path: Path) -> Three:
    """A rep's two laptops and the office's."""
    rep, desk = pair
    home = Laptop.new(starter, tmp_path / "home")
    office.enrol(home, "林一鸣")
    home.json("sync")
    return rep, home, desk


def rounds(*laptops: Laptop) -> None:
    for _ in range(2):
        for laptop in laptops:
            laptop.json("sync")


def one(laptop: Laptop, kind: str) -> dict[str, Any]:
    (found,) = laptop.json("inbox")
    assert found["kind"] == kind
    told: dict[str, Any] = found
    return told


def test_what_is_to_be_decided_is_so_on_both_laptops_and_is_decided_once(three: Three) -> None:
    rep, home, desk = three
    made = rep.new_id("customer", "name=苏州星河精密机械有限公司", "credit=1000", "remark=一\n二\n三")
    rounds(*three)
    desk.json("edit", "customer", made, "credit=2000")
    rep.json("edit", "customer", made, "credit=3000")
    rounds(desk, rep, home)
    assert one(rep, "conflict")["id"] == one(home, "conflict")["id"]
    shown = home.json("inbox", "show", one(home, "conflict")["id"])
    assert (shown["mine"], shown["theirs"], shown["changed_by"]) == (300_000, 200_000, "沈清")
    home.json("inbox", "resolve", one(home, "conflict")["id"], "mine")
    rounds(home, rep, desk)
    assert rep.json("inbox") == home.json("inbox") == []
    assert [each["resolved"] for each in rep.json("inbox", "decided")] == ["mine"]
    assert "Yours is used again" in rep.run("inbox", "decided").out
    assert desk.json("show", "customer", made)["credit"] == 300_000

    desk.json("edit", "customer", made, "remark=一\n办公室\n三")
    rep.json("edit", "customer", made, "remark=一\n我的\n三")
    rounds(desk, rep, home)
    assert "office" in home.run("inbox", "show", one(home, "text")["id"]).out
    home.json("inbox", "resolve", one(home, "text")["id"], "both")
    rounds(home, rep, desk)
    assert rep.json("inbox") == []
    assert desk.json("show", "customer", made)["remark"] == "一\n办公室\n我的\n三"


def test_a_deletion_a_total_and_a_wrong_way(three: Three) -> None:
    rep, home, desk = three
    desk.catalogue()
    made = desk.new_id("customer", "name=无锡华瑞轴承有限公司")
    quote = desk.json("quote", "new", "--customer", made, "--line", "SAT-75V*1", "--name", "空压站")["id"]
    rounds(*three)
    (line,) = rep.json("list", "quote_line", f"quote_id={quote}")
    desk.json("edit", "quote_line", line["id"], "unit_price=99000")
    rep.json("delete", "quote_line", line["id"])
    rounds(desk, rep, home)
    card = one(home, "delete")
    assert home.json("inbox", "show", card["id"])["money"]["theirs"]["payable"] == "99,000.00"
    home.fails(1, "inbox", "resolve", card["id"], "confirm")
    home.json("inbox", "resolve", card["id"], "theirs")
    rounds(home, rep, desk)
    assert rep.json("inbox") == []
    total = one(desk, "review")
    assert "99,000.00" in desk.run("inbox", "show", total["id"]).out
    desk.json("inbox", "resolve", total["id"], "confirm")
    assert desk.json("inbox") == []
    desk.fails(3, "inbox", "resolve", "deletions", "back")
