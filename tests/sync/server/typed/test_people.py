"""People, teams and roles by typed commands."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from sync.server.server import Server
from sync.server.store import open_folder
from tests.sync.server.laptop import Laptop, Refused
from tests.sync.server.typed.conftest import LIST, Cli


def test_thirty_people_come_from_a_list_and_it_may_come_twice(
    cli: Cli, begun: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(LIST.encode("gb18030"))
    assert cli("user", "import", file, "--dry-run")["new"] == 3
    assert len(cli("user", "list")) == 1
    assert cli("user", "import", file)["new"] == 3
    again = cli("user", "import", file)
    assert (again["new"], again["there"]) == (0, 3)
    listed = {one["name"]: one for one in cli("user", "list")}
    assert {name: (one["team"], one["role"]) for name, one in listed.items()} == {
        "王芳": ("", "admin"),
        "李雷": ("华东", "rep"),
        "韩梅梅": ("华东", "manager"),
        "Jim": ("North", "rep"),
    }
    assert {one["name"]: one["people"] for one in cli("team", "list")} == {"华东": 2, "North": 1}
    assert "经理" in cli("user", "list", text=True)
    assert "看全部" in cli("role", "list", text=True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("电话\n1\n", "必须有“姓名”"),
        ("", "必须有“姓名”"),
        ("name\nA\nB\nA\n", "“A”重复"),
        ("name,team\n,North\n", "第 2 行"),
        ("name,role\nA,rep\nB,chief\n", "第 3 行：没有角色“chief”"),
        ("name,email\nA,nowhere\n", "第 2 行"),
    ],
)
def test_a_list_with_a_mistake_adds_nobody(
    cli: Cli, begun: dict[str, Any], tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(content, encoding="utf-8-sig")
    assert said in cli("user", "import", file, code=2)
    assert len(cli("user", "list")) == 1


def test_teams_and_roles_are_changed_by_one_command(cli: Cli, begun: dict[str, Any]) -> None:
    cli("team", "add", "华南")
    assert "已有团队" in cli("team", "add", " 华南 ", code=1)
    cli("user", "add", "李雷")
    cli("team", "join", "李雷", "华南")
    cli("role", "set", "李雷", "manager")
    found = {one["name"]: one for one in cli("user", "list")}["李雷"]
    assert (found["team"], found["role"]) == ("华南", "manager")
    cli("role", "set", "李雷", "admin")
    cli("role", "set", "王芳", "rep")
    assert cli("audit")["ok"]


def test_a_role_of_ones_own_is_copied_changed_shown_and_removed(cli: Cli, begun: dict[str, Any]) -> None:
    cli("user", "add", "李雷", "--team", "华东")
    assert "销售助理（assistant）" in cli(
        "role", "copy", "rep", "assistant", "--label", "销售助理", text=True
    )
    changed = cli("role", "change", "assistant", "--scope", "own", "--may-not", "quote.*", "--shows", "cost")
    assert (changed["scope"], changed["sees"]) == ("own", ["cost"])
    assert "quote.*" in changed["refused"]
    assert "角色“chief”" in cli("role", "show", "chief", code=1)
    assert "内置角色" in cli("role", "change", "rep", "--scope", "all", code=1)
    assert "qoute.issue" in cli("role", "change", "assistant", "--may", "qoute.issue", code=2)
    cli("role", "set", "李雷", "assistant")
    assert cli("role", "show", "assistant")["people"] == 1
    assert "销售助理" in cli("user", "list", text=True)
    assert "复制自 rep" in cli("role", "list", text=True)
    assert "1 人" in cli("role", "remove", "assistant", code=1)
    cli("role", "set", "李雷", "rep")
    cli("role", "remove", "assistant")
    assert [one["name"] for one in cli("role", "list")] == ["rep", "manager", "office", "auditor", "admin"]


def test_a_list_of_people_may_name_a_role_of_ones_own(
    cli: Cli, begun: dict[str, Any], tmp_path: Path
) -> None:
    cli("role", "copy", "rep", "assistant", "--label", "销售助理")
    listed = tmp_path / "people.csv"
    listed.write_text("姓名,角色\n李雷,销售助理\n", encoding="utf-8")
    assert cli("user", "import", str(listed))["new"] == 1
    assert {one["name"]: one["role"] for one in cli("user", "list")}["李雷"] == "assistant"


def test_a_page_for_each_person_who_has_no_laptop_yet(
    cli: Cli, begun: dict[str, Any], office: Server, tmp_path: Path
) -> None:
    laptop = Laptop(office)
    laptop.enrol(begun["code"])
    for number in range(30):
        office.add_user(f"员工{number:02}", "华东")
    assert "--address" in cli("code", "--sheet", code=2)
    sheet = tmp_path / "codes.pdf"
    told = cli(
        "code", "--sheet", "--days", 7, "--to", sheet, "--address", "https://office.example:8440#AB-CD"
    )
    assert len(told["people"]) == 30
    assert len({one["code"] for one in told["people"]}) == 30
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    pdf = pypdfium2.PdfDocument(sheet)
    assert len(pdf) == 30
    first = pdf[0].get_textpage()
    words = first.get_text_range()
    first.close()
    code = told["people"][0]["code"]
    for word in (
        "员工00",
        "青禾贸易",
        "加入公司",
        "Join your company",
        "https://office.example:8440#AB-CD",
        code[:4],
    ):
        assert word in words
    pdf.close()
    text = cli("code", "员工07", "--sheet", "--address", "https://a", text=True)
    assert "员工07" in text
    assert "员工08" not in text
    assert "PDF" in cli("code", "--sheet", "--to", tmp_path / "x.docx", code=2).upper()
    assert "1 到 30 天" in cli("code", "--sheet", "--days", 31, "--address", "https://a", code=2)


def test_a_code_on_paper_lives_as_long_as_it_says(cli: Cli, begun: dict[str, Any], data: Path) -> None:
    cli("user", "add", "李雷")
    code = cli("code", "李雷", "--days", 7)["code"]
    quick = cli("code", "李雷")["code"]
    now = datetime.now(UTC).timestamp() * 1000
    for days, wanted in ((6.9, 200), (7.1, 403)):
        server = Server(open_folder(data), clock=lambda days=days: int(now + days * 86_400_000))
        laptop = Laptop(server)
        if wanted == 200:
            with pytest.raises(Refused):
                Laptop(server).enrol(quick)
            laptop.enrol(f"{code[:4].lower()}-{code[4:]}")
        else:
            with pytest.raises(Refused):
                laptop.enrol(code)
        server.store.close()
