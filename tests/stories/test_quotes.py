"""From a customer to paper: lines, discount, number, a frozen revision, the next one, a contract."""

import hashlib
import json
import re
import shutil
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from tests.stories.people import Laptop

BUYER = "苏州星河精密机械有限公司"


def new_quote(laptop: Laptop, *more: str) -> Any:
    return laptop.json(
        "quote",
        "new",
        "--customer",
        BUYER,
        "--line",
        "SAT-75V*2",
        "--line",
        "FLT-3 * 3",
        "--line",
        "tnk1",
        *more,
    )


def document(laptop: Laptop, quote: str) -> dict[str, Any]:
    """The same quote as a document for `satchel totals`, made from its records alone."""
    revision = laptop.json("show", "quote", quote)["revision_id"]
    lines = laptop.json("list", "quote_line", f"revision_id={revision}")
    adjustments = laptop.json("list", "adjustment", f"revision_id={revision}")
    return {
        "currency": "CNY",
        "tax_mode": laptop.json("show", "quote_revision", revision)["tax_mode"],
        "lines": [
            {
                "quantity": line["quantity"],
                "unit_price": line["unit_price"],
                "tax": {"category": "S", "rates": line["tax_rates"]},
            }
            for line in sorted(lines, key=lambda line: line["rank"])
        ],
        "adjustments": [{"kind": one["kind"], "value": one["value"]} for one in adjustments],
    }


def test_the_total_is_that_of_the_same_document(selling: Laptop) -> None:
    for more in (["--discount", "-5%"], ["--discount", "-120.50"], ["--target", "200000"], []):
        made = new_quote(selling, *more)
        totals = selling.json("totals", stdin=json.dumps(document(selling, made["id"])))
        assert made["payable"] == totals["payable"], more
        assert made["lines"] == 3
    assert made["payable"] == "209551.50"  # 2 × 98600 + 3 × 1850.50 + 6800


def test_what_was_issued_stays_as_it_is(selling: Laptop, tmp_path: Path) -> None:
    made = new_quote(selling, "--discount", "-5%")["id"]
    issued = selling.json("quote", "issue", made, "--to", str(tmp_path / "issued.pdf"))
    assert re.fullmatch(r"SQ-\d\d-.+", issued["number"])
    assert len(issued["hash"]) == 64
    assert "already" in selling.fails(1, "quote", "issue", made)
    revision = selling.json("show", "quote", made)["revision_id"]
    (line, *_) = selling.json("list", "quote_line", f"quote_id={made}")
    (discount,) = selling.json("list", "adjustment", f"quote_id={made}")
    for words in (
        ["edit", "quote_revision", revision, "intro=x"],
        ["delete", "quote_revision", revision],
        ["edit", "quote_line", line["id"], "quantity=9"],
        ["delete", "quote_line", line["id"]],
        ["new", "quote_line", f"quote_id={made}", "sku=CTL-8"],
        ["edit", "adjustment", discount["id"], "value=-50"],
        ["delete", "adjustment", discount["id"]],
        ["new", "adjustment", f"quote_id={made}", "value=-9"],
    ):
        assert "issued" in selling.fails(1, *words), words
    assert "issued" in selling.fails(1, "delete", "quote", made)
    frozen = ("number", "stage", "revision_id", "currency")
    before = selling.json("show", "quote", made)
    for words in (["number=SQ-26-X"], ["stage=draft"], ["revision_id="], ["customer_id="]):
        assert selling.run("edit", "quote", made, *words).code == 1
    after = selling.json("show", "quote", made)
    assert {name: after[name] for name in frozen} == {name: before[name] for name in frozen}
    assert selling.json("show", "quote_revision", revision)["content_hash"] == issued["hash"]
    assert "cannot be undone" in selling.fails(1, "undo")
    selling.json("quote", "pdf", made, "--to", str(tmp_path / "again.pdf"))
    assert (tmp_path / "issued.pdf").read_bytes() == (tmp_path / "again.pdf").read_bytes()


def test_the_next_revision_keeps_the_number_and_leaves_the_first_alone(selling: Laptop) -> None:
    made = new_quote(selling, "--discount", "-5%")["id"]
    assert "draft" in selling.fails(1, "quote", "revise", made)
    first = selling.json("quote", "issue", made)
    assert selling.json("quote", "revise", made) == {"id": made, "revision": 2}
    shown = selling.json("show", "quote", made)
    lines = selling.json("list", "quote_line", f"revision_id={shown['revision_id']}")
    assert len(lines) == 3
    selling.json("edit", "quote_line", lines[0]["id"], "quantity=7")
    second = selling.json("quote", "issue", made)
    assert (second["number"], second["revision"]) == (first["number"], 2)
    assert second["hash"] != first["hash"]
    hashes = {one["revision"]: one["content_hash"] for one in selling.json("list", "quote_revision")}
    assert hashes == {1: first["hash"], 2: second["hash"]}


def test_a_contract_stands_on_what_was_issued(selling: Laptop, tmp_path: Path) -> None:
    made = new_quote(selling)["id"]
    target = tmp_path / "contract.pdf"
    assert "出具" in selling.fails(1, "--language", "zh", "quote", "contract", made, "--to", str(target))
    assert not target.exists()
    number = selling.json("quote", "issue", made)["number"]
    selling.json("quote", "contract", made, "--to", str(target))
    assert target.read_bytes().startswith(b"%PDF")
    text = read(target)
    assert number.replace("SQ", "SC", 1)[:-1] in text  # the last character checks the others
    assert BUYER in text


def test_an_empty_quote_is_not_issued(selling: Laptop) -> None:
    made = selling.json("quote", "new", "--customer", BUYER)["id"]
    assert "明细" in selling.fails(1, "--language", "zh", "quote", "issue", made)
    assert selling.json("show", "quote", made)["number"] == ""
    selling.fails(3, "quote", "new", "--customer", "无此客户", "--line", "SAT-75V*1")
    selling.fails(3, "quote", "new", "--customer", BUYER, "--line", "NO-SUCH*1")
    for wrong in ("SAT-75V*x", "SAT-75V*-1", "SAT-75V*0", "*2"):
        assert selling.run("quote", "new", "--customer", BUYER, "--line", wrong).code in (1, 2, 3), wrong
    for wrong in ("-x%", "abc", "-300%", "-999999999"):
        ended = selling.run("quote", "new", "--customer", BUYER, "--line", "TNK-1", f"--discount={wrong}")
        assert (ended.code, "Traceback" in ended.err) == (1, False), ended
    assert len(selling.json("list", "quote")) == 1


def test_numbers_never_come_back(selling: Laptop, tmp_path: Path) -> None:
    backup = selling.json("backup", str(tmp_path))["file"]
    numbers = []
    for _ in range(2):
        made = new_quote(selling)["id"]
        numbers.append(selling.json("quote", "issue", made)["number"])
    made = new_quote(selling)["id"]
    selling.json("undo")  # the draft
    shutil.rmtree(selling.profile)
    selling.json("restore", backup)
    for _ in range(2):
        made = new_quote(selling)["id"]
        numbers.append(selling.json("quote", "issue", made)["number"])
    assert len(set(numbers)) == 4, numbers


def read(path: Path) -> str:
    """The text of a paper, as a reader program copies it."""
    with closing(pypdfium2.PdfDocument(path)) as paper:
        pages = [page.get_textpage().get_text_range() for page in paper]
    return "\n".join(pages)


def fonts(path: Path) -> dict[str, Any]:
    """The fonts that a paper uses, by name."""
    found: dict[str, Any] = {}
    with pikepdf.open(path) as paper:
        for font in paper.objects:
            if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/Font":
                inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
                described = inner.get("/FontDescriptor", {})
                found[str(font.BaseFont)] = (
                    any(name in described for name in ("/FontFile2", "/FontFile3")),
                    "/ToUnicode" in font or "/DescendantFonts" not in font,
                )
    return found


def test_the_paper_reads_back_and_its_fonts_are_embedded_subsets(selling: Laptop, tmp_path: Path) -> None:
    for language in ("zh", "en", "both"):
        made = new_quote(selling, "--for", language, "--name", "空压站改造")["id"]
        target = tmp_path / f"{language}.pdf"
        number = selling.json("quote", "issue", made, "--to", str(target))["number"]
        text = read(target)
        assert number in text
        assert "209,551.50" in text
        assert BUYER in text
        if language != "en":
            assert "喷油螺杆压缩机" in text
            assert "贰拾万玖仟伍佰伍拾壹元伍角" in text
        used = fonts(target)
        assert used
        for name, (embedded, readable) in used.items():
            assert re.match(r"/[A-Z]{6}\+", name), name
            assert (embedded, readable) == (True, True), name


def test_the_same_revision_gives_the_same_bytes_anywhere(selling: Laptop, tmp_path: Path) -> None:
    made = new_quote(selling, "--discount", "-5%", "--for", "both")["id"]
    selling.json("quote", "issue", made)
    digests = set()
    for place, environment in enumerate((
        {"TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LANG": "C", "PYTHONHASHSEED": "2", "PYTHONPATH": str(elsewhen(tmp_path))},
    )):  # fmt: skip
        for action in ("pdf", "contract"):
            target = tmp_path / f"{place}-{action}.pdf"
            ended = selling.cold("quote", action, made, "--to", str(target), **environment)
            assert ended.code == 0, ended
            digests.add((action, hashlib.sha256(target.read_bytes()).hexdigest()))
    assert len(digests) == 2


def elsewhen(folder: Path) -> Path:
    """A folder that, put before Python's own, makes a process live on another day."""
    place = folder / "elsewhen"
    place.mkdir()
    (place / "sitecustomize.py").write_text(
        "import time_machine\ntime_machine.travel('2031-03-09 02:30', tick=True).start()\n"
    )
    return place


def test_the_signed_page_is_photographed_and_kept_with_the_signature(selling: Laptop, tmp_path: Path) -> None:
    quote = new_quote(selling)["id"]
    selling.json("quote", "issue", quote, "--to", str(tmp_path / "quote.pdf"))
    (tmp_path / "signed.pdf").write_bytes(b"%PDF-1.7\nsigned and stamped")
    asked = ("quote", "sign", quote, "--by", "王总", "--photo")
    selling.fails(3, *asked, str(tmp_path / "none.pdf"))
    selling.json(*asked, str(tmp_path / "signed.pdf"))
    files = {each["name"] for each in selling.json("attachments", "quote", quote)}
    assert len(files) == 2
    assert "signed.pdf" in files
    assert selling.json("show", "quote", quote)["stage"] == "accepted"


def test_what_new_prices_change_is_named_renewed_and_told_apart(selling: Laptop) -> None:
    quote = new_quote(selling)["id"]
    selling.json("quote", "issue", quote)
    assert selling.json("quote", "stale")["quotes"] == []
    product = next(one for one in selling.json("list", "product") if one["sku"] == "SAT-75V")
    dearer = Decimal(product["price"]) + 1000
    selling.json("edit", "product", product["id"], f"price={dearer}")
    [one] = selling.json("quote", "stale")["quotes"]
    assert (one["id"], one["difference"], one["lines"]) == (quote, "2000.00", 1)
    assert selling.json("quote", "stale", "--renew")["renewed"] == [quote]
    changes = selling.json("quote", "changes", quote)
    assert (changes["from"], changes["to"], changes["difference"]) == (1, 2, "2000.00")
    selling.json("undo")
    assert selling.json("show", "quote", quote)["stage"] == "issued"
