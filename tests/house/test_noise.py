"""The noise guards themselves: each kind of noise fails its test, and a quiet test passes."""

import os
import re
import subprocess
import sys
from typing import Final

import pytest

from tests.house.sources import ROOT

NOISY: Final = '''
"""Tests that make a noise."""
import threading, warnings
import pytest
from PySide6.QtCore import QTimer, qWarning

release = threading.Event()

def test_quiet(qtbot):
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    timer = QTimer()
    timer.start(10_000)
    timer.stop()

def test_warning():
    warnings.warn("old way", DeprecationWarning)

def test_qt_message(qtbot):
    qWarning("a slot is missing")

def test_thread():
    threading.Thread(target=release.wait, args=(20,), name="forgotten", daemon=True).start()

def test_timer(qtbot):
    test_timer.kept = QTimer()
    test_timer.kept.start(10_000)

def test_failing_finaliser():
    class Careless:
        def __del__(self):
            raise RuntimeError("nobody sees this")
    Careless()

def test_file_left_open(tmp_path):
    open(tmp_path / "a", "w")
'''


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says about the noisy tests under the project's own configuration."""
    file = tmp_path_factory.mktemp("noise") / "test_noisy.py"
    file.write_text(NOISY, encoding="utf-8")
    options = [
        "-p",
        "tests.conftest",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-q",
        "-rA",
        "--tb=short",
    ]
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), *options, str(file)]
    surroundings = {**os.environ, "SATCHEL_PATIENCE": "0.2", "PYTEST_ADDOPTS": ""}
    surroundings.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    return done.stdout


def test_a_quiet_test_passes(outcome: str) -> None:
    assert re.search(r"^PASSED .*test_quiet$", outcome, re.MULTILINE)
    assert not re.search(r"^ERROR .*test_quiet\b", outcome, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("test_warning", "old way"),
        ("test_qt_message", "a slot is missing"),
        ("test_thread", "left behind: thread forgotten"),
        ("test_timer", "left behind: timer"),
        ("test_failing_finaliser", "nobody sees this"),
        ("test_file_left_open", "unclosed file"),
    ],
)
def test_a_noisy_test_fails(outcome: str, name: str, said: str) -> None:
    assert re.search(rf"^(FAILED|ERROR) .*{name}\b", outcome, re.MULTILINE), outcome
    assert said in outcome


def test_the_guards_keep_away_from_a_person_s_own_keys_and_screen() -> None:
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert "null" in os.environ["PYTHON_KEYRING_BACKEND"]
    assert "SATCHEL_PASSPHRASE" not in os.environ
