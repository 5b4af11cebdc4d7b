"""Tables as people have them: every encoding and every cell comes in, rejects say why, one undo for all."""

import argparse
import csv
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.stories.people import Laptop, Starter

HEADER = ["客户名称", "电话", "联系人", "手机", "城市", "网址", "备注", "机床台数"]
ROWS = [
    ["苏州星河精密机械有限公司", "0512-6288 8899", "张建国", "13800138000", "苏州", "xh.cn", "老客户", "12"],
    ["重庆长安仪表有限公司", "023-6300 1122", "单雄信", "13900139000", "重庆", "", "含“引号”,逗号", "3"],
    ["上海行囊科技有限公司", "021-5888 8866", "", "", "上海", "", "第一行\n第二行", ""],
    ["", "", "", "", "", "", "只有备注", "1"],
    ["绿洲食品（无锡）有限公司", "0510-8200 5566", "查文华", "", "", "", "", ""],
]  # fmt: skip


def as_csv(rows: list[list[str]], encoding: str, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([HEADER, *rows])
    return text.getvalue().encode(encoding)


def words(laptop: Laptop) -> str:
    """All that customers and contacts hold, as one text."""
    shown = [laptop.json("list", kind, "--limit", "100000") for kind in ("customer", "contact")]
    return json.dumps(shown, ensure_ascii=False)


def test_the_same_table_later_brings_newer_values_and_adds_what_is_new(
    laptop: Laptop, tmp_path: Path
) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes(as_csv(ROWS[:2], "gbk"))
    laptop.json("import", str(path), "--as", "customers")
    newer = [[*ROWS[0][:4], "昆山", *ROWS[0][5:]], *ROWS[1:3]]
    path.write_bytes(as_csv(newer, "gbk"))
    seen = laptop.json("import", str(path), "--as", "customers", "--update", "--dry-run")
    assert [(one["title"], one["old"], one["new"]) for one in seen["changes"]] == [
        (f"{ROWS[0][0]}: City", "苏州", "昆山")
    ]
    done = laptop.json("import", str(path), "--as", "customers", "--update", "name")
    facts = {name: done[name] for name in ("changed", "added", "same", "refused", "clashes", "by")}
    assert facts == {"changed": 1, "added": 1, "same": 1, "refused": [], "clashes": [], "by": "name"}
    laptop.run("undo")
    assert sorted(one["city"] for one in laptop.json("list", "customer")) == ["苏州", "重庆"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("gbk", ","),
        ("gb18030", ";"),
        ("utf-8-sig", ","),
        ("utf-8", ","),
        ("utf-16", "\t"),
        ("utf-16-le", ","),
    ],
)
def test_every_cell_of_a_csv_comes_in(laptop: Laptop, tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes(as_csv(ROWS, encoding, delimiter))
    done = laptop.json("import", str(path), "--as", "customers")
    assert done["records"] == {"customer": 4, "contact": 3}
    (reject,) = done["rejects"]
    assert reject["row"] == 5
    assert "name" in reject["reason"]
    assert reject["cells"] == ROWS[3]
    assert "机床台数" in done["kept"]
    everything = json.loads(words(laptop))
    held = json.dumps(everything, ensure_ascii=False)
    for row in (*ROWS[:3], ROWS[4]):
        for cell in row:
            assert json.dumps(cell, ensure_ascii=False)[1:-1] in held, cell
    found = {one["name"]: one for one in everything[0]}["苏州星河精密机械有限公司"]
    assert (found["phone"], found["city"], found["website"], found["remark"]) == (
        "0512-6288 8899",
        "苏州",
        "xh.cn",
        "老客户",
    )
    assert found["custom"] == {"import": {"机床台数": "12"}}
    assert laptop.json("search", "13900139000")[0]["title"] == "单雄信"


def test_a_reject_says_its_reason_in_both_languages(laptop: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(as_csv(ROWS, "gbk"))
    for language, word in (("zh", "电话"), ("en", "phone")):
        ended = laptop.run("--language", language, "import", str(path), "--as", "customers", "--dry-run")
        assert "5" in ended.out.splitlines()[0]
        assert word in ended.out.splitlines()[0]


def test_an_xlsx_keeps_phone_numbers_whole(laptop: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("联系人")
    sheet.write_row(0, 0, ["姓名", "手机", "公司", "邮箱", "生日"])
    sheet.write_row(1, 0, ["张建国", 13800138000, "苏州星河精密机械有限公司", "zhang@xinghe.example"])
    sheet.write_row(2, 0, ["单雄信", 8613900139000, "重庆长安仪表有限公司", "不是邮箱"])
    sheet.write_row(3, 0, ["", "", "", "", ""])
    sheet.write_row(4, 0, ["曾国强", "=1+1", "", ""])
    book.close()
    done = laptop.json("import", str(path), "--as", "contacts")
    assert done["records"]["contact"] == 3
    people = {one["name"]: one for one in laptop.json("list", "contact")}
    assert people["张建国"]["mobile"] == "13800138000"
    assert people["张建国"]["customer"] == "苏州星河精密机械有限公司"
    assert people["单雄信"]["mobile"] == "8613900139000"
    assert "不是邮箱" in json.dumps(people["单雄信"]["custom"], ensure_ascii=False)


def test_a_dry_run_writes_nothing(laptop: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(as_csv(ROWS, "gbk"))
    before = laptop.json("verify")
    planned = laptop.json("import", str(path), "--as", "customers", "--dry-run")
    assert planned["records"] == {"customer": 4, "contact": 3}
    assert laptop.json("verify") == before
    assert laptop.json("list", "customer") == []


def test_products_come_in_with_price_and_tax(laptop: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("产品编号,品名,单价,税率,单位\nA-1,阀,1234.5,13%,个\n,无号,1,13%,个\n", encoding="gbk")
    done = laptop.json("import", str(path), "--as", "products")
    assert (done["records"], [one["row"] for one in done["rejects"]]) == ({"product": 1}, [3])
    (product,) = laptop.json("list", "product")
    assert (product["sku"], product["price"], product["tax_percent"]) == ("A-1", "1234.5", "13")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_comes_back_the_same(laptop: Laptop, tmp_path: Path, ending: str) -> None:
    own = {"id", "owner_id"}
    for name, remark in (("甲公司", '=HYPERLINK("x")'), ("乙公司", "-12"), ("丙公司", "第一行\n第二行")):
        laptop.new_id("customer", f"name={name}", f"remark={remark}", "phone=+86 512 62888899", "city=苏州",
                      "address=@home", "tags=老客户, 展会", "tax_id=91320594MA1XXXXX0K", "email=a@b.example",
                      "name_en=+Plus Ltd.", "industry=机械", "website=a.example", "kind=person", "grade=vip",
                      "bank=工商银行", "terms=月结", "credit=1234.50", "next_on=2026-12-01",
                      'custom={"import": {"机床台数": "12"}}')  # fmt: skip
    before = sorted(laptop.json("list", "customer"), key=lambda one: one["name"])
    path = tmp_path / f"customers.{ending}"
    assert laptop.json("export", "customer", "--to", str(path), "--language", "zh")["records"] == 3
    if ending == "csv":
        written = path.read_bytes()
        assert written.startswith(b"\xef\xbb\xbf")
        for row in csv.reader(io.StringIO(written.decode("utf-8-sig"))):
            assert not any(cell.startswith(("=", "+", "@")) for cell in row), row
    for _ in range(3):
        laptop.json("undo")
    done = laptop.json("import", str(path), "--as", "customers")
    assert done["rejects"] == []
    after = sorted(laptop.json("list", "customer"), key=lambda one: one["name"])
    assert [{name: one[name] for name in one if name not in own} for one in after] == [
        {name: one[name] for name in one if name not in own} for one in before
    ]


def test_an_export_as_json_holds_every_field_that_show_prints(selling: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "customers.json"
    selling.json("export", "customers", "--to", str(path))
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {name: value for name, value in shown.items() if name not in {"type", "title"}}
        for shown in selling.json("list", "customer")
    ]
    said = selling.fails(2, "export", "customers", "--to", "x.pdf", "--language", "zh")
    assert ".xlsx" in said


def test_people_of_one_company_join_the_customer_of_that_name(selling: Laptop, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "姓名,公司\n甲,苏州星河精密机械有限公司\n乙,新公司\n丙,新公司\n", encoding="gbk", newline=""
    )
    planned = selling.json("import", str(path), "--as", "contacts", "--dry-run")
    assert planned["records"] == {"customer": 1, "contact": 3}
    assert selling.json("import", str(path), "--as", "contacts")["records"] == planned["records"]
    companies = {one["name"]: one["customer"] for one in selling.json("list", "contact")}
    assert companies == {"甲": "苏州星河精密机械有限公司", "乙": "新公司", "丙": "新公司"}
    assert len(selling.json("list", "customer")) == 2
    selling.json("undo")
    assert len(selling.json("list", "customer")) == 1


def test_a_thousand_rows_come_in_fast_and_leave_with_one_undo(laptop: Laptop, tmp_path: Path) -> None:
    figures = bulk(laptop, tmp_path / "many.csv", 1000)
    assert figures["import"] < 15
    assert figures["undo"] < 15


def bulk(laptop: Laptop, path: Path, rows: int) -> dict[str, Any]:
    """Seconds of work for the import of many rows and for its undo, each as a whole process."""
    many = [
        [f"第{n}号机械有限公司", f"0512-{n:08d}", f"张{n}", "", "苏州", "", f"备注 {n}", str(n)]
        for n in range(rows)
    ]
    path.write_bytes(as_csv(many, "gb18030"))
    ended = laptop.run("--json", "import", str(path), "--as", "customers")
    taken_back = laptop.run("--json", "undo")
    done, undone = ended.value, taken_back.value
    assert done["records"] == {"customer": rows, "contact": rows}
    assert (undone["undone"], undone["records"]) == ("customer.import", 2 * rows)
    assert laptop.json("list", "customer") == laptop.json("list", "contact") == []
    return {"rows": rows, "import": round(ended.worked, 2), "undo": round(taken_back.worked, 2)}


def main() -> int:
    """The same with as many rows as wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories.test_import_tables", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    starter = Starter()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        figures = bulk(Laptop.new(starter, place / "laptop"), place / "many.csv", rows)
    starter.close()
    sys.stdout.write(f"{figures}\n")
    return 0 if figures["import"] < 15 else 1


if __name__ == "__main__":
    sys.exit(main())
