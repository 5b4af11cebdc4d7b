"""docs/operations.md is true: every command on it is run, in its order, and says what the page says."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.cli import run

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/operations.md"
PEOPLE = "name,team,role,phone\nLi Lei,East,rep,13800000000\nHan Meimei,East,manager,\nJim Green,North,rep,\n"


def commands(page: str) -> Iterator[tuple[list[str], str]]:
    """Each command of a console block with what the page says it answers."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            typed, _, said = part.partition("\n")
            yield shlex.split(typed), said.strip()


def same(said: str, told: str) -> bool:
    """Whether the answer begins as the page says, whatever the pin."""
    pin = re.compile("#[0-9A-Z]{5}(-[0-9A-Z]{5}){4}")
    return pin.sub("#PIN", told).startswith(pin.sub("#PIN", said))


def test_every_command_of_the_page_says_what_the_page_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(PEOPLE)
    done = []
    for words, said in commands(PAGE.read_text(encoding="utf-8")):
        assert words[0] == "satchel-server"
        backups = sorted((tmp_path / "backups").glob("*.office"))
        placed = [word.replace("BACKUP", backups[-1].name if backups else "none") for word in words[1:]]
        placed = [word.replace("/srv/", f"{tmp_path}/") for word in placed]
        capsys.readouterr()
        assert run(placed) == 0, (words, capsys.readouterr().err)
        told = capsys.readouterr().out
        assert same(said, told), (said, told)
        done.append(words[1])
    assert set(done) >= {
        "init",
        "tls",
        "service",
        "user",
        "role",
        "code",
        "backup",
        "restore",
        "upgrade",
        "team",
    }
    assert (tmp_path / "codes.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "new" / "office.db").exists()


def test_an_answer_that_differs_from_the_page_is_seen() -> None:
    assert same("3 added, 0 were there.", "3 added, 0 were there.\n")
    assert not same("3 added, 0 were there.", "2 added, 1 were there.\n")
    address = "at:  https://office.example:8440#"
    assert same(address + "ABW8K-1ZRBF-Y3EMX-CQCM2-18DRA", address + "11111-22222-33333-44444-55555")
    assert not same(address + "ABW8K-1ZRBF-Y3EMX-CQCM2-18DRA", address + "none")


def test_a_laptop_joins_with_what_stands_on_its_page(tmp_path: Path) -> None:
    """Real processes from end to end: the sheet's address with its pin, and its code, over TLS."""
    data, profile = tmp_path / "office", tmp_path / "laptop"
    known = {**os.environ, "SATCHEL_PASSPHRASE": "a long enough passphrase", "LC_ALL": "C"}

    def program(module: str, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *words, "--json"],
            cwd=ROOT,
            env=known,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout or done.stderr

    office = ("--data", str(data))
    program("sync.server", "init", "--name", "Qinghe", "--admin", "Wang Fang", *office)
    program("sync.server", "tls", "localhost", "127.0.0.1", *office)
    sheet = json.loads(program("sync.server", "code", "--sheet", *office))
    serve = [sys.executable, "-m", "sync.server", "serve", "--tls", "--port", "0", *office]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["url"].rpartition(":")[2]
        address = sheet["address"].replace(":8440", f":{port}")
        code = sheet["people"][0]["code"]
        laptop = ("--profile", str(profile))
        program("desktop", "init", *laptop)
        wrong = address.rpartition("#")[0] + "#00000-00000-00000-00000-00000"
        program("desktop", "enrol", wrong, code, *laptop, code=4)
        assert json.loads(program("desktop", "enrol", address, code, *laptop))["name"] == "Wang Fang"
        assert json.loads(program("desktop", "sync", *laptop))["waiting"] == 0
        assert json.loads(program("desktop", "verify", *laptop))["office_log"]["differing"] == []
        process.terminate()
        assert process.wait(30) == 0
