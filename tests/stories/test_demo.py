"""`satchel demo --headless`: the main job from end to end, without a display, a passphrase or a home."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pypdfium2

from tests.stories.people import ROOT

STEPS = ["import", "quote", "pdf", "contract", "sync", "merge", "conflict"]


def test_the_demo_goes_the_whole_way(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    out = tmp_path / "演示 demo"
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "demo", "--headless", "--out", str(out)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(tmp_path), "LANG": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    steps = {one["step"]: one for one in summary["steps"]}
    assert [name for name in steps if name in STEPS] == STEPS
    assert steps["import"]["customers_zh.csv"]["encoding"] == "gb18030"
    assert steps["merge"]["same"] is True
    assert len(steps["conflict"]["inbox"]) == 1
    assert summary["inbox"] == 1
    assert summary["counts"]["customer"] > 10
    papers = sorted(out.rglob("*.pdf"))
    assert {path.stem for path in papers} >= {"quote", "contract"}
    for path in papers:
        with closing(pypdfium2.PdfDocument(path)) as paper:
            text = paper[0].get_textpage().get_text_range()
        assert any("\u4e00" <= character <= "\u9fff" for character in text), path
    for place in summary["paths"].values():
        assert Path(place).exists()
    assert list(home.iterdir()) == []


def test_the_demo_never_writes_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--json", "demo", "--headless", "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert str(tmp_path) in json.loads(done.stdout)["message"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
