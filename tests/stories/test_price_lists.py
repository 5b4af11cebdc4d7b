"""A supplier's price list and a bank's rates from the command line."""

from pathlib import Path

from tests.stories.people import Laptop


def test_a_price_list_and_rates_come_in_and_go_again(laptop: Laptop, tmp_path: Path) -> None:
    laptop.new_id("product", "sku=SAT-75V", "name=压缩机", "price=98600")
    book = laptop.new_id("price_book", "name=华东", "currency=CNY")
    laptop.new_id(
        "price_entry",
        f"book_id={book}",
        f"product_id={laptop.json('list', 'product')[0]['id']}",
        "price=90000",
    )
    prices, rates = tmp_path / "prices.csv", tmp_path / "rates.csv"
    prices.write_text("货号,单价\nSAT-75V,94500\nXX-9,12\n", encoding="utf-8")
    rates.write_text("币种,汇率,日期\nEUR,7.7,2026-11-20\n", encoding="utf-8")
    looked = laptop.json("import", "prices", str(prices), "--book", "华东", "--dry-run")
    assert [(row["sku"], row["kind"], row["old"], row["new"], row["percent"]) for row in looked["rows"]] == [
        ("SAT-75V", "changed", "90000", "94500", "5.0"),
        ("XX-9", "unknown", "", "12", ""),
    ]
    shown = laptop.run("import", "prices", str(prices), "--book", "华东", "--dry-run").out
    assert "SAT-75V: 90000 → 94500 (+5.0 %)" in shown
    assert laptop.json("import", "prices", str(prices), "--book", "华东")["imported"] == 1
    assert laptop.json("import", "rates", str(rates))["imported"] == 1
    assert [one["price"] for one in laptop.json("list", "price_entry")] == ["94500"]
    laptop.json("undo")
    assert laptop.json("list", "exchange_rate") == []
    laptop.json("undo")
    assert [one["price"] for one in laptop.json("list", "price_entry")] == ["90000"]
    laptop.fails(2, "import", "prices", str(prices))
    laptop.fails(2, "import", str(prices))
    laptop.fails(3, "import", "prices", str(prices), "--book", "华西")
