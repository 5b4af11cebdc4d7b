"""The office is installed, certified, made a service, and told what was typed wrongly."""

import json
import shutil
import signal
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.server import certificates
from sync.server.server import Server
from sync.server.store import open_folder
from tests.stories.people import Running, Starter
from tests.sync.server.laptop import Laptop
from tests.sync.server.typed.conftest import LIST, Cli


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
    assert "没有公司服务器的数据" in cli("user", "list", code=3, folder=elsewhere)
    assert "没有公司服务器的数据" in cli("upgrade", code=3, folder=elsewhere)
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


def test_everything_is_done_while_the_office_runs(data: Path, tmp_path: Path, starter: Starter) -> None:
    """The office answers, and each command is a program of its own."""
    known = {"LC_ALL": "zh_CN.UTF-8", "HOME": str(tmp_path)}

    def begun(*arguments: str) -> Running:
        return Running(
            starter, tmp_path / "said", "office", [*arguments, "--data", str(data), "--json"], known
        )

    def program(*arguments: str, code: int = 0) -> Any:
        done = begun(*arguments).wait()
        assert done.code == code, done.err
        return done.value if code == 0 else done.err

    program("init", "--name", "青禾", "--admin", "王芳")
    office = begun("serve", "--port", "0")
    try:
        assert json.loads(office.first_line())["url"]
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
    finally:
        ended = office.kill(signal.SIGTERM)
    assert ended.code == 0, ended.err
    assert program("restore", made["file"])["office"]
