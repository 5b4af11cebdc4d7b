"""The command line keeps its word: options anywhere, JSON alone on its stream, exit codes, clear lines."""

import json
import os
from pathlib import Path

from tests.stories.people import Laptop, Starter


def test_global_options_stand_before_and_after_the_subcommand(laptop: Laptop) -> None:
    profile = str(laptop.profile)
    for words in (
        ("--profile", profile, "--json", "new", "customer", "name=甲"),
        ("new", "--json", "customer", "name=乙", "--profile", profile),
        ("new", "customer", "--language=zh", "name=丙", f"--profile={profile}", "--json"),
    ):
        ended = laptop.run(*words, profile=False)
        assert (ended.code, list(ended.value)) == (0, ["id"]), ended
    named = [one["name"] for one in laptop.json("list", "customers")]
    assert named == ["丙", "乙", "甲"]


def test_with_json_standard_output_holds_one_json_value_also_when_refused(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=甲")
    for words, code in (
        (["show", "customer", made], 0),
        (["list", "customer"], 0),
        (["search", "甲"], 0),
        (["history", "customer", made], 0),
        (["verify"], 0),
        (["edit", "customer", made, "phone=1"], 0),
        (["undo"], 0),
        (["inbox"], 0),
        (["edit", "customer", made, "email=nobody"], 1),
        (["edit", "customer", made, "nothing=1"], 2),
        (["show", "customer", "f" * 32], 3),
        (["no-such-command"], 2),
    ):
        ended = laptop.run(*words, "--json")
        assert ended.code == code, ended
        json.loads(ended.out)
        assert (ended.err == "") == (code == 0)


def test_every_exit_code(selling: Laptop, starter: Starter, tmp_path: Path) -> None:
    laptop = selling
    assert laptop.run("list", "customer").code == 0
    laptop.fails(1, "new", "customer", "email=a@b.c")
    laptop.fails(1, "sync")
    laptop.fails(2, "list")
    laptop.fails(2, "list", "unicorns")
    laptop.fails(2, "import", "x.csv", "--as", "unicorns")
    laptop.fails(3, "show", "customer", "nobody")
    laptop.fails(3, "import", str(tmp_path / "none.csv"), "--as", "customers")
    laptop.fails(3, "restore", str(tmp_path / "none.satchel"))
    laptop.fails(4, "enrol", "http://127.0.0.1:9", "ABCD-EFGH")
    laptop.fails(6, "list", "customer", SATCHEL_PASSPHRASE="wrong")
    Laptop(starter, tmp_path / "nowhere").fails(3, "list", "customer")


def test_a_second_process_finds_the_profile_in_use(laptop: Laptop, tmp_path: Path) -> None:
    laptop.new_id("customer", "name=甲", "remark=" + "长" * 30_000)
    pipe = tmp_path / "out.csv"
    os.mkfifo(pipe)
    holding = laptop.start("--json", "export", "customer", "--to", str(pipe))
    reading = os.open(pipe, os.O_RDONLY)  # the writer has the vault open, and more to say than a pipe holds
    said = laptop.fails(5, "--language", "zh", "edit", "customer", "甲", "name=乙")
    assert str(laptop.profile) in said
    while os.read(reading, 1 << 16):
        pass
    os.close(reading)
    assert holding.wait().value["records"] == 1
    assert laptop.json("show", "customer", "甲")["name"] == "甲"


def test_words_are_chinese_or_english(laptop: Laptop) -> None:
    for language, word in (("zh", "没有"), ("en", "There is no")):
        said = laptop.fails(3, "--language", language, "show", "customer", "甲")
        assert word in said
        assert "\n" not in said
    assert "没有" in laptop.fails(3, "show", "customer", "甲", LANG="zh_CN.UTF-8")


def test_one_field_after_another_and_back(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=星河精密", "phone=0512-1", "website=a.example")
    laptop.json("edit", "customer", made, "phone=0512-2", "website=b.example")
    laptop.json("edit", "customer", made, "phone=0512-3")
    shown = laptop.json("show", "customer", made)
    assert (shown["name"], shown["phone"], shown["website"]) == ("星河精密", "0512-3", "b.example")
    assert shown["id"] == made
    entries = laptop.json("history", "customer", made, "phone")
    assert [(one["old"], one["new"]) for one in entries] == [
        ("0512-2", "0512-3"),
        ("0512-1", "0512-2"),
        (None, "0512-1"),
    ]
    assert all(one["who"] and one["device"] and one["at"].startswith("20") for one in entries)
    assert laptop.json("undo")["undone"] == "customer.edit"
    assert laptop.json("undo")["undone"] == "customer.edit"
    shown = laptop.json("show", "customer", made)
    assert (shown["phone"], shown["website"]) == ("0512-1", "a.example")
    laptop.json("delete", "customer", made)
    laptop.fails(3, "show", "customer", made)
    assert laptop.json("search", "星河") == []
    laptop.json("undo")
    assert laptop.json("show", "customer", made)["phone"] == "0512-1"
    assert [hit["id"] for hit in laptop.json("search", "星河")] == [made]
    laptop.json("undo")
    laptop.fails(3, "show", "customer", made)
    assert "nothing to undo" in laptop.fails(1, "undo")


def test_lists_are_filtered_by_what_fields_hold(laptop: Laptop) -> None:
    for name, city, kind in (("甲", "苏州", "company"), ("乙", "上海", "company"), ("丙", "苏州", "person")):
        laptop.new_id("customer", f"name={name}", f"city={city}", f"kind={kind}")
    assert [one["name"] for one in laptop.json("list", "customer", "city=苏州")] == ["丙", "甲"]
    assert [one["name"] for one in laptop.json("list", "customer", "city=苏州", "kind=公司")] == ["甲"]
    assert [one["name"] for one in laptop.json("list", "customers", "--limit", "1")] == ["丙"]
    assert laptop.json("list", "customer", "city=") == []
    said = laptop.fails(2, "list", "customer", "town=苏州")
    assert "town" in said
    assert "city" in said


def test_a_link_is_given_by_id_or_by_name_and_shown_with_its_name(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=星河精密")
    by_id = laptop.new_id("contact", "name=张建国", f"customer_id={made}")
    by_name = laptop.new_id("contact", "name=单雄", "customer_id=星河精密")
    for contact in (by_id, by_name):
        shown = laptop.json("show", "contact", contact)
        assert (shown["customer_id"], shown["customer"]) == (made, "星河精密")
    assert len(laptop.json("list", "contact", "customer_id=星河精密")) == 2
    assert "没有" in laptop.fails(3, "--language", "zh", "new", "contact", "name=x", "customer_id=无此公司")
