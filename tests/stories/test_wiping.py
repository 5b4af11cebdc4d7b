"""The office orders a laptop to be wiped: real processes, and a look at what is left of it on the disk."""

import shutil
from pathlib import Path
from typing import Any

from tests.stories.people import Laptop, Office
from tests.stories.test_two_laptops import Pair, rounds

SECRET = "苏州星河精密机械有限公司"


def remains(laptop: Laptop) -> list[str]:
    """The files of a profile, by name."""
    return sorted(
        str(path.relative_to(laptop.profile)) for path in laptop.profile.rglob("*") if path.is_file()
    )


def revoke(office: Office, *options: str) -> None:
    """The trust in Lin Yiming's laptop ends."""
    found = device(office, "林一鸣")
    office.admin("device", "revoke", found["code"], "--confirm", found["name"], *options)


def device(office: Office, name: str) -> dict[str, Any]:
    return next(one for one in office.admin("device", "list") if one["user"] == name)


def test_a_laptop_is_wiped_at_its_next_contact_and_what_was_not_sent_is_counted(
    pair: Pair, office: Office, tmp_path: Path
) -> None:
    rep, desk = pair
    made = rep.new_id("customer", f"name={SECRET}", "credit=1000")
    rounds(rep, desk)
    rep.run("edit", "customer", made, "city=苏州")
    rep.new_id("customer", "name=还没有发出去的客户")
    copy = tmp_path / "stolen"
    shutil.copytree(rep.profile, copy)
    revoke(office, "--drop-unsent")
    assert device(office, "林一鸣")["wipe"]["wiped_at"] is None
    said = rep.run("--json", "sync")
    assert said.code == 1, said
    assert "wiped" in said.value["message"]
    assert said.value["lost"] == {"customer": 2}
    assert remains(rep) == ["lock", "wiped.json"]
    assert SECRET.encode() not in (rep.profile / "wiped.json").read_bytes()
    assert "wiped" in rep.fails(1, "list", "customer"), "whoever opens it is told so"
    wipe = device(office, "林一鸣")["wipe"]
    assert (wipe["lost"], wipe["send"]) == ({"customer": 2}, False)
    assert wipe["wiped_at"]
    assert [one["name"] for one in desk.json("list", "customer")] == [SECRET], "nothing more came of it"

    shutil.rmtree(rep.profile)  # a copy of the laptop meets the same order
    shutil.copytree(copy, rep.profile)
    assert rep.run("--json", "sync").code == 1
    assert remains(rep) == ["lock", "wiped.json"]
    assert office.admin("audit")["ok"]


def test_what_waits_goes_first_where_the_order_lets_it(pair: Pair, office: Office) -> None:
    rep, desk = pair
    made = rep.new_id("customer", f"name={SECRET}")
    rounds(rep, desk)
    rep.run("edit", "customer", made, "city=苏州")
    revoke(office)
    said = rep.run("--json", "sync")
    assert (said.code, said.value["sent"], said.value["lost"]) == (1, 1, {})
    assert remains(rep) == ["lock", "wiped.json"]
    desk.json("sync")
    assert desk.json("show", "customer", made)["city"] == "苏州"
    assert device(office, "林一鸣")["wipe"]["lost"] == {}


def test_an_office_that_is_away_wipes_nothing_before_the_changes_have_gone(
    pair: Pair, office: Office
) -> None:
    rep, desk = pair
    made = rep.new_id("customer", f"name={SECRET}")
    rounds(rep, desk)
    rep.run("edit", "customer", made, "city=苏州")
    revoke(office)
    office.close()
    assert rep.run("--json", "sync").code == 4
    assert rep.json("show", "customer", made)["city"] == "苏州"
    office.open()
    assert rep.run("--json", "sync").value["lost"] == {}


def test_a_new_vault_may_be_made_where_one_was_wiped(pair: Pair, office: Office) -> None:
    rep, _desk = pair
    revoke(office)
    rep.run("sync")
    rep.run("init")
    assert rep.json("list", "customer") == []
