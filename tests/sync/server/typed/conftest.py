"""The office manager's commands, as a person without a database administrator types them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.server.cli import run
from sync.server.server import Server
from sync.server.store import open_folder

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
