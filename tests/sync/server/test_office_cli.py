"""The office manager's commands, as a person without a database administrator types them."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import update

from sync.protocol.wiping import FAREWELL, Farewell, Farewelled
from sync.server import certificates, people
from sync.server.cli import run
from sync.server.server import Server
from sync.server.store import open_folder
from sync.server.tables import META
from tests.sync.server.laptop import Laptop, Refused

ROOT = Path(__file__).parents[3]
LIST = "姓名,团队,角色,电话\n李雷,华东,销售,13800000000\n韩梅梅,华东,manager,\n\nJim,North,,\n"

Cli = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "office"


@pytest.fixture
def cli(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """cli("user", "list"): its JSON; with `code` its error; with `text` what a person reads."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    def call(*arguments: object, code: int = 0, text: bool = False, folder: Path = data) -> Any:
        words = [*map(str, arguments), "--data", str(folder), *(() if text else ("--json",))]
        capsys.readouterr()
        assert run(words) == code, capsys.readouterr().err
        told = capsys.readouterr()
        if code:
            return told.err
        return told.out if text else json.loads(told.out)

    return call


@pytest.fixture
def begun(cli: Cli) -> dict[str, Any]:
    found: dict[str, Any] = cli("init", "--name", "青禾贸易", "--admin", "王芳")
    return found


@pytest.fixture
def office(begun: dict[str, Any], data: Path) -> Iterator[Server]:
    server = Server(open_folder(data))
    yield server
    server.store.close()


# ---------------------------------------------------------------- the first day


def test_the_first_install_says_what_to_do_next(cli: Cli, data: Path) -> None:
    told = cli("init", "--name", "青禾贸易", "--admin", "王芳", text=True)
    for word in ("青禾贸易", "保险柜", "satchel-server tls", "user import", "backup", "王芳"):
        assert word in told
    assert stat.S_IMODE((data / "office.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert "早已建立" in cli("init", "--name", "B", "--admin", "C", code=1)
    assert [one["name"] for one in cli("user", "list")] == ["王芳"]
    server = Server(open_folder(data))
    laptop = Laptop(server)
    enrolled = laptop.enrol(told.split()[-1].split("：")[-1])
    assert (enrolled.name, enrolled.person.role) == ("青禾贸易", "admin")
    laptop.sync()
    firm = [row for (kind, _), row in laptop.rows.items() if kind == "organisation"]
    assert [one["name"] for one in firm] == ["青禾贸易"]
    server.store.close()


def test_a_mistyped_folder_makes_no_second_office(cli: Cli, tmp_path: Path) -> None:
    elsewhere = tmp_path / "typo"
    assert "没有总部数据" in cli("user", "list", code=3, folder=elsewhere)
    assert "没有总部数据" in cli("upgrade", code=3, folder=elsewhere)
    assert not elsewhere.exists()


def test_wrong_calls_are_told_in_the_language_of_the_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, begun: dict[str, Any]
) -> None:
    assert "命令的写法不对" in cli("user", code=2)
    assert "命令的写法不对" in cli("nonsense", code=2)
    assert "没有角色“chief”" in cli("role", "set", "王芳", "chief", code=1)
    assert "唯一的管理员" in cli("role", "set", "王芳", "rep", code=1)
    assert "没有用户" in cli("user", "reset", "谁", code=3)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert "There is no user" in cli("user", "reset", "who", code=3)


# ---------------------------------------------------------------- people


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


# ---------------------------------------------------------------- codes


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


# ---------------------------------------------------------------- lost laptops and leavers


def test_a_lost_laptop_is_shut_out_and_its_person_goes_on_with_a_new_one(
    cli: Cli, begun: dict[str, Any], office: Server
) -> None:
    office.add_user("李雷")
    lost = Laptop(office)
    lost.enrol(office.new_code("李雷"))
    record = lost.create("customer", name="A")
    lost.sync()
    spare = office.new_code("李雷")
    assert "--confirm" in cli("user", "reset", "李雷", code=2), "this erases: nobody does it by a slip"
    assert "什么都没有改" in cli("user", "reset", "李雷", "--confirm", "李", code=1)
    lost.sync()
    told = cli("user", "reset", "李雷", "--confirm", "李雷")
    assert (told["revoked"], told["wipe"]) == ([lost.device], True)
    with pytest.raises(Refused, match="wipe"):
        lost.sync()
    with pytest.raises(Refused):
        Laptop(office).enrol(spare)
    fresh = Laptop(office)
    fresh.enrol(told["code"])
    fresh.sync()
    assert fresh.row("customer", record)["name"] == "A"
    assert "待擦除" in cli("device", "list", text=True)


def test_a_laptop_erases_itself_or_is_shut_out_alone_and_an_order_can_be_taken_back(
    cli: Cli, begun: dict[str, Any], office: Server
) -> None:
    office.add_user("李雷")
    laptop = Laptop(office)
    laptop.enrol(office.new_code("李雷"))
    for options, send in (([], True), (["--drop-unsent"], False)):
        told = cli("device", "revoke", laptop.device, *options, "--confirm", "laptop")
        assert (told["wipe"], told["send"]) == (True, send)
        with pytest.raises(Refused) as refused:
            laptop.sync()
        assert (refused.value.status, refused.value.problem.data["send"]) == (401, send)
    assert cli("device", "revoke", laptop.device, "--keep")["wipe"] is False
    with pytest.raises(Refused) as refused:
        laptop.sync()
    assert (refused.value.status, refused.value.problem.code) == (403, "revoked")
    assert "已停用" in cli("device", "list", text=True)
    cli("device", "revoke", laptop.device, "--confirm", "laptop")
    laptop.call("POST", FAREWELL, Farewell(laptop.device, done=True), Farewelled)
    assert "已擦除" in cli("device", "revoke", laptop.device, "--keep", code=1)
    assert cli("audit")["ok"]


def test_what_a_leaver_owned_moves_with_one_command(
    cli: Cli, begun: dict[str, Any], office: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "SOME", 7)
    for name, team in (("李雷", "华东"), ("韩梅梅", "华南"), ("Jim", "华东")):
        office.add_user(name, team)
    laptops = {}
    for name in ("李雷", "韩梅梅", "Jim"):
        laptops[name] = Laptop(office)
        laptops[name].enrol(office.new_code(name))
        laptops[name].sync()
    leaver = laptops["李雷"]
    owner = {"owner_id": leaver.user}
    customers = [leaver.create("customer", name=f"客户{n}", **owner) for n in range(20)]
    contacts = [leaver.create("contact", name="张三", customer_id=one, **owner) for one in customers[:5]]
    quote = leaver.create("quote", customer_id=customers[0], **owner)
    other = laptops["Jim"].create("customer", name="别人的", owner_id=laptops["Jim"].user)
    for laptop in laptops.values():
        laptop.sync()
    told = cli("user", "reassign", "李雷", "--to", "韩梅梅", "--confirm", "李雷")
    assert told["revoked"] == [leaver.device]
    assert told["moved"]["customer"] == 20
    assert told["moved"]["contact"] == 5
    with pytest.raises(Refused):
        leaver.sync()
    heir = laptops["韩梅梅"]
    heir.sync()
    for kind, ids in (("customer", customers), ("contact", contacts), ("quote", [quote])):
        for one in ids:
            assert heir.row(kind, one)["owner_id"] == heir.user
    assert ("customer", other) not in heir.rows
    mate = laptops["Jim"]
    mate.sync()
    assert not [one for one in customers if ("customer", one) in mate.rows], "they left the team's streams"
    fresh = Laptop(office)
    fresh.enrol(office.new_code("韩梅梅"))
    fresh.sync()
    assert set(customers) <= {record for kind, record in fresh.rows if kind == "customer"}
    again = cli("user", "reassign", "李雷", "--to", "韩梅梅")
    assert again["moved"] == {}
    listed = {one["name"]: one for one in cli("user", "list")}
    assert listed["李雷"]["active"] is False
    assert "没有用户" in cli("code", "李雷", code=3)
    assert "另一个人" in cli("user", "reassign", "Jim", "--to", "Jim", "--keep", code=1)
    assert "唯一的管理员" in cli("user", "reassign", "王芳", "--to", "Jim", code=1)
    assert cli("audit")["ok"]


# ---------------------------------------------------------------- backup, restore, upgrade


def test_a_backup_is_whole_unreadable_and_comes_back_on_a_new_computer(
    cli: Cli, begun: dict[str, Any], office: Server, data: Path, tmp_path: Path
) -> None:
    office.add_user("金丝雀Canary")
    laptop = Laptop(office)
    laptop.enrol(office.new_code("金丝雀Canary"))
    before = laptop.create("customer", name="以前")
    laptop.sync()
    made = cli("backup", tmp_path / "backups")
    file = Path(made["file"])
    content = file.read_bytes()
    assert b"Canary" not in content
    assert "以前".encode() not in content
    after = laptop.create("customer", name="以后")
    laptop.sync()
    new = tmp_path / "new"
    assert "密钥" in cli("restore", file, code=1, folder=new)
    assert cli("restore", file, "--key", data / "office.key", folder=new)["kept"] is None
    restored = Server(open_folder(new))
    laptop.server, laptop.sent, laptop.acked = restored, 1, 1
    laptop.sync()
    assert laptop.row("customer", before)["name"] == "以前"
    assert laptop.row("customer", after)["name"] == "以后"
    assert restored.check_audit()[0] == 0
    restored.store.close()


@pytest.mark.parametrize("numbered", [True, False])
def test_after_a_restore_no_laptop_misses_what_comes_next(
    cli: Cli, begun: dict[str, Any], data: Path, tmp_path: Path, numbered: bool
) -> None:
    """The counters of the restored office stand below what laptops saw; they jump above it."""
    first = Server(open_folder(data))
    if numbered:
        Laptop(first).enrol(begun["code"])
    first.store.close()
    file = Path(cli("backup", tmp_path / "a.office")["file"])
    server = Server(open_folder(data))
    for name in ("Li", "Wang"):
        server.add_user(name, "North")
    laptops = [Laptop(server) for _ in range(2)]
    for laptop, name in zip(laptops, ("Li", "Wang"), strict=True):
        lent = laptop.enrol(server.new_code(name)).leases
        laptop.sync()
    ahead = dict(laptops[0].cursors)
    server.store.close()
    kept = cli("restore", file)["kept"]
    assert Path(kept, "office.db").exists()
    with_heads = Server(open_folder(data))
    fresh = Laptop(with_heads)
    with_heads.add_user("Zhao")
    fresh_blocks = fresh.enrol(with_heads.new_code("Zhao")).leases
    fresh.sync()
    assert [one.series for one in fresh_blocks] == [one.series for one in lent]
    assert all(new.first > old.last for new, old in zip(fresh_blocks, lent, strict=True)), "no number twice"
    assert fresh.cursors["org"] > ahead["org"]
    with_heads.store.close()


def test_only_the_newest_backups_are_left(cli: Cli, begun: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "satchel-other.txt").write_text("mine")
    made = [cli("backup", folder, "--keep", 2)["file"] for _ in range(4)]
    assert sorted(map(str, folder.glob("*.office"))) == made[2:]
    assert (folder / "satchel-other.txt").exists()


@pytest.mark.parametrize("damage", ["cut", "flip", "header", "swap", "empty"])
def test_a_damaged_backup_is_refused_and_the_office_stays_as_it_is(
    cli: Cli, begun: dict[str, Any], data: Path, tmp_path: Path, damage: str
) -> None:
    file = Path(cli("backup", tmp_path / "a.office")["file"])
    content = bytearray(file.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flip":
        content[len(content) // 2] ^= 1
    elif damage == "header":
        content = bytearray(bytes(content).replace(b'"format": 1', b'"format": 2'))
    elif damage == "swap":
        content = bytearray(bytes(content).replace(b'"schema": 1', b'"schema": 0'))
    else:
        content = bytearray()
    file.write_bytes(content)
    before = (data / "office.db").read_bytes()
    assert cli("restore", file, code=1)
    assert (data / "office.db").read_bytes() == before
    assert not (data / "restoring").exists()
    assert len(cli("user", "list")) == 1


def test_an_upgrade_keeps_a_backup_and_refuses_newer_data(
    cli: Cli, begun: dict[str, Any], data: Path
) -> None:
    with_old_shape = Server(open_folder(data))
    with_old_shape.store.write(lambda conn: conn.exec_driver_sql("DROP TABLE office_audit_root"))
    with_old_shape.store.write(lambda conn: conn.exec_driver_sql("ALTER TABLE user DROP COLUMN job_en"))
    with_old_shape.store.close()
    told = cli("upgrade")
    assert told["added"] == ["office_audit_root", "user.job_en"]
    assert Path(told["backup"]).parent == data / "before-upgrade"
    assert cli("upgrade")["added"] == []
    newer = Server(open_folder(data))
    newer.store.write(
        lambda conn: conn.execute(update(META).where(META.c.name == "schema").values(value="99"))
    )
    newer.store.close()
    count = len(list((data / "before-upgrade").iterdir()))
    assert "更新" in cli("upgrade", code=1)
    assert len(list((data / "before-upgrade").iterdir())) == count


# ---------------------------------------------------------------- TLS and the service


def test_tls_makes_a_certificate_that_openssl_accepts_and_renews_it(
    cli: Cli, begun: dict[str, Any], data: Path
) -> None:
    assert "证书" in cli("serve", "--tls", code=3)
    told = cli("tls", "office.example", "10.0.0.5", "::1")
    assert told["address"] == f"https://office.example:8440#{told['pin']}"
    folder = data / "tls"
    for name in ("authority.key", "server.key", "server.pem"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    openssl = shutil.which("openssl")
    assert openssl is not None
    for name in ("office.example", "10.0.0.5"):
        how = "-verify_ip" if name[0].isdigit() else "-verify_hostname"
        checked = subprocess.run(
            [openssl, "verify", "-x509_strict", "-CAfile", "authority.pem", how, name, "server.pem"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.stdout == "server.pem: OK\n", checked.stderr
    old = (folder / "server.pem").read_bytes()
    later = datetime.now(UTC) + timedelta(days=800)
    certificates.ready(folder)
    assert (folder / "server.pem").read_bytes() == old
    certificates.ready(folder, later)
    assert (folder / "server.pem").read_bytes() != old
    assert certificates.pin(folder) == told["pin"]
    assert cli("tls", "office.example", "other.lan")["pin"] == told["pin"], "laptops need not join again"
    assert "不是电脑的名字" in cli("tls", "no/name", code=2)
    assert "自建的证书机构" in cli(
        "tls", "--certificate", folder / "server.pem", "--key", folder / "server.key", code=1
    )


def test_the_firms_own_certificate_is_taken_over(
    cli: Cli, begun: dict[str, Any], data: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    pin = certificates.make(theirs, ["crm.example"], "IT", datetime.now(UTC))
    files = ("--certificate", theirs / "server.pem", "--key", theirs / "server.key")
    assert "不匹配" in cli("tls", *files[:3], theirs / "authority.key", code=1)
    assert cli("tls", *files)["address"] == "https://crm.example:8440"
    told = cli("tls", *files, "--authority", theirs / "authority.pem")
    assert told["address"] == f"https://crm.example:8440#{pin}"
    assert "自己的证书" in cli("tls", "office.example", code=1)


def test_the_service_is_a_hardened_unit_that_systemd_accepts(
    cli: Cli, begun: dict[str, Any], data: Path, tmp_path: Path
) -> None:
    unit = tmp_path / "satchel-office.service"
    cli("tls", "office.example")
    assert cli("service", "--to", unit) == {"file": str(unit)}
    text = unit.read_text()
    for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "UMask=0077", "CapabilityBoundingSet="):
        assert f"\n{line}\n" in text
    analyse = shutil.which("systemd-analyze")
    if analyse:
        checked = subprocess.run([analyse, "verify", unit], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
    start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    assert start.endswith(f"serve --data {data} --host 0.0.0.0 --port 8440 --tls")
    hidden = cli("service", "--database-url", "postgresql://u:se%20cret@db/x")["text"]
    assert "cret" not in hidden
    assert f"\nEnvironmentFile={data / 'office.env'}\n" in hidden
    secrets = data / "office.env"
    assert secrets.read_text() == 'SATCHEL_DATABASE_URL="postgresql://u:se%20cret@db/x"\n'
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    windows = cli("service", "--system", "windows")["text"]
    assert "schtasks /Create" in windows
    assert "LOCAL SERVICE" in windows


# ---------------------------------------------------------------- beside a running office


def test_everything_is_done_while_the_office_runs(data: Path, tmp_path: Path) -> None:
    """Real processes: the office answers, and each command is a program of its own."""

    def program(*arguments: str, code: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "sync.server", *arguments, "--data", str(data), "--json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "zh_CN.UTF-8"},
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if code == 0 else done.stderr

    program("init", "--name", "青禾", "--admin", "王芳")
    serve = [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["url"]
        file = tmp_path / "people.csv"
        file.write_text(LIST)
        assert program("user", "import", str(file))["new"] == 3
        made = program("backup", str(tmp_path / "backups"))
        assert Path(made["file"]).stat().st_size == made["bytes"]
        assert program("audit", "root") == []
        assert len(program("token")["token"]) > 30
        assert "正在使用" in program("restore", made["file"], code=5)
        assert "正在使用" in program("upgrade", code=5)
        assert "正在使用" in program("serve", "--port", "0", code=5)
        process.terminate()
        assert process.wait(30) == 0
    assert program("restore", made["file"])["office"]
