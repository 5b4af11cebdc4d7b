"""What is loaded before the unlock window shows: Qt's widgets, the cipher and the standard library."""

import subprocess
import sys
from typing import Final

from tests.house.sources import ROOT
from tests.house.words import compile_catalogues

ALLOWED: Final = {"PySide6", "shiboken6", "shibokensupport", "signature_bootstrap", "sqlcipher3", "desktop"}
QT: Final = {"QtCore", "QtGui", "QtWidgets", "QtSvg"}
HEAVY_ROOMS: Final = ("desktop.services", "desktop.documents", "desktop.models.records", "sync")
QUESTION: Final = """
import sys
there = set(sys.modules)
import desktop.views.unlock
from desktop.words import msg
msg("Quote").in_language("zh")
print("\\n".join(sorted(set(sys.modules) - there)))
"""


def loaded() -> list[str]:
    """The modules that the unlock window brings in, in a process of its own."""
    compile_catalogues()
    command = [sys.executable, "-c", QUESTION]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_nothing_heavy_is_loaded_before_the_passphrase_is_asked_for() -> None:
    names = loaded()
    foreign = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - ALLOWED
    assert {name for name in foreign if not name.startswith("_")} == set()
    assert [name for name in names if name.startswith(HEAVY_ROOMS)] == []
    assert {name.split(".")[1] for name in names if name.startswith("PySide6.Qt")} <= QT
