"""Tables of strangers come in as they were meant, and ours go out so that nothing runs or is rounded."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook, PasswordError
from xlsxwriter import Workbook

from desktop.documents import headers, tables
from desktop.errors import Damaged, Refused, SatchelError

MORNING = datetime.fromisoformat("2026-03-08 09:30")  # a workbook knows no time zone
DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"
CSV = "客户名称,联系人,手机\r\n上海行囊科技,张建国,138 1290 8866\r\n苏州星河精密,吴倩,137 7120 8834\r\n"
ROWS = [["上海行囊科技", "张建国", "138 1290 8866"], ["苏州星河精密", "吴倩", "137 7120 8834"]]


def _workbook(*rows: list[Any], **options: Any) -> bytes:
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True, **options}) as book:
        page = book.add_worksheet("客户")
        book.add_worksheet("空")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, timedelta):
                    page.write_datetime(number, column, value, book.add_format({"num_format": "[h]:mm:ss"}))
                elif isinstance(value, date):
                    page.write_datetime(number, column, value, moment if isinstance(value, datetime) else day)
                else:
                    page.write(number, column, value)
    return target.getvalue()


# ---- in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("gb2312", "gb18030"),
    ],
)  # fmt: skip
def test_every_way_to_save_chinese_is_recognised(encoding: str, name: str) -> None:
    table = tables.read_table(CSV.encode(encoding))
    assert table.header == ["客户名称", "联系人", "手机"]
    assert table.rows == ROWS
    assert table.numbers == [2, 3]
    assert (table.encoding, table.kind, table.delimiter) == (name, "csv", ",")


def test_what_is_not_chinese_is_not_read_as_chinese() -> None:
    text = "name;city\r\nMüller & Söhne;Köln\r\nLefèvre;Besançon\r\nGarcía Núñez;Cádiz\r\n" * 5
    table = tables.read_table(text.encode("cp1252"))
    assert table.rows[:3] == [["Müller & Söhne", "Köln"], ["Lefèvre", "Besançon"], ["García Núñez", "Cádiz"]]
    assert table.delimiter == ";"


def test_traditional_chinese_is_recognised() -> None:
    text = "公司名稱,聯絡人,備註\r\n臺北精密機械股份有限公司,陳國華,請於週五前報價並附上規格書\r\n" * 20
    assert tables.read_table(text.encode("big5")).rows[0][0] == "臺北精密機械股份有限公司"


def test_a_known_heading_tells_gb18030_where_all_else_is_of_rare_characters() -> None:
    text = "客户名称,备注\r\n" + "鹮檞鸤Zqx,鹮檞鸤Zqx\r\n" * 800
    table = tables.read_table(text.encode("gb18030"), known=["客户名称"])
    assert (table.encoding, table.header[0], table.rows[0][0]) == ("gb18030", "客户名称", "鹮檞鸤Zqx")


def test_rare_characters_of_gb18030_are_read() -> None:
    text = "公司名称,联系人\r\n喆堃科技,㐂𠮷\r\n" + "苏州明泰电子,吴倩\r\n" * 5
    assert tables.read_table(text.encode("gb18030")).rows[0] == ["喆堃科技", "㐂𠮷"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in [["名称", "地址"], *[["甲", "a b"], ["乙", "c"]] * 3])
    table = tables.read_text(text)
    assert table.delimiter == delimiter
    assert table.rows[0] == ["甲", "a b"]


def test_a_declared_delimiter_is_believed() -> None:
    assert tables.read_text("sep=;\na;b\n1,5;2").rows == [["1,5", "2"]]


def test_commas_and_line_ends_within_quotes_stay() -> None:
    table = tables.read_text('名称,备注\n"甲,乙","第一行\n第二行"\n丙,"说 ""好"""\n')
    assert table.rows == [["甲,乙", "第一行\n第二行"], ["丙", '说 "好"']]


def test_tricks_that_protect_digits_are_undone() -> None:
    table = tables.read_text("""a,b,c,d,e\n="13812908866",'=1+1,1.3812908866E+10,1.38129E+10,'quoted\n""")
    assert table.rows == [["13812908866", "=1+1", "13812908866", "1.38129E+10", "'quoted"]]


def test_the_header_may_stand_below_a_title() -> None:
    table = tables.read_text(
        "华东客户名单 2026,,\n,,\n公司全称,手机/电话,累计金额(万)\n甲,138,12.6\n,,\n乙,139,3\n"
    )
    assert table.header == ["公司全称", "手机/电话", "累计金额(万)"]
    assert table.numbers == [4, 6]


def test_short_and_long_rows_are_made_even() -> None:
    table = tables.read_text("a,b\n1\n1,2,3\n")
    assert table.header == ["a", "b", ""]
    assert table.rows == [["1", None, None], ["1", "2", "3"]]


def test_a_workbook_gives_whole_numbers_days_and_text() -> None:
    data = _workbook(
        ["客户", "手机", "金额", "日期", "时刻", "是", "空"],
        ["甲", 13812908866, 98600.5, date(2026, 3, 8), MORNING, True, None],
        ["乙", "0512-5277 1180", 320500198806170017, None, None, False, "x"],
    )
    table = tables.read_table(data)
    assert table.rows[0][:4] == ["甲", 13812908866, Decimal("98600.5"), date(2026, 3, 8)]
    assert table.rows[0][4:6] == [MORNING, True]
    assert [tables.cell_text(cell) for cell in table.rows[0]] == [
        "甲", "13812908866", "98600.5", "2026-03-08", "2026-03-08 09:30", "1", "",
    ]  # fmt: skip
    assert (table.kind, table.sheet, table.sheets) == ("xlsx", "客户", ["客户", "空"])
    assert type(table.rows[0][1]) is int


def test_another_sheet_may_be_chosen_and_an_empty_one_is_refused() -> None:
    with pytest.raises(Refused, match="empty"):
        tables.read_table(_workbook(["a"], ["1"]), sheet="空")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), (5, "5"), (Decimal("1E+2"), "100"), (Decimal("0.10"), "0.10"), (False, "0"), (" x ", "x"),
        (time(9, 30), "09:30:00"), (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02 03:04:05+00:00"),
    ],
)  # fmt: skip
def test_a_cell_reads_as_one_would_type_it(cell: tables.Cell, text: str) -> None:
    assert tables.cell_text(cell) == text


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 not a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_a_broken_workbook_is_damaged(data: bytes) -> None:
    with pytest.raises(Damaged, match="cannot be opened"):
        tables.read_table(data)


def test_a_packed_file_that_is_no_workbook_is_damaged() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("word/document.xml", "<x/>")
    with pytest.raises(Damaged, match="cannot be opened"):
        tables.read_table(target.getvalue())


@pytest.mark.parametrize("data", [b"", b"\r\n,,\r\n", b"\xef\xbb\xbf"])
def test_an_empty_table_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="empty"):
        tables.read_table(data)


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, b"a,b\n" + b"\x01\x02" * 200]
)
def test_a_picture_or_a_program_is_not_a_table(data: bytes) -> None:
    with pytest.raises(Damaged, match="not a table"):
        tables.read_table(data)


def test_the_limits_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    with pytest.raises(Refused, match="more than 2 rows"):
        tables.read_text("a,b\n1,2\n1,2\n1,2\n")
    monkeypatch.setattr(tables, "MOST_COLUMNS", 2)
    with pytest.raises(Refused, match="more than 2 columns"):
        tables.read_text("a,b,c\n1,2,3\n")
    monkeypatch.setattr(tables, "MOST_UNPACKED", 100)
    with pytest.raises(Refused, match="larger than"):
        tables.read_table(_workbook(["a"], ["1"]))
    monkeypatch.setattr(tables, "MOST_BYTES", 3)
    with pytest.raises(Refused, match="larger than"):
        tables.read_table(b"a,b,c")


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"a,b\n", b"PK\x03\x04", b"\xff\xfe", "名称,".encode("gb18030")]),
)
def test_no_bytes_break_the_reader(data: bytes, head: bytes) -> None:
    try:
        table = tables.read_table(head + data)
    except SatchelError:
        return
    assert all(len(row) == len(table.header) for row in table.rows)


def test_a_field_without_end_is_damaged() -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        tables.read_text('a,b\n1,"' + "x" * 200_000)


def test_a_workbook_with_a_password_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_file: object) -> None:
        raise PasswordError("Workbook is password protected")

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", SimpleNamespace(from_filelike=locked))
    with pytest.raises(Refused, match="password"):
        tables.read_table(_workbook(["a"], ["1"]))


def test_a_duration_and_an_old_workbook_are_read() -> None:
    assert tables.read_table(_workbook(["项目", "时长"], ["甲", timedelta(hours=30)])).rows[0][1] is not None
    with pytest.raises(Damaged, match="cannot be opened"):
        tables.read_table(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


# ---- out --------------------------------------------------------------------------------------------------

DANGEROUS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\r=1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_formula_leaves(text: str) -> None:
    assert tables.neutral(text) == f"'{text}"
    (row,) = list(csv.reader(io.StringIO(tables.write_csv([text], []).decode("utf-8-sig"), newline="")))
    assert row == [f"'{text}"]


@pytest.mark.parametrize("text", ["", "行囊", "a=b", "1-2", "-12.50", "-7", " x", "'x"])
def test_harmless_text_leaves_as_it_is(text: str) -> None:
    assert tables.neutral(text) == text


def test_a_csv_opens_in_chinese_excel_and_numbers_stay_numbers() -> None:
    data = tables.write_csv(
        ["名称", "数", "价", "日"],
        [["行囊", -5, Decimal("-98600.50"), date(2026, 11, 24)], [None, True, 0, "a,b"]],
    )
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == '名称,数,价,日\r\n行囊,-5,-98600.50,2026-11-24\r\n,1,0,"a,b"\r\n'


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))), min_size=2, max_size=2
        ),
        max_size=4,
    )
)
def test_what_left_as_csv_comes_back(rows: list[list[str]]) -> None:
    table = tables.read_table(tables.write_csv(["客户名称", "联系人"], rows))
    kept = [[text.strip() for text in row] for row in rows]
    kept = [row for row in kept if any(row)]
    if not any(text.startswith(("'", '="')) or "E" in text.upper() for row in kept for text in row):
        assert [[tables.cell_text(cell) for cell in row] for row in table.rows] == kept


def test_a_workbook_leaves_with_typed_cells() -> None:
    moment = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    rows: list[list[tables.Cell]] = [
        ["行囊", "13812908866", 42, Decimal("98600.50"), date(2026, 11, 24), moment, True, None],
        ["=1+1", "0512", 10**16, Decimal("1234567890123456.78"), None, None, False, "x" * 40_000],
        ["甲", "", 7, Decimal("3"), None, None, None, time(1, 2)],
    ]
    data = tables.write_xlsx(
        ["名称", "电话", "数", "价", "日", "时", "是", "余"], rows, sheet="客户/名单:2026"
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["客户 名单 2026"]
    back = tables.read_table(data).rows
    assert back[0][:5] == ["行囊", "13812908866", 42, Decimal("98600.5"), date(2026, 11, 24)]
    assert back[0][5:] == [moment.replace(tzinfo=None), True, None]
    assert back[1][:4] == ["=1+1", "0512", "10000000000000000", "1234567890123456.78"]
    assert len(str(back[1][7])) == 32_767
    assert back[2][7] == "01:02:00"
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        page = packed.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in page
        assert "autoFilter" in page
        assert 'quotePrefix="1"' in packed.read("xl/styles.xml").decode()


def test_an_empty_workbook_can_be_written_and_too_many_rows_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tables.write_xlsx([], [], sheet="").startswith(b"PK")
    many = tables.write_xlsx(["n"], ([number] for number in range(1, 301)))
    assert tables.read_table(many).rows[-1] == [300]
    monkeypatch.setattr(tables, "EXCEL_ROWS", 1)
    with pytest.raises(Refused, match="at most 1 rows"):
        tables.write_xlsx(["a"], [["1"], ["2"]])


def test_copied_rows_keep_telephones_as_text() -> None:
    copied = tables.copied([["行囊 <A>", "13812908866", 5], ["=1", "a\tb", None]])
    assert copied.text == "行囊 <A>\t13812908866\t5\n'=1\ta b\t"
    assert "<td style=\"mso-number-format:'\\@'\">13812908866</td><td>5</td>" in copied.html
    assert "行囊 &lt;A&gt;" in copied.html


# ---- headings ---------------------------------------------------------------------------------------------


def test_chinese_and_english_headings_are_matched_to_fields() -> None:
    header = [
        "公司全称",
        "联系人",
        "手机/电话",
        "省市",
        "上次成交",
        "累计金额(万)",
        "等级",
        "业务员",
        "备注2",
        "税号*",
        "",
    ]
    found = headers.guess_fields(header, headers.WORDS)
    assert {column: guess.field for column, guess in found.items()} == {
        0: "name", 1: "contact", 2: "mobile", 3: "city", 4: "last_deal_on", 5: "deal_amount", 6: "grade",
        7: "owner",
        8: "remark", 9: "tax_id",
    }  # fmt: skip
    assert found[5].scale == 10_000
    assert found[0].how == "same"
    assert found[8].how == "alike"
    english = headers.guess_fields(
        ["Company Name", "Contact person", "E-Mail", "Adress", "zip"], headers.WORDS
    )
    assert [english[column].field for column in range(5)] == [
        "name",
        "contact",
        "email",
        "address",
        "postcode",
    ]


def test_a_field_is_given_to_one_column_only() -> None:
    found = headers.guess_fields(["手机", "手机号", "客户手机"], {"mobile": ("手机", "手机号")})
    assert list(found) == [0]


def test_a_column_without_a_heading_is_known_by_what_it_holds() -> None:
    samples = [
        ["甲", "138 1290 8866", "a@b.com", "2026/3/8", "12"],
        ["乙", "13771208834", "", "2026-12-01", "9"],
    ]
    found = headers.guess_fields(
        ["x", "y", "z", "w", "v"], {"mobile": (), "email": (), "amount": ()}, samples
    )
    assert {column: (guess.field, guess.how) for column, guess in found.items()} == {
        1: ("mobile", "content"),
        2: ("email", "content"),
    }


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["138 1290 8866", "+86 13812908866"], "mobile"),
        (["0512-5277 1180 转 806", "021-68888866"], "phone"),
        (["a@b.cn"], "email"), (["91310115MA1XH7K26L"], "tax_id"), (["2026年3月8日", "2026.3.8"], "date"),
        (["https://x.example.com", "www.x.example.com"], "website"),
        (["¥12.6万", "1,200.50"], "amount"), (["甲"], ""),
        ([], ""), ([""], ""),
    ],
)  # fmt: skip
def test_a_column_says_what_it_holds(values: list[str], kind: str) -> None:
    assert headers.content_kind(values)[0] == kind


@pytest.mark.parametrize(
    ("title", "factor"),
    [("金额(万元)", 10_000), ("金额万", 10_000), ("规模(亿)", 10**8), ("万里号", 1), ("金额", 1)],
)
def test_a_heading_says_its_scale(title: str, factor: int) -> None:
    assert headers.scale(title) == factor


# ---- the demo's own files ---------------------------------------------------------------------------------


def test_the_demo_customers_are_a_file_as_excel_in_china_saves_it() -> None:
    table = tables.read_table((DEMO / "customers_zh.csv").read_bytes())
    assert table.encoding == "gb18030"
    assert 155 <= len(table.rows) <= 170
    fields = {
        guess.field: column for column, guess in headers.guess_fields(table.header, headers.WORDS).items()
    }
    assert {"name", "contact", "mobile", "city", "address", "industry", "tax_id", "grade"} <= set(fields)
    names = [row[fields["name"]] for row in table.rows]
    assert "苏州星河精密机械有限公司" in names
    assert names.count(None) >= 2


def test_the_demo_products_are_complete() -> None:
    table = tables.read_table((DEMO / "products.csv").read_bytes())
    assert 38 <= len(table.rows) <= 50
    fields = {
        guess.field: column for column, guess in headers.guess_fields(table.header, headers.WORDS).items()
    }
    assert {"sku", "name_zh", "name_en", "detail", "unit", "price", "tax_rate"} <= set(fields)
    assert all(Decimal(str(row[fields["price"]])) > 0 for row in table.rows)
    skus = [row[fields["sku"]] for row in table.rows]
    assert len(set(skus)) == len(skus)
    assert {"SAT-75V", "SAT-37V", "IOT-4G", "SVC-TRN"} <= set(skus)
