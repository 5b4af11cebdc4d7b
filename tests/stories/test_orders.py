"""From the command line: an order from the quote to the last payment, over two laptops and a real office."""

from pathlib import Path

import pytest

from desktop.documents.order_embed import read_orderx
from tests.stories.people import Laptop, Office

Pair = tuple[Laptop, Laptop]


@pytest.fixture
def issued(pair: Pair) -> str:
    """A quote of one rep that was issued: three compressors, seven sets of filters, all at 31,200.00."""
    rep, desk = pair
    desk.new_id("product", "sku=SAT", "name=空压机", "price=84773.923", "tax_percent=13", "unit=台")
    desk.new_id("product", "sku=FLT", "name=过滤器组", "price=4457.142857", "tax_percent=6", "unit=组")
    desk.json("sync")
    rep.json("sync")
    buyer = rep.new_id("customer", "name=苏州星河精密机械有限公司", "tax_id=91320594MA1P7K3D2Q")
    quote: str = rep.json("quote", "new", "--customer", buyer, "--line", "SAT*3", "--line", "FLT*7")["id"]
    rep.json("quote", "issue", quote)
    return quote


def both(pair: Pair) -> None:
    rep, desk = pair
    for laptop in (rep, desk, rep):
        laptop.json("sync")


def test_an_order_goes_from_the_quote_to_the_last_payment(pair: Pair, issued: str) -> None:
    rep, desk = pair
    order = rep.json("quote", "order", issued, "--promised", "2026-01-05", "--reference", "PO-77")
    assert (order["stage"], order["payable"]) == ("draft", "285521.77")
    sent = rep.json("order", "submit", order["id"])
    assert sent["number"].startswith("SO-")
    both(pair)
    (waiting,) = desk.json("order", "list", "--queue", "acknowledge")
    assert (waiting["id"], waiting["customer"]) == (order["id"], "苏州星河精密机械有限公司")
    assert "天" in desk.json("--language", "zh", "order", "list", "--queue", "late")[0]["late"]
    rep.fails(1, "order", "ship", order["id"])
    assert "acknowledge" in rep.fails(1, "--language", "en", "order", "acknowledge", order["id"]).lower()
    desk.json("order", "acknowledge", order["id"])
    first = desk.json(
        *("order", "ship", order["id"], "--line", "SAT*1", "--line", "FLT*3"),
        *("--carrier", "顺丰", "--tracking", "SF123", "--expected", "2026-12-01"),
    )
    assert first["stage"] == "delivering"
    assert "SF123" in first["message"]
    desk.json("order", "ship", order["id"], "--line", "SAT*2", "--line", "FLT*2")
    assert "2 of 7" in desk.fails(1, "--language", "en", "order", "ship", order["id"], "--line", "FLT*3")
    both(pair)
    assert desk.json("order", "list", "--queue", "ship")[0]["id"] == order["id"]
    rep.json("order", "accept", order["id"], "--batch", "1", "--by", "张建国")
    part = rep.json("order", "invoice", order["id"], "--line", "SAT*1", "--line", "FLT*3")
    assert part["invoiced"] == "98145.35"
    both(pair)
    desk.new_id("organisation", "name=苏州衡岳工业装备有限公司", "tax_id=91320500MA0000000X")
    file = desk.json("order", "data", order["id"], "--to", str(desk.folder / "invoice.xml"))["file"]
    assert "<ram:GrandTotalAmount>98145.35</ram:GrandTotalAmount>" in Path(file).read_text("utf-8")
    paper = str(desk.folder / "accepted.pdf")
    asked = ("--paper", "acceptance", "--batch", "1", "--seal", "--to", paper)
    assert desk.json("order", "pdf", order["id"], *asked)["file"] == paper
    assert "PO-77" in read_orderx(Path(paper).read_bytes()).decode()
    last = desk.json("order", "ship", order["id"])
    assert last["batch"] == 3
    for batch in ("2", "3"):
        desk.json("order", "accept", order["id"], "--batch", batch, "--by", "彭立")
    assert desk.json("order", "list", "--queue", "ship") == []
    hasty = desk.json("order", "invoice", order["id"], "--line", "SAT*1")["request"]
    assert desk.json("order", "withdraw", order["id"], "--request", hasty)["invoiced"] == "98145.35"
    closing = desk.json("order", "invoice", order["id"])
    assert (closing["stage"], closing["invoiced"]) == ("accepted", "285521.77")
    assert desk.json("order", "list", "--queue", "invoice")[0]["id"] == order["id"]
    for number in (part["request"], closing["request"]):
        desk.json("order", "invoiced", order["id"], "--request", number, "--number", f"25312-{number}")
    desk.json("order", "pay", order["id"], "--amount", "98145.35", "--request", part["request"])
    assert desk.json("order", "pay", order["id"], "--amount", "187376.42")["stage"] == "completed"
    both(pair)
    told = rep.json("order", "show", order["id"])
    assert (told["stage"], told["paid"]) == ("completed", "285521.77")
    filters = [one["amount"] for one in told["deliveries"]]
    assert filters == ["98145.35", "178462.13", "8914.29"]
    assert [line["open"] for line in told["lines"]] == ["0", "0"]
    asked = [one for one in told["requests"] if one["state"] != "cancelled"]
    assert [one["number"] for one in asked] == [part["request"], closing["request"]]
    assert sum(int(one["tax"].replace(".", "")) for one in asked) == sum_of_tax(rep, order["id"])
    back = ("--line", "FLT*1", "--reason", "漏气")
    assert rep.json("order", "return", order["id"], *back)["stage"] == "delivering"
    assert rep.json("order", "return", order["id"], *back, "--outcome", "refunded")["stage"] == "delivering"
    credit = rep.json("order", "credit", order["id"])
    assert credit["invoiced"] == "281064.63"
    both(pair)
    assert desk.json("order", "show", order["id"])["deliveries"][-1]["outcome"] == "refunded"


def sum_of_tax(laptop: Laptop, order: str) -> int:
    """The tax of an order in cents."""
    return int(laptop.json("show", "order", order)["tax"])


def test_of_two_laptops_that_order_the_same_rest_the_second_hears_why_not(pair: Pair, issued: str) -> None:
    rep, desk = pair
    both(pair)
    rep.json("quote", "order", issued, "--line", "FLT*5")
    second = desk.json("quote", "order", issued, "--line", "FLT*3")
    both(pair)
    refused = desk.json("inbox")
    assert any("还剩 2" in str(one) or "2 of 7 are left" in str(one) for one in refused)
    assert second["id"] not in [one["id"] for one in rep.json("order", "list")]
    assert "2 of 7" in desk.fails(1, "--language", "en", "quote", "order", issued, "--line", "FLT*3")


def test_a_superseded_revision_is_ordered_neither_offline_nor_at_sync(
    pair: Pair, issued: str, office: Office
) -> None:
    rep, desk = pair
    both(pair)
    desk.json("quote", "order", issued)
    rep.json("quote", "revise", issued)
    rep.json("quote", "issue", issued)
    said = rep.fails(1, "--language", "en", "quote", "order", issued, "--revision", "1")
    assert "superseded by R2" in said
    both(pair)
    desk.json("sync")
    assert desk.json("order", "list") == []
    assert "superseded by R2" in str(desk.json("--language", "en", "inbox"))
    assert office.folder.exists()
