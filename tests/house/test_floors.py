"""The floors hold: an import that points up, a homeless package and Qt in the wrong place are refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and their contracts, in a place where they may be broken."""
    place = tmp_path_factory.mktemp("floors")
    for folder in ("desktop", "sync"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place / "pyproject.toml")
    return place


def lint(place: Path) -> tuple[int, str]:
    """What import-linter says of the copy."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(program), "--no-cache"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_house_as_it_stands_is_sound(copy: Path) -> None:
    code, said = lint(copy)
    assert code == 0, said


@pytest.mark.parametrize(
    ("file", "text", "contract"),
    [
        ("desktop/rules/bad.py", "import desktop.services.commands", "Four floors, one direction"),
        ("desktop/cupboard.py", "", "Four floors, one direction"),
        ("desktop/models/bad.py", "import PySide6.QtCore", "know Qt"),
        ("sync/engine/bad.py", "import requests", "no database and no network"),
        ("sync/client/bad.py", "import desktop.services.commands", "never reaches what a person does"),
        ("desktop/services/bad.py", "import sync.protocol.messages", "No floor knows sync"),
        ("desktop/rules/worse.py", "import sqlalchemy", "Rules are plain Python"),
    ],
)
def test_a_wrong_import_breaks_its_contract(copy: Path, file: str, text: str, contract: str) -> None:
    bad = copy / file
    bad.write_text(text + "\n", encoding="utf-8")
    try:
        code, said = lint(copy)
    finally:
        bad.unlink()
    assert code != 0
    broken = [line for line in said.splitlines() if line.endswith("BROKEN")] or [said]
    assert any(contract in line for line in broken), said
