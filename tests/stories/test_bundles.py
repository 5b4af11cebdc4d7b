"""A bundle of products from the command line: put together, quoted, chosen from, printed."""

from tests.stories.people import Laptop
from tests.stories.test_quotes import BUYER


def test_a_bundle_is_quoted_chosen_from_and_issued(laptop: Laptop) -> None:
    laptop.new_id("customer", f"name={BUYER}")
    whole = laptop.new_id("product", "sku=SET", "name=套装", "kind=bundle", "price=900", "tax_percent=13")
    for sku, said in (
        ("BASE", ()),
        ("HALF", ("inclusion=default", "pricing=percent", "percent=50")),
        ("RED", ("inclusion=optional", "pricing=own", "group=颜色", "choose=1")),
        ("BLUE", ("inclusion=optional", "pricing=own", "group=颜色", "choose=1")),
    ):
        part = laptop.new_id("product", f"sku={sku}", f"name={sku}", "price=10", "tax_percent=13")
        laptop.new_id("bundle_part", f"product_id={whole}", f"part_id={part}", "quantity=2", *said)
    made = laptop.json("quote", "new", "--customer", BUYER, "--line", "SET*3")
    assert (made["payable"], made["lines"]) == ("2730.00", 3)
    assert "颜色" in laptop.fails(1, "quote", "issue", made["id"])
    found = laptop.json("quote", "parts", made["id"], "--take", "HALF", "BLUE")
    assert [(one["sku"], one["quantity"]) for one in found["parts"]] == [
        ("BASE", "6"),
        ("HALF", "6"),
        ("RED", None),
        ("BLUE", "6"),
    ]
    laptop.json("quote", "issue", made["id"])
    assert laptop.json("quote", "totals", made["id"])["payable"] == "2790.00"
