"""The first three minutes: a quote on paper, by somebody who has never seen the program."""

import subprocess
from pathlib import Path

import pytest

from tests.onscreen.newcomer import day_by_keys, newcomer
from tests.onscreen.screen import MISSING, Screen

THREE_MINUTES = 180.0


@pytest.mark.skipif(bool(MISSING), reason=f"a screen of its own needs {', '.join(MISSING)}")
def test_a_first_quote_within_three_minutes_and_a_day_by_keys(tmp_path: Path) -> None:
    with Screen(tmp_path) as screen:
        paper = newcomer(screen, tmp_path)
        took, screen.clicks = screen.human, 0
        day_by_keys(screen)
    words = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True)
    assert "192,200.00" in words.stdout
    assert (tmp_path / "recovery.pdf").stat().st_size > 1000
    assert took < THREE_MINUTES
    assert screen.clicks == 0
