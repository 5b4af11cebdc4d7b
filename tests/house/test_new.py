"""`dev.py new` writes drafts that load, and tests that fail until somebody has thought."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program and the settings of its tools, in a place where it may be changed."""
    for folder in ("desktop", "sync", "resources/locale", "resources/themes", "tests/house"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "tests/conftest.py", "tests/compiled.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    for folder in ("tests/models", "tests/services"):
        (tmp_path / folder).mkdir()
    return tmp_path


def python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    here = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env={**surroundings, "PATH": here},
        capture_output=True,
        text=True,
        check=False,
    )


def new(copy: Path, what: str, name: str) -> subprocess.CompletedProcess[str]:
    return python(copy, "-m", "tests.house.new", what, name, "--root", str(copy))


def test_a_record_is_drafted_registered_and_migrated(copy: Path) -> None:
    done = new(copy, "record", "SiteVisit")
    assert done.returncode == 0, done.stderr
    asked = "from desktop.models import migrations, records; from desktop.models.record import RECORDS; "
    asked += (
        "print(RECORDS['site_visit'].fields()['name'].label.text, migrations.NEWEST, len(migrations.STEPS))"
    )
    label, newest, steps = python(copy, "-c", asked).stdout.split()
    assert label == "Name"
    assert int(newest) == 1 + int(steps) >= 2
    tests = python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/models/test_site_visits.py")
    assert "3 failed" in tests.stdout


def test_a_command_is_drafted_beside_its_kin(copy: Path) -> None:
    done = new(copy, "command", "opportunity.park")
    assert done.returncode == 0, done.stderr
    file = "tests/services/test_opportunity_park.py"
    tests = python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", file)
    assert "3 failed" in tests.stdout, tests.stdout
    assert new(copy, "command", "opportunity.park").returncode != 0


@pytest.mark.parametrize(("what", "name"), [("record", "visit"), ("command", "park"), ("record", "Customer")])
def test_a_name_of_the_wrong_form_or_taken_already_is_refused(copy: Path, what: str, name: str) -> None:
    assert new(copy, what, name).returncode != 0
