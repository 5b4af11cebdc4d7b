"""docs/operations.md is true: every command on it is run, in its order, and says what the page says."""

import json
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.cli import run
from tests.stories.people import Running, Starter
from tests.vaults import PASSPHRASE

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


def test_a_laptop_joins_with_what_stands_on_its_page(starter: Starter, tmp_path: Path) -> None:
    """Processes of their own from end to end: the sheet's address with its pin, and its code, over TLS."""
    data, profile = ("--data", str(tmp_path / "office")), ("--profile", str(tmp_path / "laptop"))
    known = {"SATCHEL_PASSPHRASE": PASSPHRASE, "LC_ALL": "C", "HOME": str(tmp_path)}

    def program(name: str, *words: str, code: int = 0) -> str:
        done = Running(starter, tmp_path / "said", name, [*words, "--json"], known).wait()
        assert done.code == code, done.err
        return done.out or done.err

    program("office", "init", "--name", "Qinghe", "--admin", "Wang Fang", *data)
    program("office", "tls", "localhost", "127.0.0.1", *data)
    sheet = json.loads(program("office", "code", "--sheet", *data))
    office = Running(starter, tmp_path / "said", "office", ["serve", "--tls", "--port", "0", *data], known)
    try:
        port = json.loads(office.first_line())["url"].rpartition(":")[2]
        address = sheet["address"].replace(":8440", f":{port}")
        code = sheet["people"][0]["code"]
        program("desktop", "init", *profile)
        wrong = address.rpartition("#")[0] + "#00000-00000-00000-00000-00000"
        program("desktop", "enrol", wrong, code, *profile, code=4)
        assert json.loads(program("desktop", "enrol", address, code, *profile))["name"] == "Wang Fang"
        assert json.loads(program("desktop", "sync", *profile))["waiting"] == 0
        assert json.loads(program("desktop", "verify", *profile))["office_log"]["differing"] == []
    finally:
        ended = office.kill(signal.SIGTERM)
    assert ended.code == 0, ended.err
