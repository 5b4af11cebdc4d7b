"""dev.py on machines that lack one thing or another: what it does, what it says, and when it does nothing."""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

import dev
from tests.house.sources import ROOT


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The commands that dev.py would have run, on a machine with no `.venv` and no uv."""
    done: list[str] = []

    def call(command: Sequence[str], surroundings: dict[str, str] | None = None) -> None:
        done.append(" ".join(command))
        if "venv" in command:
            dev.PYTHON.parent.mkdir(parents=True)

    monkeypatch.setattr(dev, "call", call)
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv/stamp.json")
    monkeypatch.setattr(dev, "uv", lambda: None)
    monkeypatch.setattr(dev, "usable", lambda: dev.PYTHON.exists())
    monkeypatch.setattr(dev, "missing_packages", list)
    return done


def test_a_new_machine_gets_everything_by_hash(steps: list[str]) -> None:
    dev.set_up()
    assert "-m venv" in steps[0]
    assert "--require-hashes" in steps[1]
    assert "--compile" in steps[1]
    assert "--no-index" in steps[2]
    assert "--no-build-isolation" in steps[2]
    assert json.loads(dev.STAMP.read_text(encoding="utf-8")) == dev.fingerprints()


def test_with_uv_the_same_is_done_by_uv(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "uv", lambda: "/somewhere/uv")
    dev.set_up()
    assert steps[0].startswith("/somewhere/uv venv")
    assert "--require-hashes" in steps[1]
    assert "--compile-bytecode" in steps[1]
    assert "--offline" in steps[2]


def test_a_second_run_does_nothing(steps: list[str]) -> None:
    dev.set_up()
    dev.PYTHON.touch()
    steps.clear()
    dev.set_up()
    assert steps == []


def test_a_new_lock_is_installed_and_a_new_project_table_needs_no_network(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.set_up()
    dev.PYTHON.touch()
    wanted = dev.fingerprints()
    steps.clear()
    monkeypatch.setattr(dev, "fingerprints", lambda: {**wanted, "project": "changed"})
    dev.set_up()
    assert not [step for step in steps if "--require-hashes" in step]
    monkeypatch.setattr(dev, "fingerprints", lambda: {**wanted, "lock": "changed"})
    dev.set_up()
    assert [step for step in steps if "--require-hashes" in step]


def test_a_damaged_stamp_means_setting_up_again(steps: list[str]) -> None:
    dev.set_up()
    dev.PYTHON.touch()
    dev.STAMP.write_text("{half", encoding="utf-8")
    assert dev.stamp() == {}


def on_debian(monkeypatch: pytest.MonkeyPatch, *, root: bool, missing: list[str]) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(dev, "missing_packages", lambda: missing)


def test_root_gets_the_missing_system_packages(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    on_debian(monkeypatch, root=True, missing=["libegl1", "xvfb"])
    dev.install_system_packages()
    assert steps == ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends libegl1 xvfb"]


def test_anybody_else_gets_the_exact_line_to_run(
    steps: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_debian(monkeypatch, root=False, missing=["libegl1", "xvfb"])
    with pytest.raises(SystemExit):
        dev.install_system_packages()
    line = "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 xvfb"
    assert line in capsys.readouterr().err
    assert steps == []


def test_nothing_is_asked_of_a_system_that_has_all(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    on_debian(monkeypatch, root=False, missing=[])
    dev.install_system_packages()
    assert steps == []


def test_a_package_counts_under_its_own_name_or_one_it_provides(monkeypatch: pytest.MonkeyPatch) -> None:
    have = "".join(
        f"installed|{name}|\n" for name in dev.PACKAGES if name not in {"libglib2.0-0", "qpdf", "xvfb"}
    )
    have += "installed|libglib2.0-0t64|libglib2.0-0 (= 2.80), libglib2\nconfig-files|qpdf|\n"
    answer = subprocess.CompletedProcess([], 0, stdout=have)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    monkeypatch.setattr(dev, "uv", lambda: "/somewhere/uv")
    assert dev.missing_packages() == ["xvfb", "qpdf"]


def test_a_failing_step_ends_with_its_output_and_its_code(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        dev.call(["python3", "-c", "print('what went wrong'); raise SystemExit(3)"])
    assert ended.value.code == 3
    assert "what went wrong" in capfd.readouterr().err


def test_an_old_python_can_read_the_sentence_that_turns_it_away() -> None:
    text = (ROOT / "dev.py").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 8))
    assert text.index("sys.version_info < (3, 11)") < text.index("\ndef ")


def test_every_task_is_explained() -> None:
    tasks = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"]
    shown = {name for name in tasks if not name.startswith("_")}
    promised = {
        "run",
        "test",
        "check",
        "bench",
        "server",
        "pair",
        "demo",
        "shots",
        "gallery",
        "new",
        "words",
        "prove",
    }
    assert shown >= promised
    assert all(tasks[name]["help"] for name in shown)
    assert all(name in dev.tasks() for name in shown)


def test_every_task_starts_something_that_exists() -> None:
    tasks = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"]
    commands = [
        task if isinstance(task, str) else task.get("cmd", task.get("script", "")) for task in tasks.values()
    ]
    ours = {
        name for command in commands for name in re.findall(r"\b((?:tests|desktop|sync)(?:\.\w+)+)", command)
    }
    assert ours
    assert [name for name in sorted(ours) if not startable(name)] == []


def startable(name: str) -> bool:
    """Whether `python -m name` would find something; a package needs a `__main__`."""
    found = importlib.util.find_spec(name)
    if found is not None and found.submodule_search_locations is not None:
        found = importlib.util.find_spec(f"{name}.__main__")
    return found is not None


def test_the_code_of_a_failing_task_reaches_the_shell() -> None:
    poe = [sys.executable, "-m", "poethepoet", "--quiet", "--directory", str(ROOT)]
    done = subprocess.run([*poe, "demo", "gigantic"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "small" in done.stderr
