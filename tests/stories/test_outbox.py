"""From the command line: what waits, taking it back, and a clash told in three values."""

from tests.stories.people import Laptop


def test_what_waits_is_shown_and_taken_back(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=星河精密", "website=a.example")
    laptop.run("edit", "customer", made, "website=b.example")
    last = laptop.json("outbox")[-1]
    assert last["steps"] == [{"field": "website", "old": "a.example", "new": "b.example"}]
    assert "a.example → b.example" in laptop.run("outbox", "show", last["tx"]).out
    laptop.run("outbox", "take-back", last["tx"])
    assert laptop.json("show", "customer", made)["website"] == "a.example"
    assert last["tx"] not in [card["tx"] for card in laptop.json("outbox")]


def test_an_edit_over_a_newer_value_prints_the_three_and_needs_mine(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=星河精密", "website=b.example")
    words = ("edit", "customer", made, "website=c.example", "--seen", "website=a.example")
    laptop.fails(1, *words)
    assert laptop.json("show", "customer", made)["website"] == "b.example"
    (kept,) = [card for card in laptop.json("outbox") if card["state"] == "aside"]
    assert kept["steps"] == [{"field": "website", "old": "b.example", "new": "c.example"}]
    laptop.run(*words, "--mine")
    assert laptop.json("show", "customer", made)["website"] == "c.example"
    assert "aside" not in [card["state"] for card in laptop.json("outbox")]


def test_what_was_not_saved_is_used_or_let_go_from_the_command_line(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=星河精密", "grade=b")
    words = ("edit", "customer", made, "grade=vip", "--seen", "grade=a")
    said = laptop.fails(1, *words)
    assert "it is B now, you typed VIP" in said
    (kept,) = [card for card in laptop.json("outbox") if card["state"] == "aside"]
    laptop.run("outbox", "take-back", kept["tx"])
    assert laptop.json("show", "customer", made)["grade"] == "b"
    laptop.fails(1, *words)
    (kept,) = [card for card in laptop.json("outbox") if card["state"] == "aside"]
    laptop.run("outbox", "retry", kept["tx"])
    assert laptop.json("show", "customer", made)["grade"] == "vip"
    assert "aside" not in [card["state"] for card in laptop.json("outbox")]


def test_an_edit_that_says_nothing_of_what_was_seen_saves_what_it_states(laptop: Laptop) -> None:
    made = laptop.new_id("customer", "name=星河精密", "website=b.example")
    laptop.run("edit", "customer", made, "website=c.example")
    assert laptop.json("show", "customer", made)["website"] == "c.example"
