"""From the command line: one field of many records, looked at first, done at once, taken back at once."""

from tests.stories.people import Laptop


def test_many_are_changed_by_one_command_and_one_undo(laptop: Laptop) -> None:
    ids = [laptop.new_id("customer", f"name=客户{n}", "city=无锡", "grade=b") for n in range(3)]
    other = laptop.new_id("customer", "name=远方", "city=成都", "grade=b")
    seen = laptop.json("set", "customer", "grade=a", "--where", "city=无锡", "--preview")
    assert (seen["changing"], seen["same"], seen["refused"]) == (3, 0, 0)
    assert {(line["old"], line["new"]) for line in seen["lines"]} == {("b", "a")}
    assert laptop.json("show", "customer", ids[0])["grade"] == "b", "a preview writes nothing"
    done = laptop.json("set", "customer", "grade=a", "--where", "city=无锡")
    assert (done["changed"], done["refused"], done["clashes"]) == (3, [], [])
    assert [laptop.json("show", "customer", one)["grade"] for one in (*ids, other)] == ["a", "a", "a", "b"]
    assert laptop.json("undo")["records"] == 3
    assert {laptop.json("show", "customer", one)["grade"] for one in ids} == {"b"}


def test_which_records_is_always_said(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=客户", "phone=13800138000")
    assert "--where" in laptop.fails(2, "set", "customer", "city=苏州")
    assert laptop.json("set", "customer", "city=苏州", "--all")["changed"] == 1
    assert laptop.json("set", "customer", "tags=vip,展会", "--add", "--id", made)["changed"] == 1
    laptop.run("set", "customer", "credit=100", "--id", made)
    assert laptop.json("set", "customer", "credit=+5%", "--by", "--id", made)["changed"] == 1
    assert laptop.json("set", "customer", "remark=已回访", "--append", "--id", made)["changed"] == 1
    shown = laptop.json("show", "customer", made)
    assert (shown["tags"], shown["credit"], shown["remark"]) == (["vip", "展会"], 105_00, "已回访")
    assert "cannot be changed" in laptop.fails(2, "set", "customer", "city=+5%", "--by", "--all")


def test_what_is_refused_says_why_and_ends_with_its_code(laptop: Laptop) -> None:
    laptop.new_id("customer", "phone=13800138000")
    assert "a name or a phone" in laptop.fails(1, "set", "customer", "phone=", "--all")
