"""From the command line: a conflict looked at in money, decided each way, opened again."""

from typing import Any

from tests.stories.people import Laptop

Pair = tuple[Laptop, Laptop]


def conflict(pair: Pair) -> tuple[str, dict[str, Any]]:
    """Both change one price; the rep is asked. The quote, and what is to be decided."""
    rep, desk = pair
    desk.catalogue()
    customer = desk.new_id("customer", "name=苏州星河精密机械有限公司")
    quote = desk.json("quote", "new", "--customer", customer, "--line", "SAT-75V*1", "--name", "空压站")["id"]
    desk.json("sync")
    rep.json("sync")
    (line,) = rep.json("list", "quote_line", f"quote_id={quote}")
    desk.json("edit", "quote_line", line["id"], "unit_price=99000")
    rep.json("edit", "quote_line", line["id"], "unit_price=95000")
    desk.json("sync")
    rep.json("sync")
    (card,) = rep.json("inbox")
    return quote, card


def price(laptop: Laptop, quote: str) -> str:
    (line,) = laptop.json("list", "quote_line", f"quote_id={quote}")
    found = line["unit_price"]
    assert isinstance(found, str)
    return found


def test_what_a_side_means_is_shown_and_every_way_decides(pair: Pair) -> None:
    rep, _ = pair
    quote, card = conflict(pair)
    told = rep.json("inbox", "show", card["id"][:12])
    assert (told["mine"], told["theirs"], told["paper"]) == ("95000", "99000", None)
    assert told["money"]["mine"]["payable"] == "95,000.00"
    assert told["money"]["theirs"]["difference"] == "400.00"
    said = rep.run("inbox", "show", card["id"]).out
    assert "Yours: total 95,000.00" in said
    assert "mine: 95,000" in rep.run("inbox").out

    for words, left in ((("mine",), "95000"), (("theirs",), "99000"), (("edit", "97500"), "97500")):
        rep.json("inbox", "resolve", card["id"], *words)
        assert (rep.json("inbox"), price(rep, quote)) == ([], left)
        rep.json("inbox", "reopen", card["id"])
        assert [one["id"] for one in rep.json("inbox")] == [card["id"]]
        assert price(rep, quote) == "99000"
    rep.json("inbox", "resolve", card["id"], "mine")
    assert rep.json("undo")
    assert [one["id"] for one in rep.json("inbox")] == [card["id"]]


def test_what_is_typed_wrongly_is_said_and_nothing_decided(pair: Pair) -> None:
    rep, _ = pair
    _, card = conflict(pair)
    rep.fails(2, "inbox", "show")
    rep.fails(2, "inbox", "reopen")
    rep.fails(2, "inbox", "resolve", card["id"], "edit")
    rep.fails(2, "inbox", "resolve", card["id"], "mine", "97500")
    rep.fails(1, "inbox", "resolve", card["id"], "edit", "a lot")
    rep.fails(1, "inbox", "resolve", card["id"], "both")
    rep.fails(3, "inbox", "reopen", card["id"])
    rep.fails(3, "inbox", "show", "f" * 32)
    assert [one["id"] for one in rep.json("inbox")] == [card["id"]]
    assert rep.run("inbox", "list").out == rep.run("inbox").out


def test_a_late_price_goes_into_a_revision(pair: Pair) -> None:
    rep, desk = pair
    quote, card = conflict(pair)
    rep.json("inbox", "resolve", card["id"], "theirs")
    rep.json("sync")
    desk.json("sync")
    desk.fails(1, "quote", "issue", quote)
    assert desk.json("quote", "confirm", quote)["payable"] == 9_900_000
    desk.json("quote", "issue", quote)
    (line,) = rep.json("list", "quote_line", f"quote_id={quote}")
    rep.json("edit", "quote_line", line["id"], "unit_price=94000")
    desk.json("sync")
    rep.json("sync")
    late = [one for one in rep.json("inbox") if one["field"] == "unit_price"]
    held = rep.json("inbox", "show", late[0]["id"])
    assert (held["paper"]["total"], held["customer_holds"]) == ("99,000.00", "theirs")
    assert "was issued on" in rep.run("inbox", "show", late[0]["id"]).out
    rep.json("inbox", "resolve", late[0]["id"], "split")
    assert rep.json("show", "quote", quote)["payable"] == 9_400_000
