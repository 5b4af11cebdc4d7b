"""From the command line: a quote that needs approval, asked for, granted and issued."""

from tests.stories.people import Laptop, Office

Pair = tuple[Laptop, Laptop]


def test_a_quote_is_asked_for_granted_and_issued(pair: Pair, office: Office) -> None:
    rep, desk = pair
    office.admin("role", "set", "沈清", "admin")
    desk.json("sync")
    desk.new_id("product", "sku=A", "name=空压机", "price=1000", "tax_percent=13", "unit=台")
    desk.new_id("approval_rule", "name=整单折扣", "kind=document_discount", "threshold=3", "role=manager")
    desk.json("sync")
    rep.json("sync")
    buyer = rep.new_id("customer", "name=苏州星河精密机械有限公司")
    quote = rep.json("quote", "new", "--customer", buyer, "--line", "A*1", "--discount", "-4.5%")["id"]
    stands = rep.json("approve", "--check", quote)
    assert (stands["tone"], stands["asks"], stands["left"]) == ("bad", ["document_discount"], 0)
    assert "4.5 %" in rep.fails(1, "quote", "issue", quote)
    asked = rep.json("approve", "--ask", quote, "--remark", "首单")
    assert asked["role"] == "manager"
    assert rep.json("approve") == []
    for laptop in (rep, desk):
        laptop.json("sync")
    (waiting,) = desk.json("approve")
    assert (waiting["id"], waiting["remark"], waiting["total"]) == (asked["id"], "首单", "955")
    desk.fails(3, "approve", "f" * 32)
    assert desk.json("approve", asked["id"][:32])["granted"] is True
    for laptop in (desk, rep):
        laptop.json("sync")
    assert rep.json("approve", "--check", quote)["refusal"] == ""
    assert rep.json("quote", "issue", quote)["number"]
    [rule] = rep.json("approve", "--rules")
    assert ("3 %" in rule["words"], rule["active"]) == (True, True)
    assert [
        len(rep.json("approve", "--try", "整单折扣", *more)["asked"]) for more in ((), ("--limit", "5"))
    ] == [1, 0]
    rep.fails(3, "approve", "--try", "nothing")


def test_a_quote_is_approved_by_telephone_and_another_subject_to_approval(pair: Pair, office: Office) -> None:
    rep, desk = pair
    office.admin("role", "set", "沈清", "admin")
    desk.json("sync")
    desk.new_id("product", "sku=A", "name=空压机", "price=1000", "tax_percent=13", "unit=台")
    rule = ("name=整单折扣", "kind=document_discount", "threshold=3", "role=manager", "conditional=2")
    desk.new_id("approval_rule", *rule)
    desk.new_id("approval_rule", "name=订单", "kind=total", "threshold=900", "currency=CNY", "subject=order")
    for laptop in (desk, rep, desk):
        laptop.json("sync")
    buyer = rep.new_id("customer", "name=苏州星河精密机械有限公司")
    new = ("quote", "new", "--customer", buyer, "--line", "A*1", "--discount", "-4.5%")
    first, second = rep.json(*new)["id"], rep.json(*new)["id"]
    letters = rep.json("approve", "phone", "--quote", first)["challenge"]
    desk.fails(1, "approve", "phone", letters)
    code = desk.json("approve", "phone", letters, "--total", "955")["code"]
    rep.json("approve", "phone", "--quote", first, "--code", code)
    assert rep.json("quote", "issue", first)["number"]
    order = rep.json("quote", "order", first)["id"]
    assert "total is 955" in rep.fails(1, "order", "submit", order)
    assert rep.json("approve", "--check", order)["asks"] == ["total"]
    letters = rep.json("approve", "phone", "--quote", order)["challenge"]
    code = desk.json("approve", "phone", letters, "--total", "955")["code"]
    rep.json("approve", "phone", "--quote", order, "--code", code)
    assert rep.json("order", "submit", order)["number"]
    assert rep.json("approve", "--subject", second)["until"]
    rep.fails(1, "approve", "--confirmation", second)
    for laptop in (desk, rep, desk):
        laptop.json("sync")
    (waiting,) = desk.json("approve")
    desk.json("approve", waiting["id"])
    for laptop in (desk, rep):
        laptop.json("sync")
    page = rep.folder / "confirmation.pdf"
    rep.json("approve", "--confirmation", second, "--out", str(page))
    assert rep.json("verify-pdf", str(page))["state"] == "sound"
