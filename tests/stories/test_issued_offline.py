"""A rep issues a quote without a network while the office edits the same draft, with real processes.

What was printed is what the office holds; the office's edits are a draft of their own, and nothing is lost.
"""

from pathlib import Path
from typing import Any

from desktop.documents.readback import printed_texts
from tests.stories.people import Laptop
from tests.stories.test_two_laptops import Pair


def synced(*laptops: Laptop) -> None:
    """One after the other."""
    for laptop in laptops:
        laptop.json("sync")


def figures(pdf: Path) -> str:
    """Everything that stands on a paper."""
    return " ".join(each.text for each in printed_texts(pdf.read_bytes()))


def lines(laptop: Laptop, revision: str) -> dict[str, tuple[str, str]]:
    """Quantity and price of each line of an edition."""
    found = laptop.json("list", "quote_line", f"revision_id={revision}")
    return {line["sku"]: (line["quantity"], line["unit_price"]) for line in found}


def editions(laptop: Laptop, quote: str) -> list[Any]:
    """The editions of a quote, the first one first."""
    return sorted(
        laptop.json("list", "quote_revision", f"quote_id={quote}"), key=lambda one: int(one["revision"])
    )


def test_what_was_printed_offline_is_what_the_office_holds_and_its_edits_are_a_new_draft(
    pair: Pair, tmp_path: Path
) -> None:
    rep, desk = pair
    for sku, price in (("SAT-75V", "98600"), ("DRY-13", "13200"), ("TNK-1", "6800")):
        desk.new_id("product", f"sku={sku}", f"name={sku}", f"price={price}", "tax_percent=13")
    synced(desk, rep)
    buyer = rep.new_id("customer", "name=苏州星河精密机械有限公司")
    wanted = ("--line", "SAT-75V*2", "--line", "DRY-13*1")
    quote = rep.json("quote", "new", "--customer", buyer, *wanted, "--name", "空压站")["id"]
    synced(rep, desk)
    [first] = editions(desk, quote)
    dryer = next(each for each in desk.json("list", "quote_line") if each["sku"] == "DRY-13")
    printed = tmp_path / "printed.pdf"
    issued = rep.json("quote", "issue", quote, "--to", str(printed))
    desk.json("edit", "quote_line", dryer["id"], "unit_price=12000", "quantity=4")
    desk.json("new", "quote_line", f"quote_id={quote}", "sku=TNK-1", "quantity=1")
    desk.json("edit", "quote_revision", first["id"], "valid_until=2027-06-30")
    synced(desk, rep, desk, rep)

    for laptop in pair:
        assert lines(laptop, first["id"]) == {"SAT-75V": ("2", "98600"), "DRY-13": ("1", "13200")}
        one, other = editions(laptop, quote)
        assert (one["id"], one["content_hash"]) == (first["id"], issued["hash"])
        assert one["valid_until"] == first["valid_until"]
        assert (other["content_hash"], other["valid_until"]) == ("", "2027-06-30")
        assert lines(laptop, other["id"]) == {
            "SAT-75V": ("2", "98600"),
            "DRY-13": ("4", "12000"),
            "TNK-1": ("1", "6800"),
        }
        shown = laptop.json("show", "quote", quote)
        assert (shown["stage"], shown["number"], shown["payable"]) == (
            "issued",
            issued["number"],
            (2 * 98600 + 13200) * 100,
        )
        copy = laptop.folder / "copy.pdf"
        laptop.json("quote", "pdf", quote, "--to", str(copy))
        assert ("210,400.00" in figures(copy), "12,000" in figures(copy)) == (True, False)
    assert figures(tmp_path / "printed.pdf") == figures(rep.folder / "copy.pdf")
    desk.json("quote", "revise", quote)  # goes on with that draft
    assert desk.json("quote", "totals", quote)["payable"] == f"{2 * 98600 + 4 * 12000 + 6800}.00"
