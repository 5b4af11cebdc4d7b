"""A coupon from the command line: made, used by its code, taken off, issued, used up."""

from tests.stories.people import Laptop
from tests.stories.test_quotes import BUYER


def test_a_coupon_is_used_taken_off_and_used_up(laptop: Laptop) -> None:
    laptop.new_id("customer", f"name={BUYER}")
    laptop.new_id("product", "sku=ONE", "name=一号", "price=900", "tax_percent=13")
    laptop.new_id("coupon", "code=XH-2026", "name=展会券", "amount=100")
    first, second = (laptop.json("quote", "new", "--customer", BUYER, "--line", "ONE*1") for _ in "ab")
    assert laptop.json("quote", "coupon", first["id"], "xh2026") == {
        "id": first["id"],
        "code": "xh2026",
        "used": True,
        "payable": "800.00",
    }
    assert laptop.json("quote", "coupon", first["id"], "XH-2026", "--off")["payable"] == "900.00"
    laptop.json("quote", "coupon", first["id"], "XH-2026")
    laptop.json("quote", "issue", first["id"])
    assert "XH-2026" in laptop.fails(1, "quote", "coupon", second["id"], "xh-2026")
    assert laptop.json("quote", "totals", second["id"])["payable"] == "900.00"
    said = ("--reason", "price", "--words", "比别家贵")
    assert laptop.json("quote", "decline", first["id"], *said)["stage"] == "declined"
    assert laptop.json("show", "quote", first["id"])["declined_words"] == "比别家贵"
    assert laptop.json("quote", "coupon", second["id"], "xh-2026")["payable"] == "800.00"
