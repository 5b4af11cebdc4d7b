"""A kill while somebody types costs at most a second; a program that writes too late is caught."""

import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT

SCRIPT = """
import sys
from pathlib import Path
from tests.views import typing_kills
tally = typing_kills.run(int(sys.argv[2]), Path(sys.argv[1]), seed=7, wait=int(sys.argv[3]))
print(tally.rounds, len(tally.broken), tally.keys > 0, tally.broken)
"""


def killed(folder: Path, rounds: int, wait: int) -> list[str]:
    """What a run says, in a process without threads so that it may fork."""
    command = [sys.executable, "-c", SCRIPT, str(folder), str(rounds), str(wait)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    return ended.stdout.split(maxsplit=3)


def test_a_kill_while_typing_costs_at_most_a_second(tmp_path: Path) -> None:
    assert killed(tmp_path, 4, 250) == ["4", "0", "True", "[]\n"]


def test_a_program_that_keeps_too_late_is_caught(tmp_path: Path) -> None:
    assert killed(tmp_path, 3, 10_000)[1] != "0"
