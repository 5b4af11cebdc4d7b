"""From the command line: what is said about a customer is there for whoever sees it; links to records."""

from tests.stories.people import Laptop

Pair = tuple[Laptop, Laptop]


def test_a_comment_travels_with_its_customer_and_stays_where_that_lives(pair: Pair) -> None:
    rep, desk = pair
    customer = rep.new_id("customer", "name=苏州星河精密机械有限公司")
    rep.json("sync")
    desk.json("sync")
    said = desk.new_id(
        "comment", f"customer_id={customer}", "text=@林一鸣 价格先别松口", "mentions=林一鸣", "author=沈清"
    )
    desk.json("sync")
    rep.json("sync")
    [there] = rep.json("list", "comment")
    assert (there["id"], there["author"], there["mentions"]) == (said, "沈清", ["林一鸣"])
    owner = rep.json("show", "customer", customer)["owner_id"]
    assert rep.json("show", "comment", said)["owner_id"] == owner
    assert rep.json("search", "松口")


def test_a_link_is_printed_for_a_name_and_an_id(pair: Pair) -> None:
    rep, _ = pair
    customer = rep.new_id("customer", "name=苏州星河精密机械有限公司")
    link = f"satchel://customer/{customer.replace('-', '')}"
    assert rep.json("link", "customer", customer) == {"link": link}
    assert rep.run("link", "customer", "苏州星河精密机械有限公司").out.strip() == link
    rep.fails(3, "link", "customer", "nobody")
    rep.fails(2, "link", "spaceship", customer)
